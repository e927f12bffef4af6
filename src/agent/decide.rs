//! Decides about an event.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::added::{Change, changes, paths_in};
use super::contract::{Decision, Event, Kind};
use super::edits::edited;
use super::files::{Folders, mentions, read};
use super::inspect::{Found, blocking, fingerprint, report, search};
use super::read_command::{MAX_NAMES, printed_files};
use super::reason::{Subject, reason};
use super::withhold::without_secrets;
use crate::scan::Scanner;
use crate::source::ignored_path::is_ignored;

/// The tools that show a file or lines of it, by the names of all agents.
const READERS: [&str; 10] =
    ["Grep", "Read", "fs_read", "grep", "grep_search", "open", "read", "readFile", "read_file", "view"];

/// The largest file that is edited in memory, in bytes. Of a larger one only the text of the edit counts.
const MAX_EDITED: usize = 1 << 20;

/// The largest number and the largest size, in bytes, of the files that one event makes an agent read: an agent does not
/// wait long for an answer.
const MAX_FILES: usize = 256;
const MAX_FILE_BYTES: usize = 64 << 20;

/// Decides about events of one session.
pub(crate) struct Judge<'j> {
    pub(crate) scanner: &'j Scanner,
    pub(crate) folders: &'j Folders,
    /// Whether the agent lets an output be kept from the model.
    pub(crate) withholds_output: bool,
    /// Whether the agent takes another output.
    pub(crate) takes_output: bool,
}

impl Judge<'_> {
    pub(crate) fn decide(&self, event: &Event) -> Decision {
        match event.kind {
            Kind::Prompt => self.prompt(event),
            Kind::BeforeTool => self.before_tool(event),
            Kind::BeforeRead => {
                let mut found = search(self.scanner, &event.content);
                found.add(self.files(event.files.iter().map(String::as_str)));
                self.deny_if(Subject::File, &found)
            }
            Kind::AfterTool => self.after_tool(event),
            Kind::AfterTools => self.deny_if(Subject::Outputs, &search(self.scanner, &event.content)),
        }
    }

    /// Decides about a payload without a contract.
    pub(crate) fn unknown(&self, payload: &Value) -> Decision {
        self.deny_if(Subject::Other, &search(self.scanner, payload))
    }

    fn deny_if(&self, subject: Subject, found: &Found) -> Decision {
        if found.is_empty() { Decision::Pass } else { Decision::Deny(reason(self.scanner, subject, found)) }
    }

    /// A person may write any word into a prompt, so only tokens of providers and private keys block it.
    fn prompt(&self, event: &Event) -> Decision {
        let mut found = search(self.scanner, &event.content);
        found.findings.retain(|finding| finding.provider);
        if !found.is_empty() {
            return self.deny_if(Subject::Prompt, &found);
        }
        let mentioned = event.content.as_str().map(mentions).unwrap_or_default();
        let files = event.files.iter().map(String::as_str).chain(mentioned);
        self.deny_if(Subject::File, &self.files(files))
    }

    /// Searches files; one that cannot be read has nothing to show to the agent either.
    fn files<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Found {
        let (mut found, mut names, mut seen, mut size) =
            (Found::default(), BTreeSet::new(), BTreeSet::new(), 0);
        for path in paths {
            if !names.insert(path) {
                continue;
            }
            let path = self.folders.absolute(path);
            let is_file = fs::metadata(&path).is_ok_and(|metadata| metadata.is_file());
            if is_file && seen.insert(path.clone()) {
                let Some(content) = read(&path) else { continue };
                size += content.len();
                if size <= MAX_FILE_BYTES {
                    let report = report(self.scanner, &self.folders.relative(&path), &content);
                    found.add(blocking(self.scanner, report));
                }
            }
            if names.len() > MAX_NAMES || seen.len() > MAX_FILES || size > MAX_FILE_BYTES {
                found.is_incomplete = true;
                break;
            }
        }
        found
    }

    fn before_tool(&self, event: &Event) -> Decision {
        let (changes, rest) = changes(&event.tool, &event.content);
        let found = search(self.scanner, &rest);
        if !found.is_empty() {
            return self.deny_if(Subject::ToolInput, &found);
        }
        let mut found = Found::default();
        for (paths, changes) in self.by_file(&changes).values() {
            for path in paths {
                found.add(self.change(path, changes));
            }
        }
        if !found.is_empty() {
            return self.deny_if(Subject::Change, &found);
        }
        if !self.withholds_output || self.scanner.policy().settings.deny_agent_reads {
            let found = match read_files(event) {
                Some(files) => self.files(files.iter().map(String::as_str)),
                None => Found { is_incomplete: true, ..Found::default() },
            };
            return self.deny_if(Subject::File, &found);
        }
        Decision::Pass
    }

    /// Returns the changes of each file, with the paths that name it, as they are and empty if there is none.
    fn by_file<'c>(&self, changes: &'c [Change]) -> BTreeMap<PathBuf, (BTreeSet<&'c str>, Vec<&'c Change>)> {
        let mut files = BTreeMap::<PathBuf, (BTreeSet<&str>, Vec<&Change>)>::new();
        for change in changes {
            let path = self.folders.absolute(&change.path);
            let (paths, changes) = files.entry(fs::canonicalize(&path).unwrap_or(path)).or_default();
            paths.insert(&change.path);
            changes.push(change);
        }
        files
    }

    /// Returns the secrets that changes add to a file that git would commit.
    fn change(&self, name: &str, changes: &[&Change]) -> Found {
        let path = self.folders.absolute(name);
        let relative = self.folders.relative(&path);
        if !name.is_empty() && self.scanner.is_excluded(&relative) {
            return Found::default();
        }
        let search = |text: &[u8]| report(self.scanner, &relative, text);
        let mut found = Found::default();
        let file = read(&path);
        let is_large = file.as_ref().is_some_and(|file| file.len() > MAX_EDITED);
        let old = file.filter(|_| !is_large).unwrap_or_default();
        let mut known = vec![search(&old)];
        for change in changes {
            found.add(blocking(self.scanner, search(change.after.as_bytes())));
            if is_large {
                known.push(search(change.before.as_bytes()));
            }
        }
        let sources = changes.iter().filter_map(|change| change.moved_from.as_deref());
        for source in sources.map(|path| self.folders.absolute(path)).collect::<BTreeSet<PathBuf>>() {
            let moved = search(&read(&source).unwrap_or_default());
            if is_ignored(&source) {
                found.add(blocking(self.scanner, moved));
            } else {
                known.push(moved);
            }
        }
        // In the file, a value has its name before it.
        if changes.len() > 1 || changes.iter().any(|change| !change.is_whole && !change.before.is_empty()) {
            match edited(&old, changes) {
                Some(text) => found.add(blocking(self.scanner, search(&text))),
                None => found.is_incomplete = true,
            }
        }
        let known: BTreeSet<String> =
            known.iter().flat_map(|report| &report.findings).map(fingerprint).collect();
        found.findings.retain(|finding| !known.contains(&fingerprint(finding)));
        if found.is_empty() || !name.is_empty() && is_ignored(&path) {
            return Found::default();
        }
        found
    }

    fn after_tool(&self, event: &Event) -> Decision {
        let mut found = search(self.scanner, &event.content);
        if !found.findings.is_empty() {
            let written = self.written(event);
            found.findings.retain(|finding| !written.contains(&fingerprint(finding)));
        }
        match self.deny_if(Subject::Output, &found) {
            Decision::Deny(reason) if self.takes_output => {
                Decision::Replace { output: without_secrets(self.scanner, &event.content), reason }
            }
            decision => decision,
        }
    }

    /// Returns the fingerprints of the secrets that a tool has written to files: they were let pass, and came from the
    /// model.
    fn written(&self, event: &Event) -> BTreeSet<String> {
        let (changes, _) = changes(&event.tool, &event.input);
        let reports = changes.iter().map(|change| report(self.scanner, b"", change.after.as_bytes()));
        reports.flat_map(|report| report.findings).map(|finding| fingerprint(&finding)).collect()
    }
}

/// Returns the files whose content a tool would give to the model; `None` if there are too many to be looked at.
fn read_files(event: &Event) -> Option<BTreeSet<String>> {
    if READERS.contains(&event.tool.as_str()) {
        return Some(paths_in(&event.content).into_iter().collect());
    }
    let command = match &event.content {
        Value::String(command) => Some(command.as_str()),
        content => content.get("command").and_then(Value::as_str),
    };
    command.map_or_else(|| Some(BTreeSet::new()), printed_files)
}
