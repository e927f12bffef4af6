//! Where a repository's parts lie: found as git finds them, without running git and whoever owns it.
//! Layout: git's documentation, `gitrepository-layout` and `git` (environment variables).

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use thiserror::Error;

use crate::git::alternates::folders_in;
use crate::git::oid::ObjectFormat;
use crate::git::{LocalConfig, open_regular};

/// No repository, or one that cannot be understood.
#[derive(Debug, Error)]
pub enum DiscoverError {
    /// There is none here.
    #[error("{} is not in a git repository; run skant inside one, or name files with `skant scan PATH`", .0.display())]
    NotARepository(PathBuf),
    /// A file of it cannot be read.
    #[error("cannot read {}: {source}; check the permissions", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of it says something unknown.
    #[error("{}: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
}

/// The environment variables by which git is told where things are.
#[derive(Clone, Debug, Default)]
pub struct GitEnvironment {
    git_dir: Option<PathBuf>,
    work_tree: Option<PathBuf>,
    common_dir: Option<PathBuf>,
    index_file: Option<PathBuf>,
    object_directory: Option<PathBuf>,
    alternates: Vec<PathBuf>,
}

impl GitEnvironment {
    /// Reads the variables of this process.
    #[must_use]
    pub fn from_process() -> Self {
        let path = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let alternates = env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
        let separator = if cfg!(windows) { b';' } else { b':' };
        Self {
            git_dir: path("GIT_DIR"),
            work_tree: path("GIT_WORK_TREE"),
            common_dir: path("GIT_COMMON_DIR"),
            index_file: path("GIT_INDEX_FILE"),
            object_directory: path("GIT_OBJECT_DIRECTORY"),
            alternates: folders_in(&path_bytes(Path::new(&alternates)), separator),
        }
    }
}

/// How refs are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefStorage {
    /// Loose files and `packed-refs`.
    Files,
    /// `extensions.refStorage = reftable`.
    Reftable,
}

/// A repository's parts.
#[derive(Clone, Debug)]
pub struct Repository {
    /// `.git`, or what a worktree's or submodule's `.git` file points to.
    pub git_dir: PathBuf,
    /// The folder that all worktrees share; the same as `git_dir` in the main one.
    pub common_dir: PathBuf,
    /// The top of the working tree; `None` in a bare repository.
    pub work_tree: Option<PathBuf>,
    /// What names objects.
    pub format: ObjectFormat,
    /// How refs are stored.
    pub ref_storage: RefStorage,
    /// Where objects are written, and where more may lie.
    pub object_dirs: Vec<PathBuf>,
    /// The index that git names.
    pub index_file: PathBuf,
    /// Whether a remote was left with some of the objects.
    pub is_partial: bool,
    /// Whether somebody else owns it.
    pub has_other_owner: bool,
}

impl Repository {
    /// Finds the repository that `start` is in, or the one that the environment names.
    ///
    /// # Errors
    /// There is none, or one of its files cannot be read or understood.
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

    /// Finds the repository whose working tree has its top at `top`, if there is one.
    ///
    /// # Errors
    /// One of its files cannot be read or understood.
    pub fn open_at(top: &Path) -> Result<Option<Self>, DiscoverError> {
        match resolve_dot_git(&top.join(".git"))? {
            Some(git_dir) => {
                let found = Self::open(git_dir, None, false, &GitEnvironment::default())?;
                // Wherever its settings say that its working tree is: it is asked for what is here.
                Ok(Some(Self { work_tree: Some(top.to_path_buf()), ..found }))
            }
            None => Ok(None),
        }
    }

    /// The repository whose git folder this is, as if it were bare.
    ///
    /// # Errors
    /// It is none, or one of its files cannot be read or understood.
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
        from_environment: bool,
        environment: &GitEnvironment,
    ) -> Result<Self, DiscoverError> {
        let common_dir = match &environment.common_dir {
            Some(dir) if from_environment => dir.clone(),
            _ => common_dir(&git_dir)?,
        };
        let config_path = common_dir.join("config");
        let config = LocalConfig::parse(&read_or_empty(&config_path)?);
        let unknown =
            |message: String| DiscoverError::Invalid { path: config_path.clone(), message: message };
        known_layout(&config).map_err(unknown)?;
        let format = match config.get("extensions", "objectformat") {
            None | Some("sha1") => ObjectFormat::Sha1,
            Some("sha256") => ObjectFormat::Sha256,
            Some(_) => {
                return Err(unknown(
                    "extensions.objectFormat is neither sha1 nor sha256; a newer skant may know it".into(),
                ));
            }
        };
        let ref_storage = match config.get("extensions", "refstorage") {
            None | Some("files") => RefStorage::Files,
            Some("reftable") => RefStorage::Reftable,
            Some(_) => {
                return Err(unknown(
                    "extensions.refStorage is neither files nor reftable; a newer skant may know it".into(),
                ));
            }
        };
        let is_linked = git_dir != common_dir;
        let work_tree = if environment.work_tree.is_some() && from_environment {
            work_tree
        } else if let Some(path) = config.get("core", "worktree").filter(|_| !is_linked) {
            Some(git_dir.join(path))
        } else {
            work_tree.filter(|_| is_linked || !config.is_true("core", "bare"))
        };
        let mut object_dirs =
            vec![environment.object_directory.clone().unwrap_or_else(|| common_dir.join("objects"))];
        if environment.object_directory.is_some() {
            // In quarantine git names the new objects' folder; the repository's own is among the alternates,
            // but a caller that forgets it must not make old objects look absent.
            object_dirs.push(common_dir.join("objects"));
        }
        object_dirs.extend(environment.alternates.iter().cloned());
        let is_partial =
            config.get("extensions", "partialclone").is_some() || config.any_true("remote.", "promisor");
        Ok(Self {
            index_file: match &environment.index_file {
                Some(file) => from_top(work_tree.as_deref(), file),
                None => git_dir.join("index"),
            },
            has_other_owner: has_other_owner(work_tree.as_deref().unwrap_or(&git_dir)),
            git_dir,
            common_dir,
            work_tree,
            format,
            ref_storage,
            object_dirs,
            is_partial,
        })
    }
}

/// Extensions that do not change where anything lies, and those that are read here.
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

/// Refuses what git refuses: in a layout that nobody here knows something could lie where it is not looked for.
fn known_layout(config: &LocalConfig) -> Result<(), String> {
    let version = config.get("core", "repositoryformatversion").unwrap_or("0");
    let said = match version.trim() {
        "0" => return Ok(()),
        "1" => match config.keys("extensions").find(|key| !EXTENSIONS.contains(key)) {
            None => return Ok(()),
            Some(key) => format!("the repository has an extension that is not known, {key}"),
        },
        _ => "the repository's format is newer than version 1".to_owned(),
    };
    Err(format!("{said}; a newer skant may know it"))
}

/// The index that git's environment names, as git understands it: it goes to the top of the working tree that it is
/// in before it looks.
fn from_top(work_tree: Option<&Path>, path: &Path) -> PathBuf {
    let top = work_tree.and_then(|top| fs::canonicalize(top).ok());
    let top = top.filter(|top| env::current_dir().is_ok_and(|folder| folder.starts_with(top)));
    top.map_or_else(|| path.to_path_buf(), |top| top.join(path))
}

/// A `.git` that may be a folder or a file that points to one; `None` if there is nothing of the kind.
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
    let target = path.parent().unwrap_or(Path::new(".")).join(path_of(target));
    if is_git_dir(&target) {
        return Ok(Some(target));
    }
    Err(DiscoverError::Invalid {
        path: path.to_path_buf(),
        message: "it points to a git folder that is not there; repair it with `git worktree repair` or `git submodule update`".into(),
    })
}

fn is_git_dir(path: &Path) -> bool {
    fs::symlink_metadata(path.join("HEAD")).is_ok()
        && (path.join("commondir").is_file() || (path.join("objects").is_dir() && path.join("refs").exists()))
}

fn common_dir(git_dir: &Path) -> Result<PathBuf, DiscoverError> {
    let content = read_or_empty(&git_dir.join("commondir"))?;
    Ok(if content.is_empty() { git_dir.to_path_buf() } else { git_dir.join(path_of(&content)) })
}

fn read_or_empty(path: &Path) -> Result<Vec<u8>, DiscoverError> {
    match open_regular::read(path) {
        Ok(content) => Ok(content),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(DiscoverError::Unreadable { path: path.to_path_buf(), source }),
    }
}

fn path_of(line: &[u8]) -> PathBuf {
    let end = line.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |at| at + 1);
    PathBuf::from(os_string(&line[..end]))
}

/// Bytes of git's as a path of the system.
#[cfg(unix)]
#[must_use]
pub fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes.to_vec())
}

/// Bytes of git's as a path of the system.
#[cfg(not(unix))]
#[must_use]
pub fn os_string(bytes: &[u8]) -> OsString {
    OsString::from(String::from_utf8_lossy(bytes).into_owned())
}

/// A path of the system as git writes it: bytes with `/`.
#[cfg(unix)]
#[must_use]
pub fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().to_vec()
}

/// A path of the system as git writes it: bytes with `/`.
#[cfg(not(unix))]
#[must_use]
pub fn path_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
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

    fn git_dir(path: &Path) {
        fs::create_dir_all(path.join("objects")).unwrap();
        fs::create_dir_all(path.join("refs")).unwrap();
        fs::write(path.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    }

    #[test]
    fn a_repository_is_found_from_below_and_through_a_file() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        git_dir(&root.join("main/.git"));
        fs::create_dir_all(root.join("main/a/b")).unwrap();
        let found = Repository::discover(&root.join("main/a/b"), &GitEnvironment::default()).unwrap();
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
    fn what_is_no_repository_says_so() {
        let root = tempfile::tempdir().unwrap();
        let error = Repository::discover(root.path(), &GitEnvironment::default()).unwrap_err().to_string();
        assert!(error.contains("is not in a git repository"), "{error}");
        assert!(Repository::open_at(root.path()).unwrap().is_none());
    }

    #[test]
    fn an_unknown_format_is_an_error_and_a_bare_repository_has_no_tree() {
        let root = tempfile::tempdir().unwrap();
        git_dir(root.path());
        fs::write(root.path().join("config"), "[core]\nbare = true\n[extensions]\nobjectFormat = sha256\n")
            .unwrap();
        let bare = Repository::discover(root.path(), &GitEnvironment::default()).unwrap();
        assert_eq!((bare.work_tree, bare.format), (None, ObjectFormat::Sha256));
        fs::write(root.path().join("config"), "[extensions]\nobjectFormat = sha3\n").unwrap();
        let error = Repository::discover(root.path(), &GitEnvironment::default()).unwrap_err().to_string();
        assert!(error.contains("neither sha1 nor sha256"), "{error}");
    }
}
