//! Repositories with synthetic keys: a copy with commits that bring, change and take away keys, and a working tree with
//! files that hold them. Nothing is written to the repository that a copy is made from.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use testkit::tokens;

use crate::Done;
use crate::git::{borrow_objects, git, start, youngest};

/// A key in a file. Each has a line of its own at its path, in all versions of the file, so that path and line name it.
pub struct Planted {
    pub value: String,
    pub path: String,
    pub line: u64,
}

/// The keys that are planted, in turn, besides Anthropic's: the kinds that most scanners have a rule for.
const KINDS: [&str; 7] = [
    "ghp_{an*30}{crc62}",
    "glpat-{u64*20}",
    "xoxb-{d19*12}-{d19*12}-{an*24}",
    "sk_live_{an*24}",
    "npm_{an*30}{crc62}",
    "SG.{u64*22}.{u64*43}",
    "hf_{L*34}",
];

/// The providers of the planted keys, for the document.
pub const PROVIDERS: &str = "Anthropic, GitHub, GitLab, Slack, Stripe, npm, SendGrid and Hugging Face";

/// Which keys are planted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kinds {
    /// Anthropic API keys.
    Anthropic,
    /// Keys of [`PROVIDERS`], in turn.
    Mixed,
}

fn key(kinds: Kinds, task: &str, number: usize) -> String {
    let seed = format!("{task} {number}");
    // Every kind is in each place of the pattern of commits.
    let turn = (number + number / (KINDS.len() + 1)) % (KINDS.len() + 1);
    match kinds {
        Kinds::Mixed if turn > 0 => tokens::template(KINDS[turn - 1], &seed),
        _ => tokens::api_key(&seed),
    }
}

/// Plans one key.
fn plan(kinds: Kinds, task: &str, number: usize, path: String, line: u64) -> Planted {
    Planted { value: key(kinds, task, number), path, line }
}

impl Planted {
    /// Returns the content of the file.
    fn content(&self) -> String {
        let above = usize::try_from(self.line).unwrap_or(1) - 1;
        format!("{}key = \"{}\"\n", "# synthetic\n".repeat(above), self.value)
    }
}

fn path_of(folders: &[String], number: usize) -> String {
    format!("{}/planted{number}.conf", folders[number * 7 % folders.len()])
}

fn folders_of(repository: &Path, commit: &str) -> Done<Vec<String>> {
    let folders = git(repository, &["ls-tree", "-r", "-d", "--name-only", commit])?;
    let mut folders: Vec<String> =
        folders.lines().filter(|name| !name.starts_with('"')).map(str::to_owned).collect();
    folders.push("planted".into());
    Ok(folders)
}

/// Makes a bare copy that borrows the objects of `from`, and adds `count` commits to its youngest branch. Each commit
/// has a new key: in a new file, in a file that had another key, or in a file that a later commit deletes.
pub fn copy(from: &Path, to: &Path, kinds: Kinds, count: usize) -> Done<Vec<Planted>> {
    borrow_objects(from, to, true)?;
    let refs = git(from, &["for-each-ref", "--format=%(objectname) %(refname)"])?;
    // git requires the order of names.
    let mut refs: Vec<(&str, &str)> = refs.lines().filter_map(|line| line.split_once(' ')).collect();
    refs.sort_by_key(|(_, name)| *name);
    let mut packed = String::from("# pack-refs with: sorted\n");
    for (oid, name) in refs {
        writeln!(packed, "{oid} {name}")?;
    }
    fs::write(to.join("packed-refs"), packed)?;
    let parent = youngest(to)?;
    let folders = folders_of(to, &parent)?;
    let planted: Vec<Planted> = (0..count)
        .map(|number| {
            // Three of four commits add a file; the fourth changes the file of the first.
            let (of, line) = if number % 4 == 3 { (number - 3, 3) } else { (number, 2) };
            plan(kinds, "planted", number, path_of(&folders, of), line)
        })
        .collect();
    import(to, &stream(&parent, &planted))?;
    Ok(planted)
}

/// Returns the input of `git fast-import`.
fn stream(parent: &str, planted: &[Planted]) -> String {
    let mut stream = String::new();
    for (number, key) in planted.iter().enumerate() {
        let from = if number == 0 { format!("from {parent}\n") } else { String::new() };
        let gone = match number.checked_sub(5) {
            Some(gone) if number % 4 == 2 => format!("D {}\n", planted[gone].path),
            _ => String::new(),
        };
        let content = key.content();
        // Writing to a string cannot fail.
        let _ = write!(
            stream,
            "commit refs/heads/planted\nmark :{}\ncommitter A U Thor <author@example.com> {} +0000\n\
             data 7\nplanted\n{from}{gone}M 100644 inline {}\ndata {}\n{content}\n",
            number + 1,
            1_900_000_000 + number,
            key.path,
            content.len(),
        );
    }
    stream
}

fn import(repository: &Path, stream: &str) -> Done<()> {
    let mut command = Command::new("git");
    command.arg("-C").arg(repository).args(["fast-import", "--quiet", "--force"]);
    let mut importer = command.stdin(Stdio::piped()).spawn()?;
    if let Some(mut input) = importer.stdin.take() {
        input.write_all(stream.as_bytes())?;
    }
    if importer.wait()?.success() { Ok(()) } else { Err("git fast-import failed".into()) }
}

/// A copy with a working tree.
pub struct Worktree {
    pub folder: PathBuf,
    /// The files with planted keys and the files that were changed, relative to the folder.
    pub touched: Vec<String>,
    pub planted: Vec<Planted>,
}

/// Makes a copy with a working tree that borrows the objects of `from`, adds `count` files with a key each, changes
/// `changes` files by a line, and stages all of it.
pub fn worktree(from: &Path, to: &Path, count: usize, changes: usize) -> Done<Worktree> {
    let commit = start(from)?;
    borrow_objects(from, to, false)?;
    git(to, &["update-ref", "HEAD", &commit])?;
    git(to, &["reset", "--quiet", "--hard"])?;
    let task = to.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folders = folders_of(to, &commit)?;
    let planted: Vec<Planted> =
        (0..count).map(|number| plan(Kinds::Mixed, &task, number, path_of(&folders, number), 2)).collect();
    let mut touched = change(to, changes)?;
    for key in &planted {
        let path = to.join(&key.path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, key.content())?;
        touched.push(key.path.clone());
    }
    let paths: Vec<&str> = touched.iter().map(String::as_str).collect();
    git(to, &[&["add", "--force", "--"], &paths[..]].concat())?;
    Ok(Worktree { folder: to.to_path_buf(), touched, planted })
}

/// Commits what is staged.
pub fn commit(folder: &Path) -> Done<()> {
    let identity = ["-c", "user.name=A U Thor", "-c", "user.email=author@example.com"];
    let rest = ["commit", "--quiet", "--no-verify", "--message=planted"];
    git(folder, &[&identity[..], &rest].concat()).map(drop)
}

/// Adds a line to texts of the working tree, evenly over all files.
fn change(folder: &Path, count: usize) -> Done<Vec<String>> {
    const MOST_BYTES: u64 = 64 * 1024;
    let names = git(folder, &["ls-files", "-z"])?;
    let is_text = |name: &&str| {
        let path = folder.join(name);
        let is_small =
            fs::symlink_metadata(&path).is_ok_and(|data| data.is_file() && data.len() < MOST_BYTES);
        is_small && fs::read(&path).is_ok_and(|bytes| !bytes.contains(&0))
    };
    let names: Vec<&str> = names.split('\0').filter(|name| !name.is_empty()).filter(is_text).collect();
    let step = (names.len() / count.max(1)).max(1);
    let chosen: Vec<String> = names.into_iter().step_by(step).take(count).map(str::to_owned).collect();
    for name in &chosen {
        let mut file = fs::OpenOptions::new().append(true).open(folder.join(name))?;
        file.write_all(b"\n# one more line\n")?;
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use testkit::Sandbox;

    use super::*;

    #[test]
    fn a_copy_has_every_key_in_its_history() {
        let sandbox = Sandbox::with_commit();
        let copy_folder = sandbox.sibling("planted.git");
        let planted = copy(&sandbox.dir, &copy_folder, Kinds::Mixed, 16).expect("a copy");
        let history = git(&copy_folder, &["log", "-p", "--all"]).expect("a history");
        assert!(planted.iter().all(|key| history.contains(&key.value)));
        let places: BTreeSet<(&str, u64)> = planted.iter().map(|key| (key.path.as_str(), key.line)).collect();
        assert_eq!(places.len(), planted.len(), "path and line name a key");
        let beginnings: BTreeSet<&str> = planted.iter().map(|key| &key.value[..3]).collect();
        assert_eq!(beginnings.len(), KINDS.len() + 1, "all kinds");
    }

    #[test]
    fn a_worktree_has_its_keys_and_changes_staged() {
        let sandbox = Sandbox::with_commit();
        let made = worktree(&sandbox.dir, &sandbox.sibling("staged"), 3, 1).expect("a worktree");
        let staged = git(&made.folder, &["diff", "--cached", "--name-only"]).expect("a difference");
        let names: BTreeSet<&str> = staged.lines().collect();
        assert_eq!(names, made.touched.iter().map(String::as_str).collect());
        for key in &made.planted {
            let text = fs::read_to_string(made.folder.join(&key.path)).expect("a planted file");
            let line = text.lines().nth(usize::try_from(key.line).expect("small") - 1).expect("the line");
            assert!(line.contains(&key.value), "{}:{}", key.path, key.line);
        }
        assert_eq!(sandbox.git(&["status", "--short"]), "", "nothing is written to the repository");
    }
}
