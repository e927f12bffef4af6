//! Seeds for the fuzz targets, made by git: packs of all kinds, indexes, objects, the input of hooks.

use std::fs;
use std::path::{Path, PathBuf};

use skant::internal::git::ObjectFormat;
use skant::internal::git::pack::{Base, EntryBuffers, Pack, PackIndex};

use testkit::{Sandbox, tokens};

/// A target and an input for it.
pub(crate) type Seed = (&'static str, Vec<u8>);

/// Returns inputs for every target.
pub(crate) fn seeds() -> Vec<Seed> {
    let mut seeds = texts();
    for (flags, format) in [(0, "sha1"), (1, "sha256")] {
        let sandbox = Sandbox::empty();
        sandbox.git(&["init", "-q", "-b", "main", &format!("--object-format={format}")]);
        history(&sandbox);
        loose(&sandbox, flags, &mut seeds);
        archives(&sandbox, &mut seeds);
        containers(&sandbox, &mut seeds);
        mails(&sandbox, &mut seeds);
        indexes(&sandbox, flags, &mut seeds);
        for repack in [
            "git repack -q -a -d -f --depth=50 --window=50",
            "git -c repack.useDeltaBaseOffset=false repack -q -a -d -f",
        ] {
            sandbox.sh(repack);
            packs(&sandbox, flags, &mut seeds);
        }
    }
    hooks(&mut seeds);
    seeds
}

fn files_in(folder: &Path, extension: Option<&str>) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = entries
        .filter(|path| path.is_file())
        .filter(|path| extension.is_none() || path.extension().and_then(|name| name.to_str()) == extension)
        .collect();
    files.sort();
    files
}

/// Puts the length before some bytes, as the targets read them.
fn part(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).expect("a small part").to_le_bytes()[..], bytes].concat()
}

/// Commits a few versions of a file in folders, a link, a merge and a tag.
fn history(sandbox: &Sandbox) {
    for round in 0..4 {
        let line = |line: usize| {
            let changed = if line % 5 == round { format!(" in round {round}") } else { String::new() };
            format!("line {line} {}{changed}\n", tokens::random(tokens::ALPHANUMERIC, 12, &line.to_string()))
        };
        sandbox.write("folder/file.txt", (round..12 + round).map(line).collect::<String>());
        sandbox.write(&format!("folder/deep/{round}"), "x".repeat(40 * round));
        sandbox.commit_all(&format!("round {round}"));
    }
    sandbox.sh("git checkout -q -b other HEAD~2; ln -s folder/file.txt link");
    sandbox.commit_all("a link");
    sandbox.git(&["merge", "-q", "--no-edit", "main"]);
    sandbox.git(&["tag", "-a", "-m", "a tag", "v1"]);
}

fn loose(sandbox: &Sandbox, flags: u8, seeds: &mut Vec<Seed>) {
    let names =
        sandbox.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"]);
    for line in names.lines() {
        let (name, kind) = line.split_once(' ').expect("two words");
        let file = sandbox.dir.join(".git/objects").join(&name[..2]).join(&name[2..]);
        seeds.push(("loose", [&[0], &fs::read(file).expect("a loose object")[..]].concat()));
        if kind != "blob" {
            let object = sandbox.command("git").args(["cat-file", kind, name]).output().expect("git runs");
            seeds.push(("tree", [&[flags], &object.stdout[..]].concat()));
        }
    }
}

/// Adds archives of `git archive`, and members for the target's own archives.
fn archives(sandbox: &Sandbox, seeds: &mut Vec<Seed>) {
    for arguments in [&["--format=zip"][..], &["--format=zip", "-0"], &["--format=tar"], &["--format=tar.gz"]]
    {
        let archive = sandbox.command("git").arg("archive").args(arguments).arg("HEAD").output();
        seeds.push(("archive", [&[0], &archive.expect("git runs").stdout[..]].concat()));
    }
    let content = part(b"what a member holds, in some words\n");
    for mode in 1..5 {
        for how in [0, 1, 4, 0x18, 0x60, 0x4b] {
            let member = [&[how][..], &content].concat();
            seeds.push(("archive", [&[mode, 2][..], &member, &member, &member].concat()));
        }
    }
    for mode in 0..9 {
        seeds.push(("compressed", [&[mode][..], &content, &part(b"skipped"), &content].concat()));
    }
}

/// Adds packs and a bundle as files, for the target of containers.
fn containers(sandbox: &Sandbox, seeds: &mut Vec<Seed>) {
    for arguments in
        [&["pack-objects", "-q", "--stdout", "--all"][..], &["bundle", "create", "-q", "-", "--all"]]
    {
        let made = sandbox.command("git").args(arguments).stdin(std::process::Stdio::null()).output();
        seeds.push(("container", [&[1], &made.expect("git runs").stdout[..]].concat()));
    }
}

/// Adds e-mails with parts in each encoding. Git writes e-mails of commits.
fn mails(sandbox: &Sandbox, seeds: &mut Vec<Seed>) {
    let made = sandbox.command("git").args(["format-patch", "--attach", "--stdout", "-1"]).output();
    seeds.push(("mail", [&[1], &made.expect("git runs").stdout[..]].concat()));
    let content = part(b"what a part holds, in some words\n");
    for mode in [2, 6] {
        let parts: Vec<u8> =
            [60, 61, 62, 124].iter().flat_map(|how| [&[*how][..], &content].concat()).collect();
        seeds.push(("mail", [&[mode, 3][..], &parts].concat()));
    }
}

fn indexes(sandbox: &Sandbox, flags: u8, seeds: &mut Vec<Seed>) {
    let git = sandbox.dir.join(".git");
    let mut take = |script: &str| {
        sandbox.sh(script);
        let shared = files_in(&git, None);
        let shared = shared.iter().find(|path| path.to_string_lossy().contains("sharedindex."));
        let shared = shared.map(|path| fs::read(path).expect("read")).unwrap_or_default();
        let index = fs::read(git.join("index")).expect("an index");
        seeds.push(("git_index", [&[flags], &part(&shared)[..], &index].concat()));
    };
    take("git read-tree HEAD");
    take("echo x > new; git add -N new; git update-index --skip-worktree folder/file.txt");
    take("git update-index --index-version 4");
    take("git update-index --index-version 2; git update-index --force-untracked-cache");
    take(
        "for stage in 1 2 3; do
            printf '100644 %s %s\\tboth\\n' $(git rev-parse HEAD:folder/file.txt) $stage
        done | git update-index --index-info",
    );
    take("git read-tree HEAD; git config splitIndex.maxPercentChange 100; git update-index --split-index");
    take("git rm -q --cached folder/deep/0; git update-index --chmod=+x folder/file.txt; git add new");
    take("git update-index --no-split-index; rm -f .git/sharedindex.*; git read-tree HEAD");
    take("git sparse-checkout set --cone --sparse-index folder/deep");
    sandbox.sh("git sparse-checkout disable; rm -f new; git reset -q --hard");
}

fn packs(sandbox: &Sandbox, flags: u8, seeds: &mut Vec<Seed>) {
    let format = if flags == 0 { ObjectFormat::Sha1 } else { ObjectFormat::Sha256 };
    let index = files_in(&sandbox.dir.join(".git/objects/pack"), Some("idx")).remove(0);
    let data = fs::read(index.with_extension("pack")).expect("a pack");
    for version in ["1", "2", "2,0x40"] {
        // With this option even small offsets are in the table for large ones: no pack exceeds four gigabytes.
        let file = sandbox.sibling("other.idx");
        sandbox.sh(&format!(
            "git index-pack --index-version={version} -o {} {}",
            file.display(),
            index.with_extension("pack").display()
        ));
        let bytes = fs::read(&file).expect("an index");
        seeds.push(("pack_index", [&[flags], &bytes[..]].concat()));
        seeds.push(("pack", [&[flags], &part(&bytes)[..], &data].concat()));
        fs::remove_file(file).expect("removed");
    }
    entries(sandbox, &index, &data, format, seeds);
}

/// Adds the entry headers and deltas of a pack.
fn entries(sandbox: &Sandbox, index: &Path, data: &[u8], format: ObjectFormat, seeds: &mut Vec<Seed>) {
    let flags = u8::from(format == ObjectFormat::Sha256);
    let listed = sandbox.git(&["verify-pack", "-v", &index.to_string_lossy()]);
    for line in listed.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let (5.., Some(offset)) = (words.len(), words.get(4).and_then(|word| word.parse::<usize>().ok())) {
            let end = data.len().min(offset + 40);
            seeds.push(("entry_header", [&[flags], &data[offset..end]].concat()));
        }
    }
    let index = PackIndex::parse(fs::read(index).expect("read"), format).expect("an index");
    let pack = Pack::new(index, data.to_vec(), format).expect("a pack");
    let mut buffers = EntryBuffers::new();
    for slot in 0..pack.len() {
        let header = pack.header(slot, &mut buffers).expect("a header");
        let Base::Slot(base) = header.base else { continue };
        let (base, mut delta) = (pack.oid(base).expect("a name").to_string(), Vec::new());
        pack.inflate(slot, (header.size, header.start), &mut buffers, &mut delta).expect("inflated");
        let base =
            sandbox.command("sh").args(["-c", "git cat-file $(git cat-file -t $0) $0", &base]).output();
        seeds.push(("delta", [&[0], &part(&base.expect("sh runs").stdout)[..], &delta].concat()));
    }
}

/// Adds the input of pre-push and pre-receive, and a commit message with a diff.
fn hooks(seeds: &mut Vec<Seed>) {
    let sandbox = Sandbox::with_commit();
    let note = |name: &str| format!("#!/bin/sh\ncat > '{}'\n", sandbox.sibling(name).display());
    sandbox.write(".git/hooks/pre-push", note("pushed"));
    sandbox.sh("git init -q --bare ../remote.git; git remote add origin ../remote.git");
    fs::write(sandbox.sibling("remote.git").join("hooks/pre-receive"), note("received")).expect("written");
    sandbox.sh("chmod +x .git/hooks/pre-push ../remote.git/hooks/pre-receive");
    for push in ["main main:other", "HEAD~0:refs/tags/x", ":other"] {
        sandbox.sh(&format!("git push -q origin {push}"));
        for file in ["pushed", "received"] {
            let listed = fs::read(sandbox.sibling(file)).expect("the hook was called");
            seeds.push(("hook_input", [&[0], &listed[..]].concat()));
        }
    }
    sandbox.write("README.md", "hello\nagain\n");
    sandbox.sh("GIT_EDITOR='sh -c \"cp \\$0 ../message; echo x > \\$0\"' git commit -q -a -v");
    let message = fs::read(sandbox.sibling("message")).expect("the editor was called");
    seeds.push(("hook_input", [&[1], &message[..]].concat()));
}

/// Contexts of keys. 0xfe and a number are replaced by a token, or by an example of a rule.
const AROUND: [&[u8]; 15] = [
    b"ANTHROPIC_API_KEY=\xfe\0\n",
    b"{\"api_key\": \"\xfe\x01\", \"other\": 1}",
    b"client = Anthropic(api_key='\xfe\x02', timeout=30)  # production\n",
    b"curl -H \"x-api-key: \xfe\x03\" https://example.org",
    b"\x1b[31m\xfe\x04\x1b[0m",
    b"one\\n\xfe\x05\\ntwo",
    b"\xfe\x06\xfe\x07\xfe\x08",
    b"export TOKEN=\xfe\x09; echo ${TOKEN}\r\n",
    b"Bearer \xfe\x0a.\n\n\xfe\x0b",
    b"# skant:allow anthropic-api-key/3f9c1a until=2027-01-31 -- rotated\nkey = \xfe\0\n",
    b"key = \xfe\0 // skant:allow /3f9c1a",
    b"password = \"correct horse battery\"\nsecret_key: ${SECRET}\nDB_PASSWORD=changeme",
    b"k\0e\0y\0=\0\xfe\0\0",
    b"\xfe\x40 \xfe\x50\n\xfe\x60 \xfe\x70\n",
    b"sk-ant-api03-... sk-ant- sk-ant-api03-YOUR_KEY_HERE token: <your token>",
];

/// Returns texts, versions of them, settings, and contents of tokens.
fn texts() -> Vec<Seed> {
    let configurations = [
        "exclude = [\"vendor/**\", \"*.min.js\"]\ndisable = [\"generic-secret\"]\nfingerprint-key = \"k\"\n",
        "[[allow]]\nfingerprint = \"3f9c1a\"\nreason = \"old, see runbook\"\nuntil = 2027-01-31\n",
        "[[accept]]\nkind = \"corrupt-object\"\npath = \"testdata/**\"\n[[accept]]\nkind = \"budget\"\n",
        "exclude = [\"{a,b}/[!c-d]?\\\\*\", '/x', \"./docs/\"]\n",
        "machine example.com login someone\n",
        "allow = \"nothing\"",
        "extends = [\"a/b.toml\"]\nmin-confidence = \"low\"\nfail-on = \"never\"\ngitleaks = true\n",
        "[[allow]]\nrule = \"generic-secret\"\npath = [\"docs/**\"]\ncommit = \"0123456\"\nreason = \"r\"\n",
        "[[rule]]\nid = \"acme-token\"\nanchors = [\"acme_\"]\ntoken = 'acme_[a-z]{9}'\nalphabet = \"lower\"\n",
    ];
    let records = [
        (
            0,
            "# known\n3f9c1ad200112233 acme-token a/b.env until=2027-01-31 -- old\na1b2c3d4e5 generic-secret b - x\n",
        ),
        (0, "<<<<<<< HEAD\n3f9c1ad200112233 - -\n"),
        (1, "# x\n0123456789012345678901234567890123456789:a/b.py:rule:7\nb.env:rule:3\n"),
        (2, "[allowlist]\npaths = ['''\\.env$''']\ncommits = [\"0123456\"]\nstopwords = [\"x\"]\n"),
        (
            2,
            "[[rules]]\nid = \"acme\"\nregex = '''(acme_[a-z]{9})'''\n[[rules.allowlists]]\npaths = [\"a\"]\n",
        ),
    ];
    let records = records.iter().map(|(kind, text)| ("record", [&[*kind], text.as_bytes()].concat()));
    let around = AROUND.iter().map(|text| ("detector", text.to_vec()));
    let configurations = configurations
        .iter()
        .flat_map(|text| [0, 1].map(|origin| ("config", [&[origin], text.as_bytes()].concat())));
    // A version and the next one: a copy of most of it, a new line, the rest.
    let next = |text: &&[u8]| {
        let copied = [1, 3, 0, 0, 10, 0, 100];
        ("trace", [&part(text)[..], &copied, b"one more \xfe\x02\n", &[3, 4, 0, 255, 0]].concat())
    };
    let versions: Vec<_> = AROUND.iter().map(next).collect();
    let decoded = ["eyJ9.eyJ9.c2ln", "sntrys_e30_x", "glpat-x.01.0a0a", "bedrock-api-key-YmVk", "AKIA'''Q"];
    let decoded = decoded.iter().flat_map(|text| {
        [0, 1, 2, 3, 4, 5, 6, 7].map(|mode| ("decode", [&[mode], text.as_bytes()].concat()))
    });
    let claims = [&[1][..], &part(b"{\"alg\":1}"), &part(b"{\"exp\":1,\"iss\":\"a\"}"), b"x"].concat();
    let said = format!("a sentence {}", "in many words ".repeat(2)).into_bytes();
    let encoded = (0..8).map(|how| {
        let text = [&[how][..], &said[..24], &[how | 0xe0], b"\\\n \"+ \"", &said[4..28]].concat();
        ("decode", [&[7], &text[..]].concat())
    });
    around
        .chain(configurations)
        .chain(records)
        .chain(versions)
        .chain(decoded)
        .chain(encoded)
        .chain([("decode", claims)])
        .collect()
}
