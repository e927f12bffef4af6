//! Text for terminals that show nothing but ASCII.

/// The characters of drawings and of cut texts, each with one that is as wide.
const SUBSTITUTES: [(char, char); 16] = [
    ('╭', ','),
    ('╰', '`'),
    ('├', '|'),
    ('│', '|'),
    ('┆', ':'),
    ('─', '-'),
    ('┬', '^'),
    ('┴', '^'),
    ('▲', '^'),
    ('·', ':'),
    ('…', '~'),
    ('×', 'x'),
    ('⚠', '!'),
    ('☞', '>'),
    ('→', '>'),
    ('\u{a0}', ' '),
];

/// Returns a text in ASCII: drawings are substituted, and any other character is a question mark.
pub(crate) fn to_ascii(text: &str) -> String {
    let substitute = |character: char| {
        let known = SUBSTITUTES.iter().find(|(from, _)| *from == character);
        if character.is_ascii() { character } else { known.map_or('?', |(_, to)| *to) }
    };
    text.chars().map(substitute).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::human::{Options, write};
    use crate::report::samples;

    #[test]
    fn every_report_is_ascii_and_as_wide() {
        for report in samples::all() {
            let render = |ascii| {
                let mut out = Vec::new();
                write(&report, &Options { ascii, ..Options::default() }, &mut out).unwrap();
                String::from_utf8(out).unwrap()
            };
            let (plain, ascii) = (render(false), render(true));
            assert!(ascii.is_ascii(), "{ascii}");
            let widths = |text: &str| text.lines().map(|line| line.chars().count()).collect::<Vec<_>>();
            assert_eq!(widths(&plain), widths(&ascii));
        }
    }

    #[test]
    fn drawings_keep_their_form_and_other_characters_are_marked() {
        assert_eq!(to_ascii("╭─[a:1:1]\n1 │ ö=日\n  · ┬\n…"), ",-[a:1:1]\n1 | ?=?\n  : ^\n~");
    }
}
