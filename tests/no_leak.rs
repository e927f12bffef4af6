//! No output holds a secret, whatever is asked, in whatever format, and whatever goes wrong.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::format_collect,
    reason = "a panic here is the failure report"
)]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Output, Stdio};

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use skant::report::Format;
use support::{Sandbox, skant_program, tokens};

/// Shorter pieces than this are what a mask shows.
const PIECE: usize = 16;

/// Everything that was planted, and all its pieces.
struct Planted {
    pieces: Vec<Vec<u8>>,
}

impl Planted {
    fn new() -> Self {
        Self { pieces: Vec::new() }
    }

    /// Plants a text that has to be nowhere in part; its first `public` bytes are what all of its kind share.
    fn plant(&mut self, secret: String, public: usize) -> String {
        let body = &secret.as_bytes()[public..];
        self.pieces.extend(body.windows(PIECE.min(body.len())).map(<[u8]>::to_vec));
        secret
    }

    fn token(&mut self, family: &str, seed: &str) -> String {
        let token = tokens::token(family, seed);
        let public = token.match_indices('-').nth(2).unwrap().0 + 1;
        self.plant(token, public)
    }

    fn key(&mut self, seed: &str) -> String {
        self.token("API03", seed)
    }

    fn random(&mut self, length: usize, seed: &str) -> String {
        self.plant(tokens::random(tokens::ALPHANUMERIC, length, seed), 0)
    }

    fn search(&self) -> AhoCorasick {
        AhoCorasick::new(&self.pieces).unwrap()
    }
}

/// Holds an output to hold nothing of what was planted; the failure does not print it either.
fn clean(search: &AhoCorasick, bytes: &[u8], what: &str) {
    if let Some(found) = search.find(bytes) {
        let line = bytes[..found.start()].split(|byte| *byte == b'\n').count();
        let from = bytes[..found.start()].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let before = String::from_utf8_lossy(&bytes[from..found.start()]);
        panic!("{what}: a planted piece in line {line}, after: {before}");
    }
}

struct House {
    sandbox: Sandbox,
    planted: Planted,
    /// The repository, in a folder whose name is a token.
    folder: String,
    /// A branch whose name holds one.
    branch: String,
}

impl House {
    fn command(&self) -> Command {
        let mut command =
            self.sandbox.command_in(self.sandbox.dir.join(&self.folder).as_path(), skant_program());
        command.env("RUST_BACKTRACE", "1");
        command
    }

    fn git(&self, args: &[&str]) {
        let args = [&["-C", self.folder.as_str()], args].concat();
        self.sandbox.git(&args);
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        self.sandbox.write(&format!("{}/{path}", self.folder), content);
    }
}

/// What stands beside a key, and in a file's name, without a form of its own.
fn neighbours(planted: &mut Planted) -> [(String, String); 2] {
    let signed = |at: &str| format!("Pa$$w0{at}!x9%Tr#uS&q");
    let beside = format!(
        "PASS={} KEY={} OTHER='{}'\n",
        planted.plant(signed("left"), 0),
        planted.key("between"),
        planted.plant(signed("right"), 0)
    );
    let name = format!("api_key={}", planted.random(32, "path"));
    [("neighbours.env".to_owned(), beside), (name, planted.key("named so"))]
}

fn house() -> House {
    let sandbox = Sandbox::empty();
    let mut planted = Planted::new();
    let folder = planted.key("folder");
    let branch = format!("fix/{}", planted.key("branch"));
    sandbox.git(&["init", "-q", "-b", "main", &folder]);
    let mut house = House { sandbox, planted, folder, branch };
    let planted = &mut house.planted;
    let mut files = Vec::new();
    let families = tokens::FAMILIES.iter().map(|(key, _)| *key).chain(["USR", "CC", "SI", "CCSR", "REQ"]);
    let all: String =
        families.map(|family| format!("{family}_KEY={}\n", planted.token(family, "all"))).collect();
    files.push(("all.env".to_owned(), all));
    let beside = format!(
        "{} {},{}:{}@{}\n",
        planted.random(24, "left"),
        planted.key("one"),
        planted.key("two"),
        planted.random(40, "right"),
        planted.random(16, "short"),
    );
    files.push(("beside.txt".to_owned(), beside));
    let password = format!("db_password: \"{}\"\n", planted.random(32, "password"));
    files.push(("generic.yml".to_owned(), password));
    files.extend(neighbours(planted));
    let encoded = base64::engine::general_purpose::STANDARD.encode(planted.key("encoded"));
    let encoded = planted.plant(encoded, 20);
    files.push((
        "encoded.json".to_owned(),
        format!("{{\"k\": \"{}\", \"e\": \"{encoded}\"}}\n", planted.key("by")),
    ));
    // Long lines are cut, and nothing may be left of what stood at the cut.
    let far =
        format!("{} {} {}\n", planted.random(300, "far"), planted.key("middle"), planted.random(300, "off"));
    files.push(("long.txt".to_owned(), far));
    files.push((format!("{}/{}.txt", planted.key("dir"), planted.key("name")), planted.key("inside")));
    files.push((
        "allowed.py".to_owned(),
        format!("k = '{}' # skant:allow -- was {}\n", planted.key("allowed"), planted.key("reason")),
    ));
    let message = format!("Add {}", planted.key("message"));
    let author = format!("Ada {} <a@example.org>", planted.key("author"));
    let tag = format!("release {}", planted.key("tag"));
    for (path, content) in &files {
        house.write(path, content);
    }
    house.git(&["add", "-A"]);
    house.git(&["commit", "-q", "--no-verify", "-m", &message, "--author", &author]);
    house.git(&["tag", "-a", "v1", "-m", &tag]);
    house.git(&["branch", &house.branch.clone()]);
    for (path, content) in &files {
        house.write(&format!("staged-{path}").replace('/', "-"), content);
    }
    house.git(&["add", "-A"]);
    house
}

const SCANS: [&[&str]; 5] = [
    &["scan"],
    &["scan", "--no-ignore", "--no-suppressions", "--min-confidence", "low"],
    &["scan", "--staged"],
    &["scan", "--history"],
    &["scan", "--history", "HEAD"],
];

fn check(house: &House, search: &AhoCorasick, args: &[&str], input: &[u8], env: &[(&str, &str)]) -> Output {
    use std::io::Write as _;
    let mut child = house
        .command()
        .args(args)
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that has already answered may have closed the pipe.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let what = format!("{:?}", args.iter().map(|word| &word[..word.len().min(20)]).collect::<Vec<_>>());
    clean(search, &output.stdout, &format!("{what}, standard output"));
    clean(search, &output.stderr, &format!("{what}, standard error"));
    output
}

#[test]
fn no_scan_shows_a_secret_in_any_format() {
    let house = house();
    let search = house.planted.search();
    for scan in SCANS {
        for words in [&["-vv"][..], &["-v", "--color", "always"], &["-q"], &["--format", "jsonl"]] {
            let output = check(&house, &search, &[scan, words].concat(), b"", &[]);
            assert_eq!(output.status.code(), Some(1), "{scan:?} {words:?}");
        }
        let files = Format::TABLE.map(|(_, format, _)| house.sandbox.beside(&format!("report.{format}")));
        let targets = files.each_ref().map(|file| {
            let format = file.extension().unwrap().to_str().unwrap();
            format!("{format}:{}", file.display())
        });
        let words: Vec<&str> = targets.iter().flat_map(|target| ["-o", target.as_str()]).collect();
        check(&house, &search, &[scan, &words].concat(), b"", &[]);
        for file in files {
            let content = fs::read(&file).unwrap();
            assert!(!content.is_empty());
            clean(&search, &content, &format!("{scan:?}, {}", file.display()));
            fs::remove_file(file).unwrap();
        }
    }
    let input = fs::read(house.sandbox.dir.join(&house.folder).join("beside.txt")).unwrap();
    for (_, format, _) in Format::TABLE {
        check(&house, &search, &["scan", "-", "--path", &house.branch, "--format", format], &input, &[]);
    }
}

#[test]
fn no_ci_run_shows_a_secret() {
    let house = house();
    let search = house.planted.search();
    let head = house.sandbox.git(&["-C", &house.folder, "rev-parse", "HEAD"]);
    let key = house.branch.as_str();
    let event = house.sandbox.beside("event.json");
    let told = format!("{{\"ref\": \"refs/heads/{key}\", \"after\": \"{head}\", \"before\": \"{key}\"}}");
    fs::write(&event, told).unwrap();
    let event = event.to_str().unwrap();
    for (_, format, _) in Format::TABLE {
        let scan = &["scan", "--ci", "--format", format];
        for (name, value) in [("CIRCLE_BRANCH", key), ("CIRCLE_TAG", key)] {
            let env = [("CIRCLECI", "true"), ("CIRCLE_SHA1", head.as_str()), (name, value)];
            let output = check(&house, &search, scan, b"", &env);
            assert_eq!(output.status.code(), Some(1), "{format} {name}");
        }
        let github =
            [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", event)];
        assert_eq!(check(&house, &search, scan, b"", &github).status.code(), Some(1));
    }
    for env in [
        [("CIRCLECI", "true"), ("CIRCLE_SHA1", key), ("X", "")],
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", key), ("GITHUB_EVENT_PATH", event)],
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", key)],
        [("JENKINS_URL", key), ("CHANGE_ID", key), ("CHANGE_TARGET", key)],
    ] {
        assert_eq!(
            check(&house, &search, &["scan", "--ci"], b"", &env).status.code(),
            Some(2),
            "{:?}",
            env[0]
        );
    }
}

#[test]
fn no_hook_shows_a_secret() {
    let mut house = house();
    let message =
        format!("fix {}\n\nwith {}\n", house.planted.key("subject"), house.planted.random(20, "body"));
    house.write(".git/MESSAGE", message);
    let path = format!("{}/new", house.planted.key("unstaged"));
    house.write(&path, house.planted.pieces.concat());
    let search = house.planted.search();
    let head = house.sandbox.git(&["-C", &house.folder, "rev-parse", "HEAD"]);
    let zero = "0".repeat(40);
    let (pushed, received) = (
        format!("refs/heads/{0} {head} refs/heads/{0} {zero}\n", house.branch),
        format!("{zero} {head} refs/heads/{}\n", house.branch),
    );
    let url = format!("https://user:{}@example.org/x.git", house.branch);
    for verbose in [&[][..], &["-vv"]] {
        for (hook, input) in [
            (&["hook", "pre-commit"][..], ""),
            (&["hook", "pre-commit", &path, "all.env", "absent"], ""),
            (&["hook", "pre-merge-commit"], ""),
            (&["hook", "commit-msg", ".git/MESSAGE"], ""),
            (&["hook", "pre-push", "origin", &url], &pushed),
            (&["hook", "pre-push", &house.branch, &url], &pushed),
            (&["hook", "pre-push", "origin", &url], &house.branch),
            (&["hook", "pre-receive"], &received),
            (&["hook", "pre-receive"], &house.branch),
        ] {
            check(&house, &search, &[hook, verbose].concat(), input.as_bytes(), &[]);
            check(&house, &search, &[verbose, hook].concat(), input.as_bytes(), &[]);
        }
    }
    let (from, to) = (("PRE_COMMIT_FROM_REF", house.branch.as_str()), ("PRE_COMMIT_TO_REF", "HEAD"));
    check(&house, &search, &["hook", "pre-commit"], b"", &[from, to]);
    let nonsense = ("PRE_COMMIT_FROM_REF", house.folder.as_str());
    check(&house, &search, &["hook", "pre-commit"], b"", &[nonsense, to]);
    check(&house, &search, &["hook", "pre-push"], b"", &[("PRE_COMMIT", "1"), nonsense, to]);
    check(&house, &search, &["install"], b"", &[]);
    check(&house, &search, &["install"], b"", &[]);
    check(&house, &search, &["uninstall"], b"", &[]);
}

#[test]
fn no_error_about_an_argument_shows_it() {
    let house = house();
    let search = house.planted.search();
    let key = house.folder.as_str();
    let (glob, option, absent) = (format!("{key}["), format!("--{key}"), format!("absent/{key}"));
    for args in [
        &["scan", key][..],
        &["scan", &absent],
        &["scan", "--history", key],
        &["scan", "--history", &option],
        &["scan", "--history", &absent],
        &["scan", "--format", key],
        &["scan", "--fail-on", key],
        &["scan", "--jobs", key],
        &["scan", "--exclude", &glob],
        &["scan", "-o", &absent],
        &["scan", "-o", &format!("{key}:x/y")],
        &["scan", &option],
        &["-C", key, "scan"],
        &["--config", key, "scan"],
        &["--config", &absent, "scan"],
        &["hook", key],
        &["hook", "commit-msg", key],
        &["hook", "commit-msg", key, key],
        &[key],
    ] {
        let output = check(&house, &search, args, b"", &[]);
        assert!(matches!(output.status.code(), Some(2 | 3)));
    }
    // Outside of a repository, in a folder with that name.
    let outside = house.sandbox.beside(key);
    fs::create_dir(&outside).unwrap();
    for args in [&["scan", "--staged"][..], &["hook", "pre-commit"], &["install"]] {
        let output = house.sandbox.command_in(&outside, skant_program()).args(args).output().unwrap();
        clean(&search, &output.stderr, &format!("{args:?} outside"));
    }
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
        check(&house, &search, &["scan", "--staged"], b"", &[(name, key)]);
        check(&house, &search, &["scan", "--history"], b"", &[(name, &absent)]);
    }
}

#[test]
fn no_error_about_a_configuration_shows_it() {
    let mut house = house();
    let (key, word) = (house.planted.key("config"), house.planted.random(24, "config"));
    let short = house.planted.plant("hunter2hunter2!!".to_owned(), 0);
    let search = house.planted.search();
    let netrc = format!("machine example.org login ada password {word}\nmachine {key} password {short}\n");
    let mut configs = vec![netrc.clone(), format!("[default]\naws_secret_access_key = {word}\n")];
    for secret in [&key, &word, &short] {
        configs.extend([
            format!("\"{secret}\" = 1\n"),
            format!("exclude = \"{secret}\"\n"),
            format!("exclude = [\"{secret}[\"]\n"),
            format!("exclude = [[\"{secret}\"]]\n"),
            format!("disable = [\"{secret}\"]\n"),
            format!("fingerprint-key = [\"{secret}\"]\n"),
            format!("fingerprint-key = \"{secret}\"\n"),
            format!("[[allow]]\nfingerprint = \"{secret}\"\nreason = \"x\"\n"),
            format!("[[allow]]\nfingerprint = \"abcdef12\"\nreason = \"{secret}\"\nuntil = \"{secret}\"\n"),
            format!("[[accept]]\nkind = \"{secret}\"\n"),
            format!("[[accept]]\nkind = \"unreadable\"\npath = \"{secret}[\"\n"),
            format!("a = \"{secret}\n"),
            format!("{secret} = = 1\n"),
        ]);
    }
    for text in &configs {
        house.write("skant.toml", text);
        check(&house, &search, &["scan", "-vv", "all.env"], b"", &[]);
        let own = house.sandbox.beside("own.toml");
        fs::write(&own, text).unwrap();
        let own = own.to_str().unwrap();
        // What its author typed as a rule or a pattern is told back to them, unless it is a key.
        if !(text.contains(&short) || text.contains(&word))
            || !text.contains("disable") && !text.contains('[')
        {
            check(
                &house,
                &search,
                &["--no-repo-config", "--config", own, "scan", "-vv", "all.env"],
                b"",
                &[],
            );
        }
    }
    fs::write(house.sandbox.beside(".netrc"), netrc).unwrap();
    let link = house.sandbox.dir.join(&house.folder).join("skant.toml");
    fs::remove_file(&link).unwrap();
    symlink(house.sandbox.beside(".netrc"), &link).unwrap();
    check(&house, &search, &["scan"], b"", &[]);
    house.git(&["add", "skant.toml"]);
    for args in [&["scan", "--staged"][..], &["hook", "pre-commit"]] {
        assert_eq!(check(&house, &search, args, b"", &[]).status.code(), Some(2));
    }
}

#[test]
fn an_allowed_reason_and_a_rule_that_is_off_show_nothing() {
    let mut house = house();
    let (key, reason) = (house.planted.key("to be allowed"), house.planted.random(40, "reason"));
    house.write("to-allow.env", &key);
    let output = house.command().args(["scan", "to-allow.env", "--format", "json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap();
    let config = format!(
        "disable = [\"anthropic-api-key\"]\n[[allow]]\nfingerprint = \"{fingerprint}\"\nreason = \"{key} {reason}\"\n"
    );
    let search = house.planted.search();
    house.write("skant.toml", &config);
    // The other families in the same folder are found, and the folder's own name is masked still.
    for args in SCANS {
        check(&house, &search, &[args, &["-vv"]].concat(), b"", &[]);
    }
    house.write("skant.toml", config.replace("disable = [\"anthropic-api-key\"]\n", ""));
    let output = check(&house, &search, &["scan", "-vv", "to-allow.env"], b"", &[]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("suppressed"), "{output:?}");
}

#[test]
fn no_help_shows_a_secret_and_problems_mask_their_paths() {
    let house = house();
    let search = house.planted.search();
    for args in [&["--help"][..], &["scan", "--help"], &["hook", "--help"], &["--version"]] {
        check(&house, &search, args, b"", &[]);
    }
    // Objects that cannot be read, at paths that hold a key.
    let listed = house.sandbox.git(&["-C", &house.folder, "ls-tree", "-r", "HEAD"]);
    for line in listed.lines() {
        let oid = line.split_whitespace().nth(2).unwrap();
        let path = house.sandbox.dir.join(&house.folder).join(".git/objects").join(&oid[..2]).join(&oid[2..]);
        fs::remove_file(&path).unwrap_or_default();
        fs::write(&path, "garbage").unwrap();
    }
    for args in SCANS {
        for words in [&["-vv"][..], &["--format", "json"], &["--format", "sarif"]] {
            check(&house, &search, &[args, words].concat(), b"", &[]);
        }
    }
}
