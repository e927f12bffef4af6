//! The place of one value in a file: what to replace, and the value that moves.

use std::ops::Range;

use super::literal_ends::is_word;

/// How the name of the variable is written where it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameStyle {
    /// The name of an environment variable.
    Variable,
    /// The name of a Terraform variable: in lowercase, and `TF_VAR_…` in the environment.
    Terraform,
    /// The name of a secret of GitHub Actions, which does not begin with `GITHUB_`.
    ActionsSecret,
}

/// The place of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    /// The bytes to replace.
    pub(super) range: Range<usize>,
    /// The new text; `@` stands for the name of the variable between `before` and `after`, which are copied.
    pub(super) template: String,
    pub(super) before: Vec<u8>,
    pub(super) after: Vec<u8>,
    /// The value, as the program sees it.
    pub(super) value: String,
    /// The name that the value is assigned to.
    pub(super) assigned: Option<String>,
    pub(super) style: NameStyle,
}

impl Site {
    /// Returns the new text for a variable.
    pub(super) fn text(&self, name: &str) -> Vec<u8> {
        [&self.before[..], self.template.replace('@', name).as_bytes(), &self.after[..]].concat()
    }
}

/// Returns the name for a password in an address that stays in the file; `before` is the text up to the password.
pub(super) fn name_in_address(assigned: Option<String>, before: &str) -> Option<String> {
    if !before.contains("://") {
        return assigned;
    }
    let name = assigned.unwrap_or_else(|| "DATABASE".to_owned());
    let upper = name.to_ascii_uppercase();
    let end = ["URL", "URI", "DSN", "ADDRESS"]
        .iter()
        .find_map(|end| upper.strip_suffix(end))
        .map_or(name.len(), str::len);
    let stem = name[..end].trim_end_matches(['_', '-']);
    Some(format!("{}_password", if stem.is_empty() { "database" } else { stem }))
}

/// Whether a text is one word, such as the name of a setting.
pub(super) fn is_name(text: &[u8]) -> bool {
    !text.is_empty() && text.len() <= 64 && text.iter().all(|byte| is_word(*byte) || b"-.".contains(byte))
}
