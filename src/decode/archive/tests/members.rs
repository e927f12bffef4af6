//! Archives whose members are stored without compression: ar and cpio.

use super::*;

/// Writes an ar of some members. The names are as they stand in the headers.
fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = b"!<arch>\n".to_vec();
    for (name, content) in members {
        out.extend(format!("{name:16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, content.len()).bytes());
        out.extend(*content);
        out.extend(vec![b'\n'; content.len() % 2]);
    }
    out
}

#[test]
fn an_ar_is_read_with_the_names_of_each_form() {
    assert_content(&ar(&[("a.txt/", CONTENT)]), "ar:a.txt");
    assert_content(&ar(&[("a.txt", CONTENT)]), "ar:a.txt");
    let bsd = [b"folder/a name\0\0\0", CONTENT].concat();
    assert_content(&ar(&[("#1/16", &bsd)]), "ar:folder/a name");
    let gnu = unpack_all(&ar(&[("//", b"first.o/\nsecond name.o/\n"), ("/9", CONTENT), ("/", b"odd")]));
    assert_eq!(gnu.0[1], content("ar:second name.o"));
    assert_eq!((gnu.0[2].0.as_str(), gnu.1.len()), ("ar:/", 0));
}

#[test]
fn a_damaged_ar_is_read_up_to_the_damage() {
    let whole = ar(&[("a/", CONTENT), ("b/", CONTENT)]);
    let second = whole.len() - CONTENT.len() - CONTENT.len() % 2 - 60;
    assert_damaged(&whole[..second + 30], "ar:a", "ar: it is cut short");
    assert_damaged(&whole[..second + 62], "ar:a", "ar:b: it is cut short");
    for (at, byte) in [(second + 50, b'x'), (second + 58, b'x')] {
        let mut damaged = whole.clone();
        damaged[at] = byte;
        assert_damaged(&damaged, "ar:a", "ar: a header is damaged");
    }
    assert!(!is_archive(b"!<arch>\nis the first line of an archive, and of this text, which has no header"));
    let huge = ar(&[("a/", CONTENT)]);
    let huge = String::from_utf8_lossy(&huge).replacen(&format!("{:<10}`", CONTENT.len()), "9999999999`", 1);
    assert_damaged(&huge.as_bytes()[..huge.len() - CONTENT.len() % 2], "ar:a", "ar:a: it is cut short");
}

/// Writes one member of a cpio in the form `newc`.
fn newc(name: &str, content: &[u8]) -> Vec<u8> {
    let numbers = [1, 0o100_644, 0, 0, 1, 0, content.len(), 0, 0, 0, 0, name.len() + 1, 0];
    let mut out = b"070701".to_vec();
    out.extend(numbers.iter().flat_map(|number| format!("{number:08x}").into_bytes()));
    for part in [[name.as_bytes(), b"\0"].concat(), content.to_vec()] {
        out.extend(part);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    out
}

/// Writes one member of a cpio in the old form, with digits.
fn old(name: &str, content: &[u8]) -> Vec<u8> {
    let name_size = name.len() + 1;
    let header = format!("070707{:042o}{:011o}{name_size:06o}{:011o}", 0, 0, content.len());
    [header.as_bytes(), name.as_bytes(), b"\0", content].concat()
}

/// Writes one member of a cpio in the binary form.
fn binary(name: &str, content: &[u8]) -> Vec<u8> {
    let short = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
    let mut out =
        [&b"\xc7\x71"[..], &[0; 18], &short(name.len() + 1), &[0; 2], &short(content.len())].concat();
    for part in [[name.as_bytes(), b"\0"].concat(), content.to_vec()] {
        out.extend(part);
        out.resize(out.len().next_multiple_of(2), 0);
    }
    out
}

/// A function that writes one member.
type Form = fn(&str, &[u8]) -> Vec<u8>;

#[test]
fn a_cpio_is_read_in_each_form() {
    let forms: [Form; 3] = [newc, old, binary];
    for form in forms {
        let end = form("TRAILER!!!", b"");
        let whole = [form("etc/a", CONTENT), end.clone()].concat();
        assert_content(&whole, "cpio:etc/a");
        assert_content(&[&whole[..], &[0; 300]].concat(), "cpio:etc/a");
        assert_damaged(&whole[..whole.len() - end.len()], "cpio:etc/a", "cpio: it is cut short");
        let (members, faults) = unpack_all(&whole[..whole.len() - end.len() - 5]);
        assert_eq!((members.len(), faults.len()), (1, 1));
        // An initial file system has two parts, the second one compressed.
        let joined = [&form("early", b"1"), &end[..], &[0; 64], &whole, &[0; 8], &gzip(&whole)].concat();
        let (members, faults) = unpack_all(&joined);
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((names, faults), (vec!["cpio:early", "cpio:etc/a", "cpio:(after its end)"], vec![]));
    }
    for text in [&b"070701 is a number"[..], b"070707", b"\xc7\x71 and no header in this text of a file"] {
        assert!(!is_archive(text), "{text:?}");
    }
}
