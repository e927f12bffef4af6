//! The paths that a scan is limited to.

/// Paths from the top of the tree. A filter without paths includes all.
#[derive(Clone, Debug, Default)]
pub struct PathFilter(Vec<Vec<Vec<u8>>>);

impl PathFilter {
    /// Returns the filter that includes all paths.
    #[must_use]
    pub const fn all() -> Self {
        Self(Vec::new())
    }

    /// Adds one name, in each form that it may have in the repository.
    pub fn add(&mut self, forms: impl IntoIterator<Item = Vec<u8>>) {
        self.0.push(forms.into_iter().collect());
    }

    /// Whether the filter includes all paths.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a path is one of the filter's paths, or below one.
    #[must_use]
    pub fn includes(&self, path: &[u8]) -> bool {
        let is_at_or_below = |name: &Vec<u8>| {
            let rest = path.strip_prefix(name.as_slice());
            name.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        self.0.is_empty() || self.0.iter().flatten().any(is_at_or_below)
    }

    /// Returns the names of which no form is known.
    pub(crate) fn unknown(&self, mut is_known: impl FnMut(&[u8]) -> bool) -> impl Iterator<Item = &[u8]> {
        let unknown = self.0.iter().filter(move |forms| !forms.iter().any(|form| is_known(form)));
        unknown.filter_map(|forms| forms.first().map(Vec::as_slice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_includes_itself_and_the_paths_below() {
        let mut filter = PathFilter::default();
        assert!(filter.includes(b"any"));
        filter.add([b"a/b".to_vec()]);
        assert!(filter.includes(b"a/b") && filter.includes(b"a/b/c"));
        assert!(!filter.includes(b"a/bc") && !filter.includes(b"a"));
        assert_eq!(filter.unknown(|name| name == b"a").collect::<Vec<_>>(), [b"a/b"]);
        filter.add([Vec::new()]);
        assert!(filter.includes(b"x"));
    }
}
