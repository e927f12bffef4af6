//! Tests that may skip at run time. `cargo test` prints them as `ignored`, with the reason, and counts them as such.
//!
//! A test program with `harness = false` lists its tests with [`trials!`](crate::trials!) and starts them with [`run`].

use std::num::NonZero;
use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::Arguments;

pub use libtest_mimic::{Completion, Failed, Trial};

use crate::hanging;

/// The reason why a test cannot run on this machine.
#[derive(Clone, Debug)]
pub struct Skip(pub String);

/// The result of a test that may skip. Such a test asks for what it needs with [`crate::needs`] and `?`.
pub type Ran = Result<(), Skip>;

/// The return types of test functions.
pub trait TestResult {
    fn completion(self) -> Completion;
}

impl TestResult for () {
    fn completion(self) -> Completion {
        Completion::Completed
    }
}

impl<O: TestResult> TestResult for Result<O, Skip> {
    fn completion(self) -> Completion {
        match self {
            Ok(outcome) => outcome.completion(),
            Err(Skip(reason)) => Completion::ignored_with(reason),
        }
    }
}

/// Makes a trial of a test function. The name is that of libtest: `module_path!()` without the test program, and the
/// function.
pub fn trial<O: TestResult>(module: &str, name: &str, test: impl FnOnce() -> O + Send + 'static) -> Trial {
    let module = module.split_once("::").map_or("", |(_, module)| module);
    let name = if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") };
    let shown = name.clone();
    Trial::ignorable_test(name, move || Ok::<_, Failed>(hanging::watched(&shown, test).completion()))
}

/// Lists the test functions of a module. Those after `long:` run with `--ignored` or `--include-ignored` only. The
/// compiler reports a function that is missing in the list as dead code.
#[macro_export]
macro_rules! trials {
    ($($test:ident),* $(,)? $(; long: $($long:ident),* $(,)?)?) => {
        vec![
            $($crate::trials::trial(module_path!(), stringify!($test), $test),)*
            $($($crate::trials::trial(module_path!(), stringify!($long), $long).with_ignored_flag(true),)*)?
        ]
    };
}

/// Tests that run beyond one for each core: many wait for a server, a pipe or a clock.
const WAITING: usize = 2;

/// Runs the trials that the command line asks for. `skant` is the program under test; `trials` gets whether ignored
/// trials are asked for. Only without them has a trial a limit of time.
pub fn run(skant: impl AsRef<Path>, trials: impl FnOnce(bool) -> Vec<Trial>) -> ExitCode {
    crate::sandbox::set_skant_program(skant.as_ref());
    let mut arguments = Arguments::from_args();
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    arguments.test_threads.get_or_insert(cores + WAITING);
    let all = arguments.ignored || arguments.include_ignored;
    if !all {
        hanging::watch();
    }
    libtest_mimic::run(&arguments, trials(all)).exit_code()
}
