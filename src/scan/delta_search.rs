//! The search of objects as packs store them: of a version of a file, only what it adds to its base is searched.

use crate::detect::{Detector, ScanState};
use crate::git::ObjectKind;
use crate::source::{ObjectView, Visitor};
use crate::text::CopiedRange;

/// A search of blobs by their scan states, and of commits and tags as a whole.
pub(crate) trait ObjectSearch: Sync {
    /// Whether the parts of a blob that are copied from another one are searched again.
    fn is_full(&self) -> bool;

    /// Searches a blob. `scan` computes its scan state, from nothing or from that of the blob it is a delta of.
    fn search_blob(&self, blob: &ObjectView<'_>, scan: impl FnOnce(&Detector) -> ScanState) -> ScanState;

    /// Searches an object of another kind.
    fn search_text(&self, object: &ObjectView<'_>);
}

/// Passes objects to a search, and the scan state of a base to the versions that derive from it.
pub(crate) struct AlongDeltas<'s, S>(pub(crate) &'s S);

impl<S: ObjectSearch> Visitor for AlongDeltas<'_, S> {
    /// The scan state of a blob. Messages are searched whole.
    type State = Option<ScanState>;

    fn visit_full(&self, object: &ObjectView<'_>) -> Option<ScanState> {
        if object.kind == ObjectKind::Blob {
            return Some(self.0.search_blob(object, |detector| detector.scan_state(object.bytes)));
        }
        self.0.search_text(object);
        None
    }

    fn visit_delta(
        &self,
        object: &ObjectView<'_>,
        base: &Option<ScanState>,
        copies: &[CopiedRange],
    ) -> Option<ScanState> {
        match base {
            Some(state) if !self.0.is_full() => Some(
                self.0.search_blob(object, |detector| detector.update_state(object.bytes, state, copies)),
            ),
            _ => self.visit_full(object),
        }
    }
}
