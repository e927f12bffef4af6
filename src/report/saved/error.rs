//! Why a saved report cannot be read.

use miette::Diagnostic;
use thiserror::Error;

/// The largest report to read, in bytes.
pub(crate) const MAX_BYTES: usize = 512 << 20;

/// Why a saved report cannot be read.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum SavedError {
    #[error("it is no JSON report: {0}")]
    #[diagnostic(
        code(skant::report::not_json),
        help(
            "save a report with `skant scan --output json:FILE`; JSON lines and other formats cannot be read"
        )
    )]
    NotJson(String),
    #[error("it is JSON, but no report of skant")]
    #[diagnostic(
        code(skant::report::not_a_report),
        help("save a report with `skant scan --output json:FILE`")
    )]
    NotAReport,
    #[error("it has schema version {0}, and this version of skant reads version 1")]
    #[diagnostic(
        code(skant::report::schema),
        help("read it with the version of skant that wrote it, or a newer one")
    )]
    Schema(u64),
    #[error("its field `{field}` has the unknown value `{value}`")]
    #[diagnostic(
        code(skant::report::unknown_value),
        help("a newer version of skant may have written it; otherwise save the report again")
    )]
    UnknownValue { field: &'static str, value: String },
    #[error("it has more than {} MiB", MAX_BYTES >> 20)]
    #[diagnostic(
        code(skant::report::too_large),
        help("scan again with `--rule`, `--severity` or paths, and save a smaller report")
    )]
    TooLarge,
}
