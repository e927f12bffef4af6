//! The table of languages.

use super::syntax::{Attribute, Escape, Heredoc, Import, Language, Prefix, StringForm};

const PYTHON_PREFIXES: &[Prefix] = &[
    Prefix { text: "u", escape: Escape::Backslash, holes: &[], suffix: Some("") },
    Prefix { text: "r", escape: Escape::Raw, holes: &[], suffix: Some("") },
    Prefix { text: "b", escape: Escape::Backslash, holes: &[], suffix: Some(".encode()") },
    Prefix { text: "br", escape: Escape::Raw, holes: &[], suffix: Some(".encode()") },
    Prefix { text: "rb", escape: Escape::Raw, holes: &[], suffix: Some(".encode()") },
    Prefix { text: "f", escape: Escape::Backslash, holes: &["{"], suffix: Some("") },
    Prefix { text: "fr", escape: Escape::Raw, holes: &["{"], suffix: Some("") },
    Prefix { text: "rf", escape: Escape::Raw, holes: &["{"], suffix: Some("") },
    Prefix { text: "t", escape: Escape::Backslash, holes: &["{"], suffix: None },
];

const NOT_A_STRING: &[Prefix] = &[
    Prefix { text: "b", escape: Escape::Backslash, holes: &[], suffix: None },
    Prefix { text: "c", escape: Escape::Backslash, holes: &[], suffix: None },
];

const DOUBLE: StringForm = StringForm::DOUBLE;
const SINGLE: StringForm = StringForm::SINGLE;
const CHARACTER: StringForm = StringForm::CHARACTER;

const PYTHON: Language = Language {
    name: "Python",
    endings: &["py", "pyw"],
    programs: &["python", "python2", "python3"],
    read: "os.environ[\"@\"]",
    import: Import::Python,
    line_comments: &["#"],
    block_comments: &[],
    strings: &[
        StringForm {
            open: "\"\"\"",
            close: "\"\"\"",
            is_multiline: true,
            prefixes: PYTHON_PREFIXES,
            ..DOUBLE
        },
        StringForm { open: "'''", close: "'''", is_multiline: true, prefixes: PYTHON_PREFIXES, ..DOUBLE },
        StringForm { prefixes: PYTHON_PREFIXES, ..DOUBLE },
        StringForm { prefixes: PYTHON_PREFIXES, ..SINGLE },
    ],
    ends_at_line: true,
    name_words: &["import", "from", "case"],
    next_words: &["if", "else", "for", "and", "or", "in", "is", "not", "as"],
    load: "python-dotenv loads it (`load_dotenv()`), or `set -a; . ./.env; set +a` in a shell",
    value_words: &[
        "return", "yield", "await", "else", "or", "and", "not", "in", "is", "print", "raise", "if", "assert",
    ],
    ..Language::C_LIKE
};

const JAVASCRIPT: Language = Language {
    name: "JavaScript",
    endings: &["js", "mjs", "cjs", "jsx"],
    programs: &["node", "deno", "bun"],
    read: "process.env.@",
    strings: &[
        DOUBLE,
        SINGLE,
        StringForm {
            open: "`",
            close: "`",
            is_multiline: true,
            holes: &["${"],
            embed: Some("${@}"),
            ..DOUBLE
        },
    ],
    has_patterns: true,
    ends_at_line: true,
    name_words: &["import", "from", "require", "case", "with", "assert"],
    next_words: &["in", "instanceof", "of"],
    load: "`node --env-file=.env …` or the package dotenv loads it",
    value_words: &["return", "yield", "await", "else", "throw", "default", "in"],
    ..Language::C_LIKE
};

const TYPESCRIPT: Language = Language {
    name: "TypeScript",
    endings: &["ts", "mts", "cts", "tsx"],
    programs: &["tsx", "ts-node"],
    read: "process.env.@!",
    constant_words: &["type", "interface", "declare"],
    constant_blocks: &["enum"],
    constant_advice: "keep the value out of the type or `enum`, and read `process.env` where it is used",
    ..JAVASCRIPT
};

const GO: Language = Language {
    name: "Go",
    endings: &["go"],
    read: "os.Getenv(\"@\")",
    import: Import::Go,
    strings: &[
        DOUBLE,
        CHARACTER,
        StringForm { open: "`", close: "`", escape: Escape::None, is_multiline: true, ..DOUBLE },
    ],
    ends_at_line: true,
    constant_words: &["const"],
    constant_advice: "make it a `var` first: `var name = …`, then run this again",
    ..Language::C_LIKE
};

const RUST: Language = Language {
    name: "Rust",
    endings: &["rs"],
    read: "std::env::var(\"@\").expect(\"@ is not set\")",
    borrow: "&*",
    concat: None,
    strings: &[StringForm { is_multiline: true, prefixes: NOT_A_STRING, ..DOUBLE }],
    attribute: Attribute::HashBracket,
    constant_words: &["const", "static"],
    constant_advice: "a `const` or `static` is computed by the compiler: read the variable where it is used, or in a \
        `std::sync::LazyLock`",
    next_words: &["as", "else"],
    ..Language::C_LIKE
};

const JAVA: Language = Language {
    name: "Java",
    endings: &["java"],
    read: "System.getenv(\"@\")",
    strings: &[
        StringForm { open: "\"\"\"", close: "\"\"\"", is_multiline: true, is_string: false, ..DOUBLE },
        DOUBLE,
        CHARACTER,
    ],
    attribute: Attribute::At,
    constant_cases: true,
    constant_advice: "an annotation or a `case` takes constants only: read the variable in the code, or use a \
        placeholder such as `${NAME}` of your framework",
    ..Language::C_LIKE
};

const KOTLIN: Language = Language {
    name: "Kotlin",
    endings: &["kt", "kts"],
    strings: &[
        StringForm {
            open: "\"\"\"",
            close: "\"\"\"",
            escape: Escape::None,
            is_multiline: true,
            holes: &["${", "$"],
            embed: Some("${@}"),
            ..DOUBLE
        },
        StringForm { holes: &["${", "$"], embed: Some("${@}"), ..DOUBLE },
        CHARACTER,
    ],
    ends_at_line: true,
    constant_words: &["const"],
    next_words: &["to", "in", "is", "as", "else"],
    constant_advice: "a `const val` and an annotation take constants only: take `const` away, then run this again",
    constant_cases: false,
    value_words: &["return", "else", "throw", "to"],
    ..JAVA
};

const CSHARP: Language = Language {
    name: "C#",
    endings: &["cs", "csx"],
    read: "System.Environment.GetEnvironmentVariable(\"@\")",
    line_comments: &["//", "#"],
    strings: &[
        StringForm {
            open: "\"\"\"",
            close: "\"\"\"",
            escape: Escape::None,
            is_multiline: true,
            is_string: false,
            ..DOUBLE
        },
        StringForm {
            open: "$@\"",
            escape: Escape::Doubled,
            is_multiline: true,
            holes: &["{"],
            is_string: false,
            ..DOUBLE
        },
        StringForm {
            open: "@$\"",
            escape: Escape::Doubled,
            is_multiline: true,
            holes: &["{"],
            is_string: false,
            ..DOUBLE
        },
        StringForm { open: "$\"", holes: &["{"], ..DOUBLE },
        StringForm { open: "@\"", escape: Escape::Doubled, is_multiline: true, ..DOUBLE },
        DOUBLE,
        CHARACTER,
    ],
    attribute: Attribute::Bracket,
    constant_words: &["const"],
    constant_cases: true,
    next_words: &["as", "is"],
    constant_advice: "a `const`, an attribute, a `case` and a default argument take constants only: make it \
        `static readonly`, then run this again",
    value_words: &["return", "else", "throw", "await"],
    ..Language::C_LIKE
};

const RUBY: Language = Language {
    name: "Ruby",
    endings: &["rb", "rake", "gemspec", "ru"],
    programs: &["ruby"],
    read: "ENV.fetch(\"@\")",
    line_comments: &["#"],
    block_comments: &[("\n=begin", "\n=end")],
    strings: &[
        StringForm { is_multiline: true, holes: &["#{"], embed: Some("#{@}"), ..DOUBLE },
        StringForm { escape: Escape::SingleQuoted, is_multiline: true, ..SINGLE },
        StringForm { open: "`", close: "`", is_multiline: true, holes: &["#{"], is_string: false, ..DOUBLE },
    ],
    heredoc: Heredoc::Dashed,
    has_patterns: true,
    is_ruby: true,
    ends_at_line: true,
    name_words: &["require", "require_relative", "load", "gem", "in", "undef", "alias"],
    next_words: &["if", "unless", "and", "or", "do", "then", "rescue", "while"],
    load: "the gem dotenv loads it (`require \"dotenv/load\"`)",
    ..Language::C_LIKE
};

const PHP: Language = Language {
    name: "PHP",
    endings: &["php", "inc"],
    programs: &["php"],
    read: "getenv('@')",
    concat: Some(" . "),
    line_comments: &["//", "#"],
    strings: &[
        StringForm { is_multiline: true, holes: &["{$", "${", "$"], ..DOUBLE },
        StringForm { escape: Escape::SingleQuoted, is_multiline: true, ..SINGLE },
        StringForm { open: "`", close: "`", is_multiline: true, is_string: false, ..DOUBLE },
    ],
    heredoc: Heredoc::Php,
    attribute: Attribute::HashBracket,
    constant_words: &["const", "static"],
    constant_blocks: &["class", "trait", "interface", "enum"],
    constant_defaults: &["function", "fn"],
    next_words: &["and", "or", "xor", "as", "instanceof"],
    constant_advice: "a constant, a property and a default argument take constants only: set the property in the \
        constructor, or write `define('NAME', getenv('NAME'))`",
    load: "the package vlucas/phpdotenv or your web server's settings load it",
    value_words: &["return", "echo", "print", "throw", "else", "or", "and", "xor", "yield"],
    ..Language::C_LIKE
};

const TERRAFORM: Language = Language {
    name: "Terraform",
    endings: &["tf"],
    read: "var.@",
    concat: None,
    line_comments: &["#", "//"],
    strings: &[StringForm { holes: &["${", "%{"], embed: Some("${@}"), ..DOUBLE }],
    heredoc: Heredoc::Dashed,
    ends_at_line: true,
    constant_words: &[
        "source",
        "version",
        "required_version",
        "depends_on",
        "alias",
        "count",
        "for_each",
        "ignore_changes",
        "replace_triggered_by",
    ],
    constant_blocks: &[
        "terraform",
        "backend",
        "variable",
        "required_providers",
        "moved",
        "removed",
        "import",
        "output",
        "lifecycle",
        "provisioner",
    ],
    constant_advice: "take the value out of the file; declare a variable with `sensitive = true`, and set `TF_VAR_NAME` \
        in the environment (an output needs `sensitive = true`, too; a backend reads its own variables, or \
        `-backend-config`)",
    load: "`set -a; . ./.env; set +a` in the shell that runs terraform",
    value_words: &["in", "if"],
    ..Language::C_LIKE
};

/// All languages whose strings `lexer` reads.
pub(super) const LANGUAGES: [&Language; 11] =
    [&PYTHON, &JAVASCRIPT, &TYPESCRIPT, &GO, &RUST, &JAVA, &KOTLIN, &CSHARP, &RUBY, &PHP, &TERRAFORM];

/// The way in which the value of a file is replaced.
#[derive(Clone, Copy, Debug)]
pub(super) enum FileKind {
    /// Code of a language of the table.
    Code(&'static Language),
    /// A script of a POSIX shell, bash, ksh or zsh.
    Shell,
    /// A file of Docker Compose.
    Compose,
    /// A workflow of GitHub Actions.
    Workflow,
}

const SHELL_ENDINGS: [&str; 5] = ["sh", "bash", "zsh", "ksh", "envrc"];
const SHELLS: [&str; 5] = ["sh", "bash", "zsh", "ksh", "dash"];

/// Returns the kind of a file, by its path and its first line; `None` if `fix` does not know it.
pub(super) fn file_kind(path: &str, text: &[u8]) -> Option<FileKind> {
    let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let ending = file.rsplit_once('.').map(|(_, ending)| ending);
    if matches!(ending, Some("yml" | "yaml")) {
        let is_compose = file.starts_with("docker-compose") || file.starts_with("compose");
        let is_workflow = path.contains(".github/workflows/");
        return match (is_compose, is_workflow) {
            (_, true) => Some(FileKind::Workflow),
            (true, _) => Some(FileKind::Compose),
            _ => None,
        };
    }
    if ending.is_some_and(|ending| SHELL_ENDINGS.contains(&ending)) {
        return Some(FileKind::Shell);
    }
    let by_ending = |language: &&&Language| ending.is_some_and(|ending| language.endings.contains(&ending));
    if let Some(language) = LANGUAGES.iter().find(by_ending) {
        return Some(FileKind::Code(language));
    }
    let program = shebang(text)?;
    if SHELLS.contains(&program.as_str()) {
        return Some(FileKind::Shell);
    }
    LANGUAGES
        .iter()
        .find(|language| language.programs.contains(&program.as_str()))
        .map(|language| FileKind::Code(language))
}

/// Returns the program that the `#!` line of a text names.
fn shebang(text: &[u8]) -> Option<String> {
    let line = text.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split_ascii_whitespace();
    let program = words.next()?.rsplit('/').next()?;
    let program = if program == "env" { words.find(|word| !word.starts_with('-'))? } else { program };
    Some(program.to_owned())
}
