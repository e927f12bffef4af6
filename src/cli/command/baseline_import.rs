//! What a baseline of detect-secrets knows of what is found here: its hashes are held against the values in the files.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use crate::cli::Failure;
use crate::finding::{Finding, LocationKind};
use crate::policy::DetectSecretsBaseline;
use crate::secret::Secret;
use crate::text::escape_path;

/// The values that are known, and the files that they stand in.
pub(crate) struct Imported {
    known: DetectSecretsBaseline,
    /// Each file's name as it is written, by the path that a report shows.
    names: HashMap<String, String>,
    top: PathBuf,
}

impl Imported {
    /// Reads the file that the user names.
    pub(crate) fn read(path: &Path, top: &Path) -> Result<Self, Failure> {
        let failed =
            |said: &str| Failure(format!("{}: {said}; `--from` takes a `.secrets.baseline`", path.display()));
        let mut bytes = Vec::new();
        let read = File::open(path)
            .and_then(|file| file.take(DetectSecretsBaseline::MAX_BYTES + 1).read_to_end(&mut bytes));
        read.map_err(|error| failed(&format!("cannot read it: {error}")))?;
        if bytes.len() as u64 > DetectSecretsBaseline::MAX_BYTES {
            return Err(failed("it is too large"));
        }
        let known = DetectSecretsBaseline::parse(&bytes).map_err(failed)?;
        // Nothing outside of the tree is looked at, whatever the file names.
        let is_inside =
            |name: &&str| Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        let names = known
            .paths()
            .filter(is_inside)
            .map(|name| (escape_path(name.as_bytes()), name.to_owned()))
            .collect();
        Ok(Self { known, names, top: top.to_path_buf() })
    }

    /// How many values it names.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether it knows the value of a finding at one of its places.
    pub(crate) fn knows(&self, finding: &Finding) -> bool {
        // What was decoded stands in no file as it is.
        let plain =
            finding.locations.iter().filter(|place| place.kind == LocationKind::File && place.via.is_empty());
        plain.into_iter().any(|place| {
            let Some(name) = self.names.get(&place.path) else { return false };
            let Ok(content) = std::fs::read(self.top.join(name)) else { return false };
            content
                .get(place.bytes.0..place.bytes.1)
                .is_some_and(|value| self.known.contains(name, &Secret::new(value)))
        })
    }
}
