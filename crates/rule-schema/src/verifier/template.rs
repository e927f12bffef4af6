//! A text with `{secret}` and `{companion}` in it.

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// The secret.
    Secret,
    /// The other part of the credential pair.
    Companion,
}

/// A part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplatePart<'t> {
    /// Text as it stands.
    Plain(&'t str),
    /// A value to put in.
    Value(Placeholder),
}

/// A text with placeholders.
#[derive(Clone, Copy, Debug)]
pub struct Template<'t>(pub &'t str);

impl<'t> Template<'t> {
    const NAMES: [(&'static str, Placeholder); 2] =
        [("{secret}", Placeholder::Secret), ("{companion}", Placeholder::Companion)];

    /// Returns the parts, in order.
    #[must_use]
    pub fn parts(self) -> Vec<TemplatePart<'t>> {
        let mut parts = Vec::new();
        let mut rest = self.0;
        loop {
            let next = Self::NAMES
                .into_iter()
                .filter_map(|(name, stands_for)| Some((rest.find(name)?, name.len(), stands_for)))
                .min_by_key(|(at, ..)| *at);
            let Some((at, length, stands_for)) = next else { break };
            if at > 0 {
                parts.push(TemplatePart::Plain(&rest[..at]));
            }
            parts.push(TemplatePart::Value(stands_for));
            rest = &rest[at + length..];
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Plain(rest));
        }
        parts
    }

    /// Returns the number of times that a placeholder occurs.
    #[must_use]
    pub fn count(self, placeholder: Placeholder) -> usize {
        self.parts().iter().filter(|part| **part == TemplatePart::Value(placeholder)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_cut_at_its_placeholders() {
        let parts = Template("a{companion}:{secret}").parts();
        let expected = [
            TemplatePart::Plain("a"),
            TemplatePart::Value(Placeholder::Companion),
            TemplatePart::Plain(":"),
            TemplatePart::Value(Placeholder::Secret),
        ];
        assert_eq!(parts, expected);
        assert_eq!(Template("").parts(), []);
        assert_eq!(Template("{other}").parts(), [TemplatePart::Plain("{other}")]);
        assert_eq!(Template("{secret}{secret}").count(Placeholder::Secret), 2);
    }
}
