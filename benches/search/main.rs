//! Measures how fast text is scanned on one core: `cargo bench --bench search -- PATH…`.
//!
//! All files below the paths are read into memory first. Then a literal search and the detector with all its rules scan
//! them in turn, several times. The output shows medians, and ratios to the literal search, since absolute times say
//! little about another machine.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints")]

use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use skant::internal::detect::Detector;
use skant::internal::rules::RuleSet;

const USAGE: &str = "\
usage: cargo bench --bench search -- [--runs N] [--worst] [--only WORD] [--size N] [PATH…]

  PATH         files and folders; all files in them are read
  --runs N     the number of measured runs of each search (default: 5)
  --worst      scan generated texts that consist of anchors, or of base64
  --only WORD  of these, scan those with WORD in their name
  --size N     the size of each of them in MiB (default: 100)";

/// The maximum number of bytes that are read from a path.
const MAX_BYTES: usize = 400 << 20;

/// The number of literal searches in one measurement. The system counts processor time in steps of some milliseconds.
const REPEAT: u32 = 20;

fn main() -> ExitCode {
    // cargo passes `--bench`.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (mut runs, mut worst, mut only, mut size, mut paths) = (5, false, String::new(), 100, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--runs" => runs = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(runs),
            "--size" => size = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(size),
            "--only" => only = arguments.next().unwrap_or_default(),
            "--worst" => worst = true,
            path if !path.starts_with('-') => paths.push(PathBuf::from(path)),
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    if worst {
        for (name, piece) in worst_cases().into_iter().filter(|(name, _)| name.contains(&only)) {
            let text = piece.iter().copied().cycle().take(size << 20).collect();
            measure(name, &[text], runs);
        }
    } else if paths.is_empty() {
        eprintln!("{USAGE}");
    } else {
        for path in paths {
            measure(&path.display().to_string(), &read(path.clone()), runs);
        }
    }
    ExitCode::SUCCESS
}

/// Measures the scan of some texts and prints the result.
fn measure(name: &str, texts: &[Vec<u8>], runs: usize) {
    let detector = Detector::new(RuleSet::builtin());
    let literal = ["sk-", "ant-"].concat();
    let finder = memchr::memmem::Finder::new(literal.as_bytes());
    let (mut literal_times, mut scan_times, mut found) = (Vec::new(), Vec::new(), 0);
    for _ in 0..=runs {
        let all = || texts.iter().map(|text| finder.find_iter(text).count()).sum::<usize>();
        literal_times.push(timed(|| (0..REPEAT).map(|_| all()).sum()).0 / REPEAT);
        let (time, count) =
            timed(|| texts.iter().map(|text| detector.find_evidence(text).len()).sum::<usize>());
        scan_times.push(time);
        found = count;
    }
    let size = texts.iter().map(Vec::len).sum::<usize>();
    let (literal_time, scan_time) = (median(literal_times), median(scan_times));
    println!(
        "{name}: {} files, {} MB, {found} candidates; memmem {:.2} GB/s, detector {:.3} GB/s, 1/{:.1} of memmem",
        texts.len(),
        size / 1_000_000,
        speed(size, literal_time),
        speed(size, scan_time),
        scan_time.as_secs_f64() / literal_time.as_secs_f64(),
    );
}

/// Runs `work` and returns its processor time, or its wall-clock time where the system does not report the former.
fn timed(work: impl FnOnce() -> usize) -> (Duration, usize) {
    let start = (Instant::now(), processor_time());
    let found = black_box(work());
    let time = processor_time().zip(start.1).map(|(end, start)| end.saturating_sub(start));
    (time.unwrap_or_else(|| start.0.elapsed()), found)
}

/// Returns the processor time of this thread. Unlike the wall clock, it does not count other programs.
fn processor_time() -> Option<Duration> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    statistics.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Returns the median of all times but the first, which includes warming the caches and compiling expressions.
fn median(mut times: Vec<Duration>) -> Duration {
    times.remove(0);
    times.sort_unstable();
    times[times.len() / 2]
}

/// Returns a speed in gigabytes (10⁹ bytes) per second.
#[expect(clippy::cast_precision_loss, reason = "the result is printed with three digits")]
fn speed(size: usize, time: Duration) -> f64 {
    size as f64 / 1e9 / time.as_secs_f64()
}

/// Reads all files below a path.
fn read(path: PathBuf) -> Vec<Vec<u8>> {
    let (mut folders, mut texts, mut size) = (vec![path], Vec::new(), 0);
    while let Some(path) = folders.pop() {
        if let Ok(entries) = std::fs::read_dir(&path) {
            folders.extend(entries.flatten().map(|entry| entry.path()).filter(|path| !path.is_symlink()));
        } else if let Ok(text) = std::fs::read(&path) {
            size += text.len();
            if size > MAX_BYTES {
                break;
            }
            texts.push(text);
        }
    }
    texts
}

/// Generates the pieces of texts in which the prefilter marks as many positions as possible.
fn worst_cases() -> Vec<(&'static str, Vec<u8>)> {
    let mut state = 1_u64;
    let characters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let base64 = std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        characters[(state >> 58) as usize]
    });
    vec![
        ("a", b"a".to_vec()),
        ("password=", b"password=".to_vec()),
        ("lines of password=", ["password=".repeat(7), "\n".to_owned()].concat().into_bytes()),
        ("the beginning of a key", ["sk-", "ant-"].concat().into_bytes()),
        ("base64 of random bytes", base64.take(100 << 20).collect()),
    ]
}
