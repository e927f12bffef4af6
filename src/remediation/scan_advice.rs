//! Advice on the findings of a scan by the library, where no command says what the user does.

use crate::finding::{Report, ScopeKind};
use crate::remediation::{Situation, advise};
use crate::scan::Scanner;

/// Fills in [`Finding::help`](crate::Finding::help), the steps to take, in a report of this scanner. Scans leave it empty.
pub fn add_help(report: &mut Report, scanner: &Scanner) {
    let situation = situation(report.scope.kind);
    advise(report, scanner.detector().rules(), situation);
}

/// Returns the situation of a scan with this scope, as `skant scan` does.
const fn situation(scope: ScopeKind) -> Situation {
    match scope {
        // A path from the root of the repository is valid in each of its folders, and with or without a commit.
        ScopeKind::Staged => Situation::Staged { unborn: false, below: true },
        ScopeKind::Range => Situation::Range,
        ScopeKind::History => Situation::History,
        ScopeKind::Worktree | ScopeKind::Stdin => Situation::Files,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_has_the_advice_of_its_situation() {
        let scanner = Scanner::default();
        let text = format!("password = \"{}\"\n", ["kX9pQ2", "vR7tLm"].concat());
        let plain = scanner.scan_bytes("config/app.toml", text.as_bytes());
        assert!(plain.findings[0].help.is_empty());
        let help = |kind| {
            let mut report = plain.clone();
            report.scope.kind = kind;
            add_help(&mut report, &scanner);
            report.findings[0].help.join("\n")
        };
        for (kind, words) in [
            (ScopeKind::Worktree, "then remove it from the file"),
            (ScopeKind::Stdin, "then remove it from the file"),
            (ScopeKind::Staged, "`git restore --staged -- :/config/app.toml`"),
            (ScopeKind::Range, "before they are pushed"),
            (ScopeKind::History, "only then clean the history"),
        ] {
            assert!(help(kind).contains(words), "{kind}: {}", help(kind));
        }
    }
}
