//! The default of an option by its position in the call that declares it: `flag.String("X", "V", "usage")`,
//! `.option("--X <value>", "description", "V")`, `resValue "string", "X", "V"`.

use crate::detect::assignment::parse::{Assignment, Operator};
use crate::detect::assignment::structure::place::Place;
use crate::detect::assignment::structure::steps::{before_spaces, line_start, skip_whitespace, string_end};
use crate::detect::assignment::structure::values::read_string;

/// The ends of the names of calls that declare an option, in lowercase, and how many arguments after the name its default
/// is.
const DECLARATIONS: [(&[u8], usize); 10] = [
    (b".string", 1),
    (b".stringvar", 1),
    (b".stringp", 2),
    (b".stringvarp", 2),
    (b"define_string", 1),
    (b".option", 2),
    (b".requiredoption", 2),
    (b"addoption", 4),
    (b".setdefault", 1),
    (b"stringoption", 1),
];

/// Finds the default in the call that declares an option, whose name ends its argument at `end`.
pub(super) fn find(place: &Place<'_>, end: usize) -> Option<Assignment> {
    let text = place.text;
    let line = line_start(text, place.outer.start).max(place.outer.start.saturating_sub(80));
    let before = &text[line..place.outer.start];
    let number = if follows_type(before) {
        1
    } else {
        let open = memchr::memrchr(b'(', before)?;
        let name = before[..open].to_ascii_lowercase();
        DECLARATIONS.iter().find(|(call, _)| name.ends_with(call)).map(|(_, number)| *number)?
    };
    let mut at = end;
    for _ in 1..number {
        at = skip_whitespace(text, skip_whitespace(text, at) + 1);
        at = string_end(text, at).or_else(|| {
            let length = text[at..].iter().take(40).position(|byte| b",)\n".contains(byte))?;
            Some(at + length)
        })?;
    }
    let comma = skip_whitespace(text, at);
    let value = skip_whitespace(text, comma + 1);
    (text.get(comma) == Some(&b',')).then(|| read_string(text, &place.name, value, Operator::Pair))?
}

/// Finds the default of an option whose name and parameter are in one string: `"-x, --X <value>"`.
pub(super) fn find_after_usage(place: &Place<'_>) -> Option<Assignment> {
    let text = place.text;
    let length =
        text[place.name.end..].iter().take(48).position(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let is_option = text[..place.name.start].ends_with(b"-") || text[place.name.start..].starts_with(b"-");
    is_option.then(|| find(place, place.name.end + length + 1))?
}

/// Calls of Gradle with a type, a name and a value, in lowercase.
const BUILD_FIELDS: [&[u8]; 2] = [b"resvalue", b"buildconfigfield"];

/// Returns whether the argument before a name is the type of a text: `resValue "string", `.
fn follows_type(before: &[u8]) -> bool {
    let comma = before_spaces(before, before.len());
    let before = &before[..comma];
    let before = before.strip_suffix(b",").unwrap_or_default();
    let before = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or_default();
    let call = before.to_ascii_lowercase();
    let call = call.strip_suffix(b"string").unwrap_or_default();
    let call = &call[..call.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |last| last + 1)];
    BUILD_FIELDS.iter().any(|name| call.ends_with(name))
}
