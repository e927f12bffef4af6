//! The difference between two lists of entries that have most entries in common.

/// The entries that make one list out of another one. Each is a multiset: the order does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EditScript {
    pub(super) removed: Vec<u32>,
    pub(super) added: Vec<u32>,
}

/// The number of entries ahead among which the lists are searched for a common one.
const LOOK_AHEAD: usize = 8;

/// Returns the entries of `old` that `new` does not have, and the reverse. Equal entries are expected in the same
/// order; in any other order the result is right, too, but takes time for sorting.
pub(super) fn edit_script(old: &[u32], new: &[u32]) -> EditScript {
    let (mut script, mut at) = (EditScript::default(), (0, 0));
    loop {
        let (left, right) = (&old[at.0..], &new[at.1..]);
        let same = left.iter().zip(right).take_while(|(one, other)| one == other).count();
        let (left, right) = (&left[same..], &right[same..]);
        let (skipped, inserted) = match next_common(left, right) {
            Some(next) if !left.is_empty() && !right.is_empty() => next,
            _ => {
                script.removed.extend(left);
                script.added.extend(right);
                break;
            }
        };
        script.removed.extend(&left[..skipped]);
        script.added.extend(&right[..inserted]);
        at = (at.0 + same + skipped, at.1 + same + inserted);
    }
    script.cancel_common();
    script
}

/// Returns how many entries to skip in each list to get to a common one; `None` if there is none near.
fn next_common(left: &[u32], right: &[u32]) -> Option<(usize, usize)> {
    let window = |list: &[u32]| list.len().min(LOOK_AHEAD + 1);
    let pairs = (1..=2 * LOOK_AHEAD).flat_map(|sum| (0..=sum).map(move |skipped| (skipped, sum - skipped)));
    let mut inside = pairs.filter(|(skipped, inserted)| *skipped < window(left) && *inserted < window(right));
    inside.find(|(skipped, inserted)| left[*skipped] == right[*inserted])
}

impl EditScript {
    /// The number of entries.
    pub(super) const fn len(&self) -> usize {
        self.removed.len() + self.added.len()
    }

    /// Drops the entries that are both removed and added.
    fn cancel_common(&mut self) {
        if self.removed.is_empty() || self.added.is_empty() {
            return;
        }
        let mut counts: Vec<(u32, i32)> = self.removed.iter().map(|entry| (*entry, -1)).collect();
        counts.extend(self.added.iter().map(|entry| (*entry, 1)));
        *self = Self::from_counts(counts);
    }

    /// Sums up counts of entries: one with a positive sum is added that many times, one with a negative sum removed.
    pub(super) fn from_counts(mut counts: Vec<(u32, i32)>) -> Self {
        counts.sort_unstable_by_key(|(entry, _)| *entry);
        let mut script = Self::default();
        for equal in counts.chunk_by(|one, other| one.0 == other.0) {
            let sum: i32 = equal.iter().map(|(_, count)| count).sum();
            let list = if sum > 0 { &mut script.added } else { &mut script.removed };
            list.extend(std::iter::repeat_n(equal[0].0, sum.unsigned_abs() as usize));
        }
        script
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the multiset difference of two lists, computed the slow way.
    fn expected(old: &[u32], new: &[u32]) -> EditScript {
        let (mut removed, mut added) = (old.to_vec(), Vec::new());
        for entry in new {
            match removed.iter().position(|one| one == entry) {
                Some(at) => drop(removed.remove(at)),
                None => added.push(*entry),
            }
        }
        sorted(EditScript { removed, added })
    }

    fn sorted(mut script: EditScript) -> EditScript {
        script.removed.sort_unstable();
        script.added.sort_unstable();
        script
    }

    #[test]
    fn two_changes_far_apart_are_two_changes() {
        let old: Vec<u32> = (0..5_000).collect();
        let mut new = old.clone();
        (new[10], new[4_000]) = (9_000, 9_001);
        new.insert(2_000, 9_002);
        new.remove(3_000);
        assert_eq!(sorted(edit_script(&old, &new)), expected(&old, &new));
        assert_eq!(edit_script(&old, &old), EditScript::default());
    }

    proptest::proptest! {
        #[test]
        fn lists_in_any_order_have_their_difference(
            old in proptest::collection::vec(0_u32..40, 0..60),
            new in proptest::collection::vec(0_u32..40, 0..60),
            moved in proptest::collection::vec((0_usize..60, 0_u32..40), 0..6),
        ) {
            let mut near = old.clone();
            for (at, entry) in moved {
                near.insert(at.min(near.len()), entry);
            }
            for other in [&new, &near] {
                proptest::prop_assert_eq!(sorted(edit_script(&old, other)), expected(&old, other));
            }
        }
    }
}
