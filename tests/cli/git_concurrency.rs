//! git repacks, prunes and packs refs while skant scans: each scan reads the new packs and goes on.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
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
        let is_done = AtomicBool::new(false);
        thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut rounds = 0;
                while !is_done.load(Ordering::Relaxed) {
                    // A command may fail, because the scan holds no lock and other commands do.
                    let _ = sandbox.try_sh(script);
                    rounds += 1;
                }
                rounds
            });
            let (start, mut codes) = (Instant::now(), Vec::new());
            while start.elapsed() < Duration::from_secs(3) {
                for arguments in [&["scan", "--history"][..], &["scan", "--history", "HEAD"]] {
                    let output = sandbox.skant(&[arguments, &["--format", "json"]].concat());
                    assert_eq!(
                        output.status.code(),
                        Some(1),
                        "{name}: {arguments:?}: {}",
                        String::from_utf8_lossy(&output.stdout)
                    );
                    codes.push(output.status.code());
                }
            }
            is_done.store(true, Ordering::Relaxed);
            let rounds = writer.join().expect("it ends");
            assert!(rounds > 2 && codes.len() > 2, "{name}: {rounds} rounds, {} scans", codes.len());
        });
        assert!(fs::exists(sandbox.dir.join(".git")).expect("a folder"));
    }
}
