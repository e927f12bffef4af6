//! The Python module `skant` of `packaging/python-lib` against the program. `SKANT_PYTHON` names a Python in which the
//! package is installed; `packaging/try` builds and installs it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use skant::internal::rules::RuleSet;
use testkit::trials::{Ran, Skip, Trial};
use testkit::{Sandbox, archives, needs, skant_program, text_of, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        classes_have_the_fields_of_the_schema,
        module_finds_what_the_program_finds,
        module_keeps_its_promises,
        tables_have_the_findings_of_their_values,
        example_for_ray_data_runs;
        long: module_finds_what_the_program_finds_on_labelled_data
    ]
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("readable")
}

/// Returns the fields of a class of the module.
fn fields(module: &str, class: &str) -> BTreeSet<String> {
    let start = format!("\nclass {class}:\n");
    let body = module.split_once(&start).unwrap_or_else(|| panic!("no class {class}")).1;
    let body = body.split("\n\n\n").next().expect("a class");
    let field = |line: &str| {
        let (name, _) = line.strip_prefix("    ")?.split_once(": ")?;
        let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        is_name.then(|| name.to_owned())
    };
    body.lines().filter_map(field).collect()
}

/// A new field of the report needs a field in Python.
fn classes_have_the_fields_of_the_schema() {
    let schema: Value = serde_json::from_str(&read("schema/report.schema.json")).expect("JSON");
    let module = read("packaging/python-lib/python/skant/__init__.py");
    let keys = |object: &Value| -> BTreeSet<String> {
        object["properties"].as_object().expect("properties").keys().cloned().collect()
    };
    let definitions = schema["$defs"].as_object().expect("definitions");
    for (view, definition) in definitions {
        let class = view.strip_suffix("View").expect("a view");
        assert_eq!(fields(&module, class), keys(definition), "class {class}");
    }
    let mut report = keys(&schema);
    report.retain(|name| !["tool", "version", "schema"].contains(&name.as_str()));
    assert_eq!(fields(&module, "Report"), report);
    assert!(definitions.len() >= 11);
}

/// Runs `check.py` with the Python of `SKANT_PYTHON`.
fn check(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    run_check("check.py", "skant", sandbox, arguments)
}

/// Runs `check_tables.py` with the Python of `SKANT_PYTHON`, which needs a further module.
fn check_tables(module: &str, part: &str) -> Ran {
    let key = tokens::api_key("python/table");
    run_check("check_tables.py", &format!("skant, {module}"), &Sandbox::empty(), &[part, &key])
}

fn run_check(script: &str, modules: &str, sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    let python = needs::variable("SKANT_PYTHON")?;
    needs::success(&python, &["-c", &format!("import {modules}")])
        .map_err(|_| Skip(format!("needs the modules {modules} in {python}")))?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/python-lib/tests").join(script);
    let output = sandbox.command(&python).arg(script).args(arguments).output().expect("python runs");
    assert!(output.status.success(), "{}", text_of(&output));
    Ok(())
}

/// Writes a file for each example of each rule, and files in which values are encoded, archived and suppressed.
fn write_examples(sandbox: &Sandbox) {
    for rule in RuleSet::builtin().rules() {
        for (number, example) in rule.examples.iter().enumerate() {
            // A value in two files is one finding, with one of their rules.
            let name = format!("rules/{}-{number}.txt", rule.id);
            sandbox.write(&name, tokens::expand_with(example, &name).0);
        }
    }
    let key = tokens::api_key("python/archive");
    sandbox.write(
        "inner.zip",
        archives::zip(&[archives::zipped("conf/app.env", format!("K={key}\n").as_bytes())]),
    );
    sandbox.write(
        "wide.txt",
        format!("K={key}\n").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
    );
    let word = ["wintergarden", "72"].concat();
    sandbox.write("ü ö.txt", format!("password: '{word}' # skant:allow -- a test\n"));
    sandbox.write("login.yml", format!("username: carla\npassword: '{word}'\n"));
}

fn module_finds_what_the_program_finds() -> Ran {
    let sandbox = Sandbox::repo();
    write_examples(&sandbox);
    sandbox.commit_all("examples");
    sandbox.git(&["rm", "-qr", "rules"]);
    sandbox.commit_all("without the rules");
    let other = Sandbox::repo();
    write_examples(&other);
    let program = skant_program();
    let program = program.to_str().expect("UTF-8");
    check(
        &sandbox,
        &["repositories", program, sandbox.dir.to_str().expect("UTF-8"), env!("CARGO_MANIFEST_DIR")],
    )?;
    check(&sandbox, &["files", program, other.dir.to_str().expect("UTF-8")])
}

fn module_keeps_its_promises() -> Ran {
    let sandbox = Sandbox::empty();
    let program = skant_program();
    check(&sandbox, &["behaviour", program.to_str().expect("UTF-8"), &tokens::api_key("python/behaviour")])
}

fn tables_have_the_findings_of_their_values() -> Ran {
    check_tables("pyarrow", "tables")
}

fn example_for_ray_data_runs() -> Ran {
    check_tables("ray.data", "ray-data")
}

fn module_finds_what_the_program_finds_on_labelled_data() -> Ran {
    let archive = needs::shared("creddata/dev.tar.xz")?;
    let sandbox = Sandbox::empty();
    let unpacked = Command::new("tar").arg("-C").arg(&sandbox.dir).arg("-xf").arg(&archive).status();
    assert!(unpacked.expect("tar runs").success());
    let data = sandbox.dir.join("data");
    let program = skant_program();
    check(&sandbox, &["files", program.to_str().expect("UTF-8"), data.to_str().expect("UTF-8")])
}
