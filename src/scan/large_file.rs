//! What is too large to be held at once is searched in windows that overlap. Evidence hangs on a bounded stretch,
//! so each window gives that of its middle, and all together what the whole would.

use std::io::{self, Read};

use crate::decode;
use crate::detect::Evidence;
use crate::finding::{Problem, ProblemKind};
use crate::scan::{Scanner, archive_problems};
use crate::text::Position;

/// How large windows are, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Windows {
    /// A whole one.
    pub(crate) size: usize,
    /// What lies at an edge is left to the window beyond it.
    pub(crate) margin: usize,
}

impl Default for Windows {
    fn default() -> Self {
        // Both of full words of every width that text has. A rule reaches 16 KiB at most.
        Self { size: 512 << 20, margin: 1 << 20 }
    }
}

/// What came of a search.
#[derive(Default)]
pub(crate) struct Searched {
    pub(crate) found: Vec<Evidence>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) bytes: u64,
    /// The first window, where that is all there is.
    pub(crate) whole: Option<Vec<u8>>,
}

impl Windows {
    /// Reads a stream to its end, and searches it. It is thought to have `likely` bytes.
    pub(crate) fn search(
        self,
        scanner: &Scanner,
        input: &mut dyn Read,
        likely: u64,
        shown: &str,
    ) -> Searched {
        let mut searched = Searched::default();
        let likely = usize::try_from(likely).unwrap_or(usize::MAX);
        let mut window = Vec::with_capacity(likely.saturating_add(1).min(self.size));
        let mut place = Place::default();
        loop {
            let room = self.size.saturating_sub(window.len());
            let read = fill(input, &mut window, room);
            let is_last = read.as_ref().map_or(true, |read| *read < room);
            if let Err(error) = read {
                searched.problems.push(unread(&error, shown));
            }
            self.one(scanner, &window, &place, is_last, shown, &mut searched);
            if is_last {
                searched.bytes = place.offset as u64 + window.len() as u64;
                searched.whole = (place.offset == 0).then_some(window);
                return searched;
            }
            let next = self.size - 2 * self.margin;
            place.pass(&window[..next]);
            window.drain(..next);
        }
    }

    fn one(
        self,
        scanner: &Scanner,
        window: &[u8],
        place: &Place,
        is_last: bool,
        shown: &str,
        searched: &mut Searched,
    ) {
        let from = if place.offset == 0 { 0 } else { self.margin };
        let to = if is_last { usize::MAX } else { self.size - self.margin };
        if from > 0 && decode::may_be_one_region(&window[..from.min(window.len())]) {
            searched.problems.push(Problem {
                kind: ProblemKind::Budget,
                path: Some(shown.to_owned()),
                message: format!(
                    "what is encoded around byte {} is longer than can be decoded at once; decode it, and pass it to `skant scan -`",
                    place.offset + from
                ),
            });
        }
        // An archive that a window's edge cuts is told as a broken one, so it is not passed over.
        match scanner.search(window, shown) {
            Ok(looked) => {
                searched
                    .problems
                    .extend(looked.skipped.iter().map(|unread| archive_problems::problem(unread, shown)));
                searched.found.extend(
                    looked
                        .evidence
                        .into_iter()
                        .filter(|evidence| (from..to).contains(&evidence.span.start))
                        .map(|evidence| place.moved(evidence)),
                );
            }
            Err(problem) => searched.problems.push(problem),
        }
    }
}

/// So many bytes more are asked for at least.
const STEP: usize = 16 << 10;

/// Appends up to `room` bytes of a stream, in as few calls as there is capacity for; says how many. (The library's own
/// way asks for 8 KiB at first.)
fn fill(input: &mut dyn Read, window: &mut Vec<u8>, room: usize) -> io::Result<usize> {
    let start = window.len();
    let mut end = start;
    let result = loop {
        if end - start == room {
            break Ok(room);
        }
        if window.len() == end {
            let spare = window.capacity() - end;
            let more = if spare == 0 { STEP.max(end / 2) } else { spare };
            window.resize(end + more.min(room - (end - start)), 0);
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

fn unread(error: &io::Error, shown: &str) -> Problem {
    let message = format!("cannot read it to its end: {error}");
    Problem { kind: ProblemKind::Unreadable, path: Some(shown.to_owned()), message }
}

/// Where a window begins.
struct Place {
    offset: usize,
    start: Position,
}

impl Default for Place {
    fn default() -> Self {
        Self { offset: 0, start: Position { line: 1, column: 1 } }
    }
}

impl Place {
    fn pass(&mut self, bytes: &[u8]) {
        self.start = self.at(crate::text::LineCursor::new(bytes).at(bytes.len()));
        self.offset += bytes.len();
    }

    /// A place in a window as one in the whole.
    fn at(&self, within: Position) -> Position {
        let column = if within.line == 1 { self.start.column - 1 + within.column } else { within.column };
        Position { line: self.start.line + within.line - 1, column }
    }

    fn moved(&self, evidence: Evidence) -> Evidence {
        Evidence {
            span: evidence.span.start + self.offset..evidence.span.end + self.offset,
            start: self.at(evidence.start),
            end: self.at(evidence.end),
            ..evidence
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Confidence;
    use crate::policy::{Incomplete, Policy, Settings, Suppressions};

    fn scanner() -> Scanner {
        Scanner::new(Policy {
            settings: Settings::default(),
            min_confidence: Confidence::Low,
            suppressions: Suppressions::Applied,
            comments: crate::policy::suppress::CommentPolicy::default(),
            notes: Vec::new(),
            incomplete: Incomplete::Fails,
            now: 0,
            today: jiff::civil::date(2026, 1, 1),
        })
    }

    /// Lines of different lengths, and a password in every seventh.
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
    fn windows_give_what_the_whole_gives() {
        let (scanner, text) = (scanner(), text());
        let whole = Windows::default().search(&scanner, &mut text.as_slice(), 0, "x");
        assert!(whole.found.len() > 500, "{}", whole.found.len());
        assert_eq!(whole.whole.as_deref(), Some(text.as_slice()));
        for size in [100_000, 120_004, 250_000] {
            let searched = Windows { size, margin: 20_000 }.search(&scanner, &mut text.as_slice(), 0, "x");
            assert!(searched.found == whole.found, "{size}: {} {}", searched.found.len(), whole.found.len());
            assert_eq!((searched.bytes, searched.whole), (text.len() as u64, None));
        }
    }

    #[test]
    fn what_is_encoded_across_an_edge_is_a_problem_and_so_is_an_error() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        let windows = Windows { size: 1000, margin: 100 };
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
