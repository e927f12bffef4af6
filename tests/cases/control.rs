//! Negative controls: the same state as a case that finds or blocks something, with placeholders instead of keys.
//! Nothing is found or blocked, and unread parts are still reported.

use crate::attempt;
use crate::attempt::{Attempt, Effect};
use crate::case::Case;
use crate::run::{Checked, Project, has_result};
use testkit::tokens;

/// Cases without a control: the finding is none of the two keys, or the state depends on the finding.
const WITHOUT_CONTROL: &[&str] = &[
    "bytes: a generated password",
    "bytes: a private key across 100,000 bytes",
    "bytes: a value of 32 hexadecimal digits",
    "bytes: a value with the word hook in it",
    "bytes: a value without quotes",
];

/// A placeholder with the length, the prefix and the end of a key, as documents have it.
fn placeholder(family: &str) -> String {
    let key = tokens::token(family, "cases");
    let beginning = key.len() - tokens::body("").len();
    format!("{}{}AA", &key[..beginning], "x".repeat(key.len() - beginning - 2))
}

fn project_without_keys(start: crate::case::Start) -> Project {
    Project::with(start, placeholder("API03"), placeholder("ADM"))
}

/// Whether a case has a control.
pub fn of_case(case: &Case) -> bool {
    !WITHOUT_CONTROL.contains(&case.name) && case.scans().any(|(_, expect)| expect.without_keys().is_some())
}

/// Makes the state of a case without its keys, and runs the scans that found them.
pub fn case(case: &Case) -> Checked {
    let project = project_without_keys(case.start);
    if let Err(skip) = project.make(case.make)? {
        return Ok(Err(skip));
    }
    let mut failures = Vec::new();
    for (arguments, expect) in case.scans() {
        let Some(expect) = expect.without_keys() else { continue };
        if let Err(said) = has_result(&project, case, arguments, expect, &project.scan(case, arguments)) {
            failures.push(format!("skant scan {}: {said}", arguments.join(" ")));
        }
    }
    if failures.is_empty() { Ok(Ok(())) } else { Err(failures.join("\n    ")) }
}

/// Whether an attempt has a control.
pub fn of_attempt(attempt: &Attempt) -> bool {
    !WITHOUT_CONTROL.contains(&attempt.name) && attempt.effect == Effect::Blocked
}

/// Runs the blocked command without the keys.
pub fn attempt(attempt: &Attempt) -> Checked {
    let project = project_without_keys(attempt.start);
    if let Err(skip) = project.make(attempt.make)? {
        return Ok(Err(skip));
    }
    let (output, _) = attempt::execute(&project, attempt)?;
    let said = format!("{}{}", project.masked(&output.stdout), project.masked(&output.stderr));
    output
        .status
        .success()
        .then_some(Ok(()))
        .ok_or_else(|| format!("{:?}, without a key: {said}", output.status.code()))
}

/// Returns the names of the cases without a control.
pub fn exceptions() -> &'static [&'static str] {
    WITHOUT_CONTROL
}
