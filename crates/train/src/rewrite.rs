//! Makes examples of passwords that people choose. The letters of the true values of the data set were replaced by random
//! ones, and a model that is trained on those alone learns that no password is made of words. So a value that looks
//! human-chosen is also an example with its letters replaced by words of the same length.

/// Returns whether a value looks human-chosen: runs of letters in one case, few digits and little punctuation.
pub(crate) fn is_human_chosen(value: &[u8]) -> bool {
    if !(4..=24).contains(&value.len()) {
        return false;
    }
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let in_runs: usize = runs(value).iter().map(ExactSizeIterator::len).filter(|length| *length > 2).sum();
    letters > 2 && in_runs * 10 >= letters * 9 && letters * 2 >= value.len()
}

/// Returns the runs of letters of one case; an uppercase letter before lowercase ones belongs to their run.
fn runs(value: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, byte) in value.iter().enumerate() {
        if !byte.is_ascii_alphabetic() {
            continue;
        }
        let continues_run = at > 0
            && value[at - 1].is_ascii_alphabetic()
            && (value[at - 1].is_ascii_lowercase() == byte.is_ascii_lowercase()
                || byte.is_ascii_lowercase() && found.last().is_some_and(|run| run.len() == 1));
        match found.last_mut() {
            Some(run) if continues_run && run.end == at => run.end += 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}

/// Replaces each run of letters by words that together have its length. `words` are by length.
pub(crate) fn rewrite(value: &mut [u8], words: &[Vec<String>], seed: usize) {
    let mut state = hash(value) ^ (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for run in runs(value) {
        let mut at = run.start;
        while at < run.end {
            let left = run.end - at;
            // One word of the whole length, or several of four to eight letters for a long run.
            let length = if left > 9 { 4 + next(&mut state) as usize % 5 } else { left };
            let length = if left - length < 3 && left != length { left.min(9) } else { length };
            let list = &words[length.min(words.len() - 1)];
            if length < 3 || list.is_empty() {
                break;
            }
            let word = &list[next(&mut state) as usize % list.len()];
            for (byte, letter) in value[at..].iter_mut().zip(word.bytes()) {
                *byte = if byte.is_ascii_uppercase() { letter.to_ascii_uppercase() } else { letter };
            }
            at += length;
        }
    }
}

fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// Returns the FNV-1a hash.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Deals the words out to folds, so that no word is in two of them. Returns the words by fold and by length.
pub(crate) fn deal(words: &[String], folds: usize) -> Vec<Vec<Vec<String>>> {
    let mut lists = vec![vec![Vec::new(); 13]; folds];
    for word in words.iter().filter(|word| (3..=12).contains(&word.len())) {
        lists[(hash(word.as_bytes()) / 7 % folds as u64) as usize][word.len()].push(word.clone());
    }
    lists
}
