//! The budget for steps through trees.
//!
//! A few trees that contain each other, or that contain the next tree many times, name more paths than any machine
//! can list. Git itself limits only the depth (`core.maxTreeDepth`).

/// Steps for one commit: the largest repositories have this many folders and files.
const STEPS_FOR_ONE: u64 = 1 << 21;

/// Steps that each further commit adds.
const STEPS_PER_COMMIT: u64 = 1 << 10;

/// Length of a path that costs one more step, in bytes.
const BYTES_PER_STEP: u64 = 128;

/// The steps that are left. The unit is steps and not time, so that results do not depend on the machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TreeBudget(u64);

impl TreeBudget {
    /// Creates the budget for a number of commits.
    #[must_use]
    pub(crate) const fn for_commits(count: usize) -> Self {
        Self((count as u64).saturating_mul(STEPS_PER_COMMIT).saturating_add(STEPS_FOR_ONE))
    }

    /// Spends a step at a path; a long path costs more. Returns `false` if the budget does not cover it.
    pub(crate) fn spend(&mut self, path: &[u8]) -> bool {
        let cost = 1 + path.len() as u64 / BYTES_PER_STEP;
        let left = self.0.checked_sub(cost);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }

    /// Whether nothing is left.
    #[must_use]
    pub(crate) const fn is_spent(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_cost_more_and_a_spent_budget_stays_spent() {
        let mut budget = TreeBudget(5);
        assert!(budget.spend(b"a") && budget.spend(&[b'a'; 200]) && !budget.is_spent());
        assert!(!budget.spend(&[b'a'; 4096]) && budget.is_spent() && !budget.spend(b""));
    }
}
