//! The provenance of a weak value belongs to its path: another file with the same password is another finding, with
//! commits of its own.

use serde_json::Value;
use testkit::Sandbox;
use testkit::trials::Trial;

pub fn trials() -> Vec<Trial> {
    testkit::trials![each_path_has_the_commits_of_its_own, a_strong_value_has_one_provenance_for_all_paths]
}

/// A finding: the path, the commits that introduced and removed the value there, whether a head has it, and the number
/// of commits with it.
type Row = (&'static str, &'static str, Option<&'static str>, bool, u64);

/// The functions of the scripts: `save NAME` commits and marks the commit, `password FILE` writes the value.
const PRELUDE: &str = "\
    clock=1767323045; \
    save() { clock=$((clock + 60)); export GIT_AUTHOR_DATE=\"$clock +0000\" GIT_COMMITTER_DATE=\"$clock +0000\"; \
        git add -A; git commit -q --allow-empty -m $1; git rev-parse HEAD > ../mark-$1; }; \
    merge() { clock=$((clock + 60)); export GIT_AUTHOR_DATE=\"$clock +0000\" GIT_COMMITTER_DATE=\"$clock +0000\"; \
        git merge -q --no-ff -m merge \"$@\"; git rev-parse HEAD > ../mark-merge; }; \
    password() { printf 'password = \"%s\"\\n' \"$VALUE\" > $1; }; ";

const CASES: &[(&str, &str, &[Row])] = &[
    (
        "two people, and the first file is removed",
        "password a.py; save ann; password b.py; save bob; git rm -q a.py; save out",
        &[("a.py", "ann", Some("out"), false, 2), ("b.py", "bob", None, true, 2)],
    ),
    (
        "a renamed file has the provenance of the path that it has now",
        "password a.py; save ann; git mv a.py b.py; save bob; save more",
        &[("a.py", "ann", Some("bob"), false, 1), ("b.py", "bob", None, true, 2)],
    ),
    (
        "each side of a merge",
        "save base; git checkout -q -b side; password b.py; save bob; git checkout -q main; password a.py; save ann; merge side",
        &[("a.py", "ann", None, true, 2), ("b.py", "bob", None, true, 2)],
    ),
    (
        "removed by one side, and the other one merges it",
        "password a.py; password b.py; save ann; git checkout -q -b side; git rm -q a.py; save out; git checkout -q main; \
         echo x > c; save c; merge side; git branch -q -D side",
        &[("a.py", "ann", Some("out"), false, 2), ("b.py", "ann", None, true, 4)],
    ),
    (
        "added again",
        "password a.py; password b.py; save ann; git rm -q a.py; save out; password a.py; save again",
        &[("a.py", "ann", None, true, 2), ("b.py", "ann", None, true, 3)],
    ),
    (
        "a folder with the value is renamed next to another one",
        "mkdir x z; password x/a.py; save ann; password z/a.py; save bob; git mv x y; save cut",
        &[
            ("x/a.py", "ann", Some("cut"), false, 2),
            ("y/a.py", "cut", None, true, 1),
            ("z/a.py", "bob", None, true, 2),
        ],
    ),
    (
        "a copy that an evil merge adds",
        "password a.py; save ann; git checkout -q -b side; echo x > x; save x; git checkout -q main; echo y > y; save y; \
         git merge -q --no-ff --no-commit side; password b.py; save evil",
        &[("a.py", "ann", None, true, 4), ("b.py", "evil", None, true, 1)],
    ),
    (
        "at the head of another branch only",
        "password a.py; save ann; git checkout -q -b side; password b.py; save bob; git checkout -q main; git rm -q a.py; save out",
        &[("a.py", "ann", None, true, 2), ("b.py", "bob", None, true, 1)],
    ),
];

/// Runs a script with a value, and returns the findings of the history.
fn findings(sandbox: &Sandbox, script: &str, value: &str) -> Vec<Value> {
    sandbox.sh(&format!("VALUE={value}; {PRELUDE}{script}"));
    let output = sandbox.skant(&["scan", "--history", "--min-confidence", "low", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["complete"], true, "{report:#}");
    report["findings"].as_array().expect("findings").clone()
}

fn each_path_has_the_commits_of_its_own() {
    for (name, script, expected) in CASES {
        let sandbox = Sandbox::repo();
        let mut found = findings(&sandbox, script, "kX9pQ2vR7tLm");
        found.sort_by_key(|finding| finding["locations"][0]["path"].as_str().map(str::to_owned));
        let mark = |name: &str| {
            let text = std::fs::read_to_string(sandbox.sibling(&format!("mark-{name}"))).expect("a mark");
            text.trim().to_owned()
        };
        let event = |event: &Value| {
            let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
            event.is_object().then(|| (text("commit"), text("path")))
        };
        let rows: Vec<_> = found
            .iter()
            .map(|finding| {
                let history = &finding["history"];
                let path = finding["locations"][0]["path"].as_str().unwrap_or_default().to_owned();
                let (introduced, removed) = (event(&history["introduced"]), event(&history["removed"]));
                (path, introduced, removed, history["at_head"].as_bool(), history["commits"].as_u64())
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(path, introduced, removed, at_head, commits)| {
                let path = (*path).to_owned();
                let at = |name: &str| Some((mark(name), path.clone()));
                (path.clone(), at(introduced), removed.and_then(at), Some(*at_head), Some(*commits))
            })
            .collect();
        assert_eq!(rows, expected, "{name}");
        let control = findings(&Sandbox::repo(), script, "xxxxxxxxxxxx");
        assert_eq!(control, Vec::<Value>::new(), "{name}: a placeholder");
    }
}

fn a_strong_value_has_one_provenance_for_all_paths() {
    let key = testkit::tokens::api_key("strong");
    let sandbox = Sandbox::repo();
    let found = findings(&sandbox, CASES[0].1, &key);
    assert_eq!(found.len(), 1);
    let history = &found[0]["history"];
    let ann = std::fs::read_to_string(sandbox.sibling("mark-ann")).expect("a mark");
    assert_eq!(history["introduced"]["commit"], ann.trim());
    assert_eq!((&history["introduced"]["path"], &history["at_head"]), (&"a.py".into(), &true.into()));
    assert_eq!((&history["removed"], &history["commits"]), (&Value::Null, &3.into()));
}
