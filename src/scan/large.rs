//! Texts too large to be searched at once are searched in overlapping windows. Evidence is local, so the
//! windows give what the whole would give; lines and columns are carried over.

use crate::detect::{Detector, Evidence};
use crate::text::Position;

/// Larger texts are searched in windows of this size, 32 MiB.
const WINDOW: usize = 32 << 20;

/// How far windows overlap: no rule reaches further than half of it.
const OVERLAP: usize = 64 << 10;

/// All evidence in a text of any size.
pub(super) fn scan(detector: &Detector, text: &[u8]) -> Vec<Evidence> {
    windows(detector, text, WINDOW, OVERLAP)
}

fn windows(detector: &Detector, text: &[u8], window: usize, overlap: usize) -> Vec<Evidence> {
    if text.len() <= window + overlap {
        return detector.scan(text);
    }
    let mut found: Vec<Evidence> = Vec::new();
    let mut counted = crate::text::LineCursor::new(text);
    let mut start = 0;
    while start < text.len() {
        let end = (start + window).min(text.len());
        let (from, to) = (start.saturating_sub(overlap), (end + overlap).min(text.len()));
        let Position { line, column } = counted.at(from);
        let done = found.last().map_or(0, |last| last.span.end);
        for mut evidence in detector.scan(&text[from..to]) {
            evidence.span = evidence.span.start + from..evidence.span.end + from;
            if evidence.span.start < start || evidence.span.start >= end || evidence.span.start < done {
                continue;
            }
            for position in [&mut evidence.start, &mut evidence.end] {
                if position.line == 1 {
                    position.column += column - 1;
                }
                position.line += line - 1;
            }
            found.push(evidence);
        }
        start = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    proptest::proptest! {
        #[test]
        fn windows_give_what_the_whole_gives(
            pieces in proptest::collection::vec(("[a-zA-Z0-9_-]{95}", "[ a-z\n]{0,120}"), 1..12),
            window in 150_usize..700,
        ) {
            static DETECTOR: std::sync::LazyLock<Detector> =
                std::sync::LazyLock::new(|| Detector::new(RuleSet::builtin()));
            let start = ["sk-", "ant-"].concat();
            let text = pieces.iter().fold(String::new(), |text, (body, gap)| {
                text + &format!("{gap} {start}api03-{body}\" ")
            });
            // The overlap has to hold the widest look around a finding: half a kilobyte on each side.
            let found = windows(&DETECTOR, text.as_bytes(), window, 1_400);
            proptest::prop_assert_eq!(found, DETECTOR.scan(text.as_bytes()));
        }
    }
}
