//! `skant scan --history --state FILE`: in the random life of a repository, the report of each run with a state is that of
//! a run without one, but for the note on what was read before.

mod life;

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;

use flate2::read::DeflateDecoder;
use serde_json::Value;
use testkit::trials::Trial;
use testkit::{Sandbox, text_of, tokens};

use life::live;

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        a_state_changes_no_report_in_the_life_of_a_repository,
        an_unchanged_repository_is_not_read_again,
        only_new_objects_are_read_again,
        a_state_that_does_not_fit_is_set_aside,
        a_state_holds_no_value_and_is_for_the_user_alone,
        a_state_is_small,
        an_interrupted_or_damaged_scan_leaves_the_state_alone,
        a_file_that_is_no_state_is_kept,
        a_state_in_the_working_tree_is_refused,
        a_token_that_expires_changes_the_report_in_time,
        a_value_that_is_reported_now_is_found_where_it_was_not;
        long:
        a_state_changes_no_report_in_200_steps,
    ]
}

/// The kinds of the notes of a state.
const NOTE: &str = "audit-state";

fn value(number: usize) -> String {
    match number {
        0..4 => tokens::api_key(&format!("state {number}")),
        // Weak: each of their paths is a finding of its own.
        4..6 => format!("V8trz.kq0-Lw{number}"),
        // Words: reported beside a user only.
        _ => ["purplegiraffe", "velvetlantern"][number % 2].to_owned(),
    }
}

/// Returns a report as JSON, its notes on the state taken out, and these notes.
fn split(json: &str) -> (Value, Vec<String>) {
    let mut report: Value = serde_json::from_str(json).unwrap();
    let notes = report["notes"].as_array().unwrap().clone();
    let (state, others): (Vec<Value>, Vec<Value>) = notes.into_iter().partition(|note| note["kind"] == NOTE);
    report["notes"] = Value::Array(others);
    (report, state.iter().map(|note| note["message"].as_str().unwrap().to_owned()).collect())
}

/// Scans with the state and without; both reports are the same. Returns the notes on the state.
fn compare(sandbox: &Sandbox, options: &[&str], what: &str) -> Vec<String> {
    let scan = [&["scan", "--history", "--json"], options].concat();
    let with = sandbox.skant(&[&scan, &["--state", "../state"][..]].concat());
    let without = sandbox.skant(&scan);
    assert_eq!(with.status.code(), without.status.code(), "{what}: {}", text_of(&with));
    assert!(!without.stdout.is_empty(), "{what}: {}", text_of(&without));
    let (with, notes) = split(&String::from_utf8_lossy(&with.stdout));
    let (without, none) = split(&String::from_utf8_lossy(&without.stdout));
    assert!(none.is_empty());
    if with != without {
        let [one, other] = [&with, &without].map(|report| serde_json::to_string_pretty(report).unwrap());
        let different: Vec<_> =
            one.lines().zip(other.lines()).filter(|(one, other)| one != other).take(20).collect();
        panic!("{what}: with and without the state {different:#?}\n{notes:?}");
    }
    notes
}

fn a_state_changes_no_report_in_the_life_of_a_repository() {
    assert!((1..3).map(|seed| live(seed, 6)).sum::<usize>() > 3);
}

fn a_state_changes_no_report_in_200_steps() {
    assert!((10..30).map(|seed| live(seed, 10)).sum::<usize>() > 60);
    assert!(live(7, 60) > 20);
}

/// Makes a repository with a strong and a weak value, and some files.
fn repository() -> Sandbox {
    let sandbox = Sandbox::with_commit();
    for version in 0..20 {
        sandbox.write("app.py", format!("version = {version}\npassword = \"{}\"\n", value(5)));
        sandbox.write("key.py", format!("key = \"{}\"\n", value(0)));
        sandbox.write("plain.txt", format!("{version}\n"));
        sandbox.commit_all(&format!("version {version}"));
    }
    sandbox
}

fn an_unchanged_repository_is_not_read_again() {
    let sandbox = repository();
    assert_eq!(compare(&sandbox, &[], "first"), Vec::<String>::new());
    let notes = compare(&sandbox, &[], "second");
    assert!(
        notes[0].starts_with("nothing has changed since everything was read by the run of "),
        "{notes:?}"
    );
    // Each format is that of a run without the state.
    for format in ["human", "csv", "markdown", "github"] {
        let scan = ["scan", "--history", "--format", format];
        let [with, without] = [&["--state", "../state"][..], &[]].map(|state| {
            let output = sandbox.skant(&[&scan, state].concat());
            String::from_utf8(output.stdout).unwrap()
        });
        let extra: Vec<&str> = with.lines().filter(|line| !without.contains(line)).collect();
        let missing = without.lines().filter(|line| !with.contains(line)).count();
        assert!(extra.len() <= 4 && missing <= 1, "{format}: {extra:?}\n{without}");
    }
    // Other settings count at once.
    sandbox.write("skant.toml", "[[allow]]\npath = [\"key.py\"]\nreason = \"x\"\n");
    assert!(compare(&sandbox, &[], "allowed")[0].contains(" objects were read by the run of "));
}

fn only_new_objects_are_read_again() {
    let sandbox = repository();
    compare(&sandbox, &[], "first");
    sandbox.write("plain.txt", "new\n");
    sandbox.commit_all("new");
    let objects = sandbox.git(&["rev-list", "--all", "--objects", "--reflog"]).lines().count();
    let notes = compare(&sandbox, &[], "second");
    assert!(
        notes[0].starts_with(&format!("{} of the {objects} objects were read by ", objects - 3)),
        "{notes:?}"
    );
    for again in ["git gc -q", "git repack -q -a -d -f", "git commit -q --allow-empty -m x; git gc -q"] {
        sandbox.sh(again);
        let notes = compare(&sandbox, &[], again);
        // Packs of the same objects may have the same name.
        let is_spared = notes[0].contains(" objects were read by the run") || notes[0].starts_with("nothing");
        assert!(is_spared, "{again}: {notes:?}");
    }
}

fn a_state_that_does_not_fit_is_set_aside() {
    let sandbox = repository();
    compare(&sandbox, &[], "first");
    let state = sandbox.sibling("state");
    let whole = fs::read(&state).unwrap();
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    let mut version = whole.clone();
    version[18] = b'9';
    for (content, expected) in [
        (&changed[..], "it is damaged"),
        (&whole[..whole.len() - 1], "it is damaged"),
        (&whole[..25], "it is damaged"),
        (&version[..], "another version of skant wrote it"),
    ] {
        fs::write(&state, content).unwrap();
        let notes = compare(&sandbox, &[], expected);
        assert_eq!(notes, [format!("the state was set aside, and everything was read: {expected}")]);
        assert!(compare(&sandbox, &[], "again")[0].starts_with("nothing has changed"));
    }
    // Another rule.
    sandbox.write("skant.toml", "disable = [\"generic-password\"]\n");
    assert!(compare(&sandbox, &[], "rules")[0].contains("the rules are others"));
    // Another repository.
    let other = Sandbox::with_commit();
    other.write("other.txt", "x\n");
    other.commit_all("other");
    fs::copy(sandbox.sibling("state"), other.sibling("state")).unwrap();
    assert!(compare(&other, &["--no-repo-config"], "other")[0].contains("set aside"));
}

fn a_state_holds_no_value_and_is_for_the_user_alone() {
    let sandbox = repository();
    sandbox.sh(&format!("git commit -q --allow-empty -m 'key {}'; echo x > name-{}", value(1), value(2)));
    sandbox.write("dump-password=hunter27.py", format!("key = \"{}\"\n", value(0)));
    sandbox.commit_all("a name");
    compare(&sandbox, &[], "first");
    let state = sandbox.sibling("state");
    assert_eq!(fs::metadata(&state).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = fs::read(&state).unwrap();
    let mut texts = vec![bytes.clone()];
    for at in 0..bytes.len() {
        let mut text = Vec::new();
        // Parts are compressed; nearly all other places are no start of a part.
        let _ = DeflateDecoder::new(&bytes[at..]).take(1 << 20).read_to_end(&mut text);
        texts.push(text);
    }
    let holds = |part: &[u8]| texts.iter().any(|text| text.windows(part.len()).any(|window| window == part));
    assert!(holds(b"\"fingerprint\"") && holds(b"app.py"), "no part was unpacked");
    for secret in [value(0), value(1), value(2), value(5), "hunter27".to_owned()] {
        for part in [secret.as_bytes(), &secret.as_bytes()[secret.len() - 7..]] {
            assert!(!holds(part), "{secret}");
        }
    }
}

fn a_state_is_small() {
    let sandbox = Sandbox::with_commit();
    sandbox.sh("for i in $(seq 40); do for j in $(seq 60); do echo $i.$j > $j; done; git add -A; git commit -qm $i; done");
    compare(&sandbox, &[], "first");
    let objects: u64 =
        sandbox.sh("git count-objects -v | grep count").split_whitespace().last().unwrap().parse().unwrap();
    let size = fs::metadata(sandbox.sibling("state")).unwrap().len();
    assert!(size <= 4 * objects + 1024, "{size} bytes for {objects} objects");
}

fn an_interrupted_or_damaged_scan_leaves_the_state_alone() {
    let sandbox = repository();
    compare(&sandbox, &[], "first");
    let before = fs::read(sandbox.sibling("state")).unwrap();
    sandbox.write("new.py", format!("key = \"{}\"\n", value(3)));
    sandbox.commit_all("new");
    let blob = sandbox.git(&["rev-parse", "HEAD:new.py"]);
    let (folder, rest) = blob.trim().split_at(2);
    let object = sandbox.dir.join(".git/objects").join(folder).join(rest);
    fs::set_permissions(&object, fs::Permissions::from_mode(0o600)).unwrap();
    let content = fs::read(&object).unwrap();
    fs::write(&object, &content[..content.len() / 2]).unwrap();
    compare(&sandbox, &[], "damaged");
    assert!(fs::read(sandbox.sibling("state")).unwrap() == before);
    fs::write(&object, content).unwrap();
    compare(&sandbox, &[], "repaired");
    assert!(fs::read(sandbox.sibling("state")).unwrap() != before);
}

fn a_file_that_is_no_state_is_kept() {
    let sandbox = repository();
    fs::write(sandbox.sibling("state"), "my only copy\n").unwrap();
    assert!(compare(&sandbox, &[], "first")[0].ends_with("it is no audit state"));
    assert_eq!(fs::read_to_string(sandbox.sibling("state.set-aside")).unwrap(), "my only copy\n");
    assert!(compare(&sandbox, &[], "second")[0].starts_with("nothing has changed"));
    fs::write(sandbox.sibling("state"), "my second copy\n").unwrap();
    let notes = compare(&sandbox, &[], "third");
    assert!(notes.iter().any(|note| note.contains("cannot be written")), "{notes:?}");
    assert_eq!(fs::read_to_string(sandbox.sibling("state")).unwrap(), "my second copy\n");
}

fn a_state_in_the_working_tree_is_refused() {
    let sandbox = repository();
    for (path, expected) in
        [("state", "is in the working tree"), ("../absent/state", "does not exist"), ("..", "is a folder")]
    {
        let output = sandbox.skant(&["scan", "--history", "--state", path]);
        assert_eq!(output.status.code(), Some(2));
        assert!(text_of(&output).contains(expected), "{}", text_of(&output));
    }
    let inside = ["scan", "--history", "--state", ".git/skant-state"];
    for expected in ["", "nothing has changed"] {
        let output = sandbox.skant(&inside);
        assert_eq!(output.status.code(), Some(1));
        assert!(text_of(&output).contains(expected), "{}", text_of(&output));
    }
}

fn a_token_that_expires_changes_the_report_in_time() {
    let sandbox = repository();
    sandbox.write("skant.toml", "[[allow]]\npath = [\"key.py\"]\nreason = \"x\"\nuntil = 2000-01-01\n");
    compare(&sandbox, &[], "expired");
    assert!(compare(&sandbox, &[], "still expired")[0].starts_with("nothing has changed"));
}

fn a_value_that_is_reported_now_is_found_where_it_was_not() {
    let sandbox = repository();
    for (number, word) in [value(6), value(7)].iter().enumerate() {
        sandbox.write(&format!("words{number}.py"), format!("password = \"{word}\"\n"));
    }
    sandbox.commit_all("words");
    compare(&sandbox, &[], "first");
    let beside_user = |word: &str| format!("host = \"db.acme.io\"\nuser = \"svc\"\npassword = \"{word}\"\n");
    sandbox.write("plain.txt", "new\n");
    sandbox.commit_all("nothing of interest");
    assert!(compare(&sandbox, &[], "nothing of interest")[0].contains(" objects were read by the run"));
    for (path, word) in [("words0.py", value(6)), ("words1.py", value(7))] {
        sandbox.write(path, beside_user(&word));
        sandbox.commit_all(path);
        assert!(compare(&sandbox, &[], path)[0].contains(" objects were read by the run"));
    }
    // A setting may report what the state knows as unreported.
    sandbox.write("three.py", "password = \"cobaltharvest\"\n");
    sandbox.commit_all("three.py");
    compare(&sandbox, &[], "three.py");
    sandbox.write("plain.txt", "newer\n");
    sandbox.commit_all("newer");
    for confidence in ["low", "medium", "high"] {
        let notes = compare(&sandbox, &["--min-confidence", confidence], confidence);
        assert!(!notes[0].starts_with("nothing"), "{notes:?}");
    }
}
