//! The advice on a finding, in the order of its steps: revoke, check, replace; then the commit or the history; last, how
//! to suppress a false alarm.

use crate::finding::{Finding, Location, LocationKind, Report};
use crate::remediation::languages;
use crate::remediation::languages::Language;
use crate::rules::Rule;

/// The activity of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Situation {
    /// A commit.
    Staged {
        /// Whether it is the first commit.
        unborn: bool,
        /// Whether the current folder is below the root, so that paths of the report are not relative to it.
        below: bool,
    },
    /// A commit message.
    Message,
    /// A push, or a scan of a range.
    Range,
    /// A scan of pushed commits in CI.
    Pushed,
    /// A scan of files.
    Files,
    /// An audit of a history.
    History,
}

/// Fills in the advice of every finding.
pub(crate) fn advise(report: &mut Report, rules: &[Rule], situation: Situation) {
    for finding in &mut report.findings {
        let Some(rule) = rules.iter().find(|rule| rule.id == finding.rule) else { continue };
        let help = help(finding, rule, situation);
        finding.help = help;
    }
}

fn help(finding: &Finding, rule: &Rule, situation: Situation) -> Vec<String> {
    let first = finding.locations.first();
    let language = first.map(|place| languages::from_path(&place.path));
    let mut help = Vec::new();
    match situation {
        // Nothing has leaked yet: the first step is to unstage; to revoke only matters for an earlier leak.
        Situation::Staged { unborn, below } => {
            help.extend(first.map(|place| unstage(place, unborn, below)));
            help.extend(better_storage(first, language, rule));
            help.push(format!(
                "if it was committed, pushed or shared before, {}",
                lower_first(&rule.steps[0])
            ));
        }
        Situation::Message => {
            help.push("remove it from the message and commit again".to_owned());
            help.push(format!("if it was shared before, {}", lower_first(&rule.steps[0])));
        }
        Situation::Range | Situation::Pushed | Situation::Files | Situation::History => {
            help.extend(rule.steps.iter().map(|step| step.clone().into_owned()));
            help.extend(read_it(language, rule));
            help.push(clean_up(situation).to_owned());
            help.extend(first.and_then(show));
        }
    }
    // A comment needs a file to write it into; a value only in history has no such file.
    let gone = finding.history.as_ref().is_some_and(|history| !history.at_head);
    help.push(allow(finding, first.filter(|_| !gone), language));
    help
}

fn lower_first(step: &str) -> String {
    let mut characters = step.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

fn unstage(place: &Location, unborn: bool, below: bool) -> String {
    // An escaped or masked path is not the path git knows.
    if place.path.contains('%') || place.path.contains("...") || place.path.contains("***") {
        return "remove it from the commit: edit the file and `git add` it again, or `git restore --staged` it".into();
    }
    // `:/` makes a path relative to the root of the repository.
    let path = if below { format!(":/{}", place.path) } else { place.path.clone() };
    let path = shell_word(&path);
    if unborn {
        format!(
            "remove it from the commit: edit the file and `git add {path}` again, or `git rm --cached -- {path}`"
        )
    } else {
        format!(
            "remove it from the commit: edit the file and `git add {path}` again, or `git restore --staged -- {path}`"
        )
    }
}

/// Returns where the value belongs instead.
fn better_storage(place: Option<&Location>, language: Option<&Language>, rule: &Rule) -> Vec<String> {
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
            "only then clean the history (`git filter-repo --replace-text`): a revoked key does no harm, and forks and caches keep it anyway"
        }
        Situation::Range => {
            "then remove it from the commits before they are pushed (`git rebase -i`, `git commit --amend`)"
        }
        Situation::Pushed => {
            "then remove it from the branch (`git rebase -i`, and push with force); clones, forks and caches keep pushed commits"
        }
        _ => "then remove it from the file; committed content stays in the history (`skant scan --history`)",
    }
}

/// Returns the command that prints a location outside the working tree.
fn show(place: &Location) -> Option<String> {
    let blob = place.blob.as_ref()?;
    Some(format!(
        "to see the location: `git cat-file blob {blob:.16}`, line {} (this prints the secret)",
        place.start.line
    ))
}

fn allow(finding: &Finding, place: Option<&Location>, language: Option<&Language>) -> String {
    let name = format!("{}/{}", finding.rule, finding.fingerprint);
    let in_file = place.is_some_and(|place| place.kind == LocationKind::File);
    match language.and_then(|language| language.comment).filter(|_| in_file) {
        Some((open, close)) => {
            format!(
                "if it is no secret, add a comment on its line: `{open}skant:allow {name} -- REASON{close}`"
            )
        }
        None => {
            format!("if it is no secret, suppress it: `skant allow {} --reason \"…\"`", finding.fingerprint)
        }
    }
}

/// Quotes a path as a word of a POSIX shell.
pub(crate) fn shell_word(path: &str) -> String {
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
