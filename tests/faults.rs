//! What the system may refuse: files, memory, a stack, a place to write. Whatever is missing, a key that is there is
//! never passed over with exit 0.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "a panic here is the failure report")]

mod support;

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use support::{Sandbox, skant_program, text_of, tokens};

/// A key in the working tree and in the history, among other files and in two packs.
fn leaky() -> Sandbox {
    let sandbox = Sandbox::with_commit();
    for at in 0..60 {
        sandbox.write(&format!("d{}/f{at}", at % 7), format!("an ordinary line {at}\n"));
    }
    sandbox.commit_all("files");
    sandbox.git(&["repack", "-q", "-a", "-d"]);
    sandbox.write("d3/app.env", format!("key = \"{}\"\n", tokens::api_key("faults")));
    sandbox.commit_all("key");
    sandbox.git(&["repack", "-q", "-d"]);
    sandbox.write("d4/app.env", format!("key = \"{}\"\n", tokens::token("ADM", "faults")));
    sandbox.git(&["add", "-A"]);
    sandbox
}

/// Runs skant in a shell that has set something first.
fn limited(sandbox: &Sandbox, first: &str, arguments: &[&str]) -> Output {
    let mut command = sandbox.command("sh");
    command.args(["-c", &format!("{first}; exec \"$0\" \"$@\"")]).arg(skant_program());
    command.args(arguments).output().expect("sh runs")
}

fn is_not_clean(output: &Output, what: &str) {
    assert_ne!(output.status.code(), Some(0), "{what}: {}", text_of(output));
    for key in [tokens::api_key("faults"), tokens::token("ADM", "faults")] {
        assert!(!text_of(output).contains(&key), "{what}: a raw key");
    }
}

#[test]
fn limits_of_the_system_never_make_a_leak_clean() {
    let sandbox = leaky();
    let files = (4..24).step_by(2).map(|files| format!("ulimit -n {files}"));
    let memory = [60, 90, 120, 200, 400].map(|mebibytes| format!("ulimit -v {}", mebibytes << 10));
    let stack = [16, 64, 256].map(|kibibytes| format!("ulimit -s {kibibytes}"));
    let others = [
        "ulimit -u 1",
        "ulimit -f 0",
        "umask 777",
        "unset HOME PATH LC_ALL",
        "LC_ALL=xx TZ=nowhere TMPDIR=/nowhere",
    ];
    for limit in files.chain(memory).chain(stack).chain(others.map(str::to_owned)) {
        for scan in [&["scan", "-j4"][..], &["scan", "--staged"], &["scan", "--history", "-j4"]] {
            is_not_clean(&limited(&sandbox, &limit, scan), &format!("{limit}; {}", scan.join(" ")));
        }
    }
}

#[test]
fn files_that_come_and_go_never_make_a_leak_clean() {
    let sandbox = leaky();
    let (folder, is_done) = (sandbox.dir.join("d5"), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                for at in 0..40 {
                    // Whatever comes of it: the scan is to see it change.
                    let path = folder.join(format!("gone{at}"));
                    let _ = fs::write(&path, "a line\n").and_then(|()| fs::remove_file(&path));
                    let _ =
                        std::os::unix::fs::symlink("/dev/zero", &path).and_then(|()| fs::remove_file(&path));
                }
            }
        });
        for _ in 0..12 {
            is_not_clean(&sandbox.skant(&["scan"]), "files that come and go");
        }
        is_done.store(true, Ordering::Relaxed);
    });
}

/// The limits of a running skant that waits for its standard input.
fn core_limit(sandbox: &Sandbox, variables: &[(&str, &str)]) -> String {
    let mut command: Command = sandbox.command("sh");
    command.args(["-c", "ulimit -c unlimited; exec \"$0\" scan -"]).arg(skant_program());
    let mut child = command
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("sh runs");
    let mut said = String::new();
    for _ in 0..500 {
        let program = fs::read_link(format!("/proc/{}/exe", child.id())).unwrap_or_default();
        let threads = fs::read_dir(format!("/proc/{}/task", child.id())).map_or(0, Iterator::count);
        // It reads standard input on a thread of its own, long after it has set its limits.
        if program == fs::canonicalize(skant_program()).expect("a path") && threads > 1 {
            let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).expect("limits");
            limits
                .lines()
                .find(|line| line.starts_with("Max core"))
                .unwrap_or_default()
                .clone_into(&mut said);
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.stdin.take().expect("piped").write_all(b"nothing").expect("read");
    assert!(child.wait().expect("a child").success());
    said.split_whitespace().skip(4).take(2).collect::<Vec<_>>().join(" ")
}

#[test]
fn there_are_no_core_dumps_unless_they_are_asked_for() {
    let sandbox = Sandbox::empty();
    assert_eq!(core_limit(&sandbox, &[]), "0 0");
    assert_eq!(core_limit(&sandbox, &[("SKANT_CORE_DUMPS", "1")]), "unlimited unlimited");
}

#[test]
fn a_report_that_finds_no_room_ends_with_2_and_leaves_nothing_behind() {
    let sandbox = leaky();
    for target in ["/dev/full", "json:/dev/full", "sarif:/nowhere/report", "d1", "json:d1", "", "json:"] {
        let output = sandbox.skant(&["scan", "--output", target]);
        assert_eq!(output.status.code(), Some(2), "{target}: {}", text_of(&output));
        is_not_clean(&output, target);
    }
    // No file may grow at all, and the report's is no exception.
    let output = limited(&sandbox, "trap '' XFSZ; ulimit -f 0", &["scan", "--output", "json:../report"]);
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
    assert!(!sandbox.beside("report").exists());
    let left = fs::read_dir(sandbox.beside("")).expect("listed").flatten();
    let left: Vec<_> = left.filter(|entry| entry.file_name().to_string_lossy().contains("report")).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(sandbox.git(&["status", "--short", "--untracked-files=all"]), "A  d4/app.env");
}

#[test]
fn a_signal_to_end_ends_with_130() {
    let sandbox = leaky();
    let mut command = sandbox.command(skant_program());
    let mut child =
        command.args(["scan", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("skant runs");
    let threads = |id: u32| fs::read_dir(format!("/proc/{id}/task")).map_or(0, Iterator::count);
    while threads(child.id()) < 3 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    assert_eq!(child.wait().expect("a child").code(), Some(130));
}
