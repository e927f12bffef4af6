//! A rule and its matcher, as the detector uses them. The TOML keys that they come from are documented in the crate
//! `skant-rule-schema`.

use std::borrow::Cow;

use skant_rule_schema::{Alphabet, Check, FollowedBy, MayFollow, Syntax};

use crate::finding::Severity;

/// A text that is compiled in, or that was read at run time.
pub(crate) type Text = Cow<'static, str>;

/// The description of one kind of secret.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The id: a provider, a dash and the kind of secret. Ids of generic rules begin with `generic-`.
    pub id: Text,
    /// The kind of secret, for readers.
    pub title: Text,
    /// How much damage a leak does.
    pub severity: Severity,
    /// Literals. Every match contains one of them or is near one.
    pub anchors: Cow<'static, [Text]>,
    /// Whether the anchors match in uppercase, too.
    pub ignore_case: bool,
    /// The characters that every match has right after its anchor.
    pub followed_by: Option<FollowedBy>,
    /// The size of the window on each side of an anchor, in bytes. The matcher sees nothing outside of the window.
    pub reach: usize,
    /// The code that tests a window, and its parameters.
    pub matcher: Matcher,
    /// The companion, for rules of credential pairs.
    pub pair: Option<Pair>,
    /// What somebody who has the secret can reach.
    pub leaks: Text,
    /// The environment variable that usually holds the secret.
    pub variable: Text,
    /// Where the format is published.
    pub source: Text,
    /// The address where the secret is revoked. Empty if the steps name several addresses.
    pub revoke: Text,
    /// The steps after a leak, in order.
    pub steps: Cow<'static, [Text]>,
    /// Texts in which this rule finds a secret and no other rule does.
    pub examples: Cow<'static, [Text]>,
    /// Texts in which no rule finds anything with default settings.
    pub counterexamples: Cow<'static, [Text]>,
}

impl Rule {
    /// Returns whether the rule belongs to a provider. Such a finding fails a commit with medium confidence already.
    #[must_use]
    pub fn is_provider(&self) -> bool {
        !self.id.starts_with("generic-")
    }
}

/// The companion of a secret, such as the id of a key or the number of an account.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The id of the rule that reports the companion where it is alone; `None` for public ids.
    pub rule: Option<Text>,
    /// The expression of the companion.
    pub pattern: Text,
    /// The kind of the companion, for readers.
    pub name: Text,
}

/// The code that tests a window, and its parameters.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// A prefix and a body of base64url characters.
    Prefixed {
        /// The expression between the start of the anchor and the body.
        prefix: Text,
        /// The body.
        shape: TokenShape,
    },
    /// An unstructured secret that a name or a syntax leads to, and that the password model scores.
    Generic(Generic),
    /// A secret of a fixed format.
    Pattern(Pattern),
}

/// The parameters of a generic rule.
#[derive(Clone, Debug)]
pub struct Generic {
    /// The syntax that leads to the value.
    pub syntax: Syntax,
    /// The number of bytes that a mask shows at the start.
    pub mask_head: usize,
    /// Words in lowercase that show, anywhere in a name, that its value is not a secret.
    pub excluded_names: Cow<'static, [Text]>,
    /// Words in lowercase that show this as the last word of a name.
    pub excluded_last_words: Cow<'static, [Text]>,
    /// Prefixes of public ids.
    pub public_prefixes: Cow<'static, [Text]>,
}

/// A fixed format: the form, the boundaries, the alphabet and the offline check.
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the rule")]
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The expression or the labels that recognise a match.
    pub form: Form,
    /// The minimum and maximum number of bytes between the start of a match and its anchor.
    pub anchor_offset: (usize, usize),
    /// The characters of the random part.
    pub alphabet: Alphabet,
    /// The characters that may not follow a match.
    pub may_not_precede: Alphabet,
    /// What a match may follow.
    pub may_follow: MayFollow,
    /// Whether the format itself shows where a match ends.
    pub self_terminating: bool,
    /// Whether the body is random.
    pub random: bool,
    /// Whether people choose the secret.
    pub human_chosen: bool,
    /// Whether the format alone proves the kind of secret.
    pub exact: bool,
    /// Whether a match opens nothing by itself.
    pub indirect: bool,
    /// The offline check of a match.
    pub check: Option<Check>,
    /// The expression of the text that a match decodes to from base64.
    pub decoded: Option<Text>,
    /// Words in lowercase, one of which has to be near a match. Without words every match counts.
    pub nearby: Cow<'static, [Text]>,
}

/// The expression or the labels that recognise a match of a fixed format.
#[derive(Clone, Debug)]
pub enum Form {
    /// An expression of the token, from its first character.
    Token(Text),
    /// A value that is assigned to a name with a keyword.
    Keyword {
        /// The expression of the value.
        value: Text,
        /// Further words in lowercase, one of which the name has to contain.
        name_words: Cow<'static, [Text]>,
    },
    /// A private key between two lines.
    Pem {
        /// The labels after `BEGIN `.
        labels: Cow<'static, [Text]>,
    },
    /// An expression of a member of the JSON object that contains the anchor.
    JsonMember(Text),
}

/// The body of a token: base64url characters.
#[derive(Clone, Debug)]
pub struct TokenShape {
    /// The expression of a complete body from its first character, and the length of its match in bytes.
    pub structure: Option<(Text, usize)>,
    /// The length from which a body without the structure counts as complete, in bytes.
    pub full: usize,
    /// The length from which a body is reported at all, in bytes.
    pub short: usize,
    /// Whether the body may be a JSON web token.
    pub jwt: bool,
    /// The number of bytes that a mask shows at the start, prefix included.
    pub mask_head: usize,
    /// The number of bytes that a mask shows at the end.
    pub mask_tail: usize,
    /// The limits for bodies with the structure.
    pub structured_limits: PlaceholderLimits,
    /// The limits for complete bodies without the structure.
    pub full_limits: PlaceholderLimits,
    /// The limits for shorter bodies.
    pub short_limits: PlaceholderLimits,
}

/// The limits that separate placeholders from random bodies. A body that exceeds one of them is a placeholder.
#[derive(Clone, Copy, Debug)]
pub struct PlaceholderLimits {
    /// The body has fewer distinct characters.
    pub distinct: usize,
    /// The body has less Shannon entropy, in bits per character.
    pub entropy: f64,
    /// One character occurs this many times in a row.
    pub run: usize,
    /// This many characters in a row have ascending code points.
    pub ascending: usize,
    /// A substring of this length occurs twice.
    pub repeat: usize,
}
