//! Lines of settings: `NAME=value` and `name: value` to the end of the line, where a value without quotes may hold signs
//! that end one in a program.

use std::ops::Range;

use crate::detect::assignment::parse::{MOST_VALUE, Operator};

/// What may stand before the name on its line.
const BEFORE: [&[u8]; 6] = [b"", b"export ", b"set ", b"ENV ", b"ARG ", b"- "];

/// What is code, a template or an address, wherever it stands.
const CODE: [&[u8]; 14] =
    [b"->", b"::", b"=>", b"&&", b"||", b"${", b"$(", b"{{", b"()", b"[]", b"{}", b"</", b"/>", b"://"];

/// A value that takes up the rest of its line and holds signs that would end it elsewhere.
pub(crate) fn whole(
    text: &[u8],
    name: &Range<usize>,
    operator: Operator,
    start: usize,
) -> Option<Range<usize>> {
    if !is_setting(text, name, operator, start) {
        return None;
    }
    let rest = &text[start..text.len().min(start + MOST_VALUE + 1)];
    let length = rest.iter().take_while(|byte| **byte > b' ' && **byte != 0x7f).count();
    let after = &text[start + length..];
    let space = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    let is_last = matches!(after.get(space), None | Some(b'\n'));
    (is_last && length <= MOST_VALUE && is_plain(&rest[..length])).then_some(start..start + length)
}

/// Whether a line has nothing before its name, and nothing but an operator behind it.
fn is_setting(text: &[u8], name: &Range<usize>, operator: Operator, start: usize) -> bool {
    if !matches!(operator, Operator::Assign | Operator::Colon) {
        return false;
    }
    let line = text[..name.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let before = &text[line..name.start];
    let indent = before.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let between = &text[name.end..start];
    match operator {
        // What is indented is rather an argument in a call.
        Operator::Assign => {
            between == b"=" && BEFORE.contains(&&before[indent..]) && (indent == 0 || before.ends_with(b"- "))
        }
        Operator::Colon => {
            between.len() > 1 && between[0] == b':' && matches!(&before[indent..], b"" | b"- ")
        }
        _ => false,
    }
}

/// Whether it is no code, no list, and no part of several settings on one line.
fn is_plain(value: &[u8]) -> bool {
    const BRACKETS: &[u8] = b"()[]{}<>";
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    let is_ended = |byte: &u8| b"&><()[]{}|".contains(byte);
    let names_another = value.split(|byte| b"&;,?".contains(byte)).skip(1).any(|part| {
        part.iter().position(|byte| *byte == b'=').is_some_and(|at| at > 0 && at + 1 < part.len())
    });
    has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && value.iter().any(is_ended)
        && !value.iter().any(|byte| b"\"'`\\".contains(byte))
        && !value.last().is_some_and(|last| b";,{([".contains(last))
        && !CODE.iter().any(|code| memchr::memmem::find(value, code).is_some())
        && !names_another
        && !(value.iter().any(|byte| BRACKETS.contains(byte)) && is_balanced(value))
}

/// Whether each bracket has its other one, as in a program.
fn is_balanced(value: &[u8]) -> bool {
    let mut open = Vec::new();
    for byte in value {
        match byte {
            b'(' => open.push(b')'),
            b'[' | b'{' | b'<' => open.push(byte + 2),
            b')' | b']' | b'}' | b'>' if open.pop() != Some(*byte) => return false,
            _ => {}
        }
    }
    open.is_empty()
}

#[cfg(test)]
mod tests {
    use crate::detect::assignment::parse::assigned;

    fn value(text: &str) -> Option<String> {
        let start = text.to_ascii_lowercase().find("password")?;
        let place = assigned(text.as_bytes(), &(start..start + 8))?;
        Some(text[place.value].to_owned())
    }

    #[test]
    fn a_value_in_a_line_of_settings_may_hold_any_sign() {
        for (text, expected) in [
            ("DB_PASSWORD=Zk4pLq9w&horsebat\n", "Zk4pLq9w&horsebat"),
            ("DB_PASSWORD=a9[Kd03mfPq7vx2", "a9[Kd03mfPq7vx2"),
            ("x=1\nexport DB_PASSWORD=R7t{p9Qw2LzXm4\r\n", "R7t{p9Qw2LzXm4"),
            ("db.password=tY8<kP3vQn5wZr  \n", "tY8<kP3vQn5wZr"),
            ("ENV DB_PASSWORD=tY8)kP3v\n", "tY8)kP3v"),
            ("    environment:\n      - DB_PASSWORD=tY8)kP3v\n", "tY8)kP3v"),
            ("  password: tY8}kP3v;q\n", "tY8}kP3v;q"),
            ("- password: tY8>kP3v,q\n", "tY8>kP3v,q"),
        ] {
            assert_eq!(value(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn code_and_several_settings_on_a_line_are_read_as_before() {
        for (text, expected) in [
            ("password=hunter2x&next=1\n", Some("hunter2x")),
            ("password=hunter2x;Server=x1\n", Some("hunter2x")),
            ("password=hunter2x,\n", Some("hunter2x")),
            ("password=hunter2x>file and more\n", Some("hunter2x")),
            ("  password=hunter2x)\n", Some("hunter2x")),
            ("f(password=hunter2x>y)\n", Some("hunter2x")),
            ("password=hunter2x</b>\n", Some("hunter2x")),
            ("password=hunter2x\\n>a\n", Some("hunter2x")),
            ("password: get2(x)\n", None),
            ("password: Box2<u8>\n", Some("Box2")),
            ("password: keys[i1]\n", None),
            ("\"password\": hunter2x}\n", Some("hunter2x")),
            ("the password: hunter2x}\n", Some("hunter2x")),
            ("password=$(cat x1)\n", None),
        ] {
            assert_eq!(value(text).as_deref(), expected, "{text}");
        }
    }
}
