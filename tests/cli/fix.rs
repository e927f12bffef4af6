//! `skant fix`: values move to `.env`, and only their places change.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::trials::{Ran, Trial};
use testkit::{Sandbox, needs, repository, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    let mut trials = testkit::trials![
        env_file_gets_each_value_once_and_only_its_owner_reads_it,
        fix_asks_first_and_without_a_terminal_writes_nothing,
        interrupted_fix_is_completed_by_the_next_one,
        only_what_is_named_is_fixed,
        tracked_env_file_or_a_link_is_refused,
        ignored_example_is_included_again,
        store_commands_run_as_they_stand_and_hold_no_value,
    ];
    for file in FILES {
        let name = format!("fix::each_case_of_{}_is_as_its_fixture_says", file.language);
        trials.push(Trial::ignorable_test(name, move || {
            fixture(file);
            Ok(testkit::trials::Completion::Completed)
        }));
        let name = format!("fix::results_in_{}_parse", file.language);
        trials.push(Trial::ignorable_test(name, move || {
            use testkit::trials::TestResult as _;
            Ok(results_parse(file).completion())
        }));
    }
    trials
}

/// The fixtures of a language, and the tool that parses its files.
#[derive(Clone, Copy)]
struct FixtureFile {
    language: &'static str,
    /// The endings of the files that the tool takes.
    endings: &'static [&'static str],
    /// The tool with its arguments; the file follows.
    tool: &'static [&'static str],
    /// The arguments with which the tool only shows that it works.
    probe: &'static [&'static str],
}

const FILES: [FixtureFile; 13] = [
    FixtureFile {
        language: "python",
        endings: &["py"],
        tool: &["python3", "-c", "import ast,sys; ast.parse(open(sys.argv[1],'rb').read())"],
        probe: &["--version"],
    },
    FixtureFile {
        language: "javascript",
        endings: &["js", "mjs"],
        tool: &["node", "--check"],
        probe: &["--version"],
    },
    FixtureFile {
        language: "typescript",
        endings: &["ts"],
        tool: &["tsc", "--noEmit", "--skipLibCheck"],
        probe: &["--version"],
    },
    FixtureFile {
        language: "go",
        endings: &["go"],
        tool: &["sh", "-c", "gofmt -e \"$0\""],
        probe: &["-c", "command -v gofmt"],
    },
    FixtureFile {
        language: "rust",
        endings: &["rs"],
        tool: &["rustc", "--edition", "2021", "--emit", "metadata", "--out-dir", "."],
        probe: &["--version"],
    },
    FixtureFile { language: "java", endings: &["java"], tool: &["javac", "-d", "."], probe: &["-version"] },
    FixtureFile { language: "kotlin", endings: &["kt"], tool: &["kotlinc", "-d", "."], probe: &["-version"] },
    FixtureFile {
        language: "csharp",
        endings: &["cs"],
        tool: &["mcs", "-target:library", "-out:x.dll"],
        probe: &["--version"],
    },
    FixtureFile { language: "ruby", endings: &["rb"], tool: &["ruby", "-c"], probe: &["--version"] },
    FixtureFile { language: "php", endings: &["php"], tool: &["php", "-l"], probe: &["--version"] },
    FixtureFile { language: "shell", endings: &["sh", "run"], tool: &["bash", "-n"], probe: &["--version"] },
    FixtureFile {
        language: "yaml",
        endings: &["yml", "yaml"],
        tool: &["python3", "-c", "import sys, yaml; yaml.safe_load(open(sys.argv[1]))"],
        probe: &["-c", "import yaml"],
    },
    FixtureFile {
        language: "terraform",
        endings: &["tf"],
        tool: &["terraform", "fmt", "-check"],
        probe: &["version"],
    },
];

/// One case: the texts before and after; equal if the file is refused.
struct Case {
    path: String,
    before: Vec<u8>,
    after: Option<Vec<u8>>,
}

fn key() -> String {
    tokens::api_key("fix")
}

fn password() -> String {
    ["kX9pQ2", "vR7tLm"].concat()
}

fn cases(language: &str) -> Vec<Case> {
    let text = fs::read_to_string(repository("fixtures/fix").join(format!("{language}.txt"))).unwrap();
    let text = text.replace("«KEY»", &key()).replace("«PW»", &password());
    let case = |block: &str| {
        let (path, body) = block.split_once('\n').unwrap();
        let split = ["---", "--- crlf", "--- bom"].into_iter().find_map(|line| {
            let (before, after) = body.split_once(&format!("\n{line}\n"))?;
            Some((line, format!("{before}\n"), after.to_owned()))
        });
        let (line, before, after) =
            split.map_or(("", body.to_owned(), None), |(line, before, after)| (line, before, Some(after)));
        let finish = |text: String| match line {
            "--- crlf" => text.replace('\n', "\r\n").into_bytes(),
            "--- bom" => format!("\u{feff}{text}").into_bytes(),
            _ => text.into_bytes(),
        };
        Case { path: path.to_owned(), before: finish(before), after: after.map(finish) }
    };
    text.split("=== ").skip(1).map(case).collect()
}

/// Writes the files of all cases, each in a folder of its own, and fixes them in one run.
fn fixed(language: &str) -> (Sandbox, Vec<(PathBuf, Case)>, String) {
    let sandbox = Sandbox::repo();
    let mut files = Vec::new();
    for (number, case) in cases(language).into_iter().enumerate() {
        let is_fixed_place = case.path.starts_with('.');
        let path = if is_fixed_place { case.path.clone() } else { format!("c{number}/{}", case.path) };
        sandbox.write(&path, &case.before);
        files.push((PathBuf::from(path), case));
    }
    sandbox.commit_all("before");
    let output = sandbox.skant(&["fix", "--yes"]);
    let any_refused = files.iter().any(|(_, case)| case.after.is_none());
    assert_eq!(
        output.status.code(),
        Some(i32::from(any_refused)),
        "{}",
        text_of(&output).replace(&key(), "KEY")
    );
    let said = text_of(&output);
    assert!(!said.contains(&key()) && !said.contains(&password()), "the output shows a value");
    (sandbox, files, said)
}

fn fixture(file: FixtureFile) {
    let (sandbox, files, said) = fixed(file.language);
    let mut expected = BTreeSet::from([".gitignore".to_owned(), ".env.example".to_owned()]);
    for (path, case) in &files {
        let now = fs::read(sandbox.dir.join(path)).unwrap();
        let after = case.after.as_ref().unwrap_or(&case.before);
        let show =
            |text: &[u8]| String::from_utf8_lossy(text).replace(&key(), "KEY").replace(&password(), "PW");
        assert!(now == *after, "{}:\n{}\n{}", path.display(), show(&now), said);
        if case.after.is_some() {
            expected.insert(path.display().to_string());
        } else {
            assert!(said.contains(&format!("{}:", path.display())), "{} is named: {said}", path.display());
        }
    }
    // Git shows no other change.
    let status = sandbox.git(&["status", "--porcelain", "-uall"]);
    let changed: BTreeSet<String> = status.lines().map(|line| line[3..].to_owned()).collect();
    let is_example = |path: &String| path.ends_with(".env.example");
    let others: Vec<&String> = changed.difference(&expected).filter(|path| !is_example(path)).collect();
    assert!(others.is_empty(), "{others:?}");
    // A scan of what was fixed is clean.
    let fixed: Vec<String> = files
        .iter()
        .filter(|(_, case)| case.after.is_some())
        .map(|(path, _)| path.display().to_string())
        .chain([".env.example".to_owned(), ".gitignore".to_owned()])
        .collect();
    let arguments: Vec<&str> = ["scan", "-q"].into_iter().chain(fixed.iter().map(String::as_str)).collect();
    let output = sandbox.skant(&arguments);
    let is_clean = output.status.code() == Some(0);
    assert!(is_clean, "{}", text_of(&output).replace(&key(), "KEY"));
}

fn results_parse(file: FixtureFile) -> Ran {
    needs::success(file.tool[0], file.probe)?;
    let (sandbox, files, _) = fixed(file.language);
    let parses = |path: &Path| {
        let out = Sandbox::empty();
        let mut command = Command::new(file.tool[0]);
        command.args(&file.tool[1..]).arg(sandbox.dir.join(path)).current_dir(&out.dir);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}: {}", path.display(), text_of(&output));
    };
    let mut count = 0;
    for (path, case) in &files {
        let name = path.to_string_lossy();
        let is_taken = file.endings.iter().any(|ending| name.rsplit(['.', '/']).next() == Some(ending));
        if case.after.is_some() && is_taken {
            parses(path);
            count += 1;
        }
    }
    assert!(count > 0);
    Ok(())
}

/// A repository with one file of one key.
fn leaky(key: &str) -> Sandbox {
    let sandbox = Sandbox::repo();
    sandbox.write("app.py", format!("API_KEY = \"{key}\"\n"));
    sandbox.commit_all("leak");
    sandbox
}

fn read(sandbox: &Sandbox, path: &str) -> String {
    fs::read_to_string(sandbox.dir.join(path)).unwrap()
}

fn env_file_gets_each_value_once_and_only_its_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (one, other) = (tokens::api_key("one"), tokens::api_key("other"));
    let sandbox = leaky(&one);
    sandbox.write("b.py", format!("A = \"{one}\"\nB = \"{other}\"\n"));
    sandbox.write(".env", "# mine\nANTHROPIC_API_KEY='something else'\nLAST=1");
    sandbox.sh("chmod 644 .env");
    let output = sandbox.skant(&["fix", "--yes"]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    let expected = format!(
        "# mine\nANTHROPIC_API_KEY='something else'\nLAST=1\nANTHROPIC_API_KEY_2={one}\nANTHROPIC_API_KEY_3={other}\n"
    );
    assert!(read(&sandbox, ".env") == expected);
    let mode = fs::metadata(sandbox.dir.join(".env")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(read(&sandbox, ".env.example"), "ANTHROPIC_API_KEY_2=\nANTHROPIC_API_KEY_3=\n");
    assert_eq!(read(&sandbox, "app.py"), "import os\nAPI_KEY = os.environ[\"ANTHROPIC_API_KEY_2\"]\n");
    // Shells and programs read the same value.
    assert!(sandbox.sh("set -a; . ./.env; printf %s \"$ANTHROPIC_API_KEY_3\"") == other);
    assert_eq!(sandbox.skant(&["scan", "-q"]).status.code(), Some(0));
}

fn fix_asks_first_and_without_a_terminal_writes_nothing() {
    let key = tokens::api_key("ask");
    let sandbox = leaky(&key);
    let output = sandbox.skant(&["fix"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text_of(&output).contains("+API_KEY = os.environ[\"ANTHROPIC_API_KEY\"]"),
        "{}",
        text_of(&output)
    );
    assert!(text_of(&output).contains("nothing was written: `--yes` writes the changes"));
    assert_eq!(sandbox.git(&["status", "--porcelain", "--ignored"]), "");
}

fn interrupted_fix_is_completed_by_the_next_one() {
    let key = tokens::api_key("interrupted");
    let sandbox = leaky(&key);
    // The state after the values were written and before the code was.
    sandbox.write(".gitignore", ".env\n");
    sandbox.write(".env", format!("ANTHROPIC_API_KEY={key}\n"));
    let output = sandbox.skant(&["fix", "--yes"]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    assert!(read(&sandbox, ".env") == format!("ANTHROPIC_API_KEY={key}\n"));
    assert_eq!(read(&sandbox, "app.py"), "import os\nAPI_KEY = os.environ[\"ANTHROPIC_API_KEY\"]\n");
    // A second run has nothing to do.
    let output = sandbox.skant(&["fix", "--yes"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text_of(&output).contains("nothing is to be done"), "{}", text_of(&output));
}

fn only_what_is_named_is_fixed() {
    let (one, other) = (tokens::api_key("one"), tokens::api_key("other"));
    let sandbox = leaky(&one);
    sandbox.write("b/b.py", format!("A = \"{other}\"\n"));
    let output = sandbox.skant(&["fix", "--yes", "b"]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    assert!(read(&sandbox, "app.py").contains(&one) && !read(&sandbox, "b/b.py").contains(&other));
    let report = sandbox.skant(&["scan", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap();
    let output = sandbox.skant(&["fix", "--yes", &fingerprint[..8]]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    assert!(!read(&sandbox, "app.py").contains(&one));
    for target in ["no-such-file.py", fingerprint] {
        assert_eq!(sandbox.skant(&["fix", "--yes", target]).status.code(), Some(2), "{target}");
    }
}

fn tracked_env_file_or_a_link_is_refused() {
    let key = tokens::api_key("tracked");
    let sandbox = leaky(&key);
    sandbox.write(".env", "A=1\n");
    sandbox.commit_all("env");
    let output = sandbox.skant(&["fix", "--yes", "app.py"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).contains("git rm --cached"), "{}", text_of(&output));
    sandbox.git(&["rm", "-q", "--cached", ".env"]);
    sandbox.sh("rm .env; touch ../elsewhere; ln -s ../elsewhere .env");
    let output = sandbox.skant(&["fix", "--yes", "app.py"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).contains("is a link or no file"), "{}", text_of(&output));
    assert!(read(&sandbox, "app.py").contains(&key));
}

fn ignored_example_is_included_again() {
    let sandbox = leaky(&tokens::api_key("example"));
    sandbox.write(".gitignore", ".env*\r\n");
    assert_eq!(sandbox.skant(&["fix", "--yes"]).status.code(), Some(0));
    assert_eq!(read(&sandbox, ".gitignore"), ".env*\r\n!.env.example\r\n");
    sandbox.git(&["add", ".env.example"]);
}

fn store_commands_run_as_they_stand_and_hold_no_value() {
    let key = tokens::api_key("store");
    let sandbox = leaky(&key);
    sandbox.sh("mkdir ../bin; printf '#!/bin/sh\\nprintf \"%s|\" \"$0\" \"$@\"; cat' > ../bin/tool; chmod 755 ../bin/tool");
    for (store, tool) in [
        ("aws", "aws"),
        ("gcp", "gcloud"),
        ("azure", "az"),
        ("vault", "vault"),
        ("doppler", "doppler"),
        ("vercel", "vercel"),
        ("railway", "railway"),
        ("github-actions", "gh"),
        ("1password", "jq"),
    ] {
        let output = sandbox.skant(&["fix", "--to", store]);
        assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains(&key), "{store}");
        let line = text.lines().find(|line| line.starts_with("tail ")).unwrap();
        sandbox.sh(&format!(
            "cp ../bin/tool ../bin/{tool}; printf '#!/bin/sh\\ncat' > ../bin/op; chmod 755 ../bin/op"
        ));
        let got = sandbox.sh(&format!("PATH=\"$PWD/../bin:$PATH\"; {line}"));
        assert!(got.ends_with(&key), "{store}: the tool reads the value from its standard input");
        assert!(got.matches(&key).count() == 1, "{store}: no argument has the value");
        assert!(text.contains("# to read it: "), "{text}");
    }
    assert_eq!(sandbox.git(&["status", "--porcelain", "--ignored"]), "");
    assert_eq!(sandbox.skant(&["fix", "--to", "nowhere"]).status.code(), Some(2));
}
