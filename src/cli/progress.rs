//! One line on standard error that says how far a scan is, while it runs. It is gone before anything else is
//! printed.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use terminal_size::{Width, terminal_size_of};

use crate::cli::args::{Common, When};
use crate::report::human::{counted, grouped, size};
use crate::source::{ProgressSnapshot, ScanControl};

/// How often the line is drawn.
const STEP: Duration = Duration::from_millis(100);

/// A scan that is done sooner shows none.
const DELAY: Duration = Duration::from_millis(300);

/// Before this the time left is not told: it would be a guess.
const GUESS: Duration = Duration::from_secs(1);

/// The width of what is no terminal.
const WIDTH: usize = 80;

/// Takes the line away.
const ERASE: &str = "\r\x1b[K";

/// The line, for as long as it lives.
pub(crate) struct Line {
    ended: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Line {
    /// Begins to show the line, where it is wanted.
    pub(crate) fn begin(common: &Common, control: &Arc<ScanControl>) -> Option<Self> {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let delay = match common.progress {
            When::Always if !common.quiet => Duration::ZERO,
            When::Auto if !common.quiet && std::io::stderr().is_terminal() && !is_dumb => DELAY,
            _ => return None,
        };
        let ended = Arc::new((Mutex::new(false), Condvar::new()));
        let (control, watched) = (Arc::clone(control), Arc::clone(&ended));
        let thread = std::thread::Builder::new().spawn(move || show(&control, &watched, delay)).ok();
        Some(Self { ended, thread })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        *self.ended.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ended.1.notify_all();
        if let Some(thread) = self.thread.take() {
            // It only draws; were it gone, the report would come all the same.
            let _ = thread.join();
        }
    }
}

/// Draws until the end.
fn show(control: &ScanControl, ended: &(Mutex<bool>, Condvar), delay: Duration) {
    let start = Instant::now();
    let draw = || {
        let width = terminal_size_of(std::io::stderr()).map_or(WIDTH, |(Width(width), _)| width.into());
        let line =
            line(&control.progress.snapshot(), start.elapsed(), control.cancellation.is_requested(), width);
        // One write, so that nothing comes between. There is nobody left to tell if it fails.
        let _ = std::io::stderr().write_all(format!("{ERASE}{line}").as_bytes());
    };
    let mut is_drawn = delay.is_zero();
    if is_drawn {
        draw();
    }
    loop {
        let wait = if is_drawn { STEP } else { delay };
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

/// The fullest line that fits.
fn line(seen: &ProgressSnapshot, elapsed: Duration, is_ending: bool, width: usize) -> String {
    let secrets = counted(seen.values, "secret");
    // What fills the whole width wraps in some terminals.
    let fits = |line: &String| line.chars().count() < width;
    let lines = if is_ending {
        vec!["ending; once more to end at once".to_owned(), "ending".to_owned()]
    } else if seen.is_tracing_provenance {
        vec![format!("following {secrets} through the history"), format!("following {secrets}")]
    } else if seen.expected == 0 {
        vec!["reading".to_owned()]
    } else {
        let (read, of, bytes) =
            (grouped(seen.objects.min(seen.expected)), grouped(seen.expected), size(seen.bytes));
        let percent = format!("{:.0} %", (seen.share * 100.0).floor());
        let left = left(seen.share, elapsed).map_or(String::new(), |left| format!(", {left} left"));
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

/// The time that is left if the rest takes as long for each stored byte as what was read.
fn left(share: f64, elapsed: Duration) -> Option<String> {
    if elapsed < GUESS || share <= 0.0 {
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
    fn the_line_says_what_fits() {
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
        assert_eq!(said(&telling, true), "ending; once more to end at once");
    }

    #[test]
    fn the_time_left_is_told_when_it_is_no_guess() {
        let left = |share, seconds| left(share, Duration::from_secs(seconds));
        assert_eq!((left(0.5, 0), left(0.0, 10)), (None, None));
        assert_eq!(left(0.5, 3700).as_deref(), Some("1:01:40"));
        assert_eq!(left(1.0, 60).as_deref(), Some("0:00"));
    }
}
