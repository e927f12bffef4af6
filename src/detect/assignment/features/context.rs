//! Features of the words near an assignment, on its line and on the lines around it.

use super::common::{NEAR, Sink};
use crate::detect::assignment::parse::{Assignment, is_name};
use skant_password_model::FeatureKind;
use skant_password_model::feature_key::{Word, hash_byte};

pub(super) fn visit(text: &[u8], assignment: &Assignment, sink: &mut Sink<'_>) {
    let Assignment { name, value, .. } = assignment;
    let (first, last) = (name.start.min(value.start), name.end.max(value.end));
    let start = first.saturating_sub(NEAR);
    let before = &text[start..first];
    // A word that the limit cuts does not count.
    let before = &before[before.iter().take_while(|byte| start > 0 && is_name(**byte)).count()..];
    let (above, line_before) = match memchr::memrchr(b'\n', before) {
        Some(at) => before.split_at(at),
        None => (&b""[..], before),
    };
    let after = &text[last..text.len().min(last + NEAR)];
    let cut = if last + NEAR < text.len() {
        after.iter().rev().take_while(|byte| is_name(**byte)).count()
    } else {
        0
    };
    let after = &after[..after.len() - cut];
    let (line_after, below) = after.split_at(memchr::memchr(b'\n', after).unwrap_or(after.len()));
    for (kind, part) in [
        (FeatureKind::LineBefore, line_before),
        (FeatureKind::Above, above),
        (FeatureKind::LineAfter, line_after),
        (FeatureKind::Below, below),
    ] {
        visit_words(part, &mut |word| sink(kind, &[word]));
    }
}

/// Gives the words of a text in lower case, from three letters on. A name is split at its uppercase letters.
fn visit_words(text: &[u8], visit: &mut dyn FnMut(Word<'_>)) {
    const MAX_LENGTH: usize = 14;
    let mut word = [0_u8; MAX_LENGTH];
    let (mut length, mut hash, mut was_lowercase) = (0, 0, false);
    let mut end = |word: &[u8; MAX_LENGTH], length: usize, hash: u64| {
        if (3..=MAX_LENGTH).contains(&length) {
            visit(Word { text: &word[..length], hash });
        }
    };
    for &byte in text {
        let letter = byte | 0x20;
        if !letter.is_ascii_lowercase() {
            end(&word, length, hash);
            (length, hash, was_lowercase) = (0, 0, false);
            continue;
        }
        let is_lowercase = letter == byte;
        if was_lowercase && !is_lowercase {
            end(&word, length, hash);
            (length, hash) = (0, 0);
        }
        if let Some(slot) = word.get_mut(length) {
            *slot = letter;
        }
        (length, hash, was_lowercase) = (length + 1, hash_byte(hash, letter), is_lowercase);
    }
    end(&word, length, hash);
}
