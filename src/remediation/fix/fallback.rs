//! A value that is the fallback of a look-up of a variable: `os.environ.get("API_KEY", "value")`. The variable gets the
//! value, and the look-up becomes one without a fallback.

use std::ops::Range;

use regex::bytes::Regex;

use super::language::FileKind;
use super::shell;
use super::site::Site;

/// The languages of a look-up, the text before the fallback with the name of the variable as its group, and the text
/// after it.
const LOOK_UPS: [(&[&str], &str, &str); 12] = [
    (&["Python"], r#"\bos\.(?:environ\.get|getenv)\(\s*["'](\w+)["']\s*,\s*$"#, r"^\s*,?\s*\)"),
    (&["Python"], r#"\bos\.(?:environ\.get|getenv)\(\s*["'](\w+)["']\s*\)\s*or\s+$"#, "^"),
    (&["JavaScript", "TypeScript"], r"\bprocess\.env\.(\w+)\s*(?:\|\||\?\?)\s*$", "^"),
    (&["JavaScript", "TypeScript"], r#"\bprocess\.env\[["'](\w+)["']\]\s*(?:\|\||\?\?)\s*$"#, "^"),
    (&["Ruby"], r#"\bENV\.fetch\(\s*["'](\w+)["']\s*,\s*$"#, r"^\s*\)"),
    (&["Ruby"], r#"\bENV\[["'](\w+)["']\]\s*\|\|\s*$"#, "^"),
    (&["PHP"], r#"\bgetenv\(\s*["'](\w+)["']\s*\)\s*\?:\s*$"#, "^"),
    (&["PHP"], r#"\$_(?:ENV|SERVER)\[["'](\w+)["']\]\s*\?\?\s*$"#, "^"),
    (
        &["Rust"],
        r#"\b(?:std::)?env::var\(\s*"(\w+)"\s*\)\s*\.(?:unwrap_or\(|unwrap_or_else\(\|_\w*\|)\s*$"#,
        r"^\s*\.(?:to_string|to_owned|into)\(\)\s*\)",
    ),
    (&["C#"], r#"\b(?:System\.)?Environment\.GetEnvironmentVariable\(\s*"(\w+)"\s*\)\s*\?\?\s*$"#, "^"),
    (&["Kotlin"], r#"\bSystem\.getenv\(\s*"(\w+)"\s*\)\s*\?:\s*$"#, "^"),
    (&["Java"], r#"\bSystem\.getenv\(\)\.getOrDefault\(\s*"(\w+)"\s*,\s*$"#, r"^\s*\)"),
];

/// `${NAME:-value}` and `${NAME-value}`.
const COMPOSE: (&str, &str) = (r"\$\{(\w+):?-$", r"^\}");

/// The same with `=`, and with quotes around the value: the text before and after.
const SHELL: [(&str, &str); 2] = [(r"\$\{(\w+):?[-=]$", r"^\}"), (r#"\$\{(\w+):?[-=]"$"#, r#"^"\}"#)];

/// The bytes before a value that are read.
const REACH: usize = 200;

/// A look-up with a fallback.
pub(super) struct LookUp {
    /// The name of the variable.
    pub(super) variable: String,
    /// The look-up with its fallback.
    pub(super) range: Range<usize>,
    /// The text that reads the variable; `None` for that of the site.
    pub(super) template: Option<&'static str>,
}

/// Finds the look-up whose fallback is a value. Returns `None` if there is none, or if the value is only a part of the
/// fallback.
pub(super) fn find(kind: FileKind, text: &[u8], site: &Site) -> Option<LookUp> {
    if !site.before.is_empty() || !site.after.is_empty() {
        return None;
    }
    let head = &text[site.range.start.saturating_sub(REACH)..site.range.start];
    let tail = &text[site.range.end..];
    let find = |before: &str, after: &str| {
        let before = Regex::new(before).ok()?.captures(head)?;
        let after = Regex::new(after).ok()?.find(tail)?;
        let variable = String::from_utf8(before.get(1)?.as_bytes().to_vec()).ok()?;
        let length = head.len() - before.get(0)?.start();
        Some(LookUp {
            variable,
            range: site.range.start - length..site.range.end + after.end(),
            template: None,
        })
    };
    match kind {
        FileKind::Code(language) => LOOK_UPS
            .iter()
            .filter(|(languages, ..)| languages.contains(&language.name))
            .find_map(|(_, before, after)| find(before, after)),
        FileKind::Shell => {
            let look_up = SHELL.iter().find_map(|(before, after)| find(before, after))?;
            let is_quoted = shell::is_quoted(text, look_up.range.start);
            Some(LookUp { template: Some(if is_quoted { "${@:?}" } else { "\"${@:?}\"" }), ..look_up })
        }
        FileKind::Compose => find(COMPOSE.0, COMPOSE.1),
        FileKind::Workflow => None,
    }
}
