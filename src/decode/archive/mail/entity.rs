//! What the header of an e-mail, or of one of its parts, says about its body.
//! Format: RFC 2045, RFC 2046, RFC 2183, RFC 1847 and RFC 8551 for what is encrypted.

use std::ops::Range;

use super::header::{Fields, decoded_name, main_value, parameter};

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    Plain,
    Base64,
    QuotedPrintable,
    /// Not decoded, with the message.
    Unknown(&'static str),
}

impl Transfer {
    /// Returns the encoding of a name in lower case. What has no encoding has many names.
    pub(super) fn from_name(name: &[u8]) -> Self {
        match name {
            b"base64" => Self::Base64,
            b"quoted-printable" => Self::QuotedPrintable,
            b"uuencode" | b"x-uuencode" | b"uue" | b"x-uue" => {
                Self::Unknown("it is encoded with uuencode, which is not supported")
            }
            b"x-yenc" | b"yenc" => Self::Unknown("it is encoded with yEnc, which is not supported"),
            b"binhex" | b"x-binhex" | b"x-binhex40" => {
                Self::Unknown("it is encoded with BinHex, which is not supported")
            }
            _ => Self::Plain,
        }
    }
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Single,
    /// A message as it is.
    Message,
    Multipart,
    /// A multipart whose parts are messages if they do not say what they are.
    Digest,
    /// A multipart with an encrypted part.
    Encrypted,
}

impl Kind {
    /// Returns the kind of a type in lower case.
    fn from_type(name: &[u8], transfer: Transfer) -> Self {
        match name {
            b"multipart/digest" => Self::Digest,
            b"multipart/encrypted" => Self::Encrypted,
            _ if name.starts_with(b"multipart/") => Self::Multipart,
            _ if is_message(name) && transfer == Transfer::Plain => Self::Message,
            _ => Self::Single,
        }
    }

    pub(super) const fn is_multipart(self) -> bool {
        matches!(self, Self::Multipart | Self::Digest | Self::Encrypted)
    }
}

/// An e-mail or a part of one.
pub(super) struct Entity {
    /// The offset of the body.
    pub(super) body: usize,
    pub(super) transfer: Transfer,
    pub(super) kind: Kind,
    /// What separates the parts of a multipart.
    pub(super) boundary: Option<Vec<u8>>,
    name: Option<Vec<u8>>,
}

impl Entity {
    /// Reads the header of an entity. `is_in_digest` is whether it is a message if it does not say what it is.
    pub(super) fn read(text: &[u8], span: Range<usize>, is_in_digest: bool) -> Self {
        let mut fields = Fields::new(text, span);
        let default_type: &[u8] = if is_in_digest { b"message/rfc822" } else { b"" };
        let (mut content_type, mut transfer, mut disposition) = (default_type, Transfer::Plain, &b""[..]);
        for field in &mut fields {
            if field.is("Content-Type") {
                content_type = field.value;
            } else if field.is("Content-Transfer-Encoding") {
                transfer = Transfer::from_name(&main_value(field.value));
            } else if field.is("Content-Disposition") {
                disposition = field.value;
            }
        }
        let kind = Kind::from_type(&main_value(content_type), transfer);
        let is_not_empty = |value: &Vec<u8>| !value.is_empty();
        Self {
            body: fields.at,
            transfer,
            kind,
            boundary: parameter(content_type, "boundary")
                .filter(|_| kind.is_multipart())
                .filter(is_not_empty),
            name: parameter(disposition, "filename")
                .or_else(|| parameter(content_type, "name"))
                .map(decoded_name)
                .filter(is_not_empty),
        }
    }

    pub(super) const fn is_named(&self) -> bool {
        self.name.is_some()
    }

    /// Returns the name of a part. One without a name has the number that the IMAP protocol gives it.
    pub(super) fn name_or(&self, number: &str) -> Vec<u8> {
        let number = number.trim_end_matches('.');
        let number = if number.is_empty() { "1" } else { number };
        self.name.clone().unwrap_or_else(|| format!("(part {number})").into_bytes())
    }
}

fn is_message(kind: &[u8]) -> bool {
    matches!(kind, b"message/rfc822" | b"message/global" | b"message/news")
}

/// Returns whether a body of a type has parts, or is encrypted.
pub(super) fn has_parts(kind: &[u8]) -> bool {
    kind.starts_with(b"multipart/") || is_message(kind) || kind.ends_with(b"pkcs7-mime")
}

/// The object identifiers of content that S/MIME hides, each with the message.
const HIDDEN: [(&[u8], &str); 4] = [
    (b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", super::ENCRYPTED),
    (b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06", super::ENCRYPTED),
    (b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17", super::ENCRYPTED),
    (
        b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09",
        "it is compressed by S/MIME, which is not supported",
    ),
];

/// Returns the message if a body is content that S/MIME hides: a sequence that begins with an identifier.
pub(super) fn hidden(bytes: &[u8]) -> Option<&'static str> {
    const MAX_LENGTH: usize = 6;
    let start = bytes.strip_prefix(b"\x30")?;
    let hides = |identifier: &[u8]| {
        (1..MAX_LENGTH).any(|at| start.get(at..).is_some_and(|start| start.starts_with(identifier)))
    };
    HIDDEN.iter().find(|(identifier, _)| hides(identifier)).map(|(_, message)| *message)
}
