//! Languages and file formats by file name: reading an environment variable, and the syntax of a comment.

/// Where a comment on a line of its own is no part of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommentPlace {
    /// Above any line on which the string of the value begins and ends.
    OneLineString,
    /// Above a line without indentation: an indented line may continue the one before, or a text.
    Margin,
    /// Above a line that begins with a tag.
    Tag,
}

/// A comment that takes a whole line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CommentStyle {
    pub(crate) open: &'static str,
    pub(crate) close: &'static str,
    pub(crate) place: CommentPlace,
}

/// A programming language or file format.
pub(crate) struct Language {
    /// Whole names of files, in lowercase.
    names: &'static [&'static str],
    endings: &'static [&'static str],
    /// The expression for a variable; `@` is replaced by its name.
    read: Option<&'static str>,
    /// Whether `skant fix` changes such files.
    pub(crate) is_fixable: bool,
    /// The comment, if there is one and a value never extends over it.
    pub(crate) comment: Option<CommentStyle>,
}

const fn above_string(open: &'static str, close: &'static str) -> CommentStyle {
    CommentStyle { open, close, place: CommentPlace::OneLineString }
}

const HASH: Option<CommentStyle> = Some(above_string("# ", ""));
const SLASHES: Option<CommentStyle> = Some(above_string("// ", ""));
const HASH_AT_MARGIN: Option<CommentStyle> =
    Some(CommentStyle { open: "# ", close: "", place: CommentPlace::Margin });
const ANGLES: Option<CommentStyle> =
    Some(CommentStyle { open: "<!-- ", close: " -->", place: CommentPlace::Tag });

const fn code(
    endings: &'static [&'static str],
    read: &'static str,
    comment: Option<CommentStyle>,
) -> Language {
    Language { names: &[], endings, read: Some(read), is_fixable: false, comment }
}

const fn fixable(
    endings: &'static [&'static str],
    read: &'static str,
    comment: Option<CommentStyle>,
) -> Language {
    Language { is_fixable: true, ..code(endings, read, comment) }
}

const fn format(endings: &'static [&'static str], comment: Option<CommentStyle>) -> Language {
    Language { names: &[], endings, read: None, is_fixable: false, comment }
}

const LANGUAGES: [Language; 29] = [
    fixable(&["py", "pyi", "pyw"], "os.environ[\"@\"]", HASH),
    fixable(&["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"], "process.env.@", SLASHES),
    fixable(&["go"], "os.Getenv(\"@\")", SLASHES),
    fixable(&["rs"], "std::env::var(\"@\")", SLASHES),
    fixable(&["java", "kt", "kts"], "System.getenv(\"@\")", SLASHES),
    code(&["scala", "groovy", "gradle"], "System.getenv(\"@\")", SLASHES),
    fixable(&["rb", "rake", "gemspec", "ru"], "ENV.fetch(\"@\")", HASH),
    fixable(&["sh", "bash", "zsh", "ksh"], "\"${@:?}\"", HASH_AT_MARGIN),
    code(&["ps1", "psm1"], "$env:@", HASH),
    fixable(&["php", "inc"], "getenv('@')", SLASHES),
    fixable(&["cs", "csx"], "Environment.GetEnvironmentVariable(\"@\")", SLASHES),
    code(&["c", "h", "cc", "cpp", "hpp"], "getenv(\"@\")", SLASHES),
    code(&["swift"], "ProcessInfo.processInfo.environment[\"@\"]", SLASHES),
    code(&["ex", "exs"], "System.fetch_env!(\"@\")", HASH),
    code(&["pl", "pm"], "$ENV{'@'}", HASH),
    code(&["lua"], "os.getenv(\"@\")", Some(above_string("-- ", ""))),
    code(&["r"], "Sys.getenv(\"@\")", HASH),
    code(&["jl"], "ENV[\"@\"]", HASH),
    code(&["dart"], "Platform.environment['@']", SLASHES),
    code(&["yml", "yaml"], "${@}", HASH_AT_MARGIN),
    fixable(&["tf"], "var.@", HASH),
    format(&["sql"], Some(above_string("-- ", ""))),
    format(&["css", "scss", "less"], Some(above_string("/* ", " */"))),
    format(&["jsonc", "json5"], SLASHES),
    format(&["graphql", "tfvars", "hcl", "nix"], HASH),
    format(&["toml"], HASH_AT_MARGIN),
    Language {
        names: &[".env", "dockerfile", "containerfile", ".npmrc", ".envrc"],
        ..format(&["env", "properties", "ini", "conf", "cfg", "dockerfile"], HASH_AT_MARGIN)
    },
    format(&["html", "htm", "xml", "svg", "plist", "xhtml"], ANGLES),
    format(&["md", "json", "ipynb", "jsonl", "csv", "txt", "log", "pem", "key", "netrc", "pgpass"], None),
];

const UNKNOWN: Language = format(&[], None);

/// Returns the language of a path, by the name of its file.
pub(crate) fn from_path(path: &str) -> &'static Language {
    let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let is_env = file.starts_with(".env.");
    let name = if is_env { ".env" } else { file.as_str() };
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let by_name = LANGUAGES.iter().find(|language| language.names.contains(&name));
    by_name
        .or_else(|| LANGUAGES.iter().find(|language| language.endings.contains(&ending)))
        .unwrap_or(&UNKNOWN)
}

impl Language {
    /// Returns the expression that reads a variable.
    pub(crate) fn reads(&self, variable: &str) -> Option<String> {
        self.read.map(|line| line.replace('@', variable))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expression_matches_the_language() {
        for (path, expected) in [
            ("app.py", Some("os.environ[\"X_KEY\"]")),
            ("src/a.TSX", Some("process.env.X_KEY")),
            ("main.go", Some("os.Getenv(\"X_KEY\")")),
            ("main.rs", Some("std::env::var(\"X_KEY\")")),
            ("A.java", Some("System.getenv(\"X_KEY\")")),
            ("a.rb", Some("ENV.fetch(\"X_KEY\")")),
            ("run.sh", Some("\"${X_KEY:?}\"")),
            (".env", None),
            ("Makefile", None),
        ] {
            assert_eq!(from_path(path).reads("X_KEY").as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn formats_without_comments_and_unknown_files_have_no_comment() {
        for path in ["a.json", "k.pem", "server.key", "id_rsa", "a.unknown", "Makefile", ".netrc", "a.md"] {
            assert!(from_path(path).comment.is_none(), "{path}");
        }
        for path in [".env", ".env.local", "a/prod.env", "Dockerfile", "app.properties", "a.yaml"] {
            assert_eq!(from_path(path).comment, HASH_AT_MARGIN, "{path}");
        }
    }
}
