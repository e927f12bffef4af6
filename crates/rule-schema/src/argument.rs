//! `[[call]]` and `[[command]]`: functions and command lines that take a secret as an argument.
//!
//! The tables are read and checked; no code uses them yet. They will name secrets that neither a format nor an
//! assignment shows: `connect("db", "user", "…")` and `mysql --password …`.

use serde::Deserialize;

use crate::validate::RuleError;

/// A function whose argument is a secret. At least one of `position` and `parameter` is needed.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CallSpec {
    /// The function as it is written, with or without its module or class: `HTTPBasicAuth`.
    pub function: String,
    /// The position of the argument, counted from 1.
    pub position: Option<usize>,
    /// The name of the parameter, for languages with named arguments.
    pub parameter: Option<String>,
    /// The id of the rule of this pack that reports the argument.
    pub rule: String,
}

/// A command whose option takes a secret.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CommandSpec {
    /// The program's name without a path: `mysql`.
    pub program: String,
    /// The options whose value is a secret, with their dashes: `--password`, `-p`.
    pub options: Vec<String>,
    /// The id of the rule of this pack that reports the value.
    pub rule: String,
}

impl CallSpec {
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
    /// Checks what the types cannot.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        if self.program.is_empty() || self.program.contains(['/', ' ']) {
            return RuleError::plain("the `program` of a `command` is a name without a path or arguments");
        }
        if self.options.is_empty() || !self.options.iter().all(|option| option.starts_with('-')) {
            return RuleError::quoting("a `command` needs options that begin with `-`", &self.program);
        }
        Ok(())
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
    fn a_command_names_a_program_options_and_a_rule() {
        let command = |text: &str| toml::from_str::<CommandSpec>(text).map(|one| one.check().is_ok()).ok();
        assert_eq!(command("program = \"mysql\"\noptions = [\"-p\"]\nrule = \"a-b\""), Some(true));
        assert_eq!(command("program = \"mysql\"\noptions = [\"p\"]\nrule = \"a-b\""), Some(false));
        assert_eq!(command("program = \"bin/mysql\"\noptions = [\"-p\"]\nrule = \"a-b\""), Some(false));
        assert_eq!(command("program = \"mysql\"\noption = \"-p\"\nrule = \"a-b\""), None);
    }
}
