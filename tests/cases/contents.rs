//! Encoded and split keys: base64, escapes, wide characters, concatenated strings. Each in the index, in the working
//! tree, and in a history.

use crate::case::Expect::{Found, Nothing};
use crate::case::{CASE, Case};

/// A file `app.env` with the output of a pipe.
macro_rules! made {
    ($name:literal, $make:literal) => {
        made!($name, $make, Found(1))
    };
    ($name:literal, $make:literal, $expect:expr) => {
        Case::of_file(
            concat!("contents: ", $name),
            concat!(
                "coded() { od -An -v -tx1 | tr -d ' \\n' | sed \"s/../$1/g\"; }; { plain; ",
                $make,
                "; echo; plain; } > app.env; git add app.env"
            ),
            $expect,
            &["app.env"],
        )
    };
}

pub const CASES: &[Case] = &[
    made!("base64", "keyed | base64 -w0"),
    made!("base64 at offset 1", "{ printf x; keyed; } | base64 -w0"),
    made!("base64 at offset 2", "{ printf xy; keyed; } | base64 -w0"),
    made!("base64 of the key alone", "printf %s \"$KEY\" | base64 -w0"),
    made!("base64 without padding, URL-safe", "keyed | base64 -w0 | tr -d = | tr +/ -_"),
    made!("base64 in a Kubernetes secret", "printf '  key: '; printf %s \"$KEY\" | base64 -w0"),
    made!("base64 in lines of 76", "{ plain 9; keyed; plain 9; } | base64"),
    made!("base64 in lines of 64 with quotes", "{ plain 9; keyed; } | base64 -w64 | sed 's/.*/  \"&\"/'"),
    made!(
        "base64 in lines of 60 in a string of JSON",
        "printf '{\"content\": \"'; { plain 9; keyed; plain 9; } | base64 -w60 | sed 's/$/\\\\n/' | tr -d '\\n'; printf '\"}'"
    ),
    made!(
        "base64 in lines of 60 in JSON in JSON",
        "printf '{\"content\": \\\\\"'; { plain 9; keyed; } | base64 -w60 | sed 's/$/\\\\\\\\n/' | tr -d '\\n'; printf '\"}'"
    ),
    made!("base64 in lines that end with CR", "{ plain 9; keyed; } | base64 -w60 | tr '\\n' '\\r'"),
    made!("base64 of UTF-16", "keyed | sed 's/./&\\x00/g' | base64 -w0"),
    made!(
        "base64 of big-endian UTF-16 at offset 1",
        "{ printf x; keyed | sed 's/./\\x00&/g'; } | base64 -w0"
    ),
    made!("hexadecimal digits of UTF-16", "keyed | sed 's/./&\\x00/g' | coded '&'"),
    made!("base64 in base64", "keyed | base64 -w0 | base64 -w0"),
    made!("base64 in base64 in lines", "keyed | base64 | base64"),
    made!(
        "base64 of a placeholder",
        "echo 'key = \"your-anthropic-api-key-goes-here\"' | base64 -w0",
        Nothing
    ),
    made!("base64 of binary data", "head -c 3000 /bin/sh | base64", Nothing),
    made!("a data URL", "printf 'src=data:text/plain;base64,'; keyed | base64 -w0"),
    made!("basic authorization", "printf 'Authorization: Basic '; printf 'user:%s' \"$KEY\" | base64 -w0"),
    made!("hexadecimal digits", "keyed | coded '&'"),
    made!("uppercase hexadecimal digits", "keyed | coded '&' | tr a-f A-F"),
    made!(
        "a C string of hexadecimal escapes",
        "printf 'char s[] = \"'; keyed | coded '\\\\x&'; printf '\";'"
    ),
    made!("unicode escapes", "printf '{\"k\": \"'; printf %s \"$KEY\" | coded '\\\\u00&'; printf '\"}'"),
    made!("unicode escapes of punctuation", "keyed | sed 's/-/\\\\u002d/g'"),
    made!("JavaScript escapes of punctuation", "keyed | sed 's/-/\\\\x2D/g'"),
    made!("percent encoding", "printf 'https://example.org/?k='; printf %s \"$KEY\" | coded '%&'"),
    made!(
        "percent encoding of punctuation",
        "printf 'body=%%7B%%22k%%22%%3A%%22'; printf %s \"$KEY\" | sed 's/-/%2D/g'"
    ),
    made!("percent encoding around the key", "printf 'body=%%7B%%22k%%22%%3A%%22%s%%22%%7D' \"$KEY\""),
    made!("entities of punctuation", "keyed | sed 's/-/\\&#45;/g; s/\"/\\&quot;/g'"),
    made!("entities of all characters", "printf %s \"$KEY\" | coded '\\&#x&;'"),
    made!("quoted-printable", "printf %s \"$KEY\" | sed 's/./&=\\n/60; s/-/=2D/g'"),
    made!("a mail's soft line break", "printf 'key=3D'; printf %s \"$KEY\" | sed 's/./&=\\n/60'"),
    made!("JSON in JSON", "printf '{\"a\": \"{\\\\\"k\\\\\": \\\\\"%s\\\\\"}\"}' \"$KEY\""),
    made!(
        "JSON in JSON in JSON",
        "printf '\"{\\\\\"a\\\\\": \\\\\"{\\\\\\\\\\\\\"k\\\\\\\\\\\\\": \\\\\\\\\\\\\"%s\\\\\\\\\\\\\"}\\\\\"}\"' \"$KEY\""
    ),
    made!(
        "a notebook",
        "printf '{\"cells\": [{\"source\": [\"import os\\\\n\", \"key = \\\\\"%s\\\\\"\\\\n\"]}]}' \"$KEY\""
    ),
    made!(
        "two strings joined by a plus",
        "printf 'k = \"'; printf %s \"$KEY\" | sed 's/./&\" + \"/30'; printf '\"'"
    ),
    made!(
        "two strings split after the prefix",
        "printf 'k = \"'; printf %s \"$KEY\" | sed 's/./&\" + \"/13'; printf '\"'"
    ),
    made!(
        "two adjacent strings",
        "printf \"k = '\"; printf %s \"$KEY\" | sed \"s/./&'\\\\n    '/40\"; printf \"'\""
    ),
    made!(
        "two strings concatenated in PHP",
        "printf 'k = \"'; printf %s \"$KEY\" | sed 's/./&\" . \"/50'; printf '\"'"
    ),
    made!(
        "a continued shell line",
        "printf 'export K=\"'; printf %s \"$KEY\" | sed 's/./&\\\\\\n/50'; printf '\"'"
    ),
    made!("wrapped at 80 columns", "{ printf 'my key is '; printf %s \"$KEY\"; } | fold -w 80"),
    made!("wrapped in a comment", "printf %s \"$KEY\" | fold -w 70 | sed 's/^/# /'"),
    made!(
        "two strings that form no key",
        "printf 'k = \"sk-%s\" + \"your-key-goes-here-and-nowhere-else-my-friend\"' ant-api03-",
        Nothing
    ),
    Case {
        name: "contents: UTF-16 of either byte order, with a mark and without, and UTF-32",
        make: "write() { { plain; keyed; plain; } | iconv -t $1 > $1.txt; }; \
            for code in UTF-16 UTF-16LE UTF-16BE UTF-32 UTF-32LE UTF-32BE; do write $code || needs iconv; done; git add .",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        paths: &["UTF-16.txt", "UTF-16LE.txt", "UTF-16BE.txt", "UTF-32.txt", "UTF-32LE.txt", "UTF-32BE.txt"],
        ..CASE
    },
    Case {
        name: "contents: a key that existed in another encoding is not new",
        make: "{ plain; keyed; } > app.env; save one; { plain; keyed | base64 -w0; } > app.env; git add app.env",
        staged: Nothing,
        worktree: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "contents: versions of a file in a pack, some with an encoded key",
        make: "for i in $(seq 1 12); do { plain 40; [ $((i % 4)) -gt 1 ] && keyed | base64 -w0; plain $i; } > app.env; \
            save $i; done; git repack -q -a -d -f",
        worktree: Nothing,
        history: Found(1),
        more: &[(&["--history", "--full-scan"], Found(1))],
        ..CASE
    },
];
