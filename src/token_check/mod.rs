//! Offline checks of a match: checksums, decodable parts, JSON web tokens, PGP and OpenSSH keys, basic authentication.
//! Each check computes its result from the bytes of the match alone. The module finds no matches and opens no
//! connection: whether a secret still works is a question for the provider.

mod aws;
mod base64;
mod basic_auth;
mod checksum;
mod details;
mod gitlab;
mod jwt;
mod key_store;
mod macaroon;
mod openssh;
pub(crate) mod outcome;
mod pgp;
mod seed_phrase;
mod sentry;

pub use aws::{check_aws_account, check_bedrock_long, check_bedrock_short};
pub(crate) use base64::decode_either as decode_base64;
pub(crate) use basic_auth::{basic_auth_password, decode_printable};
pub use checksum::{check_crc_base62, check_crc_hex, check_crc_hex_little, crc32, to_base};
pub(crate) use checksum::{
    check_crc_base62_proof, check_crc_base62_whole, check_crc_base64, check_crc_hex_body,
};
pub use gitlab::check_gitlab_routable;
pub(crate) use jwt::Claims;
pub use jwt::{MAX_JWT_BYTES, jwt_length, read_claims};
pub(crate) use key_store::holds_private_key;
pub use macaroon::check_macaroon;
pub use openssh::openssh_is_encrypted;
pub(crate) use outcome::CheckOutcome;
pub(crate) use pgp::pgp_is_encrypted;
pub(crate) use seed_phrase::check_seed_phrase;
pub use sentry::check_sentry_organisation;

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            for check in [
                check_crc_base62,
                check_crc_hex,
                check_crc_hex_little,
                check_crc_hex_body,
                check_crc_base62_whole,
                check_crc_base62_proof,
                check_crc_base64,
                check_aws_account,
                check_bedrock_long,
                check_bedrock_short,
                check_macaroon,
                check_sentry_organisation,
            ] {
                let _ = check(&bytes);
            }
            let _ = (check_gitlab_routable(&bytes), openssh_is_encrypted(&bytes));
        }
    }
}
