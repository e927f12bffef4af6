//! Maps a candidate from a decoded text to the text that contains the encoded region.

use std::borrow::Cow;

use crate::decode::Decoded;
use crate::detect::InlineComment;
use crate::detect::candidate::Candidate;

impl Candidate {
    /// Returns the candidate with its span in the encoded text. `name` is the encoding as reports show it. If the
    /// encoded text `is_readable`, as UTF-16 is in an editor, and the outermost encoding, its decoded line is
    /// shown.
    pub(crate) fn in_encoding(mut self, decoded: &Decoded, name: &'static str, is_readable: bool) -> Self {
        let mut nested = self.nested.take().unwrap_or_else(|| self.nested_in(&decoded.text));
        nested.shows_line = nested.via.is_empty() && is_readable;
        nested.has_own_span &= nested.shows_line;
        nested.archives = nested.archives.in_encoding();
        nested.via.insert(0, Cow::Borrowed(name));
        nested.inline_comments.extend(InlineComment::find_near(&decoded.text, &self.span));
        self.nested = Some(nested);
        self.mapped(|span| decoded.original_span(span))
    }
}
