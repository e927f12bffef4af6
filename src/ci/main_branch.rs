//! The main branch of a clone: as the system names it, or as the clone suggests.

use super::resolve::CloneContext;
use crate::git::Oid;

impl CloneContext<'_> {
    /// Returns the tip of the main branch, unless the pushed branch is the main branch: as the system names it, or as
    /// the clone suggests.
    pub(super) fn main(&self, branch: Option<&str>, main: Option<&str>) -> Option<Oid> {
        if main.is_some() && main == branch {
            return None;
        }
        let guessed = ["HEAD", "main", "master"];
        let candidates = main.map_or(guessed.to_vec(), |main| vec![main]);
        let own = branch.and_then(|branch| self.reference(&format!("refs/remotes/origin/{branch}")));
        for name in candidates {
            let full = format!("refs/remotes/origin/{name}");
            let Some(reference) = self.reference(&full) else { continue };
            if own.as_ref() == Some(&reference) || branch == Some(name) {
                return None;
            }
            if let Some(commit) = self.commit_of(&full) {
                return Some(commit);
            }
        }
        None
    }

    /// Returns whether the clone lacks the main branch, and the pushed branch is another.
    pub(super) fn lacks_main(&self, branch: Option<&str>, main: &str) -> bool {
        branch != Some(main) && self.reference(&format!("refs/remotes/origin/{main}")).is_none()
    }
}
