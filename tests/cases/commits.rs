//! Real commits, with skant's hooks in place.

use crate::attempt::Comes::{Blocked, Through, Unchecked};
use crate::attempt::{ATTEMPT, Attempt};
use crate::case::Start;

/// A merge in which the other side holds a key, and one in which both changed the same line.
const SIDE: &str =
    "git checkout -q -b side; keyed > key; save two; git checkout -q main; plain > a; save one";
const CONFLICT: &str = "plain > a; save one; git checkout -q -b side; (plain; echo side) > a; save two; \
    git checkout -q main; (plain; echo main) > a; save three; git merge -q side || true";

macro_rules! tried {
    ($name:literal, $comes:ident, $make:expr, $attempt:expr) => {
        Attempt { name: concat!("commit: ", $name), make: $make, tried: $attempt, comes: $comes, ..ATTEMPT }
    };
}

pub const ATTEMPTS: &[Attempt] = &[
    tried!("after git add", Blocked, "", "keyed > key; git add key; git commit -q -m x"),
    tried!("-a", Blocked, "plain > key; save one", "keyed > key; git commit -q -a -m x"),
    tried!("PATH", Blocked, "plain > key; save one", "keyed > key; git commit -q -m x key"),
    tried!(
        "-o PATH, another file staged",
        Blocked,
        "plain > key; save one",
        "plain > b; git add b; keyed > key; git commit -q -m x -o key"
    ),
    tried!(
        "-i PATH",
        Blocked,
        "plain > key; save one",
        "plain > b; git add b; keyed > key; git commit -q -m x -i key"
    ),
    tried!(
        "PATH, while the key is staged elsewhere",
        Through,
        "plain > b; save one",
        "keyed > key; git add key; plain 2 > b; git commit -q -m x b"
    ),
    tried!(
        "--pathspec-from-file",
        Blocked,
        "plain > key; save one",
        "keyed > key; echo key | git commit -q -m x --pathspec-from-file=-"
    ),
    tried!("-p", Blocked, "plain > key; save one", "keyed >> key; yes | git commit -q -p -m x > /dev/null"),
    tried!(
        "of a submodule-less subdirectory",
        Blocked,
        "mkdir -p a/b; plain > a/b/c; save one",
        "keyed > key; git add key; cd a/b; git commit -q -m x"
    ),
    tried!(
        "-a from a subdirectory",
        Blocked,
        "mkdir -p a/b; plain > a/b/c; plain > key; save one",
        "keyed > key; cd a/b; git commit -q -a -m x"
    ),
    tried!(
        "in a linked worktree",
        Blocked,
        "git worktree add -q ../linked",
        "cd ../linked; keyed > key; git add key; git commit -q -m x"
    ),
    tried!(
        "-a in a linked worktree",
        Blocked,
        "plain > key; save one; git worktree add -q ../linked",
        "cd ../linked; keyed > key; git commit -q -a -m x"
    ),
    tried!(
        "through --git-dir and --work-tree",
        Blocked,
        "",
        "keyed > key; git add key; cd /; \
        git --git-dir=$ROOT/work/.git --work-tree=$ROOT/work commit -q -m x"
    ),
    tried!(
        "with GIT_INDEX_FILE",
        Blocked,
        "",
        "keyed > key; export GIT_INDEX_FILE=$ROOT/other; git read-tree HEAD; \
        git add key; git commit -q -m x"
    ),
    tried!("detached", Blocked, "git checkout -q --detach", "keyed > key; git add key; git commit -q -m x"),
    tried!(
        "a sparse checkout",
        Blocked,
        "mkdir in out; plain > in/a; plain > out/a; save one; \
        git sparse-checkout set --cone --sparse-index in",
        "keyed > in/key; git add in/key; git commit -q -m x"
    ),
    tried!(
        "outside of a sparse checkout",
        Blocked,
        "mkdir in out; plain > in/a; plain > out/a; save one; \
        git sparse-checkout set --cone in",
        "mkdir -p out; keyed > out/key; git add --sparse out/key; rm -r out; git commit -q -m x"
    ),
    tried!(
        "skip-worktree",
        Blocked,
        "plain > key; save one",
        "keyed > key; git add key; git update-index --skip-worktree key; git commit -q -m x"
    ),
    tried!(
        "assume-unchanged",
        Blocked,
        "plain > key; save one",
        "keyed > key; git add key; git update-index --assume-unchanged key; git commit -q -m x"
    ),
    tried!(
        "a split index",
        Blocked,
        "git update-index --split-index",
        "keyed > key; git add key; git commit -q -m x"
    ),
    tried!(
        "a split index, -a",
        Blocked,
        "plain > key; save one; git config core.splitIndex true",
        "keyed > key; git commit -q -a -m x"
    ),
    tried!(
        "renamed and edited",
        Blocked,
        "plain 20 > a; save one",
        "git mv a b; keyed >> b; git add b; git commit -q -m x"
    ),
    tried!(
        "-diff in the same commit",
        Blocked,
        "",
        "echo 'key -diff' > .gitattributes; keyed > key; git add -A; git commit -q -m x"
    ),
    tried!(
        "textconv and an external diff",
        Blocked,
        "echo '* diff=no' > .gitattributes; save one; \
        git config diff.no.textconv true; git config diff.external true",
        "keyed > key; git add -A; git commit -q -m x"
    ),
    tried!(
        "odd names",
        Blocked,
        "",
        "n=$(printf 'a b\"\\n\\351'); keyed > \"$n\"; git add -A; git commit -q -m x"
    ),
    tried!(
        "-a with an odd name",
        Blocked,
        "n=$(printf -- 'x -n\\t\\351'); plain > \"$n\"; save one",
        "keyed > \"$(printf -- 'x -n\\t\\351')\"; git commit -q -a -m x"
    ),
    tried!(
        "the file's name is the key",
        Blocked,
        "",
        ": > \"$KEY\"; git add -A; git commit -q -m x > /dev/null"
    ),
    tried!("a link's target is the key", Blocked, "", "ln -s \"$KEY\" l; git add -A; git commit -q -m x"),
    tried!(
        "partially staged, the index holds it",
        Blocked,
        "",
        "keyed > key; git add key; plain > key; git commit -q -m x"
    ),
    tried!(
        "partially staged, the worktree holds it",
        Through,
        "",
        "plain > key; git add key; keyed > key; git commit -q -m x"
    ),
    tried!("already in HEAD", Through, "keyed > key; save one", "plain >> key; git commit -q -a -m x"),
    tried!(
        "intent to add",
        Through,
        "",
        "keyed > key; git add -N key; plain > b; git add b; git commit -q -m x"
    ),
    tried!("nothing special", Through, "", "plain > b; git add b; git commit -q -m x"),
    tried!("an empty commit", Through, "", "git commit -q --allow-empty -m x"),
    tried!(
        "--amend of a commit that holds it",
        Through,
        "keyed > key; save one",
        "git commit -q --amend -m y"
    ),
    tried!(
        "--amend that adds it",
        Blocked,
        "plain > key; save one",
        "keyed > key; git commit -q -a --amend -m y"
    ),
    tried!("--no-verify", Through, "", "keyed > key; git add key; git commit -q --no-verify -m x"),
    Attempt {
        name: "commit: the first one",
        start: Start::Unborn,
        tried: "keyed > key; git add key; git commit -q -m x",
        ..ATTEMPT
    },
    Attempt {
        name: "commit: the first one, harmless",
        start: Start::Unborn,
        tried: "plain > key; git add key; git commit -q -m x",
        comes: Through,
        ..ATTEMPT
    },
    Attempt {
        name: "commit: the first one, -a after intent to add",
        start: Start::Unborn,
        tried: "keyed > key; git add -N key; git commit -q -a -m x",
        ..ATTEMPT
    },
    Attempt {
        name: "commit: SHA-256, -a",
        start: Start::Folder,
        make: "git init -q -b main --object-format sha256 || needs git with SHA-256; plain > key; save one",
        tried: "keyed > key; git commit -q -a -m x",
        ..ATTEMPT
    },
    Attempt {
        name: "commit: reftable, -a",
        start: Start::Folder,
        make: "git init -q -b main --ref-format reftable || needs git with reftables; plain > key; save one",
        tried: "keyed > key; git commit -q -a -m x",
        ..ATTEMPT
    },
    Attempt {
        name: "commit: in a submodule",
        make: "git init -q -b main ../lib; (cd ../lib; plain > a; save one); \
            git -c protocol.file.allow=always submodule --quiet add ../lib lib; save two",
        tried: "cd lib; skant install > /dev/null; before=$(git rev-parse HEAD); keyed > key; git add key; \
            git commit -q -m x || { [ $before = $(git rev-parse HEAD) ] && exit 1; }",
        ..ATTEMPT
    },
    tried!("a message", Blocked, "", "git commit -q --allow-empty -m \"see $KEY\""),
    tried!(
        "a message in a file",
        Blocked,
        "",
        "keyed > ../message; git commit -q --allow-empty -F ../message"
    ),
    tried!("a trailer", Blocked, "", "git commit -q --allow-empty -m x --trailer \"Token: $KEY\""),
    tried!(
        "a message of the editor's",
        Blocked,
        "",
        "GIT_EDITOR='f() { echo see $KEY > $1; }; f' git commit -q --allow-empty"
    ),
    tried!("an amended message", Blocked, "", "git commit -q --amend -m \"see $KEY\""),
    tried!(
        "-v shows a line that is taken away, below the scissors",
        Through,
        "keyed > key; save one",
        "plain > key; GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -a"
    ),
    tried!(
        "-vv shows what is not staged, below the scissors",
        Through,
        "plain > key; plain > b; save one",
        "keyed > key; plain 2 > b; git add b; \
        GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -v"
    ),
    tried!(
        "-v and a key above the scissors",
        Blocked,
        "plain > b; save one",
        "plain 2 > b; GIT_EDITOR='f() { (echo \"$KEY\"; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -a"
    ),
    tried!(
        "a comment sign of one's own, and -v",
        Through,
        "keyed > key; save one; git config core.commentChar ';'",
        "plain > key; GIT_EDITOR='f() { (echo subject; cat $1) > ../m; cat ../m > $1; }; f' git commit -q -v -a"
    ),
    tried!(
        "a scissors line that git leaves in the message",
        Blocked,
        "",
        "printf 'subject\\n\\n# ------------------------ >8 ------------------------\\n%s\\n' \"$KEY\" > ../m; \
        git commit -q --allow-empty --cleanup=verbatim -F ../m"
    ),
    tried!("a merge that takes over", Through, SIDE, "git merge -q --no-ff -m x side"),
    tried!("a merge whose message holds it", Blocked, SIDE, "git merge -q --no-ff -m \"$KEY\" side"),
    tried!(
        "a merge that is stopped, and a key added",
        Blocked,
        SIDE,
        "git merge -q --no-ff --no-commit side; othered > evil; git add evil; git commit -q -m x"
    ),
    tried!(
        "a merge that is stopped, and concluded",
        Through,
        SIDE,
        "git merge -q --no-ff --no-commit side; git commit -q -m x"
    ),
    tried!(
        "a conflict that is resolved with a key",
        Blocked,
        CONFLICT,
        "keyed > a; git add a; git commit -q -m x"
    ),
    tried!("a conflict that is resolved", Through, CONFLICT, "plain 2 > a; git add a; git commit -q -m x"),
    tried!("a conflict that is resolved by -a", Blocked, CONFLICT, "keyed > a; git commit -q -a -m x"),
    tried!(
        "git merge --continue",
        Blocked,
        CONFLICT,
        "keyed > a; git add a; GIT_EDITOR=true git merge --continue"
    ),
    tried!(
        "an octopus that takes over",
        Through,
        "for b in one two; do git checkout -q -b $b main; (echo $b; keyed) > $b; save $b; done; git checkout -q main; \
        plain > a; save a",
        "git merge -q --no-ff -m x one two"
    ),
    tried!("a squash", Blocked, SIDE, "git merge -q --squash side; git commit -q -m x"),
    tried!(
        "a revert that brings it back",
        Blocked,
        "keyed > key; save one; git rm -q key; save two",
        "git revert --no-commit HEAD; git commit -q -m x"
    ),
    tried!(
        "with a staged object that is gone",
        Unchecked,
        "plain > a; git add a; git commit -q -m one",
        "plain 3 > a; git add a; o=$(git rev-parse :a); rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-); \
        git commit -q -m x"
    ),
];
