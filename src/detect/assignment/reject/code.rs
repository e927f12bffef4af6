//! Recognizes values that are code or prose, from the text around them: code continues after the value, words of a
//! sentence follow, or the value is one of a list. For values without quotes this is the strongest evidence.

use crate::detect::assignment::parse::{Assignment, Operator, Quote};
use crate::detect::identifier;
use crate::text::find_short;

/// Words of code and of prose, which are no values without quotes.
const CONNECTIVES: [&[u8]; 35] = [
    b"typeof", b"await", b"async", b"return", b"lambda", b"yield", b"delete", b"throw", b"static", b"final",
    b"const", b"with", b"from", b"also", b"that", b"this", b"then", b"when", b"will", b"must", b"should",
    b"which", b"have", b"been", b"only", b"into", b"your", b"their", b"these", b"such", b"case", b"does",
    b"using", b"login", b"range",
];

/// Parts of the names of calls whose argument is a pattern.
const PATTERN_CALLS: [&[u8]; 4] = [b"regex", b"compile", b"pattern", b"match"];

/// Returns whether the text around name and value is that of code without a secret: a pattern, a label, an index, one of
/// several arguments, a part of a concatenation.
pub(crate) fn is_other_code(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    let wrapper = text[assignment.wrapper.clone()].to_ascii_lowercase();
    let before = &text[..assignment.name.start];
    let wrapper_contains = |word: &&[u8]| find_short(&wrapper, word).is_some();
    !wrapper.is_empty() && assignment.operator != Operator::Url && PATTERN_CALLS.iter().any(wrapper_contains)
        // `case PASSWORD: …`
        || before.ends_with(b"case ")
        // `names[key] = …`: the name is that of a variable.
        || before.ends_with(b"[")
            && text.get(assignment.name.end) == Some(&b']')
            && text[assignment.name.clone()].ends_with(b"key")
        || assignment.operator == Operator::Flag
            && before.last().is_some_and(|byte| !byte.is_ascii_whitespace() && !b"\"'`=([{,|>".contains(byte))
        // More arguments follow: `set_password(eq("name"), …)`.
        || assignment.operator == Operator::Call
            && !wrapper.is_empty()
            && text[assignment.value.end..].iter().skip(1).take(3).eq(b"),\x20".iter())
        // The user is the first argument: `Credentials = new NetworkCredential("deploy", …)`.
        || find_short(&wrapper, b"credential").is_some()
            && assignment.operator != Operator::Url
            && text.get(assignment.value.end + 1) == Some(&b',')
        || is_concatenation(value)
        || is_appended(text, assignment)
        || is_type_of_field(value, assignment.operator)
        || is_looked_up(text, assignment)
        || is_output_of_command(text, assignment)
        || is_choice(text, assignment)
        || is_route(value)
        || is_list_of_rules(value)
        || is_variable_in_structure(text, assignment)
        || is_tagged_reference(&text[..assignment.value.start])
}

/// Returns whether the name and the value are the two results of a condition: `passed ? 'Pass' : 'Fail'`.
fn is_choice(text: &[u8], assignment: &Assignment) -> bool {
    let before = &text[..assignment.name.start];
    let quote = before.last().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    assignment.operator == Operator::Colon
        && quote.is_some_and(|quote| text.get(assignment.name.end) == Some(quote))
        && before[..before.len() - 1].trim_ascii_end().ends_with(b"?")
}

/// Returns whether a value names an action of a program: `logins#reset`.
fn is_route(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'#');
    let is_part = |part: &[u8]| {
        part.len() > 2 && part.iter().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'/'))
    };
    parts.next().is_some_and(is_part) && parts.next().is_some_and(is_part) && parts.next().is_none()
}

/// Returns whether a value is rules of a validation: `required|min:16|confirmed`.
fn is_list_of_rules(value: &[u8]) -> bool {
    let is_rule = |rule: &[u8]| {
        let name = rule.split(|byte| *byte == b':').next().unwrap_or_default();
        name.len() > 2 && name.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_')
    };
    value.contains(&b'|') && value.split(|byte| *byte == b'|').all(is_rule)
}

/// Returns whether a value without quotes is a variable, as a name in quotes or the other targets of an assignment say:
/// `"password": secret_of_user,`, `user, password = response`.
fn is_variable_in_structure(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    if assignment.quote != Quote::None || !is_word(value) {
        return false;
    }
    let before = &text[..assignment.name.start];
    let after = text[assignment.value.end..].iter().find(|byte| **byte != b' ');
    let is_quoted = matches!(text.get(assignment.name.end), Some(b'"' | b'\''));
    let is_last_of_several = before.ends_with(b", ") && text[assignment.name.end..].starts_with(b" = ");
    is_last_of_several || is_quoted && after.is_some_and(|byte| matches!(byte, b',' | b'}' | b')'))
}

/// Returns whether a tag of YAML before a value says that it is the name of something: `!Ref DbPassword`.
fn is_tagged_reference(before: &[u8]) -> bool {
    const TAGS: [&[u8]; 17] = [
        b"!Ref",
        b"!GetAtt",
        b"!Sub",
        b"!ImportValue",
        b"!FindInMap",
        b"!Select",
        b"!Join",
        b"!If",
        b"!secret",
        b"!env",
        b"!env_var",
        b"!ENV",
        b"!include",
        b"!reference",
        b"!file",
        b"!input",
        b"!vault",
    ];
    let before = before.trim_ascii_end();
    let before =
        before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before).trim_ascii_end();
    let length =
        before.iter().rev().take(16).take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'_').count();
    let start = before.len().saturating_sub(length + 1);
    TAGS.contains(&&before[start..])
}

/// Returns whether a value is the text between two strings: `"… password=" + value + " …"`.
fn is_concatenation(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    value.len() > 2 && value.first() == value.last() && b"+.&".contains(&value[0])
}

/// Returns whether the quote before a value closes a string that ends with the name, and an expression is appended to it:
/// `"PWD=" + cmd.Dir, "x"`.
fn is_appended(text: &[u8], assignment: &Assignment) -> bool {
    let value = text[assignment.value.clone()].trim_ascii_start();
    let Some(expression) = value.strip_prefix(b"+").or_else(|| value.strip_prefix(b"..")) else {
        return false;
    };
    let expression = expression.trim_ascii_start();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.()[]".contains(byte);
    let length = expression.iter().take_while(|byte| is_part(byte)).count();
    assignment.quote != Quote::None
        && matches!(assignment.operator, Operator::Assign | Operator::Colon)
        && expression.first().is_some_and(u8::is_ascii_alphabetic)
        && expression.get(length).is_some_and(|next| b",;)+ ".contains(next))
        && text[..assignment.name.start].last().is_some_and(|byte| b"\"'`; &?".contains(byte))
}

/// Returns whether a value is a pointer to a type in Go or C, or an alias of YAML: `Password *uint16`, `password: *admin`.
fn is_type_of_field(value: &[u8], operator: Operator) -> bool {
    /// The types that fields with such names have.
    const TYPES: [&[u8]; 7] = [b"string", b"byte", b"char", b"uint8", b"uint16", b"rune", b"wchar_t"];
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    value.strip_prefix(b"*").is_some_and(|name| {
        let is_name = name.first().is_some_and(u8::is_ascii_alphabetic) && name.iter().all(is_part);
        TYPES.contains(&name) || operator == Operator::Colon && is_name
    })
}

/// Returns whether a value is the id of what a call looks up or deletes: `jwt_keys.fetch("…")`, `DeleteServiceKey("…")`.
fn is_looked_up(text: &[u8], assignment: &Assignment) -> bool {
    const LAST: [&[u8]; 5] = [b"fetch", b"get", b"delete", b"exists", b"include"];
    const FIRST: [&[u8]; 3] = [b"delete", b"remove", b"describe"];
    let (name, wrapper) = (&text[assignment.name.clone()], &text[assignment.wrapper.clone()]);
    let is_method = |call: &[u8]| {
        let mut parts = call.rsplit(|byte| *byte == b'.');
        let method = parts.next().unwrap_or_default();
        parts.next().is_some() && LAST.contains(&method)
    };
    let deletes = || {
        let method = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        let words = identifier::split_words(method);
        words.iter().next().is_some_and(|first| FIRST.contains(&first))
            && !words.iter().any(|word| matches!(word, b"secret" | b"password"))
    };
    // `keys.fetch("…")`, but not the default of a setting: `config.get("name", "…")`.
    let takes_one = || text.get(assignment.value.end + 1) == Some(&b')');
    match assignment.operator {
        Operator::Call => is_method(name) || deletes(),
        Operator::Url => false,
        _ => is_method(wrapper) && find_short(wrapper, b"key").is_some() && takes_one(),
    }
}

/// Returns whether a value is a command whose output a shell assigns: ``SECRET=`pwgen -1s 32` ``.
fn is_output_of_command(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    let word = value.iter().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'-').count();
    assignment.quote == Quote::Back
        && assignment.operator == Operator::Assign
        && text[..assignment.value.start].ends_with(b"=`")
        && word > 1
        && value.get(word) == Some(&b' ')
}

/// Returns whether `"name", "value"` is a whole list in brackets, or an option and its argument.
pub(crate) fn is_whole_list(text: &[u8], assignment: &Assignment) -> bool {
    let after = text[assignment.value.end + 1..].iter().find(|byte| **byte != b' ');
    let name = &assignment.name;
    // `["--password", "value", …]`
    if text[name.clone()].starts_with(b"-") {
        return true;
    }
    let is_symbol = name.start > 0 && text[name.start - 1] == b':';
    let before = text[..name.start.saturating_sub(1)].iter().rev().take(8).find(|byte| **byte != b' ');
    after.is_some_and(|byte| b")]}".contains(byte))
        && (is_symbol || before.is_some_and(|byte| b"([{".contains(byte)))
}

/// Returns whether a value is the name of a variable or of a constant.
fn is_identifier(value: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let has_lowercase = value.iter().any(u8::is_ascii_lowercase);
    value.iter().all(is_part)
        && value[0].is_ascii_alphabetic()
        && (!has_lowercase || !value.iter().any(u8::is_ascii_digit))
        && (has_lowercase || value.contains(&b'_'))
}

/// Returns whether a value without quotes is an expression, or is followed by more code or prose.
pub(crate) fn is_code(text: &[u8], assignment: &Assignment) -> bool {
    is_expression(text, assignment) || is_continued(text, assignment)
}

/// Returns whether a value without quotes is a number, a type, or the name of something.
fn is_expression(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    let operator = assignment.operator;
    let after_name = &text[assignment.name.end..];
    let is_indexed = after_name.starts_with(b"']") || after_name.starts_with(b"\"]");
    if CONNECTIVES.contains(&value)
        || is_next_setting(text, assignment)
        || value[0] == b'!' && value.contains(&b'.')
        // `names['password'] = variable`, `[type="password"]:focus`
        || is_indexed
            && matches!(operator, Operator::Assign | Operator::Colon)
            && value[0].is_ascii_alphabetic()
    {
        return true;
    }
    // A hexadecimal number, or a type that may not be null.
    if value.strip_prefix(b"-").unwrap_or(value).starts_with(b"0x") && value.len() <= 20
        || operator == Operator::Colon
            && value.ends_with(b"!")
            && value[..value.len() - 1].iter().all(u8::is_ascii_alphabetic)
            && value[0].is_ascii_uppercase()
    {
        return true;
    }
    if [&b"class "[..], b"interface ", b"struct ", b"enum "]
        .iter()
        .any(|word| text[..assignment.name.start].ends_with(word))
    {
        return true;
    }
    // `user.password`, `Config::KEY`, `a->b`
    let is_word =
        |part: &[u8]| part.len() > 1 && part.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    let mut parts = value.split(|byte| matches!(byte, b'.' | b':'));
    let count = parts.clone().count();
    count > 1 && parts.all(|part| part.is_empty() || is_word(part)) || find_short(value, b"->").is_some()
}

/// Returns whether a value is the next setting of a line whose own value is empty: `password= host=db`.
fn is_next_setting(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    let name = value.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'_').count();
    let between = &text[assignment.name.end..assignment.value.start.max(assignment.name.end)];
    between.len() > 1
        && between[0] == b'='
        && between[1..].iter().all(|byte| matches!(byte, b' ' | b'\t'))
        && !text[..assignment.name.start].ends_with(b" =")
        && name > 1
        && value.get(name) == Some(&b'=')
        && match value.get(name + 1) {
            Some(next) => *next != b'=',
            // Four, five or eight letters are no base64 with one `=`.
            None => (name + 1) % 4 != 0 && value[..name].iter().all(u8::is_ascii_lowercase),
        }
}

/// Returns whether code or prose continues after a value without quotes.
fn is_continued(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    let operator = assignment.operator;
    let after = &text[assignment.value.end..text.len().min(assignment.value.end + 24)];
    let next = after.first().copied().unwrap_or(b'\n');
    if matches!(next, b'(' | b'[' | b'{' | b'<') && operator != Operator::Tag {
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
    // Parameters follow, as in a challenge or the answer to one: `Digest username=…`.
    let parameter = then.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    if spaces > 0 && operator == Operator::Colon && parameter > 0 && then.get(parameter) == Some(&b'=') {
        return true;
    }
    if is_identifier(value) && (next == b';' || next == b')' && operator == Operator::Assign) {
        return true;
    }
    // `f(password=OTHER, name=x)`
    if operator == Operator::Assign && next == b',' && has_named_argument(&after[1..]) && is_word(value) {
        return true;
    }
    if spaces > 0 && [&b"or "[..], b"and ", b"if ", b"else "].iter().any(|word| then.starts_with(word)) {
        return true;
    }
    // A scheme without a secret, such as `NTLM` with the state of the negotiation.
    let name = text[assignment.name.clone()].to_ascii_lowercase();
    if name.ends_with(b"authorization") && assignment.scheme.is_empty() && spaces > 0 && !then.is_empty() {
        return true;
    }
    // More words of a sentence follow.
    let letters = then.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    spaces == 1
        && operator == Operator::Colon
        && value.iter().all(u8::is_ascii_alphabetic)
        && (then.first().is_some_and(u8::is_ascii_lowercase)
            || letters > 1 && then.get(letters) == Some(&b' ') && value.iter().all(u8::is_ascii_lowercase))
}

/// Returns whether a value may be a variable: `    secret = content` is a line of code or of settings, and an indented line
/// is more often code.
pub(crate) fn may_be_variable(text: &[u8], assignment: &Assignment) -> bool {
    let before = &text[..assignment.name.start];
    let indent = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let begins_line = matches!(before[..before.len() - indent].last(), None | Some(b'\n'));
    assignment.quote == Quote::None
        && assignment.operator == Operator::Assign
        && indent > 0
        && begins_line
        && text[assignment.name.end..assignment.value.start] == *b" = "
        && is_word(&text[assignment.value.clone()])
}

/// Returns whether a value has only letters and `_`.
fn is_word(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
}

/// Returns whether another argument with a name is next.
fn has_named_argument(after: &[u8]) -> bool {
    let after = after.trim_ascii_start();
    let name = after.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    name > 0 && after.get(name) == Some(&b'=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assignment::parse::find_named_value;

    #[test]
    fn an_indented_assignment_of_a_word_may_be_code() {
        for (text, may) in [
            ("if x:\n    secret = content\n", true),
            ("[login]\nsecret = content\n", false),
            ("  secret=content\n", false),
            ("    secret = c0ntent\n", false),
            ("    secret = 'content'\n", false),
        ] {
            let start = text.find("secret").unwrap();
            let assignment = find_named_value(text.as_bytes(), &(start..start + 6)).unwrap();
            assert_eq!(may_be_variable(text.as_bytes(), &assignment), may, "{text}");
        }
    }

    #[test]
    fn routes_and_rules_of_validations_are_code() {
        assert!(is_route(b"logins#reset") && !is_route(b"logins#Reset9") && !is_route(b"#logins"));
        assert!(is_list_of_rules(b"required|min:16|confirmed") && is_list_of_rules(b"nullable|string"));
        assert!(!is_list_of_rules(b"required") && !is_list_of_rules(b"kX9|pQ2") && !is_list_of_rules(b"|"));
    }

    #[test]
    fn a_concatenation_of_strings_is_no_value() {
        for value in [&b"+pw+"[..], b" + pw + ", b" . $pw . "] {
            assert!(is_concatenation(value), "{}", value.escape_ascii());
        }
        assert!(!is_concatenation(b"+pw") && !is_concatenation(b"a+b"));
    }
}
