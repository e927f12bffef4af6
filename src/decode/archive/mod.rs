//! Archives: gzip, zip and tar, recognised by their bytes, never by a name. Each is taken apart into what it holds,
//! as far as it can be read; what cannot be is a [`Fault`]. All of it comes from strangers: no size that an
//! archive names is believed, and how much is unpacked is bounded ([`UnpackBudget`]).

pub(crate) mod gzip;
pub(crate) mod inflate;
pub(crate) mod tar;
pub(crate) mod unpack_budget;
pub(crate) mod zip;

use std::borrow::Cow;
use std::ops::Range;

use crate::text::escape_path;

pub use unpack_budget::UnpackBudget;

/// A kind of archive that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Compressed by gzip.
    Gzip,
    /// Zip, and what is one under another name: jar, whl, docx.
    Zip,
    /// Tar in all its forms.
    Tar,
}

impl Format {
    /// The name that reports use.
    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zip => "zip",
            Self::Tar => "tar",
        }
    }
}

/// Something that an archive holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'t> {
    /// The archive's kind and the member's name, percent-escaped: `zip:inner/config.env`.
    pub label: String,
    /// What it holds, or as much of it as could be read.
    pub bytes: Cow<'t, [u8]>,
    /// Where it stands in the archive, compressed or as it is.
    pub span: Range<usize>,
}

impl Member<'_> {
    /// What of the archive a range of the member stands for: itself where it stands there as it is, otherwise all
    /// of the member.
    #[must_use]
    pub fn original_span(&self, span: &Range<usize>) -> Range<usize> {
        match self.bytes {
            Cow::Borrowed(_) => self.span.start + span.start..self.span.start + span.end,
            Cow::Owned(_) => self.span.clone(),
        }
    }
}

/// Why something in an archive was not read, or not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// It is damaged.
    Corrupt,
    /// It is encrypted, or compressed in a way that is not read.
    Unsupported,
    /// It holds more than is unpacked.
    Budget,
}

/// Something in an archive that was not read, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Why.
    pub kind: FaultKind,
    /// The same in words.
    pub message: &'static str,
    /// The member that it is about, as [`Member::label`] names it; or the archive's kind.
    pub label: String,
}

/// What taking an archive apart brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unpacked<'t> {
    /// Something that it holds.
    Member(Member<'t>),
    /// Something that was not read.
    Fault(Fault),
}

/// What receives the parts. It gets the room that is left, since a member may be an archive itself.
pub type Visit<'v> = dyn FnMut(Unpacked<'_>, &mut UnpackBudget) + 'v;

/// Whether a text begins as an archive does that others hold in base64: a cheap look at its first bytes.
#[must_use]
pub fn begins(text: &[u8]) -> bool {
    gzip::begins(text) || zip::begins(text)
}

/// Whether a text is an archive, of a kind that is read or not. Costs a look at a few bytes.
#[must_use]
pub fn is_archive(text: &[u8]) -> bool {
    begins(text) || tar::begins(text) || zip::ends(text) || unread(text).is_some()
}

/// Takes an archive apart. A text may be two at once: a zip is recognised by its end, too.
pub fn unpack(text: &[u8], room: &mut UnpackBudget, visit: &mut Visit<'_>) {
    if gzip::begins(text) {
        gzip::open(text, room, visit);
    } else if tar::begins(text) {
        tar::open(text, room, visit);
    } else if let Some(what) = unread(text) {
        visit(fault(FaultKind::Unsupported, what, "archive".to_owned()), room);
    }
    if zip::begins(text) || zip::ends(text) {
        zip::open(text, room, visit);
    }
}

/// How archives begin that are not read, and what is said of them.
const UNSUPPORTED: [(&[u8], &str); 11] = [
    (b"\xfd7zXZ\0", "it is compressed by xz, which is not read"),
    (b"BZh", "it is compressed by bzip2, which is not read"),
    (b"\x28\xb5\x2f\xfd", "it is compressed by zstd, which is not read"),
    (b"\x04\x22\x4d\x18", "it is compressed by lz4, which is not read"),
    (b"LZIP\x01", "it is compressed by lzip, which is not read"),
    (b"7z\xbc\xaf\x27\x1c", "7z archives are not read"),
    (b"Rar!\x1a\x07", "rar archives are not read"),
    (b"MSCF\0\0\0\0", "cab archives are not read"),
    (b"\xed\xab\xee\xdb", "rpm packages are not read"),
    (b"!<arch>\ndebian-binary", "deb packages are not read"),
    (b"xar!\0\x1c", "xar archives are not read"),
];

fn unread(text: &[u8]) -> Option<&'static str> {
    let (magic, what) = UNSUPPORTED.iter().find(|(magic, _)| text.starts_with(magic))?;
    // Three letters may begin a text; the size and the number pi do not follow there.
    let is_it = *magic != b"BZh" || text.get(4..10) == Some(b"1AY&SY");
    is_it.then_some(what)
}

fn fault(kind: FaultKind, message: &'static str, label: String) -> Unpacked<'static> {
    Unpacked::Fault(Fault { kind, message, label })
}

/// A longer name is not handed on.
const MOST_NAME: usize = 1024;

fn label(format: Format, name: &[u8]) -> String {
    let format = format.name();
    if name.len() > MOST_NAME {
        // A part of it might be a part of a key, which nothing would mask any more.
        return format!("{format}:(a name of {} bytes)", name.len());
    }
    format!("{format}:{}", escape_path(name))
}

/// The number that stands at a place, little end first.
fn number<const N: usize>(text: &[u8], at: usize) -> Option<u64> {
    let bytes: [u8; N] = text.get(at..at.checked_add(N)?)?.try_into().ok()?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests;
