//! Locations of results.
//!
//! GitHub rejects a whole file if a result has no physical location, or a location with a scheme. A location outside
//! the checked-out files therefore has a relative URI below `.git/skant/`: no git tree can hold a path below `.git`, so
//! nobody mistakes it for a tracked file. A logical location describes it in words.

use std::collections::BTreeSet;

use crate::finding;
use crate::finding::{Companion, Finding, LocationKind, Scope, ScopeKind};
use crate::report::sarif::model::{
    ArtifactLocation, Content, Location, LogicalLocation, PhysicalLocation, Region, Text,
};
use crate::report::words::in_working_tree;
use crate::text::push_percent;

/// Returns the locations of a finding without those that are the same place of the checked-out commit, those in that
/// commit first.
pub(crate) fn distinct<'r>(finding: &'r Finding, scope: &Scope) -> Vec<&'r finding::Location> {
    let mut seen = BTreeSet::new();
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    for place in &finding.locations {
        match in_working_tree(place, scope) {
            Some(shown) if seen.insert((&shown.path, shown.bytes, &shown.via)) => here.push(place),
            Some(_) => {}
            None => elsewhere.push(place),
        }
    }
    here.append(&mut elsewhere);
    here
}

/// Returns a location of a finding: in the checked-out commit, if that holds it.
pub(crate) fn location<'r>(
    finding: &'r Finding,
    place: &'r finding::Location,
    scope: &Scope,
) -> Location<'r> {
    let file = place.kind == LocationKind::File;
    if let Some(shown) = in_working_tree(place, scope) {
        let (region, context_region) = regions(finding, shown);
        return physical(uri(&shown.path), region, context_region, Vec::new());
    }
    let (region, context_region) = regions(finding, place);
    let store = match (&place.commit, &place.blob) {
        (Some(commit), _) if file => format!("commit/{}/", commit.id),
        (None, Some(blob)) if file => format!("blob/{blob}/"),
        _ => format!("{}/", place.kind.name()),
    };
    let name = match (&place.commit, file) {
        (Some(commit), true) => format!("{}:{}", commit.id, place.path),
        _ => place.path.clone(),
    };
    elsewhere(&format!("{store}{}", place.path), name, place.kind, region, context_region)
}

/// Returns the region of the value, and that of its line.
fn regions<'r>(finding: &'r Finding, place: &'r finding::Location) -> (Region<'r>, Option<Region<'r>>) {
    // The line of a person or of `Signed-off-by` would reveal a name.
    let line = place.snippet.as_ref().filter(|_| place.kind == LocationKind::File);
    let (start, end) = (place.start.line.max(1), place.end.line.max(1));
    let context_region = line.map(|snippet| Region {
        start_line: start,
        end_line: Some(end),
        snippet: Some(Content { text: &snippet.line }),
        ..Region::default()
    });
    let region = Region {
        start_line: start,
        start_column: Some(place.start.column.max(1)),
        end_line: Some(end),
        end_column: Some(place.end.column.max(1)),
        byte_offset: Some(place.bytes.0),
        byte_length: Some(place.bytes.1.saturating_sub(place.bytes.0)),
        snippet: Some(Content { text: &finding.secret.text }),
    };
    (region, context_region)
}

/// Returns the location of the companion in a credential pair.
pub(crate) fn companion<'r>(
    finding: &'r Finding,
    place: &'r finding::Location,
    scope: &Scope,
) -> Option<Location<'r>> {
    let shown = in_working_tree(place, scope).unwrap_or(place);
    let Companion { name, masked, start, end, bytes } = shown.companion.as_ref()?;
    let mut there = location(finding, place, scope);
    let region = &mut there.physical_location.region;
    (region.start_line, region.end_line) = (start.line.max(1), Some(end.line.max(1)));
    (region.start_column, region.end_column) = (Some(start.column.max(1)), Some(end.column.max(1)));
    (region.byte_offset, region.byte_length) = (Some(bytes.0), Some(bytes.1.saturating_sub(bytes.0)));
    region.snippet = Some(Content { text: masked });
    there.physical_location.context_region = None;
    there.message = Some(Text { text: name.to_string() });
    Some(there)
}

/// Returns the location of a suppressed finding.
pub(crate) fn suppressed<'r>(suppressed: &finding::Suppressed, scope: &Scope) -> Location<'r> {
    let region = Region { start_line: suppressed.line.max(1), ..Region::default() };
    let (kind, path) = (suppressed.kind, &suppressed.path);
    if kind == LocationKind::File && scope.kind != ScopeKind::History {
        return physical(uri(path), region, None, Vec::new());
    }
    elsewhere(&format!("{}/{path}", kind.name()), path.clone(), kind, region, None)
}

fn elsewhere<'r>(
    path: &str,
    fully_qualified_name: String,
    kind: LocationKind,
    region: Region<'r>,
    context_region: Option<Region<'r>>,
) -> Location<'r> {
    let logical = LogicalLocation { fully_qualified_name, kind: kind.name() };
    physical(format!(".git/skant/{}", uri(path)), region, context_region, vec![logical])
}

fn physical<'r>(
    uri: String,
    region: Region<'r>,
    context_region: Option<Region<'r>>,
    logical_locations: Vec<LogicalLocation>,
) -> Location<'r> {
    let artifact_location = ArtifactLocation { uri };
    let physical_location = PhysicalLocation { artifact_location, region, context_region };
    Location { physical_location, message: None, logical_locations }
}

/// Returns a relative URI reference for a report path, in which `%XX` is an escaped byte already. Colons are escaped,
/// because `a:b` would have the scheme `a`; a second leading slash is escaped, because `//a` would be a host.
pub(crate) fn uri(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = String::with_capacity(path.len());
    for (at, &byte) in bytes.iter().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~/@!$&'()*+,;=".contains(&byte);
        let escaped = byte == b'%'
            && bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        if (plain && !(at == 1 && path.starts_with("//"))) || escaped {
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

    #[test]
    fn a_path_becomes_a_relative_reference_and_is_not_escaped_twice() {
        let cases = [
            ("app/.env", "app/.env"),
            ("a b#c?d", "a%20b%23c%3Fd"),
            ("100%25/%FF%0A", "100%25/%FF%0A"),
            ("bare%zz%", "bare%25zz%25"),
            ("grün", "gr%C3%BCn"),
            ("c:/x", "c%3A/x"),
            ("//host/x", "/%2Fhost/x"),
            ("app/[id]/(group)/@x", "app/%5Bid%5D/(group)/@x"),
            ("\"<>\\^`{|}", "%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ];
        for (path, expected) in cases {
            assert_eq!(uri(path), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn distinct_paths_have_distinct_references(one in proptest::collection::vec(0u8.., 0..12), two in proptest::collection::vec(0u8.., 0..12)) {
            let reference = |path: &[u8]| uri(&crate::text::escape_path(path));
            proptest::prop_assert_eq!(one == two, reference(&one) == reference(&two));
            proptest::prop_assert!(reference(&one).bytes().all(|byte| byte.is_ascii_graphic() && byte != b':'));
        }
    }
}
