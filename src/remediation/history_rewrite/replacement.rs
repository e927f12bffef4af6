//! One replacement, as a line for `--replace-text`, and its effect on a text.
//!
//! git filter-repo and BFG read the same lines: `literal:TEXT==>REPLACEMENT` and `regex:PATTERN==>REPLACEMENT`. The
//! patterns use what the expressions of Python and of Java have in common.

use memchr::memmem;

/// What a value becomes.
pub(crate) const REMOVED: &[u8] = b"***REMOVED***";

/// A text of the history, and how much of its surroundings has to match.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Replacement {
    /// The text, anywhere.
    Anywhere(Vec<u8>),
    /// The text as a whole word: a short password may be a part of ordinary words.
    Word(Vec<u8>),
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Replacement {
    fn text(&self) -> &[u8] {
        match self {
            Self::Anywhere(text) | Self::Word(text) => text,
        }
    }

    /// Returns the key of the order: longer texts first, since a text may be a part of another one.
    pub(crate) fn order(&self) -> (std::cmp::Reverse<usize>, &[u8]) {
        (std::cmp::Reverse(self.text().len()), self.text())
    }

    /// Returns the line of the file.
    pub(crate) fn line(&self) -> Vec<u8> {
        let text = self.text();
        let has_line_break = text.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        let start = match self {
            Self::Anywhere(text) if !has_line_break => [b"literal:", text.as_slice()].concat(),
            Self::Anywhere(_) => [b"regex:".to_vec(), pattern(text)].concat(),
            Self::Word(_) => {
                let (before, after) = boundaries(text);
                [b"regex:", before, pattern(text).as_slice(), after].concat()
            }
        };
        [start.as_slice(), b"==>", REMOVED, b"\n"].concat()
    }

    /// Replaces the text in a content, as git filter-repo does.
    pub(crate) fn apply(&self, content: &[u8]) -> Vec<u8> {
        let text = self.text();
        let mut out = Vec::with_capacity(content.len());
        let mut from = 0;
        for at in memmem::find_iter(content, text) {
            let end = at + text.len();
            let is_match = match self {
                Self::Anywhere(_) => true,
                Self::Word(_) => {
                    let joins = |outer: Option<&u8>, inner: Option<&u8>| {
                        outer.is_some_and(|byte| is_word(*byte)) && inner.is_some_and(|byte| is_word(*byte))
                    };
                    let before = at.checked_sub(1).and_then(|before| content.get(before));
                    !joins(before, text.first()) && !joins(content.get(end), text.last())
                }
            };
            if is_match {
                out.extend(&content[from..at]);
                out.extend(REMOVED);
                from = end;
            }
        }
        out.extend(&content[from..]);
        out
    }
}

/// Returns the assertions before and after a text that is a word.
fn boundaries(text: &[u8]) -> (&'static [u8], &'static [u8]) {
    let has = |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte));
    let before: &[u8] = if has(text.first()) { b"(?<![A-Za-z0-9_])" } else { b"" };
    let after: &[u8] = if has(text.last()) { b"(?![A-Za-z0-9_])" } else { b"" };
    (before, after)
}

/// Writes a text as a regular expression.
fn pattern(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(2 * text.len());
    for byte in text {
        match byte {
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            byte if is_word(*byte) || !byte.is_ascii() => out.push(*byte),
            byte => out.extend(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_what_filter_repo_and_bfg_read() {
        for (replacement, line) in [
            (Replacement::Anywhere(b"a==>b c".to_vec()), "literal:a==>b c==>***REMOVED***\n"),
            (Replacement::Anywhere(b"a\r\nb+".to_vec()), "regex:a\\r\\nb\\x2b==>***REMOVED***\n"),
            (
                Replacement::Word(b"pa.ss".to_vec()),
                "regex:(?<![A-Za-z0-9_])pa\\x2ess(?![A-Za-z0-9_])==>***REMOVED***\n",
            ),
            (Replacement::Word(b"!pa".to_vec()), "regex:\\x21pa(?![A-Za-z0-9_])==>***REMOVED***\n"),
        ] {
            assert_eq!(String::from_utf8(replacement.line()).unwrap(), line);
        }
    }

    #[test]
    fn a_word_is_replaced_as_a_whole() {
        let word = Replacement::Word(b"tiger".to_vec());
        assert_eq!(word.apply(b"tiger tigers=tiger"), b"***REMOVED*** tigers=***REMOVED***");
        let anywhere = Replacement::Anywhere(b"tiger".to_vec());
        assert_eq!(anywhere.apply(b"tigers"), b"***REMOVED***s");
    }
}
