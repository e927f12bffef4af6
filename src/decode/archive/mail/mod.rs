//! E-mails as files (`.eml`, also `.mht`) and files of several (`mbox`): parts in base64 and quoted-printable, parts with
//! a name, and fields of headers with encoded words are members. Plain text without a name is left to the search of the
//! file's own bytes, which also sees everything else in the encodings that it knows.
//! Format: RFC 5322, RFC 2045 to 2047, RFC 4155.

mod entity;
mod header;
mod transfer;

use std::borrow::Cow;
use std::ops::Range;

use super::member::{CUT, FaultKind, Member, OVER_BUDGET, TOO_MANY_MEMBERS, Unpacked, Visit, fault, label};
use super::unpack_budget::UnpackBudget;
use crate::decode::source_map::{Decoded, SourceMap};
use entity::{Entity, Kind, Transfer, has_parts, hidden};
use header::{Field, Fields, field_name, main_value};
use transfer::{Damage, decode_base64, decode_quoted_printable, decode_words, has_word};

/// The names of the formats in reports.
const EML: &str = "eml";
const MBOX: &str = "mbox";
pub(super) const FORMATS: [&str; 2] = [EML, MBOX];

/// The longest header that is read to recognise an e-mail, in bytes.
const MAX_HEADER: usize = 128 << 10;

/// The maximum number of multiparts and messages in each other.
const MAX_DEPTH: usize = 32;

/// The largest part with a map to the original bytes, in bytes: a map may be larger than the part.
const MAX_MAPPED: usize = 8 << 20;

const ENCRYPTED: &str = "it is encrypted";
const WRONG_BASE64: &str = "its base64 is damaged";
const NO_BOUNDARY: &str = "it names no boundary between its parts";
const TOO_DEEP: &str = "too many parts are nested in each other";

/// The fields that an e-mail begins with, and the beginnings of others.
const FIRST_FIELDS: [&str; 24] = [
    "bcc",
    "cc",
    "date",
    "delivered-to",
    "delivery-date",
    "dkim-signature",
    "envelope-to",
    "fcc",
    "from",
    "importance",
    "in-reply-to",
    "message-id",
    "mime-version",
    "organization",
    "references",
    "reply-to",
    "return-path",
    "sender",
    "status",
    "subject",
    "to",
    "user-agent",
    "authentication-results",
    "received",
];
const FIRST_PREFIXES: [&str; 8] =
    ["arc-", "content-", "domainkey-", "list-", "received-", "resent-", "thread-", "x-"];

/// Returns whether a text is an e-mail with something to decode, or a file of several.
pub(super) fn is_mail(text: &[u8]) -> bool {
    let start = after_envelope(text);
    let Some(name) = text.get(start..).and_then(field_name).map(<[u8]>::trim_ascii_end) else { return false };
    let begins = |prefix: &&str| {
        name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let is_first = FIRST_FIELDS.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
        || FIRST_PREFIXES.iter().any(begins);
    is_first
        && (is_mbox(text)
            || Fields::new(text, start..text.len().min(start + MAX_HEADER)).any(|field| is_mark(&field)))
}

/// Returns whether a field says that there is something to decode.
fn is_mark(field: &Field<'_>) -> bool {
    if field.is("Content-Type") {
        has_parts(&main_value(field.value))
    } else if field.is("Content-Transfer-Encoding") {
        Transfer::from_name(&main_value(field.value)) != Transfer::Plain
    } else {
        has_word(field.value)
    }
}

/// Returns the offset after the line that begins a message in a file of several.
fn after_envelope(text: &[u8]) -> usize {
    let line = text.starts_with(b"From ").then(|| memchr::memchr(b'\n', text)).flatten();
    line.map_or(0, |end| end + 1)
}

/// Returns whether a text begins with the line before a message, which has a time.
fn has_envelope(text: &[u8]) -> bool {
    let line = &text[..after_envelope(text)];
    line.len() < 512 && memchr::memchr_iter(b':', line).count() >= 2
}

/// Returns whether a text is a file of several messages. `git format-patch` writes such a line as well, always with the
/// same time.
fn is_mbox(text: &[u8]) -> bool {
    let line = text[..after_envelope(text)].trim_ascii_end();
    has_envelope(text) && !line.ends_with(b" Mon Sep 17 00:00:00 2001")
}

/// Unpacks the parts of all messages.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let mut reader = Reader { text, prefix: String::new(), format: EML, is_over: false, budget, visit };
    // Several patches in one file are such messages, too.
    let are_several = is_mbox(text) || has_envelope(text) && next_message(text, 0) < text.len();
    if !are_several {
        return reader.read_message(after_envelope(text)..text.len());
    }
    reader.format = MBOX;
    let mut start = 0;
    for number in 1_u32.. {
        let end = next_message(text, start);
        reader.prefix = format!("{number}/");
        reader.read_message(start + after_envelope(&text[start..end])..end);
        if end == text.len() || reader.is_over {
            return;
        }
        start = end;
    }
}

/// Returns the start of the message after the one at an offset, or the end of the text.
fn next_message(text: &[u8], start: usize) -> usize {
    let begins = |at: &usize| {
        let is_after_empty_line = text[..*at].ends_with(b"\n\n") || text[..*at].ends_with(b"\r\n\r\n");
        let rest = &text[*at..];
        is_after_empty_line && has_envelope(rest) && field_name(&rest[after_envelope(rest)..]).is_some()
    };
    memchr::memmem::find_iter(&text[start..], b"\nFrom ")
        .map(|at| start + at + 1)
        .find(begins)
        .unwrap_or(text.len())
}

/// A multipart whose end is not reached.
struct Frame {
    boundary: Vec<u8>,
    /// The number of the multipart, such as `2.`, and of parts in it so far.
    number: String,
    count: u32,
    depth: usize,
    /// Whether its parts are messages if they do not say what they are.
    is_digest: bool,
}

/// A part that is read next.
struct Place {
    at: usize,
    number: String,
    depth: usize,
    is_in_digest: bool,
}

/// A line between two parts.
struct Delimiter {
    /// The index of its frame.
    frame: usize,
    is_last: bool,
    after: usize,
}

/// Returns an empty text of a part of the file.
fn new_decoded(span: &Range<usize>) -> Decoded {
    if span.len() <= MAX_MAPPED { Decoded::new(span.end) } else { Decoded::default() }
}

/// A reader of the messages of a file.
struct Reader<'r, 't, 'v> {
    text: &'t [u8],
    format: &'static str,
    /// What names the message: its number in a file of several.
    prefix: String,
    /// Whether the budget is used up.
    is_over: bool,
    budget: &'r mut UnpackBudget,
    visit: &'r mut Visit<'v>,
}

impl Reader<'_, '_, '_> {
    /// Reads a message: its header, and the parts of its body.
    fn read_message(&mut self, span: Range<usize>) {
        let mut frames: Vec<Frame> = Vec::new();
        let mut part = Place { at: span.start, number: String::new(), depth: 0, is_in_digest: false };
        while !self.is_over {
            let mut entity = Entity::read(self.text, part.at..span.end, part.is_in_digest);
            self.visit_fields(part.at..entity.body);
            (part.at, part.is_in_digest) = (entity.body, false);
            let name = entity.name_or(&part.number);
            if part.depth >= MAX_DEPTH && entity.kind != Kind::Single {
                self.report(FaultKind::Budget, TOO_DEEP, &name);
                (entity.kind, entity.boundary) = (Kind::Single, None);
            } else if entity.kind.is_multipart() && entity.boundary.is_none() {
                self.report(FaultKind::Corrupt, NO_BOUNDARY, &name);
            }
            if entity.kind == Kind::Message {
                part.depth += 1;
                continue;
            }
            if entity.kind == Kind::Encrypted {
                self.report(FaultKind::Unsupported, ENCRYPTED, &name);
            }
            let is_leaf = entity.boundary.is_none();
            if let Some(boundary) = entity.boundary.take() {
                let (number, depth) = (part.number.clone(), part.depth + 1);
                frames.push(Frame {
                    boundary,
                    number,
                    count: 0,
                    depth,
                    is_digest: entity.kind == Kind::Digest,
                });
            }
            let (body_end, delimiter) = self.next_delimiter(part.at..span.end, &frames);
            let is_cut = is_leaf && self.visit_part(&entity, &name, part.at..body_end) && delimiter.is_none();
            let Some(next) = self.next_part(delimiter, &mut frames, span.end) else {
                // A header alone, as in a template of a program, has no part that something could be missing of.
                let has_parts = frames.first().is_some_and(|frame| frame.count > 0);
                if has_parts && !is_cut && !self.is_over {
                    self.report(FaultKind::Corrupt, CUT, b"");
                }
                return;
            };
            part = next;
        }
    }

    /// Returns the part after a delimiter. What is between the last part of a multipart and the next part belongs to
    /// none.
    fn next_part(
        &self,
        mut delimiter: Option<Delimiter>,
        frames: &mut Vec<Frame>,
        end: usize,
    ) -> Option<Place> {
        loop {
            let found = delimiter?;
            if !found.is_last {
                frames.truncate(found.frame + 1);
                let frame = frames.last_mut()?;
                frame.count += 1;
                let number = format!("{}{}.", frame.number, frame.count);
                return Some(Place {
                    at: found.after,
                    number,
                    depth: frame.depth,
                    is_in_digest: frame.is_digest,
                });
            }
            frames.truncate(found.frame);
            delimiter = self.next_delimiter(found.after..end, frames).1;
        }
    }

    /// Returns the end of a body, and the line after it that ends a part of one of the frames.
    fn next_delimiter(&self, body: Range<usize>, frames: &[Frame]) -> (usize, Option<Delimiter>) {
        if frames.is_empty() {
            return (body.end, None);
        }
        let text = &self.text[..body.end];
        // The line break before the body may be the one before a delimiter.
        let from = body.start.saturating_sub(1);
        for line_break in memchr::memmem::find_iter(&text[from..], b"\n--").map(|at| from + at) {
            let line = &text[line_break + 3..];
            let length = memchr::memchr(b'\n', line).map_or(line.len(), |at| at + 1);
            let found = frames.iter().enumerate().rev().find_map(|(frame, known)| {
                let rest = line[..length].strip_prefix(&known.boundary[..])?;
                let end = rest.strip_prefix(b"--");
                let is_whole = end.unwrap_or(rest).trim_ascii().is_empty();
                is_whole.then_some(Delimiter {
                    frame,
                    is_last: end.is_some(),
                    after: line_break + 3 + length,
                })
            });
            if found.is_some() {
                let end = line_break - usize::from(text[..line_break].ends_with(b"\r"));
                return (end.max(body.start), found);
            }
        }
        (body.end, None)
    }

    /// Visits the fields of a header that have encoded words.
    fn visit_fields(&mut self, span: Range<usize>) {
        for field in Fields::new(self.text, span) {
            let mut decoded = new_decoded(&field.span);
            if !self.is_over && decode_words(self.text, &field.span, &mut decoded) {
                self.visit_decoded(field.name, decoded, field.span);
            }
        }
    }

    /// Visits a part. Returns whether it is cut.
    fn visit_part(&mut self, entity: &Entity, name: &[u8], span: Range<usize>) -> bool {
        let text = self.text;
        let is_plain = entity.transfer == Transfer::Plain;
        let is_read = !is_plain || entity.is_named() || super::is_archive(&text[span.clone()]);
        if span.is_empty() || is_read && !self.may_decode(span.len(), name) {
            return false;
        }
        let mut decoded = new_decoded(&span);
        let mut damage = Damage::None;
        match entity.transfer {
            Transfer::Base64 => damage = decode_base64(text, &span, &mut decoded),
            Transfer::QuotedPrintable => decode_quoted_printable(text, &span, &mut decoded),
            Transfer::Unknown(message) => self.report(FaultKind::Unsupported, message, name),
            Transfer::Plain => {}
        }
        let bytes = if is_plain { &text[span.clone()] } else { &decoded.text[..] };
        if let Some(message) = hidden(bytes) {
            self.report(FaultKind::Unsupported, message, name);
        } else if !is_plain {
            self.visit_decoded(name, decoded, span);
        } else if is_read {
            self.visit_member(name, Cow::Borrowed(bytes), span, None);
        }
        match damage {
            Damage::None => {}
            Damage::Cut => self.report(FaultKind::Corrupt, CUT, name),
            Damage::Characters => self.report(FaultKind::Corrupt, WRONG_BASE64, name),
        }
        damage == Damage::Cut
    }

    fn visit_decoded(&mut self, name: &[u8], decoded: Decoded, span: Range<usize>) {
        if decoded.text.is_empty() {
            return;
        }
        let Decoded { text, map } = decoded;
        self.visit_member(name, Cow::Owned(text), span, map);
    }

    fn visit_member(
        &mut self,
        name: &[u8],
        bytes: Cow<'_, [u8]>,
        span: Range<usize>,
        map: Option<SourceMap>,
    ) {
        if !self.budget.count_member() {
            self.is_over = true;
            return self.report(FaultKind::Budget, TOO_MANY_MEMBERS, b"");
        }
        self.budget.spend(bytes.len());
        let label = self.label(name);
        (self.visit)(Unpacked::Member(Member { label, bytes, span, map }), self.budget);
    }

    /// Returns whether a part of a length may be decoded. Nothing becomes longer.
    fn may_decode(&mut self, length: usize, name: &[u8]) -> bool {
        let is_within = length <= self.budget.bytes_left();
        if !is_within {
            self.is_over = true;
            self.report(FaultKind::Budget, OVER_BUDGET, name);
        }
        is_within
    }

    fn label(&self, name: &[u8]) -> String {
        let name = [self.prefix.as_bytes(), name].concat();
        let name = name.strip_suffix(b"/").unwrap_or(&name);
        if name.is_empty() { self.format.to_owned() } else { label(self.format, name) }
    }

    fn report(&mut self, kind: FaultKind, message: &'static str, name: &[u8]) {
        let label = self.label(name);
        (self.visit)(fault(kind, message, label), self.budget);
    }
}
