//! `skant config`: checks the settings, shows them with the file that they come from, or prints their JSON Schema.

use std::fmt::Write as _;

use crate::assess::assess;
use crate::cli::args::{Common, Config, ConfigCommand};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::session::current_repository;
use crate::cli::{output, settings};
use crate::detect::Detector;
use crate::finding::Confidence;
use crate::git::DiscoverError;
use crate::policy::clock;
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::EntrySource;
use crate::policy::{
    FailOn, Layer, LoadedPolicy, NO_REPOSITORY, PathPatterns, PolicyBase, SCHEMA, Settings,
    UNTRUSTED_USER_FILE,
};
use crate::report::human::counted;
use crate::rules::{Rule, RuleSet};
use crate::scan::redact;
use crate::text::escape_terminal;

/// The width of the column with the settings; the column with the files follows.
const SETTING_WIDTH: usize = 58;

pub(crate) fn run(common: &Common, arguments: &Config) -> Result<Exit, CliError> {
    let command = arguments.command.as_ref().unwrap_or(&ConfigCommand::Show);
    if matches!(command, ConfigCommand::Schema) {
        return output::print(SCHEMA);
    }
    let repository = match current_repository() {
        Ok(repository) => Some(repository),
        Err(DiscoverError::NotARepository(_)) => None,
        Err(error) => return Err(error.into()),
    };
    // A named file is checked without the repository's settings.
    let alone = match command {
        ConfigCommand::Check { file: Some(file) } => {
            Some(Common { config: Some(file.clone()), no_repo_config: true, ..common.clone() })
        }
        _ => None,
    };
    let common = alone.as_ref().unwrap_or(common);
    let base = PolicyBase::Repository(TreeVersion::Worktree);
    let policy = settings::load_policy(common, repository.as_ref(), &base)?;
    match command {
        ConfigCommand::Check { .. } => check(&policy),
        _ => output::print(redact(&show(common, &policy))),
    }
}

/// Prints what can be checked without a scan. A file that cannot be used has ended the run before.
fn check(policy: &LoadedPolicy) -> Result<Exit, CliError> {
    let settings = policy.settings();
    let mut messages = check_examples(&settings.rules);
    let is_wrong = !messages.is_empty();
    let today = clock::today();
    for entry in settings.allow.iter().filter(|entry| entry.is_expired(today)) {
        messages.push(format!("{} expired: {}", entry.source.name(), entry.describe()));
    }
    let patterns = std::iter::once(&settings.exclude)
        .chain(settings.contexts.lists().map(|(_, patterns)| patterns))
        .chain(settings.allow.iter().filter_map(|entry| entry.paths.as_ref()))
        .chain(settings.accept.iter().filter_map(|accept| accept.paths.as_ref()));
    messages.extend(patterns.flat_map(PathPatterns::find_unusable));
    messages.extend(policy.has_ignored_settings_file.then(|| NO_REPOSITORY.to_owned()));
    messages.extend(policy.has_untrusted_user_file.then(|| UNTRUSTED_USER_FILE.to_owned()));
    messages.extend(policy.untranslated.iter().map(|setting| format!("not imported: {setting}")));
    let names: Vec<&str> = policy.layers.iter().map(|layer| layer.name.as_str()).collect();
    let names = if names.is_empty() { "there are no settings".to_owned() } else { names.join(", ") };
    let mut out = String::new();
    for message in &messages {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{}", redact(&escape_terminal(message.as_bytes())));
    }
    let state = match (is_wrong, messages.len()) {
        (true, _) => "wrong".to_owned(),
        (false, 0) => "fine".to_owned(),
        (false, number) => format!("usable, with {} above", counted(number, "remark")),
    };
    let _ = writeln!(out, "{}: {state}", redact(&escape_terminal(names.as_bytes())));
    output::print(out)?;
    Ok(if is_wrong { Exit::Failed } else { Exit::Clean })
}

/// Checks that rules of the settings match their examples and not their counterexamples.
fn check_examples(rules: &[Rule]) -> Vec<String> {
    let detector = Detector::new(RuleSet::builtin().with_user_rules(rules));
    let has_finding = |rule: &Rule, text: &str| {
        let found = detector.find_evidence(text.as_bytes());
        found.iter().any(|evidence| {
            let assessment = assess(evidence, None, 0);
            detector.rules()[evidence.rule].id == rule.id
                && assessment.confidence.is_some_and(|confidence| confidence >= Confidence::Medium)
        })
    };
    let mut messages = Vec::new();
    for rule in rules {
        for (number, text) in (1..).zip(rule.examples.iter()) {
            if !has_finding(rule, text) {
                messages.push(format!("rule {}: example {number} has no finding", rule.id));
            }
        }
        for (number, text) in (1..).zip(rule.counterexamples.iter()) {
            if has_finding(rule, text) {
                messages.push(format!("rule {}: counterexample {number} has a finding", rule.id));
            }
        }
    }
    messages
}

/// Lists each setting in force and the file that it comes from.
fn show(common: &Common, policy: &LoadedPolicy) -> String {
    let mut out = String::new();
    let layers = &policy.layers;
    let mut line = |setting: &str, from: &str| {
        let _ = writeln!(out, "{:<SETTING_WIDTH$} {from}", escape_terminal(setting.as_bytes()));
    };
    let last_set = |value: &dyn Fn(&Settings) -> Option<String>| {
        layers.iter().rev().find_map(|layer| Some((value(&layer.settings)?, layer.name.clone())))
    };
    let default = |value: &str| (value.to_owned(), "default".to_owned());
    let min_confidence = match common.min_confidence {
        Some(level) => (Confidence::from(level).name().to_owned(), "--min-confidence".to_owned()),
        None => last_set(&|settings| settings.min_confidence.map(|level| level.name().to_owned()))
            .unwrap_or_else(|| default("medium")),
    };
    let fail_on = last_set(&|settings| {
        Some(match settings.fail_on? {
            FailOn::From(level) => level.name().to_owned(),
            FailOn::Live => "live".to_owned(),
            FailOn::NotDead => "not-dead".to_owned(),
            FailOn::Never => "never".to_owned(),
        })
    });
    let fail_on = fail_on.unwrap_or_else(|| default("medium"));
    let fail_on_context = last_set(&|settings| Some(settings.fail_on_context?.name().to_owned()));
    let fail_on_context = fail_on_context.unwrap_or_else(|| default("production"));
    let values =
        [("min-confidence", min_confidence), ("fail-on", fail_on), ("fail-on-context", fail_on_context)];
    for (key, (value, from)) in values {
        line(&format!("{key} = {value}"), &from);
    }
    line(&format!("{} built in", counted(RuleSet::builtin().rules().len(), "rule")), "default");
    for Layer { name, settings, .. } in layers {
        for setting in describe_lists(settings) {
            line(&setting, name);
        }
    }
    out
}

/// Lists the settings of one file that add to those of other files.
fn describe_lists(settings: &Settings) -> Vec<String> {
    let mut lines = Vec::new();
    // The key itself is never printed.
    if format!("{:?}", settings.fingerprint_key).contains("(set)") {
        lines.push("fingerprint-key is set".to_owned());
    }
    if settings.deny_agent_reads {
        lines.push("deny-agent-reads = true".to_owned());
    }
    if settings.gitleaks {
        lines.push("gitleaks = true".to_owned());
    }
    lines.extend(settings.rules.iter().map(|rule| format!("rule {}", rule.id)));
    lines.extend(settings.disabled.iter().map(|id| format!("disable {id}")));
    lines.extend(settings.exclude.patterns().iter().map(|pattern| format!("exclude {pattern}")));
    for (context, patterns) in settings.contexts.lists() {
        lines.extend(patterns.patterns().iter().map(|pattern| format!("context {context} {pattern}")));
    }
    lines.extend(settings.accept.iter().map(|accept| format!("accept {}", accept.describe())));
    let (baseline, written): (Vec<_>, Vec<_>) =
        settings.allow.iter().partition(|entry| entry.source == EntrySource::Baseline);
    lines.extend(written.iter().map(|entry| {
        let until = entry.until.map_or_else(String::new, |until| format!(" until {until}"));
        format!("allow {}{until}: {}", entry.describe(), entry.reason)
    }));
    if !baseline.is_empty() {
        lines.push(format!("{} in the baseline", counted(baseline.len(), "value")));
    }
    lines
}
