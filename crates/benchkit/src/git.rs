//! Facts of a repository, and commands of git on it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Done;

/// Runs git in a folder and returns its standard output.
pub fn git(folder: &Path, arguments: &[&str]) -> Done<String> {
    let output =
        Command::new("git").arg("-C").arg(folder).args(arguments).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("git {} failed", arguments.first().unwrap_or(&"")).into());
    }
    // Names of files may be of any bytes; such a file is not used.
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Counts the objects in packs and loose, and the size of the packs in MB.
pub fn count_objects(repository: &Path) -> Done<(u64, u64)> {
    let counts = git(repository, &["count-objects", "-v"])?;
    let count = |key: &str| {
        let line = counts.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        line.and_then(|number| number.parse::<u64>().ok()).unwrap_or(0)
    };
    Ok((count("in-pack") + count("count"), count("size-pack") / 1024))
}

/// Returns the commit that a copy starts from: that of `HEAD`, else that of the youngest branch or ref.
pub fn start(repository: &Path) -> Done<String> {
    let of_head = Command::new("git")
        .arg("-C")
        .arg(repository)
        .args(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
        .output()?;
    if of_head.status.success() {
        return Ok(String::from_utf8(of_head.stdout)?.trim().to_owned());
    }
    youngest(repository)
}

/// Returns the youngest commit of the branches, else of all refs.
pub fn youngest(repository: &Path) -> Done<String> {
    let order = ["for-each-ref", "--sort=-committerdate", "--count=1", "--format=%(objectname)"];
    let of_branches = git(repository, &[&order[..], &["refs/heads", "refs/remotes"]].concat())?;
    let any = if of_branches.trim().is_empty() { git(repository, &order)? } else { of_branches };
    if any.trim().is_empty() { Err("the repository has no commit".into()) } else { Ok(any.trim().to_owned()) }
}

/// Makes an empty repository that borrows the objects of another one. Nothing is written to the other.
pub fn borrow_objects(from: &Path, to: &Path, is_bare: bool) -> Done<()> {
    let target = to.to_string_lossy();
    let bare: &[&str] = if is_bare { &["--bare"] } else { &[] };
    git(Path::new("/"), &[&["init", "--quiet"], bare, &[&target]].concat())?;
    let objects = git(from, &["rev-parse", "--path-format=absolute", "--git-path", "objects"])?;
    let folder = git(to, &["rev-parse", "--path-format=absolute", "--git-path", "objects/info/alternates"])?;
    Ok(std::fs::write(folder.trim_end(), objects)?)
}

/// Returns the name of a repository without host and path: the last two parts of the address that it was cloned from,
/// else the name of its folder.
pub fn name(repository: &Path) -> String {
    let address = Command::new("git")
        .arg("-C")
        .arg(repository)
        .args(["config", "remote.origin.url"])
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let of_address = address.ok().and_then(|address| name_of(address.trim()));
    of_address.unwrap_or_else(|| {
        let folder = repository.file_name().unwrap_or_default().to_string_lossy();
        folder.trim_end_matches(".git").to_owned()
    })
}

fn name_of(address: &str) -> Option<String> {
    let path = match address.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        // The form `user@host:path`. A path of this machine has no name of use.
        None => address.split_once(':').filter(|(host, _)| !host.contains('/'))?.1,
    };
    let path = path.trim_end_matches('/').trim_end_matches(".git");
    let parts: Vec<&str> = path.rsplitn(3, '/').take(2).collect();
    Some(parts.into_iter().rev().collect::<Vec<_>>().join("/")).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_host_and_no_path() {
        for (address, name) in [
            ("https://user@host.example/owner/name.git", Some("owner/name")),
            ("git@host.example:group/owner/name", Some("owner/name")),
            ("ssh://host.example/name/", Some("name")),
            ("/srv/owner/name.git", None),
            ("", None),
        ] {
            assert_eq!(name_of(address).as_deref(), name, "{address}");
        }
    }
}
