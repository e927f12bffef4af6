//! Candidates: matches whose raw value can still be read from the text. A candidate becomes [`Evidence`] when
//! overlaps and pairs are resolved. This module converts and masks; it decides nothing about whether a value is a
//! secret.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;

use crate::detect::InlineComment;
use crate::detect::evidence::{CompanionEvidence, Evidence, Features, Placeholder};
use crate::detect::placeholder::known_test_value;
use crate::detect::snippet::{Subject, masked_line};
use crate::finding::{Masked, Snippet};
use crate::rules::Text;
use crate::secret::{Mask, Secret, ValueId};
use crate::text::Position;

/// A match of a rule before overlaps are resolved.
pub(crate) struct Candidate {
    /// The index of the rule in the rule set.
    pub(crate) rule: usize,
    pub(crate) span: Range<usize>,
    /// The length of the public part at the start of the span.
    pub(crate) prefix: usize,
    pub(crate) mask: Mask,
    pub(crate) strong: bool,
    pub(crate) features: Features,
    pub(crate) placeholder: Option<Placeholder>,
    /// The span of the name that the value is assigned to.
    pub(crate) name: Option<Range<usize>>,
    pub(crate) companion: Option<Box<CompanionMatch>>,
    /// Set if the value was found in encoded text or in an archive member, so that it cannot be read from the span.
    pub(crate) nested: Option<Box<NestedMatch>>,
    /// The other values of the same list or column.
    pub(crate) more: Vec<Candidate>,
}

/// The other member of a candidate's credential pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CompanionMatch {
    pub(crate) span: Range<usize>,
    pub(crate) value: ValueId,
    pub(crate) masked: String,
}

/// The part of a candidate that has to be kept when the decoded text is dropped.
pub(crate) struct NestedMatch {
    pub(crate) value: ValueId,
    pub(crate) masked: Masked,
    /// The encodings and archives, outermost first.
    pub(crate) via: Vec<Cow<'static, str>>,
    /// The inline comments of the decoded texts.
    pub(crate) inline_comments: Vec<InlineComment>,
    /// The masked line of the text that the outermost encoding decodes to.
    pub(crate) line: Snippet,
    /// Whether reports show this line. UTF-16 is shown decoded, and the bytes of an archive are not readable.
    pub(crate) shows_line: bool,
    pub(crate) archives: Archives,
    /// The line and column in the innermost archive member.
    pub(crate) in_member: Option<Position>,
    /// Whether the span in the archive covers this value only, and not all bytes of a compressed member.
    pub(crate) has_own_span: bool,
}

/// The archives that a value is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Archives {
    None,
    /// One in encoded text.
    Encoded,
    /// One that is the whole text, so that the outermost step of `via` is its member.
    Outermost,
}

impl Archives {
    /// Returns what an encoding around the text makes of it.
    pub(crate) const fn in_encoding(self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Encoded | Self::Outermost => Self::Encoded,
        }
    }
}

impl Candidate {
    /// Returns the sort key that decides between candidates that overlap. The smallest key is kept.
    pub(crate) fn precedence(&self) -> impl Ord + '_ {
        let via = self.nested.as_ref().map_or(&[][..], |nested| &nested.via);
        let Self { span, rule, features, .. } = self;
        (span.start, *rule, Reverse(features.tier), via.len(), via, Reverse(span.end))
    }

    /// Returns the spans of the value and of its companion.
    pub(crate) fn spans(&self) -> impl Iterator<Item = &Range<usize>> {
        std::iter::once(&self.span).chain(self.companion.as_ref().map(|companion| &companion.span))
    }

    /// Returns the candidate with its spans mapped to another text by `to_outer`.
    pub(crate) fn mapped(mut self, to_outer: impl Fn(&Range<usize>) -> Range<usize>) -> Self {
        self.span = to_outer(&self.span);
        if let Some(companion) = &mut self.companion {
            companion.span = to_outer(&companion.span);
        }
        self.name = None;
        self.more.clear();
        self
    }

    /// Returns the candidate with its spans moved from a window to the text in which the window begins at `start`.
    pub(crate) fn moved(mut self, start: usize) -> Self {
        self.span = self.span.start + start..self.span.end + start;
        self.name = self.name.map(|name| name.start + start..name.end + start);
        self.more = self.more.into_iter().map(|other| other.moved(start)).collect();
        self
    }

    /// Reads the value from its span in `text`. Returns its id and the form that may be shown.
    pub(crate) fn value_in(&self, text: &[u8]) -> (ValueId, Masked) {
        let secret = Secret::new(&text[self.span.clone()]);
        let shown = self.mask.apply(secret.expose(), self.prefix);
        (secret.id(), Masked { text: shown, length: secret.len() })
    }

    /// Returns the masked line around the value. `found` are the spans of all values in the text, sorted.
    pub(crate) fn line_in(&self, text: &[u8], found: &[Range<usize>], masked: &str) -> Snippet {
        let has_open_end = self.features.model_score.is_some();
        let subject = Subject { span: &self.span, name: self.name.clone(), has_open_end, found };
        masked_line(text, subject, masked)
    }

    /// Reads from a decoded text or an archive member what has to be kept when it is dropped.
    pub(crate) fn nested_in(&self, text: &[u8]) -> Box<NestedMatch> {
        let (value, masked) = self.value_in(text);
        Box::new(NestedMatch {
            value,
            via: Vec::new(),
            inline_comments: Vec::new(),
            line: self.line_in(text, &[], &masked.text),
            shows_line: true,
            archives: Archives::None,
            has_own_span: true,
            in_member: None,
            masked,
        })
    }

    /// Converts the candidate to evidence, which does not hold the raw value. `position` gives the line and column of
    /// a byte offset.
    pub(crate) fn into_evidence(
        mut self,
        text: &[u8],
        found: &[Range<usize>],
        position: impl Fn(usize) -> Position,
        known_test_values: &[Text],
    ) -> Evidence {
        let mut inline_comments = InlineComment::find_near(text, &self.span);
        let (mut via, mut line, mut in_member) = (Vec::new(), None, None);
        let (value, masked) = if let Some(nested) = self.nested.take() {
            line = nested.shows_line.then_some(nested.line);
            via = nested.via.into_iter().map(Cow::into_owned).collect();
            in_member = nested.in_member;
            inline_comments.extend(nested.inline_comments);
            inline_comments.dedup();
            (nested.value, nested.masked)
        } else {
            self.value_in(text)
        };
        let snippet = line.unwrap_or_else(|| self.line_in(text, found, &masked.text));
        let placeholder = self.placeholder.or_else(|| known_test_value(&value, known_test_values));
        Evidence {
            rule: self.rule,
            start: position(self.span.start),
            end: position(self.span.end),
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
                start: position(companion.span.start),
                end: position(companion.span.end),
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
            context: None,
            model_score: None,
            is_words: false,
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
            nested: None,
            more: Vec::new(),
        }
    }
}
