//! Candidates in what a text says in a coat: base64, escapes, UTF-16, strings put together. Each layer is searched
//! like a text of its own; what is found leads back to its place in the original.

use std::borrow::Cow;
use std::ops::Range;

use crate::decode;
use crate::decode::archive;
use crate::decode::archive::{FaultKind, UnpackBudget};
use crate::decode::{Decoded, Encoding};
use crate::detect::candidate::Candidate;
use crate::detect::candidate_set::CandidateSet;
use crate::detect::evidence::Tier;
use crate::detect::{Detector, InlineComment, specific_only};

/// So many coats are taken off, one after the other. Base64 in base64 is met; more is a puzzle.
const MAX_ENCODINGS: usize = 3;

/// From this length on a beginning is no chance: lines of text that are wrapped do not begin so.
const TELLING: usize = 6;

impl Detector {
    /// Shows the regions that touch a part of a text and in which something is found. What stands in an archive
    /// shares its `room`; in any other text each region has its own, so that it depends on nothing else.
    pub(crate) fn coated(
        &self,
        text: &[u8],
        within: &Range<usize>,
        mut room: Option<&mut UnpackBudget>,
        visit: &mut dyn FnMut(decode::EncodedRegion, CandidateSet),
    ) {
        decode::visit_regions(text, within, &mut |region, layers| {
            let mut own = UnpackBudget::for_region(region.span.len());
            let room = room.as_deref_mut().unwrap_or(&mut own);
            let gathered = self.in_layers(region.encoding, layers, MAX_ENCODINGS, room);
            if !gathered.is_empty() {
                visit(region, gathered);
            }
        });
    }

    /// What is in a region that is known.
    pub(crate) fn coated_at(&self, text: &[u8], coat: Encoding, place: &Range<usize>) -> CandidateSet {
        let mut room = UnpackBudget::for_region(place.len());
        self.in_layers(
            coat,
            &mut decode::decode_region(text, coat, place).into_iter(),
            MAX_ENCODINGS,
            &mut room,
        )
    }

    fn in_layers(
        &self,
        coat: Encoding,
        layers: &mut dyn Iterator<Item = Decoded>,
        coats: usize,
        room: &mut UnpackBudget,
    ) -> CandidateSet {
        let mut gathered = CandidateSet::default();
        for layer in layers {
            let mut inner = self.plain(&layer.text);
            inner.found = self.paired(&layer.text, specific_only(inner.found));
            if coats > 1 {
                decode::visit_regions(&layer.text, &(0..layer.text.len()), &mut |region, layers| {
                    inner.add(self.in_layers(region.encoding, layers, coats - 1, room), &self.keep);
                });
            }
            if archive::is_archive(&layer.text) {
                let mut packed = self.packed(&layer.text, room);
                // What only looks like an archive, or is a part of one, is no damage in a text.
                packed.skipped.retain(|unread| unread.kind == FaultKind::Budget);
                inner.add(packed, &self.keep);
            }
            let inner = inner.seen(|candidate| candidate.in_coat(&layer, coat.name()), coat.name());
            gathered.add(inner, &self.keep);
        }
        gathered
    }

    /// What the rules of an anchor find in a token that was cut in pieces.
    pub(crate) fn in_pieces(&self, text: &[u8], rules: &[usize], anchor: &Range<usize>) -> Option<Candidate> {
        let joined = decode::join_fragments(text, anchor.start)?;
        let place = 0..anchor.len();
        let fits = |candidate: &Candidate| {
            let is_whole = candidate.features.tier > Tier::Short;
            let is_proven = candidate.features.check.as_ref().is_some_and(|proof| proof.fits == Some(true));
            let is_exact = candidate.features.tier == Tier::Exact && anchor.len() >= TELLING;
            let is_sure = candidate.features.tier == Tier::Structured || is_proven || is_exact;
            candidate.span.end > joined.first_length && if joined.is_wrapped { is_sure } else { is_whole }
        };
        let mut tried = rules.iter().filter_map(|&rule| self.try_rule(rule, &joined.decoded.text, &place));
        tried.find(fits).map(|candidate| candidate.in_coat(&joined.decoded, "joined"))
    }
}

impl Candidate {
    /// The same, seen from the text that a layer was decoded from.
    fn in_coat(mut self, layer: &Decoded, name: &'static str) -> Self {
        let mut coated = self.encoded.take().unwrap_or_else(|| self.uncovered(&layer.text));
        // In UTF-16 a person sees the text as it is.
        coated.shows_line = coated.via.is_empty() && name == Encoding::Utf16.name();
        coated.is_exact = false;
        coated.via.insert(0, Cow::Borrowed(name));
        coated.inline_comments.extend(InlineComment::near(&layer.text, &self.span));
        self.encoded = Some(coated);
        self.placed(|span| layer.original_span(span))
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector;
    use crate::rules::RuleSet;

    #[test]
    fn pieces_are_a_token_where_they_are_a_whole_one() {
        let detector = Detector::new(RuleSet::builtin());
        let body =
            "q7Lm2ZxV9tRbK4wPnYc8HsDf3GjU6aEoXi5NvTrBk1Zk8pWmQ2vXr7LtYb4NcHsGf9DjU3aEoVi6TnRqBx5K2Wm9Pq4Z7";
        let found = |body: &str, cut: usize| {
            let head = ["sk-", "ant-", "api03-"].concat();
            let text = format!("key = \"{head}{}\" + \"{}\"", &body[..cut], &body[cut..]);
            detector
                .find_evidence(text.as_bytes())
                .iter()
                .any(|found| found.span.end > text.find("\" + \"").unwrap())
        };
        let whole = format!("{}AA", &body[..93]);
        assert!(found(&whole, 20));
        assert!(!found(&body[..40], 10), "a beginning in pieces may be anything");
    }
}
