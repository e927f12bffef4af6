//! Paths as words of a POSIX shell, for commands that run as they stand.

/// Whether the path of a report is not the path of the file: it is escaped or masked.
pub(crate) fn is_changed_path(path: &str) -> bool {
    path.contains('%') || path.contains("...") || path.contains("***")
}

/// Quotes a path as a word of a POSIX shell.
pub(crate) fn shell_word(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./+,@:".contains(&byte);
    if !path.is_empty() && path.bytes().all(plain) && !path.starts_with('-') {
        return path.to_owned();
    }
    format!("'{}'", path.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_safe_in_a_shell() {
        for (path, word) in [
            ("a/b.py", "a/b.py"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("-rf", "'-rf'"),
            ("$(x)", "'$(x)'"),
        ] {
            assert_eq!(shell_word(path), word);
        }
    }
}
