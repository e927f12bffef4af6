//! Standard input, read until its end or until the user wants the scan to end: a read that waits for a pipe is
//! not ended by a signal.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::source::Cancellation;

/// What is read at once.
const CHUNK: usize = 64 << 10;

/// Chunks that may wait to be taken.
const WAITING: usize = 16;

/// How often it is looked whether the end was asked for.
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) struct Input<'s> {
    chunks: Receiver<io::Result<Vec<u8>>>,
    current: io::Cursor<Vec<u8>>,
    cancellation: &'s Cancellation,
    /// Chunks that are still taken once the end was asked for: what had been read by then.
    rest: usize,
}

impl<'s> Input<'s> {
    pub(crate) fn of(mut stream: impl Read + Send + 'static, cancellation: &'s Cancellation) -> Self {
        let (sender, chunks) = sync_channel(WAITING);
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
        Self { chunks, current: io::Cursor::default(), cancellation, rest: WAITING }
    }

    /// The next chunk; an empty one at the end.
    fn next(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if self.cancellation.is_requested() {
                self.rest = self.rest.saturating_sub(1);
                let waiting = self.chunks.try_recv().ok().filter(|_| self.rest > 0);
                return waiting.unwrap_or_else(|| Ok(Vec::new()));
            }
            match self.chunks.recv_timeout(PAUSE) {
                Ok(chunk) => return chunk,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_a_stream_is_read() {
        let bytes: Vec<u8> = (0..CHUNK * 40 + 7).map(|at| at.to_le_bytes()[0]).collect();
        let (cancellation, mut read) = (Cancellation::default(), Vec::new());
        Input::of(io::Cursor::new(bytes.clone()), &cancellation).read_to_end(&mut read).unwrap();
        assert!(read == bytes);
    }

    #[test]
    fn an_error_is_told_after_what_was_read() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        let (cancellation, mut read) = (Cancellation::default(), Vec::new());
        let error =
            Input::of((&b"first"[..]).chain(Broken), &cancellation).read_to_end(&mut read).unwrap_err();
        assert_eq!((read.as_slice(), error.kind()), (&b"first"[..], io::ErrorKind::ConnectionReset));
    }

    #[test]
    fn an_endless_stream_ends_when_that_is_asked_for() {
        let cancellation = Cancellation::default();
        cancellation.request();
        let mut read = Vec::new();
        Input::of(io::repeat(b'y'), &cancellation).read_to_end(&mut read).unwrap();
        assert!(read.len() <= CHUNK * WAITING);
    }
}
