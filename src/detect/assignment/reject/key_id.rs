//! Recognizes fingerprints and ids of PGP keys by the lines above them, where the name does not say it.

use crate::detect::assignment::parse::Assignment;
use crate::text::find_short;

/// Words in the lines above, in lower case.
const WORDS: [&[u8]; 6] = [b"gpg", b"openpgp", b"fingerprint", b"apt key", b"apt-key", b"apt repository"];

/// Words that say the same of lowercase digits, which other keys have, too.
const OPENPGP: [&[u8]; 2] = [b"gpg", b"openpgp"];

/// Returns whether a value is sixteen or forty hexadecimal digits, and its line or the three before it have a word for
/// keys of `OpenPGP`.
pub(super) fn is_near_fingerprint(text: &[u8], assignment: &Assignment) -> bool {
    const LINES: usize = 3;
    const MAX_LENGTH: usize = 300;
    let value = &text[assignment.value.clone()];
    if !matches!(value.len(), 16 | 40) || !value.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let words = if value.iter().any(u8::is_ascii_lowercase) { &OPENPGP[..] } else { &WORDS[..] };
    let start = assignment.value.start;
    let before = &text[start.saturating_sub(MAX_LENGTH)..start];
    let from = memchr::memrchr_iter(b'\n', before).nth(LINES).map_or(0, |at| at + 1);
    let lines = before[from..].to_ascii_lowercase();
    words.iter().any(|word| find_short(&lines, word).is_some())
}
