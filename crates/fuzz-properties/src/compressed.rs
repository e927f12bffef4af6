//! Compressed texts and container images: unpacking ends within the budget, and an intact text is read whole.

use skant::internal::decode::archive;
use skant::internal::decode::archive::{UnpackBudget, Unpacked};

use super::archive::{changed, check_any};
use super::input::Input;
use testkit::archives as make;
use testkit::compressed::{FORMATS, skippable};

/// The signatures of the formats.
const SIGNATURES: [&[u8]; 6] = [
    b"\xfd7zXZ\0",
    b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0",
    b"BZh91AY&SY",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"\x02\x21\x4c\x18",
];

/// Input: a mode, then what is compressed and what is changed.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mode = usize::from(input.byte() % 9);
    match mode {
        0..5 => {
            let (_, compress) = FORMATS[mode];
            let parts = [compress(input.part()), skippable(input.part()), compress(input.part())];
            check_any(&changed(parts.concat(), &mut input));
        }
        5 => {
            let signature = SIGNATURES[usize::from(input.byte()) % SIGNATURES.len()];
            check_any(&[signature, input.rest()].concat());
        }
        6 => check_any(&changed(image(&mut input), &mut input)),
        7 => check_any(&image(&mut input)),
        _ => check_valid(&mut input),
    }
}

/// A tar with the members of an image.
fn image(input: &mut Input<'_>) -> Vec<u8> {
    let names =
        ["manifest.json", "index.json", "blobs/sha256/a", "blobs/sha256/b", "c.json", "./l/layer.tar"];
    let count = 1 + usize::from(input.byte()) % names.len();
    let members: Vec<(&str, &[u8])> = names[..count].iter().map(|name| (*name, input.part())).collect();
    make::tar(&members)
}

fn check_valid(input: &mut Input<'_>) {
    let content = input.rest();
    for (name, compress) in FORMATS {
        let text = compress(content);
        let mut read = Vec::new();
        archive::unpack(&text, &mut UnpackBudget::for_file(text.len()), &mut |part, _| match part {
            Unpacked::Member(member) => read.push((member.label, member.bytes.into_owned())),
            other => panic!("{other:?}"),
        });
        assert!(read == [(name.to_owned(), content.to_vec())], "{name} is read");
    }
}
