//! The exit codes that hooks and CI jobs rely on, one test per row of the README's table.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use testkit::trials::{Ran, Skip, Trial};
use testkit::{Sandbox, needs, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        clean_scan_ends_with_0_and_counts_files,
        finding_ends_with_1_in_every_scan,
        finding_and_problem_end_with_3,
        fail_on_sets_the_level_that_fails_a_scan,
        unreachable_key_fails_a_scan_only_on_request,
        invalid_arguments_end_with_2,
        missing_path_ends_with_2,
        unreadable_file_ends_with_2,
        command_that_needs_a_repository_ends_with_2_outside,
        unknown_revision_ends_with_2,
        missing_object_ends_with_2,
        damaged_object_ends_with_2,
        truncated_or_swapped_object_ends_with_2,
        damaged_pack_ends_with_2,
        damaged_index_or_head_ends_with_2,
        unmerged_entry_ends_with_2,
        shallow_clone_ends_with_2_unless_accepted,
        configuration_accepts_problems_by_kind_and_path,
        broken_configuration_ends_with_2,
        bare_repository_uses_the_configuration_of_its_head,
        staged_version_counts_when_the_framework_names_a_file,
        merge_with_a_path_that_one_parent_lacks_is_read,
        oversized_configuration_is_refused_in_a_commit_as_well,
        linked_worktree_of_a_shallow_clone_is_shallow,
        bare_repository_is_not_scanned_as_files,
        advice_of_a_report_works_from_a_subfolder,
        key_in_messages_is_introduced_by_the_first_message,
        key_in_a_message_before_a_file_is_introduced_by_the_message,
        excessive_number_of_threads_is_capped,
        control_characters_of_settings_reach_no_terminal,
        symbolic_link_as_configuration_is_refused,
        unwritable_report_ends_with_2,
        closed_pipe_changes_no_exit_code,
        interrupted_read_of_standard_input_reports_findings,
        interrupted_scan_of_files_ends_with_130,
        interrupted_range_or_push_ends_with_130,
        second_signal_ends_at_once_with_130,
    ]
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

/// Runs skant and checks its exit code. A run that ends with 2 or 3 says why, and what to do.
fn ends(sandbox: &Sandbox, args: &[&str], expected: i32) -> String {
    checked(&sandbox.skant(args), &format!("{args:?}"), expected)
}

fn checked(output: &Output, what: &str, expected: i32) -> String {
    let said = text_of(output);
    assert_eq!(code(output), expected, "{what}: {said}");
    if matches!(expected, 2 | 3) {
        let says_why = said.contains("problem[")
            || said.contains("error: ")
            || said.contains("Usage:")
            || said.contains("\"problems\"");
        assert!(says_why, "{what} says why: {said}");
        let does = ["help: ", "; ", "--help", "Usage", "usage", "possible values", "there are "];
        assert!(does.iter().any(|words| said.contains(words)), "{what} says what to do: {said}");
    }
    assert!(!said.contains("internal error") && !said.contains("panicked"), "{what}: {said}");
    said
}

fn json(sandbox: &Sandbox, args: &[&str], expected: i32) -> Value {
    let args = [args, &["--format", "json"]].concat();
    let output = sandbox.skant(&args);
    assert_eq!(code(&output), expected, "{args:?}: {}", text_of(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn kinds(report: &Value, list: &str) -> Vec<String> {
    let kind = |problem: &Value| problem["kind"].as_str().unwrap().to_owned();
    report[list].as_array().unwrap().iter().map(kind).collect()
}

/// A repository with a key in a commit, in the working tree and in the index.
fn leaky() -> Sandbox {
    let sandbox = Sandbox::with_commit();
    sandbox.write("app.env", format!("KEY={}\n", tokens::api_key("committed")));
    sandbox.commit_all("leak");
    sandbox.write("staged.env", format!("KEY={}\n", tokens::api_key("staged")));
    sandbox.git(&["add", "-A"]);
    sandbox
}

/// Returns the path of a loose object.
fn loose(sandbox: &Sandbox, revision: &str) -> PathBuf {
    let oid = sandbox.git(&["rev-parse", revision]);
    sandbox.dir.join(".git/objects").join(&oid[..2]).join(&oid[2..])
}

fn overwrite(path: &Path, content: &[u8]) {
    // git makes objects read-only, and they may be hard links.
    fs::remove_file(path).unwrap();
    fs::write(path, content).unwrap();
}

fn clean_scan_ends_with_0_and_counts_files() {
    let empty = Sandbox::repo();
    for args in [&["scan"][..], &["scan", "--staged"], &["scan", "--history"]] {
        let said = ends(&empty, args, 0);
        assert!(said.contains("0 files") && said.contains("nothing to read"), "{args:?}: {said}");
    }
    let report = json(&empty, &["scan"], 0);
    assert_eq!((&report["complete"], &report["scope"]["blobs"]), (&true.into(), &0.into()));
    let no_repository = Sandbox::empty();
    assert!(ends(&no_repository, &["scan"], 0).contains("0 files"));
    no_repository.write("a.txt", "nothing\n");
    assert!(ends(&no_repository, &["scan", "a.txt"], 0).contains("1 file"));
    let clean = Sandbox::with_commit();
    ends(&clean, &["scan", "--history", "HEAD"], 0);
    ends(&clean, &["scan", "--history", "HEAD..HEAD"], 0);
    ends(&clean, &["hook", "pre-commit"], 0);
    for args in [&["--help"][..], &["--version"], &["scan", "--help"]] {
        ends(&clean, args, 0);
    }
    assert_eq!(code(&clean.skant_with_input(&["scan", "-"], b"nothing\n")), 0);
}

fn finding_ends_with_1_in_every_scan() {
    let sandbox = leaky();
    for args in [
        &["scan"][..],
        &["scan", "app.env"],
        &["scan", "--staged"],
        &["scan", "--history"],
        &["scan", "--history", "HEAD~1..HEAD"],
        &["scan", "--history", "^HEAD~1", "HEAD"],
        &["scan", "-q"],
        &["scan", "--format", "sarif"],
        &["hook", "pre-commit"],
    ] {
        ends(&sandbox, args, 1);
    }
    let key = format!("{}\n", tokens::api_key("piped"));
    assert_eq!(code(&sandbox.skant_with_input(&["scan", "-"], key.as_bytes())), 1);
}

fn finding_and_problem_end_with_3() {
    let sandbox = leaky();
    ends(&sandbox, &["scan", "app.env", "absent.txt"], 3);
    let report = json(&sandbox, &["scan", "app.env", "absent.txt"], 3);
    assert_eq!(report["complete"], false);
    assert_eq!(kinds(&report, "problems"), ["missing-path"]);
    // A finding that does not fail the run leaves the problem: 2.
    ends(&sandbox, &["scan", "app.env", "absent.txt", "--fail-on", "never"], 2);
    // A problem that is accepted leaves the finding: 1.
    let accepted = json(&sandbox, &["scan", "app.env", "absent.txt", "--allow-incomplete"], 1);
    assert_eq!(
        (&accepted["complete"], kinds(&accepted, "notes")),
        (&false.into(), vec!["missing-path".into()])
    );
}

fn fail_on_sets_the_level_that_fails_a_scan() {
    let sandbox = Sandbox::repo();
    let full = tokens::api_key("x");
    sandbox.write("high", &full);
    // As long as a key, without the zero bits at its end.
    sandbox.write("medium", format!("{}zz\n", &tokens::api_key("y")[..full.len() - 2]));
    sandbox.write("low", format!("{}\n", &tokens::api_key("z")[..full.len() - 40]));
    let all = &["--min-confidence", "low"];
    for (file, codes) in [("high", [1, 1, 1, 0]), ("medium", [1, 1, 0, 0]), ("low", [1, 0, 0, 0])] {
        for (level, expected) in ["low", "medium", "high", "never"].iter().zip(codes) {
            let report = json(&sandbox, &[&["scan", file, "--fail-on", level], &all[..]].concat(), expected);
            assert_eq!(report["findings"][0]["confidence"], file, "{level}");
        }
    }
    // A finding that is not reported fails no run. The default is medium.
    ends(&sandbox, &["scan", "low", "--fail-on", "low"], 0);
    ends(&sandbox, &["scan", "medium"], 1);
    ends(&sandbox, &["scan", "medium", "--min-confidence", "high"], 0);
}

fn unreachable_key_fails_a_scan_only_on_request() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("app.env", tokens::api_key("blocked"));
    sandbox.git(&["add", "app.env"]);
    // A staged key is reachable.
    ends(&sandbox, &["scan", "--history"], 1);
    sandbox.git(&["rm", "-q", "--cached", "app.env"]);
    let said = ends(&sandbox, &["scan", "--history"], 0);
    assert!(said.contains("unreachable"), "{said}");
    ends(&sandbox, &["scan", "--history", "--fail-on-unreachable"], 1);
    ends(&sandbox, &["scan", "--history", "--fail-on-unreachable", "--fail-on", "never"], 0);
    // Reflogs and stashes are reachable.
    sandbox.commit_all("to be undone");
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    ends(&sandbox, &["scan", "--history"], 1);
}

fn invalid_arguments_end_with_2() {
    let sandbox = leaky();
    for args in [
        &[][..],
        &["frobnicate"],
        &["scan", "--frobnicate"],
        &["scan", "--format", "yaml"],
        &["scan", "--fail-on", "sometimes"],
        &["scan", "--min-confidence", "never"],
        &["scan", "--jobs", "0"],
        &["scan", "--staged", "--history"],
        &["scan", "-q", "-v"],
        &["scan", "--exclude", "a["],
        &["scan", "--exclude", "{a"],
        &["hook"],
        &["hook", "post-commit"],
        &["hook", "commit-msg"],
        &["hook", "commit-msg", "absent"],
        &["-C", "absent", "scan"],
        &["-C", "README.md", "scan"],
        &["--config", "absent.toml", "scan"],
        &["--config", ".", "scan"],
    ] {
        ends(&sandbox, args, 2);
    }
}

fn missing_path_ends_with_2() {
    let sandbox = Sandbox::with_commit();
    for (path, kind) in [
        ("absent", "missing-path"),
        ("absent/deeper", "missing-path"),
        ("README.md/x", "unreadable"),
        ("./absent", "missing-path"),
    ] {
        ends(&sandbox, &["scan", path], 2);
        let report = json(&sandbox, &["scan", path], 2);
        assert_eq!(kinds(&report, "problems"), [kind], "{path}");
        assert_eq!(report["complete"], false, "{path}");
    }
    // Paths are relative to the top of the repository.
    let report = json(&sandbox, &["scan", "absent"], 2);
    assert_eq!(report["problems"][0]["path"], "absent");
    let outside = Sandbox::empty();
    ends(&outside, &["scan", "absent"], 2);
    // A dangling link is read: its content is its target, as git stores it.
    symlink("nowhere", sandbox.dir.join("link")).unwrap();
    ends(&sandbox, &["scan"], 0);
    // The path enters a folder that is a file.
    ends(&sandbox, &["scan", "README.md/../README.md"], 2);
}

fn unreadable_file_ends_with_2() -> Ran {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::with_commit();
    sandbox.write("closed", "x");
    fs::set_permissions(sandbox.dir.join("closed"), fs::Permissions::from_mode(0o0)).unwrap();
    if fs::read(sandbox.dir.join("closed")).is_ok() {
        return Err(Skip("needs a user who is not root, who reads every file".to_owned()));
    }
    let report = json(&sandbox, &["scan"], 2);
    assert_eq!(kinds(&report, "problems"), ["unreadable"]);
    Ok(())
}

fn command_that_needs_a_repository_ends_with_2_outside() {
    let sandbox = Sandbox::empty();
    for args in [
        &["scan", "--staged"][..],
        &["scan", "--history"],
        &["scan", "--history", "HEAD"],
        &["hook", "pre-commit"],
        &["hook", "pre-push"],
        &["install"],
        &["uninstall"],
    ] {
        let said = ends(&sandbox, args, 2);
        assert!(said.contains("repository"), "{args:?}: {said}");
    }
}

fn unknown_revision_ends_with_2() {
    let sandbox = leaky();
    for revision in [
        "nonsense",
        "nonsense..HEAD",
        "HEAD..nonsense",
        "HEAD...nonsense",
        "^nonsense",
        "HEAD~7",
        "HEAD^{frob}",
        "HEAD:absent",
        "deadbeef",
        "",
        "--upload-pack=touch x",
        "--exec=touch x",
        "-n1",
        "--all --frobnicate",
    ] {
        ends(&sandbox, &["scan", "--history", revision], 2);
        ends(&sandbox, &["scan", "--history", "HEAD", revision], 2);
    }
    assert!(!sandbox.dir.join("x").exists());
    // A full object name is a revision, whatever it names.
    ends(&sandbox, &["scan", "--history", "4b825dc642cb6eb9a060e54bf8d69288fbee4905"], 2);
    let unborn = Sandbox::repo();
    ends(&unborn, &["scan", "--history", "HEAD"], 2);
}

fn missing_object_ends_with_2() {
    let sandbox = leaky();
    fs::remove_file(loose(&sandbox, "HEAD:README.md")).unwrap();
    let report = json(&sandbox, &["scan", "--history"], 3);
    assert_eq!(kinds(&report, "problems"), ["missing-object"]);
    assert_eq!(report["problems"][0]["path"], "README.md");
    ends(&sandbox, &["scan", "--history", "HEAD"], 3);
    // Neither the index nor the working tree needs the object.
    ends(&sandbox, &["scan", "--staged"], 1);
    fs::remove_file(loose(&sandbox, ":staged.env")).unwrap();
    ends(&sandbox, &["scan", "--staged"], 2);
    ends(&sandbox, &["hook", "pre-commit"], 2);
    ends(&sandbox, &["scan", "--staged", "--allow-incomplete"], 0);
    // HEAD's tree, and HEAD itself.
    for revision in ["HEAD^{tree}", "HEAD"] {
        fs::remove_file(loose(&sandbox, revision)).unwrap_or_default();
        for args in [&["scan", "--staged"][..], &["scan", "--history"], &["hook", "pre-commit"]] {
            let output = sandbox.skant(args);
            assert!(matches!(code(&output), 2 | 3), "{revision} {args:?}: {}", text_of(&output));
        }
    }
}

fn damaged_object_ends_with_2() {
    for (damage, name) in [(&b"garbage"[..], "garbage"), (b"", "emptiness")] {
        let sandbox = leaky();
        overwrite(&loose(&sandbox, "HEAD:README.md"), damage);
        let report = json(&sandbox, &["scan", "--history"], 3);
        assert_eq!(kinds(&report, "problems"), ["corrupt-object"], "{name}: {report:#}");
        ends(&sandbox, &["scan", "--history", "HEAD"], 3);
        overwrite(&loose(&sandbox, ":staged.env"), damage);
        let report = json(&sandbox, &["scan", "--staged"], 2);
        assert_eq!(kinds(&report, "problems"), ["corrupt-object"], "{name}");
        ends(&sandbox, &["hook", "pre-commit"], 2);
        // The working tree is intact.
        ends(&sandbox, &["scan"], 1);
    }
}

fn truncated_or_swapped_object_ends_with_2() {
    let sandbox = leaky();
    // Incompressible, so that half of the file is half of the content.
    sandbox.write("noise.txt", tokens::random(tokens::ALPHANUMERIC, 3000, "noise"));
    sandbox.commit_all("noise");
    let path = loose(&sandbox, "HEAD:noise.txt");
    let whole = fs::read(&path).unwrap();
    overwrite(&path, &whole[..whole.len() / 2]);
    let report = json(&sandbox, &["scan", "--history"], 3);
    assert_eq!(kinds(&report, "problems"), ["corrupt-object"]);
    // A blob where the tree has to be.
    overwrite(&path, &whole);
    let blob = fs::read(loose(&sandbox, "HEAD:README.md")).unwrap();
    overwrite(&loose(&sandbox, "HEAD^{tree}"), &blob);
    let report = json(&sandbox, &["scan", "--history"], 3);
    assert!(report["complete"] == false, "{report:#}");
}

fn damaged_pack_ends_with_2() {
    let sandbox = leaky();
    for at in 0..40 {
        sandbox.write(&format!("noise/{at}"), tokens::random(tokens::ALPHANUMERIC, 200, &at.to_string()));
    }
    sandbox.commit_all("more");
    sandbox.git(&["repack", "-q", "-a", "-d", "-f"]);
    sandbox.git(&["prune-packed"]);
    let folder = sandbox.dir.join(".git/objects/pack");
    let pack = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "pack"))
        .unwrap();
    let whole = fs::read(&pack).unwrap();
    let zeroed: Vec<u8> = whole
        .iter()
        .enumerate()
        .map(|(at, byte)| if (2000..4000).contains(&at) { 0 } else { *byte })
        .collect();
    for (name, content) in [
        ("cut", &whole[..whole.len() / 2]),
        ("cut to its head", &whole[..12]),
        ("overwritten", &zeroed),
        ("empty", b""),
    ] {
        overwrite(&pack, content);
        let output = sandbox.skant(&["scan", "--history"]);
        assert!(matches!(code(&output), 2 | 3), "{name}: {}", text_of(&output));
        let output = sandbox.skant(&["scan", "--history", "HEAD"]);
        assert!(matches!(code(&output), 2 | 3), "{name}, range: {}", text_of(&output));
    }
    // Without its index nobody knows which objects the pack has.
    overwrite(&pack, &whole);
    overwrite(&pack.with_extension("idx"), b"garbage");
    let output = sandbox.skant(&["scan", "--history"]);
    assert!(matches!(code(&output), 2 | 3), "{}", text_of(&output));
}

fn damaged_index_or_head_ends_with_2() {
    let sandbox = leaky();
    let index = sandbox.dir.join(".git/index");
    let whole = fs::read(&index).unwrap();
    for damage in [&b"garbage"[..], b"", &whole[..whole.len() / 2]] {
        fs::write(&index, damage).unwrap();
        for args in [&["scan", "--staged"][..], &["hook", "pre-commit"], &["scan"], &["scan", "--history"]] {
            let output = sandbox.skant(args);
            assert!(matches!(code(&output), 2 | 3), "{args:?}: {}", text_of(&output));
        }
    }
    fs::write(&index, &whole).unwrap();
    fs::write(sandbox.dir.join(".git/refs/heads/main"), "garbage\n").unwrap();
    let output = sandbox.skant(&["scan", "--history"]);
    assert!(matches!(code(&output), 2 | 3), "{}", text_of(&output));
    ends(&sandbox, &["scan", "--staged"], 2);
}

fn unmerged_entry_ends_with_2() {
    let sandbox = Sandbox::with_commit();
    sandbox.git(&["checkout", "-q", "-b", "other"]);
    sandbox.write("README.md", "theirs\n");
    sandbox.commit_all("theirs");
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.write("README.md", "ours\n");
    sandbox.commit_all("ours");
    assert!(!sandbox.try_git(&["merge", "-q", "other"]).status.success());
    let report = json(&sandbox, &["scan", "--staged"], 2);
    assert_eq!(kinds(&report, "problems"), ["unmerged"]);
    sandbox.write("accept.toml", "[[accept]]\nkind = \"unmerged\"\npath = \"*.md\"\n");
    let report = json(&sandbox, &["--config", "accept.toml", "scan", "--staged"], 0);
    assert_eq!((kinds(&report, "notes"), &report["complete"]), (vec!["unmerged".into()], &false.into()));
}

fn shallow_clone_ends_with_2_unless_accepted() {
    let sandbox = leaky();
    let clone = sandbox.sibling("clone");
    let url = format!("file://{}", sandbox.dir.display());
    sandbox.git(&["clone", "-q", "--depth", "1", &url, clone.to_str().unwrap()]);
    let folder = clone.to_str().unwrap();
    let report = json(&sandbox, &["-C", folder, "scan", "--history"], 3);
    assert_eq!(kinds(&report, "problems"), ["shallow-clone"]);
    ends(&sandbox, &["-C", folder, "scan", "--history", "--fail-on", "never"], 2);
    ends(&sandbox, &["-C", folder, "scan", "--history", "--fail-on", "never", "--allow-incomplete"], 0);
    // A scan of the index needs no commit that is missing.
    ends(&sandbox, &["-C", folder, "scan", "--staged"], 0);
}

fn configuration_accepts_problems_by_kind_and_path() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("testdata/broken", "a");
    sandbox.write("src/broken", "b");
    sandbox.commit_all("two");
    overwrite(&loose(&sandbox, "HEAD:testdata/broken"), b"garbage");
    let config = "[[accept]]\nkind = \"corrupt-object\"\npath = \"testdata/**\"\n";
    sandbox.write("skant.toml", config);
    let report = json(&sandbox, &["scan", "--history", "HEAD"], 0);
    assert_eq!(
        (kinds(&report, "notes"), &report["complete"]),
        (vec!["corrupt-object".into()], &false.into())
    );
    ends(&sandbox, &["scan", "--history", "HEAD", "--no-repo-config"], 2);
    overwrite(&loose(&sandbox, "HEAD:src/broken"), b"garbage");
    let report = json(&sandbox, &["scan", "--history", "HEAD"], 2);
    assert_eq!((kinds(&report, "problems").len(), kinds(&report, "notes").len()), (1, 1));
    // A problem that is a panic or an interruption cannot be accepted.
    for kind in ["panic", "interrupted", "findings", "*"] {
        sandbox.write("skant.toml", format!("[[accept]]\nkind = \"{kind}\"\n"));
        ends(&sandbox, &["scan"], 2);
    }
}

const BROKEN: [(&str, &str); 9] = [
    ("an unknown key", "frobnicate = true\n"),
    ("an output", "output = \"x\"\n"),
    ("no TOML", "this is = = no\n"),
    ("the wrong type", "exclude = 7\n"),
    ("an unknown rule", "disable = [\"no-such-rule\"]\n"),
    ("a broken glob", "exclude = [\"a[\"]\n"),
    ("a short fingerprint", "[[allow]]\nfingerprint = \"abc\"\nreason = \"x\"\n"),
    ("no reason", "[[allow]]\nfingerprint = \"abcdef12\"\n"),
    ("an end that is no date", "[[allow]]\nfingerprint = \"abcdef12\"\nreason = \"x\"\nuntil = \"soon\"\n"),
];

fn broken_configuration_ends_with_2() {
    let sandbox = leaky();
    for (name, text) in BROKEN {
        sandbox.write("skant.toml", text);
        for args in
            [&["scan"][..], &["scan", "--history"], &["scan", "--history", "HEAD"], &["scan", "app.env"]]
        {
            let said = ends(&sandbox, args, 2);
            assert!(said.contains("skant.toml") && said.contains("line "), "{name} {args:?}: {said}");
        }
        // The file is not staged, so the next commit does not use it.
        ends(&sandbox, &["scan", "--staged"], 1);
        ends(&sandbox, &["scan", "--no-repo-config"], 1);
        sandbox.git(&["add", "skant.toml"]);
        let said = ends(&sandbox, &["scan", "--staged"], 2);
        assert!(said.contains("skant.toml"), "{name}: {said}");
        ends(&sandbox, &["hook", "pre-commit"], 2);
        sandbox.git(&["rm", "-q", "--cached", "skant.toml"]);
        fs::rename(sandbox.dir.join("skant.toml"), sandbox.sibling("own.toml")).unwrap();
        let own = sandbox.sibling("own.toml");
        let said = ends(&sandbox, &["--config", own.to_str().unwrap(), "scan"], 2);
        assert!(said.contains("own.toml"), "{name}: {said}");
    }
    fs::write(sandbox.dir.join("skant.toml"), [0xff, 0xfe]).unwrap();
    ends(&sandbox, &["scan"], 2);
    fs::remove_file(sandbox.dir.join("skant.toml")).unwrap();
    fs::create_dir(sandbox.dir.join("skant.toml")).unwrap();
    ends(&sandbox, &["scan"], 2);
}

fn bare_repository_uses_the_configuration_of_its_head() {
    let sandbox = leaky();
    sandbox.write("skant.toml", "exclude = [\"*.env\"]\n");
    sandbox.commit_all("configuration");
    let bare = sandbox.sibling("bare.git");
    let folder = bare.to_str().unwrap();
    sandbox.git(&["clone", "-q", "--bare", ".", folder]);
    ends(&sandbox, &["-C", folder, "scan", "--history", "HEAD"], 0);
    ends(&sandbox, &["-C", folder, "scan", "--history", "HEAD", "--no-repo-config"], 1);
    sandbox.write("skant.toml", "frobnicate = 1\n");
    sandbox.commit_all("broken");
    sandbox.git(&["push", "-q", folder, "main"]);
    ends(&sandbox, &["-C", folder, "scan", "--history"], 2);
}

fn staged_version_counts_when_the_framework_names_a_file() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("tracked.env", "plain\n");
    sandbox.commit_all("plain");
    let keyed = format!("KEY={}\n", tokens::api_key("named"));
    sandbox.write("staged.env", "plain\n");
    sandbox.git(&["add", "staged.env"]);
    sandbox.write("staged.env", &keyed);
    sandbox.write("tracked.env", &keyed);
    ends(&sandbox, &["hook", "pre-commit", "staged.env"], 0);
    // `run --all-files` names files that nobody has staged: those are read from the disk.
    ends(&sandbox, &["hook", "pre-commit", "staged.env", "tracked.env"], 1);
}

fn merge_with_a_path_that_one_parent_lacks_is_read() {
    let sandbox = Sandbox::with_commit();
    sandbox.sh("git checkout -q -b side; \
        git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),place; git commit -q -m module; \
        git checkout -q main; echo plain > place; git add place; git commit -q -m file; \
        git merge -q -s ours --no-commit side");
    sandbox.write("place", format!("KEY={}\n", tokens::api_key("place")));
    sandbox.git(&["add", "place"]);
    let report = json(&sandbox, &["scan", "--staged"], 1);
    assert_eq!((kinds(&report, "problems").len(), report["findings"].as_array().unwrap().len()), (0, 1));
}

fn oversized_configuration_is_refused_in_a_commit_as_well() {
    let sandbox = leaky();
    let bare = sandbox.sibling("bare.git");
    let folder = bare.to_str().unwrap();
    sandbox.git(&["clone", "-q", "--bare", ".", folder]);
    for (size, expected) in [(5_000, 1), (2 << 20, 2)] {
        sandbox.write("skant.toml", format!("# {}\n", "x".repeat(size)));
        sandbox.commit_all("settings");
        sandbox.git(&["push", "-q", folder, "main"]);
        ends(&sandbox, &["-C", folder, "scan", "--history"], expected);
        ends(&sandbox, &["scan", "--history"], expected);
    }
}

fn linked_worktree_of_a_shallow_clone_is_shallow() {
    let sandbox = Sandbox::with_commit();
    sandbox.sh("git commit -q --allow-empty -m two; git commit -q --allow-empty -m three; \
        git clone -q --depth 1 file://$PWD ../shallow; git -C ../shallow worktree add -q ../linked");
    for place in ["shallow", "linked"] {
        let folder = sandbox.sibling(place);
        for range in ["HEAD", "HEAD^!"] {
            let report = json(&sandbox, &["-C", folder.to_str().unwrap(), "scan", "--history", range], 2);
            assert_eq!(kinds(&report, "problems"), ["shallow-clone"], "{place} {range}");
        }
    }
}

fn bare_repository_is_not_scanned_as_files() {
    let sandbox = leaky();
    sandbox.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    let bare = sandbox.sibling("bare.git");
    let bare = bare.to_str().unwrap();
    let inside = format!("{bare}/objects");
    for args in [
        &["-C", bare, "scan"][..],
        &["-C", bare, "scan", "."],
        &["-C", bare, "scan", "--staged"],
        &["-C", &inside, "scan"],
        &["-C", ".git", "scan"],
        &["scan", bare],
    ] {
        assert!(ends(&sandbox, args, 2).contains("`skant scan --history`"), "{args:?}");
    }
    ends(&sandbox, &["-C", bare, "scan", "--history"], 1);
    // Below a folder that is in no repository it is a note, since such a scan is of files.
    let around = sandbox.sibling(".");
    let text = ends(&sandbox, &["-C", around.to_str().unwrap(), "scan", "bare.git/..", "-v"], 1);
    assert!(
        text.contains("note[unsupported-archive]") && text.contains("bare.git: a repository without"),
        "{text}"
    );
    // A file in it may be named.
    ends(&sandbox, &["-C", bare, "scan", "config"], 0);
}

fn advice_of_a_report_works_from_a_subfolder() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("below/client.py", format!("key = '{}'\n", tokens::api_key("below")));
    sandbox.git(&["add", "-A"]);
    let text = ends(&sandbox, &["-C", "below", "scan", "--staged"], 1);
    assert!(text.contains("`git restore --staged -- :/below/client.py`"), "{text}");
    ends(&sandbox, &["scan", "--staged"], 1);
    assert!(!ends(&sandbox, &["scan", "--staged"], 1).contains(":/below"));
    sandbox.sh("skant install; cd below; git commit -m x 2>&1 | grep -q 'git add :/below/client.py'");
    sandbox.sh("cd below; git restore --staged -- :/below/client.py; git add :/below/client.py");
    // A path as reports print it.
    assert!(
        ends(&sandbox, &["-C", "below", "explain", "below/client.py:1"], 0).contains("anthropic-api-key")
    );
    assert!(ends(&sandbox, &["-C", "below", "explain", "client.py:1"], 0).contains("anthropic-api-key"));
    assert!(ends(&sandbox, &["-C", "below", "explain", "client.py:2"], 2).contains("the text has 1"));
}

fn key_in_messages_is_introduced_by_the_first_message() {
    let sandbox = Sandbox::with_commit();
    let key = tokens::api_key("said");
    // Names of commits are random. Among this many the first commit is seldom the least.
    for number in 0..6 {
        sandbox.sh(&format!("git commit -q --no-verify --allow-empty -m 'use {key}, {number}'"));
    }
    let first = text_of(&sandbox.command("git").args(["rev-parse", "HEAD~5"]).output().unwrap());
    sandbox.write("a", "changed\n");
    sandbox.sh("git add a; git stash -q");
    let report = json(&sandbox, &["scan", "--history"], 1);
    let finding = &report["findings"][0];
    assert_eq!(finding["history"]["introduced"]["commit"].as_str().unwrap(), first.trim(), "{finding}");
    // The two commits of the stash have the message as well.
    assert_eq!(finding["history"]["commits"], 8, "{finding}");
}

fn key_in_a_message_before_a_file_is_introduced_by_the_message() {
    for is_file_first in [false, true] {
        let sandbox = Sandbox::with_commit();
        let key = tokens::api_key("said");
        let said = format!("git commit -q --no-verify --allow-empty -m 'use {key}'");
        let checked = format!("echo key={key} > app.env; git add app.env; git commit -q --no-verify -m file");
        let (one, other) = if is_file_first { (&checked, &said) } else { (&said, &checked) };
        sandbox.sh(one);
        let first = text_of(&sandbox.command("git").args(["rev-parse", "HEAD"]).output().unwrap());
        sandbox.sh(&format!("{other}; git commit -q --no-verify --allow-empty -m 'again {key}'"));
        let report = json(&sandbox, &["scan", "--history"], 1);
        let history = &report["findings"][0]["history"];
        assert_eq!(history["introduced"]["commit"].as_str().unwrap(), first.trim(), "{history}");
        let is_file = history["introduced"]["path"] == "app.env";
        assert!(is_file == is_file_first && report["findings"].as_array().unwrap().len() == 1, "{history}");
    }
}

fn excessive_number_of_threads_is_capped() {
    let sandbox = leaky();
    let begun = std::time::Instant::now();
    ends(&sandbox, &["scan", "-j", "99999999"], 1);
    let mut command = sandbox.command(testkit::skant_program());
    let ended = command.args(["scan", "-q"]).env("RAYON_NUM_THREADS", "99999999").output().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{}", text_of(&ended));
    assert!(begun.elapsed().as_secs() < 30, "tens of thousands of threads were begun");
}

fn control_characters_of_settings_reach_no_terminal() {
    let sandbox = Sandbox::with_commit();
    let path = "docs/\\u001bc\\u0007\\u009b31m\\u202e\\n::error::x\\n##vso[task.complete]";
    sandbox.write(
        "skant.toml",
        format!("[[allow]]\nfingerprint = \"abcabcabcabc\"\nreason = \"x\"\npath = \"{path}\"\n"),
    );
    sandbox.write(".skant-baseline", format!("1234567890abcdef key dir/{} -- r\n", tokens::api_key("named")));
    for args in [
        &["scan"][..],
        &["scan", "--format", "github"],
        &["scan", "--format", "markdown"],
        &["baseline", "check"],
        &["baseline", "prune"],
    ] {
        let said = text_of(&sandbox.skant(args));
        let is_safe = |one: char| !one.is_control() && one != '\u{202e}' || one == '\n';
        assert!(said.chars().all(is_safe) && !said.contains("##vso["), "{args:?}: {said:?}");
        assert!(!said.lines().any(|line| line.trim_start().starts_with("::error::x")), "{args:?}: {said}");
        assert!(!said.contains(&tokens::api_key("named")[30..60]), "{args:?}: {said}");
    }
}

fn symbolic_link_as_configuration_is_refused() {
    let sandbox = leaky();
    fs::write(sandbox.sibling("real.toml"), "exclude = [\"**\"]\n").unwrap();
    symlink("../real.toml", sandbox.dir.join("skant.toml")).unwrap();
    for args in [&["scan"][..], &["scan", "--history"]] {
        assert!(ends(&sandbox, args, 2).contains("symbolic link"), "{args:?}");
    }
    sandbox.git(&["add", "skant.toml"]);
    assert!(ends(&sandbox, &["scan", "--staged"], 2).contains("symbolic link"));
    sandbox.commit_all("link");
    let bare = sandbox.sibling("bare.git");
    sandbox.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    assert!(
        ends(&sandbox, &["-C", bare.to_str().unwrap(), "scan", "--history"], 2).contains("symbolic link")
    );
    ends(&sandbox, &["scan", "--no-repo-config"], 1);
}

fn unwritable_report_ends_with_2() {
    let sandbox = leaky();
    for target in ["absent/report.json", ".", "sarif:.", "json:README.md/x", ""] {
        ends(&sandbox, &["scan", "-o", target], 2);
    }
    let full = sandbox.command(skant_program()).args(["scan"]).stdout(full_device()).output().unwrap();
    assert_eq!(code(&full), 2, "{}", text_of(&full));
    // No partial file is left.
    let left: Vec<_> = fs::read_dir(&sandbox.dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains(".tmp")), "{left:?}");
}

fn full_device() -> Stdio {
    fs::OpenOptions::new().write(true).open("/dev/full").map_or_else(|_| Stdio::null(), Stdio::from)
}

fn closed_pipe_changes_no_exit_code() {
    let sandbox = leaky();
    // Findings enough that the report is larger than a pipe.
    let lines: String = (0..400).map(|at| format!("K{at}={}\n", tokens::api_key(&at.to_string()))).collect();
    sandbox.write("many.env", lines);
    for format in ["human", "json", "jsonl", "sarif", "junit", "gitlab", "markdown"] {
        let script = format!(
            "{{ skant scan --format {format} && c=0 || c=$?; echo $c > ../code; }} | head -c 1 > /dev/null; sleep 0.1"
        );
        let output = sandbox.try_sh(&script);
        let code = fs::read_to_string(sandbox.sibling("code")).unwrap();
        assert_eq!(code.trim(), "1", "{format}: {}", text_of(&output));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
    let closed = sandbox.try_sh("skant scan >&- 2>&-; exit $?");
    assert!(matches!(code(&closed), 1 | 2), "{}", text_of(&closed));
}

/// Waits until the process handles SIGINT, as `/proc` shows.
fn wait_for_handler(child: &Child) {
    for _ in 0..2000 {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        if mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 2 != 0) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("skant does not handle SIGINT");
}

fn interrupt(sandbox: &Sandbox, child: &Child) {
    sandbox.sh(&format!("kill -INT {}", child.id()));
}

fn spawn(sandbox: &Sandbox, args: &[&str]) -> Child {
    sandbox
        .command(skant_program())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits for the end, up to a minute.
fn wait(mut child: Child) -> Output {
    for _ in 0..6000 {
        if child.try_wait().unwrap().is_some() {
            return child.wait_with_output().unwrap();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    panic!("it did not end: {}", text_of(&child.wait_with_output().unwrap()));
}

fn interrupted_read_of_standard_input_reports_findings() -> Ran {
    needs::file("/proc/self/status")?;
    let sandbox = Sandbox::empty();
    let mut child = spawn(&sandbox, &["scan", "-", "--format", "json"]);
    wait_for_handler(&child);
    let mut input = child.stdin.take().unwrap();
    input.write_all(format!("KEY={}\n", tokens::api_key("piped")).as_bytes()).unwrap();
    // More than a pipe holds, so that the key has been read once this is written.
    input.write_all(&b"nothing to see\n".repeat(40_000)).unwrap();
    interrupt(&sandbox, &child);
    let output = wait(child);
    drop(input);
    assert_eq!(code(&output), 130, "{}", text_of(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["complete"], kinds(&report, "problems")),
        (&false.into(), vec!["interrupted".into()])
    );
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    Ok(())
}

fn interrupted_scan_of_files_ends_with_130() -> Ran {
    needs::file("/proc/self/status")?;
    let sandbox = Sandbox::empty();
    sandbox.write("a.env", tokens::api_key("first"));
    for number in 0..64 {
        // Sparse files, which cost no disk space but have to be read. Many, since a file is read to its end once begun.
        let file = fs::File::create(sandbox.dir.join(format!("b{number}"))).unwrap();
        file.set_len(3 << 20).unwrap();
    }
    let child = spawn(&sandbox, &["scan", "--format", "json", "--jobs", "1", "--allow-incomplete"]);
    wait_for_handler(&child);
    interrupt(&sandbox, &child);
    let output = wait(child);
    assert_eq!(code(&output), 130, "{}", text_of(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["complete"], kinds(&report, "problems")),
        (&false.into(), vec!["interrupted".into()])
    );
    Ok(())
}

/// A git that interrupts its caller, then answers.
fn interrupting_git(sandbox: &Sandbox) -> std::ffi::OsString {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = sandbox.sibling("bin");
    fs::create_dir(&folder).unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let script = format!(
        "#!/bin/sh\n[ -e ../sent ] || {{ touch ../sent; kill -INT $PPID; sleep 0.3; }}\nPATH='{}' exec git \"$@\"\n",
        path.to_str().unwrap()
    );
    fs::write(folder.join("git"), script).unwrap();
    fs::set_permissions(folder.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&path))).unwrap()
}

fn interrupted_range_or_push_ends_with_130() {
    let sandbox = leaky();
    let path = interrupting_git(&sandbox);
    let run =
        |args: &[&str]| sandbox.command(skant_program()).args(args).env("PATH", &path).output().unwrap();
    let output = run(&["scan", "--history", "HEAD", "--format", "json"]);
    assert_eq!(code(&output), 130, "{}", text_of(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["complete"], kinds(&report, "problems")),
        (&false.into(), vec!["interrupted".into()])
    );
    // `--allow-incomplete` does not accept an interruption.
    fs::remove_file(sandbox.sibling("sent")).unwrap();
    assert_eq!(code(&run(&["scan", "--history", "HEAD", "--allow-incomplete"])), 130);
}

fn second_signal_ends_at_once_with_130() {
    let sandbox = leaky();
    let path = interrupting_git(&sandbox);
    let git = sandbox.sibling("bin").join("git");
    let script =
        fs::read_to_string(&git).unwrap().replace("sleep 0.3;", "sleep 0.3; kill -INT $PPID; sleep 5;");
    fs::write(&git, script).unwrap();
    let start = std::time::Instant::now();
    let mut child = sandbox
        .command(skant_program())
        .args(["scan", "--history", "HEAD"])
        .env("PATH", &path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130), "{status}");
    assert!(start.elapsed() < Duration::from_secs(4));
}
