//! Finds the secret among the arguments of a call: `createHmac("sha256", "value")`.

use std::ops::Range;

use super::literal::{string_in, string_length};
use super::{Argument, Name};
use crate::detect::assignment::parse::is_name;
use crate::rules::{Call, calls_at};
use crate::text::{find_short, is_quote};

/// The longest list of arguments that is read, in bytes, and the most arguments.
const MAX_LENGTH: usize = 640;
const MAX_ARGUMENTS: usize = 8;

/// Finds the value that a row of the table names. The anchor is the function with its parenthesis.
pub(super) fn find(text: &[u8], anchor: &Range<usize>) -> Option<Argument> {
    // A longer name ends here; `module.function(` and `object->function(` do not.
    let before = text[..anchor.start].last().copied().filter(|byte| *byte != b'.');
    if !matches!(text[anchor.start], b'.' | b'-') && before.is_some_and(is_name) {
        return None;
    }
    let arguments = split(text, anchor.end);
    if arguments.is_empty() {
        return None;
    }
    calls_at(&text[anchor.clone()]).iter().find_map(|row| {
        let value = value_of(row, text, &arguments)?;
        Some(Argument { within: anchor.start..value.end, value, name: Name::OfRow(row.name) })
    })
}

fn value_of(row: &Call, text: &[u8], arguments: &[Range<usize>]) -> Option<Range<usize>> {
    let first = text.get(arguments.first()?.clone())?;
    if row.first.is_some_and(|word| find_short(first, word.as_bytes()).is_none()) {
        return None;
    }
    let named = row.parameter.and_then(|parameter| {
        arguments.iter().position(|argument| {
            let argument = text[argument.clone()].trim_ascii_start();
            argument
                .strip_prefix(parameter.as_bytes())
                .is_some_and(|rest| matches!(rest.trim_ascii_start().first(), Some(b'=' | b':')))
        })
    });
    let index = named.or(row.position)?;
    let value = string_in(text, arguments.get(index)?)?;
    let secret = &text[value.clone()];
    // The user's name, and any password of a public service.
    let is_user = |argument: &Range<usize>| {
        string_in(text, argument)
            .is_some_and(|user| text[user.clone()] == *secret || text[user] == *b"anonymous")
    };
    (!arguments[..index].iter().any(is_user)).then_some(value)
}

/// Returns the arguments of a call from its parenthesis on. The last one may be cut at the limit; a call that does not end
/// has the arguments before it.
fn split(text: &[u8], start: usize) -> Vec<Range<usize>> {
    let end = text.len().min(start + MAX_LENGTH);
    let (mut arguments, mut depth, mut from, mut at) = (Vec::new(), 0_usize, start, start);
    while at < end && arguments.len() < MAX_ARGUMENTS {
        match text[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => {
                arguments.push(from..at);
                return arguments;
            }
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 0 => {
                arguments.push(from..at);
                from = at + 1;
            }
            quote if is_quote(quote) => {
                let Some(length) = string_length(&text[at + 1..end], quote) else { return arguments };
                at += length + 1;
            }
            b';' => return arguments,
            _ => {}
        }
        at += 1;
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, function: &str) -> Option<String> {
        let start = text.find(function).unwrap();
        let argument = find(text.as_bytes(), &(start..start + function.len()))?;
        Some(text[argument.value].to_owned())
    }

    #[test]
    fn the_argument_at_the_position_is_found() {
        for (text, function) in [
            ("crypto.createHmac('sha256', 'v9k2')", "createHmac("),
            ("createHmac(\n  'sha256',\n  Buffer.from('v9k2', 'utf8')\n)", "createHmac("),
            ("jwt.sign({ id: user.id, roles: ['a', 'b'] }, 'v9k2', { expiresIn: '1h' })", "jwt.sign("),
            ("hmac.new(b\"v9k2\", body, hashlib.sha256)", "hmac.new("),
            ("hmac.new(msg=body, key=b\"v9k2\", digestmod=x)", "hmac.new("),
            ("requests.get(url, auth=('deploy', 'v9k2'))", "auth=("),
            ("new NetworkCredential(\"deploy\", \"v9k2\")", "NetworkCredential("),
            ("Client(\"AC12\", \"v9k2\")", "Client("),
        ] {
            assert_eq!(found(text, function).as_deref(), Some("v9k2"), "{text}");
        }
    }

    #[test]
    fn variables_users_and_other_functions_are_no_values() {
        for (text, function) in [
            ("createHmac('sha256', secret)", "createHmac("),
            ("createHmac('sha256')", "createHmac("),
            ("recreateHmac('sha256', 'v9k2')", "createHmac("),
            ("createHmac('sha256', 'v9k2' + salt)", "createHmac("),
            ("auth=('shop', 'shop')", "auth=("),
            ("ftp.login('anonymous', 'me@example.org')", ".login("),
            ("Client(\"name\", \"v9k2\")", "Client("),
            ("createHmac('sha256", "createHmac("),
            ("createHmac(", "createHmac("),
        ] {
            assert_eq!(found(text, function), None, "{text}");
        }
    }
}
