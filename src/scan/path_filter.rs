//! The paths that a scan is asked for.

/// Paths from the top of the tree; none stands for all.
#[derive(Clone, Debug, Default)]
pub struct PathFilter(Vec<Vec<Vec<u8>>>);

impl PathFilter {
    /// One name more, in each of its forms.
    pub fn add(&mut self, forms: impl IntoIterator<Item = Vec<u8>>) {
        self.0.push(forms.into_iter().collect());
    }

    /// Whether nothing in particular is asked for.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a path is one of those that are asked for, or below one.
    #[must_use]
    pub fn holds(&self, path: &[u8]) -> bool {
        let is_below = |name: &Vec<u8>| {
            let rest = path.strip_prefix(name.as_slice());
            name.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        self.0.is_empty() || self.0.iter().flatten().any(is_below)
    }

    /// The names of which no form is known.
    pub(crate) fn unknown(&self, mut is_known: impl FnMut(&[u8]) -> bool) -> impl Iterator<Item = &[u8]> {
        let unknown = self.0.iter().filter(move |forms| !forms.iter().any(|form| is_known(form)));
        unknown.filter_map(|forms| forms.first().map(Vec::as_slice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_itself_and_what_is_below() {
        let mut asked = PathFilter::default();
        assert!(asked.holds(b"any"));
        asked.add([b"a/b".to_vec()]);
        assert!(asked.holds(b"a/b") && asked.holds(b"a/b/c"));
        assert!(!asked.holds(b"a/bc") && !asked.holds(b"a"));
        assert_eq!(asked.unknown(|name| name == b"a").collect::<Vec<_>>(), [b"a/b"]);
        asked.add([Vec::new()]);
        assert!(asked.holds(b"x"));
    }
}
