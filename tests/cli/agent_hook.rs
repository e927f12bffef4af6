//! `skant agent hook`: recorded payloads of each agent, and the answer to each, byte for byte.
#![allow(clippy::print_stdout, reason = "the number of answers is printed")]

use std::process::Output;

use base64::Engine as _;
use testkit::trials::Trial;
use testkit::{Sandbox, tokens};

use crate::agent_payloads::{Holder, ROWS, Row};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        each_event_has_the_answer_of_its_contract,
        an_unknown_event_is_searched_whole,
        what_is_no_event_is_refused,
        an_output_that_is_cut_in_a_character_is_searched,
        an_output_without_its_field_is_an_unknown_event,
        an_input_of_a_call_ends_no_turn,
        a_large_payload_is_answered,
        a_key_may_go_into_an_ignored_file_only,
        of_an_edit_only_what_it_adds_counts,
        a_mentioned_file_is_looked_at,
        attachments_and_paths_below_the_home_folder_are_followed,
        a_file_is_not_read_where_its_output_cannot_be_withheld,
        a_setting_denies_all_reads_of_secrets,
        a_secret_that_no_mask_covers_is_withheld,
        what_a_tool_has_written_is_shown_again,
        the_tools_of_vibe_for_files_are_known,
        a_password_in_a_prompt_passes,
        broken_settings_stop_the_event
    ]
}

fn answer(sandbox: &Sandbox, payload: &str) -> Output {
    sandbox.skant_with_input(&["agent", "hook"], payload.as_bytes())
}

/// Returns the exit code, the output and the errors of an answer.
fn parts(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn key() -> String {
    tokens::token("API03", "agent hook")
}

/// Returns the mask that reports show for a key.
fn mask(key: &str) -> String {
    format!("{}...{}", &key[..16], &key[key.len() - 4..])
}

fn reason(holder: Holder, key: &str) -> String {
    let holds = match holder {
        Holder::Prompt => "this prompt",
        Holder::Call => "this call of a tool",
        Holder::Change => "this change of a file that git would commit",
        Holder::File => "a file that this would read",
        Holder::Output | Holder::Refused => "the output of this tool",
        Holder::Outputs => "the output of a tool",
    };
    let advice = match holder {
        Holder::Prompt => {
            "Send the prompt again without the value: name the environment variable that holds it ($ANTHROPIC_API_KEY), or a file that git ignores (.env)."
        }
        Holder::Call | Holder::Change => {
            "Do not write the value: read it from the environment ($ANTHROPIC_API_KEY), or keep it in a file that git ignores (.env)."
        }
        Holder::File => {
            "Do not read it: use the value by the name of its environment variable ($ANTHROPIC_API_KEY), and ask the person what else you need of the file."
        }
        Holder::Output | Holder::Refused => {
            "The value is kept from you; use it by the name of its environment variable ($ANTHROPIC_API_KEY), and do not look for it in another way."
        }
        Holder::Outputs => {
            "It was stopped before it was sent, but it is in the conversation, and the next message would send it: go back with /rewind, or begin anew with /clear. The value is in $ANTHROPIC_API_KEY for whoever needs it."
        }
    };
    format!("skant: {holds} holds a secret (Anthropic API key, {}). {advice}", mask(key))
}

/// Returns the answer that the contract asks for; `masked` is the rewritten value.
fn expected(row: &Row, key: &str, masked: &str) -> (Option<i32>, String, String) {
    let reason = reason(row.holder, key);
    if row.holder == Holder::Refused {
        return (Some(2), String::new(), format!("{reason}\n"));
    }
    let answer = row.denied.replace("REASON", &reason).replace("MASK", masked);
    if answer.is_empty() {
        return (Some(2), String::new(), format!("{reason}\n"));
    }
    (Some(0), line(&answer), String::new())
}

/// Returns the line of an answer; an empty answer has none.
fn line(answer: &str) -> String {
    if answer.is_empty() { String::new() } else { format!("{answer}\n") }
}

/// Asserts that an answer shows no part of a key, plain or encoded.
fn assert_no_leak(answer: &(Option<i32>, String, String), key: &str, what: &str) {
    let encoded = base64::engine::general_purpose::STANDARD.encode(key);
    for secret in [&key[16..key.len() - 4], &encoded[24..encoded.len() - 8]] {
        for part in secret.as_bytes().windows(8) {
            let part = std::str::from_utf8(part).unwrap();
            assert!(
                !answer.1.contains(part) && !answer.2.contains(part),
                "{what}: a part of the value is shown"
            );
        }
    }
}

fn each_event_has_the_answer_of_its_contract() {
    let sandbox = Sandbox::with_commit();
    let key = key();
    let forms = [
        ("key", key.clone(), mask(&key)),
        ("split", format!("'{}' + '{}'", &key[..40], &key[40..]), format!("'{}'", mask(&key))),
        ("encoded", base64::engine::general_purpose::STANDARD.encode(&key), mask(&key)),
    ];
    let mut count = 0;
    for row in ROWS {
        let what = format!("{}, {} ({})", row.agent, row.event, row.source);
        let clean = parts(&answer(&sandbox, &row.payload.replace("«»", "there")));
        assert_eq!(clean, (Some(0), line(row.clean), String::new()), "{what}, clean");
        for (form, value, masked) in &forms {
            let said = parts(&answer(&sandbox, &row.payload.replace("«»", value)));
            assert_no_leak(&said, &key, &what);
            assert_eq!(said, expected(row, &key, masked), "{what}, {form}");
        }
        // A payload that is cut in the middle.
        let payload = row.payload.replace("«»", &key);
        let said = parts(&answer(&sandbox, &payload[..payload.len() - 1]));
        assert_eq!((said.0, said.1.as_str(), said.2.lines().count()), (Some(2), "", 1), "{what}, malformed");
        assert_no_leak(&said, &key, &what);
        count += 2 + forms.len();
    }
    println!("{count} answers of {} events", ROWS.len());
}

fn an_unknown_event_is_searched_whole() {
    let sandbox = Sandbox::with_commit();
    let key = key();
    let mut agents = 0;
    for (at, row) in ROWS.iter().enumerate() {
        let is_first = at == 0 || ROWS[at - 1].agent != row.agent;
        if !is_first {
            continue;
        }
        agents += 1;
        let name = row.event.split(' ').next().unwrap();
        let unknown = |value: &str| {
            let payload = row.payload.replace(&format!("\"{name}\""), "\"SomethingNew\"");
            answer(&sandbox, &payload.replace("«»", value))
        };
        // Gemini CLI shares its other names, and is known by its folder.
        let empty = if row.clean.is_empty() { "" } else { "{}" };
        assert_eq!(parts(&unknown("there")), (Some(0), line(empty), String::new()), "{}", row.agent);
        let said = parts(&unknown(&key));
        assert_eq!((said.0, said.1.as_str(), said.2.lines().count()), (Some(2), "", 1), "{}", row.agent);
        assert_no_leak(&said, &key, row.agent);
    }
    assert_eq!(agents, 9);
}

fn what_is_no_event_is_refused() {
    let sandbox = Sandbox::with_commit();
    let key = key();
    let long = format!("{{\"prompt\":\"{}\"}}", "a".repeat(32 << 20));
    let deep = format!("{{\"session_id\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let texts = ["", "no JSON", "[]", "null", &key, &format!("{{\"prompt\":\"{key}\"}}"), &deep, &long];
    for text in texts {
        let said = parts(&answer(&sandbox, text));
        assert_eq!((said.0, said.1.as_str(), said.2.lines().count()), (Some(2), "", 1), "{said:?}");
        assert_no_leak(&said, &key, "no event");
    }
    let output = sandbox.skant_with_input(&["agent", "hook"], b"{\"hook_event_name\":\"\xff\"}");
    assert_eq!(parts(&output).0, Some(2));
}

fn an_output_that_is_cut_in_a_character_is_searched() {
    let sandbox = Sandbox::with_commit();
    let key = key();
    let row = ROWS.iter().find(|row| row.event == "PostToolUse Bash").unwrap();
    let said = parts(&answer(&sandbox, &row.payload.replace("«»", &format!("{key} \\ud83d"))));
    assert_eq!(said, expected(row, &key, &format!("{} \u{fffd}", mask(&key))));
}

fn an_output_without_its_field_is_an_unknown_event() {
    let sandbox = Sandbox::with_commit();
    let key = key();
    for row in ROWS.iter().filter(|row| matches!(row.holder, Holder::Output | Holder::Refused)) {
        let mut payload = row.payload.replace("«»", &key);
        for name in ["tool_response", "tool_output", "tool_output_text", "tool_error", "tool_result"] {
            payload = payload.replace(&format!("\"{name}\""), &format!("\"new_{name}\""));
        }
        if payload == row.payload.replace("«»", &key) {
            continue;
        }
        let said = parts(&answer(&sandbox, &payload));
        assert_eq!((said.0, said.1.as_str(), said.2.lines().count()), (Some(2), "", 1), "{}", row.event);
        assert_no_leak(&said, &key, row.event);
    }
}

/// The model wrote the input, and the call was denied: to stop its turn as well would keep nothing from it.
fn an_input_of_a_call_ends_no_turn() {
    let sandbox = Sandbox::with_commit();
    let row = ROWS.iter().find(|row| row.event == "PostToolBatch").unwrap();
    let payload = row.payload.replace("cat a; exit 1", &format!("echo {}", key())).replace("«»", "");
    assert_eq!(parts(&answer(&sandbox, &payload)), (Some(0), line("{}"), String::new()));
}

fn a_large_payload_is_answered() {
    let sandbox = Sandbox::with_commit();
    let key = key();
    let filler = "some words of a long output\\n".repeat(5_000_000 / 29);
    let row = ROWS.iter().find(|row| row.event == "PostToolUse" && row.agent == "Codex CLI").unwrap();
    let said = parts(&answer(&sandbox, &row.payload.replace("«»", &format!("{filler}{key}\\n{filler}"))));
    assert_eq!(said, expected(row, &key, ""));
}

/// Returns a payload of Claude Code for a call of a tool in the folder of the sandbox.
fn call(sandbox: &Sandbox, tool: &str, input: &str) -> String {
    format!(
        r#"{{"session_id":"s","transcript_path":"/t.jsonl","cwd":"{}","hook_event_name":"PreToolUse","tool_name":"{tool}","tool_input":{input}}}"#,
        sandbox.dir.display()
    )
}

fn is_denied(sandbox: &Sandbox, payload: &str) -> bool {
    let said = parts(&answer(sandbox, payload));
    assert_no_leak(&said, &key(), "a call");
    assert_eq!((said.0, said.2.as_str()), (Some(0), ""), "{said:?}");
    match said.1.as_str() {
        "{}\n" => false,
        text => {
            assert!(text.contains(r#""permissionDecision":"deny""#), "{text}");
            true
        }
    }
}

fn a_key_may_go_into_an_ignored_file_only() {
    let sandbox = Sandbox::repo();
    sandbox.write(".gitignore", "*.env\n/private/\n");
    sandbox.write("tracked.env", "x\n");
    sandbox.git(&["add", "-f", "tracked.env"]);
    sandbox.commit_all("first");
    let outside = sandbox.sibling("outside.env").display().to_string();
    let paths = [
        (".env", false),
        ("new/folder/.env", false),
        ("private/app.py", false),
        ("app.py", true),
        ("tracked.env", true),
        ("", true),
        (outside.as_str(), true),
        ("x/../private/app.py", true),
    ];
    for (path, denied) in paths {
        let input = format!(r#"{{"file_path":"{path}","content":"KEY={}\n"}}"#, key());
        assert_eq!(is_denied(&sandbox, &call(&sandbox, "Write", &input)), denied, "{path}");
    }
    // Only a tool that writes files may have it.
    let input = format!(r#"{{"path":".env","content":"KEY={}\n"}}"#, key());
    assert!(is_denied(&sandbox, &call(&sandbox, "mcp__chat__post", &input)));
    let input = format!(r#"{{"file_path":".env","content":"x","note":"{}"}}"#, key());
    assert!(is_denied(&sandbox, &call(&sandbox, "Write", &input)));
}

fn of_an_edit_only_what_it_adds_counts() {
    let sandbox = Sandbox::with_commit();
    let (key, other) = (key(), tokens::token("API03", "another"));
    sandbox.write("app.py", format!("KEY = '{key}'\nx = 1\npassword = \"\"\n"));
    let edit = |old: &str, new: &str| {
        format!(r#"{{"file_path":"app.py","old_string":"{old}","new_string":"{new}"}}"#)
    };
    let edits = [
        (edit(&format!("KEY = '{key}'"), "KEY = os.environ['KEY']"), false),
        (edit(&format!("KEY = '{key}'"), &format!("API_KEY = '{key}'")), false),
        (edit("x = 1", &format!("x = '{key}'")), false),
        (edit("x = 1", &format!("x = '{other}'")), true),
        (edit("not there", &format!("x = '{other}'")), true),
        // The name of the value is in the file.
        (edit("\\\"\\\"", &format!("\\\"{}\\\"", "kX9pQ2vR7tLm")), true),
        (edit("x = 1", "x = 2"), false),
    ];
    for (input, denied) in &edits {
        assert_eq!(is_denied(&sandbox, &call(&sandbox, "Edit", input)), *denied, "{}", input.len());
    }
    let whole = |value: &str| format!(r#"{{"file_path":"app.py","content":"KEY = '{value}'\n"}}"#);
    assert!(!is_denied(&sandbox, &call(&sandbox, "Write", &whole(&key))));
    assert!(is_denied(&sandbox, &call(&sandbox, "Write", &whole(&other))));
    let several = format!(
        r#"{{"file_path":"app.py","edits":[{{"old_string":"x","new_string":"y"}},{{"old_string":"a","new_string":"{other}"}}]}}"#
    );
    assert!(is_denied(&sandbox, &call(&sandbox, "MultiEdit", &several)));
    let patch = |sign: &str| {
        format!(
            r#"{{"command":"*** Begin Patch\n*** Update File: app.py\n@@\n{sign}y = '{other}'\n*** End Patch"}}"#
        )
    };
    assert!(is_denied(&sandbox, &call(&sandbox, "apply_patch", &patch("+"))));
    assert!(!is_denied(&sandbox, &call(&sandbox, "apply_patch", &patch("-"))));
}

fn a_mentioned_file_is_looked_at() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("a b.env", format!("KEY={}\n", key()));
    sandbox.write("plain.txt", "nothing\n");
    let prompt = |text: &str| {
        let row = ROWS.iter().find(|row| row.event == "UserPromptSubmit").unwrap();
        parts(&answer(&sandbox, &row.payload.replace("hello «»", text))).1
    };
    assert_eq!(prompt("see @plain.txt and @absent"), "{}\n");
    let said = prompt(r#"see @\"a b.env\"."#);
    assert!(said.contains(r#""decision":"block""#) && said.contains(&mask(&key())), "{said}");
}

fn attachments_and_paths_below_the_home_folder_are_followed() {
    let sandbox = Sandbox::with_commit();
    let key = key();
    std::fs::write(sandbox.sibling("home").join("keys.env"), format!("KEY={key}\n")).unwrap();
    let cwd = sandbox.dir.display();
    let claude = r#""session_id":"s","transcript_path":"/t","hook_event_name":"UserPromptSubmit""#;
    let cursor = r#""cursor_version":"3","hook_event_name""#;
    for (payload, denied) in [
        (format!(r#"{{{claude},"cwd":"{cwd}","prompt":"read @~/keys.env"}}"#), "\"block\""),
        (
            format!(
                r#"{{{cursor}:"beforeSubmitPrompt","prompt":"x","attachments":[{{"type":"file","filePath":"~/keys.env"}}]}}"#
            ),
            "\"continue\":false",
        ),
        (
            format!(
                r#"{{{cursor}:"beforeSubmitPrompt","prompt":"x","attachments":[{{"type":"selection","content":"a {key}"}}]}}"#
            ),
            "\"continue\":false",
        ),
        (
            format!(
                r#"{{{cursor}:"beforeReadFile","file_path":"a","content":"x","attachments":[{{"type":"rule","file_path":"~/keys.env"}}]}}"#
            ),
            "\"deny\"",
        ),
        (
            format!(
                r#"{{"hook_event_name":"preToolUse","cwd":"{cwd}","tool_name":"fs_read","tool_input":{{"operations":[{{"mode":"Line","path":"~/keys.env"}}]}}}}"#
            ),
            "",
        ),
        (
            format!(
                r#"{{"agent_action_name":"pre_run_command","tool_info":{{"command_line":"cat ~/keys.env","cwd":"{cwd}"}}}}"#
            ),
            "",
        ),
    ] {
        let said = parts(&answer(&sandbox, &payload));
        assert_no_leak(&said, &key, &payload);
        if denied.is_empty() {
            assert_eq!((said.0, said.2.lines().count()), (Some(2), 1), "{payload}: {said:?}");
        } else {
            assert!(said.1.contains(denied), "{payload}: {said:?}");
        }
    }
}

fn a_file_is_not_read_where_its_output_cannot_be_withheld() {
    let sandbox = Sandbox::with_commit();
    sandbox.write(".env", format!("KEY={}\n", key()));
    sandbox.write("plain.txt", "nothing\n");
    let reads = |path: &str| {
        let payload = format!(
            r#"{{"cursor_version":"2.5.25","workspace_roots":["{}"],"hook_event_name":"preToolUse","tool_name":"Read","tool_input":{{"file_path":"{path}"}}}}"#,
            sandbox.dir.display()
        );
        parts(&answer(&sandbox, &payload)).1
    };
    assert_eq!(reads("plain.txt"), "{\"permission\":\"allow\"}\n");
    let shell = |command: &str| {
        let payload = format!(
            r#"{{"toolName":"bash","cwd":"{}","toolArgs":{{"command":"{command}"}}}}"#,
            sandbox.dir.display()
        );
        parts(&answer(&sandbox, &payload)).1
    };
    assert_eq!(shell("docker run --env-file .env app"), "{}\n");
    assert!(shell("ls; cat .env | head").contains(r#""permissionDecision":"deny""#));
    let said = reads(".env");
    assert!(said.contains(r#""permission":"deny""#) && said.contains(&mask(&key())), "{said}");
    // Codex calls its hook at the end of a command, and shows before what a longer one has printed.
    let codex = |command: &str| {
        let payload = format!(
            r#"{{"session_id":"s","turn_id":"t","cwd":"{}","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{{"command":"{command}"}}}}"#,
            sandbox.dir.display()
        );
        parts(&answer(&sandbox, &payload)).1
    };
    assert_eq!(codex("cat .env | head; exit 1"), "{}\n");
    assert_eq!(codex("cat plain.txt && npm start"), "{}\n");
    assert!(codex("cat .env && npm start").contains(r#""permissionDecision":"deny""#));
    // Claude Code reads it, and the output is redacted.
    assert!(!is_denied(&sandbox, &call(&sandbox, "Read", r#"{"file_path":".env"}"#)));
}

fn a_setting_denies_all_reads_of_secrets() {
    let sandbox = Sandbox::with_commit();
    let key = key();
    sandbox.write(".env", format!("KEY={key}\n"));
    let cwd = sandbox.dir.display();
    let read = |file: &str| {
        let event = format!(
            r#"{{"session_id":"s","transcript_path":"/t","cwd":"{cwd}","hook_event_name":"PreToolUse","tool_name":"Read","tool_input":{{"file_path":"{file}"}}}}"#
        );
        parts(&answer(&sandbox, &event)).1
    };
    assert_eq!(read(".env"), "{}\n");
    let folder = sandbox.sibling("home").join(".config/skant");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("skant.toml"), "deny-agent-reads = true\n").unwrap();
    assert!(read(".env").contains("\"deny\""), "{}", read(".env"));
    assert_eq!(read("README.md"), "{}\n");
}

fn a_secret_that_no_mask_covers_is_withheld() {
    let sandbox = Sandbox::with_commit();
    let row = ROWS.iter().find(|row| row.event == "PostToolUse Bash").unwrap();
    let value = "kX9pQ2vR7tLm";
    let payload = row.payload.replace(r#""stdout":"user1 «»\n""#, &format!(r#""password":"{value}""#));
    let said = parts(&answer(&sandbox, &payload));
    assert!(said.1.contains(r#""password":"[withheld by skant: it holds a secret]""#), "{said:?}");
    assert!(!said.1.contains(&value[4..]), "{said:?}");
}

/// As Gemini CLI 0.61.0 shows it. Withheld, it would look like a write that failed.
fn what_a_tool_has_written_is_shown_again() {
    let sandbox = Sandbox::with_commit();
    let (key, other) = (key(), tokens::token("API03", "another"));
    let said = |tool: &str, input: &str, shown: &str| {
        let payload = format!(
            r#"{{"session_id":"s","transcript_path":"/x/.gemini/t","cwd":"{}","hook_event_name":"AfterTool","tool_name":"{tool}","tool_input":{{"file_path":".env",{input}}},"tool_response":{{"llmContent":"Successfully created and wrote to new file: .env. Here is the updated code:\nK={shown}\n","returnDisplay":{{"fileDiff":"+K={shown}"}}}}}}"#,
            sandbox.dir.display()
        );
        parts(&answer(&sandbox, &payload)).1
    };
    assert_eq!(said("write_file", &format!(r#""content":"K={key}\n""#), &key), "{}\n");
    for (tool, input, shown) in [
        ("write_file", format!(r#""content":"K={key}\n""#), &other),
        ("replace", format!(r#""old_string":"K={key}","new_string":"K=""#), &key),
        ("run_shell_command", format!(r#""content":"K={key}""#), &key),
    ] {
        assert!(said(tool, &input, shown).contains(r#""decision":"deny""#), "{tool}");
    }
}

fn the_tools_of_vibe_for_files_are_known() {
    let sandbox = Sandbox::with_commit();
    sandbox.write(".gitignore", ".env\n");
    sandbox.write(".env", format!("KEY={}\n", key()));
    let said = |tool: &str, input: &str| {
        let payload = format!(
            r#"{{"hook_event_name":"pre_tool","cwd":"{}","tool_name":"file_system.{tool}","tool_input":{{{input}}}}}"#,
            sandbox.dir.display()
        );
        parts(&answer(&sandbox, &payload)).1
    };
    let text = format!("K = 1 # {}", tokens::token("API03", "vibe"));
    for (file, passes) in [(".env", true), ("a.py", false)] {
        let write = said("write_file", &format!(r#""file_path":"{file}","content":"{text}""#));
        assert_eq!(write.is_empty(), passes, "{write}");
        let edit = said(
            "search_replace",
            &format!(r#""file_path":"{file}","old_string":"x","new_string":"{text}""#),
        );
        assert_eq!(edit.is_empty(), passes, "{edit}");
    }
    assert_eq!(said("read_file", r#""file_path":".env""#), "", "its output is withheld");
}

fn a_password_in_a_prompt_passes() {
    let sandbox = Sandbox::with_commit();
    let row = ROWS.iter().find(|row| row.event == "UserPromptSubmit").unwrap();
    let payload = row.payload.replace("«»", &format!("password = {}", "kX9pQ2vR7tLm"));
    assert_eq!(parts(&answer(&sandbox, &payload)).1, "{}\n");
}

fn broken_settings_stop_the_event() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("skant.toml", "not = valid [\n");
    sandbox.commit_all("settings");
    let said = parts(&answer(&sandbox, &call(&sandbox, "Bash", r#"{"command":"ls"}"#)));
    assert_eq!((said.0, said.2.as_str()), (Some(0), ""));
    assert!(
        said.1.contains(r#""permissionDecision":"deny""#) && said.1.contains("skant config check"),
        "{said:?}"
    );
}
