//! Running git for as long as a watcher allows: for commands that take minutes and write to the disk. What git has started
//! ends with it.

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use super::git_program::{StreamRead, read_in_background};

/// The pause between two questions to the watcher.
const PAUSE: Duration = Duration::from_millis(50);

/// The time that the streams of an ended program may stay open.
const STREAM_LIMIT: Duration = Duration::from_secs(5);

/// How a program ended.
#[derive(Debug)]
pub(crate) enum WatchedEnd<S> {
    /// By itself.
    Ended {
        status: ExitStatus,
        stdout: Vec<u8>,
        /// The last bytes of standard error.
        stderr: Vec<u8>,
    },
    /// The watcher ended it.
    Stopped(S),
}

/// Runs a program without input, in a process group of its own. `watch` is asked again and again whether to end it.
/// Standard output is kept up to `max_stdout` bytes, and the rest is dropped; of standard error the last 16 KiB are kept.
///
/// # Errors
/// The program cannot be started or waited for.
pub(crate) fn run_watched<S>(
    command: &mut Command,
    max_stdout: u64,
    watch: &mut dyn FnMut() -> Option<S>,
) -> io::Result<WatchedEnd<S>> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().map(|stream| read_in_background(stream, keep_first(max_stdout)));
    let stderr = child.stderr.take().map(|stream| read_in_background(stream, keep_last));
    let (stdout, stderr) = (stdout.transpose()?, stderr.transpose()?);
    let received = |stream: Option<Receiver<StreamRead>>| {
        let read = stream.and_then(|stream| stream.recv_timeout(STREAM_LIMIT).ok());
        read.map(|(bytes, _)| bytes).unwrap_or_default()
    };
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(WatchedEnd::Ended { status, stdout: received(stdout), stderr: received(stderr) });
        }
        if let Some(stop) = watch() {
            end_group(&mut child);
            return Ok(WatchedEnd::Stopped(stop));
        }
        thread::sleep(PAUSE);
    }
}

/// Ends a program and what it has started.
fn end_group(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        // It may have ended meanwhile.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// The most bytes of standard error that are kept.
const MAX_STDERR: usize = 16 << 10;

/// Keeps the first bytes of a stream, up to a number.
fn keep_first(max: u64) -> impl Fn(&mut Vec<u8>, &[u8]) + Send + 'static {
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    move |kept, read| kept.extend_from_slice(&read[..read.len().min(max.saturating_sub(kept.len()))])
}

/// Keeps the last bytes of a stream.
fn keep_last(kept: &mut Vec<u8>, read: &[u8]) {
    kept.extend_from_slice(read);
    if kept.len() > 2 * MAX_STDERR {
        kept.drain(..kept.len() - MAX_STDERR);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::Instant;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_start_of_the_output_and_the_end_of_the_errors_are_kept() {
        let script = "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; echo end >&2; exit 3";
        let end = run_watched(&mut shell(script), 1000, &mut || None::<()>).unwrap();
        let WatchedEnd::Ended { status, stdout, stderr } = end else { panic!("it ends by itself") };
        assert_eq!((status.code(), stdout.len()), (Some(3), 1000));
        assert!(stderr.ends_with(b"end\n") && stderr.len() < 40_000);
    }

    #[test]
    fn a_stop_ends_what_the_program_has_started_too() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let script = format!("(sleep 1; touch '{}') & sleep 100", mark.display());
        let start = Instant::now();
        let mut watch = || (start.elapsed() > Duration::from_millis(100)).then_some("stop");
        let end = run_watched(&mut shell(&script), 0, &mut watch).unwrap();
        assert!(matches!(end, WatchedEnd::Stopped("stop")));
        thread::sleep(Duration::from_millis(1500));
        assert!(!mark.exists());
    }
}
