//! The parts of a programming language that a fix depends on: strings, comments, positions of constants. Data only.

/// What a backslash, or a repeated quote, means in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// Nothing is escaped.
    None,
    /// A backslash stays in the value, but the character after it does not end the string, as in `r"…"` of Python.
    Raw,
    /// A backslash begins an escape sequence.
    Backslash,
    /// A backslash escapes itself and the quote only.
    SingleQuoted,
    /// A repeated quote stands for one quote.
    Doubled,
}

/// Letters before a quote, in lowercase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    pub(super) text: &'static str,
    pub(super) escape: Escape,
    /// The marks that begin an interpolated expression.
    pub(super) holes: &'static [&'static str],
    /// What has to follow the expression that replaces such a string; `None` if it cannot be replaced.
    pub(super) suffix: Option<&'static str>,
}

/// One kind of string literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StringForm {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    pub(super) escape: Escape,
    pub(super) is_multiline: bool,
    /// The marks that begin an interpolated expression.
    pub(super) holes: &'static [&'static str],
    /// The text inside the string that reads a variable; `@` is the expression.
    pub(super) embed: Option<&'static str>,
    pub(super) prefixes: &'static [Prefix],
    /// Whether the form is a string. Characters, commands and patterns are not.
    pub(super) is_string: bool,
}

impl StringForm {
    /// A string between double quotes with escape sequences, on one line.
    pub(super) const DOUBLE: Self = Self {
        open: "\"",
        close: "\"",
        escape: Escape::Backslash,
        is_multiline: false,
        holes: &[],
        embed: None,
        prefixes: &[],
        is_string: true,
    };
    /// A string between single quotes with escape sequences, on one line.
    pub(super) const SINGLE: Self = Self { open: "'", close: "'", ..Self::DOUBLE };
    /// A character between single quotes.
    pub(super) const CHARACTER: Self = Self { is_string: false, ..Self::SINGLE };
}

/// A kind of heredoc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heredoc {
    None,
    /// `<<<NAME` of PHP.
    Php,
    /// `<<~NAME`, `<<-NAME` and `<<NAME` of Ruby and HCL.
    Dashed,
}

/// How attributes and annotations, which take constants only, begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    /// There are none, or they take any expression.
    None,
    /// `@Name(…)`.
    At,
    /// `#[…]`.
    HashBracket,
    /// `[…]` at the start of a statement or parameter.
    Bracket,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Import {
    None,
    /// `import os` of Python.
    Python,
    /// `import "os"` of Go.
    Go,
}

/// A language.
#[expect(clippy::struct_excessive_bools, reason = "each is a property of the language")]
#[derive(Debug)]
pub(super) struct Language {
    pub(super) name: &'static str,
    /// The endings of file names.
    pub(super) endings: &'static [&'static str],
    /// The programs in `#!` lines.
    pub(super) programs: &'static [&'static str],
    /// The expression that reads a variable; `@` is its name.
    pub(super) read: &'static str,
    /// What precedes the expression unless a `.` follows it.
    pub(super) borrow: &'static str,
    /// The operator that concatenates strings.
    pub(super) concat: Option<&'static str>,
    pub(super) import: Import,
    pub(super) line_comments: &'static [&'static str],
    pub(super) block_comments: &'static [(&'static str, &'static str)],
    pub(super) strings: &'static [StringForm],
    pub(super) heredoc: Heredoc,
    /// Whether `/…/` may be a regular expression.
    pub(super) has_patterns: bool,
    /// Whether `%w[…]` and its kind are literals, and any word may precede an argument.
    pub(super) is_ruby: bool,
    /// Whether a line break may end a statement.
    pub(super) ends_at_line: bool,
    /// Whether two adjacent string literals are one string.
    pub(super) attribute: Attribute,
    /// Words of a statement whose value has to be a constant.
    pub(super) constant_words: &'static [&'static str],
    /// Words before a brace, directly in which values have to be constants.
    pub(super) constant_blocks: &'static [&'static str],
    /// Words that begin the head of a function, if default arguments have to be constants.
    pub(super) constant_defaults: &'static [&'static str],
    /// Whether `case` takes constants only.
    pub(super) constant_cases: bool,
    /// Words after which a string is a name and not a value.
    pub(super) name_words: &'static [&'static str],
    /// Words after which a value begins.
    pub(super) value_words: &'static [&'static str],
    /// Words that may follow a value.
    pub(super) next_words: &'static [&'static str],
    /// What to do by hand for a constant.
    pub(super) constant_advice: &'static str,
    /// How the program gets the variables of `.env`.
    pub(super) load: &'static str,
}

impl Language {
    /// Common defaults of languages with C-like comments.
    pub(super) const C_LIKE: Self = Self {
        name: "",
        endings: &[],
        programs: &[],
        read: "",
        borrow: "",
        concat: Some(" + "),
        import: Import::None,
        line_comments: &["//"],
        block_comments: &[("/*", "*/")],
        strings: &[],
        heredoc: Heredoc::None,
        has_patterns: false,
        is_ruby: false,
        ends_at_line: false,
        attribute: Attribute::None,
        constant_words: &[],
        constant_blocks: &[],
        constant_defaults: &[],
        constant_cases: false,
        name_words: &["import", "package", "using", "include", "require", "require_once", "use", "extern"],
        value_words: &["return", "throw", "else", "yield", "in"],
        next_words: &[],
        constant_advice: "",
        load: "`set -a; . ./.env; set +a` loads it into a shell",
    };
}
