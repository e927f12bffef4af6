//! Databases, packs, compiled code: reading ends, and every value of an intact file is read.

use skant::internal::decode::archive::{UnpackBudget, Unpacked, unpack};

use super::archive::{changed, check_any};
use super::input::Input;
use testkit::code::{ds_store, java_class, python_code};
use testkit::packs::{Entry, appended, blob_name, pack};
use testkit::sqlite::{Encoding, Table, Value, sqlite};
use testkit::sqlite_log::{journal, transaction, write_ahead_log};

/// The beginnings of the formats.
const HEADERS: [&[u8]; 9] = [
    b"SQLite format 3\0\x02\0\x01\x01\0\x40\x20\x20\0\0\0\x01",
    b"PACK\0\0\0\x02\0\0\0",
    b"# v2 git bundle\n\nPACK\0\0\0\x02\0\0\0\x02",
    b"# v3 git bundle\n@object-format=sha256\n\nPACK\0\0\0\x02\0\0\0\x02",
    b"\xca\xfe\xba\xbe\0\0\0\x34",
    b"\xcb\x0d\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3",
    b"\0\0\0\x01Bud1",
    b"\x37\x7f\x06\x83\0\x2d\xe2\x18\0\0\x02\0\0\0\0\0saltsaltchecksum\0\0\0\x02\0\0\0\x02saltsaltchecksum",
    b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7\0\0\0\x02\0\0\0\0\0\0\0\x02\0\0\0\x20\0\0\x02\0\0\0\0\0\0\0\0\x02",
];

/// The shortest value that is read by itself.
const MIN_LENGTH: usize = 12;

/// Input: a mode, then a file after its beginning, or the parts of one.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mode = input.byte();
    match mode % 5 {
        0 => check_any(&[HEADERS[usize::from(mode / 5) % HEADERS.len()], input.rest()].concat()),
        1 => check_any(input.rest()),
        2 => check_database(&mut input),
        3 => check_pack(&mut input),
        _ => check_strings(&mut input),
    }
}

/// Checks that an intact file has no fault, and that these are members. Then checks it with changes.
fn check(text: Vec<u8>, expected: &[Vec<u8>], input: &mut Input<'_>) {
    let mut read = Vec::new();
    unpack(&text, &mut UnpackBudget::for_file(text.len()), &mut |part, _| match part {
        Unpacked::Member(member) => read.push(member.bytes.into_owned()),
        Unpacked::Fault(fault) => panic!("{fault:?}"),
        Unpacked::Copy { .. } => {}
    });
    for value in expected {
        assert!(read.contains(value), "{value:?} is read");
    }
    check_any(&changed(text, input));
}

/// Takes up to eight parts.
fn parts<'i>(input: &mut Input<'i>) -> Vec<&'i [u8]> {
    let count = 1 + input.byte() % 8;
    (0..count).map(|_| input.part()).collect()
}

fn check_database(input: &mut Input<'_>) {
    let how = input.byte();
    let size = 512 << (how & 3);
    let encoding = [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be][usize::from(how >> 2) % 3];
    let parts = parts(input);
    let value = |part: &&[u8]| match std::str::from_utf8(part) {
        Ok(text) if encoding == Encoding::Utf8 => Value::Text(text.to_owned()),
        _ => Value::Blob(part.to_vec()),
    };
    let tables: Vec<Table> = parts
        .chunks(3)
        .enumerate()
        .map(|(number, parts)| Table {
            name: format!("t{number}"),
            statement: format!("CREATE TABLE t{number}(a, b, c)"),
            records: parts.chunks(2).map(|row| row.iter().map(value).collect()).collect(),
        })
        .collect();
    let expected: Vec<Vec<u8>> =
        parts.iter().filter(|part| is_searched(part, encoding)).map(|part| part.to_vec()).collect();
    let database = sqlite(size, encoding, &tables);
    let mut frames = transaction(&database, size);
    // Some pages end a transaction of their own. What continues on other pages is written after them.
    for (at, frame) in frames.iter_mut().enumerate() {
        frame.count = frame.count.max(u32::from(how >> (at % 6) & 1));
    }
    let pages: Vec<(u32, &[u8])> = frames.iter().map(|frame| (frame.number, frame.page)).collect();
    let text = match how >> 6 {
        0 => database,
        1 => write_ahead_log(size, &[&frames[..], &frames].concat(), &[]),
        2 => write_ahead_log(size, &frames, &frames),
        _ => journal(size, &pages),
    };
    check(text, &expected, input);
}

/// Returns whether a value is certainly a member: a text, or a blob that is not short.
fn is_searched(part: &[u8], encoding: Encoding) -> bool {
    let is_text = encoding == Encoding::Utf8 && std::str::from_utf8(part).is_ok();
    part.len() >= if is_text { MIN_LENGTH } else { 128 }
}

fn check_pack(input: &mut Input<'_>) {
    let (mut entries, mut contents): (Vec<Entry>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
    for (index, part) in parts(input).into_iter().enumerate() {
        let how = usize::from(input.byte());
        let more = &part[..part.len().min(100)];
        let base = (index > 0 && how & 1 == 1 && !more.is_empty()).then(|| how % index);
        let base = base.filter(|base| contents[*base].len() < 1 << 15);
        if let Some(base) = base {
            let delta = appended(&contents[base], more);
            let to_name = Entry::DeltaTo(blob_name(&contents[base]), delta.clone());
            entries.push(if how & 2 == 0 { Entry::Delta(base, delta) } else { to_name });
            contents.push([&contents[base][..], more].concat());
        } else {
            entries.push(Entry::Object(3, part.to_vec()));
            contents.push(part.to_vec());
        }
    }
    check(pack(&entries), &contents, input);
}

fn check_strings(input: &mut Input<'_>) {
    let how = input.byte();
    let parts = parts(input);
    let is_long = |part: &&Vec<u8>| part.len() >= MIN_LENGTH;
    if how % 3 == 2 {
        let names: Vec<String> = parts
            .iter()
            .map(|part| String::from_utf8_lossy(&part[..part.len().min(200)]).into_owned())
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        let wide: Vec<Vec<u8>> =
            names.iter().map(|name| name.encode_utf16().flat_map(u16::to_be_bytes).collect()).collect();
        return check(ds_store(&names), &wide, input);
    }
    let expected: Vec<Vec<u8>> = parts.iter().map(|part| part.to_vec()).collect();
    let expected: Vec<Vec<u8>> = expected.iter().filter(is_long).cloned().collect();
    let text = if how.is_multiple_of(3) { java_class(&parts) } else { python_code(&parts) };
    check(text, &expected, input);
}
