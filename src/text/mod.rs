//! Places in text, fast looks for them, and safe ways to show untrusted text. Knows nothing of rules, findings or git.

mod copied;
mod escape;
mod position;
pub mod sieve;

pub use copied::{Copied, between, long_ones};
pub use escape::{no_command, percent, terminal};
pub use position::{LineCursor, Position, line_around};
