//! The repository's own policy: settings and comments that exclude something, and invalid ones.

use crate::case::Expect::{Accepted, Found, FoundNote, Note, Nothing, Refused};
use crate::case::{CASE, Case};

/// A key that is staged together with settings of the repository.
macro_rules! settings {
    ($what:literal, $settings:literal, $expect:expr) => {
        Case {
            name: concat!("policy: ", $what),
            make: concat!("printf '", $settings, "' > skant.toml; keyed > key; git add -A"),
            staged: $expect,
            worktree: $expect,
            more: &[(&["--staged", "--no-repo-config"], Found(1)), (&["--no-repo-config"], Found(1))],
            ..CASE
        }
    };
}

/// A key on a line with a comment.
macro_rules! comment {
    ($what:literal, $comment:literal, $expect:expr) => {
        Case {
            name: concat!("policy: ", $what),
            make: concat!("printf 'key = \"%s\"  ", $comment, "\\n' \"$KEY\" > key; git add -A"),
            staged: $expect,
            worktree: $expect,
            history: $expect,
            ..CASE
        }
    };
}

pub const CASES: &[Case] = &[
    settings!(
        "settings of the same commit exclude a path, which is noted",
        "exclude = [\"key\"]\\n",
        Note("left-out")
    ),
    Case {
        name: "policy: settings exclude all paths, which is no complete scan",
        make: "echo 'exclude = [\"*\"]' > skant.toml; keyed > key; git add -A",
        staged: Note("left-out"),
        worktree: Accepted(0, "nothing-read"),
        more: &[
            (&["--no-repo-config"], Found(1)),
            (&["--allow-incomplete"], Accepted(0, "nothing-read")),
            (&["key"], Accepted(0, "nothing-read")),
        ],
        ..CASE
    },
    Case {
        name: "policy: the user excludes all paths himself, which is complete",
        make: "keyed > key; git add -A",
        staged: Found(1),
        worktree: Found(1),
        more: &[(&["--exclude", "*"], Note("left-out")), (&["--exclude", "*", "--staged"], Note("left-out"))],
        ..CASE
    },
    settings!(
        "settings of the same commit disable a rule, and another one finds it",
        "disable = [\"anthropic-api-key\"]\\n",
        FoundNote(1, "left-out")
    ),
    settings!(
        "another value is allowed",
        "[[allow]]\\nfingerprint = \"0123456789abcdef\"\\nreason = \"x\"\\n",
        Found(1)
    ),
    settings!("an unknown key", "exclud = [\"key\"]\\n", Refused("skant.toml")),
    settings!("an unknown rule", "disable = [\"no-such-rule\"]\\n", Refused("skant.toml")),
    settings!("a broken pattern", "exclude = [\"[key\"]\\n", Refused("skant.toml")),
    settings!("no TOML", "exclude [[[\\n", Refused("skant.toml")),
    settings!("fail_on is not the repository's to set", "fail_on = \"never\"\\n", Refused("skant.toml")),
    settings!("output is not the repository's to set", "output = \"hacked\"\\n", Refused("skant.toml")),
    Case {
        name: "policy: settings through a link",
        make: "echo 'exclude = [\"*\"]' > ../settings; ln -s ../settings skant.toml; keyed > key; git add -A",
        staged: Refused("symbolic link"),
        worktree: Refused("symbolic link"),
        ..CASE
    },
    Case {
        name: "policy: settings that are a pipe",
        make: "mkfifo skant.toml; keyed > key; git add key",
        staged: Found(1),
        worktree: Refused("not a file"),
        ..CASE
    },
    Case {
        name: "policy: unstaged settings do not count for the index",
        make: "keyed > key; git add key; echo 'exclude = [\"key\"]' > skant.toml",
        staged: Found(1),
        worktree: Note("left-out"),
        ..CASE
    },
    Case {
        name: "policy: settings in a subfolder do not count",
        make: "mkdir d; echo 'exclude = [\"*\"]' > d/skant.toml; keyed > d/key; git add -A",
        at: "d",
        staged: Found(1),
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "policy: settings and ignore files of other tools do not count",
        make: "echo key > .gitleaksignore; printf '[allowlist]\\npaths = [\".*\"]\\n' > .gitleaks.toml; echo '.*' > .secretsignore; \
            keyed > key; git add -A",
        staged: Found(1),
        worktree: Found(1),
        ..CASE
    },
    settings!(
        "a custom rule with a broken expression",
        "[[rule]]\\nid = \"own-token\"\\ntitle = \"x\"\\nanchors = [\"own_\"]\\ntoken = \"own_([\"\\n",
        Refused("skant.toml")
    ),
    Case {
        name: "policy: settings and a baseline that contain a key",
        make: "keyed | sed 's/^/# /' > skant.toml; (echo '# Known'; othered | sed 's/^/# /') > .skant-baseline; git add -A",
        staged: Found(2),
        worktree: Found(2),
        history: Found(2),
        paths: &["skant.toml", ".skant-baseline"],
        ..CASE
    },
    Case {
        name: "policy: a key that replaces one in the baseline",
        make: "keyed > key; skant baseline create > ../said; save one; othered > key; git add key",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "policy: a key next to one in the baseline, on its line",
        make: "keyed > key; skant baseline create > ../said; save one; (tr -d '\\n' < key; othered) > new; mv new key; git add key",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "policy: a baseline of the same commit, for another key",
        make: "othered > old; skant baseline create > ../said; rm old; keyed > key; git add -A",
        staged: Found(1),
        worktree: Found(1),
        ..CASE
    },
    Case {
        name: "policy: a malformed baseline",
        make: "echo '[{\"Secret\": \"REDACTED\", \"RuleID\": \"x\"}]' > .skant-baseline; keyed > key; git add -A",
        staged: Refused(".skant-baseline"),
        worktree: Refused(".skant-baseline"),
        ..CASE
    },
    comment!("a comment without a fingerprint", "# skant:allow", Found(1)),
    comment!("a comment for another rule", "# skant:allow github-personal-token", Found(1)),
    comment!("a comment for another key", "# skant:allow anthropic-api-key/0123456789ab", Found(1)),
    comment!("a comment of another tool", "# gitleaks:allow", Found(1)),
    comment!("a comment of yet another tool", "# pragma: allowlist secret", Found(1)),
    Case {
        name: "policy: a key that replaces an allowed one",
        make: "keyed > key; f=$(skant scan --format json key | tr -d ' \\n' | sed 's/.*\"fingerprint\":\"\\([0-9a-f]*\\)\".*/\\1/'); \
            [ ${#f} -ge 12 ]; \
            printf 'key = \"%s\"  # skant:allow anthropic-api-key/%s -- an example\\n' \"$KEY\" $f > key; save one; \
            sed \"s/$KEY/$OTHER/\" key > new; mv new key; git add key",
        staged: Found(1),
        ..CASE
    },
    Case {
        name: "policy: a key that is allowed by its fingerprint",
        make: "keyed > key; f=$(skant scan --format json key | tr -d ' \\n' | sed 's/.*\"fingerprint\":\"\\([0-9a-f]*\\)\".*/\\1/'); \
            [ ${#f} -ge 12 ]; \
            printf 'key = \"%s\"  # skant:allow anthropic-api-key/%s -- an example\\n' \"$KEY\" $f > key; git add key",
        staged: Nothing,
        worktree: Nothing,
        history: Nothing,
        more: &[(&["--staged", "--no-suppressions"], Found(1))],
        ..CASE
    },
];
