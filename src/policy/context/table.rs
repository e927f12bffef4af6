//! The words of folders, file names and endings that tell a context. Lowercase; compared with whole words.

/// Folders of tests and of their data.
pub(super) const TEST_FOLDERS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "unittest",
    "unittests",
    "testdata",
    "testcase",
    "testcases",
    "testsuite",
    "testutil",
    "testutils",
    "testhelpers",
    "spec",
    "specs",
    "fixture",
    "fixtures",
    "mock",
    "mocks",
    "stub",
    "stubs",
    "e2e",
    "cypress",
    "playwright",
    "snapshots",
];

/// Folders of examples.
pub(super) const EXAMPLE_FOLDERS: &[&str] = &[
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "tutorial",
    "tutorials",
    "quickstart",
    "quickstarts",
    "cookbook",
    "playground",
];

/// Folders of documents.
pub(super) const DOCUMENT_FOLDERS: &[&str] = &["doc", "docs", "documentation"];

/// Folders of copies of other projects.
pub(super) const VENDORED_FOLDERS: &[&str] = &[
    "vendor",
    "vendored",
    "node_modules",
    "bower_components",
    "jspm_packages",
    "third_party",
    "third-party",
    "thirdparty",
    "pods",
    "site-packages",
];

/// Folders of files that a program wrote.
pub(super) const GENERATED_FOLDERS: &[&str] = &["generated", "__generated__", "dist", ".next", ".nuxt"];

/// Folders of translations: each file of a data format in them is one.
pub(super) const TRANSLATION_FOLDERS: &[&str] =
    &["locale", "locales", "translation", "translations", "i18n", "l10n", "localization", "localizations"];

/// Folders that hold translations among other things: a language has to stand in the rest of the path.
pub(super) const LANGUAGE_FOLDERS: &[&str] =
    &["lang", "langs", "language", "languages", "messages", "intl", "strings", "nls", "_locales"];

/// Names of files with a language at their end: `messages_de.properties`.
pub(super) const LANGUAGE_FILES: &[&str] = &[
    "messages",
    "message",
    "strings",
    "translation",
    "translations",
    "locale",
    "locales",
    "lang",
    "language",
    "labels",
    "label",
    "text",
    "texts",
    "resources",
    "resource",
    "bundle",
    "i18n",
    "l10n",
    "validationmessages",
];

/// Endings of formats that only translations have.
pub(super) const TRANSLATION_ENDINGS: &[&str] =
    &["po", "pot", "xlf", "xliff", "arb", "strings", "stringsdict", "xcstrings", "ftl", "tmx", "qm"];

/// Endings of data formats that translations have, too.
pub(super) const DATA_ENDINGS: &[&str] = &[
    "json",
    "json5",
    "jsonc",
    "yml",
    "yaml",
    "properties",
    "php",
    "xml",
    "resx",
    "resjson",
    "ini",
    "toml",
    "csv",
    "lang",
    "lng",
    "ts",
    "txt",
];

/// Endings of programs that hold translations if a language stands in their path.
pub(super) const CODE_ENDINGS: &[&str] =
    &["js", "ts", "mjs", "cjs", "tsx", "jsx", "rb", "py", "php", "dart", "kt", "ex"];

/// Endings of documents.
pub(super) const DOCUMENT_ENDINGS: &[&str] =
    &["md", "mdx", "markdown", "rst", "adoc", "asciidoc", "rmd", "qmd"];

/// Names of documents, whatever their ending is.
pub(super) const DOCUMENTS: &[&str] =
    &["readme", "changelog", "changes", "contributing", "install", "faq", "history", "upgrading", "license"];

/// Words of a file name that tell a test: `test_a.py`, `application-test.yml`.
pub(super) const TEST_WORDS: &[&str] = &[
    "test", "tests", "testing", "unittest", "conftest", "fixture", "fixtures", "mock", "mocks", "testdata",
    "e2e",
];

/// Words of a file name that tell an example: `config.example.yml`.
pub(super) const EXAMPLE_WORDS: &[&str] = &["example", "examples", "sample", "samples", "demo"];

/// Last parts of a file name that tell an example: `.env.template`, `settings.php.dist`.
pub(super) const EXAMPLE_ENDINGS: &[&str] = &["template", "dist"];

/// Last words of a name in mixed case that tell a test, compared as written: `UserServiceTest.java`.
pub(super) const TEST_SUFFIXES: &[&str] = &["Test", "Tests", "TestCase", "Spec", "Specs", "IT", "UITests"];

/// Names of files that a program wrote.
pub(super) const GENERATED_FILES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "deno.lock",
    "cargo.lock",
    "poetry.lock",
    "pdm.lock",
    "uv.lock",
    "pipfile.lock",
    "composer.lock",
    "gemfile.lock",
    "podfile.lock",
    "packages.lock.json",
    "gradle.lockfile",
    "mix.lock",
    "pubspec.lock",
    "flake.lock",
    "go.sum",
    "go.work.sum",
    "package.resolved",
    "chart.lock",
    ".terraform.lock.hcl",
];

/// Ends of names of files that a program wrote.
pub(super) const GENERATED_ENDS: &[&str] = &[
    ".min.js",
    ".min.css",
    ".min.mjs",
    ".bundle.js",
    ".js.map",
    ".css.map",
    ".pb.go",
    "_pb2.py",
    "_pb2_grpc.py",
    ".pb.cc",
    ".pb.h",
    ".g.dart",
    ".freezed.dart",
    ".g.cs",
    ".designer.cs",
    "_generated.go",
    "_generated.rs",
    ".generated.ts",
    ".generated.js",
    ".generated.go",
    ".generated.cs",
    ".generated.java",
    ".generated.json",
    ".gen.go",
    ".gen.ts",
];
