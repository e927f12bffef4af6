//! Limits and failures of the system: files, memory, stack, a place to write. A repository with a key never ends with
//! 0, whatever the system refuses.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use testkit::trials::{Ran, Skip, Trial};
use testkit::{Sandbox, needs, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        system_limits_never_make_a_leak_clean,
        changing_files_never_make_a_leak_clean,
        core_dumps_are_off,
        core_dumps_are_on_if_requested,
        report_that_cannot_be_written_ends_with_2_and_leaves_no_file,
        signal_ends_a_scan_that_waits_for_a_pipe,
        termination_signals_end_with_130,
        empty_environment_changes_no_report,
        wrong_clock_changes_no_finding,
        read_only_file_system_is_scanned_and_not_written,
        full_disk_leaves_the_old_report,
        report_larger_than_a_pipe_is_complete_and_without_colours,
    ]
}

/// A key in the index and one in the history, among other files and in two packs.
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

/// Runs skant in a shell after a command such as `ulimit`.
fn limited(sandbox: &Sandbox, first: &str, arguments: &[&str]) -> Output {
    let mut command = sandbox.command("sh");
    command.args(["-c", &format!("{first}; exec \"$0\" \"$@\"")]).arg(skant_program());
    command.args(arguments).output().expect("sh runs")
}

fn is_not_clean(output: &Output, what: &str) {
    assert_ne!(output.status.code(), Some(0), "{what}: {}", text_of(output));
    holds_no_key(output, what);
}

fn holds_no_key(output: &Output, what: &str) {
    for key in [tokens::api_key("faults"), tokens::token("ADM", "faults")] {
        assert!(!text_of(output).contains(&key), "{what}: a raw key");
    }
}

fn system_limits_never_make_a_leak_clean() {
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

fn changing_files_never_make_a_leak_clean() {
    let sandbox = leaky();
    let folder = sandbox.dir.join("d5");
    let change = || {
        for at in 0..40 {
            // Errors do not matter here: the scan has to see files change.
            let path = folder.join(format!("gone{at}"));
            let _ = fs::write(&path, "a line\n").and_then(|()| fs::remove_file(&path));
            let _ = std::os::unix::fs::symlink("/dev/zero", &path).and_then(|()| fs::remove_file(&path));
        }
    };
    testkit::meanwhile(change, || {
        for _ in 0..12 {
            is_not_clean(&sandbox.skant(&["scan"]), "files that come and go");
        }
    });
}

/// Returns the limits on core dumps of a running skant that waits for standard input. The shell raises the soft limit
/// as far as it may. Only files that every user may read are used: once skant refuses core dumps, only root may trace
/// it.
fn core_limit(sandbox: &Sandbox, variables: &[(&str, &str)]) -> String {
    let mut command: Command = sandbox.command("sh");
    command.args(["-c", "ulimit -S -c \"$(ulimit -H -c)\"; exec \"$0\" scan -"]).arg(skant_program());
    let mut child = command
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("sh runs");
    let proc = PathBuf::from(format!("/proc/{}", child.id()));
    let mut limits = String::new();
    for _ in 0..500 {
        let name = fs::read_to_string(proc.join("comm")).unwrap_or_default();
        let threads = fs::read_dir(proc.join("task")).map_or(0, Iterator::count);
        // skant reads standard input on a thread of its own, long after it has set its limits.
        if name.trim_end() == "skant" && threads > 1 {
            limits = core_limits_in(&proc.join("limits"));
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.stdin.take().expect("piped").write_all(b"nothing").expect("read");
    assert!(child.wait().expect("a child").success());
    limits
}

/// Reads the soft and the hard limit from a file such as `/proc/self/limits`.
fn core_limits_in(path: &Path) -> String {
    let limits = fs::read_to_string(path).expect("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core")).unwrap_or_default();
    core.split_whitespace().skip(4).take(2).collect::<Vec<_>>().join(" ")
}

/// Returns the hard limit on core dumps. Only a limit above 0 shows that skant lowers it.
fn hard_core_limit() -> Result<String, Skip> {
    let limits = core_limits_in(Path::new("/proc/self/limits"));
    match limits.split_once(' ') {
        Some((_, hard)) if hard != "0" => Ok(hard.to_owned()),
        _ => Err(Skip("needs a hard limit on core dumps above 0".to_owned())),
    }
}

fn core_dumps_are_off() -> Ran {
    hard_core_limit()?;
    assert_eq!(core_limit(&Sandbox::empty(), &[]), "0 0");
    Ok(())
}

fn core_dumps_are_on_if_requested() -> Ran {
    let hard = hard_core_limit()?;
    assert_eq!(core_limit(&Sandbox::empty(), &[("SKANT_CORE_DUMPS", "1")]), format!("{hard} {hard}"));
    Ok(())
}

fn report_that_cannot_be_written_ends_with_2_and_leaves_no_file() {
    let sandbox = leaky();
    for target in ["/dev/full", "json:/dev/full", "sarif:/nowhere/report", "d1", "json:d1", "", "json:"] {
        let output = sandbox.skant(&["scan", "--output", target]);
        assert_eq!(output.status.code(), Some(2), "{target}: {}", text_of(&output));
        is_not_clean(&output, target);
    }
    // With this limit no file may grow, and the report is no exception.
    let output = limited(&sandbox, "trap '' XFSZ; ulimit -f 0", &["scan", "--output", "json:../report"]);
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
    assert!(!sandbox.sibling("report").exists());
    let left = fs::read_dir(sandbox.sibling("")).expect("listed").flatten();
    let left: Vec<_> = left.filter(|entry| entry.file_name().to_string_lossy().contains("report")).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(sandbox.git(&["status", "--short", "--untracked-files=all"]), "A  d4/app.env");
}

fn signal_ends_a_scan_that_waits_for_a_pipe() {
    let sandbox = Sandbox::with_commit();
    sandbox.sh("mkfifo pipe.toml");
    let begun = std::time::Instant::now();
    let mut child =
        sandbox.command(testkit::skant_program()).args(["scan", "--config", "pipe.toml"]).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    sandbox.sh(&format!("kill -TERM {}", child.id()));
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(begun.elapsed().as_secs() < 60);
}

fn termination_signals_end_with_130() {
    let sandbox = leaky();
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut command = sandbox.command(skant_program());
        let mut child = command
            .args(["scan", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("skant runs");
        let threads = |id: u32| fs::read_dir(format!("/proc/{id}/task")).map_or(0, Iterator::count);
        while threads(child.id()) < 3 {
            std::thread::sleep(Duration::from_millis(5));
        }
        kill_process(Pid::from_child(&child), signal).expect("a running child");
        // To wait would close the pipe, and the end of input ends skant as well.
        let _open = child.stdin.take();
        assert_eq!(child.wait().expect("a child").code(), Some(130), "{signal:?}");
    }
}

/// The scans that look for the keys of [`leaky`], with their exit codes.
const SCANS: [(&[&str], i32); 4] = [
    (&["scan", "--format", "json"], 1),
    (&["scan", "--staged", "--format", "json"], 1),
    (&["scan", "--history", "--format", "json"], 1),
    (&["hook", "pre-commit"], 1),
];

fn empty_environment_changes_no_report() {
    let sandbox = leaky();
    for (scan, code) in SCANS {
        let usual = sandbox.skant(scan);
        assert_eq!(usual.status.code(), Some(code), "{}", text_of(&usual));
        for first in [
            "unset HOME LC_ALL GIT_CONFIG_NOSYSTEM",
            "HOME= LC_ALL= LANG=xx_YY",
            "HOME=/dev/null TZ=:/x TERM=",
        ] {
            let output = limited(&sandbox, first, scan);
            assert_eq!(output.status.code(), Some(code), "{first}: {}", text_of(&output));
            assert_eq!(text_of(&output), text_of(&usual), "{first}");
        }
    }
    let output = limited(&sandbox, "unset HOME XDG_CONFIG_HOME", &["install", "--global"]);
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
    assert!(text_of(&output).contains("HOME is not set"), "{}", text_of(&output));
}

/// Replaces the system's clock.
const CLOCK: &str = r#"
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t which, struct timespec *time) {
    int failed = syscall(SYS_clock_gettime, which, time);
    if (which == CLOCK_REALTIME) { time->tv_sec = atoll(getenv("CLOCK")); time->tv_nsec = 999999999; }
    return failed;
}
"#;

fn wrong_clock_changes_no_finding() {
    let sandbox = leaky();
    fs::write(sandbox.sibling("clock.c"), CLOCK).expect("written");
    sandbox.sh("cc -shared -fPIC -o ../clock.so ../clock.c");
    let library = sandbox.sibling("clock.so");
    let result = |output: &Output| {
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), report["findings"].clone(), report["complete"].clone())
    };
    // 1969, 1833, a year before the first one, and a year of five figures.
    for seconds in ["-1", "-4294967296", "-99999999999", "999999999999"] {
        let at = |arguments: &[&str]| {
            let mut command = sandbox.command(skant_program());
            command.env("LD_PRELOAD", &library).env("CLOCK", seconds).args(arguments);
            command.output().expect("skant runs")
        };
        for (scan, _) in SCANS {
            let (usual, output) = (sandbox.skant(scan), at(scan));
            assert_eq!(result(&output), result(&usual), "{seconds}: {scan:?}: {}", text_of(&output));
            assert!(!text_of(&output).contains("internal error"), "{seconds}: {}", text_of(&output));
        }
        for format in ["junit", "gitlab", "sarif", "markdown", "github", "human"] {
            let output = at(&["scan", "--format", format]);
            assert_eq!(output.status.code(), Some(1), "{seconds}, {format}: {}", text_of(&output));
        }
        let allow = ["allow", "0123456789abcdef", "--reason", "an example", "--until", "2100-01-01"];
        let output = at(&allow);
        assert!(matches!(output.status.code(), Some(0 | 2)), "{seconds}: {}", text_of(&output));
        let output = at(&["baseline", "check"]);
        assert!(matches!(output.status.code(), Some(0..=2)), "{seconds}: {}", text_of(&output));
        let _ = fs::remove_file(sandbox.dir.join(".skant-baseline"));
    }
}

/// Runs a script in a mount namespace of its own. Skips where an ordinary user or a container may not mount.
fn mounting(sandbox: &Sandbox, script: &str) -> Result<Output, Skip> {
    needs::success("unshare", &["-rm", "mount", "-t", "tmpfs", "none", "/mnt"])?;
    let mut command = sandbox.command("unshare");
    command.args(["-rm", "sh", "-ec", script]).arg(skant_program());
    Ok(command.output().expect("unshare runs"))
}

fn read_only_file_system_is_scanned_and_not_written() -> Ran {
    let sandbox = leaky();
    for (arguments, code) in SCANS.into_iter().chain([
        (&["scan", "--output", "json:report"][..], 2),
        (&["install"], 2),
        (&["baseline", "create"], 2),
        (&["allow", "--rule", "anthropic-api-key", "--reason", "an example"], 2),
    ]) {
        let script = format!(
            "mount --bind . .; mount -o remount,ro,bind .; cd $PWD; exec \"$0\" {}",
            quoted(arguments)
        );
        let output = mounting(&sandbox, &script)?;
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text_of(&output));
        is_not_clean(&output, "a file system that is read-only");
        let said = text_of(&output);
        assert!(code == 1 || said.contains("ead-only file system"), "{arguments:?}: {said}");
    }
    Ok(())
}

fn quoted(arguments: &[&str]) -> String {
    arguments.iter().map(|argument| format!("'{argument}'")).collect::<Vec<_>>().join(" ")
}

fn full_disk_leaves_the_old_report() -> Ran {
    let sandbox = leaky();
    let script = "mkdir ../full; mount -t tmpfs -o size=8k none ../full; echo old > ../full/report; \
        head -c 100000 /dev/zero > ../full/filler 2>/dev/null || true; \
        for f in json sarif markdown; do code=0; \"$0\" scan --output $f:../full/report || code=$?; echo \"ended with $code\"; done; \
        cat ../full/report; ls -A ../full";
    let output = mounting(&sandbox, script)?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("ended with")).collect();
    assert_eq!(lines, ["ended with 2"; 3], "{}", text_of(&output));
    assert!(said.ends_with("old\nfiller\nreport\n"), "{}", text_of(&output));
    holds_no_key(&output, "a disk that is full");
    Ok(())
}

fn report_larger_than_a_pipe_is_complete_and_without_colours() {
    let sandbox = Sandbox::empty();
    let keys: Vec<String> =
        (0..300).map(|at| format!("k = '{}'", tokens::api_key(&at.to_string()))).collect();
    sandbox.write("keys.py", keys.join("\n"));
    for format in ["json", "sarif", "human"] {
        let scan = |to: &str| {
            let mut command = sandbox.command(skant_program());
            // With less, people get a list that is shorter than a pipe.
            command.args([
                "scan",
                "-vv",
                "--format",
                format,
                "--output",
                &format!("{format}:{to}"),
                "keys.py",
            ]);
            command.env_remove("NO_COLOR").env("TERM", "xterm").env("SOURCE_DATE_EPOCH", "1");
            command.stdout(Stdio::piped()).spawn().expect("skant runs")
        };
        assert_eq!(scan("../report").wait_with_output().expect("a child").status.code(), Some(1));
        let mut late = scan("-");
        // The pipe is full, and nobody reads yet.
        std::thread::sleep(Duration::from_millis(300));
        let mut read = Vec::new();
        late.stdout.take().expect("piped").read_to_end(&mut read).expect("read");
        assert_eq!(late.wait().expect("a child").code(), Some(1));
        let written = fs::read(sandbox.sibling("report")).expect("a report");
        assert!(read.len() > 1 << 16 && read == written, "{format}: {} of {}", read.len(), written.len());
        assert!(!read.contains(&b'\x1b'), "{format}");
    }
}
