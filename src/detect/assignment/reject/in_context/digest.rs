//! Recognizes digests of files and packages whose names suggest a secret: by the name, by the setting above it, and by
//! siblings of the same length and alphabet.

use crate::detect::assignment::neighbours::Neighbour;
use crate::detect::assignment::parse::Assignment;
use crate::detect::identifier;
use crate::text::find_short;

/// The length and the alphabet of a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    length: usize,
    is_hex: bool,
}

impl Shape {
    /// Returns the shape of a value, or `None` if no digest has it.
    pub(super) fn new(value: &[u8]) -> Option<Self> {
        let is_hex = value.iter().all(u8::is_ascii_hexdigit);
        // MD5, SHA-1, SHA-256 and SHA-512 with their padding.
        let padding = value.iter().rev().take_while(|byte| **byte == b'=').count();
        let is_base64 = || {
            let is_part =
                |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
            value[..value.len() - padding].iter().all(is_part)
        };
        let has_length = if is_hex {
            matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128)
        } else {
            matches!((value.len(), padding), (24 | 88, 2) | (28 | 44, 1))
        };
        (has_length && (is_hex || is_base64())).then_some(Self { length: value.len(), is_hex })
    }
}

/// Words that say that a value is a digest.
const WORDS: [&[u8]; 20] = [
    b"checksum",
    b"checksums",
    b"digest",
    b"digests",
    b"hash",
    b"hashes",
    b"integrity",
    b"sha",
    b"sha1",
    b"sha256",
    b"sha512",
    b"md5",
    b"md5sum",
    b"sha1sum",
    b"sha256sum",
    b"sum",
    b"sums",
    b"fingerprint",
    b"fingerprints",
    b"etag",
];

/// The same for a setting above.
const PARENTS: [&[u8]; 8] =
    [b"files", b"file", b"packages", b"artifacts", b"assets", b"pods", b"manifest", b"dependencies"];

/// The endings of files, in lower case.
const ENDINGS: [&[u8]; 34] = [
    b"py", b"rs", b"go", b"js", b"ts", b"jsx", b"tsx", b"mjs", b"cjs", b"css", b"html", b"java", b"kt",
    b"rb", b"php", b"c", b"h", b"cc", b"cpp", b"cs", b"swift", b"sh", b"md", b"txt", b"json", b"yml",
    b"yaml", b"xml", b"svg", b"png", b"zip", b"gz", b"tgz", b"whl",
];

/// Returns whether a value of a digest's shape is one. `near` are the settings around it.
pub(super) fn is_digest(text: &[u8], assignment: &Assignment, shape: Shape, near: &[Neighbour<'_>]) -> bool {
    let name = whole_name(text, assignment);
    let siblings =
        near.iter().filter(|one| Shape::new(one.value) == Some(shape) && !suggests_secret(one.name));
    has_word(&name, &WORDS) || is_file(&name) || has_parent(text, assignment) || siblings.count() > 1
}

/// Returns the name of an assignment with all before it that is no white space, such as a path: `checksum/secret`.
fn whole_name(text: &[u8], assignment: &Assignment) -> Vec<u8> {
    const MAX_LENGTH: usize = 100;
    let is_part = |byte: &&u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b',' | b'{' | b'(' | b'=' | b'>')
    };
    let before = text[..assignment.name.start].iter().rev().take(MAX_LENGTH).take_while(is_part).count();
    text[assignment.name.start - before..assignment.name.end].to_vec()
}

fn has_word(name: &[u8], words: &[&[u8]]) -> bool {
    identifier::split_words(name).iter().any(|word| words.contains(&word))
}

/// Returns whether a name is a file or a package with its version.
fn is_file(name: &[u8]) -> bool {
    let ending = memchr::memrchr(b'.', name).map(|at| name[at + 1..].to_ascii_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&&ending[..]))
        || name.starts_with(b"@") && name.contains(&b'/')
}

/// Returns whether the setting above, which has a smaller indent, says that its members are digests.
fn has_parent(text: &[u8], assignment: &Assignment) -> bool {
    const MAX_LINES: usize = 40;
    let indent = |line: &[u8]| line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let before = &text[..assignment.name.start];
    let mut lines = before.rsplit(|byte| *byte == b'\n');
    let own = lines.next().map_or(0, indent);
    let parent = lines.take(MAX_LINES).find(|line| {
        let content = line.trim_ascii();
        !content.is_empty() && (indent(line) < own || content.starts_with(b"["))
    });
    parent.is_some_and(|parent| is_name_of_group(parent.trim_ascii()))
}

/// Returns whether a line names a group of digests: `checksums:`, `"files": {`, `[hashes]`, `SPEC CHECKSUMS:`.
fn is_name_of_group(line: &[u8]) -> bool {
    let opens = line.last().is_some_and(|byte| matches!(byte, b':' | b'{' | b'[' | b']' | b'('));
    let is_name = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b' ' | b'"' | b'\'')
    };
    let line = line.strip_prefix(b"{").unwrap_or(line);
    let name = line.strip_prefix(b"[").or_else(|| line.strip_prefix(b"- ")).unwrap_or(line);
    let length = name.iter().take_while(|byte| is_name(byte)).count();
    let rest = name[length..].iter().filter(|byte| !byte.is_ascii_whitespace()).count();
    opens && rest <= 2 && (has_word(&name[..length], &WORDS) || has_word(&name[..length], &PARENTS))
}

/// Returns whether a name suggests a secret.
fn suggests_secret(name: &[u8]) -> bool {
    const STEMS: [&[u8]; 8] = [b"pass", b"secret", b"token", b"key", b"auth", b"cred", b"pwd", b"api"];
    let lower = name.to_ascii_lowercase();
    STEMS.iter().any(|stem| find_short(&lower, stem).is_some())
}
