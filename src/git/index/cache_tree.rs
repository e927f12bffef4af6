//! The cache tree (`TREE`): which folders of the index are, unchanged, a tree object that git already knows.
//! Not a source of truth about what is staged: the entries are; this says which of them need no look.

use std::cmp::Ordering;
use std::ops::Range;

use crate::git::Oid;
use crate::git::index::entries::Arena;
use crate::git::index::reader::Reader;
use crate::git::index::{IndexError, addressable};

/// Deeper than any path that a file system holds. Whoever walks the tree by recursion relies on it.
const MAX_DEPTH: usize = 4096;

/// The tree, flat and in the file's order, so that neither reading nor dropping it recurses.
#[derive(Debug)]
pub(crate) struct CacheTree {
    nodes: Vec<Node>,
    /// Node numbers: the children of each node lie together, in the order of the index.
    children: Vec<u32>,
}

#[derive(Debug)]
struct Node {
    name: Range<u32>,
    parent: u32,
    /// How many entries lie in this folder and below, if it is valid, and where its name is stored.
    valid: Option<(u32, u32)>,
    /// Place in `CacheTree::children`.
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
    pub(crate) fn root(arena: Arena<'a>, tree: &'a CacheTree) -> Option<Self> {
        tree.nodes.first().map(|node| Self { arena, tree, node })
    }

    /// The folder's own name, without its parents; empty for the root.
    #[must_use]
    pub fn name(&self) -> &'a [u8] {
        &self.arena.bytes[self.node.name.start as usize..self.node.name.end as usize]
    }

    /// How many index entries lie in this folder and below, a sparse folder counting as one.
    /// `None` if something in it changed since its tree object was written.
    #[must_use]
    pub fn entry_count(&self) -> Option<usize> {
        self.node.valid.map(|(count, _)| count as usize)
    }

    /// The tree object that equals this folder; `None` if something in it changed.
    #[must_use]
    pub fn oid(&self) -> Option<Oid> {
        self.node.valid.and_then(|(_, oid)| self.arena.oid(oid as usize))
    }

    /// The folders in this one, in the order of their entries in the index: `a-b` before `a`, as `-` sorts
    /// before the `/` that follows `a`. A folder that the index holds may be missing here.
    #[must_use]
    pub fn children(&self) -> impl ExactSizeIterator<Item = CacheNode<'a>> + use<'a> {
        let (arena, tree) = (self.arena, self.tree);
        self.child_numbers().iter().map(move |&number| Self {
            arena,
            tree,
            node: &tree.nodes[number as usize],
        })
    }

    /// The folder of this name in this one.
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
    /// Reads the extension of an index that, all files merged, has `entries` entries. Its file begins at
    /// `origin` in the buffer.
    pub(crate) fn read(
        arena: Arena<'_>,
        region: Range<usize>,
        origin: usize,
        entries: usize,
    ) -> Result<Self, IndexError> {
        let mut reader = Reader::new(arena.bytes, region, origin);
        let mut nodes: Vec<Node> = Vec::new();
        // The way down to the present node: its number, and what it still has to come.
        let mut way: Vec<(usize, u32, Budget)> = Vec::new();
        loop {
            let node = read_node(&mut reader, arena, way.last().map(|&(parent, ..)| parent))?;
            let budget = match way.last_mut() {
                None => Budget::root(entries, &node),
                Some((_, left, above)) => {
                    *left -= 1;
                    above.spend(&node)
                }
            };
            let Some(budget) = budget else {
                return Err(reader.damage("a folder of the cache tree counts entries that are not there"));
            };
            if way.len() == MAX_DEPTH {
                return Err(reader.damage("the cache tree is too deep"));
            }
            way.push((nodes.len(), node.child_count, budget));
            nodes.push(node);
            while way.pop_if(|&mut (_, left, _)| left == 0).is_some() {}
            if way.is_empty() {
                break;
            }
        }
        if reader.left() > 0 {
            return Err(reader.damage("the cache tree goes on behind its end"));
        }
        Self::sorted(nodes, arena).ok_or_else(|| reader.damage("the cache tree holds a folder twice"))
    }

    /// `None` if two children of a folder have the same name. Git sorts children by length first.
    fn sorted(mut nodes: Vec<Node>, arena: Arena<'_>) -> Option<Self> {
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

/// How many entries the valid folders below a node may still hold.
#[derive(Clone, Copy)]
struct Budget(usize);

impl Budget {
    /// Git commits the tree that a valid root names, so a root that counts otherwise than the entries would
    /// make the commit differ from what we read.
    fn root(entries: usize, root: &Node) -> Option<Self> {
        let fits = root.valid.is_none_or(|(count, _)| count as usize == entries);
        fits.then_some(Self(entries))
    }

    fn spend(&mut self, child: &Node) -> Option<Self> {
        let Some((count, _)) = child.valid else { return Some(*self) };
        self.0 = self.0.checked_sub(count as usize)?;
        Some(Self(count as usize))
    }
}

/// Name, zero byte, number of entries, space, number of folders, line feed; and the object name if valid.
fn read_node(reader: &mut Reader<'_>, arena: Arena<'_>, parent: Option<usize>) -> Result<Node, IndexError> {
    const SHORT: &str = "the cache tree is cut short";
    const NUMBER: &str = "a number in the cache tree is damaged";
    let start = reader.at();
    let name = reader.until(0, SHORT)?;
    if parent.is_none() != name.is_empty() || memchr::memchr(b'/', name).is_some() {
        return Err(reader.damage("a folder of the cache tree has an impossible name"));
    }
    let end = start + name.len();
    let invalid = reader.take_if(b'-');
    let count = reader.decimal(b' ', NUMBER)?;
    let valid = (!invalid).then_some(count);
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

/// The order that folders have in the index, where a slash follows each name.
fn folder_order(one: &[u8], other: &[u8]) -> Ordering {
    let shared = one.len().min(other.len());
    let after = |name: &[u8]| name.get(shared).copied().unwrap_or(b'/');
    one[..shared]
        .cmp(&other[..shared])
        .then_with(|| after(one).cmp(&after(other)))
        .then_with(|| one.len().cmp(&other.len()))
}
