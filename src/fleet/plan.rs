//! Collects the units of an inventory: from the command line, from lists, and from what forges answered.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use miette::Diagnostic;
use serde::Deserialize;
use thiserror::Error;

use super::address::Address;
use super::forge::{Listed, Listing, Wanted};
use super::inventory::SourceCount;
use super::local_repositories;
use super::unit::Unit;
use crate::detect::Detector;
use crate::git::os_string;
use crate::rules::RuleSet;
use crate::scan::redact::mask_secrets;
use crate::secret::{ValueEnd, mask_values};
use crate::text::escape_terminal;

/// The most entries that an error lists.
const MAX_LISTED: usize = 20;

/// Entries that name no repository. An inventory without them would not be complete, so there is none.
#[derive(Debug, Error, Diagnostic)]
#[error("{}", self.describe())]
#[diagnostic(
    code(skant::fleet::plan),
    help("correct or remove what is named; an inventory with a gap would make an audit look complete")
)]
pub(crate) struct PlanError {
    faults: Vec<String>,
    more: usize,
}

impl PlanError {
    fn describe(&self) -> String {
        let more = if self.more > 0 { format!("\nand {} more", self.more) } else { String::new() };
        format!("not each entry names a repository:\n{}{more}", self.faults.join("\n"))
    }
}

/// Where an entry is from, for messages that must not quote it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'p> {
    Argument(usize),
    Line(&'p str, usize),
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Argument(number) => write!(formatter, "argument {number}"),
            Self::Line(list, line) => write!(formatter, "{list}, line {line}"),
        }
    }
}

/// The fields that a line of a list may have if it is a line of an inventory.
#[derive(Deserialize)]
struct ListedUnit {
    repository: Option<String>,
    source: Option<String>,
    archived: Option<bool>,
    fork: Option<bool>,
}

/// The units that were found so far.
pub(crate) struct Plan {
    units: BTreeMap<String, Unit>,
    sources: BTreeMap<String, SourceCount>,
    faults: Vec<String>,
    more: usize,
    /// The number of URLs out of which credentials were taken.
    pub(crate) without_credentials: usize,
    /// The number of links to folders that were not followed.
    pub(crate) links: usize,
    detector: Detector,
}

impl Plan {
    pub(crate) fn new() -> Self {
        Self {
            units: BTreeMap::new(),
            sources: BTreeMap::new(),
            faults: Vec::new(),
            more: 0,
            without_credentials: 0,
            links: 0,
            detector: Detector::new(RuleSet::builtin()),
        }
    }

    /// Adds the repositories of a list that are wanted.
    pub(crate) fn add_listing(
        &mut self,
        listing: &Listing<'_>,
        listed: &[Listed],
        wanted: Wanted,
        place: Place<'_>,
    ) {
        let source = listing.source.name();
        for one in listed {
            if !wanted.takes(one) {
                self.leave_out(&source);
                continue;
            }
            let unit = Unit {
                address: Address::Url(listing.url(one)),
                source: Some(source.clone()),
                archived: listing.knows_archived().then_some(one.archived),
                fork: Some(one.fork),
            };
            self.add_unit(unit, &source, place);
        }
    }

    /// Adds a path, a folder of repositories, or a URL. A relative path begins at the current folder.
    pub(crate) fn add(&mut self, text: &OsStr, place: Place<'_>) {
        match Address::parse(text) {
            Ok(parsed) => {
                self.without_credentials += usize::from(parsed.had_credentials);
                match parsed.address {
                    Address::Path(path) => self.add_path(&path, place),
                    url @ Address::Url(_) => self.add_unit(Unit::new(url), "urls", place),
                }
            }
            Err(error) => self.fault(place, &error.to_string()),
        }
    }

    /// Adds the entries of a list: a path or a URL in each line, or the lines of an inventory. Empty lines and those that
    /// begin with `#` do not count.
    pub(crate) fn add_list(&mut self, name: &str, content: &[u8]) {
        for (number, line) in (1..).zip(content.split(|byte| *byte == b'\n')) {
            let (line, place) = (line.trim_ascii(), Place::Line(name, number));
            if line.starts_with(b"{") {
                self.add_listed(line, place);
            } else if !line.is_empty() && !line.starts_with(b"#") {
                self.add(&os_string(line), place);
            }
        }
    }

    /// Adds a line of an inventory; its first line is skipped.
    fn add_listed(&mut self, line: &[u8], place: Place<'_>) {
        let Ok(listed) = serde_json::from_slice::<ListedUnit>(line) else {
            return self.fault(place, "it is no line of an inventory");
        };
        let Some(repository) = listed.repository else { return };
        match Address::from_canonical(&repository) {
            Ok(Address::Path(path)) => self.add_path(&path, place),
            Ok(address) => {
                let ListedUnit { source, archived, fork, .. } = listed;
                let name = source.clone().unwrap_or_else(|| "urls".to_owned());
                self.add_unit(Unit { address, source, archived, fork }, &name, place);
            }
            Err(error) => self.fault(place, &error.to_string()),
        }
    }

    fn add_path(&mut self, path: &Path, place: Place<'_>) {
        let shown = self.masked(&escape_terminal(path.display().to_string().as_bytes()));
        match fs::canonicalize(path).and_then(|path| local_repositories::find(&path)) {
            Ok(found) if found.paths.is_empty() => {
                self.fault(place, &format!("no repository is at or below {shown}"));
            }
            Ok(found) => {
                self.links += found.links;
                for path in found.paths {
                    self.add_unit(Unit::new(Address::Path(path)), "paths", place);
                }
            }
            Err(error) => self.fault(place, &format!("{shown}: {error}")),
        }
    }

    /// Adds a unit of a source.
    pub(crate) fn add_unit(&mut self, unit: Unit, source: &str, place: Place<'_>) {
        let repository = unit.address.canonical();
        let masked = self.masked(&repository);
        if masked != repository {
            return self.fault(place, &format!("its name holds a secret, which no file may keep: {masked}"));
        }
        let count = self.count(source);
        count.listed += 1;
        let is_repeated = match self.units.entry(repository) {
            Entry::Vacant(entry) => {
                entry.insert(unit);
                false
            }
            Entry::Occupied(_) => true,
        };
        self.count(source).repeated += u64::from(is_repeated);
    }

    /// Counts a repository of a source that the inventory leaves out.
    pub(crate) fn leave_out(&mut self, source: &str) {
        let count = self.count(source);
        count.listed += 1;
        count.left_out += 1;
    }

    fn count(&mut self, source: &str) -> &mut SourceCount {
        let new = || SourceCount { source: source.to_owned(), ..SourceCount::default() };
        self.sources.entry(source.to_owned()).or_insert_with(new)
    }

    fn fault(&mut self, place: Place<'_>, why: &str) {
        if self.faults.len() < MAX_LISTED {
            self.faults.push(format!("{place}: {why}"));
        } else {
            self.more += 1;
        }
    }

    fn masked(&self, text: &str) -> String {
        mask_values(&mask_secrets(&self.detector, text), ValueEnd::Component).into_owned()
    }

    /// Returns the units in the order of an inventory, and what each source had.
    ///
    /// # Errors
    /// An entry names no repository.
    pub(crate) fn finish(self) -> Result<(Vec<Unit>, Vec<SourceCount>), PlanError> {
        if !self.faults.is_empty() {
            return Err(PlanError { faults: self.faults, more: self.more });
        }
        Ok((self.units.into_values().collect(), self.sources.into_values().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(plan: Plan) -> Vec<String> {
        plan.finish().unwrap().0.iter().map(|unit| unit.address.canonical()).collect()
    }

    #[test]
    fn a_plan_is_sorted_and_counts_repetitions() {
        let mut plan = Plan::new();
        let list = b"# ours\nhttps://example.org/b.git\n\n  https://x:y@example.org/a.git\r\nhttps://example.org/b.git\n";
        plan.add_list("list", list);
        plan.leave_out("github:acme");
        assert_eq!(plan.without_credentials, 1);
        let (units, sources) = plan.finish().unwrap();
        let found: Vec<String> = units.iter().map(|unit| unit.address.canonical()).collect();
        assert_eq!(found, ["https://example.org/a.git", "https://example.org/b.git"]);
        let counts: Vec<_> =
            sources.iter().map(|one| (one.source.as_str(), one.listed, one.left_out, one.repeated)).collect();
        assert_eq!(counts, [("github:acme", 1, 1, 0), ("urls", 3, 0, 1)]);
    }

    #[test]
    fn the_plan_of_an_inventory_is_the_inventory() {
        let mut plan = Plan::new();
        plan.add_list("list", b"https://example.org/b.git\nhttps://example.org/a.git\n");
        let (units, sources) = plan.finish().unwrap();
        let mut out = Vec::new();
        super::super::Inventory::write(&units, sources, &mut out).unwrap();
        let mut again = Plan::new();
        again.add_list("inventory", &out);
        let (same, counted) = again.finish().unwrap();
        assert_eq!((same, counted[0].listed), (units, 2));
    }

    #[test]
    fn a_folder_stands_for_the_repositories_below_it() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        for git_dir in ["a/.git", "b/c.git", "b/d/.git", "a/vendor/e/.git"] {
            let folder = root.join(git_dir);
            fs::create_dir_all(folder.join("objects")).unwrap();
            fs::create_dir_all(folder.join("refs")).unwrap();
            fs::write(folder.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        }
        fs::create_dir_all(root.join("damaged/.git")).unwrap();
        fs::create_dir_all(root.join("empty")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.join("a"), root.join("b/link")).unwrap();
        let mut plan = Plan::new();
        plan.add(root.as_os_str(), Place::Argument(1));
        assert_eq!(plan.links, usize::from(cfg!(unix)));
        let expected = ["a", "b/c.git", "b/d", "damaged"].map(|name| format!("{}/{name}", root.display()));
        assert_eq!(names(plan), expected);
        let mut plan = Plan::new();
        plan.add(root.join("empty").as_os_str(), Place::Argument(1));
        plan.add(root.join("absent").as_os_str(), Place::Argument(2));
        let error = plan.finish().unwrap_err().to_string();
        assert!(error.contains("argument 1: no repository is at or below"), "{error}");
        assert!(error.contains("argument 2: "), "{error}");
    }

    #[test]
    fn an_entry_that_cannot_be_used_is_named_by_its_place_and_not_quoted() {
        let mut plan = Plan::new();
        plan.add_list(
            "list",
            b"https://example.org/a\nada:hunter2@example.org:a\nhttps://example.org/password=hunter2\n",
        );
        let error = plan.finish().unwrap_err().to_string();
        assert!(error.contains("list, line 2: a password") && error.contains("list, line 3: "), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
        let mut plan = Plan::new();
        for _ in 0..30 {
            plan.add_list("list", b"ext::x\n");
        }
        assert!(plan.finish().unwrap_err().to_string().contains("and 10 more"));
    }
}
