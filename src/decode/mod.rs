//! Decoding: text in an encoding, and the members of archives. Works on bytes in memory: reads no file, and searches
//! nothing. Wrong input is never an error: it is not decoded, or a fault is returned with the rest.

pub(crate) mod archive;
pub(crate) mod encoding;
mod source_map;

pub(crate) use encoding::{Decoded, EncodedRegion, Encoding, Fragments, may_be_one_region, may_be_split};
pub use encoding::{Gaps, decode_region, join_fragments, visit_regions};
