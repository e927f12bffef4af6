//! What `skant status` says of hooks that look like an installation and are none, and of hostile repositories.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        each_hook_is_described_as_git_and_its_shell_see_it,
        settings_of_managers_count_only_if_they_check,
        jobs_of_lefthook_count_only_if_they_check,
        command_of_lefthook_is_that_of_its_package,
        what_is_left_names_every_hook_of_a_file,
        version_of_another_program_is_read_from_its_file,
        program_in_a_cache_is_noted,
        program_that_is_gone_is_named,
        environment_files_are_listed_with_what_git_does_with_them,
        settings_files_are_named,
        linked_worktrees_and_folders_have_the_hooks_of_their_repository,
        outside_of_a_repository_it_is_an_error,
        schema_refuses_other_types_and_missing_fields,
        global_installation_shows_the_state_of_this_repository,
        nothing_of_a_hostile_repository_runs_or_is_waited_for,
        names_cannot_control_the_terminal_or_show_a_key,
        links_do_not_lead_out_of_the_repository,
    ]
}

/// Runs a script with skant on the `PATH`, and nothing else of skant.
fn sh(sandbox: &Sandbox, script: &str) -> String {
    let output = sandbox.try_sh(script);
    assert!(output.status.success(), "{script}\n{}", text_of(&output));
    text_of(&output)
}

fn status(sandbox: &Sandbox) -> Value {
    let output = sandbox.try_sh("skant status --json");
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    let state = serde_json::from_slice(&output.stdout).expect("JSON");
    let faults: Vec<String> = schema().iter_errors(&state).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{state:#}\n{faults:?}");
    state
}

/// Returns the published schema of the JSON.
fn schema() -> &'static jsonschema::Validator {
    static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
        let schema: Value =
            serde_json::from_str(include_str!("../../schema/status.schema.json")).expect("JSON");
        jsonschema::validator_for(&schema).expect("a schema")
    });
    &SCHEMA
}

fn global_installation_shows_the_state_of_this_repository() {
    let sandbox = Sandbox::with_commit();
    let text = sh(&sandbox, "skant install --global");
    assert!(text.contains("all repositories  installed: "), "{text}");
    assert!(text.contains("This repository:\nprotected: all 4 hooks run skant\n"), "{text}");
    // The hooks of husky bypass those of all repositories.
    let text = sh(&sandbox, "mkdir -p .husky/_; git config core.hooksPath .husky/_; skant install --global");
    assert!(text.contains("This repository:\nNOT protected: 0 of 4 hooks run skant\n"), "{text}");
    let text = sh(&sandbox, "cd ..; skant install --global");
    assert!(text.contains("In a clone, `skant status` shows") && !text.contains("This repository"), "{text}");
}

fn schema_refuses_other_types_and_missing_fields() {
    let sandbox = Sandbox::with_commit();
    sh(&sandbox, "skant install; git config core.hooksPath \"$PWD/.git/hooks\"; touch .env");
    let mut state = status(&sandbox);
    state["hooks"][0]["reached"] = Value::from("yes");
    assert!(!schema().is_valid(&state));
    let mut state = status(&sandbox);
    state.as_object_mut().expect("an object").remove("protected");
    assert!(!schema().is_valid(&state));
}

/// Copies skant by another process: a child of another thread would inherit the open file, which then cannot be run.
fn copy_program(sandbox: &Sandbox, copy: &std::path::Path) {
    let status = sandbox.command("cp").arg(skant_program()).arg(copy).status().expect("cp runs");
    assert!(status.success());
}

/// Whether a commit with a key is refused because of it.
fn blocks(sandbox: &Sandbox) -> bool {
    let key = tokens::api_key("status");
    let output = sandbox.try_sh(&format!("echo 'k = {key}' > key.txt; git add key.txt; git commit -qm key"));
    let text = text_of(&output);
    if output.status.success() {
        sh(sandbox, "git reset -q --hard HEAD~1");
    } else {
        sh(sandbox, "git reset -q; rm key.txt");
    }
    !output.status.success() && text.contains("error[anthropic-api-key]")
}

/// Preparations of the pre-commit hook, with whether it checks and a word of the reason.
const HOOKS: &[(&str, bool, &str)] = &[
    ("", false, "there is no such hook"),
    ("skant install", true, ""),
    ("skant install; chmod -x .git/hooks/pre-commit", false, "not executable"),
    (
        "skant install; git config core.hooksPath elsewhere; mkdir elsewhere",
        false,
        "`core.hooksPath` leads to",
    ),
    ("skant install; git config core.hooksPath elsewhere", false, "does not exist"),
    ("skant install; git config core.hooksPath .git/hooks", true, ""),
    ("skant install; mv .git/hooks/pre-commit .git/hooks/pre-commit.old", false, "no such hook"),
    ("skant install; mv .git/hooks/pre-commit .git/hooks/pre-commit.legacy", false, "no such hook"),
    ("skant install; echo '# mine' >> .git/hooks/pre-commit", true, ""),
    ("skant install; sed -i '$d' .git/hooks/pre-commit", false, "edited"),
    ("hook 'skant hook pre-commit \"$@\"'", true, ""),
    ("hook 'exec skant hook pre-commit'", true, ""),
    ("hook 'skant hook pre-commit || exit 1\ntrue'", true, ""),
    ("hook 'set -e\nskant hook pre-commit\ntrue'", true, ""),
    ("hook 'if ! skant hook pre-commit; then\n  exit 1\nfi\ntrue'", true, ""),
    ("hook 'skant hook pre-commit'; chmod -x .git/hooks/pre-commit", false, "not executable"),
    ("hook 'skant hook pre-commit\ntrue'", false, "exit code is not used"),
    ("hook 'skant hook pre-commit || true'", false, "exit code is not used"),
    ("hook 'skant hook pre-commit | cat'", false, "exit code is not used"),
    ("hook 'exit 0\nskant hook pre-commit'", false, "does not call"),
    ("hook '# skant hook pre-commit'", false, "does not call"),
    ("hook 'echo skant hook pre-commit'", false, "does not call"),
    ("hook 'skant hook commit-msg \"$1\" || true'", false, "does not call"),
    ("hook '/nowhere/skant hook pre-commit'", false, "gone"),
    ("hook 'true'; skant install", true, ""),
    ("hook 'skant hook pre-commit'; skant install", true, ""),
    ("hook 'true'; skant install; rm -r .git/hooks.before-skant", false, "gone"),
    ("mkdir .git/hooks/pre-commit", false, "cannot be read"),
    ("skant install; mkdir h; mv .git/hooks/* h; rmdir .git/hooks; ln -s ../h .git/hooks", true, ""),
    (
        "hook 'skant hook pre-commit'; mv .git/hooks/pre-commit .git/x; ln -s ../x .git/hooks/pre-commit",
        true,
        "",
    ),
    ("ln -s nowhere .git/hooks/pre-commit", false, "cannot be read"),
];

fn each_hook_is_described_as_git_and_its_shell_see_it() {
    for (script, checks, reason) in HOOKS {
        let sandbox = Sandbox::with_commit();
        let hook = "hook() { printf '#!/bin/sh\\n%s\\n' \"$1\" > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit; }\n";
        sh(&sandbox, &format!("{hook}{script}"));
        let status = status(&sandbox);
        let hook = &status["hooks"][0];
        assert_eq!(hook["reached"], *checks, "{script}\n{status:#}");
        assert_eq!(blocks(&sandbox), *checks, "{script}\n{status:#}");
        let said = hook["reason"].as_str().unwrap_or_default();
        assert!(said.contains(reason), "{script}: {said}");
        assert_eq!(
            status["protected"] == true,
            sandbox.try_sh("skant status --check").status.success(),
            "{script}"
        );
    }
}

/// Settings of the pre-commit framework, with whether they check what is staged.
fn settings_of_managers_count_only_if_they_check() {
    let repository = |hooks: &str| {
        format!(
            "default_stages: [pre-push]\nrepos:\n- repo: https://example.org/skant\n  rev: v1\n  hooks:\n{hooks}"
        )
    };
    let local = |hook: &str| {
        format!("repos:\n- repo: local\n  hooks:\n  - id: x\n    language: system\n    {hook}\n")
    };
    for (text, checks) in [
        (repository("  - id: skant\n"), true),
        (repository("  - id: skant-src\n    stages: [commit]\n"), true),
        (repository("  - {id: skant, stages: [pre-commit, pre-push]}\n"), true),
        (repository("  - id: skant\n    stages: [commit-msg]\n"), false),
        (repository("  - id: skant-commit-msg\n"), false),
        (repository("  - id: other\n    name: skant\n"), false),
        (repository("# - id: skant\n  - id: black\n"), false),
        (local("entry: skant hook pre-commit\n    always_run: true"), true),
        (local("entry: skant hook pre-commit\n    files: \\.py$"), false),
        (local("entry: skant hook pre-commit\n    stages: [manual]"), false),
        (local("entry: echo skant hook pre-commit"), false),
        ("repos: [".to_owned(), false),
        ("repos:\n- &x {repo: local, hooks: [*x]}\n".to_owned(), false),
        (String::new(), false),
    ] {
        let sandbox = Sandbox::with_commit();
        let bin = sandbox.sibling("bin");
        fs::create_dir(&bin).expect("a folder");
        testkit::write_script(&bin.join("pre-commit"), "#!/bin/sh\ntouch ran\n");
        let hook = fs::read_to_string(testkit::repository("fixtures/hook_managers/pre-commit-hook"))
            .expect("a fixture");
        let hook = hook.replace("@HOOK@", "pre-commit").replace("@PROGRAM@", "/nowhere");
        testkit::write_script(&sandbox.dir.join(".git/hooks/pre-commit"), &hook);
        sandbox.write(".pre-commit-config.yaml", &text);
        let path = format!("export PATH='{}':\"$PATH\"; skant status --json", bin.display());
        let status: Value = serde_json::from_slice(&sandbox.try_sh(&path).stdout).expect("JSON");
        assert_eq!(status["hooks"][0]["reached"], checks, "{text}\n{status:#}");
        assert!(!sandbox.dir.join("ran").exists());
    }
    // Without pre-commit its hook checks nothing.
    let sandbox = Sandbox::with_commit();
    sandbox.write(".pre-commit-config.yaml", repository("  - id: skant\n"));
    testkit::write_script(
        &sandbox.dir.join(".git/hooks/pre-commit"),
        "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\nINSTALL_PYTHON=/nowhere/python\nexec false\n",
    );
    let output = sandbox
        .command(skant_program())
        .env("PATH", "/usr/bin:/bin")
        .args(["status"])
        .output()
        .expect("runs");
    let text = text_of(&output);
    if !std::path::Path::new("/usr/bin/pre-commit").exists() {
        assert!(text.contains("pre-commit itself is gone"), "{text}");
    }
}

/// Settings of lefthook: the file, its text, and whether they check a push.
const JOBS: &[(&str, &str, bool)] = &[
    ("lefthook.yml", "pre-push:\n  jobs:\n  - run: skant hook pre-push {0}\n    use_stdin: true\n", true),
    (
        "lefthook.yaml",
        "pre-push:\n  commands:\n    s: {run: skant hook pre-push {0}, use_stdin: true}\n",
        false,
    ),
    (
        "lefthook.yaml",
        "pre-push:\n  commands:\n    s: {run: 'skant hook pre-push {0}', use_stdin: true}\n",
        true,
    ),
    (".lefthook.toml", "[[pre-push.jobs]]\nrun = \"skant hook pre-push {0}\"\nuse_stdin = true\n", true),
    (
        ".config/lefthook.json",
        "{\"pre-push\": {\"jobs\": [{\"run\": \"skant hook pre-push {0}\", \"use_stdin\": true}]}}",
        true,
    ),
    (
        "lefthook-local.yml",
        "pre-push:\n  jobs:\n  - group:\n      jobs:\n      - run: skant hook pre-push {0}\n        use_stdin: true\n",
        true,
    ),
    ("lefthook.yml", "pre-push:\n  jobs:\n  - run: skant hook pre-push {0}\n", false),
    (
        "lefthook.yml",
        "pre-push:\n  skip: true\n  jobs:\n  - run: skant hook pre-push {0}\n    use_stdin: true\n",
        false,
    ),
    (
        "lefthook.yml",
        "pre-push:\n  jobs:\n  - run: skant hook pre-push {0}\n    use_stdin: true\n    glob: '*.js'\n",
        false,
    ),
    (
        "lefthook.yml",
        "pre-push:\n  jobs:\n  - run: skant hook pre-push {0} || true\n    use_stdin: true\n",
        false,
    ),
    ("lefthook.yml", "pre-commit:\n  jobs:\n  - run: skant hook pre-push {0}\n    use_stdin: true\n", false),
    ("lefthook.yml", "extends: [other.yml]\n", false),
];

fn jobs_of_lefthook_count_only_if_they_check() {
    let hook =
        fs::read_to_string(testkit::repository("fixtures/hook_managers/lefthook-hook")).expect("a fixture");
    for (file, text, checks) in JOBS {
        let sandbox = Sandbox::with_commit();
        sandbox.write(file, text);
        let program = sandbox.sibling("lefthook");
        testkit::write_script(&program, "#!/bin/sh\ntouch ran\n");
        let path = program.to_str().expect("UTF-8");
        for (program, has_program) in [(path, true), ("/nowhere", false)] {
            let hook = hook.replace("@HOOK@", "pre-push").replace("@PROGRAM@", program);
            testkit::write_script(&sandbox.dir.join(".git/hooks/pre-push"), &hook);
            let skant = skant_program();
            let folders = format!("{}:/usr/bin:/bin", skant.parent().expect("a folder").display());
            let output = sandbox
                .command(&skant)
                .env("PATH", folders)
                .args(["status", "--json"])
                .output()
                .expect("runs");
            let status: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            assert_eq!(status["hooks"][3]["reached"], *checks && has_program, "{text}\n{status:#}");
        }
        assert!(!sandbox.dir.join("ran").exists());
    }
}

/// A program of `node_modules` is not on the `PATH`; the commands to run have to work when they are pasted.
fn command_of_lefthook_is_that_of_its_package() {
    let sandbox = Sandbox::with_commit();
    sandbox.write("lefthook.yml", "pre-commit:\n  jobs:\n  - run: skant hook pre-commit\n");
    for (package, command) in [
        ("{}", "lefthook install"),
        ("{\"devDependencies\": {\"lefthook\": \"^2\"}}", "npx lefthook install"),
        ("{\"dependencies\": {\"@evilmartians/lefthook\": \"^2\"}}", "npx lefthook install"),
    ] {
        sandbox.write("package.json", package);
        let reason = status(&sandbox)["hooks"][0]["reason"].to_string();
        assert!(reason.contains(&format!("`{command}`")), "{package}: {reason}");
        let output = sandbox.try_sh("skant install");
        let text = text_of(&output);
        assert!(text.contains(&format!("  {command}\n")), "{package}: {text}");
    }
}

fn what_is_left_names_every_hook_of_a_file() {
    let sandbox = Sandbox::with_commit();
    sandbox.write(
        "lefthook.yml",
        "pre-commit:\n  jobs:\n  - run: skant hook pre-commit\ncommit-msg:\n  jobs:\n  - run: skant hook commit-msg {1}\n",
    );
    let output = sandbox.try_sh("skant uninstall");
    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("it calls skant; remove that (pre-commit, commit-msg)\n"), "{text}");
}

fn version_of_another_program_is_read_from_its_file() {
    let sandbox = Sandbox::with_commit();
    sh(&sandbox, "skant install");
    assert_eq!(status(&sandbox)["hooks"][0]["program"]["version"], env!("CARGO_PKG_VERSION"));
    let copy = sandbox.sibling("skant");
    copy_program(&sandbox, &copy);
    sandbox.command(&copy).arg("install").output().expect("runs");
    let program = &status(&sandbox)["hooks"][0]["program"];
    assert_eq!(program["path"], copy.to_str().expect("UTF-8"));
    assert_eq!(program["version"], env!("CARGO_PKG_VERSION"), "read from the file");
    testkit::write_script(&copy, "#!/bin/sh\ntouch ran\n");
    assert_eq!(status(&sandbox)["hooks"][0]["program"]["version"], Value::Null);
    assert!(!sandbox.dir.join("ran").exists());
}

fn program_in_a_cache_is_noted() {
    for (folder, is_cache) in [
        (".cache/uv/archive-v0/Xy/bin", true),
        (".npm/_npx/0a/node_modules/skant-linux-x64/bin", true),
        ("Library/Caches/pipx/ab/bin", true),
        (".local/share/uv/tools/skant/bin", false),
    ] {
        let sandbox = Sandbox::with_commit();
        let folder = sandbox.sibling("home").join(folder);
        fs::create_dir_all(&folder).expect("a folder");
        let copy = folder.join("skant");
        copy_program(&sandbox, &copy);
        let output = sandbox.command(&copy).arg("install").output().expect("runs");
        assert_eq!(text_of(&output).contains("is in a cache"), is_cache, "{}", text_of(&output));
        let notes = status(&sandbox)["notes"].as_array().expect("a list").len();
        assert_eq!(notes, usize::from(is_cache));
    }
}

fn program_that_is_gone_is_named() {
    let sandbox = Sandbox::with_commit();
    let copy = sandbox.sibling("copy of skant");
    copy_program(&sandbox, &copy);
    sandbox.command(&copy).arg("install").output().expect("runs");
    fs::remove_file(&copy).expect("removed");
    let output =
        sandbox.command(skant_program()).env("PATH", "/usr/bin:/bin").arg("status").output().expect("runs");
    let text = text_of(&output);
    assert!(text.contains("the program is gone") && text.contains("copy of skant"), "{text}");
    // The script finds another one on the PATH.
    assert_eq!(status(&sandbox)["protected"], true);
}

fn environment_files_are_listed_with_what_git_does_with_them() {
    let sandbox = Sandbox::with_commit();
    for name in [".env", ".env.local", ".env.example", "sub/.env", "node_modules/x/.env", "prod.env"] {
        sandbox.write(name, "A=b\n");
    }
    sandbox.write(".gitignore", ".env\nnode_modules\n!sub/.env\n");
    sandbox.git(&["add", "prod.env"]);
    let status = status(&sandbox);
    let files: Vec<String> = status["env_files"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|file| {
            format!("{} {}", file["path"].as_str().unwrap_or(""), file["state"].as_str().unwrap_or(""))
        })
        .collect();
    assert_eq!(files, [".env ignored", ".env.local not-ignored", "prod.env tracked", "sub/.env not-ignored"]);
    let text = sh(&sandbox, "skant status");
    assert!(
        text.contains(".env.local: NOT ignored by git") && text.contains(".env: ignored by git"),
        "{text}"
    );
}

fn settings_files_are_named() {
    let sandbox = Sandbox::with_commit();
    assert!(sh(&sandbox, "skant status").contains("the built-in policy applies"));
    sandbox.write("skant.toml", "exclude = [\"vendor/\"]\n");
    assert_eq!(status(&sandbox)["settings"]["files"][0], "skant.toml");
    sandbox.write("skant.toml", "fail-on = 1\n");
    assert!(status(&sandbox)["settings"]["error"].is_string());
    assert!(sh(&sandbox, "skant status").contains("NOT usable"));
}

fn linked_worktrees_and_folders_have_the_hooks_of_their_repository() {
    let sandbox = Sandbox::with_commit();
    sh(&sandbox, "skant install; git worktree add -q ../linked; mkdir -p sub/folder");
    for folder in ["../linked", "sub/folder", ".git"] {
        sh(&sandbox, &format!("cd {folder}; skant status --check"));
    }
    // A setting of one worktree is that worktree's.
    sh(
        &sandbox,
        "git config extensions.worktreeConfig true; git -C ../linked config --worktree core.hooksPath x",
    );
    sh(&sandbox, "skant status --check");
    let output = sandbox.try_sh("cd ../linked; skant status --check");
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    assert!(text_of(&output).contains("worktree, file:"), "{}", text_of(&output));
}

fn outside_of_a_repository_it_is_an_error() {
    let sandbox = Sandbox::empty();
    let output = sandbox.skant(&["status", "--check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).contains("is in no git repository") && text_of(&output).contains("help: "));
}

/// Files that `status`, `install` and `uninstall` may read.
const READ: [&str; 22] = [
    "package.json",
    "lefthook.yml",
    ".lefthook.toml",
    ".config/lefthook.json",
    "lefthook-local.yml",
    ".pre-commit-config.yaml",
    "prek.toml",
    ".simple-git-hooks.json",
    "simple-git-hooks.cjs",
    ".husky/pre-commit",
    ".husky/_/pre-push",
    ".husky/_/h",
    ".gitignore",
    ".env",
    "go.mod",
    "skant.toml",
    ".git/hooks/pre-commit",
    ".git/hooks/commit-msg.old",
    ".git/hooks/pre-push.legacy",
    ".git/hooks.before-skant/pre-commit",
    ".git/hooks/pre-push.before-skant",
    "node_modules/.bin/skant",
];

fn nothing_of_a_hostile_repository_runs_or_is_waited_for() {
    for kind in
        ["mkfifo", "truncate -s 30G", "ln -s /dev/zero", "mkdir", "ln -s .", "touch ../ran; cp ../program"]
    {
        let sandbox = Sandbox::with_commit();
        testkit::write_script(&sandbox.sibling("program"), "#!/bin/sh\ntouch ../ran\n");
        let make = READ.map(|name| format!("mkdir -p \"$(dirname {name})\"; rm -rf {name}; {kind} {name}"));
        sh(&sandbox, &make.join("\n"));
        sh(
            &sandbox,
            "rm -f ../ran; git config alias.status '!touch ../ran'; git config core.fsmonitor 'touch ../ran'",
        );
        for setting in ["", "git config core.hooksPath .husky/_"] {
            sh(&sandbox, setting);
            for arguments in [
                vec!["status"],
                vec!["install"],
                vec!["uninstall"],
                vec!["install", "--force"],
                vec!["uninstall", "--force"],
            ] {
                let mut command: Command = sandbox.command(skant_program());
                let path = format!(".:node_modules/.bin:{}", std::env::var("PATH").expect("a PATH"));
                command
                    .args(&arguments)
                    .env("PATH", path)
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null());
                let mut child = command.spawn().expect("skant runs");
                let start = Instant::now();
                let code = loop {
                    if let Some(status) = child.try_wait().expect("waited") {
                        break status.code();
                    }
                    if start.elapsed() > Duration::from_secs(30) {
                        child.kill().expect("killed");
                        break None;
                    }
                    std::thread::sleep(Duration::from_millis(5));
                };
                assert!(matches!(code, Some(0..=2)), "{kind} {setting} {arguments:?}: {code:?}");
            }
        }
        assert!(!sandbox.sibling("ran").exists(), "{kind}");
    }
}

fn names_cannot_control_the_terminal_or_show_a_key() {
    let sandbox = Sandbox::with_commit();
    let key = tokens::api_key("a name");
    let odd = format!("a\u{1b}[31m\nprotected: all 4 hooks run skant\u{202e}{key}");
    sandbox.write(&format!("{odd}/.env"), "A=b\n");
    sandbox.write("lefthook.yml", "pre-commit: {}\n");
    sandbox.write(
        ".pre-commit-config.yaml",
        format!("repos:\n- repo: x\n  rev: \"\\e[31m{key}\"\n  hooks: [{{id: skant}}]\n"),
    );
    sh(&sandbox, "skant install --force");
    let folder = sandbox.dir.join(&odd).join("hooks");
    fs::create_dir(&folder).expect("a folder");
    sandbox.git(&["config", "core.hooksPath", folder.to_str().expect("UTF-8")]);
    for script in [
        "skant status",
        "skant status --json",
        "skant install || true",
        "skant install --force || true",
        "skant uninstall || true",
    ] {
        let text = sh(&sandbox, script);
        assert!(
            !text.contains(&key) && !text.contains('\u{202e}') && !text.contains('\u{1b}'),
            "{script}: {text}"
        );
        let is_protected = script.contains("--force");
        assert!(
            is_protected || !text.lines().any(|line| line.starts_with("protected: all")),
            "{script}: {text}"
        );
    }
}

fn links_do_not_lead_out_of_the_repository() {
    let sandbox = Sandbox::with_commit();
    let outside = sandbox.sibling("outside");
    fs::create_dir(&outside).expect("a folder");
    sh(&sandbox, "skant install");
    // A script of skant's in a folder that is somebody else's.
    fs::copy(sandbox.dir.join(".git/hooks/pre-commit"), outside.join("pre-commit")).expect("copied");
    fs::create_dir(sandbox.dir.join(".husky")).expect("a folder");
    symlink(&outside, sandbox.dir.join(".husky/_")).expect("a link");
    sh(&sandbox, "skant uninstall");
    let mode = fs::metadata(outside.join("pre-commit")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    assert_eq!(fs::read_dir(&outside).expect("a folder").count(), 1);
    // The settings of a manager are not read through a link.
    fs::write(outside.join("lefthook.yml"), "pre-commit:\n  jobs:\n  - run: skant hook pre-commit\n")
        .expect("written");
    symlink(outside.join("lefthook.yml"), sandbox.dir.join("lefthook.yml")).expect("a link");
    let output = sandbox.try_sh("skant install");
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
}
