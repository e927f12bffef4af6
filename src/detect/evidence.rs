//! What the search hands on: where, what it looks like, and nothing of the raw value.

use std::ops::Range;

use crate::detect::InlineComment;
use crate::detect::assignment::ModelScore;
use crate::detect::placeholder::Placeholder;
use crate::finding::{Masked, Snippet};
use crate::secret::ValueId;
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
    pub body_length: usize,
    /// What a JSON web token says of itself.
    pub claims: Option<Box<Claims>>,
    /// Whether dots or stars follow, so that a part was left out.
    pub is_truncated: bool,
    /// The name that the value is assigned to, in lower case.
    pub name: Option<String>,
    /// What it proves of itself.
    pub check: Option<Box<CheckOutcome>>,
    /// What the model says of a value without a shape.
    pub model_score: Option<ModelScore>,
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
    pub placeholder: Option<Placeholder>,
    /// Each `skant:allow` on the line or the line before.
    pub inline_comments: Vec<InlineComment>,
    /// The line, masked.
    pub snippet: Snippet,
    /// The decodings passed, outermost first.
    pub via: Vec<String>,
    /// The place in the innermost archive's member.
    pub in_member: Option<Position>,
    /// The other half of a pair, where it stands nearby.
    pub companion: Option<CompanionEvidence>,
}

/// The other half of a pair: the id of a key, the number of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanionEvidence {
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
        std::iter::once(self.value).chain(self.companion.as_ref().map(|half| half.value))
    }
}
