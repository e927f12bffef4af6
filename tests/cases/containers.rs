//! Keys in files that hold other texts and are no archives by name: databases, packs and bundles of git, committed git
//! folders, compiled code, scripts and programs before a zip. The programs themselves make the files, so some cases need
//! them.

use crate::case::Case;
use crate::case::Expect::{Found, FoundAnd, FoundNote, Nothing, Problem};

/// Further functions for scripts: `sql` writes `app.dat` with the statements on standard input, `log SIZE` a write-ahead
/// log and `kept journal` a rollback journal with such pages, while the database is open. `$in` is a repository with the
/// history of `versions NUMBER`, the last of which has the key; `zipped` writes its files as a zip to standard output.
macro_rules! making {
    ($make:literal) => {
        concat!(
            "in=$ROOT/in; git init -q -b main \"$in\"; git -C \"$in\" config gc.auto 0; ",
            "sql() { command -v sqlite3 > /dev/null || needs sqlite3; sqlite3 app.dat; }; ",
            "kept() { command -v sqlite3 > /dev/null || needs sqlite3; { cat; echo; echo \".shell cp t.db-$1 app.dat\"; } | sqlite3 t.db > /dev/null; rm -f t.db*; }; ",
            "log() { { echo \"pragma page_size=$1; pragma journal_mode=wal; pragma wal_autocheckpoint=0;\"; cat; } | kept wal; }; ",
            "hex() { od -An -v -tx1 | tr -d ' \\n'; }; ",
            "wide() { printf %s \"$1\" | iconv -t UTF-16BE || needs iconv; }; ",
            "taken() { git -C \"$in\" add -A; tick; git -C \"$in\" commit -q --no-verify -m \"$1\"; }; ",
            "versions() { for i in $(seq 1 $1); do { plain 200; plain $i; [ $i -lt $1 ] || keyed; } > \"$in/app.env\"; taken $i; done; }; ",
            "zipped() { git -C \"$in\" add -A; git -C \"$in\" archive --format=zip \"$@\" $(git -C \"$in\" write-tree); }; ",
            "cut() { head -c -\"$1\"; }; ",
            $make,
            "; git add -A -f"
        )
    };
}

/// A file `app.dat` that a script makes.
macro_rules! made {
    ($name:literal, $make:literal) => {
        made!($name, $make, Found(1))
    };
    ($name:literal, $make:literal, $expect:expr) => {
        Case::of_file(concat!("containers: ", $name), making!($make), $expect, &["app.dat"])
    };
}

/// Files of any name that a script makes.
macro_rules! made_anywhere {
    ($name:literal, $make:literal, $expect:expr) => {
        Case::of_file(concat!("containers: ", $name), making!($make), $expect, &[])
    };
}

pub const CASES: &[Case] = &[
    made!(
        "a database",
        "echo \"create table t(id integer primary key, a, body); insert into t(a, body) values('one', 'two'), ('x', 'key = $KEY');\" | sql"
    ),
    made!(
        "a value between others",
        "echo \"create table t(a, body, c); insert into t values('word', '$KEY', 'another word');\" | sql"
    ),
    made!(
        "a database in UTF-16",
        "echo \"pragma encoding='UTF-16le'; create table t(a, b, c); insert into t values('word', '$KEY', 'another');\" | sql"
    ),
    made!(
        "a database in UTF-16, the highest byte first",
        "echo \"pragma encoding='UTF-16be'; create table t(a, b, c); insert into t values('word', '$KEY', 'another');\" | sql"
    ),
    made!(
        "a key on two pages",
        "x=$(printf '%0300d' 0); y=$(printf '%0450d' 0); \
        echo \"pragma page_size=512; create table t(body); insert into t values('$x $KEY $y');\" | sql"
    ),
    made!(
        "a key in UTF-16 on two pages",
        "x=$(printf '%0300d' 0); y=$(printf '%0170d' 0); \
        echo \"pragma page_size=512; pragma encoding='UTF-16le'; create table t(body); insert into t values('$x $KEY $y');\" | sql"
    ),
    made!(
        "a key in an index and in its table",
        "echo \"create table t(a, b); create unique index i on t(b); insert into t values(7, 'key = $KEY');\" | sql"
    ),
    made!(
        "a table without rowid",
        "echo \"create table t(a primary key, b) without rowid; insert into t values('word', 'key = $KEY');\" | sql"
    ),
    made!(
        "many rows",
        "{ echo 'pragma page_size=512; create table t(a, b); begin;'; \
        for i in $(seq 1 500); do echo \"insert into t values($i, 'an ordinary value $i');\"; done; \
        echo \"insert into t values(1, '$KEY'); commit;\"; } | sql"
    ),
    made!(
        "a deleted table",
        "echo \"pragma secure_delete=off; create table t(a, b); insert into t values('word', '$KEY'); drop table t;\" | sql"
    ),
    made!(
        "a compressed value",
        "echo \"create table t(a, b); insert into t values('word', x'$(keyed | gzip | hex)');\" | sql"
    ),
    made!(
        "a database in a zip",
        "echo \"create table t(a, b); insert into t values('word', '$KEY');\" | sql; mv app.dat \"$in/a.db\"; \
        git -C \"$in\" add -A; git -C \"$in\" archive --format=zip $(git -C \"$in\" write-tree) > app.dat"
    ),
    made!(
        "a database without a key",
        "echo \"create table t(a, b); insert into t values('word', x'$(head -c 3000 /bin/sh | hex)');\" | sql",
        Nothing
    ),
    made!(
        "a truncated database",
        "{ echo 'pragma page_size=512; create table t(a, b); begin;'; echo \"insert into t values(1, '$KEY');\"; \
        for i in $(seq 1 50); do echo \"insert into t values($i, 'an ordinary value $i');\"; done; echo 'commit;'; } | sql; \
        cut 600 < app.dat > a; mv a app.dat",
        FoundAnd(1, "corrupt-archive")
    ),
    made!(
        "a damaged database",
        "echo \"create table t(a, b); insert into t values('word', 'a value');\" | sql; \
        { head -c 4096 app.dat; tail -c +4097 app.dat | tr '\\r' '\\7'; } > a; mv a app.dat",
        Problem("corrupt-archive")
    ),
    // The logs beside a database.
    made!(
        "a write-ahead log with a key on two pages",
        "x=$(printf '%0300d' 0); y=$(printf '%0450d' 0); echo \"create table t(body); insert into t values('$x $KEY $y');\" | log 512"
    ),
    made!(
        "a key that was overwritten in a write-ahead log",
        "x=$(printf '%0300d' 0); y=$(printf '%0450d' 0); echo \"create table t(body); insert into t values('$x $KEY $y'); \
        update t set body = '$y $y'; insert into t values('another'); drop table t;\" | log 512"
    ),
    made!(
        "a key in many versions of a page of a write-ahead log",
        "{ echo 'create table t(a, b);'; echo \"insert into t values('word', 'key = $KEY');\"; \
        for i in $(seq 1 50); do echo \"insert into t values($i, 'an ordinary value $i');\"; done; } | log 4096"
    ),
    made!(
        "a write-ahead log in UTF-16 without a table of tables",
        "x=$(printf '%0300d' 0); y=$(printf '%0170d' 0); \
        echo \"pragma encoding='UTF-16le'; create table t(body); pragma wal_checkpoint(restart); insert into t values('$x $KEY $y');\" | log 512"
    ),
    made!(
        "an earlier run of a write-ahead log",
        "x=$(printf '%0300d' 0); y=$(printf '%0450d' 0); echo \"create table t(body); create table u(body); insert into t values('$x $KEY $y'); \
        pragma wal_checkpoint(restart); insert into u values('a value');\" | log 512"
    ),
    made!(
        "a write-ahead log with a torn end",
        "x=$(printf '%0300d' 0); y=$(printf '%0450d' 0); echo \"create table t(body); insert into t values('$x $KEY $y'); \
        insert into t values('$y $x');\" | log 512; cut 300 < app.dat > a; mv a app.dat"
    ),
    made!(
        "a write-ahead log without a key",
        "{ echo 'pragma auto_vacuum=full; create table t(a, b); create index i on t(b); begin;'; for i in $(seq 1 99); do \
        echo \"insert into t values($i, '$i$(printf %0500d $i)');\"; done; echo 'commit; delete from t where a % 3 = 1; update t set b = a || b;'; } | log 512",
        Nothing
    ),
    made!(
        "a damaged write-ahead log",
        "echo \"create table t(a, b); insert into t values('word', 'a value');\" | log 4096; \
        printf '\\377' | dd of=app.dat bs=1 seek=56 conv=notrunc 2> /dev/null",
        Problem("corrupt-archive")
    ),
    made!(
        "a write-ahead log of empty pages",
        "echo \"create table t(a, b); insert into t values('word', '$KEY');\" | log 4096; head -c 90000 /dev/zero >> app.dat"
    ),
    made!(
        "a rollback journal with a key on two pages",
        "x=$(printf '%0300d' 0); y=$(printf '%0450d' 0); echo \"pragma page_size=512; pragma synchronous=off; create table t(body); \
        insert into t values('$x $KEY $y'); begin; update t set body = upper(replace(body, '0', '1'));\" | kept journal"
    ),
    made!(
        "a rollback journal without a key",
        "echo \"pragma synchronous=off; create table t(body); insert into t values('a value of some words'); begin; update t set body = 'changed';\" | kept journal",
        Nothing
    ),
    made!(
        "a database whose last value is a zip",
        "keyed > \"$in/a\"; echo \"create table t(b); insert into t values(x'$(zipped | hex)');\" | sql"
    ),
    made!(
        "a database whose last value is a zip on several pages, without a key",
        "head -c 6000 /bin/sh > \"$in/a\"; echo \"create table t(b); insert into t values(x'$(zipped -0 | hex)');\" | sql",
        Nothing
    ),
    // Zips after other bytes.
    made!(
        "a zip with a comment after a script",
        "keyed > \"$in/a\"; taken a; { plain 2; git -C \"$in\" archive --format=zip main; } > app.dat"
    ),
    made!(
        "a zip with a comment after a script, without a key",
        "plain 9 > \"$in/a\"; taken a; { plain 2; git -C \"$in\" archive --format=zip main; } > app.dat",
        Nothing
    ),
    made!(
        "a zip in a signed program",
        "keyed > \"$in/a\"; { printf MZ; head -c 500 /dev/zero; zipped; head -c 3000 /bin/sh; } > app.dat"
    ),
    made!(
        "a zip in a signed program, without a key",
        "plain 9 > \"$in/a\"; { printf MZ; head -c 500 /dev/zero; zipped; head -c 3000 /bin/sh; } > app.dat",
        Nothing
    ),
    made!(
        "a zip after a script, larger than a window",
        "keyed | gzip > \"$in/a\"; head -c 34000000 /dev/zero > \"$in/b\"; { plain 2; zipped -0; } > app.dat"
    ),
    made!(
        "a zip after a script, larger than a window, without a key",
        "plain 9 | gzip > \"$in/a\"; head -c 34000000 /dev/zero > \"$in/b\"; { plain 2; zipped -0; } > app.dat",
        Nothing
    ),
    // Packs and bundles.
    made!("a bundle", "versions 3; git -C \"$in\" bundle create -q - --all > app.dat"),
    made!(
        "a bundle without a key",
        "plain 9 > \"$in/a\"; taken a; git -C \"$in\" bundle create -q - --all > app.dat",
        Nothing
    ),
    made!(
        "a bundle of the last commit",
        "versions 3; git -C \"$in\" bundle create -q - main~1..main > app.dat",
        FoundNote(1, "unsupported-archive")
    ),
    made!(
        "a pack",
        "versions 9; git -C \"$in\" repack -q -a -d -f; cat \"$in\"/.git/objects/pack/*.pack > app.dat"
    ),
    made!(
        "a pack with names of bases",
        "versions 9; git -C \"$in\" -c repack.useDeltaBaseOffset=false repack -q -a -d -f; cat \"$in\"/.git/objects/pack/*.pack > app.dat"
    ),
    made!(
        "a pack of SHA-256",
        "rm -rf \"$in\"; git init -q -b main --object-format=sha256 \"$in\"; versions 9; \
        git -C \"$in\" repack -q -a -d -f; cat \"$in\"/.git/objects/pack/*.pack > app.dat"
    ),
    made!(
        "a truncated pack",
        "keyed > \"$in/a\"; taken a; git -C \"$in\" repack -q -a -d -f; cut 30 < \"$(ls \"$in\"/.git/objects/pack/*.pack)\" > app.dat",
        FoundAnd(1, "corrupt-archive")
    ),
    made!(
        "a truncated bundle",
        "plain 9 > \"$in/a\"; taken a; git -C \"$in\" bundle create -q - --all | cut 30 > app.dat",
        Problem("corrupt-archive")
    ),
    made!(
        "a pack that expands",
        "head -c 60000000 /dev/zero > \"$in/a\"; taken a; git -C \"$in\" repack -q -a -d -f; cat \"$in\"/.git/objects/pack/*.pack > app.dat",
        Problem("budget")
    ),
    made_anywhere!(
        "a committed git folder with loose objects",
        "versions 1; cp -R \"$in/.git\" repo.git; rm -rf repo.git/hooks",
        Found(1)
    ),
    made_anywhere!(
        "a committed git folder with a pack",
        "versions 5; git -C \"$in\" repack -q -a -d -f; cp -R \"$in/.git\" dotgit; rm -rf dotgit/hooks",
        Found(1)
    ),
    made_anywhere!(
        "a git folder in a tar",
        "versions 5; git -C \"$in\" repack -q -a -d -f; tar -C \"$in\" -czf app.dat .git",
        Found(1)
    ),
    made_anywhere!(
        "a committed git folder with a zip as a loose object",
        "keyed | gzip > \"$in/a.gz\"; taken a; cp -R \"$in/.git\" repo.git; rm -rf repo.git/hooks",
        Found(1)
    ),
    // Compiled code, and records of a file manager.
    made!(
        "a Java class",
        "{ printf '\\312\\376\\272\\276\\0\\0\\0\\64\\0\\3\\1\\0'; printf \"\\\\$(printf %o ${#KEY})\"; printf %s \"$KEY\"; printf '\\1\\0\\4Code\\0\\41'; } > app.dat"
    ),
    made!(
        "a truncated Java class",
        "printf '\\312\\376\\272\\276\\0\\0\\0\\64\\0\\3\\1\\0\\50and so on' > app.dat",
        Problem("corrupt-archive")
    ),
    made!(
        "compiled Python",
        "echo \"A = 'a value'; B = '$KEY'; C = 'another'\" > \"$ROOT/m.py\"; \
        python3 -c 'import py_compile, sys; py_compile.compile(sys.argv[1], sys.argv[2])' \"$ROOT/m.py\" app.dat || needs python3"
    ),
    made!(
        "truncated Python",
        "echo \"A = 'a value'; B = 'a second value'\" > \"$ROOT/m.py\"; \
        python3 -c 'import py_compile, sys; py_compile.compile(sys.argv[1], sys.argv[2])' \"$ROOT/m.py\" a || needs python3; cut 30 < a > app.dat; rm a",
        Problem("corrupt-archive")
    ),
    made!(
        "a name in .DS_Store",
        "{ printf '\\0\\0\\0\\1Bud1\\0\\0\\0\\20\\0\\0\\0\\20\\0\\0\\0\\20'; head -c 40 /dev/zero; printf '\\0\\0\\0'; \
        printf \"\\\\$(printf %o ${#KEY})\"; wide \"$KEY\"; printf 'Ilocblob\\0\\0\\0\\20'; head -c 16 /dev/zero; } > app.dat"
    ),
    made!(
        "a truncated .DS_Store",
        "{ printf '\\0\\0\\0\\1Bud1\\0\\0\\20\\0\\0\\0\\10\\0\\0\\0\\20\\0'; head -c 40 /dev/zero; } > app.dat",
        Problem("corrupt-archive")
    ),
];
