//! Checks the layers of `src/`: a module uses only modules of lower layers. Every `crate::` and `super::` path counts,
//! in test code as well.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a panic here is the failure report")]

mod paths;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use paths::{Source, Used};

/// The layers, from the top; modules of one layer may not use each other.
const LEVELS: [&[&str]; 14] = [
    &["main"],
    &["cli"],
    &["ci", "hook", "report", "remediation"],
    &["scan"],
    &["assess"],
    &["policy"],
    &["provenance"],
    &["source"],
    &["detect"],
    &["token_check"],
    &["decode", "rules"],
    &["finding", "git"],
    &["bytescan", "secret"],
    &["atomic_file", "text"],
];

/// Crates and parts of the standard library that only some modules may name: the path, and the modules.
const KEPT: [(&[&str], &[&str]); 10] = [
    (&["std", "net"], &["net"]),
    (&["core", "net"], &["net"]),
    (&["std", "os", "unix", "net"], &["net"]),
    (&["git2"], &["git"]),
    (&["ignore"], &["source", "policy/glob.rs"]),
    (&["toml"], &["policy/format", "rules"]),
    (&["clap"], &["cli"]),
    (&["ctrlc"], &["cli"]),
    (&["rustix"], &["cli/process.rs", "git", "source"]),
    (&["std", "process", "exit"], &["cli/process.rs"]),
];

/// Macros that print. All output goes to streams whose errors are handled.
const PRINTING: [&str; 5] = ["println", "eprintln", "print", "eprint", "dbg"];

const MAX_LINES: usize = 400;

fn level(module_name: &str) -> Option<usize> {
    LEVELS.iter().position(|modules| modules.contains(&module_name))
}

/// Returns the faults of one file of `src/`, whose path is relative to it.
fn faults(file: &str, text: &str) -> Vec<String> {
    let module = module_of(file);
    let module_name = match file {
        "main.rs" => "main",
        "lib.rs" => "lib",
        _ => module.first().copied().unwrap_or_default(),
    };
    let source = Source::read(text, &module);
    let mut faults = Vec::new();
    for Used { path, line } in &source.paths {
        let said = path.join("::");
        let mut fault = |why: &str| faults.push(format!("src/{file}:{line}: `{said}`: {why}"));
        match path.split_first() {
            Some((&"crate" | &"skant", rest)) => {
                let Some(target) = rest.first().filter(|name| **name != "*") else {
                    fault("hides which module is meant");
                    continue;
                };
                match (level(module_name), level(target)) {
                    // Names that the root itself would define: there are none.
                    (_, None) => fault("names no module"),
                    (Some(from), Some(to)) if from < to || module_name == *target => {}
                    (None, _) => fault("the root only declares modules"),
                    _ => fault(&format!("{module_name} may use lower layers only")),
                }
            }
            _ => {
                for (kept, places) in KEPT {
                    let here = places.iter().any(|place| file.starts_with(place));
                    if path.starts_with(kept) && !here {
                        fault(&format!("only {places:?} may name it"));
                    }
                }
            }
        }
    }
    for (name, line) in &source.macros {
        if PRINTING.contains(name) && module_name != "main" {
            faults.push(format!("src/{file}:{line}: `{name}!`: only main may print"));
        }
    }
    if text.lines().count() > MAX_LINES {
        faults.push(format!("src/{file}: longer than {MAX_LINES} lines; it has more than one subject"));
    }
    faults
}

/// `source/git/mod.rs` is the module `source::git`.
fn module_of(file: &str) -> Vec<&str> {
    let plain = file.trim_end_matches(".rs");
    let plain = plain.strip_suffix("/mod").unwrap_or(plain);
    if matches!(plain, "main" | "lib") { Vec::new() } else { plain.split('/').collect() }
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn module_uses_lower_layers_only() {
    let mut files = Vec::new();
    files_below(&source_folder(), &mut files);
    files.sort();
    assert!(files.len() > 50, "`src/` has files");
    let mut wrong = Vec::new();
    for path in files {
        let name = path.strip_prefix(source_folder()).unwrap().to_str().unwrap().replace('\\', "/");
        wrong.extend(faults(&name, &std::fs::read_to_string(&path).unwrap()));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn layers_list_every_module() {
    let there: BTreeSet<String> = std::fs::read_dir(source_folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.trim_end_matches(".rs").to_owned())
        .filter(|name| name != "lib")
        .collect();
    let shown: BTreeSet<String> = LEVELS.concat().into_iter().map(str::to_owned).collect();
    assert_eq!(there, shown);
    let lib = std::fs::read_to_string(source_folder().join("lib.rs")).unwrap();
    for module_name in shown.iter().filter(|module_name| *module_name != "main") {
        assert!(lib.contains(&format!("pub mod {module_name};\n")), "lib.rs declares {module_name}");
    }
}

#[test]
fn layers_match_the_architecture_document() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let document = std::fs::read_to_string(document).unwrap();
    let words = document.split_whitespace().collect::<Vec<_>>().join(" ");
    let picture = LEVELS[1..].iter().map(|modules| modules.join(", ")).collect::<Vec<_>>().join(" → ");
    let picture = format!("main, {picture}");
    assert!(words.contains(&picture), "ARCHITECTURE.md shows {picture}");
}

#[test]
fn wrong_dependency_is_caught_in_any_syntax() {
    for (file, text) in [
        ("finding.rs", "use crate::scan::Engine;"),
        ("finding.rs", "fn f() { crate::scan::staged() }"),
        ("finding.rs", "use super::scan::Engine;"),
        ("finding.rs", "use crate::{text::terminal, scan::{self, Engine}};"),
        ("finding.rs", "use crate::{\n    text::{a, b},\n    detect as other,\n};"),
        ("finding.rs", "pub(in crate::scan) fn f() {}"),
        ("finding.rs", "mod tests { use super::super::scan::Engine; }"),
        ("finding.rs", "mod tests { fn f() { mod inner { use super::super::super::{scan}; } } }"),
        ("finding.rs", "#[serde(with = \"x\")] struct A(crate::report::Format);"),
        ("finding.rs", "macro_rules! m { () => { $crate::cli::run() } }"),
        ("finding.rs", "const A: char = '\"'; use crate::scan; const B: char = '\"';"),
        ("finding.rs", "fn f<'a>(x: &'a str) { crate::scan::x('\\'') }"),
        ("finding.rs", "const A: &str = r#\"\"#; use crate::scan; const B: &str = r##\"\"# \"##;"),
        ("finding.rs", "/* /* */ */ use crate::scan;"),
        ("finding.rs", "use crate as root;"),
        ("finding.rs", "use super::*;"),
        ("finding.rs", "use crate::*;"),
        ("finding.rs", "use crate::{self as root};"),
        ("finding.rs", "use super as root;"),
        ("finding.rs", "use ::skant::scan;"),
        ("finding.rs", "extern crate self as root;"),
        ("git/pack/index.rs", "use super::super::super::scan::Engine;"),
        ("git/pack/mod.rs", "use super::super::{scan};"),
        ("text/mod.rs", "use crate::secret::Mask;"),
        ("text/mod.rs", "use crate::bytescan::Sieve;"),
        ("provenance/mod.rs", "use crate::assess::judge;"),
        ("report/json.rs", "use crate::remediation::advise;"),
        ("scan/mod.rs", "use crate::report::Format;"),
        ("hook/mod.rs", "use crate::cli::run;"),
        ("cli/mod.rs", "use crate::main::x;"),
        ("lib.rs", "pub use crate::cli::run;"),
        ("scan/mod.rs", "use std::net::TcpStream;"),
        ("scan/mod.rs", "use std::{io, net::{TcpStream}};"),
        ("scan/mod.rs", "fn f() { std::net::TcpStream::connect(x) }"),
        ("scan/mod.rs", "fn f() { ::std::net::TcpStream::connect(x) }"),
        ("source/staged.rs", "use git2::Oid;"),
        ("source/staged.rs", "use git2 as other;"),
        ("scan/files.rs", "fn f(x: ignore::Error) {}"),
        ("policy/repo_files.rs", "toml::from_str(x)"),
        ("hook/mod.rs", "use clap::Parser;"),
        ("hook/mod.rs", "fn f() { println!(\"x\") }"),
        ("hook/mod.rs", "fn f() { std::eprintln!(\"x\") }"),
        ("cli/output.rs", "fn f() { std::process::exit(1) }"),
    ] {
        assert!(!faults(file, text).is_empty(), "{file}: {text}");
    }
    let long = "//\n".repeat(MAX_LINES + 1);
    assert_eq!(faults("finding.rs", &long).len(), 1);
}

#[test]
fn allowed_dependency_is_not_caught() {
    for (file, text) in [
        ("main.rs", "fn main() { skant::cli::run(); println!(\"x\") }"),
        ("lib.rs", "//! Uses crate::scan.\npub mod assess;\npub mod cli;"),
        ("scan/mod.rs", "mod a; use a::b; use self::a::c; use crate::{source::{self, range}, text};"),
        ("scan/mod.rs", "pub(crate) fn f() {} pub(super) fn g() {}"),
        ("scan/mod.rs", "mod tests { use super::*; use super::super::text::x; }"),
        ("scan/history/reach.rs", "use super::super::Engine; use crate::scan::x;"),
        (
            "finding.rs",
            "// use crate::scan;\n/* crate::scan */ const A: &str = \"crate::scan \\\" crate::scan\";",
        ),
        (
            "finding.rs",
            "/// println!(\"{}\", crate::scan::x)\nfn f() { b\"crate::scan\"; br#\"crate::scan\"#; }",
        ),
        ("finding.rs", "fn f() { 'outer: loop { break 'outer } let x = 'c'; let y = '\\u{1F600}'; }"),
        ("finding.rs", "fn f() { self.clap(); x.toml; let ignore = 1; Kind::git2; foo::net::x(); }"),
        ("git/odb.rs", "use git2::Oid;"),
        ("net/mod.rs", "use std::net::TcpStream;"),
    ] {
        assert_eq!(faults(file, text), Vec::<String>::new(), "{file}: {text}");
    }
}
