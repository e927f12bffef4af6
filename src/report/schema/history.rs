//! The provenance of a value in JSON, and the refs that reach it.

use serde::Serialize;

use crate::finding::{CommitInfo, Event, HeldBy, History, Holders, RefKind};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct HistoryView<'r> {
    introduced: Option<EventView<'r>>,
    removed: Option<EventView<'r>>,
    at_head: bool,
    reachable: bool,
    commits: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_by: Option<HeldByView<'r>>,
}

/// The refs that reach the value.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct HeldByView<'r> {
    branches: HoldersView<'r>,
    tags: HoldersView<'r>,
    remotes: HoldersView<'r>,
    pull_requests: HoldersView<'r>,
    stashes: HoldersView<'r>,
    notes: HoldersView<'r>,
    reflogs: HoldersView<'r>,
    others: HoldersView<'r>,
}

impl<'r> HeldByView<'r> {
    fn of(held_by: &'r HeldBy) -> Self {
        let of = |kind| HoldersView::of(held_by.of(kind));
        Self {
            branches: of(RefKind::Branch),
            tags: of(RefKind::Tag),
            remotes: of(RefKind::Remote),
            pull_requests: of(RefKind::PullRequest),
            stashes: of(RefKind::Stash),
            notes: of(RefKind::Notes),
            reflogs: of(RefKind::Reflog),
            others: of(RefKind::Other),
        }
    }
}

/// The refs of one kind: in their files or in their history.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct HoldersView<'r> {
    count: usize,
    names: &'r [String],
    in_files: NamesView<'r>,
}

/// The refs with the value in their files.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct NamesView<'r> {
    count: usize,
    names: &'r [String],
}

impl<'r> HoldersView<'r> {
    fn of(holders: &'r Holders) -> Self {
        let (in_files, _) = holders.split_names();
        Self {
            count: holders.count,
            names: &holders.names,
            in_files: NamesView { count: holders.in_files, names: in_files },
        }
    }
}

impl<'r> HistoryView<'r> {
    pub(super) fn of(history: &'r History) -> Self {
        let History { introduced, removed, at_head, reachable, commits, held_by } = history;
        Self {
            introduced: introduced.as_ref().map(EventView::of),
            removed: removed.as_ref().map(EventView::of),
            at_head: *at_head,
            reachable: *reachable,
            commits: *commits,
            held_by: held_by.as_deref().map(HeldByView::of),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EventView<'r> {
    commit: &'r str,
    date: Option<&'r str>,
    author: &'r str,
    path: &'r str,
}

impl<'r> EventView<'r> {
    fn of(event: &'r Event) -> Self {
        let CommitInfo { id, author, date } = &event.commit;
        Self { commit: id, date: date.as_deref(), author, path: &event.path }
    }
}
