//! What `.gitleaks.toml` and `.gitleaksignore` say, as far as it can be said in settings of ours. What cannot is
//! told. Formats: gitleaks' README, "Configuration" and ".gitleaksignore".

use toml::{Table, Value};

use crate::policy::suppress::baseline::sanitize_reason;
use crate::policy::suppress::{EntrySource, SuppressionEntry};
use crate::policy::{ConfigError, FileOrigin, PathPatterns, Settings};
use crate::rules::{MAX_RULES, Rule, RuleSpec, build_user_rule};
use crate::secret::mask_line;

/// Settings, and what did not translate.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// What did.
    pub settings: Settings,
    /// What did not, in words.
    pub untranslated: Vec<String>,
}

/// Reads a `.gitleaks.toml`.
///
/// # Errors
/// It is no TOML.
pub fn parse_toml_file(bytes: &[u8], origin: FileOrigin) -> Result<Imported, ConfigError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        ConfigError::at(bytes, at..at, "it is not UTF-8", origin)
    })?;
    let table: Table = toml::from_str(text).map_err(|error| ConfigError::of_toml(bytes, &error, origin))?;
    let mut importing = Importing(Imported::default());
    if let Some(extend) = table.get("extend").and_then(Value::as_table) {
        importing.extend(extend);
    }
    for list in allowlists(&table) {
        importing.allowlist(list, None);
    }
    for (rule, number) in tables(table.get("rules")).into_iter().zip(1..) {
        importing.rule(rule, number);
    }
    Ok(importing.0)
}

/// Reads a `.gitleaksignore`: `FILE:RULE:LINE` or `COMMIT:FILE:RULE:LINE`. The rules have other names here, so the
/// place decides.
#[must_use]
pub fn parse_ignore_file(bytes: &[u8]) -> Imported {
    let mut imported = Imported::default();
    let text = String::from_utf8_lossy(bytes);
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match ignored(line) {
            Some(entry) => imported.settings.allow.push(entry),
            None => imported.untranslated.push(format!("line {number} is of another form")),
        }
    }
    imported
}

fn ignored(line: &str) -> Option<SuppressionEntry> {
    let mut parts = line.rsplitn(3, ':');
    let (number, _rule, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let is_commit = |text: &str| matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let (commit, path) = match rest.split_once(':') {
        Some((commit, path)) if is_commit(commit) => (Some(commit.to_ascii_lowercase()), path),
        _ => (None, rest),
    };
    let pattern = format!("/{}", literal(path));
    Some(SuppressionEntry {
        paths: Some(PathPatterns::new(&[pattern]).ok()?),
        commit,
        line: Some(number.parse().ok()?),
        ..SuppressionEntry::new(EntrySource::Gitleaks, ".gitleaksignore".to_owned())
    })
}

/// A path as a pattern that matches itself alone.
fn literal(path: &str) -> String {
    path.chars().fold(String::new(), |mut pattern, sign| {
        if "*?[]{}\\".contains(sign) {
            pattern.push('[');
            pattern.push(sign);
            pattern.push(']');
        } else {
            pattern.push(sign);
        }
        pattern
    })
}

/// A table, or several of them.
fn tables(value: Option<&Value>) -> Vec<&Table> {
    match value {
        Some(Value::Table(table)) => vec![table],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_table).collect(),
        _ => Vec::new(),
    }
}

/// The old and the new name.
fn allowlists(table: &Table) -> Vec<&Table> {
    ["allowlist", "allowlists"].into_iter().flat_map(|key| tables(table.get(key))).collect()
}

fn texts(table: &Table, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|text| Some(text.as_str()?.to_owned())).collect()
}

struct Importing(Imported);

impl Importing {
    fn not(&mut self, said: impl Into<String>) {
        self.0.untranslated.push(said.into());
    }

    fn extend(&mut self, extend: &Table) {
        if ["path", "url"].iter().any(|key| extend.contains_key(*key)) {
            self.not("`extend` names another file, which is not read; name it in `extends` of skant.toml");
        }
        if !texts(extend, "disabledRules").is_empty() {
            self.not(
                "`extend.disabledRules`: rules have other names here; see `skant rules list` and `disable`",
            );
        }
    }

    fn allowlist(&mut self, list: &Table, rule: Option<&str>) {
        let of = rule.map_or(String::new(), |rule| format!(" of {rule}"));
        for key in ["regexes", "stopwords"] {
            if !texts(list, key).is_empty() {
                self.not(format!("`{key}` of an allowlist{of}: a value is allowed by its fingerprint alone; see `skant allow`"));
            }
        }
        let (paths, commits) = (texts(list, "paths"), texts(list, "commits"));
        let condition = list.get("condition").and_then(Value::as_str).unwrap_or("OR");
        let kinds = ["regexes", "stopwords", "paths", "commits"];
        let several = kinds.iter().filter(|key| !texts(list, key).is_empty()).count() > 1;
        if several && condition.eq_ignore_ascii_case("and") {
            self.not(format!("an allowlist{of} whose conditions have to hold together"));
            return;
        }
        if !texts(list, "targetRules").is_empty() {
            self.not(format!("an allowlist{of} with `targetRules`: rules have other names here"));
            return;
        }
        let description = list.get("description").and_then(Value::as_str).unwrap_or(".gitleaks.toml");
        let entry = || SuppressionEntry {
            rule: rule.map(str::to_owned),
            ..SuppressionEntry::new(EntrySource::Gitleaks, sanitize_reason(description))
        };
        if !paths.is_empty() {
            match PathPatterns::from_regexes(&paths) {
                Ok(paths) => {
                    self.0.settings.allow.push(SuppressionEntry { paths: Some(paths), ..entry() });
                }
                Err(_) => self.not(format!("`paths` of an allowlist{of}: an expression cannot be read")),
            }
        }
        for commit in commits {
            if commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let commit = Some(commit.to_ascii_lowercase());
                self.0.settings.allow.push(SuppressionEntry { commit, ..entry() });
            } else {
                self.not(format!("a commit of an allowlist{of} is no name of one"));
            }
        }
    }

    fn rule(&mut self, table: &Table, number: usize) {
        let name = name(table, number);
        if self.0.settings.rules.len() == MAX_RULES {
            return self.not(format!("{name}: there are more than {MAX_RULES} rules"));
        }
        match translated(table) {
            Ok(rule) => {
                let id = rule.id.to_string();
                for key in ["path", "entropy", "secretGroup"] {
                    if table.get(key).is_some_and(|value| value.as_integer() != Some(0)) {
                        self.not(format!("{name}: `{key}` does not count"));
                    }
                }
                self.0.settings.rules.push(rule);
                for list in allowlists(table) {
                    self.allowlist(list, Some(&id));
                }
            }
            Err(said) => self.not(format!("{name}: {said}")),
        }
    }
}

/// A rule's id, if nothing else can stand in it, and its number otherwise.
fn name(table: &Table, number: usize) -> String {
    let id = table.get("id").and_then(Value::as_str).unwrap_or_default();
    let plain = !id.is_empty()
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        && mask_line(id.as_bytes(), Some(&(0..id.len()))) == id.as_bytes();
    if plain && id.len() <= 64 { format!("rule {id}") } else { format!("rule {number}") }
}

/// A rule whose matches begin with fixed text is one of ours.
fn translated(table: &Table) -> Result<Rule, &'static str> {
    let id = table.get("id").and_then(Value::as_str).ok_or("it has no id")?;
    let Some(regex) = table.get("regex").and_then(Value::as_str) else {
        return Err("it goes by the path alone, which is no secret");
    };
    let (anchor, token) = begins_with(regex).ok_or(
        "its expression does not begin with fixed text of three characters or more; write it as a `[[rule]]` of skant.toml",
    )?;
    let dashed = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' };
    let id: String = id.chars().map(dashed).collect();
    let id = if id.trim_matches('-').contains('-') { id } else { format!("custom-{id}") };
    let title = table.get("description").and_then(Value::as_str).unwrap_or(&id).to_owned();
    let spec = format!(
        "id = {id:?}\nanchors = [{anchor:?}]\nalphabet = \"base64url\"\nself-terminating = true\nrandom = false"
    );
    let mut spec: RuleSpec = toml::from_str(&spec).map_err(|_| "its id cannot be taken over")?;
    (spec.title, spec.token) = (sanitize_reason(&title), Some(token));
    build_user_rule(spec).map_err(|_| "its expression cannot be used here")
}

/// The fixed text that an expression begins with, and the expression from there on.
fn begins_with(regex: &str) -> Option<(String, String)> {
    let regex = regex.trim().trim_start_matches("\\b");
    let (open, rest) = match regex.strip_prefix('(') {
        Some(rest) if !rest.starts_with('?') => ("(?P<secret>", rest),
        _ => ("", regex),
    };
    let is_fixed = |sign: char| sign.is_ascii_alphanumeric() || "_-:/=~@%#".contains(sign);
    let length = rest.find(|sign| !is_fixed(sign)).unwrap_or(rest.len());
    // What is repeated or optional is not fixed; nor is one of several.
    let repeated = rest[length..].starts_with(['?', '*', '+', '{']);
    let anchor = &rest[..length - usize::from(repeated && length > 0)];
    let several = has_choice(rest);
    (anchor.len() >= 3 && !several).then(|| (anchor.to_owned(), format!("{open}{rest}")))
}

/// Whether a `|` stands outside of inner groups and classes. The group that was opened before may end here.
fn has_choice(regex: &str) -> bool {
    let (mut depth, mut class, mut escaped) = (0_usize, false, false);
    for sign in regex.chars() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ']' => class = false,
            _ if class => {}
            '[' => class = true,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Imported {
        parse_toml_file(text.as_bytes(), FileOrigin::Repository).unwrap()
    }

    #[test]
    fn rules_that_begin_with_fixed_text_are_taken_over() {
        for (regex, anchor) in [
            ("acme_[a-z0-9]{32}", Some("acme_")),
            (r"\b(acme_[a-z0-9]{32})(?:['\x22\s]|$)", Some("acme_")),
            ("acme_s?[a-z]{9}", Some("acme_")),
            ("(?i)acme_[a-z]{9}", None),
            ("(acme|other)_[a-z]{9}", None),
            ("acme_[a-z|]{9}", Some("acme_")),
            ("acme_x|other", None),
            ("(?:acme_)[a-z]{9}", None),
            ("[a-z]{40}", None),
            ("ac[a-z]{40}", None),
            ("acme_(", None),
        ] {
            let imported = read(&format!("[[rules]]\nid = \"Acme key\"\nregex = '''{regex}'''\n"));
            let found = imported.settings.rules.first().map(|rule| rule.anchors[0].to_string());
            assert_eq!(found.as_deref(), anchor, "{regex}: {:?}", imported.untranslated);
            assert_eq!(imported.untranslated.len(), usize::from(anchor.is_none()), "{regex}");
        }
    }

    #[test]
    fn allowlists_of_paths_and_commits_are_taken_over_and_the_rest_is_told() {
        let imported = read(
            "title = \"x\"\n[extend]\nuseDefault = true\ndisabledRules = [\"aws\"]\npath = \"../x.toml\"\n\
             [allowlist]\ndescription = \"old\"\npaths = ['''(^|/)testdata/''', '''\\.lock$''']\n\
             commits = [\"0123456789abcdef0123456789abcdef01234567\"]\nregexes = ['''x''']\nstopwords = [\"y\"]\n\
             [[allowlists]]\ncondition = \"AND\"\npaths = [\"a\"]\ncommits = [\"0123456\"]\n\
             [[rules]]\nid = \"acme-key\"\nregex = \"acme_[a-z]{32}\"\nentropy = 3.5\n[[rules.allowlists]]\npaths = [\"docs/\"]\n\
             [[rules]]\nid = \"by-path\"\npath = \"x\"\n",
        );
        let allow = &imported.settings.allow;
        let matches = |at: usize, path: &str| allow[at].paths.as_ref().unwrap().matches(path.as_bytes());
        assert!(matches(0, "a/testdata/x") && matches(0, "Cargo.lock") && !matches(0, "src/x.rs"));
        assert_eq!((allow[0].reason.as_str(), allow[1].commit.as_deref().unwrap().len()), ("old", 40));
        assert!(matches(2, "docs/x") && allow[2].rule.as_deref() == Some("acme-key"));
        assert_eq!(allow.len(), 3);
        let said = imported.untranslated.join("\n");
        for part in [
            "disabledRules",
            "another file",
            "`regexes`",
            "`stopwords`",
            "hold together",
            "`entropy`",
            "rule by-path",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert_eq!(imported.untranslated.len(), 7, "{said}");
    }

    #[test]
    fn an_ignore_file_names_places() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let imported = parse_ignore_file(
            format!("# a\n\n{commit}:app/[x]:y.py:generic-api-key:7\nb.env:rule:3\nodd\nb:c:d\n").as_bytes(),
        );
        let allow = &imported.settings.allow;
        assert_eq!((allow.len(), imported.untranslated.len()), (2, 2));
        assert_eq!((allow[0].commit.as_deref(), allow[0].line), (Some(commit), Some(7)));
        assert!(allow[0].paths.as_ref().unwrap().matches(b"app/[x]:y.py"));
        let paths = allow[1].paths.as_ref().unwrap();
        assert!(paths.matches(b"b.env") && !paths.matches(b"a/b.env"));
    }

    #[test]
    fn nothing_of_a_repositorys_file_is_quoted() {
        let error =
            parse_toml_file(b"machine example.com login hunter2", FileOrigin::Repository).unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
        let imported = read("[[rules]]\nid = \"HUNTER2\"\nregex = \"[a-z]hunter2\"\n");
        assert!(!imported.untranslated.join("").to_lowercase().contains("hunter2"));
        assert!(!parse_ignore_file(b"hunter2").untranslated.join("").contains("hunter2"));
    }
}
