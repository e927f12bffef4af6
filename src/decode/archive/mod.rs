//! Archives: gzip, zlib, zip and tar, and the texts of PNG images, recognised by their bytes and never by a name. An archive is unpacked into members; a
//! part that cannot be read is a [`Fault`], and the rest is read.
//!
//! Archives come from strangers. No size that an archive states is trusted, and [`UnpackBudget`] limits what is
//! unpacked. The module unpacks one level: the visitor unpacks members that are archives. It writes no files.

mod gzip;
mod inflate;
mod little_endian;
mod member;
mod png;
mod tar;
mod unpack_budget;
mod unsupported;
mod zip;
mod zlib;

pub(crate) use member::{Fault, Member, Visit};
pub use member::{FaultKind, Unpacked};
pub use unpack_budget::UnpackBudget;

use member::fault;
use unsupported::unsupported;

pub(crate) use zlib::{is_deflate, may_be_deflate};

/// Returns whether a text begins with the signature of gzip, zlib or zip, the formats that also occur in base64.
#[must_use]
pub(crate) fn has_signature(text: &[u8]) -> bool {
    gzip::has_signature(text) || zip::has_signature(text) || zlib::has_signature(text)
}

/// Unpacks deflate without a header, which only [`is_deflate`] recognises.
pub(crate) fn unpack_deflate(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    zlib::unpack_deflate(text, budget, visit);
}

/// Returns whether a text is an archive, supported or not. Reads only a few bytes.
#[must_use]
pub fn is_archive(text: &[u8]) -> bool {
    has_signature(text)
        || tar::has_header(text)
        || zip::has_end(text)
        || png::has_text(text)
        || unsupported(text).is_some()
}

/// Unpacks an archive. A text may be two archives at once, since a zip is also recognised by its end.
pub fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    if gzip::has_signature(text) {
        gzip::unpack(text, budget, visit);
    } else if tar::has_header(text) {
        tar::unpack(text, budget, visit);
    } else if zlib::has_signature(text) {
        zlib::unpack(text, budget, visit);
    } else if png::has_text(text) {
        png::unpack(text, budget, visit);
    } else if let Some(message) = unsupported(text) {
        visit(fault(FaultKind::Unsupported, message, "archive".to_owned()), budget);
    }
    if zip::has_signature(text) || zip::has_end(text) {
        zip::unpack(text, budget, visit);
    }
}

#[cfg(test)]
mod tests;
