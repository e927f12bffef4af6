//! One run of a program: its time and memory, read from `/proc`.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The measurements of one run.
pub(crate) struct Sample {
    /// Wall-clock seconds.
    pub(crate) wall: f64,
    /// Seconds on all processors, of the program and its children.
    pub(crate) user: f64,
    /// Peak memory in MB, of the program and its children, with mapped files.
    pub(crate) peak: f64,
    /// Peak memory in MB without files.
    pub(crate) anonymous: f64,
    /// Whether its output says that the scan is incomplete.
    pub(crate) is_incomplete: bool,
    /// Its exit code, or `signal`.
    pub(crate) exit: String,
}

/// Interval at which memory is read. A shorter peak is detected only within one process (`VmHWM`).
const STEP: Duration = Duration::from_millis(4);

/// Clock ticks per second in `/proc`, the same on all Linux machines.
const TICKS: f64 = 100.0;

/// Output of scanners that stop before the end, as git does if an object is missing. Their times cannot be compared.
const INCOMPLETE: [&str; 3] = ["incomplete scan", "partial scan", "failed to scan"];

/// Runs a command, with its standard error in the file `stderr`.
pub(crate) fn run(command: &mut Command, stderr: &Path) -> Result<Sample, Box<dyn Error>> {
    let before = children_user_time()?;
    let start = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(stderr)?).spawn()?;
    let (id, is_done) = (child.id(), AtomicBool::new(false));
    let (status, wall, memory) = thread::scope(|scope| {
        let watch = scope.spawn(|| watch(id, &is_done));
        let status = child.wait();
        let wall = start.elapsed().as_secs_f64();
        is_done.store(true, Ordering::Relaxed);
        (status, wall, watch.join().unwrap_or_default())
    });
    let exit = status?.code().map_or_else(|| "signal".to_owned(), |code| code.to_string());
    let errors = fs::read(stderr)?;
    let errors = String::from_utf8_lossy(&errors);
    let is_incomplete = INCOMPLETE.iter().any(|words| errors.contains(words));
    Ok(Sample {
        wall,
        user: children_user_time()? - before,
        peak: memory.peak,
        anonymous: memory.anonymous,
        is_incomplete,
        exit,
    })
}

#[derive(Default)]
struct Memory {
    peak: f64,
    anonymous: f64,
}

/// Reads the memory of a process and its children until the process is done.
fn watch(id: u32, is_done: &AtomicBool) -> Memory {
    let mut most = Memory::default();
    while !is_done.load(Ordering::Relaxed) {
        let (mut now, mut anonymous) = (0.0, 0.0);
        let mut work = vec![id.to_string()];
        while let Some(process) = work.pop() {
            let status = read_status(&process);
            let field = |name: &str| status.get(name).copied().unwrap_or(0.0);
            now += field("VmRSS");
            anonymous += field("RssAnon");
            most.peak = most.peak.max(field("VmHWM"));
            let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
            work.extend(children.unwrap_or_default().split_whitespace().map(str::to_owned));
        }
        most.peak = most.peak.max(now);
        most.anonymous = most.anonymous.max(anonymous);
        thread::sleep(STEP);
    }
    most
}

/// Returns the sizes in a process's status, in MB; an empty map if the process is gone.
fn read_status(process: &str) -> HashMap<String, f64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let sizes = text.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let kilobytes: f64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
        Some((name.to_owned(), kilobytes / 1024.0))
    });
    sizes.collect()
}

/// Returns the user time of all children that have ended, in seconds.
fn children_user_time() -> Result<f64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/self/stat")?;
    // The name in brackets may hold anything; the time is the 13th field after it.
    let ticks = text.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(13));
    Ok(ticks.ok_or("/proc/self/stat has another format")?.parse::<f64>()? / TICKS)
}
