//! Scans that start again because the names of commits moved and git removed what they named before.

use crate::finding::{Problem, ProblemKind};

/// The times that a scan starts again. Beyond them the repository changes faster than it is read, and the report says
/// what is missing.
const MAX_RESTARTS: usize = 5;

/// Scans with the starting points `from`. If objects are missing and `read` gives other starting points now, scans
/// again with these.
pub(crate) fn scan_until_found<F: PartialEq, S, E>(
    mut from: F,
    read: impl Fn() -> Option<F>,
    problems: impl Fn(&S) -> &[Problem],
    mut scan: impl FnMut(&F) -> Result<S, E>,
) -> Result<S, E> {
    for _ in 0..MAX_RESTARTS {
        let scanned = scan(&from)?;
        if !problems(&scanned).iter().any(|problem| problem.kind == ProblemKind::MissingObject) {
            return Ok(scanned);
        }
        match read() {
            Some(now) if now != from => from = now,
            _ => return Ok(scanned),
        }
    }
    scan(&from)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn missing() -> Vec<Problem> {
        vec![Problem { kind: ProblemKind::MissingObject, path: None, message: String::new() }]
    }

    /// Returns the starting points of each scan, if the object is there from the given one on.
    fn scans(found_from: usize, moves: usize) -> Vec<usize> {
        let (now, mut seen) = (Cell::new(0), Vec::new());
        let read = || {
            now.set((now.get() + 1).min(moves));
            Some(now.get())
        };
        scan_until_found(
            0,
            read,
            |problems: &Vec<Problem>| problems,
            |from| {
                seen.push(*from);
                Ok::<_, ()>(if *from < found_from { missing() } else { Vec::new() })
            },
        )
        .unwrap();
        seen
    }

    #[test]
    fn a_scan_starts_again_only_if_its_starting_points_moved() {
        assert_eq!(scans(0, 9), [0]);
        assert_eq!(scans(2, 9), [0, 1, 2]);
        assert_eq!(scans(9, 1), [0, 1], "what is missing still is damage");
        assert_eq!(scans(99, 99), [0, 1, 2, 3, 4, 5], "and the end is certain");
    }
}
