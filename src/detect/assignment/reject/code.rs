//! What stands around a value says that it is none: code that goes on, the words of a sentence, a list of which it is
//! one. Of a value without quotes it is most of what can be told.

use crate::detect::assignment::parse::{Assignment, Operator, Quote};

/// Words of code and of prose, which are no value without quotes.
const CONNECTIVES: [&[u8]; 35] = [
    b"typeof", b"await", b"async", b"return", b"lambda", b"yield", b"delete", b"throw", b"static", b"final",
    b"const", b"with", b"from", b"also", b"that", b"this", b"then", b"when", b"will", b"must", b"should",
    b"which", b"have", b"been", b"only", b"into", b"your", b"their", b"these", b"such", b"case", b"does",
    b"using", b"login", b"range",
];

/// Calls whose text is a pattern, or says how.
const PATTERNS: [&[u8]; 4] = [b"regex", b"compile", b"pattern", b"match"];

/// Whether what stands around name and value says that the value is none.
pub(crate) fn says_otherwise(text: &[u8], place: &Assignment) -> bool {
    let value = &text[place.value.clone()];
    let wrapper = text[place.wrapper.clone()].to_ascii_lowercase();
    let before = &text[..place.name.start];
    let holds = |word: &&[u8]| memchr::memmem::find(&wrapper, word).is_some();
    !wrapper.is_empty() && place.operator != Operator::Url && PATTERNS.iter().any(holds)
        // `case PASSWORD: …`
        || before.ends_with(b"case ")
        // `names[key] = …`: the name is a variable's.
        || before.ends_with(b"[") && text.get(place.name.end) == Some(&b']') && text[place.name.clone()].ends_with(b"key")
        || place.operator == Operator::Flag
            && before.last().is_some_and(|byte| !byte.is_ascii_whitespace() && !b"\"'`=([{,|>".contains(byte))
        // More arguments follow: `set_password(eq("name"), …)`.
        || place.operator == Operator::Call
            && !wrapper.is_empty()
            && text[place.value.end..].iter().skip(1).take(3).eq(b"),\x20".iter())
        || is_joint(value)
}

/// What stands between two strings: `"… password=" + value + " …"`.
fn is_joint(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    value.len() > 2 && value.first() == value.last() && b"+.&".contains(&value[0])
}

/// Whether `"name", "value"` stand alone between brackets, and not in a list of more.
pub(crate) fn is_pair(text: &[u8], place: &Assignment) -> bool {
    let after = text[place.value.end + 1..].iter().find(|byte| **byte != b' ');
    // `["--password", "value", …]`
    if text[place.name.clone()].starts_with(b"-") {
        return true;
    }
    let symbol = place.name.start > 0 && text[place.name.start - 1] == b':';
    let before = text[..place.name.start.saturating_sub(1)].iter().rev().take(8).find(|byte| **byte != b' ');
    after.is_some_and(|byte| b")]}".contains(byte))
        && (symbol || before.is_some_and(|byte| b"([{".contains(byte)))
}

/// The name of a variable, or of a constant.
fn is_identifier(value: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let small = value.iter().any(u8::is_ascii_lowercase);
    value.iter().all(is_part)
        && value[0].is_ascii_alphabetic()
        && (!small || !value.iter().any(u8::is_ascii_digit))
        && (small || value.contains(&b'_'))
}

/// Whether a value without quotes is code, or goes on as code does.
pub(crate) fn is_code(text: &[u8], place: &Assignment) -> bool {
    is_expression(text, place) || goes_on(text, place)
}

/// Whether a value without quotes is a number, a type, or the name of something.
fn is_expression(text: &[u8], place: &Assignment) -> bool {
    let value = &text[place.value.clone()];
    let closed = text[place.name.end..].starts_with(b"']") || text[place.name.end..].starts_with(b"\"]");
    if CONNECTIVES.contains(&value)
        || value[0] == b'!' && value.contains(&b'.')
        // `names['password'] = variable`, `[type="password"]:focus`
        || closed && matches!(place.operator, Operator::Assign | Operator::Colon) && value[0].is_ascii_alphabetic()
    {
        return true;
    }
    // A number, or a type that may not be null.
    if value.strip_prefix(b"-").unwrap_or(value).starts_with(b"0x") && value.len() <= 20
        || place.operator == Operator::Colon
            && value.ends_with(b"!")
            && value[..value.len() - 1].iter().all(u8::is_ascii_alphabetic)
            && value[0].is_ascii_uppercase()
    {
        return true;
    }
    if [&b"class "[..], b"interface ", b"struct ", b"enum "]
        .iter()
        .any(|word| text[..place.name.start].ends_with(word))
    {
        return true;
    }
    // `user.password`, `Config::KEY`, `a->b`
    let is_word =
        |part: &[u8]| part.len() > 1 && part.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    let mut dotted = value.split(|byte| matches!(byte, b'.' | b':'));
    let words = dotted.clone().count();
    words > 1 && dotted.all(|part| part.is_empty() || is_word(part))
        || memchr::memmem::find(value, b"->").is_some()
}

/// Whether what follows a value without quotes is code or prose.
fn goes_on(text: &[u8], place: &Assignment) -> bool {
    let value = &text[place.value.clone()];
    let after = &text[place.value.end..text.len().min(place.value.end + 24)];
    let next = after.first().copied().unwrap_or(b'\n');
    if matches!(next, b'(' | b'[' | b'{' | b'<') && place.operator != Operator::Tag {
        return true;
    }
    let spaces = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let then = &after[spaces..];
    if spaces > 0
        && then.first().is_some_and(|byte| b"+*?|&=!<>/({[.".contains(byte))
        && !then.starts_with(b"//")
    {
        return true;
    }
    // Parameters follow: a challenge, or the answer to one (`Digest username=…`).
    let parameter = then.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    if spaces > 0 && place.operator == Operator::Colon && parameter > 0 && then.get(parameter) == Some(&b'=')
    {
        return true;
    }
    if is_identifier(value) && (next == b';' || next == b')' && place.operator == Operator::Assign) {
        return true;
    }
    // `f(password=OTHER, name=x)`
    if place.operator == Operator::Assign && next == b',' && names_follow(&after[1..]) && is_word(value) {
        return true;
    }
    if spaces > 0 && [&b"or "[..], b"and ", b"if ", b"else "].iter().any(|word| then.starts_with(word)) {
        return true;
    }
    // A scheme without a secret of its own: `NTLM` and what was agreed on.
    let name = text[place.name.clone()].to_ascii_lowercase();
    if name.ends_with(b"authorization") && place.scheme.is_empty() && spaces > 0 && !then.is_empty() {
        return true;
    }
    // More words follow: a sentence.
    let letters = then.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    spaces == 1
        && place.operator == Operator::Colon
        && value.iter().all(u8::is_ascii_alphabetic)
        && (then.first().is_some_and(u8::is_ascii_lowercase)
            || letters > 1 && then.get(letters) == Some(&b' ') && value.iter().all(u8::is_ascii_lowercase))
}

/// `    secret = content`: a line of code as well as one of settings. What is indented is rather the first.
pub(crate) fn may_be_variable(text: &[u8], place: &Assignment) -> bool {
    let before = &text[..place.name.start];
    let indent = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let is_first = matches!(before[..before.len() - indent].last(), None | Some(b'\n'));
    place.quote == Quote::None
        && place.operator == Operator::Assign
        && indent > 0
        && is_first
        && text[place.name.end..place.value.start] == *b" = "
        && is_word(&text[place.value.clone()])
}

/// Letters and `_` alone.
fn is_word(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
}

/// Whether another argument with a name comes next.
fn names_follow(after: &[u8]) -> bool {
    let after = after.trim_ascii_start();
    let name = after.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    name > 0 && after.get(name) == Some(&b'=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assignment::reject::reference::is_reference;

    /// Whether what a name leads to is none.
    fn is_none(text: &str, anchor: &str) -> bool {
        let start = text.find(anchor).unwrap();
        let place =
            crate::detect::assignment::parse::assigned(text.as_bytes(), &(start..start + anchor.len()));
        place.is_some_and(|place| is_reference(text.as_bytes(), &place))
    }

    #[test]
    fn what_stands_around_a_value_may_say_that_it_is_none() {
        for (text, anchor) in [
            ("case ERROR_PASSWORD_EXPIRED: error = EACCES;", "PASSWORD"),
            ("environ[key] = 'kX9pQ2vR7'", "key"),
            ("config['password'] = hunter", "password"),
            ("input[type=\"password\"]:focus, a {}", "password"),
            ("Requires that --proxy-password also is set.", "password"),
            ("an email-&-password login in an app", "password"),
            ("secret = regexp.MustCompile(`kX9+`)", "secret"),
            ("checkPassword(eq(\"john\"), other)", "Password"),
            ("token = 1643842562", "token"),
            ("for user, password := range users", "password"),
            ("// Third password: build Servers and all", "password"),
            ("SIOCTOKEN = -0x3f879678", "TOKEN"),
            ("login(password=OMIT, token=x)", "password"),
            ("password: \"npm:^7.0.4\"", "password"),
            ("password = hunter2x + suffix", "password"),
            ("password = hunter2x ? other : none", "password"),
            ("password = hunterName;", "password"),
            ("password: hunter2x if present", "password"),
            ("password: hunter2x realm=there", "password"),
            ("password: forgotten by many", "password"),
            ("password: String!", "password"),
            ("[\"user\", \"password\", \"kX9pQ2vR7\"]", "password"),
            ("[\"password\", \"kX9pQ2vR7\", \"user\"]", "password"),
        ] {
            assert!(is_none(text, anchor), "{text}");
        }
        for (text, anchor) in [
            ("config['password'] = 'hunter2x'", "password"),
            ("run --proxy-password hunter2x", "password"),
            ("setPassword(eq(\"hunter2x\"))", "Password"),
            ("password: hunter2x", "password"),
            ("password: sunshine Username: carla", "password"),
            ("password = hunter2x // plus a word", "password"),
            ("password = hunter2x -- plus a word", "password"),
            ("password = hunter2x -v", "password"),
            ("password = hunter2x;", "password"),
            ("password = hunter2x realm=there", "password"),
            ("password: hunter2x by many", "password"),
            ("PASSWORD=Sesame!", "PASSWORD"),
            ("[\"password\", \"kX9pQ2vR7\"]", "password"),
            ("[\"--password\", \"hunter2x\", \"-v\"]", "password"),
            ("set :password, \"kX9pQ2vR7\" }", "password"),
        ] {
            assert!(!is_none(text, anchor), "{text}");
        }
    }

    #[test]
    fn an_indented_line_of_words_may_be_code() {
        for (text, may) in [
            ("if x:\n    secret = content\n", true),
            ("[login]\nsecret = content\n", false),
            ("  secret=content\n", false),
            ("    secret = c0ntent\n", false),
            ("    secret = 'content'\n", false),
        ] {
            let start = text.find("secret").unwrap();
            let place =
                crate::detect::assignment::parse::assigned(text.as_bytes(), &(start..start + 6)).unwrap();
            assert_eq!(may_be_variable(text.as_bytes(), &place), may, "{text}");
        }
    }

    #[test]
    fn what_joins_two_strings_is_no_value() {
        for value in [&b"+pw+"[..], b" + pw + ", b" . $pw . "] {
            assert!(is_joint(value), "{}", value.escape_ascii());
        }
        assert!(!is_joint(b"+pw") && !is_joint(b"a+b"));
    }
}
