//! A copy of a repository with synthetic keys in its history, for measuring the provenance of many values.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{git, tokens};

/// Creates a copy that refers to the objects of `from`, and adds `count` commits to its youngest branch. Each commit
/// adds a new key: in a new file, in a file that held another key, or in a file that a later commit removes.
pub(crate) fn copy(from: &Path, to: &Path, count: usize) -> Result<PathBuf, Box<dyn Error>> {
    git(Path::new("/"), &["init", "--quiet", "--bare", &to.to_string_lossy()])?;
    let objects = git(from, &["rev-parse", "--path-format=absolute", "--git-path", "objects"])?;
    fs::write(to.join("objects/info/alternates"), objects)?;
    let refs = git(from, &["for-each-ref", "--format=%(objectname) %(refname)"])?;
    // git expects the refs in order of name.
    let mut refs: Vec<(&str, &str)> = refs.lines().filter_map(|line| line.split_once(' ')).collect();
    refs.sort_by_key(|(_, name)| *name);
    let mut packed = String::from("# pack-refs with: sorted\n");
    for (oid, name) in refs {
        writeln!(packed, "{oid} {name}")?;
    }
    fs::write(to.join("packed-refs"), packed)?;
    let order = ["for-each-ref", "--sort=-committerdate", "--count=1", "--format=%(objectname)"];
    let of_branches = git(to, &[&order[..], &["refs/heads", "refs/remotes"]].concat())?;
    let any = if of_branches.trim().is_empty() { git(to, &order)? } else { of_branches };
    let folders = git(to, &["ls-tree", "-r", "-d", "--name-only", any.trim()])?;
    let mut folders: Vec<&str> = folders.lines().filter(|name| !name.starts_with('"')).collect();
    folders.push("planted");
    import(to, &build_stream(any.trim(), &folders, count))?;
    Ok(to.to_path_buf())
}

/// Returns the input of `git fast-import`.
fn build_stream(parent: &str, folders: &[&str], count: usize) -> String {
    let mut stream = String::new();
    for number in 0..count {
        let content = format!("# synthetic\nkey = \"{}\"\n", tokens::api_key(&format!("planted {number}")));
        // Three of four commits add a file; the fourth changes the file of the first one.
        let path = |number: usize| format!("{}/planted{number}.env", folders[number * 7 % folders.len()]);
        let changed = if number % 4 == 3 { number - 3 } else { number };
        let from = if number == 0 { format!("from {parent}\n") } else { String::new() };
        let removed = match number.checked_sub(5) {
            Some(removed) if number % 4 == 2 => format!("D {}\n", path(removed)),
            _ => String::new(),
        };
        // Writing to a string cannot fail.
        let _ = write!(
            stream,
            "commit refs/heads/planted\nmark :{}\ncommitter A U Thor <author@example.com> {} +0000\n\
             data 7\nplanted\n{from}{removed}M 100644 inline {}\ndata {}\n{content}\n",
            number + 1,
            1_900_000_000 + number,
            path(changed),
            content.len(),
        );
    }
    stream
}

fn import(repository: &Path, stream: &str) -> Result<(), Box<dyn Error>> {
    let mut command = Command::new("git");
    command.arg("-C").arg(repository).args(["fast-import", "--quiet", "--force"]);
    let mut importer = command.stdin(Stdio::piped()).spawn()?;
    if let Some(mut input) = importer.stdin.take() {
        input.write_all(stream.as_bytes())?;
    }
    if importer.wait()?.success() { Ok(()) } else { Err("git fast-import failed".into()) }
}
