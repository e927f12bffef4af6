//! A file and those that it builds on, in order: what is read later is more to be trusted.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::policy::format::skant_toml::extends_of;
use crate::policy::{ConfigError, FileOrigin, Settings, parse};

/// Files that build on each other: no longer chain, and no more files in all.
const MOST_FILES: usize = 32;

/// What one file says.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What it is called, for people.
    pub name: String,
    /// What it says.
    pub settings: Settings,
}

/// A file that says something wrong.
#[derive(Debug, Error)]
#[error("{name}: {error}")]
pub struct FileError {
    /// Which.
    pub name: String,
    /// What and where.
    pub error: ConfigError,
}

/// A policy that cannot be put together.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A file says something wrong.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file that another one builds on cannot be had.
    #[error("{name}: `extends`: {said}")]
    Extends {
        /// The file that names it.
        name: String,
        /// Why not.
        said: String,
    },
}

/// What leads from a file and the name of another one to that other one: its name for people, and its bytes.
pub type ReadReferenced<'f> = dyn FnMut(&str, &str) -> Result<(String, Vec<u8>), String> + 'f;

/// Reads a file and all that it builds on; those come first. `known` are the rules that there are already.
///
/// # Errors
/// One of the files says something wrong, or cannot be had.
pub fn load(
    name: &str,
    bytes: &[u8],
    origin: FileOrigin,
    known: &[&str],
    follow: &mut ReadReferenced<'_>,
) -> Result<Vec<Layer>, LoadError> {
    let mut loading = Loading {
        origin,
        known: known.iter().map(|&id| id.to_owned()).collect(),
        follow,
        seen: BTreeSet::new(),
        layers: Vec::new(),
    };
    loading.file(name.to_owned(), bytes)?;
    Ok(loading.layers)
}

struct Loading<'l, 'f> {
    origin: FileOrigin,
    known: Vec<String>,
    follow: &'l mut ReadReferenced<'f>,
    seen: BTreeSet<String>,
    layers: Vec<Layer>,
}

impl Loading<'_, '_> {
    fn file(&mut self, name: String, bytes: &[u8]) -> Result<(), LoadError> {
        // A file that two others build on counts once; one that builds on itself ends here, too.
        if !self.seen.insert(name.clone()) {
            return Ok(());
        }
        if self.seen.len() > MOST_FILES {
            let said = format!("more than {MOST_FILES} files build on each other");
            return Err(LoadError::Extends { name, said });
        }
        // First those that it builds on, so that it may switch off their rules.
        for path in extends_of(bytes) {
            let (other, content) = (self.follow)(&name, &path)
                .map_err(|said| LoadError::Extends { name: name.clone(), said })?;
            self.file(other, &content)?;
        }
        let known: Vec<&str> = self.known.iter().map(String::as_str).collect();
        let settings =
            parse(bytes, self.origin, &known).map_err(|error| FileError { name: name.clone(), error })?;
        self.known.extend(settings.rules.iter().map(|rule| rule.id.to_string()));
        self.layers.push(Layer { name, settings });
        Ok(())
    }
}
