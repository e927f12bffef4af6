//! `skant explain` agrees with a scan at every position, and the parts of a score add up to it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use skant::Policy;
use skant::ScanControl;
use skant::Scanner;
use skant::{Confidence, Finding};
use testkit::trials::{Ran, Trial};
use testkit::{Sandbox, needs, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        explain_agrees_with_scan_on_rule_examples,
        score_parts_are_shown_and_add_up,
        keyword_in_a_password_beside_a_key_is_masked,
        most_confident_location_decides_for_a_value,
        a_fingerprint_is_explained_with_its_history_and_its_place,
        a_value_is_revealed_at_a_terminal_only;
        long: explain_agrees_with_scan_on_labelled_data
    ]
}

fn scanner(min_confidence: Confidence) -> Scanner {
    let now = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    Scanner::new(Policy::new(now).with_min_confidence(min_confidence))
}

type Reported = BTreeSet<(usize, usize, String, Confidence)>;

/// Returns the findings of a scan, or `None` if the report does not list all locations.
fn scanned(scanner: &Scanner, text: &[u8], path: &str) -> Option<Reported> {
    let report = scanner.scan_stdin(&mut &text[..], Some(path), &ScanControl::default());
    let is_listed = |finding: &Finding| finding.places == finding.locations.len();
    report.findings.iter().all(is_listed).then(|| {
        let places = report.findings.iter().flat_map(|finding| {
            let fingerprint = finding.fingerprint.to_string();
            let place = move |at: &skant::internal::text::Position| {
                (at.line, at.column, fingerprint.clone(), finding.confidence)
            };
            finding.locations.iter().map(move |location| place(&location.start))
        });
        places.collect()
    })
}

/// Returns the positions that `explain` calls findings.
fn explained(scanner: &Scanner, text: &[u8], path: &str) -> Reported {
    let all = scanner.explain(text, path.as_bytes());
    let reported = all.iter().filter(|one| one.is_reported);
    let explained_findings = reported.map(|one| {
        let at = one.evidence.start;
        (at.line, at.column, one.fingerprint.to_string(), one.confidence.unwrap())
    });
    explained_findings.collect()
}

/// Counts the positions at which both agree; fails if they differ.
fn agree(engines: &[Scanner], text: &[u8], path: &str) -> usize {
    let agreed = engines.iter().map(|scanner| {
        let Some(scanned) = scanned(scanner, text, path) else { return 0 };
        assert_eq!(explained(scanner, text, path), scanned, "{path}");
        scanned.len()
    });
    agreed.sum()
}

fn engines() -> [Scanner; 2] {
    [Confidence::Low, Confidence::Medium].map(scanner)
}

fn explain_agrees_with_scan_on_rule_examples() {
    let engines = engines();
    let mut agreed = 0;
    for rule in engines[0].detector().rules() {
        for example in rule.examples.iter().chain(rule.counterexamples.iter()) {
            let (text, _) = tokens::expand(example);
            agreed += agree(&engines, &text, "src/settings.py");
            // The same value with less context, and among other values.
            let twice = [&text[..], b"\n\n", &tokens::expand(example).0, b"\npassword = x\n"].concat();
            agreed += agree(&engines, &twice, "tests/settings.py");
        }
    }
    assert!(agreed > 1000, "{agreed}");
}

fn explain_agrees_with_scan_on_labelled_data() -> Ran {
    let archive = needs::shared("creddata/dev.tar.xz")?;
    let folder = tempfile::tempdir().unwrap();
    let unpacked =
        Command::new("tar").arg("-C").arg(folder.path()).arg("-xf").arg(&archive).status().unwrap();
    assert!(unpacked.success());
    let agreed = walk(&engines(), &folder.path().join("data"));
    assert!(agreed > 2000, "{agreed}");
    Ok(())
}

fn walk(engines: &[Scanner], folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            if entry.file_type().unwrap().is_dir() {
                return walk(engines, &entry.path());
            }
            agree(engines, &std::fs::read(entry.path()).unwrap(), &entry.path().to_string_lossy())
        })
        .sum()
}

/// Returns the numbers of the lines with the score: the parts, and the sum.
fn score_lines(said: &str) -> (Vec<f32>, f32) {
    let lines = said.lines().skip_while(|line| !line.starts_with("    score"));
    let numbers: Vec<f32> =
        lines.map_while(|line| line.get(16..)?.split_whitespace().next()?.parse().ok()).collect();
    let (sum, parts) = numbers.split_last().unwrap();
    (parts.to_vec(), *sum)
}

fn keyword_in_a_password_beside_a_key_is_masked() {
    let sandbox = Sandbox::with_commit();
    let key = tokens::token("API03", "beside a keyword");
    // Words that are keywords of rules, in places that no rule reads.
    for keyword in ["пароль", "密码", "secret", "passwd", "contraseña"] {
        for line in [
            format!("{keyword}заборлес\t{key}"),
            format!("login(\"admin\", \"{keyword}-zaborles\", \"{key}\")"),
        ] {
            sandbox.write("app.conf", format!("# key\n{line}\n"));
            let said = text_of(&sandbox.skant(&["explain", "app.conf:2"]));
            assert!(said.contains("anthropic-api-key"), "{said}");
            assert!(!said.contains(&format!("`{keyword}`")), "{said}");
        }
    }
}

fn score_parts_are_shown_and_add_up() {
    let sandbox = Sandbox::with_commit();
    let explain = |text: &str| {
        sandbox.write("app.conf", text);
        text_of(&sandbox.skant(&["explain", "app.conf:1"]))
    };
    let said = explain("DB_PASSWORD=butterflylamp72\n");
    let (parts, sum) = score_lines(&said);
    assert!(parts.len() > 5 && sum > 0.0, "{said}");
    assert!((parts.iter().sum::<f32>() - sum).abs() < 0.3, "{said}");
    assert!(
        said.contains("in total, a probability of ") && said.contains("the name ends in `password`"),
        "{said}"
    );
    assert!(said.contains("result      a finding"), "{said}");
    // A rejected value is listed without its text.
    let said = explain("x = f(key: \"butterflylamp72\")\n");
    assert!(said.contains("not a finding: the score is below low confidence"), "{said}");
    let (_, sum) = score_lines(&said);
    assert!(sum < 0.0 && !said.contains("butterfly"), "{said}");
}

fn most_confident_location_decides_for_a_value() {
    let scanner = scanner(Confidence::Low);
    let value = tokens::random(tokens::ALPHANUMERIC, 12, "surest");
    let text = format!("def f(key='{value}'):\n{}\nDB_PASSWORD={value}\n", "    pass\n".repeat(40));
    let all = scanner.explain(text.as_bytes(), b"a.py");
    assert!(
        all.iter().any(|one| one.more_confident_at.is_some() && one.confidence > one.assessment.confidence)
    );
    let explained_findings = explained(&scanner, text.as_bytes(), "a.py");
    assert_eq!(Some(&explained_findings), scanned(&scanner, text.as_bytes(), "a.py").as_ref());
    assert_eq!(explained_findings.len(), 2, "{explained_findings:?}");
}

/// A repository with a key in the middle of a file, and the fingerprint of the key.
fn with_key() -> (Sandbox, String, String) {
    let sandbox = Sandbox::with_commit();
    let key = tokens::api_key("explained");
    sandbox.write(
        "app.env",
        format!("HOST=localhost\nDB_PASSWORD=V8trz.kq0-Lw5\nANTHROPIC_API_KEY={key}\nDEBUG=1\n"),
    );
    sandbox.commit_all("second");
    sandbox.git(&["tag", "v1"]);
    let report = sandbox.skant(&["scan", "--json", "--rule", "anthropic"]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).expect("a report");
    let fingerprint = report["findings"][0]["fingerprint"].as_str().expect("digits").to_owned();
    (sandbox, key, fingerprint)
}

fn a_fingerprint_is_explained_with_its_history_and_its_place() {
    let (sandbox, key, fingerprint) = with_key();
    let shown = |expected: &str| {
        let output = sandbox.skant(&["explain", &fingerprint]);
        assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
        let text = text_of(&output);
        for wanted in ["introduced in ", "Ada Author", "tag v1", "1. ", expected] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        for line in [
            "1 | HOST=********",
            "2 | DB_PASSWORD=********",
            ">     3 | ANTHROPIC_API_KEY=sk-ant-",
            "4 | DEBUG=",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(!text.contains(&key[20..40]) && !text.contains("V8trz"), "{text}");
    };
    shown("still in the files of branch main");
    sandbox.git(&["rm", "-q", "app.env"]);
    sandbox.commit_all("third");
    shown(
        "no longer in the files of any branch; still in the files of tag v1, and in the history of branch main",
    );
}

fn a_value_is_revealed_at_a_terminal_only() -> Ran {
    let (sandbox, key, fingerprint) = with_key();
    let output = sandbox.skant(&["explain", &fingerprint, "--reveal"]);
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
    let text = text_of(&output);
    assert!(text.contains("prints the value to a terminal only") && !text.contains(&key[20..40]), "{text}");
    let script = needs::program("script")?;
    // It is there on systems that give no pseudo-terminal.
    needs::success("script", &["-q", "-e", "-c", "true", "/dev/null"])?;
    let at_terminal = |target: &str, variable: &str| {
        let line = format!("'{}' explain --reveal {target}", testkit::skant_program().display());
        let mut command = sandbox.command(&script);
        command.env("TERM", "xterm").args(["-q", "-e", "-c", &line, "/dev/null"]);
        if !variable.is_empty() {
            command.env(variable, "1");
        }
        let output = command.output().expect("script");
        (output.status.code(), text_of(&output))
    };
    let (code, text) = at_terminal(&fingerprint, "");
    assert!(code == Some(0) && text.contains(&key), "{code:?} {text}");
    for variable in ["CI", "CLAUDECODE", "GITHUB_ACTIONS"] {
        let (code, text) = at_terminal(&fingerprint, variable);
        assert!(
            code == Some(2) && text.contains(variable) && !text.contains(&key[20..40]),
            "{variable}: {text}"
        );
    }
    let (code, text) = at_terminal("app.env:3", "");
    assert!(code == Some(2) && text.contains("shows the value of a fingerprint"), "{text}");
    Ok(())
}
