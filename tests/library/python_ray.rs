//! The Python package `skant-ray` of `packaging/python-ray` against `skant fleet scan`. `SKANT_RAY_PYTHON` names a Python in
//! which the package is installed; `packaging/try` builds and installs it.

use std::path::Path;
use std::process::Command;

use testkit::trials::{Ran, Skip, Trial};
use testkit::{Sandbox, needs, skant_program, text_of};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        stores_and_units_are_those_of_fleet_scan,
        units_of_urls_are_those_of_fleet_scan,
        cluster_that_loses_a_node_leaves_the_store_of_one_machine,
        object_storage_holds_the_store_of_one_machine,
    ]
}

/// Runs a part of `check.py` with the Python of `SKANT_RAY_PYTHON`, which needs a module.
fn check(part: &str, module: &str) -> Ran {
    let python = needs::variable("SKANT_RAY_PYTHON")?;
    for module in ["skant_ray", module] {
        needs::success(&python, &["-c", &format!("import {module}")])
            .map_err(|_| Skip(format!("needs the module {module} in {python}")))?;
    }
    let sandbox = Sandbox::empty();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/python-ray/tests/check.py");
    let output =
        sandbox.command(&python).arg(script).arg(part).arg(skant_program()).output().expect("python runs");
    assert!(output.status.success(), "{}", text_of(&output));
    Ok(())
}

fn stores_and_units_are_those_of_fleet_scan() -> Ran {
    check("parts", "ray")
}

fn units_of_urls_are_those_of_fleet_scan() -> Ran {
    let folder = Command::new("git").arg("--exec-path").output().expect("git runs");
    let folder = String::from_utf8_lossy(&folder.stdout).trim().to_owned();
    needs::file(&format!("{folder}/git-daemon"))?;
    check("remote", "ray")
}

fn cluster_that_loses_a_node_leaves_the_store_of_one_machine() -> Ran {
    check("cluster", "ray.cluster_utils")
}

fn object_storage_holds_the_store_of_one_machine() -> Ran {
    check("s3", "moto.server")
}
