//! What the search hands on: where, what it looks like, and nothing of the raw value.

use std::borrow::Cow;
use std::ops::Range;

use crate::detect::assignment::ModelScore;
use crate::detect::pair::CompanionMatch;
use crate::detect::placeholder;
use crate::detect::placeholder::Placeholder;
use crate::detect::snippet::Spot;
use crate::detect::{InlineComment, snippet};
use crate::finding::{Masked, Snippet};
use crate::rules::Text;
use crate::secret::{Mask, Secret, ValueId};
use crate::text::Position;
use crate::token_check::Claims;
use crate::token_check::outcome::CheckOutcome;

/// How much of a token is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Less than a whole token: truncated, or of a family whose form is not known.
    Short,
    /// A random-looking value beside a telling name.
    Assigned,
    /// As long as a whole token, without its full structure.
    Full,
    /// The form of its kind, which other things have, too.
    Likely,
    /// The full structure.
    Structured,
    /// The exact form of its kind, which little else has.
    Exact,
    /// A JSON web token whose header and payload could be read.
    Decoded,
}

/// What is known of a value without the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    /// How much of a token is there.
    pub tier: Tier,
    /// The length of the part after the prefix.
    pub body: usize,
    /// What a JSON web token says of itself.
    pub claims: Option<Box<Claims>>,
    /// Whether dots or stars follow, so that a part was left out.
    pub elided: bool,
    /// The name that the value is assigned to, in lower case.
    pub name: Option<String>,
    /// What it proves of itself.
    pub proof: Option<Box<CheckOutcome>>,
    /// What the model says of a value without a shape.
    pub opinion: Option<ModelScore>,
}

/// A place where a rule found something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The rule, by its place in the rule set.
    pub rule: usize,
    /// Where, in bytes of the text.
    pub span: Range<usize>,
    /// The same for people.
    pub start: Position,
    /// The same, exclusive.
    pub end: Position,
    /// The identity of the value.
    pub value: ValueId,
    /// Whether the value has 80 bits or more, so that a hash of it gives nothing away.
    pub strong: bool,
    /// What may be shown.
    pub masked: Masked,
    /// What is known of it.
    pub features: Features,
    /// What makes it a placeholder, if anything does.
    pub dummy: Option<Placeholder>,
    /// Each `skant:allow` on the line or the line before.
    pub directives: Vec<InlineComment>,
    /// The line, masked.
    pub snippet: Snippet,
    /// The decodings passed, outermost first.
    pub via: Vec<String>,
    /// The place in the innermost archive's member.
    pub in_member: Option<Position>,
    /// The other half of a pair, where it stands nearby.
    pub partner: Option<CompanionPart>,
}

/// The other half of a pair: the id of a key, the number of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanionPart {
    /// Where, in bytes of the text.
    pub span: Range<usize>,
    /// The same for people.
    pub start: Position,
    /// The same, exclusive.
    pub end: Position,
    /// The identity of its value.
    pub value: ValueId,
    /// What may be shown.
    pub masked: String,
}

impl Evidence {
    /// The value, and that of the other half.
    pub fn values(&self) -> impl Iterator<Item = ValueId> {
        std::iter::once(self.value).chain(self.partner.as_ref().map(|half| half.value))
    }
}

/// A match before its raw value is dropped.
pub(crate) struct Candidate {
    pub(crate) rule: usize,
    pub(crate) span: Range<usize>,
    /// The length of the public part at the start of the span.
    pub(crate) prefix: usize,
    pub(crate) mask: Mask,
    pub(crate) strong: bool,
    pub(crate) features: Features,
    pub(crate) dummy: Option<Placeholder>,
    /// Where the name stands that the value is assigned to.
    pub(crate) name: Option<Range<usize>>,
    /// The other half of a pair.
    pub(crate) partner: Option<Box<CompanionMatch>>,
    /// What is known of a value that does not stand in the text as it is.
    pub(crate) coated: Option<Box<Coated>>,
}

/// A value that was found under coats.
pub(crate) struct Coated {
    pub(crate) value: ValueId,
    pub(crate) masked: Masked,
    /// The coats and archives, outermost first.
    pub(crate) via: Vec<Cow<'static, str>>,
    /// Comments under the coats.
    pub(crate) directives: Vec<InlineComment>,
    /// The line that it stands on, without the outermost coat.
    pub(crate) line: Snippet,
    /// Whether this is the line to show: in UTF-16 a person sees the text as it is, and an archive shows nothing.
    pub(crate) shows_line: bool,
    /// Whether it stands in an archive.
    pub(crate) is_packed: bool,
    /// Where in the innermost archive's member.
    pub(crate) in_member: Option<Position>,
    /// Whether its place in the archive is its own, and not that of all that a member holds.
    pub(crate) is_exact: bool,
}

impl Candidate {
    /// What decides between candidates that overlap, the one to keep first.
    pub(crate) fn order(&self) -> impl Ord + '_ {
        let via = self.coated.as_ref().map_or(&[][..], |coated| &coated.via);
        let Self { span, rule, features, .. } = self;
        (span.start, *rule, std::cmp::Reverse(features.tier), via.len(), via, std::cmp::Reverse(span.end))
    }

    /// Where it stands, and its other half.
    pub(crate) fn spans(&self) -> impl Iterator<Item = &Range<usize>> {
        std::iter::once(&self.span).chain(self.partner.as_ref().map(|partner| &partner.span))
    }

    /// The same at the place in another text that its own stands for.
    pub(crate) fn placed(mut self, place: impl Fn(&Range<usize>) -> Range<usize>) -> Self {
        self.span = place(&self.span);
        if let Some(partner) = &mut self.partner {
            partner.span = place(&partner.span);
        }
        self.name = None;
        self
    }

    /// The value, where it stands in a text as it is, and what may be shown of it.
    pub(crate) fn value_in(&self, text: &[u8]) -> (ValueId, Masked) {
        let secret = Secret::new(&text[self.span.clone()]);
        let shown = self.mask.apply(secret.expose(), self.prefix);
        (secret.id(), Masked { text: shown, length: secret.len() })
    }

    /// The masked line of a text that it stands on.
    pub(crate) fn line_in(&self, text: &[u8], found: &[Range<usize>], masked: &str) -> Snippet {
        let is_open = self.features.opinion.is_some();
        let spot = Spot { span: &self.span, name: self.name.clone(), is_open, found };
        snippet::around(text, spot, masked)
    }

    /// What is to be kept of a value of a text that stands for a place in another one.
    pub(crate) fn uncovered(&self, text: &[u8]) -> Box<Coated> {
        let (value, masked) = self.value_in(text);
        Box::new(Coated {
            value,
            via: Vec::new(),
            directives: Vec::new(),
            line: self.line_in(text, &[], &masked.text),
            shows_line: true,
            is_packed: false,
            is_exact: true,
            in_member: None,
            masked,
        })
    }

    /// The same, seen from a text in which its window begins at `start`.
    pub(crate) fn moved(mut self, start: usize) -> Self {
        self.span = self.span.start + start..self.span.end + start;
        self.name = self.name.map(|name| name.start + start..name.end + start);
        self
    }

    /// Judges and masks what needs the raw value, and lets it go.
    pub(crate) fn into_evidence(
        mut self,
        text: &[u8],
        found: &[Range<usize>],
        at: impl Fn(usize) -> Position,
        known_test_values: &[Text],
    ) -> Evidence {
        let (mut directives, mut via, mut line) = (InlineComment::near(text, &self.span), Vec::new(), None);
        let in_member = self.coated.as_ref().and_then(|coated| coated.in_member);
        let (value, masked) = if let Some(coated) = self.coated.take() {
            line = coated.shows_line.then_some(coated.line);
            via = coated.via.into_iter().map(Cow::into_owned).collect();
            directives.extend(coated.directives);
            directives.dedup();
            (coated.value, coated.masked)
        } else {
            self.value_in(text)
        };
        let snippet = line.unwrap_or_else(|| self.line_in(text, found, &masked.text));
        let dummy = self.dummy.or_else(|| placeholder::published(&value, known_test_values));
        Evidence {
            rule: self.rule,
            start: at(self.span.start),
            end: at(self.span.end),
            value,
            strong: self.strong,
            masked,
            features: self.features,
            dummy,
            directives,
            snippet,
            via,
            in_member,
            partner: self.partner.map(|partner| CompanionPart {
                start: at(partner.span.start),
                end: at(partner.span.end),
                span: partner.span,
                value: partner.value,
                masked: partner.masked,
            }),
            span: self.span,
        }
    }

    #[cfg(test)]
    pub(crate) fn sample(rule: usize, span: Range<usize>) -> Self {
        let features = Features {
            tier: Tier::Full,
            body: span.len(),
            claims: None,
            elided: false,
            name: None,
            proof: None,
            opinion: None,
        };
        Self {
            rule,
            span,
            prefix: 0,
            mask: Mask::FULL,
            strong: true,
            features,
            dummy: None,
            name: None,
            partner: None,
            coated: None,
        }
    }
}
