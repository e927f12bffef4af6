//! Languages by file name extension: reading an environment variable, and the syntax of a comment.

/// A programming language or file format.
pub(crate) struct Language {
    endings: &'static [&'static str],
    /// The expression for a variable; `@` is replaced by its name.
    read: Option<&'static str>,
    /// The start and end of a comment.
    pub(crate) comment: Option<(&'static str, &'static str)>,
}

const HASH: Option<(&str, &str)> = Some(("# ", ""));
const SLASHES: Option<(&str, &str)> = Some(("// ", ""));
const ANGLES: Option<(&str, &str)> = Some(("<!-- ", " -->"));

const LANGUAGES: [Language; 18] = [
    Language { endings: &["py", "pyi"], read: Some("os.environ[\"@\"]"), comment: HASH },
    Language {
        endings: &["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"],
        read: Some("process.env.@"),
        comment: SLASHES,
    },
    Language { endings: &["go"], read: Some("os.Getenv(\"@\")"), comment: SLASHES },
    Language { endings: &["rs"], read: Some("std::env::var(\"@\")"), comment: SLASHES },
    Language { endings: &["java", "kt", "scala"], read: Some("System.getenv(\"@\")"), comment: SLASHES },
    Language { endings: &["rb"], read: Some("ENV.fetch(\"@\")"), comment: HASH },
    Language { endings: &["sh", "bash", "zsh"], read: Some("\"${@:?}\""), comment: HASH },
    Language { endings: &["ps1"], read: Some("$env:@"), comment: HASH },
    Language { endings: &["php"], read: Some("getenv('@')"), comment: SLASHES },
    Language { endings: &["cs"], read: Some("Environment.GetEnvironmentVariable(\"@\")"), comment: SLASHES },
    Language { endings: &["c", "h", "cc", "cpp", "hpp"], read: Some("getenv(\"@\")"), comment: SLASHES },
    Language {
        endings: &["swift"],
        read: Some("ProcessInfo.processInfo.environment[\"@\"]"),
        comment: SLASHES,
    },
    Language { endings: &["ex", "exs"], read: Some("System.fetch_env!(\"@\")"), comment: HASH },
    Language { endings: &["yml", "yaml"], read: Some("${@}"), comment: HASH },
    Language { endings: &["tf"], read: Some("var.@"), comment: HASH },
    Language { endings: &["env", "toml", "ini", "conf", "cfg", "properties"], read: None, comment: HASH },
    Language { endings: &["html", "xml", "md", "svg", "vue"], read: None, comment: ANGLES },
    Language { endings: &["json", "ipynb", "jsonl", "csv", "txt", "log"], read: None, comment: None },
];

const UNKNOWN: Language = Language { endings: &[], read: None, comment: HASH };

/// Returns the language of a path, by its extension.
pub(crate) fn from_path(path: &str) -> &'static Language {
    let file = path.rsplit('/').next().unwrap_or(path);
    let ending = file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let ending = ending.as_deref().unwrap_or_default();
    LANGUAGES.iter().find(|language| language.endings.contains(&ending)).unwrap_or(&UNKNOWN)
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
    fn formats_without_comments_have_no_comment() {
        assert!(from_path("a.json").comment.is_none());
        assert_eq!(from_path("a.md").comment, Some(("<!-- ", " -->")));
        assert_eq!(from_path(".env").comment, Some(("# ", "")));
    }
}
