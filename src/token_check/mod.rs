//! Offline checks of a match: checksums, JSON web tokens, PGP and OpenSSH keys, basic authentication.
//! Everything is computed from the match alone. Opens no connection.

pub(crate) mod basic_auth;
pub(crate) mod checksum;
pub(crate) mod jwt;
pub(crate) mod outcome;
pub(crate) mod pgp;

pub use basic_auth::{login_password, printable};
pub use checksum::{
    CheckResult, aws_account, bedrock_long, bedrock_short, crc_base62, crc_hex, crc_hex_little, crc32,
    gitlab_routable, in_base, macaroon, openssh_is_encrypted, sentry_organisation,
};
pub use jwt::{Claims, MAX_JWT_BYTES, claims, jwt_length};
pub use outcome::CheckOutcome;
pub use pgp::pgp_is_encrypted;
