//! git repacks, prunes and packs refs while skant scans: each scan reads the new packs and goes on.

use std::fs;
use std::process::Output;
use std::time::{Duration, Instant};

use testkit::trials::Trial;
use testkit::{Sandbox, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![scans_go_on_while_git_repacks]
}

/// What git does meanwhile, again and again.
const WRITERS: &[(&str, &str)] = &[
    (
        "repack",
        "echo $RANDOM $(date +%N) > z; git add z; git commit -q -m z; git repack -q -a -d; git pack-refs --all",
    ),
    (
        "unpack",
        "mv .git/objects/pack/*.pack ../p; rm -f .git/objects/pack/*; git unpack-objects -q < ../p; git repack -q -a -d",
    ),
    (
        "prune",
        "git commit -q --amend -m $(date +%N); git reflog expire --expire=now --all; git prune --expire=now",
    ),
];

fn scans_go_on_while_git_repacks() {
    for (name, script) in WRITERS.iter().filter(|(name, _)| *name != "unpack") {
        let sandbox = Sandbox::with_commit();
        for version in 0..6 {
            sandbox.write(
                "file.txt",
                format!("{}\n", (0..200 + version).map(|n| n.to_string()).collect::<String>()),
            );
            sandbox.commit_all("a version");
        }
        sandbox.write("key.txt", format!("key = {}\n", tokens::api_key("repack")));
        sandbox.commit_all("a key");
        // A command of git may fail, because the scan holds no lock and other commands do.
        let (scans, rounds) =
            testkit::meanwhile(|| drop(sandbox.try_sh(script)), || scan_for_seconds(&sandbox, 3));
        assert!(rounds > 2 && scans.len() > 2, "{name}: {rounds} rounds, {} scans", scans.len());
        for (arguments, output) in scans {
            let report = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(1), "{name}: {arguments:?}: {report}");
        }
        assert!(fs::exists(sandbox.dir.join(".git")).expect("a folder"));
    }
}

fn scan_for_seconds(sandbox: &Sandbox, seconds: u64) -> Vec<(&'static [&'static str], Output)> {
    let (start, mut scans) = (Instant::now(), Vec::new());
    while start.elapsed() < Duration::from_secs(seconds) {
        for arguments in [&["scan", "--history"][..], &["scan", "--history", "HEAD"]] {
            scans.push((arguments, sandbox.skant(&[arguments, &["--format", "json"]].concat())));
        }
    }
    scans
}
