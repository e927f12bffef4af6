//! Tar: headers of 512 bytes, each followed by what it is about. The old form, ustar, pax and GNU's.
//! Format: POSIX.1-2017, "pax"; GNU tar's manual, "Basic Tar Format".

use std::borrow::Cow;
use std::ops::Range;

use crate::decode::archive::{FaultKind, Format, Member, UnpackBudget, Unpacked, Visit, fault, label};

const BLOCK: usize = 512;

/// The sum of a header's bytes stands here, and counts as spaces itself.
const SUM: Range<usize> = 148..156;

/// No longer list of pax is looked at, in bytes.
const MOST_PAX: usize = 1 << 20;

/// Whether a text begins with a header. Text fails at one of the first bytes that are looked at.
pub(crate) fn begins(text: &[u8]) -> bool {
    text.len() >= BLOCK && text[0] != 0 && (has_magic(text) || has_sum(text))
}

fn has_magic(block: &[u8]) -> bool {
    matches!(&block[257..263], b"ustar\0" | b"ustar ")
}

/// Whether the sum of a block's bytes is the one that it states; some programs counted signed bytes.
fn has_sum(block: &[u8]) -> bool {
    let Some(stated) = octal(&block[SUM]) else { return false };
    let (mut sum, mut signed) = (8 * u64::from(b' '), 8 * i64::from(b' '));
    for (at, byte) in block[..BLOCK].iter().enumerate() {
        if !SUM.contains(&at) {
            sum += u64::from(*byte);
            signed += i64::from(byte.cast_signed());
        }
    }
    sum == stated || u64::try_from(signed) == Ok(stated)
}

/// Digits with spaces before and a space or zero behind.
fn octal(field: &[u8]) -> Option<u64> {
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

/// A size: octal, or with the upper bit set a binary number.
fn size(field: &[u8]) -> Option<usize> {
    if field[0] & 0x80 == 0 {
        return if field[0] == 0 { Some(0) } else { usize::try_from(octal(field)?).ok() };
    }
    let number = field[1..].iter().try_fold(u64::from(field[0] & 0x7f), |number, byte| {
        number.checked_mul(256)?.checked_add(u64::from(*byte))
    })?;
    usize::try_from(number).ok()
}

fn up_to_zero(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// What stands between a member and its header, and is about that member alone.
#[derive(Default)]
struct About {
    name: Option<Vec<u8>>,
    size: Option<usize>,
}

pub(crate) fn open(text: &[u8], room: &mut UnpackBudget, visit: &mut Visit<'_>) {
    let mut walk =
        Walk { text, at: 0, about: About::default(), is_lost: false, is_cut: false, is_over: false };
    while let Some(block) = text.get(walk.at..walk.at + BLOCK) {
        let is_header = block[0] != 0 && has_sum(block);
        if is_header {
            if !room.count() {
                let said = "it has more members than are looked at";
                return visit(fault(FaultKind::Budget, said, Format::Tar.name().to_owned()), room);
            }
            walk.member(block, room, visit);
            continue;
        }
        // Two blocks of zeroes are the end; but some programs read on, and so does this.
        if block.iter().all(|byte| *byte == 0) {
            walk.is_over = true;
        } else if !walk.is_over && !walk.is_lost {
            walk.is_lost = true;
            visit(fault(FaultKind::Corrupt, "a header is damaged", Format::Tar.name().to_owned()), room);
        }
        walk.at += BLOCK;
    }
    // Not every program writes two blocks of zeroes, but each at least one.
    if !walk.is_over && !walk.is_lost && !walk.is_cut {
        visit(fault(FaultKind::Corrupt, "it is cut short", Format::Tar.name().to_owned()), room);
    }
}

struct Walk<'t> {
    text: &'t [u8],
    /// Where the next header is expected.
    at: usize,
    about: About,
    /// Whether damage was told, and no header came since.
    is_lost: bool,
    /// Whether it was told that it is cut short.
    is_cut: bool,
    /// Whether the end was seen.
    is_over: bool,
}

impl Walk<'_> {
    /// Reads a header and what belongs to it.
    fn member(&mut self, block: &[u8], room: &mut UnpackBudget, visit: &mut Visit<'_>) {
        self.is_lost = false;
        let kind = block[156];
        let mut start = self.at + BLOCK;
        if kind == b'S' {
            start += self.map_of_holes(block[482]);
        }
        // Links and folders hold nothing, whatever their size says.
        let stated = if matches!(kind, b'1'..=b'6') { Some(0) } else { size(&block[124..136]) };
        let own = matches!(kind, b'x' | b'g' | b'L' | b'K');
        let stated = self.about.size.filter(|_| !own).or(stated);
        let length = stated.unwrap_or(0);
        let end = start.saturating_add(length);
        let span = start.min(self.text.len())..end.min(self.text.len());
        let bytes = &self.text[span.clone()];
        self.at = end.checked_next_multiple_of(BLOCK).unwrap_or(usize::MAX - BLOCK).min(self.text.len());
        let is_cut = end > self.text.len();
        self.is_cut |= is_cut;
        match kind {
            b'x' => self.about = pax(bytes, std::mem::take(&mut self.about)),
            b'g' | b'K' => {}
            b'L' => self.about.name = Some(up_to_zero(bytes).to_vec()),
            _ => {
                let about = std::mem::take(&mut self.about);
                let label = label(Format::Tar, &about.name.unwrap_or_else(|| name(block)));
                if is_cut || stated.is_none() {
                    let what = if is_cut { "it is cut short" } else { "its size is no number" };
                    visit(fault(FaultKind::Corrupt, what, label.clone()), room);
                }
                if !bytes.is_empty() {
                    visit(Unpacked::Member(Member { label, bytes: Cow::Borrowed(bytes), span }), room);
                }
                return;
            }
        }
        if is_cut {
            visit(fault(FaultKind::Corrupt, "it is cut short", Format::Tar.name().to_owned()), room);
        }
    }

    /// The length of the blocks that say where a sparse file has its holes.
    fn map_of_holes(&self, mut has_more: u8) -> usize {
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

/// The name in a header; POSIX keeps the folders of a long one apart.
fn name(block: &[u8]) -> Vec<u8> {
    let (name, folders) = (up_to_zero(&block[..100]), up_to_zero(&block[345..500]));
    if &block[257..263] == b"ustar\0" && !folders.is_empty() {
        return [folders, b"/", name].concat();
    }
    name.to_vec()
}

/// Records of the form `LENGTH KEY=VALUE\n`.
fn pax(bytes: &[u8], mut about: About) -> About {
    let mut rest = &bytes[..bytes.len().min(MOST_PAX)];
    while let Some(space) = rest.iter().take(20).position(|byte| *byte == b' ') {
        let length = std::str::from_utf8(&rest[..space]).ok().and_then(|digits| digits.parse::<usize>().ok());
        let record = length.filter(|length| *length > space + 1).and_then(|length| rest.get(..length));
        let Some(record) = record else { break };
        let said = record[space + 1..].strip_suffix(b"\n").unwrap_or(&record[space + 1..]);
        if let Some(path) = said.strip_prefix(b"path=") {
            about.name = Some(path.to_vec());
        } else if let Some(size) = said.strip_prefix(b"size=") {
            about.size = std::str::from_utf8(size).ok().and_then(|size| size.parse().ok()).or(about.size);
        }
        rest = &rest[record.len()..];
    }
    about
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_header_are_octal_digits_and_nothing_else() {
        assert_eq!(
            (octal(b"  644 \0"), octal(b"0000010\0"), octal(b"777")),
            (Some(0o644), Some(8), Some(0o777))
        );
        for none in [&b""[..], b"   ", b"\0\0", b"12x", b"8", b"- 1", b"1 2", &[b'7'; 30]] {
            assert_eq!(octal(none), None, "{none:?}");
        }
    }
}
