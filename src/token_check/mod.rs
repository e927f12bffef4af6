//! Offline checks of a match: checksums, JSON web tokens, PGP and OpenSSH keys, basic authentication.
//! Everything is computed from the match alone. Opens no connection.

pub(crate) mod basic_auth;
pub(crate) mod checksum;
pub(crate) mod jwt;
pub(crate) mod outcome;
pub(crate) mod pgp;

pub use basic_auth::{basic_auth_password, decode_printable};
pub use checksum::{
    TokenDetails, check_aws_account, check_bedrock_long, check_bedrock_short, check_crc_base62,
    check_crc_hex, check_crc_hex_little, check_gitlab_routable, check_macaroon, check_sentry_organisation,
    crc32, openssh_is_encrypted, to_base,
};
pub use jwt::{Claims, MAX_JWT_BYTES, jwt_length, read_claims};
pub use outcome::CheckOutcome;
pub use pgp::pgp_is_encrypted;
