//! `skant fleet`: many repositories, whose reports are those of single scans, whatever happens meanwhile.
#![allow(clippy::expect_used, reason = "a panic here is the failure report")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        every_report_is_that_of_the_single_scan_and_is_made_once,
        what_changed_is_read_again_and_nothing_else,
        a_broken_repository_is_named_and_the_rest_is_read,
        a_killed_run_goes_on_where_it_ended,
        runs_and_shares_side_by_side_do_no_harm,
        hostile_names_stay_in_their_line_and_credentials_out,
        a_store_is_private_and_a_foreign_folder_is_refused,
        mistakes_end_with_2_and_say_what_to_do,
        a_store_is_shown_by_value,
        two_stores_are_compared_by_value,
        an_interrupted_run_ends_with_130_and_goes_on;
        long:
        two_thousand_repositories_survive_a_hundred_kills,
    ]
}

/// The time in all rows.
const TIME: &str = "1767323045";

/// Makes bare repositories below `fleet`: one commit each, in every fifth a key.
fn make_repositories(sandbox: &Sandbox, number: usize) {
    let mut script = String::from("mkdir -p fleet\n");
    for at in 0..number {
        let key = if at % 5 == 3 {
            format!("KEY={}", tokens::api_key(&format!("fleet {at}")))
        } else {
            String::new()
        };
        let text = format!("the text of repository {at}\n{key}\n");
        // Writing to a string does not fail.
        let _ = write!(
            script,
            "git init -q --bare -b main fleet/r{at:04}.git\n\
             printf 'commit refs/heads/main\\ncommitter A <a@example.org> 1700000000 +0000\\ndata 2\\nx\\n\
             M 100644 inline app.env\\ndata {}\\n%s\\n' '{text}' | git -C fleet/r{at:04}.git fast-import --quiet\n",
            text.len()
        );
    }
    sandbox.sh(&script);
}

fn command(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = sandbox.command(skant_program());
    command.env("SOURCE_DATE_EPOCH", TIME).args(arguments);
    command
}

fn run(sandbox: &Sandbox, arguments: &[&str], code: i32) -> String {
    let output = command(sandbox, arguments).output().expect("skant");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text_of(&output));
    text_of(&output)
}

fn plan(sandbox: &Sandbox, entries: &[&str]) {
    let output: Output =
        command(sandbox, &[&["fleet", "plan", "--"], entries].concat()).output().expect("skant");
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    fs::write(sandbox.dir.join("inventory.jsonl"), output.stdout).expect("written");
}

const SCAN: [&str; 5] = ["fleet", "scan", "inventory.jsonl", "--store", "store"];

/// The rows of a store, by repository.
fn rows(store: &Path) -> BTreeMap<String, Value> {
    let entries = fs::read_dir(store.join("coverage")).expect("rows");
    let files = entries.map(|entry| entry.expect("a row").path());
    let files = files.filter(|path| path.extension().is_some_and(|end| end == "json"));
    files
        .map(|path| {
            let row: Value = serde_json::from_slice(&fs::read(path).expect("a row")).expect("JSON");
            (row["repository"].as_str().expect("a name").to_owned(), row)
        })
        .collect()
}

/// All that a store says: for each repository its state and its report.
fn said(store: &Path) -> BTreeMap<String, (String, Vec<u8>)> {
    let said = |(repository, row): (String, Value)| {
        let file = row["report"]["file"].as_str().map(|file| store.join(file));
        let report = file.map(|file| fs::read(file).expect("a report")).unwrap_or_default();
        (repository, (row["state"].as_str().expect("a state").to_owned(), report))
    };
    rows(store).into_iter().map(said).collect()
}

/// The inodes of the rows: a row that is written again has another one.
fn inodes(store: &Path) -> BTreeMap<PathBuf, u64> {
    let entries = fs::read_dir(store.join("coverage")).into_iter().flatten().flatten();
    let named =
        entries.map(|entry| (entry.path(), entry.metadata().map(|found| found.ino()).unwrap_or_default()));
    named.filter(|(path, _)| path.extension().is_some_and(|end| end == "json")).collect()
}

fn single(sandbox: &Sandbox, folder: &str) -> Vec<u8> {
    let mut command = sandbox.command_in(Path::new(folder), skant_program());
    command.args(["scan", "--history", "--json"]).output().expect("skant").stdout
}

fn assert_equal_to_single_scans(sandbox: &Sandbox, store: &Path) {
    for (repository, (state, report)) in said(store) {
        assert_eq!(state, "complete", "{repository}");
        let single = single(sandbox, &repository);
        assert!(report == single, "{repository}:\n{}", String::from_utf8_lossy(&report));
    }
}

fn every_report_is_that_of_the_single_scan_and_is_made_once() {
    let sandbox = Sandbox::empty();
    make_repositories(&sandbox, 7);
    // A working tree with settings, a baseline, a stash, a staged key and a linked worktree.
    sandbox.sh("git init -q -b main fleet/tree");
    sandbox.write("fleet/tree/skant.toml", "exclude = [\"vendor/\"]\n");
    sandbox.write("fleet/tree/vendor/a.env", format!("KEY={}\n", tokens::api_key("vendor")));
    sandbox.write("fleet/tree/b.env", format!("KEY={}\n", tokens::api_key("tree")));
    sandbox.sh("cd fleet/tree; git add -A; git commit -q --no-verify -m x; git worktree add -q ../linked");
    sandbox.write("fleet/tree/c.env", format!("KEY={}\n", tokens::api_key("staged")));
    sandbox.sh("cd fleet/tree; git add -A; git stash -q; git stash apply -q --index");
    // A settings file of the folder in which the run starts is nobody's.
    sandbox.write("skant.toml", "disable = [\"anthropic-api-key\"]\n");
    plan(&sandbox, &["fleet"]);
    let store = sandbox.dir.join("store");
    let text = run(&sandbox, &SCAN, 1);
    assert!(text.contains("9 repositories: 9 read; secrets in 3; everything was read"), "{text}");
    assert_eq!(rows(&store).len(), 9);
    assert_equal_to_single_scans(&sandbox, &store);
    let before = inodes(&store);
    let text = run(&sandbox, &SCAN, 1);
    assert!(
        text.contains("9 repositories: 0 read, 9 unchanged; secrets in 3; everything was read"),
        "{text}"
    );
    assert_eq!(before, inodes(&store));
    // Neither the variables of another repository nor a status in a working tree make a difference.
    sandbox.sh("touch fleet/tree/b.env; git -C fleet/tree status > /dev/null");
    let output = command(&sandbox, &SCAN).env("GIT_DIR", "fleet/r0000.git").output().expect("skant");
    assert!(text_of(&output).contains("9 unchanged"), "{}", text_of(&output));
}

fn what_changed_is_read_again_and_nothing_else() {
    let sandbox = Sandbox::empty();
    make_repositories(&sandbox, 2);
    sandbox.sh("git init -q -b main fleet/tree; cd fleet/tree; git commit -q --allow-empty -m x");
    plan(&sandbox, &["fleet"]);
    let store = sandbox.dir.join("store");
    run(&sandbox, &SCAN, 0);
    for (what, script, read) in [
        ("nothing", ":", 0),
        ("a commit", "git commit -q --allow-empty -m y", 1),
        ("a ref", "git update-ref refs/other HEAD", 1),
        ("an unreachable blob", "echo text | git hash-object -w --stdin", 1),
        ("a staged file", "echo text > a; git add a", 1),
        ("what is staged is not any more", "git rm -q --cached a", 1),
        ("settings", "echo 'exclude = [\"x/\"]' > skant.toml", 1),
        ("a suppression that ended", "echo '0123456789abcdef jwt a until=2020-01-01' > .skant-baseline", 1),
        ("nothing again", "git status", 0),
    ] {
        sandbox.sh(&format!("cd fleet/tree; {script}"));
        let text = run(&sandbox, &SCAN, 0);
        assert!(text.contains(&format!("3 repositories: {read} read")), "{what}: {text}");
        assert_equal_to_single_scans(&sandbox, &store);
    }
    let tree =
        |store: &Path| rows(store).into_iter().find(|(name, _)| name.ends_with("/tree")).expect("a row").1;
    let row = tree(&store);
    assert!(row["read_before"].as_u64() > Some(0) && row["read_before"] == row["objects"], "{row}");
    let text = run(&sandbox, &[&SCAN[..], &["--exclude", "*.x"]].concat(), 0);
    assert!(text.contains("3 read"), "{text}");
    // Without its state everything of a unit is read.
    fs::remove_file(store.join("states").join(row["unit"].as_str().expect("a name"))).expect("a state");
    sandbox.sh("cd fleet/tree; git commit -q --allow-empty -m z");
    run(&sandbox, &SCAN, 0);
    assert_eq!(tree(&store)["read_before"], 0);
    assert_equal_to_single_scans(&sandbox, &store);
    // The user's own settings count for all.
    sandbox.sh(
        "mkdir -p $HOME/.config/skant; echo 'disable = [\"jwt-token\"]' > $HOME/.config/skant/skant.toml",
    );
    let text = run(&sandbox, &SCAN, 0);
    assert!(text.contains("3 read"), "{text}");
    // A report that is missing or cut, or a row that is damaged, is made again.
    let row = rows(&store).into_values().next().expect("a row");
    let report = store.join(row["report"]["file"].as_str().expect("a file"));
    fs::write(&report, "{").expect("written");
    let coverage = store.join("coverage").join(format!(
        "{}.json",
        rows(&store).into_values().nth(1).expect("a row")["unit"].as_str().expect("a name")
    ));
    fs::write(&coverage, "{\"coverage\":1").expect("written");
    let text = run(&sandbox, &SCAN, 0);
    assert!(text.contains("2 read, 1 unchanged"), "{text}");
    assert_equal_to_single_scans(&sandbox, &store);
    assert_eq!(fs::read_dir(store.join("work")).expect("a folder").count(), 0);
    let reports: usize = fs::read_dir(store.join("reports"))
        .expect("reports")
        .map(|unit| fs::read_dir(unit.expect("a folder").path()).expect("reports").count())
        .sum();
    assert_eq!(reports, 3, "reports that no row names are removed");
}

fn a_broken_repository_is_named_and_the_rest_is_read() {
    let sandbox = Sandbox::empty();
    make_repositories(&sandbox, 6);
    // A damaged repository inside of another one is not that other one.
    sandbox.sh("git init -q -b main .; git init -q fleet/damaged; git init -q -b main fleet/busy");
    sandbox.sh("cd fleet/busy; git commit -q --allow-empty -m x");
    plan(&sandbox, &["fleet"]);
    sandbox.sh("rm -rf fleet/r0000.git; rm fleet/damaged/.git/HEAD; id=$(git -C fleet/r0002.git rev-parse main:app.env); \
         rm -f fleet/r0002.git/objects/$(printf %s \"$id\" | cut -c1-2)/*");
    let id = sandbox.git(&["-C", "fleet/busy", "rev-parse", "HEAD"]);
    let mut number = 0;
    let add_ref = || {
        // A ref more every few milliseconds, and no process for it: a busy machine starts one too late.
        std::thread::sleep(Duration::from_millis(3));
        number += 1;
        let file = sandbox.dir.join(format!("fleet/busy/.git/refs/heads/n{number}"));
        fs::write(file, format!("{id}\n")).expect("written");
    };
    let (text, _) = testkit::meanwhile(add_ref, || run(&sandbox, &SCAN, 3));
    let rows = rows(&sandbox.dir.join("store"));
    let of = |name: &str| {
        let found = rows.iter().find(|(repository, _)| repository.ends_with(name));
        found.unwrap_or_else(|| panic!("{name}: {text}")).1
    };
    for (name, code) in
        [("r0000.git", "not-a-repository"), ("damaged", "not-a-repository"), ("busy", "changed")]
    {
        let row = of(name);
        assert_eq!((&row["state"], &row["error"]["code"]), (&"failed".into(), &code.into()), "{row}");
        assert_eq!(
            (&row["tries"], &row["exit"], &row["report"]),
            (&3.into(), &2.into(), &Value::Null),
            "{row}"
        );
        assert!(text.contains(name), "{text}");
    }
    let row = of("r0002.git");
    assert_eq!(
        (&row["state"], &row["exit"], &row["tries"]),
        (&"incomplete".into(), &2.into(), &1.into()),
        "{row}"
    );
    assert!(text.contains("incomplete  ") && text.contains("not everything was read"), "{text}");
    for name in ["r0001.git", "r0003.git", "r0004.git", "r0005.git"] {
        assert_eq!(of(name)["state"], "complete", "{name}");
    }
    assert!(text.contains("8 repositories: 5 read, 1 incomplete, 3 failed; secrets in 1"), "{text}");
    // The next run reads what failed, and keeps the report of an earlier run where it fails again.
    let text = run(&sandbox, &SCAN, 3);
    assert!(text.contains("4 unchanged, 1 incomplete, 2 failed"), "{text}");
    sandbox.sh("mv fleet/r0003.git elsewhere");
    run(&sandbox, &SCAN, 2);
    let row =
        &self::rows(&sandbox.dir.join("store"))[of("r0003.git")["repository"].as_str().expect("a name")];
    assert_eq!((&row["state"], &row["findings"]), (&"failed".into(), &1.into()), "{row}");
    assert!(sandbox.dir.join("store").join(row["report"]["file"].as_str().expect("a file")).is_file());
}

/// Kills a run again and again, each time at a pseudo-random moment of its first `window` milliseconds, and lets a last
/// one come to its end. Returns the number of units that were finished before.
fn kill_until_done(sandbox: &Sandbox, kills: usize, window: u64) -> usize {
    let store = sandbox.dir.join("store");
    let arguments = [&SCAN[..], &["--jobs", "2"]].concat();
    let start = |stdout: Stdio| -> Child {
        command(sandbox, &arguments).stdout(stdout).stderr(Stdio::null()).spawn().expect("skant")
    };
    let mut state = 9_u64;
    for round in 0..kills {
        let before = inodes(&store);
        let mut child = start(Stdio::null());
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis(20 + (state >> 33) % window));
        child.kill().expect("a child");
        child.wait().expect("a child");
        // What was finished before is not written again.
        let after = inodes(&store);
        assert!(before.iter().all(|(path, inode)| after.get(path) == Some(inode)), "round {round}");
    }
    let before = inodes(&store);
    let end = start(Stdio::piped()).wait_with_output().expect("skant");
    assert_eq!(end.status.code(), Some(1), "{}", text_of(&end));
    let after = inodes(&store);
    assert!(before.iter().all(|(path, inode)| after.get(path) == Some(inode)));
    before.len()
}

fn a_killed_run_goes_on_where_it_ended() {
    let sandbox = Sandbox::empty();
    make_repositories(&sandbox, 24);
    plan(&sandbox, &["fleet"]);
    run(&sandbox, &["fleet", "scan", "inventory.jsonl", "--store", "whole"], 1);
    kill_until_done(&sandbox, 8, 400);
    assert_eq!(said(&sandbox.dir.join("store")), said(&sandbox.dir.join("whole")));
    let start = Instant::now();
    // What a killed run started ends with it, so the folder of its temporary files can be removed.
    while start.elapsed() < Duration::from_secs(20) {
        run(&sandbox, &SCAN, 1);
        if fs::read_dir(sandbox.dir.join("store/work")).expect("a folder").count() == 0 {
            return;
        }
    }
    panic!("temporary files stay");
}

fn two_thousand_repositories_survive_a_hundred_kills() {
    let sandbox = Sandbox::empty();
    make_repositories(&sandbox, 2000);
    plan(&sandbox, &["fleet"]);
    let before_end = kill_until_done(&sandbox, 100, 6000);
    let store = sandbox.dir.join("store");
    assert!(before_end < 2000, "the kills came before the end");
    assert_eq!(rows(&store).len(), 2000);
    assert_equal_to_single_scans(&sandbox, &store);
}

fn runs_and_shares_side_by_side_do_no_harm() {
    let sandbox = Sandbox::empty();
    make_repositories(&sandbox, 12);
    plan(&sandbox, &["fleet"]);
    run(&sandbox, &["fleet", "scan", "inventory.jsonl", "--store", "whole"], 1);
    let together = |calls: Vec<Command>| {
        let children: Vec<Child> = calls
            .into_iter()
            .map(|mut call| call.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("skant"))
            .collect();
        children.into_iter().map(|child| child.wait_with_output().expect("skant")).collect::<Vec<_>>()
    };
    for output in together((0..3).map(|_| command(&sandbox, &SCAN)).collect()) {
        assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    }
    assert_eq!(said(&sandbox.dir.join("store")), said(&sandbox.dir.join("whole")));
    fs::remove_dir_all(sandbox.dir.join("store")).expect("removed");
    let share = |number: usize| {
        let mut call = command(&sandbox, &[&SCAN[..], &["--json", "--shard", "auto"]].concat());
        call.env("CI_NODE_INDEX", number.to_string()).env("CI_NODE_TOTAL", "4");
        call
    };
    let mut read = Vec::new();
    for output in together((1..=4).map(share).collect()) {
        let lines = String::from_utf8(output.stdout.clone()).expect("UTF-8");
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let (sums, units) = lines.split_last().expect("a line");
        assert_eq!((&sums["summary"]["repositories"], &sums["summary"]["read"]), (&3.into(), &3.into()));
        read.extend(units.iter().map(|row| row["repository"].as_str().expect("a name").to_owned()));
    }
    read.sort();
    assert_eq!(read, rows(&sandbox.dir.join("whole")).into_keys().collect::<Vec<_>>());
    assert_eq!(said(&sandbox.dir.join("store")), said(&sandbox.dir.join("whole")));
}

fn hostile_names_stay_in_their_line_and_credentials_out() {
    let sandbox = Sandbox::empty();
    for name in ["--upload-pack=touch x", "-x", "a\nb", "$(touch x)", "%41"] {
        sandbox.git(&["init", "-q", "-b", "main", &format!("./fleet/{name}")]);
        sandbox.git(&["-C", &format!("./fleet/{name}"), "commit", "-q", "--allow-empty", "-m", "x"]);
    }
    // Settings that would run a program if git or the scan obeyed them.
    let program = format!("touch {}", sandbox.dir.join("x").display());
    for setting in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "diff.external",
        "core.hooksPath",
        "filter.x.smudge",
    ] {
        sandbox.git(&["-C", "./fleet/-x", "config", setting, &program]);
    }
    let secret = ["hunter2", "hunter2"].concat();
    let list = format!(
        "./fleet/-x\n./fleet\nhttps://ada:{secret}@127.0.0.1:1/a.git\nssh://git:{secret}@127.0.0.1:1/b\n"
    );
    sandbox.write("list", list);
    let output = command(&sandbox, &["fleet", "plan", "--from", "list"]).output().expect("skant");
    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("took the credentials out of 2 URLs") && !text.contains("hunter2"), "{text}");
    let inventory = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(inventory.lines().count(), 8, "{inventory}");
    let local: Vec<&str> = inventory.lines().skip(1).filter(|line| !line.contains("://")).collect();
    sandbox.write("local", local.join("\n"));
    let output = command(&sandbox, &["fleet", "plan", "--from", "local"]).output().expect("skant");
    fs::write(sandbox.dir.join("inventory.jsonl"), output.stdout).expect("written");
    let text = run(&sandbox, &[&SCAN[..], &["-v"]].concat(), 0);
    assert!(
        text.contains("5 repositories: 5 read") && text.contains("a%0Ab") && text.contains("%2541"),
        "{text}"
    );
    assert_equal_hostile(&sandbox);
    assert!(!sandbox.dir.join("x").exists() && !sandbox.dir.join("fleet/x").exists(), "nothing was run");
}

fn assert_equal_hostile(sandbox: &Sandbox) {
    for (repository, (state, report)) in said(&sandbox.dir.join("store")) {
        let folder = repository.replace("%0A", "\n").replace("%25", "%");
        assert_eq!((state.as_str(), report), ("complete", single(sandbox, &folder)), "{repository}");
    }
}

fn a_store_is_private_and_a_foreign_folder_is_refused() {
    let sandbox = Sandbox::empty();
    make_repositories(&sandbox, 4);
    plan(&sandbox, &["fleet"]);
    run(&sandbox, &SCAN, 1);
    let key = tokens::api_key("fleet 3");
    let mut waiting = vec![sandbox.dir.join("store")];
    let mut files = 0;
    while let Some(path) = waiting.pop() {
        let metadata = fs::symlink_metadata(&path).expect("a file");
        let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(metadata.permissions().mode() & 0o777, expected, "{}", path.display());
        if metadata.is_dir() {
            waiting
                .extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else {
            files += 1;
            // `audit_state.rs` looks into states, which are compressed.
            let content = fs::read(&path).expect("a file");
            assert!(!content.windows(20).any(|part| part == &key.as_bytes()[20..40]), "{}", path.display());
        }
    }
    assert_eq!(files, 14);
    let text = run(&sandbox, &["fleet", "scan", "inventory.jsonl", "--store", "fleet"], 2);
    assert!(text.contains("is not empty and no store"), "{text}");
    sandbox.write("store/store.json", "{\"tool\":\"skant\",\"store\":2}\n");
    assert!(run(&sandbox, &SCAN, 2).contains("is a store of another version"));
}

fn mistakes_end_with_2_and_say_what_to_do() {
    let sandbox = Sandbox::empty();
    make_repositories(&sandbox, 2);
    plan(&sandbox, &["fleet"]);
    let inventory = fs::read_to_string(sandbox.dir.join("inventory.jsonl")).expect("an inventory");
    sandbox.write("cut.jsonl", inventory.lines().take(2).map(|line| format!("{line}\n")).collect::<String>());
    sandbox.write("skant.toml", "nonsense = 1\n");
    for (arguments, expected) in [
        (&["fleet", "plan"][..], "name repositories"),
        (&["fleet", "plan", "absent"], "argument 1: "),
        (&["fleet", "plan", "--from", "absent"], "cannot read absent"),
        (&["fleet", "plan", "ext::sh -c x"], "argument 1: it names a remote helper"),
        (&["fleet", "scan", "absent", "--store", "s"], "cannot read absent"),
        (&["fleet", "scan", "cut.jsonl", "--store", "s"], "lists 1, and its first line says 2"),
        (
            &["fleet", "scan", "fleet/r0000.git/config", "--store", "s"],
            "`skant fleet plan` writes an inventory",
        ),
        (&["fleet", "scan", "inventory.jsonl", "--store", "s", "--shard", "3/2"], "write K/N"),
        (&["fleet", "scan", "inventory.jsonl", "--store", "s", "--shard", "auto"], "write `--shard K/N`"),
        (&["fleet", "scan", "inventory.jsonl", "--store", "s", "--config", "skant.toml"], "nonsense"),
    ] {
        let text = run(&sandbox, arguments, 2);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(expected), "{arguments:?}: {text}");
    }
    // The folder from which a run is started has settings with a mistake, which nobody reads.
    run(&sandbox, &SCAN, 0);
}

fn json(sandbox: &Sandbox, arguments: &[&str], code: i32) -> Value {
    let output = command(sandbox, arguments).output().expect("skant");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text_of(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Makes seven repositories: the key of the fourth is in a working tree as well, and a password in two.
fn make_shared_values() -> Sandbox {
    let sandbox = Sandbox::empty();
    make_repositories(&sandbox, 5);
    sandbox.sh("git init -q -b main fleet/tree; git init -q -b main fleet/wood");
    sandbox.write("fleet/tree/copy.env", format!("KEY={}\n", tokens::api_key("fleet 3")));
    for name in ["tree", "wood"] {
        sandbox.write(&format!("fleet/{name}/c.py"), "db_password = \"V8trz.kq0-Lw5\"\n");
        sandbox.sh(&format!("cd fleet/{name}; git add -A; git commit -q --no-verify -m x"));
    }
    plan(&sandbox, &["fleet"]);
    sandbox
}

fn a_store_is_shown_by_value() {
    let sandbox = make_shared_values();
    assert!(run(&sandbox, &["fleet", "status", "fleet"], 2).contains("is no store"));
    assert!(run(&sandbox, &["report", "fleet"], 2).contains("is no store"));
    run(&sandbox, &[&SCAN[..], &["--shard", "1/2"]].concat(), 1);
    let text = run(&sandbox, &["fleet", "status", "store"], 3);
    assert!(
        text.contains("7 repositories: 4 complete, 3 missing") && text.contains("missing     "),
        "{text}"
    );
    run(&sandbox, &SCAN, 1);
    let text = run(&sandbox, &["fleet", "status", "store"], 1);
    assert!(
        text.contains("7 repositories: 7 complete; 4 findings in 3 repositories; everything was read"),
        "{text}"
    );
    let output = command(&sandbox, &["fleet", "status", "store", "--json"]).output().expect("skant");
    assert_eq!(String::from_utf8(output.stdout).expect("UTF-8").lines().count(), 8);

    let report = json(&sandbox, &["report", "store", "--json"], 0);
    let values = report["values"].as_array().expect("values");
    // The same password at the same path of two repositories is not said to be the same.
    assert_eq!(
        (values.len(), &report["complete"], &report["repositories"]["all"]),
        (3, &true.into(), &7.into())
    );
    let key = &values[0];
    assert_eq!((&key["repositories"], &key["at_heads"]), (&2.into(), &2.into()), "{key}");
    assert!(key["first"]["repository"].as_str().expect("a name").ends_with("r0003.git"), "{key}");
    assert_eq!(key["in"][1]["in_files"][0], "main", "{key}");
    let report = json(&sandbox, &["report", "store", "--json", "--rule", "anthropic"], 0);
    assert_eq!(report["values"].as_array().map(Vec::len), Some(1));
    let text = run(&sandbox, &["report", "store"], 0);
    assert!(text.contains("    in 2 repositories; first 2023-11-14 by A <a@example.org> in "), "{text}");
    run(&sandbox, &["report", "store", "-o", "view.html", "-o", "csv:view"], 0);
    let page = fs::read_to_string(sandbox.dir.join("view.html")).expect("a page");
    assert!(page.contains("a head of 2 repositories") && !page.contains("<script"), "{page}");
    assert_eq!(fs::read_to_string(sandbox.dir.join("view")).expect("rows").lines().count(), 4);
    assert!(run(&sandbox, &["report", "store", "-f", "sarif"], 2).contains("have no format `sarif`"));
    assert!(run(&sandbox, &["report", "store", "--rule", "nosuchrule"], 2).contains("no rule"));
}

fn two_stores_are_compared_by_value() {
    let sandbox = make_shared_values();
    run(&sandbox, &SCAN, 1);
    sandbox.sh("cp -r store old");
    assert!(
        run(&sandbox, &["diff", "old", "store"], 0)
            .contains("nothing new, 0 in further repositories, 0 gone")
    );
    sandbox.write("fleet/wood/copy.env", format!("KEY={}\n", tokens::api_key("fleet 3")));
    sandbox.write("fleet/wood/new.env", format!("KEY={}\n", tokens::api_key("new")));
    sandbox.sh("cd fleet/wood; git add -A; git commit -q --no-verify -m y; rm -rf ../r0003.git");
    run(&sandbox, &SCAN, 3);
    let difference = json(&sandbox, &["diff", "old", "store", "--json"], 3);
    let length = |name: &str| difference[name].as_array().map_or(0, Vec::len);
    assert_eq!(
        (length("new"), length("spread"), length("gone"), length("left")),
        (1, 1, 0, 0),
        "{difference}"
    );
    assert!(
        difference["notes"][0].as_str().expect("a note").contains("1 repository of the new store"),
        "{difference}"
    );
    let text = run(&sandbox, &["fleet", "status", "store"], 3);
    assert!(
        text.contains("failed      ") && text.contains("their findings are those of an earlier run"),
        "{text}"
    );
    // A report that is not the one of its row is not believed.
    let row = rows(&sandbox.dir.join("store")).into_values().next().expect("a row");
    let file = sandbox.dir.join("store").join(row["report"]["file"].as_str().expect("a file"));
    let report = fs::read_to_string(&file).expect("a report").replace("\"blobs\": 1", "\"blobs\": 2");
    fs::write(&file, report).expect("written");
    let view = json(&sandbox, &["report", "store", "--json"], 2);
    assert!(
        view["coverage"][0]["error"].as_str().expect("an error").contains("missing or damaged"),
        "{view}"
    );
    assert!(run(&sandbox, &["diff", "old", "inventory.jsonl"], 2).contains("another store only"));
}

fn an_interrupted_run_ends_with_130_and_goes_on() {
    let sandbox = Sandbox::empty();
    make_repositories(&sandbox, 20);
    plan(&sandbox, &["fleet"]);
    let mut child = command(&sandbox, &[&SCAN[..], &["--jobs", "1"]].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("skant");
    let store = sandbox.dir.join("store");
    let start = Instant::now();
    while inodes(&store).is_empty() && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    sandbox.sh(&format!("kill -INT {}", child.id()));
    let status = child.wait().expect("skant");
    let output = child.wait_with_output().expect("skant");
    assert_eq!(status.code(), Some(130), "{}", text_of(&output));
    assert!(text_of(&output).contains("interrupted; the same command goes on"), "{}", text_of(&output));
    let read = rows(&store);
    assert!(!read.is_empty() && read.len() < 20 && read.values().all(|row| row["state"] == "complete"));
    let text = run(&sandbox, &SCAN, 1);
    assert!(text.contains(&format!("{} unchanged; secrets in 4; everything was read", read.len())), "{text}");
}
