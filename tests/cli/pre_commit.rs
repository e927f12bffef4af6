//! The pre-commit framework with skant's hooks that use a skant on the PATH. The tests skip without `pre-commit`.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Output;

use testkit::trials::{Ran, Skip, Trial};
use testkit::{Sandbox, needs, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        commit_and_message_with_key_are_blocked,
        merge_is_compared_with_all_its_parents,
        all_files_and_ranges_are_read,
        file_with_an_option_like_name_or_a_line_break_is_read,
        file_whose_name_is_not_utf8_blocks,
        push_with_key_is_blocked,
    ]
}

/// A repository with the framework installed, and the hooks of this checkout's manifest.
struct Project {
    sandbox: Sandbox,
    key: String,
}

impl Project {
    fn new(seed: &str) -> Result<Self, Skip> {
        needs::success("pre-commit", &["--version"])?;
        let project = Self { sandbox: Sandbox::repo(), key: tokens::api_key(seed) };
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
        let manifest = std::fs::read_to_string(manifest).expect("the manifest");
        // The framework takes hooks from a commit, so the manifest is committed to a repository of its own.
        let hooks = project.sandbox.sibling("hooks");
        std::fs::create_dir(&hooks).expect("a folder");
        std::fs::write(hooks.join(".pre-commit-hooks.yaml"), manifest).expect("written");
        let script = "git init -q . && git add . && git commit -qm hooks && git rev-parse HEAD";
        let made = project.sandbox.command_in(&hooks, "sh").args(["-ec", script]).output().expect("sh runs");
        let commit = String::from_utf8_lossy(&made.stdout).trim().to_owned();
        let config = format!(
            "default_install_hook_types: [pre-commit, pre-merge-commit, commit-msg, pre-push]\n\
            repos:\n- repo: {}\n  rev: {commit}\n  hooks:\n  - id: skant-system\n  - id: skant-commit-msg-system\n  \
            - id: skant-push-system\n",
            hooks.display()
        );
        project.sandbox.write(".pre-commit-config.yaml", config);
        project.sandbox.write("README.md", "hello\n");
        project.passes("pre-commit install && git add -A && git commit -qm first");
        Ok(project)
    }

    /// Runs a script with a key in `$KEY`.
    fn run(&self, script: &str) -> Output {
        let store = self.sandbox.sibling("store");
        let store = store.to_str().expect("UTF-8");
        self.sandbox.try_sh(&format!("export PRE_COMMIT_HOME='{store}'\nKEY='{}'\n{script}", self.key))
    }

    fn passes(&self, script: &str) -> String {
        let output = self.run(script);
        assert!(output.status.success(), "{script}\n{}", text_of(&output));
        text_of(&output)
    }

    /// Checks that the last command of a script fails because of the key, and does not print it.
    fn blocked(&self, script: &str, said: &str) {
        let output = self.run(script);
        let text = text_of(&output);
        assert!(!output.status.success(), "{script} was not blocked\n{text}");
        assert!(text.contains("error[anthropic-api-key]") && text.contains(said), "{script}\n{text}");
        assert!(!text.contains(&self.key), "{script} prints the key");
    }
}

fn commit_and_message_with_key_are_blocked() -> Ran {
    let project = Project::new("framework/commits")?;
    project.blocked("echo K=$KEY > b.txt; git add b.txt; git commit -qm second", "this commit was blocked");
    project.passes(
        "git reset -q; rm b.txt; echo new > a.txt; git add a.txt; echo K=$KEY >> a.txt; git commit -qm a",
    );
    project.blocked(
        "git checkout -q a.txt; git commit -q --allow-empty -m \"see $KEY\"",
        "message of this commit",
    );
    project.passes("git commit -q --allow-empty -m 'nothing to see'");
    Ok(())
}

fn merge_is_compared_with_all_its_parents() -> Ran {
    let project = Project::new("framework/merges")?;
    // A key that the other side committed is not new in the merge.
    project.passes(
        "git checkout -qb side; echo K=$KEY > side.txt; git add .; git commit -qnm side\n\
        git checkout -q main; echo x > x.txt; git add .; git commit -qm x; git merge -q -m merge side",
    );
    project.blocked(
        "git checkout -qb other HEAD~1; echo o > o.txt; git add .; git commit -qm other; git checkout -q main\n\
        git merge -q --no-commit other; echo K=$KEY > new.txt; git add new.txt; git commit -qm merge",
        "this commit was blocked",
    );
    Ok(())
}

fn all_files_and_ranges_are_read() -> Ran {
    let project = Project::new("framework/files")?;
    project.passes("pre-commit run --all-files");
    project.passes(
        "echo K=$KEY > c.txt; git add .; git commit -qnm c; echo d > d.txt; git add .; git commit -qnm d",
    );
    project.blocked("pre-commit run --all-files", "this run was blocked");
    project.blocked("pre-commit run --from-ref HEAD~2 --to-ref HEAD", "this range was blocked");
    project.passes("pre-commit run --from-ref HEAD~1 --to-ref HEAD");
    // A key that is added and removed within the range.
    project.passes("git rm -q c.txt; git commit -qm out; pre-commit run --all-files");
    project.blocked("pre-commit run --from-ref HEAD~3 --to-ref HEAD", "this range was blocked");
    Ok(())
}

fn file_with_an_option_like_name_or_a_line_break_is_read() -> Ran {
    let project = Project::new("framework/names")?;
    for name in ["-n.txt", "--all", "a\nb \"c\" $d.txt", " ", "folder/-"] {
        project.sandbox.write(name, format!("K={}\n", project.key));
        project.blocked("git add -A; git commit -qm name", "this commit was blocked");
        project.passes("git commit -qnm name");
        project.blocked("pre-commit run --all-files", "1 secret found");
        project.passes("git reset -q --hard HEAD~1");
    }
    Ok(())
}

fn file_whose_name_is_not_utf8_blocks() -> Ran {
    let project = Project::new("framework/bytes")?;
    let name = std::ffi::OsStr::from_bytes(b"a\xff.txt");
    if std::fs::write(project.sandbox.dir.join(name), format!("K={}\n", project.key)).is_err() {
        return Err(Skip("needs a file system that takes names which are not UTF-8".to_owned()));
    }
    assert!(!project.run("git add -A; git commit -qm bytes").status.success());
    project.passes("git commit -qnm bytes");
    assert!(!project.run("pre-commit run --all-files").status.success());
    Ok(())
}

fn push_with_key_is_blocked() -> Ran {
    let project = Project::new("framework/pushes")?;
    project.passes(
        "git init -q --bare ../remote.git; git remote add origin ../remote.git; git push -q origin main",
    );
    let two = "echo K=$KEY > k.txt; git add .; git commit -qnm k; git rm -q k.txt; git commit -qnm out";
    project.blocked(&format!("{two}; git push -q origin main"), "this push was blocked");
    // A new branch, and one without a common commit: the framework names no range.
    project.blocked("git push -q origin main:new", "this push was blocked");
    project.passes("git reset -q --hard HEAD~2; git push -q origin main:third");
    project.blocked(
        "git checkout -q --orphan root; echo K=$KEY > r.txt; git add .; git commit -qnm root; git push -q origin root",
        "this push was blocked",
    );
    Ok(())
}
