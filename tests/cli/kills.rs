//! skant may be killed at any moment. Each file is then either old or new, and the next run succeeds.
#![allow(clippy::print_stdout, reason = "measurements are printed")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Pid, test_kill_process_group};
use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        killed_command_leaves_old_or_new_files;
        long:
        killed_command_leaves_old_or_new_files_in_300_rounds,
    ]
}

/// Each path below the root with its mode, and its content or link target.
type State = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// A command that is killed.
struct Act {
    name: &'static str,
    /// The script that makes the state before, after whatever an earlier round left.
    reset: &'static str,
    /// The command.
    run: &'static [&'static str],
    /// The command that repairs the state, whether the first one was killed or not.
    again: &'static [&'static str],
    /// A file that may be new only once all other files are new.
    last: &'static str,
}

const ACT: Act = Act { name: "", reset: ":", run: &[], again: &[], last: "" };

const ACTS: &[Act] = &[
    Act { name: "a scan", run: &["scan", "--format", "json"], ..ACT },
    Act { name: "a scan of what is staged", run: &["scan", "--staged"], ..ACT },
    Act {
        name: "a report",
        reset: "echo old > ../report",
        run: &["scan", "--history", "--output", "json:../report"],
        ..ACT
    },
    Act {
        name: "an installation",
        reset: "rm -rf .git/hooks; cp -rP ../hooks .git/hooks",
        run: &["install"],
        ..ACT
    },
    Act {
        name: "an installation for all repositories",
        reset: "rm -rf ../home; mkdir ../home; git config --global user.name x",
        run: &["install", "--global"],
        last: "home/.gitconfig",
        ..ACT
    },
    Act {
        name: "taking hooks away",
        reset: "rm -rf .git/hooks; cp -rP ../hooks .git/hooks; skant install > /dev/null",
        run: &["uninstall"],
        ..ACT
    },
    Act {
        name: "a first baseline",
        reset: "rm -f .skant-baseline",
        run: &["baseline", "create", "--history"],
        again: &["baseline", "update", "--history"],
        ..ACT
    },
    Act {
        name: "a baseline that grows",
        reset: "cp ../baseline .skant-baseline",
        run: &["baseline", "update", "--history"],
        ..ACT
    },
    Act {
        name: "values that move to `.env`",
        reset: "rm -rf m .env .env.example .gitignore; cp -r ../m m",
        run: &["fix", "--yes", "m"],
        last: "work/m/b.py",
        ..ACT
    },
    Act {
        name: "a value that is allowed",
        reset: "cp ../baseline .skant-baseline",
        run: &["allow", "--rule", "anthropic-api-key", "--reason", "an example"],
        ..ACT
    },
];

fn sandbox_with_keys() -> Sandbox {
    let sandbox = Sandbox::with_commit();
    for at in 0..40 {
        let key = tokens::api_key(&format!("kills {at}"));
        sandbox.write(&format!("d{}/f{at}", at % 7), format!("a line\nkey = \"{key}\"\n"));
    }
    for name in ["a", "b"] {
        sandbox.write(&format!("m/{name}.py"), format!("KEY = '{}'\n", tokens::api_key(name)));
    }
    sandbox.commit_all("keys");
    sandbox.sh(
        "cp -r m ../m; git rm -q -r d3; git commit -q --no-verify -m gone; git repack -q -a -d; echo a line > new; git add new; \
         mkdir ../hooks; for h in pre-commit commit-msg pre-push; do \
         printf '#!/bin/sh\n# the hook %s of somebody else\nexit 0\n' $h > ../hooks/$h; chmod 755 ../hooks/$h; done; \
         ln -s ../../elsewhere ../hooks/pre-merge-commit; echo '# no hook' > ../hooks/README; \
         skant baseline create d1 > /dev/null 2>&1 || skant baseline create > /dev/null; \
         head -n 5 .skant-baseline > ../baseline; rm .skant-baseline",
    );
    sandbox
}

fn state(root: &Path) -> State {
    let (mut found, mut work) = (State::new(), vec![root.to_path_buf()]);
    while let Some(path) = work.pop() {
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let content = if metadata.is_dir() {
            work.extend(fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
            Vec::new()
        } else if metadata.is_symlink() {
            fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes()
        } else {
            fs::read(&path).unwrap_or_default()
        };
        found.insert(
            path.strip_prefix(root).expect("below").to_owned(),
            (metadata.permissions().mode(), content),
        );
    }
    found
}

/// Whether a path is a temporary file of a killed write. Nothing reads files of such names.
fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') && path.extension().is_some_and(|end| end == "tmp")
}

/// Waits until a process group is empty: a git that skant started runs on without it.
fn wait_for_group(group: Pid) {
    for _ in 0..2000 {
        if test_kill_process_group(group).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("a process that skant has started does not end");
}

/// Pseudo-random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }
}

/// Kills an act in each of some rounds. Returns how often the kill came before its end.
fn kill_in_rounds(act: &Act, rounds: usize, random: &mut Random) -> usize {
    let sandbox = sandbox_with_keys();
    let root = sandbox.sibling("");
    sandbox.sh(act.reset);
    let before = state(&root);
    let start = Instant::now();
    let output = sandbox.skant(act.run);
    let length = start.elapsed();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}: {}", act.name, text_of(&output));
    let after = state(&root);
    let again = if act.again.is_empty() { act.run } else { act.again };
    let mut ended = 0;
    for round in 0..rounds {
        sandbox.sh(act.reset);
        let mut command = sandbox.command(skant_program());
        command.args(act.run).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let mut child = command.spawn().expect("skant runs");
        let moment = random.below(u64::try_from(length.as_micros()).expect("short"));
        std::thread::sleep(Duration::from_micros(moment));
        let group = Pid::from_child(&child);
        child.kill().expect("a child");
        ended += usize::from(child.wait().expect("a child").code().is_none());
        wait_for_group(group);
        let now = state(&root);
        let said = format!("{}, round {round}, after {moment} µs", act.name);
        let all = before.keys().chain(after.keys()).chain(now.keys());
        for path in all.filter(|path| !is_temporary(path)) {
            let (was, is, becomes) = (before.get(path), now.get(path), after.get(path));
            assert!(is == was || is == becomes, "{said}: {} is neither old nor new", path.display());
        }
        let last = Path::new(act.last);
        if before.get(last) != after.get(last) && now.get(last) == after.get(last) {
            for path in after.keys() {
                assert!(now.get(path) == after.get(path), "{said}: {} is not there yet", path.display());
            }
        }
        let output = sandbox.skant(again);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{said}, again: {}", text_of(&output));
        let mut whole = state(&root);
        whole.retain(|path, _| !is_temporary(path));
        for path in whole.keys().chain(after.keys()) {
            assert!(whole.get(path) == after.get(path), "{said}, again: {}", path.display());
        }
    }
    let check = sandbox.try_git(&["fsck", "--strict"]);
    assert!(check.status.success(), "{}: {}", act.name, text_of(&check));
    ended
}

fn kill_all(rounds: usize) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    let mut random = Random(u64::from(now.subsec_nanos()));
    for act in ACTS {
        let ended = kill_in_rounds(act, rounds, &mut random);
        println!("{}: {rounds} kills, {ended} of them before its end", act.name);
    }
}

fn killed_command_leaves_old_or_new_files() {
    kill_all(4);
}

fn killed_command_leaves_old_or_new_files_in_300_rounds() {
    kill_all(300_usize.div_ceil(ACTS.len()));
}
