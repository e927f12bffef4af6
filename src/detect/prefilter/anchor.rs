//! The anchors of a rule set: which rules each literal belongs to, and how large a window they need. Searching is not
//! done here.
//!
//! They are arrays without pointers. The build script writes those of the built-in rules, so that a start neither
//! collects nor relocates anything; this file stands on the standard library and the schema of rules.

use std::borrow::Cow;
use std::collections::HashMap;

use skant_rule_schema::FollowedBy;

use super::grams::Pattern;

/// The bytes after an anchor that may contain the fragments of a split token: those of a document have more markup than
/// text.
const FRAGMENT_REACH: usize = 1536;

/// The anchors of a rule set, each once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Anchors {
    pub(crate) rows: Cow<'static, [Row]>,
    /// The literals, one after the other.
    pub(crate) texts: Cow<'static, [u8]>,
    /// The indices of the rules of each anchor.
    pub(crate) rules: Cow<'static, [u32]>,
}

/// An anchor in its arrays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    pub(crate) text: (u32, u32),
    pub(crate) ignore_case: bool,
    pub(crate) followed_by: Option<FollowedBy>,
    pub(crate) rules: (u32, u32),
    pub(crate) reach: u32,
}

/// A literal that occurs in every match of some rules.
#[derive(Clone, Copy)]
pub(crate) struct Anchor<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) ignore_case: bool,
    /// The characters that have to be after the literal.
    pub(crate) followed_by: Option<FollowedBy>,
    /// The indices of the rules, in the order in which they are tried.
    pub(crate) rules: &'a [u32],
    /// The largest reach of these rules, in bytes.
    pub(crate) reach: usize,
}

/// What a rule says about its anchors: the literals, whether their case counts, what follows, and the reach.
pub(crate) type Source<T> = (T, bool, Option<FollowedBy>, usize);

impl Anchors {
    /// Collects the anchors of rules, in the order of the rules.
    pub(crate) fn new<'r, T: Iterator<Item = &'r str>>(sources: impl Iterator<Item = Source<T>>) -> Self {
        let mut numbers: HashMap<(&str, bool, Option<FollowedBy>), usize> = HashMap::new();
        let mut found: Vec<(&str, Row, Vec<u32>)> = Vec::new();
        for (rule, (anchors, ignore_case, followed_by, reach)) in (0..).zip(sources) {
            for text in anchors {
                let number = *numbers.entry((text, ignore_case, followed_by)).or_insert_with(|| {
                    let row = Row { text: (0, 0), ignore_case, followed_by, rules: (0, 0), reach: 0 };
                    found.push((text, row, Vec::new()));
                    found.len() - 1
                });
                let (_, row, of) = &mut found[number];
                row.reach = row.reach.max(narrow(reach));
                of.push(rule);
            }
        }
        // Anchors are numbered with 16 bits. The rule pack's own limit is far lower.
        found.truncate(usize::from(u16::MAX));
        let (mut rows, mut texts, mut rules) = (Vec::with_capacity(found.len()), Vec::new(), Vec::new());
        for (text, row, of) in found {
            rows.push(Row {
                text: append(&mut texts, text.as_bytes()),
                rules: append(&mut rules, &of),
                ..row
            });
        }
        Self { rows: rows.into(), texts: texts.into(), rules: rules.into() }
    }

    #[inline]
    pub(crate) fn get(&self, number: u16) -> Anchor<'_> {
        self.anchor(&self.rows[usize::from(number)])
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Anchor<'_>> {
        self.rows.iter().map(|row| self.anchor(row))
    }

    #[inline]
    fn anchor(&self, row: &Row) -> Anchor<'_> {
        Anchor {
            text: part(&self.texts, row.text),
            ignore_case: row.ignore_case,
            followed_by: row.followed_by,
            rules: part(&self.rules, row.rules),
            reach: row.reach as usize,
        }
    }
}

/// Adds a part to an array; returns where it begins and ends.
fn append<T: Clone>(array: &mut Vec<T>, part: &[T]) -> (u32, u32) {
    let start = narrow(array.len());
    array.extend_from_slice(part);
    (start, narrow(array.len()))
}

#[inline]
fn part<T>(array: &[T], (start, end): (u32, u32)) -> &[T] {
    &array[start as usize..end as usize]
}

/// Converts a length: a rule pack is limited to far less.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl<'a> Anchor<'a> {
    pub(crate) const fn len(&self) -> usize {
        self.text.len()
    }

    /// Returns whether the anchor is a word of a name, which matches in either case.
    pub(crate) const fn is_word(&self) -> bool {
        self.ignore_case
    }

    #[inline]
    pub(crate) fn matches_at(&self, text: &[u8], start: usize) -> bool {
        let end = start + self.len();
        text.get(start..end).is_some_and(|found| {
            if self.ignore_case { found.eq_ignore_ascii_case(self.text) } else { found == self.text }
        }) && self.followed_by.is_none_or(|following| following.fits(&text[end..]))
    }

    /// Returns the bytes that the anchor consists of.
    pub(crate) fn pattern(&self) -> Pattern<'a> {
        let following = self.followed_by.map_or(0, |following| following.alphabet.ascii());
        Pattern { text: self.text, ignore_case: self.ignore_case, following }
    }

    /// Returns whether the anchor may be before a byte.
    pub(crate) fn may_precede(&self, byte: u8) -> bool {
        self.followed_by.is_none_or(|following| following.alphabet.holds(byte))
    }

    /// Returns how far after the anchor the fragments of a split token are read, in bytes.
    pub(crate) const fn fragment_reach(&self) -> usize {
        if self.is_word() {
            0
        } else if self.reach > FRAGMENT_REACH {
            self.reach
        } else {
            FRAGMENT_REACH
        }
    }
}
