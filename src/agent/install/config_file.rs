//! A configuration on disk: where it is, its text, and its replacement.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::error::InstallError;
use super::target::Target;
use crate::atomic_file;

/// The largest configuration, in bytes.
const MAX_BYTES: u64 = 4 << 20;

/// For which sessions the hooks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Project,
    Global,
}

/// The folders in which agents keep their configurations.
pub(crate) struct Places {
    pub(crate) home: Option<PathBuf>,
    /// The top of the working tree, or the current folder.
    pub(crate) project: PathBuf,
    /// Returns a variable of the environment.
    pub(crate) variable: fn(&str) -> Option<OsString>,
}

impl Places {
    /// Returns the configuration of an agent.
    ///
    /// # Errors
    /// The agent has none of this scope, or there is no home folder.
    pub(super) fn file(&self, target: &Target, scope: Scope) -> Result<Place, InstallError> {
        if scope == Scope::Project {
            let path = target.project.ok_or(InstallError::GlobalOnly { title: target.title })?;
            return Ok(Place::below(&self.project, path));
        }
        let named = target.variable.and_then(|(name, file)| {
            let folder = (self.variable)(name).filter(|folder| !folder.is_empty())?;
            Some(Place::below(&self.project.join(folder), file))
        });
        let in_home = || Some(Place::below(self.home.as_ref()?, target.global));
        named.or_else(in_home).ok_or(InstallError::NoHome)
    }

    /// Returns whether there are traces of an agent.
    pub(super) fn has(&self, target: &Target) -> bool {
        let in_home =
            self.home.as_ref().is_some_and(|home| target.traces.iter().any(|path| home.join(path).is_dir()));
        let named = target.variable.is_some_and(|(name, _)| (self.variable)(name).is_some());
        in_home || named || target.project_traces.iter().any(|path| self.project.join(path).is_dir())
    }

    fn may_lead_to(&self, real: &Path) -> bool {
        let roots = self.home.iter().chain([&self.project]);
        roots.filter_map(|root| fs::canonicalize(root).ok()).any(|root| real.starts_with(root))
    }
}

/// The path of a configuration.
pub(super) struct Place {
    pub(super) path: PathBuf,
    /// The number of folders above it that are of the agent.
    folders: usize,
}

impl Place {
    pub(super) fn below(root: &Path, relative: &str) -> Self {
        Self { path: root.join(relative), folders: Path::new(relative).components().count() - 1 }
    }
}

/// A configuration as it is now.
pub(super) struct ConfigFile {
    /// The path as a person knows it.
    pub(super) path: PathBuf,
    /// The file itself, after symbolic links.
    real: PathBuf,
    /// The text; `None` if there is no file.
    pub(super) text: Option<String>,
    permissions: Option<Permissions>,
    folders: usize,
}

impl ConfigFile {
    /// Reads a configuration. A link is followed inside the project and the home folder.
    ///
    /// # Errors
    /// It cannot be read, is no text, or leads to somewhere else.
    pub(super) fn read(place: Place, places: &Places) -> Result<Self, InstallError> {
        let Place { path, folders } = place;
        let failed = |source| InstallError::Read { path: path.clone(), source };
        let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
        let real = match fs::canonicalize(&path) {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_link => {
                return Ok(Self { real: path.clone(), path, text: None, permissions: None, folders });
            }
            Err(error) => return Err(failed(error)),
        };
        if is_link && !places.may_lead_to(&real) {
            return Err(InstallError::LeadsOut { path, target: real });
        }
        let metadata = fs::metadata(&real).map_err(failed)?;
        if !metadata.is_file() {
            return Err(failed(io::Error::other("it is not a file")));
        }
        let text =
            read_text(&real).map_err(failed)?.ok_or_else(|| InstallError::NoText { path: path.clone() })?;
        Ok(Self { path, real, text: Some(text), permissions: Some(metadata.permissions()), folders })
    }

    /// Replaces the text, or removes the file and the folders that are empty without it.
    ///
    /// # Errors
    /// It cannot be written, or another program has changed it since.
    pub(super) fn replace(&self, text: Option<&str>) -> Result<(), InstallError> {
        let failed = |source| InstallError::Write { path: self.path.clone(), source };
        let now = match read_text(&self.real) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            other => other.map_err(failed)?,
        };
        if now != self.text {
            return Err(InstallError::Changed { path: self.path.clone() });
        }
        let Some(text) = text else {
            fs::remove_file(&self.real).map_err(failed)?;
            let folders = self.real.ancestors().skip(1).take(self.folders);
            // The system refuses a folder that is not empty.
            let _ = folders.map(fs::remove_dir).take_while(Result::is_ok).count();
            return Ok(());
        };
        if let Some(folder) = self.real.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        atomic_file::replace(&self.real, text.as_bytes(), self.permissions.clone()).map_err(failed)
    }
}

/// Reads a text; `None` if it is no UTF-8 or too long.
fn read_text(path: &Path) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes).ok().filter(|text| text.len() as u64 <= MAX_BYTES))
}
