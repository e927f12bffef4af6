//! The anchors of the built-in rules and the table of their grams, which the build script has written.

use std::borrow::Cow;

use super::anchor::Anchors;
use super::table::Table;

/// Returns the anchors of the built-in rules with their table.
pub(super) fn anchors_and_table() -> (Anchors, Table) {
    let anchors = Anchors {
        rows: Cow::Borrowed(&data::ROWS),
        texts: Cow::Borrowed(data::TEXTS),
        rules: Cow::Borrowed(&data::RULES_OF_ANCHORS),
    };
    let table = Table {
        // In a box of its own, since each position of a text reads it.
        bits: Box::new(*data::TABLE_BITS),
        grams: Cow::Borrowed(&data::GRAMS),
        heads: Cow::Borrowed(&data::HEADS),
    };
    (anchors, table)
}

#[allow(clippy::all, clippy::pedantic, reason = "generated from rules/*.toml by build.rs")]
mod data {
    use skant_rule_schema::{Alphabet, FollowedBy};

    use crate::detect::prefilter::anchor::Row;
    use crate::detect::prefilter::table::{BITS, Gram, GramSource};

    include!(concat!(env!("OUT_DIR"), "/anchors.rs"));

    const fn row(
        text: (u32, u32),
        ignore_case: bool,
        followed_by: Option<FollowedBy>,
        rules: (u32, u32),
        reach: u32,
    ) -> Row {
        Row { text, ignore_case, followed_by, rules, reach }
    }

    const fn gram(bytes: u32, anchor: u16, offset: u8, next: u8) -> Gram {
        Gram { bytes, source: GramSource { anchor, offset }, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::prefilter::anchors_of;
    use crate::rules::RuleSet;

    #[test]
    fn the_prepared_anchors_are_those_of_the_rules() {
        let (anchors, table) = anchors_and_table();
        let collected = anchors_of(RuleSet::builtin().rules());
        assert!(anchors == collected && anchors.rows.len() > 1000);
        assert!(table == Table::of_rarest(&collected) && !table.grams.is_empty());
    }
}
