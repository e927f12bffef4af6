//! `skant agent audit`: homes in the layouts of the agents, with keys in every kind of file.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use testkit::needs;
use testkit::trials::{Ran, Trial};
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        a_key_is_found_wherever_agents_keep_text_and_taken_out,
        values_of_all_kinds_are_taken_out,
        a_thousand_sessions_are_searched,
        a_dry_run_and_an_empty_home_change_nothing,
        a_login_is_where_it_belongs,
        a_file_in_use_is_left,
        a_killed_run_loses_nothing,
        a_database_is_searched,
        what_is_not_read_is_named,
        without_a_home_folder_nothing_is_searched
    ]
}

fn home(sandbox: &Sandbox) -> PathBuf {
    sandbox.sibling("home")
}

fn owner(path: &Path) -> u32 {
    fs::metadata(path).unwrap().uid()
}

fn write(sandbox: &Sandbox, path: &str, content: &str) {
    let path = home(sandbox).join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn audit(sandbox: &Sandbox, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = sandbox.skant(&[&["agent", "audit", "--json"], arguments].concat());
    (
        output.status.code(),
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(&output))),
    )
}

/// A line of a transcript of Claude Code with the output of a tool.
fn line(text: &str, day: u32) -> String {
    json!({
        "type": "user", "sessionId": "s", "cwd": "/home/ada/shop", "timestamp": format!("2026-04-{day:02}T09:00:00.000Z"),
        "message": {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": text}]},
        "toolUseResult": {"stdout": text, "stderr": "", "interrupted": false},
    })
    .to_string()
        + "\n"
}

/// Writes a key into files of all kinds; returns the number of files.
#[expect(clippy::too_many_lines, reason = "a line or two for each file")]
fn plant(sandbox: &Sandbox, key: &str) -> usize {
    let printed = format!("$ env\nANTHROPIC_API_KEY={key}\n\"quoted\" \u{e9}\n");
    let inner = json!({"tool": "Bash", "output": printed}).to_string();
    let rollout = json!({"timestamp": "2026-05-01T00:00:00Z", "type": "response_item", "payload": {"type": "function_call_output", "output": inner}});
    let clean = line("nothing here", 1);
    let session = "-home-ada-shop/3b7a";
    let files: Vec<(String, String)> = vec![
        (format!(".claude/projects/{session}.jsonl"), format!("{clean}{}{clean}", line(&printed, 3))),
        (
            format!(".claude/projects/{session}/subagents/agent-1.jsonl"),
            line(&printed, 2) + &line(&printed, 4),
        ),
        (format!(".claude/projects/{session}/tool-results/b1.txt"), printed.clone()),
        (
            ".claude/history.jsonl".into(),
            json!({"display": format!("use {key} please"), "timestamp": 1_770_000_000_000_i64}).to_string()
                + "\n",
        ),
        (".claude/file-history/3b7a/aa@v1".into(), format!("KEY = '{key}'\n")),
        (".claude/paste-cache/1.txt".into(), key.to_owned()),
        (".claude/shell-snapshots/snapshot-bash-1.sh".into(), format!("export ANTHROPIC_API_KEY={key}\n")),
        (".claude/debug/3b7a.txt".into(), format!("[DEBUG] {printed}")),
        (
            ".claude/todos/1.json".into(),
            json!([{"content": format!("rotate {key}"), "status": "pending"}]).to_string(),
        ),
        (".codex/sessions/2026/05/01/rollout-1.jsonl".into(), format!("{rollout}\n")),
        (
            ".codex/history.jsonl".into(),
            json!({"session_id": "1", "ts": 1_780_000_000, "text": printed}).to_string() + "\n",
        ),
        (
            ".copilot/session-state/u1/events.jsonl".into(),
            json!({"type": "tool.result", "data": {"result": inner}}).to_string() + "\n",
        ),
        (
            ".gemini/tmp/ab/chats/session-1.json".into(),
            format!("{{\n  \"messages\": [\n    {}\n  ]\n}}\n", json!({"content": printed})),
        ),
        (
            ".cursor/projects/x/agent-transcripts/t1.jsonl".into(),
            json!({"role": "user", "message": {"content": [{"type": "text", "text": inner}]}}).to_string()
                + "\n",
        ),
        (
            ".config/Code/User/workspaceStorage/w/chatSessions/1.json".into(),
            json!({"requests": [{"message": {"text": printed}}]}).to_string(),
        ),
        (".kiro/sessions/a/sess_1/messages.jsonl".into(), json!({"content": inner}).to_string() + "\r\n"),
        (
            ".local/share/opencode/storage/part/1.json".into(),
            json!({"state": {"output": printed}}).to_string(),
        ),
        (
            ".cache/claude-cli-nodejs/-home-ada-shop/mcp-logs-db/1.jsonl".into(),
            json!({"debug": format!("Tool call failed: {inner}")}).to_string() + "\n",
        ),
        (format!("claude-{}/{session}/tasks/b1.output", owner(&home(sandbox))), printed.clone()),
    ];
    for (path, content) in &files {
        write(sandbox, path, content);
    }
    sandbox.write(
        ".claude/settings.local.json",
        json!({"permissions": {"allow": [format!("Bash(curl -H 'x-api-key: {key}' x)")]}}).to_string(),
    );
    files.len() + 1
}

/// Returns the files below a folder with content, mode and time of change.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u32, SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tree(&path));
        } else {
            let metadata = fs::metadata(&path).unwrap();
            let state =
                (fs::read(&path).unwrap(), metadata.permissions().mode(), metadata.modified().unwrap());
            found.insert(path, state);
        }
    }
    found
}

/// Asserts that each file with JSON parses, as a whole or line by line.
fn assert_parses(path: &Path, content: &[u8]) {
    let text = std::str::from_utf8(content).unwrap();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => drop(serde_json::from_str::<Value>(text).unwrap()),
        Some("jsonl") => text.lines().for_each(|line| drop(serde_json::from_str::<Value>(line).unwrap())),
        _ => {}
    }
}

fn a_key_is_found_wherever_agents_keep_text_and_taken_out() {
    let sandbox = Sandbox::empty();
    let key = tokens::token("API03", "audit");
    let count = plant(&sandbox, &key);
    let old = SystemTime::now() - Duration::from_secs(90 * 24 * 3600);
    for path in tree(&home(&sandbox)).into_keys() {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::File::open(&path).unwrap().set_modified(old).unwrap();
    }
    let before = tree(sandbox.dir.parent().unwrap());
    let (code, found) = audit(&sandbox, &[]);
    assert_eq!(code, Some(1), "{found:#}");
    let findings = found["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{found:#}");
    let finding = &findings[0];
    assert_eq!(finding["files"].as_array().unwrap().len(), count, "{found:#}");
    assert_eq!(finding["rule"], "anthropic-api-key");
    // The subagent and the stored output are of the same session.
    let sessions = finding["sessions"].as_u64().unwrap();
    assert!((9..=11).contains(&sessions), "{sessions}");
    // The history of Claude Code has the oldest line.
    assert!(finding["since"].as_str().unwrap().starts_with("2026-0"), "{found:#}");
    let text = text_of(&sandbox.skant(&["agent", "audit"]));
    assert!(text.contains("critical[anthropic-api-key]") && !text.contains(&key[20..60]), "{text}");
    assert_eq!(tree(sandbox.dir.parent().unwrap()), before, "an audit writes nothing");

    let (code, done) = audit(&sandbox, &["--redact", "--yes"]);
    assert_eq!(code, Some(0), "{done:#}");
    assert_eq!(done["rewritten"].as_array().unwrap().len(), count, "{done:#}");
    let (code, left) = audit(&sandbox, &[]);
    assert_eq!((code, &left["findings"]), (Some(0), &json!([])), "{left:#}");
    let after = tree(sandbox.dir.parent().unwrap());
    assert!(after.keys().eq(before.keys()), "no file comes or goes");
    for (path, (content, mode, time)) in &after {
        assert!(memmem(content, &key.as_bytes()[16..50]).is_none(), "{}", path.display());
        assert_parses(path, content);
        assert_eq!((mode, time), (&before[path].1, &before[path].2), "{}", path.display());
    }
    // Lines without a key keep their bytes.
    let transcript = &after[&home(&sandbox).join(".claude/projects/-home-ada-shop/3b7a.jsonl")].0;
    let text = String::from_utf8(transcript.clone()).unwrap();
    assert!(text.starts_with(&line("nothing here", 1)) && text.ends_with(&line("nothing here", 1)), "{text}");
    assert!(text.contains("\\\"quoted\\\" é") || text.contains("\\\"quoted\\\" \\u00e9"), "{text}");
}

#[expect(clippy::too_many_lines, reason = "a line or two for each file")]
fn values_of_all_kinds_are_taken_out() {
    use base64::Engine as _;
    let sandbox = Sandbox::empty();
    let key = tokens::token("API03", "kinds");
    let tokens: Vec<String> =
        tokens::FAMILIES.iter().map(|(family, _)| tokens::token(family, "kinds")).collect();
    let body = tokens::random(tokens::ALPHANUMERIC, 64 * 6, "kinds");
    let lines: Vec<&str> = (0..6).map(|at| &body[64 * at..64 * at + 64]).collect();
    let dashes = "-----";
    let pem = format!(
        "{dashes}BEGIN RSA PRIVATE KEY{dashes}\n{}\n{dashes}END RSA PRIVATE KEY{dashes}\n",
        lines.join("\n")
    );
    let password = tokens::random(tokens::ALPHANUMERIC, 24, "password");
    let escaped: String = key.chars().map(|character| format!("\\u{:04x}", u32::from(character))).collect();
    let mut files: Vec<(String, String)> = tokens
        .iter()
        .enumerate()
        .map(|(number, token)| (format!("family-{number}.jsonl"), line(&format!("a \"{token}\"\tb"), 1)))
        .collect();
    let nested =
        (0..3).fold(json!({"out": format!("x\n{pem}y")}), |inner, _| json!({"out": inner.to_string()}));
    files.extend([
        ("pem.jsonl".to_owned(), line(&format!("cat key\n{pem}done"), 1)),
        ("pem.txt".to_owned(), format!("before\n{pem}after\n")),
        ("nested.jsonl".to_owned(), nested.to_string() + "\n"),
        (
            "base64.jsonl".to_owned(),
            line(&base64::engine::general_purpose::STANDARD.encode(format!("key: {key}")), 1),
        ),
        ("escaped.jsonl".to_owned(), format!("{{\"text\":\"{escaped}\"}}\n")),
        ("name.json".to_owned(), json!({ key.clone(): 1 }).to_string()),
        ("env.json".to_owned(), json!({"env": {"DB_PASSWORD": password, "n": [1.50, "a\\b"]}}).to_string()),
        ("env.jsonl".to_owned(), json!({"input": {"DB_PASSWORD": password}}).to_string() + "\n"),
        (
            "lines.jsonl".to_owned(),
            json!({"stdout": format!("{{\"password\": \"{password}\"}}\n{{\"key\":\"{key}\"}}\n")})
                .to_string()
                + "\n{\"cut",
        ),
        ("binary".to_owned(), format!("\u{0}\u{1}{key}\u{0}")),
    ]);
    for (name, content) in &files {
        write(&sandbox, &format!(".claude/projects/p/{name}"), content);
    }
    let (code, found) = audit(&sandbox, &[]);
    assert_eq!(code, Some(1), "{found:#}");
    let mut with_findings: Vec<&str> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|finding| finding["files"].as_array().unwrap())
        .map(|file| file["path"].as_str().unwrap().rsplit('/').next().unwrap())
        .collect();
    with_findings.sort_unstable();
    with_findings.dedup();
    let missing: Vec<&String> =
        files.iter().map(|(name, _)| name).filter(|name| !with_findings.contains(&name.as_str())).collect();
    assert!(
        missing.iter().all(|name| name.starts_with("family-")) && missing.len() <= tokens.len() / 4,
        "{missing:?}"
    );
    let (code, done) = audit(&sandbox, &["--redact", "--yes"]);
    assert_eq!((code, &done["left"]), (Some(0), &json!([])), "{done:#}");
    assert_eq!(audit(&sandbox, &[]).1["findings"], json!([]));
    for (path, (content, ..)) in tree(&home(&sandbox)) {
        if !path.ends_with("lines.jsonl") {
            assert_parses(&path, &content);
        }
        for secret in [&key[16..60], &password, lines[1], lines[5]] {
            assert!(memmem(&content, secret.as_bytes()).is_none(), "{}", path.display());
        }
    }
}

fn memmem(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn a_thousand_sessions_are_searched() {
    let sandbox = Sandbox::empty();
    let keys: Vec<String> =
        (0..3).map(|number| tokens::token("API03", &format!("session {number}"))).collect();
    let mut places = 0;
    for session in 0..1000 {
        let mut text = line("ls -la\ntotal 12\n\"README.md\"", 1).repeat(3);
        if session % 75 == 0 {
            for key in &keys {
                text += &line(&format!("printed \"{key}\""), 2);
                places += 1;
            }
        }
        write(&sandbox, &format!(".claude/projects/p{}/s{session}.jsonl", session % 7), &text);
    }
    assert!(places >= 40);
    let (code, found) = audit(&sandbox, &[]);
    assert_eq!(code, Some(1));
    assert_eq!(found["files"], 1000);
    let findings = found["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 3);
    for finding in findings {
        assert_eq!(
            (finding["sessions"].as_u64(), finding["places"].as_u64()),
            (Some(14), Some(28)),
            "{finding:#}"
        );
        assert_eq!(finding["since"], "2026-04-02T09:00:00Z");
    }
    assert_eq!(audit(&sandbox, &["--redact", "--yes"]).0, Some(0));
    assert_eq!(audit(&sandbox, &[]).0, Some(0));
    for (path, (content, ..)) in tree(&home(&sandbox)) {
        assert_parses(&path, &content);
    }
}

fn a_dry_run_and_an_empty_home_change_nothing() {
    let sandbox = Sandbox::empty();
    let (code, found) = audit(&sandbox, &["--redact", "--yes"]);
    assert_eq!((code, &found["files"]), (Some(0), &json!(0)));
    let count = plant(&sandbox, &tokens::token("API03", "dry"));
    let before = tree(sandbox.dir.parent().unwrap());
    let (code, found) = audit(&sandbox, &["--redact"]);
    assert_eq!((code, &found["dry_run"]), (Some(1), &json!(true)));
    assert_eq!(found["rewritten"].as_array().unwrap().len(), count);
    assert_eq!(tree(sandbox.dir.parent().unwrap()), before);
    assert_eq!(sandbox.skant(&["agent", "audit", "--yes"]).status.code(), Some(2));
}

fn a_login_is_where_it_belongs() {
    let sandbox = Sandbox::empty();
    let [login, server] = ["login", "server"].map(|name| tokens::token("API03", name));
    write(&sandbox, ".claude.json", &json!({"primaryApiKey": login, "mcpServers": {"x": {"command": "x", "env": {"ANTHROPIC_API_KEY": server}}}}).to_string());
    write(&sandbox, ".codex/auth.json", &json!({"OPENAI_API_KEY": login}).to_string());
    let before = tree(&home(&sandbox));
    let (code, found) = audit(&sandbox, &["--redact", "--yes"]);
    assert_eq!(code, Some(1), "{found:#}");
    assert_eq!(found["findings"].as_array().unwrap().len(), 1, "{found:#}");
    assert_eq!(found["findings"][0]["files"][0]["kind"], "configuration");
    assert_eq!(found["credentials"][0]["files"].as_array().unwrap().len(), 2, "{found:#}");
    // A server would not start without its key.
    assert_eq!(found["left"].as_array().unwrap().len(), 1, "{found:#}");
    assert_eq!(tree(&home(&sandbox)), before);
}

fn a_file_in_use_is_left() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let sandbox = Sandbox::empty();
    let text = line(&tokens::token("API03", "in use"), 1);
    write(&sandbox, ".claude/projects/p/open.jsonl", &text);
    write(&sandbox, ".claude/projects/p/closed.jsonl", &text);
    write(&sandbox, ".codex/sessions/locked.jsonl", &text);
    write(&sandbox, ".codex/sessions/locked.jsonl.lock", "");
    let open =
        fs::File::options().append(true).open(home(&sandbox).join(".claude/projects/p/open.jsonl")).unwrap();
    let (code, found) = audit(&sandbox, &["--redact", "--yes"]);
    drop(open);
    assert_eq!(code, Some(1), "{found:#}");
    assert_eq!(
        (found["rewritten"].as_array().unwrap().len(), found["left"].as_array().unwrap().len()),
        (1, 2),
        "{found:#}"
    );
    fs::remove_file(home(&sandbox).join(".codex/sessions/locked.jsonl.lock")).unwrap();
    assert_eq!(audit(&sandbox, &["--redact", "--yes"]).0, Some(0));
}

fn a_killed_run_loses_nothing() {
    let sandbox = Sandbox::empty();
    let key = tokens::token("API03", "killed");
    for session in 0..100 {
        write(&sandbox, &format!(".claude/projects/p/s{session}.jsonl"), &(line(&key, 1) + &line("kept", 2)));
    }
    let mut killed = 0;
    for round in 0..8_u64 {
        let mut child = sandbox
            .command(skant_program())
            .args(["agent", "audit", "--redact", "--yes"])
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(20 + 45 * round));
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        let files = tree(&home(&sandbox));
        let transcripts: Vec<_> = files
            .iter()
            .filter(|(path, _)| path.extension().is_some_and(|extension| extension == "jsonl"))
            .collect();
        assert_eq!(transcripts.len(), 100);
        for (path, (content, ..)) in transcripts {
            assert_parses(path, content);
            let text = String::from_utf8(content.clone()).unwrap();
            assert!(text.lines().count() == 2 && text.ends_with(&line("kept", 2)), "{text}");
        }
    }
    assert!(killed > 0, "no run was killed");
    assert_eq!(audit(&sandbox, &["--redact", "--yes"]).0, Some(0));
    assert_eq!(audit(&sandbox, &[]).1["findings"], json!([]));
}

fn a_database_is_searched() -> Ran {
    needs::program("sqlite3")?;
    let sandbox = Sandbox::empty();
    let key = tokens::token("API03", "database");
    let folder = ".config/Cursor/User/globalStorage";
    write(
        &sandbox,
        &format!("{folder}/sql"),
        &format!(
            "PRAGMA page_size=512;\nCREATE TABLE ItemTable (key TEXT UNIQUE, value BLOB);\n\
         INSERT INTO ItemTable VALUES ('small', '{}');\n\
         INSERT INTO ItemTable VALUES ('chain', '{}' || '{{\"text\":\"say \\\"{key}\\\"\"}}' || '{}');\n\
         CREATE TABLE w (a TEXT PRIMARY KEY, b TEXT) WITHOUT ROWID;\nINSERT INTO w VALUES ('{key}', 'x');\n",
            "x ".repeat(20),
            "a ".repeat(190),
            " b".repeat(900),
        ),
    );
    let path = home(&sandbox).join(folder);
    let run = |script: &str| {
        let output = sandbox.command("sh").args(["-ec", script]).current_dir(&path).output().unwrap();
        assert!(output.status.success(), "{}", text_of(&output));
    };
    run("sqlite3 state.vscdb < sql; rm sql");
    let (code, found) = audit(&sandbox, &[]);
    assert_eq!(code, Some(1), "{found:#}");
    assert_eq!(found["findings"][0]["places"].as_u64(), Some(2), "{found:#}");
    let (code, found) = audit(&sandbox, &["--redact", "--yes"]);
    assert_eq!(code, Some(1), "{found:#}");
    assert!(found["left"][0]["reason"].as_str().unwrap().contains("delete the conversation"), "{found:#}");
    // What is only in the write-ahead log.
    run(&format!(
        "rm state.vscdb; sqlite3 state.vscdb 'PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1);'
         (echo \"PRAGMA wal_autocheckpoint=0; INSERT INTO t VALUES ('say {key}');\"; echo .shell cp state.vscdb copy; echo .shell cp state.vscdb-wal copy-wal) | sqlite3 state.vscdb
         rm -f state.vscdb*; mv copy state.vscdb; mv copy-wal state.vscdb-wal",
    ));
    let (code, found) = audit(&sandbox, &[]);
    assert_eq!((code, found["findings"].as_array().unwrap().len()), (Some(1), 1), "{found:#}");
    Ok(())
}

fn what_is_not_read_is_named() {
    let sandbox = Sandbox::empty();
    write(&sandbox, ".claude/plugins/x/test.txt", &tokens::token("API03", "plugin"));
    write(&sandbox, ".gemini/history/p/.git/HEAD", "ref: refs/heads/main\n");
    fs::create_dir_all(home(&sandbox).join(".gemini/history/p/.git/objects")).unwrap();
    std::os::unix::fs::symlink("/etc/hosts", home(&sandbox).join(".claude/link")).unwrap();
    let (code, found) = audit(&sandbox, &[]);
    assert_eq!(code, Some(2), "{found:#}");
    assert_eq!(found["complete"], false);
    assert!(found["problems"][0]["reason"].as_str().unwrap().contains("scan --history"), "{found:#}");
    assert!(found["not_searched"][0].as_str().unwrap().ends_with(".claude/plugins"), "{found:#}");
}

fn without_a_home_folder_nothing_is_searched() {
    let sandbox = Sandbox::empty();
    for home in [None, Some(""), Some("../home"), Some("/nowhere/at/all")] {
        let mut command = sandbox.command(testkit::skant_program());
        command.args(["agent", "audit"]).env_remove("HOME");
        command.envs(home.map(|home| ("HOME", home)));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{home:?}: {}", text_of(&output));
        assert!(text_of(&output).contains("help: set HOME"), "{home:?}: {}", text_of(&output));
    }
}
