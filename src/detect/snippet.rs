//! The line around a secret, with everything masked that could be one.

use std::ops::Range;

use crate::finding::Snippet;
use crate::secret::mask_neighbours;
use crate::text::{line_around, terminal};

/// How much of a line is shown before and after the secret, in bytes.
const SHOWN: usize = 60;

/// The longest name that is shown.
const MOST_NAME: usize = 64;

/// The masked line. `name` is the place of the name that the secret is assigned to, which is shown though it
/// may be long.
pub(super) fn around(text: &[u8], span: &Range<usize>, name: Option<Range<usize>>, masked: &str) -> Snippet {
    let line = line_around(text, span, SHOWN);
    let start = whole_run_from(text, line.start, span.start);
    let end = whole_run_until(text, line.end, span.end);
    let name = name.filter(|name| name.start >= start).map(|name| name.start - start..name.end - start);
    let before = terminal(&mask_neighbours(&text[start..span.start], name.as_ref()));
    let after = terminal(&mask_neighbours(&text[span.end..end], None));
    let at = before.len();
    Snippet { line: format!("{before}{masked}{after}"), span: (at, at + masked.len()) }
}

/// Where a line is cut in the middle of a run of characters, the rest of the run goes: what is left of it
/// could be a piece of another secret, too short to be masked.
fn whole_run_from(text: &[u8], start: usize, limit: usize) -> usize {
    if start == 0 || !is_run(text[start - 1]) {
        return start;
    }
    start + text[start..limit].iter().take_while(|byte| is_run(**byte)).count()
}

fn whole_run_until(text: &[u8], end: usize, limit: usize) -> usize {
    if text.get(end).is_none_or(|next| !is_run(*next)) {
        return end;
    }
    end - text[limit..end].iter().rev().take_while(|byte| is_run(**byte)).count()
}

const fn is_run(byte: u8) -> bool {
    !byte.is_ascii_whitespace()
}

/// The place of the name that the value at `start` is assigned to: `NAME=`, `"name": "`, `name := '`.
pub(super) fn name_before(text: &[u8], start: usize) -> Option<Range<usize>> {
    let floor = start.saturating_sub(MOST_NAME + 16);
    let mut at = start;
    at = back_over(text, at, floor, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b' ' | b'\t'));
    let operator_end = at;
    at = back_over(text, at, floor, |byte| matches!(byte, b'=' | b':' | b'>'));
    if at == operator_end {
        return None;
    }
    at = back_over(text, at, floor, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b' ' | b'\t'));
    let end = at;
    at =
        back_over(text, at, floor, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let name = &text[at..end];
    let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
    (at > floor && digits <= 4 && (2..=MOST_NAME).contains(&name.len()) || at == 0 && digits <= 4 && end > 1)
        .then_some(at..end)
}

fn back_over(text: &[u8], from: usize, floor: usize, accepts: impl Fn(u8) -> bool) -> usize {
    from - text[floor..from].iter().rev().take_while(|byte| accepts(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stays_and_the_neighbours_go() {
        let text = b"x = 1\nANTHROPIC_API_KEY_PROD=SECRETSECRETSECRET other=0123456789abcdef0123 # note\n";
        let name = name_before(text, 29);
        assert_eq!(&text[name.clone().unwrap()], b"ANTHROPIC_API_KEY_PROD");
        let snippet = around(text, &(29..47), name, "SEC...");
        assert_eq!(snippet.line, "ANTHROPIC_API_KEY_PROD=SEC... other=******** # note");
        assert_eq!(&snippet.line[snippet.span.0..snippet.span.1], "SEC...");
    }

    #[test]
    fn a_neighbour_cut_by_the_window_is_not_shown_in_part() {
        let neighbour = "N".repeat(100);
        let text = format!("{neighbour}{} SECRET {}{neighbour}", " a".repeat(26), "b ".repeat(26));
        let start = text.find("SECRET").unwrap();
        let line = around(text.as_bytes(), &(start..start + 6), None, "***").line;
        assert!(!line.contains('N'), "{line}");
    }

    #[test]
    fn names_are_found_in_all_their_coats() {
        for text in
            ["key=", "key = '", "\"key\": \"", "\\\"key\\\":\\\"", "['key'] = \"", "key := `", "key => '"]
        {
            let name = name_before(text.as_bytes(), text.len()).map(|range| &text[range]);
            assert_eq!(name, Some("key"), "{text}");
        }
        assert_eq!(name_before(b"some text ", 10), None);
    }
}
