//! The kinds of features: for each kind its name in the table of weights and its description for people, in one table.
//! How a feature is extracted from a text is not here, but in skant's `detect::assignment::features`.
//!
//! The names are part of the format of `model/weights.tsv`: a changed name needs new training, a changed description
//! does not.

use crate::feature_key::{Word, add_words, key_of_kind, split_words};
use crate::vocabulary::{
    Class, CoveredShare, DigitPosition, Host, LetterCase, LineStart, LowercaseUse, NameOverlap, Operator,
    Quote, Stem, Term, WordCount,
};

/// Describes a feature of one kind from its words; `None` if a word is not in the kind's vocabulary.
type Describe = fn(&Words<'_>) -> Option<String>;

/// A row of the table of kinds.
struct Row {
    name: &'static str,
    key: u64,
    /// The number of words, from the first, that are parameters of the description. The other words are numbers that
    /// only compare values with each other, or words of a secret.
    params: usize,
    describe: Describe,
}

macro_rules! feature_kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal, $params:literal, $describe:expr;)+) => {
        /// The kind of a feature: the first part of its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FeatureKind { $($(#[$doc])* $kind,)+ }

        impl FeatureKind {
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];
        }

        static ROWS: &[Row] =
            &[$(Row { name: $name, key: key_of_kind($name), params: $params, describe: $describe },)+];
    };
}

feature_kinds! {
    // The form of the assignment, and the text directly around it.

    /// Operator and quotes.
    Form "form", 2, |words| {
        let (operator, quote) = (words.term::<Operator>(0)?, words.term::<Quote>(1)?);
        Some(format!("the assignment has the form {operator} {quote}"))
    };
    /// The character before the name.
    Before "before", 1, |words| Some(match words.raw(0)? {
        LINE_END => "the name is at the start of its line".to_owned(),
        byte => format!("the name follows {}", character(byte)),
    });
    /// The quotes, and the first character after the value that is no space.
    After "after", 2, |words| {
        words.term::<Quote>(0)?;
        Some(match words.raw(1)? {
            LINE_END => "the value is at the end of its line".to_owned(),
            byte => format!("{} follows the value", character(byte)),
        })
    };
    /// A word of the call around the value, or of the user name before a password.
    Wrapper "wrapper", 1, |words| Some(format!("the call or the user name before the value contains `{}`", words.raw(0)?));
    /// The authentication scheme before the value.
    Scheme "scheme", 1, |words| Some(format!("the scheme `{}` precedes the value", words.raw(0)?));
    /// The host of an address with a password.
    Host "host", 1, |words| Some(format!("the host of the address is {}", words.term::<Host>(0)?));
    /// The text before the name on its line, and the quotes.
    Line "line", 2, |words| {
        words.term::<Quote>(1)?;
        Some(format!("the line has {} before the name", words.term::<LineStart>(0)?))
    };

    // The name.

    /// A word of the name.
    Name "name", 1, |words| Some(format!("the name contains `{}`", words.raw(0)?));
    /// The last word of the name.
    NameEnd "name-end", 1, |words| Some(format!("the name ends in `{}`", words.raw(0)?));
    /// The word of a name with one word.
    NameAlone "name-alone", 1, |words| Some(format!("the whole name is `{}`", words.raw(0)?));
    /// The kind of value that the name, or a form without a name, indicates.
    Stem "stem", 1, |words| Some(format!("the name or the form indicates {}", words.term::<Stem>(0)?));

    // The value.

    /// The class of the value.
    Class "class", 1, |words| Some(format!("the value looks like {}", words.term::<Class>(0)?));
    /// The class, and a range of lengths.
    Length "length", 1, |words| Some(format!("the length of a value that looks like {}", words.term::<Class>(0)?));
    /// The share of the letters that dictionary words cover.
    Covered "covered", 1, |words| Some(format!("{} form dictionary words", words.term::<CoveredShare>(0)?));
    /// The class, and the number of dictionary words.
    Words "words", 2, |words| {
        let (class, count) = (words.term::<Class>(0)?, words.term::<WordCount>(1)?);
        Some(format!("the value looks like {class} and has {count}"))
    };
    /// The likelihood of its pairs of letters in words, compared with random letters.
    Likeness "likeness", 0, |_| Some("how common its pairs of letters are in words".to_owned());
    /// The class, and the same number in wider steps.
    LikenessOf "likeness-of", 1, |words| {
        let class = words.term::<Class>(0)?;
        Some(format!("how common its pairs of letters are for a value that looks like {class}"))
    };
    /// The class, and the number of changes between kinds of characters.
    Changes "changes", 0, |_| Some("how often letters, digits and punctuation alternate".to_owned());
    /// The share of digits.
    Digits "digits", 0, |_| Some("the share of digits in the value".to_owned());
    /// The class, and the share of different characters.
    Distinct "distinct", 0, |_| Some("the number of different characters in the value".to_owned());
    /// The class, and the case of the letters.
    Case "case", 2, |words| {
        words.term::<Class>(0)?;
        Some(words.term::<LetterCase>(1)?.to_owned())
    };
    /// The class, and the position of the digits.
    DigitsAt "digits-at", 2, |words| {
        words.term::<Class>(0)?;
        Some(words.term::<DigitPosition>(1)?.to_owned())
    };
    /// A character of the value that is neither letter nor digit.
    Sign "sign", 1, |words| Some(format!("the value contains {}", character(words.raw(0)?)));
    /// The number of hexadecimal digits, if it is that of a common hash.
    Hex "hex", 0, |_| Some("the number of hexadecimal digits".to_owned());
    /// The length of a value that ends in `=`, modulo 4.
    Padding "padding", 0, |_| Some("the value ends in `=`, like padded base64".to_owned());
    /// Punctuation at the end of the value.
    EndsLike "ends-like", 0, |_| Some("the value ends in punctuation, like a sentence".to_owned());
    /// A word of the value. It is a part of the secret, so it is never shown.
    Value "value", 0, |_| Some("a word of the value, not shown here".to_owned());

    // The value together with the form or the name.

    /// The presence of lowercase letters, the class, and the quotes.
    CaseFor "case-for", 2, |words| {
        words.term::<Quote>(2)?;
        let (case, class) = (words.term::<LowercaseUse>(0)?, words.term::<Class>(1)?);
        Some(format!("the value looks like {class} and {case}"))
    };
    /// The class, and the kind of value that the name indicates.
    ClassFor "class-for", 2, |words| {
        let (class, stem) = (words.term::<Class>(0)?, words.term::<Stem>(1)?);
        Some(format!("the value looks like {class} where the name or the form indicates {stem}"))
    };
    /// The class, the operator and the quotes.
    ClassIn "class-in", 3, |words| {
        let (class, operator) = (words.term::<Class>(0)?, words.term::<Operator>(1)?);
        Some(format!("the value looks like {class} in the form {operator} {}", words.term::<Quote>(2)?))
    };
    /// The share of the letters that words cover, the kind of value that the name indicates, and the quotes.
    CoveredFor "covered-for", 2, |words| {
        words.term::<Quote>(2)?;
        let (share, stem) = (words.term::<CoveredShare>(0)?, words.term::<Stem>(1)?);
        Some(format!("{share} form dictionary words where the name or the form indicates {stem}"))
    };
    /// The text that value and name share.
    Shared "shared", 1, |words| Some(words.term::<NameOverlap>(0)?.to_owned());
    /// The value is a user name and a password in base64.
    Decodes "decodes", 0, |_| Some("the value decodes to a user name and a password".to_owned());

    // Words near the assignment.

    /// A word before the name on its line.
    LineBefore "line-before", 1, |words| Some(format!("`{}` occurs before the name on its line", words.raw(0)?));
    /// A word on the lines above.
    Above "above", 1, |words| Some(format!("`{}` occurs above the line", words.raw(0)?));
    /// A word after the value on its line.
    LineAfter "line-after", 1, |words| Some(format!("`{}` occurs after the value on its line", words.raw(0)?));
    /// A word on the lines below.
    Below "below", 1, |words| Some(format!("`{}` occurs below the line", words.raw(0)?));
}

impl FeatureKind {
    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    pub fn name(self) -> &'static str {
        self.row().name
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Returns the key under which the table of weights has a feature.
    #[inline]
    pub fn key(self, words: &[Word<'_>]) -> u64 {
        add_words(self.row().key, words)
    }

    /// Returns the name of a feature as the table of weights has it: `form:tag|bare`.
    pub fn feature_name(self, words: &[Word<'_>]) -> String {
        let words: Vec<String> = words.iter().map(|word| word.text.escape_ascii().to_string()).collect();
        format!("{}:{}", self.name(), words.join("|"))
    }

    /// Describes a feature with these words, given as in its name; `None` if a word is not in the kind's vocabulary.
    pub fn describe(self, words: &str) -> Option<String> {
        (self.row().describe)(&Words::new(words))
    }

    /// Returns the words that may be shown, as parameters of the description: never a word of the value.
    pub fn params(self, words: &str) -> Vec<String> {
        Words::new(words).0.into_iter().take(self.row().params).map(str::to_owned).collect()
    }
}

/// The words of a feature's name, with their escapes.
struct Words<'n>(Vec<&'n str>);

impl<'n> Words<'n> {
    fn new(words: &'n str) -> Self {
        Self(split_words(words.as_bytes()).filter_map(|word| std::str::from_utf8(word).ok()).collect())
    }

    fn raw(&self, index: usize) -> Option<&'n str> {
        self.0.get(index).copied()
    }

    /// Returns the description of a word with a fixed meaning.
    fn term<T: Term>(&self, index: usize) -> Option<&'static str> {
        T::from_word(self.raw(index)?).map(T::description)
    }
}

/// The end of a line, or of the text, as names of features have it.
const LINE_END: &str = "\\n";

/// Returns a character as a description shows it.
fn character(escaped: &str) -> String {
    match escaped {
        " " => "a space".to_owned(),
        "\\t" => "a tab".to_owned(),
        "\\\"" | "\\'" | "\\\\" => format!("`{}`", &escaped[1..]),
        _ => match escaped.strip_prefix("\\x") {
            Some(digits) => format!("the byte 0x{digits}"),
            None => format!("`{escaped}`"),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_kind_has_a_name_and_a_key_of_its_own() {
        let names: HashSet<_> = ROWS.iter().map(|row| row.name).collect();
        let keys: HashSet<_> = ROWS.iter().map(|row| row.key).collect();
        assert_eq!((names.len(), keys.len()), (FeatureKind::ALL.len(), FeatureKind::ALL.len()));
        for kind in FeatureKind::ALL {
            assert_eq!(FeatureKind::from_name(kind.name()), Some(*kind));
        }
    }

    #[test]
    fn each_kind_has_a_description_of_its_own() {
        // Words that are in all vocabularies that a kind with words may ask for.
        let samples = [
            "tag|bare",
            "bare|;",
            "word|0",
            "word|lower",
            "word|end",
            "word|password",
            "word|tag|bare",
            "upper|word|bare",
            "0|password|bare",
            "nothing|bare",
            "password",
            "alone",
            "word",
            "0",
            "the same",
        ];
        let described: Vec<String> = FeatureKind::ALL
            .iter()
            .map(|kind| samples.iter().find_map(|words| kind.describe(words)).expect("a description"))
            .collect();
        assert_eq!(described.iter().collect::<HashSet<_>>().len(), described.len(), "{described:#?}");
    }

    #[test]
    fn descriptions_say_the_words() {
        for (kind, words, expected) in [
            (FeatureKind::Form, "tag|bare", "the assignment has the form `<name>value` without quotes"),
            (FeatureKind::Form, "flag|double", "the assignment has the form `--name value` in double quotes"),
            (FeatureKind::Before, "\\n", "the name is at the start of its line"),
            (FeatureKind::After, "bare|\\n", "the value is at the end of its line"),
            (FeatureKind::After, "bare||", "`|` follows the value"),
            (FeatureKind::Before, "\\\"", "the name follows `\"`"),
            (FeatureKind::Sign, " ", "the value contains a space"),
            (FeatureKind::Sign, "\\xe4", "the value contains the byte 0xe4"),
            (FeatureKind::Value, "sunshine", "a word of the value, not shown here"),
        ] {
            assert_eq!(kind.describe(words).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_word_outside_of_the_vocabulary_has_no_description() {
        assert_eq!(FeatureKind::Form.describe("tags|bare"), None);
        assert_eq!(FeatureKind::CaseFor.describe("upper|word"), None);
        assert_eq!(FeatureKind::Name.describe(""), None);
    }

    #[test]
    fn no_parameter_is_a_word_of_the_value() {
        assert!(FeatureKind::Value.params("sunshine").is_empty());
        assert_eq!(FeatureKind::Length.params("word|3"), ["word"]);
        assert_eq!(FeatureKind::Form.params("tag|bare"), ["tag", "bare"]);
    }
}
