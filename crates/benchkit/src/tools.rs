//! skant and other scanners as data: the commands that do a task without any server, neither to verify findings nor to
//! update the program. The rows of gitleaks, trufflehog, noseyparker and keyhog follow their documentation; nobody has run
//! them with this table yet.

use std::ffi::OsString;
use std::path::Path;

use crate::formats::Format;

/// What a program is asked to read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// The change that is staged.
    Staged,
    /// The files of the working tree.
    Tree,
    /// The whole history.
    History,
}

impl Task {
    pub const ALL: [Self; 3] = [Self::Staged, Self::Tree, Self::History];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Staged => "staged change",
            Self::Tree => "working tree",
            Self::History => "whole history",
        }
    }
}

/// A scanner.
///
/// A command is the program, the arguments of the task, and those of all tasks. `REPO` stands for the repository,
/// `FILES` for the names of the staged files, and `OUT` for the file of the report.
pub struct Tool {
    /// Its name, and that of its program.
    pub key: &'static str,
    /// The arguments that print its version.
    pub version: &'static [&'static str],
    /// The exit codes of a run that read everything.
    pub ends: &'static [i32],
    /// The form of its reports.
    pub format: Format,
    /// The commands of the tasks, in the order of [`Task::ALL`]; `None` for a task that it cannot do.
    tasks: [Option<&'static [&'static str]>; 3],
    /// Further arguments of each. Without `OUT` the report is on standard output.
    always: &'static [&'static str],
}

impl Tool {
    /// Returns the program and its arguments for a task; `None` if it cannot do the task.
    pub fn invocation(
        &self,
        task: Task,
        repository: &Path,
        files: &[String],
        out: &Path,
    ) -> Option<(&'static str, Vec<OsString>)> {
        let (program, arguments) = self.tasks[task as usize]?.split_first()?;
        let address = || {
            let mut address = OsString::from("file://");
            address.push(repository);
            address
        };
        let expand = |argument: &&str| match *argument {
            "REPO" => vec![repository.as_os_str().to_owned()],
            "file://REPO" => vec![address()],
            "FILES" => files.iter().map(OsString::from).collect(),
            "OUT" => vec![out.as_os_str().to_owned()],
            other => vec![OsString::from(other)],
        };
        Some((program, arguments.iter().chain(self.always).flat_map(expand).collect()))
    }

    pub const fn can(&self, task: Task) -> bool {
        self.tasks[task as usize].is_some()
    }

    /// Returns whether it writes its report to a file.
    pub fn writes_a_file(&self) -> bool {
        self.always.contains(&"OUT")
    }
}

/// All scanners, in the order of the table. skant is taken from this build, not from the `PATH`.
pub const TOOLS: [Tool; 11] = [
    Tool {
        key: "skant",
        version: &["--version"],
        ends: &[0, 1],
        format: Format::Skant,
        tasks: [
            Some(&["skant", "-C", "REPO", "scan", "--staged"]),
            Some(&["skant", "-C", "REPO", "scan"]),
            Some(&["skant", "-C", "REPO", "scan", "--history"]),
        ],
        always: &["--format=json"],
    },
    Tool {
        key: "kingfisher",
        version: &["--version"],
        // 200: findings.
        ends: &[0, 200],
        format: Format::Kingfisher,
        tasks: [
            Some(&["kingfisher", "scan", "REPO", "--staged"]),
            Some(&["kingfisher", "scan", "REPO", "--git-history", "none"]),
            Some(&["kingfisher", "scan", "REPO", "--git-history", "full"]),
        ],
        always: &["--no-validate", "--no-update-check", "--format", "json", "--output", "OUT"],
    },
    Tool {
        key: "noseyparker",
        version: &["--version"],
        ends: &[0],
        // The report is a command of its own.
        format: Format::Unread,
        tasks: [None, None, Some(&["noseyparker", "scan", "--git-history", "full"])],
        always: &["--progress", "never", "--datastore", "OUT", "REPO"],
    },
    Tool {
        key: "betterleaks",
        version: &["version"],
        ends: &[0, 1],
        format: Format::Betterleaks,
        tasks: [
            Some(&["betterleaks", "git", "--staged"]),
            Some(&["betterleaks", "filesystem"]),
            Some(&["betterleaks", "git"]),
        ],
        always: &["--no-banner", "--exit-code", "1", "--output", "OUT", "REPO"],
    },
    Tool {
        key: "gitleaks",
        version: &["version"],
        ends: &[0, 1],
        format: Format::Gitleaks,
        tasks: [
            Some(&["gitleaks", "git", "--pre-commit", "--staged"]),
            Some(&["gitleaks", "dir"]),
            Some(&["gitleaks", "git"]),
        ],
        always: &[
            "--no-banner",
            "--exit-code",
            "1",
            "--report-format",
            "json",
            "--report-path",
            "OUT",
            "REPO",
        ],
    },
    Tool {
        key: "trufflehog",
        version: &["--version"],
        // 183: findings.
        ends: &[0, 183],
        format: Format::Trufflehog,
        tasks: [
            // Without this trust it reads a clone, in which nothing is staged.
            Some(&["trufflehog", "git", "file://REPO", "--since-commit", "HEAD", "--trust-local-git-config"]),
            Some(&["trufflehog", "filesystem", "REPO"]),
            Some(&["trufflehog", "git", "file://REPO", "--bare"]),
        ],
        always: &[
            "--json",
            "--no-update",
            "--no-verification",
            "--results=verified,unknown,unverified",
            "--fail",
        ],
    },
    Tool {
        key: "detect-secrets",
        version: &["--version"],
        ends: &[0, 1],
        format: Format::DetectSecrets,
        tasks: [Some(&["detect-secrets-hook", "--json", "FILES"]), Some(&["detect-secrets", "scan"]), None],
        always: &["--no-verify"],
    },
    Tool {
        key: "secretlint",
        version: &["--version"],
        ends: &[0, 1],
        format: Format::Secretlint,
        tasks: [Some(&["secretlint", "--no-glob", "FILES"]), Some(&["secretlint", "**/*"]), None],
        always: &[
            "--secretlintrcJSON",
            r#"{"rules":[{"id":"@secretlint/secretlint-rule-preset-recommend"}]}"#,
            "--no-maskSecrets",
            "--format",
            "json",
        ],
    },
    Tool {
        key: "ripsecrets",
        version: &["--version"],
        ends: &[0, 1],
        format: Format::Ripsecrets,
        tasks: [Some(&["ripsecrets", "--strict-ignore", "FILES"]), Some(&["ripsecrets"]), None],
        always: &["--only-matching"],
    },
    Tool {
        key: "keyspoor",
        version: &["--version"],
        ends: &[0, 1],
        format: Format::Keyspoor,
        tasks: [
            Some(&["keyspoor", "staged", "REPO"]),
            Some(&["keyspoor", "scan", "REPO"]),
            Some(&["keyspoor", "history", "REPO"]),
        ],
        always: &["--format", "json"],
    },
    Tool {
        key: "keyhog",
        version: &["--version"],
        ends: &[0, 1],
        format: Format::Keyhog,
        tasks: [
            Some(&["keyhog", "scan", "--git-staged"]),
            Some(&["keyhog", "scan", "REPO"]),
            Some(&["keyhog", "scan", "--git-blobs", "REPO"]),
        ],
        always: &["--no-verify", "--show-secrets", "--daemon=off", "--format", "json"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_its_paths_and_files() {
        let tool = TOOLS.iter().find(|tool| tool.key == "detect-secrets").expect("a row");
        let files = ["a".to_owned(), "b c".to_owned()];
        let command = tool.invocation(Task::Staged, Path::new("/r"), &files, Path::new("/o"));
        let expected = ["--json", "a", "b c", "--no-verify"].map(OsString::from).to_vec();
        assert_eq!(command, Some(("detect-secrets-hook", expected)));
        let history = tool.invocation(Task::History, Path::new("/r"), &files, Path::new("/o"));
        assert_eq!((history, tool.can(Task::History)), (None, false));
    }

    #[test]
    fn every_scanner_has_a_name_of_its_own_and_a_task() {
        for (at, tool) in TOOLS.iter().enumerate() {
            assert!(TOOLS[..at].iter().all(|other| other.key != tool.key), "{}", tool.key);
            assert!(Task::ALL.iter().any(|task| tool.can(*task)), "{}", tool.key);
            let words = tool.tasks.iter().flatten().flat_map(|task| task.iter()).chain(tool.always);
            let names_a_source = |word: &&&str| ["REPO", "file://REPO", "FILES"].contains(*word);
            // Those without a source read the current folder.
            assert!(words.clone().any(|word| names_a_source(&word)), "{}", tool.key);
        }
    }
}
