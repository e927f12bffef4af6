//! Bytes around a key: line ends, byte order marks, lengths, neighbours; and files that are not text.

use crate::case::Expect::{Found, FoundNote, Nothing};
use crate::case::{CASE, Case};

/// A file `app.env` that a script writes: in the index, on disk and in a history.
macro_rules! written {
    ($name:literal, $make:literal) => {
        written!($name, $make, Found(1))
    };
    ($name:literal, $make:literal, $expect:expr) => {
        Case::of_file(
            concat!("bytes: ", $name),
            concat!("{ ", $make, "; } > app.env; git add app.env"),
            $expect,
            &["app.env"],
        )
    };
}

pub const CASES: &[Case] = &[
    written!("lines that end with CR and LF", "plain | sed 's/$/\\r/'; keyed | sed 's/$/\\r/'"),
    written!("lines that end with CR", "plain | tr '\\n' '\\r'; keyed | tr '\\n' '\\r'"),
    written!("no line end", "printf 'key=%s' \"$KEY\""),
    written!("the key alone", "printf %s \"$KEY\""),
    written!("a UTF-8 byte order mark before it", "printf '\\357\\273\\277'; keyed"),
    written!("one byte of latin-1", "printf 'caf\\351\\n'; keyed"),
    written!("a zero byte before it", "printf 'a\\0b'; keyed"),
    written!("a zero byte directly after it", "printf '%s\\0b' \"$KEY\""),
    written!("a zero byte directly before it", "printf 'b\\0%s' \"$KEY\""),
    written!("zero bytes around it", "head -c 5000 /dev/zero; keyed; head -c 5000 /dev/zero"),
    written!("lone surrogates", "printf '\\355\\240\\200'; keyed; printf '\\355\\260\\200'"),
    written!("UTF-16 with a lone surrogate", "printf '\\377\\376\\0\\330'; keyed | iconv -t UTF-16LE"),
    written!("bytes of a program around it", "head -c 30000 /bin/sh; keyed; head -c 30000 /bin/sh"),
    written!("the header of an image before it", "printf '\\211PNG\\r\\n\\032\\n'; keyed"),
    written!("terminal colours around it", "printf '\\033[31m%s\\033[0m' \"$KEY\""),
    written!("a line of 1.6 MB before it", "head -c 1600000 /dev/zero | tr '\\0' 'a'; printf ' '; keyed"),
    written!("a line of 1.6 MB after it", "keyed | tr -d '\\n'; head -c 1600000 /dev/zero | tr '\\0' ' '"),
    written!(
        "in the middle of a line of 12 MB",
        "head -c 6000000 /dev/zero | tr '\\0' ' '; keyed | tr -d '\\n'; head -c 6000000 /dev/zero | tr '\\0' ' '"
    ),
    written!("13 MB before it", "yes 'an ordinary line' | head -c 13000000; keyed"),
    written!("13 MB after it", "keyed; yes 'an ordinary line' | head -c 13000000"),
    written!("across 64 KiB", "head -c 65500 /dev/zero | tr '\\0' '.'; keyed"),
    written!("across 100,000 bytes", "head -c 99950 /dev/zero | tr '\\0' '.'; keyed"),
    written!("across 1 MiB", "head -c 1048500 /dev/zero | tr '\\0' '.'; keyed"),
    written!("lines like those of a patch", "printf '++++ %s\\n' \"$KEY\"; printf -- '--- a\\n'"),
    written!(
        "the markers of a conflict",
        "echo '<<<<<<< HEAD'; keyed; echo =======; plain; echo '>>>>>>> side'"
    ),
    written!("a backslash and an n after it", "printf 'x = \"%s\\\\nmore\"' \"$KEY\""),
    written!("a backslash and an n before it", "printf 'x = \"more\\\\n%s\"' \"$KEY\""),
    written!("a JSON line end after it", "printf '{\"a\": \"%s\\\\n\"}' \"$KEY\""),
    written!("a full stop after it", "printf 'The key is %s.' \"$KEY\""),
    written!("a comma after it", "printf 'Use %s, please' \"$KEY\""),
    written!("a bracket after it", "printf '(see %s)' \"$KEY\""),
    written!("in prose", "printf 'my key %s leaked' \"$KEY\""),
    written!("in a query", "printf 'https://example.org/?key=%s&x=1' \"$KEY\""),
    written!("in HTML", "printf '<b>%s</b>' \"$KEY\""),
    written!("in backticks", "printf '`%s`' \"$KEY\""),
    written!("directly after a word", "printf 'abc%s' \"$KEY\""),
    written!("directly before a word", "printf '%sabc' \"$KEY\""),
    written!("twice without anything between", "printf '%s%s' \"$KEY\" \"$KEY\""),
    written!("in a call", "printf 'client = Anthropic(get(\"%s\"))' \"$KEY\""),
    written!("in a notebook's cell", "printf '{\"cells\":[{\"source\":[\"k = \\\\\"%s\\\\\"\"]}]}' \"$KEY\""),
    written!("wrapped over two lines", "printf %s \"$KEY\" | fold -w 60"),
    written!("an admin key", "othered"),
    written!("an unknown family", "keyed | sed s/api03/api04/"),
    written!("an access token", "keyed | sed s/api03/oat01/"),
    written!("an access token that does not end in AA", "keyed | sed 's/api03/oat01/; s/AA\"/BQ\"/'"),
    written!("a refresh token", "keyed | sed s/api03/ort01/"),
    written!("a session key", "keyed | sed s/api03/sid01/"),
    written!("a body of 90 characters", "printf 'key = \"%s\"' $(printf %s \"$KEY\" | cut -c1-103)"),
    written!("a body with the word false in it", "keyed | sed 's/\\(api03-..........\\)...../\\1false/'"),
    written!("a body that ends in null", "keyed | sed 's/....\"$/null\"/'"),
    written!(
        "a body with a UUID in it",
        "keyed | sed 's/\\(api03-.....\\).\\{36\\}/\\13f2504e0-4f89-41d3-9a0c-0305e82c3301/'"
    ),
    written!(
        "a placeholder before it on its line",
        "printf 'old = \"sk-%s-your-key-here\", id = \"AKIA%s\", ' ant-api03 IOSFODNN7EXAMPLE; keyed"
    ),
    written!("a generated password", "printf 'password = \"%s%s\"' ohX7aeke ib3Ohgh"),
    written!("a value without quotes", "printf 'API_KEY=%s%s\\n' hQ7kzP2x Wq91LmZtR4v"),
    written!(
        "a private key across 100,000 bytes",
        "rm -f ../id; ssh-keygen -q -t ed25519 -N '' -f ../id || needs ssh-keygen; head -c 99900 /dev/zero | tr '\\0' '.'; echo; cat ../id"
    ),
    written!(
        "a value of 32 hexadecimal digits",
        "printf 'api_key = \"%s\"' $(printf %s \"$KEY\" | md5sum | cut -c1-32)"
    ),
    written!("a value with the word hook in it", "printf 'api_key = \"%s%s\"' hQ7kzP2x hookWq91LmZt"),
    written!("a placeholder", "printf 'key = \"sk-%s-your-key-here\"' ant-api03", Nothing),
    written!("dots in its place", "printf 'key = \"sk-%s...\"' ant-api03-", Nothing),
    written!("a variable in its place", "printf 'key = \"sk-%s${KEY}\"' ant-api03-", Nothing),
    written!(
        "all the same letter",
        "printf 'key = \"sk-%s%s\"' ant-api03- $(head -c 95 /dev/zero | tr '\\0' x)",
        Nothing
    ),
    written!("its hash", "printf 'sha256:%s' $(printf %s \"$KEY\" | sha256sum | cut -c1-64)", Nothing),
    written!("a UUID", "printf 'id = 3f2504e0-4f89-41d3-9a0c-0305e82c3301'", Nothing),
    written!("the name of a commit", "printf 'commit = \"%s\"' $(git rev-parse HEAD)", Nothing),
    Case {
        name: "bytes: one byte before, at and after the edges of windows",
        make: "dots() { head -c $1 /dev/zero | tr '\\0' .; }; for edge in 65536 100000 1048576; do for by in 0 1 2; do \
            { dots $((edge + by - 1)); keyed; } > begins.$edge.$by; \
            { dots $((edge + by - 1 - ${#KEY})); printf %s \"$KEY\"; dots 99; } > ends.$edge.$by; done; done; git add -A",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        paths: &[
            "begins.65536.0",
            "begins.65536.1",
            "begins.65536.2",
            "ends.65536.0",
            "ends.65536.1",
            "ends.65536.2",
            "begins.100000.0",
            "begins.100000.1",
            "begins.100000.2",
            "ends.100000.0",
            "ends.100000.1",
            "ends.100000.2",
            "begins.1048576.0",
            "begins.1048576.1",
            "begins.1048576.2",
            "ends.1048576.0",
            "ends.1048576.1",
            "ends.1048576.2",
        ],
        ..CASE
    },
    Case {
        name: "bytes: a working-tree encoding",
        make: "echo '*.txt working-tree-encoding=UTF-16LE' > .gitattributes; (plain; keyed) | iconv -t UTF-16LE > a.txt; \
            git add -A",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        paths: &["a.txt"],
        ..CASE
    },
    Case {
        name: "bytes: line ends that git converts",
        make: "git config core.autocrlf true; (plain; keyed) | sed 's/$/\\r/' > a; git add -A 2>&-",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        ..CASE
    },
    Case {
        name: "bytes: a Git LFS pointer with a key",
        make: "(printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%064d\\nsize 9\\n' 7; keyed) > big; git add -A",
        staged: FoundNote(1, "lfs-pointer"),
        worktree: FoundNote(1, "lfs-pointer"),
        ..CASE
    },
    Case {
        name: "bytes: an empty file, and one of zero bytes",
        make: ": > empty; head -c 100000 /dev/zero > zeros; git add -A",
        staged: Nothing,
        worktree: Nothing,
        history: Nothing,
        ..CASE
    },
    Case {
        name: "bytes: a sparse file",
        make: "truncate -s 3M sparse; keyed >> sparse",
        worktree: Found(1),
        ..CASE
    },
];
