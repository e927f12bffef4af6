//! `skant fleet plan`: writes an inventory.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, Instant};

use miette::Diagnostic;
use thiserror::Error;

use crate::cli::args::{Common, FleetPlan};
use crate::cli::error::{CliError, IoError, print_line};
use crate::cli::exit::Exit;
use crate::cli::fleet_args;
use crate::cli::output;
use crate::cli::session::printable_path;
use crate::fleet::forge::{Choice, ForgeSource, Listing, Wanted};
use crate::fleet::{Inventory, Place, Plan};
use crate::net::{Client, Request};
use crate::report::human::counted;
use crate::source::ScanControl;

/// The longest time for one answer of a forge.
const TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Debug, Error, Diagnostic)]
enum PlanCommandError {
    #[error("nothing to plan")]
    #[diagnostic(
        code(skant::fleet::nothing),
        help("name repositories, folders with repositories or URLs, or a list of them with `--from LIST`")
    )]
    Nothing,
    #[error("interrupted")]
    #[diagnostic(code(skant::fleet::interrupted), help("the same command begins anew"))]
    Interrupted,
}

impl From<fleet_args::Choice> for Choice {
    fn from(choice: fleet_args::Choice) -> Self {
        match choice {
            fleet_args::Choice::Yes => Self::Yes,
            fleet_args::Choice::No => Self::No,
            fleet_args::Choice::Only => Self::Only,
        }
    }
}

pub(crate) fn run(common: &Common, options: &FleetPlan, control: &ScanControl) -> Result<Exit, CliError> {
    if options.entries.is_empty() && options.from.is_empty() {
        return Err(PlanCommandError::Nothing.into());
    }
    let wanted = Wanted { archived: options.archived.into(), forks: options.forks.into() };
    let mut plan = Plan::new();
    for list in &options.from {
        plan.add_list(&printable_path(list), &read_list(list)?);
    }
    for (number, entry) in (1..).zip(&options.entries) {
        match source_of(entry) {
            Some(source) => {
                add_source(&mut plan, &source?, wanted, Place::Argument(number), (common, control))?;
            }
            None => plan.add(entry, Place::Argument(number)),
        }
    }
    let (without_credentials, links) = (plan.without_credentials, plan.links);
    let (units, sources) = plan.finish()?;
    let mut out = Vec::new();
    Inventory::write(&units, sources, &mut out)
        .map_err(|source| IoError::Write { stream: "standard output", source })?;
    output::print(out)?;
    if without_credentials > 0 && !common.quiet {
        print_line(&format!(
            "took the credentials out of {}; git has to find them elsewhere, as docs/fleet.md says",
            counted(without_credentials, "URL")
        ));
    }
    if links > 0 && !common.quiet {
        print_line(&format!(
            "did not follow {}; name the folders that they lead to, if these hold further repositories",
            counted(links, "link")
        ));
    }
    Ok(Exit::Clean)
}

/// Returns the source on a forge that an entry names. A folder of that name is none.
fn source_of(entry: &OsStr) -> Option<Result<ForgeSource, CliError>> {
    let source = entry.to_str().filter(|_| !Path::new(entry).exists()).and_then(ForgeSource::parse)?;
    Some(source.map_err(Into::into))
}

/// Adds the repositories that a forge lists for an owner.
fn add_source(
    plan: &mut Plan,
    source: &ForgeSource,
    wanted: Wanted,
    place: Place<'_>,
    (common, control): (&Common, &ScanControl),
) -> Result<(), CliError> {
    let client = Client::new(TIMEOUT, 1)?;
    let send = |request: &Request| client.send(request);
    let wait = |time: Duration, why: &str| {
        if !common.quiet {
            print_line(&format!("{why}; trying again in {} seconds", time.as_secs()));
        }
        let start = Instant::now();
        while start.elapsed() < time && !control.cancellation.is_requested() {
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let is_ended = || control.cancellation.is_requested();
    let listing = Listing::new(source, &send, &wait, &is_ended, &|name| std::env::var(name).ok());
    let listed = listing.read();
    if is_ended() {
        return Err(PlanCommandError::Interrupted.into());
    }
    plan.add_listing(&listing, &listed?, wanted, place);
    Ok(())
}

fn read_list(list: &Path) -> Result<Vec<u8>, CliError> {
    if list == Path::new("-") {
        let mut content = Vec::new();
        io::stdin().lock().read_to_end(&mut content).map_err(IoError::ReadStdin)?;
        return Ok(content);
    }
    Ok(std::fs::read(list).map_err(|source| IoError::ReadFile { path: list.to_path_buf(), source })?)
}
