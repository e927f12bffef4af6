//! What words look like: a dictionary, and how often one letter follows another in it.

/// A dictionary, and the pairs of letters of its words.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// A bit for each of two hashes of each word.
    bits: Vec<u64>,
    /// How much more often than by chance one letter follows another, in eighths of a bit.
    pairs: Vec<i8>,
}

/// Bits of the table: with 60,000 words and three hashes one string in a thousand is taken for a word by mistake.
const BITS: usize = 1 << 20;

/// Words of fewer letters stand in any string.
pub(super) const LEAST_WORD: usize = 3;

/// No word is longer.
const MOST_WORD: usize = 16;

impl Words {
    /// Reads a list of words in lower case, one on a line, and a table of 26 times 26 numbers.
    #[must_use]
    pub fn new(list: &str, pairs: &str) -> Self {
        let mut bits = vec![0; BITS / 64];
        let words = list.lines().filter(|word| !word.starts_with('#'));
        for word in words.map(str::as_bytes).filter(|word| (LEAST_WORD..=MOST_WORD).contains(&word.len())) {
            for place in places(hash(word)) {
                bits[place / 64] |= 1 << (place % 64);
            }
        }
        let numbers =
            pairs.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_ascii_whitespace);
        let mut pairs: Vec<i8> = numbers.map(|number| number.parse().unwrap_or(0)).collect();
        pairs.resize(26 * 26, 0);
        Self { bits, pairs }
    }

    fn holds(&self, hash: u64) -> bool {
        places(hash).iter().all(|place| self.bits[place / 64] >> (place % 64) & 1 == 1)
    }

    /// How much more a run of letters in lower case looks like words than like chance, in eighths of a bit.
    pub(super) fn likeness(&self, letters: &[u8]) -> i32 {
        let place = |letter: u8| usize::from(letter.wrapping_sub(b'a'));
        letters.windows(2).map(|two| i32::from(self.pairs[place(two[0]) * 26 + place(two[1])])).sum()
    }

    /// The most letters of a run, in lower case, that words cover side by side, and in how many words.
    pub(super) fn cover(&self, letters: &[u8]) -> (usize, usize) {
        const MOST: usize = 64;
        let letters = &letters[..letters.len().min(MOST)];
        // What covers most letters up to a place, in few words.
        let mut best = [(0_usize, 0_usize); MOST + 1];
        for start in 0..letters.len() {
            let (covered, words) = best[start];
            if better((covered, words), best[start + 1]) {
                best[start + 1] = (covered, words);
            }
            let mut state = SEED;
            for (length, letter) in (1..=MOST_WORD).zip(&letters[start..]) {
                state = step(state, *letter);
                let whole = length == letters.len();
                if (length > LEAST_WORD || length == LEAST_WORD && (whole || covered == start && start > 0))
                    && self.holds(state)
                {
                    let found = (covered + length, words + 1);
                    if better(found, best[start + length]) {
                        best[start + length] = found;
                    }
                }
            }
        }
        best[letters.len()]
    }
}

fn better(one: (usize, usize), other: (usize, usize)) -> bool {
    one.0 > other.0 || one.0 == other.0 && one.1 < other.1
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a.
pub(super) const fn step(state: u64, byte: u8) -> u64 {
    (state ^ byte as u64).wrapping_mul(0x0100_0000_01b3)
}

pub(super) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(SEED, |state, byte| step(state, *byte))
}

fn places(hash: u64) -> [usize; 3] {
    let mixed = (hash ^ hash >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [mixed, mixed >> 21, mixed >> 42].map(|part| usize::try_from(part & (BITS as u64 - 1)).unwrap_or(0))
}

/// The table of pairs that a list of words makes: the logarithm of how much more often than by chance one letter
/// follows another, in eighths of a bit.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "counts and logarithms are small")]
pub fn pairs_of(words: &[String]) -> Vec<i8> {
    let mut counts = vec![1_u32; 26 * 26];
    for word in words {
        for two in word.as_bytes().windows(2) {
            if two.iter().all(u8::is_ascii_lowercase) {
                counts[usize::from(two[0] - b'a') * 26 + usize::from(two[1] - b'a')] += 1;
            }
        }
    }
    let all: u32 = counts.iter().sum();
    counts
        .iter()
        .map(|count| {
            let share = f64::from(*count) / f64::from(all) * 676.0;
            (share.log2() * 8.0).round().clamp(-64.0, 64.0) as i8
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cover_what_they_can_in_as_few_as_can_be() {
        let words = Words::new("# a comment\ncorrect\nhorse\nhors\ncat\n", "");
        for (letters, expected) in [
            ("correcthorse", (12, 2)),
            ("xxhorsexx", (5, 1)),
            ("cat", (3, 1)),
            ("qzxcatq", (0, 0)),
            ("", (0, 0)),
        ] {
            assert_eq!(words.cover(letters.as_bytes()), expected, "{letters}");
        }
    }

    #[test]
    fn letters_of_words_follow_each_other_as_in_words() {
        let list: Vec<String> = ["there", "then", "other", "father"].map(str::to_owned).into();
        let table: Vec<String> = pairs_of(&list).iter().map(i8::to_string).collect();
        let words = Words::new("", &table.join(" "));
        assert!(words.likeness(b"the") > 0 && words.likeness(b"xqj") < words.likeness(b"the"));
    }
}
