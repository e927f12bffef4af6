//! Requests as a server reads them.

use std::collections::BTreeMap;
use std::io::Read;

/// A request that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub host: String,
    pub method: String,
    pub path: String,
    /// The headers, by their names in lowercase.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Seen {
    /// Whether a text is somewhere in the request.
    pub fn holds(&self, text: &str) -> bool {
        self.path.contains(text)
            || self.body.contains(text)
            || self.headers.values().any(|value| value.contains(text))
    }
}

/// Reads until the empty line after the headers.
pub(super) fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 || head.len() > 1 << 16 {
            return None;
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

/// Reads a request to a host.
pub(super) fn read_request(stream: &mut impl Read, host: &str) -> Option<Seen> {
    let head = read_head(stream)?;
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let pair = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    let headers: BTreeMap<String, String> = lines.filter_map(pair).collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let body = String::from_utf8_lossy(&body).into_owned();
    Some(Seen { host: host.to_owned(), method, path, headers, body })
}
