//! Recognizes values that refer to a value elsewhere or are empty: variables, templates, addresses, paths, and words such
//! as `null`.

use crate::detect::assignment::reject::literal_set::{LiteralSearch, PrefixSet};
use crate::text::find_short;

/// Words that are no values: of languages, of settings, and the names of encodings and algorithms.
static NO_VALUES: PrefixSet<117> = PrefixSet::new(&[
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
    b"hs384",
    b"hs512",
    b"rs256",
    b"rs384",
    b"rs512",
    b"es256",
    b"es384",
    b"es512",
    b"ps256",
    b"ps512",
    b"eddsa",
    b"rsa-oaep",
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
    // Values of the option `credentials` of fetch.
    b"include",
    b"omit",
    b"same-origin",
    // Mechanisms of authentication.
    b"gssapi",
    b"kerberos",
    b"ntlm",
    b"spnego",
    b"negotiate",
    b"xoauth2",
    b"oauthbearer",
    b"oauth2",
    b"cram-md5",
    b"digest-md5",
    b"external",
    b"ldap",
    b"saml",
    b"oidc",
    // Communities of SNMP that everybody knows.
    b"public",
    b"private",
]);

/// The starts of references, and of values that other rules read.
static PREFIXES: PrefixSet<47> = PrefixSet::new(&[
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
    // The name of a resource, and a variable of generated C.
    b"urn:",
    b"__pyx_",
    // References in YAML.
    b"!Ref",
    b"!GetAtt",
    b"!Sub",
    b"!ImportValue",
    // The answer to an authentication challenge.
    b"Digest ",
    // A PEM block in base64: it has rules of its own.
    b"LS0tLS1CRUdJTi",
]);

/// Returns whether a value begins as a reference does, or is a path.
pub(super) fn is_reference(value: &[u8]) -> bool {
    PREFIXES.prefix_of(value).is_some() || is_template(value) || is_path(value)
}

/// Returns whether a value is one of [`NO_VALUES`].
pub(super) fn is_no_value(value: &[u8]) -> bool {
    NO_VALUES.starting_with(value[0].to_ascii_lowercase()).iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Returns whether a value is a list of [`NO_VALUES`]: `HS256,RS256`.
pub(super) fn is_list_of_no_values(value: &[u8]) -> bool {
    value.contains(&b',')
        && value
            .split(|byte| *byte == b',')
            .map(<[u8]>::trim_ascii)
            .all(|part| !part.is_empty() && is_no_value(part))
}

/// Parts of addresses, and of the names that tests give to requests.
const ADDRESS_PARTS: [&[u8]; 2] = [b"://", b"_request"];

/// Parts of addresses, of templates, and of values with an omitted part.
static TEMPLATE_PARTS: LiteralSearch<14> = LiteralSearch::new(&[
    ADDRESS_PARTS[0],
    ADDRESS_PARTS[1],
    b"${",
    b"$(",
    b"{{",
    b"#{",
    b"***",
    b"...",
    b"<%",
    b"%{",
    b"%(",
    b"\\u2022",
    b"xxxx",
    b"XXXX",
]);

/// Returns whether a value is an address or a template (`${NAME}`, `{name}`, `%NAME%`, `<name>`, `[name]`), or has an
/// omitted part (`***`).
fn is_template(value: &[u8]) -> bool {
    // A JSON object may be a token of several parts.
    if value.starts_with(b"{\"") || value.starts_with(b"{\\\"") {
        return ADDRESS_PARTS.iter().any(|part| find_short(value, part).is_some());
    }
    let is_between = |open: u8, close: u8| value.first() == Some(&open) && value.last() == Some(&close);
    TEMPLATE_PARTS.occurs_in(value)
        || is_between(b'{', b'}')
        || is_between(b'[', b']')
        || is_between(b'<', b'>')
        || is_between(b'(', b')')
        || is_between(b'%', b'%')
        || is_between(b'_', b'_') && value.starts_with(b"__")
        || memchr::memchr(b'{', value)
            .is_some_and(|open| memchr::memchr(b'}', &value[open..]).is_some_and(|close| close < 32))
}

/// Returns whether a value is a path: `/etc/app`, `./key`, `~/x`, `//host`.
fn is_path(value: &[u8]) -> bool {
    let folder =
        value.strip_prefix(b"/").map(|rest| rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count());
    folder.is_some_and(|length| length > 1 && value.get(length + 1) == Some(&b'/'))
        || [&b"./"[..], b"../", b"~/", b"//"].iter().any(|start| value.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_and_paths_are_references() {
        for value in ["${DB}", "prefix-{{ x }}", "{name}", "%PASSWORD%", "__TOKEN__", "se***et"] {
            assert!(is_template(value.as_bytes()), "{value}");
        }
        for value in ["/etc/app/key", "./key.pem", "../x", "~/k", "//host/x"] {
            assert!(is_path(value.as_bytes()), "{value}");
        }
        assert!(is_list_of_no_values(b"HS256, RS256") && !is_list_of_no_values(b"HS256,kX9pQ2"));
        assert!(!is_path(b"/K7MDENGbPxRfiCY") && !is_template(b"{\"a\": \"b\"}"));
    }
}
