use super::*;
use testkit::archives::{tar, tarred};

#[test]
fn a_tar_is_read_in_all_its_variants() {
    assert_content(&tar(&[("a/b.txt", CONTENT)]), "tar:a/b.txt");
    assert_content(&[tarred(b'5', b"folder/", b""), tar(&[("a", CONTENT)])].concat(), "tar:a");
    let long = "folder/".repeat(40);
    let gnu =
        [tarred(b'L', b"././@LongLink", format!("{long}x\0").as_bytes()), tar(&[("cut", CONTENT)])].concat();
    assert_content(&gnu, &format!("tar:{long}x"));
    let record = |key: &str, value: &str| {
        let rest = format!(" {key}={value}\n");
        format!("{}{rest}", rest.len() + 3)
    };
    let pax = [tarred(b'x', b"pax", record("path", &long).as_bytes()), tar(&[("cut", CONTENT)])].concat();
    assert_content(&pax, &format!("tar:{long}"));
    let mut no_magic = tar(&[("a", CONTENT)]);
    no_magic[257..265].fill(0);
    testkit::archives::sum(&mut no_magic[..512]);
    assert_content(&no_magic, "tar:a");
    let mut binary = tar(&[("a", CONTENT)]);
    binary[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 53]);
    testkit::archives::sum(&mut binary[..512]);
    assert_content(&binary, "tar:a");
    let mut folders = tar(&[("a", CONTENT)]);
    folders[345..350].copy_from_slice(b"x/y/z");
    testkit::archives::sum(&mut folders[..512]);
    assert_content(&folders, "tar:x/y/z/a");
    // Some programs read on after the end.
    let joined = [tar(&[]), tar(&[("a", CONTENT)])].concat();
    assert_eq!(unpack_all(&[tar(&[("b", b"b")]), joined].concat()).0.len(), 2);
}

/// The digits of the permissions follow the field of a name without a space.
#[test]
fn a_name_that_fills_its_field_is_a_text_of_its_own() {
    let name = format!("folder/{}", "n".repeat(93));
    let (members, faults) = unpack_all(&tar(&[(&name, CONTENT)]));
    let named = ("tar:(a name of 100 bytes)".to_owned(), name.clone().into_bytes());
    assert_eq!((members, faults), (vec![named, content(&format!("tar:{name}"))], vec![]));
    assert_content(&tar(&[(&name[1..], CONTENT)]), &format!("tar:{}", &name[1..]));
    let long = format!("{name}, and more");
    let gnu =
        [tarred(b'L', b"././@LongLink", format!("{long}\0").as_bytes()), tar(&[(&name, CONTENT)])].concat();
    let named = ("tar:(a name of 110 bytes)".to_owned(), long.clone().into_bytes());
    assert_eq!(unpack_all(&gnu), (vec![named, content(&format!("tar:{long}"))], vec![]));
}

/// GNU's sparse files: blocks with the positions of the holes are between the header and the content.
#[test]
fn a_sparse_file_and_the_member_after_it_are_read() {
    for maps in 0..4 {
        let mut holed = tarred(b'S', b"holed", CONTENT);
        holed[257..265].copy_from_slice(b"ustar  \0");
        holed[482] = u8::from(maps > 0);
        testkit::archives::sum(&mut holed[..512]);
        let map: Vec<u8> = (1..=maps)
            .flat_map(|nth| {
                let mut block = [b'0'; 512];
                block[504] = u8::from(nth < maps);
                block
            })
            .collect();
        holed.splice(512..512, map);
        let (members, faults) = unpack_all(&[holed, tar(&[("next", CONTENT)])].concat());
        assert_eq!(
            (members, faults),
            (vec![content("tar:holed"), content("tar:next")], vec![]),
            "{maps} blocks"
        );
    }
}

#[test]
fn the_rest_of_a_damaged_tar_is_read() {
    let whole = tar(&[("b", b"other"), ("a", CONTENT)]);
    let mut wrong = whole.clone();
    wrong[150] ^= 1;
    assert_damaged(&wrong, "tar:a", "tar: a header is damaged");
    let (members, faults) = unpack_all(&whole[..1024 + 512 + 20]);
    assert_eq!(members[1].1, CONTENT[..20]);
    assert_eq!(faults, [(FaultKind::Corrupt, "tar:a: it is cut short".into())]);
    let mut wrong = tar(&[("a", CONTENT)]);
    wrong[124..136].fill(b'x');
    testkit::archives::sum(&mut wrong[..512]);
    assert_eq!(unpack_all(&wrong).1[0].1, "tar:a: its size is not a number");
}
