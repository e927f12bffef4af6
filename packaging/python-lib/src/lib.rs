//! The native part of the Python package `skant`: scans without the interpreter's lock, and returns each report as the
//! JSON of `skant scan --format json`. `python/skant/__init__.py` makes typed objects of it.
//!
//! No secret reaches Python: a report has masks and fingerprints only, texts of errors are masked, and a panic shows its
//! position and not its message.

mod interruptible;
mod scan;
mod scanner_cache;

use std::io::Write as _;
use std::panic;
use std::path::PathBuf;

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use scan::{RepositoryScope, ScanFailure};
use skant::Confidence;

create_exception!(skant, Error, PyException, "A scan that could not start.");

/// Scans bytes, and returns the report as JSON; `None` if everything was read and nothing was found.
#[pyfunction]
fn scan_bytes<'py>(
    py: Python<'py>,
    data: &[u8],
    path: &[u8],
    min_confidence: Option<&str>,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let confidence = confidence(min_confidence)?;
    let json = py.detach(|| panic::catch_unwind(|| scan::scan_bytes(data, path, confidence)));
    let json = json.map_err(|_| panicked())??;
    Ok(json.map(|json| PyBytes::new(py, &json)))
}

/// Scans a repository, and returns the report as JSON. `revisions` is a range of its history; without it the scope is
/// the whole history or the working tree. `jobs` is the number of threads.
#[pyfunction]
fn scan_repository<'py>(
    py: Python<'py>,
    path: PathBuf,
    whole_history: bool,
    revisions: Option<Vec<String>>,
    min_confidence: Option<&str>,
    jobs: Option<usize>,
) -> PyResult<Bound<'py, PyBytes>> {
    let confidence = confidence(min_confidence)?;
    let scope = match revisions {
        Some(names) => RepositoryScope::Range(names),
        None if whole_history => RepositoryScope::History,
        None => RepositoryScope::WorkTree,
    };
    let json = interruptible::run(py, move |control| {
        scan::scan_repository(&path, &scope, confidence, jobs.unwrap_or(0), control)
    })?;
    Ok(PyBytes::new(py, &json.ok_or_else(panicked)??))
}

fn confidence(name: Option<&str>) -> PyResult<Option<Confidence>> {
    match name {
        None => Ok(None),
        Some("low") => Ok(Some(Confidence::Low)),
        Some("medium") => Ok(Some(Confidence::Medium)),
        Some("high") => Ok(Some(Confidence::High)),
        Some(_) => Err(PyValueError::new_err("min_confidence is 'low', 'medium' or 'high'")),
    }
}

fn panicked() -> PyErr {
    Error::new_err("the scan panicked; please report it with the position that was printed")
}

impl From<ScanFailure> for PyErr {
    fn from(failure: ScanFailure) -> Self {
        Error::new_err(failure.0)
    }
}

/// Prints only the source location of a panic of this module: its message may hold the scanned text.
fn hide_panic_messages() {
    panic::set_hook(Box::new(|info| {
        let location = info.location().map(|location| format!("{}:{}", location.file(), location.line()));
        // If standard error is closed, the exception still reports the panic.
        let _ = writeln!(std::io::stderr(), "skant: internal error at {}", location.unwrap_or_default());
    }));
}

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    hide_panic_messages();
    module.add("Error", module.py().get_type::<Error>())?;
    module.add("VERSION", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(scan_bytes, module)?)?;
    module.add_function(wrap_pyfunction!(scan_repository, module)?)
}
