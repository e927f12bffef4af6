//! Bytes to what they mean: the claims of a JSON web token, the checksums and owners that other tokens hold,
//! the coats that they wear, and the archives that hold them.
//! Reads nothing, fails never.

pub mod archive;
mod checksum;
mod coat;
mod jwt;
mod login;
mod pgp;

pub use checksum::{
    Checked, aws_account, bedrock_long, bedrock_short, crc_base62, crc_hex, crc_hex_little, crc32,
    gitlab_routable, in_base, macaroon, openssh_is_encrypted, sentry_organisation,
};
pub use coat::{Coat, Joined, Layer, Region, is_one_stretch, joined, layers_at, regions};
pub use jwt::{Claims, MOST_JWT_BYTES, claims, jwt_length};
pub use login::{login_password, printable};
pub use pgp::pgp_is_encrypted;
