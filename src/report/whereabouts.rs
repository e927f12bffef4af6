//! Where a value still is, in words: in the files of which refs, in the history of which others, in how many commits.

use crate::finding::{CommitInfo, Event, Finding, HeldBy, History, Holders, RefKind};
use crate::report::human::counted;
use crate::report::words;

/// The most refs of a kind that a sentence names.
const MAX_NAMED: usize = 3;

/// Describes where a value is now, and how many commits hold it.
pub(crate) fn now(history: &History) -> String {
    let place = match &history.held_by {
        Some(held_by) if history.reachable => of_refs(history, held_by),
        _ => in_general(history),
    };
    match history.commits {
        0 => format!("{place}; no commit holds it"),
        1 => format!("{place}; 1 commit holds it"),
        number => format!("{place}; {} hold it", counted(number, "commit")),
    }
}

/// Describes since when a value is there, and who brought it in; with the commit, if the first location has another.
pub(crate) fn since(finding: &Finding) -> Option<String> {
    let CommitInfo { author, date, id } = &finding.history.as_ref()?.introduced.as_ref()?.commit;
    let day = date.as_deref().map(|date| format!("since {} ", date.get(..10).unwrap_or(date)));
    let shown = finding.locations.first().and_then(|first| first.commit.as_ref());
    let commit = shown.filter(|shown| shown.id != *id).map(|_| format!(" in commit {}", words::short(id)));
    Some(format!("{}by {}{}", day.unwrap_or_default(), words::person(author), commit.unwrap_or_default()))
}

/// Describes the history of a value in lines: introduced, removed, now.
pub(crate) fn lines(history: &History) -> Vec<String> {
    let event = |label: &str, event: &Option<Event>| {
        event.as_ref().map(|event| format!("{label} in {}", words::event(event)))
    };
    let known = [event("introduced", &history.introduced), event("removed", &history.removed)];
    known.into_iter().flatten().chain([format!("now {}", now(history))]).collect()
}

/// Describes where a value is now in a few words: at the head of which branch, or only in how many refs.
pub(crate) fn briefly(history: &History) -> String {
    let Some(held_by) = history.held_by.as_deref().filter(|_| history.reachable) else {
        return in_general(history);
    };
    let in_files = listed_first(held_by, |holders| (holders.in_files, holders.split_names().0));
    let others = other_refs(held_by);
    let more = (others > 0).then(|| format!("in the history of {}", counted(others, "ref")));
    match (in_files, more) {
        (Some(files), _) => format!("in the files of {files}"),
        (None, Some(more)) => format!("removed, still {more}"),
        (None, None) => in_reflogs(held_by).unwrap_or_else(|| in_general(history)),
    }
}

/// Returns the first ref, and the number of the others.
fn listed_first(held_by: &HeldBy, of: impl Fn(&Holders) -> (usize, &[String])) -> Option<String> {
    let kinds = RefKind::ALL.into_iter().filter(|kind| *kind != RefKind::Reflog);
    let all: Vec<(usize, &[String])> = kinds.map(|kind| of(held_by.of(kind))).collect();
    let first = all.iter().find_map(|(_, names)| names.first())?;
    let count: usize = all.iter().map(|(count, _)| count).sum();
    Some(match count {
        0 | 1 => first.clone(),
        count => format!("{first} and {}", counted(count - 1, "other ref")),
    })
}

/// Returns the names of refs of all kinds: those with the value in their files, and those with it in their history only.
pub(crate) fn names(held_by: &HeldBy) -> (Vec<&str>, Vec<&str>) {
    let kinds = RefKind::ALL.into_iter().filter(|kind| *kind != RefKind::Reflog);
    let split = kinds.map(|kind| held_by.of(kind).split_names());
    split.fold((Vec::new(), Vec::new()), |(mut files, mut history), (in_files, others)| {
        files.extend(in_files.iter().map(String::as_str));
        history.extend(others.iter().map(String::as_str));
        (files, history)
    })
}

/// Describes where a value is whose refs are not known.
fn in_general(history: &History) -> String {
    match (history.at_head, history.reachable) {
        (true, _) => "still in the files of a branch",
        (false, true) => "no longer in the files of any branch, still in the history",
        (false, false) => "only in unreachable objects, which git will delete",
    }
    .to_owned()
}

fn of_refs(history: &History, held_by: &HeldBy) -> String {
    let in_files = listed(held_by, |holders| (holders.in_files, holders.split_names().0));
    let in_history = listed(held_by, |holders| {
        (holders.count - holders.in_files.min(holders.count), holders.split_names().1)
    });
    let gone = if history.at_head { "" } else { "no longer in the files of any branch; " };
    match (in_files, in_history) {
        (Some(files), Some(others)) => {
            let more = other_refs(held_by);
            let others = if more > MAX_NAMED { counted(more, "other ref") } else { others };
            format!("{gone}still in the files of {files}, and in the history of {others}")
        }
        (Some(files), None) => format!("{gone}still in the files of {files}"),
        (None, Some(others)) => format!("{gone}still in the history of {others}"),
        (None, None) => in_reflogs(held_by).unwrap_or_else(|| in_general(history)),
    }
}

/// Returns the number of refs with a value in their history only, without reflogs.
fn other_refs(held_by: &HeldBy) -> usize {
    let kinds = RefKind::ALL.into_iter().filter(|kind| *kind != RefKind::Reflog);
    kinds.map(|kind| held_by.of(kind)).map(|holders| holders.count.saturating_sub(holders.in_files)).sum()
}

/// Describes where a value is that only reflogs keep.
fn in_reflogs(held_by: &HeldBy) -> Option<String> {
    let Holders { count, names, .. } = held_by.of(RefKind::Reflog);
    let names = enumerated(*count, names)?;
    Some(format!("no longer reached by any ref; the reflog of {names} keeps it until git expires it"))
}

/// Lists the refs of all kinds but reflogs; `None` without one.
fn listed(held_by: &HeldBy, of: impl Fn(&Holders) -> (usize, &[String])) -> Option<String> {
    let kinds = RefKind::ALL.into_iter().filter(|kind| *kind != RefKind::Reflog);
    let parts: Vec<String> = kinds
        .filter_map(|kind| {
            let (count, names) = of(held_by.of(kind));
            let word = match (kind, count) {
                (RefKind::Branch, 1) => "branch ",
                (RefKind::Branch, _) => "branches ",
                (RefKind::Remote, 1) => "remote branch ",
                (RefKind::Remote, _) => "remote branches ",
                (RefKind::Tag, 1) => "tag ",
                (RefKind::Tag, _) => "tags ",
                (RefKind::PullRequest, 1) => "pull request ",
                (RefKind::PullRequest, _) => "pull requests ",
                (RefKind::Notes, _) => "notes ",
                (RefKind::Stash | RefKind::Other | RefKind::Reflog, _) => "",
            };
            Some(format!("{word}{}", enumerated(count, names)?))
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Enumerates names: `main, dev and 3 more`; only the number if no name is known; `None` for none.
fn enumerated(count: usize, names: &[String]) -> Option<String> {
    let shown = names.len().min(count).min(if count == MAX_NAMED + 1 { count } else { MAX_NAMED });
    match (count, &names[..shown]) {
        (0, _) => None,
        (count, []) => Some(format!("({count} more)")),
        (count, shown) if count > shown.len() => {
            Some(format!("{} and {} more", shown.join(", "), count - shown.len()))
        }
        (_, [only]) => Some(only.clone()),
        (_, [first @ .., last]) => Some(format!("{} and {last}", first.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holders(in_files: &[&str], others: &[&str], more: usize) -> Holders {
        let names = in_files.iter().chain(others).map(|name| (*name).to_owned()).collect();
        Holders { count: in_files.len() + others.len() + more, in_files: in_files.len(), names }
    }

    fn sentence(at_head: bool, rows: &[(RefKind, Holders)]) -> String {
        let mut held_by = HeldBy::default();
        for (kind, holders) in rows {
            *held_by.of_mut(*kind) = holders.clone();
        }
        let held_by = Some(Box::new(held_by));
        now(&History { introduced: None, removed: None, at_head, reachable: true, commits: 99, held_by })
    }

    #[test]
    fn a_value_is_in_files_or_in_the_history_of_refs() {
        let (branch, tag) = (RefKind::Branch, RefKind::Tag);
        for (at_head, rows, expected) in [
            (true, vec![(branch, holders(&["main"], &[], 0))], "still in the files of branch main"),
            (
                true,
                vec![(branch, holders(&["main", "dev"], &["old"], 0)), (tag, holders(&[], &["v1", "v2"], 3))],
                "still in the files of branches main and dev, and in the history of 6 other refs",
            ),
            (
                false,
                vec![(branch, holders(&[], &["main"], 0)), (tag, holders(&["v1.2"], &[], 0))],
                "no longer in the files of any branch; still in the files of tag v1.2, and in the history of branch main",
            ),
            (
                false,
                vec![(branch, holders(&[], &["a", "b", "c", "d"], 0))],
                "no longer in the files of any branch; still in the history of branches a, b, c and d",
            ),
            (
                false,
                vec![(RefKind::Reflog, holders(&[], &["HEAD", "main"], 0))],
                "no longer reached by any ref; the reflog of HEAD and main keeps it until git expires it",
            ),
            (false, vec![], "no longer in the files of any branch, still in the history"),
        ] {
            assert_eq!(sentence(at_head, &rows), format!("{expected}; 99 commits hold it"));
        }
    }

    #[test]
    fn a_few_words_name_the_first_ref() {
        let brief = |at_head: bool, rows: &[(RefKind, Holders)]| {
            let mut held_by = HeldBy::default();
            for (kind, holders) in rows {
                *held_by.of_mut(*kind) = holders.clone();
            }
            let held_by = Some(Box::new(held_by));
            briefly(&History {
                introduced: None,
                removed: None,
                at_head,
                reachable: true,
                commits: 1,
                held_by,
            })
        };
        let branch = RefKind::Branch;
        assert_eq!(brief(true, &[(branch, holders(&["main"], &["x"], 7))]), "in the files of main");
        let tags = (RefKind::Tag, holders(&["v1", "v2"], &[], 0));
        assert_eq!(
            brief(true, &[(branch, holders(&["main"], &[], 0)), tags]),
            "in the files of main and 2 other refs"
        );
        assert_eq!(
            brief(false, &[(branch, holders(&[], &["a"], 8))]),
            "removed, still in the history of 9 refs"
        );
    }

    #[test]
    fn names_of_all_kinds_are_split_by_files_and_history() {
        let mut held_by = HeldBy::default();
        *held_by.of_mut(RefKind::Tag) = holders(&["v2"], &["v1"], 0);
        *held_by.of_mut(RefKind::Branch) = holders(&[], &["main"], 4);
        *held_by.of_mut(RefKind::Reflog) = holders(&[], &["HEAD"], 0);
        assert_eq!(names(&held_by), (vec!["v2"], vec!["main", "v1"]));
    }
}
