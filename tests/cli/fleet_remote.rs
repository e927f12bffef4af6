//! `skant fleet` with remote repositories: lists of forges and mirrors, against synthetic forges with the names of real
//! ones.
#![allow(clippy::expect_used, reason = "a panic here is the failure report")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::providers::{Providers, Reply, Seen};
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        the_repositories_of_an_owner_are_planned_and_scanned,
        each_forge_is_asked_in_its_form,
        a_list_with_a_gap_makes_no_inventory,
        a_mirror_is_updated_and_has_the_report_of_a_new_one,
        a_server_that_cuts_hangs_or_has_too_much_is_named_and_the_rest_is_read,
    ]
}

/// A token of a forge, of no provider's form.
const TOKEN: &str = "synthetic-forge-token";

/// Makes bare repositories below `served/acme` that a server of files can serve.
fn make_served(sandbox: &Sandbox, names: &[&str]) {
    for name in names {
        let key = tokens::api_key(&format!("served {name}"));
        sandbox.sh(&format!(
            "git init -q -b main src/{name}; cd src/{name}; echo 'KEY={key}' > app.env; git add -A; \
             git commit -q --no-verify -m x; git tag -a -m y v1; mkdir -p ../../served/acme; \
             git clone -q --mirror . ../../served/acme/{name}.git; cd ../../served/acme/{name}.git; git gc -q; git update-server-info"
        ));
    }
}

/// Answers a request for a file of a repository, as a plain web server does.
fn serve(root: &Path, seen: &Seen) -> Reply {
    let path = seen.path.split('?').next().unwrap_or_default().trim_start_matches('/');
    assert!(!path.contains(".."), "{path}");
    match fs::read(root.join(path)) {
        Ok(content) => {
            Reply::Answer(200, vec![("content-type".to_owned(), "text/plain".to_owned())], content)
        }
        Err(_) => Reply::Answer(404, Vec::new(), Vec::new()),
    }
}

fn command(sandbox: &Sandbox, providers: &Providers, arguments: &[&str]) -> Command {
    let mut command = sandbox.command(skant_program());
    providers.lead(&mut command);
    command
        .env("GIT_SSL_CAINFO", providers.authority_file())
        .env("SOURCE_DATE_EPOCH", "1767323045")
        .args(arguments);
    command
}

fn run(mut command: Command, code: i32) -> String {
    let output = command.output().expect("skant");
    assert_eq!(output.status.code(), Some(code), "{}", text_of(&output));
    text_of(&output)
}

fn plan(sandbox: &Sandbox, mut command: Command) -> String {
    let output = command.output().expect("skant");
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    fs::write(sandbox.dir.join("inventory.jsonl"), &output.stdout).expect("written");
    assert!(!text_of(&output).contains(TOKEN));
    String::from_utf8(output.stdout).expect("UTF-8")
}

const SCAN: [&str; 5] = ["fleet", "scan", "inventory.jsonl", "--store", "store"];

fn rows(store: &Path) -> BTreeMap<String, Value> {
    let entries = fs::read_dir(store.join("coverage")).expect("rows");
    entries
        .map(|entry| {
            let row: Value = serde_json::from_slice(&fs::read(entry.expect("a row").path()).expect("a row"))
                .expect("JSON");
            let name =
                row["repository"].as_str().expect("a name").rsplit('/').next().expect("a part").to_owned();
            (name, row)
        })
        .collect()
}

fn report(store: &Path, row: &Value) -> String {
    fs::read_to_string(store.join(row["report"]["file"].as_str().expect("a file"))).expect("a report")
}

/// Searches all files below a folder for a text.
fn holds(folder: &Path, text: &str) -> Option<PathBuf> {
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting
                .extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else if String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).contains(text) {
            return Some(path);
        }
    }
    None
}

fn github_entry(name: &str, archived: bool, fork: bool) -> Value {
    json!({ "full_name": format!("acme/{name}"), "archived": archived, "fork": fork,
            "clone_url": "https://evil.example/a.git" })
}

/// Starts GitHub: a list of two pages, whose first request meets a limit, and files of repositories.
fn start_github(root: PathBuf, requests: Arc<AtomicUsize>) -> Providers {
    Providers::start(move |seen| {
        if seen.host != "api.github.com" {
            return serve(&root, seen);
        }
        if requests.fetch_add(1, Ordering::Relaxed) == 0 {
            return Reply::with_header(429, "retry-after", "1");
        }
        let (entries, link) = if seen.path.ends_with("page=1") {
            (
                json!([github_entry("one", false, false), github_entry("old", true, false)]),
                "<x>; rel=\"next\"",
            )
        } else {
            (json!([github_entry("two", false, false), github_entry("copy", false, true)]), "")
        };
        Reply::Answer(200, vec![("link".to_owned(), link.to_owned())], entries.to_string().into())
    })
}

fn the_repositories_of_an_owner_are_planned_and_scanned() {
    let sandbox = Sandbox::empty();
    make_served(&sandbox, &["one", "two", "old", "copy"]);
    let requests = Arc::new(AtomicUsize::new(0));
    let providers = start_github(sandbox.dir.join("served"), Arc::clone(&requests));
    let call = |arguments: &[&str]| {
        let mut command = command(&sandbox, &providers, arguments);
        command.env("GH_TOKEN", TOKEN);
        command
    };
    let inventory = plan(&sandbox, call(&["fleet", "plan", "github:acme", "--archived", "no"]));
    let lines: Vec<Value> = inventory.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let source = json!({"source": "github:acme", "listed": 4, "left_out": 1, "repeated": 0});
    assert_eq!(lines[0], json!({"inventory": 1, "repositories": 3, "sources": [source]}));
    assert_eq!(lines[1]["repository"], "https://github.com/acme/copy.git");
    assert_eq!((&lines[1]["fork"], &lines[2]["archived"]), (&true.into(), &false.into()));
    assert_eq!(requests.load(Ordering::Relaxed), 3);
    let whole = plan(&sandbox, call(&["fleet", "plan", "github:acme"]));
    assert_eq!(whole.lines().count(), 5);

    let text = run(call(&[&SCAN[..], &["-v"]].concat()), 1);
    assert!(text.contains("4 repositories: 4 read; secrets in 4; everything was read"), "{text}");
    for seen in providers.requests() {
        let authorization = seen.headers.get("authorization").map(String::as_str);
        let is_api = seen.host == "api.github.com";
        let expected =
            if is_api { format!("Bearer {TOKEN}") } else { basic(&format!("x-access-token:{TOKEN}")) };
        assert_eq!(authorization, Some(expected.as_str()), "{} {}", seen.host, seen.path);
    }
    assert_eq!(providers.hosts(), ["api.github.com:443", "github.com:443"]);
    let store = sandbox.dir.join("store");
    assert_eq!(holds(&store, TOKEN), None);
    assert_eq!(holds(&store, &basic(&format!("x-access-token:{TOKEN}"))), None);
    for (name, row) in rows(&store) {
        assert!(row["local"].is_null());
        // The report is that of a scan of a mirror.
        let mirror = sandbox.dir.join("served/acme").join(&name);
        let single =
            sandbox.command_in(&mirror, skant_program()).args(["scan", "--history", "--json"]).output();
        assert_eq!(
            report(&store, &row),
            String::from_utf8(single.expect("skant").stdout).expect("UTF-8"),
            "{name}"
        );
    }
    // Nothing is fetched twice.
    let before = providers.requests().len();
    let text = run(call(&SCAN), 1);
    assert!(text.contains("0 read, 4 unchanged"), "{text}");
    let asked = &providers.requests()[before..];
    assert!(asked.iter().all(|seen| !seen.path.contains("/objects/")), "{asked:?}");
}

fn basic(credentials: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(credentials))
}

fn each_forge_is_asked_in_its_form() {
    let sandbox = Sandbox::empty();
    let providers = Providers::start(|seen| {
        let list = match seen.host.as_str() {
            "gitlab.example.org" => {
                json!([{"path_with_namespace": "g/sub/p", "archived": true, "forked_from_project": null}])
            }
            "git.example.org" => json!([{"full_name": "acme/g", "archived": false, "fork": false}]),
            "api.bitbucket.org" => json!({"size": 1, "values": [{"full_name": "space/b"}]}),
            "ghe.example.org" if seen.path.starts_with("/api/v3/users/") => {
                json!([github_entry("e", false, false)])
            }
            _ => return Reply::Answer(404, Vec::new(), Vec::new()),
        };
        Reply::json(200, &list.to_string())
    });
    for (source, variable, repository, host, authorization) in [
        (
            "gitlab:https://gitlab.example.org/g",
            "GITLAB_TOKEN",
            "https://gitlab.example.org/g/sub/p.git",
            "gitlab.example.org",
            "Bearer",
        ),
        (
            "gitea:https://git.example.org/acme",
            "GITEA_TOKEN",
            "https://git.example.org/acme/g.git",
            "git.example.org",
            "token",
        ),
        (
            "bitbucket:space",
            "BITBUCKET_TOKEN",
            "https://bitbucket.org/space/b.git",
            "api.bitbucket.org",
            "Bearer",
        ),
        (
            "github:https://ghe.example.org/acme",
            "GITHUB_TOKEN",
            "https://ghe.example.org/acme/e.git",
            "ghe.example.org",
            "Bearer",
        ),
    ] {
        let before = providers.requests().len();
        let mut call = command(&sandbox, &providers, &["fleet", "plan", source]);
        call.env(variable, TOKEN);
        let inventory = plan(&sandbox, call);
        let line: Value = serde_json::from_str(inventory.lines().nth(1).expect("a line")).expect("JSON");
        assert_eq!((&line["repository"], &line["source"]), (&repository.into(), &source.into()));
        for seen in &providers.requests()[before..] {
            assert_eq!(seen.host, host);
            assert_eq!(seen.headers.get("authorization"), Some(&format!("{authorization} {TOKEN}")));
        }
    }
}

fn a_list_with_a_gap_makes_no_inventory() {
    let sandbox = Sandbox::empty();
    let providers = Providers::start(|seen| match seen.path.rsplit('=').next() {
        Some("1") => Reply::Answer(
            200,
            vec![("link".to_owned(), "<x>; rel=\"next\"".to_owned())],
            json!([github_entry("one", false, false)]).to_string().into(),
        ),
        _ => Reply::Answer(401, Vec::new(), Vec::new()),
    });
    let output = command(&sandbox, &providers, &["fleet", "plan", "github:acme"]).output().expect("skant");
    let text = text_of(&output);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{text}");
    assert!(text.contains("does not show the repositories of `acme` (401)"), "{text}");
    assert!(text.contains("`GITHUB_TOKEN` or `GH_TOKEN`"), "{text}");
    let text = run(command(&sandbox, &providers, &["fleet", "plan", "gitea:acme"]), 2);
    assert!(text.contains("write `gitea:https://HOST/OWNER`"), "{text}");
}

fn a_mirror_is_updated_and_has_the_report_of_a_new_one() {
    let sandbox = Sandbox::empty();
    make_served(&sandbox, &["one"]);
    let root = sandbox.dir.join("served");
    let providers = Providers::start(move |seen| serve(&root, seen));
    sandbox.write("list", "https://git.example.org/acme/one.git\n");
    plan(&sandbox, command(&sandbox, &providers, &["fleet", "plan", "--from", "list"]));
    let scan = |store: &str, more: &[&str]| {
        let arguments = [&["fleet", "scan", "inventory.jsonl", "--store", store], more].concat();
        run(command(&sandbox, &providers, &arguments), 1)
    };
    scan("store", &[]);
    let publish = "git push -q --mirror ../../served/acme/one.git; cd ../../served/acme/one.git; git reflog expire --expire=now --all; \
         git gc -q --prune=now; git update-server-info";
    for (number, change) in [
        "echo more > b; git add b; git commit -q -m more",
        "git commit -q --amend -m other; git tag -f -a -m z v1",
        "git checkout -q -b side; git commit -q --allow-empty -m side",
        "git -C ../../served/acme/one.git symbolic-ref HEAD refs/heads/side; git branch -q -D main; git tag -d v1 > /dev/null",
    ]
    .iter()
    .enumerate()
    {
        sandbox.sh(&format!("cd src/one; {change}; {publish}"));
        let text = scan("store", &[]);
        assert!(text.contains("1 repository: 1 read"), "{change}: {text}");
        let fresh = format!("fresh{number}");
        scan(&fresh, &["--keep-mirrors", "0"]);
        let [kept, fresh] = ["store", fresh.as_str()].map(|store| {
            let store = sandbox.dir.join(store);
            let row = rows(&store).remove("one.git").expect("a row");
            (row["key"].clone(), report(&store, &row), store)
        });
        assert_eq!((&kept.0, &kept.1), (&fresh.0, &fresh.1), "{change}");
        let count = |store: &Path| fs::read_dir(store.join("mirrors")).expect("mirrors").count();
        assert_eq!((count(&kept.2), count(&fresh.2)), (1, 0));
        assert_eq!(fs::read_dir(kept.2.join("work")).expect("a folder").count(), 0);
        assert!(scan("store", &[]).contains("0 read, 1 unchanged"));
        let config =
            fs::read_dir(kept.2.join("mirrors")).expect("mirrors").next().expect("one").expect("one").path();
        assert_eq!(holds(&config, "git.example.org"), None, "the URL is in no file");
    }
}

/// Starts a server with faults, until they are mended.
fn start_faulty(root: PathBuf, is_mended: Arc<AtomicBool>) -> Providers {
    Providers::start(move |seen| {
        if is_mended.load(Ordering::Relaxed) {
            return serve(&root, seen);
        }
        match seen.path.split('/').nth(2) {
            Some("cut.git") if seen.path.contains(".pack") => Reply::CutBody,
            Some("slow.git") => Reply::SlowHeader(Duration::from_secs(60)),
            Some("private.git") => {
                Reply::with_header(401, "www-authenticate", "Basic realm=\"a\u{1b}[31m forge\"")
            }
            _ => serve(&root, seen),
        }
    })
}

fn a_server_that_cuts_hangs_or_has_too_much_is_named_and_the_rest_is_read() {
    let sandbox = Sandbox::repo();
    make_served(&sandbox, &["good", "large", "cut", "slow", "private"]);
    sandbox.sh(
        "cd src/large; head -c 3000000 /dev/urandom > big; git add big; git commit -q -m big; \
         git push -q --mirror ../../served/acme/large.git; cd ../../served/acme/large.git; git gc -q; git update-server-info",
    );
    let is_mended = Arc::new(AtomicBool::new(false));
    let providers = start_faulty(sandbox.dir.join("served"), Arc::clone(&is_mended));
    let list: String = ["good", "large", "cut", "slow", "private"]
        .map(|name| format!("https://git.example.org/acme/{name}.git\n"))
        .concat();
    sandbox.write("list", list + "ssh://git@127.0.0.1:1/none.git\ngit://127.0.0.1:1/none.git\n");
    plan(&sandbox, command(&sandbox, &providers, &["fleet", "plan", "--from", "list"]));
    // The settings of the repository around the current folder are not the user's.
    for (name, value) in [
        ("core.sshCommand", "touch mark"),
        ("credential.helper", "!touch mark"),
        ("http.proxy", "http://127.0.0.1:1"),
        ("url.ext::touch%20mark.insteadOf", "https://git.example.org/"),
    ] {
        sandbox.git(&["config", name, value]);
    }
    let limits = [&SCAN[..], &["--max-size", "1M", "--clone-timeout", "4", "--jobs", "4"]].concat();
    let text = run(command(&sandbox, &providers, &limits), 3);
    let store = sandbox.dir.join("store");
    let found = rows(&store);
    for (name, code, tries) in [
        ("large.git", "too-large", 1),
        ("slow.git", "too-slow", 1),
        ("cut.git", "unreachable", 3),
        ("private.git", "unreachable", 3),
        ("none.git", "unreachable", 3),
    ] {
        let row = &found[name];
        assert_eq!((&row["error"]["code"], &row["tries"]), (&code.into(), &tries.into()), "{row}");
        assert!(text.contains(&format!("/{name}: ")) && !text.contains('\u{1b}'), "{text}");
    }
    assert_eq!((&found["good.git"]["state"], &found["good.git"]["exit"]), (&"complete".into(), &1.into()));
    assert!(
        text.contains("7 repositories: 1 read, 6 failed; secrets in 1; not everything was read"),
        "{text}"
    );
    assert_eq!(
        fs::read_dir(store.join("work")).expect("a folder").count(),
        0,
        "nothing is left of broken clones"
    );
    assert!(!sandbox.dir.join("mark").exists(), "no program of the repository was run");
    is_mended.store(true, Ordering::Relaxed);
    let text = run(command(&sandbox, &providers, &SCAN), 3);
    assert!(text.contains("7 repositories: 4 read, 1 unchanged, 2 failed"), "{text}");
}
