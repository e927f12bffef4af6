//! E-mails: reading ends, every part of an intact one is read whole, and each byte of a part has its place.

use skant::internal::decode::archive::{UnpackBudget, Unpacked, unpack};

use super::archive::{changed, check_any};
use super::input::Input;
use testkit::mail::{BASE64, QUOTED, base64, mail, multipart, quoted_printable, with_carriage_returns};

/// The beginnings of e-mails.
const HEADERS: [&[u8]; 5] = [
    b"From: a\nContent-Type: multipart/mixed; boundary=a\n\n--a\n",
    b"From: a\nContent-Type: message/rfc822\n\n",
    b"From: a\nContent-Transfer-Encoding: base64\n",
    b"From: a\nX: =?utf-8?Q?",
    b"From a Fri Jan  2 03:04:05 2026\nFrom: a\n",
];

/// Input: a mode, then a text after the beginning of an e-mail, or the parts of one.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mode = input.byte();
    match mode % 4 {
        0 => check_any(&[HEADERS[usize::from(mode / 4) % HEADERS.len()], input.rest()].concat()),
        1 => check_any(input.rest()),
        _ => check_parts(&mut input, mode & 4 != 0),
    }
}

fn check_parts(input: &mut Input<'_>, has_carriage_returns: bool) {
    let count = 1 + input.byte() % 6;
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    let mut expected: Vec<Vec<u8>> = Vec::new();
    for number in 0..count {
        let how = input.byte();
        let content = input.part();
        let (encoding, body) = match how % 3 {
            0 => (QUOTED, quoted_printable(content)),
            1 => (BASE64, base64(content, usize::from(how))),
            // A message in base64.
            _ => (BASE64, base64(&mail(BASE64, &base64(content, 76)), usize::from(how))),
        };
        let name =
            if how & 64 == 0 { String::new() } else { format!("Content-Type: a/b;\n name*0=a{number}\n") };
        parts.push((name + encoding, body));
        expected.extend((!content.is_empty()).then(|| content.to_vec()));
    }
    let whole = multipart(&parts);
    let whole = if has_carriage_returns { with_carriage_returns(&whole) } else { whole };
    let mut read = Vec::new();
    unpack(&whole, &mut UnpackBudget::for_file(whole.len()), &mut |part, budget| match part {
        Unpacked::Member(member) => {
            unpack(&member.bytes, budget, &mut |part, _| {
                if let Unpacked::Member(member) = part {
                    read.push(member.bytes.into_owned());
                }
            });
            read.push(member.bytes.into_owned());
        }
        other => panic!("{other:?}"),
    });
    for content in expected {
        assert!(read.contains(&content), "{content:?} is read");
    }
    check_any(&changed(whole, input));
}
