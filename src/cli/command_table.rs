//! The table of all commands: the only source of a command's heading, one-line description and examples.

/// A group of commands in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    Protect,
    Find,
    Read,
    Decide,
    Answer,
    Other,
}

impl Heading {
    /// All headings, in the order of the help.
    pub(crate) const ALL: [Self; 6] =
        [Self::Protect, Self::Find, Self::Read, Self::Decide, Self::Answer, Self::Other];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Protect => "Protect",
            Self::Find => "Find",
            Self::Read => "Read",
            Self::Decide => "Decide",
            Self::Answer => "Answer",
            Self::Other => "Other",
        }
    }
}

/// One command: its name, its heading and its one-line description.
pub(crate) struct CommandEntry {
    pub(crate) name: &'static str,
    pub(crate) heading: Heading,
    pub(crate) description: &'static str,
    /// Command lines with what each does; they end the command's help and stand in the manual page.
    pub(crate) examples: &'static [(&'static str, &'static str)],
}

const fn entry(
    heading: Heading,
    name: &'static str,
    description: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> CommandEntry {
    CommandEntry { name, heading, description, examples }
}

/// All commands, in the order of the help.
pub(crate) const COMMANDS: [CommandEntry; 26] = [
    entry(
        Heading::Protect,
        "install",
        "Install the git hooks; an existing hook is kept and called first",
        &[
            ("skant install", "in a clone: check staged content, messages and pushes"),
            ("skant install --global", "for all of your repositories"),
        ],
    ),
    entry(
        Heading::Protect,
        "uninstall",
        "Remove the git hooks and restore the earlier ones",
        &[("skant uninstall", "remove the hooks of this clone")],
    ),
    entry(
        Heading::Protect,
        "status",
        "Show whether the hooks of this clone reach skant",
        &[
            ("skant status", "each hook and who calls skant, or why nothing does"),
            ("skant status --check", "for scripts: exit code 1 if a hook is not reached"),
        ],
    ),
    entry(
        Heading::Protect,
        "hook",
        "Run the check of a git hook; git and hook managers call this",
        &[
            ("skant hook pre-commit", "check the staged content, as git does before a commit"),
            (r#"skant hook pre-push "$@""#, "in a pre-push script; git writes the refs to standard input"),
        ],
    ),
    entry(
        Heading::Protect,
        "agent",
        "Check prompts and tool calls of coding agents, and set up their hooks",
        &[
            ("skant agent install", "the agents of this project"),
            ("skant agent install --global", "the agents of this machine, for all projects"),
            ("skant agent audit", "the transcripts, histories and caches of agents on this machine"),
            ("skant agent audit --redact --yes", "take the secrets out of them"),
            ("skant agent mcp --root .", "serve tools to an agent, for files below this folder"),
            (
                "cat event.json | skant agent hook",
                "answer an event, as the settings of an agent have it done",
            ),
        ],
    ),
    entry(
        Heading::Find,
        "scan",
        "Search files, staged changes, commits or a whole history for secrets",
        &[
            ("skant scan", "the files of this folder"),
            ("skant scan --staged", "what the next commit would add"),
            ("skant scan --history", "everything in the repository"),
            (
                "skant scan --history --state ../skant.state",
                "everything that no earlier run with this file has read",
            ),
            ("skant scan --history main..HEAD", "what the commits of a branch add"),
            ("skant scan --ci -o sarif:skant.sarif", "the commits of this CI run, with a SARIF file as well"),
            ("git log -p | skant scan -", "standard input"),
        ],
    ),
    entry(
        Heading::Find,
        "redact",
        "Copy standard input to standard output with its secrets masked",
        &[
            ("make test 2>&1 | skant redact", "the output of a program, line by line"),
            ("kubectl logs app | skant redact --map", "equal values stay equal"),
        ],
    ),
    entry(
        Heading::Find,
        "fleet",
        "Scan many repositories, and go on after a crash; connects to forges that you name",
        &[
            ("skant fleet plan /srv/git > inventory.jsonl", "every repository below a folder"),
            ("skant fleet plan --from list.txt > inventory.jsonl", "the paths and URLs of a list"),
            ("skant fleet plan github:acme --forks no > inventory.jsonl", "an organisation, without forks"),
            (
                "skant fleet scan inventory.jsonl --store audit",
                "scan each of them; started again, go on where it ended",
            ),
            (
                "skant fleet scan inventory.jsonl --store audit --shard 2/4 --jobs 8",
                "the second of four shares, eight repositories at a time",
            ),
            ("skant fleet status audit", "what was read, what was not, and why"),
        ],
    ),
    entry(
        Heading::Read,
        "report",
        "Print a saved report in any format, with filters",
        &[
            ("skant report report.json --severity critical --at-head", "the worst first, for people"),
            ("skant report report.json -o html:audit.html", "a page to hand on"),
            ("skant report audit --severity critical", "the store of a fleet, by value"),
        ],
    ),
    entry(
        Heading::Read,
        "diff",
        "Compare two saved reports",
        &[("skant diff old.json new.json", "what is new, gone and moved; exit code 1 if something is new")],
    ),
    entry(
        Heading::Read,
        "explain",
        "Show why a value is, or is not, a finding",
        &[
            ("skant explain 801c7510715d45a2", "a finding, by its fingerprint"),
            ("skant explain src/app.py:12", "every value in a line, and why it is a finding or not"),
        ],
    ),
    entry(
        Heading::Read,
        "rules",
        "List the rules, show one rule, or test a text against them",
        &[
            ("skant rules list", "the ids, severities and titles of all rules"),
            ("skant rules show anthropic-api-key", "what one rule finds, and what to do after a leak"),
            ("skant rules test app.py", "the matches in a file, with reasons"),
            (r#"skant rules test "PASSWORD=$PASSWORD""#, "the matches in a text"),
        ],
    ),
    entry(
        Heading::Decide,
        "allow",
        "Suppress findings, or record a verdict on them",
        &[
            (r#"skant allow 801c7510715d45a2 --reason "a test key""#, "suppress one value"),
            (
                "skant allow 801c7510 5d45a2f1 --verdict revoked --reason rotated",
                "record that two secrets work no more",
            ),
            ("skant allow --path tests/ --verdict test --reason tests", "all findings below a folder"),
        ],
    ),
    entry(
        Heading::Decide,
        "triage",
        "Go through the findings on a terminal and record a verdict for each",
        &[
            ("skant triage", "one key for each finding of the files"),
            ("skant triage --history --by Ada", "those of the history as well, with a name in the entries"),
        ],
    ),
    entry(
        Heading::Decide,
        "baseline",
        "Create and maintain the baseline of known findings",
        &[
            ("skant baseline create --history", "record all present findings, those of the history as well"),
            ("skant baseline update", "add the findings that are new"),
            ("skant baseline prune", "remove what nothing needs any more"),
            ("skant baseline check", "list what is out of date"),
        ],
    ),
    entry(
        Heading::Decide,
        "config",
        "Check and show the settings in force",
        &[
            ("skant config check", "report mistakes in the settings"),
            ("skant config show", "each setting in force, and its file"),
            ("skant config schema > skant.schema.json", "the schema of `skant.toml`, for an editor"),
        ],
    ),
    entry(
        Heading::Answer,
        "verify",
        "Ask providers whether secrets still work; sends each value to its provider",
        &[
            ("skant verify", "every value in the files of this repository"),
            (
                "skant verify 801c7510715d45a2",
                "one value, by its fingerprint, from the files, the index or the history",
            ),
            ("skant verify --history --json", "every value of the history, as JSON"),
        ],
    ),
    entry(
        Heading::Answer,
        "usage",
        "Show the use of an Anthropic API key since it leaked; sends the key to its provider",
        &[
            ("skant usage 801c7510715d45a2", "since the commit that introduced it"),
            ("skant usage 801c7510715d45a2 --since 2026-11-20 --json", "since a day, as JSON"),
        ],
    ),
    entry(
        Heading::Answer,
        "disable",
        "Disable a key by the API of its provider; sends the key to its provider",
        &[
            (
                "skant disable 801c7510715d45a2",
                "show the key, and ask for its name before it becomes inactive",
            ),
            ("skant disable --archive 801c7510715d45a2", "the same, for good"),
        ],
    ),
    entry(
        Heading::Answer,
        "respond",
        "Lead through an incident on a terminal; sends each critical value to its provider",
        &[
            (
                "skant respond",
                "verify, owner, disable, usage, replace, record, for one value after the other",
            ),
            ("skant respond --note incident.md", "with the note of the incident in this file"),
        ],
    ),
    entry(
        Heading::Answer,
        "fix",
        "Move secrets from the code to `.env`, or plan a history rewrite",
        &[
            ("skant fix", "show the changes to the files of this repository, and ask"),
            ("skant fix --yes src/app.py", "move the secrets of one file"),
            ("skant fix --to vault 801c7510715d45a2", "print how to store one value in HashiCorp Vault"),
            ("skant fix --history", "plan the removal of all findings from the history"),
        ],
    ),
    entry(
        Heading::Other,
        "demo",
        "Scan a synthetic Anthropic key and show the finding",
        &[("skant demo", "see what a finding looks like")],
    ),
    entry(
        Heading::Other,
        "completions",
        "Print the completions for a shell",
        &[
            (
                "d=~/.local/share/bash-completion/completions; mkdir -p $d && skant completions bash > $d/skant",
                "install the completions of bash",
            ),
            (
                "skant completions fish > ~/.config/fish/completions/skant.fish",
                "install those of fish, which has made the folder",
            ),
            ("skant completions zsh > \"${fpath[1]}/_skant\"", "install those of zsh, in a shell of zsh"),
        ],
    ),
    entry(
        Heading::Other,
        "man",
        "Print the manual page, in roff",
        &[(
            "mkdir -p ~/.local/share/man/man1 && skant man > ~/.local/share/man/man1/skant.1",
            "install the manual page",
        )],
    ),
    entry(Heading::Other, "help", "Show the help of a command", &[]),
    entry(Heading::Other, "version", "Print the version", &[]),
];
