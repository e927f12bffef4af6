//! Words of a provider near a secret, for secrets that do not tell by their form whose they are.

use std::ops::Range;

/// The bytes on each side of a secret in which its line is searched: a file without line ends is no line.
const REACH: usize = 1024;

/// Whether one of the words, given in lowercase, is on the line of a secret, outside of the secret.
pub(super) fn is_named(text: &[u8], span: &Range<usize>, words: &[String]) -> bool {
    let before = text.get(span.start.saturating_sub(REACH)..span.start).unwrap_or_default();
    let after = text.get(span.end..span.end.saturating_add(REACH).min(text.len())).unwrap_or_default();
    let before = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default().to_ascii_lowercase();
    let after = after.split(|byte| *byte == b'\n').next().unwrap_or_default().to_ascii_lowercase();
    let has = |part: &[u8], word: &String| memchr::memmem::find(part, word.as_bytes()).is_some();
    words.iter().any(|word| has(&before, word) || has(&after, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> bool {
        let at = text.find("SECRET").unwrap();
        is_named(text.as_bytes(), &(at..at + 6), &["deepseek".to_owned(), "secret".to_owned()])
    }

    #[test]
    fn a_word_counts_on_the_line_of_the_secret() {
        assert!(named("DEEPSEEK_API_KEY=SECRET"));
        assert!(named("key(\"SECRET\", url=\"https://api.deepseek.com\")"));
        // The value itself is no name.
        assert!(!named("SECRET"));
        assert!(!named("DEEPSEEK_API_KEY=\nKEY=SECRET\ndeepseek"));
        assert!(!named(&format!("deepseek{}SECRET", " ".repeat(REACH))));
    }
}
