//! Tests that can skip at run time: `cargo test` prints them as `ignored`, with the reason, and counts them as such.

use libtest_mimic::{Completion, Failed, Trial};

/// The reason why a test cannot run on this machine.
#[derive(Debug)]
pub struct Skip(pub String);

/// The result of a test that may skip. Such a test asks for what it needs with [`super::needs`] and `?`.
pub type Ran = Result<(), Skip>;

/// The return types of test functions.
pub trait Assessment {
    /// Converts the value to what the harness counts.
    fn completion(self) -> Completion;
}

impl Assessment for () {
    fn completion(self) -> Completion {
        Completion::Completed
    }
}

impl<V: Assessment> Assessment for Result<V, Skip> {
    fn completion(self) -> Completion {
        match self {
            Ok(verdict) => verdict.completion(),
            Err(Skip(reason)) => Completion::ignored_with(reason),
        }
    }
}

/// Makes a trial of a test function. `module` is a `module_path!()`; its first part, the test binary, is left out.
pub fn trial<V: Assessment>(module: &str, name: &str, test: impl FnOnce() -> V + Send + 'static) -> Trial {
    let module = module.split_once("::").map_or("", |(_, module)| module);
    let name = if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") };
    Trial::ignorable_test(name, move || Ok::<_, Failed>(test().completion()))
}

/// Lists the test functions of a module. Functions after `long` run with `--ignored` or `--include-ignored` only.
/// The compiler warns of a test that is missing here: it is dead code.
#[allow(unused_macros, reason = "some test programs use `#[test]` alone")]
macro_rules! trials {
    ($($test:ident),* $(,)? $(; long: $($long:ident),* $(,)?)?) => {
        vec![
            $($crate::support::trials::trial(module_path!(), stringify!($test), $test),)*
            $($($crate::support::trials::trial(module_path!(), stringify!($long), $long).with_ignored_flag(true),)*)?
        ]
    };
}
#[allow(unused_imports, reason = "as above")]
pub(crate) use trials;
