//! The help lines of a finding, in the order in which to do them: revoke, check, replace; then the commit or
//! the history; last how to allow what is no secret.

use crate::finding::{Finding, Location, LocationKind, Report};
use crate::remediation::languages;
use crate::remediation::languages::Language;
use crate::rules::Rule;

/// What the user was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Situation {
    /// Committing; `unborn` before the first commit.
    Staged {
        /// Whether there is no commit yet.
        unborn: bool,
        /// Whether in a folder below the top, from which paths of reports do not lead.
        below: bool,
    },
    /// Writing a commit message.
    Message,
    /// Pushing, or checking a range.
    Range,
    /// Looking, in CI, at what was pushed.
    Pushed,
    /// Scanning files.
    Files,
    /// Auditing a history.
    History,
}

/// Writes the help of every finding.
pub fn advise(report: &mut Report, rules: &[Rule], situation: Situation) {
    for finding in &mut report.findings {
        let Some(rule) = rules.iter().find(|rule| rule.id == finding.rule) else { continue };
        let help = help(finding, rule, situation);
        finding.help = help;
    }
}

fn help(finding: &Finding, rule: &Rule, situation: Situation) -> Vec<String> {
    let first = finding.locations.first();
    let language = first.map(|place| languages::of_path(&place.path));
    let mut help = Vec::new();
    match situation {
        // Nothing has leaked yet: taking it out comes first, revoking only if it was somewhere else before.
        Situation::Staged { unborn, below } => {
            help.extend(first.map(|place| unstage(place, unborn, below)));
            help.extend(elsewhere(first, language, rule));
            help.push(format!(
                "if it was committed, pushed or shared before, {}",
                lower_first(&rule.steps[0])
            ));
        }
        Situation::Message => {
            help.push("take it out of the message and commit again".to_owned());
            help.push(format!("if it was shared before, {}", lower_first(&rule.steps[0])));
        }
        Situation::Range | Situation::Pushed | Situation::Files | Situation::History => {
            help.extend(rule.steps.iter().map(|step| step.clone().into_owned()));
            help.extend(read_it(language, rule));
            help.push(clean_up(situation).to_owned());
            help.extend(first.and_then(show));
        }
    }
    // A comment helps where there is a file to write it into, not where only the history holds it.
    let gone = finding.history.as_ref().is_some_and(|history| !history.at_head);
    help.push(allow(finding, first.filter(|_| !gone), language));
    help
}

fn lower_first(step: &str) -> String {
    let mut characters = step.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

fn unstage(place: &Location, unborn: bool, below: bool) -> String {
    // A name that is escaped or masked is not the one that git knows.
    if place.path.contains('%') || place.path.contains("...") || place.path.contains("***") {
        return "take it out of the commit: edit the file and `git add` it again, or `git restore --staged` it".into();
    }
    // With `:/` git takes a path from the top.
    let path = if below { format!(":/{}", place.path) } else { place.path.clone() };
    let path = shell_word(&path);
    if unborn {
        format!(
            "take it out of the commit: edit the file and `git add {path}` again, or `git rm --cached -- {path}`"
        )
    } else {
        format!(
            "take it out of the commit: edit the file and `git add {path}` again, or `git restore --staged -- {path}`"
        )
    }
}

/// Where the value belongs instead.
fn elsewhere(place: Option<&Location>, language: Option<&Language>, rule: &Rule) -> Vec<String> {
    let file = place.map_or("", |place| place.path.rsplit('/').next().unwrap_or_default());
    if file == ".env"
        || file.starts_with(".env.")
        || file.rsplit_once('.').is_some_and(|(_, end)| end == "env")
    {
        let pattern = if file.starts_with(".env") { ".env*" } else { "*.env" };
        return vec![format!(
            "keep the file out of git: add `{pattern}` to `.gitignore`, and commit an example without values"
        )];
    }
    let lines = read_it(language, rule);
    if lines.is_empty() {
        return vec![format!(
            "keep the value in `{}` of the environment or in a secrets manager",
            rule.variable
        )];
    }
    lines
}

fn read_it(language: Option<&Language>, rule: &Rule) -> Vec<String> {
    let line = language.and_then(|language| language.reads(&rule.variable));
    line.map(|line| format!("in the code, read it from the environment: `{line}`")).into_iter().collect()
}

const fn clean_up(situation: Situation) -> &'static str {
    match situation {
        Situation::History => {
            "only then clean the history (`git filter-repo --replace-text`): a revoked key there does no harm, and forks and caches keep it anyway"
        }
        Situation::Range => {
            "then take it out of the commits before they are pushed (`git rebase -i`, `git commit --amend`)"
        }
        Situation::Pushed => {
            "then take it out of the branch (`git rebase -i`, and push with force); it was pushed, so clones, forks and caches keep it"
        }
        _ => "then take it out of the file; what is committed stays in the history (`skant scan --history`)",
    }
}

/// The command that shows a place that is not in the working tree.
fn show(place: &Location) -> Option<String> {
    let blob = place.blob.as_ref()?;
    Some(format!(
        "to see the place: `git cat-file blob {blob:.16}`, line {} (this prints the secret)",
        place.start.line
    ))
}

fn allow(finding: &Finding, place: Option<&Location>, language: Option<&Language>) -> String {
    let name = format!("{}/{}", finding.rule, finding.fingerprint);
    let in_file = place.is_some_and(|place| place.kind == LocationKind::File);
    match language.and_then(|language| language.comment).filter(|_| in_file) {
        Some((open, close)) => {
            format!("if it is no secret, say so on its line: `{open}skant:allow {name} -- REASON{close}`")
        }
        None => format!(
            "if it is no secret, put that on record: `skant allow {} --reason \"…\"`",
            finding.fingerprint
        ),
    }
}

/// A path as one word of a shell.
fn shell_word(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./+,@:".contains(&byte);
    if !path.is_empty() && path.bytes().all(plain) && !path.starts_with('-') {
        return path.to_owned();
    }
    format!("'{}'", path.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_safe_in_a_shell() {
        for (path, word) in [
            ("a/b.py", "a/b.py"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("-rf", "'-rf'"),
            ("$(x)", "'$(x)'"),
        ] {
            assert_eq!(shell_word(path), word);
        }
    }
}
