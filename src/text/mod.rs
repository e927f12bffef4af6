//! Places in text and safe ways to show untrusted text. Knows nothing of rules, findings or git.

mod copied;
mod escape;
mod position;

pub use copied::{Copied, between, without_seams};
pub use escape::{no_command, percent, terminal};
pub use position::{LineCursor, Position, line_around};
