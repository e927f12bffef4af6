//! What a value looks like, in numbers and in one word.

use skant_password_model::dictionary::{Dictionary, MOST_RUN};
use skant_password_model::feature_key::Word;

/// What kind of thing a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Digits, and signs between them.
    Number,
    /// Hexadecimal digits, sixteen or more.
    Hex,
    /// One word or several run together, all in one case.
    Word,
    /// Letters in one case that are no words.
    Letters,
    /// Words run together, told apart by their case.
    Camel,
    /// Letters of both cases that are no words.
    Mixed,
    /// Words with `_`, `-` or `.` between them.
    Fragments,
    /// Words, and digits or signs behind or between them.
    WordDigits,
    /// Short, letters with digits or signs, no words.
    Typed,
    /// Long, letters with digits, no words.
    Random,
    /// Words with spaces between them.
    Sentence,
    /// With slashes between words.
    Path,
}

impl Class {
    /// As features call it.
    pub(crate) const fn word(self) -> Word<'static> {
        match self {
            Self::Number => const { Word::of(b"number") },
            Self::Hex => const { Word::of(b"hex") },
            Self::Word => const { Word::of(b"word") },
            Self::Letters => const { Word::of(b"letters") },
            Self::Camel => const { Word::of(b"camel") },
            Self::Mixed => const { Word::of(b"mixed") },
            Self::Fragments => const { Word::of(b"joined") },
            Self::WordDigits => const { Word::of(b"word-digits") },
            Self::Typed => const { Word::of(b"typed") },
            Self::Random => const { Word::of(b"random") },
            Self::Sentence => const { Word::of(b"sentence") },
            Self::Path => const { Word::of(b"path") },
        }
    }
}

/// A value in numbers.
#[derive(Clone, Debug)]
pub(crate) struct ValueStats {
    pub(crate) lower: usize,
    pub(crate) upper: usize,
    pub(crate) digits: usize,
    pub(crate) signs: usize,
    /// The share of its letters that words cover, in tenths.
    pub(crate) covered: usize,
    pub(crate) words: usize,
    /// In how many parts its letters fall by what stands between them and by their case.
    pub(crate) humps: usize,
    /// How much more its letters look like words than like chance: eighths of a bit for each pair.
    pub(crate) likeness: i32,
    /// How often the kind of character changes, in hundredths of what it could.
    pub(crate) changes: usize,
    pub(crate) distinct: usize,
    pub(crate) class: Class,
}

const fn kind(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

/// A bit for each place of a run of letters where its case begins a word: `correctHorse`, `HTTPServer`.
fn humps_of(run: &[u8]) -> u64 {
    let begins = |at: usize| {
        run[at].is_ascii_uppercase()
            && (run[at - 1].is_ascii_lowercase() || run.get(at + 1).is_some_and(u8::is_ascii_lowercase))
    };
    (1..run.len().min(MOST_RUN)).fold(0, |humps, at| humps | u64::from(begins(at)) << at)
}

impl ValueStats {
    pub(crate) fn of(value: &[u8], words: &Dictionary) -> Self {
        let mut counts = [0_usize; 4];
        let mut seen = [0_u64; 4];
        let (mut changes, mut likeness, mut pairs) = (0, 0, 0);
        let (mut last, mut before) = (4, 0);
        for &byte in value {
            let this = kind(byte);
            counts[usize::from(this)] += 1;
            // A capital at the beginning of a word is no change.
            changes += usize::from(last != 4 && this != last && !(last == 1 && this == 0));
            if this == 0 && last < 2 || this == 1 && last == 1 {
                likeness += words.likeness(before, byte);
                pairs += 1;
            }
            (last, before) = (this, byte);
            seen[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
        let distinct = seen.iter().map(|part| part.count_ones() as usize).sum();
        let [lower, upper, digits, signs] = counts;
        let (mut in_words, mut count, mut humps) = (0, 0, 0);
        for run in value.split(|byte| !byte.is_ascii_alphabetic()).filter(|run| !run.is_empty()) {
            let mut letters = [0; MOST_RUN];
            let letters = &mut letters[..run.len().min(MOST_RUN)];
            letters.copy_from_slice(&run[..letters.len()]);
            letters.make_ascii_lowercase();
            let begins = humps_of(run);
            let (covered, found) = words.cover(letters, begins);
            in_words += covered;
            count += found;
            humps += 1 + begins.count_ones() as usize;
        }
        let letters = lower + upper;
        let mut looks = Self {
            lower,
            upper,
            digits,
            signs,
            covered: (in_words * 10).checked_div(letters).unwrap_or(0),
            words: count,
            humps,
            likeness: likeness.checked_div(pairs).unwrap_or(0),
            changes: (changes * 100).checked_div(value.len().saturating_sub(1)).unwrap_or(0),
            distinct,
            class: Class::Typed,
        };
        looks.class = looks.classed(value);
        looks
    }

    /// Whether it looks drawn by chance from a large alphabet, so that a hash of it gives nothing away.
    pub(crate) const fn is_random(&self) -> bool {
        matches!(self.class, Class::Random | Class::Hex | Class::Mixed)
            && self.distinct >= 10
            && self.covered < 5
    }

    pub(crate) const fn letters(&self) -> usize {
        self.lower + self.upper
    }

    fn classed(&self, value: &[u8]) -> Class {
        let letters = self.letters();
        let wordy = self.covered >= 7;
        if letters == 0
            || letters == 1
                && value.len() > 4
                && self.digits + self.signs == value.len() - 1
                && self.signs > 0
        {
            return Class::Number;
        }
        if value.contains(&b' ') {
            return Class::Sentence;
        }
        let core = value.strip_prefix(b"0x").unwrap_or(value);
        if core.len() >= 16 && self.digits > 0 && core.iter().all(u8::is_ascii_hexdigit) {
            return Class::Hex;
        }
        let slashes = memchr::memchr_iter(b'/', value).count();
        if self.covered >= 5 && (slashes > 1 || value.starts_with(b"/")) {
            return Class::Path;
        }
        if letters == value.len() {
            let capital = self.upper == 1 && value[0].is_ascii_uppercase();
            let one_case = self.lower == 0 || self.upper == 0 || capital;
            return match (one_case, wordy) {
                (true, true) => Class::Word,
                (true, false) => Class::Letters,
                (false, true) => Class::Camel,
                (false, false) => Class::Mixed,
            };
        }
        let joins = value.iter().filter(|byte| matches!(byte, b'_' | b'-' | b'.' | b':')).count();
        if wordy {
            return if joins > 0 && joins == self.signs && self.digits <= 3 {
                Class::Fragments
            } else {
                Class::WordDigits
            };
        }
        if value.len() >= 16 { Class::Random } else { Class::Typed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_tells_where_a_word_begins() {
        for (run, humps) in
            [("correctHorse", 1 << 7), ("HTTPServer", 1 << 4), ("Word", 0), ("WORD", 0), ("aBcD", 0b1010)]
        {
            assert_eq!(humps_of(run.as_bytes()), humps, "{run}");
        }
    }

    #[test]
    fn what_is_counted_is_what_stands_there() {
        let words = Dictionary::new("correct\nhorse\nsummer\n", "");
        let of = |value: &str| ValueStats::of(value.as_bytes(), &words);
        assert_eq!(["aaaa", "aab1", "a1b2"].map(|value| of(value).changes), [0, 33, 100]);
        for (value, is_random) in [
            ("k8Gq2ZpX7wLm4RtVb", true),
            ("8f4b7f84864484a7bf31766abe9204da", true),
            ("8f8f4b4b8f4b8f8f4b8f4b4b8f8f4b8f", false),
            ("correct-horse-summer", false),
            ("suMmeRhOrse", false),
        ] {
            assert_eq!(of(value).is_random(), is_random, "{value}");
        }
    }

    #[test]
    fn each_kind_of_value_is_told() {
        let words = Dictionary::new("correct\nhorse\npassword\nsummer\nthe\n", "");
        for (value, class) in [
            ("522154", Class::Number),
            ("8f4b7f84864484a7bf31766abe9204da", Class::Hex),
            ("correcthorse", Class::Word),
            ("Summer", Class::Word),
            ("zqkvjwxp", Class::Letters),
            ("correctHorse", Class::Camel),
            ("zqKvjWxp", Class::Mixed),
            ("suMmeRhOrse", Class::Mixed),
            ("correct-horse", Class::Fragments),
            ("summer2024", Class::WordDigits),
            ("k8Gq2Zp", Class::Typed),
            ("k8Gq2ZpX7wLm4RtVb", Class::Random),
            ("the horse", Class::Sentence),
            ("/summer/horse", Class::Path),
        ] {
            assert_eq!(ValueStats::of(value.as_bytes(), &words).class, class, "{value}");
        }
    }
}
