//! Tests of the grammar: which value belongs to an anchor, and its exact span.

use std::ops::Range;

use super::types::{MAX_NAME, MAX_VALUE};
use super::*;

/// Returns the value that belongs to the first anchor in a text, its operator and its quotes.
fn value(text: &str, anchor: &str) -> Option<(String, Operator, Quote)> {
    let start = text.find(anchor)?;
    let found = find_named_value(text.as_bytes(), &(start..start + anchor.len()))?;
    Some((text[found.value].to_owned(), found.operator, found.quote))
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
fn too_long_names_and_values_are_ignored() {
    let name = |length| format!("{}_password = 'hunter2x'", "x".repeat(length - "_password".len()));
    assert!(value(&name(MAX_NAME), "password").is_some());
    assert_eq!(value(&name(MAX_NAME + 1), "password"), None);
    let tagged = |length| format!("<password>{}</password>", &"k9X2".repeat(length)[..length]);
    let length = |text: String| value(&text, "password").map(|(value, ..)| value.len());
    assert_eq!(length(tagged(MAX_VALUE)), Some(MAX_VALUE));
    assert_eq!(length(tagged(MAX_VALUE + 1)), None);
}

#[test]
fn backslashes_before_an_escaped_quote_are_not_part_of_the_value() {
    for text in [r#"{\"password\": \"hunter2x\"}"#, r#"{\"password\": \"hunter2x\\"}"#] {
        let found = value(text, "password");
        assert_eq!(found.map(|(value, ..)| value).as_deref(), Some(r"hunter2x"), "{text}");
    }
}

#[test]
fn code_and_prose_have_no_value() {
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
        if let Some(found) = find_named_value(bytes, &anchor) {
            proptest::prop_assert!(found.name.end <= found.value.start && found.value.end <= bytes.len());
        }
    }
}

fn setting(text: &str) -> Option<String> {
    let start = text.to_ascii_lowercase().find("password")?;
    let found = find_named_value(text.as_bytes(), &(start..start + 8))?;
    Some(text[found.value].to_owned())
}

#[test]
fn a_value_on_a_line_of_settings_may_contain_any_punctuation() {
    for (text, expected) in [
        ("DB_PASSWORD=Zk4pLq9w&horsebat\n", "Zk4pLq9w&horsebat"),
        ("DB_PASSWORD=a9[Kd03mfPq7vx2", "a9[Kd03mfPq7vx2"),
        ("x=1\nexport DB_PASSWORD=R7t{p9Qw2LzXm4\r\n", "R7t{p9Qw2LzXm4"),
        ("db.password=tY8<kP3vQn5wZr  \n", "tY8<kP3vQn5wZr"),
        ("ENV DB_PASSWORD=tY8)kP3v\n", "tY8)kP3v"),
        ("    environment:\n      - DB_PASSWORD=tY8)kP3v\n", "tY8)kP3v"),
        ("  password: tY8}kP3v;q\n", "tY8}kP3v;q"),
        ("- password: tY8>kP3v,q\n", "tY8>kP3v,q"),
    ] {
        assert_eq!(setting(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn punctuation_ends_a_value_in_code_and_between_settings() {
    for (text, expected) in [
        ("password=hunter2x&next=1\n", Some("hunter2x")),
        ("password=hunter2x;Server=x1\n", Some("hunter2x")),
        ("password=hunter2x,\n", Some("hunter2x")),
        ("password=hunter2x>file and more\n", Some("hunter2x")),
        ("  password=hunter2x)\n", Some("hunter2x")),
        ("f(password=hunter2x>y)\n", Some("hunter2x")),
        ("password=hunter2x</b>\n", Some("hunter2x")),
        ("password=hunter2x\\n>a\n", Some("hunter2x")),
        ("password: get2(x)\n", None),
        ("password: Box2<u8>\n", Some("Box2")),
        ("password: keys[i1]\n", None),
        ("\"password\": hunter2x}\n", Some("hunter2x")),
        ("the password: hunter2x}\n", Some("hunter2x")),
        ("password=$(cat x1)\n", None),
    ] {
        assert_eq!(setting(text).as_deref(), expected, "{text}");
    }
}

type Form = fn(&[u8], &Range<usize>) -> Option<Assignment>;

fn secret_of<'t>(form: Form, text: &'t str, anchor: &str) -> Option<&'t str> {
    let start = text.find(anchor)?;
    form(text.as_bytes(), &(start..start + anchor.len())).map(|found| &text[found.value])
}

#[test]
fn forms_without_a_name_give_the_secret_alone() {
    let cases: [(Form, &str, &str, Option<&str>); 19] = [
        (find_url_password, "postgres://app:hunter2x@db/app", "://", Some("hunter2x")),
        (find_url_password, "redis://:hunter2x@db", "://", Some("hunter2x")),
        (find_url_password, "amqp://a:p@ss@host", "://", Some("p@ss")),
        (find_url_password, "https://host:8080/a@b", "://", None),
        (find_url_password, "https://user@host/", "://", None),
        (find_authorization, "Bearer abcdefgh12", "Bearer ", Some("abcdefgh12")),
        (find_authorization, "Bearer <token>", "Bearer ", None),
        (find_authorization, "Bearer Some-Name-2: abcdefgh12", "Bearer ", None),
        (find_authorization, "-H 'authorization: Bearer abcdefgh12'", "Bearer ", Some("abcdefgh12")),
        (find_authorization, "TheBearer abcdefgh12", "Bearer ", None),
        (find_curl_password, "curl -s -u me:hunter2x https://h", "curl ", Some("hunter2x")),
        (find_curl_password, "curl --user 'me:hunter2x' https://h", "curl ", Some("hunter2x")),
        (find_curl_password, "curl -s https://h\n -u me:hunter2x", "curl ", None),
        (find_curl_password, "sh(\"curl https://h -u me:hunter2x\")", "curl ", Some("hunter2x")),
        (find_curl_password, "curl https://h -u me:hunter2x\\", "curl ", Some("hunter2x")),
        (find_curl_password, "curl -u me:hunter2x\n", "curl ", Some("hunter2x")),
        (find_sql_password, "CREATE USER a IDENTIFIED BY 'hunter2x';", "IDENTIFIED ", Some("hunter2x")),
        (
            find_sql_password,
            "ALTER USER a IDENTIFIED WITH plugin BY \"hunter2x\"",
            "IDENTIFIED ",
            Some("hunter2x"),
        ),
        (find_sql_password, "rows IDENTIFIED BY 'hunter2x'", "IDENTIFIED ", None),
    ];
    for (form, text, anchor, expected) in cases {
        assert_eq!(secret_of(form, text, anchor), expected, "{text}");
    }
}
