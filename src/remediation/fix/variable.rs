//! The names of environment variables.

use super::site::NameStyle;
use crate::rules::Rule;

/// Variables that programs of the system read.
const SYSTEM: [&str; 17] = [
    "PATH", "HOME", "USER", "SHELL", "IFS", "PWD", "OLDPWD", "LANG", "TERM", "ENV", "BASH_ENV", "PS1", "PS2",
    "PS4", "TMPDIR", "EDITOR", "LOGNAME",
];

/// The starts of further such names.
const SYSTEM_STARTS: [&str; 6] = ["LC_", "LD_", "DYLD_", "PYTHON", "NODE_OPTIONS", "XDG_"];

/// Names of code that do not say what the value is for.
const VAGUE: [&str; 9] =
    ["URL", "URI", "DSN", "KEY", "VALUE", "AUTH", "AUTHORIZATION", "STRING", "CONNECTION"];

/// The longest name.
const MAX_LENGTH: usize = 64;

/// Chooses the name of the variable for a value: the name in the code if it says what the value is, else the usual name
/// of the rule.
pub(crate) fn name_for(assigned: Option<&str>, rule: &Rule, is_builtin: bool) -> String {
    let assigned = assigned.and_then(from_code);
    let provider = rule.id.split('-').next().unwrap_or_default().to_ascii_uppercase();
    let is_named = |name: &String| {
        !VAGUE.contains(&name.as_str()) && (!rule.is_provider() || !is_builtin || name.contains(&provider))
    };
    let name = assigned.filter(is_named).unwrap_or_else(|| {
        // The variable of a rule may name a file; here it holds the value.
        rule.variable.strip_suffix("_FILE").unwrap_or(&rule.variable).to_owned()
    });
    let is_system = SYSTEM.contains(&name.as_str())
        || SYSTEM_STARTS.iter().any(|start| name.starts_with(start))
        || name.len() < 2;
    if is_system { format!("{name}_SECRET") } else { name }
}

/// Writes a name of the code as that of a variable: `dbPassword` and `db-password` become `DB_PASSWORD`.
fn from_code(name: &str) -> Option<String> {
    let mut out = String::new();
    let characters: Vec<char> = name.chars().collect();
    for (index, character) in characters.iter().enumerate() {
        if !character.is_ascii_alphanumeric() {
            out.push('_');
            continue;
        }
        let previous = index.checked_sub(1).map(|index| characters[index]);
        let next = characters.get(index + 1);
        let begins_word = character.is_ascii_uppercase()
            && previous.is_some_and(|previous| {
                previous.is_ascii_lowercase()
                    || previous.is_ascii_digit() && next.is_some_and(char::is_ascii_lowercase)
                    || previous.is_ascii_uppercase() && next.is_some_and(char::is_ascii_lowercase)
            });
        if begins_word {
            out.push('_');
        }
        out.push(character.to_ascii_uppercase());
    }
    let parts: Vec<&str> = out.split('_').filter(|part| !part.is_empty()).collect();
    let name = parts.join("_");
    let is_valid = name.len() > 1
        && name.len() <= MAX_LENGTH
        && name.starts_with(|first: char| first.is_ascii_uppercase());
    is_valid.then_some(name)
}

/// Returns the name of the variable in the environment.
pub(super) fn in_environment(name: &str, style: NameStyle) -> String {
    match style {
        NameStyle::Variable => name.to_owned(),
        NameStyle::Terraform => format!("TF_VAR_{}", name.to_ascii_lowercase()),
        NameStyle::ActionsSecret => match name.strip_prefix("GITHUB_") {
            Some(rest) => format!("GH_{rest}"),
            None => name.to_owned(),
        },
    }
}

/// Returns the name as the file reads it, for the name of the variable in the environment.
pub(super) fn in_file(name: &str, style: NameStyle) -> String {
    match style {
        NameStyle::Terraform => name.strip_prefix("TF_VAR_").unwrap_or(name).to_owned(),
        NameStyle::Variable | NameStyle::ActionsSecret => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_code_become_names_of_variables() {
        for (name, expected) in [
            ("dbPassword", Some("DB_PASSWORD")),
            ("db-password", Some("DB_PASSWORD")),
            ("DB_PASSWORD", Some("DB_PASSWORD")),
            ("_apiKey2", Some("API_KEY2")),
            ("AWSSecretKey", Some("AWS_SECRET_KEY")),
            ("$pass", Some("PASS")),
            ("spring.datasource.password", Some("SPRING_DATASOURCE_PASSWORD")),
            ("k", None),
            ("2fa", None),
            ("\u{43a}\u{43b}\u{44e}\u{447}", None),
        ] {
            assert_eq!(from_code(name).as_deref(), expected, "{name}");
        }
    }
}
