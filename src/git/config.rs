//! A repository's own `config` file, as far as its layout hangs on it. Includes are not followed, as git itself
//! does not follow them for these keys; everything else in the file is passed over.
//! Format: git's documentation, `git-config`, "Syntax".

/// The settings of one file, in order. Section and key are in lower case, a subsection as it stands.
#[derive(Clone, Debug, Default)]
pub struct LocalConfig(Vec<(String, String, String)>);

impl LocalConfig {
    /// Reads what can be read; lines that git would refuse are passed over.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (mut settings, mut section) = (Vec::new(), (String::new(), String::new()));
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        while let Some(line) = lines.next() {
            let mut line = line.trim().to_owned();
            while line.ends_with('\\') && !line.ends_with("\\\\") {
                line.pop();
                line.push_str(lines.next().unwrap_or_default().trim_end());
            }
            let rest = match line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                Some((name, rest)) => {
                    section = section_of(name);
                    rest.trim()
                }
                None => line.as_str(),
            };
            if rest.is_empty() || rest.starts_with(['#', ';']) {
                continue;
            }
            let (key, value) = rest.split_once('=').unwrap_or((rest, "true"));
            let path =
                if section.1.is_empty() { section.0.clone() } else { format!("{}.{}", section.0, section.1) };
            settings.push((path, key.trim().to_ascii_lowercase(), value_of(value)));
        }
        Self(settings)
    }

    /// The last value of `section.key`.
    #[must_use]
    pub fn get(&self, section: &str, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(s, k, _)| s == section && k == key).map(|(.., value)| value.as_str())
    }

    /// The keys of a section.
    pub fn keys(&self, section: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, ..)| known == section).map(|(_, key, _)| key.as_str())
    }

    /// The last value of `section.key` as a boolean.
    #[must_use]
    pub fn is_true(&self, section: &str, key: &str) -> bool {
        self.get(section, key)
            .is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "1"))
    }

    /// Whether any section `prefix.*` sets `key` to true.
    #[must_use]
    pub fn any_true(&self, prefix: &str, key: &str) -> bool {
        self.0.iter().any(|(section, k, value)| section.starts_with(prefix) && k == key && value == "true")
    }
}

fn section_of(name: &str) -> (String, String) {
    match name.split_once('"') {
        Some((section, rest)) => {
            let subsection = rest.strip_suffix('"').unwrap_or(rest);
            (section.trim().to_ascii_lowercase(), subsection.replace("\\\"", "\"").replace("\\\\", "\\"))
        }
        None => match name.split_once('.') {
            Some((section, subsection)) => (section.to_ascii_lowercase(), subsection.to_ascii_lowercase()),
            None => (name.trim().to_ascii_lowercase(), String::new()),
        },
    }
}

/// A value without its quotes, escapes and comment.
fn value_of(raw: &str) -> String {
    let (mut value, mut quoted, mut kept) = (String::new(), false, 0);
    let mut characters = raw.trim_start().chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            '#' | ';' if !quoted => break,
            '\\' => value.push(match characters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('b') => '\u{8}',
                Some(other) => other,
                None => '\\',
            }),
            other => value.push(other),
        }
        if quoted || !character.is_whitespace() {
            kept = value.len();
        }
    }
    value.truncate(kept);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_values_and_comments_are_read_as_git_does() {
        let text = "\u{feff}# top\n[core]\n\tbare = false ; no\n\tworktree = \"/a b/c#d\"\n[Extensions] objectFormat=sha256\n\
            [remote \"Origin\"]\n promisor\n url = a\\\n b\n[bad\nx\n[remote.low] promisor = true";
        let config = LocalConfig::parse(text.as_bytes());
        assert_eq!(config.get("core", "bare"), Some("false"));
        assert_eq!(config.get("core", "worktree"), Some("/a b/c#d"));
        assert_eq!(config.get("extensions", "objectformat"), Some("sha256"));
        assert_eq!(config.get("remote.Origin", "url"), Some("a b"));
        assert!(config.any_true("remote.", "promisor") && !config.is_true("core", "bare"));
        assert_eq!(config.get("core", "absent"), None);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = LocalConfig::parse(&bytes).get("core", "bare");
        }
    }
}
