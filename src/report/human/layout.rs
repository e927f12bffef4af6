//! Wrapping, colours and numbers for terminals. Knows no findings.

use std::ops::Range;

/// The role of a text, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Error,
    Warning,
    Note,
    Good,
    Strong,
}

/// Colours text if enabled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint(pub bool);

impl Paint {
    pub(crate) fn tint(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Error => "1;31",
            Tone::Warning => "1;33",
            Tone::Note => "1;36",
            Tone::Good => "1;32",
            Tone::Strong => "1",
        };
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Wraps `text` at `width` columns; the first line starts with `first`, further lines with as many spaces. A long word
/// and text in backticks stay whole, so that commands can be copied.
pub(crate) fn wrapped(first: &str, text: &str, width: usize) -> String {
    let indent = columns(first);
    let mut out = first.to_owned();
    let mut column = indent;
    for word in words(text) {
        let length = columns(word);
        if column > indent && column + 1 + length > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
    out
}

/// Splits a text into words. An empty word between two spaces keeps them; paired backticks keep words together.
fn words(text: &str) -> Vec<&str> {
    let paired = text.matches('`').count().is_multiple_of(2);
    let mut quoted = false;
    text.split(|character: char| {
        quoted ^= paired && character == '`';
        !quoted && character.is_whitespace()
    })
    .collect()
}

pub(crate) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Returns the part of a line around `span` that fits into `room` columns, with more text before the span (the name)
/// than after it. `…` marks a cut. The span is clamped to the line.
pub(crate) fn window(line: &str, span: (usize, usize), room: usize) -> (String, Range<usize>) {
    let start = boundary(line, span.0);
    // A character at the edge belongs to the span.
    let end = (span.1.max(start)..line.len()).find(|at| line.is_char_boundary(*at)).unwrap_or(line.len());
    let (before, after) = (&line[..start], &line[end..]);
    let (left, secret, right) = (columns(before), columns(&line[start..end]), columns(after));
    if left + secret + right <= room {
        return (line.to_owned(), start..end);
    }
    let spare = room.saturating_sub(secret + 2);
    let kept_right = right.min((spare / 3).max(spare.saturating_sub(left)));
    let kept_left = left.min(spare - kept_right);
    let mut out = String::new();
    if kept_left < left {
        out.push('…');
    }
    let skipped = before.char_indices().nth(left - kept_left).map_or(start, |(at, _)| at);
    out.push_str(&before[skipped..]);
    let from = out.len();
    out.push_str(&line[start..end]);
    let to = out.len();
    out.extend(after.chars().take(kept_right));
    if kept_right < right {
        out.push('…');
    }
    (out, from..to)
}

/// Returns the last character boundary at or before `at`.
pub(crate) fn boundary(line: &str, at: usize) -> usize {
    (0..=at.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0)
}

/// Formats a count with its noun: `1 file`, `2 files`, `9,010 files`.
#[must_use]
pub(crate) fn counted(number: usize, word: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {word}{ending}", grouped(number))
}

/// Formats a number with thousands separators: `9,010`.
#[must_use]
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Formats bytes in units of 1000, with one decimal below ten.
#[must_use]
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} {}", if bytes == 1 { "byte" } else { "bytes" });
    }
    // In tenths, truncated, so that 999,999 bytes stay below a megabyte.
    let (mut tenths, mut unit) = (bytes / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    let (whole, tenth) = (tenths / 10, tenths % 10);
    if whole < 10 { format!("{whole}.{tenth} {}", UNITS[unit]) } else { format!("{whole} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_wrapped_and_commands_stay_whole() {
        let text = "run `git add one two three` and then  the rest";
        assert_eq!(
            wrapped("1. ", text, 20),
            "1. run\n   `git add one two three`\n   and then  the\n   rest\n"
        );
        assert_eq!(wrapped("", "an odd ` here", 6), "an odd\n` here\n");
        assert_eq!(wrapped("", "", 6), "\n");
    }

    #[test]
    fn a_long_line_is_cut_around_the_secret() {
        let line = format!("{}NAME=secret;{}", "ö".repeat(50), "z".repeat(50));
        let start = line.find("secret").unwrap();
        let (shown, span) = window(&line, (start, start + 6), 26);
        assert_eq!(shown, "…öööööööNAME=secret;zzzzz…");
        assert_eq!((&shown[span], columns(&shown)), ("secret", 26));
        assert_eq!(window("k=secret", (2, 8), 26), ("k=secret".to_owned(), 2..8));
        assert_eq!(window(&line, (start, start + 6), 3).0, "…secret…");
        let (shown, _) = window(&line, (0, 2), 10);
        assert_eq!(shown, "öööööööö…");
    }

    #[test]
    fn a_span_that_does_not_fit_its_line_is_clamped() {
        assert_eq!(window("ö", (1, 99), 10).1, 0..2);
        assert_eq!(window("", (7, 3), 10).1, 0..0);
    }

    proptest::proptest! {
        #[test]
        fn a_window_never_panics_and_holds_the_secret(line in ".{0,60}", a in 0usize..90, b in 0usize..90, room in 0usize..50) {
            let (shown, span) = window(&line, (a, b), room);
            let secret = &shown[span];
            proptest::prop_assert!(line.contains(secret) && secret.len() < b.saturating_sub(a) + 8);
            proptest::prop_assert!(line.get(a..b).is_none_or(|wanted| wanted == secret));
            proptest::prop_assert!(columns(&shown) <= room.max(columns(secret) + 2));
        }
    }

    #[test]
    fn numbers_are_formatted_for_people() {
        let sizes = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1000, "1.0 kB"),
            (34_210, "34 kB"),
            (999_999, "999 kB"),
            (1_250_000, "1.2 MB"),
            (301_004_120, "301 MB"),
            (u64::MAX, "18446744 TB"),
        ];
        for (bytes, expected) in sizes {
            assert_eq!(size(bytes), expected);
        }
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(counted(1_234_567, "file"), "1,234,567 files");
    }
}
