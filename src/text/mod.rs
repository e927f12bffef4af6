//! Places in text and safe ways to show untrusted text. Knows nothing of rules, findings or git.

mod escape;
mod position;

pub use escape::{percent, terminal};
pub use position::{LineCursor, Position, line_around};
