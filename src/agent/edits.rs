//! A file after the changes of one call of a tool: a secret may come together from several of them.

use super::added::Change;

/// The size of the largest result, in bytes.
const MAX_RESULT: usize = 32 << 20;

/// The number of bytes that are looked through for all changes of one file.
const MAX_WORK: usize = 1 << 30;

/// Returns a text after changes, one after the other; `None` if it would be too large. A tool may find a place that is not
/// found here, so that a change without one goes to the end, in a line of its own.
pub(crate) fn edited(old: &[u8], changes: &[&Change]) -> Option<Vec<u8>> {
    let (mut text, mut work) = (old.to_vec(), 0);
    for change in changes {
        work += text.len();
        if work > MAX_WORK {
            return None;
        }
        let (before, after) = (change.before.as_bytes(), change.after.as_bytes());
        if change.is_whole {
            text = after.to_vec();
        } else if before.is_empty() || memchr::memmem::find(&text, before).is_none() {
            text.push(b'\n');
            text.extend_from_slice(after);
        } else {
            text = replaced(&text, before, after)?;
        }
        if text.len() > MAX_RESULT {
            return None;
        }
    }
    Some(text)
}

/// Returns a text with each occurrence of another one replaced; `None` if it would be too large.
fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut end) = (Vec::with_capacity(text.len()), 0);
    for at in memchr::memmem::find_iter(text, old) {
        out.extend_from_slice(&text[end..at]);
        out.extend_from_slice(new);
        end = at + old.len();
        if out.len() > MAX_RESULT {
            return None;
        }
    }
    out.extend_from_slice(&text[end..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: &str, after: &str) -> Change {
        Change { before: before.into(), after: after.into(), ..Change::default() }
    }

    #[test]
    fn changes_build_on_each_other() {
        let changes = [change("x", "one-MARK"), change("MARK", "two"), change("absent", "end")];
        let changes: Vec<&Change> = changes.iter().collect();
        assert_eq!(edited(b"a x b x", &changes).unwrap(), b"a one-two b one-two\nend");
    }

    #[test]
    fn a_result_that_grows_without_end_is_none() {
        let double = change("a", "aa");
        assert_eq!(edited(b"a", &[&double; 4]).unwrap().len(), 16);
        assert_eq!(edited(b"a", &[&double; 64]), None);
    }
}
