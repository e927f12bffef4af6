//! `allow` and `baseline`: puts what is known on record, in `.skant-baseline`. That file and not `skant.toml`: a line a
//! value merges without conflicts, and nothing that a person wrote and ordered has to be rewritten.

use std::io::Write as _;
use std::path::PathBuf;

use jiff::civil::Date;

use crate::cli::args::{Allow, Baseline as Arguments, BaselineCommand, Common, Entering, Level};
use crate::cli::command::baseline_import::Imported;
use crate::cli::command::scan::{here, merge_parents};
use crate::cli::{Exit, Failure, clock, output, settings};
use crate::finding::{Finding, Problem, Report};
use crate::git::Repository;
use crate::policy::repo_files::{BASELINE, PolicyFiles, Version};
use crate::policy::suppress::baseline::{Baseline, Known, is_fingerprint, shown_reason};
use crate::report::human::counted;
use crate::scan;
use crate::scan::{Files, Limits, PathFilter, ProvenanceMode, redacted};
use crate::source::Cancellation;
use crate::source::worktree::{Ignoring, Named};
use crate::text::escape_terminal;

/// The repository, its baseline, and where that is written.
struct Book {
    repository: Repository,
    top: PathBuf,
    baseline: Option<Baseline>,
}

impl Book {
    fn open() -> Result<Self, Failure> {
        let repository = here()?;
        let Some(top) = repository.work_tree.clone() else {
            return Err(Failure("a bare repository has no working tree to write a baseline into".into()));
        };
        let bytes = PolicyFiles::new(&repository, Version::Worktree).read(BASELINE)?;
        let baseline = bytes.map(|bytes| Baseline::parse(&bytes)).transpose();
        let baseline = baseline.map_err(|error| Failure(format!("{BASELINE}: {error}; mend it")))?;
        Ok(Self { repository, top, baseline })
    }

    fn write(&self, baseline: &Baseline) -> Result<(), Failure> {
        if self.repository.is_foreign {
            return Err(Failure("the repository belongs to another user; nothing is written into it".into()));
        }
        let path = self.top.join(BASELINE);
        output::replace(&path, baseline.write().as_bytes()).map_err(|error| {
            Failure(format!("cannot write {BASELINE}: {error}; check the permissions of its folder"))
        })
    }

    /// All that stands in the working tree, and in the history where that is wanted.
    fn everything(
        &self,
        common: &Common,
        history: bool,
        stop: &Cancellation,
    ) -> Result<Vec<Report>, Failure> {
        let engine = settings::engine(common, Some(&self.repository), Version::Worktree)?;
        let top = std::fs::canonicalize(&self.top).unwrap_or_else(|_| self.top.clone());
        let repository = Repository { work_tree: Some(top.clone()), ..self.repository.clone() };
        let names = [top.clone()];
        let files = Files {
            repository: Some(&repository),
            root: &top,
            names: &names,
            ignoring: Ignoring::AsGit,
            named: Named::ByProgram,
        };
        let mut reports = vec![scan::worktree(&engine, &files, stop)?];
        if history {
            let limits =
                Limits { asked: &PathFilter::default(), full_scan: false, provenance: ProvenanceMode::Track };
            reports.push(scan::history(&engine, &repository, &limits, stop)?);
        }
        Ok(reports)
    }
}

pub(crate) fn baseline(common: &Common, arguments: &Arguments, stop: &Cancellation) -> Result<Exit, Failure> {
    let book = Book::open()?;
    match &arguments.what {
        BaselineCommand::Create(entering) if book.baseline.is_none() => enter(common, &book, entering, stop),
        BaselineCommand::Create(_) => {
            Err(Failure(format!("there is a {BASELINE} already; `skant baseline update` adds to it")))
        }
        BaselineCommand::Update(entering) => enter(common, &book, entering, stop),
        BaselineCommand::Prune => outdated(common, &book, Outdated::Removed, stop),
        BaselineCommand::Check => outdated(common, &book, Outdated::Told, stop),
    }
}

/// Adds what is found and not on record yet. What is on record stays as it is.
fn enter(common: &Common, book: &Book, entering: &Entering, stop: &Cancellation) -> Result<Exit, Failure> {
    let (reason, until) =
        (reason(entering.reason.as_deref().unwrap_or_default())?, end(entering.until.as_deref())?);
    let imported = entering.from.as_deref().map(|path| Imported::read(path, &book.top)).transpose()?;
    let reports = book.everything(common, entering.history, stop)?;
    let mut baseline = book.baseline.clone().unwrap_or_else(Baseline::begun);
    let (mut added, mut ended, mut unknown) = (0, 0, 0);
    for finding in reports.iter().flat_map(|report| &report.findings) {
        if imported.as_ref().is_some_and(|imported| !imported.knows(finding)) {
            unknown += 1;
            continue;
        }
        let fingerprint = finding.fingerprint.as_str();
        if baseline.known.keys().any(|known| finding.fingerprint.matches_prefix(known)) {
            ended += usize::from(baseline.known.get(fingerprint).is_some_and(|known| known.until.is_some()));
            continue;
        }
        added += 1;
        baseline.known.insert(fingerprint.to_owned(), known_of(finding, until, &reason));
    }
    let problems = problems_of(&reports);
    if book.baseline.as_ref() != Some(&baseline) {
        book.write(&baseline)?;
    }
    let mut out = std::io::stdout().lock();
    let on_record = counted(baseline.known.len(), "value");
    writeln!(out, "{BASELINE}: {added} added, {on_record} on record")?;
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
             echo '{BASELINE} merge=union' >> .gitattributes"
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
fn outdated(common: &Common, book: &Book, what: Outdated, stop: &Cancellation) -> Result<Exit, Failure> {
    let Some(baseline) = &book.baseline else {
        return Err(Failure(format!("there is no {BASELINE}; `skant baseline create` makes one")));
    };
    let everything = Common { min_confidence: Some(Level::Low), no_suppressions: false, ..common.clone() };
    let reports = book.everything(&everything, true, stop)?;
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
    for (fingerprint, known) in &baseline.known {
        // Somebody may have written it by hand.
        let shown = || redacted(&escape_terminal(format!("{} {}", known.rule, known.path).as_bytes()));
        if !found(fingerprint) {
            left.known.remove(fingerprint);
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
    writeln!(out, "{BASELINE}: {}, {unused} {verb}, {ended} ended", counted(baseline.known.len(), "value"))?;
    let is_fine = ended == 0 && (unused == 0 || what == Outdated::Removed);
    Ok(if is_fine { Exit::Clean } else { Exit::Findings })
}

pub(crate) fn allow(common: &Common, arguments: &Allow, stop: &Cancellation) -> Result<Exit, Failure> {
    let book = Book::open()?;
    let digits = arguments.fingerprint.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if !is_fingerprint(&digits) {
        return Err(Failure(
            "a fingerprint is six to sixteen hexadecimal digits, as reports print it (RULE/FINGERPRINT will do, too)"
                .into(),
        ));
    }
    let (reason, until) = (reason(&arguments.reason)?, end(arguments.until.as_deref())?);
    if reason.is_empty() {
        return Err(Failure("`--reason` has to say why it is no secret, or why it does no harm".into()));
    }
    let mut baseline = book.baseline.clone().unwrap_or_else(Baseline::begun);
    let (fingerprint, known) = if let Some(finding) = found(common, &book, &digits, stop)? {
        (finding.fingerprint.as_str().to_owned(), known_of(&finding, until, &reason))
    } else {
        let known = baseline.known.get(&digits).cloned();
        if known.is_none() && ![10, 14, 16].contains(&digits.len()) {
            return Err(Failure(format!(
                "nothing that is staged or in the working tree has a fingerprint that begins with {digits}; give the \
                 whole fingerprint to allow what stands elsewhere"
            )));
        }
        let (rule, path) = known.map_or_else(Default::default, |known| (known.rule, known.path));
        (digits, Known { rule, path, until, reason })
    };
    let word = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let said = format!("{fingerprint} {} {}", word(&known.rule), word(&known.path));
    baseline.known.insert(fingerprint, known);
    book.write(&baseline)?;
    let until = until.map_or_else(String::new, |until| format!(" until {until}"));
    writeln!(
        std::io::stdout().lock(),
        "allowed{until}: {said}\non record in {BASELINE}; for a commit its staged version counts: git add {BASELINE}"
    )?;
    Ok(Exit::Clean)
}

/// The finding that digits name: among what is staged first, then in the working tree.
fn found(
    common: &Common,
    book: &Book,
    digits: &str,
    stop: &Cancellation,
) -> Result<Option<Finding>, Failure> {
    let all = Common { min_confidence: Some(Level::Low), no_suppressions: true, ..common.clone() };
    let engine = settings::engine(&all, Some(&book.repository), Version::Worktree)?;
    let named = |report: Report| {
        let mut named: Vec<Finding> = report
            .findings
            .into_iter()
            .filter(|finding| finding.fingerprint.matches_prefix(digits))
            .collect();
        named.dedup_by(|one, other| one.fingerprint == other.fingerprint);
        match named.len() {
            0 | 1 => Ok(named.pop()),
            _ => Err(Failure(format!(
                "several findings have a fingerprint that begins with {digits}; give more digits"
            ))),
        }
    };
    let staged = scan::staged(&engine, &book.repository, &merge_parents(), &PathFilter::default(), stop);
    if let Some(finding) = staged.ok().map(named).transpose()?.flatten() {
        return Ok(Some(finding));
    }
    let mut reports = book.everything(&all, false, stop)?;
    reports.pop().map_or(Ok(None), named)
}

fn known_of(finding: &Finding, until: Option<Date>, reason: &str) -> Known {
    let path = finding.locations.first().map_or_else(String::new, |place| place.path.clone());
    Known { rule: finding.rule.to_string(), path: path.replace(' ', "%20"), until, reason: reason.to_owned() }
}

/// A reason is read by others, so a secret in it is refused rather than masked.
fn reason(text: &str) -> Result<String, Failure> {
    if redacted(text) != text {
        return Err(Failure("the reason holds a secret itself; say it without".into()));
    }
    Ok(shown_reason(text))
}

fn end(date: Option<&str>) -> Result<Option<Date>, Failure> {
    let Some(date) = date else { return Ok(None) };
    let until: Date = date.parse().map_err(|_| {
        Failure("`--until` takes a date such as 2027-01-31, the last day on which it counts".into())
    })?;
    if until < clock::today() {
        return Err(Failure(format!("`--until {until}` has passed already")));
    }
    Ok(Some(until))
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
