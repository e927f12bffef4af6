//! Panics of the detector: a problem in the report instead of an unread file without a trace.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::finding::{Problem, ProblemKind};

/// Runs `work`. A panic becomes a problem with the path; the text of the panic is dropped, since it may quote a secret.
pub(crate) fn catch_panic<T>(path: impl FnOnce() -> String, work: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Problem {
        kind: ProblemKind::Panic,
        path: Some(path()),
        message: "the search panicked here; please report it with the position that was printed".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_problem_without_the_searched_text() {
        let problem =
            catch_panic(|| "a.env".into(), || assert!(std::env::args().len() == 0, "searched hunter2"))
                .unwrap_err();
        assert_eq!((problem.kind, problem.path.as_deref()), (ProblemKind::Panic, Some("a.env")));
        assert!(!problem.message.contains("hunter2") && !problem.kind.is_note());
    }
}
