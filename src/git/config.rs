//! A repository's own `config` file, for the settings that decide its layout.
//!
//! Includes are not followed; git does not follow them for these settings, either. Global and system settings are
//! not read.
//! Format: git's documentation, `git-config`, "Syntax".

/// The settings of one file.
#[derive(Clone, Debug, Default)]
pub(crate) struct LocalConfig {
    /// In the order of the file.
    settings: Vec<Setting>,
}

#[derive(Clone, Debug)]
struct Setting {
    /// `section` or `section.subsection`. The section is in lowercase, a quoted subsection as written.
    section: String,
    /// In lowercase.
    key: String,
    value: String,
}

impl LocalConfig {
    /// Parses the lines that it understands. Lines that git would reject are skipped.
    #[must_use]
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (mut settings, mut section) = (Vec::new(), String::new());
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        while let Some(line) = lines.next() {
            let mut line = line.trim().to_owned();
            while line.ends_with('\\') && !line.ends_with("\\\\") {
                line.pop();
                line.push_str(lines.next().unwrap_or_default().trim_end());
            }
            let rest = match line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                Some((name, rest)) => {
                    section = parse_section(name);
                    rest.trim()
                }
                None => line.as_str(),
            };
            if rest.is_empty() || rest.starts_with(['#', ';']) {
                continue;
            }
            let (key, value) = rest.split_once('=').unwrap_or((rest, "true"));
            let key = key.trim().to_ascii_lowercase();
            settings.push(Setting { section: section.clone(), key, value: parse_value(value) });
        }
        Self { settings }
    }

    /// Returns the settings of two files, of which the second is read later.
    #[must_use]
    pub(crate) fn followed_by(mut self, later: Self) -> Self {
        self.settings.extend(later.settings);
        self
    }

    /// Returns the last value of a setting. `section` includes the subsection, if there is one.
    #[must_use]
    pub(crate) fn get(&self, section: &str, key: &str) -> Option<&str> {
        let is_it = |setting: &&Setting| setting.section == section && setting.key == key;
        self.settings.iter().rev().find(is_it).map(|setting| setting.value.as_str())
    }

    /// Returns the keys of a section.
    pub(crate) fn keys(&self, section: &str) -> impl Iterator<Item = &str> {
        self.settings
            .iter()
            .filter(move |setting| setting.section == section)
            .map(|setting| setting.key.as_str())
    }

    /// Returns the paths of the included files, as written. Conditions are ignored.
    pub(crate) fn included_paths(&self) -> impl Iterator<Item = &str> {
        let is_include = |section: &str| section == "include" || section.starts_with("includeif.");
        let included = move |setting: &&Setting| is_include(&setting.section) && setting.key == "path";
        self.settings.iter().filter(included).map(|setting| setting.value.as_str())
    }

    /// Whether the last value of a setting is true.
    #[must_use]
    pub(crate) fn is_true(&self, section: &str, key: &str) -> bool {
        self.get(section, key).is_some_and(is_true_value)
    }

    /// Whether `key` is true in any section whose name begins with `prefix`.
    #[must_use]
    pub(crate) fn is_true_in_any(&self, prefix: &str, key: &str) -> bool {
        self.settings.iter().any(|setting| {
            setting.section.starts_with(prefix) && setting.key == key && is_true_value(&setting.value)
        })
    }
}

/// Whether git takes a value for true: a word, in any case, or a number other than zero.
pub(crate) fn is_true_value(value: &str) -> bool {
    let words = ["true", "yes", "on"];
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
        || value.parse::<i64>().is_ok_and(|number| number != 0)
}

fn parse_section(name: &str) -> String {
    let (section, subsection) = match name.split_once('"') {
        Some((section, rest)) => {
            let subsection = rest.strip_suffix('"').unwrap_or(rest);
            (section.trim(), subsection.replace("\\\"", "\"").replace("\\\\", "\\"))
        }
        None => match name.split_once('.') {
            Some((section, subsection)) => (section, subsection.to_ascii_lowercase()),
            None => (name.trim(), String::new()),
        },
    };
    let section = section.to_ascii_lowercase();
    if subsection.is_empty() { section } else { format!("{section}.{subsection}") }
}

/// Returns a value without its quotes, escapes and comment.
fn parse_value(raw: &str) -> String {
    let (mut value, mut is_quoted, mut kept) = (String::new(), false, 0);
    let mut characters = raw.trim_start().chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => is_quoted = !is_quoted,
            '#' | ';' if !is_quoted => break,
            '\\' => value.push(match characters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('b') => '\u{8}',
                Some(other) => other,
                None => '\\',
            }),
            other => value.push(other),
        }
        if is_quoted || !character.is_whitespace() {
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
    fn sections_values_and_comments_are_parsed_as_by_git() {
        let text = "\u{feff}# top\n[core]\n\tbare = false ; no\n\tworktree = \"/a b/c#d\"\n[Extensions] objectFormat=sha256\n\
            [include] path=../inc\n[includeIf \"gitdir:~/x\"]\n path = ~/b\n[remote \"Origin\"]\n promisor\n url = a\\\n b\n[bad\nx\n[remote.low] promisor = true";
        let config = LocalConfig::parse(text.as_bytes());
        assert_eq!(config.get("core", "bare"), Some("false"));
        assert_eq!(config.get("core", "worktree"), Some("/a b/c#d"));
        assert_eq!(config.get("extensions", "objectformat"), Some("sha256"));
        assert_eq!(config.get("remote.Origin", "url"), Some("a b"));
        assert!(config.is_true_in_any("remote.", "promisor") && !config.is_true("core", "bare"));
        assert_eq!(config.get("core", "absent"), None);
        assert_eq!(config.included_paths().collect::<Vec<_>>(), ["../inc", "~/b"]);
    }

    #[test]
    fn booleans_have_the_values_of_git() {
        let promisor = |value: &str| {
            let text = format!("[remote \"origin\"]\n\tpromisor{value}\n[core]\n\tbare{value}\n");
            let config = LocalConfig::parse(text.as_bytes());
            let is_true = config.is_true_in_any("remote.", "promisor");
            assert_eq!(is_true, config.is_true("core", "bare"), "{value}");
            is_true
        };
        for value in ["", " = true", " = yes", " = on", " = 1", " = YES", " = 2", "=On # comment"] {
            assert!(promisor(value), "{value}");
        }
        for value in [" =", " = false", " = no", " = off", " = 0", " = maybe", " = \"\""] {
            assert!(!promisor(value), "{value}");
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = LocalConfig::parse(&bytes).get("core", "bare");
        }
    }
}
