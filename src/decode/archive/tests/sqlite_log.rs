use super::sqlite::{labels, text};
use proptest::prelude::*;

use super::*;
use crate::decode::archive::sqlite::values;
use testkit::sqlite::{Encoding, sqlite, table};
use testkit::sqlite_log::{Frame, journal, transaction, write_ahead_log};

const SIZE: usize = 512;

fn database(bodies: &[&str]) -> Vec<u8> {
    sqlite(SIZE, Encoding::Utf8, &[table("t", bodies)])
}

fn log(frames: &[Frame<'_>]) -> Vec<u8> {
    write_ahead_log(SIZE, frames, &[])
}

/// Checks that a log is read without a fault, and returns its members.
#[track_caller]
fn intact(log: &[u8]) -> Members {
    assert!(is_archive(log));
    let (members, faults) = unpack_all(log);
    assert_eq!(faults, []);
    members
}

#[test]
fn a_log_has_the_values_of_the_database() {
    let long = text(5000);
    for size in [512, 1024, 4096, 65536] {
        for encoding in [Encoding::Utf8, Encoding::Utf16Be] {
            let tables = [table("a", &["the first value", &long]), table("b", &["another value"])];
            let whole = sqlite(size, encoding, &tables);
            let named = |format: &str| {
                let members = unpack_all(&whole).0.into_iter();
                let mut members: Members =
                    members.map(|(label, bytes)| (label.replace("sqlite:", format), bytes)).collect();
                members.sort();
                members
            };
            let frames = transaction(&whole, size);
            let pages: Vec<_> = frames.iter().map(|frame| (frame.number, frame.page)).collect();
            let logs = [
                (write_ahead_log(size, &frames, &[]), "sqlite-wal:"),
                (journal(size, &pages), "sqlite-journal:"),
            ];
            for (log, format) in logs {
                let mut members = intact(&log);
                members.sort();
                assert_eq!(members, named(format), "{size}");
            }
        }
    }
}

#[test]
fn each_version_of_a_record_is_read_once_with_its_own_pages() {
    let (one, two) = (text(2000), text(2000).to_uppercase());
    let [old, new] = [&one, &two].map(|body| database(&["a value that stays", body]));
    let (old, new) = (transaction(&old, SIZE), transaction(&new, SIZE));
    // The second transaction has only the pages of the long value.
    let changed = old.iter().zip(&new).filter(|(old, new)| old.page != new.page);
    let changed: Vec<Frame<'_>> = changed.map(|(_, new)| *new).collect();
    assert!(changed.iter().all(|frame| frame.number != 1));
    let leaf = [old[old.len() - 1]];
    let members = intact(&log(&[&old[..], &changed, &new[1..], &leaf].concat()));
    for (value, number) in [("a value that stays", 1), (&one, 2), (&two, 2)] {
        assert_eq!(labels(&members, value.as_bytes()), [format!("sqlite-wal:t/{number}/body")]);
    }
}

#[test]
fn a_record_is_followed_within_its_run_of_the_log() {
    let (one, two) = (text(2000), text(2000).to_uppercase());
    let [old, new] = [&one, &two].map(|body| database(&[body]));
    let (old, new) = (transaction(&old, SIZE), transaction(&new, SIZE));
    let members = intact(&write_ahead_log(SIZE, &new, &old));
    for value in [&one, &two] {
        assert_eq!(labels(&members, value.as_bytes()), ["sqlite-wal:t/1/body"]);
    }
    // The earlier run has lost the pages of its value.
    let members = intact(&write_ahead_log(SIZE, &new, &old[old.len() - 1..]));
    assert_eq!(labels(&members, two.as_bytes()), ["sqlite-wal:t/1/body"]);
    let mixed =
        |bytes: &[u8]| bytes.starts_with(&one.as_bytes()[..50]) && bytes.ends_with(&two.as_bytes()[1900..]);
    assert!(!members.iter().any(|(_, bytes)| mixed(bytes)));
}

#[test]
fn what_is_only_in_the_database_is_no_damage() {
    let long = text(2000);
    let whole = database(&["the first value", &long]);
    let frames = transaction(&whole, SIZE);
    // Neither the table of tables nor the other pages of the record.
    let last = frames[frames.len() - 1];
    let members = intact(&log(&[last]));
    assert_eq!(labels(&members, b"the first value"), [format!("sqlite-wal:(page {})/1", last.number)]);
    assert!(members.iter().any(|(_, bytes)| bytes.len() > 30 && long.as_bytes().starts_with(bytes)));
    // A page of a chain alone is left to the bytes of the file.
    assert_eq!(intact(&log(&frames[1..3])), []);
}

#[test]
fn inner_pages_name_the_tables_of_their_children() {
    let bodies: Vec<String> = (0..60).map(|at| text(60 + at)).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let whole = database(&bodies);
    let mut frames = transaction(&whole, SIZE);
    assert!(frames.len() > 10);
    for _ in 0..2 {
        let members = intact(&log(&frames));
        for (at, body) in bodies.iter().enumerate() {
            assert_eq!(labels(&members, body.as_bytes()), [format!("sqlite-wal:t/{}/body", at + 1)]);
        }
        // The pages may be in any order.
        frames.reverse();
    }
}

#[test]
fn damage_is_a_fault_but_not_a_torn_end() {
    let long = text(2000);
    let whole = database(&["the first value", &long]);
    let mut frames = transaction(&whole, SIZE);
    let leaf = frames[frames.len() - 1].page;
    let damaged = [&[13, 0, 0, 0xff, 0xff], &leaf[5..]].concat();
    let random = vec![0xa7; SIZE];
    for (page, message) in [
        (&damaged, "sqlite-wal:t: a record is damaged"),
        (&random, "sqlite-wal:t: a page is damaged or encrypted"),
    ] {
        let last = frames.len() - 1;
        frames[last].page = page;
        let (_, faults) = unpack_all(&log(&frames));
        assert_eq!(faults, [(FaultKind::Corrupt, message.to_owned())]);
        // The checksum of the last frame of the run is wrong.
        let mut torn = log(&frames);
        let end = torn.len() - SIZE;
        torn[end - 1] ^= 1;
        intact(&torn);
        // The same page in the middle.
        torn.extend(&log(&frames[..1])[32..]);
        assert_eq!(unpack_all(&torn).1, faults);
    }
    // Without the first page it is not known how much of a page is in use.
    let last = frames.len() - 1;
    frames[last].page = &damaged;
    intact(&log(&frames[1..]));
    frames.truncate(last);
    let whole = log(&frames);
    for length in [32, 33, 56, 57, 700, whole.len() - 100] {
        intact(&whole[..length]);
    }
    let mut unsized_ = whole;
    unsized_[10] = 3;
    let fault = (FaultKind::Corrupt, "sqlite-wal: its header is damaged".to_owned());
    assert_eq!(unpack_all(&unsized_), (vec![], vec![fault]));
}

#[test]
fn an_encrypted_log_is_a_fault() {
    let pages = [1, 2, 3].map(|seed: u8| {
        (0..=255_u8).cycle().take(SIZE).map(|at| at.wrapping_mul(151) ^ seed | 0x80).collect()
    });
    let frames: Vec<Frame<'_>> =
        (1..).zip(&pages).map(|(number, page): (u32, &Vec<u8>)| Frame { number, page, count: 3 }).collect();
    let (members, faults) = unpack_all(&log(&frames));
    assert_eq!((members, faults.len()), (vec![], 3));
}

#[test]
fn a_log_costs_what_its_records_have_only_once() {
    let long = text(200_000);
    let whole = database(&[&long]);
    let frames = transaction(&whole, SIZE);
    // The same record in many versions of its page.
    let leaf = vec![frames[frames.len() - 1]; 3000];
    let members = intact(&log(&[&frames[..], &leaf].concat()));
    assert_eq!(labels(&members, long.as_bytes()), ["sqlite-wal:t/1/body"]);
    let (_, faults) = unpack_within(&log(&frames), &mut UnpackBudget::for_region(0));
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].0, FaultKind::Budget);
}

#[test]
fn pages_in_a_circle_are_charged_for_each_record() {
    let whole = database(&[&text(200_000)]);
    let mut frames = transaction(&whole, SIZE);
    // The first page of the chain is its next one, and a record is two megabytes.
    let circle = [&frames[1].number.to_be_bytes(), &frames[1].page[4..]].concat();
    frames[1].page = &circle;
    let last = frames[frames.len() - 1];
    let cell = usize::from(u16::from_be_bytes([last.page[8], last.page[9]]));
    // As much of it is in the page with the cell as before.
    let length = 200_004 + 3734 * (SIZE - 4);
    let digit = |shift: usize| u8::try_from(length >> shift & 0x7f).unwrap();
    let length = [digit(14) | 0x80, digit(7) | 0x80, digit(0)];
    let leaves: Vec<Vec<u8>> = (1..=100)
        .map(|rowid| [&last.page[..cell], &length, &[rowid], &last.page[cell + 4..]].concat())
        .collect();
    frames.truncate(2);
    frames.extend(leaves.iter().map(|page| Frame { page, ..last }));
    let (members, faults) = unpack_all(&log(&frames));
    assert!((2..100).contains(&members.len()), "{}", members.len());
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].0, FaultKind::Budget);
}

#[test]
fn a_journal_may_have_several_parts_or_an_open_end() {
    let whole = database(&["the first value", &text(2000)]);
    let frames = transaction(&whole, SIZE);
    let pages: Vec<_> = frames.iter().map(|frame| (frame.number, frame.page)).collect();
    let (one, two) = pages.split_at(2);
    let mut parts = journal(SIZE, one);
    parts.resize(parts.len().next_multiple_of(512), 0);
    parts.extend(journal(SIZE, two));
    let expected = intact(&journal(SIZE, &pages));
    assert_eq!(intact(&parts), expected);
    // The number of pages is not written yet.
    let mut open = journal(SIZE, &pages);
    open[8..12].fill(0);
    assert_eq!(intact(&open), expected);
    intact(&open[..open.len() - 300]);
}

#[test]
fn the_audit_reads_a_database_as_it_is_with_its_log() {
    let [old, new] = [text(2000), text(2000).to_uppercase()];
    let (before, after) = (database(&["a value that stays", &old]), database(&["a value that stays", &new]));
    let frames = transaction(&after, SIZE);
    let read = |frames: &[Frame<'_>]| {
        let (values, is_whole) = values(&[&before[..], &log(frames)].concat(), before.len());
        assert!(is_whole);
        let contains = |text: &str| values.iter().any(|value| value == text.as_bytes());
        assert!(contains("a value that stays"));
        [contains(&old), contains(&new)]
    };
    assert_eq!(read(&[]), [true, false]);
    assert_eq!(read(&frames), [false, true]);
    // The transaction has no end.
    assert_eq!(read(&frames[..frames.len() - 1]), [true, false]);
}

proptest! {
    #[test]
    fn any_log_after_a_database_is_read_to_an_end(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        length in any::<prop::sample::Index>(),
    ) {
        let database = database(&["a value that stays", &text(2000)]);
        let log = log(&transaction(&database, SIZE));
        let mut whole = [&database[..], &log].concat();
        for (at, byte) in changes {
            let at = at.index(whole.len());
            whole[at] = byte;
        }
        values(&whole, database.len());
        values(&whole, length.index(whole.len()));
        unpack_all(&whole[database.len()..]);
    }
}
