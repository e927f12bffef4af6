//! The state of an incident: which steps were done for which value, and when. It is kept in a file of the user's, so that
//! `skant respond` goes on where it ended. It holds no secret, and of a weak value neither fingerprint nor mask.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::atomic_file::{self, private, private_folders};
use crate::finding::Finding;
use crate::git::{Repository, user_state_folder};
use crate::policy::clock;
use crate::report::words;
use crate::scan::redact;
use crate::secret::ValueId;

/// The version of the file.
const SCHEMA: u32 = 1;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 16 << 20;

/// A step after a leak, in the order of the incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Step {
    Verify,
    Owner,
    Disable,
    Usage,
    Replace,
    Record,
    History,
}

impl Step {
    /// All steps, in their order.
    pub(crate) const ALL: [Self; 7] =
        [Self::Verify, Self::Owner, Self::Disable, Self::Usage, Self::Replace, Self::Record, Self::History];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Owner => "owner",
            Self::Disable => "disable",
            Self::Usage => "usage",
            Self::Replace => "replace",
            Self::Record => "record",
            Self::History => "history",
        }
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Status {
    Done,
    NotNeeded,
    /// It is to be done, and the next run tries it again.
    Open,
}

/// What was done in a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepRecord {
    /// When, RFC 3339 in UTC.
    pub(crate) at: String,
    pub(crate) status: Status,
    /// What came of it.
    pub(crate) text: String,
}

/// A value of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IncidentValue {
    /// Rule and fingerprint; of a weak value the rule and the place.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) place: String,
    /// The id of an Anthropic key, and the name of its workspace.
    pub(crate) key_id: Option<String>,
    pub(crate) workspace: Option<String>,
    /// Whether the provider, or a person, has said that it works no more.
    pub(crate) is_dead: bool,
    pub(crate) steps: BTreeMap<Step, StepRecord>,
}

impl IncidentValue {
    fn of(finding: &Finding) -> Self {
        let place = finding.locations.first().map(words::describe_location).unwrap_or_default();
        Self {
            name: name_of(finding),
            title: finding.title.to_string(),
            place,
            key_id: None,
            workspace: None,
            is_dead: false,
            steps: BTreeMap::new(),
        }
    }

    /// Records a step.
    pub(crate) fn record(&mut self, step: Step, status: Status, text: &str) {
        let at = clock::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        self.steps.insert(step, StepRecord { at, status, text: redact(text) });
    }

    /// Whether a step needs nothing more.
    pub(crate) fn is_final(&self, step: Step) -> bool {
        self.steps.get(&step).is_some_and(|record| record.status != Status::Open)
    }

    /// Whether all steps need nothing more.
    pub(crate) fn is_finished(&self) -> bool {
        Step::ALL.into_iter().all(|step| self.is_final(step))
    }
}

/// Returns the name of a finding in an incident.
fn name_of(finding: &Finding) -> String {
    let place = finding.locations.first().map(words::describe_location).unwrap_or_default();
    match finding.fingerprint.place() {
        None => format!("{}/{}", finding.rule, finding.fingerprint),
        Some(_) => format!("{} at {place}", finding.rule),
    }
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Incident {
    schema: u32,
    /// When it began, RFC 3339 in UTC.
    pub(crate) started: String,
    /// The note for people.
    pub(crate) note: PathBuf,
    pub(crate) values: Vec<IncidentValue>,
}

impl Incident {
    /// Begins an incident now.
    pub(crate) fn new(note: PathBuf) -> Self {
        let started = clock::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        Self { schema: SCHEMA, started, note, values: Vec::new() }
    }

    /// Returns the position of a finding's value, which is added if it is new.
    pub(crate) fn position_of(&mut self, finding: &Finding) -> usize {
        let name = name_of(finding);
        self.values.iter().position(|value| value.name == name).unwrap_or_else(|| {
            self.values.push(IncidentValue::of(finding));
            self.values.len() - 1
        })
    }

    /// Whether a finding's value is in it, and not finished.
    pub(crate) fn has_open(&self, finding: &Finding) -> bool {
        let name = name_of(finding);
        self.values.iter().any(|value| value.name == name && !value.is_finished())
    }
}

/// The file with the incident of a repository.
pub(crate) struct IncidentFile {
    /// `None` if the environment names no folder of the user's outside of the repository.
    path: Option<PathBuf>,
}

impl IncidentFile {
    /// Names the file of a repository. A copy of a repository has none, so nobody can send one along.
    pub(crate) fn of(repository: &Repository) -> Self {
        let folder = fs::canonicalize(&repository.common_dir).unwrap_or(repository.common_dir.clone());
        let id = crate::secret::Fingerprint::strong(&ValueId::new(folder.as_os_str().as_encoded_bytes()));
        let path = user_state_folder(repository)
            .map(|state| state.join("skant").join("respond").join(format!("{id}.json")));
        Self { path }
    }

    /// Whether the incident can go on later.
    pub(crate) const fn is_kept(&self) -> bool {
        self.path.is_some()
    }

    /// Reads the incident that is not finished. A file that cannot be read is none.
    pub(crate) fn read(&self) -> Option<Incident> {
        let path = self.path.as_deref()?;
        let metadata = fs::symlink_metadata(path).ok()?;
        if !metadata.is_file() || metadata.len() > MAX_FILE {
            return None;
        }
        let incident: Incident = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (incident.schema == SCHEMA).then_some(incident)
    }

    /// Writes the incident, for its owner only.
    ///
    /// # Errors
    /// The error of the system.
    pub(crate) fn save(&self, incident: &Incident) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        if let Some(folder) = path.parent() {
            private_folders().recursive(true).create(folder)?;
        }
        let text = serde_json::to_vec(incident).map_err(io::Error::other)?;
        atomic_file::replace(path, &text, private())
    }

    /// Removes the file of an incident that is done with.
    pub(crate) fn remove(&self) {
        // A file that stays only says that all steps were done.
        let _ = self.path.as_ref().map(fs::remove_file);
    }
}

#[cfg(test)]
mod tests {
    use testkit::tokens;

    use super::*;
    use crate::finding::Confidence;
    use crate::policy::Policy;
    use crate::scan::Scanner;

    fn finding(text: &str) -> Finding {
        let policy = Policy { min_confidence: Confidence::Low, ..Policy::default() };
        let mut report = Scanner::new(policy).scan_bytes("a.env", text.as_bytes());
        assert_eq!(report.findings.len(), 1, "{text}");
        report.findings.remove(0)
    }

    #[test]
    fn a_weak_value_has_neither_fingerprint_nor_mask_in_the_state() {
        let weak = finding("DB_PASSWORD=correct-horse-7\n");
        assert!(weak.fingerprint.place().is_some());
        let strong = finding(&format!("KEY={}\n", tokens::api_key("state")));
        let mut incident = Incident::new(PathBuf::from("note.md"));
        assert_eq!((incident.position_of(&weak), incident.position_of(&strong)), (0, 1));
        assert_eq!(incident.position_of(&weak), 0, "it is known");
        let text = serde_json::to_string(&incident).unwrap();
        assert!(
            text.contains(strong.fingerprint.as_str()) && !text.contains(weak.fingerprint.as_str()),
            "{text}"
        );
        assert!(!text.contains(&weak.secret.text) && !text.contains("correct"), "{text}");
    }

    #[test]
    fn an_open_step_is_not_final_and_a_text_with_a_secret_is_masked() {
        let key = tokens::api_key("text");
        let mut value = IncidentValue::of(&finding(&format!("KEY={key}\n")));
        for step in Step::ALL {
            assert!(!value.is_final(step) && !value.is_finished());
            value.record(step, Status::Open, &format!("the provider said {key}"));
            assert!(!value.is_final(step));
            value.record(step, Status::Done, "done");
        }
        assert!(value.is_finished());
        value.record(Step::Verify, Status::Open, &format!("the provider said {key}"));
        assert!(!value.steps[&Step::Verify].text.contains(&key[20..60]));
        let read: IncidentValue = serde_json::from_str(&serde_json::to_string(&value).unwrap()).unwrap();
        assert_eq!(read, value);
    }
}
