//! The words and operators of a shell script, as far as a call of a program can be found in them.
//!
//! Expands and runs nothing. Here-documents and comments are left out; an open quote takes the rest of the text, so that
//! nothing in a string is taken for a command.

/// A part of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A word without its quotes.
    Word(String),
    /// An operator: `;`, `&`, `&&`, `|`, `||`, `(`, `)`, or a line break.
    Operator(&'static str),
}

/// The operators, longer ones first.
const OPERATORS: [&str; 9] = ["&&", "||", ";;", ";", "&", "|", "(", ")", "\n"];

/// Splits a script.
pub(super) fn split(text: &str) -> Vec<Token> {
    let mut splitter = Splitter { rest: text, tokens: Vec::new(), word: None, delimiter: None };
    while splitter.step() {}
    splitter.end_word();
    splitter.tokens
}

struct Splitter<'t> {
    rest: &'t str,
    tokens: Vec<Token>,
    /// The word that is being read.
    word: Option<String>,
    /// The end of the here-document that begins after this line.
    delimiter: Option<String>,
}

impl Splitter<'_> {
    /// Reads one character or operator. Returns `false` at the end.
    fn step(&mut self) -> bool {
        let Some(character) = self.rest.chars().next() else { return false };
        // `2>&1` and `&>file` are redirections.
        let is_redirection =
            self.word.as_deref().is_some_and(|word| word.ends_with('>')) || self.rest.starts_with("&>");
        if let Some(operator) = OPERATORS.iter().find(|operator| self.rest.starts_with(**operator))
            && !(character == '&' && is_redirection)
        {
            self.end_word();
            self.rest = &self.rest[operator.len()..];
            self.tokens.push(Token::Operator(operator));
            if *operator == "\n" {
                self.skip_here_document();
            }
            return true;
        }
        self.rest = &self.rest[character.len_utf8()..];
        match character {
            ' ' | '\t' | '\r' => self.end_word(),
            '#' if self.word.is_none() => {
                self.rest = &self.rest[self.rest.find('\n').unwrap_or(self.rest.len())..];
            }
            '\\' if self.rest.starts_with('\n') => self.rest = &self.rest[1..],
            '\\' => {
                let escaped = self.rest.chars().next();
                self.rest = &self.rest[escaped.map_or(0, char::len_utf8)..];
                self.word.get_or_insert_default().extend(escaped);
            }
            '\'' | '"' => self.quoted(character),
            other => self.word.get_or_insert_default().push(other),
        }
        true
    }

    fn quoted(&mut self, quote: char) {
        let word = self.word.get_or_insert_default();
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' if quote == '"' => word.extend(characters.next().map(|(_, escaped)| escaped)),
                _ if character == quote => {
                    self.rest = &self.rest[at + 1..];
                    return;
                }
                other => word.push(other),
            }
        }
        self.rest = "";
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let is_start = |word: &str| word.trim_start_matches(|digit: char| digit.is_ascii_digit()) == "<<";
        if let Some(Token::Word(before)) = self.tokens.last()
            && (is_start(before) || before == "<<-")
        {
            self.delimiter = Some(word.clone());
        } else if let Some(name) = word.strip_prefix("<<").filter(|name| !name.starts_with('<')) {
            let name = name.trim_start_matches('-');
            self.delimiter = Some(name.to_owned()).filter(|name| !name.is_empty());
        }
        self.tokens.push(Token::Word(word));
    }

    fn skip_here_document(&mut self) {
        let Some(delimiter) = self.delimiter.take() else { return };
        while !self.rest.is_empty() {
            let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
            self.rest = rest;
            if line.trim() == delimiter {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let tokens = split(text).into_iter().map(|token| match token {
            Token::Word(word) => format!("<{word}>"),
            Token::Operator("\n") => "/".to_owned(),
            Token::Operator(operator) => operator.to_owned(),
        });
        tokens.collect()
    }

    #[test]
    fn words_operators_quotes_and_comments_are_separated() {
        for (text, expected) in [
            ("a b&&c||d;e", "<a><b>&&<c>||<d>;<e>"),
            ("a 'b c' \"d \\\" e\" f\\ g", "<a><b c><d \" e><f g>"),
            ("a # b 'c\nd#e", "<a>/<d#e>"),
            ("a \\\n b\r\n(c)", "<a><b>/(<c>)"),
            ("a 2>&1 | b &>c &", "<a><2>&1>|<b><&>c>&"),
            ("cat <<EOF\nit's a\nEOF\nb", "<cat><<<EOF>/<b>"),
            ("cat <<-'EOF' x\n\tb\n\tEOF\nc", "<cat><<<-EOF><x>/<c>"),
            ("cat << EOF\nb", "<cat><<<><EOF>/"),
            ("a 'open\nskant hook", "<a><open\nskant hook>"),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends(text in "[a<>&|;#'\"\\\\ \n-é]{0,60}") {
            let _ = split(&text);
        }
    }
}
