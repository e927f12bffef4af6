//! Standard input, read until its end or until the scan is cancelled. A second thread reads, because a signal does not
//! end a read that waits for a pipe.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::error::{CliError, IoError};
use crate::source::Cancellation;

/// The size of one read, in bytes.
const CHUNK: usize = 64 << 10;

/// The number of chunks that may wait in the channel.
const MAX_WAITING: usize = 16;

/// The time between two checks of the cancellation.
const CHECK_INTERVAL: Duration = Duration::from_millis(20);

/// A reader that a cancellation ends.
pub(crate) struct Input<'s> {
    chunks: Receiver<io::Result<Vec<u8>>>,
    current: io::Cursor<Vec<u8>>,
    cancellation: &'s Cancellation,
    /// The number of chunks that are still taken after a cancellation: they were read before it.
    remaining: usize,
}

impl<'s> Input<'s> {
    pub(crate) fn new(mut stream: impl Read + Send + 'static, cancellation: &'s Cancellation) -> Self {
        let (sender, chunks) = sync_channel(MAX_WAITING);
        std::thread::spawn(move || {
            loop {
                let mut chunk = vec![0; CHUNK];
                let read = match stream.read(&mut chunk) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    read => read,
                };
                let ends = !matches!(read, Ok(1..));
                let chunk = read.map(|length| {
                    chunk.truncate(length);
                    chunk
                });
                if sender.send(chunk).is_err() || ends {
                    return;
                }
            }
        });
        Self { chunks, current: io::Cursor::default(), cancellation, remaining: MAX_WAITING }
    }

    /// Returns the next chunk; an empty one at the end.
    pub(crate) fn next(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if self.cancellation.is_requested() {
                self.remaining = self.remaining.saturating_sub(1);
                let waiting = self.chunks.try_recv().ok().filter(|_| self.remaining > 0);
                return waiting.unwrap_or_else(|| Ok(Vec::new()));
            }
            match self.chunks.recv_timeout(CHECK_INTERVAL) {
                Ok(chunk) => return chunk,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
            }
        }
    }
}

impl Input<'_> {
    /// Returns the next chunk; an empty one at the end, and `None` if none comes within a time.
    pub(crate) fn next_within(&mut self, limit: Duration) -> io::Result<Option<Vec<u8>>> {
        let mut waited = Duration::ZERO;
        while !self.cancellation.is_requested() && waited < limit {
            match self.chunks.recv_timeout(CHECK_INTERVAL) {
                Ok(chunk) => return chunk.map(Some),
                Err(RecvTimeoutError::Timeout) => waited += CHECK_INTERVAL,
                Err(RecvTimeoutError::Disconnected) => return Ok(Some(Vec::new())),
            }
        }
        if self.cancellation.is_requested() { self.next().map(Some) } else { Ok(None) }
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.current.position() == self.current.get_ref().len() as u64 {
            self.current = io::Cursor::new(self.next()?);
        }
        self.current.read(buffer)
    }
}

/// Reads standard input to its end.
pub(crate) fn read_all(cancellation: &Cancellation) -> Result<Vec<u8>, CliError> {
    let mut text = Vec::new();
    Input::new(io::stdin(), cancellation).read_to_end(&mut text).map_err(IoError::ReadStdin)?;
    Ok(text)
}

/// Reads the first bytes of standard input, at most `limit`.
pub(crate) fn read_at_most(limit: usize, cancellation: &Cancellation) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let mut input = Input::new(io::stdin(), cancellation).take(limit as u64);
    input.read_to_end(&mut bytes).map_err(IoError::ReadStdin)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_to_its_end() {
        let bytes: Vec<u8> = (0..CHUNK * 40 + 7).map(|at| at.to_le_bytes()[0]).collect();
        let (cancellation, mut read) = (Cancellation::default(), Vec::new());
        Input::new(io::Cursor::new(bytes.clone()), &cancellation).read_to_end(&mut read).unwrap();
        assert!(read == bytes);
    }

    #[test]
    fn an_error_comes_after_the_bytes_before_it() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        let (cancellation, mut read) = (Cancellation::default(), Vec::new());
        let error =
            Input::new((&b"first"[..]).chain(Broken), &cancellation).read_to_end(&mut read).unwrap_err();
        assert_eq!((read.as_slice(), error.kind()), (&b"first"[..], io::ErrorKind::ConnectionReset));
    }

    #[test]
    fn a_cancellation_ends_an_endless_stream() {
        let cancellation = Cancellation::default();
        cancellation.request();
        let mut read = Vec::new();
        Input::new(io::repeat(b'y'), &cancellation).read_to_end(&mut read).unwrap();
        assert!(read.len() <= CHUNK * MAX_WAITING);
    }
}
