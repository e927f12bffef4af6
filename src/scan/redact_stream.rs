//! Masks the secrets of a stream, for `skant redact`. A line is written when it is complete, so that the output of a
//! program is seen while it runs; lines of a dump and strings that go on wait for the next ones (`redact_hold`). It errs to masking: suppressions and contexts count for nothing, and placeholders of
//! providers' rules are masked, too.

use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;

use super::redact_hold::{is_dump, start_of_held};
use crate::detect::{Detector, Evidence};
use crate::secret::ValueId;

/// The written text that the search of the next lines reads again, in bytes: a value may hang on a name above it, and be
/// the rest of one that began there.
const CONTEXT: usize = 16 << 10;

/// The bytes of a line that wait for its end. Of a longer line all but the last [`HELD`] bytes are written.
const MAX_LINE: usize = 1 << 20;

/// The bytes at the end of a long line that wait for more: no rule reads further.
const HELD: usize = 64 << 10;

/// What stands for a part of a secret.
const MASK: &[u8] = b"********";

/// What stands for a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Replacement {
    /// The mask that reports show.
    #[default]
    Mask,
    /// The rule and a number, the same for the same value: `[anthropic-api-key-1]`.
    Pseudonym,
}

/// A stream whose secrets are masked.
pub(crate) struct RedactStream<'d> {
    detector: &'d Detector,
    replacement: Replacement,
    /// The context, and the text that is not written yet.
    text: Vec<u8>,
    /// The length of the context.
    written: usize,
    /// Whether the next line may be of a private key whose first line was written.
    is_in_key: bool,
    /// The number of each value, and how many values each rule has.
    pseudonyms: HashMap<(usize, ValueId), usize>,
    values: HashMap<usize, usize>,
}

impl<'d> RedactStream<'d> {
    pub(crate) fn new(detector: &'d Detector, replacement: Replacement) -> Self {
        Self {
            detector,
            replacement,
            text: Vec::new(),
            written: 0,
            is_in_key: false,
            pseudonyms: HashMap::new(),
            values: HashMap::new(),
        }
    }

    /// Takes bytes of the stream, and writes the lines that they complete.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut impl Write) -> io::Result<()> {
        let before = self.text.len();
        self.text.extend_from_slice(bytes);
        let end = match memchr::memrchr(b'\n', &self.text[before..]) {
            Some(at) => before + at + 1,
            None if self.text.len() - self.written > MAX_LINE + HELD => self.text.len() - HELD,
            None => return Ok(()),
        };
        let is_line_end = self.text[..end].ends_with(b"\n");
        let end = if is_line_end { start_of_held(&self.text, self.written, end) } else { end };
        if end == self.written { Ok(()) } else { self.write(end, out) }
    }

    /// Whether whole lines wait for the next ones.
    pub(crate) fn holds_lines(&self) -> bool {
        self.text[self.written..].contains(&b'\n')
    }

    /// Writes the lines that wait for others: none came for a while.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn release(&mut self, out: &mut impl Write) -> io::Result<()> {
        match memchr::memrchr(b'\n', &self.text[self.written..]) {
            Some(at) => self.write(self.written + at + 1, out),
            None => Ok(()),
        }
    }

    /// Writes what is left at the end of the stream.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.write(self.text.len(), out)
    }

    /// Writes the text up to an offset, or up to the secret that goes on there.
    fn write(&mut self, end: usize, out: &mut impl Write) -> io::Result<()> {
        let is_at_line_end = end == self.text.len() || self.text[..end].ends_with(b"\n");
        let found = self.detector.find_evidence(&self.text);
        let mut secrets: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
        for one in &found {
            if self.is_secret(one) {
                secrets.push((self.with_characters(&one.span), self.stand_in(one)));
            }
        }
        // A secret in a long line that is not whole yet waits.
        let end = match secrets.iter().find(|(span, _)| span.contains(&end) && span.start > self.written) {
            Some((span, _)) if !is_at_line_end => span.start,
            _ => end,
        };
        secrets.extend(self.lines_of_key(end).into_iter().map(|span| (span, MASK.to_vec())));
        secrets.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        let (mut masked, mut at) = (Vec::with_capacity(end - self.written), self.written);
        for (span, stand_in) in secrets {
            let part = span.start.max(at)..span.end.min(end);
            if part.is_empty() {
                continue;
            }
            masked.extend_from_slice(&self.text[at..part.start]);
            let is_whole = part == span;
            let is_named = is_whole || self.replacement == Replacement::Pseudonym;
            masked.extend_from_slice(if is_named { &stand_in } else { MASK });
            // The number of lines stays.
            let breaks = memchr::memchr_iter(b'\n', &self.text[part.clone()]).count();
            masked.extend(std::iter::repeat_n(b'\n', breaks));
            at = part.end;
        }
        masked.extend_from_slice(&self.text[at..end]);
        self.text.drain(..end.saturating_sub(CONTEXT));
        self.written = end.min(CONTEXT);
        out.write_all(&masked)?;
        out.flush()
    }

    /// Returns a span with the column of characters after it, if it ends in a line of a dump.
    fn with_characters(&self, span: &Range<usize>) -> Range<usize> {
        let line_start = memchr::memrchr(b'\n', &self.text[..span.end]).map_or(0, |at| at + 1);
        let length = memchr::memchr(b'\n', &self.text[span.end..]);
        let line_end = length.map_or(self.text.len(), |length| span.end + length);
        let goes_on = is_dump(&self.text[line_start..line_end]);
        span.start..if goes_on { line_end } else { span.end }
    }

    /// Returns whether evidence is masked. Placeholders of generic rules are ordinary words.
    fn is_secret(&self, evidence: &Evidence) -> bool {
        evidence.span.end > self.written
            && (evidence.placeholder.is_none() || self.detector.rules()[evidence.rule].is_provider())
    }

    /// Returns what stands for a value.
    fn stand_in(&mut self, evidence: &Evidence) -> Vec<u8> {
        if self.replacement == Replacement::Mask {
            return evidence.masked.text.clone().into_bytes();
        }
        let count = self.values.entry(evidence.rule).or_default();
        let number = *self.pseudonyms.entry((evidence.rule, evidence.value)).or_insert_with(|| {
            *count += 1;
            *count
        });
        format!("[{}-{number}]", self.detector.rules()[evidence.rule].id).into_bytes()
    }

    /// Returns the lines up to an offset that are of a private key in PEM: a rule finds a key only when it is whole.
    fn lines_of_key(&mut self, end: usize) -> Vec<Range<usize>> {
        let (mut lines, mut at) = (Vec::new(), self.written);
        while at < end {
            let length = memchr::memchr(b'\n', &self.text[at..end]).unwrap_or(end - at);
            let line = self.text[at..at + length].trim_ascii();
            if is_first_line(line) {
                self.is_in_key = true;
            } else if self.is_in_key && may_be_in_key(line) {
                lines.extend((!line.is_empty()).then_some(at..at + length));
            } else {
                self.is_in_key = false;
            }
            at += length + 1;
        }
        lines
    }
}

/// Returns whether a line ends with the first line of a private key.
fn is_first_line(line: &[u8]) -> bool {
    line.strip_suffix(b"-----").is_some_and(|line| {
        line.ends_with(b"PRIVATE KEY") && memchr::memmem::find(line, b"-----BEGIN ").is_some()
            || line.ends_with(b"PRIVATE KEY BLOCK")
    })
}

/// Returns whether a line may be of a private key: base64, a header such as `DEK-Info: …`, or empty.
fn may_be_in_key(line: &[u8]) -> bool {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\\\"',".contains(byte);
    let is_header = [&b"Proc-Type:"[..], b"DEK-Info:", b"Version:", b"Comment:"]
        .iter()
        .any(|name| line.starts_with(name));
    is_header || line.iter().all(is_base64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::finding::Confidence;
    use crate::rules::RuleSet;

    fn detector() -> Detector {
        Detector::new(RuleSet::builtin()).with_min_confidence(Confidence::Low)
    }

    fn redacted(pieces: &[&[u8]], replacement: Replacement) -> String {
        let detector = detector();
        let (mut stream, mut out) = (RedactStream::new(&detector, replacement), Vec::new());
        for piece in pieces {
            stream.push(piece, &mut out).unwrap();
        }
        stream.finish(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn key(seed: &str) -> String {
        testkit::tokens::token("API03", seed)
    }

    #[test]
    fn a_line_is_written_when_it_is_complete() {
        let (detector, mut out) = (detector(), Vec::new());
        let mut stream = RedactStream::new(&detector, Replacement::Mask);
        stream.push(b"first\nsec", &mut out).unwrap();
        assert_eq!(out, b"first\n");
        stream.push(b"ond\n", &mut out).unwrap();
        assert_eq!(out, b"first\nsecond\n");
    }

    #[test]
    fn the_same_value_has_the_same_pseudonym() {
        let text = format!("a {0}\nb {1}\nc {0}\n", key("one"), key("two"));
        let said = redacted(&[text.as_bytes()], Replacement::Pseudonym);
        assert_eq!(said, "a [anthropic-api-key-1]\nb [anthropic-api-key-2]\nc [anthropic-api-key-1]\n");
    }

    /// Writes bytes as `hexdump -C` does, or as `xxd`.
    fn dump(bytes: &[u8], is_xxd: bool) -> String {
        let line = |(number, chunk): (usize, &[u8])| {
            let width = if is_xxd { 2 } else { 1 };
            let groups: Vec<String> = chunk
                .chunks(width)
                .map(|group| group.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
                .collect();
            let characters = String::from_utf8_lossy(chunk);
            let offset = 16 * number;
            if is_xxd {
                format!("{offset:08x}: {:<39}  {characters}\n", groups.join(" "))
            } else {
                format!("{offset:08x}  {:<48}  |{characters}|\n", groups.join(" "))
            }
        };
        bytes.chunks(16).enumerate().map(line).collect()
    }

    #[test]
    fn what_comes_line_by_line_is_masked_as_what_comes_at_once() {
        let secret = key("lines");
        let text = format!("first line KEY={secret} and what follows it, to the end of the line");
        let middle = secret.len() / 2;
        let joined = format!("x = (\"{}\" +\n  \"{}\")\n", &secret[..middle], &secret[middle..]);
        for text in [dump(text.as_bytes(), false), dump(text.as_bytes(), true), joined] {
            let lines: Vec<&[u8]> = text.as_bytes().split_inclusive(|byte| *byte == b'\n').collect();
            let said = redacted(&lines, Replacement::Mask);
            assert_eq!(said, redacted(&[text.as_bytes()], Replacement::Mask));
            for part in secret.as_bytes()[20..].chunks(8) {
                let hex: Vec<String> = part.iter().map(|byte| format!("{byte:02x}")).collect();
                let is_shown =
                    said.contains(std::str::from_utf8(part).unwrap()) || said.contains(&hex[..4].join(" "));
                assert!(part.len() < 8 || !is_shown, "{said}");
            }
            assert_eq!(said.lines().count(), lines.len());
        }
    }

    #[test]
    fn lines_that_wait_are_written_when_no_others_come() {
        let (detector, mut out) = (detector(), Vec::new());
        let mut stream = RedactStream::new(&detector, Replacement::Mask);
        stream.push(b"one\nx = \"a\" +\n", &mut out).unwrap();
        assert!(out == b"one\n" && stream.holds_lines());
        stream.release(&mut out).unwrap();
        assert!(out == b"one\nx = \"a\" +\n" && !stream.holds_lines());
    }

    #[test]
    fn a_long_line_is_written_in_parts() {
        let (detector, mut out) = (detector(), Vec::new());
        let mut stream = RedactStream::new(&detector, Replacement::Mask);
        let line = "a,".repeat(MAX_LINE / 2 + HELD);
        stream.push(line.as_bytes(), &mut out).unwrap();
        assert!(out.len() > MAX_LINE / 2 && out.len() < line.len(), "{}", out.len());
        let key = key("long");
        for piece in key.as_bytes().chunks(7) {
            stream.push(piece, &mut out).unwrap();
        }
        stream.push(line.as_bytes(), &mut out).unwrap();
        stream.finish(&mut out).unwrap();
        let said = String::from_utf8(out).unwrap();
        assert!(said.contains("sk-ant-api03-") && !said.contains(&key[20..40]), "the key is shown");
    }

    proptest! {
        /// No split of the input lets a key through, and nothing but secrets changes.
        #[test]
        fn no_split_lets_a_secret_through(cuts in proptest::collection::vec(0_usize..1200, 0..12)) {
            let body = testkit::tokens::random(testkit::tokens::ALPHANUMERIC, 64 * 4, "private");
            let pem: Vec<&str> = (0..4).map(|at| &body[64 * at..64 * at + 64]).collect();
            let secret = key("split");
            let dashes = "-----";
            let text = format!(
                "start\nANTHROPIC_API_KEY={secret} and more\n{dashes}BEGIN RSA PRIVATE KEY{dashes}\n{}\n{dashes}END RSA PRIVATE \
                 KEY{dashes}\nlast {secret}\nend",
                pem.join("\n")
            );
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &text.as_bytes()[cut[0]..cut[1]]).collect();
            let said = redacted(&pieces, Replacement::Mask);
            for line in pem.iter().copied().chain([&secret[16..80], &secret[80..100]]) {
                prop_assert!(!said.contains(&line[..12]), "{said}");
            }
            prop_assert!(said.starts_with("start\nANTHROPIC_API_KEY=sk-ant-api03-") && said.contains(" and more\n"));
            prop_assert!(said.ends_with("\nend") && said.lines().count() == text.lines().count(), "{said}");
        }
    }
}
