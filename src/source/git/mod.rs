//! Reading a git repository without running git: object names, index, refs, objects.

mod index;
mod oid;

pub use index::{CacheNode, Entry, Index, IndexError};
pub use oid::{ObjectFormat, Oid};
