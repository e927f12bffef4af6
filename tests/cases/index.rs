//! The index: its location, its owner and its format.

use crate::case::Expect::{Found, FoundNote, Note, Nothing, Problem, Refused};
use crate::case::{CASE, Case, Start};

pub const CASES: &[Case] = &[
    Case {
        name: "index: from a subdirectory",
        make: "mkdir -p sub/deep; keyed > app.env; git add app.env",
        at: "sub/deep",
        staged: Found(1),
        worktree: Nothing,
        paths: &["app.env"],
        ..CASE
    },
    Case {
        name: "index: of a linked worktree",
        make: "git worktree add -q ../linked; keyed > ../linked/app.env; git -C ../linked add app.env",
        at: "../linked",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "index: of the main worktree, while a linked one has the key",
        make: "git worktree add -q ../linked; keyed > ../linked/app.env; git -C ../linked add app.env",
        staged: Nothing,
        worktree: Nothing,
        history: Found(1),
        ..CASE
    },
    Case {
        name: "index: through GIT_DIR and GIT_WORK_TREE, from outside",
        make: "keyed > app.env; git add app.env",
        at: "..",
        env: &[("GIT_DIR", "$ROOT/work/.git"), ("GIT_WORK_TREE", "$ROOT/work")],
        staged: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "index: a relative GIT_DIR",
        make: "keyed > app.env; git add app.env",
        env: &[("GIT_DIR", ".git")],
        staged: Found(1),
        worktree: Found(1),
        paths: &["app.env"],
        ..CASE
    },
    Case {
        name: "index: GIT_DIR names no repository",
        env: &[("GIT_DIR", "$ROOT/nothing")],
        staged: Refused("not"),
        history: Refused("not"),
        ..CASE
    },
    Case {
        name: "index: GIT_INDEX_FILE names one with a key",
        make: "keyed > app.env; GIT_INDEX_FILE=../other git read-tree HEAD; \
            GIT_INDEX_FILE=../other git add app.env",
        env: &[("GIT_INDEX_FILE", "../other")],
        staged: Found(1),
        more: &[(&["--staged", "."], Found(1))],
        ..CASE
    },
    Case {
        name: "index: GIT_INDEX_FILE is relative to the top, wherever skant runs",
        make: "mkdir below; keyed > app.env; git add app.env",
        at: "below",
        env: &[("GIT_INDEX_FILE", ".git/index")],
        staged: Found(1),
        worktree: Nothing,
        ..CASE
    },
    Case {
        name: "index: GIT_INDEX_FILE names a clean one",
        make: "GIT_INDEX_FILE=../other git read-tree HEAD; keyed > app.env; git add app.env",
        env: &[("GIT_INDEX_FILE", "$ROOT/other")],
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "index: GIT_OBJECT_DIRECTORY has the new objects (a quarantine)",
        make: "mkdir ../quarantine; keyed > app.env; GIT_OBJECT_DIRECTORY=$ROOT/quarantine \
            GIT_ALTERNATE_OBJECT_DIRECTORIES=$PWD/.git/objects git add app.env",
        env: &[
            ("GIT_OBJECT_DIRECTORY", "$ROOT/quarantine"),
            ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "$ROOT/work/.git/objects"),
        ],
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "index: a separate git folder",
        start: Start::Folder,
        make: "git init -q -b main --separate-git-dir ../apart; keyed > app.env; git add app.env",
        staged: Found(1),
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "index: core.worktree",
        make: "mkdir ../tree; git config core.worktree ../../tree; keyed > ../tree/app.env; git add app.env",
        staged: Found(1),
        paths: &["app.env"],
        ..CASE
    },
    Case {
        name: "index: the repository is reached through a link",
        make: "mkdir sub; keyed > sub/app.env; git add sub; ln -s work/sub ../door",
        at: "../door",
        staged: Found(1),
        worktree: Found(1),
        paths: &["sub/app.env"],
        ..CASE
    },
    Case {
        name: "index: intent to add",
        make: "keyed > app.env; git add -N app.env",
        staged: Nothing,
        worktree: Found(1),
        history: Nothing,
        ..CASE
    },
    Case {
        name: "index: intent to add, then added",
        make: "keyed > app.env; git add -N app.env; git add app.env",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "index: skip-worktree",
        make: "keyed > app.env; git add app.env; git update-index --skip-worktree app.env; rm app.env",
        staged: Found(1),
        worktree: FoundNote(1, "read-from-index"),
        ..CASE
    },
    Case {
        name: "index: assume-unchanged",
        make: "plain > app.env; save one; keyed > app.env; git add app.env; \
            git update-index --assume-unchanged app.env; plain > app.env",
        staged: Found(1),
        worktree: Nothing,
        ..CASE
    },
    Case {
        name: "index: sparse checkout, a key outside of the cone",
        make: "mkdir in out; plain > in/a; plain > out/a; save one; git sparse-checkout set --cone in; \
            mkdir -p out; keyed > out/key; git add --sparse out/key; rm -r out",
        staged: Found(1),
        worktree: FoundNote(1, "read-from-index"),
        paths: &["out/key"],
        ..CASE
    },
    Case {
        name: "index: sparse index",
        make: "mkdir -p in out/deep; plain > in/a; plain > out/deep/a; save one; \
            git sparse-checkout set --cone --sparse-index in; keyed > in/key; git add in/key",
        staged: Found(1),
        worktree: FoundNote(1, "read-from-index"),
        paths: &["in/key"],
        ..CASE
    },
    Case {
        name: "index: sparse index, HEAD moved below a collapsed folder",
        make: "mkdir -p in out/deep; plain > in/a; plain > out/deep/a; save one; keyed > out/deep/key; save two; \
            git sparse-checkout set --cone --sparse-index in; git update-ref --no-deref HEAD HEAD^",
        staged: Found(1),
        paths: &["out/deep/key"],
        ..CASE
    },
    Case {
        name: "index: sparse index with nothing new",
        make: "mkdir -p in out/deep; plain > in/a; keyed > out/deep/key; save one; \
            git sparse-checkout set --cone --sparse-index in; plain 3 > in/a; git add in/a",
        staged: Nothing,
        worktree: Note("read-from-index"),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "index: split index",
        make: "plain > a; git add a; git update-index --split-index; keyed > app.env; git add app.env",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "index: split index, the key in the shared part",
        make: "keyed > app.env; git add app.env; git update-index --split-index; plain > a; git add a",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "index: split index without its shared part",
        make: "keyed > app.env; git add app.env; git update-index --split-index; rm .git/sharedindex.*",
        staged: Refused("index"),
        worktree: crate::case::Expect::FoundAnd(1, "corrupt-object"),
        ..CASE
    },
    Case {
        name: "index: version 4",
        make: "mkdir -p a/b; keyed > a/b/app.env; plain > a/b/apple; git add -A; \
            git update-index --index-version 4",
        staged: Found(1),
        paths: &["a/b/app.env"],
        ..CASE
    },
    Case {
        name: "index: untracked cache and end-of-index extensions",
        make: "git config index.threads 2; git config feature.manyFiles true; git update-index --untracked-cache; \
            keyed > app.env; git add app.env; git status > /dev/null",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "index: index.skipHash",
        make: "git config index.skipHash true; keyed > app.env; git add app.env",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "index: locked by another process",
        make: "keyed > app.env; git add app.env; : > .git/index.lock",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "index: truncated",
        make: "keyed > app.env; git add app.env; head -c 90 .git/index > ../cut; mv ../cut .git/index",
        staged: Refused("index"),
        ..CASE
    },
    Case {
        name: "index: one bit flipped",
        make: "plain > app.env; git add app.env; printf 'X' | dd of=.git/index bs=1 seek=70 conv=notrunc 2>/dev/null",
        staged: Problem("missing-object"),
        ..CASE
    },
    Case {
        name: "index: a staged object is missing",
        make: "keyed > app.env; git add app.env; o=$(git rev-parse :app.env); \
            rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)",
        staged: Problem("missing-object"),
        ..CASE
    },
    Case {
        name: "index: HEAD's tree is missing",
        make: "keyed > app.env; git add app.env; o=$(git rev-parse HEAD^{tree}); \
            rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)",
        staged: crate::case::Expect::FoundAnd(1, "missing-object"),
        ..CASE
    },
    Case {
        name: "index: HEAD's commit is missing",
        make: "keyed > app.env; git add app.env; o=$(git rev-parse HEAD); \
            rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)",
        staged: Refused("HEAD"),
        ..CASE
    },
    Case { name: "index: a missing index removes nothing", make: "rm .git/index", staged: Nothing, ..CASE },
    Case {
        name: "index: SHA-256",
        start: Start::Folder,
        make: "git init -q -b main --object-format sha256 || needs git with SHA-256; plain > a; save one; keyed > app.env; \
            git add app.env",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "index: SHA-256, nothing new",
        start: Start::Folder,
        make: "git init -q -b main --object-format sha256 || needs git with SHA-256; keyed > app.env; save one; plain > a; \
            git add a",
        staged: Nothing,
        history: Found(1),
        ..CASE
    },
    Case {
        name: "index: reftable",
        start: Start::Folder,
        make: "git init -q -b main --ref-format reftable || needs git with reftables; keyed > app.env; save one; othered > new; \
            git add new",
        staged: Found(1),
        worktree: Found(2),
        history: Found(2),
        paths: &["new"],
        ..CASE
    },
    Case {
        name: "index: reftable, first commit",
        start: Start::Folder,
        make: "git init -q -b main --ref-format reftable || needs git with reftables; keyed > app.env; git add app.env",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "index: a submodule's commit is no file",
        make: "git init -q -b main sub; cd sub; keyed > key.env; save one; cd ..; git add sub 2>&-",
        staged: Nothing,
        worktree: Found(1),
        paths: &["sub/key.env"],
        ..CASE
    },
    Case {
        name: "index: a submodule becomes a file",
        make: "git init -q -b main sub; git -C sub commit -q --allow-empty -m one; git add sub 2>&-; commit two; \
            rm -rf sub; keyed > sub; git add sub",
        staged: Found(1),
        paths: &["sub"],
        ..CASE
    },
    Case {
        name: "index: a submodule that is not checked out",
        make: "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub; mkdir sub",
        staged: Nothing,
        worktree: Note("submodule"),
        ..CASE
    },
];
