//! `[[call]]`, `[[command]]` and `[[directive]]`: the positions of secrets that no name leads to. The argument of a
//! function (`connect("db", "user", "…")`), the option of a command (`mysql -p…`), the value of a directive
//! (`requirepass …`). Data and its checks; skant reads the texts.
//!
//! Each row belongs to a rule of its pack with the `syntax` of that name, and gives it an anchor.

use serde::Deserialize;

use crate::choices::Syntax;
use crate::schema::PackSpec;
use crate::validate::RuleError;

/// A function whose argument is a secret. At least one of `position` and `parameter` is needed.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CallSpec {
    /// The function as it is written, with its module or class if all programs write it: `mysql.connect`. A method of
    /// any object begins with a dot: `.login`.
    pub function: String,
    /// The position of the argument, counted from 1.
    pub position: Option<usize>,
    /// The name of the parameter, for languages with named arguments.
    pub parameter: Option<String>,
    /// A text that the first argument contains, for functions whose name says little.
    pub first: Option<String>,
    /// The name that the argument would be assigned to: `password`, `secret`, `token` or `key`.
    #[serde(default = "password")]
    pub name: String,
    /// The id of the rule of this pack that reports the argument.
    pub rule: String,
}

/// A command line that contains a secret.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CommandSpec {
    /// The program's name without a path: `mysql`.
    pub program: String,
    /// The words that follow the program in this order, such as `login` of `docker login`. Options may stand between.
    #[serde(default)]
    pub words: Vec<String>,
    /// The options whose value is a secret, as they are written: `--password`, `-p`, `/rp`.
    #[serde(default)]
    pub options: Vec<String>,
    /// Instead of a value of `options`: the position of an argument without a dash after `words`, counted from 1.
    pub argument: Option<usize>,
    /// Where the value is.
    #[serde(default)]
    pub form: CommandForm,
    /// The text before the secret in its argument: `:` in `user:secret`.
    #[serde(default)]
    pub after: String,
    /// The text after the secret in its argument. Without `after` it ends the argument.
    #[serde(default)]
    pub before: String,
    /// Whether the command has to name a secret in another argument: `--name /app/password`.
    #[serde(default)]
    pub named: bool,
    /// The name that the value would be assigned to: `password`, `secret`, `token` or `key`.
    #[serde(default = "password")]
    pub name: String,
    /// The literal to search for. The default is the program, with a space if it is short.
    pub anchor: Option<String>,
    /// The id of the rule of this pack that reports the value.
    pub rule: String,
}

/// Where a command line has the secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CommandForm {
    /// The word after the option, or after `=` or `:` in the same word: `-p secret`, `--password=secret`.
    #[default]
    Separate,
    /// The rest of the word: `-psecret`.
    Attached,
    /// Either of both.
    Either,
    /// The standard input: `echo secret | program --stdin`. One of the options has to be there.
    Piped,
}

/// A line of settings with a secret.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DirectiveSpec {
    /// The words of the line: `VALUE` is the secret, `*` any word, `[0]` a word that may be absent, `NAME` a name that
    /// suggests a secret. After `VALUE` the line ends, or with `…` has any further words.
    pub line: String,
    /// Words in lowercase, one of which is near the line.
    #[serde(default)]
    pub near: Vec<String>,
    /// The name that the value would be assigned to: `password`, `secret`, `token` or `key`.
    #[serde(default = "password")]
    pub name: String,
    /// The literal to search for. The default is the first word of the line with a space after it. A line with `NAME`
    /// needs none: the keywords of `assigned` lead to it.
    pub anchor: Option<String>,
    /// The id of the rule of this pack that reports the value.
    pub rule: String,
}

fn password() -> String {
    "password".to_owned()
}

impl CallSpec {
    /// Returns the literal to search for, in lowercase.
    #[must_use]
    pub fn anchor(&self) -> String {
        format!("{}(", self.function.to_ascii_lowercase())
    }

    /// Checks what the types cannot.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        if self.function.is_empty() {
            return RuleError::plain("a `call` needs the name of a function");
        }
        if self.position == Some(0) {
            return RuleError::plain("the `position` of a `call` counts from 1");
        }
        if self.position.is_none() && self.parameter.is_none() {
            return RuleError::quoting("a `call` needs a `position` or a `parameter`", &self.function);
        }
        Ok(())
    }
}

impl CommandSpec {
    /// Returns the literal to search for, in lowercase. A short program is followed by a space; a long one is rare enough
    /// to be found in a list of strings, too.
    #[must_use]
    pub fn anchor(&self) -> String {
        const MIN_LONG: usize = 8;
        let space = if self.program.len() < MIN_LONG { " " } else { "" };
        let default = || format!("{}{space}", self.program);
        self.anchor.clone().unwrap_or_else(default).to_ascii_lowercase()
    }

    /// Checks what the types cannot.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        if self.program.is_empty() || self.program.contains(['/', ' ']) {
            return RuleError::plain("the `program` of a `command` is a name without a path or arguments");
        }
        if self.argument == Some(0) {
            return RuleError::plain("the `argument` of a `command` counts from 1");
        }
        if self.options.is_empty() && self.argument.is_none() && self.form != CommandForm::Piped {
            return RuleError::quoting("a `command` needs `options` or an `argument`", &self.program);
        }
        Ok(())
    }
}

impl DirectiveSpec {
    /// Returns whether the keywords of `assigned` lead to the line.
    #[must_use]
    pub fn has_name(&self) -> bool {
        self.line.split(' ').any(|word| word == "NAME")
    }

    /// Returns the literal to search for, in lowercase; `None` for a line with `NAME`.
    #[must_use]
    pub fn anchor(&self) -> Option<String> {
        let first = || self.line.split(' ').next().map(|word| format!("{word} "));
        let anchor = self.anchor.clone().or_else(first).filter(|_| !self.has_name())?;
        Some(anchor.to_ascii_lowercase())
    }

    /// Checks what the types cannot.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        let values = self.line.split(' ').filter(|word| word.contains("VALUE")).count();
        if values != 1 {
            return RuleError::quoting("the `line` of a `directive` needs one `VALUE`", &self.line);
        }
        Ok(())
    }
}

/// Gives each rule for arguments the anchors of its rows.
pub(crate) fn add_anchors(pack: &mut PackSpec) {
    let calls = pack.call.iter().map(|call| (&call.rule, Some(call.anchor())));
    let commands = pack.command.iter().map(|command| (&command.rule, Some(command.anchor())));
    let directives = pack.directive.iter().map(|directive| (&directive.rule, directive.anchor()));
    let rows: Vec<_> = calls.chain(commands).chain(directives).collect();
    for rule in &mut pack.rule {
        if matches!(rule.syntax, Some(Syntax::Call | Syntax::Command | Syntax::Directive)) {
            rule.anchors
                .extend(rows.iter().filter(|(id, _)| **id == rule.id).filter_map(|row| row.1.clone()));
            rule.anchors.sort();
            rule.anchors.dedup();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_names_a_function_an_argument_and_a_rule() {
        let call = |text: &str| toml::from_str::<CallSpec>(text).map(|call| call.check().is_ok()).ok();
        assert_eq!(call("function = \"connect\"\nposition = 3\nrule = \"a-b\""), Some(true));
        assert_eq!(call("function = \"connect\"\nparameter = \"password\"\nrule = \"a-b\""), Some(true));
        assert_eq!(call("function = \"connect\"\nrule = \"a-b\""), Some(false));
        assert_eq!(call("function = \"connect\"\nposition = 0\nrule = \"a-b\""), Some(false));
        assert_eq!(call("function = \"connect\"\nargument = 3\nrule = \"a-b\""), None);
    }

    #[test]
    fn a_command_names_a_program_an_argument_and_a_rule() {
        let command = |text: &str| toml::from_str::<CommandSpec>(text).map(|one| one.check().is_ok()).ok();
        assert_eq!(command("program = \"mysql\"\noptions = [\"-p\"]\nrule = \"a-b\""), Some(true));
        assert_eq!(command("program = \"net\"\nargument = 2\nrule = \"a-b\""), Some(true));
        assert_eq!(command("program = \"net\"\nargument = 0\nrule = \"a-b\""), Some(false));
        assert_eq!(command("program = \"mysql\"\nrule = \"a-b\""), Some(false));
        assert_eq!(command("program = \"bin/mysql\"\noptions = [\"-p\"]\nrule = \"a-b\""), Some(false));
        assert_eq!(command("program = \"mysql\"\noption = \"-p\"\nrule = \"a-b\""), None);
    }

    #[test]
    fn a_directive_has_one_value_and_an_anchor_unless_it_has_a_name() {
        let row = |line: &str| DirectiveSpec {
            line: line.to_owned(),
            near: Vec::new(),
            name: password(),
            anchor: None,
            rule: "a-b".to_owned(),
        };
        assert!(row("enable secret [0] VALUE").check().is_ok() && row("enable secret").check().is_err());
        assert_eq!(row("Enable secret VALUE").anchor().as_deref(), Some("enable "));
        assert_eq!(row("ENV NAME VALUE").anchor(), None);
    }
}
