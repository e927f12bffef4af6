//! What each feature weighs, by the key of its name. The built-in table is laid out by `build.rs`, so that a commit does
//! not wait for it.

use std::borrow::Cow;

use crate::feature_key::key_of;

/// Weights of features, and the limits of the levels of confidence.
#[derive(Clone, Debug)]
pub struct Table {
    pub entries: Cow<'static, [(Cow<'static, str>, f32)]>,
    /// The key of each entry.
    pub keys: Cow<'static, [u64]>,
    /// The entries by their keys, each at the first free place from that on which the key says: a part of the key, and
    /// the number of the entry plus one.
    pub slots: Cow<'static, [u32]>,
    pub bias: f32,
    /// The least sums for low, medium and high confidence.
    pub limits: [f32; 3],
}

/// Twice as many as there are features, and more.
const LEAST_SLOTS: usize = 1 << 13;

impl Table {
    /// Reads a table: on each line a feature, a tab and what it weighs.
    pub fn parse(text: &str) -> Self {
        let (mut entries, mut bias, mut limits) = (Vec::new(), 0.0, [0.0; 3]);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, weight)) = line.split_once('\t') else { continue };
            let weight: f32 = weight.parse().unwrap_or(0.0);
            match name {
                "bias" => bias = weight,
                "low" => limits[0] = weight,
                "medium" => limits[1] = weight,
                "high" => limits[2] = weight,
                _ if entries.len() < usize::from(u16::MAX) => {
                    entries.push((Cow::Owned(name.to_owned()), weight));
                }
                _ => {}
            }
        }
        let keys: Vec<u64> = entries.iter().map(|(name, _)| key_of(name)).collect();
        let mut slots = vec![0; (entries.len() * 2).next_power_of_two().max(LEAST_SLOTS)];
        for (number, key) in (1..).zip(&keys) {
            let free = places(*key, slots.len()).find(|place| slots[*place] == 0);
            if let Some(place) = free {
                slots[place] = mark(*key) | number;
            }
        }
        Self { entries: entries.into(), keys: keys.into(), slots: slots.into(), bias, limits }
    }

    /// The number of the feature with a key.
    #[inline]
    pub fn number(&self, key: u64) -> Option<u16> {
        for place in places(key, self.slots.len()) {
            let slot = self.slots[place];
            if slot == 0 {
                return None;
            }
            if slot & MARK == mark(key) {
                let number = (slot & !MARK) as usize - 1;
                if self.keys[number] == key {
                    return u16::try_from(number).ok();
                }
            }
        }
        None
    }

    /// What a feature weighs.
    pub fn weight(&self, number: u16) -> f32 {
        self.entries.get(usize::from(number)).map_or(0.0, |(_, weight)| *weight)
    }
}

/// The bits of a slot that are a part of the key.
const MARK: u32 = 0xffff_0000;

#[expect(clippy::cast_possible_truncation, reason = "a part of it is meant")]
const fn mark(key: u64) -> u32 {
    key as u32 & MARK
}

/// Where a key may stand, the likeliest first.
#[inline]
fn places(key: u64, slots: usize) -> impl Iterator<Item = usize> {
    let first = (key >> 32) as usize;
    (0..slots).map(move |step| (first + step) & (slots - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_found_by_their_keys_and_nothing_else_is() {
        let lines: Vec<String> = (0..9000).map(|at| format!("value:w{at}\t0.{at:04}")).collect();
        let lines = lines.join("\n");
        let table = Table::parse(&format!("# note\nbias\t-1.5\nlow\t-2\nmedium\t0\nhigh\t1\n{lines}"));
        assert_eq!((table.bias, table.limits, table.entries.len()), (-1.5, [-2.0, 0.0, 1.0], 9000));
        for (at, number) in (0..9000_u32).zip(0_u16..) {
            assert_eq!(table.number(key_of(&format!("value:w{at}"))), Some(number));
            assert_eq!(table.number(key_of(&format!("value:v{at}"))), None);
            assert_eq!(table.weight(number).to_string().parse(), Ok(f64::from(at) / 10_000.0));
        }
        assert_eq!(Table::parse("").number(0), None);
    }
}
