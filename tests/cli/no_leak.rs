//! No output contains a secret: in no format, with no arguments, after no error.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Output, Stdio};

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use skant::Format;
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        scan_shows_no_secret_in_any_format,
        ci_run_shows_no_secret,
        hook_shows_no_secret,
        error_about_an_argument_shows_no_secret,
        error_about_a_configuration_shows_no_secret,
        reasons_and_disabled_rules_show_no_secret,
        baseline_and_explain_show_no_secret,
        saved_reports_and_differences_show_no_secret,
        fix_and_verdicts_show_no_secret,
        help_shows_no_secret_and_problems_mask_paths,
    ]
}

/// A mask shows pieces up to this length.
const PIECE: usize = 16;

/// The planted texts and their pieces.
struct Planted {
    pieces: Vec<Vec<u8>>,
}

impl Planted {
    fn new() -> Self {
        Self { pieces: Vec::new() }
    }

    /// Plants a text. No part of it may occur in an output, except for its first `public` bytes, which all texts of its
    /// kind share.
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

/// Checks that an output has no planted piece. The message of a failure does not print the piece either.
fn shows_nothing(search: &AhoCorasick, bytes: &[u8], what: &str) {
    if let Some(found) = search.find(bytes) {
        let line = bytes[..found.start()].split(|byte| *byte == b'\n').count();
        let from = bytes[..found.start()].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let before = String::from_utf8_lossy(&bytes[from..found.start()]);
        panic!("{what}: a planted piece in line {line}, after: {before}");
    }
}

struct Project {
    sandbox: Sandbox,
    planted: Planted,
    /// The repository, in a folder whose name is a token.
    folder: String,
    /// A branch whose name contains a token.
    branch: String,
}

impl Project {
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

/// Values near a key and in the name of a file, of no known format.
fn neighbours(planted: &mut Planted) -> [(String, String); 2] {
    let signed = |at: &str| format!("Pa$$w0{at}!x9%Tr#uS&q");
    let neighbour = format!(
        "PASS={} KEY={} OTHER='{}'\n",
        planted.plant(signed("left"), 0),
        planted.key("between"),
        planted.plant(signed("right"), 0)
    );
    let name = format!("api_key={}", planted.random(32, "path"));
    [("neighbours.env".to_owned(), neighbour), (name, planted.key("named so"))]
}

fn project() -> Project {
    let sandbox = Sandbox::empty();
    let mut planted = Planted::new();
    let folder = planted.key("folder");
    let branch = format!("fix/{}", planted.key("branch"));
    sandbox.git(&["init", "-q", "-b", "main", &folder]);
    let mut project = Project { sandbox, planted, folder, branch };
    let planted = &mut project.planted;
    let mut files = Vec::new();
    let families = tokens::FAMILIES.iter().map(|(key, _)| *key).chain(["USR", "CC", "SI", "CCSR", "REQ"]);
    let all: String =
        families.map(|family| format!("{family}_KEY={}\n", planted.token(family, "all"))).collect();
    files.push(("all.env".to_owned(), all));
    let neighbour = format!(
        "{} {},{}:{}@{}\n",
        planted.random(24, "left"),
        planted.key("one"),
        planted.key("two"),
        planted.random(40, "right"),
        planted.random(16, "short"),
    );
    files.push(("neighbour.txt".to_owned(), neighbour));
    let password = format!("db_password: \"{}\"\n", planted.random(32, "password"));
    files.push(("generic.yml".to_owned(), password));
    files.extend(neighbours(planted));
    let encoded = base64::engine::general_purpose::STANDARD.encode(planted.key("encoded"));
    let encoded = planted.plant(encoded, 20);
    files.push((
        "encoded.json".to_owned(),
        format!("{{\"k\": \"{}\", \"e\": \"{encoded}\"}}\n", planted.key("by")),
    ));
    // Long lines are cut. No part of a value may be left at the cut.
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
        project.write(path, content);
    }
    project.git(&["add", "-A"]);
    project.git(&["commit", "-q", "--no-verify", "-m", &message, "--author", &author]);
    project.git(&["tag", "-a", "v1", "-m", &tag]);
    project.git(&["branch", &project.branch.clone()]);
    for (path, content) in &files {
        project.write(&format!("staged-{path}").replace('/', "-"), content);
    }
    project.git(&["add", "-A"]);
    project
}

const SCANS: [&[&str]; 5] = [
    &["scan"],
    &["scan", "--no-ignore", "--no-suppressions", "--min-confidence", "low"],
    &["scan", "--staged"],
    &["scan", "--history"],
    &["scan", "--history", "HEAD"],
];

fn check(
    project: &Project,
    search: &AhoCorasick,
    args: &[&str],
    input: &[u8],
    env: &[(&str, &str)],
) -> Output {
    use std::io::Write as _;
    let mut child = project
        .command()
        .args(args)
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that ends early may have closed the pipe.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let what = format!("{:?}", args.iter().map(|word| &word[..word.len().min(20)]).collect::<Vec<_>>());
    shows_nothing(search, &output.stdout, &format!("{what}, standard output"));
    shows_nothing(search, &output.stderr, &format!("{what}, standard error"));
    output
}

fn scan_shows_no_secret_in_any_format() {
    let project = project();
    let search = project.planted.search();
    for scan in SCANS {
        for words in [&["-vv"][..], &["-v", "--color", "always"], &["-q"], &["--format", "jsonl"]] {
            let output = check(&project, &search, &[scan, words].concat(), b"", &[]);
            assert_eq!(output.status.code(), Some(1), "{scan:?} {words:?}");
        }
        let files = Format::TABLE.map(|(_, format, _)| project.sandbox.sibling(&format!("report.{format}")));
        let targets = files.each_ref().map(|file| {
            let format = file.extension().unwrap().to_str().unwrap();
            format!("{format}:{}", file.display())
        });
        let words: Vec<&str> = targets.iter().flat_map(|target| ["-o", target.as_str()]).collect();
        check(&project, &search, &[scan, &words].concat(), b"", &[]);
        for file in files {
            let content = fs::read(&file).unwrap();
            assert!(!content.is_empty());
            shows_nothing(&search, &content, &format!("{scan:?}, {}", file.display()));
            fs::remove_file(file).unwrap();
        }
    }
    let input = fs::read(project.sandbox.dir.join(&project.folder).join("neighbour.txt")).unwrap();
    for (_, format, _) in Format::TABLE {
        check(&project, &search, &["scan", "-", "--path", &project.branch, "--format", format], &input, &[]);
    }
}

fn ci_run_shows_no_secret() {
    let project = project();
    let search = project.planted.search();
    let head = project.sandbox.git(&["-C", &project.folder, "rev-parse", "HEAD"]);
    let key = project.branch.as_str();
    let event = project.sandbox.sibling("event.json");
    let payload = format!("{{\"ref\": \"refs/heads/{key}\", \"after\": \"{head}\", \"before\": \"{key}\"}}");
    fs::write(&event, payload).unwrap();
    let event = event.to_str().unwrap();
    for (_, format, _) in Format::TABLE {
        let scan = &["scan", "--ci", "--format", format];
        for (name, value) in [("CIRCLE_BRANCH", key), ("CIRCLE_TAG", key)] {
            let env = [("CIRCLECI", "true"), ("CIRCLE_SHA1", head.as_str()), (name, value)];
            let output = check(&project, &search, scan, b"", &env);
            assert_eq!(output.status.code(), Some(1), "{format} {name}");
        }
        let github =
            [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", event)];
        assert_eq!(check(&project, &search, scan, b"", &github).status.code(), Some(1));
    }
    for env in [
        [("CIRCLECI", "true"), ("CIRCLE_SHA1", key), ("X", "")],
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", key), ("GITHUB_EVENT_PATH", event)],
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", key)],
        [("JENKINS_URL", key), ("CHANGE_ID", key), ("CHANGE_TARGET", key)],
    ] {
        assert_eq!(
            check(&project, &search, &["scan", "--ci"], b"", &env).status.code(),
            Some(2),
            "{:?}",
            env[0]
        );
    }
}

fn hook_shows_no_secret() {
    let mut project = project();
    let message =
        format!("fix {}\n\nwith {}\n", project.planted.key("subject"), project.planted.random(20, "body"));
    project.write(".git/MESSAGE", message);
    let path = format!("{}/new", project.planted.key("unstaged"));
    project.write(&path, project.planted.pieces.concat());
    let search = project.planted.search();
    let head = project.sandbox.git(&["-C", &project.folder, "rev-parse", "HEAD"]);
    let zero = "0".repeat(40);
    let (pushed, received) = (
        format!("refs/heads/{0} {head} refs/heads/{0} {zero}\n", project.branch),
        format!("{zero} {head} refs/heads/{}\n", project.branch),
    );
    let url = format!("https://user:{}@example.org/x.git", project.branch);
    for verbose in [&[][..], &["-vv"]] {
        for (hook, input) in [
            (&["hook", "pre-commit"][..], ""),
            (&["hook", "pre-commit", &path, "all.env", "absent"], ""),
            (&["hook", "pre-merge-commit"], ""),
            (&["hook", "commit-msg", ".git/MESSAGE"], ""),
            (&["hook", "pre-push", "origin", &url], &pushed),
            (&["hook", "pre-push", &project.branch, &url], &pushed),
            (&["hook", "pre-push", "origin", &url], &project.branch),
            (&["hook", "pre-receive"], &received),
            (&["hook", "pre-receive"], &project.branch),
        ] {
            check(&project, &search, &[hook, verbose].concat(), input.as_bytes(), &[]);
            check(&project, &search, &[verbose, hook].concat(), input.as_bytes(), &[]);
        }
    }
    let (from, to) = (("PRE_COMMIT_FROM_REF", project.branch.as_str()), ("PRE_COMMIT_TO_REF", "HEAD"));
    check(&project, &search, &["hook", "pre-commit"], b"", &[from, to]);
    let nonsense = ("PRE_COMMIT_FROM_REF", project.folder.as_str());
    check(&project, &search, &["hook", "pre-commit"], b"", &[nonsense, to]);
    check(&project, &search, &["hook", "pre-push"], b"", &[("PRE_COMMIT", "1"), nonsense, to]);
    check(&project, &search, &["install"], b"", &[]);
    check(&project, &search, &["install"], b"", &[]);
    check(&project, &search, &["uninstall"], b"", &[]);
}

fn error_about_an_argument_shows_no_secret() {
    let project = project();
    let search = project.planted.search();
    let key = project.folder.as_str();
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
        let output = check(&project, &search, args, b"", &[]);
        assert!(matches!(output.status.code(), Some(2 | 3)));
    }
    // Outside of a repository, in a folder with that name.
    let outside = project.sandbox.sibling(key);
    fs::create_dir(&outside).unwrap();
    for args in [&["scan", "--staged"][..], &["hook", "pre-commit"], &["install"]] {
        let output = project.sandbox.command_in(&outside, skant_program()).args(args).output().unwrap();
        shows_nothing(&search, &output.stderr, &format!("{args:?} outside"));
    }
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
        check(&project, &search, &["scan", "--staged"], b"", &[(name, key)]);
        check(&project, &search, &["scan", "--history"], b"", &[(name, &absent)]);
    }
}

fn error_about_a_configuration_shows_no_secret() {
    let mut project = project();
    let (key, word) = (project.planted.key("config"), project.planted.random(24, "config"));
    let short = project.planted.plant("hunter2hunter2!!".to_owned(), 0);
    let search = project.planted.search();
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
        project.write("skant.toml", text);
        check(&project, &search, &["scan", "-vv", "all.env"], b"", &[]);
        let own = project.sandbox.sibling("own.toml");
        fs::write(&own, text).unwrap();
        let own = own.to_str().unwrap();
        // A rule or a pattern is shown to its author, unless it is a key.
        if !(text.contains(&short) || text.contains(&word))
            || !text.contains("disable") && !text.contains('[')
        {
            check(
                &project,
                &search,
                &["--no-repo-config", "--config", own, "scan", "-vv", "all.env"],
                b"",
                &[],
            );
        }
    }
    fs::write(project.sandbox.sibling(".netrc"), netrc).unwrap();
    let link = project.sandbox.dir.join(&project.folder).join("skant.toml");
    fs::remove_file(&link).unwrap();
    symlink(project.sandbox.sibling(".netrc"), &link).unwrap();
    check(&project, &search, &["scan"], b"", &[]);
    project.git(&["add", "skant.toml"]);
    for args in [&["scan", "--staged"][..], &["hook", "pre-commit"]] {
        assert_eq!(check(&project, &search, args, b"", &[]).status.code(), Some(2));
    }
}

fn reasons_and_disabled_rules_show_no_secret() {
    let mut project = project();
    let (key, reason) = (project.planted.key("to be allowed"), project.planted.random(40, "reason"));
    project.write("to-allow.env", &key);
    let output = project.command().args(["scan", "to-allow.env", "--format", "json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap();
    let config = format!(
        "disable = [\"anthropic-api-key\"]\n[[allow]]\nfingerprint = \"{fingerprint}\"\nreason = \"{key} {reason}\"\n"
    );
    let search = project.planted.search();
    project.write("skant.toml", &config);
    // Keys of other families in the folder are found, and the name of the folder is still masked.
    for args in SCANS {
        check(&project, &search, &[args, &["-vv"]].concat(), b"", &[]);
    }
    project.write("skant.toml", config.replace("disable = [\"anthropic-api-key\"]\n", ""));
    let output = check(&project, &search, &["scan", "-vv", "to-allow.env"], b"", &[]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("suppressed"), "{output:?}");
}

fn baseline_and_explain_show_no_secret() {
    let mut project = project();
    let pattern = project.planted.key("pattern");
    let search = project.planted.search();
    project.write("skant.toml", format!("[[allow]]\npath = \"{pattern}/**\"\nreason = \"was {pattern}\"\n"));
    for file in [
        "all.env",
        "neighbour.txt",
        "generic.yml",
        "neighbours.env",
        "encoded.json",
        "long.txt",
        "allowed.py:1",
    ] {
        let output = check(&project, &search, &["explain", file], b"", &[]);
        assert!(!output.stdout.is_empty(), "{file} is explained");
    }
    check(&project, &search, &["explain", &pattern], b"", &[]);
    check(&project, &search, &["explain", "-"], pattern.as_bytes(), &[]);
    check(&project, &search, &["config", "show"], b"", &[]);
    check(&project, &search, &["config", "check"], b"", &[]);
    check(&project, &search, &["baseline", "create", "--history", "--reason", "known"], b"", &[]);
    let baseline = fs::read(project.sandbox.dir.join(&project.folder).join(".skant-baseline")).unwrap();
    shows_nothing(&search, &baseline, "the baseline");
    let baseline = String::from_utf8(baseline).unwrap();
    let fingerprints: Vec<&str> =
        baseline.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
    assert!(fingerprints.len() > 20, "{} entries", fingerprints.len());
    for fingerprint in &fingerprints[..3] {
        check(&project, &search, &["explain", fingerprint], b"", &[]);
    }
    check(&project, &search, &["allow", fingerprints[0], "--reason", &pattern], b"", &[]);
    check(&project, &search, &["allow", &pattern, "--reason", "x"], b"", &[]);
    project.write(".skant-baseline", format!("{pattern}\n"));
    check(&project, &search, &["baseline", "check"], b"", &[]);
}

fn saved_reports_and_differences_show_no_secret() {
    let mut project = project();
    let pattern = project.planted.key("filter");
    let search = project.planted.search();
    let low = ["scan", "--history", "--min-confidence", "low", "--format", "json"];
    let saved = check(&project, &search, &low, b"", &[]).stdout;
    for format in ["human", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown", "html", "csv"]
    {
        let ci = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_SERVER_URL", "https://example.org"),
            ("GITHUB_REPOSITORY", "a/b"),
        ];
        let output = check(&project, &search, &["report", "-", "-f", format], &saved, &ci);
        assert!(output.status.code() == Some(0) && !output.stdout.is_empty(), "{format}");
    }
    check(&project, &search, &["report", "-", "-vv", "--color", "always"], &saved, &[]);
    project.write("old.json", &saved);
    project.write("wrong.json", format!("{{\"tool\": \"skant\", \"schema\": 1, \"scope\": \"{pattern}\"}}"));
    for args in
        [&["diff", "old.json", "-"][..], &["diff", "old.json", "-", "--json"], &["report", "wrong.json"]]
    {
        check(&project, &search, args, &saved, &[]);
    }
    for option in ["--rule", "--since", "--author", "--severity"] {
        check(&project, &search, &["report", "-", option, &pattern], &saved, &[]);
        check(&project, &search, &["scan", "--history", option, &pattern], b"", &[]);
    }
    check(&project, &search, &["report", &pattern], b"", &[]);
    check(&project, &search, &["diff", &pattern, &pattern], b"", &[]);
}

fn fix_and_verdicts_show_no_secret() {
    let mut project = project();
    let (key, word) = (project.planted.key("moved"), project.planted.random(24, "word"));
    project.write("moved.py", format!("KEY = '{key}'\ndb_password = '{word}'  # {key}\n"));
    let beside = project.planted.plant("Pa$$w0beside!x9%Tr#uS&q".to_owned(), 0);
    for (path, text) in [
        ("beside.py", format!("db.connect('ada', '{beside}'); c = Anthropic(api_key='{key}')  # {beside}\n")),
        ("beside.js", format!("login(\"ada\", \"{beside}\"); const c = new A(\"{key}\");\n")),
        ("beside.go", format!("package a\n\nfunc a() {{\n\tb(\"{beside}\", \"{key}\") // {beside}\n}}\n")),
        ("beside.sh", format!("curl -u 'ada:{beside}' -H 'x-api-key: {key}' https://h.example\n")),
    ] {
        project.write(path, text);
    }
    let search = project.planted.search();
    for arguments in [
        &["fix"][..],
        &["fix", "--to", "vault"],
        &["fix", "--to", "github-actions", "moved.py"],
        &["fix", "--history"],
        &["fix", "--history", "--min-confidence", "low", "--no-suppressions"],
        &["fix", "--history", "--plan", &key],
        &["fix", &key],
        &["fix", "--env-file", &key],
        &["allow", "--rule", &key, "--reason", "x"],
        &["allow", "--path", "*.py", "--verdict", "test", "--by", &key, "--reason", "x"],
        &["triage"],
        &["fix", "--yes", "moved.py"],
        &["allow", "--path", "*.py", "--verdict", "confirmed", "--by", "Ada", "--reason", "x"],
        &["scan"],
    ] {
        check(&project, &search, arguments, b"", &[]);
    }
    let folder = project.sandbox.dir.join(&project.folder);
    for file in [".env.example", ".gitignore", ".skant-baseline"] {
        shows_nothing(&search, &fs::read(folder.join(file)).unwrap_or_default(), file);
    }
    assert!(fs::read_to_string(folder.join(".env")).unwrap().contains(&word), "the value has moved");
}

fn help_shows_no_secret_and_problems_mask_paths() {
    let project = project();
    let search = project.planted.search();
    for args in [&["--help"][..], &["scan", "--help"], &["hook", "--help"], &["--version"]] {
        check(&project, &search, args, b"", &[]);
    }
    // Damages objects at paths that contain a key.
    let listed = project.sandbox.git(&["-C", &project.folder, "ls-tree", "-r", "HEAD"]);
    for line in listed.lines() {
        let oid = line.split_whitespace().nth(2).unwrap();
        let path =
            project.sandbox.dir.join(&project.folder).join(".git/objects").join(&oid[..2]).join(&oid[2..]);
        fs::remove_file(&path).unwrap_or_default();
        fs::write(&path, "garbage").unwrap();
    }
    for args in SCANS {
        for words in [&["-vv"][..], &["--format", "json"], &["--format", "sarif"]] {
            check(&project, &search, &[args, words].concat(), b"", &[]);
        }
    }
}
