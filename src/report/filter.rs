//! Filters over the findings of a report. They change what is shown, never what was read, and a note counts what they
//! leave out.

use std::collections::HashSet;

use crate::finding::{CommitInfo, Confidence, Finding, Problem, ProblemKind, Report, Severity};
use crate::report::human::counted;

/// Which findings to show. The default shows all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Only findings of one of these rules; all without one.
    pub(crate) rules: Vec<RulePattern>,
    /// Only findings of at least this severity.
    pub(crate) severity: Option<Severity>,
    /// Only findings of at least this confidence.
    pub(crate) confidence: Option<Confidence>,
    /// Only findings in the files of a branch head, or in the scanned files.
    pub(crate) at_head: bool,
    /// Only findings since a day, or since a commit.
    pub(crate) since: Option<Since>,
    /// Only findings that one of these introduced; a part of a name or address, in lowercase.
    pub(crate) authors: Vec<String>,
}

/// A rule's id, a provider, or the start of an id before `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RulePattern(String);

impl RulePattern {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_ascii_lowercase())
    }

    /// Whether a rule is meant.
    pub(crate) fn matches(&self, rule: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(start) => rule.starts_with(start),
            None => rule
                .strip_prefix(self.0.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
        }
    }
}

/// From when on findings are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// From a day on, `2026-01-31`.
    Day(String),
    /// What none of these commits introduced: those that a revision reaches.
    NotIn(HashSet<String>),
}

impl Filter {
    /// Removes the findings that are not asked for, and adds a note that counts them.
    pub(crate) fn apply(&self, report: &mut Report) {
        let before = report.findings.len();
        report.findings.retain(|finding| self.shows(finding));
        let left_out = before - report.findings.len();
        if left_out == 0 {
            return;
        }
        report.notes.push(Problem {
            kind: ProblemKind::LeftOut,
            path: None,
            message: format!(
                "the filters of the command line leave out {} of {}; they count neither in the sums nor in the exit code",
                counted(left_out, "finding"),
                before
            ),
        });
        report.notes.sort();
    }

    /// Returns whether a finding is asked for.
    pub(crate) fn shows(&self, finding: &Finding) -> bool {
        let history = finding.history.as_ref();
        (self.rules.is_empty() || self.rules.iter().any(|rule| rule.matches(&finding.rule)))
            && self.severity.is_none_or(|severity| finding.severity >= severity)
            && self.confidence.is_none_or(|confidence| finding.confidence >= confidence)
            && (!self.at_head || history.is_none_or(|history| history.at_head))
            && self.since.as_ref().is_none_or(|since| since.includes(finding))
            && (self.authors.is_empty() || self.authors.iter().any(|author| is_by(finding, author)))
    }
}

/// Returns the commits that brought a value in: the one that introduced it, or those of its places.
fn commits(finding: &Finding) -> Vec<&CommitInfo> {
    match finding.history.as_ref().and_then(|history| history.introduced.as_ref()) {
        Some(introduced) => vec![&introduced.commit],
        None => finding.locations.iter().filter_map(|place| place.commit.as_ref()).collect(),
    }
}

fn is_by(finding: &Finding, author: &str) -> bool {
    commits(finding).iter().any(|commit| commit.author.to_lowercase().contains(author))
}

impl Since {
    /// Whether a finding is from then on. One without a known commit is: it may be new.
    fn includes(&self, finding: &Finding) -> bool {
        let commits = commits(finding);
        let is_new = |commit: &&CommitInfo| match self {
            Self::Day(day) => commit
                .date
                .as_deref()
                .and_then(|date| date.get(..day.len()))
                .is_none_or(|date| date >= day.as_str()),
            Self::NotIn(known) => !known.contains(&commit.id),
        };
        commits.is_empty() || commits.iter().any(is_new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    fn shown(filter: &Filter) -> Vec<String> {
        let mut history = samples::history().findings.remove(0);
        history.rule = "aws-secret-key".into();
        history.severity = Severity::High;
        let removed = samples::removed().findings.remove(0);
        let findings = vec![samples::finding(), history, removed];
        let mut report = Report { findings, ..Report::default() };
        filter.apply(&mut report);
        let left_out = 3 - report.findings.len();
        let note = report.notes.iter().find(|note| note.kind == ProblemKind::LeftOut);
        assert_eq!(note.is_some(), left_out > 0);
        assert!(
            note.is_none_or(|note| note.message.contains(&format!("leave out {left_out} finding"))),
            "{note:?}"
        );
        let state = |finding: &Finding| match &finding.history {
            None => "files",
            Some(history) if history.at_head => "head",
            Some(_) => "gone",
        };
        report.findings.iter().map(|finding| state(finding).to_owned()).collect()
    }

    #[test]
    fn each_filter_shows_what_it_names() {
        let rules = |names: &[&str]| Filter {
            rules: names.iter().map(|name| RulePattern::new(name)).collect(),
            ..Filter::default()
        };
        let authors = |name: &str| Filter { authors: vec![name.to_owned()], ..Filter::default() };
        let since = |since| Filter { since: Some(since), ..Filter::default() };
        let day = |day: &str| since(Since::Day(day.to_owned()));
        for (filter, expected) in [
            (Filter::default(), &["files", "head", "gone"][..]),
            (rules(&["anthropic-api-key"]), &["files", "gone"]),
            (rules(&["anthropic"]), &["files", "gone"]),
            (rules(&["AWS-*"]), &["head"]),
            (rules(&["aw"]), &[]),
            (rules(&["aws", "anthropic-api-*"]), &["files", "head", "gone"]),
            (Filter { severity: Some(Severity::Critical), ..Filter::default() }, &["files", "gone"]),
            (Filter { confidence: Some(Confidence::High), ..Filter::default() }, &["files", "head", "gone"]),
            (Filter { at_head: true, ..Filter::default() }, &["files", "head"]),
            (authors("ada@example"), &["head", "gone"]),
            (authors("bob"), &[]),
            (day("2026-01-02"), &["files", "head", "gone"]),
            (day("2026-01-03"), &["files"]),
            (since(Since::NotIn([samples::COMMIT.to_owned()].into())), &["files"]),
            (since(Since::NotIn(HashSet::new())), &["files", "head", "gone"]),
        ] {
            assert_eq!(shown(&filter), expected, "{filter:?}");
        }
    }
}
