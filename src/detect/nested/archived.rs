//! Candidates in archive members: maps them to the archive, and finds those of the archive's own bytes that repeat
//! them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::decode::archive::Member;
use crate::detect::InlineComment;
use crate::detect::candidate::{Archives, Candidate};
use crate::secret::{Secret, ValueId};
use crate::text::Position;

impl Candidate {
    /// Returns the candidate with its span in the archive. `position` is its line and column in the member.
    pub(crate) fn in_archive(mut self, member: &Member<'_>, position: Position) -> Self {
        let inline_comments = InlineComment::find_near(&member.bytes, &self.span);
        let mut nested = self.nested.take().unwrap_or_else(|| self.nested_in(&member.bytes));
        if !nested.shows_line {
            nested.line = self.line_in(&member.bytes, &[], &nested.masked.text);
        }
        (nested.shows_line, nested.archives) = (true, Archives::Outermost);
        nested.in_member.get_or_insert(position);
        nested.has_own_span &= member.has_own_spans();
        nested.via.insert(0, Cow::Owned(member.label.clone()));
        nested.inline_comments.extend(inline_comments);
        self.nested = Some(nested);
        self.mapped(|span| member.original_span(span))
    }

    pub(crate) fn is_archived(&self) -> bool {
        self.nested.as_ref().is_some_and(|nested| nested.archives != Archives::None)
    }
}

/// The values that were found in archive members.
#[derive(Default)]
pub(crate) struct ArchivedValues {
    /// The spans of values that are stored without compression.
    own_spans: MergedSpans,
    /// The spans of each value.
    by_value: HashMap<ValueId, MergedSpans>,
}

impl ArchivedValues {
    /// Adds a candidate. Candidates have to be added in the order of their spans.
    pub(crate) fn add(&mut self, candidate: &Candidate) {
        let Some(nested) = &candidate.nested else { return };
        if nested.has_own_span {
            self.own_spans.add(&candidate.span);
        }
        self.by_value.entry(nested.value).or_default().add(&candidate.span);
    }

    /// Returns whether a candidate of the archive's own bytes overlaps a value that is stored without compression,
    /// or a member that contains the same value, or repeats such a one.
    pub(crate) fn contain(&self, text: &[u8], candidate: &Candidate, copies: &Copies) -> bool {
        let first = copies.first(&candidate.span);
        let span = first.as_ref().unwrap_or(&candidate.span);
        let value = || match &candidate.nested {
            Some(nested) => nested.value,
            None => Secret::new(&text[candidate.span.clone()]).id(),
        };
        self.own_spans.overlap(span) || self.contain_value(value(), span)
    }

    /// Returns whether a value is one of a member that overlaps a span.
    pub(crate) fn contain_value(&self, value: ValueId, span: &Range<usize>) -> bool {
        self.by_value.get(&value).is_some_and(|spans| spans.overlap(span))
    }
}

/// The parts of an archive that repeat earlier ones, whose members were searched: their spans, and the starts of the
/// earlier parts.
#[derive(Default)]
pub(crate) struct Copies(Vec<(Range<usize>, usize)>);

impl Copies {
    /// The largest distance of two parts that are kept as one, in bytes: that of the records in a page.
    const MAX_GAP: usize = 24;

    pub(crate) fn add(&mut self, span: Range<usize>, first: usize) {
        if let Some((last, first_of_last)) = self.0.last_mut() {
            let is_near = |from: usize, to: usize| from <= to && to - from <= Self::MAX_GAP;
            let is_equally_far = last.start.wrapping_sub(*first_of_last) == span.start.wrapping_sub(first);
            if is_equally_far && (is_near(last.end, span.start) || is_near(span.end, last.start)) {
                *last = last.start.min(span.start)..last.end.max(span.end);
                *first_of_last = first.min(*first_of_last);
                return;
            }
        }
        self.0.push((span, first));
    }

    /// Sorts the parts, which [`Copies::first`] needs.
    pub(crate) fn sorted(mut self) -> Self {
        self.0.sort_unstable_by_key(|(span, _)| span.start);
        self
    }

    /// Returns the span of the earlier part that a span repeats.
    fn first(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let after = self.0.partition_point(|(copy, _)| copy.end <= span.start);
        let (copy, first) = self.0.get(after).filter(|(copy, _)| copy.start < span.end)?;
        let start = (first + span.start).checked_sub(copy.start)?;
        Some(start..start + span.len())
    }
}

/// Spans of which those that overlap are merged, sorted.
#[derive(Default)]
struct MergedSpans(Vec<Range<usize>>);

impl MergedSpans {
    /// Adds a span that does not start before those that were added.
    fn add(&mut self, span: &Range<usize>) {
        match self.0.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => self.0.push(span.clone()),
        }
    }

    fn overlap(&self, span: &Range<usize>) -> bool {
        let after = self.0.partition_point(|known| known.end <= span.start);
        self.0.get(after).is_some_and(|known| known.start < span.end)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::LazyLock;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use crate::decode::archive::FaultKind;
    use crate::detect::{Detector, Evidence, Skipped};
    use crate::rules::RuleSet;
    use crate::secret::Secret;
    use crate::text::Position;
    use testkit::archives::{gzip, stored, tar, zip, zipped, zlib};
    use testkit::mail::{BASE64, QUOTED, base64, multipart, quoted_printable};
    use testkit::sqlite::{Encoding, Table, Value, sqlite, table};
    use testkit::sqlite_log::{transaction, write_ahead_log};

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
    fn keys_are_found_in_nested_archives_and_encodings() {
        let text = line('A').into_bytes();
        let base64 = |bytes: &[u8]| format!("data: {}\n", STANDARD.encode(bytes)).into_bytes();
        let hex = |bytes: &[u8]| -> Vec<u8> {
            bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
        };
        let base32 = |bytes: &[u8]| -> Vec<u8> {
            let bits: Vec<u8> = bytes.iter().flat_map(|byte| format!("{byte:08b}").into_bytes()).collect();
            let index =
                |bits: &[u8]| bits.iter().fold(0, |index, bit| index << 1 | usize::from(*bit == b'1'));
            bits.chunks_exact(5).map(|bits| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[index(bits)]).collect()
        };
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
            (tar(&[("b.env", &base64(&gzip(&text)))]), "tar:b.env base64 gzip"),
            (base64(&base64(&gzip(&text))), "base64 base64 gzip"),
            (base64(&zip(&[zipped("b.env", &text)])), "base64 zip:b.env"),
            (gzip(&base64(&gzip(&text))), "gzip base64 gzip"),
            (hex(&gzip(&text)), "hex gzip"),
            (hex(&zlib(&text)), "hex zlib"),
            (base32(&[gzip(&text), vec![0; 5]].concat()), "base32 gzip"),
        ] {
            let result = DETECTOR.scan(&archive);
            assert_eq!(via(&result.evidence), [expected]);
            assert_eq!(result.skipped, []);
            let found = &result.evidence[0];
            assert_eq!(found.value, Secret::new(key('A').as_bytes()).id());
            assert!(found.span.end <= archive.len() && !found.snippet.line.contains(&key('A')[20..60]));
            assert_eq!(DETECTOR.scan_from_state(&archive, &DETECTOR.scan_state(&archive)), result);
        }
    }

    #[test]
    fn an_uncompressed_value_has_its_own_span() {
        let text = line('A');
        for archive in [tar(&[("a", text.as_bytes())]), zip(&[stored("a", text.as_bytes())])] {
            let found = &DETECTOR.find_evidence(&archive)[0];
            assert_eq!(&archive[found.span.clone()], key('A').as_bytes());
            assert!(found.snippet.line.starts_with("key = \"sk-"), "{}", found.snippet.line);
        }
    }

    #[test]
    fn each_value_of_a_compressed_member_is_found_once() {
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
    fn the_depth_of_nested_archives_is_limited() {
        let mut text = line('A').into_bytes();
        for _ in 0..5 {
            text = gzip(&text);
        }
        assert_eq!(via(&DETECTOR.find_evidence(&text)), ["gzip gzip gzip gzip gzip"]);
        let result = DETECTOR.scan(&gzip(&gzip(&text)));
        assert_eq!(result.evidence, []);
        assert_eq!(
            result.skipped.iter().map(|skipped| skipped.kind).collect::<Vec<_>>(),
            [FaultKind::Budget]
        );
        // Base64 between the archives does not reset the count.
        for _ in 0..8 {
            text = STANDARD.encode(gzip(&text)).into_bytes();
        }
        assert_eq!(DETECTOR.scan(&text).skipped.len(), 1);
    }

    #[test]
    fn data_in_base64_that_only_resembles_an_archive_is_not_reported() {
        let cut = &STANDARD.encode(gzip("a long text, not a secret".repeat(9).as_bytes()))[..40];
        assert_eq!(
            DETECTOR.scan(format!("x = \"{cut}\"\n").as_bytes()),
            crate::detect::ScanResult::default()
        );
    }

    #[test]
    fn faults_name_the_first_member_and_the_number_of_members() {
        let broken = |name| {
            let mut member = zipped(name, b"the content of a member");
            member.local.sum = Some(7);
            member.central.sum = Some(7);
            member
        };
        let inner = zip(&[broken("a"), broken("b"), broken("c")]);
        let result = DETECTOR.scan(&gzip(&zip(&[zipped("in.zip", &inner)])));
        let within = ["gzip", "zip:in.zip", "zip:a"].map(str::to_owned).to_vec();
        let what = "its checksum does not match";
        assert_eq!(result.skipped, [Skipped { kind: FaultKind::Corrupt, message: what, within, count: 3 }]);
    }

    #[test]
    fn an_inline_comment_near_a_key_in_an_archive_counts() {
        let text = format!("key = \"{}\" # skant:allow -- synthetic\n", key('A'));
        let found = DETECTOR.find_evidence(&zip(&[zipped("a", text.as_bytes())]));
        assert_eq!(found[0].inline_comments.len(), 1);
    }

    #[test]
    fn a_value_in_an_e_mail_is_found_once_in_its_part() {
        let text = line('A');
        let zipped = zip(&[zipped("a/b.env", text.as_bytes())]);
        for (fields, body, expected) in [
            ("", text.clone().into_bytes(), ""),
            ("Content-Type: text/plain; name=b.env\n", text.clone().into_bytes(), "eml:b.env"),
            (BASE64, base64(text.as_bytes(), 76), "eml:(part 2)"),
            (BASE64, base64(text.as_bytes(), 7), "eml:(part 2)"),
            (QUOTED, quoted_printable(text.as_bytes()), "eml:(part 2)"),
            (BASE64, base64(&zipped, 76), "eml:(part 2) zip:a/b.env"),
        ] {
            let text = multipart(&[(QUOTED, b"words".to_vec()), (fields, body)]);
            let result = DETECTOR.scan(&text);
            assert_eq!((via(&result.evidence), &result.skipped[..]), (vec![expected.to_owned()], &[][..]));
            let found = &result.evidence[0];
            assert_eq!(found.value, Secret::new(key('A').as_bytes()).id());
            let at = Position { line: 2, column: 8 };
            assert_eq!(found.in_member, Some(at).filter(|_| !expected.is_empty()));
            // Base64 has four characters for three bytes, and quoted-printable up to three for one. A member of the
            // zip is compressed.
            let length = found.span.len();
            assert!((key('A').len() / 2..3 * key('A').len()).contains(&length), "{length}");
        }
    }

    fn database(encoding: Encoding, row: Vec<Value>) -> Vec<u8> {
        let statement = "CREATE TABLE t(a, b, c)".to_owned();
        sqlite(1024, encoding, &[Table { name: "t".to_owned(), statement, records: vec![row] }])
    }

    #[test]
    fn a_value_in_many_versions_of_a_page_is_found_once_for_each_record() {
        let words = "words ".repeat(60);
        let (long, line) = (format!("{words}{}{words}", line('B')), line('A'));
        let bodies = ["an ordinary value", &line, "another ordinary value", &long, &line];
        let frames: Vec<Vec<u8>> =
            (1..=5).map(|count| sqlite(512, Encoding::Utf8, &[table("t", &bodies[..count])])).collect();
        let frames: Vec<_> = frames.iter().flat_map(|database| transaction(database, 512)).collect();
        for log in [write_ahead_log(512, &frames, &[]), write_ahead_log(512, &frames, &frames)] {
            let found = DETECTOR.scan(&log);
            let mut rows = via(&found.evidence);
            rows.sort();
            assert_eq!(rows, [2, 4, 5].map(|row| format!("sqlite-wal:t/{row}/body")));
            assert_eq!(found.skipped, []);
        }
    }

    #[test]
    fn a_value_between_others_of_a_row_is_found_once() {
        let exact = ["glp", "at-k8Gq2ZpX7wLm4RtVb9Nc"].concat();
        for token in [key('A'), exact] {
            let row = || ["word", &token, "another"].map(|text| Value::Text(text.to_owned())).to_vec();
            let text = database(Encoding::Utf8, row());
            let found = DETECTOR.find_evidence(&text);
            assert_eq!(via(&found), ["sqlite:t/1/b"]);
            assert_eq!(&text[found[0].span.clone()], token.as_bytes());
            for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
                let found = DETECTOR.find_evidence(&database(encoding, row()));
                assert_eq!(via(&found), ["sqlite:t/1/b utf-16"]);
                assert_eq!(found[0].value, Secret::new(token.as_bytes()).id());
            }
        }
    }
}
