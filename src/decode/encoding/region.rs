//! Encodings, and the regions of a text that are written in one.

use std::ops::Range;

use crate::decode::source_map::Decoded;

/// A way to write text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// Base64 of the standard or the URL-safe alphabet, in one line or wrapped.
    Base64,
    /// Base32: uppercase letters and the digits from 2 to 7.
    Base32,
    /// Two hexadecimal digits per byte.
    Hex,
    /// Escapes: `\u0041`, `\x41`, `%41`, `&#65;`.
    Escapes,
    /// Quoted-printable: `=41`, and lines that end in `=`.
    QuotedPrintable,
    /// UTF-16 or UTF-32 of either byte order.
    Utf16,
    /// Characters that are not shown, or shown as another one: full-width forms, joiners, colour codes.
    Rendered,
    /// Bytes as numbers or characters: `0x41, 0x42`, `'A', 'B'`, and the dumps of `xxd` and `hexdump`.
    Numbers,
}

impl Encoding {
    /// Returns the locality of the encoding, in bytes: the bounds of a region depend only on the region and on this
    /// many bytes on each side. An incremental scan relies on it when it copies regions from another version of a text.
    #[must_use]
    pub const fn margin(self) -> usize {
        match self {
            Self::Base64 | Self::Base32 | Self::Hex | Self::Numbers => 96,
            Self::Rendered => 32,
            Self::Escapes | Self::QuotedPrintable | Self::Utf16 => 16,
        }
    }

    /// Returns the name that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base32 => "base32",
            Self::Hex => "hex",
            Self::Escapes => "escapes",
            Self::QuotedPrintable => "quoted-printable",
            Self::Utf16 => "utf-16",
            Self::Rendered => "rendered",
            Self::Numbers => "bytes",
        }
    }
}

/// A part of a text in one encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedRegion {
    /// The encoding.
    pub encoding: Encoding,
    /// The span in the text, in bytes.
    pub span: Range<usize>,
}

/// A visitor of regions. It gets each region with its decoded texts, one for each phase that yields text. They are
/// decoded when the visitor asks for the next one, so that only one has to be in memory.
pub(super) type Visit<'v> = dyn FnMut(EncodedRegion, &mut dyn Iterator<Item = Decoded>) + 'v;

/// Visits a region if it has a decoded text.
pub(super) fn visit_if_decoded(
    region: EncodedRegion,
    mut decoded: impl Iterator<Item = Decoded>,
    visit: &mut Visit<'_>,
) {
    if let Some(first) = decoded.next() {
        visit(region, &mut std::iter::once(first).chain(decoded));
    }
}
