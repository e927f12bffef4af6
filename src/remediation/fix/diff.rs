//! The difference between two texts as lines, of which only the structure is shown.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::ops::Range;

use crate::detect::snippet::structure_with;
use crate::text::escape_terminal;

/// The break before a line that is not shown.
const HIDDEN_LINE: &[u8] = b"\n\0";

/// The most lines that are searched for the next equal line.
const LOOK_AHEAD: usize = 64;

/// The texts that a change adds. They hold nothing of the file but names of variables, so they are shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Added {
    /// The expressions that read the values.
    pub(crate) expressions: Vec<String>,
    /// Whole lines, such as imports, without white space around them.
    pub(crate) lines: Vec<String>,
}

/// Writes the changed lines with their numbers in the old text. Of a line it shows the structure, the `masks` of the
/// values, and what the change adds.
pub(crate) fn masked_diff(old: &[u8], new: &[u8], masks: &[(Vec<u8>, String)], added: &Added) -> String {
    let texts = masks.iter().map(|(_, mask)| mask).chain(&added.expressions);
    let open: Vec<&[u8]> = texts.filter(|text| !text.is_empty()).map(String::as_bytes).collect();
    let shown = |line: &[u8]| {
        let is_added = added.lines.iter().any(|added| added.as_bytes() == line.trim_ascii());
        if is_added { escape_terminal(line) } else { structure(line, &open) }
    };
    // Longer values first: a value may be a part of another one.
    let mut masks: Vec<&(Vec<u8>, String)> = masks.iter().filter(|(value, _)| !value.is_empty()).collect();
    masks.sort_by_key(|(value, _)| Reverse(value.len()));
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
                let _ = writeln!(out, "{sign}{}", shown(line));
            }
        }
        at += removed;
        to += added;
    }
    out
}

/// Returns the structure of a line, with the texts that may be shown.
fn structure(line: &[u8], open: &[&[u8]]) -> String {
    let spans = |text: &&[u8]| {
        let length = text.len();
        memchr::memmem::find_iter(line, text).map(move |at| at..at + length).collect::<Vec<_>>()
    };
    let mut spans: Vec<Range<usize>> = open.iter().flat_map(spans).collect();
    spans.retain(|span| !is_in_word(line, span));
    spans.sort_by_key(|span| (span.start, Reverse(span.end)));
    structure_with(line, &spans)
}

/// Whether a part of a line begins or ends within a word.
fn is_in_word(line: &[u8], span: &Range<usize>) -> bool {
    let is_inner = |at: usize| {
        let around = at.checked_sub(1).and_then(|before| line.get(before..=at));
        around.is_some_and(|pair| pair.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'))
    };
    is_inner(span.start) || is_inner(span.end)
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
        let added = Added { expressions: vec!["read()".to_owned()], lines: vec!["import i".to_owned()] };
        let diff = masked_diff(b"a\nb = hunter2x\nc\n", b"import i\na\nb = read()\nc\n", &masks, &added);
        let key = (b"one\ntwo\nthree".to_vec(), "***".to_owned());
        let block = masked_diff(b"k = one\ntwo\nthree\nx\n", b"k = read()\nx\n", &[key], &added);
        assert_eq!(block, "@@ line 1 @@\n-k = ***\n+k = read()\n");
        assert_eq!(diff, "@@ line 1 @@\n+import i\n@@ line 2 @@\n-b = ***\n+b = read()\n");
    }
    #[test]
    fn what_stands_beside_a_value_is_not_shown() {
        let masks = [(b"sk-hunter2x".to_vec(), "sk-...".to_owned())];
        for (line, read, expected) in [
            ("db.connect(\"ada\", \"horse\"); c = A(key=\"@\")", "os.environ[\"K\"]", "ada horse"),
            ("login(\"ada\", \"horse\"); const c = new A(\"@\");", "process.env.K", "ada horse"),
            ("key := \"@\" // the password is horse", "os.Getenv(\"K\")", "horse password"),
            ("K = \"@\"  # horse battery", "os.environ[\"K\"]", "horse battery"),
            ("curl -u ada:horse -H \"x: @\"", "${K}", "ada horse"),
            ("k = { p = \"os.environ[\\\"K\\\"]horse\", k = \"@\" }", "os.environ[\"K\"]", "horse"),
        ] {
            let old = line.replace('@', "sk-hunter2x");
            let new = line.replace("\"@\"", read).replace('@', read);
            let added = Added { expressions: vec![read.to_owned()], lines: Vec::new() };
            let diff = masked_diff(old.as_bytes(), new.as_bytes(), &masks, &added);
            assert!(diff.contains("sk-...") && diff.contains(read), "{diff}");
            assert!(!expected.split(' ').any(|hidden| diff.contains(hidden)), "{diff}");
        }
    }
}
