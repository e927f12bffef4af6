//! Commits with skant's hooks installed.

use crate::attempt::Effect::{Blocked, Through, Unchecked};
use crate::attempt::{ATTEMPT, Attempt};
use crate::case::Start;

/// A merge whose other side has a key, and a merge in which both sides changed the same line.
const SIDE: &str =
    "git checkout -q -b side; keyed > key; save two; git checkout -q main; plain > a; save one";
const CONFLICT: &str = "plain > a; save one; git checkout -q -b side; (plain; echo side) > a; save two; \
    git checkout -q main; (plain; echo main) > a; save three; git merge -q side || true";

/// A text that `git commit -v` has once left to an editor, with a key that no file holds.
const SAVED: &str = "plain > b; save one; \
    printf 'subject\\n\\n# ------------------------ >8 ------------------------\\n# x\\ndiff --git a/a b/a\\n+k=%s\\n' \
    \"$KEY\" > ../m";

macro_rules! attempt {
    ($name:literal, $effect:ident, $make:expr, $attempt:expr) => {
        Attempt {
            name: concat!("commit: ", $name),
            make: $make,
            command: $attempt,
            effect: $effect,
            ..ATTEMPT
        }
    };
}

pub const ATTEMPTS: &[Attempt] = &[
    attempt!("after git add", Blocked, "", "keyed > key; git add key; git commit -q -m x"),
    attempt!("-a", Blocked, "plain > key; save one", "keyed > key; git commit -q -a -m x"),
    attempt!("PATH", Blocked, "plain > key; save one", "keyed > key; git commit -q -m x key"),
    attempt!(
        "-o PATH, another file staged",
        Blocked,
        "plain > key; save one",
        "plain > b; git add b; keyed > key; git commit -q -m x -o key"
    ),
    attempt!(
        "-i PATH",
        Blocked,
        "plain > key; save one",
        "plain > b; git add b; keyed > key; git commit -q -m x -i key"
    ),
    attempt!(
        "PATH, while the key is staged elsewhere",
        Through,
        "plain > b; save one",
        "keyed > key; git add key; plain 2 > b; git commit -q -m x b"
    ),
    attempt!(
        "--pathspec-from-file",
        Blocked,
        "plain > key; save one",
        "keyed > key; echo key | git commit -q -m x --pathspec-from-file=-"
    ),
    attempt!("-p", Blocked, "plain > key; save one", "keyed >> key; yes | git commit -q -p -m x > /dev/null"),
    attempt!(
        "of a subdirectory",
        Blocked,
        "mkdir -p a/b; plain > a/b/c; save one",
        "keyed > key; git add key; cd a/b; git commit -q -m x"
    ),
    attempt!(
        "-a from a subdirectory",
        Blocked,
        "mkdir -p a/b; plain > a/b/c; plain > key; save one",
        "keyed > key; cd a/b; git commit -q -a -m x"
    ),
    attempt!(
        "in a linked worktree",
        Blocked,
        "git worktree add -q ../linked",
        "cd ../linked; keyed > key; git add key; git commit -q -m x"
    ),
    attempt!(
        "-a in a linked worktree",
        Blocked,
        "plain > key; save one; git worktree add -q ../linked",
        "cd ../linked; keyed > key; git commit -q -a -m x"
    ),
    attempt!(
        "through --git-dir and --work-tree",
        Blocked,
        "",
        "keyed > key; git add key; cd /; \
        git --git-dir=$ROOT/work/.git --work-tree=$ROOT/work commit -q -m x"
    ),
    attempt!(
        "with GIT_INDEX_FILE",
        Blocked,
        "",
        "keyed > key; export GIT_INDEX_FILE=$ROOT/other; git read-tree HEAD; \
        git add key; git commit -q -m x"
    ),
    attempt!("detached", Blocked, "git checkout -q --detach", "keyed > key; git add key; git commit -q -m x"),
    attempt!(
        "a sparse checkout",
        Blocked,
        "mkdir in out; plain > in/a; plain > out/a; save one; \
        git sparse-checkout set --cone --sparse-index in",
        "keyed > in/key; git add in/key; git commit -q -m x"
    ),
    attempt!(
        "outside of a sparse checkout",
        Blocked,
        "mkdir in out; plain > in/a; plain > out/a; save one; \
        git sparse-checkout set --cone in",
        "mkdir -p out; keyed > out/key; git add --sparse out/key; rm -r out; git commit -q -m x"
    ),
    attempt!(
        "skip-worktree",
        Blocked,
        "plain > key; save one",
        "keyed > key; git add key; git update-index --skip-worktree key; git commit -q -m x"
    ),
    attempt!(
        "assume-unchanged",
        Blocked,
        "plain > key; save one",
        "keyed > key; git add key; git update-index --assume-unchanged key; git commit -q -m x"
    ),
    attempt!(
        "a split index",
        Blocked,
        "git update-index --split-index",
        "keyed > key; git add key; git commit -q -m x"
    ),
    attempt!(
        "a split index, -a",
        Blocked,
        "plain > key; save one; git config core.splitIndex true",
        "keyed > key; git commit -q -a -m x"
    ),
    attempt!(
        "renamed and edited",
        Blocked,
        "plain 20 > a; save one",
        "git mv a b; keyed >> b; git add b; git commit -q -m x"
    ),
    attempt!(
        "-diff in the same commit",
        Blocked,
        "",
        "echo 'key -diff' > .gitattributes; keyed > key; git add -A; git commit -q -m x"
    ),
    attempt!(
        "textconv and an external diff",
        Blocked,
        "echo '* diff=no' > .gitattributes; save one; \
        git config diff.no.textconv true; git config diff.external true",
        "keyed > key; git add -A; git commit -q -m x"
    ),
    attempt!(
        "odd names",
        Blocked,
        "",
        "n=$(printf 'a b\"\\n\\351'); keyed > \"$n\"; git add -A; git commit -q -m x"
    ),
    attempt!(
        "-a with an odd name",
        Blocked,
        "n=$(printf -- 'x -n\\t\\351'); plain > \"$n\"; save one",
        "keyed > \"$(printf -- 'x -n\\t\\351')\"; git commit -q -a -m x"
    ),
    attempt!(
        "the file's name is the key",
        Blocked,
        "",
        ": > \"$KEY\"; git add -A; git commit -q -m x > /dev/null"
    ),
    attempt!("a link's target is the key", Blocked, "", "ln -s \"$KEY\" l; git add -A; git commit -q -m x"),
    attempt!(
        "partially staged, the key in the index",
        Blocked,
        "",
        "keyed > key; git add key; plain > key; git commit -q -m x"
    ),
    attempt!(
        "partially staged, the key in the worktree",
        Through,
        "",
        "plain > key; git add key; keyed > key; git commit -q -m x"
    ),
    attempt!("already in HEAD", Through, "keyed > key; save one", "plain >> key; git commit -q -a -m x"),
    attempt!(
        "intent to add",
        Through,
        "",
        "keyed > key; git add -N key; plain > b; git add b; git commit -q -m x"
    ),
    attempt!("nothing special", Through, "", "plain > b; git add b; git commit -q -m x"),
    attempt!("an empty commit", Through, "", "git commit -q --allow-empty -m x"),
    attempt!(
        "--amend of a commit with the key",
        Through,
        "keyed > key; save one",
        "git commit -q --amend -m y"
    ),
    attempt!(
        "--amend that adds it",
        Blocked,
        "plain > key; save one",
        "keyed > key; git commit -q -a --amend -m y"
    ),
    attempt!("--no-verify", Through, "", "keyed > key; git add key; git commit -q --no-verify -m x"),
    Attempt {
        name: "commit: the first one",
        start: Start::Unborn,
        command: "keyed > key; git add key; git commit -q -m x",
        ..ATTEMPT
    },
    Attempt {
        name: "commit: the first one, harmless",
        start: Start::Unborn,
        command: "plain > key; git add key; git commit -q -m x",
        effect: Through,
        ..ATTEMPT
    },
    Attempt {
        name: "commit: the first one, -a after intent to add",
        start: Start::Unborn,
        command: "keyed > key; git add -N key; git commit -q -a -m x",
        ..ATTEMPT
    },
    Attempt {
        name: "commit: SHA-256, -a",
        start: Start::Folder,
        make: "git init -q -b main --object-format sha256 || needs git with SHA-256; plain > key; save one",
        command: "keyed > key; git commit -q -a -m x",
        ..ATTEMPT
    },
    Attempt {
        name: "commit: reftable, -a",
        start: Start::Folder,
        make: "git init -q -b main --ref-format reftable || needs git with reftables; plain > key; save one",
        command: "keyed > key; git commit -q -a -m x",
        ..ATTEMPT
    },
    Attempt {
        name: "commit: in a submodule",
        make: "git init -q -b main ../lib; (cd ../lib; plain > a; save one); \
            git -c protocol.file.allow=always submodule --quiet add ../lib lib; save two",
        command: "cd lib; skant install > /dev/null; before=$(git rev-parse HEAD); keyed > key; git add key; \
            git commit -q -m x || { [ $before = $(git rev-parse HEAD) ] && exit 1; }",
        ..ATTEMPT
    },
    attempt!("a message", Blocked, "", "git commit -q --allow-empty -m \"see $KEY\""),
    attempt!(
        "a message in a file",
        Blocked,
        "",
        "keyed > ../message; git commit -q --allow-empty -F ../message"
    ),
    attempt!("a trailer", Blocked, "", "git commit -q --allow-empty -m x --trailer \"Token: $KEY\""),
    attempt!(
        "a message from the editor",
        Blocked,
        "",
        "GIT_EDITOR='f() { echo see $KEY > $1; }; f' git commit -q --allow-empty"
    ),
    attempt!("an amended message", Blocked, "", "git commit -q --amend -m \"see $KEY\""),
    attempt!(
        "-v shows a removed line, below the scissors",
        Through,
        "keyed > key; save one",
        "plain > key; GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -a"
    ),
    attempt!(
        "-vv shows unstaged lines, below the scissors",
        Through,
        "plain > key; plain > b; save one",
        "keyed > key; plain 2 > b; git add b; \
        GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -v"
    ),
    attempt!(
        "-v and a key above the scissors",
        Blocked,
        "plain > b; save one",
        "plain 2 > b; GIT_EDITOR='f() { (echo \"$KEY\"; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -a"
    ),
    attempt!(
        "a custom comment character, and -v",
        Through,
        "keyed > key; save one; git config core.commentChar ';'",
        "plain > key; GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -a"
    ),
    attempt!(
        "a scissors line that git leaves in the message",
        Blocked,
        "",
        "printf 'subject\\n\\n# ------------------------ >8 ------------------------\\n%s\\n' \"$KEY\" > ../m; \
        git commit -q --allow-empty --cleanup=verbatim -F ../m"
    ),
    attempt!(
        "a comment text of 2 characters, and -v",
        Through,
        "keyed > key; save one; git config core.commentString '//'",
        "plain > key; GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -a"
    ),
    attempt!(
        "a comment text of 7 characters, and -v",
        Through,
        "keyed > key; save one; git config core.commentString 'REM ---'",
        "plain > key; GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -a"
    ),
    attempt!(
        "a comment text of 8 characters, and -v",
        Through,
        "keyed > key; save one; git config core.commentString '%%%%%%%%'",
        "plain > key; GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -a"
    ),
    attempt!(
        "--cleanup=scissors and a removed line",
        Through,
        "keyed > key; save one; git config commit.cleanup scissors",
        "plain > key; GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -a"
    ),
    attempt!(
        "a file with scissors and comments, not edited",
        Blocked,
        "",
        "printf 'subject\\n\\n# ------------------------ >8 ------------------------\\n# x\\n# y\\n+%s\\n' \"$KEY\" > ../m; git commit -q --allow-empty -F ../m"
    ),
    attempt!(
        "a file with scissors and a diff, not edited",
        Blocked,
        "",
        "printf 'subject\\n\\n# ------------------------ >8 ------------------------\\n# x\\ndiff --git a/a b/a\\n@@ -1 +1 @@\\n-%s\\n' \"$KEY\" > ../m; git commit -q --allow-empty -F ../m"
    ),
    attempt!(
        "a file with scissors and a diff, edited without -v",
        Blocked,
        "",
        "printf 'subject\\n\\n# ------------------------ >8 ------------------------\\n# x\\ndiff --git a/a b/a\\n@@ -1 +1 @@\\n-%s\\n' \"$KEY\" > ../m; GIT_EDITOR=true git commit -q --allow-empty -e -F ../m"
    ),
    attempt!(
        "the message of a failed -v, used again",
        Blocked,
        "keyed > key; save one",
        "plain > key; git add key; GIT_EDITOR=false git commit -q -v || echo stopped; echo subject | cat - .git/COMMIT_EDITMSG > ../m; git commit -q -F ../m"
    ),
    attempt!(
        "an editor that saves an earlier text with scissors, without -v",
        Blocked,
        SAVED,
        "GIT_EDITOR='cp ../m' git commit -q --allow-empty"
    ),
    attempt!(
        "the same, without git's comments",
        Blocked,
        SAVED,
        "GIT_EDITOR=true git commit -q --allow-empty -e -F ../m --no-status"
    ),
    attempt!(
        "the same, with commit.status=false",
        Blocked,
        SAVED,
        "GIT_EDITOR=true git -c commit.status=false commit -q --allow-empty -e -F ../m"
    ),
    attempt!("the same, amended", Blocked, SAVED, "GIT_EDITOR='cp ../m' git commit -q --amend"),
    attempt!(
        "the same, in a merge",
        Blocked,
        concat!(
            "git checkout -q -b side; plain > b; save two; git checkout -q main; plain > a; save one; ",
            "printf 'subject\\n\\n# ------------------------ >8 ------------------------\\n# x\\n",
            "diff --git a/a b/a\\n+k=%s\\n' \"$KEY\" > ../m"
        ),
        "GIT_EDITOR='cp ../m' git merge -q --edit side"
    ),
    attempt!(
        "a diff below scissors whose header has a key",
        Blocked,
        "plain > a; save one; printf 'subject\\n\\n# ------------------------ >8 ------------------------\\n# x\\n\
        diff --git %s a/a\\n' \"$KEY\" > ../m",
        "GIT_EDITOR='cp ../m' git commit -q --allow-empty"
    ),
    attempt!(
        "--amend -v shows a key that the parent has",
        Through,
        "keyed > key; save one; plain > key; save two",
        "GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v --amend"
    ),
    attempt!(
        "-v shows a key in an unchanged line and in the name of a hunk",
        Through,
        "(echo \"f $KEY\"; seq 9; echo \"k=$KEY\"; echo) > 'ä b'; save one",
        "(cat 'ä b'; echo more) > ../n; cp ../n 'ä b'; git add .; GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v"
    ),
    attempt!(
        "-v shows a removed key of several lines",
        Through,
        "ssh-keygen -q -t ed25519 -N '' -f key || needs ssh-keygen; rm key.pub; save one",
        "plain > key; GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -a"
    ),
    attempt!(
        "a range of the framework is left in the environment",
        Blocked,
        "plain > b; save one",
        "export PRE_COMMIT_FROM_REF=HEAD PRE_COMMIT_TO_REF=HEAD; keyed > key; git add key; git commit -q -m x"
    ),
    attempt!(
        "a hook of the framework commits in its run",
        Blocked,
        "plain > b; save one",
        "export PRE_COMMIT=1 PRE_COMMIT_FROM_REF=HEAD~1 PRE_COMMIT_TO_REF=HEAD; keyed > key; git add key; git commit -q -m x"
    ),
    attempt!(
        "variables of the framework without the framework, harmless",
        Through,
        "plain > b; save one",
        "export PRE_COMMIT_FROM_REF=gone PRE_COMMIT_TO_REF=gone; plain 2 > b; git commit -q -a -m x"
    ),
    attempt!(
        "variables of a merge are left in the environment",
        Blocked,
        "git checkout -q -b side; keyed > key; save one; git checkout -q main",
        "export GITHEAD_$(git rev-parse side)=side; keyed > key; git add key; git commit -q -m x"
    ),
    attempt!(
        "what the commit itself excludes",
        Blocked,
        "plain > b; save one",
        "echo 'exclude = [\"key\"]' > skant.toml; keyed > key; git add -A; git commit -q -m x"
    ),
    attempt!(
        "what the commit itself allows by path",
        Blocked,
        "plain > b; save one",
        "printf '[[allow]]\\npath = [\"key\"]\\nreason = \"x\"\\n' > skant.toml; keyed > key; git add -A; git commit -q -m x"
    ),
    attempt!(
        "what an earlier commit excludes",
        Through,
        "echo 'exclude = [\"key\"]' > skant.toml; save one",
        "keyed > key; git add -A; git commit -q -m x"
    ),
    attempt!(
        "an exclusion for a placeholder",
        Through,
        "plain > b; save one",
        "echo 'exclude = [\"b\"]' > skant.toml; plain 2 > b; git add -A; git commit -q -m x"
    ),
    attempt!(
        "a settings file with an error is corrected",
        Through,
        "echo 'nonsense = 1' > skant.toml; save one",
        "echo 'exclude = []' > skant.toml; git add -A; git commit -q -m x"
    ),
    attempt!(
        "the settings of the user are in the repository",
        Blocked,
        "mkdir -p .config/skant; echo 'exclude = [\"key\"]' > .config/skant/skant.toml; save one",
        "keyed > key; git add key; HOME=$PWD GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b git commit -q -m x"
    ),
    attempt!("a merge that brings the other side's key", Through, SIDE, "git merge -q --no-ff -m x side"),
    attempt!("a merge with the key in its message", Blocked, SIDE, "git merge -q --no-ff -m \"$KEY\" side"),
    attempt!(
        "a merge that is stopped, and a key added",
        Blocked,
        SIDE,
        "git merge -q --no-ff --no-commit side; othered > evil; git add evil; git commit -q -m x"
    ),
    attempt!(
        "a merge that is stopped, and concluded",
        Through,
        SIDE,
        "git merge -q --no-ff --no-commit side; git commit -q -m x"
    ),
    attempt!(
        "a conflict that is resolved with a key",
        Blocked,
        CONFLICT,
        "keyed > a; git add a; git commit -q -m x"
    ),
    attempt!("a conflict that is resolved", Through, CONFLICT, "plain 2 > a; git add a; git commit -q -m x"),
    attempt!("a conflict that is resolved by -a", Blocked, CONFLICT, "keyed > a; git commit -q -a -m x"),
    attempt!(
        "git merge --continue",
        Blocked,
        CONFLICT,
        "keyed > a; git add a; GIT_EDITOR=true git merge --continue"
    ),
    attempt!(
        "an octopus merge that brings a key",
        Through,
        "for b in one two; do git checkout -q -b $b main; (echo $b; keyed) > $b; save $b; done; git checkout -q main; \
        plain > a; save a",
        "git merge -q --no-ff -m x one two"
    ),
    attempt!("a squash", Blocked, SIDE, "git merge -q --squash side; git commit -q -m x"),
    attempt!(
        "a revert that restores the key",
        Blocked,
        "keyed > key; save one; git rm -q key; save two",
        "git revert --no-commit HEAD; git commit -q -m x"
    ),
    attempt!(
        "with a missing staged object",
        Unchecked,
        "plain > a; git add a; git commit -q -m one",
        "plain 3 > a; git add a; o=$(git rev-parse :a); rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-); \
        git commit -q -m x"
    ),
];
