//! The merged view over the reports of many repositories, its formats, and the difference of two of them.

mod csv;
mod difference;
mod html;
mod json;
mod merged;
mod text;

use std::io::{self, BufWriter, Write};

pub(crate) use self::difference::FleetDifference;
pub(crate) use self::merged::{Coverage, Merged, Reading};
pub(crate) use self::text::repositories;

/// The formats of the merged view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FleetFormat {
    /// Text for people. `everything` lists each value and repository, `quiet` leaves out the sums.
    Human {
        everything: bool,
        quiet: bool,
    },
    Json,
    Html,
    Csv,
}

/// Writes the merged view.
///
/// # Errors
/// Whatever `out` fails with.
pub(crate) fn write(format: FleetFormat, merged: &Merged, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        FleetFormat::Human { everything, quiet } => {
            out.write_all(text::render(merged, everything, quiet).as_bytes())?;
        }
        FleetFormat::Json => json::write(merged, &mut out)?,
        FleetFormat::Html => html::write(merged, &mut out)?,
        FleetFormat::Csv => csv::write(merged, &mut out)?,
    }
    out.flush()
}
