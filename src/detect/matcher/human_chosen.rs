//! Judges passwords in forms that only passwords have, such as connection strings: by the value, and by the rest of its
//! line, which tells an example from a password in use.

use std::ops::Range;

use crate::detect::assignment;
use crate::detect::evidence::Tier;
use crate::text::find_short;

/// The most bytes of a line on each side of a value that are read.
const MAX_LINE: usize = 200;

/// Parts of the addresses of examples and of the own machine, in lower case.
const EXAMPLE_HOSTS: [&[u8]; 6] =
    [b"example.", b"localhost", b"127.0.0.1", b"[::1]", b"yourserver", b"myserver"];

/// The starts of comments.
const COMMENTS: [&[u8]; 7] = [b"#", b"//", b"*", b"/*", b"--", b";", b"<!--"];

/// Returns how well a human-chosen value matches. Returns `None` if it is a placeholder, or has words in an example.
pub(crate) fn tier(text: &[u8], span: &Range<usize>) -> Option<Tier> {
    if is_cut(text, span) {
        return None;
    }
    let tier = assignment::tier_of_human_chosen(&text[span.clone()])?;
    let line = line_around(text, span);
    let is_example = repeats_other(text, &line, span) || tier == Tier::Likely && is_example(&text[line]);
    (!is_example).then_some(tier)
}

/// Returns whether a quote opens before a value and a space ends it: the value continues.
fn is_cut(text: &[u8], span: &Range<usize>) -> bool {
    text[..span.start].last() == Some(&b'\'') && text.get(span.end) == Some(&b' ')
}

/// Returns the line of a value, without what is too far away.
fn line_around(text: &[u8], span: &Range<usize>) -> Range<usize> {
    let floor = span.start.saturating_sub(MAX_LINE);
    let start = memchr::memrchr(b'\n', &text[floor..span.start]).map_or(floor, |at| floor + at + 1);
    let ceiling = text.len().min(span.end + MAX_LINE);
    let end = memchr::memchr(b'\n', &text[span.end..ceiling]).map_or(ceiling, |at| span.end + at);
    start..end
}

/// Returns whether a value is also another word of its line, such as the user or the database.
fn repeats_other(text: &[u8], line: &Range<usize>, span: &Range<usize>) -> bool {
    let value = &text[span.clone()];
    let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    memchr::memmem::find_iter(&text[line.clone()], value)
        .map(|at| line.start + at)
        .any(|at| at != span.start && is_edge(text[..at].last()) && is_edge(text.get(at + value.len())))
}

/// Returns whether a line is a comment, or names a host of examples or the own machine.
fn is_example(line: &[u8]) -> bool {
    let line = line.trim_ascii_start().to_ascii_lowercase();
    COMMENTS.iter().any(|start| line.starts_with(start))
        || EXAMPLE_HOSTS.iter().any(|host| find_short(&line, host).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tier of `§` in a text, which stands for the value.
    fn tier_of(text: &str, value: &str) -> Option<Tier> {
        let start = text.find('§').unwrap();
        tier(text.replace('§', value).as_bytes(), &(start..start + value.len()))
    }

    #[test]
    fn words_in_an_example_are_no_password_and_random_values_are() {
        let examples = [
            "# connect = host=sql.intern.firma.de user=app password=§",
            "host=sql.example.com user=app password=§ dbname=x",
            "x\n  // Server=db;User Id=sa;Password=§;",
        ];
        for text in examples {
            assert_eq!(tier_of(text, "wintergarten"), None, "{text}");
            assert!(tier_of(text, "kX9pQ2vR7tLm").is_some(), "{text}");
        }
        for text in
            ["host=sql.firma.de user=app password=§", "# a comment\nhost=sql.firma.de password=§\n# x"]
        {
            assert_eq!(tier_of(text, "wintergarten"), Some(Tier::Likely), "{text}");
        }
    }

    #[test]
    fn a_value_that_is_also_the_user_or_that_a_space_cuts_is_none() {
        assert_eq!(tier_of("user=app1kX9pQ password=§ db=x", "app1kX9pQ"), None);
        assert_eq!(tier_of("user=app1kX9pQx password=§ db=x", "app1kX9pQ"), Some(Tier::Exact));
        assert_eq!(tier_of("user=app password='§ has spaces'", "kX9pQ2vR7tLm"), None);
        assert_eq!(tier_of("user=app password='§' db=x", "kX9pQ2vR7tLm"), Some(Tier::Exact));
    }
}
