//! From the names in a report back to the kinds that they stand for.

use super::error::SavedError;
use super::sanitize::text;
use crate::finding::{
    Confidence, Context, LocationKind, ProblemKind, ReasonCode, ScopeKind, Severity, SuppressedBy, Verdict,
    Verification,
};

/// A kind that a report writes by its name.
pub(super) trait Named: Copy + 'static {
    /// All kinds.
    const ALL: &'static [Self];

    /// Returns the name of a kind.
    fn name_of(self) -> &'static str;

    /// Returns the kind with a name.
    fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name_of() == name)
    }

    /// Returns the kind with the name in a field.
    fn in_field(field: &'static str, name: &str) -> Result<Self, SavedError> {
        Self::by_name(name).ok_or_else(|| SavedError::UnknownValue {
            field,
            value: text(&name.chars().take(40).collect::<String>()),
        })
    }
}

macro_rules! named {
    ($($kind:ty: $all:expr;)*) => {$(
        impl Named for $kind {
            const ALL: &'static [Self] = { use $kind as K; &$all };

            fn name_of(self) -> &'static str {
                self.name()
            }
        }
    )*};
}

named! {
    Severity: [K::Low, K::Medium, K::High, K::Critical];
    Confidence: [K::Low, K::Medium, K::High];
    ScopeKind: [K::Worktree, K::Staged, K::Range, K::History, K::Stdin];
    LocationKind: [K::File, K::Message, K::Path, K::Ref, K::Identity];
    SuppressedBy: [K::Inline, K::Config, K::Baseline, K::Gitleaks, K::GitleaksAllow];
    Context: [
        K::Production, K::Test, K::Example, K::Document, K::Translation, K::Generated, K::Vendored, K::Unknown
    ];
    Verdict: [K::Confirmed, K::Revoked, K::Test, K::FalseAlarm, K::Accepted];
    Verification: [K::Live, K::Dead, K::Unknown];
    ReasonCode: K::ALL;
    ProblemKind: [
        K::MissingObject, K::CorruptObject, K::Unreadable, K::MissingPath, K::ShallowClone, K::PartialClone,
        K::Unmerged, K::Budget, K::CorruptArchive, K::NothingRead, K::Panic, K::Interrupted, K::Suppression,
        K::Submodule, K::LfsPointer, K::SpecialFile, K::UnsupportedArchive, K::OtherOwner, K::ReadFromIndex,
        K::LeftOut, K::PolicyChange, K::UnresolvedRange, K::WiderRange, K::EmptyRange, K::OtherTool,
        K::AuditState,
        K::Unverified
    ];
}

/// The names of the parameters of reasons.
const PARAMETERS: [&str; 15] = [
    "cap", "check", "context", "date", "effect", "feature", "issuer", "kind", "length", "name", "owner",
    "subject", "words", "verdict", "by",
];

/// Returns the name of a parameter; `None` if no reason has it.
pub(super) fn parameter(name: &str) -> Option<&'static str> {
    PARAMETERS.into_iter().find(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the code spans in the first cells of the tables of the contract, from a heading to the next one.
    fn first_cells(heading: &str) -> Vec<String> {
        let contract = include_str!("../../../docs/cli.md");
        let (_, rest) = contract.split_once(heading).unwrap();
        let section = rest.split("\n## ").next().unwrap();
        let cells = section
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| line.split('|').nth(1).unwrap());
        let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
        names.map(str::to_owned).collect()
    }

    #[test]
    fn every_kind_of_the_contract_is_known() {
        let problems = first_cells("## Problems and notes");
        assert!(problems.len() > 20, "{problems:?}");
        for name in problems {
            assert!(ProblemKind::by_name(&name).is_some(), "{name}");
        }
    }

    #[test]
    fn every_parameter_of_the_contract_is_known() {
        let contract = include_str!("../../../docs/cli.md");
        let (_, rest) = contract.split_once("| code | meaning | parameters |").unwrap();
        let rows: Vec<&str> = rest.lines().skip(2).take_while(|line| line.starts_with('|')).collect();
        let codes = rows.iter().map(|row| row.split('|').nth(1).unwrap().matches('`').count() / 2);
        assert_eq!(codes.sum::<usize>(), ReasonCode::ALL.len());
        for row in rows {
            let cell = row.split('|').nth(3).unwrap();
            for part in cell.split(';').filter(|part| part.trim().starts_with('`')) {
                let part = part.split(", separated").next().unwrap();
                for listed in part.split(':').next().unwrap().split(',') {
                    let name = listed.trim().trim_matches('`').split('`').next().unwrap();
                    assert!(name.is_empty() || parameter(name).is_some(), "{name} in {row}");
                }
            }
        }
    }
}
