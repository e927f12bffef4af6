//! Writes a plan: first what git ignores, then the values, then the code. A run that is killed leaves no value in fewer
//! places than before; the next run completes it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::dotenv::{EnvFile, NotDotenv};
use super::env_place::{ENV_FILE, EXAMPLE_FILE};
use super::ignored;
use crate::atomic_file::{self, private};
use crate::git::{GitCommandError, Repository};

/// Why a plan was not written, or not all of it.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum ApplyError {
    #[error("git tracks {}", .0.display())]
    #[diagnostic(
        code(skant::fix::tracked_env),
        help("take it out of git first: `git rm --cached -- {}`; its values are in the history", .0.display())
    )]
    TrackedEnv(PathBuf),
    #[error("{} is a link or no file", .0.display())]
    #[diagnostic(
        code(skant::fix::not_a_file),
        help("replace it by a file, or write the values there by hand")
    )]
    NotAFile(PathBuf),
    #[error("{} is outside of the repository {}", path.display(), top.display())]
    #[diagnostic(
        code(skant::fix::outside),
        help("name a file of the working tree, or run this outside of a repository; nothing was written")
    )]
    Outside { path: PathBuf, top: PathBuf },
    #[error("{} is not written in UTF-8", .0.display())]
    #[diagnostic(
        code(skant::fix::env_encoding),
        help(
            "save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`), and run `skant fix` again; nothing was written"
        )
    )]
    Encoding(PathBuf),
    #[error("the quote on line {line} of {} has no end", path.display())]
    #[diagnostic(
        code(skant::fix::env_quote),
        help("close the quote, so that a new line is not a part of that value; nothing was written")
    )]
    OpenQuote { path: PathBuf, line: usize },
    #[error("git would not ignore {}", .0.display())]
    #[diagnostic(
        code(skant::fix::not_ignored),
        help("`git check-ignore -v --no-index {}` names the line of a `.gitignore` that includes it", .0.display())
    )]
    NotIgnored(PathBuf),
    #[error("{} changed meanwhile", .0.display())]
    #[diagnostic(code(skant::fix::changed), help("run `skant fix` again; the values are in `.env` already"))]
    Changed(PathBuf),
    #[error("{} changed meanwhile, so nothing was written", .0.display())]
    #[diagnostic(code(skant::fix::changed_env), help("run `skant fix` again"))]
    ChangedEnv(PathBuf),
    #[error("cannot read {}: {source}", path.display())]
    #[diagnostic(code(skant::fix::read), help("check the permissions"))]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", path.display())]
    #[diagnostic(
        code(skant::fix::write),
        help("check the permissions of its folder, and run `skant fix` again")
    )]
    Write { path: PathBuf, source: io::Error },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitCommandError),
}

/// A file with its text before and after.
pub(crate) struct FileChange<'c> {
    pub(crate) path: &'c Path,
    pub(crate) old: &'c [u8],
    pub(crate) new: &'c [u8],
}

/// The repository of the files.
#[derive(Clone, Copy)]
pub(crate) struct Target<'t> {
    pub(crate) repository: Option<&'t Repository>,
    /// The top of the working tree.
    pub(crate) top: &'t Path,
}

/// Reads a `.env`; an empty one if there is none.
///
/// # Errors
/// It is a link or cannot be read, or git tracks it.
pub(crate) fn read_env(target: Target<'_>, path: &Path) -> Result<EnvFile, ApplyError> {
    if let Some(repository) = target.repository {
        if !path.starts_with(target.top) {
            return Err(ApplyError::Outside { path: path.to_path_buf(), top: target.top.to_path_buf() });
        }
        if ignored::is_tracked(repository, target.top, path)? {
            return Err(ApplyError::TrackedEnv(path.to_path_buf()));
        }
    }
    parse_env(path, read_if_file(path)?)
}

fn parse_env(path: &Path, text: Vec<u8>) -> Result<EnvFile, ApplyError> {
    EnvFile::parse(text).map_err(|error| match error {
        NotDotenv::Encoding => ApplyError::Encoding(path.to_path_buf()),
        NotDotenv::OpenQuote(line) => ApplyError::OpenQuote { path: path.to_path_buf(), line },
    })
}

fn read_if_file(path: &Path) -> Result<Vec<u8>, ApplyError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => {
            fs::read(path).map_err(|source| ApplyError::Read { path: path.to_path_buf(), source })
        }
        Ok(_) => Err(ApplyError::NotAFile(path.to_path_buf())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(ApplyError::Read { path: path.to_path_buf(), source }),
    }
}

/// Writes the values of one `.env`: the `.gitignore`, then `.env`, then the example. Returns what it changed.
///
/// # Errors
/// Git would not ignore the file, or a file cannot be written.
pub(crate) fn write_env(target: Target<'_>, path: &Path, env: &EnvFile) -> Result<Vec<PathBuf>, ApplyError> {
    let mut changed = Vec::new();
    if env.used.is_empty() {
        return Ok(changed);
    }
    if read_if_file(path)? != env.old() {
        return Err(ApplyError::ChangedEnv(path.to_path_buf()));
    }
    let folder = path.parent().unwrap_or(target.top);
    let example = folder.join(EXAMPLE_FILE);
    let old_example = read_if_file(&example)?;
    let known = parse_env(&example, old_example.clone())?;
    if let Some(repository) = target.repository {
        changed.extend(ignore(repository, target.top, path, &example)?);
    }
    let write = |path: &Path, content: &[u8], permissions| {
        atomic_file::replace(path, content, permissions)
            .map_err(|source| ApplyError::Write { path: path.to_path_buf(), source })
    };
    if read_if_file(path)? != env.text() || !is_private(path) {
        match target.repository {
            Some(repository) => {
                atomic_file::replace_private(&repository.git_dir, path, env.text(), private())
                    .map_err(|source| ApplyError::Write { path: path.to_path_buf(), source })?;
            }
            None => write(path, env.text(), private())?,
        }
        changed.push(path.to_path_buf());
    }
    let names: Vec<&String> = env.used.iter().filter(|name| !known.has(name)).collect();
    if !names.is_empty() {
        let mut text = with_last_line(old_example);
        for name in names {
            text.extend(format!("{name}=\n").as_bytes());
        }
        let permissions = fs::symlink_metadata(&example).ok().map(|metadata| metadata.permissions());
        write(&example, &text, permissions)?;
        changed.push(example);
    }
    Ok(changed)
}

/// Writes the code of one file, if it is still what the plan has read.
///
/// # Errors
/// The file changed, is a link, or cannot be written.
pub(crate) fn write_source(change: &FileChange<'_>) -> Result<(), ApplyError> {
    if read_if_file(change.path)? != change.old {
        return Err(ApplyError::Changed(change.path.to_path_buf()));
    }
    let permissions = fs::symlink_metadata(change.path).ok().map(|metadata| metadata.permissions());
    atomic_file::replace(change.path, change.new, permissions)
        .map_err(|source| ApplyError::Write { path: change.path.to_path_buf(), source })
}

/// Adds lines to the `.gitignore` of the top so that git ignores the file and does not ignore the example. A line without
/// effect is taken back.
fn ignore(
    repository: &Repository,
    top: &Path,
    path: &Path,
    example: &Path,
) -> Result<Option<PathBuf>, ApplyError> {
    let is_ignored = ignored::is_ignored(repository, top, path)?;
    let is_example_ignored = ignored::is_ignored(repository, top, example)?;
    if is_ignored && !is_example_ignored {
        return Ok(None);
    }
    let file = top.join(".gitignore");
    let existed = file.symlink_metadata().is_ok();
    let old = read_if_file(&file)?;
    let is_crlf = old.windows(2).any(|two| two == b"\r\n");
    let line_break = if is_crlf { "\r\n" } else { "\n" };
    let mut text = with_last_line(old.clone());
    if !is_ignored {
        text.extend(format!("{ENV_FILE}{line_break}").as_bytes());
    }
    let without_example = text.clone();
    if is_example_ignored {
        text.extend(format!("!{EXAMPLE_FILE}{line_break}").as_bytes());
    }
    let permissions = fs::symlink_metadata(&file).ok().map(|metadata| metadata.permissions());
    let write = |text: &[u8]| {
        atomic_file::replace(&file, text, permissions.clone())
            .map_err(|source| ApplyError::Write { path: file.clone(), source })
    };
    let take_back = || {
        if existed {
            return write(&old);
        }
        fs::remove_file(&file).map_err(|source| ApplyError::Write { path: file.clone(), source })
    };
    write(&text)?;
    if !ignored::is_ignored(repository, top, path)? {
        take_back()?;
        return Err(ApplyError::NotIgnored(path.to_path_buf()));
    }
    if is_example_ignored && ignored::is_ignored(repository, top, example)? {
        // A `.gitignore` further down ignores the example; its author has decided so.
        if is_ignored {
            take_back()?;
            return Ok(None);
        }
        write(&without_example)?;
    }
    Ok(Some(file))
}

fn with_last_line(mut text: Vec<u8>) -> Vec<u8> {
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text
}

/// Whether only the owner may read a file; always where the system has no modes.
fn is_private(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::symlink_metadata(path)
            .is_ok_and(|metadata| metadata.permissions().mode() & 0o777 == atomic_file::PRIVATE_MODE)
    }
    #[cfg(not(unix))]
    path.exists()
}
