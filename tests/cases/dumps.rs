//! Keys as bytes: hexadecimal digits after a prefix, arrays, dumps, base64 in lines of any width, compressed text.

use crate::case::Expect::{Found, Nothing};
use crate::case::{CASE, Case};

/// Files that pipes write. `coded FORM` writes each byte of its input with its two hexadecimal digits for `&`.
macro_rules! dumped {
    ($name:literal, $([$file:literal, $make:literal],)+) => {
        dumped!($name, Found(1), &[$($file),+], $([$file, $make],)+)
    };
    ($name:literal, $expect:expr, $paths:expr, $([$file:literal, $make:literal],)+) => {
        Case {
            name: concat!("dumps: ", $name),
            make: concat!(
                "coded() { od -An -v -tx1 | tr -d ' \\n' | sed \"s/../$1/g\"; }; ",
                "decimal() { od -An -v -tu1 | tr -s ' \\n' '  ' | sed \"s/ \\([0-9]\\)/$1\\1/g\"; }; ",
                "key() { printf %s \"$KEY\"; }; ",
                $("{ plain; ", $make, "; echo; plain; } > ", $file, "; ",)+
                "git add ."
            ),
            staged: $expect,
            worktree: $expect,
            history: $expect,
            paths: $paths,
            ..CASE
        }
    };
}

pub const CASES: &[Case] = &[
    dumped!(
        "hexadecimal digits after a prefix",
        ["a.sql", "printf 'INSERT INTO s VALUES (1,0x'; keyed | coded '&' | tr a-f A-F; printf ');'"],
        ["b.sql", "printf \"VALUES ('\\\\\\\\x\"; keyed | coded '&'; printf \"')\""],
        ["c.txt", "printf 'key_'; keyed | coded '&'; printf _x"],
        ["d.txt", "printf '/cache/x-'; keyed | coded '&'; printf /y"],
        ["e.sql", "printf \"X'\"; keyed | coded '&'; printf \"'\""],
        ["f.sql", "printf 0x; keyed | coded '&00'"],
    ),
    dumped!("hexadecimal digits in lines of 32", ["a.txt", "keyed | coded '&' | fold -w 32"],),
    dumped!(
        "arrays of numbers",
        ["a.c", "printf 'char k[] = {\\n'; keyed | coded '0x&, ' | fold -w 72; printf '};'"],
        ["b.py", "printf 'k = ['; keyed | decimal ', ' | sed 's/^, //'; printf ']'"],
        ["c.js", "printf 'k=['; keyed | decimal ,; printf ']'"],
        ["d.erl", "printf 'K = <<'; keyed | decimal ,; printf '>>.'"],
        ["e.ps1", "printf '$k = [byte[]]('; keyed | coded '0x&,'; printf '0)'"],
    ),
    dumped!(
        "arrays of characters",
        ["a.c", "printf 'char k[] = {'; key | sed \"s/./'&', /g\"; printf '0};'"],
        ["b.json", "printf '['; key | sed 's/./\"&\",/g'; printf '\"\"]'"],
    ),
    dumped!(
        "digits with separators",
        ["a.txt", "keyed | coded '& '"],
        ["b.txt", "keyed | coded '&:'"],
        ["c.txt", "keyed | coded '&,'"],
        ["d.reg", "printf '\"K\"=hex(2):'; keyed | coded '&,00,' | fold -w 72 | sed 's/$/\\\\\\\\/'"],
    ),
    dumped!(
        "dumps of programs",
        ["a.txt", "keyed | od -An -v -tx1"],
        ["b.txt", "keyed | od -v -tx1"],
        ["c.txt", "keyed | od -v -tx1z -Ax"],
        ["d.txt", "keyed | od -An -v -tx2"],
    ),
    Case {
        name: "dumps: dumps of xxd and hexdump",
        make: "keyed | xxd > a.txt || needs xxd; keyed | xxd -i > b.txt; keyed | xxd -g1 -u > c.txt; \
            keyed | hexdump -C > d.txt || needs hexdump; keyed | hexdump > e.txt; git add .",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        paths: &["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"],
        ..CASE
    },
    dumped!(
        "tables of numbers that are no text",
        Nothing,
        &[],
        ["a.c", "head -c 3000 /bin/sh | coded '0x&, ' | fold -w 72"],
        ["b.txt", "seq -s ', ' 1 255"],
        ["c.txt", "head -c 3000 /bin/sh | od -v -tx1z -Ax"],
    ),
    dumped!(
        "base64 in narrow lines",
        ["a.txt", "keyed | base64 -w 32"],
        ["b.yaml", "printf 'key: !!binary |\\n'; keyed | base64 -w 30 | sed 's/^/  /'"],
        ["c.txt", "keyed | base64 -w 24"],
    ),
    dumped!(
        "base64 in concatenated strings",
        ["a.java", "keyed | base64 -w 60 | sed 's/.*/  \"&\" +/'"],
        ["b.java", "keyed | base64 -w 60 | sed 's/.*/  + \"&\"/'"],
        ["c.c", "printf '\"'; keyed | base64 -w 60 | sed 's/$/\\\\n\\\\/'; printf '\"'"],
        ["e.php", "keyed | base64 -w 48 | sed 's/.*/  . \"&\"/'"],
        ["f.vb", "keyed | base64 -w 48 | sed 's/.*/  \"&\" \\& _/'"],
        ["d.go", "keyed | base64 -w 32 | sed 's/.*/\\t`&` +/'"],
    ),
    dumped!(
        "base64 in lines with a mark",
        ["a.patch", "keyed | base64 -w 60 | sed 's/^/+/'"],
        ["b.c", "keyed | base64 -w 60 | sed 's|^|// |'"],
        ["c.sql", "keyed | base64 -w 60 | sed 's|^|-- |'"],
        ["d.xml", "keyed | base64 -w 60 | sed 's/$/\\&#xD;/'"],
        ["e.txt", "keyed | base64 -w 60 | sed 's/^/> /'"],
    ),
    dumped!(
        "base64 in base64 in base64 in base64",
        ["a.txt", "keyed | base64 -w0 | base64 -w0 | base64 -w0 | base64 -w0"],
    ),
    dumped!("base32", ["a.txt", "keyed | base32 -w0"],),
    Case {
        name: "dumps: zlib, and in base64, URL-safe and in lines",
        make: "object=$(keyed | git hash-object -w --stdin); file=.git/objects/$(echo $object | cut -c1-2)/$(echo $object | cut -c3-); \
            cp $file a.bin; base64 -w0 $file > b.txt; base64 -w0 $file | tr -d = | tr +/ -_ > c.txt; base64 -w 60 $file > d.txt; \
            od -An -v -tx1 $file | tr -d ' \\n' > e.txt; { printf 'session=.'; base64 -w0 $file | tr -d = | tr +/ -_; echo .Zx.abc; } > f.txt; \
            rm $file; chmod 644 a.bin; git add .",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        paths: &["a.bin", "b.txt", "c.txt", "d.txt", "f.txt"],
        ..CASE
    },
    Case {
        name: "dumps: deflate without a header in base64",
        make: "object=$({ plain 9; keyed; } | git hash-object -w --stdin); file=.git/objects/$(echo $object | cut -c1-2)/$(echo $object | cut -c3-); \
            tail -c +3 $file | base64 -w0 > a.txt; { printf 'SAMLRequest='; tail -c +3 $file | base64 -w0; } > b.txt; rm $file; git add .",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        paths: &["a.txt", "b.txt"],
        ..CASE
    },
    dumped!(
        "escapes of many languages",
        ["a.md", "key | sed 's/_/\\\\_/g; s/-/\\\\-/g'"],
        ["b.css", "printf '.a{content:\"'; key | sed 's/-/\\\\2d /g'; printf '\"}'"],
        ["c.css", "printf '.a{content:\"'; key | sed 's/-/\\\\00002d/g'; printf '\"}'"],
        [
            "d.py",
            "printf 'k = \"'; key | sed 's/-/\\\\N{HYPHEN-MINUS}/g; s/_/\\\\N{LOW LINE}/g'; printf '\"'"
        ],
        ["e.pl", "key | sed 's/-/\\\\N{U+2D}/g'"],
        ["f.txt", "key | sed 's/-/[-]/g'"],
        ["g.ps1", "key | sed 's/-/`-/g'"],
        ["h.html", "key | sed 's/-/\\&#x2010;/g'"],
        ["i.html", "key | sed 's/-/\\&dash;/g'"],
        ["j.rtf", "key | sed 's/-/\\\\_/g'"],
        ["k.ldif", "key | sed 's/-/\\\\2D/g'"],
    ),
    dumped!(
        "escapes of ordinary text",
        Nothing,
        &[],
        [
            "a.md",
            "printf 'a\\\\_name\\\\_of\\\\_a\\\\_function and some\\\\-thing\\n.SH \\\\-\\\\-option\\\\fR'"
        ],
        ["b.css", "printf '.icon-key:before { content: \"\\\\f2d1\"; } .a\\\\:b { color: red }'"],
    ),
];
