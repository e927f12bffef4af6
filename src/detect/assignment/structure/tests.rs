//! Tests of the structures: which values belong to an anchor, and their exact spans.

use proptest::prelude::*;

use super::*;

/// Returns the values that belong to the first anchor in a text.
fn values<'t>(text: &'t str, anchor: &str) -> Vec<&'t str> {
    let start = text.to_ascii_lowercase().find(anchor).unwrap();
    let found = find(text.as_bytes(), &(start..start + anchor.len()));
    found.into_iter().map(|found| &text[found.value]).collect()
}

#[test]
fn the_value_of_a_structure_is_found_with_its_exact_span() {
    for text in [
        "{\"name\": \"PASSWORD\", \"value\": \"hunter2x\"}",
        "{ \"value\": \"hunter2x\", \"type\": 1, \"name\": \"PASSWORD\" }",
        "- value: hunter2x\n  name: DB_PASSWORD\n- value: x\n  name: y\n",
        "- name: DB_PASSWORD  # note\n  # note\n  value: hunter2x\n",
        "<p value=\"hunter2x\" type=\"s\" name=\"db.password\"/>",
        "<name>db.password</name><final>true</final><value>hunter2x</value>",
        "<key>Password</key>\n\t<string>hunter2x</string>",
        "<entry key=\"password\">hunter2x</entry>",
        "<Password>\n  <Value>hunter2x</Value>\n</Password>",
        "<password type=\"x\">hunter2x</password>",
        "variable \"password\" {\n  type = string\n  default = \"hunter2x\"\n}",
        "{\"password\": {\"type\": \"s\", \"value\": \"hunter2x\"}}",
        "password:\n  type: x\n  default: hunter2x\n",
        "[variables.password]\ndefault = \"hunter2x\"\n",
        "password: |\n  hunter2x\nname: x\n",
        "password:\n  - hunter2x\nname: x\n",
        "password = (\n  \"hunter2x\"\n)",
        "password = <<EOT\nhunter2x\nEOT\n",
        "password=\\\n    hunter2x\n",
        "password: &pw hunter2x\n",
        "password: !!str hunter2x\n",
        "var password string = \"hunter2x\"",
        "char password[25] = \"hunter2x\";",
        "v_password VARCHAR2(30) := 'hunter2x';",
        "password.equals(\"hunter2x\")",
        "\"hunter2x\".equals(password)",
        "os.getenv(\"PASSWORD\") or \"hunter2x\"",
        "ENV['PASSWORD'] || 'hunter2x'",
        "env::var(\"PASSWORD\").unwrap_or_else(|_| \"hunter2x\".into())",
        "add_argument(\"--password\", help=\"x\", default=\"hunter2x\")",
        "user,password\nadmin,hunter2x\n",
        "INSERT INTO t (user, password) VALUES ('admin', 'hunter2x');",
        "| user | password |\n|---|---|\n| a | `hunter2x` |\n",
        "| `PASSWORD` | hunter2x |\n",
        "the password is hunter2x.\n",
        "**Password:** hunter2x\n",
        "Password\u{ff1a}hunter2x\n",
        "<A password={\"hunter2x\"} />",
        "Uid=u;Password={hunter2x};",
        "buildConfigField \"String\", \"PASSWORD\", \"\\\"hunter2x\\\"\"",
        "flag.StringP(\"password\", \"p\", \"hunter2x\", \"usage\")",
    ] {
        assert_eq!(values(text, "passw"), ["hunter2x"], "{text}");
    }
}

#[test]
fn a_list_and_a_column_have_several_values() {
    for text in [
        "passwords:\n  - hunter2x\n  - \"m0nkey99\"\n",
        "password,user\nhunter2x,a\nm0nkey99,b\n\nc,d\n",
        "INSERT INTO t (password, u) VALUES ('hunter2x', 1), ('m0nkey99', 2);",
        "| password |\n|---|\n| hunter2x |\n| m0nkey99 |\n",
        "passwords: [hunter2x, m0nkey99]\n",
    ] {
        assert_eq!(values(text, "passw"), ["hunter2x", "m0nkey99"], "{text}");
    }
}

#[test]
fn a_value_of_another_name_is_not_found() {
    for text in [
        "{\"name\": \"password\", \"type\": \"string\"}, {\"value\": \"hunter2x\"}",
        "- name: password\n- name: other\n  value: hunter2x\n",
        "- name: PASSWORD\n  valueFrom:\n    value: hunter2x\n- value: hunter2x\n",
        "key: password\nname: x\n- value: hunter2x\n",
        "variable \"password\" {\n  type = string\n}\nvariable \"x\" {\n  default = \"hunter2x\"\n}",
        "password:\n  nested:\n    value: hunter2x\n",
        "password: |\n  hunter2x\n  hunter2x\n",
        "password: !vault |\n  hunter2x\n",
        "<key>Password</key>\n<true/>\n<key>x</key><string>hunter2x</string>",
        "<a name=\"password\">hunter2x</a>",
        "f(user, password)\ng(a1b2c3, hunter2x)\n",
        "user, password and more\nadmin, hunter2x\n",
        "x | password | hunter2x",
        "password = (\n  \"hunter2x\",\n  \"m0nkey99\",\n)",
        "the password is required.\n",
        "password={hunter2x}",
        "if (password.matches(\"hunter2x\"))",
    ] {
        assert_eq!(values(text, "passw"), [""; 0], "{text}");
    }
}

#[test]
fn a_value_beyond_the_reach_is_not_found() {
    let text = |distance: usize| {
        let filler = format!("\"x\": \"{}\"", "y".repeat(distance));
        format!("{{\"name\": \"password\", {filler}, \"value\": \"hunter2x\"}}")
    };
    assert_eq!(values(&text(700), "passw"), ["hunter2x"]);
    assert_eq!(values(&text(790), "passw"), [""; 0]);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(parts in proptest::collection::vec(prop_oneof![
        "[a-z0-9]{0,6}",
        "(password|name|value|default|key|: |=|\"|'|`|\\\\|\n|\n  |- |\\{|\\}|\\[|\\]|\\(|\\)|,|;|\\||\\*\\*| )",
        "(<name>|</name>|<value>|</|/>|<|>|<!\\[CDATA\\[|\\]\\]>|<<EOT|:=|=>|VALUES |is |string |equals|\u{ff1a}|é)",
        "(\\|\\||\\?\\?|or |unwrap_or\\(|\"\"\"|r#\"|&a |!!str |---|\\$|getenv\\(|String\\(|# )",
    ], 0..40), cut in 0_usize..80) {
        let text = parts.concat().into_bytes();
        let start = text.len().min(cut);
        let named = memchr::memmem::find(&text, b"password").map(|at| at..at + 8);
        for anchor in [Some(start..text.len().min(start + 5)), named].into_iter().flatten() {
            for found in find(&text, &anchor) {
                prop_assert!(found.value.start < found.value.end && found.value.end <= text.len());
                prop_assert!(found.name.end <= text.len());
            }
        }
    }
}
