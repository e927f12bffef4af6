//! The file of an audit state: a fixed start, a checksum of the rest, and the parts. It is written whole or not at all,
//! for the user alone.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sha2::{Digest as _, Sha256};

use super::bytes::{Reader, Writer};
use super::inputs::InputDigest;
use crate::atomic_file;
use crate::git::read_regular;

/// The first bytes of each version of the format.
const START: &[u8] = b"skant audit state ";

/// The version of the format, and a line break.
const VERSION: &[u8] = b"2\n";

/// The most bytes of a packed part after unpacking: 1 GiB.
const MAX_UNPACKED: u64 = 1 << 30;

/// The parts of a state file.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// What decides which evidence is found.
    pub(super) search: InputDigest,
    /// When the first and the last of the runs began that read what is known, in seconds since 1970.
    pub(super) times: (i64, i64),
    /// What decides which evidence is reported; `None` if no file may tell it.
    pub(super) conditions: Option<Conditions>,
    /// The last report, if it may be repeated.
    pub(super) report: Option<KeptReport>,
    /// The state of each repository by its name, the main one and submodules, as bytes: an unchanged repository needs
    /// none of them.
    pub(super) repositories: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// The conditions under which the same evidence is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Conditions {
    pub(super) settings: InputDigest,
    /// The time from which on other evidence may be reported, because something expires: in seconds since 1970.
    pub(super) until: i64,
}

/// A report, and the repositories for which it is right under the conditions of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct KeptReport {
    pub(super) repositories: InputDigest,
    /// The report in the form of the caller, without secrets.
    pub(super) text: Vec<u8>,
}

/// Why a state is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SetAside {
    /// The file has another form.
    NoState,
    /// Another version of the format.
    OtherVersion,
    /// The checksum is wrong, or a part contradicts another one.
    Damaged,
    /// Other rules, or another version of skant.
    OtherRules,
    /// No group of its objects is in this repository.
    OtherRepository,
}

impl SetAside {
    /// Describes the reason for people.
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::NoState => "it is no audit state",
            Self::OtherVersion => "another version of skant wrote it",
            Self::Damaged => "it is damaged",
            Self::OtherRules => "the rules are others than those it was written with",
            Self::OtherRepository => "nothing of it is in this repository",
        }
    }
}

/// Reads a state file. Returns `Ok(None)` if there is none.
///
/// # Errors
/// Fails with the error of the system.
pub(super) fn read(path: &Path) -> io::Result<Option<Result<Content, SetAside>>> {
    match read_regular(path) {
        Ok(bytes) => Ok(Some(parse(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn parse(bytes: &[u8]) -> Result<Content, SetAside> {
    let rest = bytes.strip_prefix(START).ok_or(SetAside::NoState)?;
    let rest = rest.strip_prefix(VERSION).ok_or(SetAside::OtherVersion)?;
    let mut reader = Reader(rest);
    let checksum: InputDigest = reader.array().ok_or(SetAside::Damaged)?;
    if checksum[..] != Sha256::digest(reader.0)[..] {
        return Err(SetAside::Damaged);
    }
    parse_parts(reader).ok_or(SetAside::Damaged)
}

fn parse_parts(mut from: Reader<'_>) -> Option<Content> {
    let mut content = Content { search: from.array()?, ..Content::default() };
    content.times = (time(&mut from)?, time(&mut from)?);
    if from.number()? == 1 {
        content.conditions = Some(Conditions { settings: from.array()?, until: time(&mut from)? });
    }
    if from.number()? == 1 {
        content.report = Some(KeptReport { repositories: from.array()?, text: read_packed(&mut from)? });
    }
    for _ in 0..from.count()? {
        let name = from.bytes()?.to_vec();
        content.repositories.insert(name, from.bytes()?.to_vec());
    }
    from.0.is_empty().then_some(content)
}

fn time(from: &mut Reader<'_>) -> Option<i64> {
    Some(i64::from_le_bytes(from.array()?))
}

/// Writes a state file. A file of another form is renamed first, unless something has the new name already.
///
/// # Errors
/// Fails with the error of the system; then the file is unchanged.
pub(super) fn write(path: &Path, content: &Content) -> io::Result<()> {
    let mut out = Writer::default();
    out.0.extend_from_slice(&content.search);
    out.0.extend_from_slice(&content.times.0.to_le_bytes());
    out.0.extend_from_slice(&content.times.1.to_le_bytes());
    out.count(usize::from(content.conditions.is_some()));
    if let Some(conditions) = &content.conditions {
        out.0.extend_from_slice(&conditions.settings);
        out.0.extend_from_slice(&conditions.until.to_le_bytes());
    }
    out.count(usize::from(content.report.is_some()));
    if let Some(report) = &content.report {
        out.0.extend_from_slice(&report.repositories);
        write_packed(&mut out, &report.text);
    }
    out.count(content.repositories.len());
    for (name, state) in &content.repositories {
        out.bytes(name);
        out.bytes(state);
    }
    let bytes = [START, VERSION, &Sha256::digest(&out.0), &out.0].concat();
    keep_other_file(path)?;
    atomic_file::replace(path, &bytes, atomic_file::private())
}

/// Renames a file that is no state: a wrong argument must not cost somebody a file.
fn keep_other_file(path: &Path) -> io::Result<()> {
    let mut start = Vec::new();
    match std::fs::File::open(path) {
        Ok(file) => file.take(START.len() as u64).read_to_end(&mut start)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if start.is_empty() || start == START {
        return Ok(());
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".set-aside");
    let other = path.with_file_name(name);
    if other.symlink_metadata().is_ok() {
        let message = format!("it is no audit state, and {} exists already", other.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    std::fs::rename(path, other)
}

/// Writes a compressed part, with its size.
pub(super) fn write_packed(out: &mut Writer, bytes: &[u8]) {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    // A vector takes everything.
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default();
    out.count(bytes.len());
    out.bytes(&packed);
}

/// Reads a compressed part.
pub(super) fn read_packed(from: &mut Reader<'_>) -> Option<Vec<u8>> {
    let size = from.number().filter(|size| *size <= MAX_UNPACKED)?;
    let packed = from.bytes()?;
    let mut bytes = Vec::new();
    DeflateDecoder::new(packed).take(size + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == size).then_some(bytes)
}
