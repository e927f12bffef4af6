//! The arguments of `skant verify`, `disable` and `usage`, and those that they share with `skant scan --verify`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::report_format::ReportFormat;

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Fingerprints of a report (default: every value in the working tree).
    #[arg(value_name = "FINGERPRINT")]
    pub(crate) fingerprints: Vec<String>,
    /// Without fingerprints: every value of the history as well.
    #[arg(long, conflicts_with = "fingerprints")]
    pub(crate) history: bool,
    /// Ask this host: that of your own installation, for providers whose program others run as well.
    #[arg(long, value_name = "HOST", requires = "fingerprints")]
    pub(crate) host: Option<String>,
    /// Say whose each key is: name, person, workspace, last use. For Anthropic's API keys, with an Admin credential in
    /// `ANTHROPIC_ADMIN_KEY`, `ANTHROPIC_ADMIN_API_KEY` or `ANTHROPIC_OAUTH_TOKEN`.
    #[arg(long, requires = "fingerprints")]
    pub(crate) owner: bool,
    /// Write a report with the answers in this format, instead of a list.
    #[command(flatten)]
    pub(crate) format: ReportFormat,
    /// Write the report to FILE instead of standard output; with FORMAT:FILE, write it there as well (repeatable).
    #[arg(long, short, value_name = "[FORMAT:]FILE")]
    pub(crate) output: Vec<OsString>,
    #[command(flatten)]
    pub(crate) asking: AskOptions,
}

#[derive(Debug, Args)]
pub(crate) struct Disable {
    /// The fingerprint of the key, as in a report.
    #[arg(value_name = "FINGERPRINT")]
    pub(crate) fingerprint: String,
    /// Archive an Anthropic key: this is final. Without it the key becomes inactive, which can be undone.
    #[arg(long)]
    pub(crate) archive: bool,
    /// Do it without asking for the name of the key.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Ask this host: that of your own installation, for providers whose program others run as well.
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Option<String>,
    #[command(flatten)]
    pub(crate) asking: AskOptions,
}

#[derive(Debug, Args)]
pub(crate) struct Usage {
    /// The fingerprint of the key, as in a report.
    #[arg(value_name = "FINGERPRINT")]
    pub(crate) fingerprint: String,
    /// First day of the report, such as 2026-11-20, in UTC (default: the date of the commit that introduced the key).
    #[arg(long, value_name = "DATE", value_parser = parse_since)]
    pub(crate) since: Option<Timestamp>,
    /// The format of standard output.
    #[arg(long, short, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: UsageFormat,
    /// Same as `--format json`.
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) asking: AskOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UsageFormat {
    /// A table for people.
    Human,
    /// One JSON object.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Respond {
    /// Write the note of the incident to FILE (default: `skant-incident-DATE.md` in the current folder).
    #[arg(long, value_name = "FILE")]
    pub(crate) note: Option<PathBuf>,
    /// Forget the incident that is not finished, and begin a new one.
    #[arg(long)]
    pub(crate) restart: bool,
    #[command(flatten)]
    pub(crate) asking: AskOptions,
}

/// How to ask.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct AskOptions {
    /// The longest time for one answer, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = parse_seconds, hide_short_help = true)]
    pub(crate) timeout: Duration,
    /// Ask again for values whose answer is less than an hour old.
    #[arg(long, hide_short_help = true)]
    pub(crate) fresh: bool,
}

/// Parses a number of seconds from 0.1 to 600.
fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is not a number of seconds".to_owned())?;
    if (0.1..=600.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("it is not between 0.1 and 600".to_owned())
    }
}

/// Parses a day, which begins at midnight in UTC, or a time in RFC 3339.
fn parse_since(text: &str) -> Result<Timestamp, String> {
    let day = || {
        text.parse::<Date>()
            .ok()
            .filter(|_| text.len() == 10)?
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|time| time.timestamp())
    };
    // A time is tried first: a date parses the start of one, too.
    let time = text.parse().ok().or_else(day);
    time.ok_or_else(|| "it is no day such as 2026-11-20, and no time such as 2026-11-20T10:00:00Z".to_owned())
}
