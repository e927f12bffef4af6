//! Finds the secret of a command line: `mysql -pvalue`, `docker login -p value`, `echo value | chpasswd`.

use std::ops::Range;

use super::shell_words::words_after;
use super::{Argument, Name};
use crate::detect::assignment::parse::is_name;
use crate::rules::{Command, CommandForm, commands_at};
use crate::text::{find_short, is_quote};

/// Finds the value that a row of the table names. The anchor begins with the program.
pub(super) fn find(text: &[u8], anchor: &Range<usize>) -> Option<Argument> {
    // A longer name ends here; a path does not.
    if anchor.start > 0 && is_name(text[anchor.start - 1]) {
        return None;
    }
    let rows = commands_at(&text[anchor.clone()]);
    let words = words_after(text, anchor.start + rows.first()?.program.len());
    rows.iter().find_map(|row| {
        let value = value_of(row, text, anchor.start, &words)?;
        let end = words.last().map_or(value.end, |word| word.end.max(value.end));
        Some(Argument { within: anchor.start.min(value.start)..end, value, name: Name::OfRow(row.name) })
    })
}

fn value_of(row: &Command, text: &[u8], program: usize, words: &[Range<usize>]) -> Option<Range<usize>> {
    let words = after_words(row, text, words)?;
    if row.named && !words.iter().any(|word| names_secret(&text[word.clone()])) {
        return None;
    }
    let argument = match (row.form, row.argument) {
        (CommandForm::Piped, _) => {
            let is_option = |word: &Range<usize>| {
                row.options.iter().any(|option| text[word.clone()] == *option.as_bytes())
            };
            if !row.options.is_empty() && !words.iter().any(is_option) {
                return None;
            }
            piped_value(text, program)?
        }
        (_, Some(index)) => {
            let is_argument = |word: &&Range<usize>| !is_option(&text[(*word).clone()]);
            words.iter().filter(is_argument).nth(index)?.clone()
        }
        (form, None) => words.iter().enumerate().find_map(|(at, word)| {
            row.options.iter().find_map(|option| option_value(text, option, form, word, words.get(at + 1)))
        })?,
    };
    part_of(row, text, without_quotes(text, argument))
}

/// Returns the words after those that the row requires. Options may be between them.
fn after_words<'w>(row: &Command, text: &[u8], words: &'w [Range<usize>]) -> Option<&'w [Range<usize>]> {
    let mut rest = words;
    for required in row.words {
        let at = rest.iter().position(|word| text[word.clone()].eq_ignore_ascii_case(required.as_bytes()))?;
        rest = &rest[at + 1..];
    }
    Some(rest)
}

/// Returns whether a word is an option, or a drive or share of Windows, and no value.
fn is_option(word: &[u8]) -> bool {
    if word.starts_with(b"\\\\") || word.len() == 2 && word[1] == b':' {
        return true;
    }
    matches!(word.first(), None | Some(b'-' | b'<' | b'>'))
        || word.first() == Some(&b'/') && word.len() < 16 && !word[1..].contains(&b'/')
}

/// Returns whether an argument names a secret: `/app/db/password`, `DB_PASSWORD`.
fn names_secret(word: &[u8]) -> bool {
    const WORDS: [&[u8]; 8] =
        [b"passw", b"secret", b"token", b"apikey", b"api_key", b"api-key", b"credential", b"pwd"];
    let lower = word.to_ascii_lowercase();
    WORDS.iter().any(|part| find_short(&lower, part).is_some())
}

/// Returns the value of an option, if `word` is the option.
fn option_value(
    text: &[u8],
    option: &str,
    form: CommandForm,
    word: &Range<usize>,
    next: Option<&Range<usize>>,
) -> Option<Range<usize>> {
    let found = &text[word.clone()];
    let option = option.as_bytes();
    let rest = found.get(..option.len()).filter(|start| *start == option).map(|_| &found[option.len()..])?;
    let start = word.start + option.len();
    match rest.first() {
        None if form != CommandForm::Attached => {
            next.filter(|next| !is_option(&text[(*next).clone()])).cloned()
        }
        Some(b'=' | b':') if form != CommandForm::Attached => Some(start + 1..word.end),
        Some(_) if form != CommandForm::Separate => Some(start..word.end),
        _ => None,
    }
}

/// Returns a word without the quotes around it.
fn without_quotes(text: &[u8], word: Range<usize>) -> Range<usize> {
    let is_quoted = |range: &Range<usize>| {
        range.len() > 1 && is_quote(text[range.start]) && text[range.end - 1] == text[range.start]
    };
    if is_quoted(&word) { word.start + 1..word.end - 1 } else { word }
}

/// Returns the part of an argument that is the secret.
fn part_of(row: &Command, text: &[u8], argument: Range<usize>) -> Option<Range<usize>> {
    let word = &text[argument.clone()];
    let start = match row.after {
        "" => 0,
        after => find_short(word, after.as_bytes())? + after.len(),
    };
    let end = match (row.before, row.after) {
        ("", _) => word.len(),
        (before, "") => word.strip_suffix(before.as_bytes())?.len(),
        (before, _) => start + memchr::memmem::rfind(&word[start..], before.as_bytes())?,
    };
    (start < end).then_some(argument.start + start..argument.start + end)
}

/// Returns the text that `echo` or `printf` gives to the program through a pipe.
fn piped_value(text: &[u8], program: usize) -> Option<Range<usize>> {
    const MAX_LENGTH: usize = 240;
    const WRITERS: [&[u8]; 4] = [b"echo", b"printf", b"print", b"Write-Output"];
    let from = program.saturating_sub(MAX_LENGTH);
    let line = memchr::memrchr(b'\n', &text[from..program]).map_or(from, |at| from + at + 1);
    let pipe = line + memchr::memrchr(b'|', &text[line..program])?;
    // `sudo` and its options may be before the program.
    if text[pipe + 1..program].iter().any(|byte| matches!(byte, b';' | b'"' | b'\'')) {
        return None;
    }
    let before = text[line..pipe].trim_ascii_end();
    let end = line + before.len();
    let start = match before.last().copied().filter(|byte| is_quote(*byte)) {
        Some(quote) => line + memchr::memrchr(quote, &before[..before.len() - 1])? + 1,
        None => line + before.iter().rposition(u8::is_ascii_whitespace)? + 1,
    };
    let end = if before.last().is_some_and(|byte| is_quote(*byte)) { end - 1 } else { end };
    let command = text[line..start].trim_ascii_end();
    let command = command.strip_suffix(b"\"").or_else(|| command.strip_suffix(b"'")).unwrap_or(command);
    let mut words = command.rsplit(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let writer = words
        .find(|word| !word.starts_with(b"-") && !word.starts_with(b"'%s") && !word.starts_with(b"\"%s"))?;
    let is_writer = WRITERS.iter().any(|name| writer.ends_with(name));
    (is_writer && start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, program: &str) -> Option<String> {
        let start = text.find(program).unwrap();
        let argument = find(text.as_bytes(), &(start..start + program.len()))?;
        Some(text[argument.value].to_owned())
    }

    #[test]
    fn the_value_of_an_option_is_found() {
        for (text, anchor) in [
            ("mysqldump -u root -pv9k2 db > d.sql", "mysqldump"),
            ("/usr/bin/mysql -p'v9k2'", "mysql "),
            ("sudo docker login -u bot -p v9k2 registry.example.org", "docker "),
            ("echo v9k2 | docker login -u bot --password-stdin", "docker "),
            ("echo -n \"v9k2\" | sudo docker login --password-stdin x", "docker "),
            ("echo 'root:v9k2' | chpasswd", "chpasswd"),
            ("schtasks /create /ru dom\\u /rp v9k2", "schtasks"),
            ("sqlcmd -S srv -U sa -P v9k2 -Q \"select 1\"", "sqlcmd "),
            ("htpasswd -cb /etc/x/.htpasswd deploy v9k2", "htpasswd"),
            ("openssl pkcs12 -export -passout pass:v9k2 -out c.p12", "openssl "),
            ("aws ssm put-parameter --name /prod/db/password --value \"v9k2\"", "aws ssm"),
            ("curl -u \"v9k2:\" https://x.example.org", "curl "),
            ("smbclient -U bob%v9k2 //srv/x", "smbclient"),
        ] {
            assert_eq!(found(text, anchor).as_deref(), Some("v9k2"), "{text}");
        }
    }

    #[test]
    fn other_options_are_no_secrets() {
        for (text, anchor) in [
            ("mysql -P 3306 -p db", "mysql "),
            ("docker run -p 8080:80 nginx", "docker "),
            ("docker login -u bot -p", "docker "),
            ("cat token.txt | docker login --password-stdin", "docker "),
            ("aws ssm put-parameter --name /prod/db/host --value v9k2", "aws ssm"),
            ("htpasswd -c /etc/x/.htpasswd deploy", "htpasswd"),
            ("openssl pkcs12 -passout file:x", "openssl "),
            ("libmysql -pv9k2", "mysql "),
        ] {
            assert_eq!(found(text, anchor), None, "{text}");
        }
    }
}
