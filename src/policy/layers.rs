//! A settings file and the files that it extends, in order: a later file is more trusted.
//!
//! Where the bytes come from is decided by the caller: this module reads no file.

use std::collections::BTreeSet;
use std::fmt;

use miette::{
    Diagnostic, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};
use thiserror::Error;

use crate::policy::format::skant_toml::{extended_files, parse};
use crate::policy::{ConfigError, ContextPatterns, FileOrigin, PathPatterns, Settings};

/// The most files in a chain of `extends`, and the most files in all.
const MAX_FILES: usize = 32;

/// The settings of one file.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// The name of the file, for people.
    pub name: String,
    /// Its author.
    pub origin: FileOrigin,
    /// Its settings.
    pub settings: Settings,
}

impl Layer {
    /// Returns the layer of a file in the repository.
    pub(crate) fn of_repository(name: &str, settings: Settings) -> Self {
        Self { name: name.to_owned(), origin: FileOrigin::Repository, settings }
    }

    /// Returns the layer of a file or an option of the user.
    pub(crate) fn of_user(name: &str, settings: Settings) -> Self {
        Self { name: name.to_owned(), origin: FileOrigin::User, settings }
    }

    /// Returns the patterns by which the user excludes paths himself, and the contexts that he gives to paths.
    pub(crate) fn paths_of_user(layers: &[Self]) -> (PathPatterns, ContextPatterns) {
        let (mut exclude, mut contexts) = (PathPatterns::default(), ContextPatterns::default());
        for Self { settings, .. } in layers.iter().filter(|layer| layer.origin == FileOrigin::User) {
            exclude.extend(settings.exclude.clone());
            contexts.extend(settings.contexts.clone());
        }
        (exclude, contexts)
    }
}

/// A settings file with an error.
#[derive(Debug, Error)]
#[error("{name}: {error}")]
pub struct FileError {
    /// The name of the file, for people.
    pub name: String,
    /// The error and its position.
    pub error: ConfigError,
    /// How to go on without the file; empty for a user's own file.
    pub way_out: &'static str,
}

impl Diagnostic for FileError {
    fn code(&self) -> Option<Box<dyn fmt::Display + '_>> {
        Diagnostic::code(&self.error)
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        let default = if self.way_out.is_empty() { "correct this line" } else { "" };
        let advice = self.error.advice().unwrap_or(default);
        let parts: Vec<&str> = [advice, self.way_out].into_iter().filter(|part| !part.is_empty()).collect();
        Some(Box::new(parts.join("; ")))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.error.source_code().map(|_| self as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.error.labels()
    }
}

impl SourceCode for FileError {
    /// Reads the excerpt of the error, with the name of the file.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let source = self.error.source_code().ok_or(MietteError::OutOfBounds)?;
        let contents = source.read_span(span, before, after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            contents.data(),
            *contents.span(),
            contents.line(),
            contents.column(),
            contents.line_count(),
        )))
    }
}

/// A settings file, or a file that it extends, that cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum LoadError {
    /// A file has an error.
    #[error(transparent)]
    #[diagnostic(transparent)]
    File(#[from] FileError),
    /// An extended file cannot be read.
    #[error("{name}: `extends`: {reason}")]
    #[diagnostic(code(skant::config::extends), help("{help}"))]
    Extends {
        /// The file that names it.
        name: String,
        /// Why it cannot be read.
        reason: String,
        /// What to do.
        help: String,
    },
}

/// Reads the file that another file extends. Takes the name of the extending file and the name that is written there,
/// returns the name for people and the bytes, or the reason why it cannot be read.
pub(crate) type ReadExtended<'f> = dyn FnMut(&str, &str) -> Result<(String, Vec<u8>), String> + 'f;

/// Parses a file and all files that it extends; those come first. `known_rules` are the ids of the rules so far.
/// `way_out` says how to go on without the file; it is empty for a user's own file.
///
/// # Errors
/// One of the files has an error or cannot be read.
pub(crate) fn load_layers(
    (name, bytes): (&str, &[u8]),
    origin: FileOrigin,
    known_rules: &[&str],
    read: &mut ReadExtended<'_>,
    way_out: &'static str,
) -> Result<Vec<Layer>, LoadError> {
    let mut loading = Loading {
        origin,
        known_rules: known_rules.iter().map(|&id| id.to_owned()).collect(),
        read,
        way_out,
        seen: BTreeSet::new(),
        layers: Vec::new(),
    };
    loading.file(name.to_owned(), bytes)?;
    Ok(loading.layers)
}

struct Loading<'l, 'f> {
    origin: FileOrigin,
    known_rules: Vec<String>,
    read: &'l mut ReadExtended<'f>,
    way_out: &'static str,
    seen: BTreeSet<String>,
    layers: Vec<Layer>,
}

impl Loading<'_, '_> {
    fn file(&mut self, name: String, bytes: &[u8]) -> Result<(), LoadError> {
        // A file that two others extend counts once. A file that extends itself ends here, too.
        if !self.seen.insert(name.clone()) {
            return Ok(());
        }
        if self.seen.len() > MAX_FILES {
            let reason = format!("more than {MAX_FILES} files extend each other");
            return Err(self.extends_error(&name, reason));
        }
        // The extended files come first, so that this file can disable their rules.
        for path in extended_files(bytes) {
            let (other, content) =
                (self.read)(&name, &path).map_err(|reason| self.extends_error(&name, reason))?;
            self.file(other, &content)?;
        }
        let known: Vec<&str> = self.known_rules.iter().map(String::as_str).collect();
        let settings = parse(bytes, self.origin, &known).map_err(|error| FileError {
            name: name.clone(),
            error,
            way_out: self.way_out,
        })?;
        self.known_rules.extend(settings.rules.iter().map(|rule| rule.id.to_string()));
        self.layers.push(Layer { name, origin: self.origin, settings });
        Ok(())
    }

    fn extends_error(&self, name: &str, reason: String) -> LoadError {
        let help = if self.way_out.is_empty() { "fix the path in `extends`" } else { self.way_out };
        LoadError::Extends { name: name.to_owned(), reason, help: help.to_owned() }
    }
}
