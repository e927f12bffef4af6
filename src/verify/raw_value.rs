//! The raw values of findings: reads the places of a finding again, also inside encodings and archives. A value lives
//! in memory until it is asked for, and prints itself nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read as _;
use std::path::Path;

use skant_rule_schema::RequestSpec;

use super::host::nearest_host;
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
}

impl RawValue {
    pub(super) const fn new(secret: Vec<u8>, companion: Option<Vec<u8>>) -> Self {
        Self { secret, companion, host: None }
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
/// findings without one are left out, and so are values that cannot be read again.
pub(crate) fn find_values<'s>(
    scanner: &Scanner,
    root: &TextRoot<'_>,
    findings: &[&Finding],
    request_of: &dyn Fn(&Finding) -> Option<&'s RequestSpec>,
) -> BTreeMap<Fingerprint, RawValue> {
    let objects = root.repository.and_then(|repository| ObjectDatabase::open(repository).ok());
    let mut values = BTreeMap::new();
    for finding in findings {
        let Some(request) = request_of(finding) else { continue };
        if values.contains_key(&finding.fingerprint) {
            continue;
        }
        for location in finding.locations.iter().take(MAX_PLACES) {
            let Some((text, path)) = read_text(root, objects.as_ref(), location) else { continue };
            let mut search = Search { scanner, path: &path, finding, request, found: None };
            search.find(&text, MAX_DEPTH, &mut BTreeSet::new());
            if let Some(value) = search.found {
                values.insert(finding.fingerprint.clone(), value);
                break;
            }
        }
    }
    values
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

/// The search for one value in a text.
struct Search<'s> {
    scanner: &'s Scanner,
    path: &'s [u8],
    finding: &'s Finding,
    request: &'s RequestSpec,
    found: Option<RawValue>,
}

impl Search<'_> {
    /// Searches a text, and what it decodes to.
    fn find(&mut self, text: &[u8], depth: usize, seen: &mut BTreeSet<ValueId>) {
        // A decoded text may decode to itself.
        if self.found.is_some() || !seen.insert(ValueId::new(text)) {
            return;
        }
        for one in self.scanner.explain(text, self.path) {
            let evidence = &one.evidence;
            let Some(secret) = text.get(evidence.span.clone()) else { continue };
            if self.is_wanted(&one) && ValueId::new(secret) == evidence.value {
                let companion = evidence.companion.as_ref().and_then(|other| text.get(other.span.clone()));
                let host = nearest_host(text, &evidence.span, &self.request.domains);
                let value =
                    RawValue { host, ..RawValue::new(secret.to_vec(), companion.map(<[u8]>::to_vec)) };
                let is_complete = value.companion.is_some() || value.host.is_some();
                // A later copy may have the other part of the pair near it.
                if is_complete || self.found.is_none() {
                    self.found = Some(value);
                }
                if is_complete {
                    return;
                }
            }
        }
        if depth == 0 || self.found.is_some() {
            return;
        }
        let mut decoded = Vec::new();
        decode::visit_regions(text, &(0..text.len()), &mut |_, texts| {
            decoded.extend(texts.map(|decoded| decoded.text));
        });
        for inner in decoded {
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

    /// Whether a piece of evidence is the value of the finding. The fingerprint of a weak value depends on the path, which
    /// a message does not have: there the rule and the mask have to be equal.
    fn is_wanted(&self, one: &ExplainedEvidence) -> bool {
        let evidence = &one.evidence;
        let is_same_rule = || {
            let rule = self.scanner.detector().rules().get(evidence.rule);
            rule.is_some_and(|rule| rule.id == self.finding.rule)
        };
        one.fingerprint == self.finding.fingerprint
            || self.path.is_empty()
                && !evidence.strong
                && evidence.masked.text == self.finding.secret.text
                && is_same_rule()
    }
}
