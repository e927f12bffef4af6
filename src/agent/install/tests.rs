//! Installation is undone to the byte, whatever a configuration looks like.

use proptest::prelude::*;
use serde_json::Value;

use super::TARGETS;
use super::event_hooks::{Shape, Unfit};
use super::json_spans::Dialect;

const COMMAND: &str = "/usr/local/bin/skant agent hook";

fn shapes() -> impl Iterator<Item = (&'static str, Shape)> {
    TARGETS.iter().map(|target| (target.name, target.shape))
}

/// Asserts that the hooks come once, and go without a trace.
fn assert_undone(name: &str, shape: Shape, text: &str) {
    let installed = shape.install(text, COMMAND).unwrap();
    assert_ne!(installed, text, "{name}");
    assert!(
        shape.commands(&installed).unwrap().iter().all(|one| one.as_deref() == Some(COMMAND)),
        "{name}: {installed}"
    );
    assert_eq!(shape.install(&installed, COMMAND).unwrap(), installed, "{name}, twice: {text}");
    assert_eq!(shape.uninstall(&installed).unwrap(), text, "{name}: {installed}");
    let moved = shape.install(&installed, "/opt/skant agent hook").unwrap();
    assert_eq!(shape.install(&moved, COMMAND).unwrap(), installed, "{name}, another path: {text}");
    assert_eq!(shape.uninstall(&moved).unwrap(), text, "{name}, another path: {moved}");
}

#[test]
fn configurations_of_all_kinds_are_given_back() {
    let mut count = 0;
    for (name, shape) in shapes() {
        let event = shape.events[1];
        let version = if shape.has_version { "\"version\": 1, " } else { "" };
        let foreign = r#"{"matcher":"Bash","hooks":[{"type":"command","command":"/x/audit.sh"}]}"#;
        let mut texts = vec![
            "{}".to_owned(),
            "{}\n".to_owned(),
            " {\n}\n\n".to_owned(),
            "{ }".to_owned(),
            "\u{feff}{\r\n\t\"model\": \"x\"\r\n}\r\n".to_owned(),
            format!("{{{version}\"hooks\":{{}}}}"),
            format!("{{\n  {version}\n  \"hooks\": {{\n  }}\n}}"),
            format!("{{\n  {version}\n  \"hooks\": {{\"{event}\": []}},\n  \"z\": [1,\n 2]\n}}"),
            format!("{{{version}\"hooks\":{{\"{event}\":[{foreign}],\"other\":[ ]}},\"a\":\"\\u00e9 {{[\"}}"),
            format!(
                "{{\n    {version}\n    \"hooks\": {{\n        \"{event}\": [\n            {foreign}\n        ]\n    }}\n}}\n"
            ),
        ];
        if shape.has_version {
            texts.extend(
                ["{\"version\": 1}", "{\"version\":1,\n\"a\":1}", "{\"a\":{},\"version\":1}"]
                    .map(str::to_owned),
            );
        }
        if shape.dialect == Dialect::WithComments {
            texts.extend([
                format!("// mine\n{{\n  \"hooks\": {{ // all\n    \"{event}\": [\n      {foreign} // audit\n      // last\n    ], // end\n  }},\n}}\n"),
                format!("{{\n  \"hooks\": {{\n    \"{event}\": [\n      {foreign}, // audit\n    ]\n  }}\n}}"),
                format!("{{\"hooks\": {{\"{event}\": [{foreign} /* a */, /* b */ ] /* c */ }} // d\n}}"),
                "{ // nothing yet\n}".to_owned(),
                "{\"a\": 1 // one\n}".to_owned(),
            ]);
        }
        for text in texts {
            assert_undone(name, shape, &text);
            count += 1;
        }
    }
    assert!(count >= 60, "{count} configurations");
}

#[test]
fn a_configuration_that_changed_since_loses_the_hooks_only() {
    for (name, shape) in shapes() {
        let installed = shape.new_file(COMMAND);
        let start = installed.rfind('}').unwrap();
        let changed = format!("{},\n  \"theme\": \"dark\"\n}}\n", installed[..start].trim_end());
        let left: Value = serde_json::from_str(&shape.uninstall(&changed).unwrap()).unwrap();
        assert_eq!(left["theme"], "dark", "{name}");
        assert!(left.get("hooks").is_none(), "{name}: {left}");
        // A person has put both hooks into one entry.
        let foreign = r#"{"type": "command", "command": "/x/audit.sh"},"#;
        let shared = changed.replacen("\"hooks\": [", &format!("\"hooks\": [{foreign}"), 1);
        if shared != changed {
            let left = shape.uninstall(&shared).unwrap();
            assert!(left.contains("/x/audit.sh") && !left.contains("skant agent"), "{name}: {left}");
            serde_json::from_str::<Value>(&left).unwrap();
        }
    }
}

#[test]
fn what_does_not_parse_is_refused() {
    for (name, shape) in shapes() {
        for text in ["", "{", "[]", "{\"hooks\":[]}", "{\n\"a\" 1}", "nul"] {
            assert!(shape.install(text, COMMAND).is_err(), "{name}: {text}");
        }
        let list = format!("{{\"version\":1,\"hooks\":{{\"{}\":{{}}}}}}", shape.events[0]);
        assert!(matches!(shape.install(&list, COMMAND), Err(Unfit::Kind { .. })), "{name}");
        let comment = shape.install("// c\n{}", COMMAND);
        assert_eq!(comment.is_ok(), shape.dialect == Dialect::WithComments, "{name}");
        if shape.has_version {
            assert_eq!(shape.install("{\"hooks\":{}}", COMMAND), Err(Unfit::NoVersion), "{name}");
        }
    }
}

/// Writes white space that a seed decides.
fn space(seed: &mut u64, choices: &[&str], out: &mut String) {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    out.push_str(choices[usize::try_from(*seed >> 40).unwrap() % choices.len()]);
}

/// Writes a value in a layout that a seed decides.
fn scrawl(value: &Value, seed: &mut u64, out: &mut String) {
    let lead = ["", "", " ", "\n", "\n  ", "\t", "\r\n    "];
    let (open, close, items): (_, _, Vec<(Option<&String>, &Value)>) = match value {
        Value::Array(values) => ('[', ']', values.iter().map(|value| (None, value)).collect()),
        Value::Object(members) => {
            ('{', '}', members.iter().map(|(name, value)| (Some(name), value)).collect())
        }
        other => return out.push_str(&other.to_string()),
    };
    out.push(open);
    for (number, (name, value)) in items.iter().enumerate() {
        out.push_str(if number > 0 { "," } else { "" });
        space(seed, &lead, out);
        if let Some(name) = name {
            out.push_str(&Value::from(name.as_str()).to_string());
            space(seed, &["", " "], out);
            out.push(':');
        }
        scrawl(value, seed, out);
    }
    space(seed, &["", " ", "\n"], out);
    out.push(close);
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z\"\\\\{}\\[\\],/ é]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z]{1,5}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_configuration_is_given_back(
        members in prop::collection::vec(("[a-z]{1,6}", values()), 0..4),
        lists in prop::collection::vec(prop::collection::vec(values(), 0..3), 0..4),
        has_hooks: bool,
        seed: u64,
    ) {
        for (name, shape) in shapes() {
            let mut root: serde_json::Map<String, Value> = members.iter().cloned().collect();
            root.remove("hooks");
            if has_hooks {
                let hooks = shape.events.iter().zip(&lists).map(|(event, list)| ((*event).to_owned(), list.clone().into()));
                root.insert("hooks".into(), Value::Object(hooks.collect()));
            }
            if shape.has_version && (has_hooks || seed % 2 == 0) {
                root.insert("version".into(), 1.into());
            } else {
                root.remove("version");
            }
            let mut text = String::new();
            scrawl(&Value::Object(root), &mut seed.clone(), &mut text);
            assert_undone(name, shape, &text);
        }
    }
}
