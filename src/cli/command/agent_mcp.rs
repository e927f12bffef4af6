//! `skant agent mcp`: tools for coding agents over standard input and output. Reads only, below one folder.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use serde_json::{Value, json};
use thiserror::Error;

use crate::agent::mcp;
use crate::cli::agent_args::AgentMcp;
use crate::cli::args::Common;
use crate::cli::error::{CliError, IoError};
use crate::cli::exit::Exit;
use crate::cli::session::merge_parents;
use crate::cli::stdin::Input;
use crate::cli::{output, settings};
use crate::finding::Report;
use crate::git::{DiscoverError, GitEnvironment, Repository};
use crate::policy::RunMode;
use crate::policy::repo_files::TreeVersion;
use crate::report::{self, Format, Options, Times};
use crate::scan::{FileSelection, PathFilter, add_exclusion_problem, redact};
use crate::source::ScanControl;
use crate::source::worktree::{IgnoreMode, PathOrigin};

#[derive(Debug, Error, Diagnostic)]
enum McpError {
    #[error("cannot use {} as the root: {source}", path.display())]
    #[diagnostic(code(skant::agent::root), help("name a folder with `--root`"))]
    Root { path: PathBuf, source: io::Error },
    #[error("{0} is not below the root of this server")]
    #[diagnostic(code(skant::agent::outside), help("name files below the root, relative to it"))]
    Outside(String),
    #[error("the argument `{0}` is missing")]
    #[diagnostic(code(skant::agent::argument), help("`tools/list` has the schema"))]
    Argument(&'static str),
    #[error("there is no rule of this id")]
    #[diagnostic(code(skant::agent::rule), help("a report has the ids of its rules"))]
    Rule,
    #[error("the root is not in a git repository, so nothing is staged")]
    #[diagnostic(code(skant::agent::no_repository), help("use `scan_paths`"))]
    NoRepository,
}

/// Answers each line until the end of standard input.
pub(super) fn run(common: &Common, arguments: &AgentMcp, control: &ScanControl) -> Result<Exit, CliError> {
    let named = arguments.root.clone().unwrap_or_else(|| PathBuf::from("."));
    let is_folder =
        |root: PathBuf| if root.is_dir() { Ok(root) } else { Err(io::ErrorKind::NotADirectory.into()) };
    let root = std::fs::canonicalize(&named).and_then(is_folder);
    let root = root.map_err(|source| McpError::Root { path: named, source })?;
    let server = Server { common, root, control };
    let mut input = BufReader::new(Input::new(io::stdin(), &control.cancellation));
    let mut call = |name: &str, arguments: &Value| {
        server.call(name, arguments).map_err(|error| {
            let help = error.help().map(|help| format!("; {help}")).unwrap_or_default();
            redact(&format!("{error}{help}"))
        })
    };
    loop {
        let mut line = Vec::new();
        let limit = u64::try_from(mcp::MAX_BYTES + 1).unwrap_or(u64::MAX);
        input.by_ref().take(limit).read_until(b'\n', &mut line).map_err(IoError::ReadStdin)?;
        if line.is_empty() {
            return Ok(Exit::Clean);
        }
        if line.len() > mcp::MAX_BYTES && !line.ends_with(b"\n") {
            skip_line(&mut input).map_err(IoError::ReadStdin)?;
        } else if line.trim_ascii().is_empty() {
            continue;
        }
        if let Some(answer) = mcp::answer(&line, &mut call) {
            let mut out = io::stdout().lock();
            writeln!(out, "{answer}")
                .and_then(|()| out.flush())
                .map_err(|source| IoError::Write { stream: "standard output", source })?;
        }
    }
}

struct Server<'s> {
    common: &'s Common,
    root: PathBuf,
    control: &'s ScanControl,
}

impl Server<'_> {
    fn call(&self, name: &str, arguments: &Value) -> Result<String, CliError> {
        let text =
            |name: &'static str| arguments.get(name).and_then(Value::as_str).ok_or(McpError::Argument(name));
        match name {
            "scan_text" => {
                let path = arguments.get("path").and_then(Value::as_str).unwrap_or_default();
                let scanner =
                    settings::scanner(self.common, self.repository()?.as_ref(), TreeVersion::Worktree)?;
                let report = scanner.scan_bytes(path, text("text")?.as_bytes());
                report_text(&report)
            }
            "scan_paths" => self.scan_paths(arguments),
            "scan_staged" => {
                let repository = self.repository()?.ok_or(McpError::NoRepository)?;
                let scanner = settings::commit_scanner(self.common, &repository)?;
                let mut report = scanner.scan_staged(
                    &repository,
                    &merge_parents(),
                    &PathFilter::default(),
                    self.control,
                )?;
                add_exclusion_problem(&scanner, &mut report);
                report_text(&report)
            }
            _ => self.explain(text("rule")?),
        }
    }

    fn repository(&self) -> Result<Option<Repository>, CliError> {
        match Repository::discover(&self.root, &GitEnvironment::from_process()) {
            Ok(repository) => Ok(Some(repository)),
            Err(DiscoverError::NotARepository(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns a path below the root, after symbolic links.
    fn below_root(&self, path: &str) -> Result<PathBuf, McpError> {
        let outside = || McpError::Outside(format!("`{path}`"));
        let real = std::fs::canonicalize(self.root.join(path)).map_err(|_| outside())?;
        if real.starts_with(&self.root) { Ok(real) } else { Err(outside()) }
    }

    fn scan_paths(&self, arguments: &Value) -> Result<String, CliError> {
        let paths = arguments.get("paths").and_then(Value::as_array).into_iter().flatten();
        let mut names = Vec::new();
        for path in paths.filter_map(Value::as_str) {
            names.push(self.below_root(path)?);
        }
        if names.is_empty() {
            names.push(self.root.clone());
        }
        let repository = self.repository()?.filter(|repository| repository.work_tree.is_some());
        let top = repository.as_ref().and_then(|repository| repository.work_tree.clone());
        let top = top.map_or_else(|| self.root.clone(), |top| std::fs::canonicalize(&top).unwrap_or(top));
        let repository = repository.map(|one| Repository { work_tree: Some(top.clone()), ..one });
        let scanner = settings::scanner(self.common, repository.as_ref(), TreeVersion::Worktree)?;
        let files = FileSelection {
            repository: repository.as_ref(),
            root: Path::new(&top),
            names: &names,
            ignore_mode: IgnoreMode::AsGit,
            origin: PathOrigin::Program,
        };
        let mut report = scanner.scan_files(&files, self.control)?;
        add_exclusion_problem(&scanner, &mut report);
        report_text(&report)
    }

    fn explain(&self, id: &str) -> Result<String, CliError> {
        let scanner = settings::scanner(self.common, self.repository()?.as_ref(), TreeVersion::Worktree)?;
        let rules = scanner.detector().rules();
        let rule = rules.iter().find(|rule| rule.id == id).ok_or(McpError::Rule)?;
        let value = json!({
            "id": rule.id, "title": rule.title, "severity": rule.severity.name(), "leaks": rule.leaks,
            "variable": rule.variable, "source": rule.source, "steps": rule.steps,
        });
        Ok(redact(&format!("{value:#}")))
    }
}

fn report_text(report: &Report) -> Result<String, CliError> {
    let now = output::report_time();
    let times = Times { started: now, ended: now };
    let options = Options { times, mode: RunMode::DEFAULT_SCAN, ..Options::default() };
    let mut text = Vec::new();
    report::write(Format::Json, report, &options, &mut text)
        .map_err(|source| IoError::Write { stream: "memory", source })?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Reads to the end of a line, which is not kept.
fn skip_line(input: &mut impl io::BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (used, is_end) = match memchr::memchr(b'\n', buffer) {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(used);
        if is_end {
            return Ok(());
        }
    }
}
