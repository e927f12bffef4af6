//! A case: a state of a repository, and the expected result of each scan.

/// The state before the script of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// A folder outside of any repository.
    Folder,
    /// A repository without a commit, on `main`.
    Unborn,
    /// A repository with one commit that holds `README.md`.
    Commit,
}

/// The expected result of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The scan does not run.
    NotApplicable,
    /// Exit 0, and neither findings nor problems.
    Nothing,
    /// Exit 1, this many findings, and everything was read.
    Found(usize),
    /// Exit 0, and this many findings in unreachable objects only.
    Unreached(usize),
    /// Exit 2, this many findings in unreachable objects only, and a problem of this kind.
    UnreachedAnd(usize, &'static str),
    /// Exit 0, or 1 with findings; a note of this kind instead of a problem; the report is not complete.
    Accepted(usize, &'static str),
    /// Exit 2, no findings, and a problem of this kind.
    Problem(&'static str),
    /// Exit 3: this many findings, and a problem of this kind.
    FoundAnd(usize, &'static str),
    /// Exit 0, no findings, and a note of this kind.
    Note(&'static str),
    /// Exit 1: this many findings, and a note of this kind.
    FoundNote(usize, &'static str),
    /// Exit 2 without a report; standard error contains this text.
    Refused(&'static str),
}

impl Expect {
    /// Returns the result without the keys, or `None` if there are no findings anyway.
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

/// The expected provenance of `$KEY` in a scan of the history. Commits are those that the script marked.
#[derive(Clone, Copy, Debug)]
pub struct Timeline {
    /// The path in the commit marked `introduced`.
    pub introduced: Option<&'static str>,
    /// The path of the value before the commit marked `removed`.
    pub removed: Option<&'static str>,
    /// Whether a branch head has the value.
    pub at_head: bool,
    /// The number of commits with the value.
    pub commits: u64,
}

/// A state of a repository.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The subject, after the name of the group.
    pub name: &'static str,
    /// The state before the script.
    pub start: Start,
    /// The script, for `sh -e` with the functions of [`PRELUDE`].
    pub make: &'static str,
    /// The folder in which skant runs, relative to the working folder.
    pub at: &'static str,
    /// Further environment variables; `$ROOT` is replaced by the folder that contains the working folder.
    pub env: &'static [(&'static str, &'static str)],
    /// `skant scan --staged`.
    pub staged: Expect,
    /// `skant scan`.
    pub worktree: Expect,
    /// `skant scan --history`.
    pub history: Expect,
    /// `skant scan` with these arguments.
    pub more: &'static [(&'static [&'static str], Expect)],
    /// Paths of locations that every report with findings has.
    pub paths: &'static [&'static str],
    /// The `kind` of a location that every report with findings has.
    pub kind: Option<&'static str>,
    /// The first step of `via` of a location that every report with findings has.
    pub via: Option<&'static str>,
    /// The provenance in a scan of the history.
    pub timeline: Option<Timeline>,
}

impl Case {
    /// Returns the scans that run, each with the expected result.
    pub fn scans(&self) -> impl Iterator<Item = (&'static [&'static str], Expect)> {
        let usual: [(&'static [&'static str], Expect); 3] =
            [(&["--staged"], self.staged), (&["--history"], self.history), (&[], self.worktree)];
        usual
            .into_iter()
            .chain(self.more.iter().copied())
            .filter(|(_, expect)| *expect != Expect::NotApplicable)
    }
}

/// The defaults of a case.
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
    via: None,
    timeline: None,
};

impl Case {
    /// A file that every scan reads with the same result.
    pub const fn of_file(
        name: &'static str,
        make: &'static str,
        expect: Expect,
        paths: &'static [&'static str],
    ) -> Self {
        Self { name, make, staged: expect, worktree: expect, history: expect, paths, ..CASE }
    }
}

/// The exit code of a script that needs something which this machine lacks. The last line of standard error names it.
pub const NEEDS: i32 = 77;

/// The functions for scripts. The clock advances with each commit, so that commits have an order.
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
