//! `allow` and `baseline`: puts what is known on record, in `.skant-baseline`. That file and not `skant.toml`: a line a
//! value merges without conflicts, and nothing that a person wrote and ordered has to be rewritten.

use std::io::Write as _;

use crate::cli::args::{Baseline as Arguments, BaselineCommand, Common, Entering, Level};
use crate::cli::baseline_file::{Book, end, known_of, reason};
use crate::cli::command::baseline_import::Imported;
use crate::cli::{Exit, Failure, clock};
use crate::finding::{Problem, Report};
use crate::policy::repo_files::BASELINE_FILE;
use crate::policy::suppress::baseline::Baseline;
use crate::report::human::counted;
use crate::scan::redact;
use crate::source::ScanControl;
use crate::text::escape_terminal;

pub(crate) fn baseline(
    common: &Common,
    arguments: &Arguments,
    control: &ScanControl,
) -> Result<Exit, Failure> {
    let book = Book::open()?;
    match &arguments.what {
        BaselineCommand::Create(entering) if book.baseline.is_none() => {
            enter(common, &book, entering, control)
        }
        BaselineCommand::Create(_) => {
            Err(Failure(format!("there is a {BASELINE_FILE} already; `skant baseline update` adds to it")))
        }
        BaselineCommand::Update(entering) => enter(common, &book, entering, control),
        BaselineCommand::Prune => outdated(common, &book, Outdated::Removed, control),
        BaselineCommand::Check => outdated(common, &book, Outdated::Told, control),
    }
}

/// Adds what is found and not on record yet. What is on record stays as it is.
fn enter(common: &Common, book: &Book, entering: &Entering, control: &ScanControl) -> Result<Exit, Failure> {
    let (reason, until) =
        (reason(entering.reason.as_deref().unwrap_or_default())?, end(entering.until.as_deref())?);
    let imported = entering.from.as_deref().map(|path| Imported::read(path, &book.top)).transpose()?;
    let reports = book.everything(common, entering.history, control)?;
    let mut baseline = book.baseline.clone().unwrap_or_else(Baseline::with_header);
    let (mut added, mut ended, mut unknown) = (0, 0, 0);
    for finding in reports.iter().flat_map(|report| &report.findings) {
        if imported.as_ref().is_some_and(|imported| !imported.knows(finding)) {
            unknown += 1;
            continue;
        }
        let fingerprint = finding.fingerprint.as_str();
        if baseline.entries.keys().any(|known| finding.fingerprint.matches_prefix(known)) {
            ended +=
                usize::from(baseline.entries.get(fingerprint).is_some_and(|known| known.until.is_some()));
            continue;
        }
        added += 1;
        baseline.entries.insert(fingerprint.to_owned(), known_of(finding, until, &reason));
    }
    let problems = problems_of(&reports);
    if book.baseline.as_ref() != Some(&baseline) {
        book.write(&baseline)?;
    }
    let mut out = std::io::stdout().lock();
    let on_record = counted(baseline.entries.len(), "value");
    writeln!(out, "{BASELINE_FILE}: {added} added, {on_record} on record")?;
    if let Some(imported) = &imported {
        let known = counted(imported.len(), "value");
        writeln!(
            out,
            "it names {known} that no audit called a secret; {unknown} found that it does not name"
        )?;
    }
    if ended > 0 {
        writeln!(out, "{ended} found though on record: the entry ended; `skant allow` renews it")?;
    }
    if book.baseline.is_none() {
        writeln!(
            out,
            "commit it, and let branches that add lines merge without conflicts:\n  \
             echo '{BASELINE_FILE} merge=union' >> .gitattributes"
        )?;
    }
    tell(&problems)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outdated {
    Removed,
    Told,
}

/// Entries that nothing needs: neither the working tree nor the history holds their value.
fn outdated(common: &Common, book: &Book, what: Outdated, control: &ScanControl) -> Result<Exit, Failure> {
    let Some(baseline) = &book.baseline else {
        return Err(Failure(format!("there is no {BASELINE_FILE}; `skant baseline create` makes one")));
    };
    let everything = Common { min_confidence: Some(Level::Low), no_suppressions: false, ..common.clone() };
    let reports = book.everything(&everything, true, control)?;
    let problems = problems_of(&reports);
    if !problems.is_empty() {
        let mut out = std::io::stdout().lock();
        writeln!(out, "not everything could be read, so no entry is called outdated")?;
        return tell(&problems);
    }
    let found = |digits: &str| {
        reports.iter().any(|report| {
            let open = report.findings.iter().map(|finding| &finding.fingerprint);
            let suppressed = report.suppressed.iter().map(|suppressed| &suppressed.fingerprint);
            open.chain(suppressed).any(|fingerprint| fingerprint.matches_prefix(digits))
        })
    };
    let today = clock::today();
    let (mut left, mut out) = (baseline.clone(), std::io::stdout().lock());
    let (mut unused, mut ended) = (0, 0);
    for (fingerprint, known) in &baseline.entries {
        // Somebody may have written it by hand.
        let shown = || redact(&escape_terminal(format!("{} {}", known.rule, known.path).as_bytes()));
        if !found(fingerprint) {
            left.entries.remove(fingerprint);
            unused += 1;
            writeln!(out, "nothing holds it any more: {fingerprint} {}", shown())?;
        } else if let Some(until) = known.until.filter(|until| *until < today) {
            ended += 1;
            writeln!(out, "ended on {until}, and it still stands there: {fingerprint} {}", shown())?;
        }
    }
    if what == Outdated::Removed && unused > 0 {
        book.write(&left)?;
    }
    let verb = if what == Outdated::Removed { "removed" } else { "that nothing holds" };
    writeln!(
        out,
        "{BASELINE_FILE}: {}, {unused} {verb}, {ended} ended",
        counted(baseline.entries.len(), "value")
    )?;
    let is_fine = ended == 0 && (unused == 0 || what == Outdated::Removed);
    Ok(if is_fine { Exit::Clean } else { Exit::Findings })
}

fn problems_of(reports: &[Report]) -> Vec<&Problem> {
    reports.iter().flat_map(|report| &report.problems).collect()
}

fn tell(problems: &[&Problem]) -> Result<Exit, Failure> {
    let mut err = std::io::stderr().lock();
    for problem in problems {
        let path = problem.path.as_ref().map_or_else(String::new, |path| format!("{path}: "));
        writeln!(err, "problem[{}]: {path}{}", problem.kind.name(), problem.message)?;
    }
    Ok(if problems.is_empty() { Exit::Clean } else { Exit::Failed })
}
