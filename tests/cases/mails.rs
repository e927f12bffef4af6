//! Keys in e-mails: parts in base64 and quoted-printable, attachments, headers, files of several messages, and what is
//! damaged, encrypted or too large. Standard tools make the files.

use crate::archives::packing;
use crate::case::Case;
use crate::case::Expect::{Found, FoundAnd, FoundNote, Note, Nothing, Problem};

/// A file `app.dat` that a script makes. `header TYPE [ENCODING]` is the header of an e-mail, `part NAME ENCODING` that of a
/// part, `soft` is quoted-printable with a soft line break after every 30 characters, and `crlf` the ends of lines of the
/// protocol.
macro_rules! made {
    ($name:literal, $make:literal) => {
        made!($name, $make, Found(1))
    };
    ($name:literal, $make:literal, $expect:expr) => {
        Case::of_file(
            concat!("mails: ", $name),
            packing!(
                "header() { printf 'Received: from a by b;\\n\\tFri, 2 Jan 2026 03:04:05 +0000\\nFrom: a@example.org\\nSubject: words\\nMIME-Version: 1.0\\nContent-Type: %s\\nContent-Transfer-Encoding: %s\\n\\n' \"$1\" \"${2-7bit}\"; }; ",
                "part() { printf '\\n--edge\\nContent-Type: text/plain\\nContent-Disposition: attachment;\\n filename=\"%s\"\\nContent-Transfer-Encoding: %s\\n\\n' \"$1\" \"$2\"; }; ",
                "mixed() { header 'multipart/mixed; boundary=edge'; }; ",
                "soft() { sed 's/=/=3D/g' | fold -w 30 | sed '$!s/$/=/'; }; ",
                "crlf() { sed 's/$/\\r/'; }; ",
                "end() { printf '\\n--edge--\\n'; }; ",
                $make
            ),
            $expect,
            &["app.dat"],
        )
    };
}

pub const CASES: &[Case] = &[
    made!("a plain body", "{ header text/plain; keyed; } > app.dat"),
    made!("base64", "{ header text/plain base64; { plain 9; keyed; } | base64; } > app.dat"),
    made!("base64 in short lines", "{ header text/plain base64; keyed | base64 -w 7; } > app.dat"),
    made!(
        "base64 in one line",
        "{ header text/plain base64; { plain 99; keyed; } | base64 -w 0; } > app.dat"
    ),
    made!("base64 with carriage returns", "{ header text/plain base64; keyed | base64; } | crlf > app.dat"),
    made!(
        "quoted-printable with soft line breaks",
        "{ header text/plain quoted-printable; keyed | soft; } > app.dat"
    ),
    made!(
        "quoted-printable with carriage returns",
        "{ header text/plain quoted-printable; keyed | soft; } | crlf > app.dat"
    ),
    made!(
        "UTF-16 in base64",
        "{ header text/plain base64; keyed | iconv -t UTF-16 | base64; } > app.dat || needs iconv"
    ),
    made!("a part with a name", "{ mixed; plain; part notes.txt 7bit; keyed; end; } > app.dat"),
    made!("a part in base64", "{ mixed; plain; part notes.txt base64; keyed | base64; end; } > app.dat"),
    made!("no key", "{ mixed; plain; part notes.txt base64; plain 300 | base64; end; } > app.dat", Nothing),
    made!(
        "binary data",
        "{ mixed; plain; part a base64; head -c 3000 /bin/sh | base64; end; } > app.dat",
        Nothing
    ),
    made!(
        "two parts",
        "{ mixed; part a.txt base64; keyed | base64; part b.txt quoted-printable; othered | soft; end; } > app.dat",
        Found(2)
    ),
    made!(
        "a multipart in a multipart, which does not end",
        "{ mixed; printf -- '--edge\\nContent-Type: multipart/alternative;\\n boundary=\"edge a\"\\n\\n--edge a\\n\\n'; plain; \
        printf -- '--edge a\\nContent-Transfer-Encoding: base64\\n\\n'; keyed | base64; part b 7bit; plain; end; } > app.dat"
    ),
    made!(
        "a message in a message",
        "{ mixed; printf -- '--edge\\nContent-Type: message/rfc822\\n\\n'; header text/plain base64; keyed | base64; end; } > app.dat"
    ),
    made!(
        "a zip",
        "keyed | held conf/app.env; packed zip > a; { mixed; plain; part a.zip base64; base64 < a; end; } > app.dat; rm a"
    ),
    made!(
        "a tar that is not encoded",
        "keyed | held conf/app.env; packed tar.gz > a; { mixed; plain; part a.tgz binary; cat a; end; } > app.dat; rm a"
    ),
    made!(
        "an e-mail in a zip",
        "{ header text/plain base64; keyed | base64; } | held a.eml; packed zip > app.dat"
    ),
    made!(
        "an encoded word of a header",
        "word() { printf %s \"$KEY\" | \"$@\" | sed 's/_/=5F/g'; }; \
        { printf 'X-Note: =?utf-8?Q?key_=3D_%s?=\\n =?utf-8?q?%s?=\\n' \"$(word head -c 50)\" \"$(word tail -c +51)\"; \
        header text/plain; plain; } > app.dat"
    ),
    made!(
        "a file of several messages",
        "for i in 1 2 3; do echo 'From a@example.org Fri Jan  2 03:04:05 2026'; header text/plain base64; \
        { plain $i; [ $i != 2 ] || keyed; } | base64; echo; done > app.dat"
    ),
    made!(
        "no last delimiter",
        "{ mixed; plain; part notes.txt base64; keyed | base64; } > app.dat",
        FoundAnd(1, "corrupt-archive")
    ),
    made!(
        "truncated base64",
        "{ mixed; plain; part notes.txt base64; { keyed; plain 9; } | base64 | cut 7; } > app.dat",
        FoundAnd(1, "corrupt-archive")
    ),
    made!(
        "damaged base64",
        "{ mixed; plain; part notes.txt base64; { keyed; plain 40; } | base64 | sed '6s/.$/!/'; end; } > app.dat",
        FoundAnd(1, "corrupt-archive")
    ),
    made!(
        "a truncated zip",
        "keyed | held conf/app.env; packed zip > a; { mixed; part a.zip base64; cut 40 < a | base64; end; } > app.dat; rm a",
        FoundAnd(1, "corrupt-archive")
    ),
    made!("no boundary", "{ header multipart/mixed; keyed; } > app.dat", FoundAnd(1, "corrupt-archive")),
    made!(
        "an encrypted message of S/MIME",
        "{ header 'application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m' base64; \
        { printf '\\60\\202\\1\\0\\6\\11\\52\\206\\110\\206\\367\\15\\1\\7\\3'; head -c 90 /dev/zero; } | base64; } > app.dat",
        Note("unsupported-archive")
    ),
    made!(
        "an encrypted message of PGP",
        "{ header 'multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=edge'; part a 7bit; echo 'Version: 1'; \
        part b 7bit; plain; end; } > app.dat",
        Note("unsupported-archive")
    ),
    made!(
        "an encrypted zip",
        "keyed > a; zip -q -P secret a.zip a || needs zip; rm a; \
        { mixed; part a.zip base64; base64 < a.zip; part b 7bit; keyed; end; } > app.dat; rm a.zip",
        FoundNote(1, "unsupported-archive")
    ),
    made!(
        "uuencode",
        "{ header text/plain x-uuencode; echo 'begin 644 a'; } > app.dat",
        Note("unsupported-archive")
    ),
    made!(
        "a zip that expands",
        "head -c 60000000 /dev/zero | held a; packed zip > a; { mixed; part a.zip base64; base64 < a; end; } > app.dat; rm a",
        Problem("budget")
    ),
];
