//! Holds the files of the packages to the version and the address in `Cargo.toml`. `SNAPSHOTS=overwrite cargo test
//! --test library packaging` writes them there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::{Captures, Regex};
use testkit::trials::Trial;

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        version_and_address_are_those_of_the_manifest,
        packages_name_the_same_systems,
        release_and_trial_build_each_python_package,
        other_workspaces_lock_the_dependencies_of_the_program,
    ]
}

const VERSION: &str = env!("CARGO_PKG_VERSION");
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// A package or an image with its version.
const RECIPE: &str = r"skant(?:-ray|\[ray\])?(?:==|:)(\d+\.\d+\.\d+)";

/// A file, and an expression whose group is the version in it.
const VERSIONS: [(&str, &str); 29] = [
    ("setup.py", r#""skant==([^"]+)""#),
    ("Cargo.toml", r#"path = "crates/[a-z-]+", version = "([^"]+)""#),
    ("crates/bytescan/Cargo.toml", r#"\nversion = "([^"]+)""#),
    ("crates/password-model/Cargo.toml", r#"\nversion = "([^"]+)""#),
    ("crates/rule-schema/Cargo.toml", r#"\nversion = "([^"]+)""#),
    ("packaging/python/pyproject.toml", r#""skant-lib==([^"]+)""#),
    ("packaging/python/pyproject.toml", r#""skant-ray==([^"]+)""#),
    ("packaging/python-ray/pyproject.toml", r#"\nversion = "([^"]+)""#),
    ("packaging/python-ray/pyproject.toml", r#""skant==([^"]+)""#),
    ("packaging/python-ray/skant_ray/__init__.py", r#"__version__ = "([^"]+)""#),
    ("packaging/python-lib/Cargo.toml", r#"\nversion = "([^"]+)""#),
    ("packaging/npm/skant/package.json", r#""(?:version|skant-[a-z0-9-]+)": "([^"]+)""#),
    ("packaging/agents/claude-code/.claude-plugin/plugin.json", r#""version": "([^"]+)""#),
    ("action.yml", r"OWNER/skant@v(\d[^`]*)`"),
    ("action.yml", r#"default: "(\d[^"]+)""#),
    ("templates/skant.yml", r"skant/skant@(\d[^`]*)`"),
    ("templates/skant.yml", r#"default: "(\d[^"]+)""#),
    ("docs/ci.md", r"(?:skant==|skant/skant@|[0-9a-f]{40} # v)(0\.\d+\.\d+)\n"),
    ("docs/fleet/Dockerfile", RECIPE),
    ("docs/fleet/ray.Dockerfile", RECIPE),
    ("docs/fleet/kubernetes-job.yaml", RECIPE),
    ("docs/fleet/kuberay.yaml", RECIPE),
    ("docs/fleet/ray-up.yaml", RECIPE),
    ("docs/fleet/ray-start.sh", RECIPE),
    ("docs/fleet/github-matrix.yml", RECIPE),
    ("docs/fleet/gitlab-parallel.yml", RECIPE),
    ("docs/hooks.md", r"/skant\n    rev: v(\S+)\n"),
    ("docs/install.md", r"-v(\d+\.\d+\.\d+)\.tgz"),
    ("docs/install.md", r"refs/tags/v(\S+)"),
];

/// A file, and an expression whose group is the address of the repository, or its owner and name.
const ADDRESSES: [(&str, &str); 10] = [
    ("README.md", r"--git (\S+) skant\n"),
    ("crates/bytescan/Cargo.toml", r#"repository = "(\S+)""#),
    ("crates/password-model/Cargo.toml", r#"repository = "(\S+)""#),
    ("crates/rule-schema/Cargo.toml", r#"repository = "(\S+)""#),
    ("action.yml", r"default: (\S+)/releases/download"),
    ("action.yml", r"uses: ([\w-]+/skant)@"),
    ("templates/skant.yml", r"default: (\S+)/releases/download"),
    ("docs/hooks.md", r"- repo: (\S+/skant)\n"),
    ("docs/ci.md", r"uses: ([\w-]+/skant)@"),
    ("docs/install.md", r"--repo (\S+)"),
];

fn expected(found: &str, value: &str) -> String {
    if found.contains("://") || !value.contains("://") {
        return value.to_owned();
    }
    // `https://host/owner/name`
    value.splitn(4, '/').last().unwrap_or_default().to_owned()
}

/// Checks every match of an expression, or writes the value there.
fn hold((file, expression): (&str, &str), value: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(&path).expect("readable");
    let expression = Regex::new(expression).expect("an expression");
    let mut count = 0;
    let written = expression.replace_all(&text, |found: &Captures<'_>| {
        count += 1;
        let (whole, group) = (found.get(0).expect("a match"), found.get(1).expect("a group"));
        let (start, end) = (group.start() - whole.start(), group.end() - whole.start());
        let value = expected(group.as_str(), value);
        format!("{}{value}{}", &whole.as_str()[..start], &whole.as_str()[end..])
    });
    assert!(count > 0, "{file}: nothing matches {expression}");
    if written == text {
        return;
    }
    assert!(
        std::env::var_os("SNAPSHOTS").is_some_and(|wish| wish == "overwrite"),
        "{file} does not agree with Cargo.toml ({value}): SNAPSHOTS=overwrite cargo test --test library packaging"
    );
    std::fs::write(path, written.as_ref()).expect("written");
}

fn version_and_address_are_those_of_the_manifest() {
    for place in VERSIONS {
        hold(place, VERSION);
    }
    for place in ADDRESSES {
        hold(place, REPOSITORY);
    }
}

fn packages_name_the_same_systems() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/npm/skant/package.json");
    let package: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).expect("readable")).expect("JSON");
    let systems = package["optionalDependencies"].as_object().expect("packages");
    let release = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows/release.yml");
    let release = std::fs::read_to_string(release).expect("readable");
    for system in systems.keys() {
        let system = system.strip_prefix("skant-").expect("a prefix");
        assert!(release.contains(&format!("npm: {system}\n")), "the release builds nothing for {system}");
    }
}

/// Each extra of `skant` is a package of the folder with its name.
fn release_and_trial_build_each_python_package() {
    let extras = toml_of("packaging/python/pyproject.toml");
    let extras = extras["project"]["optional-dependencies"].as_table().expect("extras");
    assert!(extras.len() >= 2);
    let folders = extras.keys().map(|extra| format!("python-{extra}")).chain(["python".to_owned()]);
    for folder in folders {
        let call = format!("packaging/{folder}/build-wheel ");
        for file in [".github/workflows/release.yml", "packaging/try"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            assert!(std::fs::read_to_string(path).expect("readable").contains(&call), "{file} lacks {call}");
        }
    }
}

/// Reads a file of TOML.
fn toml_of(file: &str) -> toml::Table {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("readable");
    toml::from_str(&text).expect("TOML")
}

/// Returns the versions of each package in a lock file.
fn locked(file: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in toml_of(file)["package"].as_array().expect("packages") {
        let text = |key: &str| package[key].as_str().expect("a text").to_owned();
        versions.entry(text("name")).or_default().insert(text("version"));
    }
    versions
}

/// The wheel of the module and the fuzz targets are built with `--locked`, and from the versions that were tested.
fn other_workspaces_lock_the_dependencies_of_the_program() {
    let manifest = toml_of("Cargo.toml");
    let program = locked("Cargo.lock");
    let of = |table: &toml::Value, key: &str| -> Vec<String> {
        let names = table.get(key).and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys);
        names.cloned().collect()
    };
    let mut needed: Vec<String> = Vec::new();
    let targets = manifest["target"].as_table().expect("dependencies of a system").values();
    let whole = toml::Value::Table(manifest.clone());
    for table in targets.chain([&whole]) {
        needed.extend(["dependencies", "build-dependencies"].iter().flat_map(|key| of(table, key)));
    }
    assert!(needed.len() > 20, "{needed:?}");
    for file in ["packaging/python-lib/Cargo.lock", "fuzz/Cargo.lock"] {
        let found = locked(file);
        let missing: Vec<_> = needed.iter().filter(|name| !found.contains_key(*name)).collect();
        let help = format!("`cargo metadata --offline` in the folder of {file} mends it");
        assert!(missing.is_empty(), "{file} lacks {missing:?}; {help}");
        for (name, versions) in found.iter().filter(|(name, _)| program.contains_key(*name)) {
            assert!(versions.is_subset(&program[name]), "{file} has {name} {versions:?}; {help}");
        }
    }
}
