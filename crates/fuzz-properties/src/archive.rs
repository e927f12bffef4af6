//! Archives: unpacking ends, spans are inside the text, and every member of an intact archive is read, even if one of
//! its two headers is wrong.

use std::borrow::Cow;

use skant::internal::decode::archive;
use skant::internal::decode::archive::{FaultKind, UnpackBudget, Unpacked};

use super::detector::DETECTOR;
use super::input::Input;
use testkit::archives::{self as make, Forged, Zipped};

/// Input: a mode, then an archive, or the parts of one.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mode = input.byte();
    match mode % 5 {
        0 => check_any(input.rest()),
        1 => check_any(&changed(make::zip(&members(&mut input)), &mut input)),
        2 => check_any(&changed(tar(&mut input), &mut input)),
        3 => check_any(&changed(make::gzip(&tar(&mut input)), &mut input)),
        _ => check_valid(&mut input),
    }
}

pub(crate) fn check_any(text: &[u8]) {
    let mut unpacked = 0;
    let mut reported = Vec::new();
    archive::unpack(text, &mut UnpackBudget::for_file(text.len()), &mut |part, _| match part {
        Unpacked::Fault(fault) => reported.push((fault.label, fault.message)),
        Unpacked::Copy { span, first } => assert!(text[first..first + span.len()] == text[span]),
        Unpacked::Member(member) => {
            assert!(member.span.start <= member.span.end && member.span.end <= text.len());
            match &member.bytes {
                Cow::Borrowed(bytes) => assert!(*bytes == &text[member.span.clone()]),
                Cow::Owned(bytes) => unpacked += bytes.len(),
            }
            let end = member.bytes.len();
            let whole = member.original_span(&(0..end));
            assert!(whole == member.span || member.map.is_some());
            assert!(member.span.start <= whole.start && whole.end <= member.span.end);
            reported.push((member.label, ""));
        }
    });
    assert!(unpacked <= (32 << 20) + 128 * text.len(), "it has an end");
    assert!(reported.is_empty() || archive::is_archive(text));
    assert!(reported.iter().all(|(label, _)| label.len() <= 8 * 1024 && !label.contains(char::is_control)));
    // The members of a small archive may be large.
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
            let lie = |bits: u8, input: &mut Input<'_>| Forged {
                is_missing: bits & 3 == 3,
                packed: (bits & 3 == 2).then(|| input.number().try_into().unwrap_or(0)),
                method: (bits & 3 == 1).then(|| u16::from(input.byte())),
                ..Forged::default()
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

/// Changes some bytes.
pub(crate) fn changed(mut text: Vec<u8>, input: &mut Input<'_>) -> Vec<u8> {
    while !input.is_empty() && !text.is_empty() {
        let at = input.number() % text.len();
        text[at] = input.byte();
    }
    text
}

/// A zip with one correct header for each member, and a tar.
fn check_valid(input: &mut Input<'_>) {
    let members: Vec<Zipped> = members(input)
        .into_iter()
        .map(|member| Zipped {
            method: member.method & 8,
            flags: 0,
            // The local header has to be there: no program finds the member without it.
            local: Forged::default(),
            ..member
        })
        .filter(|member| !member.content.windows(2).any(|pair| pair == b"PK"))
        .collect();
    let text = make::zip(&members);
    let mut read = Vec::new();
    archive::unpack(&text, &mut UnpackBudget::for_file(text.len()), &mut |part, _| match part {
        Unpacked::Member(member) => read.push((member.label, member.bytes.into_owned())),
        Unpacked::Fault(fault) => assert!(fault.kind != FaultKind::Budget),
        Unpacked::Copy { .. } => panic!("a zip has none"),
    });
    for member in members.iter().filter(|member| !member.content.is_empty()) {
        let label = format!("zip:{}", String::from_utf8_lossy(&member.name));
        assert!(read.contains(&(label, member.content.clone())), "{member:?} is read");
    }
    let content = input.rest();
    let text = make::tar(&[("a", content), ("b", content)]);
    let mut read = Vec::new();
    archive::unpack(&make::gzip(&text), &mut UnpackBudget::for_file(0), &mut |part, budget| match part {
        Unpacked::Member(member) => archive::unpack(&member.bytes, budget, &mut |part, _| match part {
            Unpacked::Member(member) => read.push(member.bytes.into_owned()),
            other => panic!("{other:?}"),
        }),
        other => panic!("{other:?}"),
    });
    assert!(content.is_empty() || read == [content, content]);
}
