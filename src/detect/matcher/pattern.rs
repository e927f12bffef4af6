//! The matcher of pattern rules: cuts the window and calls the matcher of the rule's form. Tokens that an expression
//! describes are matched here. The rule's expression describes the token only; the characters before and after it are
//! checked here.

use std::ops::Range;

use crate::detect::candidate::Candidate;
use crate::detect::matcher::window::{
    PatternMatch, PatternRule, Window, candidate, continues_word, decodes_as_stated, has_nearby_word,
    may_begin_after, next_anchor,
};
use crate::detect::matcher::{block, keyword};
use crate::rules::{Form, MayFollow, Pattern};

/// The bytes before its anchor that every pattern rule reads. They have room for a name, an escape or a colour code.
const MIN_BEFORE: usize = 96;

/// Returns how many bytes before its anchor a rule with this reach reads.
fn reach_before(pattern: &Pattern, reach: usize) -> usize {
    match &pattern.form {
        Form::JsonMember(_) => reach.max(MIN_BEFORE),
        _ if !pattern.nearby.is_empty() => reach.max(MIN_BEFORE),
        // An earlier token that this one follows without a separator is read, too.
        Form::Token(_) => reach.max(MIN_BEFORE + pattern.anchor_offset.1),
        Form::Keyword { .. } | Form::Pem { .. } => MIN_BEFORE,
    }
}

/// Returns the regular expression of a pattern, to be matched at the start of a token or after the anchor.
pub(crate) fn expression(pattern: &Pattern) -> String {
    match &pattern.form {
        Form::Token(token) => format!("^(?:{token})"),
        Form::Keyword { value, .. } => keyword::expression(value),
        Form::JsonMember(member) => member.clone().into_owned(),
        Form::Pem { .. } => block::EXPRESSION.to_owned(),
    }
}

/// Tests one anchor of a text. Reads `reach` bytes from the start of the anchor on.
pub(crate) fn find(
    rule: &PatternRule<'_>,
    text: &[u8],
    anchor: &Range<usize>,
    reach: usize,
) -> Option<Candidate> {
    let (start, window) = window_of(rule.pattern, text, anchor, reach);
    Some(find_in_window(rule, &window)?.moved(start))
}

/// Returns whether a rule may match at an anchor, without its expression.
pub(crate) fn may_match(pattern: &Pattern, text: &[u8], anchor: &Range<usize>, reach: usize) -> bool {
    match &pattern.form {
        Form::Keyword { name_words, .. } => {
            keyword::may_match(name_words, &window_of(pattern, text, anchor, reach).1)
        }
        Form::Token(_) => {
            let window = window_of(pattern, text, anchor, reach).1;
            starts(pattern, &window).any(|start| may_begin_at(pattern, &window.bytes[..start]))
        }
        Form::Pem { .. } | Form::JsonMember(_) => true,
    }
}

/// Returns where a token that contains the anchor may begin.
fn starts(pattern: &Pattern, window: &Window<'_>) -> Range<usize> {
    let (min_offset, max_offset) = pattern.anchor_offset;
    let end = window.anchor.start.checked_sub(min_offset).map_or(0, |latest| latest + 1);
    window.anchor.start.saturating_sub(max_offset)..end
}

/// Returns whether a token may begin at any place.
fn begins_anywhere(pattern: &Pattern) -> bool {
    pattern.may_follow == MayFollow::Anything && pattern.anchor_offset.0 == pattern.anchor_offset.1
}

fn may_begin_at(pattern: &Pattern, before: &[u8]) -> bool {
    begins_anywhere(pattern) || may_begin_after(before, pattern.may_not_precede)
}

/// Returns what a rule reads around an anchor, and where that starts.
fn window_of<'t>(
    pattern: &Pattern,
    text: &'t [u8],
    anchor: &Range<usize>,
    reach: usize,
) -> (usize, Window<'t>) {
    let start = anchor.start.saturating_sub(reach_before(pattern, reach));
    let end = text.len().min(anchor.start.saturating_add(reach).max(anchor.end));
    (start, Window { bytes: &text[start..end], anchor: anchor.start - start..anchor.end - start })
}

fn find_in_window(rule: &PatternRule<'_>, window: &Window<'_>) -> Option<Candidate> {
    match &rule.pattern.form {
        Form::Token(_) => find_token(rule, window),
        Form::Keyword { name_words, .. } => keyword::find(rule, name_words, window),
        Form::Pem { labels } => block::find_pem(rule, labels, window),
        Form::JsonMember(_) => block::find_member(rule, window),
    }
}

/// Matches a token that contains the anchor. Tries each position where it may begin, the earliest first.
fn find_token(rule: &PatternRule<'_>, window: &Window<'_>) -> Option<Candidate> {
    let max_offset = rule.pattern.anchor_offset.1;
    starts(rule.pattern, window).find_map(|start| {
        let before = &window.bytes[..start];
        if !may_begin_at(rule.pattern, before) {
            return None;
        }
        // A second token may follow without a separator, and the length of the first one may be open: try the text up
        // to the next anchor first. A short anchor may also occur inside a token by chance, so the whole window is
        // tried, too. A long anchor does not, and a text full of them costs no more than its length.
        let next = next_anchor(rule, window).filter(|_| max_offset == 0);
        let tries_whole = next.is_none() || window.anchor.len() < LONG_ANCHOR;
        let found = next
            .and_then(|next| find_token_at(rule, window, start, next))
            .or_else(|| tries_whole.then(|| find_token_at(rule, window, start, window.bytes.len()))?);
        let is_end_of_word = begins_anywhere(rule.pattern) && continues_word(before, &window.bytes[start..]);
        found.filter(|_| !is_end_of_word || !is_text(before) || follows_token(rule, before))
    })
}

/// Returns whether the bytes before a token are text. In other data, such as a database, values stand side by side.
fn is_text(before: &[u8]) -> bool {
    before.iter().all(|byte| *byte >= b' ' || matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | 0x1b))
}

/// Returns whether `before` ends with a token of the rule. A token may contain its anchor by chance, so the last few
/// anchors are tried.
fn follows_token(rule: &PatternRule<'_>, before: &[u8]) -> bool {
    const MAX_TRIED: usize = 4;
    rule.anchors.iter().any(|anchor| {
        let mut rest = before;
        (0..MAX_TRIED).any(|_| {
            let Some(at) = memchr::memmem::rfind(rest, anchor.as_bytes()) else { return false };
            rest = &before[..at];
            let token = at.checked_sub(rule.pattern.anchor_offset.0).map(|start| &before[start..]);
            token.is_some_and(|token| rule.regex.find(token).is_some_and(|found| found.end() == token.len()))
        })
    })
}

/// An anchor of this length does not occur inside a token by chance.
const LONG_ANCHOR: usize = 12;

/// Matches a token that begins at `start` and ends at `end` at the latest.
fn find_token_at(rule: &PatternRule<'_>, window: &Window<'_>, start: usize, end: usize) -> Option<Candidate> {
    let captures = rule.regex.captures(window.bytes.get(start..end)?)?;
    // A token that begins before its anchor may also match an earlier token in the window.
    let whole = captures.get(0).filter(|whole| start + whole.end() >= window.anchor.end)?;
    let secret = captures.name("secret").unwrap_or(whole);
    if !decodes_as_stated(rule, &captures, secret) || !has_nearby_word(rule, window) {
        return None;
    }
    let span = start + secret.start()..start + secret.end();
    let prefix = window.anchor.end.saturating_sub(span.start);
    let prefix = if rule.pattern.anchor_offset.1 == 0 { prefix.min(span.len()) } else { 0 };
    let body = captures
        .name("body")
        .map_or(span.start + prefix..span.end, |body| start + body.start()..start + body.end());
    let after = &window.bytes[start + whole.end()..];
    let candidate = candidate(rule, window, PatternMatch { span, prefix, body, name: None })?;
    let is_proven = candidate.features.check.as_ref().is_some_and(|check| check.fits == Some(true));
    let meets_next_anchor = start + whole.end() == end && end < window.bytes.len();
    (rule.pattern.self_terminating || is_proven || meets_next_anchor || may_end_before(rule, after))
        .then_some(candidate)
}

/// Returns whether a token may end before `after`: no character follows that would continue it, or another token
/// begins.
fn may_end_before(rule: &PatternRule<'_>, after: &[u8]) -> bool {
    let continues = after.first().is_some_and(|next| rule.pattern.may_not_precede.holds(*next));
    !continues
        || rule.pattern.anchor_offset.1 == 0
            && rule.anchors.iter().any(|anchor| after.starts_with(anchor.as_bytes()))
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector;
    use crate::rules::{RuleSet, rule_from_toml};

    #[test]
    fn a_token_may_contain_its_anchor_and_two_may_follow_without_a_separator() {
        let spec = "id = \"acme-token\"\nanchors = [\"acm\"]\ntoken = 'acm[a-z0-9]{12}'\nalphabet = \"lower-alphanumeric\"";
        let detector = Detector::new(RuleSet::builtin().with_user_rules(&[rule_from_toml(spec)]));
        let found = |text: &str| {
            let found = detector.find_evidence(text.as_bytes()).into_iter();
            found.map(|found| text[found.span].to_owned()).collect::<Vec<_>>()
        };
        let (one, other) = ("acm7x2acm9k4w8q", "acmh3v8p5z1t6y4");
        assert_eq!(found(&format!("{one}{other}")), [one, other]);
        assert_eq!(found(&format!("{one}x")), [""; 0]);
        assert_eq!(found(&format!("pl{one}")), [""; 0], "the end of a longer word");
        assert_eq!(found(&format!("\x02\x05name{one}")), [one], "a database has no separators");
    }
}
