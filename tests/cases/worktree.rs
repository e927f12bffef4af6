//! Files on disk: tracked, ignored, special, unreadable.

use crate::case::Expect::{Found, FoundAnd, FoundNote, Note, Nothing, Problem};
use crate::case::{CASE, Case, Start};

pub const CASES: &[Case] = &[
    Case {
        name: "worktree: untracked",
        make: "mkdir -p a/.b; keyed > a/.b/.env",
        worktree: Found(1),
        more: &[(&["a"], Found(1)), (&["README.md"], Nothing), (&["a/.b/.env"], Found(1))],
        paths: &["a/.b/.env"],
        ..CASE
    },
    Case {
        name: "worktree: ignored",
        make: "echo .env > .gitignore; keyed > .env",
        worktree: Nothing,
        more: &[(&["--no-ignore"], Found(1)), (&[".env"], Found(1))],
        ..CASE
    },
    Case {
        name: "worktree: ignored, but tracked",
        make: "echo .env > .gitignore; keyed > .env; git add -f .env; commit one",
        worktree: Found(1),
        paths: &[".env"],
        ..CASE
    },
    Case {
        name: "worktree: in an ignored folder, but tracked",
        make: "echo /out/ > .gitignore; mkdir out; keyed > out/app; othered > out/not; git add -f out/app",
        worktree: Found(1),
        staged: Found(1),
        paths: &["out/app"],
        ..CASE
    },
    Case {
        name: "worktree: info/exclude and the user's own ignore file",
        make: "mkdir -p .git/info; echo one > .git/info/exclude; echo two > ../ignore; \
            git config --global core.excludesFile $ROOT/ignore; keyed > one; keyed > two; othered > three",
        worktree: Found(1),
        paths: &["three"],
        ..CASE
    },
    Case {
        name: "worktree: ignored, then re-included",
        make: "printf '*.env\\n!app.env\\n' > .gitignore; keyed > app.env; othered > b.env",
        worktree: Found(1),
        paths: &["app.env"],
        ..CASE
    },
    Case {
        name: "worktree: only git's ignore files count",
        make: "for f in .ignore .rgignore .dockerignore .npmignore; do echo app.env > $f; done; keyed > app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: a broken pattern in an ignore file",
        make: "printf '[a\\n\\\\\\n' > .gitignore; keyed > app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: braces in an ignore file are literal",
        make: "printf '*.{env,key}\\n/{a,b}/\\n' > .gitignore; mkdir a; keyed > app.env; othered > a/x",
        worktree: Found(2),
        ..CASE
    },
    Case {
        name: "worktree: an open class in an ignore file",
        make: "printf '[**/x\\na[b*\\nc[]\\n' > .gitignore; mkdir a; keyed > a/x; othered > 'a[bc'",
        worktree: Found(2),
        ..CASE
    },
    Case {
        name: "worktree: a class of an unknown name in an ignore file",
        make: "printf '[[:word:]]pp.env\\n[[:alpha:]pp.env\\n' > .gitignore; keyed > app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: a class in an ignore file does not match a slash",
        make: "printf 'a[/]b\\na[!x]b\\na[+--/]c\\n' > .gitignore; mkdir a; keyed > a/b; othered > a/c",
        worktree: Found(2),
        ..CASE
    },
    Case {
        name: "worktree: a tab at the end of a pattern belongs to it",
        make: "printf 'app.env\\t\\nb.env \\t\\n' > .gitignore; keyed > app.env; othered > b.env",
        worktree: Found(2),
        ..CASE
    },
    Case {
        name: "worktree: a space after a backslash belongs to the pattern",
        make: "printf 'app.env\\\\ \\n' > .gitignore; keyed > app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: a pattern that ends with a backslash",
        make: "printf 'app.env\\\\\\n' > .gitignore; keyed > app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: two slashes in a pattern",
        make: "printf 'd//app.env\\n//app.env\\n' > .gitignore; mkdir d; keyed > d/app.env; othered > app.env",
        worktree: Found(2),
        ..CASE
    },
    Case {
        name: "worktree: two stars inside of a name",
        make: "printf 'd/x**y/app.env\\n' > .gitignore; mkdir -p d/x/1/y; keyed > d/x/1/y/app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: a zero byte ends a pattern",
        make: "printf 'app.env\\0x\\nz*\\0\\n' > .gitignore; keyed > app.envx; othered > zz",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: a comment and an exception after a byte order mark",
        make: "printf '\\357\\273\\277#app.env\\n' > .gitignore; keyed > app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: the user's ignore file is set to nothing here",
        make: "echo app.env > ../ignore; git config --global core.excludesFile $ROOT/ignore; git config core.excludesFile ''; keyed > app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: the user's ignore file is another one here",
        make: "echo app.env > ../ignore; echo x > ../other; git config --global core.excludesFile $ROOT/ignore; git config core.excludesFile $ROOT/other; keyed > app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: the user's ignore file is set for this worktree",
        make: "echo app.env > ../ignore; git config --global core.excludesFile $ROOT/ignore; git config extensions.worktreeConfig true; git config --worktree core.excludesFile /dev/null; keyed > app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: git's usual ignore file of the user, while another one is set",
        make: "mkdir -p ~/.config/git; echo app.env > ~/.config/git/ignore; git config --global core.excludesFile /dev/null; keyed > app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: git's usual ignore file of the user",
        make: "mkdir -p ~/.config/git; echo app.env > ~/.config/git/ignore; keyed > app.env",
        worktree: Nothing,
        ..CASE
    },
    Case {
        name: "worktree: another case in an ignore file",
        make: "printf 'APP.env\\n[A-C].env\\n' > .gitignore; git config core.ignoreCase false; keyed > app.env; othered > b.env",
        worktree: Found(2),
        ..CASE
    },
    Case {
        name: "worktree: another case in an ignore file, where git does not tell cases apart",
        make: "printf 'APP.env\\n[A-C].env\\n' > .gitignore; git config core.ignoreCase true; keyed > app.env; othered > b.env",
        worktree: Nothing,
        ..CASE
    },
    Case {
        name: "worktree: an ignore file of the outer repository for a nested one",
        make: "echo app.env > .gitignore; git init -q -b main sub; keyed > sub/app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: a nested repository with its own setting for the user's ignore file",
        make: "echo app.env > ../ignore; git config --global core.excludesFile $ROOT/ignore; git init -q -b main sub; git -C sub config core.excludesFile ''; keyed > sub/app.env; othered > app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: core.bare for this worktree alone",
        make: "git config core.bare true; git config extensions.worktreeConfig true; git config --file .git/config.worktree core.bare false; keyed > app.env",
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: the environment makes files of the repository the user's own",
        make: "printf '[core]\\nexcludesFile = %s/x\\n' $PWD > .gitconfig; printf 'a\\n.gitconfig\\n' > x; keyed > a",
        env: &[("HOME", "$ROOT/work")],
        worktree: Found(1),
        paths: &["a"],
        ..CASE
    },
    Case {
        name: "worktree: git's usual ignore file of the user is in the repository",
        make: "mkdir -p git; echo a > git/ignore; keyed > a",
        env: &[("XDG_CONFIG_HOME", "$ROOT/work")],
        worktree: Found(1),
        paths: &["a"],
        ..CASE
    },
    Case {
        name: "worktree: settings of the user in the repository",
        make: "mkdir -p .config/skant; printf 'exclude = [\"a\"]\\nfail-on = \"never\"\\n' > .config/skant/skant.toml; keyed > a",
        env: &[("HOME", "$ROOT/work")],
        worktree: FoundNote(1, "left-out"),
        ..CASE
    },
    Case {
        name: "worktree: settings of the user below a relative path",
        make: "mkdir -p skant; printf 'exclude = [\"a\"]\\n' > skant/skant.toml; keyed > a",
        env: &[("XDG_CONFIG_HOME", ".")],
        worktree: FoundNote(1, "left-out"),
        ..CASE
    },
    Case {
        name: "worktree: settings of the user in a folder of the repository",
        make: "mkdir -p d/skant; printf 'exclude = [\"a\"]\\n' > d/skant/skant.toml; keyed > a",
        env: &[("XDG_CONFIG_HOME", "$ROOT/work/d")],
        worktree: FoundNote(1, "left-out"),
        ..CASE
    },
    Case {
        name: "worktree: settings of the user outside of the repository",
        make: "mkdir -p ../own/skant; printf 'exclude = [\"a\"]\\n' > ../own/skant/skant.toml; keyed > a; othered > b",
        env: &[("XDG_CONFIG_HOME", "$ROOT/own")],
        worktree: FoundNote(1, "left-out"),
        paths: &["b"],
        ..CASE
    },
    Case {
        name: "worktree: files in .git/ are not read",
        make: "keyed > .git/notes.txt; keyed >> .git/description",
        worktree: Nothing,
        more: &[(&["--no-ignore"], Nothing)],
        ..CASE
    },
    Case {
        name: "worktree: a named file in .git/",
        make: "keyed > .git/notes.txt",
        more: &[(&[".git/notes.txt"], Found(1))],
        ..CASE
    },
    Case {
        name: "worktree: a missing path",
        make: "keyed > app.env",
        more: &[(&["gone"], Problem("missing-path")), (&["gone", "app.env"], FoundAnd(1, "missing-path"))],
        ..CASE
    },
    Case {
        name: "worktree: no repository",
        start: Start::Folder,
        make: "echo app.env > .gitignore; keyed > app.env; othered > other",
        worktree: Found(2),
        more: &[(&["other"], Found(1))],
        paths: &["other"],
        ..CASE
    },
    Case { name: "worktree: no repository and no files", start: Start::Folder, worktree: Nothing, ..CASE },
    Case {
        name: "worktree: a pipe",
        make: "mkfifo pipe; keyed > app.env",
        worktree: FoundNote(1, "special-file"),
        more: &[(&["pipe"], Problem("unreadable"))],
        ..CASE
    },
    Case {
        name: "worktree: a pipe replaces a tracked file",
        make: "keyed > app.env; save one; rm app.env; mkfifo app.env",
        worktree: Note("special-file"),
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "worktree: a pipe with --no-ignore",
        make: "mkfifo pipe",
        more: &[(&["--no-ignore"], Note("special-file"))],
        ..CASE
    },
    Case {
        name: "worktree: a socket",
        make: "perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un(\"socket\")) || exit 1' || needs perl",
        worktree: Note("special-file"),
        ..CASE
    },
    Case {
        name: "worktree: devices",
        make: "mknod null c 1 3 && mknod zero c 1 5 && mknod loop b 7 0 || needs the right to make device files; keyed > app.env",
        worktree: FoundNote(1, "special-file"),
        staged: Nothing,
        more: &[(&["zero"], Problem("unreadable"))],
        ..CASE
    },
    Case {
        name: "worktree: a link's target is the key",
        make: "ln -s \"$KEY\" link",
        worktree: Found(1),
        staged: Nothing,
        paths: &["link"],
        ..CASE
    },
    Case {
        name: "worktree: circular links",
        make: "ln -s b a; ln -s a b; ln -s . self; mkdir d; ln -s .. d/up; keyed > app.env; git add -A",
        worktree: Found(1),
        staged: Found(1),
        more: &[(&["--no-ignore"], Found(1)), (&["a"], Nothing)],
        paths: &["app.env"],
        ..CASE
    },
    Case {
        name: "worktree: a link out of the repository is not followed",
        make: "keyed > ../outside; ln -s ../outside link; mkdir ../dir; keyed > ../dir/x; ln -s ../dir dir; git add -A",
        worktree: Nothing,
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "worktree: a folder was replaced by a link",
        make: "mkdir d; plain > d/app; save one; rm -r d; mkdir ../else; keyed > ../else/app; ln -s ../else d",
        worktree: Note("read-from-index"),
        ..CASE
    },
    Case {
        name: "worktree: an unreadable file",
        make: "[ $(id -u) != 0 ] || needs a user who is not root; keyed > app.env; chmod 000 app.env",
        worktree: Problem("unreadable"),
        ..CASE
    },
    Case {
        name: "worktree: an unreadable folder",
        make: "[ $(id -u) != 0 ] || needs a user who is not root; mkdir d; keyed > d/app.env; chmod 000 d",
        worktree: Problem("unreadable"),
        ..CASE
    },
    Case {
        name: "worktree: a tracked file became a folder",
        make: "plain > app; save one; rm app; mkdir app; keyed > app/inner",
        worktree: Found(1),
        paths: &["app/inner"],
        ..CASE
    },
    Case {
        name: "worktree: a nested repository that is no submodule",
        make: "git init -q -b main inner; keyed > inner/app.env",
        worktree: Found(1),
        paths: &["inner/app.env"],
        ..CASE
    },
    Case {
        name: "worktree: a submodule's ignored file",
        make: "git init -q -b main sub; echo .env > sub/.gitignore; plain > sub/a; cd sub; save one; cd ..; \
            git add sub 2>&-; keyed > sub/.env",
        worktree: Nothing,
        ..CASE
    },
    Case {
        name: "worktree: owned by another user",
        make: "keyed > app.env; git add -A; chown -R 12345:12345 . || needs root",
        worktree: FoundNote(1, "other-owner"),
        staged: FoundNote(1, "other-owner"),
        history: FoundNote(1, "other-owner"),
        more: &[(&["--history", "HEAD"], Note("other-owner"))],
        ..CASE
    },
    Case {
        name: "worktree: a bare repository has no files of its own",
        make: "keyed > app.env; save one; git clone -q --bare . ../bare.git",
        at: "../bare.git",
        history: Found(1),
        ..CASE
    },
    Case {
        name: "worktree: tracked, changed, and read once",
        make: "keyed > app.env; save one; othered >> app.env",
        worktree: Found(2),
        more: &[(&[".", "app.env"], Found(2))],
        ..CASE
    },
    Case {
        name: "worktree: of an outer repository, from an ignored folder",
        make: "echo /out > .gitignore; mkdir out; keyed > out/app.env",
        at: "out",
        worktree: Found(1),
        ..CASE
    },
];
