//! Measures a value: counts of characters, dictionary words, and the class that it looks like. Judges nothing.

use skant_password_model::dictionary::{Dictionary, MAX_RUN};
pub(crate) use skant_password_model::vocabulary::Class;

/// Measurements of a value.
#[derive(Clone, Debug)]
pub(crate) struct ValueStats {
    pub(crate) lower: usize,
    pub(crate) upper: usize,
    pub(crate) digits: usize,
    /// Bytes that are neither ASCII letters nor digits.
    pub(crate) punctuation: usize,
    /// The share of its letters that dictionary words cover, in tenths.
    pub(crate) covered: usize,
    /// The number of dictionary words that cover them.
    pub(crate) words: usize,
    /// The number of parts of its letters, split at other characters and at positions where the case begins a word.
    pub(crate) letter_parts: usize,
    /// The likelihood of its pairs of letters in words, compared with random letters: the mean, in eighths of a bit.
    pub(crate) likeness: i32,
    /// The number of changes between kinds of characters, in hundredths of the number of pairs of characters.
    pub(crate) changes: usize,
    /// The number of different bytes.
    pub(crate) distinct: usize,
    pub(crate) class: Class,
}

/// The kind of a byte, as an index: lowercase, uppercase, digit, other.
const fn character_kind(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

/// Returns a bit for each position of a run of letters at which its case begins a word: `correctHorse`, `HTTPServer`.
fn case_starts(run: &[u8]) -> u64 {
    let begins_word = |at: usize| {
        run[at].is_ascii_uppercase()
            && (run[at - 1].is_ascii_lowercase() || run.get(at + 1).is_some_and(u8::is_ascii_lowercase))
    };
    (1..run.len().min(MAX_RUN)).fold(0, |starts, at| starts | u64::from(begins_word(at)) << at)
}

impl ValueStats {
    pub(crate) fn new(value: &[u8], dictionary: &Dictionary) -> Self {
        let mut counts = [0_usize; 4];
        let mut seen = [0_u64; 4];
        let (mut changes, mut likeness, mut pairs) = (0, 0, 0);
        let (mut last_kind, mut last_byte) = (4, 0);
        for &byte in value {
            let kind = character_kind(byte);
            counts[usize::from(kind)] += 1;
            // An uppercase letter at the start of a word is no change.
            changes += usize::from(last_kind != 4 && kind != last_kind && !(last_kind == 1 && kind == 0));
            if kind == 0 && last_kind < 2 || kind == 1 && last_kind == 1 {
                likeness += dictionary.pair_likeness(last_byte, byte);
                pairs += 1;
            }
            (last_kind, last_byte) = (kind, byte);
            seen[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
        let distinct = seen.iter().map(|bits| bits.count_ones() as usize).sum();
        let [lower, upper, digits, punctuation] = counts;
        let (mut covered_letters, mut words, mut letter_parts) = (0, 0, 0);
        for run in value.split(|byte| !byte.is_ascii_alphabetic()).filter(|run| !run.is_empty()) {
            let mut letters = [0; MAX_RUN];
            let letters = &mut letters[..run.len().min(MAX_RUN)];
            letters.copy_from_slice(&run[..letters.len()]);
            letters.make_ascii_lowercase();
            let starts = case_starts(run);
            let (covered_here, words_here) = dictionary.cover(letters, starts);
            covered_letters += covered_here;
            words += words_here;
            letter_parts += 1 + starts.count_ones() as usize;
        }
        let mut stats = Self {
            lower,
            upper,
            digits,
            punctuation,
            covered: (covered_letters * 10).checked_div(lower + upper).unwrap_or(0),
            words,
            letter_parts,
            likeness: likeness.checked_div(pairs).unwrap_or(0),
            changes: (changes * 100).checked_div(value.len().saturating_sub(1)).unwrap_or(0),
            distinct,
            class: Class::HumanChosen,
        };
        stats.class = stats.classify(value);
        stats
    }

    /// Returns whether the value looks like random characters of a large alphabet, so that a hash of it cannot be
    /// reversed by trial.
    pub(crate) const fn is_random(&self) -> bool {
        matches!(self.class, Class::Random | Class::Hex | Class::MixedCase)
            && self.distinct >= 10
            && self.covered < 5
    }

    /// Returns whether the value has no digits and looks like words or identifiers of any language.
    pub(crate) const fn is_plain(&self) -> bool {
        self.digits == 0 && (self.covered > 4 || self.likeness > 0 || matches!(self.class, Class::Sentence))
    }

    /// Returns how many of these kinds of characters the value has: lowercase, uppercase, digits, punctuation.
    pub(crate) fn kinds(&self) -> usize {
        [self.lower, self.upper, self.digits, self.punctuation].iter().filter(|count| **count > 0).count()
    }

    pub(crate) const fn letters(&self) -> usize {
        self.lower + self.upper
    }

    fn classify(&self, value: &[u8]) -> Class {
        let letters = self.letters();
        let is_wordy = self.covered >= 7;
        if letters == 0
            || letters == 1
                && value.len() > 4
                && self.digits + self.punctuation == value.len() - 1
                && self.punctuation > 0
        {
            return Class::Number;
        }
        if value.contains(&b' ') {
            return Class::Sentence;
        }
        let digits = value.strip_prefix(b"0x").unwrap_or(value);
        if digits.len() >= 16 && self.digits > 0 && digits.iter().all(u8::is_ascii_hexdigit) {
            return Class::Hex;
        }
        let slashes = memchr::memchr_iter(b'/', value).count();
        if self.covered >= 5 && (slashes > 1 || value.starts_with(b"/")) {
            return Class::Path;
        }
        if letters == value.len() {
            let is_capitalized = self.upper == 1 && value[0].is_ascii_uppercase();
            let has_one_case = self.lower == 0 || self.upper == 0 || is_capitalized;
            return match (has_one_case, is_wordy) {
                (true, true) => Class::Word,
                (true, false) => Class::Letters,
                (false, true) => Class::Camel,
                (false, false) => Class::MixedCase,
            };
        }
        let separators = value.iter().filter(|byte| matches!(byte, b'_' | b'-' | b'.' | b':')).count();
        if is_wordy {
            return if separators > 0 && separators == self.punctuation && self.digits <= 3 {
                Class::Separated
            } else {
                Class::WordDigits
            };
        }
        if value.len() >= 16 { Class::Random } else { Class::HumanChosen }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uppercase_letter_may_begin_a_word() {
        for (run, starts) in
            [("correctHorse", 1 << 7), ("HTTPServer", 1 << 4), ("Word", 0), ("WORD", 0), ("aBcD", 0b1010)]
        {
            assert_eq!(case_starts(run.as_bytes()), starts, "{run}");
        }
    }

    #[test]
    fn changes_and_randomness_are_measured() {
        let words = Dictionary::new("correct\nhorse\nsummer\n", "");
        let stats = |value: &str| ValueStats::new(value.as_bytes(), &words);
        assert_eq!(["aaaa", "aab1", "a1b2"].map(|value| stats(value).changes), [0, 33, 100]);
        for (value, is_random) in [
            ("k8Gq2ZpX7wLm4RtVb", true),
            ("8f4b7f84864484a7bf31766abe9204da", true),
            ("8f8f4b4b8f4b8f8f4b8f4b4b8f8f4b8f", false),
            ("correct-horse-summer", false),
            ("suMmeRhOrse", false),
        ] {
            assert_eq!(stats(value).is_random(), is_random, "{value}");
        }
    }

    #[test]
    fn each_class_is_recognized() {
        let words = Dictionary::new("correct\nhorse\npassword\nsummer\nthe\n", "");
        for (value, class) in [
            ("522154", Class::Number),
            ("8f4b7f84864484a7bf31766abe9204da", Class::Hex),
            ("correcthorse", Class::Word),
            ("Summer", Class::Word),
            ("zqkvjwxp", Class::Letters),
            ("correctHorse", Class::Camel),
            ("zqKvjWxp", Class::MixedCase),
            ("suMmeRhOrse", Class::MixedCase),
            ("correct-horse", Class::Separated),
            ("summer2024", Class::WordDigits),
            ("k8Gq2Zp", Class::HumanChosen),
            ("k8Gq2ZpX7wLm4RtVb", Class::Random),
            ("the horse", Class::Sentence),
            ("/summer/horse", Class::Path),
        ] {
            assert_eq!(ValueStats::new(value.as_bytes(), &words).class, class, "{value}");
        }
    }
}
