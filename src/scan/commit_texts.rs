//! Evidence in the message and the header of a commit or tag.

use crate::assess::{Occurrence, TextOrigin};
use crate::finding::{CommitInfo, LocationKind, Problem};
use crate::git::{ObjectKind, Oid, Signature, message_start};
use crate::scan::scanner::Scanner;

/// Searches the header and the message of a commit or tag separately. Lines are counted from the first line of the
/// message.
pub(crate) fn search_commit_texts(
    scanner: &Scanner,
    oid: &Oid,
    kind: ObjectKind,
    bytes: &[u8],
    commit: impl Fn() -> Option<CommitInfo>,
) -> Result<Vec<Occurrence>, Problem> {
    let object = if kind == ObjectKind::Tag { "tag" } else { "commit" };
    let shown = || format!("{object} {:.12}", oid.to_string());
    let start = message_start(bytes);
    let assessor = scanner.assessor();
    let mut occurrences = Vec::new();
    for (kind, text) in [(LocationKind::Identity, &bytes[..start]), (LocationKind::Message, &bytes[start..])]
    {
        let found = scanner.search_name(text, shown)?;
        // Signatures in headers are full of random values near names, so generic rules say nothing there.
        let is_header = kind == LocationKind::Identity;
        let found = found.into_iter().filter(|one| !is_header || assessor.rule(one).is_provider());
        occurrences.extend(found.map(|evidence| Occurrence {
            rated: assessor.rate(evidence),
            origin: TextOrigin {
                kind,
                path: Vec::new(),
                shown: shown(),
                blob: None,
                commit: commit(),
                is_current: false,
            },
            at_head: None,
        }));
    }
    Ok(occurrences)
}

/// Returns a commit as reports show it.
pub(crate) fn commit_info(scanner: &Scanner, oid: &Oid, author: &Signature) -> CommitInfo {
    let date = jiff::Timestamp::from_second(author.time).ok().map(|time| time.to_string());
    CommitInfo { id: oid.to_string(), author: scanner.shown_person(&author.identity), date }
}
