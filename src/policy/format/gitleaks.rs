//! Translates `.gitleaks.toml` and `.gitleaksignore` into settings, and lists the parts that do not translate.
//! Formats: gitleaks' README, "Configuration" and ".gitleaksignore".
//!
//! Takes over allowlists of paths and commits, and rules that begin with fixed text. Quotes nothing of the files but
//! plain ids of rules.

use toml::{Table, Value};

use super::error::Fault;
use crate::policy::suppress::baseline::sanitize_reason;
use crate::policy::suppress::{EntrySource, SuppressionEntry};
use crate::policy::{ConfigError, FileOrigin, PathPatterns, Settings};
use crate::rules::{MAX_RULES, Rule, RuleSpec, build_user_rule};
use crate::secret::mask_line;

/// Translated settings, and the parts that do not translate.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The translated settings.
    pub settings: Settings,
    /// The parts that do not translate, in words.
    pub untranslated: Vec<String>,
}

/// Translates a `.gitleaks.toml`.
///
/// # Errors
/// The file is not valid TOML.
pub fn parse_toml_file(bytes: &[u8], origin: FileOrigin) -> Result<Imported, ConfigError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        ConfigError::new(bytes, at..at, Fault::new("skant::config::not_utf8", "it is not UTF-8"), origin)
    })?;
    let table: Table = toml::from_str(text).map_err(|error| ConfigError::from_toml(bytes, &error, origin))?;
    let mut importer = Importer(Imported::default());
    if let Some(extend) = table.get("extend").and_then(Value::as_table) {
        importer.extend(extend);
    }
    for list in allowlists(&table) {
        importer.allowlist(list, None);
    }
    for (rule, number) in tables(table.get("rules")).into_iter().zip(1..) {
        importer.rule(rule, number);
    }
    Ok(importer.0)
}

/// Translates a `.gitleaksignore`. A line is `FILE:RULE:LINE` or `COMMIT:FILE:RULE:LINE`. The rules have other names
/// here, so only the location decides.
#[must_use]
pub fn parse_ignore_file(bytes: &[u8]) -> Imported {
    let mut imported = Imported::default();
    let text = String::from_utf8_lossy(bytes);
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match translate_line(line) {
            Some(entry) => imported.settings.allow.push(entry),
            None => imported
                .untranslated
                .push(format!("line {number} is not `FILE:RULE:LINE` or `COMMIT:FILE:RULE:LINE`")),
        }
    }
    imported
}

fn translate_line(line: &str) -> Option<SuppressionEntry> {
    let mut parts = line.rsplitn(3, ':');
    let (number, _rule, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let is_commit = |text: &str| matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let (commit, path) = match rest.split_once(':') {
        Some((commit, path)) if is_commit(commit) => (Some(commit.to_ascii_lowercase()), path),
        _ => (None, rest),
    };
    // On Windows gitleaks writes paths with backslashes, which names may have elsewhere.
    let pattern = |path: &str| format!("/{}", literal_pattern(path));
    let patterns = [pattern(path), pattern(&path.replace('\\', "/"))];
    Some(SuppressionEntry {
        paths: Some(PathPatterns::new(&patterns).ok()?),
        commit,
        line: Some(number.parse().ok()?),
        ..SuppressionEntry::new(EntrySource::Gitleaks, ".gitleaksignore".to_owned())
    })
}

/// Returns a pattern that matches a path and nothing else.
fn literal_pattern(path: &str) -> String {
    path.chars().fold(String::new(), |mut pattern, character| {
        // A space at the end of a pattern would be cut off.
        if "*?[]{}\\ ".contains(character) {
            pattern.push('[');
            pattern.push(character);
            pattern.push(']');
        } else {
            pattern.push(character);
        }
        pattern
    })
}

/// Returns the tables of a value that is one table or a list.
fn tables(value: Option<&Value>) -> Vec<&Table> {
    match value {
        Some(Value::Table(table)) => vec![table],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_table).collect(),
        _ => Vec::new(),
    }
}

/// Returns the allowlists of a table under their old and their new name.
fn allowlists(table: &Table) -> Vec<&Table> {
    ["allowlist", "allowlists"].into_iter().flat_map(|key| tables(table.get(key))).collect()
}

fn texts(table: &Table, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|text| Some(text.as_str()?.to_owned())).collect()
}

struct Importer(Imported);

impl Importer {
    fn leave_out(&mut self, text: impl Into<String>) {
        self.0.untranslated.push(text.into());
    }

    fn extend(&mut self, extend: &Table) {
        if ["path", "url"].iter().any(|key| extend.contains_key(*key)) {
            self.leave_out(
                "`extend` names another file, which is not read; list it in `extends` of skant.toml",
            );
        }
        if !texts(extend, "disabledRules").is_empty() {
            self.leave_out(
                "`extend.disabledRules`: rules have other names here; see `skant rules list` and `disable`",
            );
        }
    }

    fn allowlist(&mut self, list: &Table, rule: Option<&str>) {
        let of = rule.map_or(String::new(), |rule| format!(" of {rule}"));
        for key in ["regexes", "stopwords"] {
            if !texts(list, key).is_empty() {
                self.leave_out(format!(
                    "`{key}` of an allowlist{of}: only a fingerprint allows a value; see `skant allow`"
                ));
            }
        }
        let (paths, commits) = (texts(list, "paths"), texts(list, "commits"));
        let condition = list.get("condition").and_then(Value::as_str).unwrap_or("OR");
        let kinds = ["regexes", "stopwords", "paths", "commits"];
        let several = kinds.iter().filter(|key| !texts(list, key).is_empty()).count() > 1;
        if several && condition.eq_ignore_ascii_case("and") {
            self.leave_out(format!("an allowlist{of} with `condition = \"AND\"`"));
            return;
        }
        if !texts(list, "targetRules").is_empty() {
            self.leave_out(format!("an allowlist{of} with `targetRules`: rules have other names here"));
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
                Err(_) => {
                    self.leave_out(format!("`paths` of an allowlist{of}: an expression cannot be used"));
                }
            }
        }
        for commit in commits {
            if commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let commit = Some(commit.to_ascii_lowercase());
                self.0.settings.allow.push(SuppressionEntry { commit, ..entry() });
            } else {
                self.leave_out(format!("a commit of an allowlist{of} is not the id of a commit"));
            }
        }
    }

    fn rule(&mut self, table: &Table, number: usize) {
        let name = rule_name(table, number);
        if self.0.settings.rules.len() == MAX_RULES {
            return self.leave_out(format!("{name}: there are more than {MAX_RULES} rules"));
        }
        match translate_rule(table) {
            Ok(rule) => {
                let id = rule.id.to_string();
                for key in ["path", "entropy", "secretGroup"] {
                    if table.get(key).is_some_and(|value| value.as_integer() != Some(0)) {
                        self.leave_out(format!("{name}: `{key}` does not apply"));
                    }
                }
                self.0.settings.rules.push(rule);
                for list in allowlists(table) {
                    self.allowlist(list, Some(&id));
                }
            }
            Err(reason) => self.leave_out(format!("{name}: {reason}")),
        }
    }
}

/// Returns the id of a rule if it cannot hold a secret, and the number of the rule otherwise.
fn rule_name(table: &Table, number: usize) -> String {
    let id = table.get("id").and_then(Value::as_str).unwrap_or_default();
    let plain = !id.is_empty()
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        && mask_line(id.as_bytes(), Some(&(0..id.len()))) == id.as_bytes();
    if plain && id.len() <= 64 { format!("rule {id}") } else { format!("rule {number}") }
}

/// Translates a rule whose matches begin with fixed text.
fn translate_rule(table: &Table) -> Result<Rule, &'static str> {
    let id = table.get("id").and_then(Value::as_str).ok_or("it has no id")?;
    let Some(regex) = table.get("regex").and_then(Value::as_str) else {
        return Err("it matches paths only, and a path is not a secret");
    };
    let (anchor, token) = split_anchor(regex).ok_or(
        "its expression does not begin with fixed text of three characters or more; write a `[[rule]]` in skant.toml",
    )?;
    let dashed = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let id: String = id.chars().map(dashed).collect();
    let id = if id.trim_matches('-').contains('-') { id } else { format!("custom-{id}") };
    let title = table.get("description").and_then(Value::as_str).unwrap_or(&id).to_owned();
    let spec = format!(
        "id = {id:?}\nanchors = [{anchor:?}]\nalphabet = \"base64url\"\nself-terminating = true\nrandom = false"
    );
    let mut spec: RuleSpec = toml::from_str(&spec).map_err(|_| "its id cannot be used here")?;
    (spec.title, spec.token) = (sanitize_reason(&title), Some(token));
    build_user_rule(spec).map_err(|_| "its expression cannot be used here")
}

/// Returns the fixed text at the start of an expression, and the expression from that text on.
fn split_anchor(regex: &str) -> Option<(String, String)> {
    let regex = regex.trim().trim_start_matches("\\b");
    let (open, rest) = match regex.strip_prefix('(') {
        Some(rest) if !rest.starts_with('?') => ("(?P<secret>", rest),
        _ => ("", regex),
    };
    let is_fixed = |c: char| c.is_ascii_alphanumeric() || "_-:/=~@%#".contains(c);
    let length = rest.find(|c| !is_fixed(c)).unwrap_or(rest.len());
    // A repeated or optional character is not fixed, and neither is one of several alternatives.
    let is_repeated = rest[length..].starts_with(['?', '*', '+', '{']);
    let anchor = &rest[..length - usize::from(is_repeated && length > 0)];
    (anchor.len() >= 3 && !has_alternatives(rest)).then(|| (anchor.to_owned(), format!("{open}{rest}")))
}

/// Whether a `|` is outside of inner groups and classes. A group that was opened before may end here.
fn has_alternatives(regex: &str) -> bool {
    let (mut depth, mut class, mut escaped) = (0_usize, false, false);
    for character in regex.chars() {
        match character {
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
    fn rules_that_begin_with_fixed_text_are_translated() {
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
    fn allowlists_of_paths_and_commits_are_translated_and_the_rest_is_listed() {
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
        let listed = imported.untranslated.join("\n");
        for part in [
            "disabledRules",
            "another file",
            "`regexes`",
            "`stopwords`",
            "condition",
            "`entropy`",
            "rule by-path",
        ] {
            assert!(listed.contains(part), "{part}: {listed}");
        }
        assert_eq!(imported.untranslated.len(), 7, "{listed}");
    }

    #[test]
    fn an_ignore_file_names_locations() {
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
    fn nothing_of_a_repository_file_is_quoted() {
        let error =
            parse_toml_file(b"machine example.com login hunter2", FileOrigin::Repository).unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
        let imported = read("[[rules]]\nid = \"HUNTER2\"\nregex = \"[a-z]hunter2\"\n");
        assert!(!imported.untranslated.join("").to_lowercase().contains("hunter2"));
        let of_windows = parse_ignore_file(br"sub\b.env:generic-api-key:1");
        let paths = of_windows.settings.allow[0].paths.as_ref().unwrap();
        assert!(paths.matches(b"sub/b.env") && paths.matches(br"sub\b.env") && !paths.matches(b"sub/c.env"));
        assert!(!parse_ignore_file(b"hunter2").untranslated.join("").contains("hunter2"));
    }
}
