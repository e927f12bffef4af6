//! Values at positions that tables name: the argument of a call, the option of a command, the word after a directive
//! (`rules/calls.toml`, `commands.toml`, `directives.toml`). No name of a secret leads to them.
//!
//! Decides only where a value is. For the rest of the work it is restated as an assignment to the name that its row
//! gives, so that it is rejected and scored as any other password.

mod call;
mod command;
mod directive;
mod literal;
mod shell_words;

use std::ops::Range;

use crate::detect::assignment::parse::{Assignment, Operator, Quote};
use crate::rules::Syntax;

pub(crate) use directive::find_named as find_named_directive;

/// The name that a value would be assigned to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// The name that the row gives.
    OfRow(&'static str),
    /// The name that the text has.
    Written(Range<usize>),
}

/// A value at a position that a row of a table names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Argument {
    pub(crate) value: Range<usize>,
    pub(crate) name: Name,
    /// The call, the command or the line that the value is in, up to the value's end at least.
    pub(crate) within: Range<usize>,
}

/// A value as an assignment, in a text of its own.
pub(crate) struct Restated {
    pub(crate) text: Vec<u8>,
    pub(crate) assignment: Assignment,
}

/// Finds the value at an anchor of a rule with the given syntax.
pub(crate) fn find(syntax: Syntax, text: &[u8], anchor: &Range<usize>) -> Option<Argument> {
    match syntax {
        Syntax::Call => call::find(text, anchor),
        Syntax::Command => command::find(text, anchor),
        Syntax::Directive => directive::find(text, anchor),
        _ => None,
    }
}

/// The number of bytes of the lines above and below that a restated value keeps: features of the text around a value
/// read no more.
const AROUND: usize = 160;

impl Argument {
    /// Returns the value as `name = "value"` between the lines above and below it.
    pub(crate) fn restate(&self, text: &[u8]) -> Restated {
        let Self { value, name, within } = self;
        let name = match name {
            Name::OfRow(name) => name.as_bytes(),
            Name::Written(name) => &text[name.clone()],
        };
        let above = memchr::memrchr(b'\n', &text[..within.start]).map_or(0, |at| at + 1);
        let end = within.end.max(value.end);
        let below = memchr::memchr(b'\n', &text[end..]).map_or(text.len(), |at| end + at);
        let above = &text[above.saturating_sub(AROUND)..above];
        let below = &text[below..text.len().min(below + AROUND)];
        let name_start = above.len();
        let value_start = name_start + name.len() + 4;
        let value_end = value_start + value.len();
        let restated = [above, name, b" = \"", &text[value.clone()], b"\"", below].concat();
        let empty = value_start..value_start;
        Restated {
            text: restated,
            assignment: Assignment {
                name: name_start..name_start + name.len(),
                value: value_start..value_end,
                operator: Operator::Assign,
                quote: Quote::Double,
                wrapper: empty.clone(),
                scheme: empty,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_restated_between_the_lines_around_it() {
        let text = b"user: app\nlogin(\"app\", \"kX9pQ2vR\")\nport: 1\n";
        let at = memchr::memmem::find(text, b"kX9").unwrap();
        let argument = Argument { value: at..at + 8, name: Name::OfRow("password"), within: 10..at + 10 };
        let Restated { text, assignment } = argument.restate(text);
        assert_eq!(text, b"user: app\npassword = \"kX9pQ2vR\"\nport: 1\n");
        assert_eq!(&text[assignment.name], b"password");
        assert_eq!(&text[assignment.value], b"kX9pQ2vR");
    }
}
