//! One run of a program: time and memory from `/proc`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Done;

/// The costs of one run.
pub struct Sample {
    /// Seconds.
    pub wall: f64,
    /// Seconds of processor time, of the program and its children.
    pub user: f64,
    /// The same in the kernel.
    pub system: f64,
    /// The highest memory use in MB, of the program and its children, with mapped files.
    pub peak: f64,
    /// The same without files.
    pub anonymous: f64,
    /// Whether it said that it did not read everything.
    pub gave_up: bool,
    /// Its exit code; `None` after a signal.
    pub code: Option<i32>,
}

impl Sample {
    /// Returns the exit code as text.
    pub fn exit(&self) -> String {
        self.code.map_or_else(|| "signal".to_owned(), |code| code.to_string())
    }
}

/// The interval of memory samples, at first and after [`BEGINNING`]. For processes that live shorter, `VmHWM` is used.
const STEPS: [Duration; 2] = [Duration::from_micros(500), Duration::from_millis(4)];
const BEGINNING: Duration = Duration::from_millis(50);

/// The unit of times in `/proc`, the same on all Linux machines.
const TICKS: f64 = 100.0;

/// Messages of scanners that gave up before the end, as git does if an object is missing. Their times mean nothing.
const GAVE_UP: [&str; 4] = ["incomplete scan", "partial scan", "failed to scan", "Error enumerating input"];

/// Runs a command, with standard output in the file `output`, or ignored, and standard error in the file `messages`.
pub fn run(command: &mut Command, output: Option<&Path>, messages: &Path) -> Done<Sample> {
    let output = output.map_or_else(|| Ok(Stdio::null()), |path| fs::File::create(path).map(Stdio::from))?;
    let before = times_of_children()?;
    let start = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(output).stderr(fs::File::create(messages)?).spawn()?;
    let (id, is_done) = (child.id(), AtomicBool::new(false));
    let (status, wall, memory) = thread::scope(|scope| {
        let watch = scope.spawn(|| watch(id, &is_done));
        let status = child.wait();
        let wall = start.elapsed().as_secs_f64();
        is_done.store(true, Ordering::Relaxed);
        (status, wall, watch.join().unwrap_or_default())
    });
    let code = status?.code();
    let messages = fs::read(messages)?;
    let messages = String::from_utf8_lossy(&messages);
    let after = times_of_children()?;
    Ok(Sample {
        wall,
        user: after.0 - before.0,
        system: after.1 - before.1,
        peak: memory.peak,
        anonymous: memory.anonymous,
        gave_up: GAVE_UP.iter().any(|words| messages.contains(words)),
        code,
    })
}

/// Returns the median of a figure over runs; NaN without a run.
pub fn median(samples: &[Sample], of: fn(&Sample) -> f64) -> f64 {
    let mut values: Vec<f64> = samples.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[derive(Default)]
struct Memory {
    peak: f64,
    anonymous: f64,
}

fn watch(id: u32, is_done: &AtomicBool) -> Memory {
    let mut most = Memory::default();
    let start = Instant::now();
    while !is_done.load(Ordering::Relaxed) {
        let (mut now, mut anonymous) = (0.0, 0.0);
        let mut work = vec![id.to_string()];
        while let Some(process) = work.pop() {
            let status = status(&process);
            let field = |name: &str| status.get(name).copied().unwrap_or(0.0);
            now += field("VmRSS");
            anonymous += field("RssAnon");
            most.peak = most.peak.max(field("VmHWM"));
            work.extend(children(&process));
        }
        most.peak = most.peak.max(now);
        most.anonymous = most.anonymous.max(anonymous);
        thread::sleep(STEPS[usize::from(start.elapsed() > BEGINNING)]);
    }
    most
}

/// Returns the children of all threads of a process: any of them may have started a program.
fn children(process: &str) -> Vec<String> {
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    let lists = threads.into_iter().flatten().flatten().map(|thread| thread.path().join("children"));
    let ids = lists.map(|list| fs::read_to_string(list).unwrap_or_default());
    ids.flat_map(|ids| ids.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
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

/// Returns the times of all ended children, outside of the kernel and in it, in seconds.
fn times_of_children() -> Done<(f64, f64)> {
    let text = fs::read_to_string("/proc/self/stat")?;
    // The name in parentheses may contain anything; the times are the 14th and the 15th field after it.
    let rest = text.rsplit(')').next().unwrap_or_default();
    let mut ticks = rest.split_whitespace().skip(13);
    let mut next = || -> Done<f64> {
        let ticks = ticks.next().ok_or("/proc/self/stat is of another form")?;
        Ok(ticks.parse::<f64>()? / TICKS)
    };
    Ok((next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(wall: f64) -> Sample {
        Sample { wall, user: 0.0, system: 0.0, peak: 0.0, anonymous: 0.0, gave_up: false, code: Some(0) }
    }

    #[test]
    fn the_median_is_that_of_the_sorted_values() {
        let samples = [3.0, 1.0, 2.0].map(sample);
        assert_eq!(median(&samples, |sample| sample.wall).to_bits(), 2.0_f64.to_bits());
        assert!(median(&[], |sample| sample.wall).is_nan());
    }
}
