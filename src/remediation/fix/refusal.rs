//! Why a value is not replaced, and what to do by hand.

use std::borrow::Cow;

/// Why a value stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The reason, as part of a sentence.
    pub(crate) why: &'static str,
    /// What to do by hand.
    pub(crate) by_hand: Cow<'static, str>,
}

impl Refusal {
    pub(super) const fn new(why: &'static str, by_hand: &'static str) -> Self {
        Self { why, by_hand: Cow::Borrowed(by_hand) }
    }

    /// Whether the step by hand fits every language, so that one of the language says more.
    pub(super) fn is_general(&self) -> bool {
        self.by_hand == READ_BY_HAND || *self == UNKNOWN_KIND
    }
}

const READ_BY_HAND: &str = "read the value from an environment variable there by hand";

pub(super) const UNKNOWN_KIND: Refusal = Refusal::new(
    "the language of the file is not known",
    "keep the file out of git (`.gitignore`, and an example without values), or read the value from the environment by hand",
);
pub(super) const NOT_LEXED: Refusal =
    Refusal::new("the strings and comments of the file cannot be told apart with certainty", READ_BY_HAND);
pub(super) const IN_COMMENT: Refusal =
    Refusal::new("it is in a comment", "delete it from the comment by hand");
pub(super) const NO_LITERAL: Refusal = Refusal::new("it is not in a string literal", READ_BY_HAND);
pub(super) const NOT_PLAIN: Refusal = Refusal::new(
    "it is in a heredoc, a pattern, a bytes literal or another form that cannot read a variable",
    READ_BY_HAND,
);
pub(super) const INTERPOLATED: Refusal =
    Refusal::new("it is in a string with interpolated expressions", READ_BY_HAND);
pub(super) const ADJACENT: Refusal = Refusal::new(
    "the string is concatenated with the one next to it",
    "make it one string first, then run this again",
);
pub(super) const PART_OF_STRING: Refusal =
    Refusal::new("it is a part of a longer string", "build the string from the variable by hand");
pub(super) const POSITION: Refusal = Refusal::new("its position may not take an expression", READ_BY_HAND);
pub(super) const PATTERN: Refusal = Refusal::new(
    "it is a part of a pattern or label, which takes constants only",
    "compare with the variable in an `if` by hand",
);
pub(super) const TYPE: Refusal = Refusal::new(
    "it is a type, or its type is taken from the literal",
    "keep the value out of the type: declare it as a `string`, and read the variable where it is used",
);
pub(super) const OTHER_TYPE: Refusal = Refusal::new(
    "the code may need another type than `string` there",
    "write `Type(os.Getenv(\"NAME\"))` in its place by hand",
);
pub(super) const SYMBOL: Refusal =
    Refusal::new("it is a symbol", "write `ENV.fetch(\"NAME\").to_sym` in its place by hand");
pub(super) const TAGGED: Refusal =
    Refusal::new("a function reads the parts of the template", "pass the variable to that function by hand");
pub(super) const USED_AS_CONSTANT: Refusal = Refusal::new(
    "its name is used where only constants are allowed, in an annotation or a `case`",
    "take the name out of the annotation or `case` first, then run this again",
);
pub(super) const CHANGED_LATER: Refusal = Refusal::new(
    "the program changes the string, and a value of the environment is frozen",
    "write `ENV.fetch(\"NAME\").dup` in its place by hand",
);
pub(super) const UNUSED: Refusal =
    Refusal::new("the string is a statement of its own, as a documentation is", "delete it by hand");
pub(super) const ESCAPES: Refusal = Refusal::new("it has escape sequences that are not known", READ_BY_HAND);
pub(super) const ENCODED: Refusal = Refusal::new("it is encoded, or in an archive", READ_BY_HAND);
pub(super) const NAME_TAKEN: Refusal = Refusal::new(
    "the file uses the name of the module that reads the environment for something else",
    READ_BY_HAND,
);
pub(super) const NO_IMPORT_PLACE: Refusal =
    Refusal::new("the place for the import is not certain", "add the import by hand, then run this again");
pub(super) const MACRO: Refusal =
    Refusal::new("a macro may need the literal", "pass the variable to the macro by hand");
pub(super) const LIFETIME: Refusal = Refusal::new(
    "the code may need a string that lives longer than the read value",
    "write `let key = std::env::var(\"NAME\").expect(\"NAME is not set\");` above where the value lives long enough, \
     and `&key` in its place",
);
pub(super) const STILL_FOUND: Refusal =
    Refusal::new("a scan of the result would still find it", READ_BY_HAND);
pub(super) const UNQUOTABLE: Refusal = Refusal::new(
    "readers of `.env` disagree about its quotes and backslashes",
    "put it into a secrets manager (`skant fix --to …` prints the command)",
);
pub(super) const YAML_PLACE: Refusal = Refusal::new(
    "no variable is expanded at this place of the file",
    "move the value to a place where one is: `environment` of a service, `env` of a job or step",
);

/// Refuses a position that takes constants only.
pub(super) const fn constant(advice: &'static str) -> Refusal {
    Refusal::new("its position takes constants only", advice)
}
