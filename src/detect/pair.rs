//! Halves that belong together: the id of a key and its secret, the number of an account and its token. Where both
//! stand near each other they are one finding. Which belong together is said by the rules.

use std::collections::HashSet;
use std::ops::Range;

use crate::detect::candidate::{Candidate, CompanionMatch};
use crate::detect::{Detector, expression, placeholder};
use crate::rules::Pair;
use crate::secret::{Mask, Secret};

/// The other half stands no further away, in bytes.
const NEAR: usize = 512;

/// An id of fewer different characters is made up.
const LEAST_DISTINCT: usize = 6;

/// A half that may belong to a secret.
struct Choice {
    distance: usize,
    /// Ids stand before what belongs to them, as a rule.
    is_behind: bool,
    secret: usize,
    companion: CompanionMatch,
    /// Where it stands among the candidates, if it is one.
    at: Option<usize>,
}

impl Detector {
    /// Puts halves together, the nearest first; each belongs to one other. A half that was a candidate itself is
    /// none any more. The candidates are in order of place.
    pub(crate) fn paired(&self, text: &[u8], mut found: Vec<Candidate>) -> Vec<Candidate> {
        let mut choices = Vec::new();
        for (secret, candidate) in found.iter().enumerate() {
            let Some(pair) = self.rules()[candidate.rule].pair.as_ref() else { continue };
            if self.may_be_half(text, candidate) {
                match &pair.rule {
                    Some(rule) => self.by_rule(text, &found, secret, rule, &mut choices),
                    None => self.by_form(text, pair, candidate, secret, &mut choices),
                }
            }
        }
        choices.sort_by_key(|choice| (choice.distance, choice.is_behind, choice.secret));
        let (mut taken, mut gone) = (HashSet::new(), HashSet::new());
        for choice in choices {
            if found[choice.secret].companion.is_none() && taken.insert(choice.companion.span.clone()) {
                gone.extend(choice.at);
                gone.extend(self.taken_for_a_secret(&found, &choice.companion.span));
                found[choice.secret].companion = Some(Box::new(choice.companion));
            }
        }
        let mut at = 0..;
        found.retain(|_| at.next().is_none_or(|at| !gone.contains(&at)));
        found
    }

    /// Candidates of rules without a shape that are an id: its name may say `key`.
    fn taken_for_a_secret(&self, found: &[Candidate], id: &Range<usize>) -> impl Iterator<Item = usize> {
        let overlaps = |other: &Candidate| other.span.start < id.end && id.start < other.span.end;
        let is_one = |other: &Candidate| overlaps(other) && !self.rules()[other.rule].is_provider();
        let places: Vec<usize> = (0..found.len()).filter(|at| is_one(&found[*at])).collect();
        places.into_iter()
    }

    /// Whether a candidate stands in the text as it is, and is nothing that was published.
    fn may_be_half(&self, text: &[u8], candidate: &Candidate) -> bool {
        let value = || Secret::new(&text[candidate.span.clone()]).id();
        candidate.encoded.is_none()
            && candidate.placeholder.is_none()
            && placeholder::published(&value(), self.rules.known_test_values()).is_none()
    }

    fn by_rule(
        &self,
        text: &[u8],
        found: &[Candidate],
        secret: usize,
        rule: &str,
        choices: &mut Vec<Choice>,
    ) {
        let span = &found[secret].span;
        let first = found.partition_point(|candidate| candidate.span.end + NEAR < span.start);
        let near =
            found.iter().enumerate().skip(first).take_while(|(_, other)| other.span.start <= span.end + NEAR);
        for (at, other) in near {
            if self.rules()[other.rule].id == rule && self.may_be_half(text, other) {
                let (value, masked) = other.value_in(text);
                let companion = CompanionMatch { span: other.span.clone(), value, masked: masked.text };
                choices.extend(choice(span, secret, companion, Some(at)));
            }
        }
    }

    fn by_form(
        &self,
        text: &[u8],
        pair: &Pair,
        candidate: &Candidate,
        secret: usize,
        choices: &mut Vec<Choice>,
    ) {
        let span = &candidate.span;
        let Some(form) = expression(&self.compiled[candidate.rule].pair, &pair.pattern, false) else {
            return;
        };
        let window = span.start.saturating_sub(NEAR)..text.len().min(span.end + NEAR);
        let is_word =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        for found in form.find_iter(&text[window.clone()]) {
            let place = window.start + found.start()..window.start + found.end();
            let before = place.start.checked_sub(1).and_then(|before| text.get(before));
            let distinct: HashSet<u8> = text[place.clone()].iter().copied().collect();
            if is_word(before) || is_word(text.get(place.end)) || distinct.len() < LEAST_DISTINCT {
                continue;
            }
            let value = Secret::new(&text[place.clone()]);
            let masked = Mask { head: 4, tail: 4 }.apply(value.expose(), 0);
            let companion = CompanionMatch { span: place, value: value.id(), masked };
            choices.extend(choice(span, secret, companion, None));
        }
    }
}

fn choice(
    span: &Range<usize>,
    secret: usize,
    companion: CompanionMatch,
    at: Option<usize>,
) -> Option<Choice> {
    let is_behind = companion.span.start >= span.end;
    let distance = if is_behind {
        companion.span.start - span.end
    } else {
        span.start.checked_sub(companion.span.end)?
    };
    (distance <= NEAR).then_some(Choice { distance, is_behind, secret, companion, at })
}
