//! The patches of the tool `apply_patch`: `*** Update File: PATH`, then lines that begin with ` `, `+` or `-`.

/// The lines of a patch for one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct FilePatch {
    pub(crate) path: String,
    /// The context with the lines that go.
    pub(crate) before: String,
    /// The context with the lines that come.
    pub(crate) after: String,
}

/// The first line of a patch.
const BEGIN: &str = "*** Begin Patch";

/// The starts of the lines that name a file. After the last one, the patch is for the file of its new name.
const HEADERS: [&str; 4] = ["*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: "];

/// Reads a patch; `None` if a text is none, or has a line that no patch has: then the whole text counts.
pub(crate) fn parse(text: &str) -> Option<Vec<FilePatch>> {
    let mut lines = text.trim().lines();
    if lines.next()?.trim() != BEGIN {
        return None;
    }
    let mut files: Vec<FilePatch> = Vec::new();
    for line in lines {
        if let Some(path) = HEADERS.iter().find_map(|header| line.strip_prefix(header)) {
            match files.last_mut() {
                Some(file) if line.starts_with(HEADERS[3]) => path.trim().clone_into(&mut file.path),
                _ => files.push(FilePatch { path: path.trim().to_owned(), ..FilePatch::default() }),
            }
            continue;
        }
        if line.starts_with("*** End") {
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

fn add_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_read_by_file() {
        let text = "*** Begin Patch\n*** Add File: a.py\n+one\n*** Update File: b.py\n*** Move to: c.py\n@@ def f\n same\n-old\n+new\n*** End Patch\n";
        let file = |path: &str, before: &str, after: &str| FilePatch {
            path: path.into(),
            before: before.into(),
            after: after.into(),
        };
        let expected =
            vec![file("a.py", "", "one\n"), file("c.py", "@ def f\nsame\nold\n", "@ def f\nsame\nnew\n")];
        assert_eq!(parse(text), Some(expected));
    }

    #[test]
    fn another_text_is_no_patch() {
        for text in ["", "echo", "*** Begin Patch\n+no file\n", "*** Begin Patch\n*** Add File: a\n!x\n"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
