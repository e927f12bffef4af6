//! Makes states, runs skant on them, and compares the results.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Seek as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::case::{Case, Expect, NEEDS, PRELUDE, Start, Timeline};
use testkit::trials::{Completion, Failed, Ran, Skip, TestResult as _, Trial};
use testkit::{Sandbox, skant_program, tokens};

/// Correct cases that fail so far, each with the reason.
const OPEN: &[(&str, &str)] = &[];

/// The result of a case: passed, skipped, or failed with a text.
pub type Checked = Result<Ran, String>;

/// Makes a trial of an entry of a table.
pub fn trial<T: Sync>(name: String, entry: &'static T, check: fn(&T) -> Checked) -> Trial {
    let open = OPEN.iter().find(|(open, _)| *open == name);
    Trial::ignorable_test(name, move || match (check(entry), open) {
        (Err(_), Some((_, why))) => Ok(Completion::ignored_with(why)),
        (Ok(_), Some(_)) => Err(Failed::from("it passes now: remove it from the list `OPEN`")),
        (Ok(ran), None) => Ok(ran.completion()),
        (Err(said), None) => Err(Failed::from(said)),
    })
}

/// A sandbox with two keys.
pub struct Project {
    pub sandbox: Sandbox,
    pub key: String,
    pub other: String,
}

impl Project {
    pub fn new(start: Start) -> Self {
        Self::with(start, tokens::api_key("cases"), tokens::token("ADM", "cases"))
    }

    /// A sandbox with other values instead of the keys.
    pub fn with(start: Start, key: String, other: String) -> Self {
        let sandbox = match start {
            Start::Folder => Sandbox::empty(),
            Start::Unborn => Sandbox::repo(),
            Start::Commit => Sandbox::with_commit(),
        };
        Self { sandbox, key, other }
    }

    pub fn root(&self) -> PathBuf {
        self.sandbox.sibling("")
    }

    /// Runs a script, which may skip.
    pub fn make(&self, script: &str) -> Checked {
        let output = self.sh(&format!("set -e\n{script}"));
        match output.status.code() {
            Some(0) => Ok(Ok(())),
            Some(NEEDS) => {
                let said = self.masked(&output.stderr);
                Ok(Err(Skip(said.lines().last().unwrap_or("needs something").to_owned())))
            }
            _ => Err(format!("the script failed: {}", self.masked(&output.stderr))),
        }
    }

    pub fn sh(&self, script: &str) -> Output {
        let program = skant_program();
        let path = format!(
            "{}:{}",
            program.parent().expect("a folder").display(),
            std::env::var("PATH").expect("a PATH")
        );
        let mut command = self.sandbox.command("sh");
        command
            .env("PATH", path)
            .env("KEY", &self.key)
            .env("OTHER", &self.other)
            .env("ROOT", self.root())
            .args(["-c", &format!("{PRELUDE}{script}")]);
        command.output().expect("sh runs")
    }

    /// Returns an output without the keys, for the message of a failure.
    pub fn masked(&self, said: &[u8]) -> String {
        let said = String::from_utf8_lossy(said).replace(&self.key, "«KEY»");
        said.replace(&self.other, "«OTHER»").trim_end().to_owned()
    }

    /// Checks that an output contains no key.
    pub fn no_leak(&self, output: &Output) -> Result<(), String> {
        for stream in [&output.stdout, &output.stderr] {
            let said = String::from_utf8_lossy(stream);
            if said.contains(&self.key) || said.contains(&self.other) {
                return Err(format!("a raw key in the output: {}", self.masked(stream)));
            }
        }
        Ok(())
    }

    pub fn scan(&self, case: &Case, arguments: &[&str]) -> Output {
        let mut command = self.sandbox.command_in(&self.sandbox.dir.join(case.at), skant_program());
        for (name, value) in case.env {
            command.env(name, value.replace("$ROOT", &self.root().display().to_string()));
        }
        command.args(["scan", "--format", "json"]).args(arguments);
        in_time(&mut command)
    }

    /// Returns every file with its size, time and content.
    pub fn snapshot(&self) -> BTreeMap<PathBuf, (u64, i64, i64, Vec<u8>)> {
        let (mut found, mut work) = (BTreeMap::new(), vec![self.root()]);
        while let Some(path) = work.pop() {
            let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
            if metadata.is_dir() {
                work.extend(fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
            }
            let content = if metadata.is_file() { fs::read(&path).unwrap_or_default() } else { Vec::new() };
            found.insert(path, (metadata.len(), metadata.mtime(), metadata.mtime_nsec(), content));
        }
        found
    }
}

/// A limit for one scan. No case takes a second of an idle processor, but other programs may need it as well.
const TIME: Duration = Duration::from_secs(120);

/// Runs a program and kills it after [`TIME`]: no scan may hang.
fn in_time(command: &mut Command) -> Output {
    let files = [0; 2].map(|_| tempfile::tempfile().expect("a file"));
    let [out, err] = files.each_ref().map(|file| file.try_clone().expect("a file"));
    let mut child = command.stdout(out).stderr(err).spawn().expect("skant runs");
    let end = Instant::now() + TIME;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if Instant::now() > end {
            child.kill().expect("a child");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let [stdout, stderr] = files.map(|mut file| {
        let mut said = Vec::new();
        file.rewind().and_then(|()| file.read_to_end(&mut said)).expect("the output");
        said
    });
    Output { status, stdout, stderr }
}

/// Makes the state of a case and runs its scans.
pub fn case(case: &Case) -> Checked {
    let project = Project::new(case.start);
    if let Err(skip) = project.make(case.make)? {
        return Ok(Err(skip));
    }
    let before = project.snapshot();
    let mut failures = Vec::new();
    for (arguments, expect) in case.scans() {
        let output = project.scan(case, arguments);
        let said =
            project.no_leak(&output).and_then(|()| has_result(&project, case, arguments, expect, &output));
        if let Err(said) = said {
            failures.push(format!("skant scan {}: {said}", arguments.join(" ")));
        }
    }
    let after = project.snapshot();
    for path in before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path)) {
        failures.push(format!("a scan changed {}", path.display()));
    }
    if failures.is_empty() { Ok(Ok(())) } else { Err(failures.join("\n    ")) }
}

pub fn has_result(
    project: &Project,
    case: &Case,
    arguments: &[&str],
    expect: Expect,
    output: &Output,
) -> Result<(), String> {
    let said = || format!("{}{}", summary(project, &output.stdout), project.masked(&output.stderr));
    let (code, count, problem, note) = match expect {
        Expect::Refused(words) => {
            let is_refused =
                String::from_utf8_lossy(&output.stderr).contains(words) && output.stdout.is_empty();
            return (is_refused && output.status.code() == Some(2)).then_some(()).ok_or_else(|| {
                format!("{:?}, not refused with `{words}`: {}", output.status.code(), said())
            });
        }
        Expect::NotApplicable => return Ok(()),
        Expect::Nothing => (0, 0, None, None),
        Expect::Found(count) => (1, count, None, None),
        Expect::UnreachedAnd(count, kind) => (2, count, Some(kind), None),
        Expect::Accepted(count, kind) => (i32::from(count > 0), count, None, Some(kind)),
        Expect::Unreached(count) => (0, count, None, None),
        Expect::Problem(kind) => (2, 0, Some(kind), None),
        Expect::FoundAnd(count, kind) => (3, count, Some(kind), None),
        Expect::Note(kind) => (0, 0, None, Some(kind)),
        Expect::FoundNote(count, kind) => (1, count, None, Some(kind)),
    };
    let report: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("no report ({error}): {}", project.masked(&output.stderr)))?;
    let list = |name: &str| report[name].as_array().cloned().unwrap_or_default();
    let (findings, problems) = (list("findings"), list("problems"));
    let names = |kind: &str, list: &[Value]| list.iter().any(|entry| entry["kind"] == kind);
    let unreached = || findings.iter().all(|finding| finding["history"]["reachable"] == false);
    let right = output.status.code() == Some(code)
        && findings.len() == count
        && report["complete"] == (problem.is_none() && !matches!(expect, Expect::Accepted(..)))
        && problem.map_or(problems.is_empty(), |kind| names(kind, &problems))
        && note.is_none_or(|kind| names(kind, &list("notes")))
        && (!matches!(expect, Expect::Unreached(_) | Expect::UnreachedAnd(..)) || unreached());
    if !right {
        return Err(format!("{:?}, not {expect:?}: {}", output.status.code(), said()));
    }
    if count == 0 {
        return Ok(());
    }
    has_places(case, &findings).map_err(|wrong| format!("{wrong}: {}", said()))?;
    match case.timeline {
        Some(timeline) if arguments == ["--history"] => has_timeline(project, timeline, &findings),
        _ => Ok(()),
    }
}

/// Checks the locations of findings.
fn has_places(case: &Case, findings: &[Value]) -> Result<(), String> {
    let locations: Vec<&Value> =
        findings.iter().filter_map(|finding| finding["locations"].as_array()).flatten().collect();
    for path in case.paths {
        if !locations.iter().any(|location| location["path"] == *path) {
            return Err(format!("no location at {path}"));
        }
    }
    if case.kind.is_some_and(|kind| !locations.iter().any(|location| location["kind"] == kind)) {
        return Err(format!("no location of kind {:?}", case.kind));
    }
    if case.via.is_some_and(|via| !locations.iter().any(|location| location["via"][0] == via)) {
        return Err(format!("no location in {:?}", case.via));
    }
    Ok(())
}

/// Checks the provenance of `$KEY`.
fn has_timeline(project: &Project, timeline: Timeline, findings: &[Value]) -> Result<(), String> {
    let key = &project.key;
    let mask = format!("{}...{}", &key[..16], &key[key.len() - 4..]);
    let of_key = findings.iter().find(|finding| finding["secret"]["masked"] == mask);
    let history = &of_key.ok_or_else(|| format!("no finding of {mask}"))?["history"];
    let event =
        |name: &str, path: Option<&str>| path.map(|path| (read_mark(&project.root(), name), path.to_owned()));
    let said = |name: &str| {
        let event = &history[name];
        let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
        event.is_object().then(|| (text("commit"), text("path")))
    };
    let right = said("introduced") == event("introduced", timeline.introduced)
        && said("removed") == event("removed", timeline.removed)
        && history["at_head"] == timeline.at_head
        && history["commits"] == timeline.commits;
    let marks = || {
        let names = ["introduced", "removed"];
        names.map(|name| format!("{name} {:?}", event(name, Some("")).unwrap_or_default().0)).join(", ")
    };
    right.then_some(()).ok_or_else(|| format!("provenance {history:#}, not {timeline:?} with {}", marks()))
}

fn read_mark(root: &Path, name: &str) -> String {
    fs::read_to_string(root.join(format!("mark.{name}"))).unwrap_or_default().trim_end().to_owned()
}

/// Summarises a report for the message of a failure.
fn summary(project: &Project, report: &[u8]) -> String {
    let Ok(report) = serde_json::from_slice::<Value>(report) else { return project.masked(report) };
    let mut lines = Vec::new();
    for finding in report["findings"].as_array().into_iter().flatten() {
        for place in finding["locations"].as_array().into_iter().flatten() {
            let (kind, reachable) = (&place["kind"], &finding["history"]["reachable"]);
            lines.push(format!("{} {kind} reachable {reachable}", place["path"]));
        }
    }
    for list in ["problems", "notes"] {
        for entry in report[list].as_array().into_iter().flatten() {
            lines.push(format!("{list} {} {} {}", entry["kind"], entry["path"], entry["message"]));
        }
    }
    lines.join("\n        ")
}
