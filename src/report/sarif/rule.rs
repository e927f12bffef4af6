//! The descriptors of rules. They depend on the rule alone and not on the findings of a run: code hosts keep them from
//! one upload to the next.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use super::model::{Descriptor, Help, Properties, Rule};
use super::plain;
use crate::finding::{Finding, Report, Severity};
use crate::rules;
use crate::rules::{Form, Matcher, RuleSet};

/// The most characters of a description that GitHub shows (docs.github.com, "SARIF support for code scanning").
const MAX_DESCRIPTION: usize = 1024;

const HELP: &str = "Revoke or rotate the credential first: everybody with access to the repository has it. Then \
                    remove it from the file, and read it from the environment or a secrets manager.";

/// The rules in the report, by id, each with one of its findings; without one if all are suppressed.
pub(super) struct Rules<'r>(BTreeMap<&'r str, Option<&'r Finding>>);

impl<'r> Rules<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let mut rules = BTreeMap::<&str, Option<&Finding>>::new();
        for finding in &report.findings {
            rules.entry(&finding.rule).or_default().get_or_insert(finding);
        }
        for suppressed in &report.suppressed {
            rules.entry(&suppressed.rule).or_default();
        }
        Self(rules)
    }

    pub(super) fn index(&self, rule: &str) -> usize {
        self.0.range(..rule).count()
    }

    pub(super) fn descriptors(self) -> Vec<Rule<'r>> {
        let builtin = RuleSet::builtin();
        let of = |(id, finding)| {
            let rule = builtin.rules().iter().find(|rule| rule.id == id);
            descriptor(id, finding, rule)
        };
        self.0.into_iter().map(of).collect()
    }
}

/// Describes a rule. A rule of the user's own is known from its finding only.
fn descriptor<'r>(id: &'r str, finding: Option<&Finding>, rule: Option<&rules::Rule>) -> Rule<'r> {
    let title = rule.map(|rule| &rule.title).or(finding.map(|finding| &finding.title));
    let title = title.map_or(id, |title| title);
    let mut properties = Properties::from([
        ("tags", json!(["security", "secret"])),
        ("precision", json!(precision(id, rule))),
    ]);
    if let Some(severity) = rule.map(|rule| rule.severity).or(finding.map(|finding| finding.severity)) {
        properties.insert("security-severity", json!(score(severity)));
    }
    Rule {
        id,
        short_description: plain(&limited(title)),
        full_description: plain(&limited(&format!("{title}. {}", leaks(rule).as_deref().unwrap_or(HELP)))),
        help_uri: rule.map(|rule| rule.revoke.to_string()).filter(|address| address.starts_with("https://")),
        help: Help { text: help(rule), markdown: help_in_markdown(title, rule) },
        properties,
    }
}

fn leaks(rule: Option<&rules::Rule>) -> Option<String> {
    rule.filter(|rule| !rule.leaks.is_empty()).map(|rule| format!("A leak gives access to: {}.", rule.leaks))
}

/// Returns what leaks, and the steps to take.
fn help(rule: Option<&rules::Rule>) -> String {
    let steps = rule.into_iter().flat_map(|rule| rule.steps.iter().zip(1..));
    let steps = steps.map(|(step, number)| format!("{number}. {step}"));
    let lines: Vec<String> = leaks(rule).into_iter().chain([HELP.to_owned()]).chain(steps).collect();
    lines.join("\n")
}

/// Returns the same in Markdown, as GitHub shows it beside an alert.
fn help_in_markdown(title: &str, rule: Option<&rules::Rule>) -> String {
    let mut out = format!("# {title}\n\n");
    if let Some(rule) = rule.filter(|rule| !rule.leaks.is_empty()) {
        // Writing into a String cannot fail.
        let _ = write!(out, "**A leak gives access to:** {}.\n\n", rule.leaks);
    }
    let _ = writeln!(out, "{HELP}");
    if let Some(rule) = rule {
        if rule.revoke.starts_with("https://") {
            let _ = writeln!(out, "\nRevoke it at <{}>.", rule.revoke);
        }
        for (number, step) in (1..).zip(rule.steps.iter()) {
            let start = if number == 1 { "\n" } else { "" };
            let _ = writeln!(out, "{start}{number}. {step}");
        }
    }
    out
}

/// Cuts a description to the length that GitHub shows.
fn limited(text: &str) -> String {
    text.chars().take(MAX_DESCRIPTION).collect()
}

/// Returns GitHub's `precision` of a rule: how its findings rank among alerts of the same severity.
fn precision(id: &str, rule: Option<&rules::Rule>) -> &'static str {
    let is_near_a_name = |rule: &rules::Rule| matches!(&rule.matcher, Matcher::Pattern(pattern) if matches!(pattern.form, Form::Keyword { .. }));
    match rule {
        _ if id.starts_with("generic-") => "medium",
        Some(rule) if !is_near_a_name(rule) => "very-high",
        _ => "high",
    }
}

/// Returns GitHub's `security-severity`: 9.0 and more is critical, 7.0 high, 4.0 medium.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

/// Returns the descriptors of problems and notes.
pub(super) fn notifications(report: &Report) -> Vec<Descriptor> {
    let kinds: std::collections::BTreeSet<&str> =
        report.problems.iter().chain(&report.notes).map(|problem| problem.kind.name()).collect();
    kinds.into_iter().map(|id| Descriptor { id }).collect()
}
