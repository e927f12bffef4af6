//! The built-in table of contexts by path.

use super::language::is_language;
use super::table;
use crate::finding::Context;

/// Returns the context that a path tells; `None` if it tells nothing.
///
/// A translation or a test in a copy of another project is a translation or a test: the innermost purpose counts.
pub(super) fn context_of_path(path: &[u8]) -> Option<Context> {
    let path = String::from_utf8_lossy(path);
    let path = Path::new(&path);
    if path.is_translation() {
        Some(Context::Translation)
    } else if path.is_test() {
        Some(Context::Test)
    } else if path.is_example() {
        Some(Context::Example)
    } else if path.is_document() {
        Some(Context::Document)
    } else if path.is_generated() {
        Some(Context::Generated)
    } else {
        path.is_vendored().then_some(Context::Vendored)
    }
}

/// A path in parts.
struct Path<'p> {
    folders: Vec<&'p str>,
    /// The name of the file as it is written.
    name: &'p str,
    /// The name in lowercase.
    lower: String,
}

impl<'p> Path<'p> {
    fn new(path: &'p str) -> Self {
        let mut folders: Vec<&str> = path.split('/').collect();
        let name = folders.pop().unwrap_or_default();
        Self { folders, name, lower: name.to_ascii_lowercase() }
    }

    /// Returns the name up to its first dot that is not at its start.
    fn stem(&self) -> &str {
        let start = usize::from(self.name.starts_with('.'));
        let end = self.name[start..].find('.').map_or(self.name.len(), |at| start + at);
        &self.name[..end]
    }

    /// Returns the part after the last dot in lowercase; empty without one.
    fn ending(&self) -> &str {
        self.lower.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    fn has_ending(&self, endings: &[&str]) -> bool {
        endings.contains(&self.ending())
    }

    /// Whether a folder is named with one of the words, alone or among others: `tests`, `integration-tests`,
    /// `androidTest`.
    fn has_folder_word(&self, words: &[&str]) -> bool {
        self.folders
            .iter()
            .any(|folder| split_words(folder).any(|word| words.contains(&word.to_ascii_lowercase().as_str())))
    }

    /// Whether a folder has one of the names.
    fn has_folder(&self, names: &[&str]) -> bool {
        self.folders.iter().any(|folder| names.contains(&folder.to_ascii_lowercase().as_str()))
    }

    fn is_test(&self) -> bool {
        let mut words = self.lower.split(|character: char| !character.is_ascii_alphanumeric());
        let stem = self.stem();
        let before_ending = self.lower.rsplit_once('.').map_or(self.lower.as_str(), |(before, _)| before);
        self.has_folder_word(table::TEST_FOLDERS)
            || words.any(|word| table::TEST_WORDS.contains(&word))
            || [".spec", "_spec", "-spec"].iter().any(|end| before_ending.ends_with(end))
            || self.ending() == "snap"
            || table::TEST_SUFFIXES.iter().any(|suffix| ends_with_word(stem, suffix))
            || starts_with_word(stem, "Test") && self.has_ending(&["java", "kt", "cs", "php", "swift"])
    }

    fn is_example(&self) -> bool {
        let mut words = self.lower.split(|character: char| !character.is_ascii_alphanumeric());
        self.has_folder_word(table::EXAMPLE_FOLDERS)
            || self.has_ending(table::EXAMPLE_ENDINGS)
            || words.any(|word| table::EXAMPLE_WORDS.contains(&word))
    }

    fn is_document(&self) -> bool {
        let stem = self.stem().to_ascii_lowercase();
        self.has_folder_word(table::DOCUMENT_FOLDERS)
            || self.has_ending(table::DOCUMENT_ENDINGS)
            || table::DOCUMENTS.contains(&stem.as_str()) && self.has_ending(&["", "txt", "html", &stem])
    }

    fn is_translation(&self) -> bool {
        if self.has_ending(table::TRANSLATION_ENDINGS) {
            return true;
        }
        let parts = || self.folders.iter().copied().chain([self.stem()]);
        let has_language = || parts().any(is_language);
        let is_data = self.has_ending(table::DATA_ENDINGS);
        if self.has_folder(table::TRANSLATION_FOLDERS) {
            return is_data && !self.has_ending(table::CODE_ENDINGS)
                || self.has_ending(table::CODE_ENDINGS) && has_language();
        }
        let is_program_or_data = is_data || self.has_ending(table::CODE_ENDINGS);
        is_program_or_data && self.has_folder(table::LANGUAGE_FOLDERS) && has_language()
            || is_data && self.ends_with_language()
            || self.ending() == "xml" && self.folders.iter().copied().any(is_android_language)
    }

    /// Whether the name ends with a language: `messages_de.properties`, `Resources.fr.resx`.
    fn ends_with_language(&self) -> bool {
        let Some((name, _)) = self.name.rsplit_once('.') else { return false };
        name.char_indices().filter(|(_, character)| matches!(character, '.' | '_' | '-')).any(|(at, _)| {
            let base = name[..at].to_ascii_lowercase();
            table::LANGUAGE_FILES.contains(&base.as_str()) && is_language(&name[at + 1..])
        })
    }

    fn is_generated(&self) -> bool {
        self.has_folder(table::GENERATED_FOLDERS)
            || table::GENERATED_FILES.contains(&self.lower.as_str())
            || table::GENERATED_ENDS.iter().any(|end| self.lower.ends_with(end))
    }

    fn is_vendored(&self) -> bool {
        self.has_folder(table::VENDORED_FOLDERS)
    }
}

/// Whether a folder of Android's resources is one of a language: `values-de`, `values-pt-rBR`, `values-b+sr+Latn`.
fn is_android_language(folder: &str) -> bool {
    let Some(tag) = folder.strip_prefix("values-") else { return false };
    tag.starts_with("b+") || is_language(&tag.replace("-r", "-"))
}

/// Splits a name into words, at characters that are neither letters nor digits and before capitals.
fn split_words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|character: char| !character.is_ascii_alphanumeric()).flat_map(|part| {
        let mut starts: Vec<usize> = part
            .as_bytes()
            .windows(2)
            .enumerate()
            .filter(|(_, pair)| !pair[0].is_ascii_uppercase() && pair[1].is_ascii_uppercase())
            .map(|(at, _)| at + 1)
            .collect();
        starts.insert(0, 0);
        starts.push(part.len());
        let bounds: Vec<(usize, usize)> = starts.windows(2).map(|pair| (pair[0], pair[1])).collect();
        bounds.into_iter().map(|(start, end)| &part[start..end]).filter(|word| !word.is_empty())
    })
}

/// Whether a name in mixed case ends with a word: `UserTest`, but not `LATEST`.
fn ends_with_word(name: &str, word: &str) -> bool {
    name.strip_suffix(word).is_some_and(|before| {
        before.ends_with(|character: char| character.is_ascii_lowercase() || character.is_ascii_digit())
    })
}

/// Whether a name in mixed case starts with a word: `TestUser`, but not `Testimony`.
fn starts_with_word(name: &str, word: &str) -> bool {
    name.strip_prefix(word)
        .is_some_and(|rest| rest.starts_with(|character: char| character.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: [(Context, &[&str]); 6] = [
        (
            Context::Test,
            &[
                "tests/a.py",
                "src/__tests__/x.js",
                "a/test_client.py",
                "pkg/client_test.go",
                "web/login.spec.ts",
                "spec/models/user_spec.rb",
                "app/src/androidTest/kotlin/Login.kt",
                "src/main/java/UserServiceTest.java",
                "src/TestUser.cs",
                "integration-tests/settings.yml",
                "application-test.yml",
                ".env.test",
                "conftest.py",
                "e2e/login.js",
                "vendor/lib/tests/a.go",
                "ui/__snapshots__/a.snap",
                "MyApp.Tests/Startup.cs",
            ],
        ),
        (
            Context::Example,
            &[
                ".env.example",
                "config.sample.php",
                "config.example.yml",
                ".env.template",
                "settings.php.dist",
                "examples/a/main.tf",
                "docs/examples/a.md",
            ],
        ),
        (
            Context::Document,
            &["docs/x.html", "README.md", "README", "guide/setup.rst", "docs_src/first_steps.py"],
        ),
        (
            Context::Translation,
            &[
                "po/de.po",
                "config/locales/en.yml",
                "src/locales/pt-BR.json",
                "resources/lang/hu/auth.php",
                "lang/en/validation.php",
                "messages_de.properties",
                "i18n/strings.json",
                "src/i18n/fr.ts",
                "app/src/main/res/values-pt-rBR/strings.xml",
                "de.lproj/Localizable.strings",
                "Properties/Resources.fr.resx",
                "public/_locales/ja/messages.json",
                "tests/locales/en.json",
            ],
        ),
        (
            Context::Generated,
            &[
                "package-lock.json",
                "web/app.min.js",
                "api/v1.pb.go",
                "src/generated/client.ts",
                "dist/app.js",
            ],
        ),
        (Context::Vendored, &["vendor/lib/a.go", "node_modules/x/index.js", "ios/Pods/X/x.m"]),
    ];

    #[test]
    fn a_path_tells_its_context() {
        for (context, paths) in PATHS {
            for path in paths {
                assert_eq!(context_of_path(path.as_bytes()), Some(context), "{path}");
            }
        }
    }

    #[test]
    fn a_word_that_only_contains_another_tells_nothing() {
        for path in [
            "src/contest.py",
            "latest/a.py",
            "src/attestation/mod.rs",
            ".env",
            "config/settings.yml",
            "src/LATEST.java",
            "src/lang/parser.rs",
            "src/i18n/index.ts",
            "app/src/main/res/values/strings.xml",
            "src/language.rs",
            "deploy/id.json",
            "src/Testimony.java",
            "history/a.rs",
            "src/install.sh",
            "docker-compose.yml",
            "templates/secret.yaml",
            "app/distribution.py",
            "",
        ] {
            assert_eq!(context_of_path(path.as_bytes()), None, "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_paths_have_a_context_or_none(path in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            let _ = context_of_path(&path);
        }
    }
}
