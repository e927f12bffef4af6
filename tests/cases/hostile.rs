//! What somebody else may have put into a `.git`: pipes that nobody writes to, links to themselves, lines of no
//! form. Nothing waits for ever, and what is not read is said.

use crate::case::Expect::{Problem, Refused, UnreachedAnd};
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
        name: "hostile: a line of the packed refs is of no form",
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
];
