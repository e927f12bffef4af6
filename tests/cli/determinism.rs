//! Reports are the same, byte for byte, with any number of threads and from run to run.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;
use skant::Format;
use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        report_depends_on_its_input_only,
        location_and_age_of_a_clone_change_nothing,
        value_that_two_hooks_see_has_one_fingerprint,
    ]
}

/// A repository with branches and merges, one key in many files, and many findings, problems and notes.
fn busy() -> Sandbox {
    let sandbox = Sandbox::with_commit();
    let shared = tokens::api_key("shared");
    for at in 0..150 {
        sandbox.write(&format!("src/{}/{at}.txt", at % 7), format!("file {at}\n").repeat(at % 5 + 1));
    }
    for at in 0..60 {
        let own = tokens::api_key(&format!("own {}", at / 2));
        sandbox
            .write(&format!("conf/{}/{at}.env", at % 11), format!("A={shared}\nB={own}\nC={shared} {own}\n"));
    }
    sandbox.write(
        "large.log",
        format!("{}KEY={}\n", "line of a log\n".repeat(200_000), tokens::api_key("large")),
    );
    sandbox.write("pointer.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    sandbox.write("ended.env", format!("K={} # skant:allow until=2020-01-01\n", tokens::api_key("ended")));
    sandbox.write("bare.env", format!("K={} # skant:allow -- old\n", tokens::api_key("bare")));
    sandbox.write("weak.yml", format!("db_password: {}\n", tokens::random(tokens::ALPHANUMERIC, 24, "weak")));
    sandbox.commit_all("many files");
    for branch in ["one", "two", "three"] {
        sandbox.git(&["checkout", "-q", "-b", branch, "main"]);
        for at in 0..3 {
            let mut text = String::new();
            for key in 0..10 {
                writeln!(text, "{shared} {}", tokens::api_key(&format!("{branch} {at} {key}"))).unwrap();
            }
            sandbox.write(&format!("{branch}/{at}.env"), &text);
            sandbox.write(&format!("common/{at}.env"), format!("{shared}\n{branch}\n"));
            sandbox.commit_all(&format!("{branch} {at} {}", tokens::api_key(&format!("message {at}"))));
        }
    }
    sandbox.git(&["checkout", "-q", "main"]);
    for branch in ["one", "two"] {
        sandbox.git(&["merge", "-q", "--no-verify", "--no-ff", "-X", "theirs", "-m", branch, branch]);
    }
    sandbox.git(&["rm", "-q", "-r", "conf/3", "one"]);
    sandbox.commit_all("remove some");
    sandbox.git(&["tag", "-a", "v1", "-m", "a tag"]);
    // Half of the objects are packed, half are loose, and some are unreachable.
    sandbox.git(&["repack", "-q", "-d"]);
    for at in 0..20 {
        sandbox.write(
            &format!("staged/{at}.env"),
            format!("{shared}\n{}\n", tokens::api_key(&format!("staged {at}"))),
        );
    }
    sandbox.git(&["add", "-A"]);
    sandbox.write("staged/0.env", "changed\n");
    sandbox.write("blocked.env", tokens::api_key("blocked"));
    sandbox.git(&["hash-object", "-w", "blocked.env"]);
    damage(&sandbox);
    sandbox
}

/// Damages objects in the index and in the history.
fn damage(sandbox: &Sandbox) {
    for at in 100..105 {
        sandbox.write(&format!("broken/{at}.txt"), format!("broken {at}\n"));
    }
    sandbox.git(&["add", "broken"]);
    for at in 100..105 {
        let oid = sandbox.git(&["rev-parse", &format!(":broken/{at}.txt")]);
        let path = sandbox.dir.join(".git/objects").join(&oid[..2]).join(&oid[2..]);
        fs::remove_file(&path).unwrap();
        if at % 2 == 0 {
            fs::write(&path, "garbage").unwrap();
        }
    }
}

/// Returns the reports of one run in all formats.
fn reports(sandbox: &Sandbox, scan: &[&str], jobs: &str) -> Vec<(&'static str, String)> {
    let others: Vec<&str> =
        Format::TABLE.map(|(_, name, _)| name).into_iter().filter(|name| *name != "human").collect();
    let file = |name: &str| sandbox.sibling(&format!("out.{name}"));
    let outputs: Vec<String> = others.iter().map(|name| format!("{name}:{}", file(name).display())).collect();
    let outputs = outputs.iter().flat_map(|output| ["-o", output.as_str()]);
    let options: Vec<&str> =
        ["-vv", "--min-confidence", "low", "-j", jobs].into_iter().chain(outputs).collect();
    // Revisions and paths keep their positions; options go before them.
    let mut command = sandbox.command(testkit::skant_program());
    command.env("SOURCE_DATE_EPOCH", "1767323045").args([&["scan"], &options[..], &scan[1..]].concat());
    let output = command.output().unwrap();
    assert!(matches!(output.status.code(), Some(1 | 3)), "{scan:?}: {}", text_of(&output));
    let written = others.into_iter().map(|name| (name, fs::read_to_string(file(name)).unwrap()));
    std::iter::once(("human", text_of(&output))).chain(written).collect()
}

fn report_depends_on_its_input_only() {
    let sandbox = busy();
    for (scan, findings, problems) in [
        (&["scan"][..], 50, 0),
        (&["scan", ".", "absent", "absent2"], 50, 2),
        (&["scan", "--no-ignore"], 50, 0),
        (&["scan", "--staged"], 20, 5),
        (&["scan", "--history", "main"], 80, 0),
        (&["scan", "--history", "main~2..main", "three"], 50, 0),
        (&["scan", "--history"], 100, 2),
    ] {
        let first = reports(&sandbox, scan, "1");
        let report: Value = serde_json::from_str(&first[1].1).unwrap();
        let count = |list: &str| report[list].as_array().unwrap().len();
        assert!(count("findings") >= findings, "{scan:?}: {} findings", count("findings"));
        assert!(count("problems") >= problems, "{scan:?}: {} problems", count("problems"));
        for (run, jobs) in ["8", "8", "3"].into_iter().enumerate() {
            for ((format, one), (_, other)) in first.iter().zip(reports(&sandbox, scan, jobs)) {
                let differs = one.lines().zip(other.lines()).find(|(one, other)| one != other);
                assert!(*one == other, "{scan:?}, {format}, run {run} at {jobs} jobs: {differs:?}");
            }
        }
        in_order(&report, scan);
    }
}

/// Checks the order of findings: path, line, column, rule.
fn in_order(report: &Value, scan: &[&str]) {
    let place = |place: &Value| {
        (place["path"].as_str().unwrap().to_owned(), place["line"].as_u64(), place["column"].as_u64())
    };
    let findings = report["findings"].as_array().unwrap();
    let keys: Vec<_> = findings
        .iter()
        .map(|finding| (place(&finding["locations"][0]), finding["rule"].as_str().unwrap().to_owned()))
        .collect();
    assert!(keys.is_sorted(), "{scan:?}: findings are in order");
    for finding in findings {
        let places: Vec<_> = finding["locations"].as_array().unwrap().iter().map(place).collect();
        assert!(places.is_sorted(), "{scan:?}: places are in order");
        assert!(places.len() <= 100 && places.len() as u64 <= finding["places"].as_u64().unwrap());
    }
    let mut names: Vec<_> = findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap()).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "{scan:?}: one value is one finding");
}

fn location_and_age_of_a_clone_change_nothing() {
    let sandbox = Sandbox::with_commit();
    for at in 0..30 {
        sandbox.write(
            &format!("{at}.env"),
            format!("{}\n{}\n", tokens::api_key("a"), tokens::api_key(&at.to_string())),
        );
    }
    sandbox.commit_all("keys");
    let clone = sandbox.sibling("clone");
    sandbox.git(&["clone", "-q", ".", clone.to_str().unwrap()]);
    let report = |folder: &str| {
        let output = sandbox.skant(&["-C", folder, "scan", "--history", "HEAD", "--format", "json"]);
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(report("."), report(clone.to_str().unwrap()));
    let files = |folder: &str| sandbox.skant(&["-C", folder, "scan", "--format", "sarif"]).stdout;
    assert_eq!(files("."), files(clone.to_str().unwrap()));
}

fn value_that_two_hooks_see_has_one_fingerprint() {
    let sandbox = Sandbox::with_commit();
    let key = tokens::api_key("twice");
    let line = format!("k = {key}\n");
    sandbox.write("b.env", &line);
    sandbox.git(&["add", "b.env"]);
    sandbox.write("a.env", &line);
    let said = text_of(&sandbox.skant(&["hook", "pre-commit", "a.env", "b.env"]));
    assert_eq!(said.matches("error[").count(), 1, "{said}");
    assert!(said.find("a.env:1").unwrap() < said.find("b.env:1").unwrap(), "{said}");
    let head = sandbox.commit_all("leak");
    let push = format!("refs/heads/{key} {head} refs/heads/{key} {}\n", "0".repeat(40));
    let said = text_of(&sandbox.skant_with_input(&["hook", "pre-push", "origin", "url"], push.as_bytes()));
    assert_eq!(said.matches("error[").count(), 1, "{said}");
    assert!(said.contains("b.env:1") && said.contains("ref refs/heads/"), "{said}");
}
