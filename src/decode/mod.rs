//! Bytes to what they mean: the claims of a JSON web token, the checksums and owners that other tokens hold,
//! the coats that they wear, and the archives that hold them.
//! Reads nothing, fails never.

pub mod archive;
pub(crate) mod encoding;

pub use encoding::{
    Decoded, EncodedRegion, Encoding, Fragments, decode_region, join_fragments, may_be_one_region,
    visit_regions,
};
