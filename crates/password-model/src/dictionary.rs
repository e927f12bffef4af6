//! What words look like: a dictionary, and how often one letter follows another in it.

use std::borrow::Cow;

/// A dictionary, and the pairs of letters of its words.
#[derive(Clone, Debug)]
pub struct Dictionary {
    /// A bit for each of three hashes of each word.
    pub bits: Cow<'static, [u64]>,
    /// A bit for each three letters that a word begins with: most places of a random value begin none.
    pub heads: Cow<'static, [u64]>,
    /// How much more often than by chance one letter follows another, in eighths of a bit.
    pub pairs: Cow<'static, [i8]>,
}

/// Bits of the table: with 60,000 words and three hashes one string in a thousand is taken for a word by mistake.
const BITS: usize = 1 << 20;

/// Three letters of five bits.
const HEADS: usize = 1 << 15;

/// Words of fewer letters stand in any string.
pub const LEAST_WORD: usize = 3;

/// No word is longer.
const MOST_WORD: usize = 16;

/// Of a run of letters no more is looked at.
pub const MOST_RUN: usize = 64;

impl Dictionary {
    /// Reads a list of words in lower case, one on a line, and a table of 26 times 26 numbers.
    #[must_use]
    pub fn new(list: &str, pairs: &str) -> Self {
        let (mut bits, mut heads) = (vec![0; BITS / 64], vec![0; HEADS / 64]);
        let words = list.as_bytes().split(|byte| *byte == b'\n').filter(|word| !word.starts_with(b"#"));
        for word in words.filter(|word| (LEAST_WORD..=MOST_WORD).contains(&word.len())) {
            for place in places(word.iter().fold(0, |state, letter| step(state, *letter))) {
                bits[place / 64] |= 1 << (place % 64);
            }
            let head = head(word[..LEAST_WORD].iter().fold(0, |state, letter| step(state, *letter)));
            heads[head / 64] |= 1 << (head % 64);
        }
        let numbers =
            pairs.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_ascii_whitespace);
        let mut pairs: Vec<i8> = numbers.map(|number| number.parse().unwrap_or(0)).collect();
        pairs.resize(26 * 26, 0);
        Self { bits: bits.into(), heads: heads.into(), pairs: pairs.into() }
    }

    fn holds(&self, state: u64) -> bool {
        places(state).all(|place| self.bits[place / 64] >> (place % 64) & 1 == 1)
    }

    fn begins(&self, state: u64) -> bool {
        self.heads[head(state) / 64] >> (head(state) % 64) & 1 == 1
    }

    /// How much more one letter behind another looks like a word than like chance, in eighths of a bit. In any case.
    pub fn likeness(&self, first: u8, second: u8) -> i32 {
        let place = |letter: u8| usize::from((letter | 0x20).wrapping_sub(b'a'));
        i32::from(self.pairs.get(place(first) * 26 + place(second)).copied().unwrap_or(0))
    }

    /// The most letters of a run that words cover side by side, and in how many words. The run is in lower case;
    /// `humps` has a bit for each place where its case begins a word, so that no word goes on there: letters of both
    /// cases by chance hold many a word, if one does not look at their case.
    pub fn cover(&self, letters: &[u8], humps: u64) -> (usize, usize) {
        /// What a letter counts: more than all the words that it may cost.
        const LETTER: u16 = 64;
        /// What the shortest word counts.
        #[expect(clippy::cast_possible_truncation, reason = "three")]
        const SHORTEST: u16 = LEAST_WORD as u16 * LETTER - 1;
        let letters = &letters[..letters.len().min(MOST_RUN)];
        // What covers most letters up to a place, in few words: each letter counts, and a word counts against it.
        let mut best = [0_u16; MOST_RUN + 1];
        for start in 0..letters.len() {
            let before = best[start];
            best[start + 1] = best[start + 1].max(before);
            let most = (humps >> start >> 1).trailing_zeros() as usize + 1;
            let rest = &letters[start..letters.len().min(start + most.min(MOST_WORD))];
            let Some((head, tail)) = rest.split_at_checked(LEAST_WORD) else { continue };
            let mut state = head.iter().fold(0, |state, letter| step(state, *letter));
            if !self.begins(state) {
                continue;
            }
            let mut counts = before + SHORTEST;
            let mut end = start + LEAST_WORD;
            let follows = start > 0 && usize::from(before.div_ceil(LETTER)) == start;
            if (follows || end == letters.len()) && counts > best[end] && self.holds(state) {
                best[end] = counts;
            }
            for letter in tail {
                (state, counts, end) = (step(state, *letter), counts + LETTER, end + 1);
                if counts > best[end] && self.holds(state) {
                    best[end] = counts;
                }
            }
        }
        let covered = best[letters.len()].div_ceil(LETTER);
        (usize::from(covered), usize::from(covered * LETTER - best[letters.len()]))
    }
}

/// Five bits for each letter, so that no two words of twelve letters are alike.
const fn step(state: u64, letter: u8) -> u64 {
    state.rotate_left(5) ^ (letter & 31) as u64
}

#[expect(clippy::cast_possible_truncation, reason = "what is left has fifteen bits")]
const fn head(state: u64) -> usize {
    (state & (HEADS as u64 - 1)) as usize
}

#[expect(clippy::cast_possible_truncation, reason = "what is left has twenty bits")]
fn places(state: u64) -> impl Iterator<Item = usize> {
    let mixed = (state ^ state >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [44, 24, 4].into_iter().map(move |by| (mixed >> by & (BITS as u64 - 1)) as usize)
}

/// The table of pairs that a list of words makes: the logarithm of how much more often than by chance one letter
/// follows another, in eighths of a bit.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "counts and logarithms are small")]
pub fn letter_pair_table(words: &[String]) -> Vec<i8> {
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
        // No word goes on where a hump begins.
        assert_eq!(words.cover(b"correcthorse", 1 << 7), (12, 2));
        assert_eq!(words.cover(b"correcthorse", 1 << 6), (5, 1));
        assert_eq!(words.cover(b"correcthorse", 1 << 7 | 1 << 9), (7, 1));
    }

    #[test]
    fn letters_of_words_follow_each_other_as_in_words() {
        let list: Vec<String> = ["there", "then", "other", "father"].map(str::to_owned).into();
        let table: Vec<String> = letter_pair_table(&list).iter().map(i8::to_string).collect();
        let words = Dictionary::new("", &table.join(" "));
        assert!(words.likeness(b't', b'h') > 0 && words.likeness(b'X', b'q') < words.likeness(b'T', b'H'));
    }
}
