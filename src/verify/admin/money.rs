//! Amounts of money: decimal numbers without rounding errors.

use std::fmt;

/// The digits after the point of a hundredth that are kept.
const DIGITS: u32 = 9;

/// An amount in hundredths of a currency unit, as the cost report states it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Amount(i128);

impl Amount {
    /// Parses a decimal number of hundredths, such as `123.78912`; digits after the ninth are cut.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 18 || !is_number(whole) || !is_number(part) {
            return None;
        }
        let part: String = part.chars().chain("000000000".chars()).take(DIGITS as usize).collect();
        let value = whole.parse::<i128>().ok()? * 10_i128.pow(DIGITS) + part.parse::<i128>().ok()?;
        Some(Self(if is_negative { -value } else { value }))
    }

    /// Returns the sum.
    pub(crate) const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Amount {
    /// Writes whole units with two digits after the point, rounded.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_i128.pow(DIGITS);
        let hundredths = (self.0.abs().saturating_add(unit / 2)) / unit;
        let sign = if self.0 < 0 && hundredths > 0 { "-" } else { "" };
        write!(formatter, "{sign}{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hundredths_are_written_as_whole_units() {
        for (text, expected) in
            [("0", "0.00"), ("123.78912", "1.24"), ("-50", "-0.50"), ("-0.1", "0.00"), ("99999.5", "1000.00")]
        {
            assert_eq!(Amount::parse(text).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "-", ".5", "1e9", "1,5", "1.2.3", "0x1", "9999999999999999999"] {
            assert_eq!(Amount::parse(text), None, "{text}");
        }
        let tenth = Amount::parse("0.1").unwrap();
        let sum = (0..1000).fold(Amount::default(), |sum, _| sum.plus(tenth));
        assert_eq!(sum, Amount::parse("100").unwrap());
    }

    proptest! {
        #[test]
        fn no_text_makes_a_panic(text in any::<String>(), number in "-?[0-9]{1,20}\\.?[0-9]{0,20}") {
            for text in [text, number] {
                if let Some(amount) = Amount::parse(&text) {
                    let _ = amount.plus(amount).to_string();
                }
            }
        }
    }
}
