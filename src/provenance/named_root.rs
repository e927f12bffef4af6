//! Named starting points of a history: refs, entries of the stash, reflogs; by kind, in the order of reports.

use crate::finding::RefKind;
use crate::git::Oid;

/// A name, and what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedRoot {
    pub(crate) kind: RefKind,
    /// The full name, such as `refs/heads/main`.
    pub(crate) full_name: Vec<u8>,
    /// The commits; several for a reflog.
    pub(crate) commits: Vec<Oid>,
    /// The trees that a tag names without a commit.
    pub(crate) trees: Vec<Oid>,
    /// The tags on the way, and a blob that a tag names.
    pub(crate) objects: Vec<Oid>,
}

/// The start of a ref's name, and the kind of such refs. Later rows are for what earlier ones do not match.
/// Sources of the names of code hosts: GitHub's and Gitea's `refs/pull`, GitLab's `refs/merge-requests`, Bitbucket's
/// `refs/pull-requests`, Gerrit's `refs/changes`, each in its documentation.
const PREFIXES: [(&[u8], RefKind); 10] = [
    (b"refs/heads/", RefKind::Branch),
    (b"refs/remotes/", RefKind::Remote),
    (b"refs/tags/", RefKind::Tag),
    (b"refs/pull/", RefKind::PullRequest),
    (b"refs/pull-requests/", RefKind::PullRequest),
    (b"refs/merge-requests/", RefKind::PullRequest),
    (b"refs/changes/", RefKind::PullRequest),
    (b"refs/notes/", RefKind::Notes),
    (b"refs/stash", RefKind::Stash),
    (b"", RefKind::Other),
];

/// The names of branches that come first, in this order.
const MAIN_BRANCHES: [&[u8]; 4] = [b"main", b"master", b"trunk", b"develop"];

/// Returns the kind of a ref.
pub(crate) fn kind_of_ref(name: &[u8]) -> RefKind {
    let row = PREFIXES.into_iter().find(|(prefix, _)| name.starts_with(prefix));
    row.map_or(RefKind::Other, |(_, kind)| kind)
}

impl NamedRoot {
    /// Creates a root that leads to nothing yet.
    pub(crate) const fn new(kind: RefKind, full_name: Vec<u8>) -> Self {
        Self { kind, full_name, commits: Vec::new(), trees: Vec::new(), objects: Vec::new() }
    }

    /// Returns the name without what its kind says: `main`, `origin/main`, `v1.2`, `pull/7/head`, `stash@{0}`.
    pub(crate) fn short_name(&self) -> &[u8] {
        let name = &self.full_name;
        let start: &[u8] = match self.kind {
            RefKind::Branch => b"refs/heads/",
            RefKind::Remote => b"refs/remotes/",
            RefKind::Tag => b"refs/tags/",
            RefKind::Notes => b"refs/notes/",
            RefKind::Reflog if name.starts_with(b"refs/heads/") => b"refs/heads/",
            RefKind::Reflog if name.starts_with(b"refs/remotes/") => b"refs/remotes/",
            _ => b"refs/",
        };
        name.strip_prefix(start).unwrap_or(name)
    }

    /// Whether it is the `HEAD` of a remote, which only repeats one of its branches.
    fn is_remote_head(&self) -> bool {
        self.kind == RefKind::Remote && self.full_name.ends_with(b"/HEAD")
    }
}

/// Sorts roots into the order of reports: by kind, the checked-out branch first, then the usual names of main branches,
/// then by name. Leaves out a `HEAD` that only repeats a branch.
pub(crate) fn sort_roots(mut roots: Vec<NamedRoot>) -> Vec<NamedRoot> {
    let head = roots.iter().find(|root| root.full_name == b"HEAD" && root.kind == RefKind::Other);
    let head: Vec<Oid> = head.map(|root| root.commits.clone()).unwrap_or_default();
    let is_repeated = |root: &NamedRoot| {
        let is_head = root.kind == RefKind::Other && root.full_name.ends_with(b"HEAD");
        let of_branch = |other: &NamedRoot| other.kind == RefKind::Branch && other.commits == root.commits;
        is_head && is_worktree_head(&root.full_name) && roots.iter().any(of_branch)
    };
    let keep: Vec<bool> = roots.iter().map(|root| !(root.is_remote_head() || is_repeated(root))).collect();
    let mut keep = keep.into_iter();
    roots.retain(|_| keep.next().unwrap_or(true));
    roots.sort_by_cached_key(|root| {
        let is_branch = matches!(root.kind, RefKind::Branch | RefKind::Remote);
        let name = root.short_name();
        let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
        let rank = MAIN_BRANCHES.iter().position(|main| *main == last && is_branch);
        let rank = rank.unwrap_or(MAIN_BRANCHES.len());
        let is_head = root.kind == RefKind::Branch && !head.is_empty() && root.commits == head;
        // A stash has its number in its name, and the numbers of pull requests come as numbers.
        (root.kind, !is_head, rank, natural(name))
    });
    roots
}

fn is_worktree_head(name: &[u8]) -> bool {
    name == b"HEAD" || name == b"main-worktree/HEAD" || name.starts_with(b"worktrees/")
}

/// Returns a key by which `v1.10` comes after `v1.9`: runs of digits by their length and value, other bytes as they are.
fn natural(name: &[u8]) -> Vec<(bool, usize, Vec<u8>)> {
    let runs = name.chunk_by(|one, other| one.is_ascii_digit() == other.is_ascii_digit());
    runs.map(|run| {
        let is_number = run.first().is_some_and(u8::is_ascii_digit);
        (!is_number, if is_number { run.len() } else { 0 }, run.to_vec())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(full_name: &str, commit: u8) -> NamedRoot {
        let commits = Oid::from_bytes(&[commit; 20]).into_iter().collect();
        let full_name = full_name.as_bytes().to_vec();
        NamedRoot {
            kind: kind_of_ref(&full_name),
            full_name,
            commits,
            trees: Vec::new(),
            objects: Vec::new(),
        }
    }

    #[test]
    fn a_ref_has_a_kind_and_a_short_name() {
        for (name, kind, short) in [
            ("refs/heads/fix/a", RefKind::Branch, "fix/a"),
            ("refs/remotes/origin/main", RefKind::Remote, "origin/main"),
            ("refs/tags/v1.2", RefKind::Tag, "v1.2"),
            ("refs/pull/7/head", RefKind::PullRequest, "pull/7/head"),
            ("refs/pull-requests/7/from", RefKind::PullRequest, "pull-requests/7/from"),
            ("refs/merge-requests/7/head", RefKind::PullRequest, "merge-requests/7/head"),
            ("refs/changes/34/1234/1", RefKind::PullRequest, "changes/34/1234/1"),
            ("refs/notes/commits", RefKind::Notes, "commits"),
            ("refs/stash", RefKind::Stash, "stash"),
            ("refs/original/refs/heads/main", RefKind::Other, "original/refs/heads/main"),
            ("ORIG_HEAD", RefKind::Other, "ORIG_HEAD"),
        ] {
            let root = root(name, 1);
            assert_eq!((root.kind, root.short_name()), (kind, short.as_bytes()), "{name}");
        }
    }

    #[test]
    fn the_checked_out_branch_comes_first_and_numbers_are_numbers() {
        let roots = [
            root("refs/tags/v1.10", 1),
            root("refs/tags/v1.9", 1),
            root("refs/remotes/origin/HEAD", 1),
            root("refs/remotes/origin/main", 1),
            root("refs/heads/aaa", 1),
            root("refs/heads/master", 1),
            root("refs/heads/zzz", 2),
            root("HEAD", 2),
            root("ORIG_HEAD", 2),
            root("worktrees/w/HEAD", 3),
        ];
        let sorted = sort_roots(roots.to_vec());
        let names: Vec<String> =
            sorted.iter().map(|root| String::from_utf8_lossy(root.short_name()).into_owned()).collect();
        let expected =
            ["zzz", "master", "aaa", "origin/main", "v1.9", "v1.10", "ORIG_HEAD", "worktrees/w/HEAD"];
        assert_eq!(names, expected);
    }
}
