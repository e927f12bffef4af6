//! Wording that several formats share: locations, problems, steps.

use crate::finding::{Companion, Finding, Location, LocationKind, Problem, Scope, ScopeKind, Suppressed};

/// Whether a location is a file of the working tree: never in a history scan, and in a range only while a branch head
/// still holds the value.
pub(crate) fn in_working_tree(kind: LocationKind, scope: &Scope, finding: Option<&Finding>) -> bool {
    let gone = finding.and_then(|finding| finding.history.as_ref()).is_some_and(|history| !history.at_head);
    kind == LocationKind::File && scope.kind != ScopeKind::History && !gone
}

/// Returns the first 12 characters of a commit id.
pub(crate) fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// Describes a location, with the archives and encodings around it.
pub(crate) fn describe_location(location: &Location) -> String {
    match inside(location) {
        Some(inside) => format!("{}, {inside}", describe_position(location)),
        None => describe_position(location),
    }
}

/// Describes the archives and encodings around a value, with the line in the innermost archive member.
pub(crate) fn inside(location: &Location) -> Option<String> {
    let line = location.in_member.map(|at| format!("line {} ", at.line)).unwrap_or_default();
    (!location.via.is_empty()).then(|| format!("{line}inside {}", location.via.join(", ")))
}

/// Describes the companion of a credential pair: its name, masked value and position.
pub(crate) fn companion(location: &Location) -> Option<String> {
    let Companion { name, masked, start, .. } = location.companion.as_ref()?;
    let there = Location { start: *start, ..location.clone() };
    Some(format!("{name} {masked}, {}", describe_position(&there)))
}

/// Describes a position; for a file in the form `path:line:column`, which editors and terminals follow.
pub(crate) fn describe_position(location: &Location) -> String {
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

/// Describes the location of a suppressed finding.
pub(crate) fn suppressed(suppressed: &Suppressed) -> String {
    let Suppressed { kind, path, line, .. } = suppressed;
    match kind {
        LocationKind::File => format!("{path}:{line}"),
        kind => format!("{} {path}", kind.name()),
    }
}

/// Describes a problem or note, with its path.
pub(crate) fn problem(problem: &Problem) -> String {
    match &problem.path {
        Some(path) => format!("{path}: {}", problem.message),
        None => problem.message.clone(),
    }
}

/// Numbers the steps of the advice.
pub(crate) fn steps(help: &[String]) -> Vec<String> {
    (1..).zip(help).map(|(number, help)| format!("{number}. {help}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn only_present_files_are_in_the_working_tree() {
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
