//! Words that sources and documents may not use. `docs/glossary.md` gives the words to write instead.

use std::path::Path;
use std::process::Command;

/// Rejected everywhere but in the glossary.
const EVERYWHERE: [&str; 8] =
    ["coat", "coats", "coated", "mantle", "mantles", "hangs on", "is told", "are told"];

/// Rejected in sources, too.
const IN_SOURCES: [&str; 7] =
    ["untold", "story", "stories", "sieve", "stands behind", "stands beside", "surer"];

/// Words that only point at something, and the highest share of them in documents, in thousandths.
const POINTING: [&str; 9] = ["what", "that", "which", "it", "one", "none", "so", "there", "there's"];
const MAX_POINTING: usize = 45;

/// Returns the tracked files with one of the extensions, relative to the root of the repository.
fn tracked(extensions: &[&str]) -> Vec<String> {
    let root = env!("CARGO_MANIFEST_DIR");
    let output = Command::new("git").args(["-C", root, "ls-files"]).output().expect("git runs");
    let names = String::from_utf8(output.stdout).expect("UTF-8");
    let wanted = |name: &&str| extensions.iter().any(|extension| name.ends_with(extension));
    names.lines().filter(wanted).map(str::to_owned).collect()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("readable")
}

/// Returns the rejected words of a text with their lines. A word counts between characters that are no letters.
fn rejected(text: &str, words: &[&str]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let lower = content.to_lowercase();
        for word in words {
            let is_letter =
                |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
            let hit = lower.match_indices(word).any(|(at, _)| {
                let bytes = lower.as_bytes();
                !is_letter(at.checked_sub(1).and_then(|at| bytes.get(at)))
                    && !is_letter(bytes.get(at + word.len()))
            });
            if hit {
                found.push((line, (*word).to_owned()));
            }
        }
    }
    found
}

/// Returns a document's words outside of fenced blocks and inline code.
fn prose(text: &str) -> Vec<String> {
    let mut is_fenced = false;
    let mut plain = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            is_fenced = !is_fenced;
        } else if !is_fenced {
            plain.extend(line.split('`').step_by(2));
            plain.push('\n');
        }
    }
    let is_word = |character: char| character.is_ascii_lowercase() || character == '\'';
    let lower = plain.to_lowercase();
    lower.split(|character| !is_word(character)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[test]
fn sources_and_documents_use_the_words_of_the_glossary() {
    let mut wrong = Vec::new();
    for name in tracked(&[".rs", ".md", ".toml", ".sh", ".yml", ".yaml", ".json", "Cargo.toml"]) {
        // The glossary lists the rejected words, and this file searches for them.
        if name == "docs/glossary.md" || name == "tests/architecture/words.rs" {
            continue;
        }
        let text = read(&name);
        let is_source = Path::new(&name).extension().is_none_or(|extension| extension != "md");
        let words: Vec<&str> =
            EVERYWHERE.into_iter().chain(IN_SOURCES.into_iter().filter(|_| is_source)).collect();
        let found = rejected(&text, &words).into_iter();
        wrong.extend(found.map(|(line, word)| format!("{name}:{line}: `{word}`")));
    }
    assert!(wrong.is_empty(), "docs/glossary.md has other words for these:\n{}\n", wrong.join("\n"));
}

#[test]
fn documents_name_things_instead_of_pointing_at_them() {
    let (mut pointing, mut all) = (0, 0);
    for name in tracked(&[".md"]) {
        let counts = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].contains(&name.as_str())
            || name.starts_with("docs/") && name != "docs/rules.md";
        if counts {
            let words = prose(&read(&name));
            all += words.len();
            pointing += words.iter().filter(|word| POINTING.contains(&word.as_str())).count();
        }
    }
    assert!(all > 5_000, "only {all} words were read");
    let share = pointing * 1_000 / all;
    assert!(
        share <= MAX_POINTING,
        "{share} of 1,000 words only point at something; at most {MAX_POINTING} may"
    );
}

#[test]
fn rejected_words_are_found_as_whole_words() {
    let words = ["coat", "is told"];
    assert_eq!(
        rejected("A coat.\nthe key is told\n", &words),
        [(1, "coat".to_owned()), (2, "is told".to_owned())]
    );
    assert_eq!(rejected("coating, raincoat, this told, coat_of", &words), []);
    assert_eq!(prose("One `that` it\n```\nwhat\n```\nEnd's."), ["one", "it", "end's"]);
}
