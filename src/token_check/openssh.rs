//! OpenSSH private keys (PROTOCOL.key).

use super::base64::decode;

/// Returns whether an OpenSSH private key is encrypted, from its base64. An unencrypted key has the cipher `none`.
/// Returns `None` if the text is not an OpenSSH key.
#[must_use]
pub fn openssh_is_encrypted(body: &[u8]) -> Option<bool> {
    const MAGIC: &[u8] = b"openssh-key-v1\0";
    let head = &body[..body.len().min(64)];
    let decoded = decode(&head[..head.len() - head.len() % 4])?;
    let rest = decoded.strip_prefix(MAGIC)?;
    Some(!rest.starts_with(b"\0\0\0\x04none"))
}
