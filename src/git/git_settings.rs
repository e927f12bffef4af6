//! git's own settings. git is asked for them, since only git knows its files, includes and conditions.

use super::git_command::{GitCommandError, run_git_after_search};
use super::repository::Repository;
use super::special_files::find_special_config_file;

/// git's answer: `NAME LF VALUE NUL` for each setting, the effective one last.
#[derive(Debug, Default)]
pub(crate) struct GitSettings(Vec<u8>);

impl GitSettings {
    /// Asks git for the settings whose names match an expression. `options` are further options of `git config`.
    ///
    /// # Errors
    /// Fails if git cannot read its settings.
    pub(crate) fn read(
        repository: &Repository,
        options: &[&str],
        expression: &str,
    ) -> Result<Self, GitCommandError> {
        let arguments = [&["config", "-z"], options, &["--get-regexp", expression]].concat();
        match run_git_after_search(repository, find_special_config_file(repository), &arguments) {
            Ok(answer) => Ok(Self(answer)),
            // No setting matches.
            Err(GitCommandError::Failed { is_silent: true, .. }) => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    /// Returns the settings in the order of git's files: name and value. A name without `=` has no value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let settings = self.0.split(|byte| *byte == 0).filter(|setting| !setting.is_empty());
        settings.map(|setting| match memchr::memchr(b'\n', setting) {
            Some(end) => (&setting[..end], Some(&setting[end + 1..])),
            None => (setting, None),
        })
    }
}

#[cfg(test)]
impl From<&str> for GitSettings {
    fn from(answer: &str) -> Self {
        Self(answer.as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_names_with_and_without_values() {
        let settings = GitSettings::from("a.b\nc\nd\0e.f\0g.h\n\0");
        let read: Vec<_> = settings.iter().collect();
        assert_eq!(read, [(&b"a.b"[..], Some(&b"c\nd"[..])), (b"e.f", None), (b"g.h", Some(&b""[..]))]);
        assert_eq!(GitSettings::default().iter().count(), 0);
    }
}
