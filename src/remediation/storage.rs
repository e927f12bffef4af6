//! Where a value belongs instead of a file that git tracks.

use crate::finding::{Finding, LocationKind};
use crate::remediation::languages;
use crate::remediation::shell_word::{is_changed_path, shell_word};

/// Returns the steps that keep a value out of git. `variable` is the name of its environment variable.
pub(super) fn keep_elsewhere(finding: &Finding, variable: &str) -> Vec<String> {
    let steps = keep_out_of_file(finding, variable);
    if steps.is_empty() {
        return vec![format!("keep the value in `{variable}` of the environment or in a secrets manager")];
    }
    steps
}

/// Returns the steps for the kind of file that a value is in; nothing if there are none.
pub(super) fn keep_out_of_file(finding: &Finding, variable: &str) -> Vec<String> {
    let Some(place) = finding.locations.first().filter(|place| place.kind == LocationKind::File) else {
        return Vec::new();
    };
    let file = place.path.rsplit('/').next().unwrap_or_default();
    if let Some(patterns) = ignore_patterns(file) {
        let words: Vec<String> = patterns.iter().map(|pattern| format!("'{pattern}'")).collect();
        let mut steps = vec![format!(
            "keep the file out of git: `printf '%s\\n' {} >> .gitignore` at the top of the repository, and commit an \
             example without values",
            words.join(" ")
        )];
        if !is_changed_path(&place.path) {
            let path = shell_word(&format!(":/{}", place.path));
            steps.push(format!("if git tracks it already: `git rm --cached -- {path}`"));
        }
        return steps;
    }
    let language = languages::from_path(&place.path);
    let Some(read) = language.reads(variable) else { return Vec::new() };
    let by_program = if language.is_fixable && place.via.is_empty() {
        format!("; `skant fix {}` moves it to `.env`", finding.fingerprint)
    } else {
        String::new()
    };
    vec![format!("in the code, read it from the environment: `{read}`{by_program}")]
}

/// Returns the lines of a `.gitignore` for a file of variables, without its example; `None` for other files.
fn ignore_patterns(file: &str) -> Option<&'static [&'static str]> {
    if file == ".env" || file.starts_with(".env.") {
        Some(&[".env", ".env.*", "!.env.example"])
    } else if file.rsplit_once('.').is_some_and(|(_, ending)| ending == "env") {
        Some(&["*.env", "!*.example.env"])
    } else {
        None
    }
}
