//! The provenance of a value in a saved report.

use serde::Deserialize;

use super::sanitize::{number, text, texts};
use crate::finding::{CommitInfo, Event, HeldBy, History, Holders, RefKind};

#[derive(Deserialize)]
pub(super) struct SavedHistory {
    introduced: Option<SavedEvent>,
    removed: Option<SavedEvent>,
    at_head: bool,
    reachable: bool,
    #[serde(default)]
    commits: u64,
    held_by: Option<SavedHeldBy>,
}

impl SavedHistory {
    pub(super) fn to_history(&self) -> History {
        History {
            introduced: self.introduced.as_ref().map(SavedEvent::to_event),
            removed: self.removed.as_ref().map(SavedEvent::to_event),
            at_head: self.at_head,
            reachable: self.reachable,
            commits: number(self.commits),
            held_by: self.held_by.as_ref().map(|held_by| Box::new(held_by.to_held_by())),
        }
    }
}

#[derive(Deserialize)]
struct SavedEvent {
    commit: String,
    date: Option<String>,
    author: String,
    path: String,
}

impl SavedEvent {
    fn to_event(&self) -> Event {
        let date = self.date.as_deref().map(text);
        let commit = CommitInfo { id: text(&self.commit), author: text(&self.author), date };
        Event { commit, path: text(&self.path) }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SavedHeldBy {
    branches: SavedHolders,
    tags: SavedHolders,
    remotes: SavedHolders,
    pull_requests: SavedHolders,
    stashes: SavedHolders,
    notes: SavedHolders,
    reflogs: SavedHolders,
    others: SavedHolders,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SavedHolders {
    count: u64,
    names: Vec<String>,
    in_files: SavedCount,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SavedCount {
    count: u64,
}

impl SavedHeldBy {
    fn to_held_by(&self) -> HeldBy {
        let mut held_by = HeldBy::default();
        for (kind, saved) in [
            (RefKind::Branch, &self.branches),
            (RefKind::Tag, &self.tags),
            (RefKind::Remote, &self.remotes),
            (RefKind::PullRequest, &self.pull_requests),
            (RefKind::Stash, &self.stashes),
            (RefKind::Notes, &self.notes),
            (RefKind::Reflog, &self.reflogs),
            (RefKind::Other, &self.others),
        ] {
            let count = number(saved.count);
            let in_files = number(saved.in_files.count).min(count);
            *held_by.of_mut(kind) = Holders { count, in_files, names: texts(&saved.names) };
        }
        held_by
    }
}
