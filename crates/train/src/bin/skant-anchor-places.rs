//! Chooses where the prefilter searches for each built-in anchor, by the four bytes that real texts consist of, and writes
//! `src/detect/prefilter/places.tsv`. The build script chooses by the shares of single bytes for anchors that the file
//! lacks, so it has to be run again only when many anchors are new.
//!
//! ```sh
//! cargo run --release -p skant-train --bin skant-anchor-places -- FOLDER…
//! ```
//!
//! First each pattern gets the place that adds the fewest marked positions, the most common pattern first. Then some
//! patterns are taken out and placed anew, which is kept if fewer positions are marked.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a program for the project's own use"
)]
#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "counts are small")]

#[allow(dead_code, reason = "the library uses the rest")]
#[path = "../../../../src/detect/prefilter/grams.rs"]
mod grams;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use grams::{DEPTH, GRAM, GramSets, NIBBLE_BUCKETS, Pattern, Place, SIX_BIT_BUCKETS};
use skant::internal::rules::RuleSet;

/// The bytes that are read of a file, and of a folder.
const MAX_OF_FILE: usize = 60_000;
const MAX_OF_FOLDER: usize = 4_000_000;

/// The most common grams, which all count, and how many of the others stand for one that counts.
const HEAD: usize = 80_000;
const TAIL: usize = 8;

/// How often some patterns are placed anew.
const ROUNDS: usize = 160;

fn main() {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    assert!(!folders.is_empty(), "usage: skant-anchor-places FOLDER…");
    let texts: Vec<Vec<u8>> = folders.iter().map(|folder| read_folder(folder)).collect();
    let sample = Sample::of(&texts);
    let mut anchors: Vec<(&[u8], bool, u128)> = Vec::new();
    let rules = RuleSet::builtin();
    for rule in rules.rules() {
        let following = rule.followed_by.map_or(0, |following| following.alphabet.ascii());
        anchors.extend(rule.anchors.iter().map(|anchor| (anchor.as_bytes(), rule.ignore_case, following)));
    }
    anchors.sort_unstable();
    anchors.dedup_by_key(|anchor| (anchor.0, anchor.1));
    let patterns: Vec<Pattern<'_>> = anchors
        .iter()
        .map(|(text, ignore_case, following)| Pattern {
            text,
            ignore_case: *ignore_case,
            following: *following,
        })
        .collect();
    println!("{} grams of {} bytes, {} anchors", sample.grams.len(), sample.bytes, patterns.len());
    let nibbles = Search::new(&patterns, &sample, NIBBLE_BUCKETS, Tables::of_nibbles).run();
    let six_bits = Search::new(&patterns, &sample, SIX_BIT_BUCKETS, Tables::of_six_bits).run();
    let mut out =
        String::from("# anchor\tignores case\toffset and bucket with nibble tables, with six-bit tables\n");
    for ((pattern, nibbles), six_bits) in patterns.iter().zip(nibbles).zip(six_bits) {
        let text = String::from_utf8_lossy(pattern.text);
        writeln!(
            out,
            "{}\t{}\t{} {}\t{} {}",
            text.escape_debug(),
            u8::from(pattern.ignore_case),
            nibbles.offset,
            nibbles.bucket,
            six_bits.offset,
            six_bits.bucket
        )
        .expect("writing to a string");
    }
    fs::write("src/detect/prefilter/places.tsv", out).expect("the folder of the project");
}

/// Reads the texts below a folder, up to a limit.
fn read_folder(folder: &Path) -> Vec<u8> {
    let (mut text, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("a readable folder").map(|entry| entry.expect("an entry"));
        let mut entries: Vec<_> = entries.filter(|entry| entry.file_name() != ".git").collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let kind = entry.file_type().expect("the type of an entry");
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && text.len() < MAX_OF_FOLDER {
                let file = fs::read(entry.path()).expect("a readable file");
                let file = &file[..file.len().min(MAX_OF_FILE)];
                if !file.contains(&0) {
                    text.extend_from_slice(file);
                }
            }
        }
    }
    text
}

/// The grams of real texts, with how often each occurs.
struct Sample {
    grams: Vec<(u32, f64)>,
    bytes: usize,
}

impl Sample {
    fn of(texts: &[Vec<u8>]) -> Self {
        let mut counts: HashMap<u32, usize> = HashMap::new();
        for gram in texts.iter().flat_map(|text| text.array_windows::<GRAM>()) {
            *counts.entry(u32::from_le_bytes(*gram)).or_default() += 1;
        }
        let mut counts: Vec<(u32, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(gram, count)| (std::cmp::Reverse(*count), *gram));
        let (head, tail) = counts.split_at(HEAD.min(counts.len()));
        let head = head.iter().map(|(gram, count)| (*gram, *count as f64));
        let tail = tail.iter().step_by(TAIL).map(|(gram, count)| (*gram, (*count * TAIL) as f64));
        Self { grams: head.chain(tail).collect(), bytes: texts.iter().map(Vec::len).sum() }
    }
}

/// What the tables of a bucket tell of a byte at each offset: two sets of classes, in one of each of which a byte is.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Tables([(u64, u64); GRAM]);

impl Tables {
    fn of_nibbles(sets: &GramSets) -> Self {
        Self::of(sets, |byte| (1 << (byte & 15), 1 << (byte >> 4)))
    }

    fn of_six_bits(sets: &GramSets) -> Self {
        Self::of(sets, |byte| (1 << (byte & 63), !0))
    }

    fn of(sets: &GramSets, classes: fn(u8) -> (u64, u64)) -> Self {
        let mut tables = Self::default();
        for (table, (ascii, others)) in tables.0.iter_mut().zip(sets.0) {
            for byte in 0..=u8::MAX {
                let set = if byte < 128 { ascii } else { others };
                if set >> (byte & 127) & 1 == 1 {
                    let (first, second) = classes(byte);
                    *table = (table.0 | first, table.1 | second);
                }
            }
        }
        tables
    }

    fn join(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|at| (self.0[at].0 | other.0[at].0, self.0[at].1 | other.0[at].1)))
    }
}

/// A search for the places of all patterns in a filter.
struct Search<'s> {
    sample: &'s Sample,
    /// For each gram of the sample its classes at each offset.
    classes: Vec<Tables>,
    /// For each pattern its grams: the offset, the tables, and the cost of its look-ups.
    options: Vec<Vec<(usize, Tables, f64)>>,
    /// The order in which patterns are placed.
    rank: Vec<usize>,
    buckets: Vec<Tables>,
    /// For each gram of the sample how many buckets mark it.
    marked: Vec<u32>,
    places: Vec<Place>,
    random: u64,
}

impl<'s> Search<'s> {
    fn new(
        patterns: &[Pattern<'_>],
        sample: &'s Sample,
        buckets: usize,
        tables: fn(&GramSets) -> Tables,
    ) -> Self {
        let options: Vec<Vec<_>> = patterns.iter().map(|pattern| options(pattern, sample, tables)).collect();
        let least = |number: usize| options[number].iter().map(|option| option.2).fold(f64::MAX, f64::min);
        let mut order: Vec<usize> = (0..patterns.len()).collect();
        order.sort_by(|one, other| least(*other).total_cmp(&least(*one)));
        let mut rank = vec![0; patterns.len()];
        order.iter().enumerate().for_each(|(at, number)| rank[*number] = at);
        let single = |gram: u32| {
            let bytes = gram.to_le_bytes();
            tables(&GramSets(
                bytes.map(|byte| if byte < 128 { (1 << byte, 0) } else { (0, 1 << (byte - 128)) }),
            ))
        };
        Self {
            classes: sample.grams.iter().map(|(gram, _)| single(*gram)).collect(),
            sample,
            options,
            rank,
            buckets: vec![Tables::default(); buckets],
            marked: vec![0; sample.grams.len()],
            places: vec![Place { offset: 0, bucket: 0 }; patterns.len()],
            random: 1,
        }
    }

    fn run(mut self) -> Vec<Place> {
        self.place((0..self.places.len()).collect());
        println!("{} buckets: {:.1} of 1000 positions are marked", self.buckets.len(), self.share());
        for round in 0..ROUNDS {
            let before = (self.buckets.clone(), self.marked.clone(), self.places.clone(), self.share());
            let some = if round % 2 == 0 {
                self.some_patterns([8, 4, 16, 30][round / 2 % 4])
            } else {
                self.of_costly_bucket()
            };
            self.take_out(&some);
            self.place(some);
            if self.share() > before.3 {
                (self.buckets, self.marked, self.places) = (before.0, before.1, before.2);
            }
        }
        println!("{} buckets: {:.1} of 1000 positions are marked", self.buckets.len(), self.share());
        self.places
    }

    /// Returns how many of 1000 positions are marked.
    fn share(&self) -> f64 {
        let marked = self.sample.grams.iter().zip(&self.marked).filter(|(_, marked)| **marked > 0);
        marked.map(|(gram, _)| gram.1).sum::<f64>() * 1000.0 / self.sample.bytes as f64
    }

    /// Returns a random number below a limit (a linear congruential generator, with the constants of PCG).
    fn below(&mut self, limit: usize) -> usize {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) as usize % limit
    }

    fn some_patterns(&mut self, one_in: usize) -> Vec<usize> {
        (0..self.places.len()).filter(|_| self.below(one_in) == 0).collect()
    }

    /// Returns the patterns of one of the buckets that alone mark the most positions.
    fn of_costly_bucket(&mut self) -> Vec<usize> {
        let cost = |bucket: &Tables| -> f64 {
            let alone = self.classes.iter().zip(&self.marked).zip(&self.sample.grams);
            let alone =
                alone.filter(|((classes, marked), _)| **marked == 1 && bucket.join(classes) == *bucket);
            alone.map(|(_, gram)| gram.1).sum()
        };
        let costs: Vec<f64> = self.buckets.iter().map(cost).collect();
        let mut order: Vec<usize> = (0..costs.len()).collect();
        order.sort_by(|one, other| costs[*other].total_cmp(&costs[*one]));
        let bucket = order[self.below(8)];
        (0..self.places.len()).filter(|number| usize::from(self.places[*number].bucket) == bucket).collect()
    }

    /// Builds the buckets without some patterns.
    fn take_out(&mut self, some: &[usize]) {
        let mut is_out = vec![false; self.places.len()];
        for number in some {
            is_out[*number] = true;
        }
        self.buckets.fill(Tables::default());
        for (number, place) in self.places.iter().enumerate().filter(|(number, _)| !is_out[*number]) {
            let option = self.options[number].iter().find(|option| option.0 == usize::from(place.offset));
            let bucket = &mut self.buckets[usize::from(place.bucket)];
            *bucket = bucket.join(&option.expect("a place that was chosen from the options").1);
        }
        for (classes, marked) in self.classes.iter().zip(&mut self.marked) {
            *marked = self.buckets.iter().filter(|bucket| bucket.join(classes) == **bucket).count() as u32;
        }
    }

    /// Places patterns, each where it costs least.
    fn place(&mut self, mut some: Vec<usize>) {
        some.sort_by_key(|number| self.rank[*number]);
        for number in some {
            let free: Vec<(Tables, f64)> = (self.classes.iter().zip(&self.sample.grams).zip(&self.marked))
                .filter(|(_, marked)| **marked == 0)
                .map(|((classes, gram), _)| (*classes, gram.1))
                .collect();
            let mut best: Option<(f64, Place, Tables)> = None;
            for (offset, tables, look_ups) in &self.options[number] {
                let mut tried: Vec<Tables> = Vec::new();
                for (bucket, before) in self.buckets.iter().enumerate() {
                    let grown = before.join(tables);
                    if tried.contains(&grown) {
                        continue;
                    }
                    tried.push(grown);
                    let limit = best.as_ref().map_or(f64::MAX, |best| best.0);
                    let cost =
                        if grown == *before { *look_ups } else { cost_of(&free, &grown, *look_ups, limit) };
                    if cost < limit {
                        best = Some((cost, Place { offset: *offset as u8, bucket: bucket as u8 }, grown));
                    }
                }
            }
            let (_, place, grown) = best.expect("an option of each pattern");
            self.places[number] = place;
            let before = std::mem::replace(&mut self.buckets[usize::from(place.bucket)], grown);
            for (classes, marked) in self.classes.iter().zip(&mut self.marked) {
                *marked += u32::from(grown.join(classes) == grown && before.join(classes) != before);
            }
        }
    }
}

/// Returns the positions that a bucket newly marks, up to a limit.
fn cost_of(free: &[(Tables, f64)], bucket: &Tables, start: f64, limit: f64) -> f64 {
    let mut cost = start;
    for (classes, count) in free {
        if (0..GRAM).all(|at| bucket.0[at].0 & classes.0[at].0 != 0 && bucket.0[at].1 & classes.0[at].1 != 0)
        {
            cost += count;
            if cost >= limit {
                break;
            }
        }
    }
    cost
}

/// Returns the grams of a pattern that are not much more common than its rarest one.
fn options(
    pattern: &Pattern<'_>,
    sample: &Sample,
    tables: fn(&GramSets) -> Tables,
) -> Vec<(usize, Tables, f64)> {
    let last = pattern.text.len().min(DEPTH).saturating_sub(GRAM);
    let holds = |set: (u128, u128), byte: u8| {
        let set = if byte < 128 { set.0 } else { set.1 };
        set >> (byte & 127) & 1 == 1
    };
    let mut all: Vec<(usize, Tables, f64)> = (0..=last)
        .map(|offset| {
            let sets = GramSets::of(pattern, offset);
            // The table of grams ignores case.
            let has = |(gram, _): &&(u32, f64)| {
                gram.to_le_bytes()
                    .iter()
                    .zip(sets.0)
                    .all(|(byte, set)| holds(set, *byte) || holds(set, byte ^ 0x20))
            };
            (offset, tables(&sets), sample.grams.iter().filter(has).map(|gram| gram.1).sum())
        })
        .collect();
    let fewest = all.iter().map(|option| option.2).fold(f64::MAX, f64::min);
    all.retain(|option| option.2 <= 4.0f64.mul_add(fewest, 2e-6 * sample.bytes as f64));
    all
}
