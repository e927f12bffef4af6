//! The input of hooks: the lines of pushes, and commit messages.

use skant::internal::git::Oid;
use skant::internal::hook::commit_message::without_diff;
use skant::internal::hook::pushed_refs::{PushError, Update};

use super::input::Input;

/// Input: a mode, then standard input.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.byte() % 4 {
        0 => updates(input.rest()),
        1 => message(input.rest()),
        2 => check_valid(&mut input),
        _ => {
            let scissors = "-".repeat(24);
            let lines =
                [input.part(), b"# ", scissors.as_bytes(), b" >8 ", scissors.as_bytes(), input.rest()];
            message(&lines.concat());
        }
    }
}

type Parse = fn(&[u8]) -> Result<Vec<Update>, PushError>;

/// Each line is an update, or an error names a malformed line.
fn updates(stdin: &[u8]) {
    let lines: Vec<&[u8]> = stdin.split(|byte| *byte == b'\n').collect();
    let forms: [(Parse, usize, [usize; 3]); 2] =
        [(Update::parse_push, 4, [1, 3, 2]), (Update::parse_receive, 3, [1, 0, 2])];
    for (parse, count, [new, old, name]) in forms {
        let plainly = |line: &&[u8]| {
            let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
            let (new, old) = (Oid::from_hex(words.get(new)?)?, Oid::from_hex(words.get(old)?)?);
            let update = Update { new, old, remote_name: words.get(name)?.to_vec() };
            (words.len() == count).then_some(update)
        };
        let expected: Option<Vec<Update>> =
            lines.iter().filter(|line| !line.is_empty()).map(plainly).collect();
        let read = parse(stdin);
        if let Err(error) = &read {
            let said = error.to_string();
            let wrong = lines.iter().position(|line| !line.is_empty() && plainly(line).is_none());
            let wrong = wrong.expect("a line that is none") + 1;
            assert!(said.starts_with(&format!("line {wrong} of ")), "{said}, not {wrong}");
        }
        assert_eq!(read.ok(), expected);
    }
}

fn check_valid(input: &mut Input<'_>) {
    let (mut push, mut receive, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    while !input.is_empty() {
        let length = if input.byte() & 1 == 0 { 20 } else { 32 };
        let mut name = || {
            let bytes = input.take(length).iter().copied().chain([0; 32]).take(length).collect::<Vec<_>>();
            Oid::from_bytes(&bytes).expect("a name")
        };
        let (new, old) = (name(), name());
        let is_name = |byte: &u8| !byte.is_ascii_whitespace();
        let remote_name: Vec<u8> = input.part().iter().copied().filter(is_name).collect();
        let shown = [b"refs/heads/", &remote_name[..]].concat();
        push.extend(
            [b"HEAD ", new.to_string().as_bytes(), b" ", &shown, b" ", old.to_string().as_bytes(), b"\n"]
                .concat(),
        );
        receive.extend(
            [old.to_string().as_bytes(), b" ", new.to_string().as_bytes(), b" ", &shown, b"\n"].concat(),
        );
        expected.push(Update { new, old, remote_name: shown });
    }
    assert_eq!(Update::parse_push(&push).ok().as_ref(), Some(&expected));
    assert_eq!(Update::parse_receive(&receive).ok().as_ref(), Some(&expected));
    updates(&push);
    updates(&receive);
}

/// Only the scissors line and the lines below it are removed.
fn message(message: &[u8]) {
    let kept = without_diff(message);
    assert!(message.starts_with(kept));
    if kept.len() < message.len() {
        assert!(kept.is_empty() || kept.ends_with(b"\n"));
        let line = message[kept.len()..].split(|byte| *byte == b'\n').next().expect("a line");
        assert!(holds_part(line, b" >8 ") && line.len() > 52, "the line holds the scissors");
    }
    assert_eq!(without_diff(kept), kept, "there is nothing more to take away");
}

fn holds_part(line: &[u8], part: &[u8]) -> bool {
    line.windows(part.len()).any(|window| window == part)
}
