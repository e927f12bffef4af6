//! Lists of words by their first byte: to compare a value with each word of a list would cost more than all that is
//! done with it afterwards.

/// Some words, those with the same first byte side by side and in the order in which they were given.
pub(crate) struct PrefixSet<const N: usize> {
    words: [&'static [u8]; N],
    /// Where in `words` those begin that begin with a byte of ASCII.
    heads: [u8; 129],
}

impl<const N: usize> PrefixSet<N> {
    #[expect(clippy::cast_possible_truncation, reason = "no list has 256 words")]
    pub(crate) const fn new(given: &[&'static [u8]; N]) -> Self {
        const NONE: &[u8] = &[];
        assert!(N < 256, "places have eight bits");
        let (mut words, mut heads) = ([NONE; N], [0; 129]);
        let (mut placed, mut byte) = (0, 0);
        while byte < 128 {
            heads[byte] = placed as u8;
            let mut at = 0;
            while at < N {
                if given[at][0] as usize == byte {
                    words[placed] = given[at];
                    placed += 1;
                }
                at += 1;
            }
            byte += 1;
        }
        assert!(placed == N, "a word begins with a byte that is none of ASCII");
        heads[128] = N as u8;
        Self { words, heads }
    }

    /// Those that begin with a byte.
    pub(crate) fn of(&self, first: u8) -> &[&'static [u8]] {
        let place = |byte: usize| self.heads.get(byte).map_or(N, |place| usize::from(*place));
        &self.words[place(usize::from(first))..place(usize::from(first) + 1)]
    }

    /// The first of them that a text begins with.
    pub(crate) fn begun(&self, text: &[u8]) -> Option<&'static [u8]> {
        self.of(*text.first()?).iter().copied().find(|word| text.starts_with(word))
    }

    /// Whether one of them stands in a text.
    pub(crate) fn stands_in(&self, text: &[u8]) -> bool {
        (0..text.len()).any(|at| self.begun(&text[at..]).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_their_first_byte_in_the_order_given() {
        static WORDS: PrefixSet<4> = PrefixSet::new(&[b"pass", b"key", b"password", b"~/"]);
        assert_eq!(WORDS.of(b'p'), [&b"pass"[..], b"password"]);
        assert_eq!(WORDS.begun(b"passwords"), Some(&b"pass"[..]));
        assert_eq!(
            (WORDS.begun(b"~/x"), WORDS.begun(b"kex"), WORDS.begun(b"")),
            (Some(&b"~/"[..]), None, None)
        );
        assert!(WORDS.stands_in(b"a monkey") && !WORDS.stands_in(b"a monk ~"));
        for byte in 0..=u8::MAX {
            assert_eq!(WORDS.of(byte).is_empty(), !b"pk~".contains(&byte), "{byte}");
        }
    }
}
