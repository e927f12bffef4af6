//! Evidence: what remains of a candidate. It has the value's span, features, fingerprint and mask, and never the
//! raw value. Data only: nothing is computed here.

use std::ops::Range;

use crate::detect::InlineComment;
use crate::detect::assignment::model::ModelScore;
use crate::detect::randomness::NotRandom;
use crate::finding::{Context, Masked, Snippet};
use crate::secret::ValueId;
use crate::text::Position;
use crate::token_check::Claims;
use crate::token_check::outcome::CheckOutcome;

/// How much of a format a match has, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// A format that opens nothing by itself, as the hash of a password.
    Indirect,
    /// Shorter than a whole token: truncated, or of a family with an unknown format.
    Short,
    /// A value that looks random and is assigned to a name such as `password`.
    Assigned,
    /// The length of a whole token, without its full structure.
    Full,
    /// A format that other values have, too.
    Likely,
    /// The full structure of the token.
    Structured,
    /// A format that few other values have.
    Exact,
    /// A JSON web token with a readable header and payload.
    Decoded,
}

/// The properties of a value that can be kept without the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    /// How much of its format the value has.
    pub tier: Tier,
    /// The length of the part after the prefix, in bytes.
    pub body_length: usize,
    /// The claims of a JSON web token.
    pub claims: Option<Box<Claims>>,
    /// Whether dots or asterisks follow, which means that a part was left out.
    pub is_truncated: bool,
    /// The name that the value is assigned to, in lowercase.
    pub name: Option<String>,
    /// The outcome of the rule's offline check.
    pub check: Option<Box<CheckOutcome>>,
    /// What the text around the value is for, if it tells; only of generic rules.
    pub context: Option<Context>,
    /// The score that the model gave to a password or an unstructured secret.
    pub model_score: Option<ModelScore>,
    /// Whether the model scored the value and it is words of any language without a digit, as labels are.
    pub is_words: bool,
}

/// The reason why a value counts as a placeholder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Placeholder {
    /// A random generator would not produce such a value.
    NotRandom(NotRandom),
    /// The value contains words where a random value is expected.
    Words,
    /// The value is a published test value, recognised by its hash.
    KnownTestValue,
}

impl Placeholder {
    /// Returns the reason as text.
    #[must_use]
    pub const fn describe(&self) -> &'static str {
        match self {
            Self::NotRandom(why) => why.describe(),
            Self::Words => "words where a random value is expected",
            Self::KnownTestValue => "a published test value",
        }
    }
}

/// A match of a rule in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The index of the rule in the rule set.
    pub rule: usize,
    /// The bytes of the text that the value takes.
    pub span: Range<usize>,
    /// The line and column of the start of the span.
    pub start: Position,
    /// The line and column of the end of the span, exclusive.
    pub end: Position,
    /// The hash that identifies the value.
    pub value: ValueId,
    /// Whether the value has 80 bits or more, so that its hash does not reveal it.
    pub strong: bool,
    /// The form of the value that may be shown.
    pub masked: Masked,
    /// The properties of the value.
    pub features: Features,
    /// The reason why the value is a placeholder, if it is one.
    pub placeholder: Option<Placeholder>,
    /// Each `skant:allow` comment on the line of the value or on the line before.
    pub inline_comments: Vec<InlineComment>,
    /// The masked line around the value.
    pub snippet: Snippet,
    /// The encodings and archives around the value, outermost first.
    pub via: Vec<String>,
    /// The line and column in the innermost archive member.
    pub in_member: Option<Position>,
    /// The companion that was found near the value.
    pub companion: Option<CompanionEvidence>,
}

/// The other member of a credential pair: the id of a key, or the number of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanionEvidence {
    /// The bytes of the text that the companion takes.
    pub span: Range<usize>,
    /// The line and column of the start of the span.
    pub start: Position,
    /// The line and column of the end of the span, exclusive.
    pub end: Position,
    /// The hash that identifies the companion's value.
    pub value: ValueId,
    /// The form of the value that may be shown.
    pub masked: String,
}

impl Evidence {
    /// Returns the ids of the value and of its companion.
    pub fn values(&self) -> impl Iterator<Item = ValueId> {
        std::iter::once(self.value).chain(self.companion.as_ref().map(|companion| companion.value))
    }
}
