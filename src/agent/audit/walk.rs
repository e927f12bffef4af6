//! Lists the files of an area. Links are not followed; what is not searched is named.

use std::fs;
use std::path::{Path, PathBuf};

use super::areas::{Area, Kind, PROGRAMS, classify};

/// A file of an agent.
#[derive(Clone, Debug)]
pub(crate) struct AgentFile {
    pub(crate) agent: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) kind: Kind,
    /// The session that it is of, with the agent's folder, so that equal names of two agents stay apart.
    pub(crate) session: Option<String>,
}

/// The files of areas, and what is not searched.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) files: Vec<AgentFile>,
    /// Folders that cannot be read, and repositories: what is wrong.
    pub(crate) unread: Vec<(PathBuf, String)>,
    /// Folders with programs.
    pub(crate) programs: Vec<PathBuf>,
}

/// Lists the files of all areas, in the order of their paths, each once.
pub(crate) fn list(areas: &[Area]) -> Listing {
    let mut listing = Listing::default();
    for area in areas {
        let is_folder = area.path.is_dir();
        let root = if is_folder { area.path.as_path() } else { area.path.parent().unwrap_or(&area.path) };
        walk(area, root, &area.path, &mut listing);
    }
    listing.files.sort_by(|one, other| one.path.cmp(&other.path));
    listing.files.dedup_by(|one, other| one.path == other.path);
    listing
}

fn walk(area: &Area, root: &Path, path: &Path, listing: &mut Listing) {
    // The root may be a link of the person's own; below it none is followed.
    let metadata = if path == area.path { fs::metadata(path) } else { fs::symlink_metadata(path) };
    let metadata = match metadata {
        Ok(metadata) => metadata,
        Err(error) => return listing.unread.push((path.to_path_buf(), error.to_string())),
    };
    if metadata.is_file() {
        let relative = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let (kind, session) = match area.kind {
            Some(kind) => (kind, None),
            None if area.path.ends_with("anthropic/credentials") => (Kind::Credentials, None),
            None => classify(&relative),
        };
        let session = session.map(|session| format!("{}/{session}", root.display()));
        listing.files.push(AgentFile { agent: area.agent, path: path.to_path_buf(), kind, session });
    } else if metadata.is_dir() {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path != root && PROGRAMS.contains(&name.as_str()) {
            return listing.programs.push(path.to_path_buf());
        }
        if path.join("HEAD").is_file() && path.join("objects").is_dir() {
            let advice = "it is a git repository; `skant scan --history` in it reads it";
            return listing.unread.push((path.to_path_buf(), advice.to_owned()));
        }
        match fs::read_dir(path) {
            Ok(entries) => {
                let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
                paths.sort();
                for path in &paths {
                    walk(area, root, path, listing);
                }
            }
            Err(error) => listing.unread.push((path.to_path_buf(), error.to_string())),
        }
    }
}
