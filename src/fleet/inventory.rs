//! The inventory: the list of the repositories of a fleet, frozen in a file of JSON lines.
//!
//! The first line counts the others, so that a cut file is noticed. The others are sorted by their address without
//! repetitions, so that reading needs the memory of two lines only.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, Write};

use miette::Diagnostic;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::address::AddressError;
use super::unit::{Unit, UnitLine};

/// The version of the format.
const VERSION: u32 = 1;

/// The longest line, in bytes.
const MAX_LINE: u64 = 64 << 10;

/// The first line of an inventory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Header {
    /// The version of the format.
    pub(crate) inventory: u32,
    /// The number of lines that follow.
    pub(crate) repositories: u64,
    /// What each source had.
    #[serde(default)]
    pub(crate) sources: Vec<SourceCount>,
}

/// How many repositories a source had, and how many of them are in the inventory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SourceCount {
    /// `paths`, `urls`, or the forge and the owner, such as `github:acme`.
    pub(crate) source: String,
    pub(crate) listed: u64,
    /// Archived ones and forks that were left out, as asked for.
    pub(crate) left_out: u64,
    /// Those that the inventory has already.
    pub(crate) repeated: u64,
}

/// An inventory that cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum InventoryError {
    #[error("cannot read the inventory: {0}")]
    #[diagnostic(code(skant::fleet::unreadable_inventory), help("check the name and the permissions"))]
    Unreadable(io::Error),
    #[error("the inventory does not begin with the line that counts it")]
    #[diagnostic(
        code(skant::fleet::no_inventory),
        help(
            "`skant fleet plan` writes an inventory; `skant fleet plan --from FILE` makes one of a list of paths and URLs"
        )
    )]
    NoHeader,
    #[error("the inventory has version {0}, and this version of skant reads version {VERSION}")]
    #[diagnostic(
        code(skant::fleet::inventory_version),
        help("read it with the version of skant that wrote it")
    )]
    Version(u32),
    #[error("line {line} of the inventory {what}")]
    #[diagnostic(
        code(skant::fleet::inventory_line),
        help(
            "`skant fleet plan --from FILE` makes an inventory of the paths and URLs of a list or of another inventory"
        )
    )]
    Line { line: u64, what: String },
    #[error("of its repositories the inventory lists {found}, and its first line says {expected}")]
    #[diagnostic(
        code(skant::fleet::inventory_count),
        help("it was cut or edited; `skant fleet plan --from FILE` counts what is left")
    )]
    Count { expected: u64, found: u64 },
}

/// An inventory that is read line by line.
pub(crate) struct Inventory {
    lines: BufReader<File>,
    pub(crate) header: Header,
    /// The number of units read.
    read: u64,
    last: String,
}

impl Inventory {
    /// Writes an inventory of sorted units without repetitions.
    ///
    /// # Errors
    /// Whatever `out` fails with.
    pub(crate) fn write(units: &[Unit], sources: Vec<SourceCount>, out: &mut dyn Write) -> io::Result<()> {
        let header = Header { inventory: VERSION, repositories: units.len() as u64, sources };
        writeln!(out, "{}", serde_json::to_string(&header)?)?;
        for unit in units {
            writeln!(out, "{}", serde_json::to_string(&unit.line())?)?;
        }
        Ok(())
    }

    /// Checks a whole file and returns to its first unit.
    ///
    /// # Errors
    /// It cannot be read, or it is no whole inventory.
    pub(crate) fn open(file: File) -> Result<Self, InventoryError> {
        let mut checked = Self::start(file)?;
        while checked.next()?.is_some() {}
        Self::start(checked.lines.into_inner())
    }

    fn start(mut file: File) -> Result<Self, InventoryError> {
        file.rewind().map_err(InventoryError::Unreadable)?;
        let mut lines = BufReader::new(file);
        let first = read_line(&mut lines, 1)?.ok_or(InventoryError::NoHeader)?;
        let header: Header = serde_json::from_slice(&first).map_err(|_| InventoryError::NoHeader)?;
        if header.inventory != VERSION {
            return Err(InventoryError::Version(header.inventory));
        }
        Ok(Self { lines, header, read: 0, last: String::new() })
    }

    /// Returns the next unit and its number, from 0; `None` at the end.
    ///
    /// # Errors
    /// The line is no unit, or not the one that may follow.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Unit)>, InventoryError> {
        let line = self.read + 2;
        let Some(bytes) = read_line(&mut self.lines, line)? else {
            let (expected, found) = (self.header.repositories, self.read);
            return if expected == found { Ok(None) } else { Err(InventoryError::Count { expected, found }) };
        };
        let wrong = |what: &str| InventoryError::Line { line, what: what.to_owned() };
        let parsed: UnitLine = serde_json::from_slice(&bytes)
            .map_err(|_| wrong("is no JSON object with `repository` and `unit`"))?;
        if parsed.repository <= self.last {
            return Err(wrong("is not after the one before it in the order of the addresses"));
        }
        self.last.clone_from(&parsed.repository);
        let unit = parsed.into_unit().map_err(|error: Option<AddressError>| match error {
            Some(error) => wrong(&format!("has an address that cannot be used: {error}")),
            None => wrong("has a `unit` that is not the one of its address"),
        })?;
        self.read += 1;
        Ok(Some((self.read - 1, unit)))
    }
}

/// Reads a line without its end; `None` at the end of the file.
fn read_line(lines: &mut impl BufRead, number: u64) -> Result<Option<Vec<u8>>, InventoryError> {
    let mut line = Vec::new();
    lines.take(MAX_LINE).read_until(b'\n', &mut line).map_err(InventoryError::Unreadable)?;
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() as u64 == MAX_LINE {
        return Err(InventoryError::Line { line: number, what: "is too long".to_owned() });
    } else if line.is_empty() {
        return Ok(None);
    }
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::Address;
    use crate::fleet::store::CoverageRow;

    fn units(number: usize) -> Vec<Unit> {
        let url = |at| Unit::new(Address::Url(format!("https://example.org/a{at:05}.git")));
        (0..number).map(url).collect()
    }

    fn text(number: usize) -> String {
        let mut out = Vec::new();
        Inventory::write(&units(number), Vec::new(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn opened(text: &str) -> Result<Inventory, InventoryError> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.rewind().unwrap();
        Inventory::open(file)
    }

    #[test]
    fn an_inventory_is_read_as_it_was_written() {
        for number in [0, 1, 300] {
            let mut inventory = opened(&text(number)).unwrap();
            let mut read = Vec::new();
            while let Some((at, unit)) = inventory.next().unwrap() {
                assert_eq!(usize::try_from(at), Ok(read.len()));
                read.push(unit);
            }
            assert_eq!(read, units(number));
        }
    }

    #[test]
    fn an_inventory_that_was_cut_or_edited_is_refused() {
        let whole = text(3);
        let lines: Vec<&str> = whole.lines().collect();
        let long = format!("{}\n{}", lines[0], "x".repeat(100_000));
        for (text, expected) in [
            (String::new(), "does not begin with the line"),
            ("/srv/a\n".to_owned(), "does not begin with the line"),
            (whole.replacen("\"inventory\":1", "\"inventory\":2", 1), "has version 2"),
            (lines[..3].join("\n"), "lists 2, and its first line says 3"),
            (
                format!("{whole}{}\n", lines[3].replace("a00002", "a00003")),
                "line 5 of the inventory has a `unit`",
            ),
            ([lines[0], lines[2], lines[1], lines[3]].join("\n"), "line 3 of the inventory is not after"),
            ([lines[0], lines[1], lines[1], lines[3]].join("\n"), "line 3 of the inventory is not after"),
            (whole[..whole.len() - 10].to_owned(), "line 4 of the inventory is no JSON object"),
            (
                whole.replacen("example.org", "a:b@example.org", 1),
                "line 2 of the inventory has an address that",
            ),
            (long, "line 2 of the inventory is too long"),
        ] {
            let error = opened(&text).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(expected), "{error}: {text}");
        }
    }

    #[test]
    fn schema_file_matches_the_types() {
        #[derive(schemars::JsonSchema)]
        #[serde(untagged)]
        #[expect(dead_code, reason = "the schema of the lines of the files")]
        enum Line {
            Header(Header),
            Unit(UnitLine),
            Row(Box<CoverageRow>),
        }
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
        let mut schema = settings.into_generator().into_root_schema_for::<Line>();
        schema.insert(
            "title".into(),
            "A line of an inventory, or the coverage row of a unit, of skant fleet".into(),
        );
        let generated = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/fleet.schema.json");
        if std::env::var_os("SNAPSHOTS").is_some_and(|wish| wish == "overwrite") {
            std::fs::write(path, &generated).unwrap();
        }
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert!(generated == stored, "SNAPSHOTS=overwrite cargo test --lib fleet::inventory");
    }
}
