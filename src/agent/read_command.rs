//! The files that a shell command prints, as far as its words say.

/// Programs that print the files in their arguments.
const PRINTERS: [&str; 27] = [
    "awk",
    "base64",
    "bat",
    "batcat",
    "cat",
    "cut",
    "egrep",
    "fgrep",
    "Get-Content",
    "gc",
    "grep",
    "head",
    "hexdump",
    "jq",
    "less",
    "more",
    "nl",
    "od",
    "rg",
    "sed",
    "sort",
    "strings",
    "tac",
    "tail",
    "type",
    "xxd",
    "yq",
];

/// The number of files that are looked at.
const MAX_FILES: usize = 32;

/// Returns the arguments of programs that print files, and the files from which the standard input of a program comes.
/// Not each is a file. Variables and patterns are not expanded.
pub(crate) fn printed_files(command: &str) -> Vec<String> {
    let (mut files, mut is_printer, mut is_first, mut is_input) = (Vec::new(), false, true, false);
    for word in words(command) {
        match word {
            Word::Separator => (is_printer, is_first, is_input) = (false, true, false),
            Word::Input => is_input = true,
            Word::Text(text) if is_first && !is_input && !is_assignment(&text) => {
                let program = text.rsplit(['/', '\\']).next().unwrap_or_default();
                is_printer = PRINTERS.iter().any(|name| name.eq_ignore_ascii_case(program));
                // What these start is the program.
                is_first = ["sudo", "command", "exec", "time", "env", "xargs"].contains(&program);
            }
            Word::Text(text) => {
                if (is_printer || is_input) && files.len() < MAX_FILES {
                    files.push(text);
                }
                is_input = false;
            }
        }
    }
    files
}

enum Word {
    Text(String),
    /// `<`, before a file.
    Input,
    /// What ends a command: `;`, `|`, `&`, a line break, a parenthesis.
    Separator,
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// Splits a command into words, without quotes.
fn words(command: &str) -> Vec<Word> {
    let (mut words, mut current, mut quote) = (Vec::new(), None::<String>, None);
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                current.get_or_insert_default();
            }
            (None | Some('"'), '\\') => current.get_or_insert_default().extend(characters.next()),
            (None, ';' | '|' | '&' | '\n' | '(' | ')' | '`' | '{' | '}') => {
                words.extend(current.take().map(Word::Text));
                words.push(Word::Separator);
            }
            (None, '<') => {
                words.extend(current.take().map(Word::Text));
                words.push(Word::Input);
            }
            (None, '>') => words.extend(current.take().map(Word::Text)),
            (None, space) if space.is_whitespace() => words.extend(current.take().map(Word::Text)),
            (_, other) => current.get_or_insert_default().push(other),
        }
    }
    words.extend(current.map(Word::Text));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_printing_programs_are_found() {
        for (command, expected) in [
            ("cat .env", &[".env"][..]),
            ("cd x && sudo /bin/cat -n 'a b.env' | wc -l", &["-n", "a b.env"]),
            ("X=1 head -n 3 a\\ b", &["-n", "3", "a b"]),
            ("while read x; do echo $x; done < .env", &[".env"]),
            ("echo $(cat .env)", &[".env"]),
            ("docker run --env-file .env app", &[]),
            ("git add cat .env", &[]),
            ("", &[]),
        ] {
            assert_eq!(printed_files(command), expected, "{command}");
        }
    }
}
