//! The settings near an assignment: names and their values on its line and on the lines around it, in any format that
//! writes them one after the other. Judges nothing.

use std::ops::Range;

use crate::detect::assignment::parse::Assignment;
use crate::text::{find_short, trimmed};

/// The most lines before and after an assignment that are read.
const MAX_LINES: usize = 8;

/// The most bytes before and after an assignment that are read.
const MAX_BYTES: usize = 600;

/// A name and its value near an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Neighbour<'t> {
    pub(crate) name: &'t [u8],
    pub(crate) value: &'t [u8],
    /// The number of lines from the assignment; negative before it.
    pub(crate) lines: i32,
    /// Whether the value is in quotes or between tags.
    pub(crate) is_quoted: bool,
}

/// Returns the names with values near an assignment, without itself, in the order of the text.
pub(crate) fn read<'t>(text: &'t [u8], assignment: &Assignment) -> Vec<Neighbour<'t>> {
    let value = &assignment.value;
    let start = assignment.name.start.min(value.start);
    let mut found = Vec::new();
    let region = region(text, &(start..value.end));
    let line_of = |at: usize| {
        let (from, to) = (at.min(value.start), at.max(value.start));
        let count = memchr::memchr_iter(b'\n', &text[from..to]).count();
        i32::try_from(count).unwrap_or(i32::MAX) * if at < value.start { -1 } else { 1 }
    };
    let mut segments = Segments { text, at: region.start, end: region.end, own: start..value.end };
    while let Some(segment) = segments.next() {
        let is_own = segment.start <= value.start && value.start < segment.end.max(segment.start + 1);
        if is_own {
            continue;
        }
        if let Some((name, of_name, is_quoted)) = read_pair(text, &segment) {
            // A call or an index: the value is code.
            let is_code = !is_quoted && matches!(text.get(segment.end), Some(b'(' | b'['));
            if is_code && of_name.end == segment.end {
                continue;
            }
            found.push(Neighbour {
                name: &text[name],
                value: &text[of_name],
                lines: line_of(segment.start),
                is_quoted,
            });
        }
    }
    found
}

/// Returns the whole lines around a span that are read.
fn region(text: &[u8], span: &Range<usize>) -> Range<usize> {
    let floor = span.start.saturating_sub(MAX_BYTES);
    let before = &text[floor..span.start];
    let start = memchr::memrchr_iter(b'\n', before).nth(MAX_LINES).map_or_else(
        // A line that the limit cuts is not read, except the own one.
        || match memchr::memchr(b'\n', before) {
            Some(end) if floor > 0 => floor + end + 1,
            _ => floor,
        },
        |end| floor + end + 1,
    );
    let ceiling = text.len().min(span.end + MAX_BYTES);
    let after = &text[span.end..ceiling];
    let end = memchr::memchr_iter(b'\n', after).nth(MAX_LINES).map_or_else(
        || match memchr::memrchr(b'\n', after) {
            Some(end) if ceiling < text.len() => span.end + end,
            _ => ceiling,
        },
        |end| span.end + end,
    );
    start..end
}

/// Splits a text at line ends, and at commas, semicolons and brackets outside of quotes.
struct Segments<'t> {
    text: &'t [u8],
    at: usize,
    end: usize,
    /// The assignment itself. Quotes around all of it do not count: `"{'user': 'app', 'password': 'x'}"`.
    own: Range<usize>,
}

impl Segments<'_> {
    fn next(&mut self) -> Option<Range<usize>> {
        if self.at >= self.end {
            return None;
        }
        let start = self.at;
        let mut quote = None;
        while self.at < self.end {
            let byte = self.text[self.at];
            let before = (self.at > start).then(|| self.text[self.at - 1]);
            match quote {
                _ if byte == b'\n' => break,
                Some(open) if byte == open && before != Some(b'\\') => quote = None,
                None if self.opens_string(start) => quote = Some(byte),
                None if matches!(byte, b',' | b';' | b'{' | b'}' | b'[' | b']' | b'(' | b')') => break,
                _ => {}
            }
            self.at += 1;
        }
        let segment = start..self.at;
        self.at += 1;
        Some(segment)
    }

    /// Returns whether the next byte is a quote that opens a string. `start` is the start of the segment.
    fn opens_string(&self, start: usize) -> bool {
        let byte = self.text[self.at];
        let is_in_word = |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'\\');
        let is_quote = matches!(byte, b'"' | b'`')
            || byte == b'\'' && !(self.at > start && is_in_word(self.text[self.at - 1]));
        is_quote && !(self.at < self.own.start && self.closing(byte).is_none_or(|close| close > self.own.end))
    }

    /// Returns the position of the quote that closes a string on its line.
    fn closing(&self, quote: u8) -> Option<usize> {
        let rest = &self.text[self.at + 1..self.end];
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        let is_escaped = |at: usize| at > 0 && line[at - 1] == b'\\';
        memchr::memchr_iter(quote, line).find(|at| !is_escaped(*at)).map(|at| self.at + 1 + at)
    }
}

/// Words that may precede a name.
const PREFIXES: [&[u8]; 11] = [
    b"- ",
    b"export ",
    b"set ",
    b"ENV ",
    b"ARG ",
    b"const ",
    b"let ",
    b"var ",
    b"val ",
    b"def ",
    b"<?php return",
];

/// Reads `name = value`, `name: value`, `name => value`, `<name>value</name>` or `<tag name="name">value</tag>`. Returns
/// the ranges of the name and the value, and whether the value is in quotes or tags.
fn read_pair(text: &[u8], segment: &Range<usize>) -> Option<(Range<usize>, Range<usize>, bool)> {
    let mut part = trimmed(text, segment.clone());
    if text[part.clone()].first() == Some(&b'<') && text[part.clone()].contains(&b'>') {
        return read_element(text, &part);
    }
    for prefix in PREFIXES {
        if text[part.clone()].starts_with(prefix) {
            part = trimmed(text, part.start + prefix.len()..part.end);
        }
    }
    let opening =
        text.get(part.start).copied().filter(|byte| part.start < part.end && matches!(byte, b'"' | b'\''));
    let name_start = part.start + usize::from(opening.is_some());
    let is_name = |byte: u8| match opening {
        Some(quote) => byte != quote,
        None => {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$' | b'@') || byte >= 0x80
        }
    };
    let length = text[name_start..part.end].iter().take(80).take_while(|byte| is_name(**byte)).count();
    let name = name_start..name_start + length;
    let mut at = name.end + usize::from(opening.is_some());
    let skip = |mut at: usize| {
        while at < part.end && matches!(text[at], b' ' | b'\t' | b'?' | b'!') {
            at += 1;
        }
        at
    };
    at = skip(at);
    let rest = text.get(at..part.end)?;
    let operator = [&b"=>"[..], b":=", b"=", b":"].into_iter().find(|operator| rest.starts_with(operator))?;
    if name.is_empty() || rest.starts_with(b"==") || rest.starts_with(b"::") || rest.starts_with(b"://") {
        return None;
    }
    at = skip(at + operator.len());
    let value = trimmed(text, at.min(part.end)..part.end);
    let (value, is_quoted) = strip_quotes(text, value);
    Some((name, value, is_quoted))
}

/// Reads an element with its text.
fn read_element(text: &[u8], part: &Range<usize>) -> Option<(Range<usize>, Range<usize>, bool)> {
    let inside = &text[part.clone()];
    let close = memchr::memchr(b'>', inside)?;
    let head = part.start + 1..part.start + close;
    let rest = &inside[close + 1..];
    let value = part.start + close + 1..part.start + close + 1 + memchr::memchr(b'<', rest)?;
    let named = [&b"name=\""[..], b"key=\"", b"id=\""].into_iter().find_map(|attribute| {
        let at = find_short(&text[head.clone()], attribute)? + head.start + attribute.len();
        Some(at..at + memchr::memchr(b'"', &text[at..head.end])?)
    });
    let tag = text[head.clone()].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
    Some((named.unwrap_or(head.start..head.start + tag), trimmed(text, value), true))
}

fn strip_quotes(text: &[u8], value: Range<usize>) -> (Range<usize>, bool) {
    let inside = &text[value.clone()];
    let open = usize::from(matches!(inside.first(), Some(b'b' | b'u' | b'N' | b'f')) && inside.len() > 2);
    let after_prefix = &inside[open..];
    for (start, inside) in [(value.start, inside), (value.start + open, after_prefix)] {
        if let Some(quote @ (b'"' | b'\'' | b'`')) = inside.first().copied() {
            let rest = &inside[1..];
            let end = memchr::memrchr(quote, rest).unwrap_or(rest.len());
            return (start + 1..start + 1 + end, true);
        }
    }
    (value, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assignment::parse::find_named_value;

    fn neighbours(text: &str) -> Vec<String> {
        let at = text.find("password").unwrap();
        let assignment = find_named_value(text.as_bytes(), &(at..at + 8)).unwrap();
        let found = read(text.as_bytes(), &assignment);
        let shown = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        found.iter().map(|one| format!("{} {}={}", one.lines, shown(one.name), shown(one.value))).collect()
    }

    #[test]
    fn settings_of_any_format_are_read() {
        for (text, expected) in [
            ("user: app\npassword: hunter2x\nhost: db\n", &["-1 user=app", "1 host=db"][..]),
            (
                "{\"user\": \"app\", \"password\": \"hunter2x\", \"host\": \"d,b\"}",
                &["0 user=app", "0 host=d,b"],
            ),
            ("'user' => 'l\\'app',\n'password' => 'hunter2x',\n", &["-1 user=l\\'app"]),
            ("export U_1=a\nexport password=hunter2x\n", &["-1 U_1=a"]),
            ("<user>app</user>\n<password>hunter2x</password>", &["-1 user=app"]),
            ("<string name=\"user\">A b</string>\n<password>hunter2x</password>", &["-1 user=A b"]),
            ("connect(user=\"app\", password=\"hunter2x\", port=1)", &["0 user=app", "0 port=1"]),
            ("\"  {'user': 'app', 'password': 'hunter2x'}\",", &["0 user=app"]),
            ("'host' => env('DB_HOST', 'x'),\n'password' => 'hunter2x',", &[]),
            ("// a comment\npassword: hunter2x\nif (a == b)", &[]),
        ] {
            assert_eq!(neighbours(text), expected, "{text}");
        }
    }

    #[test]
    fn lines_that_are_far_away_are_not_read() {
        let text = format!("user: app\n{}password: hunter2x\n{}host: db\n", "\n".repeat(9), "\n".repeat(9));
        assert_eq!(neighbours(&text), [""; 0]);
        let text = format!("user: app\n# {}\npassword: hunter2x\n", "x".repeat(MAX_BYTES));
        assert_eq!(neighbours(&text), [""; 0]);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_is_read_without_panic(before in "[ab:='\"<>\n,{}é]{0,40}", after in "[ab:='\"<>\n,{}é]{0,40}") {
            let text = format!("{before}\npassword: hunter2x\n{after}");
            if let Some(assignment) = find_named_value(text.as_bytes(), &(before.len() + 1..before.len() + 9)) {
                let _ = read(text.as_bytes(), &assignment);
            }
        }
    }
}
