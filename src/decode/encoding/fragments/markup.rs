//! Gaps of markup: tags, the runs of word processors, comments, colour codes, and characters that are not shown.

use super::starts_with_token;

/// The maximum length of one tag or comment, in bytes.
const MAX_TAG: usize = 400;

/// The maximum length of a control word, code or entity, in bytes.
const MAX_CODE: usize = 32;

/// Entities that show nothing, or only allow a line break.
const INVISIBLE_ENTITIES: [&[u8]; 16] = [
    b"&shy;",
    b"&#173;",
    b"&#xad;",
    b"&#xAD;",
    b"&ZeroWidthSpace;",
    b"&#8203;",
    b"&#x200b;",
    b"&#x200B;",
    b"&NoBreak;",
    b"&#8288;",
    b"&#x2060;",
    b"&zwnj;",
    b"&#8204;",
    b"&zwj;",
    b"&#8205;",
    b"&#xfeff;",
];

/// The ways to write the escape character that begins a colour code.
const ESCAPE_CHARACTERS: [&[u8]; 7] = [b"\x1b", b"\\033", b"\\e", b"\\x1b", b"\\x1B", b"\\u001b", b"\\u001B"];

/// Returns the length of the markup between two runs of text.
pub(super) fn between_runs(text: &[u8]) -> Option<usize> {
    let mut at = item(text)?;
    loop {
        if starts_with_token(&text[at..]) {
            return Some(at);
        }
        let spaces = text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let from = at + spaces;
        at = match item(&text[from..]) {
            Some(length) => from + length,
            // Spaces may end the markup, as after a control word.
            None if spaces > 0 && starts_with_token(&text[from..]) => return Some(from),
            None => return None,
        };
    }
}

/// Returns the length of one item of markup.
fn item(text: &[u8]) -> Option<usize> {
    let near = &text[..text.len().min(MAX_TAG)];
    match near.first()? {
        b'<' if near.starts_with(b"<!--") => Some(memchr::memmem::find(near, b"-->")? + 3),
        b'<' if near.starts_with(b"<![CDATA[") => Some(9),
        b'<' => Some(memchr::memchr(b'>', near)? + 1),
        b']' if near.starts_with(b"]]>") => Some(3),
        b'[' => bracket_tag(near),
        b'&' => INVISIBLE_ENTITIES.iter().find(|entity| near.starts_with(entity)).map(|entity| entity.len()),
        b'{' | b'}' => Some(1),
        0x1b | b'\\' => colour_code(near).or_else(|| control_word(near)),
        _ => None,
    }
}

/// Returns the length of a tag of a forum: `[b]`, `[/color]`, `[color=red]`.
fn bracket_tag(text: &[u8]) -> Option<usize> {
    let end = memchr::memchr(b']', &text[..text.len().min(MAX_CODE)])?;
    let name = text[1..end].strip_prefix(b"/").unwrap_or(&text[1..end]);
    name.first().is_some_and(u8::is_ascii_alphabetic).then_some(end + 1)
}

/// Returns the length of a colour code: `\x1b[1;32m`.
fn colour_code(text: &[u8]) -> Option<usize> {
    let escape = ESCAPE_CHARACTERS.iter().find(|escape| text.starts_with(escape))?;
    let parameters = text[escape.len()..].strip_prefix(b"[")?;
    let count = parameters
        .iter()
        .take(MAX_CODE)
        .take_while(|byte| byte.is_ascii_digit() || b";?:".contains(byte))
        .count();
    parameters.get(count).filter(|last| last.is_ascii_alphabetic())?;
    Some(escape.len() + 1 + count + 1)
}

/// Returns the length of a control word of RTF or TeX with its number and its space: `\insrsid123 `, `\allowbreak{}`,
/// `\-`.
fn control_word(text: &[u8]) -> Option<usize> {
    let word = text.strip_prefix(b"\\")?;
    if word.first() == Some(&b'-') {
        return Some(2);
    }
    let letters = word.iter().take(MAX_CODE).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let number = word[letters..]
        .iter()
        .take(MAX_CODE)
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'-')
        .count();
    let end = letters + number;
    let is_closed = matches!(word.get(end), Some(b' ' | b'\\' | b'{' | b'}' | b'\r' | b'\n'));
    let space = usize::from(word.get(end) == Some(&b' '));
    (letters > 1 && is_closed).then_some(1 + end + space)
}
