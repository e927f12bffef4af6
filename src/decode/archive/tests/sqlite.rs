use super::*;
use testkit::sqlite::{Encoding, Table, Value, sqlite, table};

pub(super) fn labels(members: &[(String, Vec<u8>)], bytes: &[u8]) -> Vec<String> {
    members.iter().filter(|(_, content)| content == bytes).map(|(label, _)| label.clone()).collect()
}

pub(super) fn text(length: usize) -> String {
    "a value of many words, ".chars().cycle().take(length).collect()
}

#[test]
fn values_have_the_names_of_their_table_row_and_column() {
    let long = text(5000);
    let records = vec![
        vec![
            Value::Integer(7),
            Value::Text("the first value".into()),
            Value::Blob(b"the first blob".to_vec()),
        ],
        vec![Value::Null, Value::Text("short".into()), Value::Blob(long.clone().into_bytes())],
    ];
    let statement = "CREATE TABLE messages(id, body TEXT, \"raw data\" BLOB)".into();
    let tables = [Table { name: "messages".into(), statement, records }, table("other", &["another value"])];
    for size in [512, 1024, 4096, 65536] {
        let whole = sqlite(size, Encoding::Utf8, &tables);
        assert!(is_archive(&whole));
        let (members, faults) = unpack_all(&whole);
        assert_eq!(faults, []);
        assert_eq!(labels(&members, b"the first value"), ["sqlite:messages/1/body"]);
        assert_eq!(labels(&members, b"the first blob"), ["sqlite:messages/1/raw data"]);
        assert_eq!(labels(&members, long.as_bytes()), ["sqlite:messages/2/raw data"], "{size}");
        assert_eq!(labels(&members, b"another value"), ["sqlite:other/1/body"]);
    }
}

#[test]
fn values_of_every_length_are_whole() {
    let bodies: Vec<String> = (400..1600).step_by(7).map(text).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    for size in [512, 1024] {
        let (members, faults) = unpack_all(&sqlite(size, Encoding::Utf8, &[table("t", &bodies)]));
        assert_eq!(faults, []);
        for (at, body) in bodies.iter().enumerate() {
            assert_eq!(labels(&members, body.as_bytes()), [format!("sqlite:t/{}/body", at + 1)]);
        }
    }
}

#[test]
fn names_and_texts_may_be_utf_16() {
    for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
        let (members, faults) = unpack_all(&sqlite(1024, encoding, &[table("größe", &["a value"])]));
        assert_eq!(faults, []);
        let (label, bytes) = members.last().unwrap();
        assert_eq!((&label[..], bytes.len()), ("sqlite:größe/1/body", 14));
    }
}

#[test]
fn a_page_that_is_not_in_use_is_read() {
    let mut whole = sqlite(1024, Encoding::Utf8, &[table("t", &["the deleted value"])]);
    // The schema has no records any more.
    whole[103..105].fill(0);
    let (members, faults) = unpack_all(&whole);
    assert_eq!(
        (labels(&members, b"the deleted value"), faults),
        (vec!["sqlite:(free pages)/1".into()], vec![])
    );
}

#[test]
fn damage_is_a_fault_and_the_rest_is_read() {
    let bodies = [text(1400), text(900)];
    let tables = [table("a", &[&bodies[0], &bodies[1]]), table("b", &["another value"])];
    let whole = sqlite(512, Encoding::Utf8, &tables);
    let (members, _) = unpack_all(&whole);
    let page = |number: usize, bytes: &[u8]| {
        let mut changed = whole.clone();
        changed[512 * (number - 1)..][..bytes.len()].copy_from_slice(bytes);
        changed
    };
    // Pages: the schema, an overflow page of each record, the table `a`, the table `b`.
    let pages = whole.len() / 512;
    assert_eq!(whole[512 * (pages - 1)], 13);
    let is_kind = |faults: &Faults, message: &str| {
        assert!(
            matches!(&faults[..], [(FaultKind::Corrupt, found)] if found.ends_with(message)),
            "{message}: {faults:?}"
        );
    };
    for (changed, message) in [
        (page(pages - 1, &[99]), "sqlite:a: a page is damaged or encrypted"),
        (page(pages - 1, &[13, 0, 0, 0xff, 0xff]), "sqlite:a: a record is damaged"),
        // The chain of the first record ends too early, and has a cycle.
        (page(2, &[0; 4]), "sqlite:a: a record is damaged"),
        (page(2, &[0, 0, 0, 2]), "sqlite:a: a record is damaged"),
        (page(1, &[b"SQLite format 3\0", &[0, 7][..]].concat()), "sqlite: its header is damaged"),
    ] {
        let (left, faults) = unpack_all(&changed);
        is_kind(&faults, message);
        assert!(message.contains("header") || left.contains(members.last().unwrap()), "{message}");
    }
    let (left, faults) = unpack_all(&whole[..whole.len() - 512]);
    assert_eq!(faults[0], (FaultKind::Corrupt, "sqlite:sqlite_schema: it is cut short".into()));
    assert_eq!(labels(&left, bodies[0].as_bytes()), ["sqlite:a/1/body"]);
}

#[test]
fn two_tables_with_one_page_and_pages_in_a_circle_are_faults() {
    let bodies: Vec<String> = (0..9).map(|at| text(300 + at)).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let mut whole = sqlite(512, Encoding::Utf8, &[table("a", &bodies)]);
    let root = whole.len() - 512;
    assert_eq!(whole[root], 5);
    // The last child is the page itself.
    let number = u32::try_from(root / 512 + 1).unwrap().to_be_bytes();
    whole[root + 8..root + 12].copy_from_slice(&number);
    let (_, faults) = unpack_all(&whole);
    assert_eq!(faults, [(FaultKind::Corrupt, "sqlite:a: a page is used twice".into())]);
}

#[test]
fn cells_with_the_same_bytes_are_charged_each_time() {
    let mut whole = sqlite(65536, Encoding::Utf8, &[table("a", &[&text(60000)])]);
    // Thousands of cells are the one with all the bytes.
    let page = 65536;
    let cell = [whole[page + 8], whole[page + 9]];
    whole[page + 3..page + 5].copy_from_slice(&2000_u16.to_be_bytes());
    for at in 0..2000 {
        whole[page + 8 + 2 * at..page + 10 + 2 * at].copy_from_slice(&cell);
    }
    let mut budget = UnpackBudget::for_file(whole.len());
    let most = budget.bytes_left();
    let (members, faults) = unpack_within(&whole, &mut budget);
    assert!(members.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() <= most);
    assert_eq!(faults, [(FaultKind::Budget, "sqlite:a: it unpacks to more than the limit".into())]);
}
