//! Archives, recognised by their bytes and never by a name: each format of [`FORMATS`] is a file. An archive is
//! unpacked into members; a part that cannot be read is a [`Fault`], and the rest is read.
//!
//! Archives come from strangers. No size that an archive states is trusted, and [`UnpackBudget`] limits what is
//! unpacked. The module unpacks one level: the visitor unpacks members that are archives. It writes no files.

mod ar;
mod bzip2;
mod cpio;
mod ds_store;
mod git_pack;
mod gzip;
pub(crate) mod image;
mod inflate;
mod java_class;
mod little_endian;
mod lz4;
mod mail;
mod member;
mod png;
mod python_code;
pub(crate) mod sqlite;
mod stream;
mod tar;
mod unpack_budget;
mod unsupported;
mod xz;
mod zip;
mod zlib;
mod zstd;

pub(crate) use member::{Fault, Member, Visit};
pub use member::{FaultKind, Unpacked};
pub use unpack_budget::UnpackBudget;

use member::fault;
use unsupported::unsupported;

pub(crate) use zlib::{is_deflate, may_be_deflate};

/// A format that is unpacked. Each is a file of this folder and a row of [`FORMATS`].
struct Format {
    /// Returns whether a text is of the format. Reads only a few bytes.
    recognizes: fn(&[u8]) -> bool,
    unpack: fn(&[u8], &mut UnpackBudget, &mut Visit<'_>),
    /// Whether base64 and hexadecimal digits of the format occur.
    occurs_encoded: bool,
}

/// The formats except zip. The first one that recognizes a text unpacks it.
const FORMATS: &[Format] = &[
    Format { recognizes: gzip::has_signature, unpack: gzip::unpack, occurs_encoded: true },
    Format { recognizes: tar::has_header, unpack: tar::unpack, occurs_encoded: false },
    Format { recognizes: zlib::has_signature, unpack: zlib::unpack, occurs_encoded: true },
    Format { recognizes: png::has_text, unpack: png::unpack, occurs_encoded: false },
    Format { recognizes: xz::has_signature, unpack: xz::unpack, occurs_encoded: true },
    Format { recognizes: xz::is_lzma, unpack: xz::unpack_lzma_file, occurs_encoded: false },
    Format { recognizes: bzip2::has_signature, unpack: bzip2::unpack, occurs_encoded: true },
    Format { recognizes: zstd::has_signature, unpack: zstd::unpack, occurs_encoded: true },
    Format { recognizes: lz4::has_signature, unpack: lz4::unpack, occurs_encoded: false },
    Format { recognizes: sqlite::has_header, unpack: sqlite::unpack, occurs_encoded: false },
    Format { recognizes: sqlite::has_log_header, unpack: sqlite::unpack_log, occurs_encoded: false },
    Format { recognizes: sqlite::has_journal_header, unpack: sqlite::unpack_journal, occurs_encoded: false },
    Format { recognizes: git_pack::has_header, unpack: git_pack::unpack, occurs_encoded: false },
    Format { recognizes: git_pack::is_bundle, unpack: git_pack::unpack_bundle, occurs_encoded: false },
    Format { recognizes: ar::has_header, unpack: ar::unpack, occurs_encoded: false },
    Format { recognizes: cpio::has_header, unpack: cpio::unpack, occurs_encoded: false },
    Format { recognizes: java_class::has_header, unpack: java_class::unpack, occurs_encoded: false },
    Format { recognizes: python_code::has_header, unpack: python_code::unpack, occurs_encoded: false },
    Format { recognizes: ds_store::has_header, unpack: ds_store::unpack, occurs_encoded: false },
    Format { recognizes: mail::is_mail, unpack: mail::unpack, occurs_encoded: false },
];

/// Returns whether a text begins with the signature of a format that also occurs in base64.
#[must_use]
pub(crate) fn has_signature(text: &[u8]) -> bool {
    zip::has_signature(text)
        || FORMATS.iter().any(|format| format.occurs_encoded && (format.recognizes)(text))
}

/// Unpacks deflate without a header, which only [`is_deflate`] recognises.
pub(crate) fn unpack_deflate(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    zlib::unpack_deflate(text, budget, visit);
}

/// Returns whether a text is an archive, supported or not. Reads a few bytes, and the last 64 KiB for the end of a zip.
#[must_use]
pub fn is_archive(text: &[u8]) -> bool {
    zip::has_signature(text)
        || zip::find_end(text).is_some()
        || FORMATS.iter().any(|format| (format.recognizes)(text))
        || unsupported(text).is_some()
}

/// Returns whether a part of a file may end inside of an archive that begins anywhere in it.
pub(crate) fn may_cut_archive(text: &[u8]) -> bool {
    is_archive(text) || zip::may_be_cut(text)
}

/// Returns whether a label is that of a part of an e-mail, which is a text whatever its parts are.
pub(crate) fn is_part_of_mail(label: &str) -> bool {
    mail::FORMATS.iter().any(|format| label.split(':').next() == Some(format))
}

/// Unpacks an archive. A text may be two archives at once, since a zip is also recognised by its end. Then the faults of
/// the zip do not count: what looks like a zip may be values of a database that are not next to each other.
pub fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let mut read_to = None;
    if let Some(format) = FORMATS.iter().find(|format| (format.recognizes)(text)) {
        let mut last = 0;
        (format.unpack)(text, budget, &mut |part, budget| {
            last = last.max(match &part {
                Unpacked::Member(member) => member.span.end,
                Unpacked::Copy { span, .. } => span.end,
                Unpacked::Fault(_) => 0,
            });
            visit(part, budget);
        });
        read_to = Some(last);
    } else if let Some(message) = unsupported(text) {
        visit(fault(FaultKind::Unsupported, message, "archive".to_owned()), budget);
        read_to = Some(0);
    }
    if zip::has_signature(text) {
        return zip::unpack(text, budget, visit);
    }
    match (zip::find_end(text), read_to) {
        (Some(_), None) => zip::unpack(text, budget, visit),
        // A zip that ends inside of a member is a part of it, such as the last value of a database.
        (Some(end), Some(read_to)) if end >= read_to => zip::unpack_beside(text, budget, visit),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
