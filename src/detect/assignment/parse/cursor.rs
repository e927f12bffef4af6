//! Reads what stands between a name and its value, and the value to its end.

use std::ops::Range;

use crate::detect::assignment::parse::settings_line;
use crate::detect::assignment::parse::{Assignment, LEAST_VALUE, MOST_VALUE, Operator, Quote, is_name};
use crate::text::{ends_unquoted_value, is_quote};

/// How many spaces, tabs and line ends may stand between two parts.
const MOST_SPACE: usize = 40;

/// Quotes in HTML.
const HTML_QUOTES: [&[u8]; 3] = [b"&quot;", b"&#34;", b"&#39;"];

/// A place in a text.
pub(crate) struct Reader<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    pub(crate) fn spaces(&mut self) -> usize {
        let count =
            self.rest().iter().take(MOST_SPACE).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.at += count;
        count
    }

    /// Spaces and line ends.
    fn blank(&mut self) -> bool {
        let count = self.rest().iter().take(MOST_SPACE).take_while(|byte| byte.is_ascii_whitespace()).count();
        self.at += count;
        count > 0
    }

    /// A quote, perhaps escaped.
    pub(crate) fn quote(&mut self) -> Option<(u8, usize)> {
        let slashes = self.rest().iter().take(3).take_while(|byte| **byte == b'\\').count();
        let quote = self.text.get(self.at + slashes).copied().filter(|byte| is_quote(*byte))?;
        self.at += slashes + 1;
        Some((quote, slashes))
    }

    /// What closes a name, and the operator behind it, where there is one.
    pub(crate) fn operator(&mut self) -> Option<(bool, Option<(Operator, bool)>)> {
        let closed = self.quote().is_some() || self.html_quote();
        if self.peek() == Some(b']') {
            self.at += 1;
        }
        let spaces = self.spaces();
        let next = self.peek()?;
        let operator = match next {
            b'=' => {
                self.at += 1;
                if self.eat(b'>') {
                    Operator::Arrow
                } else if self.eat(b'=') {
                    self.eat(b'=');
                    Operator::Compare
                } else {
                    Operator::Assign
                }
            }
            b'!' if self.rest().starts_with(b"!=") => {
                self.at += 2;
                self.eat(b'=');
                Operator::Compare
            }
            b'+' | b'?' | b'|' if self.rest().get(1) == Some(&b'=') => {
                self.at += 2;
                Operator::Assign
            }
            b'|' if self.rest().starts_with(b"||=") => {
                self.at += 3;
                Operator::Assign
            }
            b':' => {
                self.at += 1;
                if self.eat(b'=') {
                    Operator::Assign
                } else if self.peek() == Some(b':') {
                    return None;
                } else if self.typed() {
                    return Some((closed, Some((Operator::Assign, true))));
                } else {
                    Operator::Colon
                }
            }
            b',' => {
                self.at += 1;
                Operator::Comma
            }
            b'(' => {
                self.at += 1;
                Operator::Call
            }
            b'>' => {
                self.at += 1;
                Operator::Tag
            }
            _ if spaces > 0 || closed || next.is_ascii_whitespace() => return Some((closed, None)),
            _ => return None,
        };
        Some((closed, Some((operator, false))))
    }

    fn html_quote(&mut self) -> bool {
        if self.peek() != Some(b'&') {
            return false;
        }
        let is = HTML_QUOTES.iter().find(|quote| self.rest().starts_with(quote));
        self.at += is.map_or(0, |quote| quote.len());
        is.is_some()
    }

    /// A type between a colon and `=`: `name: &str = `.
    fn typed(&mut self) -> bool {
        let start = self.at;
        self.spaces();
        let is_type = |byte: &u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'|' | b'?' | b'&' | b'<' | b'>' | b'[' | b']' | b'.' | b' ' | b'\'')
        };
        let length = self.rest().iter().take(32).take_while(|byte| is_type(byte)).count();
        let kind = &self.rest()[..length];
        let is = length > 1
            && kind.ends_with(b" ")
            && !kind.ends_with(b"' ")
            && self.text.get(self.at + length) == Some(&b'=')
            && self.text.get(self.at + length + 1) != Some(&b'=');
        self.at = if is { self.at + length + 1 } else { start };
        is
    }

    /// Where nothing but space follows a name: an option, a pair, words before a quote.
    pub(crate) fn no_operator(&mut self, name: &Range<usize>, closed: bool) -> Option<(Operator, bool)> {
        let is_flag = self.text[name.clone()].starts_with(b"-") && !closed;
        if is_flag && self.peek().is_some_and(|byte| byte != b'-' && !byte.is_ascii_whitespace()) {
            return Some((Operator::Flag, false));
        }
        if matches!(self.peek(), Some(b'"' | b'\'')) && !closed {
            return Some((Operator::Space, false));
        }
        self.blank();
        self.quote();
        let is_value = self.rest().get(..5).is_some_and(|word| word.eq_ignore_ascii_case(b"value"));
        if !is_value {
            return None;
        }
        self.at += 5;
        self.quote();
        self.spaces();
        (self.eat(b':') || self.eat(b'=')).then_some((Operator::Pair, false))
    }

    /// The value from here on.
    pub(crate) fn value(&mut self, name: Range<usize>, operator: Operator) -> Option<Assignment> {
        self.spaces();
        if let Some(value) = settings_line::whole(self.text, &name, operator, self.at) {
            let none = value.start..value.start;
            let (wrapper, scheme, quote) = (none.clone(), none, Quote::None);
            return Some(Assignment { name, value, operator, quote, wrapper, scheme });
        }
        if matches!(self.peek(), Some(b'\n' | b'\r')) {
            if operator == Operator::Comma {
                return None;
            }
            self.blank();
            self.peek().filter(|byte| is_quote(*byte))?;
        }
        if self.eat(b'[') {
            self.blank();
            self.peek().filter(|byte| is_quote(*byte) || *byte == b'\\')?;
        }
        if self.rest().starts_with(b"new ") {
            self.at += 4;
        }
        let wrapper = self.wrapper();
        if matches!(self.peek(), Some(b'b' | b'r' | b'u' | b'f' | b'L' | b'@' | b'N' | b'$')) {
            let prefixed = self.text.get(self.at + 1).is_some_and(|byte| is_quote(*byte));
            self.at += usize::from(prefixed);
        }
        let (value, quote) = match self.open() {
            Some((quote, slashes)) => self.quoted(quote, slashes)?,
            None if wrapper.is_empty() => (self.bare(operator)?, Quote::None),
            None => return None,
        };
        // The quotes are those of others: `="name:" next="…"`.
        let inside = &self.text[value.clone()];
        if quote != Quote::None && inside.starts_with(b" ") && inside.ends_with(b"=") {
            return None;
        }
        let scheme = scheme(inside);
        let scheme = value.start..value.start + scheme;
        let value = trimmed(self.text, scheme.end..value.end);
        (LEAST_VALUE..=MOST_VALUE).contains(&value.len()).then_some(Assignment {
            name,
            value,
            operator,
            quote,
            wrapper,
            scheme,
        })
    }

    fn open(&mut self) -> Option<(u8, usize)> {
        if self.html_quote() { Some((b'&', 0)) } else { self.quote() }
    }

    /// A call around the value, or something that the value stands in for: `Buffer.from(`, `env.X || `.
    fn wrapper(&mut self) -> Range<usize> {
        let start = self.at;
        let is_part = |byte: &u8| is_name(*byte) || matches!(byte, b'[' | b']' | b':' | b'&' | b'@');
        let length = self.rest().iter().take(48).take_while(|byte| is_part(byte)).count();
        if length == 0 {
            return start..start;
        }
        self.at += length;
        let end = self.at;
        self.spaces();
        let joined = self.rest().starts_with(b"||")
            || self.rest().starts_with(b"??")
            || self.rest().starts_with(b"or ");
        if joined {
            self.at += 2;
        }
        let is_call = !joined && self.at == end && self.eat(b'(');
        if joined || is_call {
            self.spaces();
            let gets = is_call
                && [&b"env"[..], b"get", b"ENV", b"onfig"]
                    .iter()
                    .any(|word| memchr::memmem::find(&self.text[start..end], word).is_some());
            if gets && !self.second() {
                self.at = start;
                return start..start;
            }
            let prefix = self.peek().is_some_and(|byte| matches!(byte, b'b' | b'r' | b'u'));
            if self.text.get(self.at + usize::from(prefix)).copied().is_some_and(is_quote) {
                return start..end;
            }
        }
        self.at = start;
        start..start
    }

    /// Passes over the first of two arguments.
    fn second(&mut self) -> bool {
        let Some((quote, slashes)) = self.quote() else { return false };
        let Some(_) = self.quoted(quote, slashes) else { return false };
        self.spaces();
        if !self.eat(b',') {
            return false;
        }
        self.spaces();
        true
    }

    /// Up to the quote that closes.
    pub(crate) fn quoted(&mut self, quote: u8, slashes: usize) -> Option<(Range<usize>, Quote)> {
        let start = self.at;
        let most = self.rest().len().min(MOST_VALUE + 16);
        let inside = &self.rest()[..most];
        let kind = match quote {
            _ if slashes > 0 || quote == b'&' => Quote::Escaped,
            b'"' => Quote::Double,
            b'\'' => Quote::Single,
            _ => Quote::Back,
        };
        let mut at = 0;
        loop {
            let byte = *inside.get(at)?;
            match byte {
                b'\n' | b'\r' => return None,
                b'&' if quote == b'&' && HTML_QUOTES.iter().any(|quote| inside[at..].starts_with(quote)) => {
                    break;
                }
                b'\\'
                    if slashes > 0
                        && inside[at..].iter().take_while(|byte| **byte == b'\\').count() <= slashes
                        && inside.get(at + slashes) == Some(&quote) =>
                {
                    break;
                }
                b'\\' if slashes == 0 => at += 2,
                _ if byte == quote && slashes == 0 && quote != b'&' => break,
                _ if byte == quote && slashes > 0 => return None,
                _ => at += 1,
            }
        }
        let end = start + at.min(most);
        self.at = end + if quote == b'&' { 5 } else { 1 + slashes };
        Some((start..end, kind))
    }

    /// Up to where a value without quotes ends; none where it is code.
    fn bare(&mut self, operator: Operator) -> Option<Range<usize>> {
        if matches!(operator, Operator::Compare | Operator::Comma | Operator::Call | Operator::Space) {
            return None;
        }
        let start = self.at;
        if operator == Operator::Tag {
            let most = self.rest().len().min(MOST_VALUE + 1);
            let length = memchr::memchr2(b'<', b'\n', &self.rest()[..most])?;
            return (self.rest()[length] == b'<').then_some(start..start + length);
        }
        let ends = ends_unquoted_value;
        let rest = self.rest();
        let inside = |at: usize| {
            matches!(rest[at], b'\'' | b'"' | b'|')
                && at > 0
                && rest[at - 1].is_ascii_alphanumeric()
                && rest.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
        };
        let mut length =
            (0..rest.len().min(MOST_VALUE + 1)).take_while(|at| !ends(rest[*at]) || inside(*at)).count();
        // A scheme and one more word: `Authorization: Bearer value`.
        let scheme = scheme(self.rest());
        if scheme > length {
            length = scheme
                + self.rest()[scheme..].iter().take(MOST_VALUE).take_while(|byte| !ends(**byte)).count();
        }
        if length > MOST_VALUE || matches!(self.rest().get(length), Some(b'(' | b'[' | b'{')) {
            return None;
        }
        Some(start..start + length)
    }
}

/// The length of a scheme that a value begins with, its space included.
fn scheme(value: &[u8]) -> usize {
    const STORED: [&[u8]; 8] =
        [b"{ssha}", b"{sha}", b"{smd5}", b"{md5}", b"{crypt}", b"{noop}", b"{plain}", b"{cipher}"];
    const SCHEMES: [&[u8]; 7] = [b"bearer ", b"basic ", b"token ", b"apikey ", b"key ", b"bearer:", b"jwt "];
    let is =
        |scheme: &&&[u8]| value.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    if let Some(scheme) = SCHEMES.iter().find(is) {
        return scheme.len();
    }
    // `{SSHA}value`
    STORED.iter().find(is).map_or(0, |scheme| scheme.len())
}

/// A value without the signs of the sentence around it.
fn trimmed(text: &[u8], mut value: Range<usize>) -> Range<usize> {
    while value.start < value.end && text[value.start].is_ascii_whitespace() {
        value.start += 1;
    }
    while value.start < value.end
        && (text[value.end - 1].is_ascii_whitespace()
            || text[value.end - 1] == b'\\'
            || text[value.start..value.end].ends_with(b"\\n"))
    {
        value.end -= if text[value.start..value.end].ends_with(b"\\n") { 2 } else { 1 };
    }
    value
}
