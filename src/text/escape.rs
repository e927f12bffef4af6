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

/// Appends a byte as `%XX`.
pub(crate) fn push_percent(out: &mut String, byte: u8) {
    // Writing into a String cannot fail.
    let _ = write!(out, "%{byte:02X}");
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
                    push_percent(&mut out, byte);
                }
            } else {
                out.push(character);
            }
        }
        for byte in chunk.invalid() {
            push_percent(&mut out, *byte);
        }
    }
    out
}

/// Returns the path of a form that [`escape_path`] made; `None` if it is no such form.
#[must_use]
pub(crate) fn unescape_path(shown: &str) -> Option<Vec<u8>> {
    let mut path = Vec::with_capacity(shown.len());
    let mut rest = shown.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        if *byte != b'%' {
            path.push(*byte);
            rest = after;
            continue;
        }
        let digits = std::str::from_utf8(after.get(..2)?).ok()?;
        path.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &after[2..];
    }
    Some(path)
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

/// Returns whether a character could move the cursor, change colours, reorder or hide text, or is not visible.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || !character.is_ascii()
            && INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

/// The characters with the property `Default_Ignorable_Code_Point` (Unicode 16.0, `DerivedCoreProperties.txt`), the
/// separators of lines and paragraphs, the characters of interlinear annotations, and letters and symbols without
/// ink that are no white space.
const INVISIBLE: [(char, char); 22] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{13440}', '\u{13440}'),
    ('\u{16fe4}', '\u{16fe4}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d159}', '\u{1d159}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

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
    fn invisible_characters_are_escaped_and_visible_ones_are_not() {
        for invisible in [
            0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180e, 0x180f, 0x200b, 0x2028,
            0x202d, 0x2060, 0x2065, 0x206a, 0x2800, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xffa0, 0xfff0, 0xfffb,
            0x1bca0, 0x1d159, 0x1d173, 0xe0001, 0xe007f, 0xe0100, 0xe0fff,
        ] {
            let character = char::from_u32(invisible).unwrap();
            let mut bytes = [0; 4];
            let text = character.encode_utf8(&mut bytes).as_bytes();
            assert_eq!(escape_terminal(text), format!("\\u{{{invisible:x}}}"));
            assert!(escape_path(text).starts_with('%'), "{invisible:x}");
        }
        for visible in
            ["é", "\u{301}", "中", "한", "ب", "\u{a0}", "\u{2003}", "\u{3000}", "⠁", "😀", "ក", "\u{fffd}"]
        {
            assert_eq!(escape_terminal(visible.as_bytes()), visible);
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
