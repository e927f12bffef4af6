//! Tests of what is seen of a candidate.

use crate::detect::assignment::features::*;
use crate::detect::assignment::model::Model;
use crate::detect::assignment::parse;

/// The words at a position of all features of a kind, in their order.
fn seen(text: &str, anchor: &str, kind: &str, nth: usize) -> Vec<String> {
    let start = text.find(anchor).expect("an anchor");
    let place = parse::assigned(text.as_bytes(), &(start..start + anchor.len())).expect("a place");
    let looks = ValueStats::of(&text.as_bytes()[place.value.clone()], &Model::builtin().words);
    let mut found = Vec::new();
    visit(text.as_bytes(), &place, &looks, &mut |this, words| {
        if this.name == kind {
            found.push(String::from_utf8_lossy(words[nth].text).into_owned());
        }
    });
    found
}

#[test]
fn what_is_seen_is_what_a_reader_sees() {
    for (text, anchor, (kind, nth), expected) in [
        ("password = 'password'", "password", ("shared", 0), &["the same"][..]),
        ("db_password = 'Pass-word1'", "password", ("shared", 0), &["its end"]),
        ("token = 'mytoken99'", "token", ("shared", 0), &["in the value"]),
        ("db_token = 'xtoken99'", "token", ("shared", 0), &["a word"]),
        ("db_token = 'q8w7e6r5'", "token", ("shared", 0), &["nothing"]),
        ("token = '99en9999'", "token", ("shared", 0), &["nothing"]),
        // What the training set cannot hold is not seen in a value.
        ("apikey = 'myapikey99'", "key", ("shared", 0), &["nothing"]),
        ("db_apikey = 'myapikey99'", "key", ("shared", 0), &["nothing"]),
        ("token = 'q8w7e6r5'", "token", ("line", 0), &["nothing"]),
        ("a\nset token=q8w7e6r5", "token", ("line", 0), &["export"]),
        ("- token: 'q8w7e6r5'", "token", ("line", 0), &["dash"]),
        ("// token = 'q8w7e6r5'", "token", ("line", 0), &["comment"]),
        ("<!-- token = 'q8w7e6r5'", "token", ("line", 0), &["comment"]),
        ("let token = 'q8w7e6r5'", "token", ("line", 0), &["other"]),
        ("token = 'q8w7e6r5'", "token", ("case", 1), &["lower"]),
        ("token = 'Q8W7E6R5'", "token", ("case", 1), &["upper"]),
        ("token = 'Qabcdefg'", "token", ("case", 1), &["capital"]),
        ("token = 'qabcdEfg'", "token", ("case", 1), &["both"]),
        ("token = '94827163'", "token", ("case", 1), &["none"]),
        ("token = 'abcdef12!'", "token", ("digits-at", 1), &["end"]),
        ("token = 'ab12cdef'", "token", ("digits-at", 1), &["inside"]),
        ("secret_token = 'q8w7e6r5'", "token", ("stem", 0), &["token"]),
        ("token_secret = 'q8w7e6r5'", "token", ("stem", 0), &["secret"]),
        ("token = 'q-8-w.7'", "token", ("sign", 0), &["-", "."]),
        ("token = 'q8w7e6r5'", "token", ("likeness", 0), &["8"]),
        ("token = 'therethereis'", "token", ("likeness", 0), &["12"]),
        ("see fooBar token = 'q8w7e6r5'", "token", ("line-before", 0), &["see", "foo", "bar"]),
        (
            "token = 'q8w7e6r5' # userName of extraordinarily long",
            "token",
            ("line-after", 0),
            &["user", "name", "long"],
        ),
        ("token = 'q8w7e6r5'  ; x", "token", ("after", 1), &[";"]),
        ("token = 'q8w7e6r5'", "token", ("after", 1), &["\n"]),
        ("token = 'q8w7e6r5' ", "token", ("after", 1), &["\n"]),
        ("token = 'q8w7e6r5' \n", "token", ("after", 1), &["\n"]),
        ("token = 'q8w7e6r5'         x", "token", ("after", 1), &[" "]),
        ("one\ntoken = 'q8w7e6r5'\ntwo", "token", ("above", 0), &["one"]),
        ("one\ntoken = 'q8w7e6r5'\ntwo", "token", ("below", 0), &["two"]),
    ] {
        assert_eq!(seen(text, anchor, kind, nth), expected, "{kind} of {text}");
    }
}

#[test]
fn a_hash_is_told_by_its_length() {
    let digits = "8f4b7f86d4a7c1e3".repeat(8);
    for (length, expected) in
        [(16, "1"), (32, "2"), (40, "3"), (64, "4"), (24, "5"), (48, "6"), (128, "7"), (30, "0")]
    {
        let text = format!("token = '{}'", &digits[..length]);
        assert_eq!(seen(&text, "token", "hex", 0), [expected], "{length}");
    }
}

#[test]
fn hosts_are_of_kinds() {
    for (rest, expected) in [
        ("", "template"),
        ("${HOST}", "template"),
        ("localhost:80", "local"),
        ("127.0.0.1/x", "local"),
        ("HOST:80", "local"),
        ("hostname", "local"),
        ("db.example.com", "example"),
        ("foo", "example"),
        ("bar.net", "example"),
        ("myhost.net", "example"),
        ("10.0.0.1", "number"),
        ("db.corp.net", "named"),
        ("postgres:5432", "alone"),
    ] {
        assert_eq!(host_of(rest.as_bytes()).text, expected.as_bytes(), "{rest}");
    }
}
