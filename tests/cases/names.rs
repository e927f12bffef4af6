//! Names of files: unusual ones, and keys in them.

use crate::case::Expect::{Found, Nothing};
use crate::case::{CASE, Case};

/// A key in a file with a name, and the name as reports show it.
macro_rules! named {
    ($what:literal, $name:literal, $shown:literal) => {
        Case {
            name: concat!("names: ", $what),
            make: concat!(
                "n=$(printf ",
                $name,
                "x); n=${n%x}; keyed > \"./$n\"; git add -A; commit one; \
                othered >> \"./$n\"; git add -A"
            ),
            staged: Found(1),
            worktree: Found(2),
            history: Found(2),
            paths: &[$shown],
            ..CASE
        }
    };
}

pub const CASES: &[Case] = &[
    named!("a space", "'a b'", "a b"),
    named!("quotes", "'\"a'\"'\"'b\"'", "\"a'b\""),
    named!("a tab", "'a\\tb'", "a%09b"),
    named!("a newline", "'a\\nb'", "a%0Ab"),
    named!("a newline at the end", "'a\\n'", "a%0A"),
    named!("not UTF-8", "'caf\\351.env'", "caf%E9.env"),
    named!("UTF-8", "'caf\\303\\251.env'", "café.env"),
    named!("a percent sign", "'100%%.env'", "100%25.env"),
    named!("a leading dash", "'\\055n'", "-n"),
    named!("pathspec magic", "':(glob)x'", ":(glob)x"),
    named!("a backslash", "'a\\\\b'", "a\\b"),
    named!("a glob", "'*.env'", "*.env"),
    named!("terminal colours", "'\\033[31m.env'", "%1B[31m.env"),
    named!("a dollar sign and backticks", "'$(touch hacked)`touch hacked`'", "$(touch hacked)`touch hacked`"),
    named!("the name of a git file", "'HEAD'", "HEAD"),
    named!("gitleaks.toml and vendor", "'my-gitleaks.toml.env'", "my-gitleaks.toml.env"),
    named!("an image's extension", "'icon.svg'", "icon.svg"),
    named!("a lock file", "'package-lock.json'", "package-lock.json"),
    named!("a hidden file", "'.env'", ".env"),
    named!("a script of a framework", "'src_bootstrap.js'", "src_bootstrap.js"),
    named!("a minified script", "'secrets.min.js'", "secrets.min.js"),
    named!("a source map", "'x.map'", "x.map"),
    named!("a document", "'notes.pdf'", "notes.pdf"),
    named!("a document of a word processor", "'notes.docx'", "notes.docx"),
    named!("a minified framework", "'angular.min.js'", "angular.min.js"),
    named!("a spreadsheet", "'creds.xlsx'", "creds.xlsx"),
    named!("a binary extension", "'data.bin'", "data.bin"),
    named!("an archive's extension", "'log.gz'", "log.gz"),
    named!("another archive's extension", "'log.zip'", "log.zip"),
    named!("a lock file of Rust", "'Cargo.lock'", "Cargo.lock"),
    named!("any lock file", "'app.lock'", "app.lock"),
    named!("checksums", "'go.sum'", "go.sum"),
    named!("a style sheet", "'site.css'", "site.css"),
    named!("an API description", "'swagger.env'", "swagger.env"),
    named!("a baseline of another tool", "'.secrets.baseline'", ".secrets.baseline"),
    named!("settings of another tool", "'.gitleaks.toml.bak'", ".gitleaks.toml.bak"),
    named!("an ignore file of another tool", "'.gitleaksignore'", ".gitleaksignore"),
    named!("test data", "'test_fixtures_example.env'", "test_fixtures_example.env"),
    named!("a vendored file", "'vendor_github.com_a_b.go'", "vendor_github.com_a_b.go"),
    named!("a module's file", "'node_modules_x_i.js'", "node_modules_x_i.js"),
    named!("a colon", "'a:b'", "a:b"),
    named!("a device name of Windows", "'nul.txt'", "nul.txt"),
    named!("a word that ends in git", "'legit'", "legit"),
    named!("a right-to-left override", "'a\\342\\200\\256b'", "a%E2%80%AEb"),
    Case {
        name: "names: folders that other scanners skip",
        make: "for d in vendor/github.com/a node_modules/x lib.v2 testdata third_party dist build .idea .github/workflows legit; do \
            mkdir -p $d; keyed > $d/key; done; git add -A -f; commit one; for d in vendor/github.com/a lib.v2 legit; do \
            othered >> $d/key; done; git add -A -f",
        staged: Found(1),
        worktree: Found(2),
        history: Found(2),
        paths: &["vendor/github.com/a/key", "lib.v2/key", "legit/key"],
        ..CASE
    },
    Case {
        name: "names: the file's name is the key",
        make: "plain > \"$KEY\"; git add -A",
        staged: Found(1),
        worktree: Found(1),
        kind: Some("path"),
        ..CASE
    },
    Case {
        name: "names: a folder's name is the key",
        make: "mkdir -p \"a/$KEY/b\"; plain > \"a/$KEY/b/c\"; save one; \
            plain > \"a/$KEY/b/d\"; git add -A",
        worktree: Found(1),
        history: Found(1),
        kind: Some("path"),
        ..CASE
    },
    Case {
        name: "names: a submodule's path is the key",
        make: "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),\"$KEY\"; commit one",
        history: Found(1),
        kind: Some("path"),
        ..CASE
    },
    Case {
        name: "names: a committed empty file whose name is the key",
        make: ": > \"$KEY\"; save one; plain > \"$KEY\"; git add -A",
        staged: Nothing,
        ..CASE
    },
    Case {
        name: "names: a path of 4,000 bytes",
        make: "d=$(printf '%0200d' 7); p=$d; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do p=$p/$d; done; \
            b=$(keyed | git hash-object -w --stdin); git update-index --add --cacheinfo \"100644,$b,$p\"",
        staged: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "names: folders 500 deep",
        make: "p=a; for i in $(seq 500); do p=$p/a; done; b=$(keyed | git hash-object -w --stdin); \
            git update-index --add --cacheinfo \"100644,$b,$p\"; commit one",
        staged: Nothing,
        history: Found(1),
        ..CASE
    },
    Case {
        name: "names: a tree with names that git refuses to check out",
        make: "b=$(keyed | git hash-object -w --stdin); \
            t=$(printf '100644 blob %s\\t.git\\n' $b | git mktree); tick; \
            git update-ref refs/heads/evil $(git commit-tree -m evil $t)",
        history: Found(1),
        paths: &[".git"],
        ..CASE
    },
];
