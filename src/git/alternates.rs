//! The folders of an object database: the repository's own, and those that `info/alternates` names.
//!
//! No object is read here.
//! Formats: git's documentation, `gitrepository-layout`, and `git`, `GIT_ALTERNATE_OBJECT_DIRECTORIES`.

use std::path::PathBuf;
use std::{fs, io};

use super::files::read_regular;
use super::object_types::OpenError;
use super::path_bytes::os_string;

/// Length limit of a chain of alternates. Git does not follow longer chains, either.
const MAX_DEPTH: usize = 5;

/// Returns the folders and the folders that their `info/alternates` name, each once.
///
/// # Errors
/// Returns an error if there is a list of alternates that cannot be read.
pub(crate) fn expand_alternates(folders: &[PathBuf]) -> Result<Vec<PathBuf>, OpenError> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut work: Vec<(PathBuf, usize)> = folders.iter().rev().map(|folder| (folder.clone(), 0)).collect();
    while let Some((folder, depth)) = work.pop() {
        let folder = fs::canonicalize(&folder).unwrap_or(folder);
        if found.contains(&folder) || depth > MAX_DEPTH {
            continue;
        }
        let list = folder.join("info/alternates");
        let listed = match read_regular(&list) {
            Ok(listed) => listed,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Vec::new()
            }
            Err(error) => return Err(OpenError::new(format!("{}: {error}", list.display()))),
        };
        let named = parse_folder_list(&listed, b'\n');
        work.extend(named.into_iter().map(|named| (folder.join(named), depth + 1)));
        found.push(folder);
    }
    Ok(found)
}

/// Parses a list of folders with a separator between them. A name that holds the separator is written in the
/// quotes of C; git writes the name of a quarantine folder in this way.
pub(crate) fn parse_folder_list(list: &[u8], separator: u8) -> Vec<PathBuf> {
    let (mut folders, mut rest) = (Vec::new(), list);
    while !rest.is_empty() {
        let plain = memchr::memchr(separator, rest).unwrap_or(rest.len());
        let quoted = (rest[0] == b'"').then(|| unquote(&rest[1..])).flatten();
        // A name with an opening quote that is not a valid quoted name is a plain name, as in git.
        let (name, length) = match quoted {
            Some((name, length)) => (name, 1 + length),
            None if rest[0] == b'#' => (Vec::new(), plain),
            None => (rest[..plain].to_vec(), plain),
        };
        if !name.is_empty() {
            folders.push(PathBuf::from(os_string(&name)));
        }
        rest = rest.get(length..).unwrap_or_default();
        rest = rest.strip_prefix(&[separator]).unwrap_or(rest);
    }
    folders
}

/// Returns the name before the closing quote, and the number of bytes up to and including that quote.
fn unquote(quoted: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut name, mut at) = (Vec::new(), 0);
    loop {
        let byte = *quoted.get(at)?;
        at += 1;
        match byte {
            b'"' => return Some((name, at)),
            b'\\' => {
                let escape = *quoted.get(at)?;
                at += 1;
                name.push(match escape {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    b'"' | b'\\' => escape,
                    b'0'..=b'3' => {
                        let digits = quoted.get(at..at + 2)?;
                        at += 2;
                        let value = |digit: u8| matches!(digit, b'0'..=b'7').then(|| digit - b'0');
                        (escape - b'0') << 6 | value(digits[0])? << 3 | value(digits[1])?
                    }
                    _ => return None,
                });
            }
            other => name.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(list: &str, separator: u8) -> Vec<String> {
        parse_folder_list(list.as_bytes(), separator)
            .iter()
            .map(|folder| folder.display().to_string())
            .collect()
    }

    #[test]
    fn plain_and_quoted_names_are_parsed_as_git_writes_them() {
        assert_eq!(folders("/a\n# no\n\n/b c\n", b'\n'), ["/a", "/b c"]);
        assert_eq!(folders(r#""/a:b\t\"\\\303\251":/c:"#, b':'), ["/a:b\t\"\\é", "/c"]);
        assert_eq!(folders(r#""/a"#, b':'), [r#""/a"#]);
        assert_eq!(folders(r#""/a\q":/b"#, b':'), [r#""/a\q""#, "/b"]);
        assert!(folders("", b':').is_empty() && folders("::", b':').is_empty());
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            proptest::prop_assert!(parse_folder_list(&bytes, b':').len() <= bytes.len());
        }
    }
}
