//! The twin of each case in which something is found or blocked: the same state, with placeholders where the keys
//! were. Nothing may be found there, nothing is blocked, and what could not be read is still said.

use crate::attempt;
use crate::attempt::{Attempt, Comes};
use crate::case::Case;
use crate::run::{Checked, House, holds};
use crate::support::tokens;

/// Cases without a twin: what is found there is not one of the two keys, or the state is made from what is found.
const NO_TWIN: &[&str] = &[
    "bytes: a password of a generator's",
    "bytes: a private key across 100,000 bytes",
    "bytes: a value of 32 hexadecimal digits",
    "bytes: a value with the word hook in it",
    "bytes: a value without quotes",
];

/// As long as a key, and with its beginning and its end. People write it into documents.
fn placeholder(family: &str) -> String {
    let key = tokens::token(family, "cases");
    let beginning = key.len() - tokens::body("").len();
    format!("{}{}AA", &key[..beginning], "x".repeat(key.len() - beginning - 2))
}

fn house(start: crate::case::Start) -> House {
    House::with(start, placeholder("API03"), placeholder("ADM"))
}

/// Whether a case has one.
pub fn of_case(case: &Case) -> bool {
    !NO_TWIN.contains(&case.name) && case.scans().any(|(_, expect)| expect.without_keys().is_some())
}

/// Makes a case's state without its keys, and the scans that found them.
pub fn case(case: &Case) -> Checked {
    let house = house(case.start);
    if let Err(skip) = house.make(case.make)? {
        return Ok(Err(skip));
    }
    let mut failures = Vec::new();
    for (arguments, expect) in case.scans() {
        let Some(expect) = expect.without_keys() else { continue };
        if let Err(said) = holds(&house, case, arguments, expect, &house.scan(case, arguments)) {
            failures.push(format!("skant scan {}: {said}", arguments.join(" ")));
        }
    }
    if failures.is_empty() { Ok(Ok(())) } else { Err(failures.join("\n    ")) }
}

/// Whether an attempt has one.
pub fn of_attempt(attempt: &Attempt) -> bool {
    !NO_TWIN.contains(&attempt.name) && attempt.comes == Comes::Blocked
}

/// Tries what was blocked without its keys.
pub fn attempt(attempt: &Attempt) -> Checked {
    let house = house(attempt.start);
    if let Err(skip) = house.make(attempt.make)? {
        return Ok(Err(skip));
    }
    let (output, _) = attempt::tried(&house, attempt)?;
    let said = format!("{}{}", house.masked(&output.stdout), house.masked(&output.stderr));
    output
        .status
        .success()
        .then_some(Ok(()))
        .ok_or_else(|| format!("{:?}, and no key was there: {said}", output.status.code()))
}

/// The names of what has none.
pub fn exceptions() -> &'static [&'static str] {
    NO_TWIN
}
