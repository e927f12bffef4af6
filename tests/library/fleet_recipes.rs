//! The files to copy in `docs/fleet`: they parse, their commands have the options that the programs have, and the scripts
//! read each repository once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;

use regex::Regex;
use saphyr_parser::Parser;
use serde_json::Value;
use testkit::trials::{Ran, Trial};
use testkit::{Sandbox, needs, skant_program, text_of, write_script};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        recipes_parse_and_are_in_the_documents,
        commands_of_recipes_and_documents_exist,
        options_of_the_driver_are_in_its_document,
        array_of_slurm_reads_each_repository_once,
        shares_of_gnu_parallel_read_each_repository_once,
    ]
}

const DOCUMENTS: [&str; 3] = ["docs/fleet.md", "docs/fleet-engines.md", "packaging/python-ray/README.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).expect("readable")
}

/// Returns the files of the folder, with their text.
fn recipes() -> Vec<(String, String)> {
    let files = std::fs::read_dir(root().join("docs/fleet")).expect("a folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.expect("an entry").file_name().into_string().expect("UTF-8")
    };
    files.map(name).map(|name| (name.clone(), read(&format!("docs/fleet/{name}")))).collect()
}

fn recipes_parse_and_are_in_the_documents() {
    let document = read("docs/fleet-engines.md");
    let recipes = recipes();
    assert!(recipes.len() >= 9);
    for (name, text) in &recipes {
        assert!(document.contains(&format!("(fleet/{name})")), "docs/fleet-engines.md has no link to {name}");
        match Path::new(name).extension().and_then(|end| end.to_str()) {
            Some("yaml" | "yml") => {
                let fault = Parser::new_from_str(text).find_map(Result::err);
                assert!(fault.is_none(), "{name}: {fault:?}");
            }
            Some("sh") => {
                let checked = Sandbox::empty()
                    .command("bash")
                    .arg("-n")
                    .arg(root().join("docs/fleet").join(name))
                    .output();
                let checked = checked.expect("bash runs");
                assert!(checked.status.success(), "{}", text_of(&checked));
            }
            _ => {}
        }
    }
}

/// Returns the options that a help text names.
fn options(text: &str) -> BTreeSet<String> {
    let option = Regex::new(r"--[a-z][a-z-]+").expect("an expression");
    option.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

/// Returns the options that the driver for Ray defines.
fn driver_options() -> BTreeSet<String> {
    let source = read("packaging/python-ray/skant_ray/cli.py");
    let defined = Regex::new(r#"(?:add\(|for name in \()("--[^:\n]*)"#).expect("an expression");
    defined.captures_iter(&source).flat_map(|found| options(&found[1])).collect()
}

/// A line of a command goes on after a backslash.
fn commands_of_recipes_and_documents_exist() {
    let sandbox = Sandbox::empty();
    let mut texts = recipes();
    texts.extend(DOCUMENTS.map(|name| (name.to_owned(), read(name))));
    let call = Regex::new(
        r"\bskant(-fleet-ray| fleet (?:plan|scan|status)| report| diff)((?:[ \t]+|\\\n|[^\s`;|&)]+|\n(?:  ){2,}--)*)",
    );
    let (call, mut count) = (call.expect("an expression"), 0);
    for (name, text) in &texts {
        for found in call.captures_iter(text) {
            let known = if &found[1] == "-fleet-ray" {
                driver_options()
            } else {
                let command: Vec<&str> = found[1].split_whitespace().collect();
                options(&text_of(&sandbox.skant(&[&command[..], &["--help"]].concat())))
            };
            assert!(known.len() > 4, "{known:?}");
            for option in options(&found[2]) {
                assert!(known.contains(&option), "{name}: skant{} has no {option}", &found[1]);
                count += 1;
            }
        }
    }
    assert!(count >= 20, "only {count} options were seen");
}

fn options_of_the_driver_are_in_its_document() {
    let document = read("docs/fleet-engines.md");
    let written = options(&document);
    // Their short forms are there, and every program has the last one.
    let known_without = ["--quiet", "--verbose", "--version"];
    for option in driver_options() {
        assert!(written.contains(&option) || known_without.contains(&option.as_str()), "{option}");
    }
}

/// Six repositories and their inventory, in a folder of scripts where `skant` is the program under test.
struct Fleet {
    sandbox: Sandbox,
    programs: PathBuf,
}

impl Fleet {
    fn new() -> Self {
        let sandbox = Sandbox::empty();
        for number in 0..6 {
            sandbox.git(&["init", "-q", "--bare", &format!("repositories/{number}.git")]);
        }
        let planned = sandbox.skant(&["fleet", "plan", "repositories"]);
        assert!(planned.status.success(), "{}", text_of(&planned));
        sandbox.write("inventory.jsonl", planned.stdout);
        let programs = sandbox.sibling("programs");
        std::fs::create_dir_all(&programs).expect("a folder");
        // Each scan leaves its rows, so that they can be counted.
        let program = skant_program();
        let script = format!(
            "#!/bin/sh\nset -e\n[ \"$1 $2\" = 'fleet scan' ] && set -- \"$@\" --json\n'{}' \"$@\" > \"$RECORDS/$$\"\n",
            program.display()
        );
        write_script(&programs.join("skant"), &script);
        std::fs::create_dir_all(sandbox.sibling("records")).expect("a folder");
        Self { sandbox, programs }
    }

    fn run(&self, recipe: &str, variables: &[(&str, &str)]) -> Output {
        let path = std::env::var("PATH").expect("a PATH");
        let mut command = self.sandbox.command("bash");
        command.arg(root().join("docs/fleet").join(recipe));
        command.env("PATH", format!("{}:{path}", self.programs.display()));
        command.env("RECORDS", self.sandbox.sibling("records"));
        command.envs(variables.iter().copied()).output().expect("bash runs")
    }

    /// Checks that each repository was read once, and that the store has all.
    fn was_read_once(&self) {
        let mut read = Vec::new();
        for entry in std::fs::read_dir(self.sandbox.sibling("records")).expect("a folder") {
            let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("UTF-8");
            for row in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
                read.extend(row["repository"].as_str().map(str::to_owned));
            }
        }
        read.sort_unstable();
        let unique: BTreeSet<&String> = read.iter().collect();
        assert_eq!((read.len(), unique.len()), (6, 6), "{read:?}");
        let status = self.sandbox.skant(&["fleet", "status", "audit"]);
        assert!(text_of(&status).contains("6 repositories: 6 complete"), "{}", text_of(&status));
    }
}

fn array_of_slurm_reads_each_repository_once() {
    let fleet = Fleet::new();
    for task in ["1", "2", "3", "4"] {
        let variables = [
            ("SLURM_ARRAY_TASK_ID", task),
            ("SLURM_ARRAY_TASK_MIN", "1"),
            ("SLURM_ARRAY_TASK_STEP", "1"),
            ("SLURM_ARRAY_TASK_COUNT", "4"),
        ];
        let done = fleet.run("slurm.sh", &variables);
        assert!(done.status.success(), "{}", text_of(&done));
    }
    fleet.was_read_once();
}

fn shares_of_gnu_parallel_read_each_repository_once() -> Ran {
    needs::program("parallel")?;
    let fleet = Fleet::new();
    let done = fleet.run("parallel.sh", &[("JOBS", "2"), ("PARALLEL_HOME", "parallel-home")]);
    assert!(done.status.success(), "{}", text_of(&done));
    fleet.was_read_once();
    Ok(())
}
