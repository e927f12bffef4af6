//! Collects the values of findings in a history, in each form in which a text holds them.

use std::collections::{BTreeMap, BTreeSet};

use super::replacement::Replacement;
use crate::decode::{Encoding, archive};
use crate::detect::Evidence;
use crate::finding::{Finding, Location, LocationKind, Report};
use crate::git::{ObjectDatabase, ObjectKind, Oid, OpenError, Repository, run_git};
use crate::scan::{ExplainedEvidence, Scanner};
use crate::secret::Fingerprint;
use crate::text::unescape_path;

/// The fewest bytes of a value that is replaced in all files. A shorter one is a part of much else.
const MIN_BYTES: usize = 6;

/// git filter-repo takes a file with a zero byte among its first bytes for binary, and replaces nothing in it.
const BINARY_HEAD: usize = 8192;

/// Something that the replacements do not reach.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unreached {
    /// The place, as reports show it.
    pub(crate) place: String,
    pub(crate) why: &'static str,
    pub(crate) by_hand: &'static str,
}

/// The plan of a rewrite.
#[derive(Clone, Debug, Default)]
pub(crate) struct RewritePlan {
    /// The replacements in texts and messages, in their order.
    pub(crate) replacements: Vec<Replacement>,
    /// The replacements in names of files.
    pub(crate) names: BTreeSet<Vec<u8>>,
    /// The files that have to go as a whole.
    pub(crate) removals: BTreeSet<Vec<u8>>,
    pub(crate) unreached: BTreeSet<Unreached>,
    /// The commits that are known to hold a value.
    pub(crate) commits: BTreeSet<String>,
    /// The number of findings.
    pub(crate) findings: usize,
}

/// Plans the removal of findings of a history scan.
///
/// # Errors
/// The object database cannot be opened.
pub(crate) fn plan_rewrite(
    scanner: &Scanner,
    repository: &Repository,
    report: &Report,
    is_wanted: &dyn Fn(&Fingerprint) -> bool,
) -> Result<RewritePlan, OpenError> {
    let objects = ObjectDatabase::open(repository)?;
    let mut collector = Collector {
        scanner,
        repository,
        objects,
        texts: BTreeMap::new(),
        found: BTreeSet::new(),
        plan: RewritePlan::default(),
    };
    let wanted: Vec<&Finding> =
        report.findings.iter().filter(|finding| is_wanted(&finding.fingerprint)).collect();
    for finding in &wanted {
        collector.plan.findings += 1;
        let events = finding.history.iter().flat_map(|history| [&history.introduced, &history.removed]);
        collector.plan.commits.extend(events.flatten().map(|event| event.commit.id.clone()));
        for location in &finding.locations {
            collector.plan.commits.extend(location.commit.iter().map(|commit| commit.id.clone()));
            collector.add_location(finding, location);
        }
    }
    collector.read_texts();
    Ok(collector.finish())
}

/// A text of the history: a blob with a path, or a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum TextId {
    Blob { oid: String, shown_path: String },
    Commit(String),
    Tag(String),
}

impl TextId {
    /// Returns the path of the blob; empty for a message.
    fn path(&self) -> Vec<u8> {
        match self {
            Self::Blob { shown_path, .. } => unescape_path(shown_path).unwrap_or_default(),
            Self::Commit(_) | Self::Tag(_) => Vec::new(),
        }
    }
}

struct Collector<'c> {
    scanner: &'c Scanner,
    repository: &'c Repository,
    objects: ObjectDatabase,
    /// The texts, each with the findings that it holds: fingerprint and mask.
    texts: BTreeMap<TextId, Vec<(Fingerprint, String)>>,
    /// The raw forms of values, and whether each is strong.
    found: BTreeSet<(Vec<u8>, bool)>,
    plan: RewritePlan,
}

impl Collector<'_> {
    fn add_location(&mut self, finding: &Finding, location: &Location) {
        let id = match location.kind {
            LocationKind::File => {
                location.blob.clone().map(|oid| TextId::Blob { oid, shown_path: location.path.clone() })
            }
            LocationKind::Message => match location.path.split_once(' ') {
                Some(("tag", name)) => Some(TextId::Tag(name.to_owned())),
                _ => location.commit.as_ref().map(|commit| TextId::Commit(commit.id.clone())),
            },
            LocationKind::Path => {
                self.add_name(finding, location);
                return;
            }
            LocationKind::Ref => {
                return self.unreached(
                    location,
                    "a name of a branch or tag holds it",
                    "rename it: `git branch -m OLD NEW`, or delete the tag",
                );
            }
            LocationKind::Identity => {
                return self.unreached(
                    location,
                    "a name or address of a person holds it",
                    "write a mailmap, and add `--mailmap FILE` to git filter-repo",
                );
            }
        };
        match id {
            Some(id) => {
                let entry = (finding.fingerprint.clone(), finding.secret.text.clone());
                self.texts.entry(id).or_default().push(entry);
            }
            None => self.unreached(location, "its object is not known", "look at it by hand"),
        }
    }

    fn unreached(&mut self, location: &Location, why: &'static str, by_hand: &'static str) {
        self.plan.unreached.insert(Unreached { place: location.path.clone(), why, by_hand });
    }

    /// Finds the value in the names of the files of a commit.
    fn add_name(&mut self, finding: &Finding, location: &Location) {
        let names = location.commit.as_ref().and_then(|commit| {
            run_git(self.repository, &["ls-tree", "-r", "-t", "-z", "--name-only", &commit.id]).ok()
        });
        let before = self.plan.names.len();
        for name in names.unwrap_or_default().split(|byte| *byte == 0) {
            for one in self.scanner.explain(name, name) {
                let is_same = one.evidence.masked.text == finding.secret.text;
                let value = &name[one.evidence.span.clone()];
                if is_same && one.evidence.via.is_empty() && !value.contains(&b'\n') {
                    self.plan.names.insert(value.to_vec());
                }
            }
        }
        if self.plan.names.len() == before {
            let is_known = !self.plan.names.is_empty();
            if !is_known {
                self.unreached(location, "a name of a file holds it", "rename it with `--path-rename`");
            }
        }
    }

    fn read(&self, id: &TextId) -> Option<Vec<u8>> {
        match id {
            TextId::Blob { oid, .. } => {
                let oid = Oid::from_hex(oid.as_bytes())?;
                self.objects.read_as(&oid, ObjectKind::Blob).ok()
            }
            TextId::Commit(oid) => {
                let oid = Oid::from_hex(oid.as_bytes())?;
                self.objects.read_as(&oid, ObjectKind::Commit).ok()
            }
            TextId::Tag(name) => run_git(self.repository, &["cat-file", "-p", name]).ok(),
        }
    }

    /// Reads each text once, and collects the forms of its values.
    fn read_texts(&mut self) {
        for (id, wanted) in std::mem::take(&mut self.texts) {
            match self.read_text(&id, &wanted) {
                Ok(()) => drop(self.texts.insert(id, wanted)),
                Err((why, by_hand)) => self.text_unreached(&id, why, by_hand),
            }
        }
    }

    fn text_unreached(&mut self, id: &TextId, why: &'static str, by_hand: &'static str) {
        let place = match id {
            TextId::Blob { shown_path, .. } => shown_path.clone(),
            TextId::Commit(id) => format!("commit {id:.12}"),
            TextId::Tag(name) => format!("tag {name}"),
        };
        self.plan.unreached.insert(Unreached { place, why, by_hand });
    }

    fn read_text(
        &mut self,
        id: &TextId,
        wanted: &[(Fingerprint, String)],
    ) -> Result<(), (&'static str, &'static str)> {
        let text = self
            .read(id)
            .ok_or(("its object is not in this repository", "run this in the submodule that holds it"))?;
        let found = self.findings(id, &text, wanted);
        if found.is_empty() {
            return Err(("its value was not found again", "look at it by hand"));
        }
        for evidence in found {
            let is_binary = text[..text.len().min(BINARY_HEAD)].contains(&0);
            if is_binary || !evidence.via.first().is_none_or(|step| is_text_encoding(step)) {
                self.plan.removals.insert(id.path());
                continue;
            }
            self.found.insert((text[evidence.span.clone()].to_vec(), evidence.strong));
            let rule = &self.scanner.detector().rules()[evidence.rule];
            let has_rule = rule.pair.as_ref().is_some_and(|pair| pair.rule.is_some());
            // Alone, the other part of a pair is a finding of its own.
            if let Some(companion) = evidence.companion.as_ref().filter(|_| has_rule) {
                self.found.insert((text[companion.span.clone()].to_vec(), true));
            }
        }
        Ok(())
    }

    /// Returns the evidence of the wanted findings in a text.
    fn findings(&self, id: &TextId, text: &[u8], wanted: &[(Fingerprint, String)]) -> Vec<Evidence> {
        let path = id.path();
        // The fingerprint of a weak value depends on the path, and a message has none.
        let is_wanted = |one: &ExplainedEvidence| {
            wanted.iter().any(|(fingerprint, masked)| {
                *fingerprint == one.fingerprint || path.is_empty() && *masked == one.evidence.masked.text
            })
        };
        let explained = self.scanner.explain(text, &path);
        explained.into_iter().filter(is_wanted).map(|one| one.evidence).collect()
    }

    /// Applies the replacements to each text, and names those that still hold a value.
    fn check(&mut self) {
        for (id, wanted) in std::mem::take(&mut self.texts) {
            if self.plan.removals.contains(&id.path()) {
                continue;
            }
            let text = self.read(&id).unwrap_or_default();
            let text = self.plan.replacements.iter().fold(text, |text, one| one.apply(&text));
            // Short values are named by their number.
            let is_long = |evidence: &Evidence| evidence.span.len() >= MIN_BYTES;
            if self.findings(&id, &text, &wanted).iter().any(is_long) {
                self.text_unreached(
                    &id,
                    "the value is there in a form that no replacement reaches",
                    "take the file out: `git filter-repo --invert-paths --path FILE`",
                );
            }
        }
    }

    fn finish(mut self) -> RewritePlan {
        let mut short = 0;
        for (value, is_strong) in std::mem::take(&mut self.found) {
            if value.len() < MIN_BYTES {
                short += 1;
            } else if is_strong {
                self.plan.replacements.push(Replacement::Anywhere(value));
            } else {
                self.plan.replacements.push(Replacement::Word(value));
            }
        }
        self.plan.replacements.sort_by(|one, other| one.order().cmp(&other.order()));
        self.check();
        if short > 0 {
            self.plan.unreached.insert(Unreached {
                place: format!("{short} short values"),
                why: "a replacement of so few characters would change other text",
                by_hand: "change them in the commits that hold them: `git filter-repo --path FILE`, or take the file out",
            });
        }
        self.plan
    }
}

/// Whether a step of decoding leaves a text that git filter-repo changes.
fn is_text_encoding(step: &str) -> bool {
    [
        Encoding::Base64,
        Encoding::Base32,
        Encoding::Hex,
        Encoding::Escapes,
        Encoding::QuotedPrintable,
        Encoding::Rendered,
        Encoding::Numbers,
    ]
    .iter()
    .any(|encoding| encoding.name() == step)
        || archive::is_part_of_mail(step)
}
