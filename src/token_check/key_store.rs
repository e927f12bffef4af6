//! Key stores in binary formats: whether one holds a private key. Stores of certificates alone are public.
//!
//! Java's format (JKS, JCEKS) is that of `sun.security.provider.JavaKeyStore`, PKCS #12 that of RFC 7292.

/// The start of Java's key stores: JKS and JCEKS, version 1 or 2.
const JAVA: [[u8; 4]; 2] = [[0xfe, 0xed, 0xfe, 0xed], [0xce, 0xce, 0xce, 0xce]];

/// The object identifiers of bags with private keys in PKCS #12: plain, and encrypted with the store's password.
const KEY_BAGS: [&[u8]; 2] =
    [b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01", b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02"];

/// Returns whether a text is a key store with a private key. Reads the first bytes of any other text.
pub(crate) fn holds_private_key(text: &[u8]) -> bool {
    match text.first() {
        Some(0xfe | 0xce) => {
            text.get(..4).is_some_and(|magic| JAVA.iter().any(|java| java == magic)) && java_holds_key(text)
        }
        Some(0x30) => is_pkcs12(text) && KEY_BAGS.iter().any(|bag| memchr::memmem::find(text, bag).is_some()),
        _ => false,
    }
}

/// Returns whether an entry of a Java key store is a key: the tag 1 for private keys, 3 for secret keys.
fn java_holds_key(text: &[u8]) -> bool {
    const HEADER: usize = 12;
    let number = |at: usize| {
        let bytes = text.get(at..at.checked_add(4)?)?;
        Some(bytes.iter().fold(0_usize, |number, byte| number << 8 | usize::from(*byte)))
    };
    let short = |at: usize| {
        let bytes = text.get(at..at.checked_add(2)?)?;
        Some(usize::from(bytes[0]) << 8 | usize::from(bytes[1]))
    };
    // Certificates before the first key are skipped: alias, time, type and content.
    let next = |at: usize| {
        let alias = at + 4;
        let kind = alias + 2 + short(alias)? + 8;
        let content = kind + 2 + short(kind)?;
        Some(content + 4 + number(content)?)
    };
    let (mut at, mut left) = (HEADER, number(8).unwrap_or(0));
    while left > 0 {
        match number(at) {
            Some(1 | 3) => return true,
            Some(2) => {}
            _ => return false,
        }
        match next(at) {
            Some(end) if end > at => at = end,
            _ => return false,
        }
        left -= 1;
    }
    false
}

/// Returns whether a text begins as a PKCS #12 store does: a sequence, version 3, and another sequence.
fn is_pkcs12(text: &[u8]) -> bool {
    let after_length = match text.get(1) {
        Some(length @ 0x81..=0x84) => 2 + usize::from(length & 0x0f),
        Some(0..=0x80) => 2,
        _ => return false,
    };
    text.get(after_length..).is_some_and(|rest| rest.starts_with(&[2, 1, 3, 0x30]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Java key store with one certificate, and with a private key after it.
    fn java(has_key: bool) -> Vec<u8> {
        let mut store = vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1 + u8::from(has_key)];
        store.extend(b"\0\0\0\x02\0\x02ca\0\0\0\0\0\0\0\0\0\x05X.509\0\0\0\x03abc");
        if has_key {
            store.extend(b"\0\0\0\x01\0\x03app");
        }
        store
    }

    #[test]
    fn stores_with_keys_are_told_from_stores_of_certificates() {
        assert!(holds_private_key(&java(true)) && !holds_private_key(&java(false)));
        let pkcs12 = |bag: &[u8]| {
            [&b"\x30\x82\x04\x00\x02\x01\x03\x30\x82\x03\xf0"[..], &[7; 40], bag, &[7; 40]].concat()
        };
        assert!(holds_private_key(&pkcs12(KEY_BAGS[1])));
        assert!(!holds_private_key(&pkcs12(b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x03")));
    }

    #[test]
    fn cut_stores_and_other_texts_are_none() {
        let store = java(true);
        for length in 0..store.len() - 7 {
            assert!(!holds_private_key(&store[..length]), "{length}");
        }
        for text in [
            &b""[..],
            b"0",
            b"text",
            b"\xfe\xed\xfe\xed",
            b"\x30\x82",
            b"\xce\xce\xce\xce\0\0\0\x02\xff\xff\xff\xff",
        ] {
            assert!(!holds_private_key(text), "{text:?}");
        }
    }
}
