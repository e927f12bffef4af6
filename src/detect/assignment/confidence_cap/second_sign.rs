//! Looks for a second sign that a weak value is in use: a user, a host or a database beside it. Made of words or of few
//! characters is not enough alone: most such values are examples.

use crate::detect::assignment::features::{Host, host};
use crate::detect::assignment::neighbours::{self, Neighbour};
use crate::detect::assignment::parse::{Assignment, Operator};
use crate::detect::identifier;
use crate::text::find_short;

/// What the settings near a value say of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "answers that do not depend on each other")]
pub(crate) struct Signs {
    pub(crate) has_user: bool,
    /// An address that is neither local nor an example, or the name of a database.
    pub(crate) has_place: bool,
    /// Whether the user, the database or the product beside it is equal to the value.
    pub(crate) equals_neighbour: bool,
    /// Whether the value is in a test, a comment or a call.
    pub(crate) is_example: bool,
}

/// The lines within which a setting is beside a value.
const MAX_LINES: i32 = 4;

/// Returns the signs near a value.
pub(crate) fn signs(text: &[u8], assignment: &Assignment) -> Signs {
    let value = &text[assignment.value.clone()];
    let mut signs = Signs { is_example: is_example(text, assignment), ..Signs::default() };
    match assignment.operator {
        Operator::Url => {
            signs.has_user = !assignment.wrapper.is_empty();
            signs.has_place = is_place(&text[assignment.value.end + 1..]);
        }
        Operator::Login => signs.has_user = true,
        _ => {}
    }
    for one in neighbours::read(text, assignment).iter().filter(|one| one.lines.abs() <= MAX_LINES) {
        add(one, value, &mut signs);
    }
    signs.is_example |=
        !signs.has_place && has_example_address(text, assignment) || is_asserted(text, assignment);
    signs
}

fn add(one: &Neighbour<'_>, value: &[u8], signs: &mut Signs) {
    let words = identifier::split_words(one.name);
    let has = |names: &[&[u8]]| words.iter().any(|word| names.contains(&word));
    let is_user = has(&[
        b"user",
        b"username",
        b"usr",
        b"uid",
        b"login",
        b"account",
        b"email",
        b"mail",
        b"userid",
        b"principal",
        b"userpass",
    ]);
    let is_address = has(&[
        b"host",
        b"hostname",
        b"server",
        b"url",
        b"uri",
        b"address",
        b"addr",
        b"endpoint",
        b"domain",
        b"dsn",
        b"endpoints",
        b"hosts",
        b"servers",
        b"broker",
        b"brokers",
        b"gateway",
        b"ip",
    ]);
    let is_database =
        has(&[b"db", b"database", b"dbname", b"schema", b"catalog", b"sid", b"keyspace", b"bucket"]);
    let is_secret =
        has(&[b"password", b"passwd", b"pass", b"secret", b"token", b"key", b"pwd", b"credential"]);
    if is_secret || one.value.is_empty() {
        return;
    }
    if (is_user || is_database || one.lines == 0 || has(&[b"name", b"image", b"service", b"app", b"project"]))
        && one.value.eq_ignore_ascii_case(value)
    {
        signs.equals_neighbour = true;
    }
    signs.has_user |= is_user && !one.value.contains(&b' ');
    signs.has_place |=
        is_address && is_place(one.value) || is_database && !is_address && !is_user && is_word(one.value);
}

fn is_word(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && value.iter().any(u8::is_ascii_alphabetic)
}

/// Returns whether an address names a host that is neither local nor an example.
fn is_place(address: &[u8]) -> bool {
    let rest = find_short(address, b"://").map_or(address, |at| &address[at + 3..]);
    let rest = memchr::memchr(b'@', rest).map_or(rest, |at| &rest[at + 1..]);
    matches!(host(rest), Host::Number | Host::Named | Host::SingleWord) && !is_reserved(rest)
}

/// Returns whether a host has an address that means every host, or a name that documents use (RFC 2606, RFC 6761).
fn is_reserved(rest: &[u8]) -> bool {
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b'/' | b':' | b'"' | b'\'' | b' ' | b','))
        .unwrap_or(rest.len());
    let name = rest[..end].to_ascii_lowercase();
    name == b"0.0.0.0"
        || name == b"true"
        || name == b"false"
        || [&b".test"[..], b".invalid", b".local", b".localhost"].iter().any(|ending| name.ends_with(ending))
        || [&b"domain."[..], b"yourdomain", b"mydomain", b"acme"]
            .iter()
            .any(|part| find_short(&name, part).is_some())
}

/// Returns whether the lines around a value have a local address or that of an example.
fn has_example_address(text: &[u8], assignment: &Assignment) -> bool {
    const WORDS: [&[u8]; 7] =
        [b"localhost", b"127.0.0.1", b"example.com", b"example.org", b"example.net", b"@test.", b"@foo."];
    let near = lines_around(text, assignment);
    WORDS.iter().any(|word| find_short(near, word).is_some())
}

/// Returns whether the lines around a value have an assertion or a call of a client in a test.
fn is_asserted(text: &[u8], assignment: &Assignment) -> bool {
    const WORDS: [&[u8]; 6] = [b"assert", b"expect(", b"client.get(", b"client.post(", b"->post(", b"mock"];
    let near = lines_around(text, assignment);
    WORDS.iter().any(|word| find_short(near, word).is_some())
}

/// Returns the text from some lines before an assignment to some lines after it.
fn lines_around<'t>(text: &'t [u8], assignment: &Assignment) -> &'t [u8] {
    const NEAR: usize = 300;
    const LINES: usize = 4;
    let start = assignment.name.start.saturating_sub(NEAR);
    let before = &text[start..assignment.name.start];
    let from = memchr::memrchr_iter(b'\n', before).nth(LINES).map_or(start, |at| start + at);
    let end = text.len().min(assignment.value.end + NEAR);
    let after = &text[assignment.value.end..end];
    let to = memchr::memchr_iter(b'\n', after).nth(LINES).map_or(end, |at| assignment.value.end + at);
    &text[from..to]
}

/// Words on the line of a value, before it, that belong to tests.
const TEST_WORDS: [&[u8]; 11] = [
    b"assert",
    b"expect(",
    b"should",
    b"->post(",
    b".post(",
    b"attempt(",
    b"fake",
    b"mock",
    b"dummy",
    b"example",
    b"test",
];

/// Returns whether a value is in an assertion, a comment or a comparison.
fn is_example(text: &[u8], assignment: &Assignment) -> bool {
    const NEAR: usize = 160;
    let before = &text[assignment.name.start.saturating_sub(NEAR)..assignment.value.start];
    let line = memchr::memrchr(b'\n', before).map_or(before, |at| &before[at + 1..]).to_ascii_lowercase();
    let begins = |starts: &[&[u8]]| starts.iter().any(|start| line.trim_ascii_start().starts_with(start));
    assignment.operator == Operator::Compare
        || assignment.operator == Operator::Call
        || begins(&[b"//", b"#", b"*", b"--", b"<!--", b";"]) && !is_shebang_setting(&line)
        || TEST_WORDS.iter().any(|word| find_short(&line, word).is_some())
}

/// Returns whether a line that begins as a comment does is an option of a command: `--password x`.
fn is_shebang_setting(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.starts_with(b"--") && line.get(2).is_some_and(u8::is_ascii_alphabetic)
}
