//! Where a value stands that a telling name is given: `name = "value"`, `name: value`, `<name>value<`,
//! `--name value`, `setName("value")`, `"name", "value"`. One grammar; it says where, not whether.

pub(crate) mod cursor;
pub(crate) mod inline_credentials;
pub(crate) mod settings_line;

use std::ops::Range;

use crate::detect::assignment::parse::cursor::Reader;
use skant_password_model::feature_key::Word;

/// No name is longer.
const MOST_NAME: usize = 64;

/// No value is longer, and none shorter.
pub(crate) const MOST_VALUE: usize = 500;
pub(crate) const LEAST_VALUE: usize = 4;

/// How a value follows its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `=`, `:=`, `+=`.
    Assign,
    /// `:`.
    Colon,
    /// `=>`.
    Arrow,
    /// `==`, `!=`.
    Compare,
    /// `"name", "value"`.
    Comma,
    /// `name("value")`.
    Call,
    /// `<name>value`.
    Tag,
    /// `--name value`.
    Flag,
    /// `name "value"`, `name 'value'`.
    Space,
    /// `name: X`, and on the next line `value: Y`.
    Pair,
    /// `Bearer value`.
    Scheme,
    /// `://user:value@host`.
    Url,
    /// `curl -u user:value`.
    Login,
    /// `IDENTIFIED BY 'value'`.
    Sql,
}

impl Operator {
    /// Whether what stands before the value is no name.
    pub(crate) const fn is_bare(self) -> bool {
        matches!(self, Self::Scheme | Self::Url | Self::Login | Self::Sql)
    }

    /// As features call it.
    pub(crate) const fn word(self) -> Word<'static> {
        match self {
            Self::Assign => const { Word::of(b"assign") },
            Self::Colon => const { Word::of(b"colon") },
            Self::Arrow => const { Word::of(b"arrow") },
            Self::Compare => const { Word::of(b"compare") },
            Self::Comma => const { Word::of(b"comma") },
            Self::Call => const { Word::of(b"call") },
            Self::Tag => const { Word::of(b"tag") },
            Self::Flag => const { Word::of(b"flag") },
            Self::Space => const { Word::of(b"space") },
            Self::Pair => const { Word::of(b"pair") },
            Self::Scheme => const { Word::of(b"scheme") },
            Self::Url => const { Word::of(b"url") },
            Self::Login => const { Word::of(b"login") },
            Self::Sql => const { Word::of(b"sql") },
        }
    }
}

/// What encloses a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quote {
    None,
    Double,
    Single,
    Back,
    /// A quote that is escaped, as in JSON in a string.
    Escaped,
}

impl Quote {
    /// As features call it.
    pub(crate) const fn word(self) -> Word<'static> {
        match self {
            Self::None => const { Word::of(b"bare") },
            Self::Double => const { Word::of(b"double") },
            Self::Single => const { Word::of(b"single") },
            Self::Back => const { Word::of(b"back") },
            Self::Escaped => const { Word::of(b"escaped") },
        }
    }
}

/// A value and the name that it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) name: Range<usize>,
    pub(crate) value: Range<usize>,
    pub(crate) operator: Operator,
    pub(crate) quote: Quote,
    /// The call around the value, `Buffer.from(`; often empty.
    pub(crate) wrapper: Range<usize>,
    /// The scheme before it, `Bearer`; often empty.
    pub(crate) scheme: Range<usize>,
}

pub(crate) const fn is_name(byte: u8) -> bool {
    NAMES[byte as usize]
}

/// Bytes that names are made of.
static NAMES: [bool; 256] = {
    let mut names = [false; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        names[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        byte += 1;
    }
    names
};

/// The place that an anchor in a name leads to.
pub(crate) fn assigned(text: &[u8], anchor: &Range<usize>) -> Option<Assignment> {
    // An anchor may hold what follows the name, as `key=` does.
    let length = text[anchor.start..].iter().take(MOST_NAME + 1).take_while(|byte| is_name(**byte)).count();
    let mut reader = Reader { text, at: anchor.start + length };
    // Nearly all places where a telling word stands end here.
    let (closed, operator) = reader.operator()?;
    let floor = anchor.start.saturating_sub(MOST_NAME);
    let before = text[floor..anchor.start].iter().rev().take_while(|byte| is_name(**byte)).count();
    let name = anchor.start - before..anchor.start + length;
    if name.len() > MOST_NAME {
        return None;
    }
    let (operator, typed) = match operator {
        Some(found) => found,
        None => reader.no_operator(&name, closed)?,
    };
    if operator == Operator::Tag && (name.start == 0 || !matches!(text[name.start - 1], b'<' | b':'))
        || operator == Operator::Comma && !closed && (name.start == 0 || text[name.start - 1] != b':')
        // `std::key: …`, `$PWD:/src`
        || operator == Operator::Colon && !typed && name.start > 0 && b":$".contains(&text[name.start - 1])
        // `verifier.generate("…")`: what is called says something else.
        || operator == Operator::Call && text[anchor.end.min(name.end)..name.end].contains(&b'.')
    {
        return None;
    }
    reader.value(name, operator)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a telling word in a text leads to.
    fn value(text: &str, anchor: &str) -> Option<(String, Operator, Quote)> {
        let start = text.find(anchor)?;
        let place = assigned(text.as_bytes(), &(start..start + anchor.len()))?;
        Some((text[place.value].to_owned(), place.operator, place.quote))
    }

    #[test]
    fn a_value_is_found_in_all_forms_with_its_exact_span() {
        use Operator::{Arrow, Assign, Call, Colon, Comma, Compare, Flag, Pair, Space, Tag};
        use Quote::{Back, Double, Escaped, None, Single};
        for (text, expected) in [
            ("password = \"hunter2x\"", ("hunter2x", Assign, Double)),
            ("password='it\\'s me'", ("it\\'s me", Assign, Single)),
            ("password: hunter2x # note", ("hunter2x", Colon, None)),
            ("\"password\": \"hunter2x\",", ("hunter2x", Colon, Double)),
            ("{\\\"password\\\": \\\"hunter2x\\\"}", ("hunter2x", Colon, Escaped)),
            ("&quot;password&quot;:&quot;hunter2x&quot;", ("hunter2x", Colon, Escaped)),
            ("&#34;password&#34;: &#34;hunter2x&#34;", ("hunter2x", Colon, Escaped)),
            ("[\"--password\", \"hunter2x\", \"-v\"]", ("hunter2x", Comma, Double)),
            ("'password' => 'hunter2x'", ("hunter2x", Arrow, Single)),
            ("password: &str = \"hunter2x\";", ("hunter2x", Assign, Double)),
            ("password := `hunter2x`", ("hunter2x", Assign, Back)),
            ("password ||= 'hunter2x'", ("hunter2x", Assign, Single)),
            ("if password == \"hunter2x\" {", ("hunter2x", Compare, Double)),
            ("[\"password\", \"hunter2x\"]", ("hunter2x", Comma, Double)),
            ("set(:password, 'hunter2x')", ("hunter2x", Comma, Single)),
            ("setpassword(\"hunter2x\")", ("hunter2x", Call, Double)),
            ("setpassword(new String(\"hunter2x\"))", ("hunter2x", Call, Double)),
            ("<password>hunter2x</password>", ("hunter2x", Tag, None)),
            ("app --password hunter2x run", ("hunter2x", Flag, None)),
            ("password 'hunter2x'", ("hunter2x", Space, Single)),
            ("- name: password\n  value: hunter2x\n", ("hunter2x", Pair, None)),
            ("<add key=\"password\" value=\"hunter2x\"/>", ("hunter2x", Pair, Double)),
            ("password = os.getenv(\"NAME\", \"hunter2x\")", ("hunter2x", Assign, Double)),
            ("password = process.env.X || 'hunter2x'", ("hunter2x", Assign, Single)),
            ("password =\n    \"hunter2x\"", ("hunter2x", Assign, Double)),
            ("password = b64decode(b'aHVudGVy')", ("aHVudGVy", Assign, Single)),
            ("?password=hunter2x&next=1", ("hunter2x", Assign, None)),
            ("password: {SSHA}hunter2x", ("hunter2x", Colon, None)),
            ("password = ['hunter2x']", ("hunter2x", Assign, Single)),
            ("password: 4h'vP7x", ("4h'vP7x", Colon, None)),
        ] {
            let found = value(text, "password");
            let found = found.as_ref().map(|(value, operator, quote)| (value.as_str(), *operator, *quote));
            assert_eq!(found, Some(expected), "{text}");
        }
    }

    #[test]
    fn names_and_values_have_a_greatest_length() {
        let name = |length| format!("{}_password = 'hunter2x'", "x".repeat(length - "_password".len()));
        assert!(value(&name(MOST_NAME), "password").is_some());
        assert_eq!(value(&name(MOST_NAME + 1), "password"), None);
        let tagged = |length| format!("<password>{}</password>", &"k9X2".repeat(length)[..length]);
        let length = |text: String| value(&text, "password").map(|(value, ..)| value.len());
        assert_eq!(length(tagged(MOST_VALUE)), Some(MOST_VALUE));
        assert_eq!(length(tagged(MOST_VALUE + 1)), None);
    }

    #[test]
    fn backslashes_before_an_escaped_quote_are_passed_over() {
        for text in [r#"{\"password\": \"hunter2x\"}"#, r#"{\"password\": \"hunter2x\\"}"#] {
            let found = value(text, "password");
            assert_eq!(found.map(|(value, ..)| value).as_deref(), Some(r"hunter2x"), "{text}");
        }
    }

    #[test]
    fn code_and_prose_lead_to_nothing() {
        for text in [
            "the password is long",
            "password",
            "fn password(&self) -> &str",
            "password::Error",
            "password = get_password(user)",
            "password = fetch[3]",
            "password = os.getenv(\"NAME\")",
            "\"password\", user",
            "a > password > b",
            "password: \"\"",
            "password = \"abc\"",
            "password.verify(\"hunter2x\")",
            "run -v \"$password:hunter2x\" image",
        ] {
            assert_eq!(value(text, "password"), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(text in proptest::collection::vec(proptest::prop_oneof![
            "[a-z]{0,5}", "(password|=|:|\"|'|`|\\\\|&quot;|\\[|\\]|\\(|,|new |env\\(|value|\n| |<|>|--|\\{|bearer |://|@)",
        ], 0..24), cut in 0_usize..60) {
            let text = text.concat();
            let bytes = text.as_bytes();
            let end = bytes.len().min(cut + 8);
            let anchor = bytes.len().min(cut)..end;
            if let Some(place) = assigned(bytes, &anchor) {
                proptest::prop_assert!(place.name.end <= place.value.start && place.value.end <= bytes.len());
            }
        }
    }
}
