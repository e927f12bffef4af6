//! Git is the oracle: for any index, this reader and git's commands must agree.

mod agreement;
mod folders;
mod hostile;

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use std::fs;

use crate::git::index::*;

/// A repository in a temporary folder, without global settings of git.
struct Repo {
    _root: tempfile::TempDir,
    dir: PathBuf,
    format: ObjectFormat,
    /// The value of `GIT_INDEX_FILE`.
    index_file: Option<PathBuf>,
}

impl Repo {
    fn new() -> Self {
        Self::with_format(ObjectFormat::Sha1)
    }

    fn with_format(format: ObjectFormat) -> Self {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("work");
        fs::create_dir(&dir).unwrap();
        let repo = Self { _root: root, dir, format, index_file: None };
        let name = if format == ObjectFormat::Sha1 { "sha1" } else { "sha256" };
        repo.git(["init", "-q", "-b", "main", &format!("--object-format={name}")]);
        repo
    }

    /// Creates a repository with one commit of files in nested folders.
    fn with_commit() -> Self {
        let repo = Self::new();
        repo.fill();
        repo
    }

    fn fill(&self) {
        for path in ["top", "a/one", "a/two", "a/deep/three", "b/four", "b-c/five", "b-c/d/six"] {
            self.write(path, path);
        }
        self.git(["add", "."]);
        self.git(["commit", "-qm", "first"]);
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Vec<u8> {
        self.git_fed(args, b"")
    }

    fn git_fed<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>, input: &[u8]) -> Vec<u8> {
        let args: Vec<OsString> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        let output = self.try_git(&args, self.index_file.as_deref(), input);
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn try_git(&self, args: &[OsString], index_file: Option<&Path>, input: &[u8]) -> Output {
        let mut command = Command::new("git");
        command.current_dir(&self.dir).args(args).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.dir.parent().unwrap());
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@example.org");
            command.env(format!("GIT_{who}_DATE"), "2026-01-02T03:04:05Z");
        }
        command.envs(index_file.map(|path| ("GIT_INDEX_FILE", path)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // Git may write before it has read everything, so another thread writes the input.
        let feed = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        feed.join().unwrap().ok();
        output
    }

    fn git_line<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> String {
        String::from_utf8(self.git(args)).unwrap().trim_end().to_owned()
    }

    fn git_dir(&self) -> PathBuf {
        self.dir.join(".git")
    }

    fn index_path(&self) -> PathBuf {
        self.index_file.clone().unwrap_or_else(|| self.git_dir().join("index"))
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.index_path()).unwrap()
    }

    fn version(&self) -> u8 {
        self.bytes()[7]
    }

    fn read(&self) -> Result<Index, IndexError> {
        Index::read(&self.index_path(), &self.git_dir(), self.format)
    }

    /// Stages entries of mode, stage and path without files, through `git update-index --index-info`.
    fn stage(&self, lines: impl IntoIterator<Item = (u32, u8, Vec<u8>)>) {
        let mut input = Vec::new();
        for (number, (mode, stage, path)) in lines.into_iter().enumerate() {
            let oid = format!("{:0width$x}", number + 1, width = self.format.hex_len());
            write!(input, "{mode:06o} {oid} {stage}\t").unwrap();
            input.extend(path);
            input.push(0);
        }
        self.git_fed(["update-index", "-z", "--index-info"], &input);
    }

    /// Reads the index and compares all of it with the output of git.
    #[track_caller]
    fn check(&self) -> Index {
        let index = self.read().unwrap();
        let listed: Vec<ListedEntry> = index.entries().map(ListedEntry::from).collect();
        assert_eq!(listed, self.list_with_git());
        assert_eq!(index.len(), listed.len());
        assert_eq!(index.is_empty(), listed.is_empty());
        for (position, entry) in listed.iter().enumerate() {
            assert_eq!(index.get(position).map(ListedEntry::from).as_ref(), Some(entry));
        }
        if let Some(root) = index.cache_tree() {
            self.check_folders(&index, root);
        }
        index
    }

    fn list_with_git(&self) -> Vec<ListedEntry> {
        let output = self.git(["ls-files", "--stage", "--debug", "--sparse", "-z"]);
        let mut rest = &output[..];
        let mut listed = Vec::new();
        while !rest.is_empty() {
            let end = memchr::memchr(0, rest).unwrap();
            let (line, below) = (&rest[..end], &rest[end + 1..]);
            let debug_end = memchr::memchr_iter(b'\n', below).nth(4).unwrap();
            rest = &below[debug_end + 1..];
            let tab = memchr::memchr(b'\t', line).unwrap();
            let words: Vec<&str> = str::from_utf8(&line[..tab]).unwrap().split(' ').collect();
            let debug = str::from_utf8(&below[..debug_end]).unwrap();
            let flags = u32::from_str_radix(debug.rsplit(' ').next().unwrap(), 16).unwrap();
            listed.push(ListedEntry {
                path: line[tab + 1..].escape_ascii().to_string(),
                mode: u32::from_str_radix(words[0], 8).unwrap(),
                oid: words[1].to_owned(),
                stage: words[2].parse().unwrap(),
                skip_worktree: flags & (1 << 30) != 0,
                intent_to_add: flags & (1 << 29) != 0,
            });
        }
        listed
    }

    /// Compares each valid folder of the cache tree with the tree that git would commit.
    fn check_folders(&self, index: &Index, root: CacheNode<'_>) {
        let copy = self.git_dir().join("index-copy");
        fs::copy(self.index_path(), &copy).unwrap();
        let written = self.try_git(&["write-tree".into(), "--missing-ok".into()], Some(&copy), b"");
        // git writes no tree for an unmerged index; then only the counts are compared.
        let mut folders = HashMap::new();
        if written.status.success() {
            let tree = String::from_utf8(written.stdout).unwrap().trim_end().to_owned();
            let listing = self.git(["ls-tree", "-r", "-t", "-d", "-z", &tree]);
            for line in listing.split(|&byte| byte == 0).filter(|line| !line.is_empty()) {
                let tab = memchr::memchr(b'\t', line).unwrap();
                let oid = str::from_utf8(&line[..tab]).unwrap().rsplit(' ').next().unwrap();
                folders.insert(line[tab + 1..].to_vec(), oid.to_owned());
            }
            folders.insert(Vec::new(), tree);
        }
        let mut open = vec![(Vec::new(), root)];
        while let Some((path, node)) = open.pop() {
            assert_eq!(node.entry_count().is_some(), node.oid().is_some());
            if let (Some(count), Some(oid)) = (node.entry_count(), node.oid()) {
                let shown = path.escape_ascii().to_string();
                assert_eq!(count, index.positions_under(&path).len(), "entries in `{shown}`");
                if written.status.success() {
                    assert_eq!(Some(&oid.to_string()), folders.get(&path), "tree of `{shown}`");
                }
            }
            for child in node.children() {
                assert_eq!(node.child(child.name()).unwrap().oid(), child.oid());
                let mut below = path.clone();
                below.extend_from_slice(if path.is_empty() { b"" } else { b"/" });
                below.extend_from_slice(child.name());
                open.push((below, child));
            }
        }
    }
}

/// An entry, readable in the message of a failed assertion.
#[derive(Debug, PartialEq)]
struct ListedEntry {
    path: String,
    mode: u32,
    oid: String,
    stage: u8,
    skip_worktree: bool,
    intent_to_add: bool,
}

impl From<Entry<'_>> for ListedEntry {
    fn from(entry: Entry<'_>) -> Self {
        Self {
            path: entry.path.escape_ascii().to_string(),
            mode: entry.mode,
            oid: entry.oid.to_string(),
            stage: entry.stage,
            skip_worktree: entry.skip_worktree,
            intent_to_add: entry.intent_to_add,
        }
    }
}

/// The reader of the shared file for an index that is not split.
fn no_shared_file(_: &Oid) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::NotFound.into())
}
