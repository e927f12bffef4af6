//! Provenance: the commits that introduce and remove a value, whether a head has it, and the number of commits with it.

use crate::case::Expect::Found;
use crate::case::{CASE, Case, Timeline};

/// A case with a provenance of `$KEY`.
macro_rules! timeline {
    ($what:literal, $make:literal, $introduced:expr, $removed:expr, $at_head:literal, $commits:literal) => {
        Case {
            name: concat!("provenance: ", $what),
            make: $make,
            history: Found(1),
            timeline: Some(Timeline {
                introduced: $introduced,
                removed: $removed,
                at_head: $at_head,
                commits: $commits,
            }),
            ..CASE
        }
    };
}

const APP: Option<&str> = Some("app.env");

pub const CASES: &[Case] = &[
    timeline!(
        "committed and deleted",
        "keyed > app.env; save one; mark introduced; git rm -q app.env; save two; mark removed; commit three",
        APP,
        APP,
        false,
        1
    ),
    timeline!(
        "committed, kept by two commits, and overwritten",
        "keyed > app.env; save one; mark introduced; commit two; commit three; plain > app.env; save four; \
        mark removed",
        APP,
        APP,
        false,
        3
    ),
    timeline!(
        "still there",
        "keyed > app.env; save one; mark introduced; plain >> app.env; save two",
        APP,
        None,
        true,
        2
    ),
    timeline!(
        "renamed",
        "keyed > app.env; save one; mark introduced; git mv app.env new.env; save two",
        APP,
        None,
        true,
        2
    ),
    timeline!(
        "renamed and then deleted",
        "keyed > app.env; save one; mark introduced; git mv app.env new.env; save two; git rm -q new.env; save three; \
        mark removed",
        APP,
        Some("new.env"),
        false,
        2
    ),
    timeline!(
        "copied, and one of the two deleted",
        "keyed > app.env; save one; mark introduced; cp app.env b.env; save two; git rm -q app.env; save three",
        APP,
        None,
        true,
        3
    ),
    timeline!(
        "copied, and both deleted one after the other",
        "keyed > app.env; save one; mark introduced; cp app.env b.env; save two; git rm -q app.env; save three; \
        git rm -q b.env; save four; mark removed",
        APP,
        Some("b.env"),
        false,
        3
    ),
    timeline!(
        "moved to another file in one commit",
        "(plain 9; keyed) > app.env; plain 3 > b; save one; mark introduced; plain 9 > app.env; keyed >> b; save two",
        APP,
        None,
        true,
        2
    ),
    timeline!(
        "a merge that brings the other side's key",
        "git checkout -q -b side; keyed > app.env; save two; mark introduced; git checkout -q main; plain > a; \
        save one; merge side",
        APP,
        None,
        true,
        2
    ),
    timeline!(
        "a merge that brings the other side's key, clocks reversed",
        "clock=1767999999; git checkout -q -b side; keyed > app.env; save two; mark introduced; git checkout -q main; \
        clock=1767000000; plain > a; save one; merge side",
        APP,
        None,
        true,
        2
    ),
    timeline!(
        "two branches add it, the older one counts",
        "git checkout -q -b side; keyed > app.env; save older; mark introduced; git checkout -q main; \
        keyed > app.env; save younger; merge side",
        APP,
        None,
        true,
        3
    ),
    timeline!(
        "deleted on main, alive on a branch",
        "keyed > app.env; save one; mark introduced; git branch side; git rm -q app.env; save two",
        APP,
        None,
        true,
        1
    ),
    timeline!(
        "deleted on main, alive on a remote's branch",
        "keyed > app.env; save one; mark introduced; git update-ref refs/remotes/origin/old HEAD; git rm -q app.env; \
        save two",
        APP,
        None,
        true,
        1
    ),
    timeline!(
        "deleted on main, alive in a tag: no head has it",
        "keyed > app.env; save one; mark introduced; git tag v1; git rm -q app.env; save two; mark removed",
        APP,
        APP,
        false,
        1
    ),
    timeline!(
        "reverted and added again",
        "keyed > app.env; save one; mark introduced; tick; git revert --no-edit HEAD; keyed > app.env; save two; commit three",
        APP,
        None,
        true,
        3
    ),
    timeline!(
        "reverted, added again and deleted: the last deletion counts",
        "keyed > app.env; save one; mark introduced; plain > app.env; save two; keyed > app.env; save three; \
        git rm -q app.env; save four; mark removed",
        APP,
        APP,
        false,
        2
    ),
    timeline!(
        "a branch deletes it, and is merged",
        "keyed > app.env; save one; mark introduced; git checkout -q -b side; git rm -q app.env; save two; mark removed; \
        git checkout -q main; plain > a; save three; merge side; git branch -q -D side",
        APP,
        APP,
        false,
        2
    ),
    timeline!(
        "a merge undoes the deletion of one side",
        "keyed > app.env; save one; mark introduced; git checkout -q -b side; git rm -q app.env; save two; \
        git checkout -q main; plain > a; save three; merge -s ours side",
        APP,
        None,
        true,
        3
    ),
    timeline!(
        "first in one file, then in another after a pause",
        "keyed > app.env; save one; mark introduced; git rm -q app.env; save two; keyed > b.env; save three",
        APP,
        None,
        true,
        2
    ),
    timeline!(
        "in a nested folder, which is renamed",
        "mkdir -p a/b/c; keyed > a/b/c/app.env; save one; mark introduced; git mv a z; save two",
        Some("a/b/c/app.env"),
        None,
        true,
        2
    ),
    timeline!(
        "kept by a mode change",
        "keyed > app.env; save one; mark introduced; chmod +x app.env; save two",
        APP,
        None,
        true,
        2
    ),
    timeline!(
        "a link's target",
        "ln -s \"$KEY\" app.env; save one; mark introduced; git rm -q app.env; save two; mark removed",
        APP,
        APP,
        false,
        1
    ),
    timeline!(
        "a cherry-pick onto another branch",
        "git checkout -q -b side; keyed > app.env; save two; mark introduced; git checkout -q main; plain > a; save one; \
        tick; git cherry-pick side",
        APP,
        None,
        true,
        2
    ),
    timeline!(
        "rebased: the old commit is in the reflog, and older",
        "git checkout -q -b side; keyed > app.env; save two; mark introduced; git checkout -q main; plain > a; save one; \
        git checkout -q side; tick; git rebase -q main",
        APP,
        None,
        true,
        2
    ),
    timeline!(
        "a criss-cross merge",
        "git checkout -q -b side; keyed > app.env; save one; mark introduced; git checkout -q main; plain > m; save two; \
        git branch old; merge side; git checkout -q side; merge old; git checkout -q main; merge side",
        APP,
        None,
        true,
        4
    ),
    timeline!(
        "all commits in the same second",
        "tick() { :; }; export GIT_AUTHOR_DATE='1767323045 +0000' GIT_COMMITTER_DATE='1767323045 +0000'; \
        keyed > app.env; save one; mark introduced; git rm -q app.env; save two; mark removed; plain > a; save three",
        APP,
        APP,
        false,
        1
    ),
    timeline!(
        "packed with deltas, a graph and a bitmap",
        "plain 400 > app.env; save zero; (plain 400; keyed) > app.env; save one; mark introduced; \
        (plain 200; echo; plain 400; keyed) > app.env; save two; plain 400 > app.env; save three; mark removed; \
        git repack -q -a -d -f --depth 50 --write-bitmap-index; git commit-graph write --reachable; git prune-packed",
        APP,
        APP,
        false,
        2
    ),
    timeline!(
        "deleted, added again on a branch, and dropped by a merge",
        "keyed > app.env; save one; mark introduced; git rm -q app.env; save two; git checkout -q -b side; \
        keyed > app.env; save three; git checkout -q main; plain > a; save four; merge -s ours side; mark removed; \
        git branch -q -D side",
        APP,
        APP,
        false,
        2
    ),
    Case {
        name: "provenance: two keys on one line, one of them replaced",
        make: "echo \"a=$KEY b=$OTHER\" > app.env; save one; mark introduced; echo \"a= b=$OTHER\" > app.env; save two; \
            mark removed",
        history: Found(2),
        timeline: Some(Timeline { introduced: APP, removed: APP, at_head: false, commits: 1 }),
        ..CASE
    },
];
