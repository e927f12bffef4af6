//! Archives: no bytes do harm, places lie in the text, what is unpacked has an end; and of an archive that is whole
//! every member is read, whatever one of the two places says that tell of it.

use std::borrow::Cow;

use skant::decode::archive;
use skant::decode::archive::{FaultKind, UnpackBudget, Unpacked};

use super::detector::DETECTOR;
use super::input::Input;
use super::make_archives as make;
use super::make_archives::{Lie, Zipped};

/// Mode, then an archive, or what is made to one.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mode = input.byte();
    match mode % 5 {
        0 => any(input.rest()),
        1 => any(&changed(make::zip(&members(&mut input)), &mut input)),
        2 => any(&changed(tar(&mut input), &mut input)),
        3 => any(&changed(make::gzip(&tar(&mut input)), &mut input)),
        _ => made_to_be_right(&mut input),
    }
}

fn any(text: &[u8]) {
    let mut unpacked = 0;
    let mut told = Vec::new();
    archive::unpack(text, &mut UnpackBudget::for_file(text.len()), &mut |part, _| match part {
        Unpacked::Fault(fault) => told.push((fault.label, fault.message)),
        Unpacked::Member(member) => {
            assert!(member.span.start <= member.span.end && member.span.end <= text.len());
            match &member.bytes {
                Cow::Borrowed(bytes) => assert!(*bytes == &text[member.span.clone()]),
                Cow::Owned(bytes) => unpacked += bytes.len(),
            }
            let end = member.bytes.len();
            let whole = member.original_span(&(0..end));
            assert!(whole == member.span);
            told.push((member.label, ""));
        }
    });
    assert!(unpacked <= (32 << 20) + 128 * text.len(), "it has an end");
    assert!(told.is_empty() || archive::is_archive(text));
    assert!(told.iter().all(|(label, _)| label.len() <= 8 * 1024 && !label.contains(char::is_control)));
    // What an archive holds may be large though it is small itself.
    if unpacked < 1 << 16 {
        let looked = DETECTOR.scan(text);
        assert!(DETECTOR.scan_from_state(text, &DETECTOR.scan_state(text)) == looked, "the same is found");
    }
}

fn members(input: &mut Input<'_>) -> Vec<Zipped> {
    let count = 1 + input.byte() % 3;
    (0..count)
        .map(|_| {
            let how = input.byte();
            let lie = |bits: u8, input: &mut Input<'_>| Lie {
                is_left_out: bits & 3 == 3,
                packed: (bits & 3 == 2).then(|| input.number().try_into().unwrap_or(0)),
                method: (bits & 3 == 1).then(|| u16::from(input.byte())),
                ..Lie::default()
            };
            Zipped {
                method: [8, 0, 8, u16::from(how)][usize::from(how & 3)],
                flags: if how & 4 == 0 { 0 } else { make::STREAMED },
                local: lie(how >> 3, input),
                central: lie(how >> 5, input),
                ..make::zipped(&how.to_string(), input.part())
            }
        })
        .collect()
}

fn tar(input: &mut Input<'_>) -> Vec<u8> {
    let kinds = b"00LxgSK5V";
    let count = 1 + input.byte() % 4;
    let mut out = Vec::new();
    for _ in 0..count {
        let kind = kinds[usize::from(input.byte()) % kinds.len()];
        out.extend(make::tarred(kind, input.take(8), input.part()));
    }
    out.extend([0; 512]);
    out
}

/// Some bytes of it changed.
fn changed(mut text: Vec<u8>, input: &mut Input<'_>) -> Vec<u8> {
    while !input.is_empty() && !text.is_empty() {
        let at = input.number() % text.len();
        text[at] = input.byte();
    }
    text
}

/// A zip of which one place tells the truth, and a tar.
fn made_to_be_right(input: &mut Input<'_>) {
    let members: Vec<Zipped> = members(input)
        .into_iter()
        .map(|member| Zipped {
            method: member.method & 8,
            flags: 0,
            // A member's own header has to be there: no program finds it otherwise.
            local: Lie::default(),
            ..member
        })
        .filter(|member| !member.content.windows(2).any(|pair| pair == b"PK"))
        .collect();
    let text = make::zip(&members);
    let mut read = Vec::new();
    archive::unpack(&text, &mut UnpackBudget::for_file(text.len()), &mut |part, _| match part {
        Unpacked::Member(member) => read.push((member.label, member.bytes.into_owned())),
        Unpacked::Fault(fault) => assert!(fault.kind != FaultKind::Budget),
    });
    for member in members.iter().filter(|member| !member.content.is_empty()) {
        let label = format!("zip:{}", String::from_utf8_lossy(&member.name));
        assert!(read.contains(&(label, member.content.clone())), "{member:?} is read");
    }
    let content = input.rest();
    let text = make::tar(&[("a", content), ("b", content)]);
    let mut read = Vec::new();
    archive::unpack(&make::gzip(&text), &mut UnpackBudget::for_file(0), &mut |part, room| match part {
        Unpacked::Member(member) => archive::unpack(&member.bytes, room, &mut |part, _| match part {
            Unpacked::Member(member) => read.push(member.bytes.into_owned()),
            Unpacked::Fault(fault) => panic!("{fault:?}"),
        }),
        Unpacked::Fault(fault) => panic!("{fault:?}"),
    });
    assert!(content.is_empty() || read == [content, content]);
}
