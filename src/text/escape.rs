//! Escapes for untrusted text that is printed on a terminal or written into a report.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Makes bytes safe to print: control characters, bidirectional overrides and other invisible characters become
/// `\u{…}`, bytes that are not UTF-8 become `\xNN`, and a tab becomes a space. The first character of a command for the
/// log of a CI job becomes `\u{…}`, too.
#[must_use]
pub(crate) fn escape_terminal(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for (at, character) in chunk.valid().char_indices() {
            if character == '\t' {
                out.push(' ');
            } else if is_unsafe(character) || begins_command(&chunk.valid()[at..]) {
                // Writing into a String cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
            } else {
                out.push(character);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Returns a path as reports show it. Bytes that are not UTF-8, control and invisible characters, and `%` are
/// percent-escaped, so that distinct paths stay distinct.
#[must_use]
pub(crate) fn escape_path(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        for (at, character) in chunk.valid().char_indices() {
            if character == '%' || is_unsafe(character) || begins_command(&chunk.valid()[at..]) {
                let mut buffer = [0; 4];
                for byte in character.encode_utf8(&mut buffer).bytes() {
                    let _ = write!(out, "%{byte:02X}");
                }
            } else {
                out.push(character);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Escapes a command of GitHub's runner, which the runner recognises at the start of a line.
#[must_use]
pub(crate) fn escape_ci_command(line: &str) -> Cow<'_, str> {
    let start = line.trim_start();
    match start.strip_prefix("::") {
        Some(rest) => format!("{}\\u{{3a}}:{rest}", &line[..line.len() - start.len()]).into(),
        None => line.into(),
    }
}

/// Returns whether a text begins with a command that Azure Pipelines, GitHub's runner or TeamCity recognise anywhere in
/// a line.
fn begins_command(text: &str) -> bool {
    let is =
        |command: &str| text.get(..command.len()).is_some_and(|start| start.eq_ignore_ascii_case(command));
    text.starts_with("##") && (is("##[") || is("##vso[") || is("##teamcity["))
}

/// Returns whether a character could move the cursor, change colours, or reorder or hide text.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_sequences_for_a_terminal_are_escaped() {
        let cases: [(&[u8], &str); 5] = [
            (b"plain name.rs", "plain name.rs"),
            (b"\x1b[31mred", "\\u{1b}[31mred"),
            ("a\u{202e}b".as_bytes(), "a\\u{202e}b"),
            (b"a\xffb", "a\\xffb"),
            (b"a\tb\r\n", "a b\\u{d}\\u{a}"),
        ];
        for (input, expected) in cases {
            assert_eq!(escape_terminal(input), expected);
        }
    }

    #[test]
    fn commands_for_a_ci_job_are_escaped() {
        for command in ["##[error]x", "##vso[task.setvariable]x", "##VSO[x]", "##teamcity[x]"] {
            let text = format!("a {command}");
            assert_eq!(escape_terminal(text.as_bytes()), format!("a \\u{{23}}{}", &command[1..]));
            assert_eq!(escape_path(text.as_bytes()), format!("a %23{}", &command[1..]));
        }
        for plain in ["## heading", "#[derive]", "##", "a##b[0]"] {
            assert_eq!(escape_terminal(plain.as_bytes()), plain);
        }
        assert_eq!(escape_ci_command("  ::error::x"), "  \\u{3a}:error::x");
        assert_eq!(escape_ci_command("a ::error::x"), "a ::error::x");
    }

    #[test]
    fn distinct_paths_stay_distinct() {
        assert_eq!(escape_path(b"a%41\xff\n"), "a%2541%FF%0A");
        assert_eq!(escape_path("grün/ö.txt".as_bytes()), "grün/ö.txt");
    }
}
