//! The seam between readers of object databases and their users.
//!
//! A reader calls a [`Visitor`] for every object. It does not know what the visitor does with the bytes, and the
//! visitor does not know whether they come from a pack or a loose object.

use crate::git::{ObjectKind, Oid};
use crate::text::CopiedRange;

/// One git object, borrowed from the buffer of its reader.
#[derive(Clone, Copy, Debug)]
pub struct ObjectView<'b> {
    /// Its name.
    pub oid: Oid,
    /// Its kind. Besides blobs, readers pass commits, tags (for their messages) and trees (for the names in them).
    pub kind: ObjectKind,
    /// Its content, without header.
    pub bytes: &'b [u8],
}

/// A receiver of objects, called from several threads.
///
/// A pack stores most versions of a file as a delta to another version. A reader that decodes along the deltas
/// passes the state of a base to its derived versions, so that a visitor can scan the changed parts only. A
/// reader that knows no deltas calls [`Visitor::visit_full`] alone.
pub trait Visitor: Sync {
    /// Knowledge about an object that is useful for the versions stored as a delta to it.
    type State: Send;

    /// Visits an object without a known base.
    fn visit_full(&self, object: &ObjectView<'_>) -> Self::State;

    /// Visits an object that is stored as a delta to a visited base. `copies` are the ranges that both share, in
    /// the order of the object. The default ignores them and visits the object in full.
    fn visit_delta(
        &self,
        object: &ObjectView<'_>,
        base: &Self::State,
        copies: &[CopiedRange],
    ) -> Self::State {
        let _ = (base, copies);
        self.visit_full(object)
    }
}
