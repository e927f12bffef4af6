//! Single keys from a terminal. The terminal is as before when the value is dropped.

use std::io::{self, IsTerminal as _};

use crate::source::ScanControl;

/// The byte that begins an escape sequence.
#[cfg(unix)]
const ESCAPE: u8 = 27;

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Character(char),
    /// Ctrl-C, Ctrl-D, or the end of the terminal.
    End,
}

/// A terminal that passes on each key at once, without showing it.
pub(crate) struct KeyInput {
    #[cfg(unix)]
    before: rustix::termios::Termios,
}

impl KeyInput {
    /// Opens standard input.
    ///
    /// # Errors
    /// Standard input is no terminal, or the terminal refuses.
    #[cfg(unix)]
    pub(crate) fn open() -> io::Result<Self> {
        use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return Err(io::Error::other("standard input is no terminal"));
        }
        let before = tcgetattr(&stdin)?;
        let mut now = before.clone();
        now.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
        // A read ends after a fifth of a second, so that a signal is noticed.
        now.special_codes[SpecialCodeIndex::VMIN] = 0;
        now.special_codes[SpecialCodeIndex::VTIME] = 2;
        tcsetattr(&stdin, OptionalActions::Now, &now)?;
        Ok(Self { before })
    }

    /// Opens standard input; this system has no such terminals.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(unix))]
    pub(crate) fn open() -> io::Result<Self> {
        let _ = io::stdin().is_terminal();
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Waits for a key. A signal to end the program is [`Key::End`].
    #[cfg(unix)]
    #[expect(clippy::unused_self, reason = "keys are read only while the terminal has these settings")]
    pub(crate) fn read(&mut self, control: &ScanControl) -> Key {
        let mut byte = [0];
        loop {
            if control.cancellation.is_requested() {
                return Key::End;
            }
            match rustix::io::read(io::stdin(), &mut byte) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                // An arrow, or what a terminal says of itself: no key of an answer is in it.
                Ok(_) if byte[0] == ESCAPE => {
                    while matches!(rustix::io::read(io::stdin(), &mut byte), Ok(1..)) {}
                }
                Ok(_) => break,
                Err(_) => return Key::End,
            }
        }
        match byte[0] {
            3 | 4 => Key::End,
            byte => Key::Character(char::from(byte)),
        }
    }

    /// Waits for a key; never called without a terminal.
    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "as on other systems")]
    pub(crate) fn read(&mut self, control: &ScanControl) -> Key {
        let _ = control.cancellation.is_requested();
        Key::End
    }
}

#[cfg(unix)]
impl Drop for KeyInput {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // A terminal that is gone needs no settings.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}
