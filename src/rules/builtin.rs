//! The built-in pack as `build.rs` leaves it: one text, the lengths of its pieces, and what is no text. A table of
//! strings would have an address in it for each of them, which the loader has to adjust at every start.

use std::sync::LazyLock;

use super::{Alphabet, Check, Cow, Cuts, Form, Left, Matcher, Rule, Severity, Shape, Shaped, Text};

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// What a rule says besides its texts.
struct Fixed {
    severity: Severity,
    ignore_case: bool,
    reach: usize,
    kind: Kind,
}

/// Which matcher a rule has, and what it needs besides texts.
enum Kind {
    Token { shape: usize },
    Pattern { mask_head: usize },
    Shaped { fixed: FixedShape, form: FormKind },
}

/// What a token of a fixed form needs besides its form.
struct FixedShape {
    before: (usize, usize),
    alphabet: Alphabet,
    edge: Alphabet,
    left: Left,
    closed: bool,
    random: bool,
    sure: bool,
    check: Option<Check>,
}

enum FormKind {
    Token,
    Beside,
    Pem,
    Member,
}

/// The rules and the known dummies, put together on first need.
pub(super) fn pack() -> (&'static [Rule], &'static [Text]) {
    static PACK: LazyLock<(Vec<Rule>, Vec<Text>)> = LazyLock::new(|| {
        let mut pieces = Pieces { text: TEXT, lengths: LENGTHS };
        let rules = FIXED.iter().map(|fixed| rule(fixed, &mut pieces)).collect();
        (rules, pieces.list().into_owned())
    });
    (&PACK.0, &PACK.1)
}

/// What is left of the text.
struct Pieces {
    text: &'static str,
    lengths: &'static [u16],
}

impl Pieces {
    /// The next number.
    fn number(&mut self) -> usize {
        let (first, rest) = self.lengths.split_first().unwrap_or((&0, &[]));
        self.lengths = rest;
        usize::from(*first)
    }

    /// The next text.
    fn text(&mut self) -> Text {
        let length = self.number();
        let (text, rest) = self.text.split_at_checked(length).unwrap_or_default();
        self.text = rest;
        Cow::Borrowed(text)
    }

    /// The next texts, behind their number.
    fn list(&mut self) -> Cow<'static, [Text]> {
        let count = self.number();
        Cow::Owned((0..count).map(|_| self.text()).collect())
    }
}

fn rule(fixed: &Fixed, pieces: &mut Pieces) -> Rule {
    Rule {
        id: pieces.text(),
        title: pieces.text(),
        severity: fixed.severity,
        anchors: pieces.list(),
        ignore_case: fixed.ignore_case,
        reach: fixed.reach,
        leaks: pieces.text(),
        variable: pieces.text(),
        source: pieces.text(),
        revoke: pieces.text(),
        steps: pieces.list(),
        examples: pieces.list(),
        counterexamples: pieces.list(),
        matcher: matcher(&fixed.kind, pieces),
    }
}

fn matcher(kind: &Kind, pieces: &mut Pieces) -> Matcher {
    match kind {
        Kind::Token { shape } => Matcher::Token { prefix: pieces.text(), shape: SHAPES[*shape].clone() },
        Kind::Pattern { mask_head } => Matcher::Pattern {
            expression: pieces.text(),
            mask_head: *mask_head,
            not_names: pieces.list(),
            not_ends: pieces.list(),
            public_prefixes: pieces.list(),
        },
        Kind::Shaped { fixed, form } => Matcher::Shaped(Shaped {
            form: match form {
                FormKind::Token => Form::Token(pieces.text()),
                FormKind::Beside => Form::Beside { value: pieces.text(), names: pieces.list() },
                FormKind::Pem => Form::Pem { labels: pieces.list(), beside: pieces.list() },
                FormKind::Member => Form::Member(pieces.text()),
            },
            before: fixed.before,
            alphabet: fixed.alphabet,
            edge: fixed.edge,
            left: fixed.left,
            closed: fixed.closed,
            random: fixed.random,
            sure: fixed.sure,
            check: fixed.check,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_of_the_text_is_used_once() {
        let mut pieces = Pieces { text: TEXT, lengths: LENGTHS };
        for fixed in FIXED {
            let rule = rule(fixed, &mut pieces);
            assert!(rule.id.contains('-') && !rule.steps.is_empty(), "{}", rule.id);
        }
        assert!(pieces.list().iter().all(|dummy| dummy.len() == 64));
        assert_eq!((pieces.text.len(), pieces.lengths.len()), (0, 0));
    }
}
