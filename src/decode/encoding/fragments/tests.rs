use super::*;

fn joined(text: &str, gaps: Gaps) -> Option<(String, usize, bool)> {
    let joined = join_fragments(text.as_bytes(), 0, b"abc", MAX_TOKEN, gaps)?;
    let first = joined.first_length();
    Some((String::from_utf8(joined.decoded.text).unwrap(), first, joined.may_be_separate))
}

#[test]
fn fragments_of_a_token_are_joined() {
    for text in [
        "abc\" + \"def",
        "abc' . 'def",
        "abc\"\n    \"def",
        "abc\" \\\n  f\"def",
        "abc\\\" + \\\"def",
        "abc\" <> \"def",
        "abc\" u8\"def",
        "abc\" + $\"def",
        "abc\" @\"def",
        "abc\\\n  def",
        "abc\\\n  \\def",
    ] {
        assert_eq!(joined(text, Gaps::Certain), Some(("abcdef".to_owned(), 3, false)), "{text}");
    }
    let line = "a".repeat(40);
    for between in ["\n", "\r\n  ", "\n# ", "\n> "] {
        let found = joined(&format!("{line}{between}def"), Gaps::Certain);
        assert_eq!(found, Some((format!("{line}def"), 40, true)), "{between:?}");
    }
}

#[test]
fn separate_values_are_not_certainly_joined() {
    for text in ["abc\", \"def", "abc\"\"def", "abc\ndef", "abc def", "abc\" + def", "abc", ""] {
        assert_eq!(joined(text, Gaps::Certain), None, "{text}");
    }
}

#[test]
fn the_first_fragment_contains_the_anchor() {
    for anchor in [&b"abc\"d"[..], b"abc \"def", b"abcd"] {
        for gaps in Gaps::ALL {
            assert_eq!(join_fragments(b"abc\" + \"def\", \"ghi", 0, anchor, MAX_TOKEN, gaps), None);
        }
    }
}

#[test]
fn every_gap_is_crossed() {
    for (between, gaps) in [
        // Literals.
        ("\", \"", Gaps::Any),
        ("''", Gaps::Any),
        ("'\"", Gaps::Any),
        ("'", Gaps::Any),
        ("\"}", Gaps::Any),
        ("${\"", Gaps::Any),
        ("\" + // it isn't done\n  \"", Gaps::Any),
        ("\" /* don't */ \"", Gaps::Any),
        ("' // &\n  '", Gaps::Any),
        ("\" +\n//    \"", Gaps::Any),
        ("' ||\n--    '", Gaps::Any),
        ("\"\n#    \"", Gaps::Any),
        ("\" + `\n  \"", Gaps::Any),
        ("' ...\n  '", Gaps::Any),
        ("\" & _\n  \"", Gaps::Any),
        ("\").append(\"", Gaps::Any),
        ("\"\nkey += \"", Gaps::Any),
        ("';\n$k .= '", Gaps::Any),
        ("\",\n  \"part-2\": \"", Gaps::Any),
        ("\\\", \\\"", Gaps::Any),
        // Lines.
        ("\n// ", Gaps::Any),
        ("\n-- ", Gaps::Any),
        ("\n+ ", Gaps::Any),
        ("\n| ", Gaps::Any),
        ("\n  13  ", Gaps::Any),
        ("\n 13: ", Gaps::Any),
        ("\n> > ", Gaps::Any),
        (" |\n| ", Gaps::Any),
        ("^\n", Gaps::Any),
        (" \\\n  ", Gaps::Any),
        ("\\n", Gaps::Any),
        ("\\r\\n", Gaps::Any),
        ("\nREM ", Gaps::Any),
        ("\n+", Gaps::AnyWithMarks),
        ("\n//", Gaps::AnyWithMarks),
        ("\n13:", Gaps::AnyWithMarks),
        ("\nB=", Gaps::AnyWithNames),
        ("\nexport B='", Gaps::AnyWithNames),
        ("\n  part2: ", Gaps::AnyWithNames),
        ("'\nk+=", Gaps::AnyWithNames),
        // Markup.
        ("<wbr>", Gaps::Any),
        ("</span><span class=\"s\">", Gaps::Any),
        ("</b>\n  <b>", Gaps::Any),
        ("]]><![CDATA[", Gaps::Any),
        ("<!-- x > y -->", Gaps::Any),
        ("[/b][b]", Gaps::Any),
        ("&shy;", Gaps::Any),
        ("\x1b[1;31m", Gaps::Any),
        ("\\033[0m\\e[1m", Gaps::Any),
        ("}{\\rtlch\\fcs1 \\af0 \\insrsid123 ", Gaps::Any),
        ("\\allowbreak{}", Gaps::Any),
        ("</w:t></w:r><w:proofErr w:type=\"spellStart\"/><w:r w:rsidR=\"00A\"><w:t>", Gaps::Any),
    ] {
        let found = joined(&format!("abc{between}def"), gaps);
        let is_joined = found.is_some_and(|(text, first, _)| text == "abcdef" && first == 3);
        assert!(is_joined, "{between:?}");
    }
}

#[test]
fn a_gap_is_bounded_and_ends_before_the_next_token() {
    for text in
        ["abc\", \"abcdef", "abc def", "abc, def", "abc(def", "abc", "", "abc\"", "abc\" \u{e4} \"def"]
    {
        for gaps in Gaps::ALL {
            assert_eq!(joined(text, gaps), None, "{text} {gaps:?}");
        }
    }
    for between in [format!("\"{}\"", " ".repeat(MAX_GAP)), format!("<{}>", "b".repeat(MAX_GAP))] {
        assert_eq!(joined(&format!("abc{between}def"), Gaps::Any), None);
    }
}

proptest::proptest! {
    #[test]
    fn arbitrary_text_is_joined_within_its_bounds(
        parts in proptest::collection::vec(proptest::prop_oneof![
            "[abc+/-]{0,20}", "[ -~]{0,20}", "(\"|'|`|\\\\|\n|\r\n|<|>|\\$\\{|/\\*|\\*/|//|--|#|=|: |\\\\n|\x1b\\[)",
        ], 0..20),
    ) {
        let text = format!("abc{}", parts.concat());
        for gaps in Gaps::ALL {
            if let Some(joined) = join_fragments(text.as_bytes(), 0, b"abc", MAX_TOKEN, gaps) {
                proptest::prop_assert!(may_be_split(text.as_bytes(), 0, b"abc"));
                proptest::prop_assert!(joined.ends.len() > 1 && joined.ends.is_sorted());
                for (index, byte) in joined.decoded.text.iter().enumerate() {
                    let original = joined.decoded.original_span(&(index..index + 1));
                    proptest::prop_assert_eq!(&text.as_bytes()[original], &[*byte]);
                }
            }
        }
    }
}
