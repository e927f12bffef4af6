//! Tells a UUID that is the key of a service from one that is an id: by its version and by the name that it is assigned to.

use crate::detect::assignment::neighbours;
use crate::detect::assignment::parse::{Assignment, Operator};
use crate::detect::assignment::reject::public_value;
use crate::detect::identifier;

/// Words of names whose UUID identifies something.
const ID_WORDS: [&[u8]; 61] = [
    b"id",
    b"ids",
    b"uuid",
    b"guid",
    b"idempotency",
    b"request",
    b"primary",
    b"foreign",
    b"partition",
    b"row",
    b"cache",
    b"correlation",
    b"trace",
    b"tracking",
    b"state",
    b"csrf",
    b"nonce",
    b"device",
    b"user",
    b"object",
    b"entity",
    b"instance",
    b"run",
    b"job",
    b"task",
    b"message",
    b"event",
    b"node",
    b"item",
    b"product",
    b"sort",
    b"page",
    b"next",
    b"upload",
    b"file",
    b"tenant",
    b"subscription",
    b"version",
    b"public",
    b"index",
    b"verification",
    b"verify",
    b"confirmation",
    b"confirm",
    b"reset",
    b"invite",
    b"invitation",
    b"activation",
    b"unsubscribe",
    b"cancellation",
    b"continuation",
    b"sync",
    b"share",
    b"claim",
    b"xsrf",
    b"form",
    b"action",
    b"change",
    b"postman",
    b"challenge",
    b"redirect",
];

/// Words before `key` that say which service it opens.
const SERVICE_WORDS: [&[u8]; 14] = [
    b"api",
    b"access",
    b"auth",
    b"secret",
    b"license",
    b"licence",
    b"service",
    b"private",
    b"master",
    b"bearer",
    b"subscriber",
    b"integration",
    b"admin",
    b"app",
];

/// Returns whether a UUID may be a key: it is random (version 4, or of no version of RFC 9562, as some services write
/// random bytes), and after `Bearer` or assigned to a name such as `api_key`, `client_secret` or `vendor_token`, or it is
/// half of a pair of ids.
pub(super) fn may_be_key(text: &[u8], assignment: &Assignment) -> bool {
    // Consul and Nomad write random bytes, which may look like any version.
    if is_secret_half(text, assignment) {
        return true;
    }
    let value = &text[assignment.value.clone()];
    let has_variant = value.get(19).is_some_and(|byte| b"89abAB".contains(byte));
    let is_random = value.get(14).is_some_and(|version| match version {
        b'4' => true,
        b'1'..=b'8' => !has_variant,
        _ => value[9..13] != *b"0000",
    });
    let name = &text[assignment.name.clone()];
    if !is_random {
        return false;
    }
    if assignment.operator == Operator::Scheme {
        return name.eq_ignore_ascii_case(b"bearer");
    }
    let words = identifier::split_words(name);
    if words.iter().any(|word| ID_WORDS.contains(&word)) {
        return false;
    }
    let has_service = || words.iter().any(|word| SERVICE_WORDS.contains(&word));
    match words.iter().next_back() {
        Some(b"secret" | b"apikey" | b"authkey" | b"accesskey" | b"accesstoken" | b"apitoken") => true,
        Some(b"token") => words.len() > 1,
        Some(b"key") => has_service(),
        _ => false,
    }
}

/// Returns whether a UUID is the secret half of a token of Consul or Nomad, or of a login of Vault by role: `secret_id`
/// beside the index that both write to each object, beside the accessor of the token, or beside the id of the role. A
/// bare `token` is one beside its accessor.
pub(crate) fn is_secret_half(text: &[u8], assignment: &Assignment) -> bool {
    if !public_value::is_uuid(&text[assignment.value.clone()]) {
        return false;
    }
    let words = identifier::split_words(&text[assignment.name.clone()]);
    let beside: &[[&[u8]; 2]] = match words.iter().collect::<Vec<_>>()[..] {
        [.., b"secret", b"id"] => &[[b"accessor", b"id"], [b"modify", b"index"], [b"role", b"id"]],
        [b"token"] => &[[b"accessor", b"id"]],
        _ => return false,
    };
    neighbours::read(text, assignment).iter().any(|neighbour| {
        let words = identifier::split_words(neighbour.name);
        beside.iter().any(|name| words.iter().eq(name.iter().copied()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assignment::parse::find_named_value;

    /// Whether the value of `name: value` may be a key.
    fn may_be(name: &str, value: &str) -> bool {
        let text = format!("{name}: {value}");
        let stem = ["secret", "token", "key"]
            .iter()
            .find_map(|stem| Some((name.to_lowercase().find(stem)?, stem.len())));
        let (at, length) = stem.unwrap();
        let assignment = find_named_value(text.as_bytes(), &(at..at + length)).unwrap();
        may_be_key(text.as_bytes(), &assignment)
    }

    #[test]
    fn a_random_uuid_under_the_name_of_a_key_may_be_one() {
        let random = "9b2f7c1e-4d3a-4f68-9c05-7e1d2a8b6f34";
        for name in ["api_key", "apiKey", "CLIENT_SECRET", "access_token", "vendorToken", "serviceApiKey"] {
            assert!(may_be(name, random), "{name}");
            assert!(may_be(name, "7c1e9b2f-4d3a-d41d-ae1a-7e1d2a8b6f34"), "{name}");
            assert!(!may_be(name, "01890a5d-ac96-774b-bcce-b302099a8057"), "{name}");
            assert!(!may_be(name, "123e4567-e89b-12d3-a456-426614174000"), "{name}");
        }
        for name in [
            "token",
            "key",
            "idempotency_key",
            "primary_key",
            "request_token",
            "reset_token",
            "api_key_id",
            "user_access_token",
            "Postman-Token",
            "ChangeToken",
            "requestedActionToken",
        ] {
            assert!(!may_be(name, random), "{name}");
        }
    }
}
