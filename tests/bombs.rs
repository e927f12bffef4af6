//! Repositories in which a few kilobytes stand for more than any machine can hold. Each scan has to end in time and
//! within bounds of memory, and has to say that not everything was read. Long, and meant for a release build:
//! `cargo test --release --test bombs -- --ignored`.
#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a panic here is the failure report, and what was measured is told"
)]

mod support;

use std::fs;
use std::process::Output;
use std::time::Instant;

use support::{Sandbox, skant_program, text_of, tokens};

/// What a scan of a bomb may take, in seconds of all processors together.
const TIME: u64 = 300;

/// What it may hold, in MiB.
const MEMORY: u64 = 3 << 10;

/// Runs skant within limits: over them the system ends it, and no expected code comes of it.
fn scan(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    limited(sandbox, &format!("ulimit -v {}", (MEMORY << 10) + (64 << 20)), arguments)
}

fn limited(sandbox: &Sandbox, limit: &str, arguments: &[&str]) -> Output {
    let start = Instant::now();
    let limit = format!("{limit}; ulimit -t {TIME}; exec \"$0\" \"$@\"");
    let mut command = sandbox.command("sh");
    command.args(["-c", &limit]).arg(skant_program());
    let output = command.args(["scan", "--format", "json"]).args(arguments).output().expect("skant runs");
    println!("{arguments:?}: {:?} in {:?}", output.status.code(), start.elapsed());
    output
}

/// Ends with 2 or 3, and says which bound was met.
fn is_told(output: &Output, kind: &str) {
    let said = text_of(output);
    let tail: String = said.chars().rev().take(2000).collect::<Vec<_>>().into_iter().rev().collect();
    assert!(matches!(output.status.code(), Some(2 | 3)), "{:?}: {tail}", output.status);
    assert!(said.contains(kind), "no problem of kind {kind}: {tail}");
}

/// Ten folders that are the same one, in each of which are ten that are the same one: ten to the twelfth files.
const TREES: &str = "o=$(printf '%s\\n' \"$KEY\" | git hash-object -w --stdin); \
    t=$(printf '100644 blob %s\\tx\\n' $o | git mktree); for l in $(seq 12); do \
    t=$(for i in 0 1 2 3 4 5 6 7 8 9; do printf '040000 tree %s\\td%s\\n' $t $i; done | git mktree); done; \
    c=$(git commit-tree -m bomb -p HEAD $t); git update-ref refs/heads/side $c";

fn with_key(script: &str) -> Sandbox {
    let sandbox = Sandbox::with_commit();
    sandbox.sh(&format!("KEY={}; {script}", tokens::api_key("bomb")));
    sandbox
}

#[test]
#[ignore = "long; see above"]
fn trees_of_trees_are_left_at_some_number_of_paths() {
    let sandbox = with_key(TREES);
    is_told(&scan(&sandbox, &["--history"]), "budget");
    is_told(&scan(&sandbox, &["--history", "main..side"]), "budget");
    sandbox.sh("git symbolic-ref HEAD refs/heads/side");
    is_told(&scan(&sandbox, &["--staged"]), "budget");
}

#[test]
#[ignore = "long; see above"]
fn a_tree_that_holds_itself_is_left_too() {
    // Its name is none that git would give it.
    let name = "0123456789012345678901234567890123456789";
    let sandbox = with_key("");
    let make = "import sys, zlib, os; name = sys.argv[1]; key = sys.argv[2]; raw = bytes.fromhex(name); \
        body = b'40000 a\\0' + raw + b'40000 b\\0' + raw + b'100644 c\\0' + bytes.fromhex(key); \
        os.makedirs('.git/objects/' + name[:2], exist_ok=True); \
        open('.git/objects/' + name[:2] + '/' + name[2:], 'wb').write(zlib.compress(b'tree %d\\0' % len(body) + body))";
    fs::write(sandbox.beside("make.py"), make).expect("written");
    sandbox.sh(&format!(
        "o=$(printf '%s\\n' {} | git hash-object -w --stdin); python3 ../make.py {name} $o; \
         c=$(printf 'tree {name}\\nparent %s\\nauthor a <a@b> 1 +0000\\ncommitter a <a@b> 1 +0000\\n\\nx\\n' \
         $(git rev-parse HEAD) | git hash-object -t commit -w --literally --stdin); echo $c > .git/refs/heads/side",
        tokens::api_key("bomb")
    ));
    is_told(&scan(&sandbox, &["--history"]), "budget");
    is_told(&scan(&sandbox, &["--history", "main..side"]), "budget");
}

#[test]
#[ignore = "long; see above"]
fn objects_that_are_larger_than_memory_are_not_read() {
    let sandbox = with_key(
        "truncate -s 3G zeros; git -c core.bigFileThreshold=1 add zeros; rm zeros; git commit -q --no-verify -m zeros",
    );
    is_told(&scan(&sandbox, &["--history"]), "budget");
    is_told(&scan(&sandbox, &["--history", "HEAD^..HEAD"]), "budget");
    sandbox.sh("git repack -q -a -d; git prune-packed");
    is_told(&scan(&sandbox, &["--history"]), "budget");
    is_told(&scan(&sandbox, &["--history", "HEAD^..HEAD"]), "budget");
    is_told(&scan(&sandbox, &["--history", "HEAD:zeros"]), "budget");
}

/// Differences of a few bytes, each of which doubles what it is made from, and thousands that repeat the last one.
const PACK: &str = r"
import hashlib, struct, zlib
def size(kind, length):
    first, length = kind << 4 | length & 15, length >> 4
    out = []
    while length:
        out.append(first | 128); first, length = length & 127, length >> 7
    return bytes(out + [first])
def number(value):
    out = []
    while value > 127:
        out.append(value & 127 | 128); value >>= 7
    return bytes(out + [value])
def copy(length):
    left, at, out = length, 0, b''
    while left:
        part = min(left, 0xffffff)
        out += b'\xff' + struct.pack('<I', at) + struct.pack('<I', part)[:3]
        at += part; left -= part
    return out
def distance(value):
    out = [value & 127]; value >>= 7
    while value:
        value -= 1; out.insert(0, value & 127 | 128); value >>= 7
    return bytes(out)
length, entries, body = 1 << 16, [], b'PACK' + struct.pack('>II', 2, 0)
def add(data):
    global body
    entries.append(len(body)); body += data
add(size(3, length) + zlib.compress(b'a' * length))
while length < 1 << 29:
    delta = number(length) + number(2 * length) + copy(length) * 2
    add(size(6, len(delta)) + distance(len(body) - entries[-1]) + zlib.compress(delta)); length *= 2
last = entries[-1]
for _ in range(2000):
    delta = number(length) + number(length) + copy(length)
    add(size(6, len(delta)) + distance(len(body) - last) + zlib.compress(delta))
body = body[:8] + struct.pack('>I', len(entries)) + body[12:]
body += hashlib.sha1(body).digest()
names = sorted((hashlib.sha1(b'%d' % at).digest(), place) for at, place in enumerate(entries))
fan = b''.join(struct.pack('>I', sum(1 for name, _ in names if name[0] <= first)) for first in range(256))
index = b'\xfftOc\0\0\0\2' + fan + b''.join(name for name, _ in names) + bytes(4 * len(names))
index += b''.join(struct.pack('>I', place) for _, place in names) + body[-20:]
index += hashlib.sha1(index).digest()
open('.git/objects/pack/pack-bomb.pack', 'wb').write(body); open('.git/objects/pack/pack-bomb.idx', 'wb').write(index)
";

#[test]
#[ignore = "long; see above"]
fn a_pack_of_differences_that_unfold_is_left_at_some_size() {
    let sandbox = with_key("mkdir -p .git/objects/pack");
    fs::write(sandbox.beside("pack.py"), PACK).expect("written");
    sandbox.sh("python3 ../pack.py");
    is_told(&scan(&sandbox, &["--history"]), "budget");
}

#[test]
#[ignore = "long; see above"]
fn a_file_of_five_gigabytes_is_read_to_its_end() {
    let sandbox = with_key("truncate -s 5G sparse; printf '%s\\n' \"$KEY\" >> sparse");
    let output = scan(&sandbox, &["sparse"]);
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
}

/// What a scan of a file of twenty megabytes may write to, in KiB: four times its size and what skant needs otherwise.
const OWN_MEMORY: &str = "ulimit -d 262144";

#[test]
#[ignore = "long; see above"]
fn a_file_of_nothing_but_candidates_is_held_within_bounds() {
    let sandbox = with_key("");
    // Seven places on each line, and nothing that is shown.
    sandbox.write("doubtful", format!("{}\n", "password=".repeat(7)).repeat(312_500));
    let held = |arguments: &[&str]| limited(&sandbox, OWN_MEMORY, arguments);
    assert_eq!(held(&["doubtful"]).status.code(), Some(0));
    sandbox.sh("git add doubtful");
    assert_eq!(held(&["--staged"]).status.code(), Some(0));
    sandbox.sh("git commit -q --no-verify -m doubtful");
    assert_eq!(held(&["--history"]).status.code(), Some(0));
    is_told(&held(&["--min-confidence", "low", "doubtful"]), "budget");

    let mut state = 1_u64;
    let characters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let value = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(characters[(state >> 33) as usize % characters.len()])
    });
    let values: Vec<char> = value.take(24 * 100_000).collect();
    let line = |value: &[char]| format!("api_key = \"{}\"\n", value.iter().collect::<String>());
    sandbox.write("sure", values.chunks(24).map(line).collect::<String>());
    is_told(&scan(&sandbox, &["sure"]), "budget");
    sandbox.sh("git add sure");
    is_told(&scan(&sandbox, &["--staged"]), "budget");
    sandbox.sh("git commit -q --no-verify -m sure");
    is_told(&scan(&sandbox, &["--history"]), "budget");
}

#[test]
#[ignore = "long; see above"]
fn a_push_of_many_megabytes_is_read_to_its_end() {
    let sandbox = with_key(
        "yes 'an ordinary line' | head -c 300M > large; printf '%s\\n' \"$KEY\" >> large; git add large; \
         git commit -q --no-verify -m large",
    );
    for arguments in [&["--history", "HEAD^..HEAD"][..], &["large"], &["--history"]] {
        let output = scan(&sandbox, arguments);
        assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    }
    sandbox.sh("git init -q --bare ../far.git; skant install");
    let pushed = sandbox.try_sh("git push -q ../far.git HEAD:refs/heads/main");
    assert!(!pushed.status.success() && text_of(&pushed).contains("was blocked: it adds a secret"));
}

#[test]
#[ignore = "long; see above"]
fn a_million_small_files_are_read() {
    let sandbox = with_key(
        "seq 1000 | xargs mkdir; for d in $(seq 1000); do (cd $d; seq 1000 | xargs touch); done; \
         printf '%s\\n' \"$KEY\" > 500/500",
    );
    let output = scan(&sandbox, &["."]);
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["complete"], true);
    // What is staged: a million entries of which one is new.
    sandbox.sh("rm 500/500; git add -A; git commit -q --no-verify -m million");
    sandbox.sh(&format!("printf '%s\\n' {} > 500/500; git add 500/500", tokens::api_key("bomb")));
    assert_eq!(scan(&sandbox, &["--staged"]).status.code(), Some(1));
    // The index holds it.
    assert_eq!(scan(&sandbox, &["--history"]).status.code(), Some(1));
}

#[test]
#[ignore = "long; see above"]
fn many_new_files_beside_many_that_are_gone_are_compared_to_an_end() {
    let sandbox = with_key(
        "mkdir old new; for i in $(seq 1500); do seq $i $((i + 1500)) > old/$i; done; git add -A; git commit -q --no-verify -m x; \
         git rm -q -r old; for i in $(seq 1500); do seq $((i * 7)) $((i * 7 + 1500)) > new/$i; echo \"$KEY\" >> new/$i; done; \
         git add -A",
    );
    assert_eq!(scan(&sandbox, &["--staged"]).status.code(), Some(1));
}
