//! Lists of literals that values are compared with: at their start ([`PrefixSet`]) and anywhere ([`LiteralSearch`]).
//! Knows nothing of what the literals mean.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use aho_corasick::AhoCorasick;

/// Literals, sorted by their first bytes. A comparison with each literal of a list would cost more than all later work on
/// a value, and most values begin with a byte that no literal begins with.
pub(crate) struct PrefixSet<const N: usize> {
    /// The literals by their first bytes; those with the same first byte in the given order.
    literals: [&'static [u8]; N],
    /// By ASCII byte, the index of the first literal that begins with it or with a greater byte.
    starts: [u8; 129],
}

impl<const N: usize> PrefixSet<N> {
    #[expect(clippy::cast_possible_truncation, reason = "no list has 256 literals")]
    pub(crate) const fn new(given: &[&'static [u8]; N]) -> Self {
        const EMPTY: &[u8] = &[];
        assert!(N < 256, "an index has eight bits");
        let (mut literals, mut starts) = ([EMPTY; N], [0; 129]);
        let (mut count, mut byte) = (0, 0);
        while byte < 128 {
            starts[byte] = count as u8;
            let mut at = 0;
            while at < N {
                if given[at][0] as usize == byte {
                    literals[count] = given[at];
                    count += 1;
                }
                at += 1;
            }
            byte += 1;
        }
        assert!(count == N, "a literal begins with a byte that is not ASCII");
        starts[128] = N as u8;
        Self { literals, starts }
    }

    /// Returns the literals that begin with a byte.
    pub(crate) fn starting_with(&self, first: u8) -> &[&'static [u8]] {
        let start = |byte: usize| self.starts.get(byte).map_or(N, |start| usize::from(*start));
        &self.literals[start(usize::from(first))..start(usize::from(first) + 1)]
    }

    /// Returns the first literal, in the given order, that a text begins with.
    pub(crate) fn prefix_of(&self, text: &[u8]) -> Option<&'static [u8]> {
        self.starting_with(*text.first()?).iter().copied().find(|literal| text.starts_with(literal))
    }
}

/// Literals that are searched for anywhere in a value.
///
/// The first [`MIN_SEARCHES`] values are compared with the literals at each position; after those, an Aho-Corasick
/// automaton is built and used. Measured with 14 literals and values of 8 to 32 bytes: a comparison takes 65 ns for a
/// value, the automaton 38 ns, but it takes 60 µs to build. So it pays after some 2,200 values, more than a commit hook
/// sees and far fewer than a scan of a history.
pub(crate) struct LiteralSearch<const N: usize> {
    literals: PrefixSet<N>,
    searches: AtomicU32,
    /// `None` inside if the automaton cannot be built; then values are still compared.
    automaton: OnceLock<Option<AhoCorasick>>,
}

/// The number of values that are compared before the automaton is built.
const MIN_SEARCHES: u32 = 2_000;

impl<const N: usize> LiteralSearch<N> {
    pub(crate) const fn new(literals: &[&'static [u8]; N]) -> Self {
        Self { literals: PrefixSet::new(literals), searches: AtomicU32::new(0), automaton: OnceLock::new() }
    }

    /// Returns whether one of the literals occurs in a text.
    pub(crate) fn occurs_in(&self, text: &[u8]) -> bool {
        // The count need not be exact, so threads do not wait for each other.
        if self.searches.load(Ordering::Relaxed) < MIN_SEARCHES {
            self.searches.fetch_add(1, Ordering::Relaxed);
            return self.occurs_by_comparison(text);
        }
        self.automaton().map_or_else(|| self.occurs_by_comparison(text), |automaton| automaton.is_match(text))
    }

    fn automaton(&self) -> Option<&AhoCorasick> {
        self.automaton.get_or_init(|| AhoCorasick::new(self.literals.literals).ok()).as_ref()
    }

    fn occurs_by_comparison(&self, text: &[u8]) -> bool {
        (0..text.len()).any(|at| self.literals.prefix_of(&text[at..]).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_found_by_their_first_byte_in_the_given_order() {
        static WORDS: PrefixSet<4> = PrefixSet::new(&[b"pass", b"key", b"password", b"~/"]);
        assert_eq!(WORDS.starting_with(b'p'), [&b"pass"[..], b"password"]);
        assert_eq!(WORDS.prefix_of(b"passwords"), Some(&b"pass"[..]));
        assert_eq!(
            (WORDS.prefix_of(b"~/x"), WORDS.prefix_of(b"kex"), WORDS.prefix_of(b"")),
            (Some(&b"~/"[..]), None, None)
        );
        for byte in 0..=u8::MAX {
            assert_eq!(WORDS.starting_with(byte).is_empty(), !b"pk~".contains(&byte), "{byte}");
        }
    }

    #[test]
    fn the_automaton_is_built_only_for_many_values() {
        let search = LiteralSearch::new(&[b"key", b"~/"]);
        for _ in 0..MIN_SEARCHES {
            assert!(search.occurs_in(b"a monkey") && search.automaton.get().is_none());
        }
        assert!(search.occurs_in(b"a monkey") && search.automaton.get().is_some());
        assert!(!search.occurs_in(b"a monk ~"));
    }

    proptest::proptest! {
        #[test]
        fn the_automaton_finds_what_a_comparison_finds(text in "[ab.{$x:/\\x80-\u{ff}]{0,24}") {
            static LITERALS: [&[u8]; 7] = [b"ab", b"aba", b"b.b", b"${", b"x", b"://", b"....."];
            static SEARCH: LiteralSearch<7> = LiteralSearch::new(&LITERALS);
            let text = text.as_bytes();
            let expected = LITERALS.iter().any(|literal| memchr::memmem::find(text, literal).is_some());
            proptest::prop_assert_eq!(SEARCH.occurs_by_comparison(text), expected);
            proptest::prop_assert_eq!(SEARCH.automaton().map(|automaton| automaton.is_match(text)), Some(expected));
        }
    }
}
