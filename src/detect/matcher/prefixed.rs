//! The matcher of tokens with a prefix and a body of base64url characters: decides where the body ends, and its tier.

use std::ops::Range;

use regex::bytes::Regex;

use crate::detect::candidate::Candidate;
use crate::detect::evidence::{Features, Placeholder, Tier};
use crate::detect::{identifier, placeholder, snippet};
use crate::rules::TokenShape;
use crate::secret::Mask;
use crate::text::{find_short, rfind_short};
use crate::token_check;
use crate::token_check::Claims;

/// A rule for prefixed tokens with its compiled expressions.
pub(crate) struct PrefixedRule<'r> {
    /// The index of the rule in the rule set.
    pub(crate) rule: usize,
    pub(crate) prefix: &'r Regex,
    pub(crate) structure: Option<&'r Regex>,
    pub(crate) shape: &'r TokenShape,
}

/// The maximum length of a prefix, in bytes.
const MAX_PREFIX: usize = 64;

/// The bytes of a body that are read. A longer run of token characters is encoded data; its first part is still
/// judged.
const MAX_BODY: usize = 4096;

/// Tests one anchor. The characters before it do not matter: `\n` in JSON text, colour codes and `KEY_` end in
/// letters, and the anchor is specific enough. The body ends at a character that no token contains, at the next
/// anchor (two tokens without a separator), or at the length of the full structure.
pub(crate) fn find(rule: &PrefixedRule<'_>, text: &[u8], anchor: &Range<usize>) -> Option<Candidate> {
    let head = &text[anchor.start..text.len().min(anchor.start + MAX_PREFIX)];
    let prefix = rule.prefix.find(head)?.end();
    let literal = &text[anchor.clone()];
    let rest = &text[anchor.start + prefix..];
    let Body { length, tier, claims } = read_body(rule, rest, literal)?;
    let span = anchor.start..anchor.start + prefix + length;
    // A whole body is complete whatever follows: `***` is bold in Markdown, and a sentence may end in dots.
    let is_truncated = tier == Tier::Short && placeholder::marks_omission(&text[span.end..]);
    Some(Candidate {
        rule: rule.rule,
        prefix,
        mask: Mask { head: rule.shape.mask_head, tail: rule.shape.mask_tail },
        strong: true,
        placeholder: check_placeholder(&rest[..length], tier, rule.shape),
        features: Features {
            tier,
            body_length: length,
            claims: claims.map(Box::new),
            is_truncated,
            name: None,
            check: None,
            context: None,
            model_score: None,
            is_words: false,
        },
        name: snippet::name_before(text, span.start)
            .filter(|name| identifier::may_be_shown(&text[name.clone()])),
        span,
        companion: None,
        nested: None,
        more: Vec::new(),
    })
}

/// Returns why the body is a placeholder, if it is one. Without the fixed structure the end of a token is unknown.
/// So of a long body, the first `full` characters have to be a placeholder, too: padding after a real key must not
/// hide it.
fn check_placeholder(body: &[u8], tier: Tier, shape: &TokenShape) -> Option<Placeholder> {
    let check = |body| placeholder::check_body(body, tier, shape);
    let first = body.get(..shape.full).filter(|_| tier == Tier::Full);
    check(body).filter(|_| first.is_none_or(|first| check(first).is_some()))
}

/// The body of a token.
struct Body {
    length: usize,
    tier: Tier,
    claims: Option<Claims>,
}

/// Reads the body at the start of `rest`. `literal` is the anchor. Returns `None` if the body is too short.
fn read_body(rule: &PrefixedRule<'_>, rest: &[u8], literal: &[u8]) -> Option<Body> {
    let shape = rule.shape;
    // The search ends at the next anchor, so a text full of anchors costs no more than its length.
    let rest = &rest[..rest.len().min(token_check::MAX_JWT_BYTES)];
    let rest = &rest[..next_anchor(rest, literal).unwrap_or(rest.len())];
    if let Some(length) = token_check::jwt_length(rest).filter(|_| shape.jwt) {
        let claims = token_check::read_claims(&rest[..length]);
        let tier = if claims.is_some() { Tier::Decoded } else { Tier::Full };
        return Some(Body { length, tier, claims });
    }
    if let (Some(structure), Some((_, length))) = (rule.structure, &shape.structure) {
        // A token with the full structure ends at its length, whatever follows.
        if rest.get(..*length).is_some_and(|head| structure.is_match(head)) {
            return Some(Body { length: *length, tier: Tier::Structured, claims: None });
        }
    }
    let length = count_token_characters(rest);
    let tier = if length >= shape.full { Tier::Full } else { Tier::Short };
    (length >= shape.short).then_some(Body { length, tier, claims: None })
}

/// Returns where the next anchor begins. Where anchors are many it is near, and a prepared search would take longer.
fn next_anchor(rest: &[u8], literal: &[u8]) -> Option<usize> {
    const NEAR: usize = 64;
    find_short(&rest[..rest.len().min(NEAR)], literal).or_else(|| memchr::memmem::find(rest, literal))
}

/// Returns the number of base64url characters at the start of `rest`.
fn count_token_characters(rest: &[u8]) -> usize {
    let rest = &rest[..rest.len().min(MAX_BODY)];
    rest.iter().take_while(|byte| is_body(**byte)).count()
}

const fn is_body(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Returns the length of the literal that the expression of a prefix begins with. A comparison with it takes far less time
/// than the expression does, and most anchors belong to another one of their rules.
pub(crate) fn literal_length(expression: &str) -> usize {
    if expression.contains('|') {
        return 0;
    }
    let literal = expression.bytes().take_while(|byte| is_body(*byte)).count();
    // The last character may be left out if a number of repetitions follows.
    let is_repeated = matches!(expression.as_bytes().get(literal), Some(b'?' | b'*' | b'+' | b'{'));
    literal.saturating_sub(usize::from(is_repeated))
}

/// Returns whether `text`, which begins with an anchor, has the same anchor again and again, so close that each body ends
/// below `least` bytes, wherever its prefix ends. Then no rule matches there, nor in fragments that this text begins.
pub(crate) fn is_crowded(text: &[u8], literal: &[u8], least: usize) -> bool {
    let mut at = 0;
    while at < MAX_PREFIX {
        let limit = (at + literal.len()).saturating_add(least).min(text.len());
        // The last one in reach is as good as the next one, and leads to fewer steps.
        match rfind_short(text.get(at + 1..limit).unwrap_or_default(), literal) {
            Some(between) => at += 1 + between,
            None => return false,
        }
    }
    // Without a branch for each byte, many are compared at once.
    text[..at + literal.len()].iter().fold(true, |all, byte| all & is_body(*byte))
}

#[cfg(test)]
mod tests {
    use super::literal_length;
    use crate::detect::Detector;
    use crate::rules::RuleSet;

    #[test]
    fn text_after_a_whole_token_does_not_make_it_a_placeholder() {
        let detector = Detector::new(RuleSet::builtin());
        let head = ["sk-", "ant-", "oat01-"].concat();
        let whole =
            "q7Lm2ZxV9tRbK4wPnYc8HsDf3GjU6aEoXi5NvTrBk1Zk8pWmQ2vXr7LtYb4NcHsGf9DjU3aEoVi6TnRqBx5K2Wm9P";
        let is_found = |text: &str| {
            detector.find_evidence(text.as_bytes()).iter().any(|found| found.placeholder.is_none())
        };
        for after in ["", "AAAA", "------", "__________", "0123456789", "xxxxxxxx", &"y".repeat(200)] {
            assert!(is_found(&format!("k={head}{whole}AA{after}\n")), "{after}");
        }
        for body in ["x".repeat(95), "x".repeat(300), "0123456789".repeat(12), "your-key-here-".repeat(9)] {
            assert!(!is_found(&format!("k={head}{body}\n")), "{body}");
        }
    }
    #[test]
    fn the_literal_of_an_expression_is_in_each_match() {
        for (expression, literal) in [
            ("abc-api\\d{0,4}-", "abc-api"),
            ("abc-(?:x-)?", "abc-"),
            ("abcd?", "abc"),
            ("ab_c", "ab_c"),
            ("ab|c", ""),
        ] {
            assert_eq!(literal_length(expression), literal.len(), "{expression}");
        }
    }
}
