//! `explain`: why something is, or is not, a finding: every rule that looked at a place, what it saw, what the verdict
//! is and why, and what suppresses it.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::cli::args::{Common, Explain, Level};
use crate::cli::command::explain_model;
use crate::cli::session::here;
use crate::cli::stdin::Input;
use crate::cli::{Exit, Failure, output, settings};
use crate::detect::RuleEvaluation;
use crate::finding::{Confidence, Finding, Report, Suppressed};
use crate::git::{Repository, path_bytes};
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::baseline::is_fingerprint;
use crate::scan::{
    ExplainedEvidence, FileSelection, HistoryOptions, PathFilter, ProvenanceMode, Scanner, redact,
};
use crate::source::ScanControl;
use crate::source::worktree;
use crate::source::worktree::IgnoreMode;
use crate::text::{Position, escape_terminal};

pub(crate) fn run(common: &Common, arguments: &Explain, control: &ScanControl) -> Result<Exit, Failure> {
    let name = arguments.what.as_os_str();
    let repository = here().ok();
    let scanner = settings::scanner(common, repository.as_ref(), TreeVersion::Worktree)?;
    if name == OsStr::new("-") {
        let mut text = Vec::new();
        Input::of(std::io::stdin(), &control.cancellation).read_to_end(&mut text)?;
        return text_at(&scanner, &Asked { text: &text, path: b"", line: None });
    }
    let (path, line) = place(name);
    let path = reachable(path, repository.as_ref());
    if Path::new(&path).is_file() {
        let text = std::fs::read(&path).map_err(|error| {
            Failure(format!("cannot read {}: {error}; check the permissions", Path::new(&path).display()))
        })?;
        let inside = inside(repository.as_ref(), Path::new(&path));
        return text_at(&scanner, &Asked { text: &text, path: &inside, line });
    }
    let words = name.to_string_lossy();
    let digits = words.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    match repository {
        Some(repository) if is_fingerprint(&digits) => {
            // Whatever could be reported is looked at, and what would be reported is said.
            let all = Common { min_confidence: Some(Level::Low), ..common.clone() };
            let all = settings::scanner(&all, Some(&repository), TreeVersion::Worktree)?;
            let named = PathOrigin { digits: &digits, least: scanner.policy().min_confidence };
            fingerprint(&all, &repository, &named, control)
        }
        None if is_fingerprint(&digits) => {
            Err(Failure("a fingerprint is looked for in a repository, and there is none here".into()))
        }
        _ => Err(Failure(format!(
            "{} is no file and no fingerprint; `skant explain` takes a FINGERPRINT, PATH:LINE, or `-`",
            Path::new(name).display()
        ))),
    }
}

/// Reports tell paths from the top: one that does not lead from here is looked for there.
fn reachable(path: OsString, repository: Option<&Repository>) -> OsString {
    let top = repository.and_then(|repository| repository.work_tree.as_ref());
    let from_top = top.map(|top| top.join(&path)).filter(|_| !Path::new(&path).exists());
    from_top.filter(|path| path.is_file()).map_or(path, PathBuf::into_os_string)
}

/// `PATH:LINE`, or a path alone.
fn place(name: &OsStr) -> (OsString, Option<usize>) {
    let split = name.to_str().and_then(|text| text.rsplit_once(':'));
    // A column may follow, as reports print it.
    let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number > 0);
    match split.and_then(|(path, line)| Some((path, number(line)?))) {
        Some((path, last)) => {
            match path.rsplit_once(':').and_then(|(path, line)| Some((path, number(line)?))) {
                Some((path, line)) if !Path::new(name.to_str().unwrap_or_default()).exists() => {
                    (path.into(), Some(line))
                }
                _ => (path.into(), Some(last)),
            }
        }
        None => (name.to_owned(), None),
    }
}

/// A path as the repository's settings see it.
fn inside(repository: Option<&Repository>, path: &Path) -> Vec<u8> {
    let top = repository.and_then(|repository| repository.work_tree.as_ref());
    let top = top.and_then(|top| std::fs::canonicalize(top).ok());
    let whole = std::fs::canonicalize(path).ok();
    match (&top, &whole) {
        (Some(top), Some(whole)) => whole.strip_prefix(top).map_or_else(|_| path_bytes(path), path_bytes),
        _ => path_bytes(path),
    }
}

/// What is to be explained of a text.
struct Asked<'a> {
    text: &'a [u8],
    /// Empty where it has none.
    path: &'a [u8],
    /// All lines unless given.
    line: Option<usize>,
}

/// More places where rules looked and found nothing than these are only counted.
const MOST_LOOKS: usize = 40;

fn text_at(scanner: &Scanner, asked: &Asked<'_>) -> Result<Exit, Failure> {
    let is_asked = |first: usize, last: usize| asked.line.is_none_or(|line| (first..=last).contains(&line));
    if let Some(line) = asked.line {
        // A line break ends a line; what it ends the text with begins none.
        let ended = usize::from(asked.text.ends_with(b"\n"));
        let lines = asked.text.split(|byte| *byte == b'\n').count() - ended;
        if line > lines {
            return Err(Failure(format!("there is no line {line}; the text has {lines}")));
        }
    }
    let mut out = String::new();
    if scanner.policy().settings.exclude.matches(asked.path) {
        out.push_str("this path is not read: it matches `exclude` (`skant config show` says where that comes from)\n\n");
    }
    let explained = scanner.explain(asked.text, asked.path);
    let explained: Vec<&ExplainedEvidence> =
        explained.iter().filter(|one| is_asked(one.evidence.start.line, one.evidence.end.line)).collect();
    for one in &explained {
        out.push_str(&told(scanner, one));
    }
    let looks = scanner.detector().evaluate_rules(asked.text, asked.line);
    let weighed = explain_model::too_light(scanner, asked.text, &explained, &is_asked);
    let looks: Vec<RuleEvaluation> = looks
        .into_iter()
        .filter(|look| !explained.iter().any(|one| look.led_to(&one.evidence)))
        .filter(|look| !weighed.iter().any(|one| one.is_from(look)))
        .collect();
    for (number, one) in weighed.iter().enumerate() {
        if number == MOST_LOOKS {
            let _ = writeln!(out, "and {} more values that weigh too little\n", weighed.len() - MOST_LOOKS);
            break;
        }
        out.push_str(&one.told(scanner));
    }
    out.push_str(&looked(scanner, &looks));
    if explained.is_empty() && looks.is_empty() && weighed.is_empty() {
        out.push_str("no rule looked here: nothing that any of them goes by stands there\n");
    }
    output::say(&out)
}

/// Rules that looked and stand for no finding, together where they looked at one thing.
fn looked(scanner: &Scanner, looks: &[RuleEvaluation]) -> String {
    let mut out = String::new();
    let groups: Vec<&[RuleEvaluation]> = looks
        .chunk_by(|one, other| {
            one.position == other.position && one.anchor == other.anchor && one.is_match == other.is_match
        })
        .collect();
    for group in groups.iter().take(MOST_LOOKS) {
        let Some(look) = group.first() else { continue };
        let ids: Vec<&str> =
            group.iter().map(|look| scanner.detector().rules()[look.rule].id.as_ref()).collect();
        let why = if look.is_match {
            "what was found there is part of something larger, or another rule's"
        } else {
            "what stands there has not the form that is asked for (`skant rules show ID`)"
        };
        let _ = writeln!(
            out,
            "{}:{}  `{}` stands there, so these looked: {}\n    {why}",
            look.position.line,
            look.position.column,
            escape_terminal(look.anchor.as_bytes()),
            ids.join(", ")
        );
    }
    if groups.len() > MOST_LOOKS {
        let _ = writeln!(
            out,
            "and {} more places where rules looked and found nothing",
            groups.len() - MOST_LOOKS
        );
    }
    out
}

fn told(scanner: &Scanner, one: &ExplainedEvidence) -> String {
    let ExplainedEvidence {
        evidence,
        fingerprint,
        assessment,
        confidence,
        more_confident_at,
        suppression,
        is_reported,
    } = one;
    let rule = &scanner.detector().rules()[evidence.rule];
    let mut out = String::new();
    let masked = escape_terminal(evidence.masked.text.as_bytes());
    let _ = writeln!(out, "{}:{}  {}  {masked}", evidence.start.line, evidence.start.column, rule.id);
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(out, "    {name:<12}{value}");
    };
    line("is", &rule.title);
    line("value", &format!("{} characters; {}", evidence.masked.length, strength(evidence.strong)));
    if !evidence.via.is_empty() {
        line("through", &evidence.via.join(", "));
    }
    line("confidence", &sure(assessment.confidence, *confidence, *more_confident_at));
    for (number, reason) in assessment.reasons.iter().enumerate() {
        line(if number == 0 { "why" } else { "" }, &redact(reason));
    }
    for (number, part) in
        explain_model::parts(scanner, &scanner.detector().explain_score(evidence)).iter().enumerate()
    {
        line(if number == 0 { "weighed" } else { "" }, part);
    }
    if assessment.confidence.is_some() {
        line("fingerprint", fingerprint.as_str());
    }
    match &suppression.suppression {
        Some(reason) => line(
            "suppressed",
            &format!(
                "by {}: {}",
                reason.by,
                if reason.reason.is_empty() { "no reason given" } else { &reason.reason }
            ),
        ),
        None => {
            for warning in &suppression.warnings {
                line("note", warning);
            }
        }
    }
    line(
        "verdict",
        verdict_of(*is_reported, assessment.confidence.is_some(), suppression.suppression.is_some()),
    );
    out.push('\n');
    out
}

/// How sure it is, and where the value stands more surely.
fn sure(alone: Option<Confidence>, as_finding: Option<Confidence>, surer: Option<Position>) -> String {
    let name = |confidence: Option<Confidence>| confidence.map_or("none", Confidence::name);
    match surer {
        Some(at) => format!(
            "{}, since the same value at {}:{} is; this place alone: {}",
            name(as_finding),
            at.line,
            at.column,
            name(alone)
        ),
        None => name(alone).to_owned(),
    }
}

const fn strength(strong: bool) -> &'static str {
    if strong {
        "80 bits or more, so its fingerprint hangs on the value alone"
    } else {
        "weak, so its fingerprint hangs on the path, too, and confirms no guess"
    }
}

const fn verdict_of(is_reported: bool, is_judged: bool, is_suppressed: bool) -> &'static str {
    match (is_judged, is_suppressed, is_reported) {
        (false, ..) => "no finding: a placeholder",
        (_, true, _) => "no finding: suppressed, counted and listed",
        (_, _, true) => "a finding",
        (_, _, false) => "no finding at these settings: not sure enough (`--min-confidence low` reports it)",
    }
}

/// What is asked for by a fingerprint.
struct PathOrigin<'n> {
    digits: &'n str,
    /// The least confidence that is reported.
    least: Confidence,
}

/// A value by its fingerprint: in the working tree, and if it is not there in the history.
fn fingerprint(
    scanner: &Scanner,
    repository: &Repository,
    named: &PathOrigin<'_>,
    control: &ScanControl,
) -> Result<Exit, Failure> {
    let top =
        repository.work_tree.as_ref().map(|top| std::fs::canonicalize(top).unwrap_or_else(|_| top.clone()));
    let mut looked = Vec::new();
    if let Some(top) = &top {
        let repository = Repository { work_tree: Some(top.clone()), ..repository.clone() };
        let whole = [top.clone()];
        let files = FileSelection {
            repository: Some(&repository),
            root: top,
            names: &whole,
            ignoring: IgnoreMode::AsGit,
            named: worktree::PathOrigin::Program,
        };
        let report = scanner.scan_files(&files, control)?;
        if let Some(said) = of_report(scanner, &report, named) {
            return output::say(&said);
        }
        looked.push("the working tree");
    }
    let limits =
        HistoryOptions { paths: &PathFilter::default(), full_scan: false, provenance: ProvenanceMode::Track };
    let report = scanner.scan_history(repository, &limits, control)?;
    if let Some(said) = of_report(scanner, &report, named) {
        return output::say(&said);
    }
    looked.push("the history");
    let incomplete = if report.problems.is_empty() { "" } else { " (not all of which could be read)" };
    Err(Failure(format!(
        "no value in {}{incomplete} has a fingerprint that begins with {}",
        looked.join(" or "),
        named.digits
    )))
}

fn of_report(scanner: &Scanner, report: &Report, named: &PathOrigin<'_>) -> Option<String> {
    let digits = named.digits;
    let mut out = String::new();
    for finding in report.findings.iter().filter(|finding| finding.fingerprint.matches_prefix(digits)) {
        out.push_str(&of_finding(scanner, finding, named.least));
    }
    for suppressed in report.suppressed.iter().filter(|one| one.fingerprint.matches_prefix(digits)) {
        let Suppressed { fingerprint, rule, by, reason, path, line, .. } = suppressed;
        let reason = if reason.is_empty() { "no reason given" } else { reason };
        let _ = writeln!(out, "{path}:{line}  {rule}  {fingerprint}  suppressed by {by}: {reason}");
    }
    if out.is_empty() {
        return None;
    }
    out.push_str("\n`skant explain PATH:LINE` says which rules looked at a place, and what they saw\n");
    Some(out)
}

fn of_finding(scanner: &Scanner, finding: &Finding, least: Confidence) -> String {
    let mut out = format!("{}  {}\n", finding.rule, finding.secret.text);
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(out, "    {name:<12}{value}");
    };
    line("is", &finding.title);
    line("fingerprint", finding.fingerprint.as_str());
    line("severity", finding.severity.name());
    line("confidence", finding.confidence.name());
    for (number, reason) in finding.reasons.iter().enumerate() {
        line(if number == 0 { "why" } else { "" }, reason);
    }
    for (number, place) in finding.locations.iter().enumerate().take(10) {
        let commit =
            place.commit.as_ref().map_or_else(String::new, |commit| format!(" in commit {:.12}", commit.id));
        let at = format!("{}:{}:{}{commit}", place.path, place.start.line, place.start.column);
        line(if number == 0 { "stands at" } else { "" }, &at);
    }
    if let Some(rule) = scanner.detector().rules().iter().find(|rule| rule.id == finding.rule) {
        line("known from", &rule.source);
    }
    line("verdict", verdict_of(finding.confidence >= least, true, false));
    out.push('\n');
    out
}
