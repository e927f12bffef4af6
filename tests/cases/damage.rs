//! Unreadable and incomplete repositories: exit 0 never occurs, and readable parts are still reported.

use crate::case::Expect::{
    Accepted, Found, FoundAnd, FoundNote, Note, Nothing, Problem, Refused, UnreachedAnd,
};
use crate::case::{CASE, Case, Start};

pub const CASES: &[Case] = &[
    Case {
        name: "damage: not a repository",
        start: Start::Folder,
        make: "keyed > key",
        staged: Refused("not in a git repository"),
        history: Refused("not in a git repository"),
        more: &[(&["--history", "main..HEAD"], Refused("not in a git repository"))],
        ..CASE
    },
    Case {
        name: "damage: a .git file with a missing target",
        start: Start::Folder,
        make: "echo 'gitdir: ../gone' > .git; keyed > key",
        staged: Refused("not there"),
        history: Refused("not there"),
        worktree: Refused("not there"),
        ..CASE
    },
    Case {
        name: "damage: an unknown object format",
        make: "git config core.repositoryFormatVersion 1; git config extensions.objectFormat sha3",
        staged: Refused("objectFormat"),
        history: Refused("objectFormat"),
        ..CASE
    },
    Case {
        name: "damage: a shallow clone",
        make: "keyed > key; save one; plain > key; save two; git clone -q --depth 1 file://$PWD ../shallow",
        at: "../shallow",
        history: Problem("shallow-clone"),
        staged: Nothing,
        worktree: Nothing,
        more: &[(&["--history", "--allow-incomplete"], Accepted(0, "shallow-clone"))],
        ..CASE
    },
    Case {
        name: "damage: a shallow clone with a key in its oldest commit",
        make: "keyed > key; save one; git clone -q --depth 1 file://$PWD ../shallow; cd ../shallow; plain > b; save two",
        at: "../shallow",
        history: FoundAnd(1, "shallow-clone"),
        more: &[
            (&["--history", "HEAD"], FoundAnd(1, "shallow-clone")),
            (&["--history", "HEAD^..HEAD"], Nothing),
        ],
        ..CASE
    },
    Case {
        name: "damage: a partial clone without blobs",
        make: "keyed > key; save one; plain > key; save two; git config uploadpack.allowFilter true; \
            git clone -q --filter=blob:none file://$PWD ../partial; mv ../work ../gone; mkdir ../work",
        at: "../partial",
        history: Problem("partial-clone"),
        worktree: Nothing,
        ..CASE
    },
    Case {
        name: "damage: a partial clone without trees",
        make: "keyed > key; save one; plain > key; save two; git config uploadpack.allowFilter true; \
            git clone -q --no-checkout --filter=tree:0 file://$PWD ../partial; mv ../work ../gone; mkdir ../work",
        at: "../partial",
        history: Problem("partial-clone"),
        ..CASE
    },
    Case {
        name: "damage: a partial clone that has everything",
        make: "keyed > key; save one; git config uploadpack.allowFilter true; \
            git clone -q --filter=blob:none file://$PWD ../partial; mv ../work ../gone; mkdir ../work",
        at: "../partial",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "damage: a missing blob, deep in history",
        make: "mkdir d; keyed > d/key; save one; o=$(git rev-parse HEAD:d/key); git rm -q d/key; save two; othered > b; \
            save three; rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)",
        history: FoundAnd(1, "missing-object"),
        staged: Nothing,
        more: &[
            (&["--history", "HEAD~2..HEAD"], Found(1)),
            (&["--history", "HEAD"], FoundAnd(1, "missing-object")),
            (&["--history", "--allow-incomplete"], Accepted(1, "missing-object")),
        ],
        ..CASE
    },
    Case {
        name: "damage: a missing tree",
        make: "mkdir d; keyed > d/key; save one; o=$(git rev-parse HEAD:d); git rm -q d/key; save two; \
            rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)",
        history: UnreachedAnd(1, "missing-object"),
        ..CASE
    },
    Case {
        name: "damage: a missing root tree",
        make: "keyed > key; save one; o=$(git rev-parse HEAD^{tree}); git rm -q key; save two; plain > b; save three; \
            rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)",
        history: UnreachedAnd(1, "missing-object"),
        more: &[(&["--history", "HEAD"], Problem("missing-object"))],
        ..CASE
    },
    Case {
        name: "damage: a missing commit",
        make: "keyed > key; save one; o=$(git rev-parse HEAD); git rm -q key; save two; othered > b; save three; \
            rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)",
        history: FoundAnd(2, "missing-object"),
        more: &[(&["--history", "HEAD"], FoundAnd(1, "missing-object"))],
        ..CASE
    },
    Case {
        name: "damage: a branch whose commit is missing",
        make: "othered > b; save one; echo 0123456789012345678901234567890123456789 > .git/refs/heads/gone",
        history: FoundAnd(1, "missing-object"),
        ..CASE
    },
    Case {
        name: "damage: a branch with an invalid object name",
        make: "othered > b; save one; echo nonsense > .git/refs/heads/gone",
        history: FoundAnd(1, "corrupt-object"),
        ..CASE
    },
    Case {
        name: "damage: an empty ref file, as after a crash",
        make: "othered > b; save one; : > .git/refs/heads/gone",
        history: FoundAnd(1, "corrupt-object"),
        ..CASE
    },
    Case {
        name: "damage: an invalid HEAD",
        make: "keyed > key; save one; echo nonsense > .git/HEAD",
        history: FoundAnd(1, "corrupt-object"),
        staged: Refused("HEAD"),
        ..CASE
    },
    Case {
        name: "damage: HEAD names a branch with an invalid name",
        make: "keyed > key; save one; echo nonsense > .git/refs/heads/main",
        staged: Refused("HEAD"),
        ..CASE
    },
    Case {
        name: "damage: a corrupt loose object",
        make: "keyed > key; save one; o=$(git rev-parse HEAD:key); f=.git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-); \
            chmod +w $f; printf 'XXXXXXXX' | dd of=$f bs=1 seek=20 conv=notrunc 2>/dev/null",
        history: Problem("corrupt-object"),
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "damage: an empty loose object, as after a crash",
        make: "keyed > key; save one; o=$(git rev-parse HEAD:key); f=.git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-); \
            chmod +w $f; : > $f",
        history: Problem("corrupt-object"),
        ..CASE
    },
    Case {
        name: "damage: a pack with a flipped byte",
        make: "seq 9999 > noise; keyed > key; save one; git repack -q -a -d -F; p=$(ls .git/objects/pack/*.pack); chmod +w $p; \
            printf 'XXXXXXXX' | dd of=$p bs=1 seek=700 conv=notrunc 2>/dev/null",
        history: FoundAnd(1, "corrupt-object"),
        ..CASE
    },
    Case {
        name: "damage: a pack without its index",
        make: "keyed > key; save one; git repack -q -a -d; git prune-packed; chmod +w .git/objects/pack/*; \
            rm .git/objects/pack/*.idx",
        history: Problem("missing-object"),
        ..CASE
    },
    Case {
        name: "damage: a truncated pack index",
        make: "keyed > key; save one; git repack -q -a -d; git prune-packed; i=$(ls .git/objects/pack/*.idx); chmod +w $i; \
            head -c 1040 $i > ../i; cp ../i $i",
        history: Problem("corrupt-object"),
        ..CASE
    },
    Case {
        name: "damage: a truncated tree",
        make: "printf '100644 key\\0abc' > ../tree; t=$(git hash-object -t tree -w --literally ../tree); tick; \
            git update-ref refs/heads/side $(printf 'tree %s\\nauthor A <a@b> 1 +0000\\ncommitter A <a@b> 1 +0000\\n\\nx\\n' $t | \
            git hash-object -t commit -w --literally --stdin)",
        history: Problem("corrupt-object"),
        ..CASE
    },
    Case {
        name: "damage: a commit without a tree",
        make: "printf 'nothing here\\n' | git hash-object -t commit -w --literally --stdin > .git/refs/tags/odd",
        history: Problem("corrupt-object"),
        ..CASE
    },
    Case {
        name: "damage: a commit whose tree is a blob",
        make: "b=$(keyed | git hash-object -w --stdin); git update-ref refs/tags/odd $(printf \
            'tree %s\\nauthor A <a@b> 1 +0000\\ncommitter A <a@b> 1 +0000\\n\\nx\\n' $b | git hash-object -t commit -w --literally --stdin)",
        history: UnreachedAnd(1, "corrupt-object"),
        ..CASE
    },
    Case {
        name: "damage: incomplete unreachable objects are no damage",
        make: "keyed > key; save one; o=$(git rev-parse HEAD); t=$(git rev-parse HEAD^{tree}); git reset -q --hard HEAD^; \
            rm -rf .git/logs .git/ORIG_HEAD .git/objects/$(echo $t | cut -c1-2)/$(echo $t | cut -c3-)",
        history: crate::case::Expect::Unreached(1),
        ..CASE
    },
    Case {
        name: "damage: a reflog that outlives its objects is no damage",
        make: "mkdir -p .git/logs; echo \"$(git rev-parse HEAD) 0123456789012345678901234567890123456789 A <a@b> 1 +0000\tx\" \
            >> .git/logs/HEAD",
        history: Nothing,
        ..CASE
    },
    Case {
        name: "damage: a submodule's commit in another repository is no damage",
        make: "git update-index --add --cacheinfo 160000,0123456789012345678901234567890123456789,sub; commit one; mkdir sub",
        history: Nothing,
        worktree: Note("submodule"),
        ..CASE
    },
    Case {
        name: "damage: a submodule's store with a missing object",
        make: "git init -q -b main ../lib; (cd ../lib; keyed > key; save one); \
            git -c protocol.file.allow=always submodule --quiet add ../lib lib; save three; \
            rm -rf .git/modules/lib/objects/??/*",
        history: Problem("missing-object"),
        ..CASE
    },
    Case {
        name: "damage: no identity",
        make: "keyed > key; git add key; git config user.useConfigOnly true",
        env: &[
            ("GIT_AUTHOR_NAME", ""),
            ("GIT_COMMITTER_NAME", ""),
            ("GIT_AUTHOR_EMAIL", ""),
            ("GIT_COMMITTER_EMAIL", ""),
        ],
        staged: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "damage: no home, and a PATH without git",
        make: "keyed > key; save one; othered > b; git add b",
        env: &[("HOME", "/nowhere"), ("PATH", "/nowhere")],
        staged: Found(1),
        worktree: Found(2),
        history: Found(2),
        more: &[(&["--history", "main"], Refused("install git"))],
        ..CASE
    },
    Case {
        name: "damage: broken git settings, local and global",
        make: "keyed > key; git add key; echo '[broken' >> .git/config; echo '[broken' > ../home/.gitconfig",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "damage: owned by another user, and intact",
        make: "plain > a; git add a; chown -R 12345:12345 . || needs root",
        staged: Note("other-owner"),
        history: Note("other-owner"),
        worktree: Note("other-owner"),
        ..CASE
    },
    Case {
        name: "damage: a bare repository of another user",
        make: "keyed > key; save one; git clone -q --bare . ../bare.git; chown -R 12345:12345 ../bare.git || needs root",
        at: "../bare.git",
        history: FoundNote(1, "other-owner"),
        ..CASE
    },
];
