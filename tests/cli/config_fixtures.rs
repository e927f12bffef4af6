//! Runs `fixtures/config/*.toml`: settings files with the errors that skant prints for them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use testkit::trials::{Trial, trial};
use testkit::{Sandbox, text_of};

pub fn trials() -> Vec<Trial> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/config");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("listed").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    files.sort();
    assert!(!files.is_empty(), "no case in fixtures/config");
    files
        .into_iter()
        .map(|file| {
            let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
            trial(module_path!(), &name, move || check(&file))
        })
        .collect()
}

fn check(file: &Path) {
    let name = file.file_name().expect("a name").to_str().expect("UTF-8");
    let text = std::fs::read(file).expect("readable");
    let own = Sandbox::empty();
    own.write(name, &text);
    let mut out = String::new();
    let _ = writeln!(out, "$ skant config check {name}\n{}", run(&own, &["config", "check", name]));
    let repository = Sandbox::repo();
    repository.write("skant.toml", &text);
    let shown = run(&repository, &["config", "check"]);
    assert!(!shown.contains("hunter2"), "an error about a repository's file quotes it: {shown}");
    let _ = write!(out, "$ skant config check    # in a repository with this skant.toml\n{shown}");
    let expected =
        snapbox::Data::read_from(&file.with_extension("txt"), Some(snapbox::data::DataFormat::Text));
    snapbox::Assert::new().action_env("SNAPSHOTS").eq(snapbox::Data::text(out).raw(), expected.raw());
}

/// Runs skant. Returns the exit code and everything that it prints.
fn run(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = sandbox.skant(arguments);
    let code = output.status.code().expect("no signal");
    format!("{}exit {code}\n", text_of(&output))
}
