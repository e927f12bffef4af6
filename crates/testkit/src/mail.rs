//! Synthetic e-mails: fields, parts, base64 and quoted-printable. Lines end with `\n`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Writes an e-mail with further fields and a body.
pub fn mail(fields: &str, body: &[u8]) -> Vec<u8> {
    let header = format!("From: a@example.org\nSubject: words\nMIME-Version: 1.0\n{fields}\n");
    [header.as_bytes(), body].concat()
}

/// Writes an e-mail of parts, each with its fields and its body.
pub fn multipart<Fields: AsRef<str>>(parts: &[(Fields, Vec<u8>)]) -> Vec<u8> {
    let mut body = b"before\n".to_vec();
    for (fields, content) in parts {
        body.extend([&b"--edge\n"[..], fields.as_ref().as_bytes(), b"\n", content, b"\n"].concat());
    }
    body.extend(b"--edge--\nafter\n");
    mail("Content-Type: multipart/mixed;\n boundary=\"edge\"\n", &body)
}

/// The field of a part in base64, and that of one in quoted-printable.
pub const BASE64: &str = "Content-Transfer-Encoding: base64\n";
pub const QUOTED: &str = "Content-Transfer-Encoding: quoted-printable\n";

/// Encodes a body in base64, in lines of a length.
pub fn base64(content: &[u8], length: usize) -> Vec<u8> {
    let encoded = STANDARD.encode(content);
    encoded.as_bytes().chunks(length.max(1)).flat_map(|line| [line, b"\n"].concat()).collect()
}

/// Encodes a body in quoted-printable, with a soft line break after each 20 bytes.
pub fn quoted_printable(content: &[u8]) -> Vec<u8> {
    let byte = |(at, byte): (usize, &u8)| {
        let soft_break = if at % 20 == 19 { "=\n" } else { "" };
        match byte {
            // A body may not have the line of a delimiter.
            b'!'..=b',' | b'.'..=b'<' | b'>'..=b'~' => format!("{}{soft_break}", char::from(*byte)),
            _ => format!("={byte:02X}{soft_break}"),
        }
    };
    content.iter().enumerate().flat_map(|one| byte(one).into_bytes()).collect()
}

/// Replaces the ends of lines by `\r\n`.
pub fn with_carriage_returns(text: &[u8]) -> Vec<u8> {
    text.split_inclusive(|byte| *byte == b'\n')
        .flat_map(|line| line.strip_suffix(b"\n").map_or(line.to_vec(), |line| [line, b"\r\n"].concat()))
        .collect()
}
