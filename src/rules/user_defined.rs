//! Rules of somebody's own, read at run time: checked as the packs are, and held to a size.

use std::borrow::Cow;

use crate::finding::Severity;
use crate::rules::{Form, Generic, Matcher, Pair, Pattern, PlaceholderLimits, Rule, Text, TokenShape};
use skant_rule_schema::Alphabet;
use skant_rule_schema::{LimitsSpec, PackSpec, RuleSpec, ShapeSpec};
use skant_rule_schema::{RuleError, check_rule};

/// No policy has more rules of its own than this.
pub const MAX_RULES: usize = 100;

/// The longest text of a rule, in bytes: ids, titles, anchors, expressions.
const MOST_TEXT: usize = 4096;

/// The most anchors of a rule.
const MOST_ANCHORS: usize = 64;

/// The longest anchor, in bytes.
const MOST_ANCHOR: usize = 128;

/// A rule of somebody's own, or what is wrong with it.
pub(crate) fn build_user_rule(spec: RuleSpec) -> Result<Rule, RuleError> {
    let mut spec = spec;
    let is_id = |id: &str| id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if !is_id(&spec.id) || !spec.id.trim_matches('-').contains('-') || spec.id.len() > 64 {
        return RuleError::plain(
            "its id is to be lower-case letters, digits and dashes, a provider's name first (`acme-token`)",
        );
    }
    if texts(&spec).any(|text| text.len() > MOST_TEXT) {
        return RuleError::plain(format!("one of its texts has more than {MOST_TEXT} bytes"));
    }
    if spec.anchors().len() > MOST_ANCHORS || spec.anchors().iter().any(|anchor| anchor.len() > MOST_ANCHOR) {
        return RuleError::plain(format!(
            "it has more than {MOST_ANCHORS} anchors, or one of more than {MOST_ANCHOR} bytes"
        ));
    }
    if spec.shape.is_some() || spec.prefix.is_some() {
        return RuleError::plain("shapes are for the built-in pack; use `token`");
    }
    complete(&mut spec);
    let pack = PackSpec::without_rules();
    check_rule(&pack, &spec)?;
    Ok(of_spec(&pack, spec))
}

fn texts(spec: &RuleSpec) -> impl Iterator<Item = &String> {
    let expressions = [&spec.token, &spec.value, &spec.json_member, &spec.how, &spec.logs];
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

/// What need not be said of a rule of one's own.
fn complete(spec: &mut RuleSpec) {
    let or = |text: &mut String, other: String| {
        if text.is_empty() {
            *text = other;
        }
    };
    or(&mut spec.title, spec.id.clone());
    or(&mut spec.leaks, "what it opens".to_owned());
    or(&mut spec.source, "the configuration".to_owned());
    or(&mut spec.variable, spec.id.replace('-', "_").to_ascii_uppercase());
    or(&mut spec.revoke, "where it was issued".to_owned());
}

/// A checked rule as the search takes it.
fn of_spec(pack: &PackSpec, spec: RuleSpec) -> Rule {
    let (reach, steps) = (pack.reach(&spec), list(spec.steps(pack)));
    let ignore_case = spec.ignore_case || !spec.keywords.is_empty();
    let anchors = list(spec.anchors().to_vec());
    Rule {
        anchors,
        ignore_case,
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

/// The other half of a pair, as its own rule finds it, or as it is described.
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
        return Matcher::Prefixed { prefix: text(prefix), shape: shape_of(spec) };
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
        Form::Pem { labels: lists(&spec.pem), nearby: lists(&spec.nearby) }
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
        exact: spec.exact && spec.value.is_none(),
        check: spec.check,
    })
}

fn shape_of(spec: &ShapeSpec) -> TokenShape {
    let cuts = |cut: LimitsSpec| {
        let LimitsSpec { distinct, entropy, run, ascending, repeat } = cut;
        PlaceholderLimits { distinct, entropy, run, ascending, repeat }
    };
    TokenShape {
        structure: spec.structure.as_ref().map(|text| (text.clone().into(), spec.structure_length)),
        full: spec.full,
        short: spec.short,
        jwt: spec.jwt,
        mask_head: spec.mask_head,
        mask_tail: spec.mask_tail,
        structured_limits: cuts(spec.cuts.structured),
        full_limits: cuts(spec.cuts.full),
        short_limits: cuts(spec.cuts.short),
    }
}

fn list(texts: Vec<String>) -> Cow<'static, [Text]> {
    texts.into_iter().map(Text::from).collect::<Vec<_>>().into()
}

/// A rule of one's own, for the tests of other rooms.
#[cfg(test)]
pub(crate) fn rule_from_toml(text: &str) -> Rule {
    build_user_rule(toml::from_str(text).expect("TOML")).expect("a rule")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    /// What build.rs writes and what is made at run time is the same.
    #[test]
    fn the_built_in_packs_come_out_as_they_are_compiled_in() {
        let builtin = RuleSet::builtin();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let pack =
                skant_rule_schema::parse(&std::fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
            for rule in pack.rule.clone() {
                let known = builtin.rules().iter().find(|known| known.id == rule.id).unwrap();
                assert_eq!(format!("{:?}", of_spec(&pack, rule)), format!("{known:?}"));
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
    fn little_has_to_be_said_of_a_rule_of_ones_own() {
        let rule = read(
            "id = \"acme-token\"\nanchors = [\"acme_\"]\ntoken = 'acme_[a-z0-9]{32}'\nalphabet = \"lower-alphanumeric\"",
        );
        let rule = rule.unwrap();
        assert_eq!((rule.title.as_ref(), rule.variable.as_ref()), ("acme-token", "ACME_TOKEN"));
        assert!(rule.is_provider() && rule.steps.len() == 3 && rule.severity == Severity::High);
    }

    #[test]
    fn an_anchor_may_be_the_beginning_of_what_is_found_in_many_ways() {
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
    fn what_is_too_much_is_refused() {
        let with = |rest: &str| format!("id = \"acme-token\"\nalphabet = \"hex\"\n{rest}");
        let many = vec!["\"acme\""; 65].join(",");
        for (text, said) in [
            (
                with("anchors = [\"acme_\"]\ntoken = 'acme_([a-z]{1000}){1000}'"),
                "its expression cannot be used",
            ),
            (with("anchors = [\"acme_\"]\ntoken = 'acme_('"), "its expression cannot be used"),
            (with("anchors = [\"ac\"]\ntoken = 'ac[a-z]+'"), "three bytes"),
            (with(&format!("anchors = [{many}]\ntoken = 'acme'")), "more than 64 anchors"),
            (with(&format!("anchors = [\"acme\"]\ntoken = '{}'", "a".repeat(5000))), "more than 4096 bytes"),
            (with("anchors = [\"acme\"]\ntoken = 'acme'\nreach = 100000"), "its reach"),
            (with("anchors = [\"acme\"]\ntoken = 'acme'\nshape = \"x\""), "shapes are for the built-in pack"),
            (with("anchors = [\"acme\"]\ntoken = 'acme'\nseverity = \"bad\""), "severity"),
            (with("anchors = [\"acme\"]\njson-member = 'acme=(\\w+)'"), "group `secret`"),
            (with("anchors = [\"acme_\"]\ntoken = 'foo_[a-z]+'"), "begins with its anchor"),
            (with("anchors = [\"acme_\"]\ntoken = 'acme'"), "begins with its anchor"),
            (with("anchors = [\"acme_\", \"emca_\"]\ntoken = 'acme_[a-z]+'"), "its anchor (`before`"),
            (with("anchors = [\"acme\"]"), "it needs one of"),
            ("id = \"Acme\"\nanchors = [\"acme\"]\ntoken = 'acme'".to_owned(), "its id"),
            ("id = \"acme\"\nanchors = [\"acme\"]\ntoken = 'acme'".to_owned(), "its id"),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
