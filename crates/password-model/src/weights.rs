//! The weights of the features, looked up by key. `build.rs` writes the built-in table as Rust data, so a commit hook
//! does not wait until the table is parsed and hashed.

use std::borrow::Cow;
use std::fmt;

use crate::feature_key::key_of_name;
use crate::feature_kind::FeatureKind;

/// A feature and its weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub kind: FeatureKind,
    /// The words, as the name of the feature has them.
    pub words: Cow<'static, str>,
    pub weight: f32,
}

/// Weights of features, and the thresholds of the confidence levels.
#[derive(Clone, Debug)]
pub struct WeightTable {
    pub entries: Cow<'static, [Entry]>,
    /// The key of each entry.
    pub keys: Cow<'static, [u64]>,
    /// A hash table of the entries with linear probing. A slot holds the upper half of the low 32 bits of the key, and
    /// the index of the entry plus one in the lower 16 bits. An empty slot is zero.
    pub slots: Cow<'static, [u32]>,
    /// The score of a value without any known feature.
    pub bias: f32,
    /// The lowest scores for low, medium and high confidence.
    pub thresholds: [f32; 3],
}

/// A line of a table that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidLine {
    /// The number of the line, from 1.
    pub number: usize,
    pub problem: &'static str,
}

impl fmt::Display for InvalidLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.number, self.problem)
    }
}

impl std::error::Error for InvalidLine {}

/// The least number of slots: more than twice the number of features, so that probes stay short.
const MIN_SLOTS: usize = 1 << 13;

impl WeightTable {
    /// Reads a table: on each line the name of a feature, a tab and the weight. Lines that begin with `#` are comments;
    /// `bias`, `low`, `medium` and `high` are no features.
    ///
    /// # Errors
    ///
    /// Fails if a line has another form, if a feature is of an unknown kind, or if a word is not in the kind's
    /// vocabulary: such a feature could be weighted but not explained.
    pub fn parse(text: &str) -> Result<Self, InvalidLine> {
        let (mut entries, mut bias, mut thresholds) = (Vec::new(), 0.0, [0.0; 3]);
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#')) {
            let invalid = |problem| InvalidLine { number, problem };
            let (name, weight) = line.split_once('\t').ok_or(invalid("no tab"))?;
            let weight: f32 = weight.parse().map_err(|_| invalid("the weight is no number"))?;
            match name {
                "bias" => bias = weight,
                "low" => thresholds[0] = weight,
                "medium" => thresholds[1] = weight,
                "high" => thresholds[2] = weight,
                _ if entries.len() == usize::from(u16::MAX) => return Err(invalid("too many features")),
                _ => entries.push(Entry::parse(name, weight).map_err(invalid)?),
            }
        }
        Ok(Self::new(entries, bias, thresholds))
    }

    fn new(entries: Vec<Entry>, bias: f32, thresholds: [f32; 3]) -> Self {
        let keys: Vec<u64> = entries.iter().map(|entry| key_of_name(&entry.name())).collect();
        let mut slots = vec![0; (entries.len() * 2).next_power_of_two().max(MIN_SLOTS)];
        for (number, key) in (1..).zip(&keys) {
            let free = probe(*key, slots.len()).find(|slot| slots[*slot] == 0);
            if let Some(slot) = free {
                slots[slot] = tag(*key) | number;
            }
        }
        Self { entries: entries.into(), keys: keys.into(), slots: slots.into(), bias, thresholds }
    }

    /// Returns the index of the feature with a key.
    #[inline]
    pub fn index(&self, key: u64) -> Option<u16> {
        for position in probe(key, self.slots.len()) {
            let slot = self.slots[position];
            if slot == 0 {
                return None;
            }
            if slot & TAG == tag(key) {
                let index = (slot & !TAG) as usize - 1;
                if self.keys[index] == key {
                    return u16::try_from(index).ok();
                }
            }
        }
        None
    }

    /// Returns the weight of the feature with an index; 0 if there is no such feature.
    pub fn weight(&self, index: u16) -> f32 {
        self.entries.get(usize::from(index)).map_or(0.0, |entry| entry.weight)
    }
}

impl Entry {
    fn parse(name: &str, weight: f32) -> Result<Self, &'static str> {
        let (kind, words) = name.split_once(':').ok_or("the name of the feature has no `:`")?;
        let kind = FeatureKind::from_name(kind).ok_or("the kind of the feature is unknown")?;
        kind.describe(words).ok_or("a word of the feature is not in the vocabulary of its kind")?;
        Ok(Self { kind, words: Cow::Owned(words.to_owned()), weight })
    }

    fn name(&self) -> String {
        format!("{}:{}", self.kind.name(), self.words)
    }

    /// Describes the feature for people.
    pub fn description(&self) -> String {
        // Every entry comes from `parse`, also those that `build.rs` writes, and `parse` refuses others.
        self.kind.describe(&self.words).unwrap_or_else(|| self.name())
    }
}

/// The bits of a slot that hold a part of the key.
const TAG: u32 = 0xffff_0000;

#[expect(clippy::cast_possible_truncation, reason = "a part of the key is enough")]
const fn tag(key: u64) -> u32 {
    key as u32 & TAG
}

/// Returns the slots that may hold a key, in the order in which they are tried.
#[inline]
fn probe(key: u64, slots: usize) -> impl Iterator<Item = usize> {
    let first = (key >> 32) as usize;
    (0..slots).map(move |step| (first + step) & (slots - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_found_by_their_keys_and_no_others_are() {
        let lines: Vec<String> = (0..9000).map(|at| format!("value:w{at}\t0.{at:04}")).collect();
        let lines = lines.join("\n");
        let table = WeightTable::parse(&format!("# note\nbias\t-1.5\nlow\t-2\nmedium\t0\nhigh\t1\n{lines}"));
        let table = table.expect("a table");
        assert_eq!((table.bias, table.thresholds, table.entries.len()), (-1.5, [-2.0, 0.0, 1.0], 9000));
        for (at, index) in (0..9000_u32).zip(0_u16..) {
            assert_eq!(table.index(key_of_name(&format!("value:w{at}"))), Some(index));
            assert_eq!(table.index(key_of_name(&format!("value:v{at}"))), None);
            assert_eq!(table.weight(index).to_string().parse(), Ok(f64::from(at) / 10_000.0));
        }
        assert_eq!(WeightTable::parse("").expect("an empty table").index(0), None);
    }

    #[test]
    fn invalid_lines_are_errors_with_their_numbers() {
        for (line, expected) in [
            ("bias", "no tab"),
            ("bias\tx", "the weight is no number"),
            ("form\t1", "the name of the feature has no `:`"),
            ("shape:tag|bare\t1", "the kind of the feature is unknown"),
            ("form:tag|loose\t1", "a word of the feature is not in the vocabulary of its kind"),
        ] {
            let error = WeightTable::parse(&format!("# note\n{line}\n")).expect_err(line);
            assert_eq!(error.to_string(), format!("line 2: {expected}"));
        }
    }
}
