//! The comment that suppresses a finding, where it is certain that the comment is no part of a value.

use crate::finding::{Location, LocationKind};
use crate::remediation::languages::{self, CommentPlace};

/// Returns the comment for the line above a location, around `text`; `None` where it might change a value or a file.
pub(crate) fn comment_above(location: &Location, text: &str) -> Option<String> {
    let style = languages::from_path(&location.path).comment?;
    let snippet = location.snippet.as_ref()?;
    let (before, value_and_after) = snippet.line.split_at_checked(snippet.span.0)?;
    let after = value_and_after.get(snippet.span.1.checked_sub(snippet.span.0)?..)?;
    let is_one_line = location.start.line == location.end.line;
    if location.kind != LocationKind::File || !location.via.is_empty() || !is_one_line {
        return None;
    }
    // The next line continues this one, and so may this one the line before.
    if after.trim_end().ends_with('\\') {
        return None;
    }
    let is_indented = before.starts_with([' ', '\t']);
    let fits = match style.place {
        CommentPlace::OneLineString => is_in_string(before, after),
        CommentPlace::Margin => !is_indented && before.contains(['=', ':', ' ']),
        CommentPlace::Tag => before.trim_start().starts_with('<') && after.contains(['<', '>']),
    };
    fits.then(|| format!("{}{text}{}", style.open, style.close))
}

/// Whether the quotes around a value are on its line.
fn is_in_string(before: &str, after: &str) -> bool {
    let Some(quote) = before.chars().rev().find(|character| matches!(character, '"' | '\'' | '`')) else {
        return false;
    };
    before.matches(quote).count() % 2 == 1 && after.contains(quote)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Snippet;
    use crate::text::Position;

    fn location(path: &str, before: &str, after: &str) -> Location {
        let snippet = Snippet { line: format!("{before}***{after}"), span: (before.len(), before.len() + 3) };
        let position = Position { line: 3, column: 1 };
        Location {
            kind: LocationKind::File,
            path: path.to_owned(),
            start: position,
            end: position,
            bytes: (0, 3),
            blob: None,
            commit: None,
            via: Vec::new(),
            in_member: None,
            snippet: Some(snippet),
            companion: None,
            at_head: None,
        }
    }

    #[test]
    fn a_comment_is_proposed_only_where_it_is_no_part_of_a_value() {
        for (path, before, after, expected) in [
            ("a.py", "key = \"", "\"", Some("# x")),
            ("a.py", "    key = f('a', '", "')", Some("# x")),
            ("a.py", "  in a text ", " of several lines", None),
            ("a.js", "const key = `", "`;", Some("// x")),
            ("a.js", "  text ${a} ", "", None),
            ("a.sql", "  PASSWORD '", "';", Some("-- x")),
            ("a.css", "  content: \"", "\";", Some("/* x */")),
            ("run.sh", "export KEY=", "", Some("# x")),
            ("run.sh", "curl -H \"x: ", "\" \\", None),
            ("run.sh", "  -H \"x: ", "\"", None),
            (".env", "KEY=", "", Some("# x")),
            ("app.properties", "db.password=", "", Some("# x")),
            ("app.properties", "  continued", "", None),
            ("Dockerfile", "ENV KEY=", "", Some("# x")),
            ("a.yml", "key: ", "", Some("# x")),
            ("a.yml", "  key: ", "", None),
            ("a.xml", "  <key>", "</key>", Some("<!-- x -->")),
            ("a.xml", "    attribute=\"", "\"", None),
            ("a.json", "\"key\": \"", "\"", None),
            ("k.pem", "", "", None),
            ("id_rsa", "key = \"", "\"", None),
            ("token", "", "", None),
        ] {
            let proposed = comment_above(&location(path, before, after), "x");
            assert_eq!(proposed.as_deref(), expected, "{path}: {before}***{after}");
        }
        let encoded = Location { via: vec!["base64".to_owned()], ..location("a.py", "key = \"", "\"") };
        assert_eq!(comment_above(&encoded, "x"), None);
    }
}
