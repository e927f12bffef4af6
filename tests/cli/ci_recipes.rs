//! The shell parts of the GitHub action and of the GitLab component, run against a folder of releases.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use testkit::trials::{Ran, Skip, Trial};
use testkit::{Sandbox, needs, skant_program, text_of, tokens};

use super::ci::push;

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        action_uploads_the_whole_tree_of_a_branch,
        action_uploads_the_commits_of_a_pull_request,
        action_ends_with_2_and_uploads_nothing_if_it_cannot_check,
        component_fails_with_a_key_and_passes_without,
        component_ends_with_2_if_it_cannot_check,
    ]
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A repository, and a folder of releases that leads to the program under test.
struct Job {
    sandbox: Sandbox,
    releases: PathBuf,
}

impl Job {
    fn new() -> Result<Self, Skip> {
        for program in ["bash", "curl", "tar", "awk", "sha256sum"] {
            needs::program(program)?;
        }
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            return Err(Skip("needs Linux on x86-64, for which the folder of releases is made".to_owned()));
        }
        let sandbox = Sandbox::with_commit();
        let releases = sandbox.sibling("releases");
        let folder = releases.join(format!("v{VERSION}"));
        std::fs::create_dir_all(folder.join("made")).expect("folders");
        // The archive holds a script that starts the program: a program with debug information takes seconds to pack.
        let script = format!("#!/bin/sh\nexec '{}' \"$@\"\n", skant_program().display());
        std::fs::write(folder.join("made/skant"), script).expect("written");
        let name = format!("skant-x86_64-unknown-linux-gnu-v{VERSION}.tgz");
        let script = format!(
            "chmod +x made/skant && tar -czf {name} -C made skant && rm -r made && sha256sum {name} > SHA256SUMS"
        );
        let made = sandbox.command_in(&folder, "bash").args(["-ec", &script]).output().expect("bash runs");
        assert!(made.status.success(), "{}", text_of(&made));
        Ok(Self { sandbox, releases })
    }

    fn commit(&self, file: &str, content: &str) -> String {
        self.sandbox.write(file, content);
        self.sandbox.commit_all(file)
    }

    /// Runs a script of bash with the variables of the job.
    fn bash(&self, script: &str, variables: &[(&str, &str)]) -> Output {
        let mut command = self.sandbox.command("bash");
        command
            .args(["-c", script])
            .env("SKANT_VERSION", VERSION)
            .env("SKANT_SHA256", "")
            .env("SKANT_RELEASES", format!("file://{}", self.releases.display()))
            .envs(variables.iter().copied());
        command.output().expect("bash runs")
    }

    /// Runs the action for an event.
    fn action(&self, name: &str, reference: &str, event: &Value, more: &[(&str, &str)]) -> Outputs {
        let (temp, file) = (self.sandbox.sibling("temp"), self.sandbox.sibling("outputs"));
        std::fs::create_dir_all(&temp).expect("a folder");
        std::fs::write(&file, "").expect("written");
        let path = self.sandbox.sibling("event.json");
        std::fs::write(&path, event.to_string()).expect("written");
        let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let (temp, output, event) = (text(&temp), text(&file), text(&path));
        let variables = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", name),
            ("GITHUB_EVENT_PATH", event.as_str()),
            ("GITHUB_REF", reference),
            ("GITHUB_OUTPUT", output.as_str()),
            ("RUNNER_TEMP", temp.as_str()),
        ];
        let script = format!("'{}'", root().join("packaging/action/run").display());
        let run = self.bash(&script, &[&variables, more].concat());
        let lines = std::fs::read_to_string(&file).expect("outputs");
        Outputs { run, lines }
    }
}

/// What a run of the action leaves for the following steps.
struct Outputs {
    run: Output,
    lines: String,
}

impl Outputs {
    /// Returns an output; the last line of a name counts.
    fn get(&self, name: &str) -> &str {
        let value = self.lines.lines().rev().find_map(|line| line.strip_prefix(&format!("{name}=")));
        value.unwrap_or_else(|| panic!("no output {name}: {}\n{}", self.lines, text_of(&self.run)))
    }

    /// Returns the files of the results that code scanning gets.
    fn uploaded(&self) -> Vec<String> {
        assert_eq!(self.get("upload"), "true", "{}\n{}", self.lines, text_of(&self.run));
        let log: Value =
            serde_json::from_slice(&std::fs::read(self.get("sarif")).expect("a log")).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("results");
        let uri = |result: &Value| {
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().map(str::to_owned)
        };
        results.iter().map(|result| uri(result).expect("a path")).collect()
    }
}

fn action_uploads_the_whole_tree_of_a_branch() -> Ran {
    let job = Job::new()?;
    let first = job.sandbox.git(&["rev-parse", "HEAD"]);
    let leak = job.commit("app.py", &format!("key = '{}'\n", tokens::api_key("app")));
    let clean = job.commit("notes.md", "notes\n");
    let removed = job.commit("app.py", "key = ''\n");
    // The key of the first push is still in the branch after the second: its alert must not be closed.
    for (before, after, code, files) in [
        (&first, &leak, "1", vec!["app.py"]),
        (&leak, &clean, "0", vec!["app.py"]),
        (&clean, &removed, "0", vec![]),
    ] {
        job.sandbox.git(&["checkout", "-q", "--detach", after]);
        let done = job.action("push", "refs/heads/main", &push("main", before, after), &[]);
        assert_eq!((done.get("exit-code"), done.get("category")), (code, "skant/tree"));
        assert_eq!(done.uploaded(), files);
    }
    let tag = job.action("push", "refs/tags/v1", &push("main", &leak, &clean), &[]);
    assert_eq!(tag.get("upload"), "false");
    let private =
        job.action("push", "refs/heads/main", &push("main", &leak, &clean), &[("SKANT_UPLOAD", "false")]);
    assert_eq!((private.get("upload"), private.get("exit-code")), ("false", "0"));
    Ok(())
}

fn action_uploads_the_commits_of_a_pull_request() -> Ran {
    let job = Job::new()?;
    let base = job.commit("old.py", &format!("key = '{}'\n", tokens::api_key("old")));
    let head = job.commit("new.py", &format!("key = '{}'\n", tokens::api_key("new")));
    let repo = json!({"full_name": "example/project"});
    let event = json!({"pull_request": {"number": 1, "head": {"sha": head, "repo": repo},
                                        "base": {"sha": base, "ref": "main", "repo": repo}}});
    let done = job.action("pull_request", "refs/pull/1/merge", &event, &[]);
    assert_eq!((done.get("exit-code"), done.get("category")), ("1", "skant/commits"));
    assert_eq!(done.uploaded(), ["new.py"]);
    assert!(text_of(&done.run).contains("::error"), "annotations: {}", text_of(&done.run));
    let fork = job.action("pull_request", "refs/pull/1/merge", &event, &[("SKANT_FORK", "true")]);
    assert_eq!((fork.get("exit-code"), fork.get("upload")), ("1", "false"));
    let lenient = [("SKANT_ARGUMENTS", "--fail-on never")];
    assert_eq!(job.action("pull_request", "refs/pull/1/merge", &event, &lenient).get("exit-code"), "0");
    Ok(())
}

fn action_ends_with_2_and_uploads_nothing_if_it_cannot_check() -> Ran {
    let job = Job::new()?;
    let first = job.sandbox.git(&["rev-parse", "HEAD"]);
    let damaged = job.commit("gone.txt", "gone\n");
    let blob = job.sandbox.git(&["rev-parse", "HEAD:gone.txt"]);
    std::fs::remove_file(job.sandbox.dir.join(format!(".git/objects/{}/{}", &blob[..2], &blob[2..])))
        .expect("removed");
    let incomplete = job.action("push", "refs/heads/main", &push("main", &first, &damaged), &[]);
    assert_eq!((incomplete.get("exit-code"), incomplete.get("upload")), ("2", "false"));
    let event = push("main", &first, &first);
    for wrong in [("SKANT_SHA256", "0123"), ("SKANT_VERSION", "9.9.9"), ("SKANT_RELEASES", "file:///absent")]
    {
        let done = job.action("push", "refs/heads/main", &event, &[wrong]);
        assert_eq!((done.run.status.code(), done.get("exit-code")), (Some(2), "2"), "{wrong:?}");
        assert!(!done.lines.contains("upload=true"), "{wrong:?}: {}", done.lines);
        assert!(text_of(&done.run).contains("skant: error: "), "{wrong:?}: {}", text_of(&done.run));
    }
    Ok(())
}

/// Returns the script of the GitLab component, with its inputs.
fn component(arguments: &str) -> String {
    let text = std::fs::read_to_string(root().join("templates/skant.yml")).expect("the component");
    let (_, script) = text.split_once("    - |\n").expect("a script");
    let lines = script.lines().take_while(|line| line.starts_with("      "));
    let lines: Vec<&str> = lines.map(|line| &line[6..]).collect();
    lines.join("\n").replace("$[[ inputs.arguments ]]", arguments)
}

fn merge_request(base: &str, head: &str) -> [(&'static str, String); 5] {
    [
        ("GITLAB_CI", "true".to_owned()),
        ("CI_PIPELINE_SOURCE", "merge_request_event".to_owned()),
        ("CI_COMMIT_SHA", head.to_owned()),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.to_owned()),
        ("CI_DEFAULT_BRANCH", "main".to_owned()),
    ]
}

fn component_fails_with_a_key_and_passes_without() -> Ran {
    let job = Job::new()?;
    let first = job.sandbox.git(&["rev-parse", "HEAD"]);
    let clean = job.commit("notes.md", "notes\n");
    let leak = job.commit("app.py", &format!("key = '{}'\n", tokens::api_key("component")));
    for (base, head, code) in [(&first, &clean, 0), (&clean, &leak, 1)] {
        job.sandbox.git(&["checkout", "-q", "--detach", head]);
        let variables = merge_request(base, head);
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let done = job.bash(&component(""), &variables);
        assert_eq!(done.status.code(), Some(code), "{}", text_of(&done));
        assert!(job.sandbox.dir.join("gl-secret-detection-report.json").is_file());
        assert!(job.sandbox.dir.join("skant.xml").is_file());
    }
    Ok(())
}

fn component_ends_with_2_if_it_cannot_check() -> Ran {
    let job = Job::new()?;
    for wrong in [("SKANT_SHA256", "0123"), ("SKANT_VERSION", "9.9.9")] {
        let done = job.bash(&component(""), &[wrong]);
        assert_eq!(done.status.code(), Some(2), "{wrong:?}: {}", text_of(&done));
    }
    Ok(())
}
