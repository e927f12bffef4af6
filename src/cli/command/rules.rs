//! `skant rules`: lists the rules in force, shows one, or tests a text against them.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::assess::assess;
use crate::cli::args::{Common, Rules, RulesCommand};
use crate::cli::error::{CliError, IoError};
use crate::cli::exit::Exit;
use crate::cli::session::current_repository;
use crate::cli::stdin::read_all;
use crate::cli::{output, settings};
use crate::finding::Confidence;
use crate::policy::clock;
use crate::policy::repo_files::TreeVersion;
use crate::rules::{Form, Matcher, MayFollow, Pattern, Rule, Text};
use crate::scan::Scanner;
use crate::source::ScanControl;
use crate::text::{escape_terminal, most_similar};

/// The number of keywords of a rule that are printed; further ones are counted.
const MAX_KEYWORDS: usize = 4;

#[derive(Debug, Error, Diagnostic)]
#[error("there is no rule `{id}` in force")]
#[diagnostic(code(skant::rules::unknown_rule), help("{help}"))]
struct UnknownRule {
    id: String,
    help: String,
}

impl UnknownRule {
    fn new(id: &str, rules: &[Rule]) -> Self {
        let help = match most_similar(id, rules.iter().map(|rule| rule.id.as_ref())) {
            Some(similar) => format!("did you mean `{similar}`? `skant rules list` lists the rules"),
            None => "`skant rules list` lists the rules".to_owned(),
        };
        Self { id: escape_terminal(id.as_bytes()), help }
    }
}

pub(crate) fn run(common: &Common, arguments: &Rules, control: &ScanControl) -> Result<Exit, CliError> {
    let repository = current_repository().ok();
    let scanner = settings::scanner(common, repository.as_ref(), TreeVersion::Worktree)?;
    let rules = scanner.detector().rules();
    match arguments.command.as_ref().unwrap_or(&RulesCommand::List { markdown: false }) {
        RulesCommand::List { markdown: true } => output::print(markdown(rules)),
        RulesCommand::List { markdown: false } => output::print(list(rules)),
        RulesCommand::Show { id } => {
            let rule = rules.iter().find(|rule| rule.id == *id).ok_or_else(|| UnknownRule::new(id, rules))?;
            output::print(show(rule, common.verbose > 0))
        }
        RulesCommand::Test { text } => run_test(&scanner, text, control),
    }
}

/// Tests a file, standard input, or the argument itself.
fn run_test(scanner: &Scanner, argument: &OsStr, control: &ScanControl) -> Result<Exit, CliError> {
    let path = Path::new(argument);
    let is_text = argument.to_str().is_some_and(|text| is_text(scanner, text));
    let text = if argument == "-" {
        read_all(&control.cancellation)?
    } else if is_text && path.symlink_metadata().is_err() {
        argument.as_encoded_bytes().to_vec()
    } else {
        std::fs::read(path).map_err(|source| IoError::ReadFile { path: path.to_path_buf(), source })?
    };
    let (text, has_finding) = test(scanner, &text);
    output::print(text)?;
    Ok(if has_finding { Exit::Findings } else { Exit::Clean })
}

/// Whether an argument is text rather than the name of a file: it has an assignment, a space or a quote, or a rule
/// matches. The misspelt name of a file is not text, so that it is an error.
fn is_text(scanner: &Scanner, argument: &str) -> bool {
    argument.contains(|character: char| character.is_whitespace() || "=:\"'".contains(character))
        || !scanner.detector().find_evidence(argument.as_bytes()).is_empty()
}

fn list(rules: &[Rule]) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    rules.iter().fold(String::new(), |mut out, rule| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{:width$}  {:8}  {}", rule.id, rule.severity.name(), rule.title);
        out
    })
}

/// Describes a rule; with `details`, also how it matches, for authors of rules.
fn show(rule: &Rule, details: bool) -> String {
    let mut out = format!("{}\n{}\n\n", rule.id, rule.title);
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(out, "{name:10}{value}");
    };
    line("severity", rule.severity.name());
    line("leaks", &rule.leaks);
    line("variable", &rule.variable);
    line("found by", &found_by(rule));
    if details {
        line("pattern", &escape_terminal(pattern(&rule.matcher).as_bytes()));
        if let Matcher::Pattern(pattern) = &rule.matcher {
            line("edges", &describe_edges(pattern));
        }
        line("reach", &format!("{} bytes", rule.reach));
    }
    line("source", &rule.source);
    for (step, number) in rule.steps.iter().zip(1..) {
        line(if number == 1 { "to do" } else { "" }, &format!("{number}. {step}"));
    }
    out
}

/// Lists the keywords that the prefilter searches for.
fn found_by(rule: &Rule) -> String {
    if rule.anchors.is_empty() {
        return "a whole file".to_owned();
    }
    let escaped = |anchor: &Text| {
        let anchor = anchor.replace('\n', "\\n").replace('\t', "\\t").replace('\r', "\\r");
        escape_terminal(anchor.as_bytes())
    };
    let anchors: Vec<String> = rule.anchors.iter().map(|anchor| format!("`{}`", escaped(anchor))).collect();
    let (shown, more) = anchors.split_at(anchors.len().min(MAX_KEYWORDS));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    let name = if rule.ignore_case { "a name with " } else { "" };
    format!("{name}{}{more}{}", shown.join(", "), near(rule))
}

/// Lists the words of which a rule wants one near a match.
fn near(rule: &Rule) -> String {
    let Matcher::Pattern(Pattern { nearby, .. }) = &rule.matcher else { return String::new() };
    let words: Vec<String> =
        nearby.iter().map(|word| format!("`{}`", escape_terminal(word.as_bytes()))).collect();
    let (shown, more) = words.split_at(words.len().min(MAX_KEYWORDS));
    match (shown, more.len()) {
        ([], _) => String::new(),
        (_, 0) => format!(" near {}", shown.join(", ")),
        (_, more) => format!(" near {} and {more} more", shown.join(", ")),
    }
}

fn pattern(matcher: &Matcher) -> &str {
    match matcher {
        Matcher::Prefixed { prefix, .. } => prefix,
        Matcher::Generic(_) => {
            "a value with a name or a form that suggests a secret, scored by the password model"
        }
        Matcher::Pattern(pattern) => match &pattern.form {
            Form::Token(expression) | Form::JsonMember(expression) => expression,
            Form::Keyword { value, .. } => value,
            Form::Pem { labels, .. } => labels.first().map_or("", |label| label),
        },
    }
}

fn describe_edges(pattern: &Pattern) -> String {
    let before = match pattern.may_follow {
        MayFollow::Anything => "no letter of the same word is before it",
        MayFollow::Boundary => "no character of its alphabet is before it",
    };
    let check = pattern.check.map_or_else(String::new, |check| format!("; checked: {check:?}"));
    format!("{before}; none of {} follows it{check}", pattern.may_not_precede.characters())
}

/// Lists the matches in a text with their confidence and reasons, and returns whether a scan would report one of them
/// at the default confidence.
fn test(scanner: &Scanner, text: &[u8]) -> (String, bool) {
    let detector = scanner.detector();
    let (mut out, mut has_finding) = (String::new(), false);
    let now = clock::now().as_second();
    for evidence in detector.find_evidence(text) {
        let rule = &detector.rules()[evidence.rule];
        let assessment = assess(&evidence, None, now);
        has_finding |= assessment.confidence.is_some_and(|confidence| confidence >= Confidence::Medium);
        let confidence = assessment.confidence.map_or("none", Confidence::name);
        let _ = writeln!(
            out,
            "{}:{}  {}  {confidence}  {}",
            evidence.start.line,
            evidence.start.column,
            rule.id,
            escape_terminal(evidence.masked.text.as_bytes())
        );
        for reason in assessment.reasons {
            let _ = writeln!(out, "    {reason}");
        }
    }
    if out.is_empty() {
        out.push_str("no rule matched\n");
    }
    (out, has_finding)
}

/// Returns the first address in the steps of a rule that has no single address to revoke at.
fn address_in(steps: &[Text]) -> &str {
    let words = steps.iter().flat_map(|step| step.split(|character: char| " ,;()".contains(character)));
    let addresses = words.filter(|word| word.starts_with("https://"));
    addresses.map(|word| word.trim_end_matches('.')).next().unwrap_or("see `skant rules show`")
}

/// Returns the content of `docs/rules.md`.
fn markdown(rules: &[Rule]) -> String {
    let mut out = format!(
        "# The rules\n\nWritten by `skant rules list --markdown`; a test compares this file with the rule packs. {} \
         rules. A rule that is found by a name matches a value near that name. Any other rule matches a value that \
         begins with, or contains, the text in the column \"found by\"; with \"near\", only if one of those words is near.\n\n\
         | rule | what it is | severity | found by | what leaks | revoke at |\n|---|---|---|---|---|---|\n",
        rules.len()
    );
    for rule in rules {
        let cell = |text: &str| text.replace('|', "\\|");
        let revoke = if rule.revoke.is_empty() { address_in(&rule.steps) } else { &rule.revoke };
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
