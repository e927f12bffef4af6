//! Answers of a server, and faults.

use std::time::Duration;

/// What a server does with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// An answer: status, headers, body.
    Answer(u16, Vec<(String, String)>, Vec<u8>),
    /// Nothing for this time, then an answer.
    SlowHeader(Duration),
    /// Headers, and a byte of the body for each of these pauses.
    SlowBody(Duration),
    /// Headers that promise more than comes before the end.
    CutBody,
    /// The end of the connection.
    Nothing,
    /// Bytes that are not HTTP.
    NotHttp,
    /// An answer with this many bytes of a body.
    Huge(usize),
}

/// A part of an answer.
pub(super) enum Part {
    Bytes(Vec<u8>),
    Pause(Duration),
}

impl Reply {
    /// Returns an answer with a body of JSON.
    pub fn json(status: u16, body: &str) -> Self {
        Self::Answer(status, vec![("content-type".to_owned(), "application/json".to_owned())], body.into())
    }

    /// Returns an answer with a header and without a body.
    pub fn with_header(status: u16, name: &str, value: &str) -> Self {
        Self::Answer(status, vec![(name.to_owned(), value.to_owned())], Vec::new())
    }

    pub(super) const fn ends_connection(&self) -> bool {
        !matches!(self, Self::Answer(..) | Self::SlowHeader(_))
    }

    pub(super) fn parts(&self) -> Vec<Part> {
        let head = |length: usize| {
            format!("HTTP/1.1 200 Okay\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n")
        };
        match self {
            Self::Answer(status, headers, body) => {
                let mut head = format!("HTTP/1.1 {status} Answer\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    head.extend([name, ": ", value, "\r\n"]);
                }
                vec![Part::Bytes([head.as_bytes(), b"\r\n", body].concat())]
            }
            Self::SlowHeader(time) => {
                vec![Part::Pause(*time), Part::Bytes((head(11) + "{\"data\":[]}").into_bytes())]
            }
            Self::SlowBody(time) => {
                let mut parts = vec![Part::Bytes(head(11).into_bytes())];
                for byte in b"{\"data\":[]}" {
                    parts.extend([Part::Pause(*time), Part::Bytes(vec![*byte])]);
                }
                parts
            }
            Self::CutBody => vec![Part::Bytes((head(1000) + "{\"data\":[]}").into_bytes())],
            Self::Nothing => Vec::new(),
            Self::NotHttp => vec![Part::Bytes(b"220 mail.example ESMTP\r\n\r\n".to_vec())],
            Self::Huge(length) => {
                let chunk = vec![b' '; 1 << 20];
                let mut parts = vec![Part::Bytes(head(*length).into_bytes())];
                parts.extend((0..length / chunk.len()).map(|_| Part::Bytes(chunk.clone())));
                parts
            }
        }
    }
}
