//! The patches of the tool `apply_patch`: `*** Update File: PATH`, then lines that begin with ` `, `+` or `-`.

/// The lines of a patch for one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct FilePatch {
    pub(crate) path: String,
    /// The path of the file that becomes this one.
    pub(crate) moved_from: Option<String>,
    /// The context with the lines that go.
    pub(crate) before: String,
    /// The context with the lines that come.
    pub(crate) after: String,
}

/// The first line of a patch.
const BEGIN: &str = "*** Begin Patch";

/// The starts of the lines that name a file. After the last one, the patch is for the file of its new name.
const HEADERS: [&str; 4] = ["*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: "];

/// The lines that end a patch or a file in it.
const ENDS: [&str; 2] = ["*** End Patch", "*** End of File"];

/// What has a meaning at the start of a line. Some programs trim a line before they look for it, and break lines at
/// other characters: elsewhere in a line, it is not known for which file the text after it is.
const MARKERS: [&str; 6] = [
    "*** Add File:",
    "*** Begin Patch",
    "*** Delete File:",
    "*** Environment ID:",
    "*** Move to:",
    "*** Update File:",
];

/// Reads a patch; `None` if a text is none, has a line that no patch has, or may be read in two ways: then the whole text
/// counts.
pub(crate) fn parse(text: &str) -> Option<Vec<FilePatch>> {
    let mut lines = text.trim().lines();
    if lines.next()?.trim() != BEGIN {
        return None;
    }
    let mut files: Vec<FilePatch> = Vec::new();
    for line in lines {
        if has_marker_inside(line) {
            return None;
        }
        if let Some(path) = HEADERS.iter().find_map(|header| line.strip_prefix(header)) {
            let path = path.trim().to_owned();
            match files.last_mut() {
                Some(file) if line.starts_with(HEADERS[3]) => {
                    file.moved_from = Some(std::mem::replace(&mut file.path, path));
                }
                _ => files.push(FilePatch { path, ..FilePatch::default() }),
            }
            continue;
        }
        if ENDS.contains(&line.trim_end()) {
            continue;
        }
        let file = files.last_mut()?;
        let (sign, rest) = (line.as_bytes().first(), line.get(1..).unwrap_or_default());
        let (is_before, is_after) = match sign {
            Some(b'+') => (false, true),
            Some(b'-') => (true, false),
            // `@@` is the place of a change, and repeats a line of the file.
            Some(b' ' | b'@') | None => (true, true),
            Some(_) => return None,
        };
        if is_before {
            add_line(&mut file.before, rest);
        }
        if is_after {
            add_line(&mut file.after, rest);
        }
    }
    Some(files)
}

fn has_marker_inside(line: &str) -> bool {
    let rest = line.strip_prefix("***").unwrap_or(line);
    MARKERS.iter().any(|marker| rest.contains(marker))
}

fn add_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_read_by_file() {
        let text = "*** Begin Patch\n*** Add File: a.py\n+one\n+ *** stars\n*** Update File: b.py\n*** Move to: c.py\n@@ def f\n same\n-old\n+new\n*** End of File\n*** End Patch\n";
        let file = |path: &str, from: Option<&str>, before: &str, after: &str| FilePatch {
            path: path.into(),
            moved_from: from.map(str::to_owned),
            before: before.into(),
            after: after.into(),
        };
        let expected = vec![
            file("a.py", None, "", "one\n *** stars\n"),
            file("c.py", Some("b.py"), "@ def f\nsame\nold\n", "@ def f\nsame\nnew\n"),
        ];
        assert_eq!(parse(text), Some(expected));
    }

    #[test]
    fn another_text_is_no_patch() {
        for text in ["", "echo", "*** Begin Patch\n+no file\n", "*** Begin Patch\n*** Add File: a\n!x\n"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_patch_that_may_be_read_in_two_ways_is_not_read() {
        for marker in MARKERS {
            for before in [" ", "\t", "\u{a0}", "+x\r", "+", "*** Add File: b\u{2028}", " +", "-"] {
                let text =
                    format!("*** Begin Patch\n*** Add File: a\n+x\n{before}{marker} c\n+y\n*** End Patch");
                assert_eq!(parse(&text), None, "{text:?}");
            }
        }
        for line in ["*** Add File:c", "***Add File: c", "*** End Patch c", "*** Environment ID: c"] {
            let text = format!("*** Begin Patch\n*** Add File: a\n+x\n{line}\n*** End Patch");
            assert_eq!(parse(&text), None, "{text:?}");
        }
    }
}
