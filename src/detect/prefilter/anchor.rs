//! Literals that rules hang on.

use std::collections::HashMap;

use crate::detect::EDGE;
use crate::detect::prefilter::groups;
use crate::rules::Rule;

/// A literal that some rules hang on.
pub(crate) struct Anchor {
    pub(crate) text: Vec<u8>,
    pub(crate) ignore_case: bool,
    /// The rules, in the order in which they are tried.
    pub(crate) rules: Vec<usize>,
    /// How far around it any of them may look.
    pub(crate) reach: usize,
}

/// How much of a text an anchor is about, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) length: usize,
    /// On each side of it.
    pub(crate) seen: usize,
}

impl Anchor {
    pub(crate) const fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether it matches in either case, as a word of a name does.
    pub(crate) const fn is_word(&self) -> bool {
        self.ignore_case
    }

    #[inline]
    pub(crate) fn stands_at(&self, text: &[u8], start: usize) -> bool {
        text.get(start..start + self.len()).is_some_and(|found| {
            if self.ignore_case { found.eq_ignore_ascii_case(&self.text) } else { found == self.text }
        })
    }

    pub(crate) const fn extent(&self) -> Extent {
        Extent { length: self.len(), seen: self.reach + EDGE }
    }

    /// Where its rarest four bytes stand.
    pub(crate) fn rarest(&self) -> usize {
        groups::rare_bytes(self)[0].1
    }
}

/// The anchors of rules, each once.
pub(crate) fn anchors_of(rules: &[Rule]) -> Vec<Anchor> {
    let mut places: HashMap<(&str, bool), usize> = HashMap::new();
    let mut found: Vec<Anchor> = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        for anchor in rule.anchors.iter() {
            let at = *places.entry((anchor.as_ref(), rule.ignore_case)).or_insert_with(|| {
                let text = anchor.as_bytes().to_vec();
                found.push(Anchor { text, ignore_case: rule.ignore_case, rules: Vec::new(), reach: 0 });
                found.len() - 1
            });
            found[at].rules.push(index);
            found[at].reach = found[at].reach.max(rule.reach);
        }
    }
    // The pack's own limit is far lower.
    found.truncate(usize::from(u16::MAX));
    found
}
