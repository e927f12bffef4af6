//! Why hooks are not installed, with the next step.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::event_hooks::Unfit;

/// An error of `skant agent install` or `uninstall`. No file is changed then, but for those of agents before it.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum InstallError {
    #[error("line {line} of {} is not valid, so nothing was changed", path.display())]
    #[diagnostic(
        code(skant::agent::broken),
        help("correct the file (the agent does not read it either), then run this again")
    )]
    Broken { path: PathBuf, line: usize },
    #[error("{value} is not {wanted} in {}, so nothing was changed", path.display())]
    #[diagnostic(code(skant::agent::kind), help("correct or remove it, then run this again"))]
    Kind { path: PathBuf, value: String, wanted: &'static str },
    #[error("{} has `hooks` and no `version`, so nothing was changed", path.display())]
    #[diagnostic(
        code(skant::agent::version),
        help("add `\"version\": 1` beside `hooks`; without it the agent reads no hook")
    )]
    NoVersion { path: PathBuf },
    #[error("{} is not text in UTF-8, or has more than 4 MiB, so nothing was changed", path.display())]
    #[diagnostic(code(skant::agent::no_text), help("save it as UTF-8, then run this again"))]
    NoText { path: PathBuf },
    #[error("{} is a link to {}, which is neither in the project nor in the home folder", path.display(), target.display())]
    #[diagnostic(
        code(skant::agent::link),
        help("replace the link by a file, or add the hooks to its target by hand (docs/agents.md)")
    )]
    LeadsOut { path: PathBuf, target: PathBuf },
    #[error("cannot read {}: {source}", path.display())]
    #[diagnostic(code(skant::agent::read), help("check its permissions, and where it leads if it is a link"))]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", path.display())]
    #[diagnostic(code(skant::agent::write), help("check the permissions of the file and of its folder"))]
    Write { path: PathBuf, source: io::Error },
    #[error("{} was changed by another program meanwhile, so nothing was changed", path.display())]
    #[diagnostic(
        code(skant::agent::changed),
        help("run this again; close the agent first if it happens again")
    )]
    Changed { path: PathBuf },
    #[error("the path of this program is not Unicode, and a configuration cannot hold it")]
    #[diagnostic(code(skant::agent::program), help("install skant in a folder with a plain name"))]
    Program,
    #[error("there is no home folder: HOME is not set")]
    #[diagnostic(code(skant::agent::no_home), help("set `HOME`, or leave out `--global`"))]
    NoHome,
    #[error("{title} reads no hooks of a project")]
    #[diagnostic(code(skant::agent::global_only), help("`--global` installs them for all projects"))]
    GlobalOnly { title: &'static str },
}

impl InstallError {
    pub(super) fn unfit(path: PathBuf, unfit: Unfit) -> Self {
        match unfit {
            Unfit::Broken { line } => Self::Broken { path, line },
            Unfit::Kind { value, wanted } => Self::Kind { path, value, wanted },
            Unfit::NoVersion => Self::NoVersion { path },
        }
    }
}
