//! Errors that prevent a scan from starting. Anything that fails later is a problem in the report.

use miette::Diagnostic;
use thiserror::Error;

use crate::git::{DiscoverError, OpenError, RefError};
use crate::source::range::RangeError;
use crate::source::staged::StagedError;

/// Why a scan could not start.
#[derive(Debug, Error, Diagnostic)]
pub enum ScanError {
    /// There is no repository, or it cannot be understood.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Discover(#[from] DiscoverError),
    /// The object database cannot be opened.
    #[error(transparent)]
    #[diagnostic(transparent)]
    ObjectDatabase(#[from] OpenError),
    /// The refs cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refs(#[from] RefError),
    /// The index cannot be compared with HEAD.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Staged(#[from] StagedError),
    /// The range cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Range(#[from] RangeError),
}
