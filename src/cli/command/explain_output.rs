//! The lines of the output of `skant explain`.

use std::fmt::Write as _;

/// A headline and lines with labels, as the output of `explain` has them.
pub(super) struct LabelledLines(String);

impl LabelledLines {
    pub(super) fn new(headline: &str) -> Self {
        Self(format!("{headline}\n"))
    }

    pub(super) fn add(&mut self, label: &str, text: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "    {label:<12}{text}");
    }

    /// Adds several lines; only the first one has the label.
    pub(super) fn add_all(&mut self, label: &str, texts: impl IntoIterator<Item = String>) {
        for (index, text) in texts.into_iter().enumerate() {
            self.add(if index == 0 { label } else { "" }, &text);
        }
    }

    /// Returns the text with an empty line at its end.
    pub(super) fn finish(self) -> String {
        self.0 + "\n"
    }
}

/// Returns the text for the result: whether the value is a finding, and if not, why.
pub(super) const fn describe_result(
    is_reported: bool,
    is_assessed: bool,
    is_suppressed: bool,
) -> &'static str {
    match (is_assessed, is_suppressed, is_reported) {
        (false, ..) => "not a finding: a placeholder",
        (_, true, _) => "not a finding: suppressed, counted and listed",
        (_, _, true) => "a finding",
        (_, _, false) => {
            "not a finding at these settings: the confidence is too low (`--min-confidence low` reports it)"
        }
    }
}
