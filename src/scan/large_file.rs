//! Searches of a stream that may not fit into memory, in overlapping windows. Evidence depends on a bounded part of the
//! text around it, so each window gives the evidence of its middle, and all windows together give that of the whole.

use std::cell::RefCell;
use std::io::{self, Read};

use crate::decode::{self, archive};
use crate::detect::Evidence;
use crate::finding::{Problem, ProblemKind};
use crate::scan::archive_problems::skipped_problem;
use crate::scan::scanner::Scanner;
use crate::text::{LineCursor, Position};

/// The size of the windows, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Windows {
    pub(crate) size: usize,
    /// The size of a window whose edge would cut an archive or an encoded region.
    pub(crate) largest: usize,
    /// The part at each edge whose evidence the neighbouring window gives.
    pub(crate) margin: usize,
}

impl Default for Windows {
    fn default() -> Self {
        // All are multiples of every width of a text's code units. A rule reaches at most 16 KiB.
        Self { size: 32 << 20, largest: 512 << 20, margin: 1 << 20 }
    }
}

/// The result of a search.
#[derive(Default)]
pub(crate) struct Searched {
    pub(crate) found: Vec<Evidence>,
    pub(crate) problems: Vec<Problem>,
    /// The length of the stream.
    pub(crate) bytes: u64,
    /// The whole text, if it fits into one window.
    pub(crate) whole: Option<Vec<u8>>,
}

impl Windows {
    /// Reads a stream to its end, and searches it. `expected` is its expected length in bytes.
    pub(crate) fn search(
        self,
        scanner: &Scanner,
        input: &mut dyn Read,
        expected: u64,
        shown_path: &str,
    ) -> Searched {
        let mut searched = Searched::default();
        let expected = usize::try_from(expected).unwrap_or(usize::MAX);
        let mut window = SPARE.take();
        window.reserve(expected.saturating_add(1).min(self.size));
        let mut offset = WindowOffset::default();
        let mut size = self.size;
        loop {
            let missing = size.saturating_sub(window.len());
            let read = fill(input, &mut window, (missing, expected));
            let is_last = read.as_ref().map_or(true, |read| *read < missing);
            if let Err(error) = read {
                searched.problems.push(read_error(&error, shown_path));
            }
            if !is_last && size < self.largest && self.cuts(&window) {
                size = self.largest.min(size.saturating_mul(2));
                continue;
            }
            self.search_window(scanner, &window, &offset, is_last, shown_path, &mut searched);
            if is_last {
                searched.bytes = offset.bytes as u64 + window.len() as u64;
                searched.whole = (offset.bytes == 0).then_some(window);
                return searched;
            }
            let next = size - 2 * self.margin;
            offset.advance(&window[..next]);
            window.drain(..next);
            size = self.size;
        }
    }

    /// Returns whether the end of a window would cut an archive, or text that may be encoded as a whole.
    fn cuts(self, window: &[u8]) -> bool {
        let edge = window.len().saturating_sub(2 * self.margin)..window.len().saturating_sub(self.margin);
        archive::may_cut_archive(window) || decode::may_be_one_region(&window[edge])
    }

    fn search_window(
        self,
        scanner: &Scanner,
        window: &[u8],
        offset: &WindowOffset,
        is_last: bool,
        shown_path: &str,
        searched: &mut Searched,
    ) {
        let from = if offset.bytes == 0 { 0 } else { self.margin };
        let to = if is_last { usize::MAX } else { window.len() - self.margin };
        if from > 0 && decode::may_be_one_region(&window[..from.min(window.len())]) {
            searched.problems.push(Problem {
                kind: ProblemKind::Budget,
                path: Some(shown_path.to_owned()),
                message: format!(
                    "the encoded text around byte {} is longer than can be decoded at once; decode it, and pass it to `skant scan -`",
                    offset.bytes + from
                ),
            });
        }
        // An archive that the edge of a window cuts is reported as a corrupt one, so it does not go unnoticed.
        match scanner.search(window, shown_path) {
            Ok(result) => {
                let problems = result.skipped.iter().map(|skipped| skipped_problem(skipped, shown_path));
                searched.problems.extend(problems);
                let in_middle =
                    result.evidence.into_iter().filter(|one| (from..to).contains(&one.span.start));
                searched.found.extend(in_middle.map(|evidence| offset.apply(evidence)));
            }
            Err(problem) => searched.problems.push(problem),
        }
    }
}

thread_local! {
    /// A buffer for the next file of this thread, which is in memory already.
    static SPARE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The most bytes of a buffer that is kept for the next file.
const MAX_SPARE: usize = 1 << 20;

/// Keeps the buffer of a text for the next file.
pub(crate) fn keep_buffer(mut text: Vec<u8>) {
    if text.capacity() <= MAX_SPARE {
        text.clear();
        SPARE.set(text);
    }
}

/// The smallest number of bytes that a read asks for beyond the expected length.
const MIN_STEP: usize = 16 << 10;

/// Appends up to `limit` bytes of a stream to a window, and returns their number. A stream of the `expected` length takes two
/// calls. (`Read::read_to_end` asks for 8 KiB at first.)
fn fill(input: &mut dyn Read, window: &mut Vec<u8>, (limit, expected): (usize, usize)) -> io::Result<usize> {
    let start = window.len();
    let mut end = start;
    let result = loop {
        if end - start == limit {
            break Ok(limit);
        }
        if window.len() == end {
            let expected = expected.saturating_add(1).saturating_sub(end);
            let more = if expected == 0 { MIN_STEP.max(end / 2) } else { expected };
            window.resize(end + more.min(limit - (end - start)), 0);
        }
        match input.read(&mut window[end..]) {
            Ok(0) => break Ok(end - start),
            Ok(read) => end += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    window.truncate(end);
    result
}

fn read_error(error: &io::Error, shown_path: &str) -> Problem {
    let message = format!("cannot read it to its end: {error}");
    Problem { kind: ProblemKind::Unreadable, path: Some(shown_path.to_owned()), message }
}

/// The start of a window in the stream.
struct WindowOffset {
    bytes: usize,
    position: Position,
}

impl Default for WindowOffset {
    fn default() -> Self {
        Self { bytes: 0, position: Position { line: 1, column: 1 } }
    }
}

impl WindowOffset {
    /// Moves the start past `bytes`.
    fn advance(&mut self, bytes: &[u8]) {
        self.position = self.position_of(LineCursor::new(bytes).at(bytes.len()));
        self.bytes += bytes.len();
    }

    /// Converts a position in the window to one in the stream.
    fn position_of(&self, within: Position) -> Position {
        let column = if within.line == 1 { self.position.column - 1 + within.column } else { within.column };
        Position { line: self.position.line + within.line - 1, column }
    }

    /// Converts evidence of the window to evidence of the stream.
    fn apply(&self, evidence: Evidence) -> Evidence {
        Evidence {
            span: evidence.span.start + self.bytes..evidence.span.end + self.bytes,
            start: self.position_of(evidence.start),
            end: self.position_of(evidence.end),
            ..evidence
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::finding::Confidence;
    use crate::policy::Policy;

    fn scanner() -> Scanner {
        let policy = Policy::new(jiff::Timestamp::UNIX_EPOCH);
        Scanner::new(Policy { min_confidence: Confidence::Low, ..policy })
    }

    /// Lines of different lengths, with a password in every seventh one.
    fn text() -> Vec<u8> {
        let mut state = 7_usize;
        let mut below = |limit: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % limit
        };
        let mut text = String::new();
        for line in 0..9000 {
            match line % 7 {
                0 => {
                    let alphabet = b"abcdefghijkmnpqrstuvwxyzABCDEFGH23456789";
                    let value = (0..24).map(|_| char::from(alphabet[below(alphabet.len())]));
                    text.extend("é api_key = \"".chars().chain(value).chain("\"\n".chars()));
                }
                1 => text.push_str(&"word ".repeat(below(300))),
                _ => text.push_str("an ordinary line\n"),
            }
        }
        text.into_bytes()
    }

    #[test]
    fn windows_find_the_evidence_of_the_whole() {
        let (scanner, text) = (scanner(), text());
        let whole = Windows::default().search(&scanner, &mut text.as_slice(), 0, "x");
        assert!(whole.found.len() > 500, "{}", whole.found.len());
        assert_eq!(whole.whole.as_deref(), Some(text.as_slice()));
        for size in [100_000, 120_004, 250_000] {
            let searched = Windows { size, largest: size, margin: 20_000 }.search(
                &scanner,
                &mut text.as_slice(),
                0,
                "x",
            );
            assert!(searched.found == whole.found, "{size}: {} {}", searched.found.len(), whole.found.len());
            assert_eq!((searched.bytes, searched.whole), (text.len() as u64, None));
        }
    }

    #[test]
    fn a_window_grows_where_its_edge_would_cut_an_archive_or_encoded_text() {
        let key = testkit::tokens::token("API03", "grows");
        let words = "words of no importance\n".repeat(60);
        let text = format!("{words}key {key}\n{words}");
        let archive = testkit::archives::zip(&[testkit::archives::stored("notes.txt", text.as_bytes())]);
        // The gap is before the base64, so that only an edge inside of it has to move.
        let encoded = format!("{}\n{}\n", "an ordinary line\n".repeat(50), STANDARD.encode(&text));
        for text in [archive.as_slice(), encoded.as_bytes()] {
            let windows = Windows { size: 1000, largest: 16_000, margin: 100 };
            let searched = windows.search(&scanner(), &mut &text[..], 0, "x");
            assert_eq!((searched.found.len(), searched.problems.len()), (1, 0), "{:?}", searched.problems);
            let fixed = Windows { largest: 1000, ..windows }.search(&scanner(), &mut &text[..], 0, "x");
            assert!(!fixed.problems.is_empty());
        }
    }

    #[test]
    fn a_window_grows_where_its_edge_would_cut_a_zip_after_other_bytes() {
        use testkit::archives::{stored, zip, zipped};
        let key = testkit::tokens::token("API03", "grows");
        let noise: Vec<u8> = (0..3000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let windows = Windows { size: 1000, largest: 16_000, margin: 100 };
        for (text, count) in [(format!("key {key}\n"), 1), ("words\n".to_owned(), 0)] {
            let members = [zipped("a.env", text.as_bytes()), stored("b.jar", &noise)];
            for before in (0..2100).step_by(75) {
                for after in [0, 40] {
                    let file =
                        [&b".".repeat(before)[..], b"\n", &zip(&members), &b"~".repeat(after)].concat();
                    let searched = windows.search(&scanner(), &mut file.as_slice(), 0, "x");
                    let result = (searched.found.len(), searched.problems.len());
                    assert_eq!(result, (count, 0), "{before} {:?}", searched.problems);
                }
            }
        }
        // What no window can hold is not taken for read.
        let file = [b"\n", &zip(&[stored("a", &[7; 3000])])[..]].concat();
        let fixed = Windows { largest: 1000, ..windows }.search(&scanner(), &mut file.as_slice(), 0, "x");
        assert_eq!(fixed.problems.len(), 1);
    }

    #[test]
    fn encoded_text_across_an_edge_and_a_read_error_are_problems() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        let windows = Windows { size: 1000, largest: 1000, margin: 100 };
        let kinds = |input: &mut dyn Read| -> Vec<ProblemKind> {
            windows.search(&scanner(), input, 700, "x").problems.iter().map(|problem| problem.kind).collect()
        };
        assert_eq!(kinds(&mut [b'A'; 1500].as_slice()), [ProblemKind::Budget]);
        assert_eq!(kinds(&mut [b'.'; 1500].as_slice()), []);
        assert_eq!(kinds(&mut "some line = with words\n".repeat(70).as_bytes()), []);
        let wrapped = |line: &str| format!("{line}\n").repeat(1500 / (line.len() + 1) + 1);
        assert_eq!(kinds(&mut wrapped(&"QmFz".repeat(19)).as_bytes()), [ProblemKind::Budget]);
        assert_eq!(
            kinds(&mut wrapped(&format!("\"{}\",", "QmFz".repeat(11))).as_bytes()),
            [ProblemKind::Budget]
        );
        assert_eq!(kinds(&mut b"x".chain(Broken)), [ProblemKind::Unreadable]);
    }
}
