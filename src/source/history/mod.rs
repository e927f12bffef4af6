//! Everything in a repository's object database, each object once.
//!
//! Packs are decoded along the trees of their deltas (`pack_walk`). Loose objects, and objects that skant's own pack
//! reader cannot decode along the deltas, are read one at a time by the slower `fallback`. Which objects a ref reaches is not asked
//! here: all objects are read, also unreachable ones.

pub(crate) mod delta_forest;
pub(crate) mod delta_walker;
pub(crate) mod fallback;
pub(crate) mod held_version;
pub(crate) mod listing;
pub(crate) mod memory_limit;
pub(crate) mod object_numbers;
pub(crate) mod object_set;
pub(crate) mod pack_walk;
pub(crate) mod read_totals;
pub(crate) mod submodules;
pub(crate) mod walk_state;

use std::collections::HashSet;

use crate::git::{Oid, OpenError, Repository};
use crate::source::control::ScanControl;
use crate::source::visitor::Visitor;

pub use fallback::visit as visit_one_by_one;
pub use memory_limit::MemoryLimit;
pub(crate) use object_numbers::NumberSet;
pub use object_set::ObjectSet;
pub use read_totals::ReadTotals;
pub(crate) use read_totals::over_budget_problem;
pub(crate) use submodules::find_submodule_repositories;

use self::pack_walk::KindFilter;

/// Reads all objects and passes each to the visitor, on the threads of the current rayon pool.
///
/// # Errors
/// Returns an error if the object database cannot be opened.
pub fn visit<V: Visitor>(
    repository: &Repository,
    contents: &ObjectSet,
    visitor: &V,
    control: &ScanControl,
) -> Result<ReadTotals, OpenError> {
    let (mut totals, undecoded) = pack_walk::visit(contents, KindFilter::All, None, visitor, control);
    let rest = contents.not_in_packs(undecoded, None);
    totals.add(fallback::visit(repository, &rest, visitor, control)?);
    Ok(totals.sorted())
}

/// Reads all objects except trees, or the `selected` ones of them with the versions that they are decoded from. Returns
/// also the names of the trees that the packs do not provide.
///
/// # Errors
/// Returns an error if the object database cannot be opened.
pub(crate) fn visit_all_but_trees<V: Visitor>(
    repository: &Repository,
    contents: &ObjectSet,
    selected: Option<&NumberSet>,
    visitor: &V,
    control: &ScanControl,
) -> Result<(ReadTotals, Vec<Oid>), OpenError> {
    let (mut totals, undecoded) =
        pack_walk::visit(contents, KindFilter::AllButTrees, selected, visitor, control);
    let rest = contents.not_in_packs(undecoded, selected);
    let (others, trees) = fallback::visit_all_but_trees(repository, &rest, visitor, control)?;
    totals.add(others);
    Ok((totals.sorted(), trees))
}

/// Reads the trees that [`visit_all_but_trees`] skipped: those in packs, or the `selected` ones of them, and `others`.
///
/// # Errors
/// Returns an error if the object database cannot be opened.
pub(crate) fn visit_trees<V: Visitor>(
    repository: &Repository,
    contents: &ObjectSet,
    selected: Option<&NumberSet>,
    others: &[Oid],
    visitor: &V,
    control: &ScanControl,
) -> Result<ReadTotals, OpenError> {
    let (mut totals, mut rest) = pack_walk::visit(contents, KindFilter::Trees, selected, visitor, control);
    rest.extend(others);
    rest.sort_unstable();
    rest.dedup();
    totals.add(fallback::visit(repository, &rest, visitor, control)?);
    Ok(totals.sorted())
}

/// Reads the commits in packs; those that cannot be decoded are left out.
pub(crate) fn visit_packed_commits<V: Visitor>(contents: &ObjectSet, visitor: &V, control: &ScanControl) {
    pack_walk::visit(contents, KindFilter::Commits, None, visitor, control);
}

/// Reads the trees in packs; those that cannot be decoded are left out.
pub(crate) fn visit_packed_trees<V: Visitor>(contents: &ObjectSet, visitor: &V, control: &ScanControl) {
    pack_walk::visit(contents, KindFilter::Trees, None, visitor, control);
}

/// Reads some objects of the packs. The visitor gets also the versions that they are decoded from. Returns the totals of
/// all these, and the names of the objects that could not be decoded.
pub(crate) fn visit_selected<V: Visitor>(
    contents: &ObjectSet,
    selected: &NumberSet,
    visitor: &V,
    control: &ScanControl,
) -> (ReadTotals, Vec<Oid>) {
    pack_walk::visit(contents, KindFilter::All, Some(selected), visitor, control)
}

/// Returns those of `objects` that are in the repository's own object folder, and not only in an alternate. An
/// unreachable object of an alternate belongs to another repository.
#[must_use]
pub(crate) fn own_objects(repository: &Repository, contents: &ObjectSet, objects: &[Oid]) -> HashSet<Oid> {
    let folder = repository.object_dirs.first().cloned().unwrap_or_default();
    objects.iter().filter(|oid| contents.is_own(&folder, oid)).copied().collect()
}
