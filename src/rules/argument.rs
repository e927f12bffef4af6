//! The rows of `[[call]]`, `[[command]]` and `[[directive]]` of all packs, as the detector uses them. The TOML keys are
//! documented in the crate `skant-rule-schema`. Rows are found by their anchor; no text is read here.

pub(crate) use skant_rule_schema::CommandForm;

/// A function whose argument is a secret.
#[derive(Debug)]
pub(crate) struct Call {
    /// The literal that leads to the row, in lowercase: the function and its parenthesis.
    pub(crate) anchor: &'static str,
    /// The position of the argument, counted from 0.
    pub(crate) position: Option<usize>,
    /// The name of the parameter, for languages with named arguments.
    pub(crate) parameter: Option<&'static str>,
    /// A text that the first argument contains.
    pub(crate) first: Option<&'static str>,
    /// The name that the argument would be assigned to.
    pub(crate) name: &'static str,
}

/// A command line that contains a secret.
#[derive(Debug)]
pub(crate) struct Command {
    /// The literal that leads to the row, in lowercase.
    pub(crate) anchor: &'static str,
    pub(crate) program: &'static str,
    /// The words that follow the program in this order.
    pub(crate) words: &'static [&'static str],
    /// The options whose value is a secret.
    pub(crate) options: &'static [&'static str],
    /// The position of an argument without a dash, counted from 0.
    pub(crate) argument: Option<usize>,
    pub(crate) form: CommandForm,
    /// The text before the secret in its argument.
    pub(crate) after: &'static str,
    /// The text after the secret in its argument.
    pub(crate) before: &'static str,
    /// Whether the command has to name a secret in another argument.
    pub(crate) named: bool,
    /// The name that the value would be assigned to.
    pub(crate) name: &'static str,
}

/// A line of settings with a secret.
#[derive(Debug)]
pub(crate) struct Directive {
    /// The literal that leads to the row, in lowercase; empty for a line with `NAME`.
    pub(crate) anchor: &'static str,
    pub(crate) line: &'static [LinePart],
    /// Words in lowercase, one of which is near the line.
    pub(crate) near: &'static [&'static str],
    /// The name that the value would be assigned to.
    pub(crate) name: &'static str,
}

/// A word of the line of a directive.
#[derive(Debug)]
pub(crate) enum LinePart {
    /// This word, in any case.
    Word(&'static str),
    /// This word, or none.
    Optional(&'static str),
    /// Any word.
    Any,
    /// Any number of words.
    Rest,
    /// The name that the value is assigned to.
    Name,
    /// The secret, between two texts.
    Value { before: &'static str, after: &'static str },
}

/// Returns the calls that an anchor leads to.
pub(crate) fn calls_at(anchor: &[u8]) -> &'static [Call] {
    rows_at(CALLS, anchor, |row| row.anchor)
}

/// Returns the commands that an anchor leads to.
pub(crate) fn commands_at(anchor: &[u8]) -> &'static [Command] {
    rows_at(COMMANDS, anchor, |row| row.anchor)
}

/// Returns the directives that an anchor leads to.
pub(crate) fn directives_at(anchor: &[u8]) -> &'static [Directive] {
    rows_at(DIRECTIVES, anchor, |row| row.anchor)
}

/// Returns the directives with a name, to which the keywords of assignments lead.
pub(crate) fn directives_with_name() -> &'static [Directive] {
    directives_at(b"")
}

/// Returns the rows of a sorted table with an anchor, which may have any case.
fn rows_at<T>(table: &'static [T], anchor: &[u8], of_row: fn(&T) -> &'static str) -> &'static [T] {
    let order = |row: &T| of_row(row).bytes().cmp(anchor.iter().map(u8::to_ascii_lowercase));
    let start = table.partition_point(|row| order(row).is_lt());
    let end = start + table[start..].iter().take_while(|row| order(row).is_eq()).count();
    &table[start..end]
}

include!(concat!(env!("OUT_DIR"), "/arguments.rs"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Matcher, RuleSet, Syntax};

    #[test]
    fn each_row_is_found_by_its_anchor() {
        assert!(CALLS.len() >= 60 && COMMANDS.len() >= 50 && DIRECTIVES.len() >= 30);
        let find = |syntax: Syntax| {
            let rules = RuleSet::builtin();
            let is_one =
                |matcher: &Matcher| matches!(matcher, Matcher::Generic(rule) if rule.syntax == syntax);
            let anchors = rules
                .rules()
                .iter()
                .filter(|rule| is_one(&rule.matcher))
                .flat_map(|rule| rule.anchors.iter());
            anchors.map(ToString::to_string).collect::<Vec<_>>()
        };
        for anchor in find(Syntax::Call) {
            assert!(!calls_at(anchor.to_uppercase().as_bytes()).is_empty(), "{anchor}");
        }
        for anchor in find(Syntax::Command) {
            assert!(!commands_at(anchor.as_bytes()).is_empty(), "{anchor}");
        }
        for anchor in find(Syntax::Directive) {
            assert!(!directives_at(anchor.as_bytes()).is_empty(), "{anchor}");
        }
        assert!(!directives_with_name().is_empty() && calls_at(b"unknown(").is_empty());
    }

    #[test]
    fn names_are_those_that_the_model_knows() {
        let names = CALLS.iter().map(|row| row.name).chain(COMMANDS.iter().map(|row| row.name));
        for name in names.chain(DIRECTIVES.iter().map(|row| row.name)) {
            assert!(["password", "secret", "token", "key", "private_key"].contains(&name), "{name}");
        }
    }
}
