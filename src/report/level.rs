//! The level (error, warning, note) at which a finding is shown. Affects wording and colour, never exit codes.

use crate::finding::{Confidence, Context, Finding, Severity, Verdict};

/// The three levels of terminals, SARIF and CI annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Note,
    Warning,
    Error,
}

impl Level {
    /// Returns the level of a finding. Hooks block on `error` by default; a finding only in unreachable objects is a note.
    pub(crate) fn of(finding: &Finding) -> Self {
        match (finding.confidence, finding.severity) {
            _ if finding.verdict == Some(Verdict::Confirmed) => Self::Error,
            _ if finding.verdict == Some(Verdict::Revoked) => Self::Note,
            _ if !finding.is_reachable() => Self::Note,
            (Confidence::Low, _) => Self::Note,
            (_, Severity::Low) => Self::Warning,
            _ if !finding.provider && finding.context.is_some_and(Context::is_not_used) => Self::Warning,
            (Confidence::Medium, _) if !finding.provider => Self::Warning,
            _ => Self::Error,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn the_level_follows_confidence_severity_and_reach() {
        let cases = [
            (Confidence::High, Severity::Critical, true, Level::Error),
            (Confidence::High, Severity::High, false, Level::Error),
            (Confidence::Medium, Severity::High, true, Level::Error),
            (Confidence::Medium, Severity::High, false, Level::Warning),
            (Confidence::High, Severity::Low, true, Level::Warning),
            (Confidence::Low, Severity::Critical, true, Level::Note),
        ];
        for (confidence, severity, provider, expected) in cases {
            let finding = crate::finding::Finding { provider, severity, confidence, ..samples::finding() };
            assert_eq!(Level::of(&finding), expected, "{confidence} {severity} {provider}");
        }
        assert_eq!(Level::of(&samples::unreachable().findings[0]), Level::Note);
    }
}
