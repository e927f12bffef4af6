//! A row of bars, one for each day or for several days.

/// The most bars of a row.
const MAX_BARS: usize = 60;

/// The bars, from zero on.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The bars for terminals that show ASCII only.
const ASCII: [char; 8] = ['_', '.', ':', '-', '=', '+', '*', '#'];

/// Draws numbers of days as bars; returns them with the number of days that a bar stands for. The lowest bar is zero and
/// nothing else.
pub(super) fn draw(numbers: &[u64], ascii: bool) -> (String, usize) {
    let bars = if ascii { ASCII } else { BARS };
    let width = numbers.len().div_ceil(MAX_BARS).max(1);
    let sums: Vec<u64> =
        numbers.chunks(width).map(|part| part.iter().copied().fold(0, u64::saturating_add)).collect();
    let highest = u128::from(sums.iter().copied().max().unwrap_or(0).max(1));
    let bar = |sum: &u64| {
        let levels = bars.len() - 1;
        let height = (u128::from(*sum) * levels as u128).div_ceil(highest);
        bars[usize::try_from(height).unwrap_or(levels).min(levels)]
    };
    (sums.iter().map(bar).collect(), width)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_lowest_bar_is_zero_and_the_highest_the_largest_number() {
        assert_eq!(draw(&[0, 1, 50, 100], false), ("▁▂▅█".to_owned(), 1));
        assert_eq!(draw(&[0, 1, 50, 100], true), ("_.=#".to_owned(), 1));
        assert_eq!(draw(&[], false), (String::new(), 1));
        assert_eq!(draw(&[0, 0], false).0, "▁▁");
        let (bars, width) = draw(&[1; 121], false);
        assert_eq!((bars.chars().count(), width), (41, 3));
    }

    proptest! {
        #[test]
        fn a_bar_is_zero_only_for_zero(numbers in prop::collection::vec(prop_oneof![Just(0), any::<u64>()], 1..60)) {
            let (bars, width) = draw(&numbers, true);
            prop_assert_eq!((bars.len(), width), (numbers.len(), 1));
            for (bar, number) in bars.chars().zip(numbers) {
                prop_assert_eq!(bar == '_', number == 0);
            }
        }
    }
}
