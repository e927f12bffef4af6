//! Reading a git repository without running git: object names, index, refs, objects.

pub mod index;
mod oid;

pub use oid::{ObjectFormat, Oid};
