//! `skant install` and `skant uninstall` against real git, with a stub in skant's place that records its calls.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a panic here is the failure report")]

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use crate::support::trials::{Assessment, Ran, Skip, trial, trials};
use crate::support::{Sandbox, needs, text_of};
use libtest_mimic::Trial;
use skant::hook::install::{
    Action, ForeignFolder, GlobalAction, Hook, InstallError, Options, Outcome, install, install_global,
    running_program, uninstall, uninstall_global,
};

pub fn trials() -> Vec<Trial> {
    let mut all = trials![
        commit_merge_and_push_call_skant,
        what_skant_says_blocks,
        an_earlier_hook_that_is_no_script_is_started_as_it_is,
        an_earlier_hook_that_fails_blocks_a_commit,
        installing_and_uninstalling_at_once_loses_no_hook,
        an_earlier_hook_that_git_did_not_run_is_kept_and_not_run,
        installing_twice_changes_nothing_and_what_is_stale_is_refreshed,
        a_program_that_is_gone_is_looked_for_in_the_usual_places,
        uninstall_gives_back_what_was_there,
        uninstall_leaves_what_it_did_not_write,
        all_is_looked_at_before_anything_changes,
        a_failure_on_the_way_is_undone,
        an_installation_that_was_ended_in_the_middle_is_taken_up_or_taken_away,
        some_of_the_hooks,
        a_folder_that_is_not_the_repositorys_alone_is_refused_unless_forced,
        a_hooks_folder_that_links_into_the_tree_is_refused,
        a_hooks_folder_that_is_missing_is_made,
        worktrees_share_the_hooks_and_submodules_have_their_own,
        hooks_that_lead_back_here_end,
        where_git_cannot_answer_the_error_says_why,
        this_program_has_a_name,
        one_installation_serves_all_repositories,
        a_repositorys_own_hooks_are_called_from_the_global_ones,
        a_global_installation_is_told_again_and_taken_back,
    ];
    all.extend(
        in_each_shell(
            "an_earlier_hook_is_called_with_the_same_arguments_and_input",
            an_earlier_hook_is_called_with_the_same_arguments_and_input,
        )
        .chain(in_each_shell(
            "an_earlier_hook_is_called_by_its_own_name_and_beside_its_files",
            an_earlier_hook_is_called_by_its_own_name_and_beside_its_files,
        ))
        .chain(in_each_shell(
            "an_earlier_hook_for_bash_is_called_by_its_own_name_and_beside_its_files",
            an_earlier_hook_for_bash_is_called_by_its_own_name_and_beside_its_files,
        ))
        .chain(in_each_shell(
            "an_earlier_hook_that_fails_blocks_with_its_code_and_skant_is_not_asked",
            an_earlier_hook_that_fails_blocks_with_its_code_and_skant_is_not_asked,
        ))
        .chain(in_each_shell(
            "a_program_that_is_gone_blocks_with_advice",
            a_program_that_is_gone_blocks_with_advice,
        )),
    );
    all
}

/// A repository, a git without the user's settings, and a stub for skant at a path that needs quoting.
struct House {
    sandbox: Sandbox,
    git: OsString,
    /// The stub's folder: holds `skant`, the `code` it ends with, and what it recorded.
    bin: PathBuf,
}

const STUB: &str = r#"#!/bin/sh
dir=$(dirname "$0")
for argument in "$@"; do printf '<%s>' "$argument" >> "$dir/calls"; done
echo >> "$dir/calls"
cat > "$dir/stdin"
exit "$(cat "$dir/code")"
"#;

impl House {
    fn new() -> Self {
        let sandbox = Sandbox::with_commit();
        let git = sandbox.beside("git");
        let home = sandbox.beside("home");
        script(
            &git,
            &format!("#!/bin/sh\nHOME='{}' GIT_CONFIG_NOSYSTEM=1 exec git \"$@\"\n", home.display()),
        );
        let bin = sandbox.beside("a `bin` of \"$HOME\", it's \\ here");
        fs::create_dir(&bin).unwrap();
        let house = Self { sandbox, git: git.into_os_string(), bin };
        script(&house.stub(), STUB);
        house.stub_ends_with(0);
        house
    }

    fn stub(&self) -> PathBuf {
        self.bin.join("skant")
    }

    fn stub_ends_with(&self, code: i32) {
        fs::write(self.bin.join("code"), code.to_string()).unwrap();
    }

    /// Outcome the stub was called with since the last time, one line per call.
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

    fn commit(&self, message: &str) -> Output {
        self.sandbox.try_git(&["commit", "-q", "--allow-empty", "-m", message])
    }

    /// The hooks folder without git's samples: names, contents or where links lead, modes.
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
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn outcomes(actions: &[Action]) -> Vec<(&str, Outcome)> {
    actions
        .iter()
        .map(|action| (action.path.file_name().unwrap().to_str().unwrap(), action.outcome))
        .collect()
}

fn all(outcome: Outcome) -> Vec<(&'static str, Outcome)> {
    Hook::ALL.map(|hook| (hook.name(), outcome)).to_vec()
}

fn commit_merge_and_push_call_skant() {
    let house = House::new();
    let actions = house.install().unwrap();
    assert_eq!(outcomes(&actions), all(Outcome::Installed));
    assert_eq!(actions[0].path.canonicalize().unwrap(), house.hook("pre-commit").canonicalize().unwrap());
    for hook in Hook::ALL {
        let mode = house.hook(hook.name()).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o755, "{hook:?}");
    }

    assert!(house.commit("one").status.success());
    assert_eq!(house.calls(), ["<hook><pre-commit>", "<hook><commit-msg><.git/COMMIT_EDITMSG>"]);

    house.sandbox.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    house.sandbox.write("side.txt", "side\n");
    house.sandbox.commit_all("side");
    house.sandbox.git(&["checkout", "-q", "main"]);
    house.calls();
    house.sandbox.git(&["merge", "-q", "-m", "merge", "side"]);
    assert_eq!(house.calls(), ["<hook><pre-merge-commit>", "<hook><commit-msg><.git/MERGE_MSG>"]);

    house.sandbox.git(&["init", "-q", "--bare", "../remote.git"]);
    house.sandbox.git(&["push", "-q", "../remote.git", "main", "side"]);
    assert_eq!(house.calls(), ["<hook><pre-push><../remote.git><../remote.git>"]);
    let [main, side] = ["main", "side"].map(|branch| house.sandbox.git(&["rev-parse", branch]));
    let zero = "0".repeat(40);
    assert_eq!(
        house.stdin(),
        format!(
            "refs/heads/main {main} refs/heads/main {zero}\nrefs/heads/side {side} refs/heads/side {zero}\n"
        )
    );
}

fn what_skant_says_blocks() {
    let house = House::new();
    house.install().unwrap();
    house.sandbox.git(&["init", "-q", "--bare", "../remote.git"]);
    for code in [1, 2, 3, 130] {
        house.stub_ends_with(code);
        assert!(!house.commit("blocked").status.success(), "{code}");
        assert!(!house.sandbox.try_git(&["push", "-q", "../remote.git", "main"]).status.success(), "{code}");
        let output = run_hook("sh", &house, "pre-push", &["origin", "url"], "");
        assert_eq!(output.status.code(), Some(code));
    }
    assert_eq!(house.sandbox.git(&["log", "--format=%s"]), "first");
}

/// Runs a hook with a shell of choice, as git would.
fn run_hook(shell: &str, house: &House, name: &str, arguments: &[&str], input: &str) -> Output {
    let mut words = shell.split(' ');
    let file = house.sandbox.beside("input");
    fs::write(&file, input).unwrap();
    house
        .sandbox
        .command(words.next().unwrap())
        .args(words)
        .arg(house.hook(name))
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

/// Makes a trial of each shell. A shell that is not installed is a skip.
fn in_each_shell<V: Assessment + 'static>(name: &str, test: fn(&str) -> V) -> impl Iterator<Item = Trial> {
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

fn an_earlier_hook_is_called_with_the_same_arguments_and_input(shell: &str) {
    let house = House::new();
    for hook in Hook::ALL {
        script(
            &house.hook(hook.name()),
            "#!/bin/sh\nfor a in \"$@\"; do printf '<%s>' \"$a\"; done\ncat > ../earlier-stdin\nexit $CODE\n",
        );
    }
    let kept = |hook: Hook| format!("{}.before-skant", hook.name());
    let expected: Vec<(String, Outcome)> = Hook::ALL
        .into_iter()
        .flat_map(|hook| [(kept(hook), Outcome::KeptAndCalled), (hook.name().to_owned(), Outcome::Installed)])
        .collect();
    let actions = house.install().unwrap();
    let got: Vec<(String, Outcome)> =
        outcomes(&actions).into_iter().map(|(name, what)| (name.to_owned(), what)).collect();
    assert_eq!(got, expected);

    let long = "refs/heads/a 1 refs/heads/a 2\n".repeat(20_000);
    let arguments = ["origin", "https://example.org/a b'\"$x\\"];
    let shown = format!("<{}><{}>", arguments[0], arguments[1]);
    for input in ["", "\n", "one line\n", "no end", "-n two\n\n\n", "%s \\n *\n", "..\n.", &long] {
        let output = run_hook(shell, &house, "pre-push", &arguments, input);
        assert!(output.status.success(), "{shell}: {}", text_of(&output));
        assert_eq!(text_of(&output), shown, "{shell}");
        assert_eq!(house.calls(), [format!("<hook><pre-push>{shown}")], "{shell}");
        assert!(house.stdin() == input, "{shell}: {input:.20?}");
        assert!(fs::read_to_string(house.sandbox.beside("earlier-stdin")).unwrap() == input, "{shell}");
    }
    for hook in Hook::ALL {
        house.stub_ends_with(3);
        let output = run_hook(shell, &house, hook.name(), &[".git/a message"], "");
        assert_eq!(output.status.code(), Some(3), "{shell} {hook:?}");
        assert_eq!(house.calls(), [format!("<hook><{}><.git/a message>", hook.name())], "{shell}");
        house.stub_ends_with(0);
    }
}

/// A hook that reads a file in its own folder, and depends on its own name.
const BY_NAME: &str =
    "case ${0##*/} in pre-commit) . \"$(dirname \"$0\")/lib.sh\"; echo \"$said <$*>\"; exit 5;; esac\n";

fn an_earlier_hook_is_called_by_its_own_name_and_beside_its_files(shell: &str) {
    let hooks = [
        format!("#!/bin/sh\n{BY_NAME}"),
        format!("#!/bin/sh -e\n{BY_NAME}"),
        format!("#! /usr/bin/env sh\n{BY_NAME}"),
        // Outcome opens its own file.
        "#!/bin/sh\nsed '1,/^TEXT$/d' \"$0\" | sh -s -- \"$@\"\nexit $?\nTEXT\necho \"lib <$*>\"; exit 5\n"
            .to_owned(),
        // Run by the shell that calls it.
        "echo \"lib <$*>\"; exit 5\n".to_owned(),
    ];
    are_called(shell, &hooks);
}

fn an_earlier_hook_for_bash_is_called_by_its_own_name_and_beside_its_files(shell: &str) -> Ran {
    works("bash")?;
    let main = "said() { echo \"lib <$*>\"; exit 5; }\n[ \"$0\" != \"${BASH_SOURCE[0]}\" ] || said \"$@\"\n";
    are_called(shell, &[format!("#!/usr/bin/env bash\n{BY_NAME}"), format!("#!/usr/bin/env bash\n{main}")]);
    Ok(())
}

fn are_called(shell: &str, hooks: &[String]) {
    let house = House::new();
    let hook = house.hook("pre-commit");
    script(&house.hook("lib.sh"), "said=lib\n");
    for text in hooks {
        script(&hook, text);
        house.install().unwrap();
        let output = run_hook(shell, &house, "pre-commit", &["a b", "c"], "");
        assert_eq!(output.status.code(), Some(5), "{shell} {text}");
        assert_eq!(text_of(&output), "lib <a b c>\n", "{shell} {text}");
        house.run(&house.sandbox.dir, false, uninstall).unwrap();
        assert_eq!(fs::read_to_string(&hook).unwrap(), *text);
    }
}

fn an_earlier_hook_that_is_no_script_is_started_as_it_is() {
    let house = House::new();
    let hook = house.hook("pre-commit");
    script(&hook, "#!/usr/bin/env -S cat\nwhat it says\n");
    house.install().unwrap();
    assert!(text_of(&run_hook("sh", &house, "pre-commit", &[], "")).contains("what it says"));
}

fn installing_and_uninstalling_at_once_loses_no_hook() {
    for _ in 0..8 {
        let house = House::new();
        script(&house.hook("pre-push"), "#!/bin/sh\necho mine\n");
        std::thread::scope(|scope| {
            for number in 0..6 {
                let house = &house;
                scope.spawn(move || {
                    let what = if number % 2 == 0 { install } else { uninstall };
                    house.run(&house.sandbox.dir, false, what).unwrap();
                });
            }
        });
        let texts = ["pre-push", "pre-push.before-skant"].map(|name| fs::read_to_string(house.hook(name)));
        assert!(texts.iter().flatten().any(|text| text.contains("echo mine")), "{texts:?}");
    }
}

fn an_earlier_hook_that_fails_blocks_with_its_code_and_skant_is_not_asked(shell: &str) {
    let house = House::new();
    for hook in Hook::ALL {
        // One that ends without reading what it is given.
        script(&house.hook(hook.name()), "#!/bin/sh\necho earlier says no >&2\nexit 7\n");
    }
    house.install().unwrap();
    let long = "x\n".repeat(200_000);
    for hook in Hook::ALL {
        let output = run_hook(shell, &house, hook.name(), &["a"], &long);
        assert_eq!(output.status.code(), Some(7), "{shell} {hook:?}");
        assert_eq!(text_of(&output), "earlier says no\n", "{shell} {hook:?}");
    }
    assert!(house.calls().is_empty());
}

fn an_earlier_hook_that_fails_blocks_a_commit() {
    let house = House::new();
    for hook in Hook::ALL {
        script(&house.hook(hook.name()), "#!/bin/sh\necho earlier says no >&2\nexit 7\n");
    }
    house.install().unwrap();
    let output = house.commit("blocked");
    assert!(!output.status.success() && text_of(&output).contains("earlier says no"));
    assert!(house.calls().is_empty());
}

fn an_earlier_hook_that_git_did_not_run_is_kept_and_not_run() {
    let house = House::new();
    fs::write(house.hook("pre-commit"), "#!/bin/sh\nexit 7\n").unwrap();
    symlink("nowhere", house.hook("commit-msg")).unwrap();
    let actions = house.install().unwrap();
    assert_eq!(
        outcomes(&actions),
        [
            ("pre-commit.before-skant", Outcome::Kept),
            ("pre-commit", Outcome::Installed),
            ("pre-merge-commit", Outcome::Installed),
            ("commit-msg.before-skant", Outcome::Kept),
            ("commit-msg", Outcome::Installed),
            ("pre-push", Outcome::Installed),
        ]
    );
    assert!(house.commit("one").status.success());
    assert_eq!(house.calls().len(), 2);
}

fn installing_twice_changes_nothing_and_what_is_stale_is_refreshed() {
    let house = House::new();
    script(&house.hook("pre-push"), "#!/bin/sh\n");
    house.install().unwrap();
    let first = house.hooks();
    assert_eq!(outcomes(&house.install().unwrap()), all(Outcome::Unchanged));
    assert_eq!(house.hooks(), first);

    // The program has moved; a script has lost its mode; one is gone.
    let old = house.sandbox.beside("old place");
    fs::create_dir(&old).unwrap();
    fs::rename(house.stub(), old.join("skant")).unwrap();
    let elsewhere =
        Options { program: &old.join("skant"), hooks: &[Hook::PreCommit], ..options(&house, &house.git) };
    assert_eq!(outcomes(&install(&elsewhere).unwrap()), [("pre-commit", Outcome::Refreshed)]);
    fs::set_permissions(house.hook("commit-msg"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::remove_file(house.hook("pre-push")).unwrap();
    assert_eq!(
        outcomes(&house.install().unwrap()),
        [
            ("pre-commit", Outcome::Refreshed),
            ("pre-merge-commit", Outcome::Unchanged),
            ("commit-msg", Outcome::Refreshed),
            ("pre-push.before-skant", Outcome::KeptAndCalled),
            ("pre-push", Outcome::Installed),
        ]
    );
    assert_eq!(house.hooks(), first);
}

fn help_of(error: &InstallError) -> String {
    miette::Diagnostic::help(error).expect("every error has a help text").to_string()
}

fn options<'h>(house: &'h House, git: &'h std::ffi::OsStr) -> Options<'h> {
    Options {
        dir: &house.sandbox.dir,
        git,
        program: Path::new("/nowhere/skant"),
        hooks: &Hook::ALL,
        foreign_folder: ForeignFolder::Refuse,
    }
}

/// Hooks whose program is gone, and a `skant` in the repository, which is not to be trusted although a PATH may name
/// it. Skips on a machine with a skant of its own, which the hooks would find.
fn without_a_program() -> Result<House, Skip> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(["/usr/local/bin".into(), "/opt/homebrew/bin".into()])
        .any(|folder| folder.join("skant").exists());
    if found {
        return Err(Skip("needs a machine without an installed skant".to_owned()));
    }
    let house = House::new();
    script(&house.hook("commit-msg"), "#!/bin/sh\n");
    house.install().unwrap();
    fs::rename(house.stub(), house.bin.join("moved")).unwrap();
    script(&house.sandbox.dir.join("skant"), "#!/bin/sh\ntouch ran\n");
    Ok(house)
}

fn a_program_that_is_gone_blocks_with_advice(shell: &str) -> Ran {
    let house = without_a_program()?;
    for hook in Hook::ALL {
        let output = run_hook(shell, &house, hook.name(), &["a"], "");
        assert_eq!(output.status.code(), Some(2), "{shell} {hook:?}");
        let text = text_of(&output);
        let said = format!("skant: {}: nothing was checked", hook.name());
        for part in [
            &said[..],
            "skant install",
            house.hook(hook.name()).to_str().unwrap(),
            house.bin.to_str().unwrap(),
        ] {
            assert!(text.contains(part), "{shell} {hook:?}: {part} is not in {text}");
        }
        assert_eq!(text.contains("rename commit-msg.before-skant"), hook == Hook::CommitMsg, "{text}");
    }
    assert!(!house.sandbox.dir.join("ran").exists());
    Ok(())
}

fn a_program_that_is_gone_is_looked_for_in_the_usual_places() -> Ran {
    let house = without_a_program()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    for path in [".", ""].map(|entry| format!("{entry}:{}", path.to_string_lossy())) {
        let args = ["commit", "-q", "--allow-empty", "-m", "blocked"];
        let output = house.sandbox.command("git").env("PATH", &path).args(args).output().unwrap();
        assert!(!output.status.success(), "{path}");
    }
    assert!(!house.sandbox.dir.join("ran").exists());

    // Graphical clients have no login PATH: the usual places are tried.
    let home = house.sandbox.beside("home");
    for place in [house.sandbox.beside("on path"), home.join(".cargo/bin"), home.join(".local/bin")] {
        fs::create_dir_all(&place).unwrap();
        let [skant, code] = ["skant", "code"].map(|name| place.join(name));
        script(&skant, STUB);
        fs::write(&code, "0").unwrap();
        let path = format!("{}:{}", house.sandbox.beside("on path").display(), path.to_string_lossy());
        let args = ["commit", "-q", "--allow-empty", "-m", "checked"];
        let output = house.sandbox.command("git").env("PATH", path).args(args).output().unwrap();
        assert!(output.status.success(), "{}", text_of(&output));
        assert!(place.join("calls").exists(), "{}", place.display());
        fs::remove_file(skant).unwrap();
    }
    Ok(())
}

fn uninstall_gives_back_what_was_there() {
    let house = House::new();
    let odd = b"#!/bin/sh\n# \xff no UTF-8, no final newline";
    fs::write(house.hook("pre-commit"), odd).unwrap();
    fs::set_permissions(house.hook("pre-commit"), fs::Permissions::from_mode(0o710)).unwrap();
    fs::write(house.hook("commit-msg"), "not executable").unwrap();
    house.sandbox.write("tracked-hook", "#!/bin/sh\n");
    symlink("../../tracked-hook", house.hook("pre-push")).unwrap();
    let before = house.hooks();
    house.install().unwrap();
    assert_ne!(house.hooks(), before);
    assert_eq!(
        outcomes(&house.uninstall().unwrap()),
        [
            ("pre-commit", Outcome::Restored),
            ("pre-merge-commit", Outcome::Removed),
            ("commit-msg", Outcome::Restored),
            ("pre-push", Outcome::Restored),
        ]
    );
    assert_eq!(house.hooks(), before);
    assert_eq!(fs::read(house.sandbox.dir.join("tracked-hook")).unwrap(), b"#!/bin/sh\n");
    let again = outcomes(&house.uninstall().unwrap()).len();
    assert_eq!(again, 3, "three hooks of somebody else's are left alone");
    assert_eq!(house.hooks(), before);
}

fn uninstall_leaves_what_it_did_not_write() {
    let house = House::new();
    assert!(house.uninstall().unwrap().is_empty());
    script(&house.hook("commit-msg"), "#!/bin/sh\n");
    house.install().unwrap();
    let mut edited = fs::read(house.hook("pre-commit")).unwrap();
    edited.extend(b"# mine\n");
    fs::write(house.hook("pre-commit"), edited).unwrap();
    script(&house.hook("commit-msg"), "#!/bin/sh\n# another\n");
    fs::remove_file(house.hook("pre-push")).unwrap();
    script(&house.hook("pre-push.before-skant"), "#!/bin/sh\n");

    let before = house.hooks();
    let error = house.install().unwrap_err();
    assert!(matches!(error, InstallError::Edited { .. }), "{error}");
    assert!(help_of(&error).contains("pre-commit.before-skant"));
    assert_eq!(house.hooks(), before);

    assert_eq!(
        outcomes(&house.uninstall().unwrap()),
        [
            ("pre-commit", Outcome::LeftAlone),
            ("pre-merge-commit", Outcome::Removed),
            ("commit-msg", Outcome::LeftAlone),
            ("commit-msg.before-skant", Outcome::LeftAlone),
            ("pre-push", Outcome::Restored),
        ]
    );
}

fn all_is_looked_at_before_anything_changes() {
    let house = House::new();
    script(&house.hook("pre-commit"), "#!/bin/sh\n");
    fs::create_dir(house.hook("pre-push")).unwrap();
    let before = house.hooks();
    assert!(matches!(house.install(), Err(InstallError::NotAFile { .. })));
    assert_eq!(house.hooks(), before);
    fs::remove_dir(house.hook("pre-push")).unwrap();

    for taken_by_folder in [false, true] {
        script(&house.hook("pre-push"), "#!/bin/sh\n");
        if taken_by_folder {
            fs::create_dir(house.hook("pre-push.before-skant")).unwrap();
        } else {
            script(&house.hook("pre-push.before-skant"), "#!/bin/sh\n# older\n");
        }
        let before = house.hooks();
        let error = house.install().unwrap_err();
        assert!(matches!(error, InstallError::TwoHooks { .. }), "{error}");
        assert!(!help_of(&error).is_empty());
        assert_eq!(house.hooks(), before);
        if !taken_by_folder {
            fs::remove_file(house.hook("pre-push.before-skant")).unwrap();
        }
    }
}

fn a_failure_on_the_way_is_undone() {
    let house = House::new();
    script(&house.hook("pre-commit"), "#!/bin/sh\n");
    // The last of the four: all names are taken under which its new text would be written first.
    for number in 0..100 {
        fs::create_dir(house.hook(&format!(".pre-push.{}.{number}.tmp", std::process::id()))).unwrap();
    }
    let before = house.hooks();
    let error = house.install().unwrap_err();
    assert!(matches!(&error, InstallError::Io { not_restored, .. } if not_restored.is_empty()), "{error}");
    assert!(error.to_string().contains("pre-push"), "{error}");
    assert_eq!(house.hooks(), before);
}

fn an_installation_that_was_ended_in_the_middle_is_taken_up_or_taken_away() {
    let house = House::new();
    script(&house.hook("pre-commit"), "#!/bin/sh\n# somebody else's\n");
    let before = house.hooks();
    let ended = || fs::hard_link(house.hook("pre-commit"), house.hook("pre-commit.before-skant")).unwrap();
    ended();
    house.uninstall().unwrap();
    assert_eq!(house.hooks(), before);
    ended();
    assert_eq!(outcomes(&house.install().unwrap())[0], ("pre-commit.before-skant", Outcome::KeptAndCalled));
    house.uninstall().unwrap();
    assert_eq!(house.hooks(), before);
}

fn some_of_the_hooks() {
    let house = House::new();
    let some = Options { hooks: &[Hook::PrePush, Hook::PreCommit], ..options(&house, &house.git) };
    assert_eq!(
        outcomes(&install(&some).unwrap()),
        [("pre-commit", Outcome::Installed), ("pre-push", Outcome::Installed)]
    );
    assert_eq!(house.hooks().len(), 2);
    let one = Options { hooks: &[Hook::PrePush], ..some };
    assert_eq!(outcomes(&uninstall(&one).unwrap()), [("pre-push", Outcome::Removed)]);
    assert_eq!(house.hooks().len(), 1);
}

fn a_folder_that_is_not_the_repositorys_alone_is_refused_unless_forced() {
    let house = House::new();
    let shared = house.sandbox.beside("shared hooks");
    fs::create_dir(&shared).unwrap();
    let linked = house.sandbox.dir.join("linked");
    symlink(&shared, &linked).unwrap();
    for (setting, folder, tracked) in [
        (".husky/_", house.sandbox.dir.join(".husky/_"), true),
        ("", house.sandbox.dir.clone(), true),
        ("linked", shared.clone(), false),
        (shared.to_str().unwrap(), shared.clone(), false),
        ("~/hooks", house.sandbox.beside("home/hooks"), false),
    ] {
        house.sandbox.git(&["config", "core.hooksPath", setting]);
        house.sandbox.write("sub/folder/file", "");
        let sub = house.sandbox.dir.join("sub/folder");
        let existed = folder.exists();
        let error = house.run(&sub, false, install).unwrap_err();
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

        assert_eq!(outcomes(&house.run(&sub, true, install).unwrap()), all(Outcome::Installed), "{setting}");
        assert!(folder.join("pre-commit").is_file(), "{setting}");
        assert!(house.commit("one").status.success());
        assert_eq!(house.calls().len(), 2, "{setting}");
        assert!(house.run(&sub, false, uninstall).is_err());
        assert_eq!(outcomes(&house.run(&sub, true, uninstall).unwrap()), all(Outcome::Removed), "{setting}");
        assert!(
            house.run(&sub, false, uninstall).unwrap().is_empty(),
            "nothing to remove, nothing to refuse"
        );
    }
    house.sandbox.git(&["config", "core.hooksPath", ".husky/_"]);
    let help = help_of(&house.install().unwrap_err());
    assert!(help.contains("/.husky/pre-commit"), "{help}");
    // Who has put the lines there needs to hear of no others.
    for hook in ["pre-commit", "pre-merge-commit", "commit-msg"] {
        house.sandbox.write(&format!(".husky/{hook}"), format!("skant hook {hook} \"$@\"\n"));
    }
    let help = help_of(&house.install().unwrap_err());
    assert!(help.contains("/.husky/pre-push") && !help.contains("/.husky/pre-commit"), "{help}");
    house.sandbox.write(".husky/pre-push", "npm test\nskant hook pre-push \"$@\"\n");
    assert_eq!(outcomes(&house.install().unwrap()), all(Outcome::Called));
    assert!(house.run(&house.sandbox.dir, false, uninstall).is_ok());

    house.sandbox.git(&["config", "core.hooksPath", ".git/own hooks"]);
    assert_eq!(outcomes(&house.install().unwrap()), all(Outcome::Installed));

    house.sandbox.git(&["config", "core.hooksPath", "/dev/null"]);
    for force in [false, true] {
        let error = house.run(&house.sandbox.dir, force, install).unwrap_err();
        assert!(matches!(error, InstallError::NotAFolder { .. }), "{error}");
    }
}

fn a_hooks_folder_that_links_into_the_tree_is_refused() {
    let house = House::new();
    house.sandbox.write("githooks/pre-commit", "#!/bin/sh\n");
    fs::remove_dir_all(house.sandbox.dir.join(".git/hooks")).unwrap();
    symlink("../githooks", house.sandbox.dir.join(".git/hooks")).unwrap();
    assert!(matches!(house.install(), Err(InstallError::TrackedFolder { .. })));
    assert_eq!(fs::read(house.sandbox.dir.join("githooks/pre-commit")).unwrap(), b"#!/bin/sh\n");
}

fn a_hooks_folder_that_is_missing_is_made() {
    let house = House::new();
    fs::remove_dir_all(house.sandbox.dir.join(".git/hooks")).unwrap();
    house.install().unwrap();
    assert!(house.commit("one").status.success());
    assert_eq!(house.calls().len(), 2);
}

fn worktrees_share_the_hooks_and_submodules_have_their_own() {
    let house = House::new();
    house.sandbox.git(&["worktree", "add", "-q", "-b", "linked", "../linked tree"]);
    let linked = house.sandbox.beside("linked tree");
    assert_eq!(outcomes(&house.run(&linked, false, install).unwrap()), all(Outcome::Installed));
    assert_eq!(outcomes(&house.install().unwrap()), all(Outcome::Unchanged));
    let commit = |dir: &Path| {
        let args = ["commit", "-q", "--allow-empty", "-m", "one"];
        let output = house.sandbox.command_in(dir, "git").args(args).output().unwrap();
        assert!(output.status.success(), "{}", text_of(&output));
        house.calls()
    };
    let calls = commit(&linked);
    assert_eq!(calls[0], "<hook><pre-commit>");
    assert!(calls[1].ends_with(".git/worktrees/linked-tree/COMMIT_EDITMSG>"), "{calls:?}");

    house.sandbox.git(&["clone", "-q", "--bare", ".", "../other.git"]);
    house.sandbox.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        "../other.git",
        "sub",
    ]);
    let sub = house.sandbox.dir.join("sub");
    assert!(commit(&sub).is_empty(), "the outer repository's hooks are not the submodule's");
    let actions = house.run(&sub, false, install).unwrap();
    assert_eq!(outcomes(&actions), all(Outcome::Installed));
    assert!(actions[0].path.canonicalize().unwrap().ends_with(".git/modules/sub/hooks/pre-commit"));
    assert_eq!(commit(&sub).len(), 2);
    assert_eq!(outcomes(&house.run(&sub, false, uninstall).unwrap()), all(Outcome::Removed));
    assert_eq!(outcomes(&house.install().unwrap()), all(Outcome::Unchanged));

    let bare = house.sandbox.beside("other.git");
    assert_eq!(outcomes(&house.run(&bare, false, install).unwrap()), all(Outcome::Installed));
    assert!(bare.join("hooks/pre-push").is_file());
}

fn hooks_that_lead_back_here_end() {
    let house = House::new();
    house.install().unwrap();
    // Somebody's tool has put a copy of this hook in the place of the earlier one.
    fs::copy(house.hook("pre-commit"), house.hook("pre-commit.before-skant")).unwrap();
    assert!(house.commit("one").status.success());
    assert_eq!(house.calls().len(), 3);
    fs::remove_file(house.hook("pre-commit.before-skant")).unwrap();

    // `pre-commit install`, `skant install`, `pre-commit install`: the framework calls us as its legacy hook
    // and refuses to be called from there.
    let framework = "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n\
        [ -z \"$PRE_COMMIT_RUNNING_LEGACY\" ] || exit 9\necho framework >> ../framework\n\
        PRE_COMMIT_RUNNING_LEGACY=1 .git/hooks/pre-commit.legacy \"$@\"\n";
    fs::rename(house.hook("pre-commit"), house.hook("pre-commit.legacy")).unwrap();
    script(&house.hook("pre-commit"), framework);
    script(&house.hook("pre-commit.before-skant"), framework);
    let output = house.commit("two");
    assert!(output.status.success(), "{}", text_of(&output));
    assert_eq!(house.calls().len(), 2);
    assert_eq!(fs::read_to_string(house.sandbox.beside("framework")).unwrap(), "framework\n");
}

fn where_git_cannot_answer_the_error_says_why() {
    let house = House::new();
    let missing = house.sandbox.beside("no such git");
    let error = install(&options(&house, missing.as_os_str())).unwrap_err();
    assert!(matches!(error, InstallError::NoGit { .. }), "{error}");

    let outside = house.sandbox.beside("home");
    let error = house.run(&outside, false, install).unwrap_err();
    assert!(matches!(error, InstallError::NoRepository { .. }), "{error}");
    assert!(error.to_string().contains("is in no git repository"));

    let error = house.run(&house.sandbox.beside("no such folder"), false, install).unwrap_err();
    assert!(error.to_string().contains("no such folder"), "{error}");

    let strict = house.sandbox.beside("strict git");
    script(&strict, "#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git \"$@\"\n");
    for what in [install, uninstall] {
        let error = what(&options(&house, strict.as_os_str())).unwrap_err();
        assert!(matches!(error, InstallError::OtherOwner { .. }), "{error}");
        assert!(error.to_string().contains("dubious ownership"), "{error}");
        assert!(help_of(&error).contains("git config --global --add safe.directory "), "{error}");
    }
    assert!(house.hooks().is_empty());
}

fn this_program_has_a_name() {
    assert!(running_program().unwrap().is_absolute());
}

/// A house whose user has hooks for all repositories.
fn global_house() -> (House, PathBuf) {
    let house = House::new();
    let folder = house.sandbox.beside("home").join("settings/hooks");
    let done = house.run(&house.sandbox.dir, false, |options| {
        install_global(options, &options.program.ancestors().nth(2).unwrap().join("home/settings/hooks"))
    });
    assert_eq!(done.unwrap(), GlobalAction { folder: folder.clone(), outcome: Outcome::Installed });
    (house, folder)
}

fn one_installation_serves_all_repositories() {
    let (house, folder) = global_house();
    let git = |args: &[&str]| house.sandbox.git(args);
    assert_eq!(git(&["config", "--global", "core.hooksPath"]), folder.to_str().unwrap());
    house.sandbox.write("a", "a\n");
    git(&["add", "a"]);
    git(&["commit", "-q", "-m", "a"]);
    assert_eq!(house.calls(), ["<hook><pre-commit>", "<hook><commit-msg><.git/COMMIT_EDITMSG>"]);
    // In linked worktrees, in new repositories and from subfolders just so.
    let other = house.sandbox.beside("linked");
    git(&["worktree", "add", "-q", other.to_str().unwrap()]);
    house.calls();
    for script in [
        "cd ../linked && echo b > b && git add b",
        "git init -q ../new && cd ../new && mkdir s && cd s && echo c > c && git add c",
    ] {
        house.sandbox.sh(&format!("{script} && git commit -q -m more"));
        assert_eq!(house.calls()[0], "<hook><pre-commit>", "{script}");
    }
    house.stub_ends_with(1);
    house.sandbox.write("d", "d\n");
    git(&["add", "d"]);
    assert!(!house.sandbox.try_git(&["commit", "-q", "-m", "d"]).status.success());
}

fn a_repositorys_own_hooks_are_called_from_the_global_ones() {
    let (house, _) = global_house();
    let own = house.sandbox.dir.join(".git/hooks");
    for hook in ["pre-commit", "commit-msg", "post-commit", "prepare-commit-msg", "pre-push", "post-checkout"]
    {
        let name = own.join(hook);
        script(
            &name,
            &format!("#!/bin/sh\necho {hook} \"$@\" >> ../own\n[ {hook} != pre-push ] || cat >> ../own\n"),
        );
    }
    let told = || {
        let told = fs::read_to_string(house.sandbox.beside("own")).unwrap_or_default();
        let _ = fs::remove_file(house.sandbox.beside("own"));
        told
    };
    house.sandbox.sh("echo a > a; git add a; git commit -q -m a");
    let expected = "pre-commit\nprepare-commit-msg .git/COMMIT_EDITMSG message\ncommit-msg .git/COMMIT_EDITMSG\npost-commit\n";
    assert_eq!(told(), expected);
    house
        .sandbox
        .sh("git init -q --bare ../far.git; git remote add origin ../far.git; git push -q origin main");
    let head = house.sandbox.git(&["rev-parse", "HEAD"]);
    let line = format!("refs/heads/main {head} refs/heads/main {}\n", "0".repeat(40));
    assert_eq!(told(), format!("pre-push origin ../far.git\n{line}"), "its own hook reads what git says");
    assert_eq!(house.stdin(), line, "and so does skant");
    // One that refuses ends it, and skant is not asked any more.
    script(&own.join("pre-commit"), "#!/bin/sh\nexit 3\n");
    house.calls();
    house.sandbox.sh("echo b > b; git add b; ! git commit -q -m b");
    assert_eq!(house.calls(), Vec::<String>::new());
    // One that `skant install` put there calls skant itself.
    house.sandbox.git(&["config", "--global", "--unset", "core.hooksPath"]);
    fs::remove_file(own.join("pre-commit")).unwrap();
    fs::remove_file(own.join("commit-msg")).unwrap();
    house.install().unwrap();
    house.sandbox.sh("git config --global core.hooksPath ../home/settings/hooks && git commit -q -m b");
    assert_eq!(house.calls(), ["<hook><pre-commit>", "<hook><commit-msg><.git/COMMIT_EDITMSG>"]);
}

fn a_global_installation_is_told_again_and_taken_back() {
    let (house, folder) = global_house();
    let again = |house: &House| {
        house.run(&house.sandbox.dir, false, |options| {
            install_global(options, &options.program.ancestors().nth(2).unwrap().join("home/settings/hooks"))
        })
    };
    let back = |house: &House| {
        house.run(&house.sandbox.dir, false, |options| {
            uninstall_global(
                options,
                &options.program.ancestors().nth(2).unwrap().join("home/settings/hooks"),
            )
        })
    };
    assert_eq!(again(&house).unwrap().outcome, Outcome::Unchanged);
    fs::remove_file(folder.join("update")).unwrap();
    assert_eq!(again(&house).unwrap().outcome, Outcome::Refreshed);
    // Where it leads there, an installation in a repository has nothing to do, and never replaces it.
    for force in [false, true] {
        let actions = house.run(&house.sandbox.dir, force, install).unwrap();
        assert!(actions.iter().all(|action| action.outcome == Outcome::Unchanged), "{actions:?}");
        let actions = house.run(&house.sandbox.dir, force, uninstall).unwrap();
        assert!(actions.iter().all(|action| action.outcome == Outcome::LeftAlone), "{actions:?}");
    }
    assert_eq!(back(&house).unwrap().unwrap().outcome, Outcome::Removed);
    assert!(!folder.exists());
    assert!(!house.sandbox.try_git(&["config", "--global", "core.hooksPath"]).status.success());
    assert_eq!(back(&house).unwrap(), None);
    house.sandbox.git(&["config", "--global", "core.hooksPath", "/elsewhere"]);
    assert!(matches!(again(&house).unwrap_err(), InstallError::OtherGlobal { .. }));
    assert_eq!(back(&house).unwrap(), None);
    assert_eq!(house.sandbox.git(&["config", "--global", "core.hooksPath"]), "/elsewhere");
    house.sandbox.git(&["config", "--global", "--unset", "core.hooksPath"]);
    fs::create_dir_all(&folder).unwrap();
    script(&folder.join("update"), "#!/bin/sh\n");
    assert!(matches!(again(&house).unwrap_err(), InstallError::Io { .. }));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing has changed");
}
