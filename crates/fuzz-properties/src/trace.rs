//! Incremental scans: over a chain of versions, a scan of the added bytes equals a full scan.

use skant::internal::detect::ScanState;
use skant::internal::text::CopiedRange;

use super::detector::{DETECTOR, expanded};
use super::input::Input;

/// Limits on the size and the number of versions.
const MAX_SIZE: usize = 1 << 16;
const MAX_VERSIONS: usize = 4;

/// Input: the first version, then copies and insertions for each further one. Tokens are written as for the detector.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut text = expanded(input.part()).0;
    let mut trace = DETECTOR.scan_state(&text);
    same(&text, &trace);
    for _ in 0..MAX_VERSIONS {
        if input.is_empty() {
            break;
        }
        let (next, copies) = derived(&text, &mut input);
        let carried = DETECTOR.update_state(&next, &trace, &copies);
        assert!(carried == DETECTOR.scan_state(&next), "what is carried is what is there");
        same(&next, &carried);
        (text, trace) = (next, carried);
    }
}

fn same(text: &[u8], trace: &ScanState) {
    assert!(
        DETECTOR.scan_from_state(text, trace).evidence == DETECTOR.find_evidence(text),
        "the same is found"
    );
}

fn derived(base: &[u8], input: &mut Input<'_>) -> (Vec<u8>, Vec<CopiedRange>) {
    let (mut text, mut copies) = (Vec::new(), Vec::new());
    for _ in 0..=input.byte() % 16 {
        let choice = input.byte();
        if choice & 1 == 0 || base.is_empty() {
            text.extend(expanded(input.take(usize::from(choice >> 1) + 1)).0);
        } else {
            let from = input.number() % base.len();
            // Mostly long ones, as git makes them.
            let count = if choice & 2 == 0 { base.len() } else { 1 + input.number() };
            let end = base.len().min(from + count);
            copies.push(CopiedRange { from: from..end, to: text.len() });
            text.extend_from_slice(&base[from..end]);
        }
        if text.len() > MAX_SIZE {
            break;
        }
    }
    (text, copies)
}
