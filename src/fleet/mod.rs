//! Many repositories: their inventory, their scans, and the store of the reports.
//!
//! The unit of work is one repository. There is no scheduler here: an inventory is split into static shares, and a
//! unit whose report is there is skipped by its key. docs/fleet.md describes the files.

pub(crate) mod address;
pub(crate) mod environment;
pub(crate) mod forge;
pub(crate) mod inventory;
pub(crate) mod key;
pub(crate) mod local_repositories;
pub(crate) mod mirror;
pub(crate) mod plan;
pub(crate) mod scan;
pub(crate) mod shard;
pub(crate) mod store;
pub(crate) mod tips;
pub(crate) mod unit;

pub(crate) use address::Address;
pub(crate) use inventory::Inventory;
pub(crate) use plan::{Place, Plan};
pub(crate) use unit::Unit;
