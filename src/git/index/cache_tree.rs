//! The cache tree (`TREE`): the folders of the index that are unchanged since git wrote a tree object for them.
//! The entries decide what is staged; this tree only shows which of them need no comparison.

use std::cmp::Ordering;
use std::ops::Range;

use super::entries::Arena;
use super::error::IndexError;
use super::reader::{Reader, addressable};
use crate::git::oid::Oid;

/// Depth limit, larger than the depth of any path in a file system. A recursive walk of the tree relies on it.
const MAX_DEPTH: usize = 4096;

/// The tree as a flat list in the order of the file, so that neither reading nor dropping it recurses.
#[derive(Debug)]
pub(super) struct CacheTree {
    nodes: Vec<Node>,
    /// Node numbers. The children of a node are adjacent, in the order of the index.
    children: Vec<u32>,
}

#[derive(Debug)]
struct Node {
    name: Range<u32>,
    parent: u32,
    /// For a valid folder: the number of entries in it and below, and the position of its object name.
    valid: Option<(u32, u32)>,
    /// Index into `CacheTree::children`.
    first_child: u32,
    child_count: u32,
}

/// One folder of the cache tree.
#[derive(Clone, Copy)]
pub struct CacheNode<'a> {
    arena: Arena<'a>,
    tree: &'a CacheTree,
    node: &'a Node,
}

impl<'a> CacheNode<'a> {
    pub(super) fn root(arena: Arena<'a>, tree: &'a CacheTree) -> Option<Self> {
        tree.nodes.first().map(|node| Self { arena, tree, node })
    }

    /// Returns the folder's own name, without its parents; empty for the root.
    #[must_use]
    pub fn name(&self) -> &'a [u8] {
        &self.arena.bytes[self.node.name.start as usize..self.node.name.end as usize]
    }

    /// Returns the number of index entries in this folder and below; a sparse folder counts as one entry.
    /// `None` if the folder changed since its tree object was written.
    #[must_use]
    pub fn entry_count(&self) -> Option<usize> {
        self.node.valid.map(|(count, _)| count as usize)
    }

    /// Returns the tree object that equals this folder; `None` if the folder changed since it was written.
    #[must_use]
    pub fn oid(&self) -> Option<Oid> {
        self.node.valid.and_then(|(_, oid)| self.arena.oid(oid as usize))
    }

    /// Returns the folders in this one, in the order of their entries in the index: `a-b` is before `a`, because `-`
    /// sorts before the `/` that follows `a`. A folder of the index may be missing here.
    #[must_use]
    pub fn children(&self) -> impl ExactSizeIterator<Item = CacheNode<'a>> + use<'a> {
        let (arena, tree) = (self.arena, self.tree);
        self.child_numbers().iter().map(move |&number| Self {
            arena,
            tree,
            node: &tree.nodes[number as usize],
        })
    }

    /// Returns the folder of this name in this one.
    #[must_use]
    pub fn child(&self, name: &[u8]) -> Option<CacheNode<'a>> {
        let numbers = self.child_numbers();
        let at = numbers.binary_search_by(|&number| folder_order(self.tree.name(self.arena, number), name));
        at.ok().map(|at| Self { node: &self.tree.nodes[numbers[at] as usize], ..*self })
    }

    fn child_numbers(&self) -> &'a [u32] {
        let first = self.node.first_child as usize;
        &self.tree.children[first..first + self.node.child_count as usize]
    }
}

impl std::fmt::Debug for CacheNode<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CacheNode")
            .field("name", &self.name().escape_ascii().to_string())
            .field("entry_count", &self.entry_count())
            .field("oid", &self.oid())
            .finish_non_exhaustive()
    }
}

impl CacheTree {
    /// Reads the extension of an index that has `entries` entries after a merge with its shared file. Its file begins
    /// at `origin` in the buffer.
    pub(super) fn read(
        arena: Arena<'_>,
        region: Range<usize>,
        origin: usize,
        entries: usize,
    ) -> Result<Self, IndexError> {
        let mut reader = Reader::new(arena.bytes, region, origin);
        let mut nodes: Vec<Node> = Vec::new();
        // The path to the current node: for each node its number, the number of children that are not read yet, and
        // the entries that these may still hold.
        let mut path: Vec<(usize, u32, EntryBudget)> = Vec::new();
        loop {
            let node = read_node(&mut reader, arena, path.last().map(|&(parent, ..)| parent))?;
            let budget = match path.last_mut() {
                None => EntryBudget::for_root(entries, &node),
                Some((_, left, above)) => {
                    *left -= 1;
                    above.spend(&node)
                }
            };
            let Some(budget) = budget else {
                return Err(reader.damaged("a folder of the cache tree counts entries that are not there"));
            };
            if path.len() == MAX_DEPTH {
                return Err(reader.damaged("the cache tree is too deep"));
            }
            path.push((nodes.len(), node.child_count, budget));
            nodes.push(node);
            while path.pop_if(|&mut (_, left, _)| left == 0).is_some() {}
            if path.is_empty() {
                break;
            }
        }
        if reader.remaining() > 0 {
            return Err(reader.damaged("the cache tree goes on after its end"));
        }
        Self::with_sorted_children(nodes, arena)
            .ok_or_else(|| reader.damaged("the cache tree holds a folder twice"))
    }

    /// Creates the tree with the children of each node in the order of the index; git stores them by length first.
    /// Returns `None` if two children of a folder have the same name.
    fn with_sorted_children(mut nodes: Vec<Node>, arena: Arena<'_>) -> Option<Self> {
        let mut first = 0;
        for node in &mut nodes {
            node.first_child = first;
            first += node.child_count;
        }
        let mut filled = vec![0; nodes.len()];
        let mut children = vec![0; nodes.len().saturating_sub(1)];
        for (number, node) in (0_u32..).zip(&nodes).skip(1) {
            let parent = node.parent as usize;
            children[(nodes[parent].first_child + filled[parent]) as usize] = number;
            filled[parent] += 1;
        }
        let mut tree = Self { nodes, children };
        let mut children = std::mem::take(&mut tree.children);
        for node in &tree.nodes {
            let first = node.first_child as usize;
            let siblings = &mut children[first..first + node.child_count as usize];
            let order =
                |one: &u32, other: &u32| folder_order(tree.name(arena, *one), tree.name(arena, *other));
            siblings.sort_unstable_by(order);
            if siblings.windows(2).any(|pair| order(&pair[0], &pair[1]).is_eq()) {
                return None;
            }
        }
        tree.children = children;
        Some(tree)
    }

    fn name<'a>(&self, arena: Arena<'a>, number: u32) -> &'a [u8] {
        let name = &self.nodes[number as usize].name;
        &arena.bytes[name.start as usize..name.end as usize]
    }
}

/// The number of entries that the valid folders below a node may still hold.
#[derive(Clone, Copy)]
struct EntryBudget(usize);

impl EntryBudget {
    /// Returns the budget of the root; `None` if a valid root does not count all entries. Git commits the tree that a
    /// valid root names, so the commit would differ from the entries that are read here.
    fn for_root(entries: usize, root: &Node) -> Option<Self> {
        let fits = root.valid.is_none_or(|(count, _)| count as usize == entries);
        fits.then_some(Self(entries))
    }

    /// Subtracts the entries of a valid child, and returns the budget of the child's own children.
    fn spend(&mut self, child: &Node) -> Option<Self> {
        let Some((count, _)) = child.valid else { return Some(*self) };
        self.0 = self.0.checked_sub(count as usize)?;
        Some(Self(count as usize))
    }
}

/// Reads a node: name, zero byte, number of entries, space, number of folders, line feed, and the object name if the
/// node is valid.
fn read_node(reader: &mut Reader<'_>, arena: Arena<'_>, parent: Option<usize>) -> Result<Node, IndexError> {
    const SHORT: &str = "the cache tree is cut short";
    const NUMBER: &str = "a number in the cache tree is damaged";
    let start = reader.at();
    let name = reader.take_until(0, SHORT)?;
    if parent.is_none() != name.is_empty() || memchr::memchr(b'/', name).is_some() {
        return Err(reader.damaged("a folder of the cache tree has an impossible name"));
    }
    let end = start + name.len();
    let is_invalid = reader.take_if(b'-');
    let count = reader.decimal(b' ', NUMBER)?;
    let valid = (!is_invalid).then_some(count);
    let child_count = reader.decimal(b'\n', NUMBER)?;
    let oid = reader.at();
    if valid.is_some() {
        reader.take(arena.format.raw_len(), SHORT)?;
    }
    Ok(Node {
        name: addressable(start)?..addressable(end)?,
        parent: addressable(parent.unwrap_or(0))?,
        valid: valid.map(|count| Ok::<_, IndexError>((count, addressable(oid)?))).transpose()?,
        first_child: 0,
        child_count,
    })
}

/// Compares folders as they are ordered in the index, where a slash follows each name.
fn folder_order(one: &[u8], other: &[u8]) -> Ordering {
    let shared = one.len().min(other.len());
    let after = |name: &[u8]| name.get(shared).copied().unwrap_or(b'/');
    one[..shared]
        .cmp(&other[..shared])
        .then_with(|| after(one).cmp(&after(other)))
        .then_with(|| one.len().cmp(&other.len()))
}
