//! The import of a detect-secrets baseline: it holds hashes, which are compared with the values in the files.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::finding::{Finding, LocationKind};
use crate::policy::DetectSecretsBaseline;
use crate::secret::Secret;
use crate::text::escape_path;

/// A file that cannot be imported.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum ImportError {
    #[error("cannot read {}: {source}", path.display())]
    #[diagnostic(code(skant::import::read), help("`--from` takes a `.secrets.baseline` of detect-secrets"))]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is larger than {} MiB", path.display(), DetectSecretsBaseline::MAX_BYTES >> 20)]
    #[diagnostic(code(skant::import::size), help("`--from` takes a `.secrets.baseline` of detect-secrets"))]
    TooLarge { path: PathBuf },
    #[error("{}: {reason}", path.display())]
    #[diagnostic(code(skant::import::format), help("`--from` takes a `.secrets.baseline` of detect-secrets"))]
    Format { path: PathBuf, reason: &'static str },
}

/// The hashes of known values, by the file that holds them.
pub(crate) struct Import {
    baseline: DetectSecretsBaseline,
    /// The name of each file in the baseline, by the path that a report shows.
    names: HashMap<String, String>,
    top: PathBuf,
}

impl Import {
    /// Reads the file that the user names.
    pub(crate) fn read(path: &Path, top: &Path) -> Result<Self, ImportError> {
        let shown = || path.to_path_buf();
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(DetectSecretsBaseline::MAX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|source| ImportError::Read { path: shown(), source })?;
        if bytes.len() as u64 > DetectSecretsBaseline::MAX_BYTES {
            return Err(ImportError::TooLarge { path: shown() });
        }
        let baseline = DetectSecretsBaseline::parse(&bytes)
            .map_err(|reason| ImportError::Format { path: shown(), reason })?;
        // Only files in the working tree are read, whatever the baseline names.
        let is_inside =
            |name: &&str| Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        let names = baseline
            .paths()
            .filter(is_inside)
            .map(|name| (escape_path(name.as_bytes()), name.to_owned()))
            .collect();
        Ok(Self { baseline, names, top: top.to_path_buf() })
    }

    /// Returns the number of values in the baseline.
    pub(crate) fn len(&self) -> usize {
        self.baseline.len()
    }

    /// Returns whether the baseline has the value of a finding at one of its locations.
    pub(crate) fn contains(&self, finding: &Finding) -> bool {
        // A decoded value is not in the file in this form.
        let plain = finding
            .locations
            .iter()
            .filter(|location| location.kind == LocationKind::File && location.via.is_empty());
        plain.into_iter().any(|location| {
            let Some(name) = self.names.get(&location.path) else { return false };
            let Ok(content) = std::fs::read(self.top.join(name)) else { return false };
            content
                .get(location.bytes.0..location.bytes.1)
                .is_some_and(|value| self.baseline.contains(name, &Secret::new(value)))
        })
    }
}
