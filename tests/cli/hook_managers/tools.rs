//! The hook managers: real ones, or programs in their place that write the same files.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use testkit::trials::Skip;
use testkit::{Sandbox, needs};

/// The managers that write files, each with the hook that the comparison reads.
pub const WRITTEN: [(&str, &str); 5] = [
    ("husky", ".husky/_/pre-commit"),
    ("lefthook", ".git/hooks/pre-commit"),
    ("pre-commit", ".git/hooks/pre-commit"),
    ("prek", ".git/hooks/pre-commit"),
    ("simple-git-hooks", ".git/hooks/pre-commit"),
];

/// The folders with the managers, which come first on the `PATH`.
pub struct Tools {
    folders: Vec<PathBuf>,
    _root: Option<tempfile::TempDir>,
}

impl Tools {
    /// Writes programs in the place of the managers.
    pub fn in_place() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let fixtures = testkit::repository("fixtures/hook_managers");
        for name in ["husky", "lefthook", "pre-commit", "python", "simple-git-hooks"] {
            let text = fs::read_to_string(fixtures.join("fake").join(name)).expect("a fixture");
            let text = text.replace("$FIXTURES", fixtures.to_str().expect("UTF-8"));
            testkit::write_script(&root.path().join(name), &text);
        }
        let prek = fs::read_to_string(root.path().join("pre-commit")).expect("written");
        testkit::write_script(&root.path().join("prek"), &prek);
        Self { folders: vec![root.path().to_path_buf()], _root: Some(root) }
    }

    /// Finds the real programs, in the folders of `SKANT_TEST_MANAGERS` or on the `PATH`.
    pub fn real(names: &[&str]) -> Result<Self, Skip> {
        let folders = std::env::var_os("SKANT_TEST_MANAGERS").unwrap_or_default();
        let folders: Vec<PathBuf> =
            std::env::split_paths(&folders).filter(|path| path.is_absolute()).collect();
        for name in names {
            if !folders.iter().any(|folder| folder.join(name).is_file()) {
                needs::program(name)?;
                needs::success(name, &["--version"])?;
            }
        }
        Ok(Self { folders, _root: None })
    }

    /// Returns the `PATH` with the managers and skant.
    pub fn path(&self) -> OsString {
        let skant = testkit::skant_program();
        let skant = skant.parent().expect("a folder").to_path_buf();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = self.folders.iter().cloned().chain([skant]).chain(std::env::split_paths(&path));
        std::env::join_paths(folders).expect("a PATH")
    }
}

/// Compares what a real manager writes with the files that stand for it.
pub fn writes_the_same(real: &Tools, name: &str, hook: &str) {
    let texts = [real, &Tools::in_place()].map(|tools| {
        let sandbox = Sandbox::with_commit();
        sandbox.write("lefthook.yml", "pre-commit:\n  jobs:\n    - run: exit 0\n");
        sandbox.write(".pre-commit-config.yaml", "repos: []\n");
        sandbox.write("package.json", "{\n  \"simple-git-hooks\": {\n    \"pre-commit\": \"true\"\n  }\n}\n");
        let command = match name {
            "husky" | "simple-git-hooks" => name.to_owned(),
            _ => format!("{name} install"),
        };
        let output = sandbox
            .command("sh")
            .env("PATH", tools.path())
            .args(["-ec", &command])
            .output()
            .expect("sh runs");
        assert!(output.status.success(), "{command}: {}", testkit::text_of(&output));
        if name == "husky" {
            assert_eq!(sandbox.git(&["config", "core.hooksPath"]), ".husky/_");
            let stub =
                |file: &str| fs::read(sandbox.dir.join(".husky/_").join(file)).expect("a file of husky's");
            assert_eq!(
                stub("h"),
                fs::read(testkit::repository("fixtures/hook_managers/husky-h")).expect("a fixture")
            );
        }
        without_paths(&sandbox.dir.join(hook))
    });
    assert_eq!(texts[0], texts[1], "{name}");
}

/// Reads a hook; the paths of programs in it depend on the machine.
fn without_paths(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a hook");
    let line = |line: &str| {
        let is_program =
            line.starts_with("INSTALL_PYTHON=") || line.starts_with("PREK=") || line.contains("/lefthook ");
        if is_program { "(a path)\n".to_owned() } else { format!("{line}\n") }
    };
    text.lines().map(line).collect()
}
