//! Incremental scans: the scan state of one version of a text, and its update for the next version.
//!
//! A candidate depends only on its anchor and the window around it (matchers can read nothing else). So if a
//! version is stored as copies from another one, only three things have to be evaluated: anchors that are partly in
//! inserted bytes or across a copy boundary, which are new; anchors of which only a part of the window was copied;
//! and overlaps of candidates. Everything else is reused. Which versions are stored as copies is decided elsewhere.

mod anchor_hits;

use std::ops::Range;

use crate::decode::archive;
use crate::decode::{EncodedRegion, Encoding};
use crate::detect::candidate_finder::CandidateFinder;
use crate::detect::candidate_set::CandidateSet;
use crate::detect::nested::{find_in_region, find_in_regions};
use crate::text::{CopiedRange, gaps_between_copies, merge_long_copies};
use anchor_hits::{AnchorHit, HitCollector};

/// The anchors and encoded regions of one version of a text, reusable for the next version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanState {
    /// The anchors, sorted. `None` if there are too many, or if the text is too long or an archive.
    anchors: Option<Vec<AnchorHit>>,
    /// The encoded regions that contain candidates, sorted.
    regions: Vec<CarriedRegion>,
    /// The length of the text, in bytes.
    length: usize,
}

/// An encoded region that contains candidates, in a compact form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CarriedRegion {
    start: u32,
    end: u32,
    encoding: Encoding,
}

impl CarriedRegion {
    /// Creates a region of a text shorter than 4 GiB.
    fn new(encoding: Encoding, span: &Range<usize>) -> Self {
        let compact = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: compact(span.start), end: compact(span.end), encoding }
    }

    const fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The length from which a copy is reused, in bytes. Shorter copies count as inserted: the bytes at their ends are
/// scanned in any case, and git finds copies of sixteen bytes everywhere, a hundred of them in a version of a large
/// file.
const MIN_COPY: usize = 64;

impl ScanState {
    /// Returns the memory that the state takes, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.anchors.as_ref().map_or(0, |anchors| anchors.capacity() * size_of::<AnchorHit>())
            + self.regions.capacity() * size_of::<CarriedRegion>()
    }

    /// Returns the maximum number of anchors in the state of a text: they take half of the text's size. A text with
    /// more consists of anchors, and scanning it again costs no more than keeping them.
    const fn max_anchors(length: usize) -> usize {
        length / 16 + 64
    }
}

/// Computes the state of a text by scanning all of it.
pub(crate) fn scan_state(finder: &CandidateFinder, text: &[u8]) -> ScanState {
    let anchors = can_have_state(text).then(|| collector(finder, text).collect_all()).flatten();
    let mut regions = Vec::new();
    if anchors.is_some() {
        add_regions(finder, text, &(0..text.len()), &mut regions);
        regions.sort_unstable();
    }
    ScanState { anchors, regions, length: text.len() }
}

/// Computes the state of a text from the state of its base. `copies` are the ranges that were copied from the base,
/// in the order of the text. The result equals that of [`scan_state`].
pub(crate) fn update_state(
    finder: &CandidateFinder,
    text: &[u8],
    base: &ScanState,
    copies: &[CopiedRange],
) -> ScanState {
    let Some(base_anchors) = base.anchors.as_deref().filter(|_| can_have_state(text)) else {
        return scan_state(finder, text);
    };
    let copies = merge_long_copies(copies, MIN_COPY);
    let anchors = collector(finder, text).collect_from_base(base_anchors, base.length, &copies);
    let regions = if anchors.is_some() { update_regions(finder, text, base, &copies) } else { Vec::new() };
    ScanState { anchors, regions, length: text.len() }
}

/// Returns the candidates of a text from its state, or `None` if the text has to be scanned.
pub(crate) fn candidates_from_state(
    finder: &CandidateFinder,
    text: &[u8],
    state: &ScanState,
) -> Option<CandidateSet> {
    let anchors = state.anchors.as_ref()?;
    let matching = anchors.iter().filter(|hit| hit.is_match);
    let found = matching.filter_map(|hit| finder.find_at(text, hit.start as usize, hit.anchor));
    let mut set = CandidateSet::default();
    set.push(found, finder.limits());
    for region in &state.regions {
        set.add(find_in_region(finder, text, region.encoding, &region.span()), finder.limits());
    }
    Some(set)
}

/// Returns whether a text can have a state. The candidates of an archive depend on all of its bytes.
fn can_have_state(text: &[u8]) -> bool {
    u32::try_from(text.len()).is_ok() && !archive::is_archive(text)
}

const fn collector<'c>(finder: &'c CandidateFinder, text: &'c [u8]) -> HitCollector<'c> {
    HitCollector::new(finder, text, ScanState::max_anchors(text.len()))
}

/// Adds the regions with candidates that touch a part of a text.
fn add_regions(
    finder: &CandidateFinder,
    text: &[u8],
    within: &Range<usize>,
    regions: &mut Vec<CarriedRegion>,
) {
    find_in_regions(finder, text, within, None, &mut |region: EncodedRegion, _| {
        regions.push(CarriedRegion::new(region.encoding, &region.span));
    });
}

/// Returns the regions of a text: those that were copied together with all bytes that decide about them, and those
/// that touch an inserted part.
fn update_regions(
    finder: &CandidateFinder,
    text: &[u8],
    base: &ScanState,
    copies: &[CopiedRange],
) -> Vec<CarriedRegion> {
    let mut regions = Vec::new();
    for copy in copies {
        for region in &base.regions {
            let span = region.span();
            if copy.from.start <= span.start && is_unchanged(copy, region, base.length, text.len()) {
                let start = span.start - copy.from.start + copy.to;
                regions.push(CarriedRegion::new(region.encoding, &(start..start + span.len())));
            }
        }
    }
    // If the text begins or ends in the middle of its base, there is a boundary that the base does not have.
    let length = text.len();
    let start = copies.first().filter(|copy| copy.to == 0 && copy.from.start > 0).map(|_| 0..0);
    let end = copies.last().filter(|copy| copy.end() == length && copy.from.end < base.length);
    let end = end.map(|_| length..length);
    let mut parts: Vec<Range<usize>> = Vec::new();
    for gap in start.into_iter().chain(gaps_between_copies(copies, length)).chain(end) {
        match parts.last_mut() {
            // Two parts that are close to each other are scanned as one, since the regions between them touch both.
            Some(last) if gap.start <= last.end + 2 * Encoding::Base64.margin() => last.end = gap.end,
            _ => parts.push(gap),
        }
    }
    for part in parts {
        add_regions(finder, text, &part, &mut regions);
    }
    regions.sort_unstable();
    regions.dedup();
    regions
}

/// Returns whether a copy contains a region of the base and all bytes that decide about it. `base_length` and
/// `length` are the lengths of the two texts.
fn is_unchanged(copy: &CopiedRange, region: &CarriedRegion, base_length: usize, length: usize) -> bool {
    let (span, margin) = (region.span(), region.encoding.margin());
    let is_at_start = copy.from.start == 0 && copy.to == 0;
    let is_at_end = copy.from.end == base_length && copy.end() == length;
    (is_at_start || copy.from.start + margin <= span.start)
        && if is_at_end { span.end <= copy.from.end } else { span.end + margin <= copy.from.end }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::detect::Detector;
    use crate::detect::matcher::window::EDGE;
    use crate::rules::RuleSet;

    static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::builtin()));

    /// Generates text with whole and cut anchors, and with values that rules match or nearly match.
    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            3 => "[a-zA-Z0-9_-]{95}".prop_map(|body| format!("{}ant-api03-{body}", "sk-")),
            3 => "(secret|token|API_KEY|userPassword)( = |: |=)\"[a-zA-Z0-9]{16,40}\"".prop_map(|text| text),
            2 => "(sk-|ant-|api03-|sec|ret|tok|en|pass|word|api|_key|pwd| = |: |\"|'|<|>|\n)",
            2 => ("[a-zA-Z0-9_-]{95}", 0..7_usize).prop_map(|(body, encoding)| {
                encoded(&format!("{}ant-api03-{body}", "sk-"), encoding)
            }),
            1 => "(\\\\|\" \\+ \"|\"\n  \"|=\n|%2d|\\\\u00|[A-Za-z0-9+/]{1,60})",
            1 => "[a-z ]{0,400}",
            1 => "(csrf_|my_public_|&)",
            1 => "(# skant:allow|example|0123456789|AAAAAAAA|\\.\\.\\.)",
        ]
    }

    /// Returns a key in one of several encodings.
    fn encoded(key: &str, encoding: usize) -> String {
        let bytes = |how: &dyn Fn(u8) -> String| key.bytes().map(how).collect::<String>();
        let base64 = STANDARD.encode(format!("key = {key}\n"));
        match encoding {
            0 => base64,
            1 => format!("{}\n{}", &base64[..60], &base64[60..]),
            2 => bytes(&|byte| format!("{byte:02x}")),
            3 => bytes(&|byte| if byte == b'-' { "\\u002d".into() } else { char::from(byte).to_string() }),
            4 => bytes(&|byte| format!("{}\0", char::from(byte))),
            5 => format!("{}\" + \"{}", &key[..30], &key[30..]),
            _ => format!("{}=\n{}", &key[..50], &key[50..]),
        }
    }

    /// A step of a version: a range of the base, in thousandths of its length, or inserted text.
    #[derive(Clone, Debug)]
    enum Step {
        Copy(usize, usize),
        Insert(String),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (0..=1000_usize, 0..=1000_usize).prop_map(|(from, size)| Step::Copy(from, size)),
            1 => Just(Step::Copy(0, 1000)),
            2 => piece().prop_map(Step::Insert),
        ]
    }

    fn build(base: &[u8], steps: &[Step]) -> (Vec<u8>, Vec<CopiedRange>) {
        let (mut text, mut copies) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::Copy(from, size) => {
                    let from = base.len() * from / 1000;
                    let end = (from + base.len() * size / 1000).min(base.len());
                    if from < end {
                        copies.push(CopiedRange { from: from..end, to: text.len() });
                        text.extend_from_slice(&base[from..end]);
                    }
                }
                Step::Insert(piece) => text.extend_from_slice(piece.as_bytes()),
            }
        }
        (text, copies)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn an_updated_state_equals_that_of_a_full_scan(
            pieces in vec(piece(), 0..20),
            versions in vec(vec(step(), 0..8), 1..6),
        ) {
            let mut text = pieces.concat().into_bytes();
            let mut state = DETECTOR.scan_state(&text);
            for steps in &versions {
                let (next, copies) = build(&text, steps);
                let updated = DETECTOR.update_state(&next, &state, &copies);
                prop_assert_eq!(&updated, &DETECTOR.scan_state(&next));
                prop_assert_eq!(DETECTOR.scan_from_state(&next, &updated).evidence, DETECTOR.find_evidence(&next));
                (text, state) = (next, updated);
            }
        }
    }

    #[test]
    fn a_text_of_anchors_has_no_state_and_is_scanned_again() {
        let key = "k8Gq2ZpX7wLm4RtVb9Nc";
        let text = format!("{}\nsecret = \"{key}\"\n", "pwd".repeat(2_000));
        let state = DETECTOR.scan_state(text.as_bytes());
        assert_eq!((state.anchors.as_ref(), state.size()), (None, 0));
        assert_eq!(DETECTOR.scan_from_state(text.as_bytes(), &state).evidence.len(), 1);
        let copies = [CopiedRange { from: 5_900..text.len(), to: 0 }];
        let text = &text.as_bytes()[5_900..];
        let updated = DETECTOR.update_state(text, &state, &copies);
        assert_eq!(
            (DETECTOR.scan_from_state(text, &updated).evidence.len(), updated),
            (1, DETECTOR.scan_state(text))
        );
    }

    #[test]
    fn only_changed_parts_are_evaluated_again() {
        let base = "let token = parse(next);\n".repeat(200);
        let text = format!("{base}let secret = 1;\n");
        let copies = [CopiedRange { from: 0..base.len(), to: 0 }];
        let mut state = DETECTOR.scan_state(base.as_bytes());
        // No rule matches here. Anchors that are set to match show whether they are evaluated again.
        state.anchors.iter_mut().flatten().for_each(|hit| hit.is_match = true);
        let updated = DETECTOR.update_state(text.as_bytes(), &state, &copies).anchors.unwrap();
        let has_anchor = |rule: &&crate::rules::Rule| rule.anchors.iter().any(|anchor| anchor == "token");
        let reach = DETECTOR.rules().iter().find(has_anchor).unwrap().reach;
        let evaluated = updated.iter().filter(|hit| !hit.is_match).count();
        assert_eq!(updated.len(), 201);
        assert!((1..=(reach + EDGE) / 25 + 2).contains(&evaluated), "{evaluated}");
    }
}
