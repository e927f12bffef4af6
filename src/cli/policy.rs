//! Where settings come from: the user's own file, the repository's, what `--config` names, and the command line. What
//! is read later is more to be trusted.

use std::path::{Path, PathBuf};

use crate::cli::args::Common;
use crate::cli::error::Failure;
use crate::finding::{Problem, ProblemKind};
use crate::git::{Oid, Repository};
use crate::policy;
use crate::policy::repo_files::{BASELINE_FILE, PolicyFiles, SETTINGS_FILES, TreeVersion, resolve_reference};
use crate::policy::suppress::PolicyOrigin;
use crate::policy::suppress::baseline::Baseline;
use crate::policy::{FileError, FileOrigin, Layer, LoadError, PathPatterns, Settings};
use crate::rules::RuleSet;

/// Whose policy counts.
#[derive(Clone, Debug)]
pub(crate) enum PolicyBase {
    /// The repository's own, as it is here.
    Repository(TreeVersion),
    /// The base revision's. Of what a change says itself only what names a value counts, or nothing of a stranger's;
    /// what it does to the policy is told.
    Base {
        /// The base; none where there is nothing yet.
        base: Option<Oid>,
        /// The change's versions.
        change: Vec<TreeVersion>,
        /// Whether the change's author is one of us.
        origin: PolicyOrigin,
    },
}

impl PolicyBase {
    /// A base and the tips of the change that is held to it; without any, what is checked out.
    pub(crate) fn for_change(base: Option<Oid>, tips: &[Oid], origin: PolicyOrigin) -> Self {
        let change = if tips.is_empty() {
            vec![TreeVersion::Worktree]
        } else {
            tips.iter().copied().map(TreeVersion::Commit).collect()
        };
        Self::Base { base, change, origin }
    }
}

/// All settings, and where each came from.
#[derive(Default)]
pub(crate) struct LoadedPolicy {
    pub(crate) layers: Vec<Layer>,
    /// What of the files of other tools does not translate.
    pub(crate) untranslated: Vec<String>,
    /// How the change weakens the policy.
    pub(crate) weakened: Vec<String>,
    pub(crate) origin: PolicyOrigin,
    /// Whether a file of settings lies in the folder, and there is no repository whose it would be.
    pub(crate) has_ignored_settings_file: bool,
    /// What the change brings, where the base's policy counts.
    change: Option<Settings>,
}

/// Said of a file of settings outside of repositories.
pub(crate) const NO_REPOSITORY: &str =
    "`skant.toml` is read in a repository only, and this folder is in none; `--config skant.toml` reads it";

/// Longer lists are cut.
const MOST_TOLD: usize = 20;

impl LoadedPolicy {
    /// Reads all files.
    pub(crate) fn read(
        common: &Common,
        repository: Option<&Repository>,
        ground: &PolicyBase,
    ) -> Result<Self, Failure> {
        let mut gathered = Self::default();
        if let Some(path) = user_settings_file()
            && path.is_file()
        {
            gathered.outside(&path)?;
        }
        gathered.has_ignored_settings_file = repository.is_none()
            && !common.no_repo_config
            && common.config.is_none()
            && SETTINGS_FILES.iter().any(|name| Path::new(name).is_file());
        let repository = repository.filter(|_| !common.no_repo_config);
        if let Some(repository) = repository {
            gathered.own(repository, ground)?;
        }
        if let Some(path) = &common.config {
            gathered.outside(path)?;
        }
        if let Some(repository) = repository {
            gathered.gitleaks(repository, ground)?;
        }
        let exclude = PathPatterns::new(&common.exclude)
            .map_err(|error| Failure(format!("--exclude: {error}; patterns are as in ignore files")))?;
        if !exclude.is_empty() {
            let settings = Settings { exclude, ..Settings::default() };
            gathered.layers.push(Layer { name: "--exclude".to_owned(), settings });
        }
        Ok(gathered)
    }

    /// One for all.
    pub(crate) fn settings(&self) -> Settings {
        let layers = self.layers.iter().map(|layer| layer.settings.clone());
        self.with_change(layers.fold(Settings::default(), Settings::merged_with))
    }

    /// The same where nothing else is asked of them.
    pub(crate) fn into_settings(mut self) -> Settings {
        let layers = std::mem::take(&mut self.layers).into_iter().map(|layer| layer.settings);
        let settings = layers.fold(Settings::default(), Settings::merged_with);
        self.with_change(settings)
    }

    fn with_change(&self, settings: Settings) -> Settings {
        match &self.change {
            Some(change) if self.origin == PolicyOrigin::Change => policy::restrict_to_base(settings, change),
            _ => settings,
        }
    }

    /// What a report says of the policy itself.
    pub(crate) fn notes(&self) -> Vec<Problem> {
        let note = |kind, message| Problem { kind, path: None, message };
        let mut notes = Vec::new();
        if self.has_ignored_settings_file {
            notes.push(note(ProblemKind::LeftOut, NO_REPOSITORY.to_owned()));
        }
        if !self.untranslated.is_empty() {
            let message = format!(
                "{} in the files for gitleaks do not translate; `skant config check` lists them",
                crate::report::human::counted(self.untranslated.len(), "thing")
            );
            notes.push(note(ProblemKind::LeftOut, message));
        }
        let told = self.weakened.iter().take(MOST_TOLD);
        notes.extend(told.map(|said| note(ProblemKind::PolicyChange, format!("this change {said}"))));
        if let Some(more @ 1..) = self.weakened.len().checked_sub(MOST_TOLD) {
            let message = format!("this change weakens the policy in {more} more ways");
            notes.push(note(ProblemKind::PolicyChange, message));
        }
        notes
    }

    fn known(&self) -> Vec<String> {
        let rules = RuleSet::builtin();
        let built_in = rules.rules().iter().map(|rule| rule.id.to_string());
        let own = self.layers.iter().flat_map(|layer| &layer.settings.rules);
        built_in.chain(own.map(|rule| rule.id.to_string())).collect()
    }

    /// A file of the user's, and those that it builds on.
    fn outside(&mut self, path: &Path) -> Result<(), Failure> {
        let bytes = std::fs::read(path).map_err(|error| {
            Failure(format!(
                "cannot read {}: {error}; `--config` takes a file such as `skant.toml`",
                path.display()
            ))
        })?;
        let mut follow = |from: &str, name: &str| {
            let path = Path::new(from).parent().unwrap_or(Path::new("")).join(name);
            let shown = path.display().to_string();
            std::fs::read(&path)
                .map(|bytes| (shown.clone(), bytes))
                .map_err(|error| format!("{shown}: {error}"))
        };
        self.add(&path.display().to_string(), &bytes, FileOrigin::User, &mut follow, "mend it")
    }

    fn add(
        &mut self,
        name: &str,
        bytes: &[u8],
        origin: FileOrigin,
        follow: &mut policy::ReadReferenced<'_>,
        help: &str,
    ) -> Result<(), Failure> {
        let known = self.known();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let layers = policy::load(name, bytes, origin, &known, follow).map_err(|error| {
            let underlined = match &error {
                LoadError::File(FileError { error, .. }) => error.underlined(),
                LoadError::Extends { .. } => None,
            };
            let underlined = underlined.map(|text| format!("\n{text}")).unwrap_or_default();
            Failure(format!("{error}; {help}{underlined}"))
        })?;
        self.layers.extend(layers);
        Ok(())
    }

    fn own(&mut self, repository: &Repository, ground: &PolicyBase) -> Result<(), Failure> {
        match ground {
            PolicyBase::Repository(version) => self.version(repository, *version),
            PolicyBase::Base { base, change, origin } => {
                self.origin = *origin;
                let outside = std::mem::take(&mut self.layers);
                if let Some(base) = base {
                    self.version(repository, TreeVersion::Commit(*base))?;
                }
                let mut changed = Self::default();
                for version in change {
                    let mut one = Self::default();
                    one.version(repository, *version)?;
                    changed.layers.extend(one.layers);
                }
                let (base, change) = (self.settings(), changed.settings());
                self.weakened = policy::find_weakenings(&base, &change);
                self.change = Some(change);
                self.layers.splice(0..0, outside);
                Ok(())
            }
        }
    }

    /// The repository's files of one version.
    fn version(&mut self, repository: &Repository, version: TreeVersion) -> Result<(), Failure> {
        let files = PolicyFiles::new(repository, version);
        if let Some((name, bytes)) = files.settings()? {
            let mut follow = |from: &str, name: &str| {
                let path = resolve_reference(from, name)?;
                match files.read(&path) {
                    Ok(Some(bytes)) => Ok((path, bytes)),
                    Ok(None) => Err("there is no such file in the tree".to_owned()),
                    Err(error) => Err(error.to_string()),
                }
            };
            let help = "mend it, or use `--no-repo-config`";
            self.add(name, &bytes, FileOrigin::Repository, &mut follow, help)?;
        }
        if let Some(bytes) = files.read(BASELINE_FILE)? {
            let baseline = Baseline::parse(&bytes).map_err(|error| {
                Failure(format!("{BASELINE_FILE}: {error}; mend it, or use `--no-repo-config`"))
            })?;
            let settings = Settings { allow: baseline.suppressions(), ..Settings::default() };
            self.layers.push(Layer { name: BASELINE_FILE.to_owned(), settings });
        }
        Ok(())
    }

    /// The files for gitleaks, where some file says that they count. They name no values, so of a change they never
    /// do.
    fn gitleaks(&mut self, repository: &Repository, ground: &PolicyBase) -> Result<(), Failure> {
        let version = match ground {
            PolicyBase::Repository(version) => *version,
            PolicyBase::Base { base: Some(base), .. } => TreeVersion::Commit(*base),
            PolicyBase::Base { base: None, .. } => return Ok(()),
        };
        if !self.layers.iter().any(|layer| layer.settings.gitleaks) {
            return Ok(());
        }
        let files = PolicyFiles::new(repository, version);
        let toml = files.read(".gitleaks.toml")?.map(|bytes| {
            policy::parse_gitleaks_toml(&bytes, FileOrigin::Repository)
                .map_err(|error| Failure(format!(".gitleaks.toml: {error}; mend it, or take `gitleaks` out")))
        });
        let ignore = files.read(".gitleaksignore")?.map(|bytes| policy::parse_gitleaks_ignore(&bytes));
        for (name, imported) in [(".gitleaks.toml", toml.transpose()?), (".gitleaksignore", ignore)] {
            let Some(mut imported) = imported else { continue };
            let known = self.known();
            imported.settings.rules.retain(|rule| !known.iter().any(|id| *id == rule.id));
            self.untranslated.extend(imported.untranslated.iter().map(|said| format!("{name}: {said}")));
            self.layers.push(Layer { name: name.to_owned(), settings: imported.settings });
        }
        Ok(())
    }
}

/// The user's own file, for all repositories.
pub(crate) fn user_settings_file() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) { folder("APPDATA") } else { folder("XDG_CONFIG_HOME") };
    let base = base.or_else(|| folder("HOME").map(|home| home.join(".config")))?;
    Some(base.join("skant").join("skant.toml"))
}
