//! The speed of the detector on one core: `cargo bench --bench search -- PATH…`.
//!
//! All files below the paths are read into memory. Then a literal search and the detector with all its rules run over
//! them in turn, several times. The table shows medians, and ratios to the literal search, which carry over to other
//! machines better than times do.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints")]

use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use skant::detect::Detector;
use skant::rules::RuleSet;

const USAGE: &str = "\
usage: cargo bench --bench search -- [--runs N] [--worst] [PATH…]

  PATH      files and folders, all of which are read; two copies of git's history are not needed
  --runs N  runs of each search, in turn (5)
  --worst   texts of 100 MB instead that are all anchors, or all base64";

/// A limit on the bytes that are read.
const MAX_BYTES: usize = 400 << 20;

/// Repetitions of the literal search for one measurement.
const REPEAT: u32 = 20;

fn main() -> ExitCode {
    // cargo passes `--bench`.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (mut runs, mut worst, mut paths) = (5, false, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--runs" => runs = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(runs),
            "--worst" => worst = true,
            path if !path.starts_with('-') => paths.push(PathBuf::from(path)),
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    if worst {
        for (name, texts) in worst_cases() {
            row(name, &texts, runs);
        }
    } else if paths.is_empty() {
        eprintln!("{USAGE}");
    } else {
        for path in paths {
            row(&path.display().to_string(), &read(path.clone()), runs);
        }
    }
    ExitCode::SUCCESS
}

/// Measures one set of texts and prints a line.
fn row(name: &str, texts: &[Vec<u8>], runs: usize) {
    let detector = Detector::new(RuleSet::builtin());
    let literal = ["sk-", "ant-"].concat();
    let finder = memchr::memmem::Finder::new(literal.as_bytes());
    let (mut searched, mut detected, mut found) = (Vec::new(), Vec::new(), 0);
    for _ in 0..=runs {
        // Repeated, since the system's clock advances in steps of some milliseconds.
        let all = || texts.iter().map(|text| finder.find_iter(text).count()).sum::<usize>();
        searched.push(timed(|| (0..REPEAT).map(|_| all()).sum()).0 / REPEAT);
        let (time, count) =
            timed(|| texts.iter().map(|text| detector.find_evidence(text).len()).sum::<usize>());
        detected.push(time);
        found = count;
    }
    let size = texts.iter().map(Vec::len).sum::<usize>();
    let (searched, detected) = (median(searched), median(detected));
    println!(
        "{name}: {} files, {} MB, {found} candidates; memmem {:.2} GB/s, detector {:.3} GB/s, 1/{:.1} of memmem",
        texts.len(),
        size / 1_000_000,
        speed(size, searched),
        speed(size, detected),
        detected.as_secs_f64() / searched.as_secs_f64(),
    );
}

fn timed(work: impl FnOnce() -> usize) -> (Duration, usize) {
    let start = (Instant::now(), processor_time());
    let found = black_box(work());
    let time = processor_time().zip(start.1).map(|(end, start)| end.saturating_sub(start));
    (time.unwrap_or_else(|| start.0.elapsed()), found)
}

/// Returns the processor time of this thread, if the system has it: other programs do not count in it.
fn processor_time() -> Option<Duration> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    statistics.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Returns the median of all but the first run, which warms the caches and compiles expressions.
fn median(mut times: Vec<Duration>) -> Duration {
    times.remove(0);
    times.sort_unstable();
    times[times.len() / 2]
}

/// Returns gigabytes (10⁹ bytes) per second.
#[expect(clippy::cast_precision_loss, reason = "it is printed with three digits")]
fn speed(size: usize, time: Duration) -> f64 {
    size as f64 / 1e9 / time.as_secs_f64()
}

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

/// Returns texts in which every byte passes the byte filter.
fn worst_cases() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let filled = |piece: &str| vec![piece.as_bytes().iter().copied().cycle().take(100 << 20).collect()];
    let mut state = 1_u64;
    let characters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let base64 = std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        characters[(state >> 58) as usize]
    });
    vec![
        ("a", filled("a")),
        ("password=", filled("password=")),
        ("lines of password=", filled(&["password=".repeat(7), "\n".to_owned()].concat())),
        ("the beginning of a key", filled(&["sk-", "ant-"].concat())),
        ("base64 of random bytes", vec![base64.take(100 << 20).collect()]),
    ]
}
