//! A whole history: places of a key other than a file at a branch head.

use crate::case::Expect::{Found, FoundNote, Nothing, Unreached};
use crate::case::{CASE, Case, Start, Timeline};

/// No commit has the key in its tree.
const NO_COMMIT: Timeline = Timeline { introduced: None, removed: None, at_head: false, commits: 0 };

pub const CASES: &[Case] = &[
    Case {
        name: "history: evil merge, in the resolution of a conflict",
        make: "plain > a; save one; git checkout -q -b side; (plain; echo side) > a; save two; \
            git checkout -q main; (plain; echo main) > a; save three; git merge -q side || true; keyed > a; \
            save merged; mark introduced; plain > a; save four; mark removed",
        history: Found(1),
        paths: &["a"],
        timeline: Some(Timeline { introduced: Some("a"), removed: Some("a"), at_head: false, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: evil merge, a file that no side has",
        make: "git checkout -q -b side; plain > b; save two; git checkout -q main; plain > a; save one; \
            git merge -q --no-ff --no-commit side; keyed > evil; save merged; mark introduced",
        history: Found(1),
        more: &[(&["--history", "HEAD^1..HEAD"], Found(1)), (&["--history", "main"], Found(1))],
        timeline: Some(Timeline { introduced: Some("evil"), removed: None, at_head: true, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: a link becomes a file, and another file again",
        make: "ln -s README.md a; save one; rm a; keyed > a; save two; mark introduced; plain > a; save three; mark removed",
        history: Found(1),
        more: &[(&["--history", "HEAD~2..HEAD~1"], Found(1)), (&["--history", "HEAD~1..HEAD"], Nothing)],
        paths: &["a"],
        timeline: Some(Timeline { introduced: Some("a"), removed: Some("a"), at_head: false, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: a commit renames a file and adds a key",
        make: "plain 30 > a; save one; git mv a b; keyed >> b; save two; mark introduced; git rm -q b; save three; \
            mark removed",
        history: Found(1),
        more: &[(&["--history", "HEAD~2..HEAD~1"], Found(1))],
        paths: &["b"],
        timeline: Some(Timeline { introduced: Some("b"), removed: Some("b"), at_head: false, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: commits dated before 1970, in the far future, and without a date",
        make: "dated() { c=$(printf 'tree %s\\nparent %s\\nauthor A <a@b> %s\\ncommitter A <a@b> %s\\n\\nx\\n' \
            $(git write-tree) $(git rev-parse HEAD) \"$1\" \"$1\" | git hash-object -t commit -w --literally --stdin); \
            git update-ref HEAD $c; }; keyed > key; git add key; dated '-86400 +0000'; mark introduced; \
            dated '99999999999999999999999 +9999'; dated '9223372036854775807 -0000'; dated '-9223372036854775808 +0000'; \
            git rm -q key; dated ''; mark removed; dated 'x y'",
        history: Found(1),
        more: &[(&["--history", "HEAD~6..HEAD"], Found(1)), (&["--history", "HEAD~2..HEAD"], Nothing)],
        paths: &["key"],
        timeline: Some(Timeline {
            introduced: Some("key"),
            removed: Some("key"),
            at_head: false,
            commits: 4,
        }),
        ..CASE
    },
    Case {
        name: "history: a thousand branches, the key on one",
        make: "keyed > key; save one; git branch last; git reset -q --hard HEAD^; rm -rf .git/logs .git/ORIG_HEAD; \
            seq 1000 | sed \"s#.*#create refs/heads/b& $(git rev-parse HEAD)#\" | git update-ref --stdin",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "history: octopus, the key on its third branch",
        make: "for b in one two; do git checkout -q -b $b main; plain > $b; save $b; done; \
            git checkout -q -b three main; keyed > three; save three; mark introduced; git checkout -q main; \
            merge one two three",
        history: Found(1),
        timeline: Some(Timeline { introduced: Some("three"), removed: None, at_head: true, commits: 2 }),
        ..CASE
    },
    Case {
        name: "history: octopus with a change of its own",
        make: "for b in one two three; do git checkout -q -b $b main; plain > $b; save $b; done; \
            git checkout -q main; git merge -q --no-ff --no-commit one two three; keyed > evil; save merged; \
            mark introduced",
        history: Found(1),
        timeline: Some(Timeline { introduced: Some("evil"), removed: None, at_head: true, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: a merge with the ours strategy drops the key",
        make: "git checkout -q -b side; keyed > key; save two; mark introduced; git checkout -q main; plain > a; \
            save one; merge -s ours side; mark removed; git branch -q -D side",
        history: Found(1),
        timeline: Some(Timeline {
            introduced: Some("key"),
            removed: Some("key"),
            at_head: false,
            commits: 1,
        }),
        ..CASE
    },
    Case {
        name: "history: the root commit",
        start: Start::Unborn,
        make: "git config log.showRoot false; keyed > key; save root; mark introduced",
        history: Found(1),
        worktree: Found(1),
        staged: Nothing,
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: true, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: two roots",
        make: "git checkout -q --orphan other; git rm -q -rf .; keyed > key; save root; mark introduced; \
            git checkout -q main; merge --allow-unrelated-histories other",
        history: Found(1),
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: true, commits: 2 }),
        ..CASE
    },
    Case {
        name: "history: the autostash of a stopped rebase",
        make: "plain > w; save w; git checkout -q -b side; echo side > b; save side; git checkout -q main; \
            echo main > b; save main; git checkout -q side; keyed >> w; \
            git rebase -q --autostash main > /dev/null 2>&1 || true; test -f .git/rebase-merge/autostash || needs git with an autostash file",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "history: a commit's message",
        make: "commit \"I found $KEY\"; mark introduced; commit after",
        history: Found(1),
        staged: Nothing,
        worktree: Nothing,
        more: &[(&["--history", "HEAD^..HEAD"], Nothing), (&["--history", "HEAD^^..HEAD"], Found(1))],
        kind: Some("message"),
        ..CASE
    },
    Case {
        name: "history: an annotated tag's message",
        make: "tick; git tag -a -m \"v1 with $KEY\" v1",
        history: Found(1),
        more: &[(&["--history", "v1"], Found(1)), (&["--history", "main"], Nothing)],
        kind: Some("message"),
        ..CASE
    },
    Case {
        name: "history: the message of a tag of a tag",
        make: "tick; git tag -a -m inner inner; git tag -a -m \"outer $KEY\" outer inner; git tag -d inner",
        history: Found(1),
        kind: Some("message"),
        ..CASE
    },
    Case {
        name: "history: a deleted tag's message",
        make: "tick; git tag -a -m \"v1 with $KEY\" v1; git tag -d v1",
        history: Unreached(1),
        kind: Some("message"),
        ..CASE
    },
    Case {
        name: "history: the author's name",
        make: "GIT_AUTHOR_NAME=$KEY commit one; commit two",
        history: Found(1),
        more: &[(&["--history", "HEAD~2..HEAD"], Found(1))],
        kind: Some("identity"),
        ..CASE
    },
    Case {
        name: "history: the committer's address",
        make: "GIT_COMMITTER_EMAIL=$KEY@example.org commit one",
        history: Found(1),
        kind: Some("identity"),
        ..CASE
    },
    Case {
        name: "history: the tagger's name",
        make: "GIT_COMMITTER_NAME=$KEY git tag -a -m v1 v1",
        history: Found(1),
        kind: Some("identity"),
        ..CASE
    },
    Case {
        name: "history: an extra header of a commit",
        make: "tick; c=$(git cat-file commit HEAD | sed \"/^committer/a note $KEY\" | \
            git hash-object -t commit -w --stdin --literally); git update-ref refs/heads/side $c",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "history: a branch's name",
        make: "git branch \"fix/$KEY\"",
        history: Found(1),
        kind: Some("ref"),
        ..CASE
    },
    Case {
        name: "history: a branch's name, packed",
        make: "git branch \"fix/$KEY\"; git pack-refs --all",
        history: Found(1),
        kind: Some("ref"),
        ..CASE
    },
    Case {
        name: "history: a tag's name",
        make: "git tag \"$KEY\"",
        history: Found(1),
        kind: Some("ref"),
        ..CASE
    },
    Case {
        name: "history: the unborn branch that HEAD names",
        start: Start::Unborn,
        make: "git symbolic-ref HEAD \"refs/heads/$KEY\"",
        history: Nothing,
        ..CASE
    },
    Case {
        name: "history: stash of a tracked file",
        make: "keyed >> README.md; git stash -q",
        history: Found(1),
        worktree: Nothing,
        paths: &["README.md"],
        ..CASE
    },
    Case {
        name: "history: stash of the index alone",
        make: "keyed > key; git add key; plain > key; git stash -q",
        history: Found(1),
        paths: &["key"],
        ..CASE
    },
    Case {
        name: "history: stash of untracked files",
        make: "keyed > key; git stash -q -u",
        history: Found(1),
        paths: &["key"],
        ..CASE
    },
    Case {
        name: "history: stash of ignored files",
        make: "echo key > .gitignore; keyed > key; git stash -q -a",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "history: an older stash, in the reflog alone",
        make: "keyed >> README.md; git stash -q; othered >> README.md; git stash -q",
        history: Found(2),
        ..CASE
    },
    Case {
        name: "history: a dropped stash",
        make: "keyed >> README.md; git stash -q; git stash drop -q",
        history: Unreached(1),
        more: &[(&["--history", "--fail-on-unreachable"], Found(1))],
        ..CASE
    },
    Case {
        name: "history: reset away, in the reflog alone",
        make: "keyed > key; save one; mark introduced; git reset -q --hard HEAD^",
        history: Found(1),
        worktree: Nothing,
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: false, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: reset away, without a reflog",
        make: "keyed > key; save one; mark introduced; git reset -q --hard HEAD^; \
            git reflog expire --expire=now --all; rm -f .git/ORIG_HEAD",
        history: Unreached(1),
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: false, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: amended away",
        make: "keyed > key; save one; mark introduced; plain > key; git add key; git commit -q --amend -m two",
        history: Found(1),
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: false, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: ORIG_HEAD alone",
        make: "git config core.logAllRefUpdates false; rm -rf .git/logs; keyed > key; save one; \
            git reset -q --hard HEAD^",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "history: a deleted branch without its reflog",
        make: "git branch side; r=$(keyed | git hash-object -w --stdin); \
            t=$(printf '100644 blob %s\\tkey\\n' $r | git mktree); \
            git update-ref refs/heads/side $(git commit-tree -m x $t); git branch -q -D side",
        history: Unreached(1),
        ..CASE
    },
    Case {
        name: "history: a dangling blob",
        make: "keyed | git hash-object -w --stdin",
        history: Unreached(1),
        more: &[(&["--history", "--fail-on-unreachable"], Found(1))],
        timeline: Some(NO_COMMIT),
        ..CASE
    },
    Case {
        name: "history: staged, and unstaged again",
        make: "keyed > key; git add key; git reset -q; rm key",
        history: Unreached(1),
        ..CASE
    },
    Case {
        name: "history: a dangling tree",
        make: "printf '100644 blob %s\\tkey\\n' $(keyed | git hash-object -w --stdin) | git mktree",
        history: Unreached(1),
        ..CASE
    },
    Case {
        name: "history: a tag of a blob",
        make: "git tag key $(keyed | git hash-object -w --stdin)",
        history: Found(1),
        more: &[(&["--history", "key"], Found(1))],
        ..CASE
    },
    Case {
        name: "history: an annotated tag of a blob",
        make: "tick; git tag -a -m blob key $(keyed | git hash-object -w --stdin)",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "history: a tag of a tree",
        make: "git tag key $(printf '100644 blob %s\\tkey\\n' $(keyed | git hash-object -w --stdin) | git mktree)",
        history: Found(1),
        more: &[(&["--history", "key"], Found(1))],
        paths: &["key"],
        ..CASE
    },
    Case { name: "history: notes", make: "tick; git notes add -m \"$KEY\"", history: Found(1), ..CASE },
    Case {
        name: "history: removed notes of another ref",
        make: "tick; git notes --ref review add -m \"$KEY\"; git notes --ref review remove",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "history: refs/pull and other names",
        make: "keyed > key; save one; mark introduced; git update-ref refs/pull/1/head HEAD; \
            git reset -q --hard HEAD^; rm -rf .git/logs .git/ORIG_HEAD",
        history: Found(1),
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: false, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: a branch of a remote",
        make: "keyed > key; save one; mark introduced; git update-ref refs/remotes/origin/x HEAD; \
            git reset -q --hard HEAD^; rm -rf .git/logs .git/ORIG_HEAD",
        history: Found(1),
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: true, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: fetched, and named by FETCH_HEAD alone",
        make: "git clone -q . ../other; (cd ../other; keyed > key; save one); git fetch -q ../other main",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "history: a detached HEAD",
        make: "git checkout -q --detach; keyed > key; save one; mark introduced; rm -rf .git/logs",
        history: Found(1),
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: true, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: the detached HEAD of a linked worktree",
        make: "git worktree add -q --detach ../linked; cd ../linked; keyed > key; save one; mark introduced; \
            rm -rf ../work/.git/logs ../work/.git/worktrees/linked/logs",
        history: Found(1),
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: true, commits: 1 }),
        ..CASE
    },
    Case {
        name: "history: seen from a linked worktree",
        make: "keyed > key; save one; plain > key; save two; git worktree add -q ../linked HEAD^^",
        at: "../linked",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "history: an unborn HEAD and another branch",
        make: "keyed > key; save one; mark introduced; git branch side; git symbolic-ref HEAD refs/heads/none",
        history: Found(1),
        staged: Found(1),
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: true, commits: 1 }),
        ..CASE
    },
    Case { name: "history: an empty repository", start: Start::Unborn, history: Nothing, ..CASE },
    Case {
        name: "history: with paths",
        make: "keyed > key; othered > other; save one",
        history: Found(2),
        more: &[
            (&["--history", "--", "key"], Found(1)),
            (&["--history", "HEAD", "--", "other"], Found(1)),
            (&["--history", "--", "README.md"], Nothing),
        ],
        ..CASE
    },
    Case {
        name: "history: owned by another user",
        make: "keyed > key; save one; plain > key; save two; chown -R 12345:12345 . || needs root",
        history: FoundNote(1, "other-owner"),
        ..CASE
    },
    Case {
        name: "history: bisect's and rebase's own refs",
        make: "keyed > key; save one; git update-ref refs/bisect/bad HEAD; \
            git update-ref refs/rewritten/onto HEAD; git reset -q --hard HEAD^; rm -rf .git/logs .git/ORIG_HEAD",
        history: Found(1),
        ..CASE
    },
];
