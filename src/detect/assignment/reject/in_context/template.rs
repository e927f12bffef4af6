//! Recognizes values inside a template: between `{{` and `}}` (Helm, Go, Jinja, Handlebars, GitHub Actions), `{%` and `%}`,
//! `<%` and `%>` (ERB, EJS, ASP), `[%` and `%]`. All of it is code there.

use crate::detect::assignment::parse::Assignment;
use crate::text::{find_short, rfind_short};

/// The delimiters of templates.
const DELIMITERS: [(&[u8], &[u8]); 4] = [(b"{{", b"}}"), (b"{%", b"%}"), (b"<%", b"%>"), (b"[%", b"%]")];

/// Returns whether a value is inside a template.
pub(super) fn is_inside(text: &[u8], assignment: &Assignment) -> bool {
    let start = assignment.name.start.min(assignment.value.start);
    let (before, after) = (&text[..start], &text[assignment.value.end..]);
    DELIMITERS.iter().any(|(open, close)| {
        let Some(at) = rfind_short(before, open) else { return false };
        let inside = &before[at + open.len()..];
        find_short(inside, close).is_none()
            && find_short(after, close).is_some_and(|at| {
                // Another template begins first, so this one was not open.
                find_short(after, open).is_none_or(|next| at < next)
            })
            && !begins_object(&text[at + open.len()..])
    })
}

/// Returns whether a text after `{{` is that of an object or a structure: `{{"user": …`, `{{Name: …`, `{{ user: …`. Those
/// braces are escaped, or belong to two nested values.
fn begins_object(inside: &[u8]) -> bool {
    let inside = inside.trim_ascii_start();
    let quote = inside.first().copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let inside = &inside[usize::from(quote.is_some())..];
    let name =
        inside.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    let mut rest = &inside[name..];
    if let Some(quote) = quote {
        let Some(after) = rest.strip_prefix(&[quote]) else { return false };
        rest = after;
    }
    let rest = rest.trim_ascii_start();
    name > 0 && rest.first() == Some(&b':') && !rest.starts_with(b":=")
}
