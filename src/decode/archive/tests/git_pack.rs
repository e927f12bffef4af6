use super::*;
use crate::git::Oid;
use testkit::packs::{Entry, appended, blob_name, pack};

fn hex(name: [u8; 20]) -> String {
    Oid::from_bytes(&name).unwrap().to_string()
}

fn expected(format: &str, contents: &[&[u8]]) -> Members {
    let mut all: Members = contents
        .iter()
        .map(|content| (format!("{format}:{}", hex(blob_name(content))), content.to_vec()))
        .collect();
    all.sort();
    all
}

fn sorted((mut members, faults): (Members, Faults)) -> (Members, Faults) {
    members.sort();
    (members, faults)
}

/// Three versions of a text, and another text.
fn versions() -> [Vec<u8>; 4] {
    let first = CONTENT.repeat(3);
    let second = [&first[..], b"second\n"].concat();
    let third = [&second[..], b"third\n"].concat();
    [first, second, third, CONTENT.to_vec()]
}

#[test]
fn objects_and_deltas_of_a_pack_have_their_names() {
    let [first, second, third, other] = versions();
    let to_second = Entry::DeltaTo(blob_name(&second), appended(&second, b"third\n"));
    let entries = [
        // The base may be after the delta.
        to_second,
        Entry::Object(3, first.clone()),
        Entry::Object(3, other.clone()),
        Entry::Delta(1, appended(&first, b"second\n")),
        Entry::Delta(1, appended(&first, b"a side\n")),
    ];
    let whole = pack(&entries);
    let side = [&first[..], b"a side\n"].concat();
    let all = [&first[..], &second, &third, &other, &side];
    assert!(is_archive(&whole));
    assert_eq!(sorted(unpack_all(&whole)), (expected("git-pack", &all), vec![]));
    let bundle = [b"# v2 git bundle\n-0000 a comment\n0000 refs/heads/main\n\n", &whole[..]].concat();
    assert_eq!(sorted(unpack_all(&bundle)), (expected("git-bundle", &all), vec![]));
}

#[test]
fn a_delta_without_its_base_is_read_as_far_as_it_adds_bytes() {
    let [first, second, third, _] = versions();
    let whole = pack(&[
        Entry::DeltaTo(blob_name(&first), appended(&first, b"second\n")),
        Entry::Delta(0, appended(&second, b"third\n")),
    ]);
    let (members, faults) = unpack_all(&whole);
    let contents: Vec<&[u8]> = members.iter().map(|(_, content)| &content[..]).collect();
    assert_eq!(contents, [b"second\n\n", &b"third\n\n"[..]]);
    assert!(members[0].0.ends_with(&format!("(delta to {})", hex(blob_name(&first)))), "{}", members[0].0);
    let message = "git-pack: the base of a delta is not in the file, so only what the delta adds was read";
    assert_eq!(faults, vec![(FaultKind::Unsupported, message.to_owned()); 2]);
    assert!(!third.is_empty());
}

#[test]
fn a_damaged_pack_is_a_fault_and_the_rest_is_read() {
    let [first, _, _, other] = versions();
    let entries = [
        Entry::Object(3, first.clone()),
        Entry::Object(3, other),
        Entry::Delta(0, appended(&first, b"second\n")),
    ];
    let whole = pack(&entries);
    let with = |at: usize, byte: u8| {
        let mut changed = whole.clone();
        changed[at] = byte;
        changed
    };
    let short = Entry::Delta(0, appended(&first[1..], b"second\n"));
    for (text, message, count) in [
        (with(whole.len() - 1, whole[whole.len() - 1] ^ 1), "its checksum does not match", 3),
        (whole[..whole.len() - 30].to_vec(), "it is cut short", 2),
        (whole[..20].to_vec(), "it is cut short", 1),
        (with(11, 9), "it is cut short", 3),
        (with(12, 0x5b), "it is of no kind that git knows", 0),
        (with(20, 0xff), "its compressed data is damaged", 1),
        (pack(&[entries[0].clone(), short]), "its delta is for another base", 2),
        (b"# v2 git bundle\n-00".to_vec(), "it is cut short", 0),
        (b"# v2 git bundle\n\nthis is no pack".to_vec(), "its compressed data is damaged", 0),
    ] {
        let (members, faults) = unpack_all(&text);
        assert_eq!(members.len(), count, "{message}: {members:?}");
        let [(FaultKind::Corrupt, found)] = &faults[..] else { panic!("{message}: {faults:?}") };
        assert!(found.ends_with(message), "{found}");
    }
}

#[test]
fn a_pack_of_deltas_that_grow_is_over_the_budget() {
    let base = vec![b' '; 60_000];
    let mut entries = vec![Entry::Object(3, base.clone())];
    let delta = appended(&base, b"x");
    entries.extend((0..3000).map(|_| Entry::Delta(0, delta.clone())));
    let whole = pack(&entries);
    let mut budget = UnpackBudget::for_file(whole.len());
    let most = budget.bytes_left();
    let (members, faults) = unpack_within(&whole, &mut budget);
    assert!(members.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() <= most);
    assert_eq!(faults, [(FaultKind::Budget, "git-pack: it unpacks to more than the limit".into())]);
}
