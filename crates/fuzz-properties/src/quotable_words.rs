//! Words of a file that no message may quote.

/// Returns the words that could be secrets. No message may contain one.
pub(crate) fn quotable_words(file: &[u8]) -> impl Iterator<Item = &str> {
    let words = file.split(|byte| !byte.is_ascii_alphanumeric());
    words
        .filter(|word| {
            word.len() >= 8 && word.iter().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        })
        .filter_map(|word| std::str::from_utf8(word).ok())
        // Names of settings, which messages contain.
        .filter(|word| !["disabledRules", "secretGroup", "targetRules"].contains(word))
}
