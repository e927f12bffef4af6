//! Reads JSON and keeps the position of every value, so that a file can be edited without a change to the rest of it.
//! Comments and a comma after the last item are read where an agent takes them.

/// A value and its bytes in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object(Vec<Member>),
    Array(Vec<Node>),
    Text(String),
    /// A number, `true`, `false` or `null`.
    Other,
}

/// A member of an object; it starts with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) start: usize,
    pub(crate) name_end: usize,
    pub(crate) value: Node,
}

impl Node {
    /// Returns the member of an object that counts: of several with one name the last.
    pub(crate) fn member(&self, name: &str) -> Option<&Node> {
        let Kind::Object(members) = &self.kind else { return None };
        members.iter().rfind(|member| member.name == name).map(|member| &member.value)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// Returns the values of an array; empty for another value.
    pub(crate) fn values(&self) -> &[Node] {
        if let Kind::Array(values) = &self.kind { values } else { &[] }
    }

    /// Returns the bytes of the items of an object or an array.
    pub(crate) fn items(&self) -> Vec<(usize, usize)> {
        match &self.kind {
            Kind::Object(members) => members.iter().map(|member| (member.start, member.value.end)).collect(),
            Kind::Array(values) => values.iter().map(|value| (value.start, value.end)).collect(),
            Kind::Text(_) | Kind::Other => Vec::new(),
        }
    }
}

/// Whether an agent reads comments, and a comma after the last item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Strict,
    WithComments,
}

/// The offset of the first byte that is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BrokenAt(pub(crate) usize);

/// The depth to which values are nested.
const MAX_DEPTH: usize = 100;

/// Reads a text.
///
/// # Errors
/// It is not JSON of this dialect, or nested more than 100 levels deep.
pub(crate) fn parse(text: &str, dialect: Dialect) -> Result<Node, BrokenAt> {
    let mut reader = Reader { text, at: 0, dialect };
    // Editors on Windows write a byte order mark.
    if text.starts_with('\u{feff}') {
        reader.at = 3;
    }
    reader.at = reader.after_trivia(reader.at)?;
    let node = reader.value(0)?;
    let end = reader.after_trivia(node.end)?;
    if end == text.len() { Ok(node) } else { Err(BrokenAt(end)) }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    dialect: Dialect,
}

impl Reader<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Returns the offset after white space and comments.
    fn after_trivia(&self, mut at: usize) -> Result<usize, BrokenAt> {
        loop {
            match self.byte(at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
                Some(b'/') if self.dialect == Dialect::WithComments => {
                    at = comment_end(self.text, at).ok_or(BrokenAt(at))?;
                }
                _ => return Ok(at),
            }
        }
    }

    fn skip_trivia(&mut self) -> Result<(), BrokenAt> {
        self.at = self.after_trivia(self.at)?;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Node, BrokenAt> {
        let start = self.at;
        if depth > MAX_DEPTH {
            return Err(BrokenAt(start));
        }
        let kind = match self.byte(start) {
            Some(b'{') => Kind::Object(self.list(b'}', |reader| reader.named(depth))?),
            Some(b'[') => Kind::Array(self.list(b']', |reader| reader.value(depth + 1))?),
            Some(b'"') => Kind::Text(self.string()?),
            _ => {
                let is_end = |byte: u8| b",]}/ \t\r\n".contains(&byte);
                let rest = &self.text.as_bytes()[start..];
                self.at = start + rest.iter().position(|byte| is_end(*byte)).unwrap_or(rest.len());
                let literal = self.text.get(start..self.at).ok_or(BrokenAt(start))?;
                serde_json::from_str::<serde_json::Value>(literal).map_err(|_| BrokenAt(start))?;
                Kind::Other
            }
        };
        Ok(Node { start, end: self.at, kind })
    }

    fn named(&mut self, depth: usize) -> Result<Member, BrokenAt> {
        let start = self.at;
        if self.byte(start) != Some(b'"') {
            return Err(BrokenAt(start));
        }
        let name = self.string()?;
        let name_end = self.at;
        self.skip_trivia()?;
        if self.byte(self.at) != Some(b':') {
            return Err(BrokenAt(self.at));
        }
        self.at += 1;
        self.skip_trivia()?;
        Ok(Member { name, start, name_end, value: self.value(depth + 1)? })
    }

    /// Reads the items after an opening bracket, and the closing one.
    fn list<T>(
        &mut self,
        close: u8,
        item: impl Fn(&mut Self) -> Result<T, BrokenAt>,
    ) -> Result<Vec<T>, BrokenAt> {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            self.skip_trivia()?;
            let may_end = items.is_empty() || self.dialect == Dialect::WithComments;
            if self.byte(self.at) == Some(close) && may_end {
                break;
            }
            items.push(item(self)?);
            self.skip_trivia()?;
            match self.byte(self.at) {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => break,
                _ => return Err(BrokenAt(self.at)),
            }
        }
        self.at += 1;
        Ok(items)
    }

    fn string(&mut self) -> Result<String, BrokenAt> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        loop {
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
                None => return Err(BrokenAt(start)),
            }
        }
        self.at = at + 1;
        let literal = self.text.get(start..self.at).ok_or(BrokenAt(start))?;
        serde_json::from_str(literal).map_err(|_| BrokenAt(start))
    }
}

/// Returns the end of the comment that begins at an offset; that of a line is before its line break.
pub(crate) fn comment_end(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if rest.starts_with("//") {
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        return Some(at + length);
    }
    let end = rest.strip_prefix("/*")?.find("*/")?;
    Some(at + 2 + end + 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn comments_are_for_agents_that_take_them() {
        let text = "// top\n{\"a\": [1, /* two */ 2,], // end\n}\n";
        assert!(parse(text, Dialect::Strict).is_err());
        let root = parse(text, Dialect::WithComments).unwrap();
        assert_eq!(root.member("a").map(|list| list.items().len()), Some(2));
        for broken in ["{\"a\" 1}", "[1 2]", "{,}", "[", "\"", "{} x", "/* ", "[01]", "{\"a\":}", "nul", ""] {
            assert!(parse(broken, Dialect::WithComments).is_err(), "{broken}");
        }
        assert!(parse(&"[".repeat(1 << 20), Dialect::Strict).is_err(), "depth is bounded");
    }

    proptest! {
        #[test]
        fn it_accepts_what_serde_json_accepts(text in "[\\[\\]{}:,\"a1\\\\ \n/*-]{0,12}") {
            let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            prop_assert_eq!(parse(&text, Dialect::Strict).is_ok(), is_json, "{}", text);
            if is_json {
                prop_assert!(parse(&text, Dialect::WithComments).is_ok());
            }
        }
    }
}
