//! Candidates in what an archive holds. Each member is searched like a text of its own, in all coats and with the
//! archives in it; what is found leads back to its place in the outermost text.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::decode::archive;
use crate::decode::archive::{Fault, FaultKind, Member, UnpackBudget, Unpacked};
use crate::detect::candidate::Candidate;
use crate::detect::candidate_set::{CandidateSet, Skipped};
use crate::detect::{Detector, InlineComment, specific_only};
use crate::secret::{Secret, ValueId};
use crate::text::{LineCursor, Position};

impl Detector {
    /// All candidates in a text, in ascending order of place. Those that stand in it, coats or not, do not overlap.
    pub(crate) fn everything(&self, text: &[u8], room: &mut UnpackBudget) -> CandidateSet {
        let mut gathered = self.plain(text);
        self.coated(text, &(0..text.len()), Some(room), &mut |_, inner| gathered.add(inner, &self.keep));
        if archive::is_archive(text) {
            gathered.add(self.packed(text, room), &self.keep);
        }
        gathered.found = self.settled(text, gathered.found);
        gathered
    }

    /// Of candidates those that are kept, in ascending order of place. Those in archives may overlap, since all that a
    /// compressed member holds stands at one place; there each value is kept once. What was seen in a member without
    /// opening the archive is left to what was found when it was opened.
    pub(crate) fn settled(&self, text: &[u8], found: Vec<Candidate>) -> Vec<Candidate> {
        let (mut packed, plain): (Vec<_>, Vec<_>) = found.into_iter().partition(Candidate::is_packed);
        let mut kept = self.paired(text, specific_only(plain));
        if packed.is_empty() {
            return kept;
        }
        let mut seen = HashSet::new();
        packed.retain(|candidate| {
            let coated = candidate.encoded.as_ref();
            coated
                .is_some_and(|coated| seen.insert((coated.value, candidate.span.clone(), coated.via.clone())))
        });
        packed.sort_by_key(|candidate| (candidate.span.start, candidate.span.end));
        let mut inside = Inside::default();
        for candidate in &packed {
            inside.add(candidate);
        }
        kept.retain(|candidate| !inside.has(text, candidate));
        kept.extend(packed);
        kept.sort_by_key(|candidate| candidate.span.start);
        kept
    }

    /// What the members of an archive hold.
    pub(crate) fn packed(&self, text: &[u8], room: &mut UnpackBudget) -> CandidateSet {
        let mut gathered = CandidateSet::default();
        if !room.enter() {
            let what = "it lies in too many archives, one in the other";
            gathered.not_read(Skipped {
                kind: FaultKind::Budget,
                message: what,
                within: Vec::new(),
                count: 1,
            });
            return gathered;
        }
        archive::unpack(text, room, &mut |part, room| match part {
            Unpacked::Fault(Fault { kind, message: what, label }) => {
                gathered.not_read(Skipped { kind, message: what, within: vec![label], count: 1 });
            }
            Unpacked::Member(member) => {
                let inner = self.everything(&member.bytes, room);
                // They come in ascending order of place, so the lines are counted once.
                let mut cursor = LineCursor::new(&member.bytes);
                let packed = |candidate: Candidate| {
                    let at = cursor.at(candidate.span.start);
                    candidate.in_archive(&member, at)
                };
                gathered.add(inner.seen(packed, &member.label), &self.keep);
            }
        });
        room.leave();
        gathered
    }
}

impl Candidate {
    /// The same, seen from the archive that holds the member that it was found in.
    fn in_archive(mut self, member: &Member<'_>, at: Position) -> Self {
        let inline_comments = InlineComment::near(&member.bytes, &self.span);
        let mut coated = self.encoded.take().unwrap_or_else(|| self.uncovered(&member.bytes));
        if !coated.shows_line {
            coated.line = self.line_in(&member.bytes, &[], &coated.masked.text);
        }
        (coated.shows_line, coated.is_packed) = (true, true);
        coated.in_member.get_or_insert(at);
        coated.is_exact &= matches!(member.bytes, Cow::Borrowed(_));
        coated.via.insert(0, Cow::Owned(member.label.clone()));
        coated.inline_comments.extend(inline_comments);
        self.encoded = Some(coated);
        self.placed(|span| member.original_span(span))
    }

    /// Whether it stands in an archive.
    pub(crate) fn is_packed(&self) -> bool {
        self.encoded.as_ref().is_some_and(|coated| coated.is_packed)
    }
}

/// Whether anything of a text is worth carrying to a version of it. What an archive holds hangs on all of its bytes.
pub(crate) fn is_carried(text: &[u8]) -> bool {
    u32::try_from(text.len()).is_ok() && !archive::is_archive(text)
}

/// What was found in archives.
#[derive(Default)]
struct Inside {
    /// Where values stand as they are, in ascending order.
    exact: Vec<Range<usize>>,
    /// Where each value stands.
    values: HashMap<ValueId, Vec<Range<usize>>>,
}

impl Inside {
    fn add(&mut self, candidate: &Candidate) {
        let Some(coated) = &candidate.encoded else { return };
        if coated.is_exact {
            match self.exact.last_mut() {
                Some(last) if candidate.span.start < last.end => last.end = last.end.max(candidate.span.end),
                _ => self.exact.push(candidate.span.clone()),
            }
        }
        let places = self.values.entry(coated.value).or_default();
        if places.last() != Some(&candidate.span) {
            places.push(candidate.span.clone());
        }
    }

    fn has(&self, text: &[u8], candidate: &Candidate) -> bool {
        let span = &candidate.span;
        let overlaps = |place: &Range<usize>| place.start < span.end && span.start < place.end;
        let after = self.exact.partition_point(|place| place.end <= span.start);
        let value = || {
            candidate
                .encoded
                .as_ref()
                .map_or_else(|| Secret::new(&text[span.clone()]).id(), |coated| coated.value)
        };
        self.exact.get(after).is_some_and(overlaps)
            || self.values.get(&value()).is_some_and(|places| places.iter().any(overlaps))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::detect::Evidence;
    use crate::rules::RuleSet;
    use testkit::archives::{gzip, stored, tar, zip, zipped};

    static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(RuleSet::builtin()));

    fn key(seed: char) -> String {
        format!(
            "{}ant-api03-{}{seed}-{}AA",
            "sk-",
            "k8Gq2ZpX7wLm4RtVb9Nc".repeat(5)[..85].to_owned(),
            "Qd3f5g"
        )
    }

    fn line(seed: char) -> String {
        format!("# settings\nkey = \"{}\"\n", key(seed))
    }

    fn via(evidence: &[Evidence]) -> Vec<String> {
        evidence.iter().map(|evidence| evidence.via.join(" ")).collect()
    }

    #[test]
    fn keys_are_found_in_archives_in_archives_and_coats() {
        let text = line('A').into_bytes();
        let base64 = |bytes: &[u8]| format!("data: {}\n", STANDARD.encode(bytes)).into_bytes();
        for (archive, expected) in [
            (gzip(&text), "gzip"),
            (zip(&[zipped("a/b.env", &text)]), "zip:a/b.env"),
            (zip(&[stored("a/b.env", &text)]), "zip:a/b.env"),
            (tar(&[("b.env", &text)]), "tar:b.env"),
            (gzip(&tar(&[("b.env", &text)])), "gzip tar:b.env"),
            (zip(&[zipped("in.zip", &zip(&[stored("b.env", &text)]))]), "zip:in.zip zip:b.env"),
            (zip(&[stored("in.zip", &zip(&[stored("b.env", &text)]))]), "zip:in.zip zip:b.env"),
            (zip(&[zipped("b.env", &base64(&text))]), "zip:b.env base64"),
            (base64(&gzip(&text)), "base64 gzip"),
            (base64(&base64(&gzip(&text))), "base64 base64 gzip"),
            (base64(&zip(&[zipped("b.env", &text)])), "base64 zip:b.env"),
            (gzip(&base64(&gzip(&text))), "gzip base64 gzip"),
            (gzip(&text).iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect(), "hex gzip"),
        ] {
            let looked = DETECTOR.scan(&archive);
            assert_eq!(via(&looked.evidence), [expected]);
            assert_eq!(looked.skipped, []);
            let found = &looked.evidence[0];
            assert_eq!(found.value, Secret::new(key('A').as_bytes()).id());
            assert!(found.span.end <= archive.len() && !found.snippet.line.contains(&key('A')[20..60]));
            assert_eq!(DETECTOR.scan_from_state(&archive, &DETECTOR.scan_state(&archive)), looked);
        }
    }

    #[test]
    fn what_is_stored_as_it_is_stands_at_its_own_place() {
        let text = line('A');
        for archive in [tar(&[("a", text.as_bytes())]), zip(&[stored("a", text.as_bytes())])] {
            let found = &DETECTOR.find_evidence(&archive)[0];
            assert_eq!(&archive[found.span.clone()], key('A').as_bytes());
            assert!(found.snippet.line.starts_with("key = \"sk-"), "{}", found.snippet.line);
        }
    }

    #[test]
    fn all_values_of_a_compressed_member_are_found_each_once() {
        let text = ['A', 'B', 'A', 'C'].map(line).concat();
        let found = DETECTOR.find_evidence(&gzip(text.as_bytes()));
        assert_eq!(via(&found), ["gzip"; 3]);
        let lines: Vec<_> = found.iter().map(|evidence| evidence.in_member.unwrap()).collect();
        assert_eq!(lines, [2, 4, 8].map(|line| Position { line, column: 8 }));
        assert!(found.iter().all(|evidence| evidence.span == found[0].span));
        let lines: HashSet<_> = found.iter().map(|evidence| evidence.value).collect();
        assert_eq!(lines.len(), 3);
        let encoded = format!("x: {}\n", STANDARD.encode(gzip(text.as_bytes())));
        assert_eq!(DETECTOR.find_evidence(encoded.as_bytes()).len(), 3);
    }

    #[test]
    fn archives_end_somewhere() {
        let mut text = line('A').into_bytes();
        for _ in 0..5 {
            text = gzip(&text);
        }
        assert_eq!(via(&DETECTOR.find_evidence(&text)), ["gzip gzip gzip gzip gzip"]);
        let looked = DETECTOR.scan(&gzip(&gzip(&text)));
        assert_eq!(looked.evidence, []);
        assert_eq!(looked.skipped.iter().map(|unread| unread.kind).collect::<Vec<_>>(), [FaultKind::Budget]);
        // Base64 between them does not begin to count anew.
        for _ in 0..8 {
            text = STANDARD.encode(gzip(&text)).into_bytes();
        }
        assert_eq!(DETECTOR.scan(&text).skipped.len(), 1);
    }

    #[test]
    fn what_only_looks_like_an_archive_in_base64_is_no_damage() {
        let cut = &STANDARD.encode(gzip("a long text, not a secret".repeat(9).as_bytes()))[..40];
        assert_eq!(
            DETECTOR.scan(format!("x = \"{cut}\"\n").as_bytes()),
            crate::detect::ScanResult::default()
        );
    }

    #[test]
    fn faults_say_where_and_how_many() {
        let broken = |name| {
            let mut member = zipped(name, b"what is said here");
            member.local.sum = Some(7);
            member.central.sum = Some(7);
            member
        };
        let inner = zip(&[broken("a"), broken("b"), broken("c")]);
        let looked = DETECTOR.scan(&gzip(&zip(&[zipped("in.zip", &inner)])));
        let within = ["gzip", "zip:in.zip", "zip:a"].map(str::to_owned).to_vec();
        let what = "its checksum does not fit";
        assert_eq!(looked.skipped, [Skipped { kind: FaultKind::Corrupt, message: what, within, count: 3 }]);
    }

    #[test]
    fn a_comment_beside_a_key_in_an_archive_counts() {
        let text = format!("key = \"{}\" # skant:allow -- made up\n", key('A'));
        let found = DETECTOR.find_evidence(&zip(&[zipped("a", text.as_bytes())]));
        assert_eq!(found[0].inline_comments.len(), 1);
    }
}
