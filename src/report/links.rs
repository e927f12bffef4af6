//! Links to the line of a finding on a code host.

use crate::finding::{Location, LocationKind, Scope};
use crate::report::words;
use crate::text::push_percent;

/// The mask of a whole secret in a path.
const MASK: &str = "********";

/// The address of a repository's files on a code host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkBase {
    /// The part before the commit, such as `https://github.com/ada/shop/blob/`.
    start: String,
    /// The part before the number of the line, such as `#L`.
    line: &'static str,
    /// The commit of the files on disk, if it is known.
    commit: Option<String>,
}

impl LinkBase {
    /// Returns the base for an address of the environment; `None` if it is no plain web address.
    pub(crate) fn new(start: &str, line: &'static str, commit: Option<&str>) -> Option<Self> {
        let rest = start.strip_prefix("https://").or_else(|| start.strip_prefix("http://"))?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
        let is_id = |commit: &&str| commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        (!rest.is_empty() && rest.bytes().all(is_plain)).then(|| Self {
            start: start.to_owned(),
            line,
            commit: commit.filter(is_id).map(str::to_owned),
        })
    }

    /// Returns the address of a location: the line at the commit that it is reported in. `None` for a location that is no
    /// file of a known commit, or has a masked path.
    pub(crate) fn of(&self, location: &Location, scope: &Scope) -> Option<String> {
        if location.kind != LocationKind::File || location.path.contains(MASK) {
            return None;
        }
        let on_disk = || words::in_working_tree(location, scope).and(self.commit.as_deref());
        let commit = location.commit.as_ref().map(|commit| commit.id.as_str()).or_else(on_disk)?;
        let is_id = commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        let line = location.start.line;
        is_id.then(|| format!("{}{commit}/{}{}{line}", self.start, address_of(&location.path), self.line))
    }
}

/// Returns a path as a part of an address. Reports have its unusual bytes percent-escaped already, `%` as well.
fn address_of(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte) {
            out.push(char::from(byte));
        } else {
            push_percent(&mut out, byte);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::ScopeKind;
    use crate::report::samples;

    fn base(commit: Option<&str>) -> LinkBase {
        LinkBase::new("https://github.com/ada/shop/blob/", "#L", commit).unwrap()
    }

    #[test]
    fn a_location_has_the_address_of_its_line_at_its_commit() {
        let scope = Scope { kind: ScopeKind::History, ..Scope::default() };
        let mut place = samples::location("a b/ü%25(x)|.env");
        assert_eq!(base(Some(samples::COMMIT)).of(&place, &scope), None, "a history, and no commit");
        place.commit = Some(samples::commit(samples::COMMIT));
        let expected =
            format!("https://github.com/ada/shop/blob/{}/a%20b/%C3%BC%25%28x%29%7C.env#L3", samples::COMMIT);
        assert_eq!(base(None).of(&place, &scope), Some(expected));
        place.kind = LocationKind::Message;
        assert_eq!(base(None).of(&place, &scope), None);
        let masked = Location { kind: LocationKind::File, path: format!("keys/{MASK}.txt"), ..place };
        assert_eq!(base(None).of(&masked, &scope), None);
    }

    #[test]
    fn files_on_disk_are_those_of_the_commit_of_the_run() {
        let (scope, place) = (Scope::default(), samples::location("a.env"));
        let commit = "1".repeat(40);
        assert_eq!(base(None).of(&place, &scope), None);
        let expected = format!("https://github.com/ada/shop/blob/{commit}/a.env#L3");
        assert_eq!(base(Some(&commit)).of(&place, &scope), Some(expected));
        assert_eq!(base(Some("main")).of(&place, &scope), None);
    }

    #[test]
    fn only_a_plain_web_address_is_a_base() {
        for wrong in ["", "https://", "javascript:alert(1)", "https://a/b)c", "https://u@h/x", "https://a b/"]
        {
            assert_eq!(LinkBase::new(wrong, "#L", None), None, "{wrong}");
        }
    }
}
