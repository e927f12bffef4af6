//! The application of a delta: as the base and the delta of the input stand there; with sizes put before the
//! instructions that fit them, which leads deeper; and with instructions that are made to be right.

use skant::git::pack::{apply, result_size};
use skant::text::CopiedRange;

use super::input::Input;

/// No result may be longer than this.
pub const MOST: usize = 1 << 18;

/// Mode, base, and what is left: a delta, or what one is made of.
pub fn holds(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mode = input.byte();
    let mut base = input.part().to_vec();
    if mode & 0x80 != 0 && !base.is_empty() {
        // A base that a copy of 64 KiB fits into.
        base = base.repeat(0x1_0100 / base.len() + 1);
    }
    match mode % 4 {
        0 => any(&base, input.rest()),
        1 => {
            let instructions = input.rest();
            let length = walked(&base, instructions, usize::MAX).map_or(0, |result| result.len());
            any(&base, &[&number(base.len())[..], &number(length), instructions].concat());
        }
        2 => {
            let claim = input.number();
            any(&base, &[&number(base.len())[..], &number(claim), input.rest()].concat());
        }
        _ => made_to_be_right(&base, &mut input),
    }
}

/// Whatever the delta says, the result is what the instructions say one by one, or an error.
fn any(base: &[u8], delta: &[u8]) {
    // What stood in the buffers must not matter.
    let (mut out, mut copies) = (vec![7; 5], vec![CopiedRange { from: 3..9, to: 1 }]);
    let said = apply(base, delta, MOST, &mut out, &mut copies);
    let claimed = sizes(delta).map(|([_, length], _)| length);
    assert_eq!(result_size(delta).ok().map(u128::from), claimed);
    let expected = result(base, delta);
    assert_eq!(said.is_ok(), expected.is_some(), "{said:?}");
    // A byte of a delta stands for no more than the whole base.
    let most = delta.len().saturating_mul(base.len().max(1)).clamp(64, MOST);
    assert!(out.capacity() <= most, "{} bytes are held, {most} can come of it", out.capacity());
    let Some(expected) = expected else { return };
    assert!(out == expected, "the result is another one");
    told_exactly(base, delta, &out, &copies);
    if !expected.is_empty() {
        assert!(apply(base, delta, expected.len() - 1, &mut out, &mut copies).is_err(), "the limit is kept");
    }
}

/// The copies stand in order, and hold what they say; what lies between them is what the delta inserts.
fn told_exactly(base: &[u8], delta: &[u8], out: &[u8], copies: &[CopiedRange]) {
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

/// The result as git's documentation defines it, in the plainest way.
fn result(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let ([of, length], instructions) = sizes(delta)?;
    let is_this = of == base.len() as u128 && length <= MOST as u128;
    let result = walked(base, instructions, MOST).filter(|_| is_this)?;
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
        if result.len() > most.min(4 * MOST) {
            return None;
        }
    }
    Some(result)
}

/// The two sizes that a delta begins with, of at most nine bytes each.
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

/// A number as deltas write it.
fn number(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
    bytes
}

fn made_to_be_right(base: &[u8], input: &mut Input<'_>) {
    let (delta, result, expected) = made(base, input, usize::MAX);
    let (mut out, mut copies) = (Vec::new(), Vec::new());
    assert_eq!(apply(base, &delta, result.len(), &mut out, &mut copies), Ok(()));
    assert!(out == result && copies == expected);
    any(base, &delta);
    let mut fails = |base: &[u8], delta: &[u8], why: &str| {
        assert!(apply(base, delta, MOST, &mut out, &mut copies).is_err(), "{why}");
    };
    fails(&[base, b"x"].concat(), &delta, "it is for another base");
    fails(base, &[&delta[..], &[1, b'x']].concat(), "it is longer than it says");
    fails(base, &delta[..delta.len() - 1], "it is cut short");
}

/// A delta that fits its base, with what it has to give. Stops after `most` instructions.
pub fn made(base: &[u8], input: &mut Input<'_>, most: usize) -> (Vec<u8>, Vec<u8>, Vec<CopiedRange>) {
    let (mut instructions, mut result, mut copies) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..most {
        if input.is_empty() || result.len() > MOST / 2 {
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

/// A copy; bytes that are zero are left out, and so is a count of 64 KiB.
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
