//! The advice on a finding, in the order of its steps: revoke, check, replace; then the commit or the history; last, how
//! to suppress a false alarm. What has not left this computer begins with its removal.

use std::collections::BTreeSet;

use crate::finding::{Finding, Location, LocationKind, ReasonCode, Report};
use crate::remediation::comment::comment_above;
use crate::remediation::fix::variable::name_for;
use crate::remediation::shell_word::{is_changed_path, shell_word};
use crate::remediation::storage::{keep_elsewhere, keep_out_of_file};
use crate::rules::{Rule, RuleSet};

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
    /// A scan of the pushed commits of an untrusted author, whose comments do not apply.
    PushedByStranger,
    /// A scan of files.
    Files,
    /// A scan of files: one that git does not track.
    UntrackedFile,
    /// An audit of a history.
    History,
}

impl Situation {
    /// Whether the value has probably not left this computer.
    const fn is_before_the_leak(self) -> bool {
        matches!(self, Self::Staged { .. } | Self::Message | Self::Range | Self::UntrackedFile)
    }
}

/// Fills in the advice of every finding.
pub(crate) fn advise(report: &mut Report, rules: &[Rule], situation: Situation) {
    advise_each(report, rules, |_| situation);
}

/// Fills in the advice of every finding of a scan of files. `untracked` are the paths that git does not track.
pub(crate) fn advise_files(report: &mut Report, rules: &[Rule], untracked: &BTreeSet<String>) {
    let is_untracked = |finding: &Finding| {
        !finding.locations.is_empty()
            && finding.places == finding.locations.len()
            && finding.locations.iter().all(|location| untracked.contains(&location.path))
    };
    advise_each(report, rules, |finding| {
        if is_untracked(finding) { Situation::UntrackedFile } else { Situation::Files }
    });
}

fn advise_each(report: &mut Report, rules: &[Rule], situation: impl Fn(&Finding) -> Situation) {
    for finding in &mut report.findings {
        let Some(rule) = rules.iter().find(|rule| rule.id == finding.rule) else { continue };
        let help = help(finding, rule, situation(finding));
        finding.help = help;
    }
}

fn help(finding: &Finding, rule: &Rule, situation: Situation) -> Vec<String> {
    let first = finding.locations.first();
    let gone = finding.history.as_ref().is_some_and(|history| !history.at_head);
    let mut help = Vec::new();
    if situation.is_before_the_leak() {
        // Nothing has leaked yet: to revoke only matters for an earlier leak.
        match situation {
            Situation::Staged { unborn, below } => {
                help.extend(first.map(|place| unstage(place, unborn, below)));
            }
            Situation::Message => help.push(KEPT_MESSAGE.to_owned()),
            Situation::Range => help.push(rewrite_unpushed(first)),
            _ => {}
        }
        if situation != Situation::Message {
            help.extend(keep_elsewhere(finding, &variable(finding, rule)));
        }
        help.push(format!(
            "if it was committed, pushed or shared before, {}",
            lower_first(rule.steps.first().map_or("revoke it", |step| step))
        ));
    } else {
        help.extend(rule.steps.iter().map(|step| step.clone().into_owned()));
        if !gone {
            help.extend(keep_out_of_file(finding, &variable(finding, rule)));
        }
        help.push(clean_up(situation).to_owned());
    }
    help.extend(first.and_then(show));
    help.push(allow(finding, first.filter(|_| !gone), situation));
    help
}

/// git keeps the text of a blocked message.
const KEPT_MESSAGE: &str = "remove it from the message and commit again; your text is kept: \
    `git commit -e -F \"$(git rev-parse --git-path COMMIT_EDITMSG)\"`";

const RENAME: &str = "give it another name before it is pushed: `git branch -m OLD NEW` for a branch; for a tag make a \
    new one, and `git tag -d OLD`";

const TAG_AGAIN: &str = "make the tag again without it before it is pushed: `git tag -f -a TAG COMMIT`";

/// Returns the usual name of the variable for a value: the one in the code if it says what the value is.
fn variable(finding: &Finding, rule: &Rule) -> String {
    let is_assigned = |code: ReasonCode| code == ReasonCode::AssignedName;
    let from_reason = finding
        .reasons
        .iter()
        .find(|reason| is_assigned(reason.code))
        .and_then(|reason| reason.params.iter().find(|(name, _)| *name == "name"));
    let from_line = finding.locations.first().and_then(|place| {
        let snippet = place.snippet.as_ref()?;
        assigned_before(snippet.line.get(..snippet.span.0)?)
    });
    let is_builtin = RuleSet::builtin().rules().iter().any(|known| known.id == rule.id);
    name_for(from_line.or(from_reason.map(|(_, name)| name.as_str())), rule, is_builtin)
}

/// Returns the name before an operator at the end of a text: `name = "`, `"name": "`, `name => '`.
fn assigned_before(before: &str) -> Option<&str> {
    let before = before.trim_end_matches(['"', '\'', '`']).trim_end();
    let operator = ["=>", ":=", "=", ":"].into_iter().find(|operator| before.ends_with(operator))?;
    let mut name = before[..before.len() - operator.len()].trim_end();
    // `name: type = "…"` has its name before the colon.
    let is_type = |text: &str| {
        text.chars().all(|character| character.is_ascii_alphanumeric() || "_&'<>[], .|?".contains(character))
    };
    if let Some((head, _)) = name.rsplit_once(": ").filter(|(_, last)| operator == "=" && is_type(last)) {
        name = head;
    }
    let name = name.trim_end_matches(['"', '\'', ']']);
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    let start = name.rfind(|character| !is_part(character)).map_or(0, |at| at + 1);
    name.get(start..).filter(|name| !name.is_empty())
}

fn lower_first(step: &str) -> String {
    let mut characters = step.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

fn unstage(place: &Location, unborn: bool, below: bool) -> String {
    // An escaped or masked path is not the path git knows.
    if is_changed_path(&place.path) {
        return "remove it from the commit: edit the file and `git add` it again, or `git restore --staged` it".into();
    }
    // `:/` makes a path relative to the root of the repository.
    let path = if below { format!(":/{}", place.path) } else { place.path.clone() };
    let path = shell_word(&path);
    let undo = if unborn { "git rm --cached" } else { "git restore --staged" };
    format!("remove it from the commit: edit the file and `git add {path}` again, or `{undo} -- {path}`")
}

/// Returns how to take a value out of what is not pushed: commits, a tag or a name.
fn rewrite_unpushed(place: Option<&Location>) -> String {
    let commit = place.and_then(|place| place.commit.as_ref());
    match place.map(|place| place.kind) {
        Some(LocationKind::Ref) => return RENAME.to_owned(),
        Some(LocationKind::Message | LocationKind::Identity) if commit.is_none() => {
            return TAG_AGAIN.to_owned();
        }
        _ => {}
    }
    let rebase = commit.map_or_else(
        || "`git rebase -i`".to_owned(),
        |commit| format!("`git rebase -i {:.12}~1`", commit.id),
    );
    format!(
        "remove it from the commits before they are pushed: `git commit --amend` for the last one, {rebase} for an \
         earlier one"
    )
}

const fn clean_up(situation: Situation) -> &'static str {
    match situation {
        Situation::History => {
            "only then clean the history (`skant fix --history` plans it): a revoked key does no harm, and forks and caches keep it anyway"
        }
        Situation::Pushed | Situation::PushedByStranger => {
            "then remove it from the branch (`git rebase -i`, and push with force); clones, forks and caches keep pushed commits"
        }
        _ => "then remove it from the file; committed content stays in the history (`skant scan --history`)",
    }
}

/// Returns the command that prints a location outside the working tree.
fn show(place: &Location) -> Option<String> {
    let blob = place.blob.as_ref().filter(|_| place.kind == LocationKind::File && place.via.is_empty())?;
    Some(format!(
        "to see the location: `git cat-file blob {blob:.16} | sed -n {}p` (this prints the secret)",
        place.start.line
    ))
}

fn allow(finding: &Finding, place: Option<&Location>, situation: Situation) -> String {
    let Finding { rule, fingerprint, .. } = finding;
    if situation == Situation::PushedByStranger {
        return format!(
            "if it is no secret, a maintainer can suppress it on the base branch: `skant allow {fingerprint} --reason \"…\"`"
        );
    }
    if situation == Situation::Message {
        // `skant allow` knows what is in files and commits only.
        return format!(
            "if it is no secret, suppress it: `[[allow]]` with `fingerprint = \"{fingerprint}\"` and a `reason` in \
             `skant.toml`, then `git add skant.toml` and commit again"
        );
    }
    let text = format!("skant:allow {rule}/{fingerprint} -- REASON");
    match place.and_then(|place| comment_above(place, &text)) {
        Some(comment) => format!("if it is no secret, add a comment on the line above it: `{comment}`"),
        None => format!("if it is no secret, suppress it: `skant allow {fingerprint} --reason \"…\"`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_before_a_value_is_found() {
        for (before, name) in [
            ("DB_PASSWORD = \"", Some("DB_PASSWORD")),
            ("  \"db-password\": \"", Some("db-password")),
            ("$password => '", Some("password")),
            ("key: str = '", Some("key")),
            ("let key: &'static str = \"", Some("key")),
            ("config[\"api_key\"] = \"", Some("api_key")),
            ("x := `", Some("x")),
            ("call(\"", None),
            ("", None),
        ] {
            assert_eq!(assigned_before(before), name, "{before}");
        }
    }

    #[test]
    fn strangers_get_no_comment_and_what_has_not_leaked_is_not_revoked_first() {
        let scanner = crate::scan::Scanner::default();
        let text = format!("DB_PASSWORD = \"{}\"\n", ["kX9pQ2", "vR7tLm"].concat());
        let help = |situation| {
            let mut report = scanner.scan_bytes("config/app.py", text.as_bytes());
            advise(&mut report, scanner.detector().rules(), situation);
            report.findings.remove(0).help
        };
        let staged = Situation::Staged { unborn: false, below: false };
        for (situation, leaked, comment) in [
            (staged, false, true),
            (Situation::Range, false, true),
            (Situation::UntrackedFile, false, true),
            (Situation::Files, true, true),
            (Situation::Pushed, true, true),
            (Situation::PushedByStranger, true, false),
            (Situation::History, true, true),
        ] {
            let help = help(situation);
            assert_eq!(help[0].to_lowercase().contains("revoke"), leaked, "{situation:?}: {help:?}");
            assert_eq!(help.join("\n").contains("# skant:allow"), comment, "{situation:?}: {help:?}");
            assert!(help.join("\n").contains("os.environ[\"DB_PASSWORD\"]"), "{situation:?}: {help:?}");
        }
    }
}
