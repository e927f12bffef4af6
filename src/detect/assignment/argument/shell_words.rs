//! Splits a command line into words, as shells do, up to its end: quotes, continued lines, and the lists of strings that
//! programs and settings write (`["mysql", "-pvalue"]`). Expands nothing.

use std::ops::Range;

use super::literal::quoted_at;
use crate::text::is_quote;

/// The longest command line that is read, in bytes, and the most words.
const MAX_LENGTH: usize = 480;
const MAX_WORDS: usize = 40;

/// Returns the words of a command line after its program, without the quotes around a whole word.
pub(super) fn words_after(text: &[u8], program_end: usize) -> Vec<Range<usize>> {
    let mut at = program_end;
    for suffix in [&b".exe"[..], b".cmd"] {
        if text[at..].get(..suffix.len()).is_some_and(|found| found.eq_ignore_ascii_case(suffix)) {
            at += suffix.len();
        }
    }
    match text.get(at) {
        Some(quote) if is_quote(*quote) => list_after(text, at),
        Some(b'\\') if text.get(at + 1).copied().is_some_and(is_quote) => list_after(text, at),
        Some(byte) if byte.is_ascii_whitespace() => line_after(text, at),
        // The program's name goes on.
        _ => Vec::new(),
    }
}

/// Returns the strings of a list after the first one, whose closing quote is at `at`.
fn list_after(text: &[u8], at: usize) -> Vec<Range<usize>> {
    let text = &text[..text.len().min(at + MAX_LENGTH)];
    let space = |at: usize| text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let slashes = text[at..].iter().take_while(|byte| **byte == b'\\').count();
    let (mut words, mut at) = (Vec::new(), at + slashes + 1);
    while words.len() < MAX_WORDS && at < text.len() {
        at += space(at);
        if text.get(at) != Some(&b',') {
            break;
        }
        at += 1 + space(at + 1);
        let Some((word, next)) = quoted_at(text, at) else { break };
        words.push(word);
        at = next;
    }
    words
}

/// Returns the words of a line, and of the lines that continue it.
fn line_after(text: &[u8], start: usize) -> Vec<Range<usize>> {
    let end = text.len().min(start + MAX_LENGTH);
    let text = &text[..end];
    let (mut words, mut at) = (Vec::new(), start);
    while words.len() < MAX_WORDS {
        at = skip_spaces(text, at);
        let Some(&first) = text.get(at) else { break };
        if matches!(first, b'\n' | b'\r' | b';' | b'|' | b'&' | b')' | b'#') {
            break;
        }
        let Some((word, next)) = read_word(text, at) else { break };
        // A quote or a bracket of the text around the command ends it.
        let is_end = text.get(next).is_some_and(|byte| is_quote(*byte) || matches!(byte, b')' | b']'));
        words.push(word);
        at = next;
        if is_end {
            break;
        }
    }
    words
}

/// Skips spaces, and line ends after a character that continues the line: `\`, PowerShell's backquote, `^` of Windows.
fn skip_spaces(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at) {
            Some(b' ' | b'\t') => at += 1,
            Some(b'\\' | b'`' | b'^') if text.get(at + 1) == Some(&b'\n') => at += 2,
            Some(b'\\' | b'`' | b'^') if text[at + 1..].starts_with(b"\r\n") => at += 3,
            _ => return at,
        }
    }
}

/// Reads one word, and returns it without the quotes around it, and the position after it. A quote inside a word belongs to
/// the word if it is closed there: `-p'value'`, `--password="a b"`.
fn read_word(text: &[u8], start: usize) -> Option<(Range<usize>, usize)> {
    if is_quote(text[start]) || text[start] == b'\\' && text.get(start + 1).copied().is_some_and(is_quote) {
        return quoted_at(text, start);
    }
    let ends_word = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b';' | b'|' | b'`');
    let mut at = start;
    while let Some(&byte) = text.get(at) {
        if ends_word(byte) || byte == b'&' && text.get(at + 1) == Some(&b'&') {
            break;
        }
        if is_quote(byte) {
            let line = &text[at + 1..];
            let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
            let close = memchr::memchr(byte, line);
            let goes_on = |close: usize| line.get(close + 1).is_none_or(|next| ends_word(*next));
            match close {
                // `-p"value"`: the quotes are part of the word.
                Some(close) if goes_on(close) && at > start => {
                    at += close + 2;
                    continue;
                }
                _ => break,
            }
        }
        at += 1;
    }
    (at > start).then_some((start..at, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, program: &str) -> Vec<String> {
        let end = text.find(program).unwrap() + program.len();
        words_after(text.as_bytes(), end).into_iter().map(|word| text[word].to_owned()).collect()
    }

    #[test]
    fn a_line_is_split_as_shells_do() {
        assert_eq!(
            words("mysql -u root -pv9 db < x.sql; ls", "mysql"),
            ["-u", "root", "-pv9", "db", "<", "x.sql"]
        );
        assert_eq!(words("mysql -p'v 9' x | y", "mysql"), ["-p'v 9'", "x"]);
        assert_eq!(words("mysql.exe -u \"a b\" \\\n  -p v9\nnext", "mysql"), ["-u", "a b", "-p", "v9"]);
        assert_eq!(words("sh -c \"mysql -u root -pv9\" x", "mysql"), ["-u", "root", "-pv9"]);
        assert_eq!(words("`mysql -pv9`", "mysql"), ["-pv9"]);
        assert_eq!(words("mysqldump -pv9", "mysql"), [""; 0]);
    }

    #[test]
    fn a_list_of_strings_is_a_command() {
        assert_eq!(words("[\"mysql\", \"-u\", \"root\",\n \"-pv9\"]", "mysql"), ["-u", "root", "-pv9"]);
        assert_eq!(words("'mysql', user, '-pv9'", "mysql"), [""; 0]);
        assert_eq!(words("mysql\"", "mysql"), [""; 0]);
    }
}
