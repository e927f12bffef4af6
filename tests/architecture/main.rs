//! Checks the structure of the sources: layers point one way, few files depend on each other, words are those of the
//! glossary. Every path counts, in test code and macros, too.
#![allow(clippy::expect_used, clippy::panic, unreachable_pub, reason = "a panic here is the failure report")]

mod cycles;
mod imports;
mod words;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cycles::Graph;
use imports::Source;

/// The layers, from the top; a module uses only modules of lower layers. Modules of a layer do not use each other.
const LAYERS: [&[&str]; 15] = [
    &["main"],
    &["internal"],
    &["cli"],
    &["agent", "ci", "fleet", "hook", "remediation", "report", "verify"],
    &["scan"],
    &["assess"],
    &["policy"],
    &["provenance"],
    &["source"],
    &["detect"],
    &["token_check"],
    &["decode", "rules"],
    &["finding", "git"],
    &["net", "secret"],
    &["atomic_file", "text"],
];

/// Modules that later work fills; they may be absent.
const RESERVED: [&str; 0] = [];

/// Crates and parts of the standard library that only some modules may name: the path, and where.
const RESTRICTED: [(&str, &[&str]); 16] = [
    ("libdeflater", &["git"]),
    ("std::net", &["net"]),
    ("core::net", &["net"]),
    ("std::os::unix::net", &["net"]),
    ("ureq", &["net"]),
    ("rustls", &["net"]),
    ("rustls_native_certs", &["net"]),
    ("ignore", &["policy/glob"]),
    ("saphyr_parser", &["hook/manager/yaml.rs", "remediation/fix/yaml.rs"]),
    ("toml", &["hook/manager/config.rs", "policy/format", "rules", "verify/documented_answers.rs"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("ctrlc", &["cli"]),
    ("rustix", &["cli/key_input.rs", "cli/process.rs", "git", "hook/install", "source"]),
    ("std::process::exit", &["cli/process.rs"]),
    ("std::env::home_dir", &["git/user_folder.rs"]),
];

/// Macros that print. Output goes to streams that can fail, so only `main` may use them.
const PRINTING: [&str; 5] = ["println", "eprintln", "print", "eprint", "dbg"];

const MAX_LINES: usize = 400;

/// Groups of files that depend on each other.
const MAX_CYCLES: usize = 3;

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// Returns the faults of one file; its path is relative to `src/`.
fn faults(file: &str, text: &str) -> Vec<String> {
    let module = module_of(file);
    let source = Source::read(text, &module);
    let top = match file {
        "main.rs" => "main",
        "lib.rs" => "lib",
        _ => module[0].as_str(),
    };
    let mut faults = Vec::new();
    for import in &source.imports {
        let path = import.path.join("::");
        let mut fault = |why: &str| faults.push(format!("src/{file}:{}: `{path}`: {why}", import.line));
        if import.path[0] == "crate" || import.path[0] == "super" {
            match import.path.get(1).map(String::as_str) {
                None | Some("*") => fault("name the module"),
                Some(target) if top == "lib" || target == top => {
                    if layer(target).is_none() {
                        fault("no such layer");
                    }
                }
                Some(target) => match (layer(top), layer(target)) {
                    (Some(from), Some(to)) if from < to => {}
                    (_, None) => fault("no such layer"),
                    _ => fault(&format!("{top} may only use lower layers")),
                },
            }
        }
        for (restricted, places) in RESTRICTED {
            let is_restricted = path == restricted || path.starts_with(&format!("{restricted}::"));
            if is_restricted && !places.iter().any(|place| file.starts_with(place)) {
                fault(&format!("only {places:?} may name it"));
            }
        }
    }
    for (name, line) in &source.macros {
        if PRINTING.contains(&name.as_str()) && top != "main" {
            faults.push(format!("src/{file}:{line}: `{name}!`: only main may print"));
        }
    }
    if source.has_attribute("path") {
        faults.push(format!("src/{file}: `#[path]`: use a member crate"));
    }
    if text.lines().count() > MAX_LINES {
        faults.push(format!("src/{file}: longer than {MAX_LINES} lines; it has more than one subject"));
    }
    faults
}

/// Returns the module path of a file: `git/pack/mod.rs` is `git::pack`.
fn module_of(file: &str) -> Vec<String> {
    let plain = file.trim_end_matches(".rs");
    let plain = plain.strip_suffix("/mod").unwrap_or(plain);
    if matches!(plain, "main" | "lib") { Vec::new() } else { plain.split('/').map(str::to_owned).collect() }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files_below(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Returns the source files with their paths relative to `src/`.
fn sources() -> Vec<(String, String)> {
    let src = root().join("src");
    let mut files = Vec::new();
    files_below(&src, &mut files);
    files.sort();
    assert!(files.len() > 50, "the sources are where they are looked for");
    let name =
        |path: &Path| path.strip_prefix(&src).expect("below").to_str().expect("UTF-8").replace('\\', "/");
    files.iter().map(|path| (name(path), std::fs::read_to_string(path).expect("readable"))).collect()
}

#[test]
fn modules_use_only_lower_layers() {
    let wrong: Vec<String> = sources().iter().flat_map(|(file, text)| faults(file, text)).collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn few_files_depend_on_each_other() {
    let read = |(file, text): &(String, String)| {
        let module = module_of(file);
        let source = Source::read(text, &module);
        (file.clone(), module, source)
    };
    let sources: Vec<_> = sources().iter().map(read).collect();
    let cycles = Graph::new(&sources).cycles();
    assert!(cycles.len() <= MAX_CYCLES, "{} groups, at most {MAX_CYCLES} may be: {cycles:#?}", cycles.len());
}

#[test]
fn layers_are_the_modules_of_the_crate() {
    let src = root().join("src");
    let entries = std::fs::read_dir(src).expect("listed");
    let present: BTreeSet<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .map(|name| name.trim_end_matches(".rs").to_owned())
        .filter(|name| name != "lib")
        .collect();
    let known: BTreeSet<String> = LAYERS.concat().into_iter().map(str::to_owned).collect();
    let missing: Vec<&String> =
        known.difference(&present).filter(|name| !RESERVED.contains(&&***name)).collect();
    assert_eq!(
        (missing, present.difference(&known).collect::<Vec<_>>()),
        (Vec::new(), Vec::<&String>::new())
    );
}

#[test]
fn the_document_shows_the_layers() {
    let document = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let picture =
        document.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a picture");
    let shown: Vec<BTreeSet<&str>> = picture
        .lines()
        .map(|line| {
            let names = line.split("   ").next().unwrap_or_default();
            names.split_whitespace().collect()
        })
        .collect();
    let expected: Vec<BTreeSet<&str>> = LAYERS
        .iter()
        .filter(|modules| !modules.is_empty())
        .map(|modules| modules.iter().copied().filter(|name| !RESERVED.contains(name)).collect())
        .collect();
    assert_eq!(shown, expected);
    assert!(RESERVED.iter().all(|name| document.contains(&format!("`{name}`"))));
}

#[test]
fn a_wrong_import_is_found_in_any_form() {
    for (file, text) in [
        ("text/a.rs", "use crate::scan::Engine;"),
        ("text/a.rs", "fn f() { crate::scan::staged() }"),
        ("text/mod.rs", "use super::scan::Engine;"),
        ("text/a.rs", "use crate::{secret::x, scan::{self, Engine}};"),
        ("text/a.rs", "pub(in crate::scan) fn f() {}"),
        ("text/mod.rs", "mod tests { use super::super::scan::Engine; }"),
        ("text/mod.rs", "mod tests { fn f() { mod inner { use super::super::super::{scan}; } } }"),
        ("text/a.rs", "struct A(crate::report::Format);"),
        ("text/a.rs", "macro_rules! m { () => { $crate::cli::run() } }"),
        ("text/a.rs", "const A: char = '\"'; use crate::scan; const B: char = '\"';"),
        ("text/a.rs", "const A: &str = r#\"\"#; use crate::scan; const B: &str = r##\"\"# \"##;"),
        ("text/a.rs", "/* /* */ */ use crate::scan;"),
        ("text/a.rs", "use crate as root;"),
        ("text/a.rs", "use crate::*;"),
        ("text/a.rs", "use ::skant::scan;"),
        ("text/a.rs", "#[path = \"x.rs\"] mod x;"),
        ("git/pack/index.rs", "use super::super::super::scan::Engine;"),
        ("text/mod.rs", "use crate::secret::Mask;"),
        ("provenance/mod.rs", "use crate::assess::assess;"),
        ("report/json.rs", "use crate::remediation::advise;"),
        ("scan/mod.rs", "use crate::report::Format;"),
        ("hook/mod.rs", "use crate::cli::run;"),
        ("scan/mod.rs", "use std::net::TcpStream;"),
        ("scan/mod.rs", "use std::{io, net::{TcpStream}};"),
        ("scan/mod.rs", "fn f() { ::std::net::TcpStream::connect(x) }"),
        ("source/staged.rs", "use libdeflater::Oid;"),
        ("source/staged.rs", "use libdeflater as other;"),
        ("scan/files.rs", "fn f(x: ignore::Error) {}"),
        ("policy/repo_files.rs", "fn f() { toml::from_str(x) }"),
        ("hook/mod.rs", "use clap::Parser;"),
        ("hook/mod.rs", "fn f() { println!(\"x\") }"),
        ("hook/mod.rs", "fn f() { std::eprintln!(\"x\") }"),
        ("cli/output.rs", "fn f() { std::process::exit(1) }"),
    ] {
        assert!(!faults(file, text).is_empty(), "{file}: {text}");
    }
    assert_eq!(faults("text/a.rs", &"//\n".repeat(MAX_LINES + 1)).len(), 1);
}

#[test]
fn a_right_import_is_accepted() {
    for (file, text) in [
        ("main.rs", "fn main() { skant::cli::run(); println!(\"x\") }"),
        ("lib.rs", "//! Uses crate::scan.\npub mod cli;\npub use crate::finding::Finding;"),
        ("scan/mod.rs", "mod a; use a::b; use self::a::c; use crate::{source::{self, range}, text};"),
        ("scan/mod.rs", "pub(crate) fn f() {} pub(super) fn g() {}"),
        ("scan/mod.rs", "mod tests { use super::*; use super::super::text::x; }"),
        ("scan/history/reach.rs", "use super::super::Engine; use crate::scan::x;"),
        ("text/a.rs", "// use crate::scan;\nconst A: &str = \"crate::scan \\\" crate::scan\";"),
        (
            "text/a.rs",
            "/// println!(\"{}\", crate::scan::x)\nfn f() { b\"crate::scan\"; br#\"crate::scan\"#; }",
        ),
        ("text/a.rs", "fn f() { self.clap(); x.toml; let ignore = 1; Kind::libdeflater; foo::net::x(); }"),
        ("git/odb.rs", "use libdeflater::Oid;"),
        ("net/mod.rs", "use std::net::TcpStream;"),
    ] {
        assert_eq!(faults(file, text), Vec::<String>::new(), "{file}: {text}");
    }
}

#[test]
fn a_cycle_is_found_through_reexports() {
    let file =
        |name: &str, text: &str| (name.to_owned(), module_of(name), Source::read(text, &module_of(name)));
    let sources = [
        file("a/mod.rs", "mod b; mod c; pub use b::B; pub use c::C as D;"),
        file("a/b.rs", "use crate::a::D; pub struct B;"),
        file("a/c.rs", "use super::B; pub struct C;"),
        file("a/d.rs", "use crate::a::B; use super::helper;"),
    ];
    assert_eq!(Graph::new(&sources).cycles(), [["a/b.rs", "a/c.rs"]]);
}
