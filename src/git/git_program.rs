//! Where git is, and running it with a time limit.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use std::{env, thread};

use super::files::is_executable;

/// Time limit for one run of git. Its answers take milliseconds; the limit ends a git that waits for something.
pub(crate) const GIT_TIME_LIMIT: Duration = Duration::from_secs(60);

/// Time between two questions whether a process has ended: it doubles from the first to the last. A process that has
/// closed its streams usually ends at once.
const POLL: (Duration, Duration) = (Duration::from_micros(50), Duration::from_millis(5));

/// Prepares a program of [`find_program`]. Neither does it search programs in relative folders of the PATH, and its
/// messages are not translated.
///
/// # Errors
/// Returns an error if no folder holds the program.
pub(crate) fn prepare_program(name: &OsStr) -> io::Result<Command> {
    let mut command = Command::new(find_program(name)?);
    let path = env::var_os("PATH").unwrap_or_default();
    command.env("PATH", env::join_paths(absolute_folders(&path)).unwrap_or_default()).env("LC_ALL", "C");
    Ok(command)
}

/// Returns the path of a program. A name is searched in the absolute folders of the PATH only: a relative one, such as
/// `.`, may lead into the scanned repository.
///
/// # Errors
/// Returns an error if no folder holds the program.
fn find_program(name: &OsStr) -> io::Result<PathBuf> {
    if Path::new(name).components().count() > 1 {
        return Ok(name.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let file = Path::new(name).with_extension(env::consts::EXE_EXTENSION);
    let mut candidates = absolute_folders(&path).map(|folder| folder.join(&file));
    candidates.find(|file| is_executable(file)).ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn absolute_folders(path: &OsStr) -> impl Iterator<Item = PathBuf> {
    env::split_paths(path).filter(|folder| folder.is_absolute())
}

/// The output of a program.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

/// Runs a program without input. A program that takes longer than `limit` is ended.
///
/// # Errors
/// Returns an error if the program cannot be started or read, and one of the kind `TimedOut` if it was ended.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> io::Result<Answer> {
    let end = Instant::now() + limit;
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let answer = read_answer(&mut child, end);
    if answer.is_err() {
        // It may have ended meanwhile.
        let _ = child.kill();
        let _ = child.wait();
    }
    answer
}

fn read_answer(child: &mut Child, end: Instant) -> io::Result<Answer> {
    let stdout = child.stdout.take().map(|stream| read_in_background(stream, keep_all)).transpose()?;
    let stderr = child.stderr.take().map(|stream| read_in_background(stream, keep_all)).transpose()?;
    let stdout = stdout.map(|bytes| receive(&bytes, end)).transpose()?.unwrap_or_default();
    let stderr = stderr.map(|bytes| receive(&bytes, end)).transpose()?.unwrap_or_default();
    let mut pause = POLL.0;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Answer { status, stdout, stderr });
        }
        if Instant::now() >= end {
            return Err(io::ErrorKind::TimedOut.into());
        }
        thread::sleep(pause);
        pause = (2 * pause).min(POLL.1);
    }
}

/// What was read of a stream, and how that ended.
pub(super) type StreamRead = (Vec<u8>, io::Result<()>);

/// Reads a stream to its end in another thread, in which `keep` adds what is to be kept of each part. The thread is never
/// waited for: a program that the child has started may keep the stream open.
pub(super) fn read_in_background(
    mut stream: impl Read + Send + 'static,
    keep: impl Fn(&mut Vec<u8>, &[u8]) + Send + 'static,
) -> io::Result<Receiver<StreamRead>> {
    let (sender, receiver) = channel();
    thread::Builder::new().spawn(move || {
        let (mut kept, mut buffer) = (Vec::new(), vec![0; 16 << 10]);
        let end = loop {
            match stream.read(&mut buffer) {
                Ok(0) => break Ok(()),
                Ok(count) => keep(&mut kept, &buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        // Nobody receives after the time limit.
        let _ = sender.send((kept, end));
    })?;
    Ok(receiver)
}

fn keep_all(kept: &mut Vec<u8>, read: &[u8]) {
    kept.extend_from_slice(read);
}

fn receive(stream: &Receiver<StreamRead>, end: Instant) -> io::Result<Vec<u8>> {
    match stream.recv_timeout(end.saturating_duration_since(Instant::now())) {
        Ok((bytes, read)) => read.map(|()| bytes),
        Err(RecvTimeoutError::Timeout) => Err(io::ErrorKind::TimedOut.into()),
        Err(RecvTimeoutError::Disconnected) => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_streams_and_the_exit_code_are_returned() {
        let script = "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; exit 3";
        let answer = run_within(&mut shell(script), Duration::from_secs(60)).unwrap();
        assert_eq!((answer.stdout.len(), answer.stderr.len()), (300_000, 300_000));
        assert_eq!(answer.status.code(), Some(3));
    }

    #[test]
    fn a_program_that_waits_is_ended() {
        // The second keeps its streams open in another process, the third closes them and stays.
        for script in ["sleep 100", "sleep 100 & exit 0", "exec sleep 100 >&- 2>&-"] {
            let before = Instant::now();
            let error = run_within(&mut shell(script), Duration::from_millis(300)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{script}");
            assert!(before.elapsed() < Duration::from_secs(30), "{script}");
        }
    }

    #[test]
    fn relative_folders_are_not_searched() {
        let path = OsStr::new(".:/a:bin::/b/c:../d");
        let folders: Vec<PathBuf> = absolute_folders(path).collect();
        assert_eq!(folders, [Path::new("/a"), Path::new("/b/c")]);
        assert!(find_program(OsStr::new("sh")).unwrap().is_absolute());
        assert_eq!(find_program(OsStr::new("./x")).unwrap(), Path::new("./x"));
        assert!(find_program(OsStr::new("no-program-of-this-name")).is_err());
    }
}
