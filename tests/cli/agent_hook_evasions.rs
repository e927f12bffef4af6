//! `skant agent hook`: forms of calls that would carry a key past the check, each beside one that passes.

use testkit::trials::Trial;
use testkit::{Sandbox, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        a_patch_of_an_ignored_file_carries_no_key_elsewhere,
        all_paths_of_a_call_are_ignored_for_a_key_to_pass,
        a_key_in_two_edits_is_found,
        a_replaced_text_counts_only_if_the_file_holds_it,
        files_beyond_the_limit_stop_the_event,
        a_command_that_prints_a_file_is_known
    ]
}

fn key() -> String {
    tokens::token("API03", "agent hook")
}

/// Returns a repository with a tracked `app.py`, and an ignored `.env` with a key.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::repo();
    sandbox.write(".gitignore", ".env\nother.env\n");
    sandbox.write("app.py", "x = 1\nab = 2\n");
    sandbox.commit_all("first");
    sandbox.write(".env", format!("KEY={}\n", key()));
    sandbox
}

/// Returns the answer to an event; `fields` are those beside the folder.
fn answer(sandbox: &Sandbox, fields: &str) -> String {
    let payload = format!(r#"{{"cwd":"{}",{fields}}}"#, sandbox.dir.display());
    let output = sandbox.skant_with_input(&["agent", "hook"], payload.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{fields}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains(&key()[20..]), "{fields}");
    text
}

fn is_denied(sandbox: &Sandbox, tool: &str, input: &str) -> bool {
    let event = format!(
        r#""session_id":"s","transcript_path":"/t","hook_event_name":"PreToolUse","tool_name":"{tool}","tool_input":{input}"#
    );
    answer(sandbox, &event) != "{}\n"
}

fn a_patch_of_an_ignored_file_carries_no_key_elsewhere() {
    let (sandbox, key) = (sandbox(), key());
    let other = tokens::token("API03", "another");
    for (lines, denied) in [
        (format!(r"*** Add File: other.env\n+k={key}"), false),
        (format!(r"*** Add File: other.env\n+a\n*** Add File: b.py\n+k={key}"), true),
        (format!(r"*** Add File: other.env\n+a\n *** Add File: b.py\n+k={key}"), true),
        (format!(r"*** Add File: other.env\n+a\n\t*** Update File: app.py\n+k={key}"), true),
        (format!(r"*** Add File: other.env\n+a\n *** Move to: app.py\n+k={key}"), true),
        (r"*** Add File: other.env\n+a\n *** Add File: b.py\n+x".to_owned(), false),
        (format!(r"*** Add File: {key}.py\n+x"), true),
        (format!(r"*** Update File: app.py\n*** Move to: {key}.py\n+x"), true),
        (r"*** Add File: name.py\n+x".to_owned(), false),
        // The file moves with its key, or to where git does not see it.
        (format!(r"*** Update File: .env\n*** Move to: b.py\n@@\n KEY={key}\n+x"), true),
        (r"*** Update File: .env\n*** Move to: b.py\n@@\n+x".to_owned(), true),
        (format!(r"*** Update File: .env\n*** Move to: other.env\n@@\n KEY={key}\n+x={other}"), false),
        (r"*** Update File: app.py\n*** Move to: b.py\n@@\n x = 1\n+x".to_owned(), false),
    ] {
        let input = format!(r#"{{"input":"*** Begin Patch\n{lines}\n*** End Patch"}}"#);
        assert_eq!(is_denied(&sandbox, "apply_patch", &input), denied, "{lines}");
    }
}

fn all_paths_of_a_call_are_ignored_for_a_key_to_pass() {
    let (sandbox, key) = (sandbox(), tokens::token("API03", "another"));
    for (fields, denied) in [
        (r#""file_path":".env""#, false),
        (r#""file_path":".env","path":"other.env""#, false),
        (r#""file_path":".env","path":"app.py""#, true),
        (r#""file_path":"app.py","path":".env""#, true),
        (r#""file_path":".env","target_file":"app.py""#, true),
        (r#""file_path":".env","filename":"app.py""#, true),
        (r#""file_path":".env","options":{"path":"app.py"}"#, true),
        (r#""path":[".env","app.py"]"#, true),
    ] {
        let input = format!(r#"{{{fields},"content":"k={key}"}}"#);
        assert_eq!(is_denied(&sandbox, "Write", &input), denied, "{fields}");
    }
    for (outer, inner, denied) in
        [(".env", "other.env", false), ("app.py", ".env", true), (".env", "app.py", true)]
    {
        let input = format!(
            r#"{{"file_path":"{outer}","edits":[{{"path":"{inner}","old_string":"x","new_string":"{key}"}}]}}"#
        );
        assert_eq!(is_denied(&sandbox, "MultiEdit", &input), denied, "{outer}, {inner}");
    }
    // Each edit has its own file.
    let input = format!(
        r#"{{"replacements":[{{"filePath":".env","oldString":"x","newString":"{key}"}},{{"filePath":"app.py","oldString":"x","newString":"y"}}]}}"#
    );
    assert!(!is_denied(&sandbox, "multi_replace_string_in_file", &input));
}

fn a_key_in_two_edits_is_found() {
    let (sandbox, key) = (sandbox(), key());
    let (first, second) = key.split_at(40);
    for (file, edits, denied) in [
        ("app.py", [("1", format!("{first}MARK")), ("MARK", second.to_owned())], true),
        ("app.py", [("absent", format!("{first}MARK")), ("MARK", second.to_owned())], true),
        ("app.py", [("a", first.to_owned()), ("b", second.to_owned())], true),
        ("app.py", [("b", second.to_owned()), ("a", first.to_owned())], true),
        ("app.py", [("x", first.to_owned()), ("b", second.to_owned())], false),
        ("other.env", [("1", format!("{first}MARK")), ("MARK", second.to_owned())], false),
    ] {
        let edits = edits.map(|(old, new)| format!(r#"{{"old_string":"{old}","new_string":"{new}"}}"#));
        let input = format!(r#"{{"file_path":"{file}","edits":[{}]}}"#, edits.join(","));
        assert_eq!(is_denied(&sandbox, "MultiEdit", &input), denied, "{file}: {}", edits[0].len());
    }
    let replacement = |path: &str, old: &str, new: &str| {
        format!(r#"{{"filePath":"{path}","oldString":"{old}","newString":"{new}"}}"#)
    };
    let both = [replacement("./app.py", "a", first), replacement("x/../app.py", "b", second)].join(",");
    sandbox.write("x/y", "");
    let input = format!(r#"{{"replacements":[{both}]}}"#);
    assert!(is_denied(&sandbox, "multi_replace_string_in_file", &input));
    // What would grow without end is not checked, and stops.
    let doubles = vec![r#"{"old_string":"x","new_string":"xx"}"#; 40].join(",");
    let input = format!(r#"{{"file_path":"app.py","edits":[{doubles}]}}"#);
    assert!(is_denied(&sandbox, "MultiEdit", &input));
}

fn a_replaced_text_counts_only_if_the_file_holds_it() {
    let (sandbox, key) = (sandbox(), key());
    let input = |new: &str| {
        format!(
            r#"{{"command":"insert","path":"app.py","insert_line":1,"old_str":"{key}","new_str":"{new}"}}"#
        )
    };
    assert!(is_denied(&sandbox, "str_replace_editor", &input(&key)));
    sandbox.write("app.py", format!("k = '{key}'\n"));
    assert!(!is_denied(&sandbox, "str_replace_editor", &input(&key)));
}

fn files_beyond_the_limit_stop_the_event() {
    let sandbox = sandbox();
    for name in 0..257 {
        sandbox.write(&format!("many/{name}"), "x\n");
    }
    let names = |count: usize, sign: &str| {
        (0..count).fold(String::new(), |names, name| names + &format!("{sign}many/{name} "))
    };
    let prompt = |text: &str| {
        answer(
            &sandbox,
            &format!(
                r#""session_id":"s","transcript_path":"/t","hook_event_name":"UserPromptSubmit","prompt":"{text}""#
            ),
        )
    };
    let shell = |command: &str| {
        answer(&sandbox, &format!(r#""timestamp":1,"toolName":"bash","toolArgs":{{"command":"{command}"}}"#))
    };
    let absent = names(300, "@absent/");
    for (text, said) in [
        (names(256, "@"), None),
        (absent, None),
        (names(257, "@"), Some("could not be checked")),
        (names(33, "@") + "@.env", Some("holds a secret")),
        ("@app.py ".repeat(300) + "@.env", Some("holds a secret")),
    ] {
        let answer = prompt(&text);
        assert!(said.map_or(answer == "{}\n", |said| answer.contains(said)), "{said:?}: {answer}");
    }
    for (text, said) in [
        (names(256, ""), None),
        (names(257, ""), Some("could not be checked")),
        (names(33, "") + ".env", Some("holds a secret")),
        ("app.py ".repeat(300) + ".env", Some("holds a secret")),
    ] {
        let answer = shell(&format!("cat {text}"));
        assert!(said.map_or(answer == "{}\n", |said| answer.contains(said)), "{said:?}: {answer}");
    }
}

fn a_command_that_prints_a_file_is_known() {
    let sandbox = sandbox();
    for (command, denied) in [
        ("env -i cat .env", true),
        ("timeout 5 cat .env", true),
        ("if true; then cat .env; fi", true),
        ("mkdir -p s; cd s && cat ../.env", true),
        ("paste .env", true),
        ("bash -c 'cat .env'", true),
        ("2>/dev/null cat .env", true),
        ("timeout 5 cat app.py", false),
        ("env -i docker run --env-file .env app", false),
        ("if test -f .env; then echo yes; fi", false),
        ("cd s && cat .env", true),
        ("paste app.py > .env", false),
    ] {
        let event = format!(r#""timestamp":1,"toolName":"bash","toolArgs":{{"command":"{command}"}}"#);
        assert_eq!(answer(&sandbox, &event) != "{}\n", denied, "{command}");
    }
}
