//! Searches the folders of coding agents on this machine, and takes secrets out of them. Sends nothing, keeps no copy.

pub(crate) mod areas;
pub(crate) mod in_use;
pub(crate) mod read;
pub(crate) mod replace;
pub(crate) mod rewrite;
pub(crate) mod search;
pub(crate) mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

pub(crate) use areas::{Area, Kind, areas};
pub(crate) use in_use::OpenFiles;
pub(crate) use replace::{Left, replace};
pub(crate) use walk::{AgentFile, Listing, list};

use crate::decode::archive::sqlite;
use crate::finding::Finding;
use crate::scan::Scanner;
use search::{Hit, own_login, search_content};

/// A file with a value.
#[derive(Clone, Debug)]
pub(crate) struct Holder {
    pub(crate) file: AgentFile,
    pub(crate) places: usize,
}

/// A value with all files that hold it.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) finding: Finding,
    pub(crate) holders: Vec<Holder>,
    /// The oldest time at which a line has it, in RFC 3339; else that of the oldest file.
    pub(crate) since: Option<String>,
}

impl Value {
    pub(crate) fn places(&self) -> usize {
        self.holders.iter().map(|holder| holder.places).sum()
    }

    /// Returns the number of sessions with the value.
    pub(crate) fn sessions(&self) -> usize {
        let sessions: BTreeSet<&String> =
            self.holders.iter().filter_map(|holder| holder.file.session.as_ref()).collect();
        sessions.len()
    }
}

/// The result of an audit.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    /// The number of files that were read.
    pub(crate) files: usize,
    pub(crate) bytes: u64,
    /// The most severe first, then the most widespread.
    pub(crate) values: Vec<Value>,
    /// Values that are where they belong.
    pub(crate) credentials: Vec<Value>,
    /// What could not be read, with the reason.
    pub(crate) problems: Vec<(PathBuf, String)>,
    /// Folders with programs, which were not searched.
    pub(crate) programs: Vec<PathBuf>,
}

/// Searches all areas.
pub(crate) fn audit(scanner: &Scanner, areas: &[Area], is_cancelled: &(dyn Fn() -> bool + Sync)) -> Audit {
    let Listing { files, unread, programs } = list(areas);
    let mut audit = Audit { problems: unread, programs, ..Audit::default() };
    // Each database has its log read with it.
    let is_log =
        |path: &Path| path.to_str().is_some_and(|path| path.ends_with("-wal") || path.ends_with("-shm"));
    let read: Vec<_> = files
        .into_par_iter()
        .filter(|_| !is_cancelled())
        .map(|file| {
            let found = if is_log(&file.path) && is_database(&file.path) {
                Ok(None)
            } else {
                search_file(scanner, &file).map(Some)
            };
            (file, found)
        })
        .collect();
    let (mut values, mut credentials) = (BTreeMap::new(), BTreeMap::new());
    for (file, found) in read {
        match found {
            Ok(None) => {}
            Ok(Some(found)) => {
                audit.files += 1;
                audit.bytes += found.bytes;
                if found.is_incomplete {
                    audit.problems.push((file.path.clone(), "a part of it could not be read".to_owned()));
                }
                for (key, hit) in found.hits {
                    let belongs = file.kind == Kind::Credentials || found.own.contains(&key);
                    let list = if belongs { &mut credentials } else { &mut values };
                    add(list, key, hit, &file);
                }
            }
            Err(error) => audit.problems.push((file.path.clone(), error.to_string())),
        }
    }
    if is_cancelled() {
        audit.problems.push((PathBuf::new(), "the audit was interrupted".to_owned()));
    }
    audit.values = sorted(values);
    audit.credentials = sorted(credentials);
    audit
}

struct FileHits {
    hits: BTreeMap<String, Hit>,
    /// The values that are the agent's own login.
    own: BTreeSet<String>,
    bytes: u64,
    is_incomplete: bool,
}

fn search_file(scanner: &Scanner, file: &AgentFile) -> std::io::Result<FileHits> {
    let mut content = read::read(&file.path)?;
    let length = content.len();
    if content.starts_with(sqlite::MAGIC) {
        content.extend(read::read(&log_of(&file.path)).unwrap_or_default());
    }
    let mut searched = search_content(scanner, &content, length);
    let own = match file.kind {
        Kind::Configuration if !searched.hits.is_empty() => own_login(scanner, &content),
        _ => BTreeSet::new(),
    };
    let time = std::fs::metadata(&file.path).and_then(|metadata| metadata.modified()).ok();
    let time = time.and_then(|time| jiff::Timestamp::try_from(time).ok());
    let time = time.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    for hit in searched.hits.values_mut() {
        hit.since = hit.since.take().or_else(|| time.clone());
    }
    Ok(FileHits { hits: searched.hits, own, bytes: length as u64, is_incomplete: searched.is_incomplete })
}

fn log_of(database: &Path) -> PathBuf {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// Returns whether a log is that of a database, which is read with it.
fn is_database(log: &Path) -> bool {
    log.to_str()
        .and_then(|log| log.rsplit_once('-'))
        .is_some_and(|(database, _)| Path::new(database).is_file())
}

fn add(list: &mut BTreeMap<String, Value>, key: String, hit: Hit, file: &AgentFile) {
    let value =
        list.entry(key).or_insert_with(|| Value { finding: hit.finding, holders: Vec::new(), since: None });
    value.since = value.since.take().into_iter().chain(hit.since).min();
    value.holders.push(Holder { file: file.clone(), places: hit.places });
}

fn sorted(values: BTreeMap<String, Value>) -> Vec<Value> {
    let mut values: Vec<Value> = values.into_values().collect();
    values.sort_by_key(|value| std::cmp::Reverse((value.finding.severity, value.places())));
    values
}
