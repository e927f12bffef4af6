//! What several formats say alike: places, problems, steps.

use crate::finding::{Companion, Finding, Location, LocationKind, Problem, Scope, ScopeKind, Suppressed};

/// Whether a file's path can be opened in the working tree: not what a scan of the past tells, and in a
/// range only what a branch head still holds.
pub(crate) fn in_working_tree(kind: LocationKind, scope: &Scope, finding: Option<&Finding>) -> bool {
    let gone = finding.and_then(|finding| finding.history.as_ref()).is_some_and(|history| !history.at_head);
    kind == LocationKind::File && scope.kind != ScopeKind::History && !gone
}

/// A commit's name, as people tell it.
pub(crate) fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// A place in words, and what it stands inside of.
pub(crate) fn place(location: &Location) -> String {
    match inside(location) {
        Some(inside) => format!("{}, {inside}", spot(location)),
        None => spot(location),
    }
}

/// The archives and coats that a value stands inside of, with the line of the innermost archive's member.
pub(crate) fn inside(location: &Location) -> Option<String> {
    let line = location.in_member.map(|at| format!("line {} ", at.line)).unwrap_or_default();
    (!location.via.is_empty()).then(|| format!("{line}inside {}", location.via.join(", ")))
}

/// The other half of a pair: what it is, what may be shown of it, and where it stands.
pub(crate) fn other_half(location: &Location) -> Option<String> {
    let Companion { name, masked, start, .. } = location.companion.as_ref()?;
    let there = Location { start: *start, ..location.clone() };
    Some(format!("{name} {masked}, {}", spot(&there)))
}

/// A place in words; a file's as editors and terminals follow it.
pub(crate) fn spot(location: &Location) -> String {
    let Location { kind, path, start, commit, .. } = location;
    match kind {
        LocationKind::File => {
            let commit = commit.as_ref().map(|commit| format!(" in commit {}", short(&commit.id)));
            format!("{path}:{}:{}{}", start.line, start.column, commit.unwrap_or_default())
        }
        LocationKind::Message => format!("message of {path}, line {}, column {}", start.line, start.column),
        LocationKind::Path => format!("file name {path}"),
        LocationKind::Ref => format!("name of {path}"),
        LocationKind::Identity => format!("person's name: {path}"),
    }
}

/// The place of a suppressed finding in words.
pub(crate) fn suppressed(suppressed: &Suppressed) -> String {
    let Suppressed { kind, path, line, .. } = suppressed;
    match kind {
        LocationKind::File => format!("{path}:{line}"),
        kind => format!("{} {path}", kind.name()),
    }
}

/// A problem or note with its path.
pub(crate) fn problem(problem: &Problem) -> String {
    match &problem.path {
        Some(path) => format!("{path}: {}", problem.message),
        None => problem.message.clone(),
    }
}

/// What to do, a line for each step.
pub(crate) fn steps(help: &[String]) -> Vec<String> {
    (1..).zip(help).map(|(number, help)| format!("{number}. {help}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn only_what_can_be_opened_is_in_the_working_tree() {
        let (here, gone) = (samples::history().findings.remove(0), samples::removed().findings.remove(0));
        let cases = [
            (ScopeKind::Worktree, LocationKind::File, None, true),
            (ScopeKind::Staged, LocationKind::File, None, true),
            (ScopeKind::Range, LocationKind::File, None, true),
            (ScopeKind::Range, LocationKind::File, Some(&here), true),
            (ScopeKind::Range, LocationKind::File, Some(&gone), false),
            (ScopeKind::History, LocationKind::File, Some(&here), false),
            (ScopeKind::History, LocationKind::File, None, false),
            (ScopeKind::Staged, LocationKind::Path, None, false),
            (ScopeKind::Range, LocationKind::Message, None, false),
            (ScopeKind::Range, LocationKind::Ref, Some(&here), false),
            (ScopeKind::Range, LocationKind::Identity, None, false),
        ];
        for (scope, kind, finding, expected) in cases {
            let scope = Scope { kind: scope, ..Scope::default() };
            assert_eq!(in_working_tree(kind, &scope, finding), expected, "{scope:?} {kind:?}");
        }
    }
}
