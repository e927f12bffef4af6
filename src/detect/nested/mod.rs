//! Candidates in encoded text and in archives. Each decoded text and each archive member is searched like a text of
//! its own, with the encodings and archives in it. The spans of what is found are mapped back to the outermost
//! text. How encodings and archive formats are read is decided in `decode`.

pub(crate) mod archived;
pub(crate) mod encoded;
pub(crate) mod fragments;

use std::ops::Range;

use crate::decode;
use crate::decode::archive;
use crate::decode::archive::{Fault, FaultKind, UnpackBudget, Unpacked};
use crate::decode::{Decoded, EncodedRegion, Encoding};
use crate::detect::candidate_finder::CandidateFinder;
use crate::detect::candidate_set::{CandidateSet, Skipped};
use crate::detect::overlap::{most_specific, resolve};
use crate::detect::pair::attach_companions;
use crate::text::LineCursor;
use archived::Copies;

/// The number of encodings that are decoded one after the other. Base64 in base64 occurs; more is a puzzle.
const MAX_ENCODINGS: usize = 4;

/// Returns all candidates in a text, sorted by start: those in the text itself, in its encoded regions, and in its
/// members if it is an archive. Overlaps are resolved.
pub(crate) fn find_everywhere(
    finder: &CandidateFinder,
    text: &[u8],
    budget: &mut UnpackBudget,
) -> CandidateSet {
    let mut set = finder.find_all(text);
    // The members before the encodings: what is too large is named by its member.
    let (mut is_over, mut copies) = (false, Copies::default());
    if archive::is_archive(text) {
        let archived = find_in_archive(finder, text, archive::unpack, budget, &mut copies);
        is_over = archived.exceeds_budget();
        set.add(archived, finder.limits());
    }
    find_in_regions(finder, text, &(0..text.len()), Some(budget), &mut |_, mut inner| {
        // What a member was too large for is not counted again for its encoded form.
        let is_told =
            |skipped: &Skipped| is_over && skipped.kind == FaultKind::Budget && !skipped.is_over_limit();
        inner.retain_skipped(|skipped| !is_told(skipped));
        set.add(inner, finder.limits());
    });
    let copies = copies.sorted();
    set.map_candidates(|found| resolve(finder.rules(), text, found, &copies))
}

/// Calls `visit` for each encoded region that touches a part of a text and contains candidates. Inside an archive,
/// the regions share its `budget`. In any other text each region has a budget of its own, so that its result
/// depends on nothing else.
pub(crate) fn find_in_regions(
    finder: &CandidateFinder,
    text: &[u8],
    within: &Range<usize>,
    mut budget: Option<&mut UnpackBudget>,
    visit: &mut dyn FnMut(EncodedRegion, CandidateSet),
) {
    decode::visit_regions(text, within, &mut |region, decoded| {
        let mut own = UnpackBudget::for_region(region.span.len());
        let budget = budget.as_deref_mut().unwrap_or(&mut own);
        let set = find_in_decoded(finder, region.encoding, decoded, MAX_ENCODINGS, budget);
        if !set.is_empty() {
            visit(region, set);
        }
    });
}

/// Returns the candidates in a known encoded region.
pub(crate) fn find_in_region(
    finder: &CandidateFinder,
    text: &[u8],
    encoding: Encoding,
    span: &Range<usize>,
) -> CandidateSet {
    let mut budget = UnpackBudget::for_region(span.len());
    let mut decoded = decode::decode_region(text, encoding, span).into_iter();
    find_in_decoded(finder, encoding, &mut decoded, MAX_ENCODINGS, &mut budget)
}

/// Returns the candidates in the texts that a region decodes to. At most `max_encodings` encodings are decoded,
/// this one included.
fn find_in_decoded(
    finder: &CandidateFinder,
    encoding: Encoding,
    decoded: &mut dyn Iterator<Item = Decoded>,
    max_encodings: usize,
    budget: &mut UnpackBudget,
) -> CandidateSet {
    let mut set = CandidateSet::default();
    for decoded in decoded {
        let text = &decoded.text;
        let inner = finder.find_all(text);
        let mut inner =
            inner.map_candidates(|found| attach_companions(finder.rules(), text, most_specific(found)));
        if max_encodings > 1 {
            decode::visit_regions(text, &(0..text.len()), &mut |region, decoded| {
                let nested = find_in_decoded(finder, region.encoding, decoded, max_encodings - 1, budget);
                inner.add(nested, finder.limits());
            });
        }
        let unpack: Option<Unpack> = match encoding {
            _ if archive::is_archive(text) => Some(archive::unpack),
            Encoding::Base64 if archive::is_deflate(text) => Some(archive::unpack_deflate),
            _ => None,
        };
        if let Some(unpack) = unpack {
            let mut archived = find_in_archive(finder, text, unpack, budget, &mut Copies::default());
            // Data that only resembles an archive, or is a part of one, is not a corrupt archive.
            archived.retain_skipped(|skipped| skipped.kind == FaultKind::Budget);
            inner.add(archived, finder.limits());
        }
        let name = encoding.name();
        let is_readable = encoding == Encoding::Utf16;
        set.add(
            inner.nested_in(name, |candidate| candidate.in_encoding(&decoded, name, is_readable)),
            finder.limits(),
        );
    }
    set
}

/// A function that unpacks an archive.
type Unpack = fn(&[u8], &mut UnpackBudget, &mut archive::Visit<'_>);

/// Returns the candidates in the members of an archive. Adds its parts that repeat earlier ones to `copies`.
fn find_in_archive(
    finder: &CandidateFinder,
    text: &[u8],
    unpack: Unpack,
    budget: &mut UnpackBudget,
    copies: &mut Copies,
) -> CandidateSet {
    let mut set = CandidateSet::default();
    if !budget.enter() {
        let message = "too many archives are nested in each other";
        set.add_skipped(Skipped { kind: FaultKind::Budget, message, within: Vec::new(), count: 1 });
        return set;
    }
    unpack(text, budget, &mut |part, budget| match part {
        Unpacked::Fault(Fault { kind, message, label }) => {
            set.add_skipped(Skipped { kind, message, within: vec![label], count: 1 });
        }
        Unpacked::Copy { span, first } => copies.add(span, first),
        Unpacked::Member(member) => {
            let inner = find_everywhere(finder, &member.bytes, budget);
            // The candidates are sorted by start, so the lines are counted once.
            let mut cursor = LineCursor::new(&member.bytes);
            let inner = inner.nested_in(&member.label, |candidate| {
                let position = cursor.at(candidate.span.start);
                candidate.in_archive(&member, position)
            });
            set.add(inner, finder.limits());
        }
    });
    budget.leave();
    set
}
