//! The progress line of a running scan on standard error. It is erased before anything else is printed.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use terminal_size::{Width, terminal_size_of};

use super::args::{Common, When};
use crate::report::human::{counted, grouped, size};
use crate::source::{ProgressSnapshot, ScanControl};

/// The pause between two drawings of the line.
const REFRESH: Duration = Duration::from_millis(100);

/// A scan that ends sooner shows no line.
const DELAY: Duration = Duration::from_millis(300);

/// The remaining time is not shown earlier than this: it would be a guess.
const MIN_ELAPSED: Duration = Duration::from_secs(1);

/// The width in columns if standard error is not a terminal.
const DEFAULT_WIDTH: usize = 80;

/// Erases the line.
const ERASE: &str = "\r\x1b[K";

/// The progress line. Dropping it erases the line.
pub(crate) struct ProgressLine {
    ended: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl ProgressLine {
    /// Starts to show the line if `--progress` and the terminal ask for it.
    pub(crate) fn start(common: &Common, control: &Arc<ScanControl>) -> Option<Self> {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let delay = match common.progress {
            When::Always if !common.quiet => Duration::ZERO,
            When::Auto if !common.quiet && std::io::stderr().is_terminal() && !is_dumb => DELAY,
            _ => return None,
        };
        let ended = Arc::new((Mutex::new(false), Condvar::new()));
        let (control, watched) = (Arc::clone(control), Arc::clone(&ended));
        let thread =
            std::thread::Builder::new().spawn(move || draw_until_end(&control, &watched, delay)).ok();
        Some(Self { ended, thread })
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        *self.ended.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ended.1.notify_all();
        if let Some(thread) = self.thread.take() {
            // The thread only draws. If it panicked, the report is still written.
            let _ = thread.join();
        }
    }
}

/// Draws the line again and again until the end of the scan.
fn draw_until_end(control: &ScanControl, ended: &(Mutex<bool>, Condvar), delay: Duration) {
    let start = Instant::now();
    let draw = || {
        let width =
            terminal_size_of(std::io::stderr()).map_or(DEFAULT_WIDTH, |(Width(width), _)| width.into());
        let line =
            line(&control.progress.snapshot(), start.elapsed(), control.cancellation.is_requested(), width);
        // One write, so that no other output comes in between. If it fails, nobody can be informed.
        let _ = std::io::stderr().write_all(format!("{ERASE}{line}").as_bytes());
    };
    let mut is_drawn = delay.is_zero();
    if is_drawn {
        draw();
    }
    loop {
        let wait = if is_drawn { REFRESH } else { delay };
        let guard = ended.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (guard, _) =
            ended.1.wait_timeout_while(guard, wait, |ended| !*ended).unwrap_or_else(PoisonError::into_inner);
        if *guard {
            break;
        }
        drop(guard);
        draw();
        is_drawn = true;
    }
    if is_drawn {
        let _ = std::io::stderr().write_all(ERASE.as_bytes());
    }
}

/// Returns the longest version of the line that fits.
fn line(seen: &ProgressSnapshot, elapsed: Duration, is_ending: bool, width: usize) -> String {
    let secrets = counted(seen.values, "secret");
    // Some terminals wrap a line that fills the whole width.
    let fits = |line: &String| line.chars().count() < width;
    let lines = if is_ending {
        vec!["ending; interrupt again to end at once".to_owned(), "ending".to_owned()]
    } else if seen.is_tracing_provenance {
        vec![format!("following {secrets} through the history"), format!("following {secrets}")]
    } else if seen.expected == 0 {
        vec!["reading".to_owned()]
    } else {
        let (read, of, bytes) =
            (grouped(seen.objects.min(seen.expected)), grouped(seen.expected), size(seen.bytes));
        let percent = format!("{:.0} %", (seen.share * 100.0).floor());
        let left = remaining_time(seen.share, elapsed).map_or(String::new(), |left| format!(", {left} left"));
        vec![
            format!("{percent}, {read} of {of} read, {bytes}, {secrets} so far{left}"),
            format!("{percent}, {read} of {of}, {bytes}, {secrets}{left}"),
            format!("{percent}, {bytes}, {secrets}{left}"),
            format!("{percent}, {secrets}{left}"),
            percent,
        ]
    };
    lines.into_iter().find(fits).unwrap_or_default()
}

/// Returns the remaining time, if the rest takes as long per stored byte as the part that was read.
fn remaining_time(share: f64, elapsed: Duration) -> Option<String> {
    if elapsed < MIN_ELAPSED || share <= 0.0 {
        return None;
    }
    let left = Duration::try_from_secs_f64(elapsed.as_secs_f64() * (1.0 - share) / share).ok()?;
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    Some(match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN: ProgressSnapshot = ProgressSnapshot {
        objects: 412_338,
        expected: 849_014,
        bytes: 3_100_000_000,
        share: 0.4,
        values: 2,
        is_tracing_provenance: false,
    };

    #[test]
    fn the_line_is_cut_to_the_width() {
        let at = |width| line(&SEEN, Duration::from_secs(6), false, width);
        assert_eq!(at(80), "40 %, 412,338 of 849,014 read, 3.1 GB, 2 secrets so far, 0:09 left");
        assert_eq!(at(40), "40 %, 3.1 GB, 2 secrets, 0:09 left");
        assert_eq!((at(20), at(6), at(3)), ("40 %".into(), "40 %".into(), String::new()));
        for width in 0..100 {
            assert!(at(width).chars().count() < width.max(1));
        }
    }

    #[test]
    fn each_stage_has_its_line() {
        let said = |seen: &ProgressSnapshot, is_ending| line(seen, Duration::ZERO, is_ending, 80);
        assert_eq!(said(&ProgressSnapshot::default(), false), "reading");
        assert_eq!(said(&SEEN, false), "40 %, 412,338 of 849,014 read, 3.1 GB, 2 secrets so far");
        let telling = ProgressSnapshot { is_tracing_provenance: true, values: 1, ..SEEN };
        assert_eq!(said(&telling, false), "following 1 secret through the history");
        assert_eq!(said(&telling, true), "ending; interrupt again to end at once");
    }

    #[test]
    fn the_remaining_time_is_shown_after_a_second() {
        let left = |share, seconds| remaining_time(share, Duration::from_secs(seconds));
        assert_eq!((left(0.5, 0), left(0.0, 10)), (None, None));
        assert_eq!(left(0.5, 3700).as_deref(), Some("1:01:40"));
        assert_eq!(left(1.0, 60).as_deref(), Some("0:00"));
    }
}
