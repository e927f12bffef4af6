//! The anchors of a rule set: which rules each literal belongs to, and how large a window they need.
//! Searching is not done here.

use std::collections::HashMap;

use crate::detect::matcher::window::EDGE;
use crate::detect::prefilter::grams::Pattern;
use crate::rules::{FollowedBy, Rule};

/// The bytes after an anchor that may contain the fragments of a split token: those of a document have more markup than
/// text.
const FRAGMENT_REACH: usize = 1536;

/// A literal that occurs in every match of some rules.
pub(crate) struct Anchor {
    pub(crate) text: Vec<u8>,
    pub(crate) ignore_case: bool,
    /// The characters that have to be after the literal.
    pub(crate) followed_by: Option<FollowedBy>,
    /// The indices of the rules, in the order in which they are tried.
    pub(crate) rules: Vec<usize>,
    /// The largest reach of these rules, in bytes.
    pub(crate) reach: usize,
}

/// The sizes of an anchor and its window, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    /// The length of the anchor with the characters that have to follow it.
    pub(crate) length: usize,
    /// The size of the window on each side.
    pub(crate) margin: usize,
}

impl Anchor {
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
            if self.ignore_case { found.eq_ignore_ascii_case(&self.text) } else { found == self.text }
        }) && self.followed_by.is_none_or(|following| following.fits(&text[end..]))
    }

    /// Returns the bytes that the anchor consists of.
    pub(crate) fn pattern(&self) -> Pattern<'_> {
        let following = self.followed_by.map_or(0, |following| following.alphabet.ascii());
        Pattern { text: &self.text, ignore_case: self.ignore_case, following }
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

    pub(crate) fn extent(&self) -> Extent {
        let following = self.followed_by.map_or(0, |following| following.count);
        let margin = self.reach.max(self.fragment_reach()) + EDGE;
        Extent { length: self.len() + following, margin }
    }
}

/// Collects the anchors of `rules`, each once.
pub(crate) fn anchors_of(rules: &[Rule]) -> Vec<Anchor> {
    let mut indices: HashMap<(&str, bool, Option<FollowedBy>), usize> = HashMap::new();
    let mut anchors: Vec<Anchor> = Vec::new();
    for (rule_index, rule) in rules.iter().enumerate() {
        for anchor in rule.anchors.iter() {
            let index =
                *indices.entry((anchor.as_ref(), rule.ignore_case, rule.followed_by)).or_insert_with(|| {
                    anchors.push(Anchor {
                        text: anchor.as_bytes().to_vec(),
                        ignore_case: rule.ignore_case,
                        followed_by: rule.followed_by,
                        rules: Vec::new(),
                        reach: 0,
                    });
                    anchors.len() - 1
                });
            anchors[index].rules.push(rule_index);
            anchors[index].reach = anchors[index].reach.max(rule.reach);
        }
    }
    // Anchors are numbered with 16 bits. The rule pack's own limit is far lower.
    anchors.truncate(usize::from(u16::MAX));
    anchors
}
