//! Tar: headers of 512 bytes, each followed by the content of a member. Supports the old format, ustar, pax and GNU's.
//! Format: POSIX.1-2017, "pax"; GNU tar's manual, "Basic Tar Format".

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::image::{self, Notes};
use super::member::{CUT, FaultKind, Member, TOO_MANY_MEMBERS, Unpacked, Visit, fault, label, unnamed};
use super::unpack_budget::UnpackBudget;

/// The name of the format in reports.
const NAME: &str = "tar";

const BLOCK: usize = 512;

/// The field with a name, or with what fits of it.
const NAME_FIELD: Range<usize> = 0..100;

/// The field with the checksum of a header. The field itself counts as spaces.
const CHECKSUM: Range<usize> = 148..156;

/// The maximum number of bytes that are read of a pax header.
const MAX_PAX: usize = 1 << 20;

/// Returns whether a text begins with a header. For other text, one of the first tested bytes decides.
pub(super) fn has_header(text: &[u8]) -> bool {
    text.len() >= BLOCK && text[0] != 0 && (has_magic(text) || has_valid_checksum(text))
}

fn has_magic(block: &[u8]) -> bool {
    matches!(&block[257..263], b"ustar\0" | b"ustar ")
}

/// Returns whether the sum of a block's bytes is the stated one. Some programs add signed bytes.
fn has_valid_checksum(block: &[u8]) -> bool {
    let Some(stated) = parse_octal(&block[CHECKSUM]) else { return false };
    let (mut sum, mut signed) = (8 * u64::from(b' '), 8 * i64::from(b' '));
    for (at, byte) in block[..BLOCK].iter().enumerate() {
        if !CHECKSUM.contains(&at) {
            sum += u64::from(*byte);
            signed += i64::from(byte.cast_signed());
        }
    }
    sum == stated || u64::try_from(signed) == Ok(stated)
}

/// Parses octal digits with spaces before them, and spaces or zeros after them.
fn parse_octal(field: &[u8]) -> Option<u64> {
    let start = field.iter().take_while(|byte| **byte == b' ').count();
    let digits = field[start..].iter().take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let rest = &field[start + digits..];
    if digits == 0 || !rest.iter().all(|byte| matches!(byte, 0 | b' ')) {
        return None;
    }
    field[start..start + digits]
        .iter()
        .try_fold(0_u64, |number, digit| number.checked_mul(8)?.checked_add(u64::from(digit - b'0')))
}

/// Parses a size: octal digits, or a binary number if the upper bit is set.
fn parse_size(field: &[u8]) -> Option<usize> {
    if field[0] & 0x80 == 0 {
        return if field[0] == 0 { Some(0) } else { usize::try_from(parse_octal(field)?).ok() };
    }
    let number = field[1..].iter().try_fold(u64::from(field[0] & 0x7f), |number, byte| {
        number.checked_mul(256)?.checked_add(u64::from(*byte))
    })?;
    usize::try_from(number).ok()
}

/// Returns the part of a span up to the first zero.
fn before_zero(text: &[u8], span: &Range<usize>) -> Range<usize> {
    span.start..span.start + up_to_zero(&text[span.clone()]).len()
}

fn up_to_zero(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// The name and size of the next member that extension headers before it state.
#[derive(Default)]
struct Extension {
    /// The span of the name.
    name: Option<Range<usize>>,
    size: Option<usize>,
}

/// Unpacks all members.
pub(super) fn unpack(text: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let notes = if image::may_hold_images(text) { image_notes(text) } else { Notes::new() };
    unpack_members(Reader { notes, ..Reader::new(text) }, budget, visit);
}

fn image_notes(text: &[u8]) -> Notes {
    let spans = spans(text);
    let mut read = |name: &str, _| Some(Cow::Borrowed(&text[spans.get(name)?.clone()]));
    image::notes(&mut read, &|name| spans.contains_key(name))
}

/// Returns the spans of the contents of all members, by the names of the members.
fn spans(text: &[u8]) -> HashMap<String, Range<usize>> {
    let mut spans = HashMap::new();
    let mut budget = UnpackBudget::for_file(text.len());
    unpack_members(Reader::new(text), &mut budget, &mut |part, _| {
        if let Unpacked::Member(Member { label, span, .. }) = part {
            spans.insert(name_in(&label).to_owned(), span);
        }
    });
    spans
}

/// Returns the name of a member in its label, without the current folder.
fn name_in(label: &str) -> &str {
    let name = label.split_once(':').map_or(label, |(_, name)| name);
    name.strip_prefix("./").unwrap_or(name)
}

fn unpack_members(mut reader: Reader<'_>, budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let text = reader.text;
    while let Some(block) = text.get(reader.at..reader.at + BLOCK) {
        let is_header = block[0] != 0 && has_valid_checksum(block);
        if is_header {
            if !budget.count_member() {
                return visit(archive_fault(FaultKind::Budget, TOO_MANY_MEMBERS), budget);
            }
            reader.read_member(block, budget, visit);
            continue;
        }
        // Two blocks of zeros are the end. Some programs read on after them, and so does this one.
        if block.iter().all(|byte| *byte == 0) {
            reader.is_ended = true;
        } else if !reader.is_ended && !reader.is_lost {
            reader.is_lost = true;
            visit(archive_fault(FaultKind::Corrupt, "a header is damaged"), budget);
        }
        reader.at += BLOCK;
    }
    // Not every program writes two blocks of zeros, but every program writes one.
    if !reader.is_ended && !reader.is_lost && !reader.is_cut {
        visit(archive_fault(FaultKind::Corrupt, CUT), budget);
    }
}

fn archive_fault(kind: FaultKind, message: &'static str) -> Unpacked<'static> {
    fault(kind, message, NAME.to_owned())
}

struct Reader<'t> {
    text: &'t [u8],
    /// The offset of the next header.
    at: usize,
    extension: Extension,
    /// Whether damage was reported, and no header followed.
    is_lost: bool,
    /// Whether a cut was reported.
    is_cut: bool,
    /// Whether a block of zeros was read.
    is_ended: bool,
    /// The words about members of images.
    notes: Notes,
}

impl<'t> Reader<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            at: 0,
            extension: Extension::default(),
            is_lost: false,
            is_cut: false,
            is_ended: false,
            notes: Notes::new(),
        }
    }

    /// Reads a header and its content.
    fn read_member(&mut self, block: &[u8], budget: &mut UnpackBudget, visit: &mut Visit<'_>) {
        self.is_lost = false;
        let (kind, header) = (block[156], self.at);
        let mut start = self.at + BLOCK;
        if kind == b'S' {
            start += self.sparse_map_length(block[482]);
        }
        // Links and folders have no content, whatever size they state.
        let stated = if matches!(kind, b'1'..=b'6') { Some(0) } else { parse_size(&block[124..136]) };
        let is_extension = matches!(kind, b'x' | b'g' | b'L' | b'K');
        let stated = self.extension.size.filter(|_| !is_extension).or(stated);
        let length = stated.unwrap_or(0);
        let end = start.saturating_add(length);
        let span = start.min(self.text.len())..end.min(self.text.len());
        let bytes = &self.text[span.clone()];
        self.at = end.checked_next_multiple_of(BLOCK).unwrap_or(usize::MAX - BLOCK).min(self.text.len());
        let is_cut = end > self.text.len();
        self.is_cut |= is_cut;
        match kind {
            b'x' => self.extension = parse_pax(self.text, &span, std::mem::take(&mut self.extension)),
            b'g' | b'K' => {}
            b'L' => self.extension.name = Some(before_zero(self.text, &span)),
            _ => {
                let name = std::mem::take(&mut self.extension).name;
                self.visit_long_name(header, name.as_ref(), budget, visit);
                let name = name.map_or_else(|| header_name(block), |name| self.text[name].to_vec());
                let mut label = label(NAME, &name);
                if let Some(words) = self.notes.get(name_in(&label)) {
                    label = format!("{label} ({words})");
                }
                if is_cut || stated.is_none() {
                    let message = if is_cut { CUT } else { "its size is not a number" };
                    visit(fault(FaultKind::Corrupt, message, label.clone()), budget);
                }
                if !bytes.is_empty() {
                    visit(
                        Unpacked::Member(Member { label, bytes: Cow::Borrowed(bytes), span, map: None }),
                        budget,
                    );
                }
                return;
            }
        }
        if is_cut {
            visit(archive_fault(FaultKind::Corrupt, CUT), budget);
        }
    }

    /// Visits a name that fills the field of a header, as a text of its own: digits follow the field, and seem to belong
    /// to a key at its end. What the field holds of a longer name is a copy.
    fn visit_long_name(
        &self,
        header: usize,
        long: Option<&Range<usize>>,
        budget: &mut UnpackBudget,
        visit: &mut Visit<'_>,
    ) {
        let field = before_zero(self.text, &(header..header + NAME_FIELD.len()));
        if field.len() < NAME_FIELD.len() {
            return;
        }
        // Some programs put another part of the name into the field.
        if let Some(long) = long
            && self.text[long.clone()].starts_with(&self.text[field.clone()])
        {
            visit(Unpacked::Copy { span: field.clone(), first: long.start }, budget);
        }
        let span = long.unwrap_or(&field).clone();
        let bytes = &self.text[span.clone()];
        let label = unnamed(NAME, bytes);
        visit(Unpacked::Member(Member { label, bytes: Cow::Borrowed(bytes), span, map: None }), budget);
    }

    /// Returns the length of the blocks that list the holes of a sparse file, in bytes.
    fn sparse_map_length(&self, mut has_more: u8) -> usize {
        let mut length = 0;
        while has_more != 0 {
            let Some(block) = self.text.get(self.at + BLOCK + length..self.at + 2 * BLOCK + length) else {
                break;
            };
            length += BLOCK;
            has_more = block[504];
        }
        length
    }
}

/// Returns the name in a header. POSIX stores the folders of a long name in a separate field.
fn header_name(block: &[u8]) -> Vec<u8> {
    let (name, folders) = (up_to_zero(&block[..100]), up_to_zero(&block[345..500]));
    if &block[257..263] == b"ustar\0" && !folders.is_empty() {
        return [folders, b"/", name].concat();
    }
    name.to_vec()
}

/// Parses the records of the pax header with a span, `LENGTH KEY=VALUE\n`.
fn parse_pax(text: &[u8], span: &Range<usize>, mut extension: Extension) -> Extension {
    let mut rest = &text[span.start..span.end.min(span.start + MAX_PAX)];
    let mut at = span.start;
    while let Some(space) = rest.iter().take(20).position(|byte| *byte == b' ') {
        let length = std::str::from_utf8(&rest[..space]).ok().and_then(|digits| digits.parse::<usize>().ok());
        let record = length.filter(|length| *length > space + 1).and_then(|length| rest.get(..length));
        let Some(record) = record else { break };
        let entry = record[space + 1..].strip_suffix(b"\n").unwrap_or(&record[space + 1..]);
        if let Some(path) = entry.strip_prefix(b"path=") {
            let end = at + space + 1 + entry.len();
            extension.name = Some(end - path.len()..end);
        } else if let Some(size) = entry.strip_prefix(b"size=") {
            let size = std::str::from_utf8(size).ok().and_then(|size| size.parse().ok());
            extension.size = size.or(extension.size);
        }
        rest = &rest[record.len()..];
        at += record.len();
    }
    extension
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_header_are_octal_digits_and_nothing_else() {
        assert_eq!(
            (parse_octal(b"  644 \0"), parse_octal(b"0000010\0"), parse_octal(b"777")),
            (Some(0o644), Some(8), Some(0o777))
        );
        for field in [&b""[..], b"   ", b"\0\0", b"12x", b"8", b"- 1", b"1 2", &[b'7'; 30]] {
            assert_eq!(parse_octal(field), None, "{field:?}");
        }
    }
}
