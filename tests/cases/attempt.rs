//! Real commits and pushes with skant's hooks in place: do they come to be?

use std::process::Output;

use crate::case::Start;
use crate::run::{Checked, House};
use crate::support::trials::Skip;

/// What has to come of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comes {
    /// skant blocks it, because of a secret, and nothing has moved.
    Blocked,
    /// skant blocks it, because not everything could be checked, and nothing has moved.
    Unchecked,
    /// It comes to be.
    Through,
}

/// Something that is tried in a state.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// What it is about.
    pub name: &'static str,
    /// What the script begins from.
    pub start: Start,
    /// Makes the state, before the hooks are installed.
    pub make: &'static str,
    /// What is tried, with the hooks in place.
    pub tried: &'static str,
    /// What has to come of it.
    pub comes: Comes,
}

/// What attempts leave out.
pub const ATTEMPT: Attempt =
    Attempt { name: "", start: Start::Commit, make: "", tried: "", comes: Comes::Blocked };

/// Where everything stands: here, in linked worktrees, and on the other side.
const STATE: &str = "git for-each-ref; git rev-parse --verify -q HEAD || echo unborn; \
    git worktree list --porcelain; for other in ../*.git; do \
    if [ -d \"$other\" ]; then git -C \"$other\" for-each-ref; fi; done";

/// Makes the state, installs the hooks, and tries.
pub fn run(attempt: &Attempt) -> Checked {
    let house = House::new(attempt.start);
    if let Err(skip) = house.make(attempt.make)? {
        return Ok(Err(skip));
    }
    let (output, has_moved) = tried(&house, attempt)?;
    house.no_leak(&output)?;
    let said = format!("{}{}", house.masked(&output.stdout), house.masked(&output.stderr));
    let right = match attempt.comes {
        Comes::Blocked => {
            !output.status.success() && !has_moved && said.contains("was blocked: it adds a secret")
        }
        Comes::Unchecked => {
            !output.status.success()
                && !has_moved
                && said.contains("was blocked: not everything could be checked")
        }
        Comes::Through => output.status.success() && has_moved,
    };
    let told = format!("{:?}, moved: {has_moved}, not {:?}: {said}", output.status.code(), attempt.comes);
    right.then_some(Ok(())).ok_or(told)
}

/// Installs the hooks and tries; also tells whether anything has moved.
pub fn tried(house: &House, attempt: &Attempt) -> Result<(Output, bool), String> {
    house.make("skant install")?.map_err(|Skip(why)| why)?;
    let state = || String::from_utf8_lossy(&house.sh(STATE).stdout).into_owned();
    let before = state();
    let output = house.sh(&format!("set -e\nclock=1767400000; tick\n{}", attempt.tried));
    Ok((output, state() != before))
}
