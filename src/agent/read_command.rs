//! The files that a shell command prints, as far as its words say.

use std::collections::BTreeSet;

use super::programs::{BRIEF, FOLDER_CHANGES, KEYWORDS, PRINTERS, WRAPPERS};

/// The number of names that are looked at; not each is a file.
pub(crate) const MAX_NAMES: usize = 1 << 16;

/// The number of folders to which one command changes.
const MAX_FOLDERS: usize = 32;

/// The number of commands in commands.
const MAX_DEPTH: usize = 4;

/// Returns the arguments of programs that print files, and the files from which the standard input of a program comes,
/// from each folder in which the command may be by then; `None` if there are too many. Not each is a file. Variables and
/// patterns are not expanded.
pub(crate) fn printed_files(command: &str) -> Option<BTreeSet<String>> {
    let mut found = Names { files: BTreeSet::new(), folders: vec![String::new()] };
    found.add_command(command, 0)?;
    Some(found.files)
}

/// Returns whether each program that a command starts by its words ends at once.
pub(crate) fn is_brief(command: &str) -> bool {
    let (mut is_start, mut is_file) = (true, false);
    for word in words(command) {
        match word {
            Word::Separator => (is_start, is_file) = (true, false),
            Word::Input | Word::Output => is_file = true,
            Word::Text(text) if text.contains("$(") || text.contains('`') => return false,
            Word::Text(_) if is_file => is_file = false,
            Word::Text(text) if is_start && !is_assignment(&text) => {
                if !BRIEF.contains(&program(&text).as_str()) {
                    return false;
                }
                is_start = false;
            }
            Word::Text(_) => {}
        }
    }
    true
}

/// What the next words of a command are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The program.
    Program,
    /// The options of a program that starts another one, or that one.
    Wrapped,
    /// The arguments of a program that prints them.
    Printed,
    /// The arguments of a command that changes the folder.
    Folder,
    Arguments,
}

struct Names {
    files: BTreeSet<String>,
    /// The folders in which the command has been; the first is that of the session.
    folders: Vec<String>,
}

impl Names {
    fn add_command(&mut self, command: &str, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let (mut place, mut redirection) = (Place::Program, None);
        for word in words(command) {
            let text = match word {
                Word::Separator => {
                    (place, redirection) = (Place::Program, None);
                    continue;
                }
                Word::Input | Word::Output => {
                    redirection = Some(word);
                    continue;
                }
                Word::Text(text) => text,
            };
            // A command in quotes, which a shell runs or puts in place.
            if text.contains("$(")
                || text.contains('`')
                || text.contains(char::is_whitespace) && place == Place::Wrapped
            {
                self.add_command(&text.replace("$(", "\n"), depth + 1)?;
            }
            match redirection.take() {
                Some(Word::Input) => self.add_file(&text)?,
                Some(_) => {}
                None => place = self.place_after(place, &text)?,
            }
        }
        Some(())
    }

    /// Takes a word, and returns the place of the next one.
    fn place_after(&mut self, place: Place, word: &str) -> Option<Place> {
        let program = program(word);
        let is_in = |names: &[&str]| names.contains(&program.as_str());
        match place {
            Place::Program if is_assignment(word) || is_in(&KEYWORDS) => return Some(Place::Program),
            Place::Program | Place::Wrapped if is_in(&PRINTERS) => return Some(Place::Printed),
            Place::Program | Place::Wrapped if is_in(&WRAPPERS) => return Some(Place::Wrapped),
            Place::Program if is_in(&FOLDER_CHANGES) => return Some(Place::Folder),
            Place::Program => return Some(Place::Arguments),
            Place::Printed => self.add_file(word)?,
            Place::Folder => self.add_folder(word)?,
            Place::Wrapped | Place::Arguments => {}
        }
        Some(place)
    }

    /// Adds a file, also as the value of an option.
    fn add_file(&mut self, name: &str) -> Option<()> {
        for name in [Some(name), name.split_once('=').map(|(_, value)| value)].into_iter().flatten() {
            for folder in &self.folders {
                self.files.insert(below(folder, name));
                if self.files.len() > MAX_NAMES {
                    return None;
                }
            }
        }
        Some(())
    }

    fn add_folder(&mut self, name: &str) -> Option<()> {
        let last = self.folders.last().map_or("", String::as_str);
        self.folders.push(below(last, name));
        (self.folders.len() <= MAX_FOLDERS).then_some(())
    }
}

/// Returns the name of the program that a word starts, in lower case.
fn program(word: &str) -> String {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    name.strip_suffix(".exe").map(str::to_owned).unwrap_or(name)
}

/// Returns a path below a folder, without the parts that `..` takes back: the folder need not exist yet.
fn below(folder: &str, name: &str) -> String {
    let is_absolute = name.starts_with(['/', '~', '\\']) || name.get(1..2) == Some(":");
    if folder.is_empty() || is_absolute {
        return name.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(name.split('/')) {
        match part {
            "." => {}
            ".." if !matches!(parts.last(), None | Some(&"" | &".." | &"~")) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

enum Word {
    Text(String),
    /// `<`, before a file.
    Input,
    /// `>`, before a file.
    Output,
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
    let mut characters = command.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                current.get_or_insert_default();
            }
            (None, '$') if matches!(characters.peek(), Some('"' | '\'')) => {}
            // A line that goes on.
            (None | Some('"'), '\\') if characters.next_if_eq(&'\n').is_some() => {}
            (None | Some('"'), '\\') => current.get_or_insert_default().extend(characters.next()),
            (None, ';' | '|' | '&' | '\n' | '(' | ')' | '`' | '{' | '}') => {
                words.extend(current.take().map(Word::Text));
                words.push(Word::Separator);
            }
            (None, '<' | '>') => {
                // A number before it is that of a stream.
                let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
                words.extend(current.take().filter(|word| !is_number(word)).map(Word::Text));
                if character == '<' {
                    words.push(Word::Input);
                } else {
                    while characters.next_if(|next| matches!(next, '>' | '&' | '|')).is_some() {}
                    words.push(Word::Output);
                }
            }
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
            ("sudo /bin/cat -n 'a b.env' | wc -l", &["-n", "a b.env"]),
            ("X=1 head -n 3 a\\ b", &["-n", "3", "a b"]),
            ("while read x; do echo $x; done < .env", &[".env"]),
            ("echo $(cat .env)", &[".env"]),
            ("docker run --env-file .env app", &[]),
            ("git add cat .env", &[]),
            ("", &[]),
            ("env -i cat .env", &[".env"]),
            ("env A=1 -u B timeout -s KILL 5 Cat.EXE .env", &[".env"]),
            ("timeout 5 docker run --env-file .env app", &[]),
            ("if ! cat .env; then tail a; else while head b; do nl c; done; fi", &[".env", "a", "b", "c"]),
            ("then .env", &[]),
            ("find . -name x -exec paste .env \\;", &[".env", ";"]),
            ("bash -lc 'cat .env' && sh -c \"sudo sh -c 'nl a'\"", &[".env", "a"]),
            ("bash run.sh .env", &[]),
            ("echo \"x $(cat .env) y\" \"`nl a`\"", &[".env", "a"]),
            ("git commit -m 'cat .env'", &[]),
            ("2>/dev/null cat .env 2>&1 > out", &[".env"]),
            (">|out cat \\\n.env", &[".env"]),
            ("echo x > .env", &[]),
            ("cat $'.env' 0<a", &[".env", "a"]),
            ("dd if=.env", &[".env", "if=.env"]),
        ] {
            let expected = expected.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(printed_files(command), Some(expected), "{command}");
        }
    }

    #[test]
    fn a_command_is_brief_if_each_program_is() {
        for command in
            ["cat .env", "cd a && cat .env | grep -v X >&2; exit 1", "X=1 head -n 3 a 2>/dev/null", ""]
        {
            assert!(is_brief(command), "{command}");
        }
        for command in [
            "cat .env && npm start",
            "tail -f .env",
            "cat .env & ./server",
            "cat $(find .)",
            "cat <.env; sh -c 'cat a'",
            "watch cat .env",
        ] {
            assert!(!is_brief(command), "{command}");
        }
    }

    #[test]
    fn a_change_of_the_folder_is_followed() {
        for (command, expected) in [
            ("cd s && cat ../.env", ".env"),
            ("cd a/b; pushd ../c; cat .env", "a/c/.env"),
            ("cd a; cd /b && cat ../.env", "/.env"),
            ("(cd a); cat .env", ".env"),
            ("cd ../a; cat ../../.env", "../../.env"),
            ("cd ~/a && cat .env", "~/a/.env"),
            ("cd a && cat /x/.env", "/x/.env"),
        ] {
            let files = printed_files(command).unwrap();
            assert!(files.contains(expected), "{command}: {files:?}");
        }
    }

    #[test]
    fn too_much_is_not_read() {
        let names = |count: usize| (0..count).fold(String::new(), |names, name| names + &format!(" {name}"));
        assert_eq!(printed_files(&format!("cat{}", names(1000))).unwrap().len(), 1000);
        assert_eq!(printed_files(&format!("cat{}", names(MAX_NAMES + 1))), None);
        assert!(printed_files(&"cd a;".repeat(MAX_FOLDERS - 1)).is_some());
        assert_eq!(printed_files(&"cd a;".repeat(MAX_FOLDERS)), None);
        let nested = |depth: usize| {
            (0..depth).fold("cat .env".to_owned(), |inner, _| {
                format!("eval {}", inner.replace('\\', "\\\\").replace(' ', "\\ "))
            })
        };
        assert_eq!(printed_files(&nested(MAX_DEPTH)), printed_files("cat .env"));
        assert_eq!(printed_files(&nested(MAX_DEPTH + 1)), None);
    }
}
