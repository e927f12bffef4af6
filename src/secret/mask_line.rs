//! Masks a text that somebody wrote for the readers of a report, such as the reason of a suppression: words stay
//! readable, everything that looks like a secret is masked. Snippets have a stricter rule (`detect::snippet`).

use std::ops::Range;

use super::fingerprint::Fingerprint;
use crate::text::is_quote;

/// The minimum length of a run of token characters that is masked in any case, in bytes.
const LONG: usize = 16;

/// The minimum length of a value that is masked because it mixes kinds of characters, in bytes.
const MIXED: usize = 8;

/// Replaces everything that could be a secret with stars: each run of at least 16 token characters, and each value that
/// mixes kinds of characters and is quoted, assigned or contains unusual punctuation (`Pa$$w0rd!`). The span `keep`,
/// the name that the secret is assigned to, is not masked.
#[must_use]
pub(crate) fn mask_line(line: &[u8], keep: Option<&Range<usize>>) -> Vec<u8> {
    let mut hidden = vec![false; line.len()];
    let names = keep.filter(|keep| keep.start <= keep.end && keep.end <= line.len()).cloned();
    let names = names.unwrap_or(line.len()..line.len());
    for part in [0..names.start, names.end..line.len()] {
        for chunk in runs(line, part.clone(), |byte| !is_delimiter(byte)) {
            for secret in mixed_values(line, &chunk, &part) {
                hidden[secret].fill(true);
            }
        }
    }
    for run in runs(line, 0..line.len(), is_token) {
        if run.len() >= LONG && !(names.start <= run.start && run.end <= names.end) {
            hidden[run].fill(true);
        }
    }
    for reference in allow_references(line) {
        hidden[reference].fill(false);
    }
    let mut out = Vec::with_capacity(line.len());
    for (at, byte) in line.iter().enumerate() {
        if !hidden[at] {
            out.push(*byte);
        } else if at == 0 || !hidden[at - 1] {
            out.extend_from_slice(b"********");
        }
    }
    out
}

/// Returns the spans of `skant:allow RULE/FINGERPRINT` in inline comments, and of `skant:allow` without a reference. They
/// are shown, so that a mistyped one can be recognised.
pub(crate) fn allow_references(line: &[u8]) -> Vec<Range<usize>> {
    const COMMENT: &[u8] = b"skant:allow ";
    let end_of_reference = |start: usize| {
        let from = start + COMMENT.len();
        let rest = &line[from..];
        let rule = rest.iter().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'-').count();
        let digits = rest.get(rule + 1..)?.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let is_reference =
            rule > 0 && rest[rule] == b'/' && (Fingerprint::MIN_PREFIX..=LONG).contains(&digits);
        let end = rule + 1 + digits;
        (is_reference && rest.get(end).is_none_or(|byte| !is_token(*byte))).then_some(from + end)
    };
    let span = |start: usize| start..end_of_reference(start).unwrap_or(start + COMMENT.len() - 1);
    memchr::memmem::find_iter(line, COMMENT).map(span).collect()
}

/// Returns the spans in a chunk (without white space and quotes) that are masked for the kinds of their characters.
fn mixed_values(line: &[u8], chunk: &Range<usize>, part: &Range<usize>) -> Vec<Range<usize>> {
    let text = &line[chunk.clone()];
    let is_quote_at = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(|byte| is_quote(*byte));
    let is_quoted = is_quote_at(chunk.start.checked_sub(1)) && is_quote_at(Some(chunk.end));
    // `${NAME}` is a reference to a value.
    if is_quoted && mixes(text) && !text.starts_with(b"${") {
        return vec![chunk.clone()];
    }
    let value = assigned_value(line, chunk, part)
        .filter(|value| !line[value.clone()].iter().any(|byte| opens_bracket(*byte)));
    if let Some(value) = value.filter(|value| mixes(&line[value.clone()])) {
        return vec![value];
    }
    runs(line, chunk.clone(), |byte| !opens_bracket(byte) && !b")]}>,;|=".contains(&byte))
        .filter(|piece| {
            line[piece.clone()].iter().any(|byte| is_unusual(*byte)) && mixes(&line[piece.clone()])
        })
        .collect()
}

/// Returns the assigned part of a chunk: everything after its first operator, or the whole chunk if an operator
/// precedes it.
fn assigned_value(line: &[u8], chunk: &Range<usize>, part: &Range<usize>) -> Option<Range<usize>> {
    let is_operator = |byte: &u8| matches!(byte, b'=' | b':');
    if let Some(at) = line[chunk.clone()].iter().position(is_operator) {
        let from = chunk.start + at;
        let operator =
            line[from..chunk.end].iter().take_while(|byte| is_operator(byte) || **byte == b'>').count();
        return Some(from + operator..chunk.end);
    }
    let before = line[part.start..chunk.start].iter().rev().find(|byte| !byte.is_ascii_whitespace());
    before.filter(|byte| is_operator(byte)).map(|_| chunk.clone())
}

/// Returns whether a value mixes three kinds of characters, or is long and contains unusual punctuation.
fn mixes(value: &[u8]) -> bool {
    let end = value.iter().rposition(|byte| !b".,;:!?\\".contains(byte)).map_or(0, |last| last + 1);
    let has = |kind: fn(u8) -> bool| usize::from(value[..end].iter().any(|byte| kind(*byte)));
    let unusual = has(is_unusual);
    let punctuation = |byte: u8| byte.is_ascii_punctuation() && !b"_-./:\\".contains(&byte);
    let kinds = has(|byte| byte.is_ascii_lowercase())
        + has(|byte| byte.is_ascii_uppercase())
        + has(|byte| byte.is_ascii_digit())
        + has(punctuation);
    value.len() >= MIXED && kinds >= 3 || value.len() >= LONG && unusual > 0 && kinds >= 2
}

/// Returns the maximal runs of accepted bytes in a range.
fn runs(
    line: &[u8],
    range: Range<usize>,
    accepts: impl Fn(u8) -> bool,
) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        at += line[at..range.end].iter().take_while(|byte| !accepts(**byte)).count();
        let start = at;
        at += line[at..range.end].iter().take_while(|byte| accepts(**byte)).count();
        (start < at).then_some(start..at)
    })
}

/// Returns whether a byte may be part of a secret that no rule finds. Zero bytes between the characters are UTF-16.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'.' | b'~' | 0)
        || byte >= 0x80
}

const fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii_whitespace() || is_quote(byte)
}

/// Returns whether a byte opens a bracket. Brackets outside of quotes are code.
const fn opens_bracket(byte: u8) -> bool {
    matches!(byte, b'(' | b'[' | b'{' | b'<')
}

/// Returns whether a byte is punctuation that is common in passwords and rare in names and code.
const fn is_unusual(byte: u8) -> bool {
    matches!(byte, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'?' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(line: &str) -> String {
        String::from_utf8(mask_line(line.as_bytes(), None)).unwrap()
    }

    #[test]
    fn a_long_run_is_masked() {
        let line = "user=bob 0123456789abcdef other='abcdefghijklmnop'";
        assert_eq!(masked(line), "user=bob ******** other='********'");
        assert_eq!(masked("a\0b\0c\0d\0e\0f\0g\0h\0i"), "********");
        let name = b"A_VERY_LONG_SECRET_NAME: x";
        assert_eq!(mask_line(name, Some(&(0..23))), name);
    }

    #[test]
    fn a_value_of_many_kinds_is_masked() {
        for (line, expected) in [
            ("K=1 PASSWORD=Pa$$w0rd!x9%Tr#uS # note", "K=1 PASSWORD=******** # note"),
            ("password: Pa$$w0rd!x9", "password: ********"),
            ("\",password:\"Pa$$w(0)rd!=x9\",", "\",password:\"********\","),
            ("f('Tr0ub4dor&3')", "f('********')"),
            ("x = Tr0ub4dor", "x = ********"),
            ("mysql -p Pa$$w0rd!x9 db", "mysql -p ******** db"),
            ("git clone https://bob:Pa$$w0rd!@h/r", "git clone https:********"),
            ("correct!horse!battery", "********"),
            ("{\\\"pw\\\": \\\"Pa$$w0rd!\\\"}", "{\\\"pw\\\": \\\"********\"}"),
        ] {
            assert_eq!(masked(line), expected, "{line}");
        }
    }

    #[test]
    fn the_reference_of_an_inline_comment_is_shown_and_nothing_else() {
        let comment = "x # skant:allow generic-password/55a3f52011 -- wrong";
        assert_eq!(masked(comment), comment);
        for line in [
            "# skant:allow genericpasswordgenericpassword",
            "# skant:allow generic-password/0123456789abcdef0123",
            "# skant:allow generic-password/55a3f52011kX9pQ2vR7",
            "# skant:allow kX9pQ2vR7kX9pQ2vR7/55a3f52011",
        ] {
            assert!(masked(line).starts_with("# skant:allow ********"), "{}", masked(line));
        }
    }

    #[test]
    fn ordinary_code_stays_readable() {
        for line in [
            "client = Anthropic(api_key=\"",
            "\", max_retries=2, timeout=30.0)",
            "model=\"claude-3-opus\", system=\"You are Claude, a 3rd one!\"",
            "let x = foo(&bar[1], |y| y.2);",
            "if (a && b || !c) { return d[0]; }",
            "process.env.KEY || '",
            "export FOO=\"${HOME}/x\"; echo $BAR",
            "curl -H \"x-api-key: ",
            "- name: Run v2",
            "<b class=\"x\">Hello, World</b>",
        ] {
            assert_eq!(masked(line), line);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_run_of_16_token_characters_is_left(line in "[a-zA-Z0-9!$=:\"' (.-]{0,80}", from in 0usize..80, size in 0usize..20) {
            let keep = from..from + size;
            let masked = mask_line(line.as_bytes(), Some(&keep));
            if keep.end > line.len() {
                let longest = masked.split(|byte| !is_token(*byte)).map(<[u8]>::len).max().unwrap_or(0);
                proptest::prop_assert!(longest < LONG);
            }
        }
    }
}
