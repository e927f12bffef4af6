//! What is carried from a version of a text to the next one: where anchors stand, and at which of them a rule
//! found something.
//!
//! A candidate depends on its anchor and a window around it alone (the matchers are given nothing else). So of a
//! text that is stored as copies from another one, three things have to be looked at: anchors that stand partly
//! in inserted bytes or across a seam, which are new; anchors that were copied with a part of their window, which
//! are tried again; and candidates that overlap. All others are as they were.

pub(crate) mod anchor_hits;

use std::ops::{ControlFlow, Range};

use crate::decode::{EncodedRegion, Encoding};
use crate::detect::candidate_set::CandidateSet;
use crate::detect::nested::archived::is_carried;
use crate::detect::{Detector, Evidence, ScanResult};
use crate::text::{CopiedRange, gaps_between_copies, merge_long_copies};
use anchor_hits::{Mark, Marks, merged};

/// The anchors of a text, as far as they are worth carrying.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanState {
    /// In order of place; absent where they are too many to be carried, or the text is too large, or an archive.
    marks: Option<Vec<Mark>>,
    /// Regions in which something is found under a coat, in order of place.
    coats: Vec<CarriedRegion>,
    /// The length of the text.
    length: usize,
}

/// A region with something under its coat.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CarriedRegion {
    start: u32,
    end: u32,
    coat: Encoding,
}

impl CarriedRegion {
    /// Of a text whose length fits.
    fn new(coat: Encoding, place: &Range<usize>) -> Self {
        let small = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        Self { start: small(place.start), end: small(place.end), coat }
    }

    const fn place(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A shorter copy counts as inserted, in bytes: what stands at its edges is looked at in any case. Git finds copies of
/// sixteen bytes everywhere, a hundred of them in a version of a large file.
const LEAST: usize = 64;

impl ScanState {
    /// The memory that it takes, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.marks.as_ref().map_or(0, |marks| marks.capacity() * size_of::<Mark>())
            + self.coats.capacity() * size_of::<CarriedRegion>()
    }

    /// So many are carried at most: half of the text's size in memory. A text that is denser than that is
    /// made of anchors, and searching it again costs no more than carrying them.
    const fn most(length: usize) -> usize {
        length / 16 + 64
    }
}

impl Detector {
    /// Looks at a text in full.
    #[must_use]
    pub fn scan_state(&self, text: &[u8]) -> ScanState {
        let mut marks = Marks { detector: self, text, most: ScanState::most(text.len()), found: Vec::new() };
        let ended = if is_carried(text) {
            self.prefilter.search(text, &(0..text.len()), |start, anchor| marks.add(start, anchor))
        } else {
            ControlFlow::Break(())
        };
        marks.found.sort_unstable();
        let mut trace = marks.into_trace(ended);
        if trace.marks.is_some() {
            let mut keep = |region: EncodedRegion, _| {
                trace.coats.push(CarriedRegion::new(region.encoding, &region.span))
            };
            self.coated(text, &(0..text.len()), None, &mut keep);
            trace.coats.sort_unstable();
        }
        trace
    }

    /// Looks at a text of which `copies`, in order of their place in it, stood in the text that `base` was
    /// made from. Gives what [`Detector::scan_state`] gives.
    #[must_use]
    pub fn update_state(&self, text: &[u8], base: &ScanState, copies: &[CopiedRange]) -> ScanState {
        let Some(known) = base.marks.as_deref().filter(|_| is_carried(text)) else {
            return self.scan_state(text);
        };
        let copies = merge_long_copies(copies, LEAST);
        let mut marks = Marks { detector: self, text, most: ScanState::most(text.len()), found: Vec::new() };
        marks.found.reserve_exact(known.len() + 4);
        let mut ended = copies.iter().try_for_each(|copy| marks.take_over(known, base.length, copy));
        let taken_over = marks.found.len();
        if ended.is_continue() {
            ended = marks.add_new(&copies);
        }
        marks.found = merged(marks.found, taken_over);
        let mut trace = marks.into_trace(ended);
        if trace.marks.is_some() {
            trace.coats = self.coats_again(text, base, &copies);
        }
        trace
    }

    /// Regions that were copied with all that decides about them, and those that touch what is new.
    fn coats_again(&self, text: &[u8], base: &ScanState, copies: &[CopiedRange]) -> Vec<CarriedRegion> {
        let mut found = Vec::new();
        for copy in copies {
            for mantle in &base.coats {
                let place = mantle.place();
                if copy.from.start <= place.start && holds(copy, mantle, base.length, text.len()) {
                    let to = place.start - copy.from.start + copy.to;
                    found.push(CarriedRegion::new(mantle.coat, &(to..to + place.len())));
                }
            }
        }
        // A text that begins or ends in the middle of its base has an edge there that the base had not.
        let length = text.len();
        let start = copies.first().filter(|copy| copy.to == 0 && copy.from.start > 0).map(|_| 0..0);
        let end = copies.last().filter(|copy| copy.end() == length && copy.from.end < base.length);
        let end = end.map(|_| length..length);
        let mut parts: Vec<Range<usize>> = Vec::new();
        for gap in start.into_iter().chain(gaps_between_copies(copies, length)).chain(end) {
            match parts.last_mut() {
                // What lies between them would be looked at twice.
                Some(last) if gap.start <= last.end + 2 * Encoding::Base64.margin() => last.end = gap.end,
                _ => parts.push(gap),
            }
        }
        for part in parts {
            self.coated(text, &part, None, &mut |region, _| {
                found.push(CarriedRegion::new(region.encoding, &region.span));
            });
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What [`Detector::scan`] gives.
    #[must_use]
    pub fn scan_from_state(&self, text: &[u8], trace: &ScanState) -> ScanResult {
        let Some(marks) = &trace.marks else { return self.scan(text) };
        let hits = marks.iter().filter(|mark| mark.hit);
        let found = hits.filter_map(|mark| self.candidate(text, mark.start as usize, mark.anchor));
        let mut gathered = CandidateSet::default();
        gathered.push(found, &self.keep);
        for mantle in &trace.coats {
            gathered.add(self.coated_at(text, mantle.coat, &mantle.place()), &self.keep);
        }
        self.told(text, gathered)
    }

    /// What [`Detector::scan`] gives.
    #[must_use]
    pub fn evidence(&self, text: &[u8], trace: &ScanState) -> Vec<Evidence> {
        self.scan_from_state(text, trace).evidence
    }
}

/// Whether a region of the base and what decides about it lie in a copy.
fn holds(copy: &CopiedRange, mantle: &CarriedRegion, base: usize, length: usize) -> bool {
    let (place, beside) = (mantle.place(), mantle.coat.margin());
    let from_start = copy.from.start == 0 && copy.to == 0;
    let to_end = copy.from.end == base && copy.end() == length;
    (from_start || copy.from.start + beside <= place.start)
        && if to_end { place.end <= copy.from.end } else { place.end + beside <= copy.from.end }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::detect::EDGE;
    use crate::rules::RuleSet;

    static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::builtin()));

    /// Text with anchors, whole and cut, and with what rules find and nearly find.
    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            3 => "[a-zA-Z0-9_-]{95}".prop_map(|body| format!("{}ant-api03-{body}", "sk-")),
            3 => "(secret|token|API_KEY|userPassword)( = |: |=)\"[a-zA-Z0-9]{16,40}\"".prop_map(|text| text),
            2 => "(sk-|ant-|api03-|sec|ret|tok|en|pass|word|api|_key|pwd| = |: |\"|'|<|>|\n)",
            2 => ("[a-zA-Z0-9_-]{95}", 0..7_usize).prop_map(|(body, coat)| {
                coated(&format!("{}ant-api03-{body}", "sk-"), coat)
            }),
            1 => "(\\\\|\" \\+ \"|\"\n  \"|=\n|%2d|\\\\u00|[A-Za-z0-9+/]{1,60})",
            1 => "[a-z ]{0,400}",
            1 => "(csrf_|my_public_|&)",
            1 => "(# skant:allow|example|0123456789|AAAAAAAA|\\.\\.\\.)",
        ]
    }

    /// Of a key what stands in a file where it wears a coat.
    fn coated(key: &str, coat: usize) -> String {
        let bytes = |how: &dyn Fn(u8) -> String| key.bytes().map(how).collect::<String>();
        let base64 = STANDARD.encode(format!("key = {key}\n"));
        match coat {
            0 => base64,
            1 => format!("{}\n{}", &base64[..60], &base64[60..]),
            2 => bytes(&|byte| format!("{byte:02x}")),
            3 => bytes(&|byte| if byte == b'-' { "\\u002d".into() } else { char::from(byte).to_string() }),
            4 => bytes(&|byte| format!("{}\0", char::from(byte))),
            5 => format!("{}\" + \"{}", &key[..30], &key[30..]),
            _ => format!("{}=\n{}", &key[..50], &key[50..]),
        }
    }

    /// A version: ranges of the base, by thousandths, and inserted text.
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

    fn made(base: &[u8], steps: &[Step]) -> (Vec<u8>, Vec<CopiedRange>) {
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
        fn what_is_carried_is_what_a_full_look_gives(
            pieces in vec(piece(), 0..20),
            versions in vec(vec(step(), 0..8), 1..6),
        ) {
            let mut text = pieces.concat().into_bytes();
            let mut trace = DETECTOR.scan_state(&text);
            for steps in &versions {
                let (next, copies) = made(&text, steps);
                let carried = DETECTOR.update_state(&next, &trace, &copies);
                prop_assert_eq!(&carried, &DETECTOR.scan_state(&next));
                prop_assert_eq!(DETECTOR.scan_from_state(&next, &carried).evidence, DETECTOR.find_evidence(&next));
                (text, trace) = (next, carried);
            }
        }
    }

    #[test]
    fn what_is_made_of_anchors_is_not_carried_and_found_all_the_same() {
        let key = "k8Gq2ZpX7wLm4RtVb9Nc";
        let text = format!("{}\nsecret = \"{key}\"\n", "pwd".repeat(2_000));
        let trace = DETECTOR.scan_state(text.as_bytes());
        assert_eq!((trace.marks.as_ref(), trace.size()), (None, 0));
        assert_eq!(DETECTOR.scan_from_state(text.as_bytes(), &trace).evidence.len(), 1);
        let copies = [CopiedRange { from: 5_900..text.len(), to: 0 }];
        let text = &text.as_bytes()[5_900..];
        let carried = DETECTOR.update_state(text, &trace, &copies);
        assert_eq!(
            (DETECTOR.scan_from_state(text, &carried).evidence.len(), carried),
            (1, DETECTOR.scan_state(text))
        );
    }

    #[test]
    fn only_what_changed_is_tried_again() {
        let base = "let token = parse(next);\n".repeat(200);
        let text = format!("{base}let secret = 1;\n");
        let copies = [CopiedRange { from: 0..base.len(), to: 0 }];
        let mut trace = DETECTOR.scan_state(base.as_bytes());
        // None of these is a hit; marked as one, those that are tried again show.
        trace.marks.iter_mut().flatten().for_each(|mark| mark.hit = true);
        let carried = DETECTOR.update_state(text.as_bytes(), &trace, &copies).marks.unwrap();
        let is_tried = |rule: &&crate::rules::Rule| rule.anchors.iter().any(|anchor| anchor == "token");
        let reach = DETECTOR.rules().iter().find(is_tried).unwrap().reach;
        let tried = carried.iter().filter(|mark| !mark.hit).count();
        assert_eq!(carried.len(), 201);
        assert!((1..=(reach + EDGE) / 25 + 2).contains(&tried), "{tried}");
    }
}
