//! Keys in archives: each in the index, in the working tree, and in a history. Git, gzip and tar make the archives.

use crate::case::Expect::{Accepted, Found, FoundAnd, FoundNote, Note, Nothing, Problem};
use crate::case::{CASE, Case, Timeline};

/// Further functions for scripts: `held NAME` adds a file to the archive that `packed FORMAT` writes.
macro_rules! packing {
    ($($make:literal),+) => {
        concat!(
            "in=$ROOT/in; git init -q \"$in\"; ",
            "held() { mkdir -p \"$in/$(dirname \"$1\")\"; cat > \"$in/$1\"; }; ",
            "packed() { git -C \"$in\" add -A -f; git -C \"$in\" archive --format=\"$@\" \"$(git -C \"$in\" write-tree)\"; }; ",
            "again() { rm -rf \"$in\"; git init -q \"$in\"; }; ",
            "cut() { head -c -\"$1\"; }; ",
            $($make,)+
            "; git add -A"
        )
    };
}
pub(crate) use packing;

/// A file `app.dat` that a script makes. Its name has no meaning.
macro_rules! made {
    ($name:literal, $make:literal) => {
        made!($name, $make, Found(1))
    };
    ($name:literal, $make:literal, $expect:expr) => {
        Case::of_file(concat!("archives: ", $name), packing!($make), $expect, &["app.dat"])
    };
}

/// A package of Debian with a file that `$file` writes. `$read` makes `app.dat` from it.
macro_rules! deb {
    ($name:literal, $compression:literal, $file:literal, $read:literal, $expect:expr) => {
        Case::of_file(
            concat!("archives: ", $name),
            packing!(
                "dpkg-deb --version > /dev/null || needs dpkg-deb; ",
                "mkdir -p p/DEBIAN p/etc; ",
                $file,
                " > p/etc/app.env; ",
                "printf 'Package: app\\nVersion: 1\\nArchitecture: all\\nMaintainer: A\\nDescription: a\\n' > p/DEBIAN/control; ",
                "dpkg-deb -Z",
                $compression,
                " -b p a > /dev/null 2>&1 || needs dpkg-deb with ",
                $compression,
                "; ",
                "cat a",
                $read,
                " > app.dat; rm -r p a"
            ),
            $expect,
            &["app.dat"],
        )
    };
}

/// A cpio in a format, with a compressed file. `$after` makes `app.dat` from it, and may use `d`, one without a key.
macro_rules! cpio {
    ($name:literal, $format:literal, $after:literal, $expect:expr) => {
        Case::of_file(
            concat!("archives: ", $name),
            packing!(
                "cpio --version > /dev/null || needs cpio; ",
                "keyed | gzip > b; plain 900 > c; printf 'b\\nc\\n' | cpio -o -H ",
                $format,
                " > a 2> /dev/null; echo c | cpio -o -H newc > d 2> /dev/null; cat a",
                $after,
                " > app.dat; rm a b c d"
            ),
            $expect,
            &["app.dat"],
        )
    };
}

pub const CASES: &[Case] = &[
    made!("a zip", "keyed | held conf/app.env; plain 50 | held README; packed zip > app.dat"),
    made!("an uncompressed zip", "keyed | held conf/app.env; packed zip -0 > app.dat"),
    made!("a zip without a key", "plain 9 | held app.env; packed zip > app.dat", Nothing),
    made!("an empty zip", "printf 'PK\\5\\6' > app.dat; head -c 18 /dev/zero >> app.dat", Nothing),
    made!("a zip after a program", "keyed | held app.env; { plain 9; packed zip; } > app.dat"),
    made!("a gzip file", "{ plain 9; keyed; } | gzip > app.dat"),
    made!("a gzip file of two members", "{ plain 9 | gzip; keyed | gzip; } > app.dat"),
    made!("a gzip file of binary data", "head -c 3000 /bin/sh | gzip > app.dat", Nothing),
    made!("a tar", "keyed | held conf/app.env; plain 50 | held README; packed tar > app.dat"),
    made!("a compressed tar", "keyed | held conf/app.env; packed tar.gz > app.dat"),
    made!("a tar without a key", "plain 9 | held app.env; packed tar.gz > app.dat", Nothing),
    made!(
        "a v7 tar",
        "keyed > \"$ROOT/app.env\"; tar -C \"$ROOT\" --format=v7 -cf app.dat app.env || needs GNU tar"
    ),
    made!(
        "a tar with long names",
        "d=$(printf '%090d' 7); d=$d/$d/$d; keyed | held $d/app.env; \
        tar -C \"$in\" --format=gnu --exclude=.git -czf app.dat . || needs GNU tar"
    ),
    made!(
        "a pax tar with long names",
        "d=$(printf '%090d' 7); d=$d/$d/$d; keyed | held $d/app.env; \
        tar -C \"$in\" --format=pax --exclude=.git -czf app.dat . || needs GNU tar"
    ),
    made!(
        "a long name in a tar is the key",
        "plain | held \"conf/$KEY.env\"; \
        tar -C \"$in\" --format=gnu --exclude=.git -cf app.dat . || needs GNU tar"
    ),
    made!(
        "a long name in a compressed tar is the key",
        "plain | held \"conf/$KEY.env\"; \
        tar -C \"$in\" --format=gnu --exclude=.git -czf app.dat . || needs GNU tar"
    ),
    made!(
        "a long name in a pax tar is the key",
        "plain | held \"conf/$KEY.env\"; \
        tar -C \"$in\" --format=pax --exclude=.git -cf app.dat . || needs GNU tar"
    ),
    made!(
        "a gzip in an ar",
        "keyed | gzip > app.env.gz; ar rc app.dat app.env.gz || needs ar; rm app.env.gz"
    ),
    made!(
        "a gzip with a long name in an ar",
        "keyed | gzip > the-settings-of-the-app.env.gz; \
        ar rc app.dat the-settings-of-the-app.env.gz || needs ar; rm the-*.gz"
    ),
    made!(
        "an ar of binary data",
        "head -c 3000 /bin/sh > a.o; ar rc app.dat a.o || needs ar; rm a.o",
        Nothing
    ),
    made!(
        "a truncated ar",
        "{ keyed | gzip; } > a; plain 90 > b; ar rc c a b || needs ar; cut 9 < c > app.dat; rm a b c",
        FoundAnd(1, "corrupt-archive")
    ),
    made!("a text that begins as an ar", "{ echo '!<arch>'; plain 50; keyed; } > app.dat"),
    deb!("a deb compressed by xz", "xz", "keyed", "", Found(1)),
    deb!("a deb compressed by zstd", "zstd", "keyed", "", Found(1)),
    deb!("a deb without a key", "xz", "plain 9", "", Nothing),
    deb!("a truncated deb", "xz", "{ keyed; plain 900; }", " | cut 9", FoundAnd(1, "corrupt-archive")),
    cpio!("a gzip in a cpio", "newc", "", Found(1)),
    cpio!("a gzip in a cpio with checksums", "crc", "", Found(1)),
    cpio!("a gzip in an old cpio", "odc", "", Found(1)),
    cpio!("a gzip in a binary cpio", "bin", "", Found(1)),
    cpio!("a compressed cpio after a cpio", "newc", " | gzip | cat d -", Found(1)),
    cpio!("a truncated cpio", "newc", " | head -c 3000", FoundAnd(1, "corrupt-archive")),
    made!(
        "a zip in a zip",
        "keyed | held app.env; packed zip > a; again; held in.zip < a; rm a; packed zip > app.dat"
    ),
    made!(
        "an uncompressed zip in a zip",
        "keyed | held app.env; packed zip -0 > a; again; held in.zip < a; rm a; packed zip -0 > app.dat"
    ),
    made!(
        "a tar in a zip",
        "keyed | held app.env; packed tar.gz > a; again; held in < a; rm a; packed zip > app.dat"
    ),
    made!("gzip five times", "keyed | gzip | gzip | gzip | gzip | gzip > app.dat"),
    made!(
        "gzip eight times",
        "keyed | gzip | gzip | gzip | gzip | gzip | gzip | gzip | gzip > app.dat",
        Problem("budget")
    ),
    made!("base64 in a zip", "keyed | base64 | held app.env; packed zip > app.dat"),
    made!("UTF-16 in a zip", "keyed | iconv -t UTF-16 | held app.env || needs iconv; packed zip > app.dat"),
    made!("base64 of gzip", "{ plain; keyed | gzip | base64 -w0; echo; } > app.dat"),
    made!("base64 of gzip in lines", "{ plain 40; keyed; plain 40; } | gzip | base64 > app.dat"),
    made!("base64 of gzip without a key", "plain 40 | gzip | base64 > app.dat", Nothing),
    made!("base64 of truncated gzip", "plain 40 | gzip | base64 -w0 | head -c 60 > app.dat", Nothing),
    made!("base64 of a zip", "keyed | held app.env; packed zip | base64 > app.dat"),
    made!("a member's name is the key", "plain | held \"conf/$KEY.env\"; packed tar.gz > app.dat"),
    made!(
        "a member's name with control characters",
        "keyed | held \"$(printf 'a\\033[31m\\nb')\"; packed zip > app.dat"
    ),
    made!("a member whose name is another key", "keyed | held \"$OTHER\"; packed zip > app.dat", Found(2)),
    made!("two keys in one file", "{ keyed; othered; keyed; } | gzip > app.dat", Found(2)),
    Case {
        name: "archives: text with the extension of an archive",
        make: "keyed > app.gz; othered > app.zip; plain > app.tar; git add -A",
        staged: Found(2),
        worktree: Found(2),
        history: Found(2),
        paths: &["app.gz", "app.zip"],
        ..CASE
    },
    Case {
        name: "archives: a zip with a placeholder",
        make: packing!(
            "echo 'key = \"your-anthropic-api-key-goes-here\"' | held app.env; packed zip > app.dat"
        ),
        staged: Nothing,
        worktree: Nothing,
        history: Nothing,
        ..CASE
    },
    // Damaged and unsupported archives.
    made!(
        "a truncated gzip file",
        "{ keyed; plain 99; } | gzip | cut 9 > app.dat",
        FoundAnd(1, "corrupt-archive")
    ),
    made!(
        "a truncated gzip file without a key",
        "plain 99 | gzip | cut 9 > app.dat",
        Problem("corrupt-archive")
    ),
    made!(
        "a truncated zip",
        "keyed | held app.env; packed zip | cut 30 > app.dat",
        FoundAnd(1, "corrupt-archive")
    ),
    made!(
        "a truncated tar",
        "plain 99 | held a; keyed | held b; packed tar | head -c 3000 > app.dat",
        Problem("corrupt-archive")
    ),
    made!(
        "a damaged gzip file in a zip",
        "plain 99 | gzip | cut 9 | held a; packed zip > app.dat",
        Problem("corrupt-archive")
    ),
    made!(
        "a damaged archive that is accepted",
        "printf '[[accept]]\\nkind = \"corrupt-archive\"\\npath = \"*.dat\"\\n' > skant.toml; plain | gzip | cut 9 > app.dat",
        Accepted(0, "corrupt-archive")
    ),
    made!(
        "a damaged archive that is accepted at another path",
        "printf '[[accept]]\\nkind = \"corrupt-archive\"\\npath = \"x/**\"\\n' > skant.toml; plain | gzip | cut 9 > app.dat",
        Problem("corrupt-archive")
    ),
    made!(
        "a damaged archive in an excluded folder",
        "printf 'exclude = [\"x/\"]\\n' > skant.toml; mkdir x; plain | gzip | cut 9 > x/app.dat",
        Note("left-out")
    ),
    made!("a bomb", "head -c 60000000 /dev/zero | gzip -9 > app.dat", Problem("budget")),
    made!(
        "a bomb after a key",
        "{ keyed; head -c 60000000 /dev/zero; } | gzip -9 > app.dat",
        FoundAnd(1, "budget")
    ),
    made!(
        "a bomb in a zip",
        "head -c 60000000 /dev/zero | gzip -9 | held a; keyed | held b; packed zip > app.dat",
        FoundAnd(1, "budget")
    ),
    made!(
        "an unsupported archive",
        "{ printf 'LZIP\\1'; plain 900; } > app.dat",
        Note("unsupported-archive")
    ),
    made!(
        "an encrypted member next to another one",
        "keyed > a; zip -q -P secret app.dat a || needs zip; rm a; othered > b; zip -q app.dat b; rm b",
        FoundNote(1, "unsupported-archive")
    ),
    made!(
        "a member compressed by bzip2",
        "{ plain 900; keyed; plain 900; } > a; zip -q -Z bzip2 app.dat a || needs zip with bzip2; rm a",
        Note("unsupported-archive")
    ),
    // Archives in earlier versions.
    Case {
        name: "archives: a key in HEAD's version of an archive is not new",
        make: packing!(
            "keyed | held a; packed zip > app.dat; save one; plain | held b; packed zip > app.dat"
        ),
        staged: Nothing,
        worktree: Found(1),
        history: Found(1),
        paths: &["app.dat"],
        ..CASE
    },
    Case {
        name: "archives: a damaged archive in HEAD does not matter to the next commit",
        make: packing!("plain | gzip | cut 9 > a; save one; keyed > app.dat"),
        staged: Found(1),
        worktree: FoundAnd(1, "corrupt-archive"),
        history: FoundAnd(1, "corrupt-archive"),
        ..CASE
    },
    Case {
        name: "archives: added and removed again",
        make: packing!(
            "keyed | held a; packed zip > app.dat; save in; mark introduced; git rm -q app.dat; save out; mark removed"
        ),
        staged: Nothing,
        worktree: Nothing,
        history: Found(1),
        more: &[(&["--history", "HEAD~1..HEAD"], Nothing), (&["--history", "HEAD~2..HEAD"], Found(1))],
        paths: &["app.dat"],
        timeline: Some(Timeline {
            introduced: Some("app.dat"),
            removed: Some("app.dat"),
            at_head: false,
            commits: 1,
        }),
        ..CASE
    },
    Case {
        name: "archives: versions in a pack, some of them with a key, some damaged",
        make: packing!(
            "for i in $(seq 1 12); do plain $((i * 40)) | held a; case $i in 3|4|9) keyed | held b;; *) plain $i | held b;; esac; \
            packed tar > app.dat; [ $i = 7 ] && packed tar | head -c 3000 > app.dat; save $i; done; git repack -q -a -d -f"
        ),
        worktree: Nothing,
        history: FoundAnd(1, "corrupt-archive"),
        more: &[(&["--history", "--full-scan"], FoundAnd(1, "corrupt-archive"))],
        paths: &["app.dat"],
        ..CASE
    },
    Case {
        name: "archives: damaged archives outside of the given paths",
        make: packing!("mkdir x; plain | gzip | cut 9 > x/a; keyed | gzip > app.dat; save one"),
        history: FoundAnd(1, "corrupt-archive"),
        more: &[
            (&["--history", "--", "app.dat"], Found(1)),
            (&["--history", "--", "x"], Problem("corrupt-archive")),
            (&["app.dat"], Found(1)),
            (&["x"], Problem("corrupt-archive")),
        ],
        ..CASE
    },
];
