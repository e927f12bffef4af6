//! The difference between two texts as lines, with all values masked.

use std::fmt::Write as _;

/// The break before a line that is not shown.
const HIDDEN_LINE: &[u8] = b"\n\0";

/// The most lines that are searched for the next equal line.
const LOOK_AHEAD: usize = 64;

/// Writes the changed lines with their numbers in the old text. `mask` masks everything else that may be a secret, but
/// not the `expressions` that read the values.
pub(crate) fn masked_diff(
    old: &[u8],
    new: &[u8],
    masks: &[(Vec<u8>, String)],
    expressions: &[String],
    mask: impl Fn(&[u8]) -> String,
) -> String {
    let mask = |line: &[u8]| masked_line(line, expressions, &mask);
    // Longer values first: a value may be a part of another one.
    let mut masks: Vec<&(Vec<u8>, String)> = masks.iter().filter(|(value, _)| !value.is_empty()).collect();
    masks.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
    let (old, new) = (replaced(old, &masks), replaced(new, &masks));
    let (old, new): (Vec<&[u8]>, Vec<&[u8]>) = (lines(&old), lines(&new));
    let mut out = String::new();
    let (mut at, mut to) = (0, 0);
    while at < old.len() || to < new.len() {
        if at < old.len() && to < new.len() && old[at] == new[to] {
            at += 1;
            to += 1;
            continue;
        }
        let (removed, added) = next_equal(&old[at..], &new[to..]);
        // Writing to a string does not fail.
        let _ = writeln!(out, "@@ line {} @@", at + 1);
        for (sign, lines) in [('-', &old[at..at + removed]), ('+', &new[to..to + added])] {
            for line in lines.iter().filter(|line| line.first() != Some(&0)) {
                let _ = writeln!(out, "{sign}{}", mask(line));
            }
        }
        at += removed;
        to += added;
    }
    out
}

fn masked_line(line: &[u8], expressions: &[String], mask: &impl Fn(&[u8]) -> String) -> String {
    let found = expressions
        .iter()
        .filter_map(|expression| Some((memchr::memmem::find(line, expression.as_bytes())?, expression)))
        .min_by_key(|(at, expression)| (*at, std::cmp::Reverse(expression.len())));
    let Some((at, expression)) = found else { return mask(line) };
    let rest = masked_line(&line[at + expression.len()..], expressions, mask);
    [mask(&line[..at]), expression.clone(), rest].concat()
}

/// Returns the numbers of lines before the next line that both texts have.
fn next_equal(old: &[&[u8]], new: &[&[u8]]) -> (usize, usize) {
    for sum in 1..=2 * LOOK_AHEAD {
        for removed in 0..=sum {
            let added = sum - removed;
            match (old.get(removed), new.get(added)) {
                (Some(one), Some(other)) if one == other => return (removed, added),
                (None, None) if removed == old.len() && added == new.len() => return (removed, added),
                _ => {}
            }
        }
    }
    (old.len(), new.len())
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    lines.iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect()
}

fn replaced(text: &[u8], masks: &[&(Vec<u8>, String)]) -> Vec<u8> {
    masks.iter().fold(text.to_vec(), |text, (value, masked)| {
        // A value of several lines keeps their number; only the first one is shown.
        let breaks = memchr::memchr_iter(b'\n', value).count();
        replace_all(&text, value, &[masked.as_bytes(), &HIDDEN_LINE.repeat(breaks)].concat())
    })
}

fn replace_all(text: &[u8], value: &[u8], with: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for at in memchr::memmem::find_iter(text, value) {
        out.extend(&text[from..at]);
        out.extend(with);
        from = at + value.len();
    }
    out.extend(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_are_masked() {
        let masks = [(b"hunter2x".to_vec(), "***".to_owned())];
        let show = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
        let diff = masked_diff(b"a\nb = hunter2x\nc\n", b"i\na\nb = read()\nc\n", &masks, &[], show);
        let key = (b"one\ntwo\nthree".to_vec(), "***".to_owned());
        let block = masked_diff(b"k = one\ntwo\nthree\nx\n", b"k = read()\nx\n", &[key], &[], show);
        assert_eq!(block, "@@ line 1 @@\n-k = ***\n+k = read()\n");
        assert_eq!(diff, "@@ line 1 @@\n+i\n@@ line 2 @@\n-b = ***\n+b = read()\n");
    }
}
