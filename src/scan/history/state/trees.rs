//! The trees of an earlier run, reduced to what leads to a blob that has to be read again. Most trees of a history are
//! equal in this, so each form is kept once.

use std::collections::{HashMap, HashSet};

use super::bytes::{Reader, Writer};
use super::known::{GONE, KnownObjects};
use crate::git::{EntryNames, ObjectKind};
use crate::provenance::ShapeEntry;
use crate::scan::history::trees::{EarlierTrees, TreeFindings};
use crate::source::history::NumberSet;

/// What an entry of a reduced tree leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Target {
    /// A blob, by its index in [`TreeMemory::blobs`].
    Blob(u32),
    /// A tree of this form.
    Tree(u32),
}

/// A form of trees.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Form {
    /// The entries that matter: the name, and what it leads to.
    Reduced(Vec<(u32, Target)>),
    /// The tree at this position, which is read again: a name on the way may be a secret, or an object is missing.
    Again(u32),
}

/// The reduced trees of an earlier run.
#[derive(Debug, Default)]
pub(super) struct TreeMemory {
    names: Vec<Vec<u8>>,
    /// The positions of the blobs that are read again, in ascending order.
    blobs: Vec<u32>,
    /// The forms, those of subtrees first.
    forms: Vec<Form>,
    /// For each position one more than the form of the tree; 0 stands for a tree that leads nowhere, and for all other
    /// objects.
    form_of: Vec<u32>,
}

impl TreeMemory {
    /// Reduces the trees of a run. `blobs` and `again` are the blobs and trees that the next run reads again; `positions`
    /// has the position of each number. A tree in which `may_keep` refuses a name on the way, which may be a secret, is read
    /// again, too: it is added to `again`. Returns `None` if the trees are damaged; then the next run reads all trees.
    pub(super) fn build(
        found: &TreeFindings,
        (blobs, again): (&NumberSet, &NumberSet),
        (positions, count): (&[u32], usize),
        may_keep: &dyn Fn(&[u8]) -> bool,
    ) -> Option<Self> {
        let position = |number: u32| positions.get(number as usize).copied().filter(|at| *at != GONE);
        let mut blob_positions = blobs.iter().map(position).collect::<Option<Vec<u32>>>()?;
        blob_positions.sort_unstable();
        let shape = &found.shape;
        let leading = shape.trees_leading_to(blobs, again.iter(), positions.len());
        let rows: HashMap<u32, Vec<ShapeEntry>> = shape
            .iter()
            .filter(|(tree, _)| leading.contains(*tree))
            .map(|(tree, entries)| {
                let leads =
                    |entry: &ShapeEntry| leading.contains(entry.object) || blobs.contains(entry.object);
                (tree, entries.filter(leads).collect())
            })
            .collect();
        let mut verdicts = HashMap::new();
        let mut may_keep_entry = |entry: &ShapeEntry| {
            *verdicts.entry(entry.name).or_insert_with(|| may_keep(found.entry_names.get(entry.name)))
        };
        for (tree, entries) in &rows {
            if !entries.iter().all(&mut may_keep_entry) {
                again.insert(*tree);
            }
        }
        let mut memory = Self { blobs: blob_positions, form_of: vec![0; count], ..Self::default() };
        let mut names = EntryNames::default();
        let mut forms: HashMap<Form, u32> = HashMap::new();
        let mut form_of_number: HashMap<u32, u32> = HashMap::new();
        for tree in children_first(&rows, &leading)? {
            let form = if again.contains(tree) {
                Form::Again(position(tree)?)
            } else {
                let mut entries = Vec::new();
                for entry in rows.get(&tree).into_iter().flatten() {
                    let name = found.entry_names.get(entry.name);
                    let target = if blobs.contains(entry.object) {
                        Target::Blob(
                            u32::try_from(memory.blobs.binary_search(&position(entry.object)?).ok()?).ok()?,
                        )
                    } else {
                        Target::Tree(*form_of_number.get(&entry.object)?)
                    };
                    entries.push((names.insert(name), target));
                }
                Form::Reduced(entries)
            };
            let next = u32::try_from(forms.len()).ok()?;
            let number = *forms.entry(form).or_insert_with_key(|form| {
                memory.forms.push(form.clone());
                next
            });
            form_of_number.insert(tree, number);
            *memory.form_of.get_mut(position(tree)? as usize)? = number + 1;
        }
        for (tree, same) in shape.aliases() {
            if let Some(number) = form_of_number.get(&same) {
                *memory.form_of.get_mut(position(tree)? as usize)? = number + 1;
            }
        }
        memory.names = names.into_names();
        Some(memory)
    }

    /// Returns what the tree at a position leads to: equal numbers stand for equal names and blobs.
    pub(super) fn form_at(&self, position: u32) -> u32 {
        self.form_of.get(position as usize).copied().unwrap_or(0)
    }

    /// Returns for each result of [`TreeMemory::form_at`] the number of a tree with it, if there is one.
    pub(super) fn stand_ins(&self, known: &KnownObjects, numbers: &[u32]) -> Vec<Option<u32>> {
        let mut stand_ins = vec![None; self.forms.len() + 1];
        for (position, form) in self.form_of.iter().enumerate() {
            if known.kind(position) == Some(ObjectKind::Tree)
                && let Some(stand_in) = stand_ins.get_mut(*form as usize)
            {
                *stand_in = stand_in.or(numbers.get(position).copied().filter(|number| *number != GONE));
            }
        }
        stand_ins
    }

    /// Returns the trees for a run that holds all `known` objects. `numbers` has the number of each position, `again` are
    /// the trees that it reads again. Returns `None` if the memory contradicts itself.
    pub(super) fn expand(
        &self,
        known: &KnownObjects,
        numbers: &[u32],
        again: &NumberSet,
        bound: usize,
    ) -> Option<EarlierTrees> {
        let number = |position: u32| numbers.get(position as usize).copied().filter(|number| *number != GONE);
        let mut first = Vec::with_capacity(self.forms.len());
        for form in &self.forms {
            first.push(match form {
                Form::Again(position) => Some(number(*position)?),
                Form::Reduced(_) => None,
            });
        }
        let mut earlier = EarlierTrees::with_bound(bound);
        let is_tree = |position: usize| known.kind(position) == Some(ObjectKind::Tree);
        for (position, form) in self.form_of.iter().enumerate().filter(|(position, _)| is_tree(*position)) {
            let tree = number(u32::try_from(position).ok()?)?;
            if again.contains(tree) {
                continue;
            }
            earlier.trees.insert(tree);
            let Some(form) = form.checked_sub(1) else { continue };
            let same = *first.get_mut(form as usize)?.get_or_insert(tree);
            if same != tree {
                earlier.add_alias(tree, same);
            }
        }
        let mut names = Vec::with_capacity(self.names.len());
        for name in &self.names {
            names.push(earlier.names.insert(name));
        }
        for (form, at) in self.forms.iter().zip(0_usize..) {
            let entries = match form {
                Form::Again(_) => continue,
                Form::Reduced(entries) => entries,
            };
            let mut row = Vec::with_capacity(entries.len());
            for (name, target) in entries {
                let object = match target {
                    Target::Blob(blob) => number(*self.blobs.get(*blob as usize)?)?,
                    Target::Tree(form) => (*first.get(*form as usize)?)?,
                };
                row.push(ShapeEntry { name: *names.get(*name as usize)?, object });
            }
            earlier.shape.add(first[at]?, row.into_iter());
        }
        Some(earlier)
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.count(self.names.len());
        for name in &self.names {
            out.bytes(name);
        }
        out.ascending(&self.blobs);
        out.count(self.forms.len());
        for form in &self.forms {
            match form {
                Form::Again(position) => {
                    out.number(0);
                    out.number(u64::from(*position));
                }
                Form::Reduced(entries) => {
                    out.count(entries.len() + 1);
                    for (name, target) in entries {
                        out.number(u64::from(*name));
                        out.number(match target {
                            Target::Blob(blob) => u64::from(*blob) << 1,
                            Target::Tree(form) => u64::from(*form) << 1 | 1,
                        });
                    }
                }
            }
        }
        for form in &self.form_of {
            out.number(u64::from(*form));
        }
    }

    pub(super) fn read(from: &mut Reader<'_>, known: &KnownObjects) -> Option<Self> {
        let mut memory = Self::default();
        for _ in 0..from.count()? {
            memory.names.push(from.bytes()?.to_vec());
        }
        memory.blobs = from.ascending(known.len())?;
        for _ in 0..from.count()? {
            let form = match from.count()?.checked_sub(1) {
                None => Form::Again(from.index()?),
                Some(count) => {
                    let mut entries = Vec::with_capacity(count);
                    for _ in 0..count {
                        let (name, target) = (from.index()?, from.number()?);
                        let index = u32::try_from(target >> 1).ok()?;
                        entries.push((
                            name,
                            if target & 1 == 0 { Target::Blob(index) } else { Target::Tree(index) },
                        ));
                    }
                    Form::Reduced(entries)
                }
            };
            memory.forms.push(form);
        }
        for _ in 0..known.len() {
            memory.form_of.push(from.index()?);
        }
        Some(memory)
    }
}

/// Returns the leading trees, each after those in it; `None` if a tree contains itself.
fn children_first(rows: &HashMap<u32, Vec<ShapeEntry>>, leading: &NumberSet) -> Option<Vec<u32>> {
    let (mut order, mut done, mut open) = (Vec::new(), HashSet::new(), HashSet::new());
    for root in leading.iter() {
        let mut work = vec![(root, false)];
        while let Some((tree, is_after)) = work.pop() {
            if is_after {
                open.remove(&tree);
                if done.insert(tree) {
                    order.push(tree);
                }
                continue;
            }
            if done.contains(&tree) {
                continue;
            }
            if !open.insert(tree) {
                return None;
            }
            work.push((tree, true));
            let children = rows.get(&tree).into_iter().flatten().map(|entry| entry.object);
            work.extend(children.filter(|child| leading.contains(*child)).map(|child| (child, false)));
        }
    }
    Some(order)
}
