//! Parts that scanners skip without a report.

use crate::case::Expect::{Found, FoundAnd, Nothing, Problem, Refused};
use crate::case::{CASE, Case, Start};

pub const CASES: &[Case] = &[
    Case {
        name: "unread: tracked although ignored, in a nested repository",
        make: "git init -q -b main inner; cd inner; echo .env > .gitignore; keyed > .env; othered > not.env; save one; \
            printf 'n*\\n' >> .gitignore; git rm -q --cached not.env; commit two",
        worktree: Found(1),
        paths: &["inner/.env"],
        ..CASE
    },
    Case {
        name: "unread: ignored and untracked in a nested repository",
        make: "git init -q -b main inner; cd inner; echo .env > .gitignore; save one; keyed > .env",
        worktree: Nothing,
        ..CASE
    },
    Case {
        name: "unread: a nested repository without its git folder",
        make: "mkdir inner; echo 'gitdir: ../gone' > inner/.git; keyed > inner/key",
        worktree: FoundAnd(1, "unreadable"),
        ..CASE
    },
    Case {
        name: "unread: in two repositories",
        start: Start::Folder,
        make: "for r in a b; do git init -q $r; (cd $r; echo .env > .gitignore; keyed > .env; save one); done",
        more: &[
            (&["a", "b"], Refused("several repositories")),
            (&["a"], Found(1)),
            (&["b"], Found(1)),
            (&["a/.env", "b/.env"], Refused("several repositories")),
        ],
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "unread: a named link to a folder",
        make: "mkdir ../else; keyed > ../else/key; ln -s ../else link",
        worktree: Nothing,
        more: &[(&["link"], Found(1)), (&["link/"], Found(1)), (&["README.md"], Nothing)],
        ..CASE
    },
    Case {
        name: "unread: a named link to a file",
        make: "keyed > ../else; ln -s ../else link; ln -s link again; ln -s nowhere broken",
        worktree: Nothing,
        more: &[(&["link"], Found(1)), (&["again"], Found(1)), (&["broken"], Nothing)],
        ..CASE
    },
    Case {
        name: "unread: a named link to a pipe, such as `<(…)`",
        make: "mkfifo ../pipe; ln -s ../pipe link",
        worktree: Nothing,
        more: &[(&["link"], Problem("unreadable")), (&["../pipe"], Problem("unreadable"))],
        ..CASE
    },
    Case {
        name: "unread: a folder that can be listed and not entered",
        make: "[ $(id -u) != 0 ] || needs a user who is not root; mkdir d; plain > d/key; save one; keyed > d/key; chmod 444 d",
        worktree: Problem("unreadable"),
        ..CASE
    },
    Case {
        name: "unread: a path that the history lacks",
        make: "mkdir -p a/b; keyed > a/b/key; save one; git rm -q -r a; save two; plain > c; save three",
        more: &[
            (&["--history", "--", "a/b/kye"], Problem("missing-path")),
            (&["--history", "--", "a/b/key"], Found(1)),
            (&["--history", "--", "a"], Found(1)),
            (&["--history", "--", "a", "b"], FoundAnd(1, "missing-path")),
            (&["--history", "HEAD", "--", "b"], Problem("missing-path")),
            (&["--history", "HEAD", "--", "a"], Found(1)),
            // Removed within the range, and in none of its trees.
            (&["--history", "HEAD~2..HEAD~1", "--", "a/b"], Nothing),
            (&["--history", "HEAD^..HEAD", "--", "c"], Nothing),
            (&["--staged", "--", "b"], Problem("missing-path")),
        ],
        ..CASE
    },
    Case {
        name: "unread: a path in a submodule's store",
        make: "git init -q -b main ../lib; (cd ../lib; keyed > key; save one; git rm -q key; save two); \
            git -c protocol.file.allow=always submodule --quiet add ../lib some/lib; save three",
        more: &[
            (&["--history", "--", "some/lib"], Found(1)),
            (&["--history", "--", "some/lib/key"], Found(1)),
            (&["--history", "--", "some"], Found(1)),
            (&["--history", "--", "other"], Problem("missing-path")),
        ],
        ..CASE
    },
    Case {
        name: "unread: ORIG_HEAD in a reftable",
        start: Start::Folder,
        make: "git init -q -b main --ref-format reftable || needs git with reftables; plain > a; save zero; keyed > key; save one; \
            git reset -q --hard HEAD^; git reflog expire --expire=all --all",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "unread: a damaged reftable",
        start: Start::Folder,
        make: "git init -q -b main --ref-format reftable || needs git with reftables; keyed > key; save one; \
            for t in .git/reftable/*.ref; do chmod +w $t; echo nonsense > $t; done",
        staged: Refused("HEAD"),
        history: Refused("reftable"),
        ..CASE
    },
    Case {
        name: "unread: a reftable without its second table",
        start: Start::Folder,
        make: "git init -q -b main --ref-format reftable || needs git with reftables; keyed > key; save one; \
            GIT_TEST_REFTABLE_AUTOCOMPACTION=false git update-ref refs/heads/side HEAD; t=$(tail -1 .git/reftable/tables.list); \
            rm -f .git/reftable/$t",
        history: Refused("reftable"),
        ..CASE
    },
    Case {
        name: "unread: an unknown extension",
        make: "keyed > key; save one; git config core.repositoryFormatVersion 1; git config extensions.objectStore lmdb",
        staged: Refused("objectstore"),
        history: Refused("objectstore"),
        worktree: Refused("objectstore"),
        ..CASE
    },
    Case {
        name: "unread: a future format",
        make: "keyed > key; save one; git config core.repositoryFormatVersion 2",
        staged: Refused("newer"),
        history: Refused("newer"),
        ..CASE
    },
    Case {
        name: "unread: extensions that change nothing",
        make: "keyed > key; save one; git config core.repositoryFormatVersion 1; git config extensions.preciousObjects true; \
            git config extensions.noop x; git config extensions.worktreeConfig true",
        staged: Nothing,
        history: Found(1),
        ..CASE
    },
    Case {
        name: "unread: a damaged loose copy of a packed object",
        make: "keyed > key; save one; o=$(git rev-parse HEAD:key); git rm -q key; save two; git repack -q -a; \
            f=.git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-); chmod +w $f; echo junk > $f",
        history: Found(1),
        more: &[(&["--history", "HEAD"], Found(1))],
        ..CASE
    },
    Case {
        name: "unread: a damaged packed copy of a loose object",
        make: "seq 2000 > noise; keyed > key; save one; cp -r .git/objects ../loose; git repack -q -a -d -F; git prune-packed; \
            p=$(ls .git/objects/pack/*.pack); chmod +w $p; head -c $(($(wc -c < $p) - 32)) /dev/zero | tr '\\0' X | \
            dd of=$p bs=4 seek=3 conv=notrunc 2> /dev/null; cp -r ../loose/?? .git/objects/",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "unread: an alternate whose name is quoted",
        make: "mkdir '../a b'; git init -q -b main '../a b/far'; (cd '../a b/far'; keyed > key; save one); \
            o=$(git -C '../a b/far' rev-parse HEAD); \
            printf '\"%s/a\\040b/far/.git/objects\"\\n' $ROOT > .git/objects/info/alternates; \
            git update-ref refs/heads/side $o",
        history: Found(1),
        more: &[(&["--history", "side"], Found(1))],
        ..CASE
    },
    Case {
        name: "unread: GIT_ALTERNATE_OBJECT_DIRECTORIES with a quoted name",
        make: "mkdir '../a:b'; git init -q -b main '../a:b/far'; o=$(keyed | git -C '../a:b/far' hash-object -w --stdin); \
            git update-index --add --cacheinfo 100644,$o,key",
        env: &[("GIT_ALTERNATE_OBJECT_DIRECTORIES", "\"$ROOT/a:b/far/.git/objects\":/nowhere")],
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "unread: an object that claims to be larger than memory",
        make: "o=0123456789012345678901234567890123456789; mkdir -p .git/objects/01; \
            printf '\\170\\001\\001\\023\\000\\354\\377%s\\000%s\\062\\316\\004\\354' 'blob 3000000000' key > .git/objects/01/${o#01}; \
            git update-index --add --cacheinfo 100644,$o,key; echo $o > .git/refs/tags/large",
        staged: Problem("budget"),
        history: Problem("budget"),
        more: &[(&["--history", "--allow-incomplete"], crate::case::Expect::Accepted(0, "budget"))],
        ..CASE
    },
    Case {
        name: "unread: an unreadable parent version",
        make: "plain > key; save one; o=$(git rev-parse HEAD:key); keyed > key; git add key; git commit -q --no-verify -m two; \
            rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)",
        more: &[(&["--history", "HEAD^..HEAD"], FoundAnd(1, "missing-object"))],
        ..CASE
    },
    Case {
        name: "unread: an unreadable version in HEAD",
        make: "(plain; keyed) > key; save one; o=$(git rev-parse HEAD:key); (plain 2; keyed) > key; git add key; \
            rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)",
        staged: FoundAnd(1, "missing-object"),
        ..CASE
    },
    Case {
        name: "unread: a rename and a copy of one file in one commit",
        make: "(plain 20; keyed) > a; save one; cp a c; git mv a b; git add -A",
        staged: Found(1),
        paths: &["c"],
        ..CASE
    },
    Case {
        name: "unread: a rename with changes and a copy of one file, committed",
        make: "(plain 20; keyed) > a; save one; cp a c; git mv a b; plain 3 >> b; save two",
        more: &[(&["--history", "HEAD^..HEAD"], Found(1))],
        ..CASE
    },
    Case {
        name: "unread: a rename alone is not new",
        make: "(plain 20; keyed) > a; save one; git mv a b; plain 3 >> b; git add -A",
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "unread: two renamed files",
        make: "(plain 20; keyed) > a; (plain 20; othered) > b; save one; git mv a c; git mv b d; plain 2 >> c; git add -A",
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "unread: a tracked file below a folder that became a link",
        make: "mkdir d; keyed > d/key; save one; rm -r d; ln -s /nowhere d",
        worktree: crate::case::Expect::FoundNote(1, "read-from-index"),
        ..CASE
    },
];
