//! The host of a request, where the text names it: only a host below the provider's own domains.

use std::ops::Range;

/// The bytes around a secret in which its host is searched for, on each side.
const REACH: usize = 2048;

/// The longest host name, in bytes (RFC 1035).
const MAX_HOST: usize = 253;

/// Returns the host nearest to a secret that is below one of the domains.
pub(super) fn nearest_host(text: &[u8], span: &Range<usize>, domains: &[String]) -> Option<String> {
    let from = span.start.saturating_sub(REACH);
    let to = span.end.saturating_add(REACH).min(text.len());
    let window = text.get(from..to)?.to_ascii_lowercase();
    let mut best: Option<(usize, String)> = None;
    for domain in domains {
        for at in memchr::memmem::find_iter(&window, domain.as_bytes()) {
            let end = at + domain.len();
            if window.get(end).is_some_and(|next| is_host_byte(*next) && !ends_sentence(&window, end)) {
                continue;
            }
            let length = window[..at].iter().rev().take_while(|byte| is_host_byte(**byte)).count();
            let Ok(host) = std::str::from_utf8(&window[at - length..end]) else { continue };
            if !is_below(host, domain) {
                continue;
            }
            let (start, end) = (from + at - length, from + end);
            let distance = span.start.saturating_sub(end).max(start.saturating_sub(span.end));
            if best.as_ref().is_none_or(|(known, _)| distance < *known) {
                best = Some((distance, host.to_owned()));
            }
        }
    }
    best.map(|(_, host)| host)
}

/// Whether the byte at `at` is the full stop after a sentence, and not a part of the host.
fn ends_sentence(window: &[u8], at: usize) -> bool {
    window[at] == b'.' && window.get(at + 1).is_none_or(|next| !next.is_ascii_alphanumeric())
}

const fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
}

/// Whether a name is a host below a domain: whole labels before it.
fn is_below(host: &str, domain: &str) -> bool {
    let Some(labels) = host.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.')) else {
        return false;
    };
    host.len() <= MAX_HOST && is_host_name(labels)
}

/// Whether a text is a host name in lowercase, without a port.
pub(crate) fn is_host_name(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    host.len() <= MAX_HOST
        && host.bytes().all(|byte| is_host_byte(byte) && !byte.is_ascii_uppercase())
        && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<String> {
        let at = text.find("SECRET").unwrap();
        nearest_host(text.as_bytes(), &(at..at + 6), &["cloud.example.com".to_owned()])
    }

    #[test]
    fn the_nearest_host_below_the_domain_counts() {
        assert_eq!(found("https://a1.cloud.example.com/x SECRET").as_deref(), Some("a1.cloud.example.com"));
        let two = "a.cloud.example.com\n\n\nSECRET b.CLOUD.example.com.";
        assert_eq!(found(two).as_deref(), Some("b.cloud.example.com"));
    }

    #[test]
    fn a_host_outside_of_the_domain_is_not_asked() {
        for text in [
            "SECRET",
            "cloud.example.com SECRET",
            ".cloud.example.com SECRET",
            "evilcloud.example.com SECRET",
            "a.cloud.example.com.evil.example SECRET",
            "a.cloud.example.community SECRET",
            "a.cloud.example.com-evil.example SECRET",
            "a..cloud.example.com SECRET",
            "-a.cloud.example.com SECRET",
            "https://evil.example/?a.cloud.example.org SECRET",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
        let userinfo = "https://a.cloud.example.com@evil.example SECRET";
        // The name before `@` is below the domain: it is asked, and the host after it is not.
        assert_eq!(found(userinfo).as_deref(), Some("a.cloud.example.com"));
        let far = format!("a.cloud.example.com{}SECRET", " ".repeat(REACH + 1));
        assert_eq!(found(&far), None);
    }
}
