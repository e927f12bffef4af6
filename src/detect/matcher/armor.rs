//! Recognizes lines of wrapped base64, such as those of a PGP signature, in which the prefix of a token occurs by chance.

use std::ops::Range;

/// The lengths of wrapped lines: PEM and `OpenPGP`, MIME.
const LENGTHS: [usize; 2] = [64, 76];

/// Returns whether the line of a span and the line before it are wrapped base64 of the same length. Two tokens, one on each
/// line, begin alike and are not taken for base64.
pub(crate) fn is_in_armor(text: &[u8], span: &Range<usize>) -> bool {
    let floor = span.start.saturating_sub(LENGTHS[1] + 2);
    let Some(start) = memchr::memrchr(b'\n', &text[floor..span.start]).map(|at| floor + at + 1) else {
        return false;
    };
    let limit = text.len().min(start + LENGTHS[1] + 3);
    let end = memchr::memchr(b'\n', &text[start..limit]).map_or(limit, |at| start + at);
    let floor = start.saturating_sub(LENGTHS[1] + 4);
    let before = &text[floor..start - 1];
    let before = memchr::memrchr(b'\n', before).map_or(before, |at| &before[at + 1..]);
    let (line, before) = (text[start..end].trim_ascii(), before.trim_ascii());
    let is_base64 = |line: &[u8]| {
        LENGTHS.contains(&line.len())
            && line.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    };
    let has_punctuation = |line: &[u8]| line.iter().any(|byte| matches!(byte, b'+' | b'/'));
    is_base64(line)
        && is_base64(before)
        && line.len() == before.len()
        && (has_punctuation(line) || has_punctuation(before))
        && line[..4] != before[..4]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_signature_are_armor_and_tokens_on_lines_are_not() {
        let one = "kX9pQ2vR7tLm/3NwZ8bYc".repeat(4)[..64].to_owned();
        let other = "Zb3pQ2vR7tLm+3NwZ8bYc".repeat(4)[..64].to_owned();
        let is_armor = |text: &str, at: usize| is_in_armor(text.as_bytes(), &(at..at + 40));
        for (indent, break_) in [("", "\n"), (" ", "\n"), ("", "\r\n")] {
            let text = format!("x{break_}{indent}{one}{break_}{indent}{other}{break_}");
            let at = text.find(&other).unwrap();
            assert!(is_armor(&text, at) && is_armor(&text, at + 3), "{text:?}");
            assert!(!is_armor(&text, text.find(&one).unwrap()), "{text:?}");
        }
        for text in [
            format!("x\n{one}\n{one}\n"),
            format!("x\n{one}\n{}\n", &other[..60]),
            format!("x\nkey={one}\n{other}\n"),
            other.clone(),
        ] {
            let at = text.rfind('\n').filter(|at| *at > 64).map_or(0, |_| text.len() - 61);
            assert!(!is_armor(&text, at), "{text:?}");
        }
    }
}
