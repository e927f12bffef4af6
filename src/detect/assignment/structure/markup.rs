//! Names and values in elements: the value of an attribute's name (`<entry key="X">V</entry>`), of the element before it
//! (`<key>X</key><string>V</string>`), of the element around it (`<X><Value>V</Value></X>`, `<X type="t">V</X>`).

use std::ops::Range;

use crate::detect::assignment::parse::{Assignment, MAX_VALUE, MIN_VALUE, Operator, Quote, is_name};
use crate::detect::assignment::structure::fields::{Fields, is_holding, is_naming, key_before};
use crate::detect::assignment::structure::place::Place;
use crate::detect::assignment::structure::steps::{
    before_whitespace, begins_with, skip_whitespace, string_end,
};
use crate::detect::assignment::structure::values::{assignment, is_generated, read};
use crate::text::{find_short, is_quote, trimmed};

/// The elements that hold the value of an element before them.
const HOLDERS: [&[u8]; 6] = [b"string", b"data", b"td", b"dd", b"text", b"stringvalue"];

/// The elements whose text is a name, besides those that are called so.
const NAMERS: [&[u8]; 3] = [b"td", b"th", b"dt"];

/// Elements of pages, whose names are not those of their texts.
const OF_PAGES: [&[u8]; 18] = [
    b"a", b"label", b"div", b"span", b"p", b"h1", b"h2", b"h3", b"h4", b"li", b"button", b"option",
    b"select", b"section", b"legend", b"form", b"td", b"th",
];

/// The most elements between a name and its value.
const MAX_BETWEEN: usize = 4;

/// The longest tag, in bytes.
const MAX_TAG: usize = 240;

const CDATA: &[u8] = b"<![CDATA[";

/// Finds the content of the element with an attribute that names it, or of its child.
pub(super) fn find_content_of_named(place: &Place<'_>) -> Option<Assignment> {
    let text = place.text;
    let (key, _) = key_before(text, place.outer.start)?;
    if !is_naming(&text[key.clone()]) || is_in_page(text, key.start) {
        return None;
    }
    let end = tag_end(text, place.outer.end)?;
    let child = child_value(text, end);
    let is_child = child.is_some();
    let value = child.or_else(|| content(text, end))?;
    // Texts for people are kept in this form, too.
    (is_child || is_generated(&text[value.clone()])).then(|| found(place, value))
}

/// Returns whether an attribute at `at` is that of an element in [`OF_PAGES`].
fn is_in_page(text: &[u8], at: usize) -> bool {
    let floor = at.saturating_sub(MAX_TAG);
    let Some(open) = memchr::memrchr(b'<', &text[floor..at]) else { return true };
    let tag = &text[floor + open + 1..at];
    let name = &tag[..tag.iter().take_while(|byte| is_name(**byte)).count()];
    OF_PAGES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Returns whether the name at `start` is that of an element: `<name`, `<prefix:name`.
pub(super) fn is_element(text: &[u8], start: usize) -> bool {
    let before = &text[..start];
    let prefix = before.strip_suffix(b":").map(|before| {
        let length = before.iter().rev().take(24).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        &before[..before.len() - length]
    });
    prefix.unwrap_or(before).ends_with(b"<")
}

/// Finds the value in or below the element that has the name: its content, or its attribute.
pub(super) fn find_in_element(place: &Place<'_>) -> Option<Assignment> {
    let text = place.text;
    if text.get(place.name.end) != Some(&b'>') {
        let fields = Fields::in_brackets(text, place.name.end);
        let held = fields.into_iter().take(8).find(|field| is_holding(&text[field.key.clone()]));
        if let Some(value) = held.and_then(|field| read(text, &place.name, field.value, Operator::Pair)) {
            return Some(value);
        }
    }
    let end = tag_end(text, place.name.end)?;
    let value = child_value(text, end).or_else(|| content(text, end))?;
    Some(found(place, value))
}

/// Finds the content of the element after, or else before, the one whose whole text is the name.
pub(super) fn find_in_next_element(place: &Place<'_>) -> Option<Assignment> {
    let text = place.text;
    let namer = element_before(text, place.name.start)?;
    let is_cell = NAMERS.iter().any(|known| text[namer.clone()].eq_ignore_ascii_case(known));
    if !is_cell && !is_naming(&text[namer.clone()]) {
        return None;
    }
    let mut at = closing_tag_end(text, place.name.end)?;
    for _ in 0..MAX_BETWEEN {
        let Some((element, end)) = opening_tag(text, at) else { break };
        let name = &text[element.clone()];
        // Another name begins.
        if !is_cell && name == &text[namer.clone()] {
            break;
        }
        if is_holding(name) || HOLDERS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            let value = content(text, end)?;
            return (!is_cell || is_generated(&text[value.clone()])).then(|| found(place, value));
        }
        let length = text[end..].iter().take(MAX_VALUE).position(|byte| *byte == b'<')?;
        at = closing_tag_end(text, end + length)?;
    }
    let tag = namer.start - 1;
    (!is_cell).then(|| value_before(text, tag))?.map(|value| found(place, value))
}

fn found(place: &Place<'_>, value: Range<usize>) -> Assignment {
    assignment(&place.name, value, Operator::Tag, Quote::None)
}

/// Returns the content of the element that ends before `tag`, if it holds a value.
fn value_before(text: &[u8], tag: usize) -> Option<Range<usize>> {
    let end = before_whitespace(text, tag);
    let open = memchr::memrchr(b'<', &text[..end])?;
    let name = &text[open + 1..end];
    let name = name.strip_prefix(b"/")?.strip_suffix(b">")?;
    let start = memchr::memrchr(b'>', &text[..open])? + 1;
    is_holding(name).then(|| trimmed(text, start..open)).filter(is_value)
}

fn is_value(value: &Range<usize>) -> bool {
    (MIN_VALUE..=MAX_VALUE).contains(&value.len())
}

/// Returns the content of a child that holds a value, if the first element after `at` is one.
fn child_value(text: &[u8], at: usize) -> Option<Range<usize>> {
    let (element, end) = opening_tag(text, at)?;
    is_holding(&text[element]).then(|| content(text, end))?
}

/// Returns the text from `at` to the next tag, if it is on one line.
fn content(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = skip_whitespace(text, at);
    let rest = text.get(start..)?;
    let rest = &rest[..rest.len().min(MAX_VALUE + CDATA.len() + MAX_TAG)];
    let value = if rest.starts_with(CDATA) {
        let length = find_short(rest, b"]]>")?;
        start + CDATA.len()..start + length
    } else {
        start..start + memchr::memchr(b'<', rest)?
    };
    let value = trimmed(text, value);
    (memchr::memchr(b'\n', &text[value.clone()]).is_none() && is_value(&value)).then_some(value)
}

/// Returns the end of the tag that contains `at`, which has further attributes. Returns `None` if the element has no
/// content.
fn tag_end(text: &[u8], at: usize) -> Option<usize> {
    let limit = text.len().min(at + MAX_TAG);
    let mut end = at;
    while end < limit {
        match text[end] {
            b'>' => return (text[end - 1] != b'/').then_some(end + 1),
            b'<' | b'{' | b';' => return None,
            byte if is_quote(byte) => end = string_end(text, end)?,
            _ => end += 1,
        }
    }
    None
}

/// Returns the name of the tag at `at`, after white space and comments, and the end of the tag.
fn opening_tag(text: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let start = skip_whitespace(text, at) + 1;
    if text.get(start - 1) != Some(&b'<') {
        return None;
    }
    let length = text[start..].iter().take(48).take_while(|byte| is_name(**byte) || **byte == b':').count();
    (length > 0).then_some(())?;
    Some((start..start + length, tag_end(text, start + length)?))
}

/// Returns the end of the closing tag at `at`, after white space and the end of a CDATA section.
fn closing_tag_end(text: &[u8], at: usize) -> Option<usize> {
    let mut start = skip_whitespace(text, at);
    if begins_with(text, start, b"]]>") {
        start = skip_whitespace(text, start + 3);
    }
    if !begins_with(text, start, b"</") {
        return None;
    }
    let length = text[start..].iter().take(64).position(|byte| *byte == b'>')?;
    Some(start + length + 1)
}

/// Returns the name of the tag that ends before `at`.
fn element_before(text: &[u8], at: usize) -> Option<Range<usize>> {
    let end = before_whitespace(text, at).checked_sub(1).filter(|end| text[*end] == b'>')?;
    let floor = end.saturating_sub(MAX_TAG);
    let open = floor + memchr::memrchr(b'<', &text[floor..end])?;
    let length = text[open + 1..end].iter().take_while(|byte| is_name(**byte)).count();
    (length > 0).then_some(open + 1..open + 1 + length)
}
