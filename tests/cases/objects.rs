//! The object database: where objects are stored, and how git may hide them.

use crate::case::Expect::{Found, Note, Nothing, Problem, Unreached};
use crate::case::{CASE, Case, Start, Timeline};

const DELETED: Timeline =
    Timeline { introduced: Some("key"), removed: Some("key"), at_head: false, commits: 1 };

/// A key that is committed and deleted, and then a change of the objects.
macro_rules! stored {
    ($what:literal, $after:literal) => {
        Case {
            name: concat!("objects: ", $what),
            make: concat!(
                "keyed > key; save one; mark introduced; git rm -q key; save two; mark removed\n",
                $after
            ),
            history: Found(1),
            more: &[(&["--history", "HEAD"], Found(1))],
            timeline: Some(DELETED),
            ..CASE
        }
    };
}

pub const CASES: &[Case] = &[
    stored!("loose", ""),
    stored!("in one pack", "git repack -q -a -d; git prune-packed"),
    stored!("in a pack and loose", "git repack -q -a"),
    stored!(
        "in several packs with a multi-pack index",
        "git repack -q -d; plain > b; save three; git repack -q -d; git multi-pack-index write --bitmap"
    ),
    stored!(
        "in a multi-pack index whose packs lack their own",
        "git repack -q -d; plain > b; save three; git repack -q -d; git multi-pack-index write"
    ),
    stored!(
        "kept and promised packs",
        "git repack -q -a -d; for p in .git/objects/pack/*.pack; do : > ${p%.pack}.keep; done"
    ),
    stored!("pack index version 1", "git -c pack.indexVersion=1 repack -q -a -d -f; git prune-packed"),
    stored!("uncompressed", "git -c core.compression=0 repack -q -a -d -F; git prune-packed"),
    stored!(
        "compressed at the highest level",
        "git -c core.compression=9 repack -q -a -d -F; git prune-packed"
    ),
    stored!(
        "packed by reference deltas",
        "git -c repack.useDeltaBaseOffset=false repack -q -a -d -f; git prune-packed"
    ),
    stored!(
        "an outdated commit-graph",
        "git commit-graph write --reachable; git checkout -q -b side; plain > b; save three; git checkout -q main"
    ),
    stored!(
        "a false commit-graph",
        "git commit-graph write --reachable; chmod +w .git/objects/info/commit-graph; \
        printf 'xxxxxxxxxxxxxxxxxxxxxxxx' | dd of=.git/objects/info/commit-graph bs=1 seek=1200 conv=notrunc 2>/dev/null"
    ),
    stored!("packed refs", "git pack-refs --all --prune"),
    stored!("packed refs and stale loose ones", "git pack-refs --all; plain > b; save three"),
    stored!("a replaced commit", "git replace HEAD^ $(git commit-tree -m x HEAD~2^{tree})"),
    stored!(
        "a replaced blob",
        "git replace $(git rev-parse HEAD^:key) $(plain | git hash-object -w --stdin)"
    ),
    stored!("a replaced tree", "git replace $(git rev-parse HEAD^^{tree}) $(git rev-parse HEAD^{tree})"),
    stored!("grafts", "mkdir -p .git/info; git rev-parse HEAD > .git/info/grafts"),
    stored!(
        "a graft that adds a parent",
        "mkdir -p .git/info; \
        echo \"$(git rev-parse HEAD~2) $(git rev-parse HEAD)\" > .git/info/grafts"
    ),
    stored!("core.bare in a repository with a worktree", "git config core.bare true"),
    stored!(
        "foreign folders below objects/",
        "mkdir -p .git/objects/zz .git/objects/ab/nested; echo x > .git/objects/zz/file; echo x > .git/objects/tmp_obj_1"
    ),
    stored!("HEAD as a symbolic link", "rm .git/HEAD; ln -s refs/heads/main .git/HEAD"),
    stored!("a ref that is a symbolic link", "ln -s main .git/refs/heads/alias"),
    stored!("a symbolic ref to a missing branch", "git symbolic-ref refs/heads/alias refs/heads/none"),
    stored!(
        "stale lock files",
        ": > .git/refs/heads/main.lock; : > .git/packed-refs.lock; : > .git/HEAD.lock"
    ),
    Case {
        name: "objects: through alternates",
        make: "keyed > key; save one; mark introduced; git rm -q key; save two; mark removed; \
            git clone -q -s . ../borrower",
        at: "../borrower",
        history: Found(1),
        timeline: Some(DELETED),
        ..CASE
    },
    Case {
        name: "objects: through alternates of alternates, relative",
        make: "keyed > key; save one; mark introduced; git rm -q key; save two; mark removed; \
            git clone -q -s . ../middle; git clone -q -s ../middle ../borrower; \
            echo ../../../work/.git/objects > ../middle/.git/objects/info/alternates",
        at: "../borrower",
        history: Found(1),
        timeline: Some(DELETED),
        ..CASE
    },
    Case {
        name: "objects: an alternate's unreachable objects are not scanned",
        make: "keyed | git hash-object -w --stdin; git clone -q -s . ../borrower",
        at: "../borrower",
        history: Nothing,
        ..CASE
    },
    Case {
        name: "objects: an alternate's other branches are not scanned",
        make: "git checkout -q -b side; keyed > key; save one; git checkout -q main; \
            git clone -q -s --single-branch . ../borrower",
        at: "../borrower",
        history: Nothing,
        ..CASE
    },
    Case {
        name: "objects: an alternate's other messages are not scanned",
        make: "git checkout -q -b side; commit \"$KEY\"; tick; git tag -a -m \"$OTHER\" v1; git checkout -q main; \
            git clone -q -s --single-branch --no-tags . ../borrower",
        at: "../borrower",
        history: Nothing,
        ..CASE
    },
    Case {
        name: "objects: a missing alternate that is not needed",
        make: "keyed > key; save one; mkdir -p .git/objects/info; echo /nowhere/objects > .git/objects/info/alternates",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "objects: a bare repository",
        make: "keyed > key; save one; mark introduced; git rm -q key; save two; mark removed; \
            git clone -q --bare . ../bare.git",
        at: "../bare.git",
        history: Found(1),
        timeline: Some(DELETED),
        ..CASE
    },
    Case {
        name: "objects: a mirror",
        make: "keyed > key; save one; git update-ref refs/hidden/x HEAD; git reset -q --hard HEAD^; \
            git clone -q --mirror . ../mirror.git",
        at: "../mirror.git",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "objects: paths of a bare repository",
        make: "keyed > key; save one; git clone -q --bare . ../bare.git",
        at: "../bare.git",
        more: &[
            (&["--history", "--", "."], Found(1)),
            (&["--history", "--", "./key"], Found(1)),
            (&["--history", "HEAD", "--", "key"], Found(1)),
        ],
        ..CASE
    },
    Case {
        name: "objects: from inside of .git",
        make: "keyed > key; save one",
        at: ".git/objects",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "objects: a folder whose name ends in git",
        make: "git clone -q . ../dotgit; cd ../dotgit; mkdir legit; keyed > legit/key; save one; git rm -q -r legit; \
            save two",
        at: "../dotgit",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "objects: SHA-256, packed, committed and deleted",
        start: Start::Folder,
        make: "git init -q -b main --object-format sha256 || needs git with SHA-256; plain > a; save zero; keyed > key; save one; \
            mark introduced; git rm -q key; save two; mark removed; git repack -q -a -d; git pack-refs --all",
        history: Found(1),
        more: &[(&["--history", "HEAD"], Found(1))],
        timeline: Some(DELETED),
        ..CASE
    },
    Case {
        name: "objects: reftable, in a reflog alone",
        start: Start::Folder,
        make: "git init -q -b main --ref-format reftable || needs git with reftables; plain > a; save zero; keyed > key; save one; \
            mark introduced; git reset -q --hard HEAD^; rm -f .git/ORIG_HEAD",
        history: Found(1),
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: false, commits: 1 }),
        ..CASE
    },
    Case {
        name: "objects: reftable, an older stash and a tag's message",
        start: Start::Folder,
        make: "git init -q -b main --ref-format reftable || needs git with reftables; plain > a; save zero; keyed >> a; git stash -q; \
            plain 2 >> a; git stash -q; tick; git tag -a -m \"$OTHER\" v1",
        history: Found(2),
        ..CASE
    },
    Case {
        name: "objects: reftable, a linked worktree's detached HEAD",
        start: Start::Folder,
        make: "git init -q -b main --ref-format reftable || needs git with reftables; plain > a; save zero; \
            git worktree add -q --detach ../linked; cd ../linked; keyed > key; save one; mark introduced",
        history: Found(1),
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: true, commits: 1 }),
        ..CASE
    },
    Case {
        name: "objects: reftable and SHA-256",
        start: Start::Folder,
        make: "git init -q -b main --ref-format reftable --object-format sha256 || needs git with reftables; keyed > key; save one; \
            mark introduced; git rm -q key; save two; mark removed",
        history: Found(1),
        staged: Nothing,
        timeline: Some(DELETED),
        ..CASE
    },
    Case {
        name: "objects: a submodule's store",
        make: "git init -q -b main ../lib; (cd ../lib; keyed > key; save one; git rm -q key; save two); \
            git -c protocol.file.allow=always submodule --quiet add ../lib lib; save three",
        history: Found(1),
        worktree: Nothing,
        ..CASE
    },
    Case {
        name: "objects: a submodule's submodule",
        make: "git init -q -b main ../deep; (cd ../deep; keyed > key; save one; git rm -q key; save two); \
            git init -q -b main ../lib; (cd ../lib; plain > a; \
            git -c protocol.file.allow=always submodule --quiet add ../deep deep; save one); \
            git -c protocol.file.allow=always submodule --quiet add ../lib some/lib; \
            git -c protocol.file.allow=always submodule --quiet update --init --recursive; save three",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "objects: the store of a submodule that was removed",
        make: "git init -q -b main ../lib; (cd ../lib; keyed > key; save one); \
            git -c protocol.file.allow=always submodule --quiet add ../lib lib; save three; git rm -q lib; save four",
        history: Found(1),
        worktree: Nothing,
        ..CASE
    },
    Case {
        name: "objects: a submodule with a git folder of its own",
        make: "git init -q -b main lib; (cd lib; keyed > key; save one; git rm -q key; save two); git add lib 2>/dev/null; \
            save three",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "objects: a key of the main worktree, from a linked one",
        make: "git worktree add -q ../linked; git checkout -q --detach; keyed > key; save one; mark introduced; \
            othered > other; git add other; rm -rf .git/logs .git/worktrees/*/logs",
        at: "../linked",
        history: Found(2),
        timeline: Some(Timeline { introduced: Some("key"), removed: None, at_head: true, commits: 1 }),
        ..CASE
    },
    Case {
        name: "objects: a ref that is a linked worktree's own",
        make: "git worktree add -q ../linked; (cd ../linked; git checkout -q --detach; keyed > key; save one; \
            git update-ref refs/worktree/keep HEAD; git checkout -q linked); rm -rf .git/logs .git/worktrees/*/logs \
            .git/worktrees/*/ORIG_HEAD",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "objects: refs through links, as git-new-workdir makes them",
        make: "git checkout -q -b side; keyed > key; save one; git checkout -q main; rm -rf .git/logs; \
            mv .git/refs/heads ../heads; ln -s ../../../heads .git/refs/heads; ln -s . .git/refs/loop",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "objects: nested submodules with git folders of their own",
        make: "git init -q -b main lib; (cd lib; plain > a; save one; git init -q -b main in; (cd in; keyed > key; \
            save one); git add in 2>/dev/null; save two); git add lib 2>/dev/null; save three",
        history: Found(1),
        paths: &["lib/in/key"],
        ..CASE
    },
    Case {
        name: "objects: a submodule's store of an unknown format",
        make: "git init -q -b main ../lib; (cd ../lib; keyed > key; save one); \
            git -c protocol.file.allow=always submodule --quiet add ../lib lib; save three; \
            git config -f .git/modules/lib/config extensions.objectFormat sha3",
        history: Problem("unreadable"),
        ..CASE
    },
    Case {
        name: "objects: a submodule's store in a linked worktree",
        make: "git init -q -b main ../lib; (cd ../lib; keyed > key; save one; git rm -q key; save two); \
            git -c protocol.file.allow=always submodule --quiet add ../lib lib; save three; rm -rf .git/modules lib; \
            git worktree add -q ../linked; git -C ../linked -c protocol.file.allow=always submodule --quiet update --init",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "objects: a submodule's git folder at another place",
        make: "git init -q -b main ../lib; (cd ../lib; keyed > key; save one; git worktree add -q ../work/lib); \
            git add lib 2>/dev/null; save two",
        history: Note("submodule"),
        ..CASE
    },
    Case {
        name: "objects: circular submodules",
        make: "for s in a b; do git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),$s; ln -s . $s; done; \
            mkdir c; echo gitdir: ../.git > c/.git; git config core.worktree ..; \
            git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),c",
        worktree: Note("submodule"),
        history: Nothing,
        ..CASE
    },
    Case {
        name: "objects: a key in unreachable objects of a submodule",
        make: "git init -q -b main ../lib; (cd ../lib; plain > a; save one); \
            git -c protocol.file.allow=always submodule --quiet add ../lib lib; save three; \
            keyed | git -C lib hash-object -w --stdin",
        history: Unreached(1),
        ..CASE
    },
];
