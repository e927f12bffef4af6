//! One run of a program: time and memory from `/proc`.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The costs of one run.
pub(crate) struct Sample {
    /// Seconds.
    pub(crate) wall: f64,
    /// Seconds of processor time, of the program and its children.
    pub(crate) user: f64,
    /// The highest memory use in MB, of the program and its children, with mapped files.
    pub(crate) peak: f64,
    /// The same without files.
    pub(crate) anonymous: f64,
    /// Whether it reported that it did not read everything.
    pub(crate) gave_up: bool,
    /// Its exit status.
    pub(crate) exit: String,
}

/// The interval of memory samples. For processes that live shorter, `VmHWM` is used.
const STEP: Duration = Duration::from_millis(4);

/// The unit of times in `/proc`, the same on all Linux machines.
const TICKS: f64 = 100.0;

/// Messages of scanners that gave up before the end, as git does if an object is missing. Their times mean nothing.
const GAVE_UP: [&str; 3] = ["incomplete scan", "partial scan", "failed to scan"];

/// Runs a command, with standard error in the file `messages`.
pub(crate) fn run(command: &mut Command, messages: &Path) -> Result<Sample, Box<dyn Error>> {
    let before = user_of_children()?;
    let start = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(messages)?).spawn()?;
    let (id, is_done) = (child.id(), AtomicBool::new(false));
    let (status, wall, memory) = thread::scope(|scope| {
        let watch = scope.spawn(|| watch(id, &is_done));
        let status = child.wait();
        let wall = start.elapsed().as_secs_f64();
        is_done.store(true, Ordering::Relaxed);
        (status, wall, watch.join().unwrap_or_default())
    });
    let exit = status?.code().map_or_else(|| "signal".to_owned(), |code| code.to_string());
    let messages = fs::read(messages)?;
    let messages = String::from_utf8_lossy(&messages);
    let gave_up = GAVE_UP.iter().any(|words| messages.contains(words));
    Ok(Sample {
        wall,
        user: user_of_children()? - before,
        peak: memory.peak,
        anonymous: memory.anonymous,
        gave_up,
        exit,
    })
}

#[derive(Default)]
struct Memory {
    peak: f64,
    anonymous: f64,
}

fn watch(id: u32, is_done: &AtomicBool) -> Memory {
    let mut most = Memory::default();
    while !is_done.load(Ordering::Relaxed) {
        let (mut now, mut anonymous) = (0.0, 0.0);
        let mut work = vec![id.to_string()];
        while let Some(process) = work.pop() {
            let status = status(&process);
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

/// Returns the sizes in a process's status, in MB; empty if the process has ended.
fn status(process: &str) -> HashMap<String, f64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let sizes = text.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let kilobytes: f64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
        Some((name.to_owned(), kilobytes / 1024.0))
    });
    sizes.collect()
}

/// Returns the time of all ended children, in seconds.
fn user_of_children() -> Result<f64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/self/stat")?;
    // The name in parentheses may contain anything; the time is the 13th field after it.
    let ticks = text.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(13));
    Ok(ticks.ok_or("/proc/self/stat is of another form")?.parse::<f64>()? / TICKS)
}
