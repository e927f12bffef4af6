//! Tokens with a prefix and a body: where the body ends, and how much of a token it is.

use std::ops::Range;

use regex::bytes::Regex;

use crate::detect::candidate::Candidate;
use crate::detect::evidence::{Features, Tier};
use crate::detect::identifier;
use crate::detect::placeholder;
use crate::detect::placeholder::Placeholder;
use crate::rules::TokenShape;
use crate::secret::Mask;
use crate::token_check;
use crate::token_check::Claims;

/// A token rule made ready.
pub(crate) struct Parts<'r> {
    pub(crate) rule: usize,
    pub(crate) prefix: &'r Regex,
    pub(crate) structure: Option<&'r Regex>,
    pub(crate) shape: &'r TokenShape,
}

/// No prefix is longer than this.
const MOST_PREFIX: usize = 64;

/// A longer run of token characters is no token but encoded data; its first part is judged all the same.
const MOST_BODY: usize = 4096;

/// Looks at one anchor. There is no condition on what stands before it: `\n` in JSON text, colour codes and
/// `KEY_` end in letters, and the anchor is specific enough. What follows decides where the body ends: a
/// character that no token holds, the next anchor (two tokens printed without a separator), or the length
/// of the full structure.
pub(crate) fn find(parts: &Parts<'_>, text: &[u8], anchor: &Range<usize>) -> Option<Candidate> {
    let window = &text[anchor.start..text.len().min(anchor.start + MOST_PREFIX)];
    let prefix = parts.prefix.find(window)?.end();
    let literal = &text[anchor.clone()];
    let rest = &text[anchor.start + prefix..];
    let (length, tier, claims) = body(parts, rest, literal)?;
    let claims = claims.map(Box::new);
    let span = anchor.start..anchor.start + prefix + length;
    // A whole body stays one, whatever follows: `***` is bold in Markdown, and a sentence may end in dots.
    let elided = tier == Tier::Short && placeholder::is_elided(&text[span.end..]);
    let body = &rest[..length];
    Some(Candidate {
        rule: parts.rule,
        prefix,
        mask: Mask { head: parts.shape.mask_head, tail: parts.shape.mask_tail },
        strong: true,
        placeholder: placeholder_of(body, tier, parts.shape),
        features: Features {
            tier,
            body_length: length,
            claims,
            is_truncated: elided,
            name: None,
            check: None,
            model_score: None,
        },
        name: crate::detect::snippet::name_before(text, span.start)
            .filter(|name| identifier::may_be_shown(&text[name.clone()])),
        span,
        companion: None,
        encoded: None,
    })
}

/// What makes a body none of a token. Where it ends nothing may say, so that of a longer one the first part counts, which
/// is as long as a whole one: behind it may stand a ruler, or anything that somebody put there.
fn placeholder_of(body: &[u8], tier: Tier, shape: &TokenShape) -> Option<Placeholder> {
    let of = |body| placeholder::of_body(body, tier, shape);
    let first = body.get(..shape.full).filter(|_| tier == Tier::Full);
    of(body).filter(|_| first.is_none_or(|first| of(first).is_some()))
}

fn body(parts: &Parts<'_>, rest: &[u8], literal: &[u8]) -> Option<(usize, Tier, Option<Claims>)> {
    let shape = parts.shape;
    // Nothing looks beyond the next anchor, so that a text full of anchors costs no more than its length.
    let rest = &rest[..cut_at_next(&rest[..rest.len().min(token_check::MAX_JWT_BYTES)], literal)];
    if let Some(length) = token_check::jwt_length(rest).filter(|_| shape.jwt) {
        let claims = token_check::read_claims(&rest[..length]);
        let tier = if claims.is_some() { Tier::Decoded } else { Tier::Full };
        return Some((length, tier, claims));
    }
    if let (Some(structure), Some((_, length))) = (parts.structure, &shape.structure) {
        // The structure is proof enough to end the token there, whatever follows.
        if rest.get(..*length).is_some_and(|head| structure.is_match(head)) {
            return Some((*length, Tier::Structured, None));
        }
    }
    let length = run(rest);
    let tier = if length >= shape.full { Tier::Full } else { Tier::Short };
    (length >= shape.short).then_some((length, tier, None))
}

/// The number of base64url characters that `rest` begins with.
fn run(rest: &[u8]) -> usize {
    let rest = &rest[..rest.len().min(MOST_BODY)];
    rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count()
}

fn cut_at_next(token: &[u8], literal: &[u8]) -> usize {
    memchr::memmem::find(token, literal).unwrap_or(token.len())
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector;
    use crate::rules::RuleSet;

    #[test]
    fn what_is_glued_behind_a_whole_token_makes_it_no_placeholder() {
        let detector = Detector::new(RuleSet::builtin());
        let head = ["sk-", "ant-", "oat01-"].concat();
        let body =
            "q7Lm2ZxV9tRbK4wPnYc8HsDf3GjU6aEoXi5NvTrBk1Zk8pWmQ2vXr7LtYb4NcHsGf9DjU3aEoVi6TnRqBx5K2Wm9P";
        let is_found = |text: &str| {
            detector.find_evidence(text.as_bytes()).iter().any(|found| found.placeholder.is_none())
        };
        for behind in ["", "AAAA", "------", "__________", "0123456789", "xxxxxxxx", &"y".repeat(200)] {
            assert!(is_found(&format!("k={head}{body}AA{behind}\n")), "{behind}");
        }
        for none in ["x".repeat(95), "x".repeat(300), "0123456789".repeat(12), "your-key-here-".repeat(9)] {
            assert!(!is_found(&format!("k={head}{none}\n")), "{none}");
        }
    }
}
