//! Lenient base64: padding may be missing, and the unused bits of the last character may be set.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Their tables take longer to make than most values to decode.
static STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
static URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Decodes the standard alphabet. Returns `None` for any other character.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Decodes the URL-safe alphabet. Returns `None` for any other character.
pub(super) fn decode_url_safe(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE.decode(text).ok()
}

/// Decodes base64 of either alphabet. Returns `None` for a mixture of both, and for any other character.
pub(crate) fn decode_either(text: &[u8]) -> Option<Vec<u8>> {
    decode(text).or_else(|| decode_url_safe(text))
}
