//! Decoding: text in an encoding, and the members of archives. Works on bytes in memory: reads no file, and searches
//! nothing. Wrong input is never an error: it is not decoded, or a fault is returned with the rest.

pub mod archive;
pub(crate) mod encoding;

pub use encoding::{
    Decoded, EncodedRegion, Encoding, Fragments, decode_region, join_fragments, may_be_one_region,
    visit_regions,
};
