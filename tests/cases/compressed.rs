//! Keys in files that are compressed with xz, LZMA, bzip2, zstd and lz4, alone and around a tar. The programs of each
//! format make the files.

use crate::archives::packing;
use crate::case::Case;
use crate::case::Expect::{Found, FoundAnd, Nothing, Problem};

/// A file `app.dat` that a script, the program and a second script make, each from the output of the one before.
macro_rules! made {
    ($program:literal, $subject:literal, $expect:expr, $before:literal, $after:literal) => {
        Case::of_file(
            concat!("compressed: ", $program, ", ", $subject),
            packing!(
                "sh -c 'echo | ",
                $program,
                "' > /dev/null 2>&1 || needs ",
                $program,
                "; ",
                $before,
                " | ",
                $program,
                $after,
                " > app.dat"
            ),
            $expect,
            &["app.dat"],
        )
    };
}

/// The cases of one program.
macro_rules! cases_of {
    ($program:literal) => {
        &[
            made!($program, "a key", Found(1), "{ plain 9; keyed; }", ""),
            made!($program, "no key", Nothing, "plain 900", ""),
            made!($program, "binary data", Nothing, "head -c 3000 /bin/sh", ""),
            made!($program, "a tar", Found(1), "keyed | held conf/app.env; packed tar", ""),
            made!($program, "in a gzip file", Found(1), "keyed", " | gzip"),
            made!(
                $program,
                "a truncated file",
                FoundAnd(1, "corrupt-archive"),
                "{ keyed; plain 60000; }",
                " | cut 9"
            ),
            made!(
                $program,
                "a damaged file",
                Problem("corrupt-archive"),
                "plain 9000",
                " | { head -c 900; printf 'what is no part of it, and is not short either'; tail -c +950; }"
            ),
            made!(
                $program,
                "a bomb after a key",
                FoundAnd(1, "budget"),
                "{ keyed; head -c 48000000 /dev/zero; }",
                ""
            ),
        ]
    };
}

pub const XZ: &[Case] = cases_of!("xz");
pub const LZMA: &[Case] = cases_of!("xz --format=lzma");
pub const BZIP2: &[Case] = cases_of!("bzip2");
pub const ZSTD: &[Case] = cases_of!("zstd -q");
pub const LZ4: &[Case] = cases_of!("lz4 -q");

/// LZMA has no files of several parts.
pub const PARTS: &[Case] = &[
    made!("xz", "two parts", Found(1), "plain 9 | xz > a; keyed", " | cat a -"),
    made!("bzip2", "two parts", Found(1), "plain 9 | bzip2 > a; keyed", " | cat a -"),
    made!("zstd -q", "two parts", Found(1), "plain 9 | zstd -q > a; keyed", " | cat a -"),
    made!("lz4 -q", "two parts", Found(1), "plain 9 | lz4 -q > a; keyed", " | cat a -"),
    made!(
        "zstd -q",
        "a part after a skipped frame",
        Found(1),
        "keyed",
        " | { printf 'P*M\\030\\3\\0\\0\\0abc'; cat; }"
    ),
    made!("zstd -q -19 --long=27", "a large window", Found(1), "keyed", ""),
    made!("xz --delta=dist=1 --lzma2", "a filter", Found(1), "{ plain 9; keyed; }", ""),
    made!("xz --delta=dist=1 --x86 --lzma2", "two filters", Found(1), "{ plain 9; keyed; }", ""),
    made!("xz --delta=dist=1 --arm --x86 --lzma2", "three filters", Found(1), "{ plain 9; keyed; }", ""),
    made!(
        "xz --delta=dist=1 --x86 --lzma2",
        "two filters, a truncated file",
        FoundAnd(1, "corrupt-archive"),
        "{ keyed; plain 60000; }",
        " | cut 9"
    ),
    made!(
        "xz",
        "a file that ends in a chunk",
        FoundAnd(1, "corrupt-archive"),
        "{ keyed; plain 9000; }",
        " | head -c 2000"
    ),
    made!(
        "xz",
        "damage in the chunk of a key",
        FoundAnd(1, "corrupt-archive"),
        "{ keyed; plain 9000; }",
        " | { head -c 1500; printf 'what is no part of it, and is not short either'; tail -c +1550; }"
    ),
    made!(
        "xz --format=lzma",
        "a file that ends after a key",
        FoundAnd(1, "corrupt-archive"),
        "{ keyed; plain 9000; }",
        " | head -c 2000"
    ),
    made!("xz", "base64", Found(1), "{ plain 40; keyed; plain 40; }", " | base64"),
    made!("bzip2", "base64", Found(1), "{ plain 40; keyed; plain 40; }", " | base64"),
    made!("zstd -q", "base64", Found(1), "{ plain 40; keyed; plain 40; }", " | base64"),
];
