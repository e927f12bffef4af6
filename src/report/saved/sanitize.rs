//! Numbers and text of a saved report, which may come from anywhere, made safe to use.

use crate::text::escape_terminal;

/// The largest number of a line, a column, a byte or a count. No file comes near, and sums of such numbers fit.
const MAX_NUMBER: u64 = 1 << 40;

pub(super) fn number(number: u64) -> usize {
    usize::try_from(number.min(MAX_NUMBER)).unwrap_or(usize::MAX >> 1)
}

/// Makes text safe to show. Text that skant wrote is safe already and stays as it is.
pub(super) fn text(text: &str) -> String {
    escape_terminal(text.as_bytes())
}

pub(super) fn texts(list: &[String]) -> Vec<String> {
    list.iter().map(|line| text(line)).collect()
}
