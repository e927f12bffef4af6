//! Compiled Python (`.pyc`): each string of some length is a member, also of bytes. In the file the length of a string is
//! before it, and the kind of the next object is after it: both may be letters.
//! Format: `Python/marshal.c` of `CPython` 2.7 and 3.0 to 3.14.

use std::borrow::Cow;

use super::little_endian::number;
use super::member::{CUT, FaultKind, Member, OVER_BUDGET, Unpacked, Visit, WRONG_DATA, fault};
use super::unpack_budget::UnpackBudget;

/// The name of the format in reports.
const NAME: &str = "pyc";

/// The shortest string that is searched by itself, in bytes.
const MIN_LENGTH: usize = 12;

/// The bit of a kind that says that the object is used again.
const FLAG_REF: u8 = 0x80;

/// The greatest depth of objects in each other, as in `CPython`.
const MAX_DEPTH: usize = 2000;

/// The form of the files of some versions.
struct Version {
    /// The highest number of these versions.
    last: u64,
    header: usize,
    /// The parts of a code object: bytes of numbers, objects, bytes of a number, objects.
    code: [usize; 4],
}

/// The versions in the order of their numbers. Python 2 has the highest.
const VERSIONS: [Version; 7] = [
    Version { last: 3229, header: 8, code: [20, 8, 4, 1] },
    Version { last: 3379, header: 12, code: [20, 8, 4, 1] },
    Version { last: 3409, header: 16, code: [20, 8, 4, 1] },
    Version { last: 3449, header: 16, code: [24, 8, 4, 1] },
    Version { last: 3699, header: 16, code: [20, 8, 4, 2] },
    Version { last: 61999, header: 16, code: [20, 8, 4, 2] },
    Version { last: 62999, header: 8, code: [16, 8, 4, 1] },
];

/// The first version that is not known: its files are read as far as they are like those before.
const UNKNOWN: std::ops::RangeInclusive<u64> = 3700..=61999;

/// Returns the version if a text begins with the header of compiled code: the number of a version, a line break, one to
/// three numbers, and a code object.
fn version(text: &[u8]) -> Option<(&'static Version, bool)> {
    let [_, 0x0b..=0x0f | 0xf2 | 0xf3, b'\r', b'\n', ..] = text else { return None };
    let stated = number::<2>(text, 0)?;
    let version = VERSIONS.iter().find(|version| stated <= version.last)?;
    let is_code = text.get(version.header).is_some_and(|kind| kind & !FLAG_REF == b'c');
    is_code.then_some((version, !UNKNOWN.contains(&stated)))
}

/// Returns whether a text is compiled code.
pub(super) fn has_header(text: &[u8]) -> bool {
    version(text).is_some()
}

/// Unpacks the strings.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let Some((version, is_known)) = version(text) else { return };
    let mut reader = Reader { text, at: version.header, code: version.code, rest: vec![Rest::Objects(1)] };
    loop {
        match reader.next() {
            Ok(None) => return,
            Ok(Some(span)) if span.len() < MIN_LENGTH => {}
            Ok(Some(span)) if span.len() <= budget.bytes_left() => {
                budget.spend(span.len());
                let bytes = Cow::Borrowed(&text[span.clone()]);
                let label = NAME.to_owned();
                visit(Unpacked::Member(Member { label, bytes, span, map: None }), budget);
            }
            failure => {
                let (kind, message) = failure
                    .err()
                    .map_or((FaultKind::Budget, OVER_BUDGET), |message| (FaultKind::Corrupt, message));
                if is_known || kind == FaultKind::Budget {
                    visit(fault(kind, message, NAME.to_owned()), budget);
                }
                return;
            }
        }
    }
}

/// What is left of an object.
enum Rest {
    /// This many objects.
    Objects(u64),
    /// The objects of a dictionary, up to its end.
    Dictionary,
    /// A number of this many bytes.
    Bytes(usize),
}

/// A reader of the strings in objects.
struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    /// The parts of a code object.
    code: [usize; 4],
    rest: Vec<Rest>,
}

impl Reader<'_> {
    /// Returns the span of the next string, or `None` after the last object.
    fn next(&mut self) -> Result<Option<std::ops::Range<usize>>, &'static str> {
        while let Some(rest) = self.rest.last_mut() {
            match rest {
                Rest::Objects(0) => drop(self.rest.pop()),
                Rest::Bytes(count) => {
                    let count = *count;
                    self.rest.pop();
                    self.skip(count as u64)?;
                }
                Rest::Objects(_) | Rest::Dictionary => {
                    if let Rest::Objects(count) = rest {
                        *count -= 1;
                    }
                    if let Some(span) = self.read_object()? {
                        return Ok(Some(span));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Reads an object, or the beginning of one that consists of others. Returns its span if it is a string.
    fn read_object(&mut self) -> Result<Option<std::ops::Range<usize>>, &'static str> {
        let kind = *self.text.get(self.at).ok_or(CUT)? & !FLAG_REF;
        self.at += 1;
        let length = match kind {
            b'0' => {
                if matches!(self.rest.last(), Some(Rest::Dictionary)) {
                    self.rest.pop();
                }
                0
            }
            b'N' | b'F' | b'T' | b'S' | b'.' => 0,
            b'i' | b'r' | b'R' => 4,
            b'I' | b'g' => 8,
            b'y' => 16,
            b'f' => self.count::<1>()?,
            b'x' => {
                let first = self.count::<1>()?;
                self.skip(first)?;
                self.count::<1>()?
            }
            // The sign of the number of digits is that of the number.
            b'l' => {
                let digits = self.count::<4>()?;
                2 * if digits > 1 << 31 { (1 << 32) - digits } else { digits }
            }
            b's' | b't' | b'u' | b'a' | b'A' => return self.read_string::<4>().map(Some),
            b'z' | b'Z' => return self.read_string::<1>().map(Some),
            b'(' | b'[' | b'<' | b'>' => {
                let count = self.count::<4>()?;
                return self.push(Rest::Objects(count));
            }
            b')' => {
                let count = self.count::<1>()?;
                return self.push(Rest::Objects(count));
            }
            b':' => return self.push(Rest::Objects(3)),
            b'{' => return self.push(Rest::Dictionary),
            b'c' => {
                let [numbers, objects, line, others] = self.code;
                self.push(Rest::Objects(others as u64))?;
                self.push(Rest::Bytes(line))?;
                self.push(Rest::Objects(objects as u64))?;
                return self.push(Rest::Bytes(numbers));
            }
            _ => return Err(WRONG_DATA),
        };
        self.skip(length).map(|()| None)
    }

    fn push(&mut self, rest: Rest) -> Result<Option<std::ops::Range<usize>>, &'static str> {
        if self.rest.len() >= 4 * MAX_DEPTH {
            return Err("its objects are too deep in each other");
        }
        self.rest.push(rest);
        Ok(None)
    }

    fn read_string<const N: usize>(&mut self) -> Result<std::ops::Range<usize>, &'static str> {
        let length = self.count::<N>()?;
        let start = self.at;
        self.skip(length)?;
        Ok(start..self.at)
    }

    /// Takes a number of `N` bytes.
    fn count<const N: usize>(&mut self) -> Result<u64, &'static str> {
        let count = number::<N>(self.text, self.at).ok_or(CUT)?;
        self.at += N;
        Ok(count)
    }

    fn skip(&mut self, length: u64) -> Result<(), &'static str> {
        let left = self.text.len() - self.at;
        let length = usize::try_from(length).ok().filter(|length| *length <= left).ok_or(CUT)?;
        self.at += length;
        Ok(())
    }
}
