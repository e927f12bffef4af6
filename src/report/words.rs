//! Wording that several formats share: locations, problems, steps.

use crate::finding::{
    CommitInfo, Companion, Context, Event, Finding, Location, LocationKind, Problem, Report, Scope,
    ScopeKind, Suppressed, Verified,
};

/// Returns a location as the checked-out files have it: the location itself in a scan of files or of the index, that in
/// the checked-out commit in a scan of commits. `None` if they do not have it, or it is not in a file.
pub(crate) fn in_working_tree<'l>(location: &'l Location, scope: &Scope) -> Option<&'l Location> {
    match (location.kind, scope.kind) {
        (LocationKind::File, ScopeKind::Range | ScopeKind::History) => location.at_head.as_deref(),
        (LocationKind::File, _) => Some(location),
        _ => None,
    }
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

/// Describes the provider's answer about a finding, with what it says about the owner; `None` if nobody asked.
pub(crate) fn verified(finding: &Finding) -> Option<String> {
    finding.verified.as_deref().map(Verified::describe)
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

/// Counts the reachable findings outside of production by their context: `3 of them in tests, 1 in generated files`.
/// `None` if there is none.
pub(crate) fn contexts(report: &Report) -> Option<String> {
    const PLACES: [(Context, &str); 6] = [
        (Context::Test, "in tests"),
        (Context::Example, "in examples"),
        (Context::Document, "in documents"),
        (Context::Translation, "in translations"),
        (Context::Generated, "in generated files"),
        (Context::Vendored, "in vendored code"),
    ];
    let count = |context: Context| {
        let there = |finding: &&Finding| finding.is_reachable() && finding.context == Some(context);
        report.findings.iter().filter(there).count()
    };
    let counted = PLACES.into_iter().map(|(context, place)| (count(context), place));
    let parts: Vec<String> = counted
        .filter(|(number, _)| *number > 0)
        .enumerate()
        .map(|(at, (number, place))| format!("{number}{} {place}", if at == 0 { " of them" } else { "" }))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Describes an event in a history: its commit and its path.
pub(crate) fn event(event: &Event) -> String {
    format!("{} in {}", commit(&event.commit), event.path)
}

/// Describes a commit: short id, day, author.
fn commit(commit: &CommitInfo) -> String {
    let id = short(&commit.id);
    let day = commit.date.as_deref().map(|date| date.get(..10).unwrap_or(date));
    match day {
        Some(day) => format!("{id}, {day}, {}", commit.author),
        None => format!("{id}, {}", commit.author),
    }
}

/// Returns the name of a person without the address.
pub(crate) fn person(author: &str) -> &str {
    author.split(" <").next().filter(|name| !name.is_empty()).unwrap_or(author)
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
    fn a_scan_of_commits_shows_only_what_the_checked_out_commit_has() {
        let here = samples::location("a");
        let moved = Location { at_head: Some(Box::new(samples::location("b"))), ..here.clone() };
        let in_name = Location { kind: LocationKind::Path, ..here.clone() };
        for (kind, location, expected) in [
            (ScopeKind::Worktree, &here, Some("a")),
            (ScopeKind::Staged, &here, Some("a")),
            (ScopeKind::Stdin, &here, Some("a")),
            (ScopeKind::Range, &here, None),
            (ScopeKind::Range, &moved, Some("b")),
            (ScopeKind::History, &here, None),
            (ScopeKind::History, &moved, Some("b")),
            (ScopeKind::Staged, &in_name, None),
        ] {
            let scope = Scope { kind, ..Scope::default() };
            let shown = in_working_tree(location, &scope).map(|location| location.path.as_str());
            assert_eq!(shown, expected, "{kind:?}");
        }
    }
}
