//! The random life of a repository: what may happen to it, and a run with and without a state after each step.

use testkit::Sandbox;

use super::{compare, value};

/// A sequence of numbers that depends on the seed only.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        // Constants: Knuth's MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// What happens to a repository, with the script; `TOKEN` is a value, `N` the number of the step. A script may fail.
const STEPS: &[(&str, &str)] = &[
    ("a value", "echo 'password = \"TOKEN\"' > dN.py; git add -A; git commit -qm N"),
    ("a value", "mkdir -p a/b; echo 'password = \"TOKEN\"' >> a/b/k.py; git add -A; git commit -qm N"),
    ("a value again", "mkdir -p c; echo 'password = \"TOKEN\"' > c/same.py; git add -A; git commit -qm N"),
    (
        "a value beside a user",
        "mkdir -p u; printf 'user = \"svc\"\npassword = \"TOKEN\"\n' > u/k.py; git add -A; git commit -qm N",
    ),
    (
        "a value beside nobody",
        "mkdir -p u; echo 'password = \"TOKEN\"' > u/k.py; git add -A; git commit -qm N",
    ),
    ("a line around a value", "echo line N >> a/b/k.py; git add -A; git commit -qm N"),
    ("a removal", "git rm -qr a; git commit -qm N"),
    ("a rename", "git mv c cN; git commit -qm N"),
    ("nothing of interest", "echo N > plain; git add -A; git commit -qm N"),
    (
        "many files",
        "for i in $(seq 70); do mkdir -p m/$((i % 7)); echo N.$i > m/$((i % 7))/$i; done; git add -A; git commit -qm N",
    ),
    ("a message", "git commit -q --allow-empty -m 'key TOKEN'"),
    (
        "a masked name",
        "echo 'password = \"TOKEN\"' > 'dump-password=hunter27.py'; git add -A; git commit -qm N",
    ),
    ("a name", "echo N > name-TOKEN.txt; git add -A; git commit -qm N"),
    (
        "a folder with a name",
        "mkdir -p d-TOKEN; echo 'password = \"TOKEN\"' > d-TOKEN/k; git add -A; git commit -qm N",
    ),
    (
        "a branch",
        "git checkout -q -b topicN; echo 'password = \"TOKEN\"' > tN; git add -A; git commit -qm N; git checkout -q main",
    ),
    (
        "a merge",
        "git merge -q -m N $(git for-each-ref --format='%(refname)' --sort=-creatordate refs/heads/topic* | head -1)",
    ),
    (
        "a deleted branch",
        "git branch -D $(git for-each-ref --format='%(refname:short)' refs/heads/topic* | head -1)",
    ),
    ("a rewritten commit", "git commit -q --amend -m N"),
    ("a forced push", "git reset -q --hard HEAD~2; echo N > forced; git add -A; git commit -qm N"),
    ("a tag", "git tag -a -m 'tag TOKEN' vN"),
    ("a tag of a blob", "git tag blobN $(echo 'password = \"TOKEN\"' | git hash-object -w --stdin)"),
    ("a deleted tag", "git tag -d $(git tag | head -1)"),
    ("an unreachable blob", "echo 'password = \"TOKEN\"' | git hash-object -w --stdin"),
    ("a stash", "echo 'password = \"TOKEN\"' >> plain; git stash -q"),
    ("a note", "git notes add -f -m 'TOKEN'"),
    ("something staged", "echo 'password = \"TOKEN\"' > staged; git add staged"),
    ("an unstaged file", "git reset -q; rm -f staged"),
    ("gc", "git gc -q"),
    ("repack", "git repack -q -a -d -f"),
    ("a further pack", "git repack -q"),
    ("prune", "git reflog expire --expire=now --all; git prune --expire=now"),
    ("gc and prune", "git reflog expire --expire=now --all; git gc -q --prune=now"),
    (
        "unpack",
        "mv .git/objects/pack/*.pack ../p; rm -f .git/objects/pack/*; git unpack-objects -q < ../p; rm ../p",
    ),
    ("packed refs", "git pack-refs --all"),
    ("a replacement", "git replace -f HEAD HEAD~1"),
    ("no replacement", "git replace -d $(git replace -l | head -1)"),
    ("a worktree", "git worktree add -q -f ../wN; (cd ../wN; echo 'password = \"TOKEN\"' > wt; git add wt)"),
    ("a submodule", "git -c protocol.file.allow=always submodule --quiet add -f ../sub sN; git commit -qm N"),
    ("a commit in a submodule", "cd s*; echo 'password = \"TOKEN\"' > inside; git add -A; git commit -qm N"),
    ("a nested archive", "echo 'password = \"TOKEN\"' | gzip > archiveN.gz; git add -A; git commit -qm N"),
    (
        "a damaged archive",
        "printf '\\037\\213\\010\\000xxxxxxxxxxxx' > brokenN.gz; git add -A; git commit -qm N",
    ),
    (
        "a missing blob",
        "git update-index --add --cacheinfo 100644,$(printf '%040x' N),goneN; git commit -qm N; git reset -q",
    ),
    ("an allowed path", "printf '[[allow]]\\npath = [\"a/**\"]\\nreason = \"N\"\\n' > skant.toml"),
    (
        "an allowed path until a day",
        "printf '[[allow]]\\npath = [\"c*/**\"]\\nreason = \"N\"\\nuntil = 2099-01-01\\n' > skant.toml",
    ),
    ("no settings", "rm -f skant.toml"),
    ("a disabled rule", "echo 'disable = [\"generic-password\"]' > skant.toml"),
    ("findings of any confidence", "echo 'min-confidence = \"low\"' > skant.toml"),
    ("another setting", "echo 'fail-on-context = \"all\"' > skant.toml"),
    (
        "a rule",
        "printf '[[rule]]\\nid = \"acme-N\"\\nanchors = [\"acme_\"]\\ntoken = \"acme_[a-z0-9]{32}\"\\nalphabet = \"lower-alphanumeric\"\\n' > skant.toml",
    ),
    (
        "an inline comment",
        "echo 'password = \"TOKEN\" # skant:allow generic-password -- N' > inline.py; git add -A; git commit -qm N",
    ),
    ("a damaged state", "printf x | dd of=../state bs=1 seek=$((N * 37 % 300)) conv=notrunc 2> /dev/null"),
    ("a cut state", "head -c $((N * 53 % 900)) ../state > ../cut; mv ../cut ../state"),
    ("no state", "rm -f ../state ../state.set-aside"),
    ("nothing", ":"),
    ("nothing", ":"),
];

/// Lives through some random steps. Returns the number of runs that an earlier one spared something.
pub fn live(seed: u64, steps: usize) -> usize {
    let mut numbers = Numbers(seed);
    let sandbox = Sandbox::with_commit();
    sandbox.sh("git init -q ../sub; cd ../sub; echo x > x; git add -A; git commit -qm sub");
    let (mut spared, mut lived) = (0, Vec::new());
    for step in 0..steps {
        for _ in 0..=numbers.below(3) {
            let (name, script) = STEPS[numbers.below(STEPS.len())];
            let script = script.replace("TOKEN", &value(numbers.below(8))).replace('N', &format!("{step}"));
            let _ = sandbox.try_sh(&script);
            lived.push(name);
        }
        let notes = compare(&sandbox, &[], &format!("seed {seed}, step {step}, {lived:?}"));
        spared += usize::from(notes.iter().any(|note| note.contains("read by")));
    }
    spared
}
