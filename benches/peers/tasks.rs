//! The three tasks: repositories that borrow the objects of the given one, with planted keys.

use std::fs;
use std::path::{Path, PathBuf};

use benchkit::Done;
use benchkit::installed::Installed;
use benchkit::measure::{self, Sample};
use benchkit::plant::{self, Kinds, Planted};
use benchkit::tools::Task;

/// The numbers of planted keys, and of other changed files in the staged change.
const STAGED: usize = 8;
const CHANGED: usize = 5;
const IN_TREE: usize = 16;
const IN_HISTORY: usize = 40;

/// A task with its repository.
pub(crate) struct Work {
    pub(crate) task: Task,
    folder: PathBuf,
    /// The files that are staged.
    pub(crate) files: Vec<String>,
    pub(crate) planted: Vec<Planted>,
}

/// Makes the repositories of all tasks in a folder.
pub(crate) fn make(from: &Path, scratch: &Path) -> Done<Vec<Work>> {
    let staged = plant::worktree(from, &scratch.join("staged"), STAGED, CHANGED)?;
    let tree = plant::worktree(from, &scratch.join("tree"), IN_TREE, 0)?;
    // Some scanners read tracked files only, and some compare with the last commit.
    plant::commit(&tree.folder)?;
    let history = scratch.join("history.git");
    let planted = plant::copy(from, &history, Kinds::Mixed, IN_HISTORY)?;
    Ok(vec![
        Work { task: Task::Staged, folder: staged.folder, files: staged.touched, planted: staged.planted },
        Work { task: Task::Tree, folder: tree.folder, files: Vec::new(), planted: tree.planted },
        Work { task: Task::History, folder: history, files: Vec::new(), planted },
    ])
}

impl Work {
    /// Runs a scanner once; `None` if it cannot do the task.
    pub(crate) fn run(&self, scanner: &Installed, report: &Path, messages: &Path) -> Done<Option<Sample>> {
        if report.exists() {
            fs::remove_file(report)?;
        }
        let Some(mut command) = scanner.command(self.task, &self.folder, &self.files, report) else {
            return Ok(None);
        };
        let output = (!scanner.tool.writes_a_file()).then_some(report);
        measure::run(&mut command, output, messages).map(Some)
    }
}
