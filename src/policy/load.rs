//! Reads the policy of a run from all its files: the user's own, the repository's, the file of `--config`, and the
//! patterns of `--exclude`. A later file is more trusted.
//!
//! Knows no command line: the caller passes [`PolicyInputs`]. Parsing is done in `format` and `suppress`.

use std::path::Path;

use jiff::Timestamp;
use miette::Diagnostic;
use thiserror::Error;

use crate::finding::{Confidence, Problem, ProblemKind};
use crate::git::{Oid, Repository};
use crate::policy::clock;
use crate::policy::format::gitleaks::{Imported, parse_ignore_file, parse_toml_file};
use crate::policy::layers::{ReadExtended, load_layers};
use crate::policy::repo_files::{
    BASELINE_FILE, PolicyFileError, PolicyFiles, SETTINGS_FILES, TreeVersion, WITHOUT_FILES,
    resolve_reference,
};
use crate::policy::suppress::baseline::{Baseline, BaselineError};
use crate::policy::suppress::{CommentPolicy, PolicyOrigin};
use crate::policy::user_file::UserFile;
use crate::policy::{
    FileError, FileOrigin, Incomplete, Layer, LoadError, PathPatterns, PatternError, Policy, Settings,
    Suppressions, find_weakenings, restrict_to_base,
};
use crate::rules::RuleSet;

/// The revision whose policy applies.
#[derive(Clone, Debug)]
pub(crate) enum PolicyBase {
    /// The repository's own files, in this version.
    Repository(TreeVersion),
    /// The files of a base revision. Of the files of the change only suppressions by fingerprint apply, and none if the
    /// author is untrusted. A note reports how the change weakens the policy.
    Revision {
        /// The base; `None` for a repository without a commit yet.
        base: Option<Oid>,
        /// The versions of the change.
        change: Vec<TreeVersion>,
        /// The author of the change.
        origin: PolicyOrigin,
    },
}

impl PolicyBase {
    /// Returns the base of a change with these tips. A change without a tip is what is checked out.
    #[must_use]
    pub(crate) fn for_change(base: Option<Oid>, tips: &[Oid], origin: PolicyOrigin) -> Self {
        let change = if tips.is_empty() {
            vec![TreeVersion::Worktree]
        } else {
            tips.iter().copied().map(TreeVersion::Commit).collect()
        };
        Self::Revision { base, change, origin }
    }
}

/// Where the policy of a run is.
#[derive(Clone, Debug)]
pub(crate) struct PolicyInputs<'i> {
    /// The settings file of the user, for all repositories.
    pub user_file: UserFile,
    /// The settings file of `--config`.
    pub config_file: Option<&'i Path>,
    /// The patterns of `--exclude`.
    pub exclude: &'i [String],
    /// The scanned repository, if there is one.
    pub repository: Option<&'i Repository>,
    /// Whether the repository's own files apply; `false` with `--no-repo-config`.
    pub use_repository_files: bool,
    /// The revision whose files apply.
    pub base: &'i PolicyBase,
}

/// What the command line sets on top of all files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PolicyOptions {
    /// The lowest confidence that is reported, instead of that of the settings.
    pub min_confidence: Option<Confidence>,
    /// Whether suppressions apply.
    pub suppressions: Suppressions,
    /// What an incomplete scan means.
    pub incomplete: Incomplete,
}

/// A policy that cannot be read.
#[derive(Debug, Error, Diagnostic)]
pub enum PolicyError {
    /// A settings file outside of the repository cannot be read.
    #[error("cannot read {path}: {reason}")]
    #[diagnostic(code(skant::config::unreadable), help("`--config` takes a file such as `skant.toml`"))]
    Unreadable {
        /// The path.
        path: String,
        /// The error of the read.
        reason: String,
    },
    /// A settings file has an error.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Settings(#[from] LoadError),
    /// A file of the repository cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    PolicyFile(#[from] PolicyFileError),
    /// The baseline has an error.
    #[error("{BASELINE_FILE}: {error}")]
    #[diagnostic(
        code(skant::baseline::line), help("{}; or use `--no-repo-config`", error.advice())
    )]
    Baseline {
        /// The error.
        error: BaselineError,
    },
    /// A pattern of `--exclude` cannot be used.
    #[error("--exclude: {error}")]
    #[diagnostic(code(skant::config::invalid_pattern), help("{}", error_help(error)))]
    Exclude {
        /// The error.
        error: PatternError,
    },
}

fn error_help(error: &dyn Diagnostic) -> String {
    error.help().map(|help| help.to_string()).unwrap_or_default()
}

/// The settings of all files, and where each is from.
#[derive(Default)]
pub(crate) struct LoadedPolicy {
    /// The settings of each file; a later one is more trusted.
    pub layers: Vec<Layer>,
    /// What the gitleaks files have that does not translate, in words.
    pub untranslated: Vec<String>,
    /// How the change weakens the policy, in words.
    pub weakenings: Vec<String>,
    /// The author of the change.
    pub origin: PolicyOrigin,
    /// Whether the folder has a settings file that is not read, because there is no repository.
    pub has_ignored_settings_file: bool,
    /// Whether a settings file is where the user's own would be, but may be the repository's and is not read.
    pub has_untrusted_user_file: bool,
    /// The settings of the change, where the policy of a base applies.
    change: Option<Settings>,
}

/// The note about a settings file outside of a repository.
pub(crate) const NO_REPOSITORY: &str =
    "`skant.toml` is read in a repository only, and this folder is in none; `--config skant.toml` reads it";

/// The note about a settings file of the user inside of the repository.
pub(crate) const UNTRUSTED_USER_FILE: &str = "the settings file of the user was not read: `HOME` or \
     `XDG_CONFIG_HOME` leads into the scanned repository, or is a relative path; `--config` reads the file";

/// The most weakenings that a report lists.
const MAX_LISTED: usize = 20;

impl LoadedPolicy {
    /// Reads all files.
    ///
    /// # Errors
    /// A file cannot be read or has an error.
    pub(crate) fn read(inputs: &PolicyInputs<'_>) -> Result<Self, PolicyError> {
        let mut loaded = Self::default();
        match &inputs.user_file {
            UserFile::At(path) if path.is_file() => loaded.add_outside_file(path)?,
            UserFile::Untrusted(path) if path.is_file() => loaded.has_untrusted_user_file = true,
            _ => {}
        }
        loaded.has_ignored_settings_file = inputs.repository.is_none()
            && inputs.use_repository_files
            && inputs.config_file.is_none()
            && SETTINGS_FILES.iter().any(|name| Path::new(name).is_file());
        let repository = inputs.repository.filter(|_| inputs.use_repository_files);
        if let Some(repository) = repository {
            loaded.add_repository(repository, inputs.base)?;
        }
        if let Some(path) = inputs.config_file {
            loaded.add_outside_file(path)?;
        }
        if let Some(repository) = repository {
            loaded.add_gitleaks_files(repository, inputs.base)?;
        }
        let exclude = PathPatterns::new(inputs.exclude).map_err(|error| PolicyError::Exclude { error })?;
        if !exclude.is_empty() {
            let settings = Settings { exclude, ..Settings::default() };
            loaded.layers.push(Layer::of_user("--exclude", settings));
        }
        Ok(loaded)
    }

    /// Merges the settings of all files.
    #[must_use]
    pub(crate) fn settings(&self) -> Settings {
        let layers = self.layers.iter().map(|layer| layer.settings.clone());
        self.restricted(layers.fold(Settings::default(), Settings::merged_with))
    }

    /// Makes the policy of a scan that runs at `now`.
    #[must_use]
    pub(crate) fn into_policy(mut self, options: PolicyOptions, now: Timestamp) -> Policy {
        let notes = self.notes();
        let (user_exclude, user_contexts) = Layer::paths_of_user(&self.layers);
        let layers = std::mem::take(&mut self.layers).into_iter().map(|layer| layer.settings);
        let settings = self.restricted(layers.fold(Settings::default(), Settings::merged_with));
        let plain = Policy::new(now);
        Policy {
            min_confidence: options
                .min_confidence
                .or(settings.min_confidence)
                .unwrap_or(plain.min_confidence),
            suppressions: options.suppressions,
            comments: CommentPolicy { origin: self.origin, gitleaks: settings.gitleaks },
            notes,
            incomplete: options.incomplete,
            settings,
            user_exclude,
            user_contexts,
            ..plain
        }
    }

    fn restricted(&self, settings: Settings) -> Settings {
        match &self.change {
            Some(change) if self.origin == PolicyOrigin::Change => restrict_to_base(settings, change),
            _ => settings,
        }
    }

    /// Returns the notes about the policy itself that every report has.
    #[must_use]
    pub(crate) fn notes(&self) -> Vec<Problem> {
        let note = |kind, message| Problem { kind, path: None, message };
        let mut notes = Vec::new();
        if self.has_ignored_settings_file {
            notes.push(note(ProblemKind::LeftOut, NO_REPOSITORY.to_owned()));
        }
        if self.has_untrusted_user_file {
            notes.push(note(ProblemKind::LeftOut, UNTRUSTED_USER_FILE.to_owned()));
        }
        let untranslated = match self.untranslated.len() {
            0 => None,
            1 => Some("1 entry of the files for gitleaks is not imported".to_owned()),
            number => Some(format!("{number} entries of the files for gitleaks are not imported")),
        };
        notes.extend(
            untranslated.map(|text| note(ProblemKind::LeftOut, format!("{text}; see `skant config check`"))),
        );
        let listed = self.weakenings.iter().take(MAX_LISTED);
        notes.extend(listed.map(|text| note(ProblemKind::PolicyChange, format!("this change {text}"))));
        if let Some(more @ 1..) = self.weakenings.len().checked_sub(MAX_LISTED) {
            let message = format!("this change weakens the policy in {more} more ways");
            notes.push(note(ProblemKind::PolicyChange, message));
        }
        notes
    }

    fn known_rules(&self) -> Vec<String> {
        let rules = RuleSet::builtin();
        let built_in = rules.rules().iter().map(|rule| rule.id.to_string());
        let own = self.layers.iter().flat_map(|layer| &layer.settings.rules);
        built_in.chain(own.map(|rule| rule.id.to_string())).collect()
    }

    /// Adds a settings file of the user and the files that it extends.
    fn add_outside_file(&mut self, path: &Path) -> Result<(), PolicyError> {
        let bytes = std::fs::read(path).map_err(|error| PolicyError::Unreadable {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
        let mut read = |from: &str, name: &str| {
            let path = Path::new(from).parent().unwrap_or(Path::new("")).join(name);
            let shown = path.display().to_string();
            std::fs::read(&path)
                .map(|bytes| (shown.clone(), bytes))
                .map_err(|error| format!("{shown}: {error}"))
        };
        self.add_file((&path.display().to_string(), &bytes), FileOrigin::User, &mut read, "")
    }

    fn add_file(
        &mut self,
        file: (&str, &[u8]),
        origin: FileOrigin,
        read: &mut ReadExtended<'_>,
        way_out: &'static str,
    ) -> Result<(), PolicyError> {
        let known = self.known_rules();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        self.layers.extend(load_layers(file, origin, &known, read, way_out)?);
        Ok(())
    }

    fn add_repository(&mut self, repository: &Repository, base: &PolicyBase) -> Result<(), PolicyError> {
        match base {
            PolicyBase::Repository(version) => self.add_version(repository, *version),
            PolicyBase::Revision { base, change, origin } => {
                self.origin = *origin;
                let user_layers = std::mem::take(&mut self.layers);
                let mut changed = Self::default();
                for version in change {
                    let mut one = Self::default();
                    one.add_version(repository, *version)?;
                    changed.layers.extend(one.layers);
                }
                // A commit without policy files weakens nothing, and hooks save the reading of the base.
                let is_plain = change[..] == [TreeVersion::Staged] && changed.layers.is_empty();
                if let Some(base) = base.filter(|_| !is_plain) {
                    self.add_version(repository, TreeVersion::Commit(base))?;
                }
                let (base, change) = (self.settings(), changed.settings());
                self.weakenings = find_weakenings(&base, &change);
                self.change = Some(change);
                self.layers.splice(0..0, user_layers);
                Ok(())
            }
        }
    }

    /// Adds the repository's settings and baseline of one version.
    fn add_version(&mut self, repository: &Repository, version: TreeVersion) -> Result<(), PolicyError> {
        let files = PolicyFiles::new(repository, version);
        if let Some((name, bytes)) = files.settings()? {
            let mut read = |from: &str, name: &str| {
                let path = resolve_reference(from, name)?;
                match files.read(&path) {
                    Ok(Some(bytes)) => Ok((path, bytes)),
                    Ok(None) => Err("there is no such file in the tree".to_owned()),
                    Err(error) => Err(error.to_string()),
                }
            };
            self.add_file((name, &bytes), FileOrigin::Repository, &mut read, WITHOUT_FILES)?;
        }
        if let Some(bytes) = files.read(BASELINE_FILE)? {
            let baseline = Baseline::parse(&bytes).map_err(|error| PolicyError::Baseline { error })?;
            let settings = Settings { allow: baseline.suppressions(), ..Settings::default() };
            self.layers.push(Layer::of_repository(BASELINE_FILE, settings));
        }
        Ok(())
    }

    /// Adds the files for gitleaks, if a settings file says that they apply. They name no values, so the files of a
    /// change never apply.
    fn add_gitleaks_files(&mut self, repository: &Repository, base: &PolicyBase) -> Result<(), PolicyError> {
        let version = match base {
            PolicyBase::Repository(version) => *version,
            PolicyBase::Revision { base: Some(base), .. } => TreeVersion::Commit(*base),
            PolicyBase::Revision { base: None, .. } => return Ok(()),
        };
        if !self.layers.iter().any(|layer| layer.settings.gitleaks) {
            return Ok(());
        }
        let files = PolicyFiles::new(repository, version);
        if let Some(bytes) = files.read(".gitleaks.toml")? {
            let name = ".gitleaks.toml";
            let imported = parse_toml_file(&bytes, FileOrigin::Repository).map_err(|error| {
                let way_out = "fix the file, or remove `gitleaks = true` from the settings";
                LoadError::File(FileError { name: name.to_owned(), error, way_out })
            })?;
            self.add_imported(name, imported);
        }
        if let Some(bytes) = files.read(".gitleaksignore")? {
            self.add_imported(".gitleaksignore", parse_ignore_file(&bytes));
        }
        Ok(())
    }

    fn add_imported(&mut self, name: &str, mut imported: Imported) {
        let known = self.known_rules();
        imported.settings.rules.retain(|rule| !known.iter().any(|id| *id == rule.id));
        self.untranslated.extend(imported.untranslated.iter().map(|text| format!("{name}: {text}")));
        self.layers.push(Layer::of_repository(name, imported.settings));
    }
}

impl Policy {
    /// Reads the policy of a repository from its working tree: `skant.toml` or `.github/skant.toml`, the files that it
    /// extends, and the baseline. The user's own settings are not read.
    ///
    /// # Errors
    /// A file cannot be read or has an error.
    pub fn of_repository(repository: &Repository) -> Result<Self, PolicyError> {
        let inputs = PolicyInputs {
            user_file: UserFile::Unset,
            config_file: None,
            exclude: &[],
            repository: Some(repository),
            use_repository_files: true,
            base: &PolicyBase::Repository(TreeVersion::Worktree),
        };
        let options = PolicyOptions {
            min_confidence: None,
            suppressions: Suppressions::Applied,
            incomplete: Incomplete::Fails,
        };
        Ok(LoadedPolicy::read(&inputs)?.into_policy(options, clock::now()))
    }
}
