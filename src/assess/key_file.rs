//! Files that are only a random value: the name of the file tells a key from a checksum, an id or a version. The detector
//! does not know paths, so the name is asked for here.

use crate::finding::LocationKind;
use crate::rules::{Matcher, Rule, Syntax};

/// Endings of file names, and words of the name before its ending, in lowercase.
const ENDINGS: [&[u8]; 6] = [b".key", b".secret", b".token", b".pass", b".pwd", b".passwd"];
const WORDS: [&[u8]; 13] = [
    b"secret",
    b"token",
    b"passwd",
    b"password",
    b"passphrase",
    b"apikey",
    b"api_key",
    b"api-key",
    b"credential",
    b"vault_pass",
    b"vault-pass",
    b"masterkey",
    b"private_key",
];

/// Endings of files that are settings, or have none.
const PLAIN: [&[u8]; 5] = [b"", b".txt", b".dat", b".conf", b".env"];

/// Returns whether evidence of a rule may be at a path. Only rules for files that are a key depend on it.
pub(crate) fn may_be_at(rule: &Rule, kind: LocationKind, path: &[u8]) -> bool {
    let is_key_file = matches!(&rule.matcher, Matcher::Generic(generic) if generic.syntax == Syntax::KeyFile);
    !is_key_file || kind == LocationKind::File && names_key(path)
}

/// Returns whether the name of a file says that it holds a key.
fn names_key(path: &[u8]) -> bool {
    let name = path.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or(path).to_ascii_lowercase();
    if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return memchr::memmem::find(&name, b"pub").is_none();
    }
    // A leading dot begins a name, not an ending.
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0).unwrap_or(name.len());
    let (stem, ending) = name.split_at(dot);
    PLAIN.contains(&ending)
        && (WORDS.iter().any(|word| memchr::memmem::find(stem, word).is_some())
            || stem.ends_with(b"_key")
            || stem.ends_with(b"-key"))
        && memchr::memmem::find(stem, b"pub").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys_are_told_from_other_names() {
        for path in [
            "config/master.key",
            "secret.txt",
            ".vault_pass",
            "a/api_key",
            "API_TOKEN.txt",
            "x/.secret",
            "db_password",
        ] {
            assert!(names_key(path.as_bytes()), "{path}");
        }
        for path in [
            "VERSION",
            "commit.txt",
            "secret.rs",
            "tokens.json",
            "id_rsa.pub.key",
            "key/readme.md",
            "a.sha256",
            "",
        ] {
            assert!(!names_key(path.as_bytes()), "{path}");
        }
    }
}
