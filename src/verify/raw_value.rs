//! The raw values of findings: reads the places of a finding again, also inside encodings and archives. A value lives
//! in memory until it is asked for, and prints itself nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read as _;
use std::path::Path;

use skant_rule_schema::RequestSpec;

use super::host::nearest_host;
use super::near::is_named;
use crate::decode;
use crate::decode::archive::{self, UnpackBudget, Unpacked};
use crate::finding::{Finding, Location, LocationKind};
use crate::git::{ObjectDatabase, ObjectKind, Oid, Repository, os_string};
use crate::scan::{ExplainedEvidence, Scanner};
use crate::secret::{Fingerprint, ValueId};
use crate::source::open_file::{self, OpenedFile};
use crate::text::unescape_path;

/// The largest text that is read again, in bytes.
const MAX_TEXT: u64 = 64 << 20;

/// The number of encodings and archives that are decoded one in the other.
const MAX_DEPTH: usize = 6;

/// The number of places of a finding that are read until its value is found.
const MAX_PLACES: usize = 8;

/// A secret in memory, with what is needed to ask for it.
#[derive(Clone)]
pub(crate) struct RawValue {
    secret: Vec<u8>,
    companion: Option<Vec<u8>>,
    /// The host that the text names, if the verifier asks for it.
    pub(super) host: Option<String>,
    /// Whether the text names the provider, if the verifier asks for it.
    pub(super) is_named: bool,
}

impl RawValue {
    pub(super) const fn new(secret: Vec<u8>, companion: Option<Vec<u8>>) -> Self {
        Self { secret, companion, host: None, is_named: false }
    }

    /// Returns the secret. This is the only access to it.
    pub(crate) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// Returns the other part of the credential pair.
    pub(crate) fn companion(&self) -> Option<&[u8]> {
        self.companion.as_deref()
    }
}

impl fmt::Debug for RawValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RawValue(..)")
    }
}

/// Where the texts of a report are.
pub(crate) struct TextRoot<'r> {
    /// The folder that paths of files on disk begin at; `None` if the report is not about files on disk.
    pub(crate) folder: Option<&'r Path>,
    pub(crate) repository: Option<&'r Repository>,
}

/// Returns the raw values of findings, by their fingerprints. `request_of` is the request of a finding's verifier;
/// findings without one are left out, and so are values that cannot be read again. Each text is searched once for all
/// findings in it.
pub(crate) fn find_values<'s>(
    scanner: &Scanner,
    root: &TextRoot<'_>,
    findings: &[&Finding],
    request_of: &dyn Fn(&Finding) -> Option<&'s RequestSpec>,
) -> BTreeMap<Fingerprint, RawValue> {
    let objects = root.repository.and_then(|repository| ObjectDatabase::open(repository).ok());
    let wanted: Vec<Wanted<'_>> = findings
        .iter()
        .filter_map(|finding| Some(Wanted { finding, request: request_of(finding)? }))
        .collect();
    let mut values = BTreeMap::new();
    for place in 0..MAX_PLACES {
        // The findings whose value is still missing, by the text of this place of theirs.
        let mut texts: BTreeMap<TextKey<'_>, (&Location, Vec<Wanted<'_>>)> = BTreeMap::new();
        for one in wanted.iter().filter(|one| !values.contains_key(&one.finding.fingerprint)) {
            if let Some(location) = one.finding.locations.get(place) {
                texts.entry(text_key(location)).or_insert_with(|| (location, Vec::new())).1.push(*one);
            }
        }
        for (location, wanted) in texts.into_values() {
            let Some((text, path)) = read_text(root, objects.as_ref(), location) else { continue };
            let mut search = Search { scanner, path: &path, wanted, found: &mut values };
            search.find(&text, MAX_DEPTH, &mut BTreeSet::new());
        }
    }
    values
}

/// What distinguishes the texts of locations: path, blob, commit.
type TextKey<'l> = (&'l str, Option<&'l str>, Option<&'l str>);

fn text_key(location: &Location) -> TextKey<'_> {
    let commit = location.commit.as_ref().map(|commit| commit.id.as_str());
    (&location.path, location.blob.as_deref(), commit.filter(|_| location.blob.is_none()))
}

/// Reads the text of a location, and returns it with its raw path.
fn read_text(
    root: &TextRoot<'_>,
    objects: Option<&ObjectDatabase>,
    location: &Location,
) -> Option<(Vec<u8>, Vec<u8>)> {
    let object = |id: &str, kind| objects?.read_as(&Oid::from_hex(id.as_bytes())?, kind).ok();
    match location.kind {
        LocationKind::File => {
            let path = unescape_path(&location.path)?;
            let text = match &location.blob {
                Some(blob) => object(blob, ObjectKind::Blob)?,
                None => read_file(root.folder?, &path)?,
            };
            Some((text, path))
        }
        LocationKind::Message => {
            let commit = location.commit.as_ref()?;
            Some((object(&commit.id, ObjectKind::Commit)?, Vec::new()))
        }
        LocationKind::Path | LocationKind::Ref | LocationKind::Identity => None,
    }
}

/// Reads a file of the working tree; a link is its target.
fn read_file(folder: &Path, path: &[u8]) -> Option<Vec<u8>> {
    let path = folder.join(os_string(path));
    match open_file::open(&path).ok()? {
        OpenedFile::File(file, length) if length <= MAX_TEXT => {
            let mut text = Vec::new();
            file.take(MAX_TEXT).read_to_end(&mut text).ok()?;
            Some(text)
        }
        OpenedFile::LinkTarget(target) => Some(target),
        OpenedFile::File(..) => None,
    }
}

/// A finding whose value is searched for, and the request that needs it.
#[derive(Clone, Copy)]
struct Wanted<'w> {
    finding: &'w Finding,
    request: &'w RequestSpec,
}

/// The search for values in a text.
struct Search<'s> {
    scanner: &'s Scanner,
    path: &'s [u8],
    wanted: Vec<Wanted<'s>>,
    found: &'s mut BTreeMap<Fingerprint, RawValue>,
}

impl Search<'_> {
    /// Searches a text, and what it decodes to while a value is missing.
    fn find(&mut self, text: &[u8], depth: usize, seen: &mut BTreeSet<ValueId>) {
        // A decoded text may decode to itself.
        if !seen.insert(ValueId::new(text)) {
            return;
        }
        for one in self.scanner.explain(text, self.path) {
            let evidence = &one.evidence;
            let Some(secret) = text.get(evidence.span.clone()) else { continue };
            let Some(wanted) = self.wanted_by(&one).filter(|_| ValueId::new(secret) == evidence.value) else {
                continue;
            };
            let companion = evidence.companion.as_ref().and_then(|other| text.get(other.span.clone()));
            let value = RawValue {
                host: nearest_host(text, &evidence.span, &wanted.request.domains),
                is_named: is_named(text, &evidence.span, &wanted.request.near),
                ..RawValue::new(secret.to_vec(), companion.map(<[u8]>::to_vec))
            };
            // A later copy may have the other part of the pair, or what tells the host, near it.
            let is_better = |known: &RawValue| {
                let parts =
                    |value: &RawValue| [value.companion.is_some(), value.host.is_some(), value.is_named];
                parts(&value) > parts(known)
            };
            if self.found.get(&wanted.finding.fingerprint).is_none_or(is_better) {
                self.found.insert(wanted.finding.fingerprint.clone(), value);
            }
        }
        if depth == 0 || self.is_complete() {
            return;
        }
        let mut decoded = Vec::new();
        decode::visit_regions(text, &(0..text.len()), &mut |_, texts| {
            decoded.extend(texts.map(|decoded| decoded.text));
        });
        for inner in decoded {
            if self.is_complete() {
                return;
            }
            self.find(&inner, depth - 1, seen);
        }
        if archive::is_archive(text) {
            let mut budget = UnpackBudget::for_file(text.len());
            let mut members = Vec::new();
            archive::unpack(text, &mut budget, &mut |part, _| {
                if let Unpacked::Member(member) = part {
                    members.push(member.bytes.into_owned());
                }
            });
            for member in members {
                self.find(&member, depth - 1, seen);
            }
        }
    }

    fn is_complete(&self) -> bool {
        self.wanted.iter().all(|wanted| self.found.contains_key(&wanted.finding.fingerprint))
    }

    /// Returns the finding that a piece of evidence is the value of. The fingerprint of a weak value depends on the path,
    /// which a message does not have: there the rule and the mask have to be equal.
    fn wanted_by(&self, one: &ExplainedEvidence) -> Option<Wanted<'_>> {
        let evidence = &one.evidence;
        let rule = self.scanner.detector().rules().get(evidence.rule);
        let is_value = |wanted: &&Wanted<'_>| {
            let Finding { fingerprint, secret, rule: known, .. } = wanted.finding;
            one.fingerprint == *fingerprint
                || self.path.is_empty()
                    && !evidence.strong
                    && evidence.masked.text == secret.text
                    && rule.is_some_and(|rule| rule.id == *known)
        };
        self.wanted.iter().find(is_value).copied()
    }
}
