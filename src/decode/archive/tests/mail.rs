use super::*;
use testkit::mail::{BASE64, QUOTED, base64, mail, multipart, quoted_printable, with_carriage_returns};

fn named(name: &str, fields: &str) -> String {
    format!("Content-Type: text/plain\nContent-Disposition: attachment; filename={name}\n{fields}")
}

fn labels(text: &[u8]) -> Vec<String> {
    unpack_all(text).0.into_iter().map(|(label, _)| label).collect()
}

#[test]
fn parts_are_members_with_a_name_or_a_number() {
    let parts = [
        (&*named("a.txt", BASE64), base64(CONTENT, 20)),
        (QUOTED, quoted_printable(CONTENT)),
        (&*named("\"c \\\"d\\\".txt\"", ""), CONTENT.to_vec()),
        ("", b"plain text is left to the file itself".to_vec()),
    ];
    let whole = multipart(&parts);
    let expected = vec![
        content("eml:a.txt"),
        content("eml:(part 2)"),
        // The line break before the next delimiter belongs to the delimiter.
        content("eml:c \"d\".txt"),
    ];
    assert!(is_archive(&whole));
    assert_eq!(unpack_all(&whole), (expected.clone(), vec![]));
    let (members, faults) = unpack_all(&with_carriage_returns(&whole));
    assert_eq!((&members[..2], faults), (&expected[..2], vec![]));
    assert_eq!(members[2].1, with_carriage_returns(CONTENT));
}

#[test]
fn each_byte_of_a_part_has_its_place() {
    for (fields, body) in [(BASE64, base64(CONTENT, 19)), (QUOTED, quoted_printable(CONTENT))] {
        let whole = multipart(&[(fields, body)]);
        unpack(&whole, &mut UnpackBudget::for_file(0), &mut |part, _| {
            let Unpacked::Member(member) = part else { panic!("{part:?}") };
            assert!(member.has_own_spans() && member.bytes == CONTENT);
            let spans: Vec<_> = (0..CONTENT.len()).map(|at| member.original_span(&(at..at + 1))).collect();
            assert!(spans.is_sorted_by_key(|span| span.start) && spans.is_sorted_by_key(|span| span.end));
            assert!(spans.iter().all(|span| member.span.start <= span.start && span.end <= member.span.end));
            let short = &whole[member.original_span(&(5..8))];
            assert!((3..=9).contains(&short.len()), "{short:?}");
        });
    }
}

#[test]
fn nested_parts_and_messages_are_read() {
    let inner = multipart(&[("", b"text".to_vec()), (BASE64, base64(CONTENT, 76))]);
    let alternative = "--in\n\ntext\n--in\nContent-Transfer-Encoding: Base64 \n\n";
    let alternative = [alternative.as_bytes(), &base64(CONTENT, 60), b"--in-- \n"].concat();
    // A multipart that another delimiter ends, a message as it is and one in base64, and one in a digest.
    let open = [b"--in2\n".as_slice(), BASE64.as_bytes(), b"\n", &base64(CONTENT, 76)].concat();
    let digest = [b"--in3\n\n".as_slice(), &mail(BASE64, &base64(CONTENT, 76)), b"--in3--\n"].concat();
    let whole = multipart(&[
        ("content-type: multipart/alternative; boundary=in\n", alternative),
        ("CONTENT-TYPE: Multipart/Mixed; Boundary=in2\n", open),
        ("Content-Type: message/rfc822\n", inner.clone()),
        (&format!("Content-Type: message/rfc822; name=m.eml\n{BASE64}"), base64(&inner, 76)),
        ("Content-Type: multipart/digest; boundary=in3\n", digest),
    ]);
    let expected = ["eml:(part 1.2)", "eml:(part 2.1)", "eml:(part 3.2)", "eml:m.eml", "eml:(part 5.1)"];
    assert_eq!((labels(&whole), unpack_all(&whole).1), (expected.map(str::to_owned).to_vec(), vec![]));
}

#[test]
fn names_are_decoded() {
    for (field, name) in [
        ("Content-Type: text/plain; name=\"=?utf-8?B?w7w=?= b\"", "ü b"),
        ("Content-Disposition: attachment;\n filename*=utf-8''%C3%BC%20b", "ü b"),
        (
            "Content-Disposition: attachment; filename*1*=%BC; filename*2=\" b\";\n filename*0*=utf-8'de'%C3",
            "ü b",
        ),
        ("Content-Disposition: attachment; filename=plain; filename*=utf-8''%C3%BC", "ü"),
        ("Content-Type: text/plain; x=\"; name=no\"; charset=x; name = a.txt (a comment)", "a.txt"),
        ("Content-Disposition: attachment; filename=\"a\n b.txt\"", "a b.txt"),
        ("Content-Disposition: inline; filename", "(part 1)"),
    ] {
        let whole = multipart(&[(&format!("{field}\n{BASE64}"), base64(CONTENT, 76))]);
        let found = labels(&whole).pop();
        assert_eq!(found, Some(format!("eml:{name}")), "{field}");
    }
}

#[test]
fn encoded_words_of_headers_are_members() {
    let words = "X-Note: one =?utf-8?B?dHdv?=\n =?UTF-8?q?_three=20?= four =?bad?x?y?= ?=\n";
    let whole = mail(words, b"text");
    let expected = ("eml:X-Note".to_owned(), b"X-Note: one two three  four =?bad?x?y?= ?=".to_vec());
    assert!(is_archive(&whole));
    assert_eq!(unpack_all(&whole), (vec![expected], vec![]));
    assert!(!is_archive(&mail("X-Note: =?utf-8?B?dHdv =?a?? =?utf-8?x?y\n", b"text")));
}

#[test]
fn damaged_and_truncated_mails_are_faults() {
    let encoded = base64(CONTENT, 76);
    let whole = multipart(&[("", b"text".to_vec()), (&named("a.txt", BASE64), encoded.clone())]);
    let at = whole.windows(9).position(|bytes| bytes == b"--edge--\n").unwrap();
    let single = |body: &[u8]| mail(&named("a.txt", BASE64), body);
    let length = encoded.len();
    for (text, message) in [
        (whole[..at].to_vec(), "eml: it is cut short"),
        (whole[..at - 5].to_vec(), "eml:a.txt: it is cut short"),
        (single(&encoded[..length - 6]), "eml:a.txt: it is cut short"),
        (single(&[&encoded[..40], b"\xff!", &encoded[40..]].concat()), "eml:a.txt: its base64 is damaged"),
    ] {
        let (members, faults) = unpack_all(&text);
        let read = &members.iter().find(|(label, _)| label == "eml:a.txt").unwrap().1;
        assert!(CONTENT.starts_with(read) && read.len() + 6 > CONTENT.len(), "{message}");
        assert_eq!(faults, [(FaultKind::Corrupt, message.to_owned())]);
    }
    let lost = mail("Content-Type: multipart/mixed\n", b"text");
    let message = "eml:(part 1): it names no boundary between its parts".to_owned();
    assert_eq!(unpack_all(&lost).1, [(FaultKind::Corrupt, message)]);
    // A mailing list has added a line, and a program has encoded in two pieces.
    let padded = base64(b"words", 76);
    for body in [[&padded, &b"______\na list\n"[..]].concat(), [&padded[..], &padded].concat()] {
        assert_eq!((labels(&single(&body)).len(), unpack_all(&single(&body)).1), (1, vec![]));
    }
}

#[test]
fn a_header_alone_is_no_damage_and_an_archive_needs_no_name() {
    let head = "From: a@x.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n";
    assert_eq!(unpack_all(head.as_bytes()).1, []);
    let part = format!("{head}--B\nContent-Type: application/gzip\nContent-Transfer-Encoding: binary\n\n");
    assert!(matches!(&unpack_all(format!("{part}text").as_bytes()).1[..], [(FaultKind::Corrupt, _)]));
    let gzip = testkit::archives::gzip(b"content");
    let whole = [part.as_bytes(), &gzip, b"\n--B--\n"].concat();
    assert_eq!(unpack_all(&whole), (vec![("eml:(part 1)".to_owned(), gzip)], vec![]));
}

#[test]
fn encrypted_and_unknown_parts_are_faults() {
    let der = |identifier: &[u8]| [b"\x30\x82\x01\x00", identifier, &[0xa0; 40]].concat();
    let enveloped = der(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03");
    let signed = der(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02");
    let smime = "Content-Type: application/pkcs7-mime; name=smime.p7m\n";
    for (text, expected) in [
        (mail(&format!("{smime}{BASE64}"), &base64(&enveloped, 64)), "eml:smime.p7m: it is encrypted"),
        (
            mail(&format!("{smime}Content-Transfer-Encoding: binary\n"), &enveloped),
            "eml:smime.p7m: it is encrypted",
        ),
        (
            mail("Content-Type: multipart/encrypted; boundary=a\n", b"--a\n\nVersion: 1\n--a--\n"),
            "eml:(part 1): it is encrypted",
        ),
        (
            mail("Content-Transfer-Encoding: X-UUEncode\n", b"begin 644 a\n"),
            "eml:(part 1): it is encoded with uuencode, which is not supported",
        ),
    ] {
        assert_eq!(unpack_all(&text), (vec![], vec![(FaultKind::Unsupported, expected.to_owned())]));
    }
    let text = mail(&format!("{smime}{BASE64}"), &base64(&signed, 64));
    assert_eq!(unpack_all(&text), (vec![("eml:smime.p7m".to_owned(), signed)], vec![]));
}

#[test]
fn messages_of_a_file_are_numbered() {
    let envelope = "From a@example.org Fri Jan  2 03:04:05 2026\n";
    let one = [envelope.as_bytes(), &mail("", b"plain\n\nFrom here on, words\nNote: more\n\n")].concat();
    let two = [envelope.as_bytes(), &mail(BASE64, &base64(CONTENT, 76)), b"\n"].concat();
    let cut = mail("Content-Type: multipart/mixed; boundary=a\n", b"--a\n\ntext\n\n");
    let three = [envelope.as_bytes(), &cut].concat();
    let whole = [&one[..], &two, &three, &two].concat();
    let expected = vec![content("mbox:2/(part 1)"), content("mbox:4/(part 1)")];
    let faults = vec![(FaultKind::Corrupt, "mbox:3: it is cut short".to_owned())];
    assert!(is_archive(&one) && is_archive(&whole));
    assert_eq!(unpack_all(&whole), (expected, faults));
}

#[test]
fn mails_have_limits() {
    let parts: Vec<(&str, Vec<u8>)> = (0..5).map(|_| (BASE64, base64(&b"a".repeat(90_000), 76))).collect();
    let (members, faults) = unpack_within(&multipart(&parts), &mut UnpackBudget::for_region(0));
    assert_eq!(members.len(), 2);
    assert_eq!(faults, [(FaultKind::Budget, "eml:(part 3): it unpacks to more than the limit".to_owned())]);
    let field = "X: =?a?q?b?=\n".repeat((1 << 18) + 1);
    assert_eq!(
        unpack_all(&mail(&field, b"")).1,
        [(FaultKind::Budget, "eml: it has more members than the limit".to_owned())]
    );
    for nested in ["Content-Type: message/rfc822\n\n", "Content-Type: multipart/mixed; boundary=a\n\n--a\n"] {
        let deep = unpack_all(&mail(&nested.repeat(100), b"")).1;
        assert_eq!(deep[0].0, FaultKind::Budget, "{deep:?}");
        assert!(deep[0].1.ends_with("too many parts are nested in each other"), "{deep:?}");
    }
}

#[test]
fn lines_that_a_mailing_list_adds_are_no_damage() {
    let words = [b'a'; 57];
    let footer = b"__________\nexample list -- list@example.org\nunsubscribe\n";
    let body = [base64(&words, 76).as_slice(), footer].concat();
    let expected = ("eml:(part 1)".to_owned(), words.to_vec());
    assert_eq!(unpack_all(&mail(BASE64, &body)), (vec![expected], vec![]));
    // With base64 after it, such a line is in the wrong place.
    let (_, faults) = unpack_all(&mail(BASE64, &[body, base64(&words, 76)].concat()));
    assert_eq!(faults, [(FaultKind::Corrupt, "eml:(part 1): its base64 is damaged".to_owned())]);
}

#[test]
fn patches_in_one_file_are_messages() {
    let patch = |content: &[u8]| {
        let envelope = b"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n";
        [envelope.as_slice(), &mail(BASE64, &base64(content, 76)), b"\n"].concat()
    };
    let (members, faults) = unpack_all(&[patch(&[b'a'; 57]), patch(&[b'b'; 57])].concat());
    let expected = [("mbox:1/(part 1)", vec![b'a'; 57]), ("mbox:2/(part 1)", vec![b'b'; 57])];
    assert_eq!(members, expected.map(|(label, content)| (label.to_owned(), content)));
    assert_eq!(faults, []);
}

#[test]
fn other_texts_are_no_mails() {
    let patch = "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n";
    for text in [
        "",
        "From",
        "From here: to there: a line\nand another\n",
        "Subject: words\n\nContent-Transfer-Encoding: base64\n",
        "name: a\nContent-Transfer-Encoding: base64\n\ntext",
        "From: a\nContent-Type: text/plain\nContent-Transfer-Encoding: 8bit\n\ntext",
        "Content-Type: text/html\n\n<p>",
        "to the point: multipart/mixed\n",
        &format!("{patch}From: a <b@c>\nSubject: [PATCH] words\n\ntext\n"),
    ] {
        assert!(!is_archive(text.as_bytes()), "{text}");
    }
    let encoded =
        format!("{patch}From: a\nMIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\na=3Db");
    assert_eq!(labels(encoded.as_bytes()), ["eml:(part 1)"]);
}
