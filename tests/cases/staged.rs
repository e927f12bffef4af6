//! Changes that the next commit would add, and states that only look like them.

use crate::case::Expect::{Found, FoundAnd, FoundNote, Nothing, Problem, Refused};
use crate::case::{CASE, Case, Start};

pub const CASES: &[Case] = &[
    Case {
        name: "staged: a new file",
        make: "keyed > app.env; git add app.env",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        more: &[(&["--staged", "README.md"], Nothing), (&["--staged", "app.env"], Found(1))],
        paths: &["app.env"],
        ..CASE
    },
    Case {
        name: "staged: named paths, and paths that do not exist",
        make: "plain > gone; save gone; keyed > app.env; git add app.env; git rm -q gone; plain > new; mkdir sub; \
            ln -s work ../link; ln -s sub inside",
        more: &[
            (&["--staged", "typo"], Problem("missing-path")),
            (&["--staged", "--", "typo"], Problem("missing-path")),
            (&["--staged", "app.env", "typo"], FoundAnd(1, "missing-path")),
            (&["--staged", "app.env/"], Found(1)),
            (&["--staged", "gone"], Nothing),
            (&["--staged", "new"], Nothing),
            (&["--staged", "sub", "README.md"], Nothing),
            (&["--staged", "sub/../app.env"], Found(1)),
            (&["--staged", "../link/app.env"], Found(1)),
            (&["--staged", "../link"], Found(1)),
            (&["--staged", "../elsewhere"], Refused("not in the repository")),
            (&["--history", "--", "../elsewhere"], Refused("not in the repository")),
        ],
        ..CASE
    },
    Case {
        name: "staged: a key in the worktree only",
        make: "keyed > app.env; keyed >> README.md",
        staged: Nothing,
        worktree: Found(1),
        history: Nothing,
        paths: &["app.env", "README.md"],
        ..CASE
    },
    Case {
        name: "staged: the worktree is clean again",
        make: "keyed > app.env; git add app.env; plain > app.env",
        staged: Found(1),
        worktree: Nothing,
        ..CASE
    },
    Case {
        name: "staged: the file is deleted from the worktree",
        make: "keyed > app.env; git add app.env; rm app.env",
        staged: Found(1),
        worktree: FoundNote(1, "read-from-index"),
        more: &[(&["--staged", "app.env"], Found(1))],
        ..CASE
    },
    Case {
        name: "staged: one key in the index, another in the worktree",
        make: "(plain 9; keyed) > app.env; git add app.env; (plain 9; othered; othered) > app.env",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "staged: some hunks of a file, without the key's hunk",
        make: "plain 30 > app.env; save one; (plain 1; plain 30) > app.env; git add app.env; keyed >> app.env",
        staged: Nothing,
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "staged: the key's hunk of a file alone",
        make: "plain 30 > app.env; save one; (plain 30; keyed) > app.env; git add app.env; (plain 31) > app.env",
        staged: Found(1),
        worktree: Nothing,
        ..CASE
    },
    Case {
        name: "staged: HEAD has the key on an unchanged line",
        make: "keyed > app.env; save one; plain >> app.env; git add app.env",
        staged: Nothing,
        worktree: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "staged: the line moves within the file",
        make: "(keyed; plain 30) > app.env; save one; (plain 30; keyed) > app.env; git add app.env",
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "staged: HEAD has the key once, the index twice",
        make: "keyed > app.env; save one; keyed >> app.env; git add app.env",
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "staged: another key replaces it on the same line",
        make: "keyed > app.env; save one; othered > app.env; git add app.env",
        staged: Found(1),
        history: Found(2),
        ..CASE
    },
    Case {
        name: "staged: copied to another path",
        make: "(plain 20; keyed) > app.env; save one; cp app.env more.env; git add more.env",
        staged: Found(1),
        paths: &["more.env"],
        ..CASE
    },
    Case {
        name: "staged: two files swap names",
        make: "keyed > a; plain > b; save one; mv a c; mv b a; mv c b; git add -A",
        staged: Found(1),
        paths: &["b"],
        ..CASE
    },
    Case {
        name: "staged: renamed",
        make: "keyed > app.env; save one; git mv app.env new.env",
        staged: Nothing,
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "staged: renamed and edited elsewhere",
        make: "(keyed; plain 30) > app.env; save one; git mv app.env new.env; plain 2 >> new.env; git add -A",
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "staged: renamed, and a key added",
        make: "plain 30 > app.env; save one; git mv app.env new.env; keyed >> new.env; git add -A",
        staged: Found(1),
        paths: &["new.env"],
        ..CASE
    },
    Case {
        name: "staged: copied and edited with diff.renames=copies",
        make: "git config diff.renames copies; plain 30 > app.env; save one; cp app.env new.env; \
            keyed >> new.env; git add -A",
        staged: Found(1),
        paths: &["new.env"],
        ..CASE
    },
    Case {
        name: "staged: moved to an unrelated file",
        make: "(keyed; plain 40) > app.env; save one; git rm -q app.env; \
            (seq 500 600; keyed) > other.txt; git add -A",
        staged: Found(1),
        paths: &["other.txt"],
        ..CASE
    },
    Case {
        name: "staged: a folder is renamed",
        make: "mkdir old; keyed > old/app.env; plain 3 > old/x; save one; git mv old new",
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "staged: the mode alone changes",
        make: "keyed > run.sh; save one; chmod +x run.sh; git add -A",
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "staged: the mode changes and a key is added",
        make: "plain > run.sh; save one; chmod +x run.sh; keyed >> run.sh; git add -A",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "staged: a link becomes a file",
        make: "ln -s README.md app.env; save one; rm app.env; keyed > app.env; git add -A",
        staged: Found(1),
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "staged: a file becomes a link whose target is a key",
        make: "plain > app; save one; rm app; ln -s \"$KEY\" app; git add -A",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        paths: &["app"],
        ..CASE
    },
    Case {
        name: "staged: a file becomes a folder",
        make: "plain > app; save one; rm app; mkdir app; keyed > app/app; git add -A",
        staged: Found(1),
        paths: &["app/app"],
        ..CASE
    },
    Case {
        name: "staged: a folder becomes a file",
        make: "mkdir app; plain > app/a; save one; rm -r app; keyed > app; git add -A",
        staged: Found(1),
        paths: &["app"],
        ..CASE
    },
    Case {
        name: "staged: the file with the key is removed",
        make: "keyed > app.env; save one; git rm -q app.env",
        staged: Nothing,
        worktree: Nothing,
        history: Found(1),
        ..CASE
    },
    Case {
        name: "staged: no longer tracked, but still on disk",
        make: "keyed > app.env; save one; git rm -q --cached app.env",
        staged: Nothing,
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "staged: first commit",
        start: Start::Unborn,
        make: "keyed > app.env; git add app.env",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "staged: first commit, an empty index",
        start: Start::Unborn,
        make: "keyed > app.env",
        staged: Nothing,
        worktree: Found(1),
        history: Nothing,
        ..CASE
    },
    Case {
        name: "staged: an orphan branch in a repository with history",
        make: "keyed > app.env; save one; git checkout -q --orphan fresh",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "staged: a detached HEAD",
        make: "git checkout -q --detach; keyed > app.env; git add app.env",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "staged: a merge brings the other side's key",
        make: "git checkout -q -b side; keyed > app.env; save two; git checkout -q main; plain > x; save one; \
            git merge -q --no-ff --no-commit side",
        staged: Nothing,
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "staged: a merge's resolution adds a key",
        make: "plain > a; save one; git checkout -q -b side; (plain; echo side) > a; save two; \
            git checkout -q main; (plain; echo main) > a; save one; git merge -q side || true; keyed > a; git add a",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "staged: a merge's resolution keeps the keys of both sides",
        make: "plain > a; save one; git checkout -q -b side; (plain; othered) > a; save two; git checkout -q main; \
            (plain; keyed) > a; save one; git merge -q side || true; (othered; keyed) > a; git add a",
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "staged: a merge with a file that neither side has",
        make: "git checkout -q -b side; plain > b; save two; git checkout -q main; plain > a; save one; \
            git merge -q --no-ff --no-commit side; keyed > evil; git add evil",
        staged: Found(1),
        paths: &["evil"],
        ..CASE
    },
    Case {
        name: "staged: an octopus merge brings a key of its third parent",
        make: "for b in one two; do git checkout -q -b $b main; (echo $b; keyed) > $b; save $b; done; \
            git checkout -q main; git merge -q --no-ff --no-commit one two",
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "staged: a squash merge is no merge",
        make: "git checkout -q -b side; keyed > app.env; save two; git checkout -q main; plain > x; save one; \
            git merge -q --squash side",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "staged: a cherry-pick is no merge",
        make: "git checkout -q -b side; keyed > app.env; save two; git checkout -q main; \
            git cherry-pick -n side",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "staged: unmerged entries",
        make: "plain > a; save one; git checkout -q -b side; keyed > a; save two; git checkout -q main; \
            (plain; echo main) > a; save one; git merge -q side || true",
        staged: Problem("unmerged"),
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "staged: unmerged entries next to a key",
        make: "plain > a; save one; git checkout -q -b side; echo 2 > a; save two; git checkout -q main; \
            echo 3 > a; save one; git merge -q side || true; keyed > b; git add b",
        staged: crate::case::Expect::FoundAnd(1, "unmerged"),
        ..CASE
    },
    Case {
        name: "staged: a replace ref claims that HEAD has the key",
        make: "keyed > app.env; git add app.env; commit decoy; git branch decoy; git reset -q --soft HEAD^; \
            git replace HEAD decoy",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "staged: a replaced blob looks harmless",
        make: "keyed > app.env; git add app.env; \
            git replace $(git rev-parse :app.env) $(plain | git hash-object -w --stdin)",
        staged: Found(1),
        ..CASE
    },
];
