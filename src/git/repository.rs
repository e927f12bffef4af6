//! The parts of a repository on disk, found as git finds them, but without running git and for any owner.
//!
//! Only the layout is read: no ref, no index, no object. Global settings of git have no influence.
//! Layout: git's documentation, `gitrepository-layout` and `git` (environment variables).

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use miette::Diagnostic;
use thiserror::Error;

use super::config::LocalConfig;
use super::environment::GitEnvironment;
use super::files::read_regular;
use super::oid::ObjectFormat;
use super::path_bytes::os_string;

/// Why no repository was found, or why it cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum DiscoverError {
    /// There is no repository.
    #[error("{} is not in a git repository", .0.display())]
    #[diagnostic(
        code(skant::git::not_a_repository),
        help("run skant inside a repository, or name files with `skant scan PATH`")
    )]
    NotARepository(PathBuf),
    /// A file of the repository cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    #[diagnostic(code(skant::git::unreadable), help("check the permissions"))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A file of the repository has a content that is not supported.
    #[error("{}: {message}", path.display())]
    #[diagnostic(code(skant::git::invalid), help("{help}"))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The mistake.
        message: String,
        /// The remedy.
        help: &'static str,
    },
}

/// The storage of a repository's refs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefStorage {
    /// Loose files and `packed-refs`.
    Files,
    /// `extensions.refStorage = reftable`.
    Reftable,
}

/// The parts of a repository.
#[derive(Clone, Debug)]
pub struct Repository {
    /// `.git`, or the folder that the `.git` file of a linked worktree or submodule points to.
    pub git_dir: PathBuf,
    /// The folder that all worktrees share; equal to `git_dir` in the main worktree.
    pub common_dir: PathBuf,
    /// The top of the working tree; `None` in a bare repository.
    pub work_tree: Option<PathBuf>,
    /// The format of object names.
    pub format: ObjectFormat,
    /// The storage of the refs.
    pub ref_storage: RefStorage,
    /// The object folders: the first is written to, the others may hold more objects.
    pub object_dirs: Vec<PathBuf>,
    /// The index.
    pub index_file: PathBuf,
    /// Whether the clone is partial: a remote may hold objects that are missing here.
    pub is_partial: bool,
    /// Whether the repository belongs to another user.
    pub has_other_owner: bool,
}

impl Repository {
    /// Finds the repository that the environment names, or else the one that contains `start`.
    ///
    /// # Errors
    /// Returns an error if there is no repository, or if one of its files cannot be read or is not supported.
    pub fn discover(start: &Path, environment: &GitEnvironment) -> Result<Self, DiscoverError> {
        if let Some(git_dir) = &environment.git_dir {
            let git_dir =
                resolve_dot_git(git_dir)?.ok_or_else(|| DiscoverError::NotARepository(git_dir.clone()))?;
            let work_tree = environment.work_tree.clone();
            return Self::open(git_dir, work_tree.or_else(|| env::current_dir().ok()), true, environment);
        }
        let start = fs::canonicalize(start)
            .map_err(|source| DiscoverError::Unreadable { path: start.to_path_buf(), source })?;
        for folder in start.ancestors() {
            if let Some(git_dir) = resolve_dot_git(&folder.join(".git"))? {
                return Self::open(git_dir, Some(folder.to_path_buf()), false, environment);
            }
            if is_git_dir(folder) {
                return Self::open(folder.to_path_buf(), None, false, environment);
            }
        }
        Err(DiscoverError::NotARepository(start))
    }

    /// Opens the repository whose working tree has its top at `top`; returns `None` if there is no such repository.
    ///
    /// # Errors
    /// Returns an error if a file of the repository cannot be read or is not supported.
    pub fn open_at(top: &Path) -> Result<Option<Self>, DiscoverError> {
        match resolve_dot_git(&top.join(".git"))? {
            Some(git_dir) => {
                let found = Self::open(git_dir, None, false, &GitEnvironment::default())?;
                // `core.worktree` may name another folder; the caller wants the files of this one.
                Ok(Some(Self { work_tree: Some(top.to_path_buf()), ..found }))
            }
            None => Ok(None),
        }
    }

    /// Opens a git folder as a bare repository.
    ///
    /// # Errors
    /// Returns an error if it is not a git folder, or if one of its files cannot be read or is not supported.
    pub fn open_git_dir(git_dir: &Path) -> Result<Self, DiscoverError> {
        if !is_git_dir(git_dir) {
            return Err(DiscoverError::NotARepository(git_dir.to_path_buf()));
        }
        let found = Self::open(git_dir.to_path_buf(), None, false, &GitEnvironment::default())?;
        Ok(Self { work_tree: None, ..found })
    }

    fn open(
        git_dir: PathBuf,
        work_tree: Option<PathBuf>,
        is_from_environment: bool,
        environment: &GitEnvironment,
    ) -> Result<Self, DiscoverError> {
        let common_dir = match &environment.common_dir {
            Some(dir) if is_from_environment => dir.clone(),
            _ => read_common_dir(&git_dir)?,
        };
        let config_path = common_dir.join("config");
        let config = LocalConfig::parse(&read_or_empty(&config_path)?);
        let invalid = |message: String| DiscoverError::Invalid {
            path: config_path.clone(),
            message,
            help: "a newer skant may know it",
        };
        check_layout(&config).map_err(invalid)?;
        let format = object_format(&config).map_err(invalid)?;
        let ref_storage = ref_storage(&config).map_err(invalid)?;
        // The settings of this worktree alone. Git reads extensions and formats from the common file only.
        let own_path = git_dir.join("config.worktree");
        let own = if config.is_true("extensions", "worktreeconfig") {
            LocalConfig::parse(&read_or_empty(&own_path)?)
        } else {
            LocalConfig::default()
        };
        let layout = config.clone().followed_by(own);
        // The common file describes the main worktree, unless each worktree has its own file.
        let is_linked = git_dir != common_dir && !config.is_true("extensions", "worktreeconfig");
        let work_tree = if environment.work_tree.is_some() && is_from_environment {
            work_tree
        } else if let Some(path) = layout.get("core", "worktree").filter(|_| !is_linked) {
            Some(git_dir.join(path))
        } else {
            work_tree.filter(|_| is_linked || !layout.is_true("core", "bare"))
        };
        let is_partial = config.get("extensions", "partialclone").is_some()
            || layout.is_true_in_any("remote.", "promisor");
        Ok(Self {
            index_file: match &environment.index_file {
                Some(file) => resolve_index_file(work_tree.as_deref(), file),
                None => git_dir.join("index"),
            },
            has_other_owner: has_other_owner(work_tree.as_deref().unwrap_or(&git_dir)),
            object_dirs: environment.object_dirs(&common_dir),
            git_dir,
            common_dir,
            work_tree,
            format,
            ref_storage,
            is_partial,
        })
    }
}

/// Extensions that this reader handles, or that do not change where anything is.
const EXTENSIONS: [&str; 10] = [
    "noop",
    "noop-v1",
    "preciousobjects",
    "partialclone",
    "worktreeconfig",
    "objectformat",
    "compatobjectformat",
    "refstorage",
    "relativeworktrees",
    "submodulepathconfig",
];

/// Rejects a repository that git would reject. In an unknown layout, objects could be in a folder that is not read.
fn check_layout(config: &LocalConfig) -> Result<(), String> {
    let version = config.get("core", "repositoryformatversion").unwrap_or("0");
    let reason = match version.trim() {
        "0" => return Ok(()),
        "1" => match config.keys("extensions").find(|key| !EXTENSIONS.contains(key)) {
            None => return Ok(()),
            Some(key) => format!("the repository has an extension that is not known, {key}"),
        },
        _ => "the repository's format is newer than version 1".to_owned(),
    };
    Err(reason)
}

fn object_format(config: &LocalConfig) -> Result<ObjectFormat, String> {
    match config.get("extensions", "objectformat") {
        None | Some("sha1") => Ok(ObjectFormat::Sha1),
        Some("sha256") => Ok(ObjectFormat::Sha256),
        Some(_) => Err("extensions.objectFormat is neither sha1 nor sha256".into()),
    }
}

fn ref_storage(config: &LocalConfig) -> Result<RefStorage, String> {
    match config.get("extensions", "refstorage") {
        None | Some("files") => Ok(RefStorage::Files),
        Some("reftable") => Ok(RefStorage::Reftable),
        Some(_) => Err("extensions.refStorage is neither files nor reftable".into()),
    }
}

/// Resolves the index that the environment names. Git changes to the top of the working tree before it opens the
/// index, so a relative path starts there if the process is inside of the working tree.
fn resolve_index_file(work_tree: Option<&Path>, path: &Path) -> PathBuf {
    let top = work_tree.and_then(|top| fs::canonicalize(top).ok());
    let top = top.filter(|top| env::current_dir().is_ok_and(|folder| folder.starts_with(top)));
    top.map_or_else(|| path.to_path_buf(), |top| top.join(path))
}

/// Returns the git folder of a `.git`, which may be the folder itself or a file that points to it; `None` if the path
/// is neither.
fn resolve_dot_git(path: &Path) -> Result<Option<PathBuf>, DiscoverError> {
    let Ok(metadata) = fs::metadata(path) else { return Ok(None) };
    if metadata.is_dir() {
        return Ok(is_git_dir(path).then(|| path.to_path_buf()));
    }
    if !metadata.is_file() || metadata.len() > 64 * 1024 {
        return Ok(None);
    }
    let content = read_or_empty(path)?;
    let Some(target) = content.strip_prefix(b"gitdir: ") else { return Ok(None) };
    let target = path.parent().unwrap_or(Path::new(".")).join(parse_path_line(target));
    if is_git_dir(&target) {
        return Ok(Some(target));
    }
    Err(DiscoverError::Invalid {
        path: path.to_path_buf(),
        message: "it points to a git folder that is not there".into(),
        help: "repair it with `git worktree repair` or `git submodule update`",
    })
}

fn is_git_dir(path: &Path) -> bool {
    fs::symlink_metadata(path.join("HEAD")).is_ok()
        && (path.join("commondir").is_file() || (path.join("objects").is_dir() && path.join("refs").exists()))
}

fn read_common_dir(git_dir: &Path) -> Result<PathBuf, DiscoverError> {
    let content = read_or_empty(&git_dir.join("commondir"))?;
    Ok(if content.is_empty() { git_dir.to_path_buf() } else { git_dir.join(parse_path_line(&content)) })
}

fn read_or_empty(path: &Path) -> Result<Vec<u8>, DiscoverError> {
    match read_regular(path) {
        Ok(content) => Ok(content),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(DiscoverError::Unreadable { path: path.to_path_buf(), source }),
    }
}

fn parse_path_line(line: &[u8]) -> PathBuf {
    let end = line.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |at| at + 1);
    PathBuf::from(os_string(&line[..end]))
}

#[cfg(unix)]
fn has_other_owner(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.uid() != rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn has_other_owner(_path: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create_git_dir(path: &Path) {
        fs::create_dir_all(path.join("objects")).unwrap();
        fs::create_dir_all(path.join("refs")).unwrap();
        fs::write(path.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    }

    fn discover(start: &Path) -> Result<Repository, DiscoverError> {
        Repository::discover(start, &GitEnvironment::default())
    }

    #[test]
    fn repository_is_found_from_a_subfolder_and_through_a_git_file() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        create_git_dir(&root.join("main/.git"));
        fs::create_dir_all(root.join("main/a/b")).unwrap();
        let found = discover(&root.join("main/a/b")).unwrap();
        assert_eq!(found.work_tree.as_deref(), Some(root.join("main").as_path()));
        assert_eq!((found.format, found.ref_storage), (ObjectFormat::Sha1, RefStorage::Files));

        fs::create_dir_all(root.join("linked")).unwrap();
        fs::write(root.join("linked/.git"), "gitdir: ../main/.git\n").unwrap();
        let linked = Repository::open_at(&root.join("linked")).unwrap().unwrap();
        assert_eq!(linked.git_dir, root.join("linked/../main/.git"));
        fs::write(root.join("linked/.git"), "gitdir: ../gone\n").unwrap();
        assert!(Repository::open_at(&root.join("linked")).unwrap_err().to_string().contains("not there"));
    }

    #[test]
    fn folder_without_repository_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        let error = discover(root.path()).unwrap_err().to_string();
        assert!(error.contains("is not in a git repository"), "{error}");
        assert!(Repository::open_at(root.path()).unwrap().is_none());
    }

    #[test]
    fn bare_repository_has_no_working_tree_and_an_unknown_format_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        create_git_dir(root.path());
        fs::write(root.path().join("config"), "[core]\nbare = true\n[extensions]\nobjectFormat = sha256\n")
            .unwrap();
        let bare = discover(root.path()).unwrap();
        assert_eq!((bare.work_tree, bare.format), (None, ObjectFormat::Sha256));
        fs::write(root.path().join("config"), "[extensions]\nobjectFormat = sha3\n").unwrap();
        let error = discover(root.path()).unwrap_err().to_string();
        assert!(error.contains("neither sha1 nor sha256"), "{error}");
    }

    #[test]
    fn settings_of_the_worktree_count_only_with_the_extension() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        let git_dir = root.join(".git");
        create_git_dir(&git_dir);
        fs::write(git_dir.join("config.worktree"), "[core]\nbare = false\nworktree = ../other\n").unwrap();
        for (extension, expected) in [
            ("", None),
            ("[extensions]\nworktreeConfig = false\n", None),
            ("[extensions]\nworktreeConfig = true\n", Some(git_dir.join("../other"))),
            ("[extensions]\nworktreeConfig\n", Some(git_dir.join("../other"))),
        ] {
            fs::write(git_dir.join("config"), format!("[core]\nbare = true\n{extension}")).unwrap();
            assert_eq!(discover(&root).unwrap().work_tree, expected, "{extension}");
        }
    }

    #[test]
    fn clone_with_a_promisor_remote_is_partial() {
        let root = tempfile::tempdir().unwrap();
        create_git_dir(root.path());
        for (value, is_partial) in [("true", true), ("yes", true), ("1", true), ("no", false)] {
            let config = format!("[remote \"origin\"]\n\tpromisor = {value}\n");
            fs::write(root.path().join("config"), config).unwrap();
            assert_eq!(discover(root.path()).unwrap().is_partial, is_partial, "{value}");
        }
    }
}
