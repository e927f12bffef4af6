//! Forms that lead to a value without a telling name: the scheme of a header, an address with a password, the login
//! of a command, a statement in SQL.

use std::ops::Range;

use crate::detect::assignment::parse::cursor::Reader;
use crate::detect::assignment::parse::{Assignment, LEAST_VALUE, MOST_VALUE, Operator, Quote, is_name};
use crate::text::is_quote;

/// The secret of `Bearer value`.
pub(crate) fn schemed(text: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    let is_part = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-' | b'.' | b'~' | b':')
    };
    let length = text[anchor.end..].iter().take(MOST_VALUE + 1).take_while(|byte| is_part(byte)).count();
    if !(8..=MOST_VALUE).contains(&length) || anchor.start > 0 && is_name(text[anchor.start - 1]) {
        return None;
    }
    // `Bearer Some-Name: …`
    if text[anchor.end + length - 1] == b':' {
        return None;
    }
    let scheme = anchor.clone();
    let value = anchor.end..anchor.end + length;
    Some(Assignment {
        name: anchor.start..anchor.end - 1,
        value,
        operator: Operator::Scheme,
        quote: Quote::None,
        wrapper: anchor.end..anchor.end,
        scheme,
    })
}

/// The password of an address: from `://` on.
pub(crate) fn userinfo(text: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    const MOST: usize = 200;
    let rest = &text[anchor.end..text.len().min(anchor.end + MOST)];
    // Most addresses hold none.
    memchr::memchr(b'@', rest)?;
    let ends = |byte: &u8| {
        !byte.is_ascii_graphic() && *byte < 0x80
            || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'/' | b'\\' | b'?')
    };
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    let at = memchr::memrchr(b'@', &rest[..length])?;
    let colon = memchr::memchr(b':', &rest[..at])?;
    if rest[..colon].contains(&b'[') {
        return None;
    }
    if rest
        .get(at + 1)
        .is_none_or(|host| !host.is_ascii_alphanumeric() && !matches!(host, b'$' | b'{' | b'[' | b'%' | b'*'))
    {
        return None;
    }
    let value = anchor.end + colon + 1..anchor.end + at;
    let name = text[..anchor.start]
        .iter()
        .rev()
        .take(24)
        .take_while(|byte| is_name(**byte) || **byte == b'+')
        .count();
    let nothing = value.start..value.start;
    (value.len() >= LEAST_VALUE - 1).then_some(Assignment {
        name: anchor.start - name..anchor.start,
        value,
        operator: Operator::Url,
        quote: Quote::None,
        wrapper: anchor.end..anchor.end + colon,
        scheme: nothing,
    })
}

/// The password of `curl -u user:password`: the rest of the line is looked through.
pub(crate) fn login(text: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    const MOST: usize = 256;
    const OPTIONS: [&[u8]; 4] = [b" -u ", b" --user ", b" -u=", b" --user="];
    let rest = &text[anchor.end - 1..text.len().min(anchor.end + MOST)];
    let rest = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let (at, option) =
        OPTIONS.iter().find_map(|option| Some((memchr::memmem::find(rest, option)?, option)))?;
    let mut start = anchor.end - 1 + at + option.len();
    let quote = text.get(start).copied().filter(|byte| is_quote(*byte));
    start += usize::from(quote.is_some());
    let ends = |byte: &u8| {
        quote.map_or(!byte.is_ascii_graphic() || is_quote(*byte) || *byte == b'\\', |quote| {
            *byte == quote || *byte == b'\n'
        })
    };
    let length = text[start..].iter().take(128).position(ends).unwrap_or(0);
    let colon = memchr::memchr(b':', &text[start..start + length])?;
    let value = start + colon + 1..start + length;
    let nothing = value.start..value.start;
    (value.len() >= LEAST_VALUE).then_some(Assignment {
        name: anchor.start..anchor.end - 1,
        value,
        operator: Operator::Login,
        quote: Quote::None,
        wrapper: start..start + colon,
        scheme: nothing,
    })
}

/// The password of `IDENTIFIED BY 'value'`, perhaps with a plugin's name before `BY`.
pub(crate) fn identified(text: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    const MOST: usize = 60;
    const STATEMENTS: [&[u8]; 4] = [b"create ", b"alter ", b"grant ", b"user "];
    let before = text[anchor.start.saturating_sub(2 * MOST)..anchor.start].to_ascii_lowercase();
    if !STATEMENTS.iter().any(|word| memchr::memmem::find(&before, word).is_some()) {
        return None;
    }
    let rest = &text[anchor.end - 1..text.len().min(anchor.end + MOST)];
    let by = rest
        .windows(4)
        .position(|word| word.eq_ignore_ascii_case(b" by ") || word.eq_ignore_ascii_case(b" as "))?;
    let mut reader = Reader { text, at: anchor.end - 1 + by + 4 };
    reader.spaces();
    let (quote, slashes) = reader.quote()?;
    let (value, quote) = reader.quoted(quote, slashes)?;
    let nothing = value.start..value.start;
    (value.len() >= LEAST_VALUE).then_some(Assignment {
        name: anchor.start..anchor.end - 1,
        value,
        operator: Operator::Sql,
        quote,
        wrapper: nothing.clone(),
        scheme: nothing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Form = fn(&[u8], &Range<usize>) -> Option<Assignment>;

    fn value<'t>(form: Form, text: &'t str, anchor: &str) -> Option<&'t str> {
        let start = text.find(anchor)?;
        form(text.as_bytes(), &(start..start + anchor.len())).map(|place| &text[place.value])
    }

    #[test]
    fn forms_lead_to_the_secret_alone() {
        let cases: [(Form, &str, &str, Option<&str>); 19] = [
            (userinfo, "postgres://app:hunter2x@db/app", "://", Some("hunter2x")),
            (userinfo, "redis://:hunter2x@db", "://", Some("hunter2x")),
            (userinfo, "amqp://a:p@ss@host", "://", Some("p@ss")),
            (userinfo, "https://host:8080/a@b", "://", None),
            (userinfo, "https://user@host/", "://", None),
            (schemed, "Bearer abcdefgh12", "Bearer ", Some("abcdefgh12")),
            (schemed, "Bearer <token>", "Bearer ", None),
            (schemed, "Bearer Some-Name-2: abcdefgh12", "Bearer ", None),
            (schemed, "-H 'authorization: Bearer abcdefgh12'", "Bearer ", Some("abcdefgh12")),
            (schemed, "TheBearer abcdefgh12", "Bearer ", None),
            (login, "curl -s -u me:hunter2x https://h", "curl ", Some("hunter2x")),
            (login, "curl --user 'me:hunter2x' https://h", "curl ", Some("hunter2x")),
            (login, "curl -s https://h\n -u me:hunter2x", "curl ", None),
            (login, "sh(\"curl https://h -u me:hunter2x\")", "curl ", Some("hunter2x")),
            (login, "curl https://h -u me:hunter2x\\", "curl ", Some("hunter2x")),
            (login, "curl -u me:hunter2x\n", "curl ", Some("hunter2x")),
            (identified, "CREATE USER a IDENTIFIED BY 'hunter2x';", "IDENTIFIED ", Some("hunter2x")),
            (
                identified,
                "ALTER USER a IDENTIFIED WITH plugin BY \"hunter2x\"",
                "IDENTIFIED ",
                Some("hunter2x"),
            ),
            (identified, "rows IDENTIFIED BY 'hunter2x'", "IDENTIFIED ", None),
        ];
        for (form, text, anchor, expected) in cases {
            assert_eq!(value(form, text, anchor), expected, "{text}");
        }
    }
}
