//! Adds an item to an object or an array of a JSON text, and takes one out. All other bytes stay.
//!
//! What is written into an empty container is in one line, and a container that is written itself has white space inside
//! its brackets. So the text after an edit says what was there before, and the edit can be undone.

use super::json_spans::{Node, comment_end};
use super::json_write::{Json, Style, many_lines, many_lines_member, one_line, one_line_member};

/// An item of a container.
pub(crate) enum Item {
    Value(Json),
    /// Members that come and go together.
    Members(Vec<(&'static str, Json)>),
}

impl Item {
    fn one_line(&self) -> String {
        match self {
            Self::Value(value) => one_line(value),
            Self::Members(members) => {
                let members: Vec<String> =
                    members.iter().map(|(name, value)| one_line_member(name, value)).collect();
                members.join(", ")
            }
        }
    }

    fn many_lines(&self, style: &Style, indent: &str) -> String {
        match self {
            Self::Value(value) => many_lines(value, style, indent),
            Self::Members(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| many_lines_member(name, value, style, indent))
                    .collect();
                members.join(&format!(",{}{indent}", style.newline))
            }
        }
    }
}

/// Returns a text with an item at the end of a container.
pub(crate) fn with_item(text: &str, container: &Node, item: &Item) -> String {
    let style = Style::of(text);
    let items = container.items();
    let Some((last_start, last_end)) = items.last().copied() else {
        return inserted(text, &[(container.start + 1, item.one_line())]);
    };
    let (comma, after_comma) = match comma_after(text, last_end) {
        Some(comma) => (true, comma + 1),
        None => (false, last_end),
    };
    let (at, has_line_comment) = after_comments_of_line(text, after_comma);
    let own_line = indent_of_line(text, last_start);
    let lead = match own_line {
        Some(indent) => format!("{}{indent}{}", style.newline, item.many_lines(&style, indent)),
        None if has_line_comment => format!("{}{}", style.newline, item.one_line()),
        None if style.is_one_line && !text.contains(", ") && !text.contains(": ") => item.one_line(),
        None => format!(" {}", item.one_line()),
    };
    if comma {
        inserted(text, &[(at, format!("{lead},"))])
    } else {
        inserted(text, &[(last_end, ",".to_owned()), (at, lead)])
    }
}

/// Returns the texts that one may get by taking an item out of a container, the likeliest first.
pub(crate) fn without_item(text: &str, container: &Node, index: usize) -> Vec<String> {
    let items = container.items();
    let (start, end) = items[index];
    let mut cuts: Vec<Vec<(usize, usize)>> = Vec::new();
    if index > 0 {
        let before = items[index - 1].1;
        let lead = white_space_before(text, start);
        let comma = comma_after(text, before);
        let own = comma_after(text, end).map_or(end, |comma| comma + 1);
        if index + 1 == items.len() {
            // With the comma before it, or with one of its own after the last item.
            if let Some(comma) = comma.filter(|_| own == end) {
                cuts.push(vec![(comma, comma + 1), (lead.max(comma + 1), end)]);
            }
            cuts.push(vec![(lead, own)]);
        } else {
            cuts.push(vec![(lead, own)]);
        }
    } else if let Some((next, _)) = items.get(1) {
        cuts.push(vec![(start, *next)]);
    } else {
        let own = comma_after(text, end).map_or(end, |comma| comma + 1);
        cuts.push(vec![(start, own)]);
        cuts.push(vec![(white_space_before(text, start), own)]);
    }
    cuts.into_iter().map(|cuts| cut(text, &cuts)).collect()
}

fn inserted(text: &str, insertions: &[(usize, String)]) -> String {
    let (mut out, mut from) = (String::with_capacity(text.len() + 256), 0);
    for (at, new) in insertions {
        out.push_str(&text[from..*at]);
        out.push_str(new);
        from = *at;
    }
    out.push_str(&text[from..]);
    out
}

fn cut(text: &str, cuts: &[(usize, usize)]) -> String {
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (start, end) in cuts {
        out.push_str(&text[from..*start]);
        from = *end;
    }
    out.push_str(&text[from..]);
    out
}

/// Returns the offset of the comma that follows an item, after white space and comments.
fn comma_after(text: &str, mut at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(at)? {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'/' => at = comment_end(text, at)?,
            b',' => return Some(at),
            _ => return None,
        }
    }
}

/// Returns the offset after the comments that follow on the same line, and whether the last goes to the end of the line.
fn after_comments_of_line(text: &str, from: usize) -> (usize, bool) {
    let (bytes, mut at, mut end, mut is_line) = (text.as_bytes(), from, from, false);
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t') => at += 1,
            Some(b'/') => {
                let Some(after) = comment_end(text, at) else { return (end, is_line) };
                is_line = text[at..].starts_with("//");
                (at, end) = (after, after);
            }
            _ => return (end, is_line),
        }
    }
}

/// Returns the white space before an item that is the first on its line.
fn indent_of_line(text: &str, start: usize) -> Option<&str> {
    let line = text[..start].rfind('\n')? + 1;
    Some(&text[line..start]).filter(|before| before.bytes().all(|byte| byte == b' ' || byte == b'\t'))
}

/// Returns the offset of the white space before an item.
fn white_space_before(text: &str, start: usize) -> usize {
    text[..start].trim_end_matches([' ', '\t', '\r', '\n']).len()
}
