//! A request and an answer, as plain data. A request may hold a secret, so it does not print itself.

use std::fmt;

/// The HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    Post,
    Delete,
}

impl Method {
    /// The name in a request.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// The body of a request.
#[derive(Clone)]
pub(crate) struct Body {
    /// The media type.
    pub(crate) kind: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// An HTTPS request to port 443 of a host.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) host: String,
    /// The path and the query, from `/` on, percent-encoded.
    pub(crate) path: String,
    /// The headers: names in lowercase, values of visible ASCII characters and spaces.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Body>,
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Request({} {} ..)", self.method.name(), self.host)
    }
}

/// The answer to a request.
#[derive(Clone, Default)]
pub(crate) struct Answer {
    /// The HTTP status code.
    pub(crate) status: u16,
    /// The headers: names in lowercase, values as text.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, at most [`Answer::MAX_BODY`] bytes of it.
    pub(crate) body: Vec<u8>,
    /// Whether the body was longer.
    pub(crate) is_cut: bool,
}

impl Answer {
    /// The most bytes of a body that are read: 1 MiB.
    pub(crate) const MAX_BODY: u64 = 1 << 20;

    /// Returns the first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Answer {
    /// Prints no header and no body: a provider may repeat the secret in either.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Answer({} ..)", self.status)
    }
}

/// The outcome of a request.
pub(crate) type Exchange = Result<Answer, super::Failure>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_and_an_answer_print_neither_secret_nor_body() {
        let secret = "hunter2hunter2";
        let request = Request {
            method: Method::Post,
            host: "api.example.com".to_owned(),
            path: format!("/{secret}"),
            headers: vec![("authorization".to_owned(), secret.to_owned())],
            body: Some(Body { kind: "application/json", bytes: secret.into() }),
        };
        let answer = Answer {
            status: 200,
            headers: vec![("x-echo".to_owned(), secret.to_owned())],
            body: secret.into(),
            is_cut: false,
        };
        let printed = format!("{request:?} {answer:?}");
        assert_eq!(printed, "Request(POST api.example.com ..) Answer(200 ..)");
        assert_eq!((answer.header("x-echo"), answer.header("x-other")), (Some(secret), None));
    }
}
