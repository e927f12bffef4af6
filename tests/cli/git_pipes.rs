//! Pipes in the places of files that git opens, and a git that does not end: skant waits for neither.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        no_command_waits_for_a_pipe_in_the_place_of_a_file,
        regular_files_in_the_same_places_are_no_obstacle,
        git_of_the_scanned_folder_is_never_run,
    ]
}

/// Time limit for a command. The commands take milliseconds.
const LIMIT: Duration = Duration::from_secs(40);

/// The places below the working folder, each with a script that makes git use it.
const PLACES: &[(&str, &str)] = &[
    ("../included", "git config include.path ../../included"),
    ("../conditional", "git config includeIf.gitdir:/.path ../../conditional"),
    ("../second", "echo '[include] path = second' > ../first; git config include.path ../../first"),
    (".git/config.worktree", "git config extensions.worktreeConfig true"),
    (".git/objects/info/commit-graph", ""),
    (".git/objects/info/commit-graphs/commit-graph-chain", ""),
    (".git/objects/pack/multi-pack-index", ""),
    (".git/objects/info/alternates", ""),
    (".git/info/grafts", ""),
    (".git/info/exclude", ""),
    (".git/info/attributes", ""),
    (".git/shallow", ""),
    (".git/packed-refs", ""),
    (".git/refs/heads/other", ""),
    (".git/logs/HEAD", "rm -f .git/logs/HEAD"),
    (".git/index", ""),
    (".git/HEAD", ""),
    (".git/config", ""),
    (".git/MERGE_HEAD", ""),
    (".git/objects/00/11111111111111111111111111111111111111", ""),
    (".git/objects/pack/pack-1111111111111111111111111111111111111111.idx", ""),
    (".git/objects/pack/pack-1111111111111111111111111111111111111111.rev", ""),
    (".git/worktrees/w/HEAD", "mkdir -p .git/worktrees/w"),
];

fn repository() -> Sandbox {
    let sandbox = Sandbox::with_commit();
    sandbox.write("key.txt", format!("key = {}\n", tokens::api_key("pipe")));
    sandbox.commit_all("second");
    sandbox
}

/// Runs a command of skant, and returns its exit code; `None` if it did not end in time.
fn run(sandbox: &Sandbox, arguments: &[&str], input: &str) -> Option<i32> {
    use std::io::Write as _;
    let mut command: Command = sandbox.command(skant_program());
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("skant runs");
    // A program that ends early may have closed the pipe.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        if let Some(status) = child.try_wait().expect("waited") {
            return Some(status.code().expect("no signal"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    None
}

/// The commands that may call git, each with its standard input.
fn commands(sandbox: &Sandbox) -> Vec<(Vec<&'static str>, String)> {
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    let push = format!("refs/heads/x {head} refs/heads/x {}\n", "0".repeat(40));
    let receive = format!("{} {head} refs/heads/x\n", "0".repeat(40));
    vec![
        (vec!["scan", "--history", "HEAD~1..HEAD"], String::new()),
        (vec!["scan", "--history"], String::new()),
        (vec!["scan", "--staged"], String::new()),
        (vec!["scan", "."], String::new()),
        (vec!["hook", "pre-commit"], String::new()),
        (vec!["hook", "pre-push", "origin", "elsewhere"], push),
        (vec!["hook", "pre-receive"], receive),
        (vec!["install"], String::new()),
    ]
}

fn no_command_waits_for_a_pipe_in_the_place_of_a_file() {
    for (place, script) in PLACES {
        let sandbox = repository();
        let commands = commands(&sandbox);
        sandbox.sh(script);
        let path = sandbox.dir.join(place);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        // The file may not exist.
        let _ = fs::remove_file(&path);
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo runs").success());
        for (arguments, input) in commands {
            let code = run(&sandbox, &arguments, &input);
            assert!(matches!(code, Some(0..=3)), "{place}: {arguments:?}: {code:?}");
            let is_range = arguments.ends_with(&["HEAD~1..HEAD"]);
            assert!(!is_range || matches!(code, Some(2)), "{place}: a range ended with {code:?}");
        }
    }
}

fn regular_files_in_the_same_places_are_no_obstacle() {
    let sandbox = repository();
    let commands = commands(&sandbox);
    sandbox.sh(
        "touch ../included ../second; echo '[include] path = second' > ../first; \
         git config include.path ../../included; git config --add include.path ../../first; \
         git config --add include.path /dev/null; ln -s /dev/null .git/info/attributes; \
         git commit-graph write --reachable; git repack -q -a -d; git multi-pack-index write; touch .git/info/grafts",
    );
    // The file system monitor of git has a socket here.
    let _socket = std::os::unix::net::UnixListener::bind(sandbox.dir.join(".git/fsmonitor--daemon.ipc"));
    for (arguments, input) in commands {
        let code = run(&sandbox, &arguments, &input);
        // The repository has all commits that pre-receive is asked for, and nothing is staged.
        let finds =
            matches!(arguments[..], ["scan", "--history", ..] | ["scan", "."] | ["hook", "pre-push", ..]);
        let expected = i32::from(finds);
        assert_eq!(code, Some(expected), "{arguments:?}");
    }
}

/// Writes a program `git` that leaves a mark.
fn write_program(path: &Path, mark: &Path) {
    fs::write(path, format!("#!/bin/sh\ntouch '{}'\n", mark.display())).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("executable");
}

fn git_of_the_scanned_folder_is_never_run() {
    let system = std::env::var("PATH").expect("a PATH");
    for path in [format!(".:{system}"), format!(":{system}"), format!("tools:./tools:{system}")] {
        let sandbox = repository();
        let mark = sandbox.sibling("mark");
        fs::create_dir(sandbox.dir.join("tools")).expect("a folder");
        for place in ["git", "tools/git"] {
            write_program(&sandbox.dir.join(place), &mark);
        }
        for arguments in [&["scan", "--history", "HEAD~1..HEAD"][..], &["install"]] {
            let output = sandbox.command(skant_program()).env("PATH", &path).args(arguments).output();
            let output = output.expect("skant runs");
            assert!(matches!(output.status.code(), Some(0 | 1)), "{path}: {arguments:?}: {output:?}");
            assert!(!mark.exists(), "{path}: {arguments:?} ran a program of the repository");
        }
        let alone =
            sandbox.command(skant_program()).env("PATH", ".").args(["scan", "--history", "HEAD"]).output();
        let alone = alone.expect("skant runs");
        assert_eq!(alone.status.code(), Some(2), "{alone:?}");
        assert!(
            String::from_utf8_lossy(&alone.stderr).contains("install git") && !mark.exists(),
            "{alone:?}"
        );
    }
}
