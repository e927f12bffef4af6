//! Decides about an event.

use std::collections::BTreeSet;

use serde_json::Value;

use super::added::{Change, changes, path_of};
use super::contract::{Decision, Event, Kind};
use super::files::{Folders, mentions, read};
use super::inspect::{Found, blocking, fingerprint, report, search};
use super::read_command::printed_files;
use super::reason::{Subject, reason};
use super::withhold::without_secrets;
use crate::scan::Scanner;
use crate::source::ignored_path::is_ignored;

/// The tools that read a file, by the names of all agents.
const READERS: [&str; 7] = ["Read", "read", "read_file", "readFile", "view", "fs_read", "open"];

/// The largest file that is edited in memory, in bytes. Of a larger one only the text of the edit counts.
const MAX_EDITED: usize = 1 << 20;

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
                event.files.iter().for_each(|path| found.add(self.file(path)));
                self.deny_if(Subject::File, &found)
            }
            Kind::AfterTool => self.after_tool(&event.content),
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
        let mut found = Found::default();
        for path in files {
            found.add(self.file(path));
        }
        self.deny_if(Subject::File, &found)
    }

    /// Searches a file; one that cannot be read has nothing to show to the agent either.
    fn file(&self, path: &str) -> Found {
        let path = self.folders.absolute(path);
        let Some(content) = read(&path) else { return Found::default() };
        blocking(self.scanner, report(self.scanner, &self.folders.relative(&path), &content))
    }

    fn before_tool(&self, event: &Event) -> Decision {
        let (changes, rest) = changes(&event.tool, &event.content);
        let found = search(self.scanner, &rest);
        if !found.is_empty() {
            return self.deny_if(Subject::ToolInput, &found);
        }
        let mut found = Found::default();
        for change in &changes {
            found.add(self.change(change));
        }
        if !found.is_empty() {
            return self.deny_if(Subject::Change, &found);
        }
        if !self.withholds_output || self.scanner.policy().settings.deny_agent_reads {
            let mut found = Found::default();
            for path in read_files(event) {
                found.add(self.file(&path));
            }
            return self.deny_if(Subject::File, &found);
        }
        Decision::Pass
    }

    /// Returns the secrets that a change adds to a file that git would commit.
    fn change(&self, change: &Change) -> Found {
        let path = self.folders.absolute(&change.path);
        let relative = self.folders.relative(&path);
        if !change.path.is_empty() && self.scanner.is_excluded(&relative) {
            return Found::default();
        }
        let search = |text: &[u8]| report(self.scanner, &relative, text);
        let mut found = blocking(self.scanner, search(change.after.as_bytes()));
        let old = read(&path).filter(|old| old.len() <= MAX_EDITED).unwrap_or_default();
        // In the file, a value has its name before it.
        let edited = (!change.is_whole && !change.before.is_empty())
            .then(|| replaced(&old, change.before.as_bytes(), change.after.as_bytes()))
            .flatten();
        if let Some(edited) = edited {
            found.add(blocking(self.scanner, search(&edited)));
        }
        if found.is_empty() {
            return found;
        }
        let before = [change.before.as_bytes(), &old].map(|text| search(text).findings);
        let known: BTreeSet<String> = before.iter().flatten().map(fingerprint).collect();
        found.findings.retain(|finding| !known.contains(&fingerprint(finding)));
        if found.findings.is_empty() && !found.is_incomplete || !change.path.is_empty() && is_ignored(&path) {
            return Found::default();
        }
        found
    }

    fn after_tool(&self, output: &Value) -> Decision {
        match self.deny_if(Subject::Output, &search(self.scanner, output)) {
            Decision::Deny(reason) if self.takes_output => {
                Decision::Replace { output: without_secrets(self.scanner, output), reason }
            }
            decision => decision,
        }
    }
}

/// Returns the files whose content a tool would give to the model.
fn read_files(event: &Event) -> Vec<String> {
    let input = event.content.as_object();
    if READERS.contains(&event.tool.as_str()) {
        // Kiro reads several files in one call.
        let parts = input.and_then(|fields| fields.get("operations")).and_then(Value::as_array);
        let parts = parts.into_iter().flatten().filter_map(Value::as_object);
        return input.into_iter().chain(parts).filter_map(path_of).map(str::to_owned).collect();
    }
    let command = match &event.content {
        Value::String(command) => Some(command.as_str()),
        _ => input.and_then(|fields| fields.get("command")).and_then(Value::as_str),
    };
    command.map(printed_files).unwrap_or_default()
}

/// Returns a text with each occurrence of another one replaced; `None` if there is none.
fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut end) = (Vec::with_capacity(text.len() + new.len()), 0);
    for at in memchr::memmem::find_iter(text, old) {
        out.extend_from_slice(&text[end..at]);
        out.extend_from_slice(new);
        end = at + old.len();
    }
    out.extend_from_slice(&text[end..]);
    (end > 0).then_some(out)
}
