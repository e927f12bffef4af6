//! Recognises the CI system of a run and asks it for the scope.

use std::io;

use serde_json::Value;

use super::error::UnresolvedRun;
use super::system::{Environment, RunScope, System};
use super::{azure, bitbucket, buildkite, circleci, github, gitlab, jenkins};

const SYSTEMS: [&System; 7] = [
    &github::SYSTEM,
    &gitlab::SYSTEM,
    &bitbucket::SYSTEM,
    &azure::SYSTEM,
    &buildkite::SYSTEM,
    &circleci::SYSTEM,
    // Last, since a Jenkins agent may run inside another system.
    &jenkins::SYSTEM,
];

/// A run of a recognised system.
pub(crate) struct Run {
    /// The system.
    pub system: &'static System,
    pub(super) scope: RunScope,
}

/// Finds out what a run is about. `variable` returns an environment variable, `read` reads the file with the event.
///
/// # Errors
/// No system is recognised, or its variables and event do not say enough.
pub(crate) fn detect_run(
    variable: &dyn Fn(&str) -> Option<String>,
    read: &dyn Fn(&str) -> io::Result<Vec<u8>>,
) -> Result<Run, UnresolvedRun> {
    let mut environment = Environment { variable, event: Value::Null };
    let found = SYSTEMS.into_iter().find(|system| (system.is_current)(&environment));
    let system = found
        .ok_or_else(|| UnresolvedRun::NoSystem { known: SYSTEMS.map(|system| system.name).join(", ") })?;
    if let Some(name) = system.event_variable {
        let unreadable =
            |reason: String| UnresolvedRun::Event { system: system.name, variable: name, reason };
        let path = environment.get(name).ok_or_else(|| unreadable("it is not set".to_owned()))?;
        let bytes = read(&path).map_err(|error| unreadable(error.to_string()))?;
        environment.event =
            serde_json::from_slice(&bytes).map_err(|_| unreadable("it holds no JSON".to_owned()))?;
    }
    let scope = (system.scope)(&environment)
        .map_err(|missing| UnresolvedRun::Run { system: system.name, missing })?;
    Ok(Run { system, scope })
}
