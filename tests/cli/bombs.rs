//! Decompression bombs: repositories in which a few kilobytes expand to more than any machine can hold. Each scan ends
//! in time, stays within a memory limit, and reports that it did not read everything. The tests take minutes; run them
//! with a release build: `cargo test --release --test cli bombs -- --ignored`.
#![allow(clippy::print_stdout, reason = "measurements are printed")]

use std::fs;
use std::process::Output;
use std::time::Instant;

use testkit::trials::Trial;
use testkit::{Sandbox, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![;
        long:
        nested_trees_stop_at_the_path_limit,
        tree_that_contains_itself_stops_at_the_path_limit,
        objects_larger_than_memory_are_not_read,
        expanding_deltas_stop_at_the_size_limit,
        file_of_five_gigabytes_is_read_completely,
        file_full_of_candidates_stays_within_its_memory,
        large_push_is_read_completely,
        million_small_files_are_read,
        many_new_and_deleted_files_are_compared_in_time,
    ]
}

/// The processor time that a scan may take, in seconds of all threads together.
const TIME: u64 = 300;

/// The memory that a scan may use, in MiB.
const MEMORY: u64 = 3 << 10;

/// Runs skant within both limits. A scan that exceeds one is killed, and has none of the expected exit codes.
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

/// Checks that a scan ended with 2 or 3 and reported a problem of this kind.
fn has_problem(output: &Output, kind: &str) {
    let said = text_of(output);
    let tail: String = said.chars().rev().take(2000).collect::<Vec<_>>().into_iter().rev().collect();
    assert!(matches!(output.status.code(), Some(2 | 3)), "{:?}: {tail}", output.status);
    assert!(said.contains(kind), "no problem of kind {kind}: {tail}");
}

/// Ten levels of folders. Each folder has ten entries, which are all the same tree: ten to the twelfth files.
const TREES: &str = "o=$(printf '%s\\n' \"$KEY\" | git hash-object -w --stdin); \
    t=$(printf '100644 blob %s\\tx\\n' $o | git mktree); for l in $(seq 12); do \
    t=$(for i in 0 1 2 3 4 5 6 7 8 9; do printf '040000 tree %s\\td%s\\n' $t $i; done | git mktree); done; \
    c=$(git commit-tree -m bomb -p HEAD $t); git update-ref refs/heads/side $c";

fn with_key(script: &str) -> Sandbox {
    let sandbox = Sandbox::with_commit();
    sandbox.sh(&format!("KEY={}; {script}", tokens::api_key("bomb")));
    sandbox
}

fn nested_trees_stop_at_the_path_limit() {
    let sandbox = with_key(TREES);
    has_problem(&scan(&sandbox, &["--history"]), "budget");
    has_problem(&scan(&sandbox, &["--history", "main..side"]), "budget");
    sandbox.sh("git symbolic-ref HEAD refs/heads/side");
    has_problem(&scan(&sandbox, &["--staged"]), "budget");
}

fn tree_that_contains_itself_stops_at_the_path_limit() {
    // Git would give the tree another name.
    let name = "0123456789012345678901234567890123456789";
    let sandbox = with_key("");
    let make = "import sys, zlib, os; name = sys.argv[1]; key = sys.argv[2]; raw = bytes.fromhex(name); \
        body = b'40000 a\\0' + raw + b'40000 b\\0' + raw + b'100644 c\\0' + bytes.fromhex(key); \
        os.makedirs('.git/objects/' + name[:2], exist_ok=True); \
        open('.git/objects/' + name[:2] + '/' + name[2:], 'wb').write(zlib.compress(b'tree %d\\0' % len(body) + body))";
    fs::write(sandbox.sibling("make.py"), make).expect("written");
    sandbox.sh(&format!(
        "o=$(printf '%s\\n' {} | git hash-object -w --stdin); python3 ../make.py {name} $o; \
         c=$(printf 'tree {name}\\nparent %s\\nauthor a <a@b> 1 +0000\\ncommitter a <a@b> 1 +0000\\n\\nx\\n' \
         $(git rev-parse HEAD) | git hash-object -t commit -w --literally --stdin); echo $c > .git/refs/heads/side",
        tokens::api_key("bomb")
    ));
    has_problem(&scan(&sandbox, &["--history"]), "budget");
    has_problem(&scan(&sandbox, &["--history", "main..side"]), "budget");
}

fn objects_larger_than_memory_are_not_read() {
    let sandbox = with_key(
        "truncate -s 3G zeros; git -c core.bigFileThreshold=1 add zeros; rm zeros; git commit -q --no-verify -m zeros",
    );
    has_problem(&scan(&sandbox, &["--history"]), "budget");
    has_problem(&scan(&sandbox, &["--history", "HEAD^..HEAD"]), "budget");
    sandbox.sh("git repack -q -a -d; git prune-packed");
    has_problem(&scan(&sandbox, &["--history"]), "budget");
    has_problem(&scan(&sandbox, &["--history", "HEAD^..HEAD"]), "budget");
    has_problem(&scan(&sandbox, &["--history", "HEAD:zeros"]), "budget");
}

/// Deltas of a few bytes, each of which doubles its base, and thousands of copies of the last one.
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

fn expanding_deltas_stop_at_the_size_limit() {
    let sandbox = with_key("mkdir -p .git/objects/pack");
    fs::write(sandbox.sibling("pack.py"), PACK).expect("written");
    sandbox.sh("python3 ../pack.py");
    has_problem(&scan(&sandbox, &["--history"]), "budget");
}

fn file_of_five_gigabytes_is_read_completely() {
    let sandbox = with_key("truncate -s 5G sparse; printf '%s\\n' \"$KEY\" >> sparse");
    let output = scan(&sandbox, &["sparse"]);
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
}

/// The memory that a scan of a file of twenty megabytes may allocate, in KiB: four times the file, and a base.
const OWN_MEMORY: &str = "ulimit -d 262144";

fn file_full_of_candidates_stays_within_its_memory() {
    let sandbox = with_key("");
    // Seven candidates on each line, of which none is reported.
    sandbox.write("doubtful", format!("{}\n", "password=".repeat(7)).repeat(312_500));
    let held = |arguments: &[&str]| limited(&sandbox, OWN_MEMORY, arguments);
    assert_eq!(held(&["doubtful"]).status.code(), Some(0));
    sandbox.sh("git add doubtful");
    assert_eq!(held(&["--staged"]).status.code(), Some(0));
    sandbox.sh("git commit -q --no-verify -m doubtful");
    assert_eq!(held(&["--history"]).status.code(), Some(0));
    has_problem(&held(&["--min-confidence", "low", "doubtful"]), "budget");

    let mut state = 1_u64;
    let characters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let value = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(characters[(state >> 33) as usize % characters.len()])
    });
    let values: Vec<char> = value.take(24 * 100_000).collect();
    let line = |value: &[char]| format!("api_key = \"{}\"\n", value.iter().collect::<String>());
    sandbox.write("sure", values.chunks(24).map(line).collect::<String>());
    has_problem(&scan(&sandbox, &["sure"]), "budget");
    sandbox.sh("git add sure");
    has_problem(&scan(&sandbox, &["--staged"]), "budget");
    sandbox.sh("git commit -q --no-verify -m sure");
    has_problem(&scan(&sandbox, &["--history"]), "budget");
}

fn large_push_is_read_completely() {
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

fn million_small_files_are_read() {
    let sandbox = with_key(
        "seq 1000 | xargs mkdir; for d in $(seq 1000); do (cd $d; seq 1000 | xargs touch); done; \
         printf '%s\\n' \"$KEY\" > 500/500",
    );
    let output = scan(&sandbox, &["."]);
    assert_eq!(output.status.code(), Some(1), "{}", text_of(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["complete"], true);
    // The index: a million entries, one of them new.
    sandbox.sh("rm 500/500; git add -A; git commit -q --no-verify -m million");
    sandbox.sh(&format!("printf '%s\\n' {} > 500/500; git add 500/500", tokens::api_key("bomb")));
    assert_eq!(scan(&sandbox, &["--staged"]).status.code(), Some(1));
    assert_eq!(scan(&sandbox, &["--history"]).status.code(), Some(1));
}

fn many_new_and_deleted_files_are_compared_in_time() {
    let sandbox = with_key(
        "mkdir old new; for i in $(seq 1500); do seq $i $((i + 1500)) > old/$i; done; git add -A; git commit -q --no-verify -m x; \
         git rm -q -r old; for i in $(seq 1500); do seq $((i * 7)) $((i * 7 + 1500)) > new/$i; echo \"$KEY\" >> new/$i; done; \
         git add -A",
    );
    assert_eq!(scan(&sandbox, &["--staged"]).status.code(), Some(1));
}
