//! The ends of literals that are no ordinary strings: characters, patterns, `%` literals and heads of heredocs.

use super::syntax::{Heredoc, Language};

/// Words before an operand: a slash after them begins a pattern.
pub(super) const OPERAND_WORDS: [&[u8]; 17] = [
    b"return", b"typeof", b"case", b"in", b"of", b"when", b"if", b"unless", b"and", b"or", b"puts", b"then",
    b"do", b"else", b"yield", b"await", b"while",
];

/// Whether a byte belongs to a word: letters, digits, `_`, `$`, and all of other alphabets.
pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Returns the length of a character literal of Rust; `None` for a lifetime.
pub(super) fn character_end(rest: &[u8]) -> Option<usize> {
    if rest.get(1) == Some(&b'\\') {
        let close = rest.get(3..)?.iter().take(12).position(|byte| *byte == b'\'')?;
        return Some(close + 4);
    }
    let width = rest.get(1..)?.utf8_chunks().next()?.valid().chars().next()?.len_utf8();
    (rest.get(1 + width) == Some(&b'\'')).then_some(width + 2)
}

/// Returns the length of a regular expression between slashes, on one line.
pub(super) fn pattern_end(rest: &[u8]) -> Option<usize> {
    let (mut at, mut in_class) = (1, false);
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return None,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'/' if !in_class => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Returns the length of a `%` literal of Ruby, such as `%w[a b]`; of the operator otherwise.
pub(super) fn percent_end(rest: &[u8]) -> Option<usize> {
    let letter = usize::from(rest.get(1).is_some_and(|byte| b"qQwWiIrsx".contains(byte)));
    let open = *rest.get(1 + letter)?;
    if open.is_ascii_alphanumeric() || open.is_ascii_whitespace() {
        return None;
    }
    let close = match open {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        b'<' => b'>',
        other => other,
    };
    let mut level = 1;
    let mut at = 2 + letter;
    while let Some(&byte) = rest.get(at) {
        if byte == b'\\' {
            at += 1;
        } else if byte == close {
            level -= 1;
            if level == 0 {
                return Some(at + 1);
            }
        } else if byte == open {
            level += 1;
        }
        at += 1;
    }
    None
}

/// Returns the name of a heredoc that begins here, and the length of its head; `None` if it is an operator.
pub(super) fn heredoc_head(rest: &[u8], language: &Language) -> Option<(Vec<u8>, usize)> {
    let mark: &[u8] = if language.heredoc == Heredoc::Php { b"<<<" } else { b"<<" };
    let mut after = rest.strip_prefix(mark)?;
    if language.heredoc == Heredoc::Php {
        after = after.trim_ascii_start();
    } else if let [b'~' | b'-', more @ ..] = after {
        after = more;
    }
    let quote = after.first().copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let name = &after[usize::from(quote.is_some())..];
    let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let is_name = name.first().is_some_and(|byte| byte.is_ascii_uppercase() || *byte == b'_')
        || language.heredoc == Heredoc::Php && length > 0;
    if !is_name || quote.is_some() && name.get(length) != quote.as_ref() {
        return None;
    }
    let head = rest.len() - name.len() + length + usize::from(quote.is_some());
    Some((name[..length].to_vec(), head))
}
