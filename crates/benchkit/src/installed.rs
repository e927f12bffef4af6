//! The scanners of the table that this machine has. Each has a home of its own, and no way to a server.

use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::{Sandbox, needs, text_of};

use crate::measure::Sample;
use crate::tools::{TOOLS, Task, Tool};

/// A scanner that runs here.
pub struct Installed {
    pub tool: &'static Tool,
    pub version: String,
    /// Whether a script starts it. The start of the interpreter is part of its time.
    pub is_script: bool,
    /// The program that is taken instead of one on the `PATH`.
    own: Option<PathBuf>,
    sandbox: Sandbox,
}

/// Why a scanner of the table does not take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    NotOnPath,
    /// It does not print its version.
    NotWorking,
    /// It is another scanner of the table under this name.
    Twin(&'static str),
}

/// Finds the scanners with these names; `skant` is the program of this build.
pub fn find(skant: &Path, wanted: impl Fn(&Tool) -> bool) -> (Vec<Installed>, Vec<(&'static str, Absent)>) {
    let (mut installed, mut absent, mut faces) = (Vec::new(), Vec::new(), Vec::new());
    for tool in TOOLS.iter().filter(|tool| wanted(tool)) {
        match look_up(tool, skant, &mut faces) {
            Ok(found) => installed.push(found),
            Err(reason) => absent.push((tool.key, reason)),
        }
    }
    (installed, absent)
}

fn look_up(tool: &'static Tool, skant: &Path, faces: &mut Vec<Face>) -> Result<Installed, Absent> {
    let own = (tool.key == "skant").then(|| skant.to_path_buf());
    let path = match &own {
        Some(path) => path.clone(),
        None => needs::program(tool.key).map_err(|_| Absent::NotOnPath)?,
    };
    let sandbox = Sandbox::empty();
    let says = |arguments: &[&str]| {
        let output = sandbox.command(&path).args(arguments).output().ok()?;
        output.status.success().then(|| text_of(&output))
    };
    let said = says(tool.version).ok_or(Absent::NotWorking)?;
    let version = version(&said).ok_or(Absent::NotWorking)?;
    let content = std::fs::read(&path).map_err(|_| Absent::NotWorking)?;
    let is_script = content.starts_with(b"#!");
    let face = Face { key: tool.key, help: says(&["--help"]).unwrap_or_default(), said, content };
    if let Some(twin) = face.twin(faces) {
        return Err(Absent::Twin(twin));
    }
    faces.push(face);
    Ok(Installed { tool, version, is_script, own, sandbox })
}

impl Installed {
    /// Returns its name for a table.
    pub fn name(&self) -> String {
        format!("{} {}", self.tool.key, self.version)
    }

    /// Prepares a task in a folder; `None` if it cannot do the task. `files` are the staged files.
    pub fn command(&self, task: Task, repository: &Path, files: &[String], out: &Path) -> Option<Command> {
        let (program, arguments) = self.tool.invocation(task, repository, files, out)?;
        let program = self.own.clone().unwrap_or_else(|| program.into());
        // The repository of a history may be the user's.
        let folder = if task == Task::History { &self.sandbox.dir } else { repository };
        let mut command = self.sandbox.command_in(folder, program);
        command.args(arguments);
        for variable in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
            // Nobody answers at the port that is reserved for discarded data.
            command.env(variable, "http://127.0.0.1:9");
        }
        Some(command)
    }

    /// Returns whether a run did not read everything, by its exit code or its words.
    pub fn gave_up(&self, sample: &Sample) -> bool {
        sample.gave_up || sample.code.is_none_or(|code| !self.tool.ends.contains(&code))
    }
}

/// Returns the version in the answer of a program: the last word of the first line that has a digit.
fn version(said: &str) -> Option<String> {
    let line = said.lines().find(|line| !line.trim().is_empty())?;
    let has_digit = |word: &&str| word.contains(|letter: char| letter.is_ascii_digit());
    line.split_whitespace().rfind(has_digit).map(str::to_owned)
}

/// What a program says about itself, and its file.
struct Face {
    key: &'static str,
    help: String,
    said: String,
    content: Vec<u8>,
}

impl Face {
    /// Returns the scanner that this program really is: the one that its help names instead of itself, or an earlier
    /// one with the same file and the same version. The same file alone is no proof: a launcher may serve many programs.
    fn twin(&self, earlier: &[Self]) -> Option<&'static str> {
        let help = self.help.to_lowercase();
        let named = TOOLS.iter().map(|tool| tool.key).find(|key| help.contains(key));
        let of_help = named.filter(|_| !help.contains(self.key));
        let is_same = |other: &&Self| other.content == self.content && other.said == self.said;
        of_help.or_else(|| earlier.iter().find(is_same).map(|other| other.key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(key: &'static str, help: &str, said: &str, content: &str) -> Face {
        Face { key, help: help.into(), said: said.into(), content: content.into() }
    }

    #[test]
    fn a_twin_is_recognised_by_its_help_or_its_file() {
        let earlier = [face("betterleaks", "Usage: betterleaks", "2.0", "x")];
        for (other, twin) in [
            (face("gitleaks", "Usage: betterleaks <command>", "2.0", "y"), Some("betterleaks")),
            (face("gitleaks", "Gitleaks, or betterleaks", "2.0", "x"), Some("betterleaks")),
            (face("gitleaks", "Gitleaks scans code", "8.30", "x"), None),
            (face("gitleaks", "Gitleaks scans code, as betterleaks does", "8.30", "y"), None),
            (face("gitleaks", "", "8.30", "y"), None),
        ] {
            assert_eq!(other.twin(&earlier), twin, "{}", other.help);
        }
    }

    #[test]
    fn a_version_is_the_last_word_with_a_digit() {
        for (said, expected) in [
            ("tool 1.2.3\n", Some("1.2.3")),
            ("\n2.0.0-rc.4\nmore 7\n", Some("2.0.0-rc.4")),
            ("tool 0.3 (abc)", Some("0.3")),
            ("no number", None),
        ] {
            assert_eq!(version(said).as_deref(), expected, "{said}");
        }
    }
}
