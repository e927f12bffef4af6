//! Ranges of commits: the additions of each commit, even if a later commit removes them.

use crate::case::Expect::{Found, FoundAnd, Nothing, Problem, Refused};
use crate::case::{CASE, Case};

/// Scans of a range.
macro_rules! range {
    ($what:literal, $make:literal, $($revisions:expr => $expect:expr),+) => {
        Case { name: concat!("range: ", $what), make: $make, more: &[$((&$revisions, $expect)),+], ..CASE }
    };
}

const H: &str = "--history";

pub const CASES: &[Case] = &[
    range!("added and deleted inside", "keyed > key; save one; git rm -q key; save two",
        [H, "HEAD~2..HEAD"] => Found(1), [H, "HEAD~1..HEAD"] => Nothing, [H, "HEAD~2..HEAD~1"] => Found(1),
        [H, "HEAD", "^HEAD~2"] => Found(1), [H, "HEAD^!"] => Nothing, [H, "HEAD..HEAD"] => Nothing),
    range!("added before the range, and touched in it", "keyed > key; save one; plain 3 >> key; save two; chmod +x key; save three",
        [H, "HEAD~2..HEAD"] => Nothing, [H, "HEAD~3..HEAD"] => Found(1)),
    range!("moved within the file", "(keyed; plain 20) > key; save one; (plain 20; keyed) > key; save two",
        [H, "HEAD^..HEAD"] => Nothing),
    range!("renamed, and copied", "(plain 20; keyed) > key; save one; git mv key new; save two; cp new copy; save three",
        [H, "HEAD~2..HEAD~1"] => Nothing, [H, "HEAD~1..HEAD"] => Found(1)),
    range!("another key on the same line", "keyed > key; save one; othered > key; save two",
        [H, "HEAD^..HEAD"] => Found(1), [H, "HEAD"] => Found(2)),
    range!("removed only", "keyed > key; save one; git rm -q key; save two", [H, "HEAD^..HEAD"] => Nothing),
    range!("removed and added again", "keyed > key; save one; git rm -q key; save two; keyed > key; save three",
        [H, "HEAD^..HEAD"] => Found(1), [H, "HEAD~2..HEAD"] => Found(1)),
    range!("a merge that brings the other side's key", "git checkout -q -b side; keyed > key; save two; git checkout -q main; plain > a; \
        save one; merge side",
        [H, "HEAD^2..HEAD"] => Nothing, [H, "HEAD^1..HEAD"] => Found(1), [H, "HEAD^!"] => Nothing,
        [H, "main...side"] => Nothing, [H, "HEAD^1...side"] => Found(1)),
    range!("evil merge", "git checkout -q -b side; plain > b; save two; git checkout -q main; plain > a; save one; \
        git merge -q --no-ff --no-commit side; keyed > evil; save merged",
        [H, "HEAD^!"] => Found(1), [H, "HEAD^..HEAD"] => Found(1)),
    range!("clocks that run backwards", "clock=1900000000; commit future; keyed > key; save future; clock=1000000000; \
        plain > a; save past; git rm -q key; save past",
        [H, "HEAD~4..HEAD"] => Found(1), [H, "HEAD~1..HEAD"] => Nothing, [H, "HEAD~2..HEAD"] => Nothing),
    range!("an old commit with skewed clocks", "clock=1000000000; keyed > key; save one; for i in 1 2 3 4 5 6 7 8 9 10 11 \
        12 13 14 15 16 17 18 19 20; do clock=$((1900000000 - i * 1000)); commit $i; done; git branch base; \
        clock=1500000000; git checkout -q -b side HEAD~20; plain > b; save b",
        [H, "base..side"] => Nothing),
    range!("names of many forms", "keyed > key; save one; git tag light; tick; git tag -a -m note heavy; plain > b; save two",
        [H, "light"] => Found(1), [H, "heavy"] => Found(1), [H, "main", "^light"] => Nothing, [H, "HEAD:key"] => Found(1), [H, "HEAD^{tree}"] => Found(1),
        [H, "main@{0}"] => Found(1), [H, ":/one"] => Found(1)),
    range!("unknown revisions", "keyed > key; save one",
        [H, "nowhere"] => Refused("nowhere"), [H, "nowhere..HEAD"] => Refused("nowhere"),
        [H, "HEAD", "nowhere"] => Refused("nowhere"), [H, ""] => Refused("is not a revision"),
        [H, "0123456789012345678901234567890123456789..HEAD"] => FoundAnd(1, "missing-object")),
    range!("options are no revisions", "keyed > key; save one",
        [H, "--exec=hacked"] => Refused(""), [H, "--glob=x"] => Refused("")),
    range!("paths", "keyed > key; othered > other; save one",
        [H, "HEAD", "--", "key"] => Found(1), [H, "HEAD", "--", "none"] => Problem("missing-path"), [H, "HEAD", "--", "."] => Found(2)),
    range!("a range with missing objects", "plain > a; save one; o=$(git rev-parse HEAD); plain 2 > a; save two; \
        plain 3 > a; save three; rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)",
        [H, "HEAD~1..HEAD"] => Nothing, [H, "HEAD"] => Problem("missing-object")),
    range!("a branch and a file with the same name", "keyed > both; save one; git branch both", [H, "both"] => Found(1)),
    range!("a commit of a replaced history", "keyed > key; save one; git rm -q key; save two; \
        git replace HEAD^ $(git commit-tree -m x HEAD~2^{tree})", [H, "HEAD~2..HEAD"] => Found(1)),
    range!("a file becomes a folder and a link", "plain > a; save one; rm a; mkdir a; keyed > a/a; save two; rm -r a; \
        ln -s \"$OTHER\" a; save three",
        [H, "HEAD~2..HEAD~1"] => Found(1), [H, "HEAD~1..HEAD"] => Found(1), [H, "HEAD~2..HEAD"] => Found(2)),
];
