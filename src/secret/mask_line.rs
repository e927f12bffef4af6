//! What may be shown of the text around a secret: other secrets stand beside it, and no rule knows them all.

use std::ops::Range;

use crate::secret::Fingerprint;

/// Runs of token characters that are shorter than this are shown, if nothing else speaks against it.
const LONG: usize = 16;

/// The shortest value that is hidden because it mixes kinds of characters.
const MIXED: usize = 8;

/// Replaces by stars what could be a secret: every run of 16 or more token characters, and every quoted,
/// assigned or oddly signed value that mixes kinds of characters (`Pa$$w0rd!`). What lies in `keep`, the name
/// that the secret is assigned to, stays.
#[must_use]
pub fn mask_line(line: &[u8], keep: Option<&Range<usize>>) -> Vec<u8> {
    mask_line_with(line, keep, std::iter::empty())
}

/// The same, and what is known to be a secret in it: a rule may have found what does not look like one.
#[must_use]
pub fn mask_line_with(
    line: &[u8],
    keep: Option<&Range<usize>>,
    known: impl IntoIterator<Item = Range<usize>>,
) -> Vec<u8> {
    let mut hidden = vec![false; line.len()];
    let names = keep.filter(|keep| keep.start <= keep.end && keep.end <= line.len()).cloned();
    let names = names.unwrap_or(line.len()..line.len());
    for part in [0..names.start, names.end..line.len()] {
        for chunk in runs(line, part.clone(), |byte| !is_edge(byte)) {
            for secret in secrets(line, &chunk, &part) {
                hidden[secret].fill(true);
            }
        }
    }
    for run in runs(line, 0..line.len(), is_token) {
        if run.len() >= LONG && !(names.start <= run.start && run.end <= names.end) {
            hidden[run].fill(true);
        }
    }
    for named in named_findings(line) {
        hidden[named].fill(false);
    }
    for secret in known {
        hidden[secret].fill(true);
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

/// What skant's own comments name, `skant:allow RULE/FINGERPRINT`: whoever has mistyped one needs to see it.
fn named_findings(line: &[u8]) -> Vec<Range<usize>> {
    const COMMENT: &[u8] = b"skant:allow ";
    let named = |start: usize| {
        let from = start + COMMENT.len();
        let rest = &line[from..];
        let rule = rest.iter().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'-').count();
        let digits = rest.get(rule + 1..)?.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let is_one = rule > 0 && rest[rule] == b'/' && (Fingerprint::MIN_PREFIX..=LONG).contains(&digits);
        let end = rule + 1 + digits;
        (is_one && rest.get(end).is_none_or(|byte| !is_token(*byte))).then_some(from..from + end)
    };
    memchr::memmem::find_iter(line, COMMENT).filter_map(named).collect()
}

/// The places in a chunk (no white space, no quotes) that are hidden for the kinds of their characters.
fn secrets(line: &[u8], chunk: &Range<usize>, part: &Range<usize>) -> Vec<Range<usize>> {
    let text = &line[chunk.clone()];
    let beside = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(|byte| is_quote(*byte));
    let quoted = beside(chunk.start.checked_sub(1)) && beside(Some(chunk.end));
    // `${NAME}` stands for a value and is none.
    if quoted && mixes(text) && !text.starts_with(b"${") {
        return vec![chunk.clone()];
    }
    let value =
        value_of(line, chunk, part).filter(|value| !line[value.clone()].iter().any(|byte| opens(*byte)));
    if let Some(value) = value.filter(|value| mixes(&line[value.clone()])) {
        return vec![value];
    }
    runs(line, chunk.clone(), |byte| !opens(byte) && !b")]}>,;|=".contains(&byte))
        .filter(|piece| line[piece.clone()].iter().any(|byte| is_odd(*byte)) && mixes(&line[piece.clone()]))
        .collect()
}

/// What is assigned in a chunk: all behind its first operator, or all of it behind one.
fn value_of(line: &[u8], chunk: &Range<usize>, part: &Range<usize>) -> Option<Range<usize>> {
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

/// Whether a value mixes three kinds of characters, or is long and holds odd signs.
fn mixes(value: &[u8]) -> bool {
    let end = value.iter().rposition(|byte| !b".,;:!?\\".contains(byte)).map_or(0, |last| last + 1);
    let has = |kind: fn(u8) -> bool| usize::from(value[..end].iter().any(|byte| kind(*byte)));
    let odd = has(is_odd);
    let sign = |byte: u8| byte.is_ascii_punctuation() && !b"_-./:\\".contains(&byte);
    let kinds = has(|byte| byte.is_ascii_lowercase())
        + has(|byte| byte.is_ascii_uppercase())
        + has(|byte| byte.is_ascii_digit())
        + has(sign);
    value.len() >= MIXED && kinds >= 3 || value.len() >= LONG && odd > 0 && kinds >= 2
}

/// The maximal runs of some bytes in a range.
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

/// What a secret that no rule knows would be made of; a zero byte in between makes it UTF-16.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'.' | b'~' | 0)
        || byte >= 0x80
}

const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

const fn is_edge(byte: u8) -> bool {
    byte.is_ascii_whitespace() || is_quote(byte)
}

/// Brackets: outside of quotes they are code.
const fn opens(byte: u8) -> bool {
    matches!(byte, b'(' | b'[' | b'{' | b'<')
}

/// Signs that stand in passwords and seldom in names and code.
const fn is_odd(byte: u8) -> bool {
    matches!(byte, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'?' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> String {
        String::from_utf8(mask_line(line.as_bytes(), None)).unwrap()
    }

    #[test]
    fn a_long_neighbour_is_not_shown() {
        let line = "user=bob 0123456789abcdef other='abcdefghijklmnop'";
        assert_eq!(shown(line), "user=bob ******** other='********'");
        assert_eq!(shown("a\0b\0c\0d\0e\0f\0g\0h\0i"), "********");
        let name = b"A_VERY_LONG_SECRET_NAME: x";
        assert_eq!(mask_line(name, Some(&(0..23))), name);
    }

    #[test]
    fn a_neighbour_of_many_kinds_is_not_shown() {
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
            assert_eq!(shown(line), expected, "{line}");
        }
    }

    #[test]
    fn what_a_comment_of_skants_names_is_shown_and_nothing_else_beside_it() {
        let comment = "x # skant:allow generic-password/55a3f52011 -- wrong";
        assert_eq!(shown(comment), comment);
        for line in [
            "# skant:allow genericpasswordgenericpassword",
            "# skant:allow generic-password/0123456789abcdef0123",
            "# skant:allow generic-password/55a3f52011kX9pQ2vR7",
            "# skant:allow kX9pQ2vR7kX9pQ2vR7/55a3f52011",
        ] {
            assert!(shown(line).starts_with("# skant:allow ********"), "{}", shown(line));
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
            assert_eq!(shown(line), line);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_run_of_16_token_characters_is_left(line in "[a-zA-Z0-9!$=:\"' (.-]{0,80}", from in 0usize..80, size in 0usize..20) {
            let keep = from..from + size;
            let masked = mask_line(line.as_bytes(), Some(&keep));
            if keep.end > line.len() {
                let most = masked.split(|byte| !is_token(*byte)).map(<[u8]>::len).max().unwrap_or(0);
                proptest::prop_assert!(most < LONG);
            }
        }
    }
}
