//! Hostile `.git` folders: pipes without a writer, circular links, malformed lines. No scan hangs, and unread parts are
//! reported.

use crate::case::Expect::{Found, FoundNote, Problem, Refused, UnreachedAnd};
use crate::case::{CASE, Case};

pub const CASES: &[Case] = &[
    Case {
        name: "hostile: pipes for a ref and a pseudo-ref",
        make: "mkfifo .git/refs/heads/pipe .git/MERGE_HEAD",
        staged: Refused("not a regular file"),
        history: Refused("not a regular file"),
        ..CASE
    },
    Case {
        name: "hostile: pipes for HEAD, the packed refs and the list of shallow commits",
        make: "mkfifo .git/packed-refs .git/shallow; rm .git/HEAD; mkfifo .git/HEAD",
        staged: Refused("not a regular file"),
        history: Refused("not a regular file"),
        more: &[(&["--history", "HEAD"], Refused(""))],
        ..CASE
    },
    Case {
        name: "hostile: a pipe for the configuration",
        make: "rm .git/config; mkfifo .git/config",
        staged: Refused("not a regular file"),
        history: Refused("not a regular file"),
        worktree: Refused("not a regular file"),
        ..CASE
    },
    Case {
        name: "hostile: a malformed line in the packed refs",
        make: "git checkout -q -b side; keyed > key; save one; git checkout -q main; git pack-refs --all; rm -rf .git/logs; \
            sed 's#^\\(.*refs/heads/side\\)#x\\1#' .git/packed-refs > p; mv p .git/packed-refs",
        history: UnreachedAnd(1, "corrupt-object"),
        ..CASE
    },
    Case {
        name: "hostile: tags of tags of tags",
        make: "o=$(keyed | git hash-object -w --stdin); type=blob; for i in $(seq 70); do o=$(printf \
            'object %s\\ntype %s\\ntag t\\ntagger a <a@b> 1 +0000\\n\\nx\\n' $o $type | git hash-object -t tag -w --stdin); \
            type=tag; done; git update-ref refs/tags/t $o",
        history: UnreachedAnd(1, "corrupt-object"),
        more: &[(&["--history", "t"], Problem("corrupt-object"))],
        ..CASE
    },
    Case {
        name: "hostile: pipes for a pack's index and for a pack",
        make: "keyed > key; save one; git repack -q -a -d; cd .git/objects/pack; rm -f *.pack; \
            mkfifo $(basename *.idx .idx).pack other.idx",
        staged: Refused("not a regular file"),
        history: Refused("not a regular file"),
        ..CASE
    },
    Case {
        name: "hostile: a pipe for the list of alternates",
        make: "mkdir -p .git/objects/info; mkfifo .git/objects/info/alternates",
        staged: Refused("not a regular file"),
        history: Refused("not a regular file"),
        ..CASE
    },
    Case {
        name: "hostile: a circular list of alternates",
        make: "mkdir -p .git/objects/info; ln -s alternates .git/objects/info/alternates",
        history: Refused("alternates"),
        ..CASE
    },
    Case {
        name: "hostile: a circular folder of loose objects",
        make: "o=$(keyed | git hash-object -w --stdin | cut -c1-2); rm -r .git/objects/$o; ln -s $o .git/objects/$o",
        history: Problem("corrupt-object"),
        ..CASE
    },
    Case {
        name: "hostile: a circular folder of packs",
        make: "o=$(keyed | git hash-object -w --stdin); echo $o | git pack-objects -q .git/objects/pack/pack; \
            git prune-packed; rm -r .git/objects/pack; ln -s pack .git/objects/pack",
        history: Refused("pack"),
        ..CASE
    },
    Case {
        name: "hostile: a truncated loose object of an alternate",
        make: "git init -q ../other; o=$(keyed | git -C ../other hash-object -w --stdin); \
            f=../other/.git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-); head -c 30 $f > cut; mv -f cut $f; \
            echo $PWD/../other/.git/objects > .git/objects/info/alternates; \
            git update-index --add --cacheinfo 100644,$o,key",
        staged: Problem("corrupt-object"),
        history: Problem("corrupt-object"),
        ..CASE
    },
    Case {
        name: "hostile: ignore files that are pipes",
        make: "mkdir sub; keyed > sub/key; mkfifo .gitignore sub/.gitignore; rm -f .git/info/exclude; \
            mkdir -p .git/info; mkfifo .git/info/exclude",
        worktree: FoundNote(1, "special-file"),
        ..CASE
    },
    Case {
        name: "hostile: ignore files that are links, which git does not follow",
        make: "mkdir -p sub/deep; keyed > sub/key; keyed > sub/deep/key; echo key > ../rules; ln -s ../../rules sub/.gitignore",
        worktree: Found(1),
        paths: &["sub/key", "sub/deep/key"],
        ..CASE
    },
];
