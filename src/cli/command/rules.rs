//! `rules list`, `rules show` and `rules test`.

use std::fmt::Write as _;
use std::io::{self, Read as _};

use crate::assess::assess;
use crate::cli::args::{Common, Rules, RulesCommand};
use crate::cli::stdin::Input;
use crate::cli::{Exit, Failure, output, settings};
use crate::detect::Detector;
use crate::finding::Confidence;
use crate::policy::repo_files::TreeVersion;
use crate::rules::{Form, Matcher, MayFollow, Pattern, Rule, Text};
use crate::scan::Scanner;
use crate::source::ScanControl;
use crate::text::escape_terminal;

pub(crate) fn run(common: &Common, arguments: &Rules, control: &ScanControl) -> Result<Exit, Failure> {
    let repository = crate::cli::session::here().ok();
    let scanner = settings::scanner(common, repository.as_ref(), TreeVersion::Worktree)?;
    let rules = scanner.detector().rules();
    match arguments.what.as_ref().unwrap_or(&RulesCommand::List { markdown: false }) {
        RulesCommand::List { markdown: true } => output::say(markdown(rules)),
        RulesCommand::List { markdown: false } => output::say(list(rules)),
        RulesCommand::Show { id } => match rules.iter().find(|rule| rule.id == *id) {
            Some(rule) => output::say(show(rule)),
            None => Err(Failure(format!("there is no rule `{id}` in force; see `skant rules list`"))),
        },
        RulesCommand::Test { file } => {
            let text = if file.as_os_str() == "-" {
                let mut text = Vec::new();
                Input::of(io::stdin(), &control.cancellation).read_to_end(&mut text)?;
                text
            } else {
                std::fs::read(file).map_err(|error| {
                    Failure(format!("cannot read {}: {error}; `-` is standard input", file.display()))
                })?
            };
            let (said, found) = test(&scanner, &text);
            output::say(said)?;
            Ok(if found { Exit::Findings } else { Exit::Clean })
        }
    }
}

fn list(rules: &[Rule]) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    rules.iter().fold(String::new(), |mut out, rule| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{:width$}  {:8}  {}", rule.id, rule.severity.name(), rule.title);
        out
    })
}

fn show(rule: &Rule) -> String {
    let mut out = format!("{}\n{}\n\n", rule.id, rule.title);
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(out, "{name:10}{value}");
    };
    line("severity", rule.severity.name());
    line("leaks", &rule.leaks);
    line("variable", &rule.variable);
    line("found by", &found_by(rule));
    line("form", form(&rule.matcher));
    if let Matcher::Pattern(shaped) = &rule.matcher {
        line("edges", &edges(shaped));
    }
    line("reach", &format!("{} bytes", rule.reach));
    line("source", &rule.source);
    for (step, number) in rule.steps.iter().zip(1..) {
        line(if number == 1 { "to do" } else { "" }, &format!("{number}. {step}"));
    }
    out
}

/// What the first search looks for.
fn found_by(rule: &Rule) -> String {
    // A line break stands as it is written in a rule.
    let written = |anchor: &Text| anchor.replace('\n', "\\n").replace('\t', "\\t").replace('\r', "\\r");
    let anchors: Vec<String> = rule.anchors.iter().map(|anchor| format!("`{}`", written(anchor))).collect();
    let (shown, more) = anchors.split_at(anchors.len().min(4));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    let beside = if rule.ignore_case { "a name with " } else { "" };
    format!("{beside}{}{more}", shown.join(", "))
}

fn form(matcher: &Matcher) -> &str {
    match matcher {
        Matcher::Prefixed { prefix, .. } => prefix,
        Matcher::Generic(_) => "a value that a telling name or form leads to, as the model weighs it",
        Matcher::Pattern(shaped) => match &shaped.form {
            Form::Token(expression) | Form::JsonMember(expression) => expression,
            Form::Keyword { value, .. } => value,
            Form::Pem { labels, .. } => labels.first().map_or("", |label| label),
        },
    }
}

fn edges(shaped: &Pattern) -> String {
    let before = match shaped.may_follow {
        MayFollow::Anything => "anything may stand before it",
        MayFollow::Boundary => "nothing of its alphabet stands before it",
    };
    let check = shaped.check.map_or_else(String::new, |check| format!("; checked: {check:?}"));
    format!("{before}; none of {} behind it{check}", shaped.may_not_precede.characters())
}

/// All that the rules say of a text, and whether anything in it would be reported.
fn test(scanner: &Scanner, text: &[u8]) -> (String, bool) {
    let detector: &Detector = scanner.detector();
    let (mut out, mut found) = (String::new(), false);
    let now = crate::cli::clock::now().as_second();
    for evidence in detector.find_evidence(text) {
        let rule = &detector.rules()[evidence.rule];
        let verdict = assess(&evidence, None, now);
        found |= verdict.confidence.is_some_and(|confidence| confidence >= Confidence::Medium);
        let confidence = verdict.confidence.map_or("none", Confidence::name);
        let _ = writeln!(
            out,
            "{}:{}  {}  {confidence}  {}",
            evidence.start.line,
            evidence.start.column,
            rule.id,
            escape_terminal(evidence.masked.text.as_bytes())
        );
        for reason in verdict.reasons {
            let _ = writeln!(out, "    {reason}");
        }
    }
    if out.is_empty() {
        out.push_str("no rule found anything\n");
    }
    (out, found)
}

/// `docs/rules.md`.
fn markdown(rules: &[Rule]) -> String {
    let mut out = format!(
        "# The rules\n\nWritten by `skant rules list --markdown`; a test holds it to the pack. {} rules. What is \
         found by a name is a value beside it; everything else begins with, or holds, what is told.\n\n\
         | rule | what it is | severity | found by | what leaks | revoke at |\n|---|---|---|---|---|---|\n",
        rules.len()
    );
    for rule in rules {
        let cell = |text: &str| text.replace('|', "\\|");
        let revoke = if rule.revoke.is_empty() { "see `skant rules show`" } else { &rule.revoke };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            rule.id,
            cell(&rule.title),
            rule.severity.name(),
            cell(&found_by(rule)),
            cell(&rule.leaks),
            revoke
        );
    }
    out
}
