//! The program `skant`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(skant::internal::cli::run(std::env::args_os()).code())
}
