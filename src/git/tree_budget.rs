//! How much of what trees hold is looked at. A few trees that hold each other, or each the next one many times,
//! name more paths than any machine can list; git itself counts the levels (`core.maxTreeDepth`).

/// What one commit may hold: as many folders and files as the largest repositories have.
const FOR_ONE: u64 = 1 << 21;

/// What each further commit may add.
const FOR_EACH: u64 = 1 << 10;

/// Steps that are left. In steps and never in time, so that results do not depend on the machine.
#[derive(Clone, Copy, Debug)]
pub struct TreeBudget(u64);

impl TreeBudget {
    /// For so many commits.
    #[must_use]
    pub const fn for_commits(count: usize) -> Self {
        Self((count as u64).saturating_mul(FOR_EACH).saturating_add(FOR_ONE))
    }

    /// Takes a step at a path, a longer one the longer the path; `false` if nothing is left.
    pub fn spend(&mut self, path: &[u8]) -> bool {
        let cost = 1 + path.len() as u64 / 128;
        let left = self.0.checked_sub(cost);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_spent(&self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_cost_more_and_the_end_is_an_end() {
        let mut budget = TreeBudget(5);
        assert!(budget.spend(b"a") && budget.spend(&[b'a'; 200]) && !budget.is_spent());
        assert!(!budget.spend(&[b'a'; 4096]) && budget.is_spent() && !budget.spend(b""));
    }
}
