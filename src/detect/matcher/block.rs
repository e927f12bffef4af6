//! Matchers of secrets in a block: private keys in PEM, and members of a JSON object such as those of a JSON web key.
//! Encrypted private keys are not reported.

use std::ops::Range;

use crate::detect::candidate::Candidate;
use crate::detect::matcher::window::{
    PatternMatch, PatternRule, Window, candidate, has_nearby_word, last_anchor, next_anchor,
};
use crate::rules::Text;
use crate::token_check;

/// The expression of PEM rules, which is not used: PEM is read without a regular expression.
pub(crate) const EXPRESSION: &str = "";

/// The number of base64 characters in an Ed25519 key, the shortest private key in PKCS #8 or SEC 1.
const MIN_CHARACTERS: usize = 60;

/// The number of different characters that a private key has at least.
const MIN_DISTINCT: usize = 20;

/// Matches an unencrypted private key between `-----BEGIN label-----` and `-----END label-----`. It may be on lines
/// of its own or in one line, quoted, in a comment, or with `\n` written out: only its base64 characters count.
pub(crate) fn find_pem(rule: &PatternRule<'_>, labels: &[Text], window: &Window<'_>) -> Option<Candidate> {
    // A key does not contain the beginning of another one.
    let end = next_anchor(rule, window).unwrap_or(window.bytes.len());
    let after = &window.bytes[window.anchor.end..end];
    let label = labels
        .iter()
        .find(|label| after.strip_prefix(label.as_bytes()).is_some_and(|rest| rest.starts_with(b"-----")))?;
    if !has_nearby_word(rule, window) {
        return None;
    }
    let start = window.anchor.end + label.len() + 5;
    let end_line = format!("-----END {label}-----");
    let length = memchr::memmem::find(window.bytes.get(start..end)?, end_line.as_bytes())?;
    let inside = &window.bytes[start..start + length];
    let body = base64_characters(inside)?;
    let check_encrypted = if label.starts_with("PGP") {
        token_check::pgp_is_encrypted
    } else {
        token_check::openssh_is_encrypted
    };
    let is_encrypted = check_encrypted(&body) == Some(true);
    if is_encrypted || body.len() < MIN_CHARACTERS || count_distinct(&body) < MIN_DISTINCT {
        return None;
    }
    let span = window.anchor.start..start + length + end_line.len();
    candidate(rule, window, PatternMatch { prefix: 0, body: start..start + length, span, name: None })
}

/// Returns the base64 characters of a block without headers, quotes, escapes and comments. Returns `None` if the
/// block contains a character that does not occur in private keys, or says that the key is encrypted.
fn base64_characters(inside: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    let mut rest = skip_headers(inside)?;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\\' => {
                let escape = after.iter().take_while(|byte| **byte == b'\\').count();
                rest = &after[escape..];
                match rest.first() {
                    Some(b'n' | b'r' | b't') => rest = &rest[1..],
                    Some(b'u') if rest.len() > 4 => rest = &rest[5..],
                    _ => {}
                }
            }
            b'%' if after.len() > 1 && after[..2].iter().all(u8::is_ascii_hexdigit) => rest = &after[2..],
            b'&' if after.starts_with(b"#10;") || after.starts_with(b"#13;") => rest = &after[4..],
            _ if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/') => body.push(byte),
            b'=' | b'"' | b'\'' | b'`' | b',' | b'#' | b'*' | b'|' | b'>' | b'-' | b';' | b'(' | b')' => {}
            _ if byte.is_ascii_whitespace() => {}
            _ => return None,
        }
    }
    // Slashes that begin a comment (`//`) are kept, since they are base64 characters, too.
    Some(body)
}

/// Returns the block after its headers (`Name: value` lines), or `None` if a header says that the key is encrypted.
fn skip_headers(inside: &[u8]) -> Option<&[u8]> {
    const ENCRYPTED: [&[u8]; 3] = [b"ENCRYPTED", b"DEK-Info", b"Encryption:"];
    let head = &inside[..inside.len().min(512)];
    if ENCRYPTED.iter().any(|word| memchr::memmem::find(head, word).is_some()) {
        return None;
    }
    match head.iter().rposition(|byte| *byte == b':') {
        Some(colon) => {
            let line = inside[colon..].iter().position(|byte| matches!(byte, b'\n' | b'\\'))?;
            Some(&inside[colon + line..])
        }
        None => Some(inside),
    }
}

fn count_distinct(body: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in body {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

/// Matches a member of the JSON object that contains the anchor.
pub(crate) fn find_member(rule: &PatternRule<'_>, window: &Window<'_>) -> Option<Candidate> {
    // An object has each member once, so it begins after the anchor before this one and ends before the next one.
    let end = next_anchor(rule, window).unwrap_or(window.bytes.len());
    let start = last_anchor(rule, window).unwrap_or(0);
    let object = enclosing_object(&Window {
        bytes: &window.bytes[start..end],
        anchor: window.anchor.start - start..window.anchor.end - start,
    })?;
    let object = object.start + start..object.end + start;
    let captures = rule.regex.captures(&window.bytes[object.clone()])?;
    let secret = captures.name("secret")?;
    let span = object.start + secret.start()..object.start + secret.end();
    let body = captures
        .name("body")
        .map_or(span.clone(), |body| object.start + body.start()..object.start + body.end());
    candidate(rule, window, PatternMatch { prefix: 0, body, span, name: None })
}

/// Returns the span of the innermost braces around the anchor, braces included.
fn enclosing_object(window: &Window<'_>) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    let start = window.bytes[..window.anchor.start].iter().rposition(|byte| match byte {
        b'}' => {
            depth += 1;
            false
        }
        b'{' if depth > 0 => {
            depth -= 1;
            false
        }
        b'{' => true,
        _ => false,
    })?;
    let mut open = 1_usize;
    let length = window.bytes[window.anchor.end..].iter().position(|byte| {
        match byte {
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        open == 0
    })?;
    Some(start..window.anchor.end + length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_base64_characters_of_a_key_are_read() {
        for text in
            ["\nAb+/\ncd==\n", "\\nAb+/\\ncd==\\n", "Ab+/cd==", "\" +\n \"Ab\" + \"/cd\"", "%0AAb%2B/cd"]
        {
            let read = base64_characters(text.as_bytes()).map(|body| String::from_utf8(body).unwrap());
            assert!(read.is_some_and(|read| read.starts_with("Ab") || read.starts_with("+Ab")), "{text}");
        }
        for text in ["...", "<your key>", "Proc-Type: 4,ENCRYPTED\n\nAbcd", "{{ key }}", "$KEY"] {
            assert_eq!(base64_characters(text.as_bytes()), None, "{text}");
        }
        // Escapes of one character, and a truncated escape.
        for (text, read) in
            [("Ab\\u000acd", "Abcd"), ("Ab\\u00", "Abu00"), ("Ab&#10;cd", "Abcd"), ("Ab%0acd", "Abcd")]
        {
            assert_eq!(base64_characters(text.as_bytes()).as_deref(), Some(read.as_bytes()), "{text}");
        }
        assert_eq!(base64_characters(b"Ab%"), None);
        assert_eq!(base64_characters(b"Version: 1\n\nAbcd").as_deref(), Some(&b"Abcd"[..]));
    }

    #[test]
    fn the_enclosing_object_is_the_innermost_one() {
        let text = b"{\"a\": {\"x\": 1}, \"k\": {\"y\": {}, \"at\": 2, \"z\": {}}}";
        let at = memchr::memmem::find(text, b"at").unwrap();
        let object = enclosing_object(&Window { bytes: text, anchor: at..at + 2 }).unwrap();
        assert_eq!(&text[object], b"{\"y\": {}, \"at\": 2, \"z\": {}}");
    }

    #[test]
    fn each_of_several_objects_has_its_own_member() {
        let detector = crate::detect::Detector::new(crate::rules::RuleSet::builtin());
        let bodies =
            ["q7Lm2ZxV9tRbK4wPnYc8HsDf3GjU6aEoXi5NvTrBk1", "Zk8pWmQ2vXr7LtYb4NcHsGf9DjU3aEoVi6TnRqBx5K"];
        let object = |body: &&str| {
            let crv = "\"crv\":{\"name\":\"P-256\"}";
            format!("{{\"kty\":\"EC\",{crv},\"{}\":\"{body}\",\"x\":\"a\"}}", 'd')
        };
        let text = format!("[{}]", bodies.iter().map(object).collect::<Vec<_>>().join(", "));
        let found: Vec<_> =
            detector.find_evidence(text.as_bytes()).into_iter().map(|found| found.span).collect();
        assert_eq!(found.iter().map(|span| &text[span.clone()]).collect::<Vec<_>>(), bodies);
    }

    #[test]
    fn a_block_with_too_few_or_too_few_different_characters_is_no_key() {
        let detector = crate::detect::Detector::new(crate::rules::RuleSet::builtin());
        let is_found = |body: &str| {
            let label = |word: &str| format!("-----{word} {}-----\n", ["PRIVATE", "KEY"].join(" "));
            let text = [label("BEGIN"), format!("{body}\n"), label("END")].concat();
            !detector.find_evidence(text.as_bytes()).is_empty()
        };
        let body = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v8Q5uLkTn9XoRcEfGjWyPbDmSaUxHqKtV7r";
        assert!(is_found(body));
        assert!(!is_found(&body[..59]));
        assert!(!is_found(&"A".repeat(100)) && !is_found(&"ABCDEFGHIJ".repeat(10)));
    }
}
