//! Rules of a `skant.toml`. They pass the checks of built-in rules and have additional limits, since the file may come
//! from a stranger. Nothing is read or searched here.

use std::borrow::Cow;

use skant_rule_schema::{Alphabet, LimitsSpec, PackSpec, RuleError, RuleSpec, ShapeSpec, check_rule};

use super::rule::{Form, Generic, Matcher, Pair, Pattern, PlaceholderLimits, Rule, Text, TokenShape};
use crate::finding::Severity;
use crate::text::{escape_ci_command, escape_terminal};

/// The maximum number of user-defined rules of a policy.
pub(crate) const MAX_RULES: usize = 100;

/// The maximum length of a text of a rule, in bytes: ids, titles, expressions, examples.
const MAX_TEXT: usize = 4096;

/// The maximum number of anchors of a rule.
const MAX_ANCHORS: usize = 64;

/// The maximum length of an anchor, in bytes.
const MAX_ANCHOR: usize = 128;

/// The maximum length of an id, in bytes.
const MAX_ID: usize = 64;

/// Builds a rule of a `skant.toml`.
///
/// # Errors
/// Fails with the first error of the rule.
pub(crate) fn build_user_rule(mut spec: RuleSpec) -> Result<Rule, RuleError> {
    let is_id = |id: &str| id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if !is_id(&spec.id) || !spec.id.trim_matches('-').contains('-') || spec.id.len() > MAX_ID {
        return RuleError::plain(
            "its id has to consist of lowercase letters, digits and dashes, with the name of a provider first \
             (`acme-token`)",
        );
    }
    if texts(&spec).any(|text| text.len() > MAX_TEXT) {
        return RuleError::plain(format!("one of its texts has more than {MAX_TEXT} bytes"));
    }
    if spec.anchors().len() > MAX_ANCHORS || spec.anchors().iter().any(|anchor| anchor.len() > MAX_ANCHOR) {
        return RuleError::plain(format!(
            "it has more than {MAX_ANCHORS} anchors, or an anchor of more than {MAX_ANCHOR} bytes"
        ));
    }
    if spec.shape.is_some() || spec.prefix.is_some() {
        return RuleError::plain("only built-in packs have shapes; use `token`");
    }
    fill_defaults(&mut spec);
    // `fix` writes the name into code and into a file that shells read.
    if !spec.variable.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return RuleError::plain(
            "its `variable` has to be the name of an environment variable: letters, digits and `_`, such as \
             `ACME_TOKEN`",
        );
    }
    let pack = PackSpec::without_rules();
    check_rule(&pack, &spec)?;
    make_printable(&mut spec);
    Ok(build(&pack, spec))
}

/// Escapes the texts that reports print, so that no output has to. What is searched for and the examples stay as they
/// are.
fn make_printable(spec: &mut RuleSpec) {
    let plain = [&mut spec.title, &mut spec.leaks, &mut spec.source, &mut spec.revoke];
    let companion = spec.pair.as_mut().and_then(|pair| pair.name.as_mut());
    let others = spec.steps.iter_mut().chain(&mut spec.how).chain(&mut spec.logs).chain(companion);
    for text in plain.into_iter().chain(others) {
        // A text of several lines is one line in a report.
        let line = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        *text = escape_ci_command(&escape_terminal(line.trim().as_bytes())).into_owned();
    }
}

fn texts(spec: &RuleSpec) -> impl Iterator<Item = &String> {
    let expressions = [&spec.token, &spec.value, &spec.json_member, &spec.decoded, &spec.how, &spec.logs];
    let lists = [
        &spec.name_words,
        &spec.pem,
        &spec.nearby,
        &spec.excluded_names,
        &spec.excluded_last_words,
        &spec.public_prefixes,
        &spec.steps,
        &spec.examples,
        &spec.counterexamples,
    ];
    let plain = [&spec.id, &spec.title, &spec.leaks, &spec.variable, &spec.source, &spec.revoke];
    expressions.into_iter().flatten().chain(lists.into_iter().flatten()).chain(plain)
}

/// Sets the keys that only built-in rules need.
fn fill_defaults(spec: &mut RuleSpec) {
    let or = |text: &mut String, other: String| {
        if text.is_empty() {
            *text = other;
        }
    };
    or(&mut spec.title, spec.id.clone());
    or(&mut spec.leaks, "what the secret opens".to_owned());
    or(&mut spec.source, "the configuration".to_owned());
    or(&mut spec.variable, spec.id.replace('-', "_").to_ascii_uppercase());
    or(&mut spec.revoke, "at its issuer".to_owned());
}

/// Converts a checked rule to the form that the detector uses. `build.rs` writes the same data for built-in rules.
fn build(pack: &PackSpec, spec: RuleSpec) -> Rule {
    let (reach, steps) = (pack.reach(&spec), list(spec.steps(pack)));
    let ignore_case = spec.ignore_case || !spec.keywords.is_empty();
    let anchors = list(spec.anchors().to_vec());
    Rule {
        anchors,
        ignore_case,
        followed_by: spec.followed_by,
        reach,
        steps,
        severity: spec.severity.unwrap_or(Severity::High),
        matcher: matcher(pack, &spec),
        pair: pair(pack, &spec),
        id: spec.id.into(),
        title: spec.title.into(),
        leaks: spec.leaks.into(),
        variable: spec.variable.into(),
        source: spec.source.into(),
        revoke: spec.revoke.into(),
        examples: list(spec.examples),
        counterexamples: list(spec.counterexamples),
    }
}

/// Converts the companion: the rule of the pack that it names, or the pattern of a public id.
fn pair(pack: &PackSpec, spec: &RuleSpec) -> Option<Pair> {
    let pair = spec.pair.as_ref()?;
    let text = |text: &String| Text::from(text.clone());
    let other = pack.rule.iter().find(|other| pair.rule.as_ref() == Some(&other.id));
    Some(match other {
        Some(other) => Pair {
            rule: Some(text(&other.id)),
            pattern: text(other.token.as_ref()?),
            name: text(&other.title),
        },
        None => Pair { rule: None, pattern: text(pair.pattern.as_ref()?), name: text(pair.name.as_ref()?) },
    })
}

fn matcher(pack: &PackSpec, spec: &RuleSpec) -> Matcher {
    let text = |text: &str| Text::from(text.to_owned());
    let lists = |texts: &[String]| list(texts.to_vec());
    let shape = spec.shape.as_ref().and_then(|name| pack.shape.get(name));
    if let (Some(prefix), Some(spec)) = (&spec.prefix, shape) {
        return Matcher::Prefixed { prefix: text(prefix), shape: token_shape(spec) };
    }
    if let Some(syntax) = spec.syntax {
        return Matcher::Generic(Generic {
            syntax,
            mask_head: spec.mask_head,
            excluded_names: lists(&spec.excluded_names),
            excluded_last_words: lists(&spec.excluded_last_words),
            public_prefixes: lists(&spec.public_prefixes),
        });
    }
    let form = if let Some(token) = &spec.token {
        Form::Token(text(token))
    } else if let Some(value) = &spec.value {
        Form::Keyword { value: text(value), name_words: lists(&spec.name_words) }
    } else if let Some(json_member) = &spec.json_member {
        Form::JsonMember(text(json_member))
    } else {
        Form::Pem { labels: lists(&spec.pem) }
    };
    let alphabet = spec.alphabet.unwrap_or(Alphabet::Base64);
    Matcher::Pattern(Pattern {
        form,
        anchor_offset: (spec.anchor_offset[0], spec.anchor_offset[1]),
        alphabet,
        may_not_precede: spec.may_not_precede.unwrap_or(alphabet),
        may_follow: spec.may_follow,
        self_terminating: spec.self_terminating,
        random: spec.random,
        human_chosen: spec.human_chosen,
        exact: spec.exact && (spec.value.is_none() || spec.decoded.is_some()),
        indirect: spec.indirect,
        check: spec.check,
        decoded: spec.decoded.as_deref().map(text),
        nearby: lists(&spec.nearby),
    })
}

fn token_shape(spec: &ShapeSpec) -> TokenShape {
    let limits = |limits: LimitsSpec| {
        let LimitsSpec { distinct, entropy, run, ascending, repeat } = limits;
        PlaceholderLimits { distinct, entropy, run, ascending, repeat }
    };
    TokenShape {
        structure: spec.structure.as_ref().map(|text| (text.clone().into(), spec.structure_length)),
        full: spec.full,
        short: spec.short,
        jwt: spec.jwt,
        mask_head: spec.mask_head,
        mask_tail: spec.mask_tail,
        structured_limits: limits(spec.placeholder_limits.structured),
        full_limits: limits(spec.placeholder_limits.full),
        short_limits: limits(spec.placeholder_limits.short),
    }
}

fn list(texts: Vec<String>) -> Cow<'static, [Text]> {
    texts.into_iter().map(Text::from).collect::<Vec<_>>().into()
}

/// Builds a user-defined rule from TOML, for the tests of other modules.
#[cfg(test)]
pub(crate) fn rule_from_toml(text: &str) -> Rule {
    build_user_rule(toml::from_str(text).expect("TOML")).expect("a rule")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn build_rs_and_build_make_the_same_rules() {
        let builtin = RuleSet::builtin();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules");
        let mut seen = 0;
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        for file in files.filter(|path| path.is_file()) {
            let pack = skant_rule_schema::parse_pack(&std::fs::read_to_string(file).unwrap()).unwrap();
            for rule in pack.rule.clone() {
                let known = builtin.rules().iter().find(|known| known.id == rule.id).unwrap();
                assert_eq!(format!("{:?}", build(&pack, rule)), format!("{known:?}"));
                seen += 1;
            }
        }
        assert_eq!(seen, builtin.rules().len());
    }

    fn read(text: &str) -> Result<Rule, String> {
        let spec = toml::from_str(text).map_err(|error: toml::de::Error| error.to_string())?;
        build_user_rule(spec).map_err(|error| error.to_string())
    }

    #[test]
    fn a_user_defined_rule_needs_few_keys() {
        let rule = read(
            "id = \"acme-token\"\nanchors = [\"acme_\"]\ntoken = 'acme_[a-z0-9]{32}'\nalphabet = \"lower-alphanumeric\"",
        );
        let rule = rule.unwrap();
        assert_eq!((rule.title.as_ref(), rule.variable.as_ref()), ("acme-token", "ACME_TOKEN"));
        assert!(rule.is_provider() && rule.steps.len() == 3 && rule.severity == Severity::High);
    }

    #[test]
    fn texts_of_a_rule_are_safe_to_print() {
        let hostile = [
            ("##vso[task.complete result=Succeeded;]x", "\\u{23}#vso[task.complete result=Succeeded;]x"),
            ("a ##[error]x", "a \\u{23}#[error]x"),
            ("  ::error::x", "\\u{3a}:error::x"),
            ("\u{1b}]0;x\u{7}\u{1b}[2J", "\\u{1b}]0;x\\u{7}\\u{1b}[2J"),
            ("\u{202e}x", "\\u{202e}x"),
            ("x\n::error::x\r\n##[error]x\n", "x ::error::x \\u{23}#[error]x"),
        ];
        for (text, expected) in hostile {
            let mut spec: RuleSpec = toml::from_str(
                "id = \"acme-token\"\nanchors = [\"acme_\"]\ntoken = 'acme_[a-z0-9]{32}'\n\
                 alphabet = \"lower-alphanumeric\"\n[pair]\nname = \"x\"\npattern = 'id_[a-z]+'",
            )
            .unwrap();
            for plain in [&mut spec.title, &mut spec.leaks, &mut spec.source, &mut spec.revoke] {
                text.clone_into(plain);
            }
            spec.pair.as_mut().unwrap().name = Some(text.to_owned());
            (spec.how, spec.logs) = (Some(text.to_owned()), Some(text.to_owned()));
            let with_steps = RuleSpec { steps: vec![text.to_owned()], ..spec.clone() };
            for (spec, steps) in [(spec, 3), (with_steps, 1)] {
                let rule = build_user_rule(spec).unwrap();
                let pair = rule.pair.unwrap().name;
                let texts = [&rule.title, &rule.leaks, &rule.source, &rule.revoke, &pair];
                assert_eq!(texts, [expected; 5]);
                assert!(
                    rule.steps.len() == steps
                        && rule.steps.iter().take(2).all(|step| step.contains(expected))
                );
            }
        }
    }

    #[test]
    fn an_anchor_may_begin_a_match_in_many_ways() {
        for (anchors, token) in [
            ("\"acme_\"", "ac(?:me|ro)_[a-z]+"),
            ("\"acme_live_\"", "acme_[a-z]+"),
            ("\"acme_\", \"emca_\"", "(?:acme|emca)_[a-z]+"),
            ("\"acme\"", "[a-z]{4}_[a-z]+"),
            ("\"acme\"", "\\bacme"),
            ("\"acme\"", "(?i)ACME"),
        ] {
            let text =
                format!("id = \"acme-token\"\nalphabet = \"hex\"\nanchors = [{anchors}]\ntoken = '{token}'");
            assert_eq!(read(&text).map(|rule| rule.id.into_owned()).as_deref(), Ok("acme-token"), "{token}");
        }
        let text = "id = \"acme-token\"\nalphabet = \"hex\"\nanchors = [\"acme\"]\ntoken = 'ACME'\nignore-case = true";
        assert!(read(text).is_ok());
    }

    #[test]
    fn a_rule_beyond_a_limit_is_refused() {
        let with = |rest: &str| format!("id = \"acme-token\"\nalphabet = \"hex\"\n{rest}");
        let many = vec!["\"acme\""; 65].join(",");
        for (text, expected) in [
            (
                with("anchors = [\"acme_\"]\ntoken = 'acme_([a-z]{1000}){1000}'"),
                "its expression cannot be used",
            ),
            (with("anchors = [\"acme_\"]\ntoken = 'acme_('"), "its expression cannot be used"),
            (with("anchors = [\"ac\"]\ntoken = 'ac[a-z]+'"), "three bytes"),
            (with(&format!("anchors = [{many}]\ntoken = 'acme'")), "more than 64 anchors"),
            (with(&format!("anchors = [\"acme\"]\ntoken = '{}'", "a".repeat(5000))), "more than 4096 bytes"),
            (with("anchors = [\"acme\"]\ntoken = 'acme'\nreach = 100000"), "its reach"),
            (with("anchors = [\"acme\"]\ntoken = 'acme'\nshape = \"x\""), "only built-in packs have shapes"),
            (with("anchors = [\"acme\"]\ntoken = 'acme'\nseverity = \"bad\""), "severity"),
            (
                with(
                    "anchors = [\"acme\"]\ntoken = 'acme'\n[verify]\nhost = \"a.example\"\npath = \"/\"\n\
                     basic-auth = \"{secret}:\"\nlive = { status = [200] }\ndead = { status = [401] }",
                ),
                "verify",
            ),
            (with("anchors = [\"acme\"]\njson-member = 'acme=(\\w+)'"), "group `secret`"),
            (with("anchors = [\"acme_\"]\ntoken = 'foo_[a-z]+'"), "begins with its anchor"),
            (with("anchors = [\"acme_\"]\ntoken = 'acme'"), "begins with its anchor"),
            (with("anchors = [\"acme_\", \"emca_\"]\ntoken = 'acme_[a-z]+'"), "its anchor (`anchor-offset`"),
            (with("anchors = [\"acme\"]\ntoken = 'acme'\nvariable = '$(id)'"), "its `variable`"),
            (with("anchors = [\"acme\"]\ntoken = 'acme'\nvariable = 'A\"]; f()'"), "its `variable`"),
            (with("anchors = [\"acme\"]\ntoken = 'acme'\nvariable = '##vso[x]'"), "its `variable`"),
            (with("anchors = [\"acme\"]"), "it needs one of"),
            ("id = \"Acme\"\nanchors = [\"acme\"]\ntoken = 'acme'".to_owned(), "its id"),
            ("id = \"acme\"\nanchors = [\"acme\"]\ntoken = 'acme'".to_owned(), "its id"),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
