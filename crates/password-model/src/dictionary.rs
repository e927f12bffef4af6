//! A dictionary of words, and how often one letter follows another in them. Built from `model/words.txt` and
//! `model/pairs.txt`.

use std::borrow::Cow;

/// The words, as a Bloom filter, and the frequencies of their pairs of letters.
#[derive(Clone, Debug)]
pub struct Dictionary {
    /// A bit for each of three hashes of each word.
    pub bits: Cow<'static, [u64]>,
    /// A bit for each sequence of three letters that a word begins with. Most positions of a random value begin no
    /// word, so this test saves most lookups.
    pub starts: Cow<'static, [u64]>,
    /// The frequency of each pair of letters, compared with random letters, in eighths of a bit: 26 times 26.
    pub pairs: Cow<'static, [i8]>,
}

/// Bits of the filter: with 60,000 words and three hashes, one string in a thousand is mistaken for a word.
const FILTER_BITS: usize = 1 << 20;

/// Sequences of three letters of five bits.
const START_BITS: usize = 1 << 15;

/// Shorter words occur in any string by chance.
pub const MIN_WORD: usize = 3;

/// The longest word of the dictionary.
const MAX_WORD: usize = 16;

/// The number of letters of a run that are matched with words.
pub const MAX_RUN: usize = 64;

impl Dictionary {
    /// Reads a list of words in lower case, one on a line, and a table of 26 times 26 numbers. Lines that begin with `#`
    /// are comments.
    #[must_use]
    pub fn new(list: &str, pairs: &str) -> Self {
        let (mut bits, mut starts) = (vec![0; FILTER_BITS / 64], vec![0; START_BITS / 64]);
        let words = list.as_bytes().split(|byte| *byte == b'\n').filter(|word| !word.starts_with(b"#"));
        for word in words.filter(|word| (MIN_WORD..=MAX_WORD).contains(&word.len())) {
            for bit in filter_bits(hash(word)) {
                bits[bit / 64] |= 1 << (bit % 64);
            }
            let bit = start_bit(hash(&word[..MIN_WORD]));
            starts[bit / 64] |= 1 << (bit % 64);
        }
        let numbers =
            pairs.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_ascii_whitespace);
        let mut pairs: Vec<i8> = numbers.map(|number| number.parse().unwrap_or(0)).collect();
        pairs.resize(26 * 26, 0);
        Self { bits: bits.into(), starts: starts.into(), pairs: pairs.into() }
    }

    fn may_contain(&self, hash: u64) -> bool {
        filter_bits(hash).all(|bit| self.bits[bit / 64] >> (bit % 64) & 1 == 1)
    }

    fn has_start(&self, hash: u64) -> bool {
        let bit = start_bit(hash);
        self.starts[bit / 64] >> (bit % 64) & 1 == 1
    }

    /// Returns how much more often a letter follows another in words than in random letters, in eighths of a bit. The
    /// case of the letters does not matter.
    pub fn pair_likeness(&self, first: u8, second: u8) -> i32 {
        let index = |letter: u8| usize::from((letter | 0x20).wrapping_sub(b'a'));
        i32::from(self.pairs.get(index(first) * 26 + index(second)).copied().unwrap_or(0))
    }

    /// Returns the largest number of letters that words without overlap can cover in a run of lowercase letters, and
    /// the smallest number of such words.
    ///
    /// `case_starts` has a bit for each position at which the case of the original letters begins a word. No word
    /// continues across such a position: random letters of both cases contain many words if their case is ignored.
    pub fn cover(&self, letters: &[u8], case_starts: u64) -> (usize, usize) {
        /// The points of a covered letter: more than the number of words in a run, since a word costs one point.
        const LETTER: u16 = 64;
        /// The points of the shortest word.
        #[expect(clippy::cast_possible_truncation, reason = "three")]
        const SHORTEST: u16 = MIN_WORD as u16 * LETTER - 1;
        let letters = &letters[..letters.len().min(MAX_RUN)];
        // By position, the most points of the letters before it.
        let mut best = [0_u16; MAX_RUN + 1];
        for start in 0..letters.len() {
            let before = best[start];
            best[start + 1] = best[start + 1].max(before);
            let until_case_start = (case_starts >> start >> 1).trailing_zeros() as usize + 1;
            let rest = &letters[start..letters.len().min(start + until_case_start.min(MAX_WORD))];
            let Some((first, tail)) = rest.split_at_checked(MIN_WORD) else { continue };
            let mut state = hash(first);
            if !self.has_start(state) {
                continue;
            }
            let mut points = before + SHORTEST;
            let mut end = start + MIN_WORD;
            // A word of three letters counts only at the end of the run, or if words cover all letters before it.
            let follows_word = start > 0 && usize::from(before.div_ceil(LETTER)) == start;
            if (follows_word || end == letters.len()) && points > best[end] && self.may_contain(state) {
                best[end] = points;
            }
            for letter in tail {
                (state, points, end) = (hash_letter(state, *letter), points + LETTER, end + 1);
                if points > best[end] && self.may_contain(state) {
                    best[end] = points;
                }
            }
        }
        let covered = best[letters.len()].div_ceil(LETTER);
        (usize::from(covered), usize::from(covered * LETTER - best[letters.len()]))
    }
}

/// Adds a letter to a hash: five bits for each letter, so no two words of up to twelve letters have the same hash.
const fn hash_letter(state: u64, letter: u8) -> u64 {
    state.rotate_left(5) ^ (letter & 31) as u64
}

fn hash(word: &[u8]) -> u64 {
    word.iter().fold(0, |state, letter| hash_letter(state, *letter))
}

#[expect(clippy::cast_possible_truncation, reason = "the mask leaves fifteen bits")]
const fn start_bit(hash: u64) -> usize {
    (hash & (START_BITS as u64 - 1)) as usize
}

/// Returns the three bits of the filter for a hash.
#[expect(clippy::cast_possible_truncation, reason = "the mask leaves twenty bits")]
fn filter_bits(hash: u64) -> impl Iterator<Item = usize> {
    let mixed = (hash ^ hash >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [44, 24, 4].into_iter().map(move |shift| (mixed >> shift & (FILTER_BITS as u64 - 1)) as usize)
}

/// Computes the table of letter pairs from a list of words: the logarithm of how much more often one letter follows
/// another than in random letters, in eighths of a bit.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "counts and logarithms are small")]
pub fn letter_pair_table(words: &[String]) -> Vec<i8> {
    let mut counts = vec![1_u32; 26 * 26];
    for word in words {
        for pair in word.as_bytes().windows(2) {
            if pair.iter().all(u8::is_ascii_lowercase) {
                counts[usize::from(pair[0] - b'a') * 26 + usize::from(pair[1] - b'a')] += 1;
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
    fn words_cover_the_most_letters_in_the_fewest_words() {
        let words = Dictionary::new("# a comment\ncorrect\nhorse\nhors\ncat\n", "");
        for (letters, expected) in [
            ("correcthorse", (12, 2)),
            ("xxhorsexx", (5, 1)),
            ("cat", (3, 1)),
            ("qzxcatq", (0, 0)),
            ("", (0, 0)),
        ] {
            assert_eq!(words.cover(letters.as_bytes(), 0), expected, "{letters}");
        }
        // No word continues where the case begins a word.
        assert_eq!(words.cover(b"correcthorse", 1 << 7), (12, 2));
        assert_eq!(words.cover(b"correcthorse", 1 << 6), (5, 1));
        assert_eq!(words.cover(b"correcthorse", 1 << 7 | 1 << 9), (7, 1));
    }

    #[test]
    fn letter_pairs_of_words_are_more_likely_than_others() {
        let list: Vec<String> = ["there", "then", "other", "father"].map(str::to_owned).into();
        let table: Vec<String> = letter_pair_table(&list).iter().map(i8::to_string).collect();
        let words = Dictionary::new("", &table.join(" "));
        let likely = words.pair_likeness(b't', b'h');
        assert!(likely > 0 && words.pair_likeness(b'X', b'q') < words.pair_likeness(b'T', b'H'));
    }
}
