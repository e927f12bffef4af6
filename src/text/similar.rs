//! The most similar of some words, for "did you mean".

/// Returns the candidate that a misspelt word most likely means; `None` if none is similar.
///
/// A candidate is similar if a third of the word's characters have to change at most, or if one of the two begins the
/// other.
pub(crate) fn most_similar<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word: Vec<char> = word.chars().take(MAX_LENGTH + 1).flat_map(char::to_lowercase).collect();
    if word.len() < 2 || word.len() > MAX_LENGTH {
        return None;
    }
    let rated = candidates.into_iter().filter_map(|candidate| {
        let other: Vec<char> = candidate.chars().take(MAX_LENGTH).collect();
        let distance = edit_distance(&word, &other);
        let is_start = word.len() > 2 && (other.starts_with(&word) || word.starts_with(&other));
        (distance <= word.len().div_ceil(3) || is_start).then_some((distance, candidate))
    });
    rated.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// The length of the longest word that is compared, in characters.
const MAX_LENGTH: usize = 64;

/// Returns the number of characters to insert, remove, replace or swap with their neighbour.
fn edit_distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (row, character) in one.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, wanted) in other.iter().enumerate() {
            let replaced = above[column] + usize::from(character != wanted);
            let mut cost = replaced.min(above[column + 1] + 1).min(next[column] + 1);
            if row > 0 && column > 0 && one[row - 1] == *wanted && *character == other[column - 1] {
                cost = cost.min(before[column - 1] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut above, next);
    }
    above[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_has_a_most_similar_one() {
        let rules = ["anthropic-api-key", "anthropic-admin-key", "generic-secret", "github-personal-token"];
        for (word, expected) in [
            ("anthropic-api-keys", Some("anthropic-api-key")),
            ("anthropic-adnim-key", Some("anthropic-admin-key")),
            ("GENERIC-SECRET", Some("generic-secret")),
            ("generic-secrt", Some("generic-secret")),
            ("github", Some("github-personal-token")),
            ("anthropic", Some("anthropic-api-key")),
            ("aws-access-key", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(most_similar(word, rules), expected, "{word}");
        }
        assert_eq!(most_similar(&"g".repeat(10_000), rules), None);
        assert_eq!(most_similar("scan", []), None);
    }

    proptest::proptest! {
        #[test]
        fn the_distance_is_that_of_the_edits(word in "[a-d]{0,9}", other in "[a-d]{0,9}") {
            let [word, other] = [word, other].map(|text| text.chars().collect::<Vec<char>>());
            let distance = edit_distance(&word, &other);
            proptest::prop_assert_eq!(distance, edit_distance(&other, &word));
            proptest::prop_assert_eq!(distance == 0, word == other);
            proptest::prop_assert!(distance >= word.len().abs_diff(other.len()));
            proptest::prop_assert!(distance <= word.len().max(other.len()));
        }
    }
}
