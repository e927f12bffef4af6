//! Validates the golden SARIF logs against the published schema, as the crate `serde-sarif` ships it.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use testkit::needs;
use testkit::trials::{Ran, Skip, Trial};

pub fn trials() -> Vec<Trial> {
    testkit::trials![golden_logs_are_valid_against_the_published_schema]
}

/// Runs a program of the toolchain. An ordinary user may not be allowed to run that of another.
fn output(program: &str, arguments: &[&str]) -> Result<Vec<u8>, Skip> {
    needs::success(program, arguments)?;
    Ok(Command::new(program).args(arguments).output().expect("it ran before").stdout)
}

/// Reads the schema out of cargo's cache. Only this host's packages are asked for: the others may not be there.
fn schema() -> Result<Value, Skip> {
    let version = String::from_utf8(output("rustc", &["-vV"])?).expect("UTF-8");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let arguments = [
        "metadata",
        "--format-version",
        "1",
        "--offline",
        "--filter-platform",
        host,
        "--manifest-path",
        manifest,
    ];
    let metadata: Value = serde_json::from_slice(&output(env!("CARGO"), &arguments)?).expect("JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").expect("serde-sarif");
    let folder = Path::new(package["manifest_path"].as_str().expect("a path")).parent().expect("a folder");
    let text = std::fs::read(folder.join("src/schema.json")).expect("a schema");
    let mut schema: Value = serde_json::from_slice(&text).expect("JSON");
    for object in ["run", "toolComponent"] {
        // As published, this pattern has a bracket too many and is no regex; skant writes no `language`.
        let language = &mut schema["definitions"][object]["properties"]["language"];
        assert!(language.as_object_mut().expect("an object").remove("pattern").is_some());
    }
    Ok(schema)
}

fn golden_logs_are_valid_against_the_published_schema() -> Ran {
    let validator =
        jsonschema::options().should_validate_formats(true).build(&schema()?).expect("a valid schema");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports");
    let mut count = 0;
    for sample in std::fs::read_dir(folder).expect("listed") {
        let path = sample.expect("an entry").path().join("report.sarif");
        let log: Value = serde_json::from_slice(&std::fs::read(&path).expect("a log")).expect("JSON");
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        if !log["runs"][0]["results"][0].is_null() {
            let mut broken = log;
            broken["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] =
                json!("a b");
            assert!(!validator.is_valid(&broken), "{}: formats are checked", path.display());
        }
        count += 1;
    }
    assert!(count >= 8, "{count} samples");
    Ok(())
}
