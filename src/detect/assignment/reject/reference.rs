//! Values that stand for a value elsewhere, or for nothing: variables, templates, addresses, types. These are
//! thrown out before the model is asked.

use crate::detect::assignment::parse::{Assignment, Operator, Quote};
use crate::detect::assignment::reject::code;
use crate::detect::assignment::reject::literal_set::PrefixSet;
use crate::detect::assignment::reject::placeholder::{is_filler, says_what_it_is};
use crate::detect::identifier;
use crate::token_check;

/// Words that are no value.
static NOTHING: PrefixSet<88> = PrefixSet::new(&[
    b"true",
    b"false",
    b"null",
    b"none",
    b"nil",
    b"undefined",
    b"string",
    b"str",
    b"text",
    b"bool",
    b"boolean",
    b"number",
    b"object",
    b"array",
    b"bytes",
    b"byte",
    b"int",
    b"integer",
    b"uint64",
    b"uint32",
    b"char",
    b"void",
    b"optional",
    b"required",
    b"unset",
    b"inherit",
    b"always",
    b"never",
    b"prompt",
    b"on_create",
    b"hashed",
    b"confirmed",
    b"nullable",
    b"digest",
    b"empty",
    b"self",
    b"this",
    b"disabled",
    b"enabled",
    b"auto",
    b"default",
    b"changeme",
    b"change_me",
    b"change-me",
    b"redacted",
    b"[redacted]",
    b"placeholder",
    b"todo",
    b"n/a",
    b"hidden",
    b"secured",
    b"xxxx",
    b"function",
    b"header",
    // Encodings and algorithms.
    b"utf8",
    b"utf-8",
    b"utf16",
    b"utf-16",
    b"ascii",
    b"us-ascii",
    b"latin1",
    b"latin-1",
    b"iso-8859-1",
    b"base64",
    b"binary",
    b"nfkc",
    b"nfkd",
    b"sha1",
    b"sha256",
    b"sha-256",
    b"sha512",
    b"hs256",
    b"rs256",
    b"es256",
    b"bcrypt",
    b"argon2",
    b"scrypt",
    b"pbkdf2",
    b"plaintext",
    b"encrypted",
    b"sensitive",
    b"optional",
    b"secure",
    b"error",
    b"iota",
    b"json",
    b"urlencoded",
    b"multipart",
]);

/// What references begin with.
static HEADS: PrefixSet<41> = PrefixSet::new(&[
    b"$",
    b"{{",
    b"{%",
    b"<%",
    b"<",
    b"%(",
    b"%.",
    b"%s",
    b"%{",
    b"#{",
    b"@{",
    b"op://",
    b"vault:",
    b"vault://",
    b"ssm:",
    b"arn:",
    b"file:",
    b"http://",
    b"https://",
    b"process.env",
    b"os.environ",
    b"os.getenv",
    b"env.",
    b"secrets.",
    b"var.",
    b"local.",
    b"self.",
    b"this.",
    b"data.",
    b"module.",
    b"params.",
    b"props.",
    b"state.",
    b"config.",
    b"args.",
    b"options.",
    b"request.",
    b"req.",
    b"ENC[",
    // The answer to a challenge.
    b"Digest ",
    // A block of PEM in base64, which rules of its own read.
    b"LS0tLS1CRUdJTi",
]);

/// Whether a value is one of those.
pub(crate) fn is_reference(text: &[u8], place: &Assignment) -> bool {
    let value = &text[place.value.clone()];
    let bare = place.quote == Quote::None;
    if stands_for_another(value)
        || is_uuid(value)
        || is_key_id(&text[place.name.clone()], value)
        || is_version(value)
        || place.operator == Operator::Call && text.get(place.value.end + 1) == Some(&b',')
        || place.operator == Operator::Comma && !code::is_pair(text, place)
        || place.operator == Operator::Url && text[place.wrapper.clone()] == *value
        || place.operator == Operator::Scheme && is_empty_login(value)
        || escapes_letters(value)
        || is_time(value)
    {
        return true;
    }
    let spaces = memchr::memchr_iter(b' ', value).count();
    if value[0] != b'{' && (spaces > 3 || value.len() > 24 && spaces > 1) {
        return true;
    }
    if code::says_otherwise(text, place) {
        return true;
    }
    bare && place.operator != Operator::Url && code::is_code(text, place)
}

/// Whether a value stands for one elsewhere, or for none, whatever stands around it.
pub(crate) fn stands_for_another(value: &[u8]) -> bool {
    HEADS.begun(value).is_some()
        || is_nothing(value)
        || value.iter().all(|byte| *byte == value[0] || matches!(byte, b' ' | b'.' | b'-'))
        || is_template(value)
        || is_path(value)
        || says_what_it_is(value)
        || is_filler(value)
        || token_check::basic_auth_password(value)
            .is_some_and(|password| says_what_it_is(&password) || is_nothing(&password))
}

/// Whether a value is a word that is none.
fn is_nothing(value: &[u8]) -> bool {
    NOTHING.of(value[0].to_ascii_lowercase()).iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// The id of a public key (RFC 9580): eight or sixteen hexadecimal digits, or a fingerprint's forty.
fn is_key_id(name: &[u8], value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"0x").unwrap_or(value);
    let is_signer =
        |word: &[u8]| matches!(word, b"gpg" | b"pgp" | b"gpgkey") || word == b"signing" && digits.len() == 8;
    matches!(digits.len(), 8 | 16 | 40)
        && digits.iter().all(|digit| digit.is_ascii_digit() || matches!(digit, b'A'..=b'F'))
        && identifier::split_words(name).iter().any(is_signer)
}

/// A percent escape that nobody needs: what tests of addresses hold.
fn escapes_letters(value: &[u8]) -> bool {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    value.windows(3).any(|part| {
        part[0] == b'%'
            && digit(part[1]).zip(digit(part[2])).is_some_and(|(high, low)| {
                u8::try_from(high * 16 + low).is_ok_and(|byte| byte.is_ascii_alphanumeric())
            })
    })
}

/// Seconds or thousandths since 1970, from 2001 on.
fn is_time(value: &[u8]) -> bool {
    matches!(value.len(), 10 | 13) && value[0] == b'1' && value.iter().all(u8::is_ascii_digit)
}

/// A name, a colon and nothing, in base64.
fn is_empty_login(value: &[u8]) -> bool {
    token_check::decode_printable(value).is_some_and(|text| text.ends_with(b":"))
}

/// What stands in an address, and in a name of what a test asks for.
const ADDRESS: [&[u8]; 2] = [b"://", b"_request"];
static ADDRESSES: PrefixSet<2> = PrefixSet::new(&ADDRESS);

/// What stands in templates, and in values that something was taken out of.
static MARKS: PrefixSet<14> = PrefixSet::new(&[
    ADDRESS[0], ADDRESS[1], b"${", b"$(", b"{{", b"#{", b"***", b"...", b"<%", b"%{", b"%(", b"\\u2022",
    b"xxxx", b"XXXX",
]);

/// `${NAME}`, `{name}`, `%NAME%`, `<name>`, `[name]`, `***` anywhere in it, and addresses.
fn is_template(value: &[u8]) -> bool {
    // An object in JSON may be a token of several parts.
    let is_object = value.starts_with(b"{\"") || value.starts_with(b"{\\\"");
    if is_object {
        return ADDRESSES.stands_in(value);
    }
    let ends = |open: u8, close: u8| value.first() == Some(&open) && value.last() == Some(&close);
    MARKS.stands_in(value)
        || ends(b'{', b'}')
        || ends(b'[', b']')
        || ends(b'<', b'>')
        || ends(b'(', b')')
        || ends(b'%', b'%')
        || ends(b'_', b'_') && value.starts_with(b"__")
        || memchr::memchr(b'{', value)
            .is_some_and(|open| memchr::memchr(b'}', &value[open..]).is_some_and(|close| close < 32))
}

/// `1.2.3`: a version, an address, an object's number; `^1.2 || ~2`, `npm:^7.0.4`, `workspace:*`: those that will do.
fn is_version(value: &[u8]) -> bool {
    const FROM: [&[u8]; 5] = [b"npm:", b"workspace:", b"patch:", b"portal:", b"link:"];
    let from = FROM.iter().find_map(|from| value.strip_prefix(*from));
    let range = from.unwrap_or(value);
    let is_sign = |byte: &u8| matches!(byte, b'^' | b'~' | b'<' | b'>' | b'=' | b'!' | b'*');
    let is_told = from.is_some() || range.first().is_some_and(is_sign);
    if !is_told {
        return memchr::memchr_iter(b'.', value).count() > 1
            && value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    }
    let mut versions = range.split(|byte| matches!(byte, b' ' | b'|' | b',')).map(|part| {
        let signs = part.iter().take_while(|byte| is_sign(byte)).count();
        part[signs..].strip_prefix(b"v").unwrap_or(&part[signs..])
    });
    let is_number = |version: &[u8]| {
        let number = version.split(|byte| matches!(byte, b'-' | b'+')).next().unwrap_or_default();
        version.is_empty()
            || number.first().is_some_and(u8::is_ascii_digit)
                && number.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'x' | b'*'))
    };
    // Something else of that name: `npm:@scope/name@^1`.
    from.is_some_and(|range| range.contains(&b'@')) || versions.all(is_number)
}

/// `/etc/app`, `./key`, `~/x`, `//host`.
fn is_path(value: &[u8]) -> bool {
    let folder =
        value.strip_prefix(b"/").map(|rest| rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count());
    folder.is_some_and(|length| length > 1 && value.get(length + 1) == Some(&b'/'))
        || [&b"./"[..], b"../", b"~/", b"//"].iter().any(|start| value.starts_with(start))
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_what_asks_for_them_are_told_from_values_with_dots() {
        for text in ["1.2.3", "10.0.0.1", "^1.2 || ~2", ">=1.0.0-rc.1", "npm:^7.0.4", "workspace:*", "=v2.1"]
        {
            assert!(is_version(text.as_bytes()), "{text}");
        }
        for text in ["1.2", "12", "k.w.q", "1.2.k7", "..", "^k7wq", "npm:k7wq", ">=1.0,k7wq", "k^1.2.3"] {
            assert_eq!(is_version(text.as_bytes()), text == "..", "{text}");
        }
    }

    #[test]
    fn templates_paths_and_numbers_are_told() {
        for value in ["${DB}", "prefix-{{ x }}", "{name}", "%PASSWORD%", "__TOKEN__", "se***et"] {
            assert!(is_template(value.as_bytes()), "{value}");
        }
        for value in ["/etc/app/key", "./key.pem", "../x", "~/k", "//host/x"] {
            assert!(is_path(value.as_bytes()), "{value}");
        }
        assert!(!is_path(b"/K7MDENGbPxRfiCY") && !is_template(b"{\"a\": \"b\"}"));
        for value in
            ["2.16.840.1", "npm:^7.0.4", "^3.0.0 || ~4", ">= 1.2, < 2", "workspace:*", "=1.0.0-beta.2"]
        {
            assert!(is_version(value.as_bytes()), "{value}");
        }
        for value in ["1.5", "1.a.2", "1234567", "^7Gh2kQ", "npm:hunter2x", "=kX9pQ2vR7", "~x"] {
            assert!(!is_version(value.as_bytes()), "{value}");
        }
        assert!(is_time(b"1643842562") && !is_time(b"2643842562"));
        assert!(escapes_letters(b"a%41b") && !escapes_letters(b"a%40b%2") && is_empty_login(b"dXNlcjo="));
        assert!(is_key_id(b"GPG_KEY", b"348FFC4C") && !is_key_id(b"API_KEY", b"348FFC4C"));
        assert!(!is_key_id(b"signing-key", b"348FFC4C348FFC4C") && !is_key_id(b"signing-key", b"348FFC4C3"));
        assert!(is_uuid(b"123e4567-e89b-12d3-a456-426614174000") && !is_uuid(b"123e4567"));
    }

    #[test]
    fn who_has_the_own_name_as_a_password_has_none() {
        let is_none = |text: &str| {
            let at = text.find("://").unwrap();
            let place = crate::detect::assignment::parse::inline_credentials::userinfo(
                text.as_bytes(),
                &(at..at + 3),
            )
            .unwrap();
            is_reference(text.as_bytes(), &place)
        };
        assert!(is_none("postgres://kestrel:kestrel@db/app"));
        assert!(!is_none("postgres://kestrel:kestrel9@db/app") && !is_none("redis://:kestrel@db"));
    }
}
