//! The options with the format of a report.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::report::Format;

#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct ReportFormat {
    /// Format of the report on standard output (default: human).
    #[arg(long, short, value_name = "FORMAT")]
    format: Option<Format>,
    /// Short for `--format json`.
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

impl ReportFormat {
    /// Returns the format that is asked for, if one is.
    pub(crate) fn wanted(self) -> Option<Format> {
        if self.json { Some(Format::Json) } else { self.format }
    }
}

/// The names and descriptions come from the table of the formats, so the help lists every format.
impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Format; Format::TABLE.len()] = {
            let mut all = [Format::Human; Format::TABLE.len()];
            let mut index = 0;
            while index < all.len() {
                all[index] = Format::TABLE[index].0;
                index += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (_, name, description) = Self::TABLE.into_iter().find(|(format, ..)| format == self)?;
        Some(PossibleValue::new(name).help(description))
    }
}
