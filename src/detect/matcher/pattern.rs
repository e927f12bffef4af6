//! Tokens of a fixed form: a match is a function of the bytes around one anchor, and of nothing else. What stands
//! at their edges is decided here, not in the rules' expressions.

use std::ops::Range;

use regex::bytes::Regex;

use crate::detect::candidate::Candidate;
use crate::detect::evidence::{Features, Tier};
use crate::detect::matcher::{block, keyword};
use crate::detect::{assignment, identifier, placeholder, randomness, snippet};
use crate::rules::{Alphabet, Form, MayFollow, Pattern, Text};
use crate::secret::Mask;
use crate::token_check::outcome;

/// A rule of a fixed form made ready.
pub(crate) struct Parts<'r> {
    pub(crate) rule: usize,
    pub(crate) main: &'r Regex,
    pub(crate) shaped: &'r Pattern,
    pub(crate) anchors: &'r [Text],
}

/// All that a rule may see of a text: the bytes around one anchor.
pub(crate) struct Window<'t> {
    pub(crate) bytes: &'t [u8],
    /// Where the anchor stands in them.
    pub(crate) anchor: Range<usize>,
}

/// What every rule sees before its anchor: a name, an escape, a colour code.
const LEAST_BEFORE: usize = 96;

impl Pattern {
    /// How far before its anchor such a rule looks, in bytes, if it looks `reach` bytes behind it.
    fn behind(&self, reach: usize) -> usize {
        match &self.form {
            Form::Token(_) => LEAST_BEFORE + self.anchor_offset.1,
            Form::Keyword { .. } => LEAST_BEFORE,
            Form::Pem { nearby, .. } if nearby.is_empty() => LEAST_BEFORE,
            Form::Pem { .. } | Form::JsonMember(_) => reach.max(LEAST_BEFORE),
        }
    }

    /// What its expression is, from the place where it is tried on.
    pub(crate) fn expression(&self) -> String {
        match &self.form {
            Form::Token(token) => format!("^(?:{token})"),
            Form::Keyword { value, .. } => keyword::expression(value),
            Form::JsonMember(member) => member.clone().into_owned(),
            Form::Pem { .. } => block::EXPRESSION.to_owned(),
        }
    }
}

/// Looks at one anchor of a text, within the rule's reach.
pub(crate) fn find(parts: &Parts<'_>, text: &[u8], anchor: &Range<usize>, reach: usize) -> Option<Candidate> {
    let start = anchor.start.saturating_sub(parts.shaped.behind(reach));
    let end = text.len().min(anchor.start.saturating_add(reach).max(anchor.end));
    let window = Window { bytes: &text[start..end], anchor: anchor.start - start..anchor.end - start };
    Some(in_window(parts, &window)?.moved(start))
}

fn in_window(parts: &Parts<'_>, window: &Window<'_>) -> Option<Candidate> {
    match &parts.shaped.form {
        Form::Token(_) => token(parts, window),
        Form::Keyword { name_words, .. } => keyword::find(parts, name_words, window),
        Form::Pem { labels, nearby } => block::pem(parts, labels, nearby, window),
        Form::JsonMember(_) => block::member(parts, window),
    }
}

/// A token with a literal in it: tried from each place that it may begin at, the earliest first.
fn token(parts: &Parts<'_>, window: &Window<'_>) -> Option<Candidate> {
    let (fewest, most) = parts.shaped.anchor_offset;
    let earliest = window.anchor.start.saturating_sub(most);
    let latest = window.anchor.start.checked_sub(fewest)?;
    (earliest..=latest).find_map(|start| {
        let anywhere = parts.shaped.may_follow == MayFollow::Anything && fewest == most;
        if !anywhere && !opens(&window.bytes[..start], parts.shaped.may_not_precede) {
            return None;
        }
        // A second token may be glued to the first one, whose length may be open. A short anchor may stand in a
        // token by chance; nothing looks beyond a long one, so that a text full of them costs no more than its
        // length.
        let cut = next_anchor(parts, window).filter(|_| most == 0);
        let whole = cut.is_none() || window.anchor.len() < LONG_ANCHOR;
        cut.and_then(|cut| token_at(parts, window, start, cut))
            .or_else(|| whole.then(|| token_at(parts, window, start, window.bytes.len()))?)
    })
}

/// An anchor of so many bytes stands in no token by chance.
const LONG_ANCHOR: usize = 12;

/// Where the next anchor of the same rule stands. What stands here is looked for first, and nothing behind what
/// was found: a text full of anchors costs its length.
pub(crate) fn next_anchor(parts: &Parts<'_>, window: &Window<'_>) -> Option<usize> {
    let behind = &window.bytes[window.anchor.end..];
    let nearest = anchors_from(parts, window)
        .fold(behind.len(), |end, anchor| memchr::memmem::find(&behind[..end], anchor).unwrap_or(end));
    (nearest < behind.len()).then_some(window.anchor.end + nearest)
}

/// Where the last anchor of the same rule before this one ends.
pub(crate) fn last_anchor(parts: &Parts<'_>, window: &Window<'_>) -> Option<usize> {
    let before = &window.bytes[..window.anchor.start];
    let nearest = anchors_from(parts, window).fold(0, |start, anchor| {
        memchr::memmem::rfind(&before[start..], anchor).map_or(start, |at| start + at + anchor.len())
    });
    (nearest > 0).then_some(nearest)
}

/// The anchors of a rule, the one that stands here first.
fn anchors_from<'p>(parts: &Parts<'p>, window: &Window<'p>) -> impl Iterator<Item = &'p [u8]> {
    let here = &window.bytes[window.anchor.clone()];
    std::iter::once(here)
        .chain(parts.anchors.iter().map(|anchor| anchor.as_bytes()).filter(move |anchor| *anchor != here))
}

fn token_at(parts: &Parts<'_>, window: &Window<'_>, start: usize, end: usize) -> Option<Candidate> {
    let captures = parts.main.captures(window.bytes.get(start..end)?)?;
    // Where tokens begin before their anchor, the one before this may be in reach.
    let whole = captures.get(0).filter(|whole| start + whole.end() >= window.anchor.end)?;
    let secret = captures.name("secret").unwrap_or(whole);
    let span = start + secret.start()..start + secret.end();
    let public = window.anchor.end.saturating_sub(span.start);
    let public = if parts.shaped.anchor_offset.1 == 0 { public.min(span.len()) } else { 0 };
    let body = captures
        .name("body")
        .map_or(span.start + public..span.end, |body| start + body.start()..start + body.end());
    let found = PatternMatch { span, public, body, name: None };
    let after = &window.bytes[start + whole.end()..];
    let candidate = candidate(parts, window, found)?;
    let proven = candidate.features.check.as_ref().is_some_and(|proof| proof.fits == Some(true));
    let glued = start + whole.end() == end && end < window.bytes.len();
    (parts.shaped.self_terminating || proven || glued || closes(parts, after)).then_some(candidate)
}

/// Where something was found.
pub(crate) struct PatternMatch {
    pub(crate) span: Range<usize>,
    /// The length of what all such tokens begin with.
    pub(crate) public: usize,
    /// What is drawn by chance.
    pub(crate) body: Range<usize>,
    pub(crate) name: Option<Range<usize>>,
}

/// No more characters of a secret part are shown than this, and no more than an eighth.
const MOST_SHOWN: usize = 4;

/// Puts together what is known of a match; `None` if it is proven to be something else.
pub(crate) fn candidate(parts: &Parts<'_>, window: &Window<'_>, found: PatternMatch) -> Option<Candidate> {
    let PatternMatch { span, public, body, name } = found;
    let shaped = parts.shaped;
    let value = &window.bytes[span.clone()];
    let random = &window.bytes[body];
    let form = if shaped.exact { Tier::Exact } else { Tier::Likely };
    let tier = if shaped.human_chosen { assignment::tier_of_human_chosen(value)? } else { form };
    let proof = match shaped.check {
        Some(check) => Some(outcome::run_check(check, value)?),
        None => None,
    };
    let claims = proof.as_ref().and_then(|proof| proof.claims.clone()).map(Box::new);
    let proof = proof.map(Box::new);
    let placeholder = placeholder::of_shaped(random, shaped, value);
    let hidden = span.len() - public;
    let head = match shaped.form {
        Form::Pem { .. } | Form::JsonMember(_) => 0,
        Form::Token(_) if shaped.human_chosen => 0,
        Form::Token(_) | Form::Keyword { .. } => public + MOST_SHOWN.min(hidden / 8),
    };
    Some(Candidate {
        rule: parts.rule,
        prefix: public,
        mask: Mask { head, tail: 0 },
        strong: !shaped.human_chosen && randomness::bits(random.len(), shaped.alphabet) >= 80.0,
        placeholder,
        features: Features {
            tier,
            body_length: hidden,
            claims,
            is_truncated: false,
            name: None,
            check: proof,
            model_score: None,
        },
        name: name
            .or_else(|| snippet::name_before(window.bytes, span.start))
            .filter(|name| identifier::may_be_shown(&window.bytes[name.clone()])),
        span,
        companion: None,
        encoded: None,
    })
}

/// Whether a token may end before `after`: it does not go on there, or another one begins.
fn closes(parts: &Parts<'_>, after: &[u8]) -> bool {
    let goes_on = after.first().is_some_and(|next| parts.shaped.may_not_precede.holds(*next));
    !goes_on
        || parts.shaped.anchor_offset.1 == 0
            && parts.anchors.iter().any(|anchor| after.starts_with(anchor.as_bytes()))
}

/// Whether a token may begin behind `before`: no character of its own alphabet stands there, or one that ends
/// something else: an escape (`\n`, `%22`, `\u0022`), a colour code, a name.
pub(crate) fn opens(before: &[u8], alphabet: Alphabet) -> bool {
    let Some(last) = before.last() else { return true };
    let hex = |from_end: usize| {
        before.len() >= from_end && before[before.len() - from_end..].iter().all(u8::is_ascii_hexdigit)
    };
    let sign = |from_end: usize| before.len().checked_sub(from_end).map(|at| before[at]);
    !alphabet.holds(*last)
        || matches!(last, b'_' | b'=')
        || sign(2) == Some(b'\\') && matches!(last, b'n' | b'r' | b't')
        || sign(3) == Some(b'%') && hex(2)
        || sign(4) == Some(b'\\') && sign(3) == Some(b'x') && hex(2)
        || sign(6) == Some(b'\\') && sign(5) == Some(b'u') && hex(4)
        || *last == b'm' && ends_colour(&before[..before.len() - 1])
}

/// `\x1b[1;32`, in either form.
fn ends_colour(before: &[u8]) -> bool {
    let numbers = before.iter().rev().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
    numbers < 12 && before[..before.len() - numbers].ends_with(b"[")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{RuleSet, rule_from_toml};

    #[test]
    fn what_ends_something_else_may_stand_before_a_token() {
        for before in
            ["", " ", "\\n", "%22", "KEY_", "\x1b[1;32m", "\x1b[m", "[00000000;00m", "\\x22", "\\u0022", "\""]
        {
            assert!(opens(before.as_bytes(), Alphabet::Base64url), "{before:?}");
        }
        // No colour has so many digits.
        for before in ["a", "n", "22", "m", "32m", "-", "[000000000;00m"] {
            assert!(!opens(before.as_bytes(), Alphabet::Base64url), "{before:?}");
        }
    }

    #[test]
    fn a_token_may_hold_its_anchor_by_chance_and_another_one_be_glued_to_it() {
        let spec = "id = \"acme-token\"\nanchors = [\"acm\"]\ntoken = 'acm[a-z0-9]{12}'\nalphabet = \"lower-alphanumeric\"";
        let detector =
            crate::detect::Detector::new(RuleSet::builtin().with_user_rules(&[rule_from_toml(spec)]));
        let found = |text: &str| {
            let found = detector.find_evidence(text.as_bytes()).into_iter();
            found.map(|found| text[found.span].to_owned()).collect::<Vec<_>>()
        };
        let (one, other) = ("acm7x2acm9k4w8q", "acmh3v8p5z1t6y4");
        assert_eq!(found(&format!("{one}{other}")), [one, other]);
        assert_eq!(found(&format!("{one}x")), [""; 0]);
    }
}
