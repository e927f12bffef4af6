//! The progress line of a running scan on standard error. It is erased before anything else is printed.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use terminal_size::{Width, terminal_size_of};

use super::args::{Common, When};
use crate::report::human::{counted, size};
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
    let mut remaining = RemainingTime::default();
    let mut draw = || {
        let width =
            terminal_size_of(std::io::stderr()).map_or(DEFAULT_WIDTH, |(Width(width), _)| width.into());
        let seen = control.progress.snapshot();
        let left = remaining.update(seen.share, start.elapsed());
        let line = line(&seen, left, control.cancellation.is_requested(), width);
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
fn line(seen: &ProgressSnapshot, left: Option<Duration>, is_ending: bool, width: usize) -> String {
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
        // Bytes, as in the summary: the number of objects is in no report.
        let bytes = size(seen.bytes);
        let percent = format!("{:.0} %", (seen.share * 100.0).floor());
        let left = left.map_or(String::new(), |left| format!(", {} left", clock_time(left)));
        vec![
            format!("{percent}, {bytes} read, {secrets} so far{left}"),
            format!("{percent}, {bytes}, {secrets}{left}"),
            format!("{percent}, {secrets}{left}"),
            percent,
        ]
    };
    lines.into_iter().find(fits).unwrap_or_default()
}

/// The remaining time, as the line shows it: it counts down, and jumps only if it is clearly wrong.
#[derive(Debug, Default)]
struct RemainingTime {
    /// The time at which the scan ends, in seconds since its start, as it was last estimated.
    end: Option<f64>,
}

impl RemainingTime {
    /// The share of the remaining time by which a new estimate has to differ before it replaces the last one.
    const TOLERANCE: f64 = 0.25;

    /// Returns the remaining time. The estimate is that the rest takes as long per stored byte as the part that was read.
    fn update(&mut self, share: f64, elapsed: Duration) -> Option<Duration> {
        if elapsed < MIN_ELAPSED || share <= 0.0 {
            return None;
        }
        let now = elapsed.as_secs_f64();
        let estimate = now / share;
        let left = estimate - now;
        let is_wrong = |end: &f64| (end - estimate).abs() > (left * Self::TOLERANCE).max(1.0) || *end < now;
        let end = *self.end.get_or_insert(estimate);
        let end = if is_wrong(&end) { estimate } else { end };
        self.end = Some(end);
        Duration::try_from_secs_f64((end - now).max(0.0)).ok()
    }
}

/// Returns a duration as `minutes:seconds`, rounded up.
fn clock_time(left: Duration) -> String {
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
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
        let at = |width| line(&SEEN, Some(Duration::from_secs(9)), false, width);
        assert_eq!(at(80), "40 %, 3.1 GB read, 2 secrets so far, 0:09 left");
        assert_eq!(at(40), "40 %, 3.1 GB, 2 secrets, 0:09 left");
        assert_eq!((at(20), at(6), at(3)), ("40 %".into(), "40 %".into(), String::new()));
        for width in 0..100 {
            assert!(at(width).chars().count() < width.max(1));
        }
    }

    #[test]
    fn each_stage_has_its_line() {
        let said = |seen: &ProgressSnapshot, is_ending| line(seen, None, is_ending, 80);
        assert_eq!(said(&ProgressSnapshot::default(), false), "reading");
        assert_eq!(said(&SEEN, false), "40 %, 3.1 GB read, 2 secrets so far");
        let telling = ProgressSnapshot { is_tracing_provenance: true, values: 1, ..SEEN };
        assert_eq!(said(&telling, false), "following 1 secret through the history");
        assert_eq!(said(&telling, true), "ending; interrupt again to end at once");
    }

    #[test]
    fn the_remaining_time_is_shown_after_a_second() {
        let left = |share, seconds| RemainingTime::default().update(share, Duration::from_secs(seconds));
        assert_eq!((left(0.5, 0), left(0.0, 10)), (None, None));
        assert_eq!(left(0.5, 3700).map(clock_time).as_deref(), Some("1:01:40"));
        assert_eq!(left(1.0, 60).map(clock_time).as_deref(), Some("0:00"));
    }

    #[test]
    fn the_remaining_time_counts_down_while_the_speed_varies_a_little() {
        let mut remaining = RemainingTime::default();
        let mut shown = Vec::new();
        for tenth in 10..=200_u32 {
            let seconds = f64::from(tenth) / 10.0;
            // A scan of 20 seconds on a machine with other work: ten percent slower and faster in turns.
            let share = seconds / 20.0 * if tenth % 20 < 10 { 0.92 } else { 1.0 };
            shown.extend(remaining.update(share, Duration::from_secs_f64(seconds)));
        }
        assert!(shown.len() > 180);
        assert!(shown.windows(2).all(|two| two[1] <= two[0] + Duration::from_secs(2)), "{shown:?}");
        let rises = shown.windows(2).filter(|two| two[1] > two[0]).count();
        assert!(rises <= 4, "{rises}: {shown:?}");
    }

    #[test]
    fn a_wrong_estimate_is_replaced() {
        let mut remaining = RemainingTime::default();
        let mut at =
            |share, seconds| remaining.update(share, Duration::from_secs(seconds)).unwrap().as_secs();
        assert_eq!(at(0.5, 10), 10);
        assert_eq!(at(0.55, 11), 9);
        // The scan stands still.
        assert_eq!(at(0.55, 30), 24);
    }
}
