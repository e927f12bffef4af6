//! Words with a fixed meaning in features, such as the operator in `form:tag|bare`: the word in the table of weights
//! and the description for people, in one row each. Words that come from a text, such as those of a name, are not here.
//!
//! The words are part of the format of `model/weights.tsv`: a changed word needs new training, a changed description
//! does not.

use crate::feature_key::Word;

/// A word with a fixed meaning.
pub trait Term: Copy + 'static {
    const ALL: &'static [Self];

    /// Returns the word as features and the table of weights have it.
    fn word(self) -> Word<'static>;

    /// Returns the words for people, a part of a sentence.
    fn description(self) -> &'static str;

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|term| term.word().text == word.as_bytes())
    }
}

/// Declares a set of words: for each a variant, the word and the description.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$term_doc:meta])* $term:ident $word:literal $description:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$term_doc])* $term,)+ }

        impl Term for $name {
            const ALL: &'static [Self] = &[$(Self::$term,)+];

            #[inline]
            fn word(self) -> Word<'static> {
                match self { $(Self::$term => const { Word::new($word) },)+ }
            }

            fn description(self) -> &'static str {
                match self { $(Self::$term => $description,)+ }
            }
        }
    };
}

vocabulary! {
    /// The syntax between a name and its value.
    Operator {
        /// `=`, `:=`, `+=`.
        Assign b"assign" "`name = value`",
        /// `:`.
        Colon b"colon" "`name: value`",
        /// `=>`.
        Arrow b"arrow" "`name => value`",
        /// `==`, `!=`.
        Compare b"compare" "`name == value`",
        /// `"name", "value"`.
        Comma b"comma" "`name, value`",
        /// `name("value")`.
        Call b"call" "`name(value)`",
        /// `<name>value`.
        Tag b"tag" "`<name>value`",
        /// `--name value`.
        Flag b"flag" "`--name value`",
        /// `name "value"`, `name 'value'`.
        Space b"space" "`name value`",
        /// `name: X`, and on the next line `value: Y`.
        Pair b"pair" "`name: …, value: …`",
        /// The value is in the column of the name.
        Column b"column" "a column with this name",
        /// `the name is value`, in a text for people.
        Prose b"prose" "`the name is value`",
        /// `Bearer value`.
        Scheme b"scheme" "`Bearer value`",
        /// `://user:value@host`.
        Url b"url" "`://user:value@host`",
        /// `curl -u user:value`.
        Login b"login" "`curl -u user:value`",
        /// `IDENTIFIED BY 'value'`.
        Sql b"sql" "`IDENTIFIED BY value`",
    }
}

vocabulary! {
    /// The quotes around a value.
    Quote {
        None b"bare" "without quotes",
        Double b"double" "in double quotes",
        Single b"single" "in single quotes",
        Back b"back" "in backquotes",
        /// A quote after a backslash, as in JSON inside a string, or a quote written as in HTML.
        Escaped b"escaped" "in escaped quotes",
    }
}

vocabulary! {
    /// The appearance of a value.
    Class {
        /// Digits, and punctuation between them.
        Number b"number" "a number",
        /// Hexadecimal digits, sixteen or more.
        Hex b"hex" "hexadecimal digits",
        /// One word or several without a separator, in one case.
        Word b"word" "words in one case",
        /// Letters in one case that are no words.
        Letters b"letters" "random letters in one case",
        /// Words without a separator that begin with uppercase letters.
        Camel b"camel" "words in camel case",
        /// Letters of both cases that are no words.
        MixedCase b"mixed" "random letters in both cases",
        /// Words with `_`, `-` or `.` between them.
        Separated b"joined" "words with separators",
        /// Words with digits or punctuation after or between them.
        WordDigits b"word-digits" "words with digits or punctuation",
        /// Fewer than sixteen characters: letters with digits or punctuation, no words.
        HumanChosen b"typed" "a password",
        /// Sixteen characters or more: letters with digits or punctuation, no words.
        Random b"random" "random characters",
        /// Words with spaces between them.
        Sentence b"sentence" "words with spaces",
        /// Words with slashes between them.
        Path b"path" "a path",
    }
}

vocabulary! {
    /// The kind of value that a name, or a form without a name, indicates.
    Stem {
        Password b"password" "a password",
        Secret b"secret" "a secret",
        Token b"token" "a token",
        Key b"key" "a key",
        Credential b"credential" "credentials",
        Auth b"auth" "authentication",
        Nonce b"nonce" "a nonce or a salt",
        Id b"id" "a session id",
        Signature b"signature" "a signature",
        Login b"login" "a login",
        Other b"other" "no known kind of secret",
    }
}

vocabulary! {
    /// The host of an address with a password.
    Host {
        /// A variable, or no host at all.
        Template b"template" "missing or a variable",
        Local b"local" "local",
        Example b"example" "an example",
        Number b"number" "an IP address",
        Named b"named" "a domain name",
        /// One word without a dot.
        SingleWord b"alone" "a single word",
    }
}

vocabulary! {
    /// The text on a line before the name.
    LineStart {
        Nothing b"nothing" "only white space",
        Export b"export" "`export`, `set` or `ENV`",
        Dash b"dash" "the dash of a list",
        Quote b"quote" "a quote",
        Comment b"comment" "the start of a comment",
        Other b"other" "other text",
    }
}

vocabulary! {
    /// The case of the letters of a value.
    LetterCase {
        NoLetters b"none" "the value has no letters",
        Lower b"lower" "all its letters are lowercase",
        Upper b"upper" "all its letters are uppercase",
        Capitalized b"capital" "only its first character is uppercase",
        Both b"both" "it has lowercase and uppercase letters",
    }
}

vocabulary! {
    /// The presence of lowercase letters in a value.
    LowercaseUse {
        Absent b"upper" "has no lowercase letters",
        Present b"other" "has lowercase letters",
    }
}

vocabulary! {
    /// The positions of the digits of a value.
    DigitPosition {
        AtEnd b"end" "all its digits are at its end",
        Inside b"inside" "some of its digits are not at its end",
    }
}

vocabulary! {
    /// The share of the letters of a value that dictionary words cover.
    CoveredShare {
        None b"0" "none of its letters",
        /// Up to three tenths.
        Few b"1" "few of its letters",
        /// Four to six tenths.
        Half b"2" "about half of its letters",
        /// Seven to nine tenths.
        Most b"3" "most of its letters",
        All b"4" "all of its letters",
    }
}

vocabulary! {
    /// The number of dictionary words in a value.
    WordCount {
        Zero b"0" "no dictionary word",
        One b"1" "one dictionary word",
        Two b"2" "two dictionary words",
        Three b"3" "three dictionary words",
        More b"4" "four or more dictionary words",
    }
}

vocabulary! {
    /// The text that a value and its name share. Only letters are compared, without their case.
    NameOverlap {
        Equal b"the same" "the value equals the name",
        NameEndsWithValue b"its end" "the name ends with the value",
        ValueContainsName b"in the value" "the value contains the name",
        SharedWord b"a word" "the value contains a word of the name",
        Nothing b"nothing" "the value contains no word of the name",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn assert_distinct<T: Term>() {
        let distinct = |texts: Vec<String>| texts.iter().collect::<HashSet<_>>().len();
        let words = T::ALL.iter().map(|term| term.word().text.escape_ascii().to_string()).collect();
        let descriptions = T::ALL.iter().map(|term| term.description().to_owned()).collect();
        assert_eq!([distinct(words), distinct(descriptions)], [T::ALL.len(); 2]);
    }

    #[test]
    fn each_term_has_a_word_and_a_description_of_its_own() {
        assert_distinct::<Operator>();
        assert_distinct::<Quote>();
        assert_distinct::<Class>();
        assert_distinct::<Stem>();
        assert_distinct::<Host>();
        assert_distinct::<LineStart>();
        assert_distinct::<LetterCase>();
        assert_distinct::<LowercaseUse>();
        assert_distinct::<DigitPosition>();
        assert_distinct::<CoveredShare>();
        assert_distinct::<WordCount>();
        assert_distinct::<NameOverlap>();
    }

    #[test]
    fn a_term_is_found_by_its_word() {
        assert_eq!(Operator::from_word("tag"), Some(Operator::Tag));
        assert_eq!(Operator::from_word("tags"), None);
    }
}
