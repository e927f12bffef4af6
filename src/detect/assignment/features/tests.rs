//! Tests of the features of values.

use super::form::host;
use super::*;
use crate::detect::assignment::model::Model;
use crate::detect::assignment::parse::find_named_value;
use skant_password_model::vocabulary::Host;

/// Returns the word with an index of each feature of a kind, in order.
fn words_of(text: &str, anchor: &str, kind: FeatureKind, index: usize) -> Vec<String> {
    let start = text.find(anchor).expect("an anchor");
    let assignment =
        find_named_value(text.as_bytes(), &(start..start + anchor.len())).expect("an assignment");
    let value = &text.as_bytes()[assignment.value.clone()];
    let stats = ValueStats::new(value, &Model::builtin().dictionary);
    let mut found = Vec::new();
    visit(text.as_bytes(), &assignment, &stats, &mut |this, words| {
        if this == kind {
            found.push(String::from_utf8_lossy(words[index].text).into_owned());
        }
    });
    found
}

#[test]
fn features_have_the_words_of_the_text() {
    for (text, anchor, (kind, index), expected) in [
        ("password = 'password'", "password", (FeatureKind::Shared, 0), &["the same"][..]),
        ("db_password = 'Pass-word1'", "password", (FeatureKind::Shared, 0), &["its end"]),
        ("token = 'mytoken99'", "token", (FeatureKind::Shared, 0), &["in the value"]),
        ("db_token = 'xtoken99'", "token", (FeatureKind::Shared, 0), &["a word"]),
        ("db_token = 'q8w7e6r5'", "token", (FeatureKind::Shared, 0), &["nothing"]),
        ("token = '99en9999'", "token", (FeatureKind::Shared, 0), &["nothing"]),
        // The values of the training set cannot have these parts, so no feature has them.
        ("apikey = 'myapikey99'", "key", (FeatureKind::Shared, 0), &["nothing"]),
        ("db_apikey = 'myapikey99'", "key", (FeatureKind::Shared, 0), &["nothing"]),
        ("token = 'q8w7e6r5'", "token", (FeatureKind::Line, 0), &["nothing"]),
        ("a\nset token=q8w7e6r5", "token", (FeatureKind::Line, 0), &["export"]),
        ("- token: 'q8w7e6r5'", "token", (FeatureKind::Line, 0), &["dash"]),
        ("// token = 'q8w7e6r5'", "token", (FeatureKind::Line, 0), &["comment"]),
        ("<!-- token = 'q8w7e6r5'", "token", (FeatureKind::Line, 0), &["comment"]),
        ("let token = 'q8w7e6r5'", "token", (FeatureKind::Line, 0), &["other"]),
        ("token = 'q8w7e6r5'", "token", (FeatureKind::Case, 1), &["lower"]),
        ("token = 'Q8W7E6R5'", "token", (FeatureKind::Case, 1), &["upper"]),
        ("token = 'Qabcdefg'", "token", (FeatureKind::Case, 1), &["capital"]),
        ("token = 'qabcdEfg'", "token", (FeatureKind::Case, 1), &["both"]),
        ("token = '94827163'", "token", (FeatureKind::Case, 1), &["none"]),
        ("token = 'abcdef12!'", "token", (FeatureKind::DigitsAt, 1), &["end"]),
        ("token = 'ab12cdef'", "token", (FeatureKind::DigitsAt, 1), &["inside"]),
        ("secret_token = 'q8w7e6r5'", "token", (FeatureKind::Stem, 0), &["token"]),
        ("token_secret = 'q8w7e6r5'", "token", (FeatureKind::Stem, 0), &["secret"]),
        ("token = 'q-8-w.7'", "token", (FeatureKind::Sign, 0), &["-", "."]),
        ("token = 'q8w7e6r5'", "token", (FeatureKind::Likeness, 0), &["8"]),
        ("token = 'therethereis'", "token", (FeatureKind::Likeness, 0), &["12"]),
        ("see fooBar token = 'q8w7e6r5'", "token", (FeatureKind::LineBefore, 0), &["see", "foo", "bar"]),
        (
            "token = 'q8w7e6r5' # userName of extraordinarily long",
            "token",
            (FeatureKind::LineAfter, 0),
            &["user", "name", "long"],
        ),
        ("token = 'q8w7e6r5'  ; x", "token", (FeatureKind::After, 1), &[";"]),
        ("token = 'q8w7e6r5'", "token", (FeatureKind::After, 1), &["\n"]),
        ("token = 'q8w7e6r5' ", "token", (FeatureKind::After, 1), &["\n"]),
        ("token = 'q8w7e6r5' \n", "token", (FeatureKind::After, 1), &["\n"]),
        ("token = 'q8w7e6r5'         x", "token", (FeatureKind::After, 1), &[" "]),
        ("one\ntoken = 'q8w7e6r5'\ntwo", "token", (FeatureKind::Above, 0), &["one"]),
        ("one\ntoken = 'q8w7e6r5'\ntwo", "token", (FeatureKind::Below, 0), &["two"]),
    ] {
        assert_eq!(words_of(text, anchor, kind, index), expected, "{kind:?} of {text}");
    }
}

#[test]
fn the_length_of_a_hash_is_a_feature() {
    let digits = "8f4b7f86d4a7c1e3".repeat(8);
    for (length, expected) in
        [(16, "1"), (32, "2"), (40, "3"), (64, "4"), (24, "5"), (48, "6"), (128, "7"), (30, "0")]
    {
        let text = format!("token = '{}'", &digits[..length]);
        assert_eq!(words_of(&text, "token", FeatureKind::Hex, 0), [expected], "{length}");
    }
}

#[test]
fn hosts_are_classified() {
    for (rest, expected) in [
        ("", Host::Template),
        ("${HOST}", Host::Template),
        ("localhost:80", Host::Local),
        ("127.0.0.1/x", Host::Local),
        ("HOST:80", Host::Local),
        ("hostname", Host::Local),
        ("db.example.com", Host::Example),
        ("foo", Host::Example),
        ("bar.net", Host::Example),
        ("myhost.net", Host::Example),
        ("10.0.0.1", Host::Number),
        ("db.corp.net", Host::Named),
        ("postgres:5432", Host::SingleWord),
    ] {
        assert_eq!(host(rest.as_bytes()), expected, "{rest}");
    }
}
