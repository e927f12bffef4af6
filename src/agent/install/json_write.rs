//! Values that are written into a configuration, in the style of its file. Members keep their order.

use std::fmt::Write as _;

/// A value to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Text(String),
    /// A number or a literal, as it is written.
    Plain(&'static str),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// The layout of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) newline: &'static str,
    /// The white space of one level.
    pub(crate) unit: String,
    /// Whether all of the file is in one line.
    pub(crate) is_one_line: bool,
}

impl Style {
    /// The layout of a new file.
    pub(crate) fn new_file() -> Self {
        Self { newline: "\n", unit: "  ".to_owned(), is_one_line: false }
    }

    /// Reads the layout of a file.
    pub(crate) fn of(text: &str) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let unit = text.lines().skip(1).find_map(|line| {
            let length = line.len() - line.trim_start_matches([' ', '\t']).len();
            (length > 0 && line[length..].starts_with('"')).then(|| line[..length].to_owned())
        });
        Self {
            newline,
            unit: unit.unwrap_or_else(|| "  ".to_owned()),
            is_one_line: !text.trim().contains('\n'),
        }
    }
}

/// Writes a value in one line, with a space inside each bracket.
pub(crate) fn one_line(value: &Json) -> String {
    let join = |items: Vec<String>, open: char, close: char| {
        if items.is_empty() {
            format!("{open}{close}")
        } else {
            format!("{open} {} {close}", items.join(", "))
        }
    };
    match value {
        Json::Text(text) => quoted(text),
        Json::Plain(plain) => (*plain).to_owned(),
        Json::List(values) => join(values.iter().map(one_line).collect(), '[', ']'),
        Json::Object(members) => {
            join(members.iter().map(|(name, value)| one_line_member(name, value)).collect(), '{', '}')
        }
    }
}

pub(crate) fn one_line_member(name: &str, value: &Json) -> String {
    format!("{}: {}", quoted(name), one_line(value))
}

/// Writes a value over several lines; `indent` is the white space of the line on which it starts.
pub(crate) fn many_lines(value: &Json, style: &Style, indent: &str) -> String {
    let inner = format!("{indent}{}", style.unit);
    let join = |items: Vec<String>, open: char, close: char| {
        if items.is_empty() {
            return format!("{open}{close}");
        }
        let mut out = String::from(open);
        for (number, item) in items.iter().enumerate() {
            let comma = if number + 1 < items.len() { "," } else { "" };
            // Writing to a string does not fail.
            let _ = write!(out, "{}{inner}{item}{comma}", style.newline);
        }
        let _ = write!(out, "{}{indent}{close}", style.newline);
        out
    };
    match value {
        Json::List(values) => {
            join(values.iter().map(|value| many_lines(value, style, &inner)).collect(), '[', ']')
        }
        Json::Object(members) => join(
            members.iter().map(|(name, value)| many_lines_member(name, value, style, &inner)).collect(),
            '{',
            '}',
        ),
        Json::Text(_) | Json::Plain(_) => one_line(value),
    }
}

pub(crate) fn many_lines_member(name: &str, value: &Json, style: &Style, indent: &str) -> String {
    format!("{}: {}", quoted(name), many_lines(value, style, indent))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
