//! The arguments of `skant allow` and `skant triage`.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::filter_options::FilterOptions;
use crate::finding::Verdict;

#[derive(Debug, Args)]
pub(crate) struct Allow {
    /// The fingerprints in a report, or their first digits (at least 6); RULE/FINGERPRINT works as well.
    #[arg(value_name = "FINGERPRINT", required_unless_present_any = ["rule", "path"])]
    pub(crate) fingerprints: Vec<String>,
    /// Instead of fingerprints: all findings of this rule (repeatable).
    #[arg(long, value_name = "RULE", conflicts_with = "fingerprints")]
    pub(crate) rule: Vec<String>,
    /// Instead of fingerprints: all findings below this path, a pattern as in `.gitignore` (repeatable).
    #[arg(long, value_name = "GLOB", conflicts_with = "fingerprints")]
    pub(crate) path: Vec<String>,
    /// With --rule and --path: findings of the whole history as well.
    #[arg(long, conflicts_with = "fingerprints")]
    pub(crate) history: bool,
    /// What the value is: `confirmed` and `revoked` secrets stay in reports.
    #[arg(long, value_name = "VERDICT")]
    pub(crate) verdict: Option<Verdict>,
    /// Your name, for the entry (default: no name).
    #[arg(long, value_name = "NAME", requires = "verdict")]
    pub(crate) by: Option<String>,
    /// Why the value is not a secret, or does no harm, or what was done about it.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Last day on which the entry applies, such as 2027-01-31 (default: no end).
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Triage {
    /// Go through the findings of the whole history as well.
    #[arg(long)]
    pub(crate) history: bool,
    /// Your name, for the entries (default: no name).
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    #[command(flatten)]
    pub(crate) filters: FilterOptions,
}

impl ValueEnum for Verdict {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Confirmed => "a secret in use: fails every run",
            Self::Revoked => "it was a secret, and works no more: listed, fails no run",
            Self::Accepted => "a secret whose risk is accepted: suppressed",
            Self::Test => "a value for tests: suppressed",
            Self::FalseAlarm => "no secret: suppressed",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}
