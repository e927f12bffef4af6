//! Lines of a stream that may be a secret only together with the next ones: those of a dump of bytes, and strings that
//! go on. `RedactStream` keeps a bounded number of them until the next lines decide.

/// The most lines that wait. At 16 bytes a line of a dump, no token of a provider is longer.
const MAX_LINES: usize = 64;

/// The fewest groups of a line that make it one of a dump.
const MIN_GROUPS: usize = 4;

/// The fewest digits of a line of hexadecimal digits alone.
const MIN_DIGITS: usize = 32;

/// Returns where the last lines begin that wait for more, between two offsets; `end` if none does. `end` is after a line
/// break.
pub(super) fn start_of_held(text: &[u8], from: usize, end: usize) -> usize {
    let mut start = end;
    for _ in 0..MAX_LINES {
        let Some(last) = start.checked_sub(1).filter(|last| *last >= from) else { break };
        let line_start = memchr::memrchr(b'\n', &text[from..last]).map_or(from, |at| from + at + 1);
        if !goes_on(&text[line_start..last]) {
            break;
        }
        start = line_start;
    }
    start
}

/// Whether a line may go on in the next one.
fn goes_on(line: &[u8]) -> bool {
    is_dump(line) || is_open_string(line)
}

/// Whether a line is one of a dump of bytes: `00000010  61 6e …  |an…|`, `00000010: 616e … an…`, hexadecimal digits
/// alone, or numbers between commas.
pub(super) fn is_dump(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    if line.len() >= MIN_DIGITS && line.iter().all(u8::is_ascii_hexdigit) {
        return true;
    }
    let words: Vec<&[u8]> = line
        .split(|byte| byte.is_ascii_whitespace() || *byte == b',')
        .filter(|word| !word.is_empty())
        .take(2 * MIN_GROUPS)
        .collect();
    let is_hex = |word: &[u8]| matches!(word.len(), 2 | 4) && word.iter().all(u8::is_ascii_hexdigit);
    let is_number = |word: &[u8]| {
        let word = word.trim_ascii_start();
        let digits = word.strip_prefix(b"0x").unwrap_or(word);
        !digits.is_empty() && digits.len() <= 3 && digits.iter().all(u8::is_ascii_hexdigit)
    };
    let is_list =
        line.contains(&b',') && words.len() >= MIN_GROUPS && words.iter().all(|word| is_number(word));
    let has_offset = words.first().is_some_and(|word| {
        let digits = word.strip_suffix(b":").unwrap_or(word);
        digits.len() >= 6 && digits.iter().all(u8::is_ascii_hexdigit)
    });
    // The last line of a dump may be short; it follows the others.
    let groups = words.iter().skip(1).take_while(|word| is_hex(word)).count();
    is_list || has_offset && groups >= MIN_GROUPS
}

/// Whether a string of a line goes on: an operator or a backslash follows its quote, the line is a string alone, or a
/// parenthesis is open.
fn is_open_string(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let operators: [&[u8]; 7] = [b"+", b"\\", b".", b"&", b"..", b"~", b"<>"];
    let is_quoted = |text: &[u8]| text.trim_ascii_end().last().is_some_and(|last| b"\"'`".contains(last));
    if operators.iter().any(|operator| line.strip_suffix(*operator).is_some_and(is_quoted)) {
        return true;
    }
    let begins = line.trim_ascii_start().first().is_some_and(|first| b"\"'`".contains(first));
    let count = |byte: u8| memchr::memchr_iter(byte, line).count();
    is_quoted(line) && (begins || count(b'(') > count(b')'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_may_go_on_wait() {
        for (line, expected) in [
            ("00000010  61 6e 74 2d 61 70 69 30  33 2d 52 32 44 75 36 6b  |ant-api03-R2Du6k|", true),
            ("00000010: 616e 742d 6170 6930 332d 5232 4475 366b  ant-api03-R2Du6k", true),
            ("4150495f4b45593d736b2d616e742d6170693033", true),
            ("  0x41, 0x50, 0x49, 0x5f,", true),
            ("key = \"abc\" +", true),
            ("  \"abc\"", true),
            ("key = (\"abc\"", true),
            ("echo \"abc\" \\", true),
            ("2026-01-31T10:00:00Z INFO started in 12 ms", false),
            ("level=info msg=\"started\"", false),
            ("{\"level\": \"info\", \"message\": \"started\"}", false),
            ("10.0.0.1 - - [31/Jan/2026] \"GET / HTTP/1.1\" 200 12 \"-\" \"curl\"", false),
            ("test result: ok. 12 passed; 0 failed", false),
            ("1a2b3c4d fix: a commit", false),
            ("", false),
        ] {
            assert_eq!(goes_on(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn a_bounded_number_of_lines_waits() {
        let text = "\"a\" +\n".repeat(MAX_LINES + 3);
        assert_eq!(start_of_held(text.as_bytes(), 0, text.len()), 3 * 6);
        assert_eq!(start_of_held(text.as_bytes(), 24, text.len()), 24);
        let text = "\"a\" +\nend\n";
        assert_eq!(start_of_held(text.as_bytes(), 0, text.len()), text.len());
    }
}
