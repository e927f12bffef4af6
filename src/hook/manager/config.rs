//! Reading the settings of hook managers: files of the working tree with JSON, TOML or YAML.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::yaml;
use crate::source::open_file::{self, OpenedFile};

/// The most bytes of a file that are read. A larger file counts as unreadable.
const MAX_BYTES: u64 = 1 << 20;

/// What is at the path of a settings file.
#[derive(Debug)]
pub(crate) enum ConfigText {
    /// Nothing.
    Absent,
    /// Something that is not read: a link, a pipe, a folder, too large a file, or not text.
    Unreadable,
    /// A text.
    Text(String),
}

/// Reads a file by its path from the top of the working tree. No part of the path may be a link.
pub(crate) fn read_text(top: &Path, name: &str) -> ConfigText {
    let mut path = PathBuf::from(top);
    let parts: Vec<Component<'_>> = Path::new(name).components().collect();
    for (number, part) in parts.iter().enumerate() {
        let Component::Normal(part) = part else { return ConfigText::Unreadable };
        path.push(part);
        match path.symlink_metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return ConfigText::Absent,
            Ok(found) if number + 1 < parts.len() && found.is_dir() => {}
            Ok(found) if number + 1 == parts.len() && found.is_file() && found.len() <= MAX_BYTES => {}
            _ => return ConfigText::Unreadable,
        }
    }
    let Ok(OpenedFile::File(file, _)) = open_file::open(&path) else { return ConfigText::Unreadable };
    let mut text = String::new();
    match file.take(MAX_BYTES).read_to_string(&mut text) {
        Ok(_) => ConfigText::Text(text),
        Err(_) => ConfigText::Unreadable,
    }
}

/// A parsed settings file.
#[derive(Debug)]
pub(super) enum Parsed {
    Absent,
    /// It is there, and cannot be read or parsed.
    Unreadable,
    Value(Value),
}

/// Reads a file whose format its name tells: `.json`, `.jsonc`, `.toml`, else YAML.
pub(super) fn read(top: &Path, name: &str) -> Parsed {
    let text = match read_text(top, name) {
        ConfigText::Absent => return Parsed::Absent,
        ConfigText::Unreadable => return Parsed::Unreadable,
        ConfigText::Text(text) => text,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let value = match name.rsplit('.').next() {
        Some("json") => serde_json::from_str(text).ok(),
        Some("toml") => toml::from_str(text).ok(),
        // YAML is a superset of JSON; comments of `.jsonc` make the text unreadable.
        _ => yaml::parse(text),
    };
    value.map_or(Parsed::Unreadable, Parsed::Value)
}

/// Reads a JSON file; `None` if it is absent or damaged.
pub(super) fn read_json(top: &Path, name: &str) -> Option<Value> {
    match read(top, name) {
        Parsed::Value(value) => Some(value),
        Parsed::Absent | Parsed::Unreadable => None,
    }
}

/// The lists of a `package.json` that name packages.
const DEPENDENCIES: [&str; 3] = ["devDependencies", "dependencies", "optionalDependencies"];

/// Whether a `package.json` names a package of npm.
pub(super) fn depends_on(package: &Value, name: &str) -> bool {
    let lists = DEPENDENCIES.iter().filter_map(|list| package.get(list)?.as_object());
    lists.into_iter().any(|packages| packages.contains_key(name))
}

/// Returns a value as a list of texts: one text, or those of a list.
pub(super) fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_pipes_folders_and_large_files_are_not_read() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path();
        fs::create_dir(top.join("folder")).unwrap();
        fs::write(top.join("file"), "x").unwrap();
        fs::write(top.join("bytes"), b"\xff").unwrap();
        symlink("file", top.join("link")).unwrap();
        symlink("folder", top.join("linked")).unwrap();
        fs::write(top.join("folder/file"), "y").unwrap();
        fs::File::create(top.join("large")).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(top.join("pipe")).status().unwrap().success());
        for name in ["link", "linked/file", "folder", "bytes", "large", "pipe", "../x", "/etc/passwd"] {
            assert!(matches!(read_text(top, name), ConfigText::Unreadable), "{name}");
        }
        for name in ["absent", "folder/absent", "absent/file"] {
            assert!(matches!(read_text(top, name), ConfigText::Absent), "{name}");
        }
        for (name, expected) in [("file", "x"), ("folder/file", "y")] {
            assert!(matches!(read_text(top, name), ConfigText::Text(text) if text == expected), "{name}");
        }
    }

    #[test]
    fn the_ending_tells_the_format() {
        let top = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("a.json", "{\"k\": [\"v\"]}"),
            ("a.toml", "k = [\"v\"]"),
            ("a.yml", "k:\n  - v\n"),
            ("a.yaml", "\u{feff}k: [v]"),
        ] {
            fs::write(top.path().join(name), text).unwrap();
            let value = read_json(top.path(), name).unwrap();
            assert_eq!(texts(value.get("k")), ["v"], "{name}");
            fs::write(top.path().join(name), "k: [v").unwrap();
            assert!(matches!(read(top.path(), name), Parsed::Unreadable), "{name}");
        }
    }
}
