//! `config check`, `config show`, `config schema`.

use std::fmt::Write as _;
use std::io::Write as _;

use crate::assess::assess;
use crate::cli::args::{Common, Config, ConfigCommand};
use crate::cli::policy::{LoadedPolicy, NO_REPOSITORY, PolicyBase};
use crate::cli::session::here;
use crate::cli::{Exit, Failure};
use crate::detect::Detector;
use crate::finding::Confidence;
use crate::git::DiscoverError;
use crate::policy::repo_files::TreeVersion;
use crate::policy::suppress::EntrySource;
use crate::policy::{FailOn, Layer, SCHEMA, Settings};
use crate::report::human::counted;
use crate::rules::{Rule, RuleSet};
use crate::scan::redact;
use crate::text::escape_terminal;

pub(crate) fn run(common: &Common, arguments: &Config) -> Result<Exit, Failure> {
    let what = arguments.what.as_ref().unwrap_or(&ConfigCommand::Show);
    if matches!(what, ConfigCommand::Schema) {
        return crate::cli::output::say(SCHEMA);
    }
    let repository = match here() {
        Ok(repository) => Some(repository),
        Err(DiscoverError::NotARepository(_)) => None,
        Err(error) => return Err(error.into()),
    };
    // A file that is named is checked alone.
    let alone = match what {
        ConfigCommand::Check { file: Some(file) } => {
            Some(Common { config: Some(file.clone()), no_repo_config: true, ..common.clone() })
        }
        _ => None,
    };
    let common = alone.as_ref().unwrap_or(common);
    let gathered =
        LoadedPolicy::read(common, repository.as_ref(), &PolicyBase::Repository(TreeVersion::Worktree))?;
    match what {
        ConfigCommand::Check { .. } => check(&gathered),
        _ => crate::cli::output::say(redact(&show(common, &gathered))),
    }
}

/// Whatever can be said without a scan; a file that cannot be used has ended the run already.
fn check(gathered: &LoadedPolicy) -> Result<Exit, Failure> {
    let settings = gathered.settings();
    let mut said = examples(&settings.rules);
    let is_wrong = !said.is_empty();
    let today = crate::cli::clock::today();
    for entry in settings.allow.iter().filter(|entry| entry.is_expired(today)) {
        said.push(format!("{} ended: {}", entry.source.name(), entry.describe()));
    }
    said.extend(gathered.has_ignored_settings_file.then(|| NO_REPOSITORY.to_owned()));
    said.extend(gathered.untranslated.iter().map(|said| format!("not taken over: {said}")));
    let mut out = std::io::stdout().lock();
    for line in &said {
        writeln!(out, "{}", redact(&escape_terminal(line.as_bytes())))?;
    }
    let names: Vec<&str> = gathered.layers.iter().map(|layer| layer.name.as_str()).collect();
    let names = if names.is_empty() { "there are no settings".to_owned() } else { names.join(", ") };
    let how = if is_wrong { "wrong" } else { "fine" };
    writeln!(out, "{}: {how}", redact(&escape_terminal(names.as_bytes())))?;
    Ok(if is_wrong { Exit::Failed } else { Exit::Clean })
}

/// What the examples of rules of one's own show of them.
fn examples(rules: &[Rule]) -> Vec<String> {
    let detector = Detector::new(RuleSet::builtin().with_user_rules(rules));
    let finds = |rule: &Rule, text: &str| {
        let found = detector.find_evidence(text.as_bytes());
        found.iter().any(|evidence| {
            let verdict = assess(evidence, None, 0);
            detector.rules()[evidence.rule].id == rule.id
                && verdict.confidence.is_some_and(|confidence| confidence >= Confidence::Medium)
        })
    };
    let mut said = Vec::new();
    for rule in rules {
        for (number, _) in rule.examples.iter().enumerate().filter(|(_, text)| !finds(rule, text)) {
            said.push(format!("rule {}: it finds nothing in example {}", rule.id, number + 1));
        }
        for (number, _) in rule.counterexamples.iter().enumerate().filter(|(_, text)| finds(rule, text)) {
            said.push(format!("rule {}: it finds something in counterexample {}", rule.id, number + 1));
        }
    }
    said
}

/// Each setting in force, and where it comes from.
fn show(common: &Common, gathered: &LoadedPolicy) -> String {
    let mut out = String::new();
    let layers = &gathered.layers;
    let mut line = |what: &str, from: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{:<58} {from}", escape_terminal(what.as_bytes()));
    };
    let latest = |has: &dyn Fn(&Settings) -> Option<String>| {
        layers.iter().rev().find_map(|layer| Some((has(&layer.settings)?, layer.name.clone())))
    };
    let default = |value: &str| (value.to_owned(), "default".to_owned());
    let least = match common.min_confidence {
        Some(level) => (Confidence::from(level).name().to_owned(), "--min-confidence".to_owned()),
        None => latest(&|settings| settings.min_confidence.map(|least| least.name().to_owned()))
            .unwrap_or_else(|| default("medium")),
    };
    let fail_on = latest(&|settings| {
        Some(match settings.fail_on? {
            FailOn::From(least) => least.name().to_owned(),
            FailOn::Never => "never".to_owned(),
        })
    });
    let fail_on = fail_on.unwrap_or_else(|| default("medium"));
    for (key, (value, from)) in [("min-confidence", least), ("fail-on", fail_on)] {
        line(&format!("{key} = {value}"), &from);
    }
    line(&format!("{} built in", counted(RuleSet::builtin().rules().len(), "rule")), "default");
    for Layer { name, settings } in layers {
        // Only that there is a key is told.
        if format!("{:?}", settings.fingerprint_key).contains("(set)") {
            line("fingerprint-key is set", name);
        }
        if settings.gitleaks {
            line("gitleaks = true", name);
        }
        for rule in &settings.rules {
            line(&format!("rule {}", rule.id), name);
        }
        for id in &settings.disabled {
            line(&format!("disable {id}"), name);
        }
        for pattern in settings.exclude.patterns() {
            line(&format!("exclude {pattern}"), name);
        }
        for accept in &settings.accept {
            line(&format!("accept {}", accept.describe()), name);
        }
        for entry in settings.allow.iter().filter(|entry| entry.source != EntrySource::Baseline) {
            let until = entry.until.map_or_else(String::new, |until| format!(" until {until}"));
            line(&format!("allow {}{until}: {}", entry.describe(), entry.reason), name);
        }
        let known = settings.allow.iter().filter(|entry| entry.source == EntrySource::Baseline).count();
        if known > 0 {
            line(&format!("{} on record", counted(known, "value")), name);
        }
    }
    out
}
