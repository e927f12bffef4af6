//! A repository in which commits with and without a key are tried.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use testkit::{Sandbox, text_of, tokens};

use super::tools::Tools;

/// A repository, and the programs on the `PATH`.
pub struct Project<'t> {
    pub sandbox: Sandbox,
    tools: &'t Tools,
    key: String,
}

impl<'t> Project<'t> {
    pub fn new(tools: &'t Tools) -> Self {
        let sandbox = Sandbox::with_commit();
        Self { sandbox, tools, key: tokens::api_key("hook managers") }
    }

    /// Runs a script in the working folder; a key is in `$KEY`.
    pub fn run(&self, script: &str) -> Output {
        self.run_in(&self.sandbox.dir, script)
    }

    pub fn run_in(&self, folder: &Path, script: &str) -> Output {
        self.sandbox
            .command_in(folder, "sh")
            .env("PATH", self.tools.path())
            .env("PRE_COMMIT_HOME", self.sandbox.sibling("store"))
            .env("PREK_HOME", self.sandbox.sibling("prek"))
            .env("KEY", &self.key)
            .args(["-ec", script])
            .output()
            .expect("sh runs")
    }

    /// Runs a script that has to end with this code, and returns what it prints.
    pub fn ends(&self, code: i32, script: &str) -> String {
        let output = self.run(script);
        let text = text_of(&output);
        assert_eq!(output.status.code(), Some(code), "{script}\n{text}");
        assert!(!text.contains(&self.key), "{script} prints the key");
        text
    }

    /// Whether git refuses a commit with a key, because of the key.
    pub fn blocks(&self) -> bool {
        let output = self.run("echo \"k = $KEY\" > key.txt; git add key.txt; git commit -qm key");
        let text = text_of(&output);
        if output.status.success() {
            self.ends(0, "git reset -q --hard HEAD~1");
            return false;
        }
        self.ends(0, "git rm -qf --cached key.txt; rm key.txt");
        text.contains("error[anthropic-api-key]") && !text.contains(&self.key)
    }

    /// Returns `skant status` as JSON, after checking that it ends with 0, and with `--check` as it says.
    pub fn status(&self) -> Value {
        self.status_in(&self.sandbox.dir)
    }

    pub fn status_in(&self, folder: &Path) -> Value {
        let output = self.run_in(folder, "skant status --format json");
        assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
        let status: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let check = self.run_in(folder, "skant status --check");
        let is_protected = status["protected"].as_bool().expect("a boolean");
        assert_eq!(check.status.code(), Some(i32::from(!is_protected)), "{}", text_of(&check));
        assert!(text_of(&check).contains("protected: "), "{}", text_of(&check));
        status
    }

    /// Checks that the state of the pre-commit hook is what a commit meets, and returns who calls skant.
    pub fn truth(&self) -> Option<String> {
        let status = self.status();
        let hook = &status["hooks"][0];
        assert_eq!(hook["name"], "pre-commit", "{status:#}");
        assert_eq!(hook["reached"], self.blocks(), "{status:#}");
        assert_eq!(hook["reason"].is_null(), hook["reached"] == true, "{status:#}");
        hook["by"].as_str().map(str::to_owned)
    }

    /// Runs `skant install`. It ends with 0 only if all hooks are reached then; otherwise it says what to do.
    pub fn install(&self, options: &str) -> (Option<i32>, String) {
        let output = self.run(&format!("skant install {options}"));
        let (code, text) = (output.status.code(), text_of(&output));
        let is_protected = self.status()["protected"] == true;
        assert!(code != Some(0) || is_protected, "not protected: {text}");
        assert!(code == Some(0) || text.contains("help: ") || text.contains("NOT protected"), "{text}");
        (code, text)
    }

    /// Installs, and runs the lines that the error prints until the hooks are reached. Returns the error.
    pub fn paste_lines(&self) -> String {
        let (code, text) = self.install("");
        assert_eq!(code, Some(2), "{text}");
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| ["echo '", "printf '", "mkdir -p "].iter().any(|start| line.starts_with(start)))
            .collect();
        assert!(!lines.is_empty(), "{text}");
        self.ends(0, &lines.join("\n"));
        text
    }

    /// Runs `skant uninstall`, which leaves nothing.
    pub fn uninstall(&self) {
        self.ends(0, "skant uninstall");
        assert_eq!(self.traces(), Vec::<PathBuf>::new());
        assert!(!self.blocks());
    }

    /// Returns the files of hooks with a script of skant's or a call of it.
    fn traces(&self) -> Vec<PathBuf> {
        let folders = [".git/hooks", ".git/hooks.before-skant", ".husky", ".husky/_"]
            .map(|name| self.sandbox.dir.join(name));
        let files = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
        let files = files.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
        files.filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains("skant"))).collect()
    }

    pub fn exists(&self, name: &str) -> bool {
        self.sandbox.dir.join(name).symlink_metadata().is_ok()
    }
}
