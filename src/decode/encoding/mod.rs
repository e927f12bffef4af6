//! Coats that a secret may wear: base64, hexadecimal digits, escapes, wide characters. A region is a stretch of a
//! text that is written in one; where it begins and ends is seen from its bytes and a few beside it, so that the
//! regions of a part of a text can be found alone.

pub(crate) mod base64;
pub(crate) mod escape_scan;
pub(crate) mod escapes;
pub(crate) mod fragments;
pub(crate) mod quoted_printable;
pub(crate) mod source_map;
pub(crate) mod utf16;
pub(crate) mod wrapped_lines;

use std::ops::Range;

pub use base64::may_be_one_region;
pub use fragments::{Fragments, join_fragments};
pub use source_map::Decoded;

/// How something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// Base64, standard or URL-safe, perhaps wrapped, from any character on.
    Base64,
    /// Two hexadecimal digits a byte.
    Hex,
    /// `\u0041`, `\x41`, `%41`, `&#65;`.
    Escapes,
    /// Quoted-printable: `=41`, lines that end in `=`.
    QuotedPrintable,
    /// UTF-16 or UTF-32, of either byte order.
    Utf16,
}

impl Encoding {
    /// How far from a region in this coat the bytes may stand that decide where it begins and ends.
    #[must_use]
    pub const fn margin(self) -> usize {
        match self {
            Self::Base64 | Self::Hex => 96,
            Self::Escapes | Self::QuotedPrintable | Self::Utf16 => 16,
        }
    }

    /// The name that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Escapes => "escapes",
            Self::QuotedPrintable => "quoted-printable",
            Self::Utf16 => "utf-16",
        }
    }
}

/// A stretch of a text in a coat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedRegion {
    /// How it is written.
    pub encoding: Encoding,
    /// Where.
    pub span: Range<usize>,
}

/// No secret is shorter than this, so no shorter text is worth looking at, in bytes.
const SHORTEST: usize = 16;

/// Sees a region, and what it says: in each way of reading it that gives a text, decoded when it is asked for, so that
/// only one of them need be held.
type Visit<'v> = dyn FnMut(EncodedRegion, &mut dyn Iterator<Item = Decoded>) + 'v;

/// Shows a region if it says anything.
fn show(region: EncodedRegion, mut layers: impl Iterator<Item = Decoded>, visit: &mut Visit<'_>) {
    if let Some(first) = layers.next() {
        visit(region, &mut std::iter::once(first).chain(layers));
    }
}

/// Shows the regions of a text that overlap with a part of it, or about which it may decide, each with what it
/// says, in ascending order for each coat.
pub fn visit_regions(text: &[u8], within: &Range<usize>, visit: &mut Visit<'_>) {
    let widened = |coat: Encoding| {
        within.start.saturating_sub(coat.margin())..text.len().min(within.end + coat.margin())
    };
    base64::regions(text, &widened(Encoding::Base64), visit);
    let near = widened(Encoding::Escapes);
    escape_scan::regions(text, &near, visit);
    utf16::regions(text, &near, visit);
}

/// What the region of a coat says that begins at a place.
#[must_use]
pub fn decode_region(text: &[u8], coat: Encoding, place: &Range<usize>) -> Vec<Decoded> {
    let mut found = Vec::new();
    let mut keep = |region: EncodedRegion, layers: &mut dyn Iterator<Item = Decoded>| {
        if region.encoding == coat && region.span == *place {
            found = layers.collect();
        }
    };
    match coat {
        Encoding::Base64 | Encoding::Hex => base64::regions(text, place, &mut keep),
        Encoding::Escapes | Encoding::QuotedPrintable => escape_scan::regions(text, place, &mut keep),
        Encoding::Utf16 => utf16::regions(text, place, &mut keep),
    }
    found
}

/// Whether there is enough text in a row that a person could read, as there is around every secret.
fn is_readable(text: &[u8]) -> bool {
    let mut row = 0;
    text.iter().any(|byte| {
        row = if is_readable_byte(*byte) { row + 1 } else { 0 };
        row >= SHORTEST
    })
}

const fn is_readable_byte(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// Hexadecimal digits.
const DIGITS: &[u8] = b"0123456789abcdefABCDEF";

/// The value of a hexadecimal digit.
fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const SAID: &str = "API_KEY=k8Gq2ZpX7wLm4RtVb9NcQ4sT6uYj";

    fn all(text: &[u8], within: &Range<usize>) -> Vec<(EncodedRegion, Vec<Decoded>)> {
        let mut found = Vec::new();
        visit_regions(text, within, &mut |region, layers| found.push((region, layers.collect())));
        found
    }

    fn wide(step: usize, before: usize) -> Vec<u8> {
        let character = |byte: u8| (0..step).map(move |at| if at == before { byte } else { 0 });
        SAID.bytes().flat_map(character).collect()
    }

    fn escaped(how: impl Fn(u8) -> String) -> Vec<u8> {
        SAID.bytes().map(how).collect::<String>().into_bytes()
    }

    /// What is said, in all coats.
    fn coated() -> Vec<(Encoding, Vec<u8>)> {
        let base64 = STANDARD.encode(format!("{SAID}{SAID}{SAID}"));
        let wrapped: Vec<&str> =
            base64.as_bytes().chunks(60).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let partly = |how: fn(u8) -> String| {
            escaped(
                move |byte| {
                    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { how(byte) }
                },
            )
        };
        let quoted = SAID.replace('=', "=3D").replace("k8Gq", "k8=\r\nGq");
        vec![
            (Encoding::Base64, STANDARD.encode(SAID).into_bytes()),
            (Encoding::Base64, URL_SAFE_NO_PAD.encode(format!("x{SAID}")).into_bytes()),
            (Encoding::Base64, format!("zz{}", STANDARD.encode(SAID)).into_bytes()),
            (Encoding::Base64, wrapped.join("\n").into_bytes()),
            (Encoding::Base64, wrapped.join("\"\r\n  \"").into_bytes()),
            (Encoding::Hex, escaped(|byte| format!("{byte:02x}"))),
            (Encoding::Hex, escaped(|byte| format!("{byte:02X}"))),
            (Encoding::Escapes, escaped(|byte| format!("\\u{byte:04x}"))),
            (Encoding::Escapes, escaped(|byte| format!("\\u{{{byte:x}}}"))),
            (Encoding::Escapes, escaped(|byte| format!("\\x{byte:02X}"))),
            (Encoding::Escapes, escaped(|byte| format!("\\{byte:03o}"))),
            (Encoding::Escapes, escaped(|byte| format!("%{byte:02x}"))),
            (Encoding::Escapes, escaped(|byte| format!("&#{byte};"))),
            (Encoding::Escapes, escaped(|byte| format!("&#x{byte:x};"))),
            (Encoding::Escapes, partly(|byte| format!("\\x{byte:02x}"))),
            (Encoding::Escapes, partly(|byte| format!("%{byte:02x}"))),
            (Encoding::QuotedPrintable, quoted.into_bytes()),
            (Encoding::Utf16, wide(2, 0)),
            (Encoding::Utf16, wide(2, 1)),
            (Encoding::Utf16, wide(4, 0)),
            (Encoding::Utf16, wide(4, 3)),
        ]
    }

    #[test]
    fn every_coat_is_taken_off_and_leads_back() {
        for (coat, text) in coated() {
            let shown = String::from_utf8_lossy(&text).into_owned();
            let text = [b"x = \"", &text[..], b"\"\n"].concat();
            let found = all(&text, &(0..text.len()));
            let layers =
                found.iter().filter(|(region, _)| region.encoding == coat).flat_map(|(_, layers)| layers);
            let said = layers.filter_map(|layer| {
                let at = memchr::memmem::find(&layer.text, SAID.as_bytes())?;
                Some(layer.original_span(&(at..at + SAID.len())))
            });
            let said: Vec<_> = said.collect();
            assert!(!said.is_empty(), "{coat:?} {shown}");
            assert!(said[0].start >= 5 && said[0].end < text.len() && said[0].len() >= SAID.len(), "{shown}");
        }
    }

    #[test]
    fn ordinary_text_wears_none() {
        for text in [
            "fn some_function_name_that_is_rather_long(argument: &str) -> Result<(), Error> {\n",
            "printf(\"%5.2f%% of %d\\n\", share, count);\n",
            "sha256 = 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n",
            "if (a == b && c == d) { return a & b; }\n",
            "let value =\n    other_value_that_is_long();\n",
        ] {
            assert_eq!(all(text.as_bytes(), &(0..text.len())), [], "{text}");
        }
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let encodings = coated();
        prop_oneof![
            3 => (0..encodings.len()).prop_map(move |at| encodings[at].1.clone()),
            2 => "[A-Za-z0-9+/_-]{0,70}".prop_map(String::into_bytes),
            2 => "(\n|\r\n|=\n|=\r\n| |\"|\0|\\\\|%2|=4|\\\\u00|&#4)".prop_map(String::into_bytes),
            1 => vec(any::<u8>(), 0..20),
        ]
    }

    proptest! {
        #[test]
        fn the_regions_of_a_part_are_those_of_the_whole(
            pieces in vec(piece(), 0..12),
            from in 0.0..1.0_f64,
            size in 0..200_usize,
        ) {
            let text = pieces.concat();
            let whole = all(&text, &(0..text.len()));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a length")]
            let from = (text.len() as f64 * from) as usize;
            let within = from..(from + size).min(text.len());
            let part = all(&text, &within);
            for found in &part {
                prop_assert!(whole.contains(found), "{:?}", found.0);
            }
            for found in &whole {
                let beside = found.0.encoding.margin();
                let touches = found.0.span.start < within.end + beside
                    && within.start < found.0.span.end + beside;
                prop_assert!(!touches || part.contains(found), "{:?} in {within:?}", found.0);
                prop_assert_eq!(&decode_region(&text, found.0.encoding, &found.0.span), &found.1);
            }
        }

        #[test]
        fn arbitrary_bytes_do_no_harm(text in vec(any::<u8>(), 0..200)) {
            for (region, layers) in all(&text, &(0..text.len())) {
                for layer in layers {
                    let back = layer.original_span(&(0..layer.text.len()));
                    prop_assert!(region.span.start <= back.start && back.end <= text.len());
                }
            }
        }
    }
}
