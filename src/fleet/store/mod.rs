//! The store: a folder with a coverage row and a report for each unit. docs/fleet.md describes it.
//!
//! Each file appears as a whole. A row is written after its report and names it, so that a reader never sees the one
//! without the other. Nothing in the store is a secret: reports are masked, and addresses have no credentials.

pub(crate) mod row;
pub(crate) mod work;

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use miette::Diagnostic;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

pub(crate) use self::row::{CoverageRow, ReportFile, RowState};
pub(crate) use self::work::WorkFolder;
use self::work::remove_leftovers;
use crate::atomic_file::{create_private, private, private_folders, replace};
use crate::secret::to_hex;

/// The file that makes a folder a store.
const MARK: &str = "store.json";
const MARK_TEXT: &[u8] = b"{\"tool\":\"skant\",\"store\":1}\n";

/// The inventory of the last run.
const INVENTORY: &str = "inventory.jsonl";

/// The folders of a store.
const FOLDERS: [&str; 5] = ["coverage", "reports", "states", "mirrors", "work"];

/// The largest row that is read, in bytes.
const MAX_ROW: u64 = 1 << 20;

/// A store that cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum StoreError {
    #[error("{} is no store", .0.display())]
    #[diagnostic(code(skant::fleet::no_store), help("`skant fleet scan INVENTORY --store FOLDER` makes one"))]
    NotAStore(PathBuf),
    #[error("{} is not empty and no store", .0.display())]
    #[diagnostic(code(skant::fleet::foreign_folder), help("name a new or an empty folder, or a store"))]
    Foreign(PathBuf),
    #[error("{} is a store of another version of skant", .0.display())]
    #[diagnostic(
        code(skant::fleet::store_version),
        help("use the version of skant that made it, or a new folder")
    )]
    Version(PathBuf),
    #[error("cannot use the store {}: {source}", path.display())]
    #[diagnostic(code(skant::fleet::store), help("check the permissions and the free space"))]
    Io { path: PathBuf, source: io::Error },
}

/// A store.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    path: PathBuf,
}

impl Store {
    /// Opens a store, or makes one in a new or empty folder. Removes what killed runs left.
    ///
    /// # Errors
    /// The folder holds something else, or cannot be written.
    pub(crate) fn open_or_make(path: &Path) -> Result<Self, StoreError> {
        let error = |source| StoreError::Io { path: path.to_path_buf(), source };
        if !path.exists() {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(error)?;
            }
            // Another run may make it at the same time.
            private_folders().create(path).or_else(ignore_existing).map_err(error)?;
        }
        if !path.join(MARK).exists() {
            if !is_own(path).map_err(error)? {
                return Err(StoreError::Foreign(path.to_path_buf()));
            }
            replace(&path.join(MARK), MARK_TEXT, private()).map_err(error)?;
        }
        for folder in FOLDERS {
            private_folders().create(path.join(folder)).or_else(ignore_existing).map_err(error)?;
        }
        let store = Self::open(path)?;
        remove_leftovers(&store.path.join("work")).map_err(error)?;
        Ok(store)
    }

    /// Opens a store to read it.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        match fs::read(path.join(MARK)) {
            Ok(text) if text == MARK_TEXT => Ok(Self { path: path.to_path_buf() }),
            Ok(_) => Err(StoreError::Version(path.to_path_buf())),
            Err(_) => Err(StoreError::NotAStore(path.to_path_buf())),
        }
    }

    /// Whether a path is a store.
    pub(crate) fn is_at(path: &Path) -> bool {
        path.join(MARK).is_file()
    }

    /// Makes the folder for the temporary files of a run.
    ///
    /// # Errors
    /// It cannot be made.
    pub(crate) fn work_folder(&self) -> Result<WorkFolder, StoreError> {
        WorkFolder::make(&self.path.join("work")).map_err(|source| self.error(source))
    }

    /// Returns the folder of the mirrors that are kept.
    pub(crate) fn mirrors(&self) -> PathBuf {
        self.path.join("mirrors")
    }

    /// Copies an inventory to a file of this run.
    ///
    /// # Errors
    /// It cannot be copied.
    pub(crate) fn copy_inventory(
        &self,
        content: &mut dyn io::Read,
        work: &WorkFolder,
    ) -> Result<PathBuf, StoreError> {
        let copy = work.new_path(INVENTORY);
        let mut copied = || {
            let mut file = create_private(&copy)?;
            io::copy(content, &mut file)?;
            file.sync_all()
        };
        copied().map_err(|source| self.error(source)).map(|()| copy.clone())
    }

    /// Makes the copy of an inventory the one of the store.
    ///
    /// # Errors
    /// It cannot be moved.
    pub(crate) fn set_inventory(&self, copy: &Path) -> Result<(), StoreError> {
        fs::rename(copy, self.path.join(INVENTORY)).map_err(|source| self.error(source))
    }

    /// Opens the inventory of the last run; `None` in a store that was put together without one.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(crate) fn inventory(&self) -> Result<Option<File>, StoreError> {
        match File::open(self.path.join(INVENTORY)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.error(source)),
        }
    }

    /// Returns the row of a unit. One that is damaged counts as absent: the unit is read again.
    pub(crate) fn row(&self, unit: &str) -> Option<CoverageRow> {
        let path = self.row_path(unit);
        if fs::metadata(&path).ok()?.len() > MAX_ROW {
            return None;
        }
        let row: CoverageRow = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (row.coverage == row::VERSION && row.unit == unit).then_some(row)
    }

    /// Whether a row stands for a complete report with this key that is there and still holds today.
    pub(crate) fn is_done(&self, row: &CoverageRow, key: &str, today: Date) -> bool {
        let holds =
            row.until.as_ref().is_none_or(|until| until.parse().is_ok_and(|until: Date| today <= until));
        let is_there = |report: &ReportFile| {
            report.file == report_name(&row.unit, key)
                && sha256_of(&self.path.join(&report.file)).is_ok_and(|sha256| sha256 == report.sha256)
        };
        row.is_complete()
            && row.key.as_deref() == Some(key)
            && holds
            && row.report.as_ref().is_some_and(is_there)
    }

    /// Moves a finished report, a file of this run, to its place, and returns its path in the store.
    ///
    /// # Errors
    /// It cannot be moved.
    pub(crate) fn put_report(&self, unit: &str, key: &str, finished: &Path) -> Result<String, StoreError> {
        let name = report_name(unit, key);
        let folder = self.path.join("reports").join(unit);
        let moved = private_folders()
            .create(folder)
            .or_else(ignore_existing)
            .and_then(|()| File::open(finished)?.sync_all())
            .and_then(|()| fs::rename(finished, self.path.join(&name)));
        moved.map_err(|source| self.error(source)).map(|()| name)
    }

    /// Lends the state of a unit to a scan: a file of this run, which is not there if the unit has none. What a killed
    /// scan leaves goes with the other files of its run.
    pub(crate) fn lend_state(&self, unit: &str, work: &WorkFolder) -> PathBuf {
        let (kept, lent) = (self.state_path(unit), work.new_path("state"));
        // Without it everything is read.
        let _ = fs::hard_link(&kept, &lent).or_else(|_| fs::copy(&kept, &lent).map(drop));
        lent
    }

    /// Takes back the state of a unit, if the scan has left one.
    ///
    /// # Errors
    /// It cannot be moved.
    pub(crate) fn take_state(&self, unit: &str, lent: &Path) -> Result<(), StoreError> {
        match fs::rename(lent, self.state_path(unit)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.error(error)),
            _ => {
                // A second name of the same file stays after a rename.
                let _ = fs::remove_file(lent);
                Ok(())
            }
        }
    }

    /// Writes a row, and removes the report of the row that it replaces.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn put_row(&self, row: &CoverageRow) -> Result<(), StoreError> {
        let old = self.row(&row.unit).and_then(|old| old.report).map(|report| report.file);
        let text = serde_json::to_string(row).map_err(|error| self.error(error.into()))?;
        replace(&self.row_path(&row.unit), format!("{text}\n").as_bytes(), private())
            .map_err(|source| self.error(source))?;
        let new = row.report.as_ref().map(|report| &report.file);
        if let Some(old) = old.filter(|old| Some(old) != new && is_report_of(&row.unit, old)) {
            // Another run may have removed it.
            let _ = fs::remove_file(self.path.join(old));
        }
        Ok(())
    }

    /// Returns the path of a report that a row names.
    pub(crate) fn report_path(&self, row: &CoverageRow) -> Option<PathBuf> {
        let report = row.report.as_ref().filter(|report| is_report_of(&row.unit, &report.file))?;
        Some(self.path.join(&report.file))
    }

    /// Returns the names of all units with a row, sorted.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub(crate) fn units(&self) -> Result<Vec<String>, StoreError> {
        let entries = fs::read_dir(self.path.join("coverage")).map_err(|source| self.error(source))?;
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut units: Vec<String> =
            names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect();
        units.retain(|unit| is_unit(unit));
        units.sort_unstable();
        Ok(units)
    }

    fn row_path(&self, unit: &str) -> PathBuf {
        self.path.join("coverage").join(format!("{unit}.json"))
    }

    fn state_path(&self, unit: &str) -> PathBuf {
        self.path.join("states").join(unit)
    }

    fn error(&self, source: io::Error) -> StoreError {
        StoreError::Io { path: self.path.clone(), source }
    }
}

/// Returns the SHA-256 of a file in hexadecimal digits.
fn sha256_of(path: &Path) -> io::Result<String> {
    let (mut file, mut hash) = (File::open(path)?, Sha256::new());
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(to_hex(&hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}

fn report_name(unit: &str, key: &str) -> String {
    format!("reports/{unit}/{key}.json")
}

/// Whether a path of a row is the one of a report of its unit: a row may come from elsewhere.
fn is_report_of(unit: &str, file: &str) -> bool {
    let key = file.strip_prefix("reports/").and_then(|file| file.strip_prefix(unit)?.strip_prefix('/'));
    is_unit(unit) && key.and_then(|file| file.strip_suffix(".json")).is_some_and(is_unit)
}

fn is_unit(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a folder holds nothing but files of a store that is being made.
fn is_own(path: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let is_known = FOLDERS.contains(&&*name) || name == MARK || name.starts_with(&format!(".{MARK}."));
        if !is_known {
            return Ok(false);
        }
    }
    Ok(true)
}

fn ignore_existing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error) }
}
