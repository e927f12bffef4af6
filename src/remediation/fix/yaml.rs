//! The place of a value in the YAML of Docker Compose and GitHub Actions.
//!
//! Compose expands variables in every value (docs.docker.com, "Interpolation"). Actions knows the context `secrets` in
//! some keys only (docs.github.com, "Context availability").

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::refusal;
use super::refusal::Refusal;
use super::site::{NameStyle, Site, is_name, name_in_address};

/// Whose YAML it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Compose,
    Workflow,
}

/// The keys of a workflow below which `secrets` is known; `*` is any key.
const WITH_SECRETS: [&[&str]; 10] = [
    &["env"],
    &["jobs", "*", "env"],
    &["jobs", "*", "secrets"],
    &["jobs", "*", "container", "env"],
    &["jobs", "*", "container", "credentials"],
    &["jobs", "*", "services", "*", "env"],
    &["jobs", "*", "services", "*", "credentials"],
    &["jobs", "*", "steps", "env"],
    &["jobs", "*", "steps", "with"],
    &["jobs", "*", "steps", "run"],
];

/// An open list or mapping.
struct Open {
    is_mapping: bool,
    is_flow: bool,
    /// The key whose value comes next.
    key: Option<String>,
}

/// A scalar that is a value.
struct Value {
    span: Range<usize>,
    style: ScalarStyle,
    is_flow: bool,
    keys: Vec<String>,
}

/// Whether a text is YAML.
pub(super) fn is_valid(text: &[u8]) -> bool {
    values(text).is_some()
}

/// Returns the scalars that are values; `None` if the text is not YAML.
fn values(bytes: &[u8]) -> Option<Vec<Value>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let bom = text.len() - text.trim_start_matches('\u{feff}').len();
    let text = &text[bom..];
    // The parser counts characters.
    let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at + bom).chain([bytes.len()]).collect();
    let byte_at = |index: usize| offsets.get(index).copied().unwrap_or(bytes.len());
    let mut open: Vec<Open> = Vec::new();
    let mut found = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.ok()?;
        let span = byte_at(span.start.index())..byte_at(span.end.index());
        match event {
            Event::Scalar(value, style, ..) => {
                let is_flow = open.last().is_some_and(|open| open.is_flow);
                if let Some(Open { is_mapping: true, key: key @ None, .. }) = open.last_mut() {
                    *key = Some(value.into_owned());
                } else {
                    let keys = open.iter().filter_map(|open| open.key.clone()).collect();
                    found.push(Value { span, style, is_flow, keys });
                    end_value(&mut open);
                }
            }
            Event::Alias(_) => match open.last_mut() {
                Some(Open { is_mapping: true, key: key @ None, .. }) => *key = Some(String::new()),
                _ => end_value(&mut open),
            },
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                let is_flow = matches!(bytes.get(span.start), Some(b'{' | b'[')) && !span.is_empty();
                if let Some(Open { is_mapping: true, key: key @ None, .. }) = open.last_mut() {
                    *key = Some(String::new());
                }
                let is_mapping = matches!(event, Event::MappingStart(..));
                open.push(Open { is_mapping, is_flow, key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                open.pop();
                end_value(&mut open);
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
    }
    Some(found)
}

fn end_value(open: &mut [Open]) {
    if let Some(last) = open.last_mut() {
        last.key = None;
    }
}

/// Finds the place of the value at `span`.
pub(super) fn find(text: &[u8], span: Range<usize>, dialect: Dialect) -> Result<Site, Refusal> {
    let values = values(text).ok_or(refusal::NOT_LEXED)?;
    let holds = |value: &&Value| value.span.start <= span.start && span.end <= value.span.end;
    let value = values.iter().find(holds).ok_or(refusal::NO_LITERAL)?;
    let raw = std::str::from_utf8(&text[span.clone()]).map_err(|_| refusal::ENCODED)?;
    let (template, style) = match dialect {
        Dialect::Compose => ("${@:?}", NameStyle::Variable),
        Dialect::Workflow => ("${{ secrets.@ }}", NameStyle::ActionsSecret),
    };
    if dialect == Dialect::Workflow && !knows_secrets(&value.keys) {
        return Err(refusal::YAML_PLACE);
    }
    if raw.contains(['$', '\\', '\n']) || value.style == ScalarStyle::SingleQuoted && raw.contains("''") {
        return Err(refusal::ESCAPES);
    }
    let head = &text[value.span.start..span.start];
    if dialect == Dialect::Workflow && is_open(head, b"${{", b"}}") {
        return in_expression(text, &span, value);
    }
    if dialect == Dialect::Compose && is_open(head, b"${", b"}") && !is_fallback(text, &span) {
        return Err(refusal::INTERPOLATED);
    }
    let is_plain = value.style == ScalarStyle::Plain;
    let template = if is_plain && value.is_flow {
        if trimmed(text, value.span.clone()) != span {
            return Err(refusal::PART_OF_STRING);
        }
        format!("\"{template}\"")
    } else {
        template.to_owned()
    };
    let assigned = value.keys.last().cloned();
    // `- NAME=value` of a list.
    let head = String::from_utf8_lossy(&text[value.span.start..span.start]).into_owned();
    let listed = head.trim_start_matches(['"', '\'']).split_once('=').map(|(name, _)| name);
    let listed = listed.filter(|name| is_name(name.as_bytes())).map(str::to_owned);
    Ok(Site {
        range: span.clone(),
        template,
        before: Vec::new(),
        after: Vec::new(),
        value: raw.to_owned(),
        assigned: name_in_address(listed.or(assigned), &head),
        style,
    })
}

fn knows_secrets(keys: &[String]) -> bool {
    let matches = |pattern: &&[&str]| {
        keys.len() >= pattern.len()
            && pattern.iter().zip(keys).all(|(wanted, key)| *wanted == "*" || wanted == key)
    };
    WITH_SECRETS.iter().any(matches)
}

/// Whether an opening mark has no closing one in a text.
fn is_open(text: &[u8], open: &[u8], close: &[u8]) -> bool {
    let last = memchr::memmem::rfind(text, open);
    last.is_some_and(|at| memchr::memmem::find(&text[at..], close).is_none())
}

/// Whether a value is the whole fallback of `${NAME:-value}`.
fn is_fallback(text: &[u8], span: &Range<usize>) -> bool {
    let head = text[..span.start].strip_suffix(b"-");
    let head = head.map(|head| head.strip_suffix(b":").unwrap_or(head));
    let name =
        head.map(|head| head.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_'));
    let name = name.map_or(0, Iterator::count);
    let begins = head.is_some_and(|head| name > 0 && head[..head.len() - name].ends_with(b"${"));
    begins && text[span.end..].starts_with(b"}")
}

/// Finds the place of a value in `${{ … }}`: the whole of a string there becomes `secrets.NAME`.
fn in_expression(text: &[u8], span: &Range<usize>, value: &Value) -> Result<Site, Refusal> {
    // The quotes of YAML double those of the expression.
    let quote: &[u8] = if value.style == ScalarStyle::SingleQuoted { b"''" } else { b"'" };
    let is_whole = text[..span.start].ends_with(quote)
        && text[span.end..].starts_with(quote)
        && !text[span.end + quote.len()..].starts_with(quote);
    if !is_whole {
        return Err(refusal::PART_OF_STRING);
    }
    Ok(Site {
        range: span.start - quote.len()..span.end + quote.len(),
        template: "secrets.@".to_owned(),
        before: Vec::new(),
        after: Vec::new(),
        value: String::from_utf8_lossy(&text[span.clone()]).into_owned(),
        assigned: value.keys.last().cloned(),
        style: NameStyle::ActionsSecret,
    })
}

fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + part.len() - part.trim_ascii_start().len();
    start..start + part.trim_ascii().len()
}
