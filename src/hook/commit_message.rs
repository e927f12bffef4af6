//! The part of a commit message above git's scissors.

const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------\n";

/// The beginnings of the lines of a diff that begin no file.
const DIFF_LINES: [&[u8]; 19] = [
    b" ",
    b"+",
    b"-",
    b"@",
    b"\\",
    b"index ",
    b"mode ",
    b"new file mode ",
    b"deleted file mode ",
    b"old mode ",
    b"new mode ",
    b"similarity index ",
    b"dissimilarity index ",
    b"rename ",
    b"copy ",
    b"Binary files ",
    b"GIT binary patch",
    b"* Unmerged path ",
    b"warning: ",
];

/// The beginnings of the lines of a diff that begin a file.
const DIFF_HEADERS: [&[u8]; 2] = [b"diff --", b"Submodule "];

/// Returns a commit message without the scissors line and the diff that `git commit -v` appends. It is for a message
/// that comes from an editor: without one, git appends no diff and keeps a text that only looks like that.
///
/// The lines are git's own if explaining comments follow the scissors, and after them nothing but a diff to the end:
/// git itself adds a last comment to a message that came with such lines. The comment character may be any text.
#[must_use]
pub fn without_diff(message: &[u8]) -> &[u8] {
    let mut kept = message;
    while let Some(end) = find_cut(kept) {
        kept = &kept[..end];
    }
    kept
}

/// Returns the position of the first scissors line that git cuts at.
fn find_cut(message: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(message, SCISSORS).find_map(|at| {
        let line = message[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let comment = &message[line..at];
        let is_comment = !comment.trim_ascii().is_empty();
        (is_comment && is_appended(comment, &message[at + SCISSORS.len()..])).then_some(line)
    })
}

/// Whether a text is what git appends after the scissors: comments, and then a diff to the end. `git commit -vv` has a
/// second diff after more comments.
fn is_appended(comment: &[u8], text: &[u8]) -> bool {
    let begins = |line: &[u8], beginnings: &[&[u8]]| beginnings.iter().any(|start| line.starts_with(start));
    let (mut has_diff, mut ends_in_diff) = (false, false);
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let is_diff = begins(line, &DIFF_HEADERS) || has_diff && begins(line, &DIFF_LINES);
        if line.starts_with(comment) && !(is_diff && number > 0) {
            ends_in_diff = false;
        } else if is_diff && number > 0 {
            (has_diff, ends_in_diff) = (true, true);
        } else if !line.is_empty() || number == 0 {
            return false;
        }
    }
    !has_diff || ends_in_diff
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "------------------------ >8 ------------------------";
    const DIFF: &str =
        "diff --git a/a b/a\nindex 1..2 100644\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-k=1\n+k=2\n c\n";

    #[test]
    fn what_git_appends_is_cut() {
        for comment in ["#", ";", "//", "REM ---", "%%%%%%", "-", "+", "\u{e9}"] {
            let explained = format!("{comment} {LINE}\n{comment} Do not touch.\n{comment} All is ignored.\n");
            for appended in [
                DIFF.to_owned(),
                DIFF.repeat(2),
                String::new(),
                format!("{comment}\n{comment} On branch main\n"),
                format!("{comment} Staged:\n{DIFF}"),
                "Submodule lib 1..2:\n  > subject\n".to_owned(),
            ] {
                let message = format!("subject\n\n{comment} status\n{explained}{appended}");
                let kept = format!("subject\n\n{comment} status\n");
                assert_eq!(without_diff(message.as_bytes()), kept.as_bytes(), "{message}");
                assert_eq!(without_diff(format!("{explained}{appended}").as_bytes()), b"");
            }
            let twice = format!("subject\n{explained}{comment} Staged:\n{DIFF}{comment} -----\n{DIFF}");
            // `-` and `+` begin lines of a diff as well, and then the second comment is one of them.
            assert_eq!(without_diff(twice.as_bytes()), b"subject\n", "{twice}");
        }
    }

    #[test]
    fn a_text_that_only_looks_like_that_is_kept() {
        let explained = format!("# {LINE}\n# Do not touch.\n");
        for message in [
            format!("subject\n\n# {LINE}\ndiff\n"),
            format!("subject\n\n# {LINE}\n{DIFF}"),
            format!("about the line {LINE}\nmore"),
            format!("subject\n{LINE}\n# x\n"),
            format!("subject\n{explained}+k=1\n"),
            format!("subject\n{explained}prose\n"),
            format!("subject\n{explained}{DIFF}prose\n"),
            format!("subject\n# {LINE}\r\n# x\r\n{DIFF}"),
            // Git appends this to a message that a file brought.
            format!("subject\n{explained}{DIFF}\n# Please enter the commit message\n#\n"),
        ] {
            assert_eq!(without_diff(message.as_bytes()), message.as_bytes());
        }
    }
}
