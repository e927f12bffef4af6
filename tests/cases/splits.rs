//! Keys in fragments: string literals of many languages, wrapped lines with marks, markup and invisible characters
//! inside. Each case has a file for each form.

use crate::case::Expect::{Found, Nothing};
use crate::case::{CASE, Case};

/// Files with the key and a gap inside it. A row is a file, the text before the key, the gap after the 50th character
/// of the key, and the text after the key, each for `printf %b`: `\047` is an apostrophe.
macro_rules! split {
    ($name:literal, $([$file:literal, $before:literal, $gap:literal, $after:literal],)+) => {
        split!($name, "50", Found(1), $([$file, $before, $gap, $after],)+)
    };
    ($name:literal, $at:literal, $expect:expr, $([$file:literal, $before:literal, $gap:literal, $after:literal],)+) => {
        Case {
            name: concat!("splits: ", $name),
            make: concat!(
                "parted() { { plain; printf %b \"$2\"; printf %s \"$KEY\" | cut -c-", $at, " | tr -d '\\n'; printf %b \"$3\"; ",
                "printf %s \"$KEY\" | cut -c$((", $at, " + 1))- | tr -d '\\n'; printf '%b\\n' \"$4\"; plain; } > \"$1\"; }; ",
                $("parted '", $file, "' '", $before, "' '", $gap, "' '", $after, "'; ",)+
                "git add ."
            ),
            staged: $expect,
            worktree: $expect,
            history: $expect,
            paths: split!(@paths $expect, $($file,)+),
            ..CASE
        }
    };
    (@paths Nothing, $($file:literal,)+) => { &[] };
    (@paths $expect:expr, $($file:literal,)+) => { &[$($file),+] };
}

pub const CASES: &[Case] = &[
    split!(
        "string literals with a kind",
        ["a.c", "wchar_t *k = L\"", "\" L\"", "\";"],
        ["b.c", "char *k = u8\"", "\"\\n  u8\"", "\";"],
        ["c.m", "k = @\"", "\"\\n    @\"", "\";"],
        ["d.cs", "var k = $\"", "\" +\\n  $\"", "\";"],
        ["e.cs", "var k = @\"", "\" + @\"", "\";"],
        ["f.scala", "val k = s\"", "\" + s\"", "\""],
        ["g.py", "k = (f\"", "\"\\n     rb\"", "\")"],
    ),
    split!(
        "operators of many languages",
        ["a.ml", "let k = \"", "\" ^ \"", "\""],
        ["b.jl", "k = \"", "\" * \"", "\""],
        ["c.f90", "k = \\0047", "\\0047 // \\0047", "\\0047"],
        ["d.f90", "k = \\0047", "\\0047 // &\\n    \\0047", "\\0047"],
        ["e.abap", "k = \\0047", "\\0047 && \\0047", "\\0047."],
        ["f.rb", "k = \\0047", "\\0047 << \\0047", "\\0047"],
        ["g.vb", "k = \"", "\" & _\\n    \"", "\""],
        ["h.m", "k = [\\0047", "\\0047 ...\\n     \\0047", "\\0047];"],
        ["i.ps1", "$k = \\0047", "\\0047 + `\\n  \\0047", "\\0047"],
        ["j.hs", "k = \"", "\\\\\\n    \\\\", "\""],
    ),
    split!(
        "functions, lists and templates",
        ["a.py", "k = \"\".join([\"", "\", \"", "\"])"],
        ["b.js", "const k = \"", "\".concat(\"", "\");"],
        ["c.java", "sb.append(\"", "\").append(\"", "\");"],
        ["d.rs", "let k = concat!(\"", "\", \"", "\");"],
        ["e.r", "k <- paste0(\"", "\", \"", "\")"],
        ["f.json", "{\"Fn::Join\": [\"\", [\"", "\",\\n \"", "\"]]}"],
        ["g.js", "const k = `", "${\"", "\"}`;"],
        ["h.tf", "k = \"", "${\"", "\"}\""],
        ["i.py", "k = \"%s%s\" % (\"", "\", \"", "\")"],
        ["j.v", "k = {\"", "\", \"", "\"};"],
        ["k.asm", "k: db \"", "\", \"", "\", 0"],
        ["l.json", "{\"part1\": \"", "\", \"part2\": \"", "\"}"],
    ),
    split!(
        "statements that append",
        ["a.py", "k = \"", "\"\\nk += \"", "\""],
        ["b.pl", "my $k = \\0047", "\\0047;\\n$k .= \\0047", "\\0047;"],
        ["c.sh", "A=", "\\nB=", "\\nK=$A$B"],
        ["d.sh", "k=\\0047", "\\0047\\nk+=\\0047", "\\0047"],
        ["e.env", "export A=\"", "\"\\nexport B=\"", "\""],
        ["f.yaml", "part1: ", "\\npart2: ", ""],
    ),
    split!(
        "words of a shell",
        ["a.sh", "k=\\0047", "\\0047\"", "\""],
        ["b.sh", "k=\\0047", "\\0047\\0047", "\\0047"],
        ["c.sh", "k=", "\\0047", "\\0047"],
        ["d.bat", "set K=", "^\\n", ""],
        ["e.sh", "k=", " \\\\\\n", ""],
    ),
    split!(
        "comments between literals",
        ["a.js", "const k = \"", "\" + // it is not done\\n  \"", "\";"],
        ["b.c", "char *k = \"", "\" /* don\\0047t stop */ \"", "\";"],
        ["c.py", "k = (\"", "\"  # the rest\\n     \"", "\")"],
        ["d.sql", "k := \\0047", "\\0047 || -- the rest\\n  \\0047", "\\0047;"],
        ["e.html", "<k>", "<!-- the rest -->", "</k>"],
    ),
    split!(
        "literals in a comment or a patch",
        ["a.c", "// k = \"", "\" +\\n//     \"", "\";"],
        ["b.py", "# k = (\"", "\"\\n#      \"", "\")"],
        ["c.sql", "-- k := \\0047", "\\0047 ||\\n--      \\0047", "\\0047;"],
        ["d.patch", "+    k = \"", "\" +\\n+        \"", "\""],
        ["e.patch", "-    k = (\"", "\"\\n-         \"", "\")"],
    ),
    split!(
        "wrapped lines with a mark",
        ["a.c", "// ", "\\n// ", ""],
        ["b.sql", "-- ", "\\n-- ", ""],
        ["c.patch", "+ ", "\\n+ ", ""],
        ["d.patch", "+", "\\n+", ""],
        ["e.eml", "| ", "\\n| ", ""],
        ["f.eml", "> > ", "\\n> > ", ""],
        ["g.txt", "  12  ", "\\n  13  ", ""],
        ["h.txt", " 12: ", "\\n 13: ", ""],
        ["i.md", "| a | ", "<br>", " |"],
        ["j.bat", "REM ", "\\nREM ", ""],
        ["k.tex", "% ", "\\n% ", ""],
        ["l.json", "{\"note\": \"", "\\\\n", "\"}"],
    ),
    split!(
        "markup inside",
        ["a.html", "<p>", "<wbr>", "</p>"],
        ["b.html", "<span class=\"s\">", "</span><span class=\"s\">", "</span>"],
        ["c.xml", "<k><![CDATA[", "]]><![CDATA[", "]]></k>"],
        ["d.html", "<p>", "&shy;", "</p>"],
        ["e.txt", "[b]", "[/b][b]", "[/b]"],
        ["f.rtf", "{\\\\rtf1 {", "}{\\\\rtlch\\\\fcs1 \\\\insrsid123 ", "}}"],
        ["g.tex", "\\\\texttt{", "\\\\allowbreak{}", "}"],
        [
            "h.xml",
            "<w:r><w:t>",
            "</w:t></w:r><w:proofErr w:type=\"spellStart\"/><w:r w:rsidR=\"00A\"><w:rPr><w:b/></w:rPr><w:t>",
            "</w:t></w:r>"
        ],
    ),
    split!(
        "characters that are not shown",
        ["a.txt", "key ", "\\0342\\0200\\0213", ""],
        ["b.txt", "key ", "\\0302\\0255", ""],
        ["c.txt", "key ", "\\0342\\0201\\0240", ""],
        ["d.txt", "key ", "\\0357\\0273\\0277", ""],
        ["e.log", "key \\0033[32m", "\\0033[1m", "\\0033[0m"],
        ["f.log", "key \\0033[38;2;10;20;30m", "\\0033[38;2;255;255;255m", "\\0033[0m"],
        ["g.txt", "key ", "x\\0010", ""],
    ),
    split!(
        "characters that are not shown in the prefix",
        "4",
        Found(1),
        ["a.txt", "key ", "\\0342\\0200\\0213", ""],
        ["b.txt", "key ", "\\0302\\0255", ""],
        ["c.log", "key ", "\\0033[1m", ""],
        ["d.html", "<p>", "&shy;", "</p>"],
    ),
    Case {
        name: "splits: full-width forms and dashes that resemble hyphens",
        make: "wide() { od -An -v -tu1 | tr -s ' \\n' '\\n\\n' | while read -r c; do [ -z \"$c\" ] || \
            printf \"\\\\$(printf %o 239)\\\\$(printf %o $((188 + (c > 95))))\\\\$(printf %o $((c > 95 ? c + 32 : c + 96)))\"; done; }; \
            { plain; printf %s \"$KEY\" | wide; echo; } > a.txt; \
            { plain; printf 'key '; printf %s \"$KEY\" | sed \"s/-/$(printf '\\342\\200\\221')/g\"; echo; } > b.txt; \
            { plain; printf 'key '; printf %s \"$KEY\" | sed \"s/-/$(printf '\\342\\200\\223')/g\"; echo; } > c.txt; git add .",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        paths: &["a.txt", "b.txt", "c.txt"],
        ..CASE
    },
    Case {
        name: "splits: a key in seven strings",
        make: "{ printf 'k = \"'; printf %s \"$KEY\" | sed 's/.\\{15\\}/&\", \"/g'; printf '\"\\n'; } > app.py; git add app.py",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        paths: &["app.py"],
        ..CASE
    },
    Case {
        name: "splits: a key in the runs of a document",
        make: "mkdir word; { printf '<w:r><w:t>'; printf %s \"$KEY\" | sed 's|.|&</w:t></w:r><w:r><w:t>|30'; \
            printf '</w:t></w:r>'; } > word/document.xml; zip -q a.docx word/document.xml || needs zip; \
            rm -r word; git add a.docx",
        staged: Found(1),
        worktree: Found(1),
        history: Found(1),
        paths: &["a.docx"],
        ..CASE
    },
    Case {
        name: "splits: a list of prefixes and names is not a key",
        make: "{ printf 'PREFIXES = [\"sk-%s\", \"sk-%s\", \"gh%s_\", \"your_own_prefix_here\"]\\n' ant-api03- ant- p; \
            printf 'sk-%s\\n  followed by 93 characters and the last two of them are fixed\\n' ant-api03-; } > app.py; git add app.py",
        staged: Nothing,
        worktree: Nothing,
        history: Nothing,
        ..CASE
    },
];
