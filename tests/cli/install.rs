//! `skant install` and `skant uninstall` with real git. A stub in place of skant logs its calls.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use skant::internal::hook::install::{
    Action, ForeignFolder, GlobalAction, Hook, InstallError, Options, Outcome, install, install_global,
    running_program, uninstall, uninstall_global,
};
use testkit::trials::{Ran, Skip, TestResult, Trial, trial};
use testkit::{Sandbox, needs, text_of};

pub fn trials() -> Vec<Trial> {
    let mut all = testkit::trials![
        commit_merge_and_push_call_skant,
        exit_code_of_skant_blocks,
        earlier_hook_with_another_interpreter_runs,
        failing_earlier_hook_blocks_a_commit,
        concurrent_install_and_uninstall_lose_no_hook,
        inactive_earlier_hook_is_kept_and_not_run,
        second_install_refreshes_stale_hooks_only,
        missing_program_is_searched_in_the_usual_places,
        uninstall_restores_earlier_hooks,
        uninstall_keeps_foreign_hooks,
        obstacle_stops_install_before_any_change,
        failing_install_is_rolled_back,
        interrupted_install_is_completed_or_removed,
        selected_hooks_are_installed,
        shared_hooks_folder_is_refused_unless_forced,
        hooks_folder_that_links_into_the_tree_is_refused,
        missing_hooks_folder_is_created,
        worktrees_share_hooks_and_submodules_do_not,
        hooks_that_call_each_other_end,
        error_of_git_is_shown,
        path_of_this_program_is_known,
        global_install_serves_all_repositories,
        global_hooks_call_the_repositorys_own_hooks,
        global_install_is_repeatable_and_removable,
    ];
    all.extend(
        in_each_shell("earlier_hook_gets_arguments_and_input", earlier_hook_gets_arguments_and_input)
            .chain(in_each_shell(
                "earlier_hook_keeps_its_name_and_folder",
                earlier_hook_keeps_its_name_and_folder,
            ))
            .chain(in_each_shell(
                "earlier_bash_hook_keeps_its_name_and_folder",
                earlier_bash_hook_keeps_its_name_and_folder,
            ))
            .chain(in_each_shell(
                "failing_earlier_hook_ends_with_its_code_before_skant_runs",
                failing_earlier_hook_ends_with_its_code_before_skant_runs,
            ))
            .chain(in_each_shell("missing_program_blocks_with_advice", missing_program_blocks_with_advice)),
    );
    all
}

/// A repository, a git without the user's settings, and a stub for skant at a path that needs quoting.
struct Project {
    sandbox: Sandbox,
    git: OsString,
    /// The stub's folder: `skant`, the `code` it ends with, and its log.
    bin: PathBuf,
}

const STUB: &str = r#"#!/bin/sh
dir=$(dirname "$0")
for argument in "$@"; do printf '<%s>' "$argument" >> "$dir/calls"; done
echo >> "$dir/calls"
cat > "$dir/stdin"
exit "$(cat "$dir/code")"
"#;

impl Project {
    fn new() -> Self {
        let sandbox = Sandbox::with_commit();
        let git = sandbox.sibling("git");
        let home = sandbox.sibling("home");
        script(
            &git,
            &format!("#!/bin/sh\nHOME='{}' GIT_CONFIG_NOSYSTEM=1 exec git \"$@\"\n", home.display()),
        );
        let bin = sandbox.sibling("a `bin` of \"$HOME\", it's \\ here");
        fs::create_dir(&bin).unwrap();
        let project = Self { sandbox, git: git.into_os_string(), bin };
        script(&project.stub(), STUB);
        project.stub_ends_with(0);
        project
    }

    fn stub(&self) -> PathBuf {
        self.bin.join("skant")
    }

    fn stub_ends_with(&self, code: i32) {
        fs::write(self.bin.join("code"), code.to_string()).unwrap();
    }

    /// Calls called with since the last time, one line per call.
    fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.bin.join("calls")).unwrap_or_default();
        let _ = fs::remove_file(self.bin.join("calls"));
        calls.lines().map(str::to_owned).collect()
    }

    fn stdin(&self) -> String {
        fs::read_to_string(self.bin.join("stdin")).unwrap()
    }

    fn run<T>(&self, dir: &Path, force: bool, what: fn(&Options<'_>) -> T) -> T {
        what(&Options {
            dir,
            git: &self.git,
            program: &self.stub(),
            hooks: &Hook::ALL,
            foreign_folder: if force { ForeignFolder::Change } else { ForeignFolder::Refuse },
        })
    }

    fn install(&self) -> Result<Vec<Action>, InstallError> {
        self.run(&self.sandbox.dir, false, install)
    }

    fn uninstall(&self) -> Result<Vec<Action>, InstallError> {
        self.run(&self.sandbox.dir, false, uninstall)
    }

    fn hook(&self, name: &str) -> PathBuf {
        self.sandbox.dir.join(".git/hooks").join(name)
    }

    /// The path of an earlier hook.
    fn kept(&self, name: &str) -> PathBuf {
        self.sandbox.dir.join(".git/hooks.before-skant").join(name)
    }

    fn commit(&self, message: &str) -> Output {
        self.sandbox.try_git(&["commit", "-q", "--allow-empty", "-m", message])
    }

    /// Returns the hooks folder without git's samples: names, contents or link targets, modes.
    fn hooks(&self) -> Vec<(String, Vec<u8>, u32)> {
        let mut found: Vec<_> = fs::read_dir(self.sandbox.dir.join(".git/hooks"))
            .map(|entries| entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>())
            .unwrap_or_default()
            .into_iter()
            .filter(|path| path.extension().is_none_or(|end| end != "sample"))
            .map(|path| {
                let metadata = path.symlink_metadata().unwrap();
                let content = match metadata.file_type() {
                    kind if kind.is_symlink() => {
                        fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
                    }
                    kind if kind.is_dir() => Vec::new(),
                    _ => fs::read(&path).unwrap(),
                };
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, content, metadata.permissions().mode())
            })
            .collect();
        found.sort();
        found
    }
}

fn script(path: &Path, content: &str) {
    testkit::write_script(path, content);
}

fn outcomes(actions: &[Action]) -> Vec<(&str, Outcome)> {
    actions
        .iter()
        .map(|action| {
            let folder = action.path.parent().unwrap().file_name().unwrap();
            let parts = if folder == "hooks.before-skant" { 2 } else { 1 };
            let name: &Path = action.path.strip_prefix(action.path.ancestors().nth(parts).unwrap()).unwrap();
            (name.to_str().unwrap(), action.outcome)
        })
        .collect()
}

fn all(outcome: Outcome) -> Vec<(&'static str, Outcome)> {
    Hook::ALL.map(|hook| (hook.name(), outcome)).to_vec()
}

fn commit_merge_and_push_call_skant() {
    let project = Project::new();
    let actions = project.install().unwrap();
    assert_eq!(outcomes(&actions), all(Outcome::Installed));
    assert_eq!(actions[0].path.canonicalize().unwrap(), project.hook("pre-commit").canonicalize().unwrap());
    for hook in Hook::ALL {
        let mode = project.hook(hook.name()).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o755, "{hook:?}");
    }

    assert!(project.commit("one").status.success());
    assert_eq!(project.calls(), ["<hook><pre-commit>", "<hook><commit-msg><.git/COMMIT_EDITMSG>"]);

    project.sandbox.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    project.sandbox.write("side.txt", "side\n");
    project.sandbox.commit_all("side");
    project.sandbox.git(&["checkout", "-q", "main"]);
    project.calls();
    project.sandbox.git(&["merge", "-q", "-m", "merge", "side"]);
    assert_eq!(project.calls(), ["<hook><pre-merge-commit>", "<hook><commit-msg><.git/MERGE_MSG>"]);

    project.sandbox.git(&["init", "-q", "--bare", "../remote.git"]);
    project.sandbox.git(&["push", "-q", "../remote.git", "main", "side"]);
    assert_eq!(project.calls(), ["<hook><pre-push><../remote.git><../remote.git>"]);
    let [main, side] = ["main", "side"].map(|branch| project.sandbox.git(&["rev-parse", branch]));
    let zero = "0".repeat(40);
    assert_eq!(
        project.stdin(),
        format!(
            "refs/heads/main {main} refs/heads/main {zero}\nrefs/heads/side {side} refs/heads/side {zero}\n"
        )
    );
}

fn exit_code_of_skant_blocks() {
    let project = Project::new();
    project.install().unwrap();
    project.sandbox.git(&["init", "-q", "--bare", "../remote.git"]);
    for code in [1, 2, 3, 130] {
        project.stub_ends_with(code);
        assert!(!project.commit("blocked").status.success(), "{code}");
        assert!(
            !project.sandbox.try_git(&["push", "-q", "../remote.git", "main"]).status.success(),
            "{code}"
        );
        let output = run_hook("sh", &project, "pre-push", &["origin", "url"], "");
        assert_eq!(output.status.code(), Some(code));
    }
    assert_eq!(project.sandbox.git(&["log", "--format=%s"]), "first");
}

/// Runs a hook in a shell, as git would.
fn run_hook(shell: &str, project: &Project, name: &str, arguments: &[&str], input: &str) -> Output {
    let mut words = shell.split(' ');
    let file = project.sandbox.sibling("input");
    fs::write(&file, input).unwrap();
    project
        .sandbox
        .command(words.next().unwrap())
        .args(words)
        .arg(project.hook(name))
        .args(arguments)
        .stdin(Stdio::from(fs::File::open(file).unwrap()))
        .output()
        .unwrap()
}

/// The shells that may run a hook, each with the words that start it.
const SHELLS: [(&str, &str); 6] = [
    ("sh", "sh"),
    ("dash", "dash"),
    ("busybox", "busybox sh"),
    ("bash", "bash"),
    ("zsh", "zsh --emulate sh"),
    ("ksh", "ksh"),
];

/// Makes a trial for each shell. A shell that is not installed is a skip.
fn in_each_shell<R: TestResult + 'static>(name: &str, test: fn(&str) -> R) -> impl Iterator<Item = Trial> {
    SHELLS.into_iter().map(move |(shell, words)| {
        trial(module_path!(), &format!("{name}_in_{shell}"), move || {
            works(words)?;
            Ok(test(words))
        })
    })
}

fn works(words: &str) -> Ran {
    let mut words: Vec<&str> = words.split(' ').collect();
    words.extend(["-c", ":"]);
    needs::success(words[0], &words[1..])
}

fn earlier_hook_gets_arguments_and_input(shell: &str) {
    let project = Project::new();
    for hook in Hook::ALL {
        script(
            &project.hook(hook.name()),
            "#!/bin/sh\nfor a in \"$@\"; do printf '<%s>' \"$a\"; done\ncat > ../earlier-stdin\nexit $CODE\n",
        );
    }
    let kept = |hook: Hook| format!("hooks.before-skant/{}", hook.name());
    let expected: Vec<(String, Outcome)> = Hook::ALL
        .into_iter()
        .flat_map(|hook| [(kept(hook), Outcome::KeptAndCalled), (hook.name().to_owned(), Outcome::Installed)])
        .collect();
    let actions = project.install().unwrap();
    let got: Vec<(String, Outcome)> =
        outcomes(&actions).into_iter().map(|(name, what)| (name.to_owned(), what)).collect();
    assert_eq!(got, expected);

    let long = "refs/heads/a 1 refs/heads/a 2\n".repeat(20_000);
    let arguments = ["origin", "https://example.org/a b'\"$x\\"];
    let shown = format!("<{}><{}>", arguments[0], arguments[1]);
    for input in ["", "\n", "one line\n", "no end", "-n two\n\n\n", "%s \\n *\n", "..\n.", &long] {
        let output = run_hook(shell, &project, "pre-push", &arguments, input);
        assert!(output.status.success(), "{shell}: {}", text_of(&output));
        assert_eq!(text_of(&output), shown, "{shell}");
        assert_eq!(project.calls(), [format!("<hook><pre-push>{shown}")], "{shell}");
        assert!(project.stdin() == input, "{shell}: {input:.20?}");
        assert!(fs::read_to_string(project.sandbox.sibling("earlier-stdin")).unwrap() == input, "{shell}");
    }
    for hook in Hook::ALL {
        project.stub_ends_with(3);
        let output = run_hook(shell, &project, hook.name(), &[".git/a message"], "");
        assert_eq!(output.status.code(), Some(3), "{shell} {hook:?}");
        assert_eq!(project.calls(), [format!("<hook><{}><.git/a message>", hook.name())], "{shell}");
        project.stub_ends_with(0);
    }
}

/// A hook that reads a file in its own folder, and depends on its own name.
const BY_NAME: &str =
    "case ${0##*/} in pre-commit) . \"$(dirname \"$0\")/lib.sh\"; echo \"$said <$*>\"; exit 5;; esac\n";

fn earlier_hook_keeps_its_name_and_folder(shell: &str) {
    let hooks = [
        format!("#!/bin/sh\n{BY_NAME}"),
        format!("#!/bin/sh -e\n{BY_NAME}"),
        format!("#! /usr/bin/env sh\n{BY_NAME}"),
        // A script opens its own file.
        "#!/bin/sh\nsed '1,/^TEXT$/d' \"$0\" | sh -s -- \"$@\"\nexit $?\nTEXT\necho \"lib <$*>\"; exit 5\n"
            .to_owned(),
        // A script without a first line, which the calling shell runs.
        "echo \"lib <$*>\"; exit 5\n".to_owned(),
    ];
    are_called(shell, &hooks);
}

fn earlier_bash_hook_keeps_its_name_and_folder(shell: &str) -> Ran {
    works("bash")?;
    let main = "said() { echo \"lib <$*>\"; exit 5; }\n[ \"$0\" != \"${BASH_SOURCE[0]}\" ] || said \"$@\"\n";
    are_called(shell, &[format!("#!/usr/bin/env bash\n{BY_NAME}"), format!("#!/usr/bin/env bash\n{main}")]);
    Ok(())
}

fn are_called(shell: &str, hooks: &[String]) {
    let project = Project::new();
    let hook = project.hook("pre-commit");
    script(&project.hook("lib.sh"), "said=lib\n");
    for text in hooks {
        script(&hook, text);
        project.install().unwrap();
        let output = run_hook(shell, &project, "pre-commit", &["a b", "c"], "");
        assert_eq!(output.status.code(), Some(5), "{shell} {text}");
        assert_eq!(text_of(&output), "lib <a b c>\n", "{shell} {text}");
        project.run(&project.sandbox.dir, false, uninstall).unwrap();
        assert_eq!(fs::read_to_string(&hook).unwrap(), *text);
    }
}

fn earlier_hook_with_another_interpreter_runs() {
    let project = Project::new();
    let hook = project.hook("pre-commit");
    script(&hook, "#!/usr/bin/env -S cat\nwhat it says\n");
    project.install().unwrap();
    assert!(text_of(&run_hook("sh", &project, "pre-commit", &[], "")).contains("what it says"));
}

fn concurrent_install_and_uninstall_lose_no_hook() {
    for _ in 0..8 {
        let project = Project::new();
        script(&project.hook("pre-push"), "#!/bin/sh\necho mine\n");
        std::thread::scope(|scope| {
            for number in 0..6 {
                let project = &project;
                scope.spawn(move || {
                    let what = if number % 2 == 0 { install } else { uninstall };
                    project.run(&project.sandbox.dir, false, what).unwrap();
                });
            }
        });
        let texts = [project.hook("pre-push"), project.kept("pre-push")].map(fs::read_to_string);
        assert!(texts.iter().flatten().any(|text| text.contains("echo mine")), "{texts:?}");
    }
}

fn failing_earlier_hook_ends_with_its_code_before_skant_runs(shell: &str) {
    let project = Project::new();
    for hook in Hook::ALL {
        // The hook ends without reading its input.
        script(&project.hook(hook.name()), "#!/bin/sh\necho earlier says no >&2\nexit 7\n");
    }
    project.install().unwrap();
    let long = "x\n".repeat(200_000);
    for hook in Hook::ALL {
        let output = run_hook(shell, &project, hook.name(), &["a"], &long);
        assert_eq!(output.status.code(), Some(7), "{shell} {hook:?}");
        assert_eq!(text_of(&output), "earlier says no\n", "{shell} {hook:?}");
    }
    assert!(project.calls().is_empty());
}

fn failing_earlier_hook_blocks_a_commit() {
    let project = Project::new();
    for hook in Hook::ALL {
        script(&project.hook(hook.name()), "#!/bin/sh\necho earlier says no >&2\nexit 7\n");
    }
    project.install().unwrap();
    let output = project.commit("blocked");
    assert!(!output.status.success() && text_of(&output).contains("earlier says no"));
    assert!(project.calls().is_empty());
}

fn inactive_earlier_hook_is_kept_and_not_run() {
    let project = Project::new();
    fs::write(project.hook("pre-commit"), "#!/bin/sh\nexit 7\n").unwrap();
    symlink("nowhere", project.hook("commit-msg")).unwrap();
    let actions = project.install().unwrap();
    assert_eq!(
        outcomes(&actions),
        [
            ("hooks.before-skant/pre-commit", Outcome::Kept),
            ("pre-commit", Outcome::Installed),
            ("pre-merge-commit", Outcome::Installed),
            ("hooks.before-skant/commit-msg", Outcome::Kept),
            ("commit-msg", Outcome::Installed),
            ("pre-push", Outcome::Installed),
        ]
    );
    assert!(project.commit("one").status.success());
    assert_eq!(project.calls().len(), 2);
}

fn second_install_refreshes_stale_hooks_only() {
    let project = Project::new();
    script(&project.hook("pre-push"), "#!/bin/sh\n");
    project.install().unwrap();
    let first = project.hooks();
    assert_eq!(outcomes(&project.install().unwrap()), all(Outcome::Unchanged));
    assert_eq!(project.hooks(), first);

    // The program has moved; a script has lost its mode; a script is missing.
    let old = project.sandbox.sibling("old place");
    fs::create_dir(&old).unwrap();
    fs::rename(project.stub(), old.join("skant")).unwrap();
    let elsewhere =
        Options { program: &old.join("skant"), hooks: &[Hook::PreCommit], ..options(&project, &project.git) };
    assert_eq!(outcomes(&install(&elsewhere).unwrap()), [("pre-commit", Outcome::Refreshed)]);
    fs::set_permissions(project.hook("commit-msg"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::remove_file(project.hook("pre-push")).unwrap();
    assert_eq!(
        outcomes(&project.install().unwrap()),
        [
            ("pre-commit", Outcome::Refreshed),
            ("pre-merge-commit", Outcome::Unchanged),
            ("commit-msg", Outcome::Refreshed),
            ("hooks.before-skant/pre-push", Outcome::KeptAndCalled),
            ("pre-push", Outcome::Installed),
        ]
    );
    assert_eq!(project.hooks(), first);
}

fn help_of(error: &InstallError) -> String {
    miette::Diagnostic::help(error).expect("every error has a help text").to_string()
}

fn options<'h>(project: &'h Project, git: &'h std::ffi::OsStr) -> Options<'h> {
    Options {
        dir: &project.sandbox.dir,
        git,
        program: Path::new("/nowhere/skant"),
        hooks: &Hook::ALL,
        foreign_folder: ForeignFolder::Refuse,
    }
}

/// Installs hooks whose program is gone. The repository has a `skant`, which must not run even if the `PATH` names it.
/// Skips on a machine with an installed skant, which the hooks would find.
fn without_a_program() -> Result<Project, Skip> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(["/usr/local/bin".into(), "/opt/homebrew/bin".into()])
        .any(|folder| folder.join("skant").exists());
    if found {
        return Err(Skip("needs a machine without an installed skant".to_owned()));
    }
    let project = Project::new();
    script(&project.hook("commit-msg"), "#!/bin/sh\n");
    project.install().unwrap();
    fs::rename(project.stub(), project.bin.join("moved")).unwrap();
    script(&project.sandbox.dir.join("skant"), "#!/bin/sh\ntouch ran\n");
    Ok(project)
}

fn missing_program_blocks_with_advice(shell: &str) -> Ran {
    let project = without_a_program()?;
    for hook in Hook::ALL {
        let output = run_hook(shell, &project, hook.name(), &["a"], "");
        assert_eq!(output.status.code(), Some(2), "{shell} {hook:?}");
        let text = text_of(&output);
        let said = format!("skant: {}: nothing was checked", hook.name());
        for part in [
            &said[..],
            "skant install",
            project.hook(hook.name()).to_str().unwrap(),
            project.bin.to_str().unwrap(),
        ] {
            assert!(text.contains(part), "{shell} {hook:?}: {part} is not in {text}");
        }
        assert_eq!(text.contains("hooks.before-skant/commit-msg there"), hook == Hook::CommitMsg, "{text}");
    }
    assert!(!project.sandbox.dir.join("ran").exists());
    Ok(())
}

fn missing_program_is_searched_in_the_usual_places() -> Ran {
    let project = without_a_program()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    for path in [".", ""].map(|entry| format!("{entry}:{}", path.to_string_lossy())) {
        let args = ["commit", "-q", "--allow-empty", "-m", "blocked"];
        let output = project.sandbox.command("git").env("PATH", &path).args(args).output().unwrap();
        assert!(!output.status.success(), "{path}");
    }
    assert!(!project.sandbox.dir.join("ran").exists());

    // Graphical clients lack the login PATH: the usual places are tried.
    let home = project.sandbox.sibling("home");
    for place in [project.sandbox.sibling("on path"), home.join(".cargo/bin"), home.join(".local/bin")] {
        fs::create_dir_all(&place).unwrap();
        let [skant, code] = ["skant", "code"].map(|name| place.join(name));
        script(&skant, STUB);
        fs::write(&code, "0").unwrap();
        let path = format!("{}:{}", project.sandbox.sibling("on path").display(), path.to_string_lossy());
        let args = ["commit", "-q", "--allow-empty", "-m", "checked"];
        let output = project.sandbox.command("git").env("PATH", path).args(args).output().unwrap();
        assert!(output.status.success(), "{}", text_of(&output));
        assert!(place.join("calls").exists(), "{}", place.display());
        fs::remove_file(skant).unwrap();
    }
    Ok(())
}

fn uninstall_restores_earlier_hooks() {
    let project = Project::new();
    let odd = b"#!/bin/sh\n# \xff no UTF-8, no final newline";
    fs::write(project.hook("pre-commit"), odd).unwrap();
    fs::set_permissions(project.hook("pre-commit"), fs::Permissions::from_mode(0o710)).unwrap();
    fs::write(project.hook("commit-msg"), "not executable").unwrap();
    project.sandbox.write("tracked-hook", "#!/bin/sh\n");
    symlink("../../tracked-hook", project.hook("pre-push")).unwrap();
    let before = project.hooks();
    project.install().unwrap();
    assert_ne!(project.hooks(), before);
    assert_eq!(
        outcomes(&project.uninstall().unwrap()),
        [
            ("pre-commit", Outcome::Restored),
            ("pre-merge-commit", Outcome::Removed),
            ("commit-msg", Outcome::Restored),
            ("pre-push", Outcome::Restored),
        ]
    );
    assert_eq!(project.hooks(), before);
    assert!(!project.kept("").exists());
    assert_eq!(fs::read(project.sandbox.dir.join("tracked-hook")).unwrap(), b"#!/bin/sh\n");
    let again = outcomes(&project.uninstall().unwrap()).len();
    assert_eq!(again, 3, "three hooks of somebody else's are left alone");
    assert_eq!(project.hooks(), before);
}

fn uninstall_keeps_foreign_hooks() {
    let project = Project::new();
    assert!(project.uninstall().unwrap().is_empty());
    script(&project.hook("commit-msg"), "#!/bin/sh\n");
    project.install().unwrap();
    let mut edited = fs::read(project.hook("pre-commit")).unwrap();
    edited.extend(b"# mine\n");
    fs::write(project.hook("pre-commit"), edited).unwrap();
    script(&project.hook("commit-msg"), "#!/bin/sh\n# another\n");
    fs::remove_file(project.hook("pre-push")).unwrap();
    script(&project.kept("pre-push"), "#!/bin/sh\n");

    let before = project.hooks();
    let error = project.install().unwrap_err();
    assert!(matches!(error, InstallError::Edited { .. }), "{error}");
    assert!(help_of(&error).contains("hooks.before-skant/pre-commit"));
    assert_eq!(project.hooks(), before);

    assert_eq!(
        outcomes(&project.uninstall().unwrap()),
        [
            ("pre-commit", Outcome::LeftAlone),
            ("pre-merge-commit", Outcome::Removed),
            ("commit-msg", Outcome::LeftAlone),
            ("hooks.before-skant/commit-msg", Outcome::LeftAlone),
            ("pre-push", Outcome::Restored),
        ]
    );
}

fn obstacle_stops_install_before_any_change() {
    let project = Project::new();
    script(&project.hook("pre-commit"), "#!/bin/sh\n");
    fs::create_dir(project.hook("pre-push")).unwrap();
    let before = project.hooks();
    assert!(matches!(project.install(), Err(InstallError::NotAFile { .. })));
    assert_eq!(project.hooks(), before);
    fs::remove_dir(project.hook("pre-push")).unwrap();

    fs::create_dir(project.kept("")).unwrap();
    for taken_by_folder in [false, true] {
        script(&project.hook("pre-push"), "#!/bin/sh\n");
        if taken_by_folder {
            fs::create_dir(project.kept("pre-push")).unwrap();
        } else {
            script(&project.kept("pre-push"), "#!/bin/sh\n# older\n");
        }
        let before = project.hooks();
        let error = project.install().unwrap_err();
        assert!(matches!(error, InstallError::TwoHooks { .. }), "{error}");
        assert!(!help_of(&error).is_empty());
        assert_eq!(project.hooks(), before);
        if !taken_by_folder {
            fs::remove_file(project.kept("pre-push")).unwrap();
        }
    }
}

fn failing_install_is_rolled_back() {
    let project = Project::new();
    script(&project.hook("pre-commit"), "#!/bin/sh\n");
    // The last of the four hooks: all names of temporary files are taken.
    for number in 0..100 {
        fs::create_dir(project.hook(&format!(".pre-push.{}.{number}.tmp", std::process::id()))).unwrap();
    }
    let before = project.hooks();
    let error = project.install().unwrap_err();
    assert!(matches!(&error, InstallError::Io { not_restored, .. } if not_restored.is_empty()), "{error}");
    assert!(error.to_string().contains("pre-push"), "{error}");
    assert_eq!(project.hooks(), before);
}

fn interrupted_install_is_completed_or_removed() {
    let project = Project::new();
    script(&project.hook("pre-commit"), "#!/bin/sh\n# somebody else's\n");
    let before = project.hooks();
    let ended = || {
        fs::create_dir(project.kept("")).unwrap();
        fs::hard_link(project.hook("pre-commit"), project.kept("pre-commit")).unwrap();
    };
    ended();
    project.uninstall().unwrap();
    assert_eq!(project.hooks(), before);
    ended();
    assert_eq!(
        outcomes(&project.install().unwrap())[0],
        ("hooks.before-skant/pre-commit", Outcome::KeptAndCalled)
    );
    project.uninstall().unwrap();
    assert_eq!(project.hooks(), before);
}

fn selected_hooks_are_installed() {
    let project = Project::new();
    let some = Options { hooks: &[Hook::PrePush, Hook::PreCommit], ..options(&project, &project.git) };
    assert_eq!(
        outcomes(&install(&some).unwrap()),
        [("pre-commit", Outcome::Installed), ("pre-push", Outcome::Installed)]
    );
    assert_eq!(project.hooks().len(), 2);
    let one = Options { hooks: &[Hook::PrePush], ..some };
    assert_eq!(outcomes(&uninstall(&one).unwrap()), [("pre-push", Outcome::Removed)]);
    assert_eq!(project.hooks().len(), 1);
}

#[expect(clippy::too_many_lines, reason = "the steps of one case")]
fn shared_hooks_folder_is_refused_unless_forced() {
    let project = Project::new();
    let shared = project.sandbox.sibling("shared hooks");
    fs::create_dir(&shared).unwrap();
    let linked = project.sandbox.dir.join("linked");
    symlink(&shared, &linked).unwrap();
    for (setting, folder, tracked) in [
        (".husky/_", project.sandbox.dir.join(".husky/_"), true),
        ("", project.sandbox.dir.clone(), true),
        ("linked", shared.clone(), false),
        (shared.to_str().unwrap(), shared.clone(), false),
        ("~/hooks", project.sandbox.sibling("home/hooks"), false),
    ] {
        project.sandbox.git(&["config", "core.hooksPath", setting]);
        project.sandbox.write("sub/folder/file", "");
        let sub = project.sandbox.dir.join("sub/folder");
        let existed = folder.exists();
        let error = project.run(&sub, false, install).unwrap_err();
        match (&error, tracked) {
            (InstallError::TrackedFolder { .. }, true) | (InstallError::SharedFolder { .. }, false) => {}
            _ => panic!("{setting}: {error:?}"),
        }
        let help = help_of(&error);
        assert!(help.contains("skant hook pre-commit \"$@\"") && help.contains("--force"), "{help}");
        assert_eq!(folder.exists(), existed, "{setting}");
        assert!(!folder.join("pre-commit").exists(), "{setting}");
        if setting.is_empty() {
            continue;
        }

        assert_eq!(
            outcomes(&project.run(&sub, true, install).unwrap()),
            all(Outcome::Installed),
            "{setting}"
        );
        assert!(folder.join("pre-commit").is_file(), "{setting}");
        assert!(project.commit("one").status.success());
        assert_eq!(project.calls().len(), 2, "{setting}");
        assert!(project.run(&sub, false, uninstall).unwrap().is_empty(), "not this repository's alone");
        assert!(folder.join("pre-commit").is_file(), "{setting}");
        assert_eq!(
            outcomes(&project.run(&sub, true, uninstall).unwrap()),
            all(Outcome::Removed),
            "{setting}"
        );
        assert!(
            project.run(&sub, false, uninstall).unwrap().is_empty(),
            "nothing to remove, nothing to refuse"
        );
    }
    project.sandbox.git(&["config", "core.hooksPath", ".husky/_"]);
    let help = help_of(&project.install().unwrap_err());
    assert!(help.contains("/.husky/pre-commit'"), "{help}");
    // With these lines in place, the help has no more lines to add.
    for hook in ["pre-commit", "pre-merge-commit", "commit-msg"] {
        project.sandbox.write(&format!(".husky/{hook}"), format!("skant hook {hook} \"$@\"\n"));
    }
    let help = help_of(&project.install().unwrap_err());
    assert!(help.contains(">> .husky/pre-push") && !help.contains(".husky/pre-commit"), "{help}");
    project.sandbox.write(".husky/pre-push", "npm test\nskant hook pre-push \"$@\"\n");
    assert_eq!(outcomes(&project.install().unwrap()), all(Outcome::Called));
    assert!(project.run(&project.sandbox.dir, false, uninstall).is_ok());

    fs::remove_dir_all(project.sandbox.dir.join(".husky")).unwrap();
    project.sandbox.git(&["config", "core.hooksPath", ".git/own hooks"]);
    assert_eq!(outcomes(&project.install().unwrap()), all(Outcome::Installed));

    project.sandbox.git(&["config", "core.hooksPath", "/dev/null"]);
    for force in [false, true] {
        let error = project.run(&project.sandbox.dir, force, install).unwrap_err();
        assert!(matches!(error, InstallError::NotAFolder { .. }), "{error}");
    }
}

fn hooks_folder_that_links_into_the_tree_is_refused() {
    let project = Project::new();
    project.sandbox.write("githooks/pre-commit", "#!/bin/sh\n");
    fs::remove_dir_all(project.sandbox.dir.join(".git/hooks")).unwrap();
    symlink("../githooks", project.sandbox.dir.join(".git/hooks")).unwrap();
    assert!(matches!(project.install(), Err(InstallError::TrackedFolder { .. })));
    assert_eq!(fs::read(project.sandbox.dir.join("githooks/pre-commit")).unwrap(), b"#!/bin/sh\n");
}

fn missing_hooks_folder_is_created() {
    let project = Project::new();
    fs::remove_dir_all(project.sandbox.dir.join(".git/hooks")).unwrap();
    project.install().unwrap();
    assert!(project.commit("one").status.success());
    assert_eq!(project.calls().len(), 2);
}

fn worktrees_share_hooks_and_submodules_do_not() {
    let project = Project::new();
    project.sandbox.git(&["worktree", "add", "-q", "-b", "linked", "../linked tree"]);
    let linked = project.sandbox.sibling("linked tree");
    assert_eq!(outcomes(&project.run(&linked, false, install).unwrap()), all(Outcome::Installed));
    assert_eq!(outcomes(&project.install().unwrap()), all(Outcome::Unchanged));
    let commit = |dir: &Path| {
        let args = ["commit", "-q", "--allow-empty", "-m", "one"];
        let output = project.sandbox.command_in(dir, "git").args(args).output().unwrap();
        assert!(output.status.success(), "{}", text_of(&output));
        project.calls()
    };
    let calls = commit(&linked);
    assert_eq!(calls[0], "<hook><pre-commit>");
    assert!(calls[1].ends_with(".git/worktrees/linked-tree/COMMIT_EDITMSG>"), "{calls:?}");

    project.sandbox.git(&["clone", "-q", "--bare", ".", "../other.git"]);
    project.sandbox.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        "../other.git",
        "sub",
    ]);
    let sub = project.sandbox.dir.join("sub");
    assert!(commit(&sub).is_empty(), "the outer repository's hooks are not the submodule's");
    let actions = project.run(&sub, false, install).unwrap();
    assert_eq!(outcomes(&actions), all(Outcome::Installed));
    assert!(actions[0].path.canonicalize().unwrap().ends_with(".git/modules/sub/hooks/pre-commit"));
    assert_eq!(commit(&sub).len(), 2);
    assert_eq!(outcomes(&project.run(&sub, false, uninstall).unwrap()), all(Outcome::Removed));
    assert_eq!(outcomes(&project.install().unwrap()), all(Outcome::Unchanged));

    let bare = project.sandbox.sibling("other.git");
    let actions = project.run(&bare, false, install).unwrap();
    assert_eq!(outcomes(&actions)[..4], all(Outcome::Installed));
    assert_eq!(outcomes(&actions)[4..], [("pre-receive", Outcome::Installed)]);
}

fn hooks_that_call_each_other_end() {
    let project = Project::new();
    project.install().unwrap();
    // A tool has replaced the earlier hook by a copy of this one.
    fs::create_dir(project.kept("")).unwrap();
    fs::copy(project.hook("pre-commit"), project.kept("pre-commit")).unwrap();
    assert!(project.commit("one").status.success());
    assert_eq!(project.calls().len(), 4);
    fs::remove_file(project.kept("pre-commit")).unwrap();

    // `pre-commit install`, `skant install`, `pre-commit install`: the framework calls skant's hook as its legacy hook
    // and refuses to be called from it.
    let framework = "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n\
        [ -z \"$PRE_COMMIT_RUNNING_LEGACY\" ] || exit 9\necho framework >> ../framework\n\
        PRE_COMMIT_RUNNING_LEGACY=1 .git/hooks/pre-commit.legacy \"$@\"\n";
    fs::rename(project.hook("pre-commit"), project.hook("pre-commit.legacy")).unwrap();
    script(&project.hook("pre-commit"), framework);
    script(&project.kept("pre-commit"), framework);
    let output = project.commit("two");
    assert!(output.status.success(), "{}", text_of(&output));
    assert_eq!(project.calls().len(), 2);
    assert_eq!(fs::read_to_string(project.sandbox.sibling("framework")).unwrap(), "framework\n");
}

fn error_of_git_is_shown() {
    let project = Project::new();
    let missing = project.sandbox.sibling("no such git");
    let error = install(&options(&project, missing.as_os_str())).unwrap_err();
    assert!(matches!(error, InstallError::NoGit { .. }), "{error}");

    let outside = project.sandbox.sibling("home");
    let error = project.run(&outside, false, install).unwrap_err();
    assert!(matches!(error, InstallError::NoRepository { .. }), "{error}");
    assert!(error.to_string().contains("is in no git repository"));

    let error = project.run(&project.sandbox.sibling("no such folder"), false, install).unwrap_err();
    assert!(error.to_string().contains("no such folder"), "{error}");

    let strict = project.sandbox.sibling("strict git");
    script(&strict, "#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git \"$@\"\n");
    for what in [install, uninstall] {
        let error = what(&options(&project, strict.as_os_str())).unwrap_err();
        assert!(matches!(error, InstallError::OtherOwner { .. }), "{error}");
        assert!(error.to_string().contains("dubious ownership"), "{error}");
        assert!(help_of(&error).contains("git config --global --add safe.directory "), "{error}");
    }
    assert!(project.hooks().is_empty());
}

fn path_of_this_program_is_known() {
    assert!(running_program().unwrap().is_absolute());
}

/// A project whose user has hooks for all repositories.
fn global_project() -> (Project, PathBuf) {
    let project = Project::new();
    let folder = project.sandbox.sibling("home").join("settings/hooks");
    let done = project.run(&project.sandbox.dir, false, |options| {
        install_global(options, &options.program.ancestors().nth(2).unwrap().join("home/settings/hooks"))
    });
    assert_eq!(done.unwrap(), GlobalAction { folder: folder.clone(), outcome: Outcome::Installed });
    (project, folder)
}

fn global_install_serves_all_repositories() {
    let (project, folder) = global_project();
    let git = |args: &[&str]| project.sandbox.git(args);
    assert_eq!(git(&["config", "--global", "core.hooksPath"]), folder.to_str().unwrap());
    project.sandbox.write("a", "a\n");
    git(&["add", "a"]);
    git(&["commit", "-q", "-m", "a"]);
    assert_eq!(project.calls(), ["<hook><pre-commit>", "<hook><commit-msg><.git/COMMIT_EDITMSG>"]);
    // The same holds for linked worktrees, new repositories and subfolders.
    let other = project.sandbox.sibling("linked");
    git(&["worktree", "add", "-q", other.to_str().unwrap()]);
    project.calls();
    for script in [
        "cd ../linked && echo b > b && git add b",
        "git init -q ../new && cd ../new && mkdir s && cd s && echo c > c && git add c",
    ] {
        project.sandbox.sh(&format!("{script} && git commit -q -m more"));
        assert_eq!(project.calls()[0], "<hook><pre-commit>", "{script}");
    }
    project.stub_ends_with(1);
    project.sandbox.write("d", "d\n");
    git(&["add", "d"]);
    assert!(!project.sandbox.try_git(&["commit", "-q", "-m", "d"]).status.success());
}

fn global_hooks_call_the_repositorys_own_hooks() {
    let (project, _) = global_project();
    let own = project.sandbox.dir.join(".git/hooks");
    for hook in ["pre-commit", "commit-msg", "post-commit", "prepare-commit-msg", "pre-push", "post-checkout"]
    {
        let name = own.join(hook);
        script(
            &name,
            &format!("#!/bin/sh\necho {hook} \"$@\" >> ../own\n[ {hook} != pre-push ] || cat >> ../own\n"),
        );
    }
    let log = || {
        let log = fs::read_to_string(project.sandbox.sibling("own")).unwrap_or_default();
        let _ = fs::remove_file(project.sandbox.sibling("own"));
        log
    };
    project.sandbox.sh("echo a > a; git add a; git commit -q -m a");
    let expected = "pre-commit\nprepare-commit-msg .git/COMMIT_EDITMSG message\ncommit-msg .git/COMMIT_EDITMSG\npost-commit\n";
    assert_eq!(log(), expected);
    project
        .sandbox
        .sh("git init -q --bare ../far.git; git remote add origin ../far.git; git push -q origin main");
    let head = project.sandbox.git(&["rev-parse", "HEAD"]);
    let line = format!("refs/heads/main {head} refs/heads/main {}\n", "0".repeat(40));
    assert_eq!(log(), format!("pre-push origin ../far.git\n{line}"), "its own hook reads what git says");
    assert_eq!(project.stdin(), line, "and so does skant");
    // A hook that fails ends the chain, and skant does not run.
    script(&own.join("pre-commit"), "#!/bin/sh\nexit 3\n");
    project.calls();
    project.sandbox.sh("echo b > b; git add b; ! git commit -q -m b");
    assert_eq!(project.calls(), Vec::<String>::new());
    // A hook that `skant install` wrote calls skant itself.
    project.sandbox.git(&["config", "--global", "--unset", "core.hooksPath"]);
    fs::remove_file(own.join("pre-commit")).unwrap();
    fs::remove_file(own.join("commit-msg")).unwrap();
    project.install().unwrap();
    project.sandbox.sh("git config --global core.hooksPath ../home/settings/hooks && git commit -q -m b");
    assert_eq!(project.calls(), ["<hook><pre-commit>", "<hook><commit-msg><.git/COMMIT_EDITMSG>"]);
}

fn global_install_is_repeatable_and_removable() {
    let (project, folder) = global_project();
    let again = |project: &Project| {
        project.run(&project.sandbox.dir, false, |options| {
            install_global(options, &options.program.ancestors().nth(2).unwrap().join("home/settings/hooks"))
        })
    };
    let back = |project: &Project| {
        project.run(&project.sandbox.dir, false, |options| {
            uninstall_global(
                options,
                &options.program.ancestors().nth(2).unwrap().join("home/settings/hooks"),
            )
        })
    };
    assert_eq!(again(&project).unwrap().outcome, Outcome::Unchanged);
    fs::remove_file(folder.join("update")).unwrap();
    assert_eq!(again(&project).unwrap().outcome, Outcome::Refreshed);
    // With such a setting an installation in a repository has nothing to do, and replaces nothing.
    for force in [false, true] {
        let actions = project.run(&project.sandbox.dir, force, install).unwrap();
        assert!(actions.iter().all(|action| action.outcome == Outcome::Unchanged), "{actions:?}");
        let actions = project.run(&project.sandbox.dir, force, uninstall).unwrap();
        assert!(actions.iter().all(|action| action.outcome == Outcome::LeftAlone), "{actions:?}");
    }
    assert_eq!(back(&project).unwrap().unwrap().outcome, Outcome::Removed);
    assert!(!folder.exists());
    assert!(!project.sandbox.try_git(&["config", "--global", "core.hooksPath"]).status.success());
    assert_eq!(back(&project).unwrap(), None);
    project.sandbox.git(&["config", "--global", "core.hooksPath", "/elsewhere"]);
    assert!(matches!(again(&project).unwrap_err(), InstallError::OtherGlobal { .. }));
    assert_eq!(back(&project).unwrap(), None);
    assert_eq!(project.sandbox.git(&["config", "--global", "core.hooksPath"]), "/elsewhere");
    project.sandbox.git(&["config", "--global", "--unset", "core.hooksPath"]);
    fs::create_dir_all(&folder).unwrap();
    script(&folder.join("update"), "#!/bin/sh\n");
    assert!(matches!(again(&project).unwrap_err(), InstallError::Io { .. }));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing has changed");
}
