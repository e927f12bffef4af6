//! Deltas: the base and the delta of the input as they are; with correct sizes before the instructions, which reaches
//! deeper; and with correct instructions.

use skant::internal::git::pack::{apply, result_size};
use skant::internal::text::CopiedRange;

use super::input::Input;

/// A limit on the result.
pub const MAX_RESULT: usize = 1 << 18;

/// Input: a mode, a base, and a delta or the parts of one.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mode = input.byte();
    let mut base = input.part().to_vec();
    if mode & 0x80 != 0 && !base.is_empty() {
        // A base large enough for a copy of 64 KiB.
        base = base.repeat(0x1_0100 / base.len() + 1);
    }
    match mode % 4 {
        0 => check_any(&base, input.rest()),
        1 => {
            let instructions = input.rest();
            let length = walked(&base, instructions, usize::MAX).map_or(0, |result| result.len());
            check_any(&base, &[&number(base.len())[..], &number(length), instructions].concat());
        }
        2 => {
            let claim = input.number();
            check_any(&base, &[&number(base.len())[..], &number(claim), input.rest()].concat());
        }
        _ => check_valid(&base, &mut input),
    }
}

/// The result equals that of the instructions one by one, or is an error.
fn check_any(base: &[u8], delta: &[u8]) {
    // Earlier contents of the buffers must not matter.
    let (mut out, mut copies) = (vec![7; 5], vec![CopiedRange { from: 3..9, to: 1 }]);
    let outcome = apply(base, delta, MAX_RESULT, &mut out, &mut copies);
    let claimed = sizes(delta).map(|([_, length], _)| length);
    assert_eq!(result_size(delta).ok().map(u128::from), claimed);
    let expected = result(base, delta);
    assert_eq!(outcome.is_ok(), expected.is_some(), "{outcome:?}");
    // A byte of a delta adds at most the whole base.
    let most = delta.len().saturating_mul(base.len().max(1)).clamp(64, MAX_RESULT);
    assert!(out.capacity() <= most, "{} bytes are held, {most} can come of it", out.capacity());
    let Some(expected) = expected else { return };
    assert!(out == expected, "the result is another one");
    copies_are_exact(base, delta, &out, &copies);
    if !expected.is_empty() {
        assert!(apply(base, delta, expected.len() - 1, &mut out, &mut copies).is_err(), "the limit is kept");
    }
}

/// The copies are in order and match the base; the bytes between them come from the delta.
fn copies_are_exact(base: &[u8], delta: &[u8], out: &[u8], copies: &[CopiedRange]) {
    let (mut at, mut between) = (0, Vec::new());
    for copy in copies {
        assert!(!copy.from.is_empty() && copy.to >= at);
        between.extend_from_slice(&out[at..copy.to]);
        at = copy.to + copy.from.len();
        assert!(base[copy.from.clone()] == out[copy.to..at]);
    }
    between.extend_from_slice(&out[at..]);
    let (_, rest) = sizes(delta).expect("it was applied");
    let mut inserted = Vec::new();
    let mut rest = Input::new(rest);
    while !rest.is_empty() {
        let instruction = rest.byte();
        if instruction < 0x80 {
            inserted.extend_from_slice(rest.take(usize::from(instruction)));
        } else {
            rest.take((instruction & 0x7f).count_ones() as usize);
        }
    }
    assert!(between == inserted, "what lies between copies is what was inserted");
}

/// Returns the result by git's documentation, in the simplest way.
fn result(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let ([of, length], instructions) = sizes(delta)?;
    let is_this = of == base.len() as u128 && length <= MAX_RESULT as u128;
    let result = walked(base, instructions, MAX_RESULT).filter(|_| is_this)?;
    (result.len() as u128 == length).then_some(result)
}

fn walked(base: &[u8], instructions: &[u8], most: usize) -> Option<Vec<u8>> {
    let (mut result, mut rest) = (Vec::new(), instructions.iter().copied());
    while let Some(instruction) = rest.next() {
        if instruction < 0x80 {
            let inserted: Vec<u8> = rest.by_ref().take(usize::from(instruction)).collect();
            if instruction == 0 || inserted.len() < usize::from(instruction) {
                return None;
            }
            result.extend(inserted);
        } else {
            let mut field = |bit: u8| if instruction >> bit & 1 == 1 { rest.next() } else { Some(0) };
            let mut fields = [0_usize; 7];
            for (bit, value) in (0..).zip(&mut fields) {
                *value = usize::from(field(bit)?);
            }
            let [one, two, three, four, five, six, seven] = fields;
            let from = one | two << 8 | three << 16 | four << 24;
            let count = match five | six << 8 | seven << 16 {
                0 => 0x1_0000,
                count => count,
            };
            result.extend_from_slice(base.get(from..from + count)?);
        }
        if result.len() > most.min(4 * MAX_RESULT) {
            return None;
        }
    }
    Some(result)
}

/// Returns the two sizes at the start of a delta, of at most nine bytes each.
fn sizes(delta: &[u8]) -> Option<([u128; 2], &[u8])> {
    let (mut sizes, mut rest) = ([0_u128; 2], delta);
    for size in &mut sizes {
        let length = rest.iter().position(|byte| *byte < 0x80)? + 1;
        let (number, after) = rest.split_at(length);
        if length > 9 {
            return None;
        }
        *size = number.iter().rev().fold(0, |size, byte| size << 7 | u128::from(byte & 0x7f));
        rest = after;
    }
    Some((sizes, rest))
}

/// Encodes a number as deltas do.
fn number(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
    bytes
}

fn check_valid(base: &[u8], input: &mut Input<'_>) {
    let (delta, result, expected) = made(base, input, usize::MAX);
    let (mut out, mut copies) = (Vec::new(), Vec::new());
    assert_eq!(apply(base, &delta, result.len(), &mut out, &mut copies), Ok(()));
    assert!(out == result && copies == expected);
    check_any(base, &delta);
    let mut fails = |base: &[u8], delta: &[u8], why: &str| {
        assert!(apply(base, delta, MAX_RESULT, &mut out, &mut copies).is_err(), "{why}");
    };
    fails(&[base, b"x"].concat(), &delta, "it is for another base");
    fails(base, &[&delta[..], &[1, b'x']].concat(), "it is longer than it says");
    fails(base, &delta[..delta.len() - 1], "it is cut short");
}

/// Makes a delta that fits its base, with the result. Stops after `most` instructions.
pub fn made(base: &[u8], input: &mut Input<'_>, most: usize) -> (Vec<u8>, Vec<u8>, Vec<CopiedRange>) {
    let (mut instructions, mut result, mut copies) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..most {
        if input.is_empty() || result.len() > MAX_RESULT / 2 {
            break;
        }
        let choice = input.byte();
        if choice < 0x80 || base.is_empty() {
            let inserted = input.take(usize::from(choice % 0x7f) + 1);
            if let Ok(length @ 1..) = u8::try_from(inserted.len()) {
                instructions.push(length);
                instructions.extend_from_slice(inserted);
                result.extend_from_slice(inserted);
            }
        } else {
            let from = input.number() % base.len();
            let count = match choice {
                0xff => 0x1_0000.min(base.len() - from),
                _ => 1 + input.number() % (base.len() - from),
            };
            instructions.extend(copy(from, count));
            copies.push(CopiedRange { from: from..from + count, to: result.len() });
            result.extend_from_slice(&base[from..from + count]);
        }
    }
    let sizes = [number(base.len()), number(result.len())].concat();
    (sizes.into_iter().chain(instructions).collect(), result, copies)
}

/// Encodes a copy. Zero bytes are left out, and so is a count of 64 KiB.
fn copy(from: usize, count: usize) -> Vec<u8> {
    let count = if count == 0x1_0000 { 0 } else { count };
    let [from, count] = [from, count].map(usize::to_le_bytes);
    let fields = from[..4].iter().chain(&count[..3]);
    let mut bytes = vec![0x80];
    for (bit, field) in fields.enumerate().filter(|(_, field)| **field != 0) {
        bytes[0] |= 1 << bit;
        bytes.push(*field);
    }
    bytes
}
