//! A match before its raw value is dropped.

use std::borrow::Cow;
use std::ops::Range;

use crate::detect::evidence::{CompanionEvidence, Evidence, Features};
use crate::detect::placeholder;
use crate::detect::placeholder::Placeholder;
use crate::detect::snippet::Spot;
use crate::detect::{InlineComment, snippet};
use crate::finding::{Masked, Snippet};
use crate::rules::Text;
use crate::secret::{Mask, Secret, ValueId};
use crate::text::Position;

/// A match before its raw value is dropped.
pub(crate) struct Candidate {
    pub(crate) rule: usize,
    pub(crate) span: Range<usize>,
    /// The length of the public part at the start of the span.
    pub(crate) prefix: usize,
    pub(crate) mask: Mask,
    pub(crate) strong: bool,
    pub(crate) features: Features,
    pub(crate) placeholder: Option<Placeholder>,
    /// Where the name stands that the value is assigned to.
    pub(crate) name: Option<Range<usize>>,
    /// The other half of a pair.
    pub(crate) companion: Option<Box<CompanionMatch>>,
    /// What is known of a value that does not stand in the text as it is.
    pub(crate) encoded: Option<Box<EncodedMatch>>,
}

/// The other half of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CompanionMatch {
    pub(crate) span: Range<usize>,
    pub(crate) value: ValueId,
    pub(crate) masked: String,
}

/// A value that was found under coats.
pub(crate) struct EncodedMatch {
    pub(crate) value: ValueId,
    pub(crate) masked: Masked,
    /// The coats and archives, outermost first.
    pub(crate) via: Vec<Cow<'static, str>>,
    /// Comments under the coats.
    pub(crate) inline_comments: Vec<InlineComment>,
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
        let via = self.encoded.as_ref().map_or(&[][..], |coated| &coated.via);
        let Self { span, rule, features, .. } = self;
        (span.start, *rule, std::cmp::Reverse(features.tier), via.len(), via, std::cmp::Reverse(span.end))
    }

    /// Where it stands, and its other half.
    pub(crate) fn spans(&self) -> impl Iterator<Item = &Range<usize>> {
        std::iter::once(&self.span).chain(self.companion.as_ref().map(|companion| &companion.span))
    }

    /// The same at the place in another text that its own stands for.
    pub(crate) fn placed(mut self, place: impl Fn(&Range<usize>) -> Range<usize>) -> Self {
        self.span = place(&self.span);
        if let Some(companion) = &mut self.companion {
            companion.span = place(&companion.span);
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
        let is_open = self.features.model_score.is_some();
        let spot = Spot { span: &self.span, name: self.name.clone(), is_open, found };
        snippet::around(text, spot, masked)
    }

    /// What is to be kept of a value of a text that stands for a place in another one.
    pub(crate) fn uncovered(&self, text: &[u8]) -> Box<EncodedMatch> {
        let (value, masked) = self.value_in(text);
        Box::new(EncodedMatch {
            value,
            via: Vec::new(),
            inline_comments: Vec::new(),
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
        let (mut inline_comments, mut via, mut line) =
            (InlineComment::near(text, &self.span), Vec::new(), None);
        let in_member = self.encoded.as_ref().and_then(|coated| coated.in_member);
        let (value, masked) = if let Some(coated) = self.encoded.take() {
            line = coated.shows_line.then_some(coated.line);
            via = coated.via.into_iter().map(Cow::into_owned).collect();
            inline_comments.extend(coated.inline_comments);
            inline_comments.dedup();
            (coated.value, coated.masked)
        } else {
            self.value_in(text)
        };
        let snippet = line.unwrap_or_else(|| self.line_in(text, found, &masked.text));
        let placeholder = self.placeholder.or_else(|| placeholder::published(&value, known_test_values));
        Evidence {
            rule: self.rule,
            start: at(self.span.start),
            end: at(self.span.end),
            value,
            strong: self.strong,
            masked,
            features: self.features,
            placeholder,
            inline_comments,
            snippet,
            via,
            in_member,
            companion: self.companion.map(|companion| CompanionEvidence {
                start: at(companion.span.start),
                end: at(companion.span.end),
                span: companion.span,
                value: companion.value,
                masked: companion.masked,
            }),
            span: self.span,
        }
    }

    #[cfg(test)]
    pub(crate) fn sample(rule: usize, span: Range<usize>) -> Self {
        let features = Features {
            tier: crate::detect::Tier::Full,
            body_length: span.len(),
            claims: None,
            is_truncated: false,
            name: None,
            check: None,
            model_score: None,
        };
        Self {
            rule,
            span,
            prefix: 0,
            mask: Mask::FULL,
            strong: true,
            features,
            placeholder: None,
            name: None,
            companion: None,
            encoded: None,
        }
    }
}
