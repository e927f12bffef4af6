//! What a case is: a state, and what each kind of scan says of it.

/// What the script of a case begins from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// A folder that is no repository.
    Folder,
    /// A repository without a commit, on `main`.
    Unborn,
    /// A repository with one commit that holds `README.md`.
    Commit,
}

/// What a scan says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// This scan is not made.
    NotApplicable,
    /// Exit 0, and neither findings nor problems.
    Nothing,
    /// Exit 1, this many findings, and all was read.
    Found(usize),
    /// Exit 0: this many findings, which only unreachable objects hold.
    Unreached(usize),
    /// Exit 2: this many findings, which only unreachable objects hold, and a problem of this kind.
    UnreachedAnd(usize, &'static str),
    /// Exit 0, or 1 with findings; what was not read is a note of this kind, and the report is not complete.
    Accepted(usize, &'static str),
    /// Exit 2, no findings, and a problem of this kind.
    Problem(&'static str),
    /// Exit 3: this many findings, and a problem of this kind.
    FoundAnd(usize, &'static str),
    /// Exit 0, no findings, and a note of this kind.
    Note(&'static str),
    /// Exit 1: this many findings, and a note of this kind.
    FoundNote(usize, &'static str),
    /// Exit 2 without a report; standard error says this.
    Refused(&'static str),
}

impl Expect {
    /// What is said where no key stands in the place of each; `None` where nothing is found anyhow.
    pub fn without_keys(self) -> Option<Self> {
        match self {
            Self::Found(_) | Self::Unreached(_) => Some(Self::Nothing),
            Self::FoundAnd(_, kind) | Self::UnreachedAnd(_, kind) => Some(Self::Problem(kind)),
            Self::FoundNote(_, kind) => Some(Self::Note(kind)),
            Self::Accepted(count, kind) if count > 0 => Some(Self::Accepted(0, kind)),
            _ => None,
        }
    }
}

/// What `--history` tells of `$KEY`. Commits are those that the script marked.
#[derive(Clone, Copy, Debug)]
pub struct Timeline {
    /// The path in the commit marked `introduced`.
    pub introduced: Option<&'static str>,
    /// The path that the value stood at, before the commit marked `removed`.
    pub removed: Option<&'static str>,
    /// Whether a branch head holds it.
    pub at_head: bool,
    /// How many commits hold it.
    pub commits: u64,
}

/// A state of a repository.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// What it is about.
    pub name: &'static str,
    /// What the script begins from.
    pub start: Start,
    /// The script, for `sh -e`, with what [`PRELUDE`] defines.
    pub make: &'static str,
    /// Where skant runs, from the working folder.
    pub at: &'static str,
    /// More of its environment; `$ROOT` stands for the folder that holds the working folder.
    pub env: &'static [(&'static str, &'static str)],
    /// `skant scan --staged`.
    pub staged: Expect,
    /// `skant scan`.
    pub worktree: Expect,
    /// `skant scan --history`.
    pub history: Expect,
    /// `skant scan` with these arguments.
    pub more: &'static [(&'static [&'static str], Expect)],
    /// Each of these is the path of a location, wherever there are findings.
    pub paths: &'static [&'static str],
    /// `kind` of some location, wherever there are findings.
    pub kind: Option<&'static str>,
    /// What `--history` tells.
    pub story: Option<Timeline>,
}

impl Case {
    /// The scans that are made, and what each has to say.
    pub fn scans(&self) -> impl Iterator<Item = (&'static [&'static str], Expect)> {
        let usual: [(&'static [&'static str], Expect); 3] =
            [(&["--staged"], self.staged), (&["--history"], self.history), (&[], self.worktree)];
        usual
            .into_iter()
            .chain(self.more.iter().copied())
            .filter(|(_, expect)| *expect != Expect::NotApplicable)
    }
}

/// What cases leave out.
pub const CASE: Case = Case {
    name: "",
    start: Start::Commit,
    make: "",
    at: ".",
    env: &[],
    staged: Expect::NotApplicable,
    worktree: Expect::NotApplicable,
    history: Expect::NotApplicable,
    more: &[],
    paths: &[],
    kind: None,
    story: None,
};

impl Case {
    /// One file that every kind of scan reads, and says the same of.
    pub const fn of_file(
        name: &'static str,
        make: &'static str,
        expect: Expect,
        paths: &'static [&'static str],
    ) -> Self {
        Self { name, make, staged: expect, worktree: expect, history: expect, paths, ..CASE }
    }
}

/// The exit code of a script that needs something which this machine lacks. Its last line of standard error names it.
pub const NEEDS: i32 = 77;

/// What scripts can say. Clocks tick, so that commits have an order.
pub const PRELUDE: &str = r#"
clock=1767323045
tick() {
    clock=$((clock + 60))
    GIT_AUTHOR_DATE="$clock +0000"; GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
    export GIT_AUTHOR_DATE GIT_COMMITTER_DATE
}
# Lines of a file that mean nothing: `plain 3` is three of them.
plain() { seq 1 "${1-1}" | sed 's/$/: an ordinary line/'; }
keyed() { printf 'key = "%s"\n' "$KEY"; }
othered() { printf 'key = "%s"\n' "$OTHER"; }
mark() { git rev-parse "${2-HEAD}" > "$ROOT/mark.$1"; }
commit() { tick; git commit -q --no-verify --allow-empty -m "$@"; }
# Stages all that there is and commits it.
save() { git add -A -f; commit "$@"; }
merge() { tick; git merge -q --no-verify --no-ff -m merge "$@"; }
# Ends the script where the machine lacks something: `xz > app.dat || needs xz`.
needs() { echo "needs $*" >&2; exit 77; }
"#;
