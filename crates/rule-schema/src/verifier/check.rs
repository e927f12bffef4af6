//! The checks of verifiers that the types cannot express.

use std::collections::BTreeSet;

use crate::verifier::{
    AnswerSpec, ConditionSpec, FactSpec, Method, Placeholder, RequestSpec, RevokeAnswerSpec, RevokeSpec,
    Revoked, Says, Template, VerifierFile, VerifierSpec,
};

/// Reads the verifiers of one provider, and checks each.
///
/// # Errors
/// Fails with a message that names the verifier by its first rule, and the error.
pub fn parse_verifiers(text: &str) -> Result<VerifierFile, String> {
    let file: VerifierFile = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut rules = BTreeSet::new();
    for verifier in &file.verifier {
        let Some(first) = verifier.rules.first() else {
            return Err("a verifier needs `rules`".to_owned());
        };
        check(verifier).map_err(|error| format!("verifier of `{first}`: {error}"))?;
        if let Some(twice) = verifier.rules.iter().find(|rule| !rules.insert(rule.as_str())) {
            return Err(format!("verifier of `{first}`: `{twice}` has two verifiers"));
        }
    }
    Ok(file)
}

type Checked = Result<(), String>;

fn fail(message: impl Into<String>) -> Checked {
    Err(message.into())
}

fn check(verifier: &VerifierSpec) -> Checked {
    check_address(&verifier.source)?;
    if let Some(revoke) = &verifier.revoke {
        check_revoke(revoke).map_err(|error| format!("`revoke`: {error}"))?;
    }
    match (&verifier.request, &verifier.no_request) {
        (Some(request), None) => {
            check_request(request, Purpose::Ask)?;
            if !verifier.answer.iter().any(|answer| answer.says == Says::Live) {
                return fail("no `answer` says `live`");
            }
            verifier.answer.iter().try_for_each(check_answer)?;
            verifier.fact.iter().try_for_each(check_fact)
        }
        (None, Some(reason)) if !reason.trim().is_empty() => {
            let is_empty = verifier.answer.is_empty() && verifier.fact.is_empty();
            if is_empty { Ok(()) } else { fail("without a `request` there is no `answer` and no `fact`") }
        }
        _ => fail("it needs either a `request` or a reason in `no-request`"),
    }
}

fn check_address(address: &str) -> Checked {
    if address.starts_with("https://") {
        Ok(())
    } else {
        fail("`source` has to be an address with `https://`")
    }
}

/// Checks a host name: without a scheme, a port or a path, below a top-level domain, and not an address.
fn check_host(host: &str) -> Checked {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    let last_is_name =
        host.rsplit('.').next().is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_lowercase()));
    if host.contains('.') && host.split('.').all(is_label) && last_is_name {
        Ok(())
    } else {
        fail(format!("`{host}` is no host name in lowercase, without scheme, port and path"))
    }
}

/// What a request is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To ask: it changes nothing.
    Ask,
    /// To revoke.
    Revoke,
}

fn check_revoke(revoke: &RevokeSpec) -> Checked {
    let RevokeSpec { source, request, effect, answer } = revoke;
    check_address(source)?;
    check_request(request, Purpose::Revoke)?;
    if effect.trim().is_empty() {
        return fail("it needs an `effect`");
    }
    if !answer.iter().any(|answer| answer.says == Revoked::Done) {
        return fail("no `answer` says `done`");
    }
    answer.iter().try_for_each(check_revoke_answer)
}

fn check_revoke_answer(answer: &RevokeAnswerSpec) -> Checked {
    check_address(&answer.source)?;
    let is_final = |status: &u16| (200..300).contains(status) || (400..500).contains(status);
    if answer.status.is_empty() || !answer.status.iter().all(is_final) {
        return fail("a redirect or an error of the server says nothing about what was done");
    }
    if answer.reason.trim().is_empty() {
        return fail("an answer needs a `reason`");
    }
    if answer.says == Revoked::Done && answer.status.iter().any(|status| *status >= 300) {
        return fail("only a status from 200 to 299 says `done`");
    }
    answer.when.iter().try_for_each(check_condition)
}

fn check_request(request: &RequestSpec, purpose: Purpose) -> Checked {
    match (&request.host, request.domains.as_slice()) {
        (Some(host), []) => check_host(host)?,
        (None, [_, ..]) => request.domains.iter().try_for_each(|domain| check_host(domain))?,
        _ => return fail("the request needs either a `host` or `domains`"),
    }
    if !request.path.starts_with('/') || !is_printable(&request.path) || request.path.contains([' ', '#']) {
        return fail("`path` has to begin with `/`, without spaces and `#`");
    }
    if request.near.iter().any(|word| word.is_empty() || word.bytes().any(|byte| byte.is_ascii_uppercase())) {
        return fail("`near` has words in lowercase");
    }
    for (name, value) in &request.headers {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || !name.bytes().all(is_name) {
            return fail(format!("the name of the header `{name}` has to be in lowercase"));
        }
        // An empty header is an error for some providers, as Anthropic's header of the workspace is.
        if value.trim().is_empty() || !is_printable(value) {
            return fail(format!("the header `{name}` needs a value on one line"));
        }
        if matches!(name.as_str(), "host" | "content-length" | "transfer-encoding" | "connection" | "origin")
        {
            return fail(format!("the header `{name}` is not for a verifier to set"));
        }
    }
    if let Some(basic) = &request.basic {
        if !basic.contains(':') {
            return fail("`basic` has to be `USER:PASSWORD`");
        }
        if request.headers.contains_key("authorization") {
            return fail("`basic` is the header `authorization`");
        }
    }
    check_body(request, purpose)?;
    let in_texts = templates(request).map(|text| Template(text).count(Placeholder::Secret)).sum::<usize>();
    match (&request.sign, in_texts) {
        (None, 1) | (Some(_), 0) => Ok(()),
        (None, 2) if purpose == Purpose::Revoke => Ok(()),
        (None, _) => fail("`{secret}` has to occur exactly once in the request"),
        (Some(_), _) => fail("a request with `sign` does not contain `{secret}`"),
    }
}

fn check_body(request: &RequestSpec, purpose: Purpose) -> Checked {
    let has_body = !request.form.is_empty() || request.json.is_some();
    if !request.form.is_empty() && request.json.is_some() {
        return fail("the body is either `form` or `json`");
    }
    if purpose == Purpose::Revoke {
        return match (request.method, &request.harmless) {
            (_, Some(_)) => fail("a revocation is not `harmless`"),
            (Method::Get | Method::Head, _) => fail("it needs the method `post` or `delete`"),
            (Method::Delete, _) if has_body => fail("only a request with `post` has a body"),
            (Method::Post | Method::Delete, None) => Ok(()),
        };
    }
    match (request.method, &request.harmless) {
        (Method::Delete, _) => fail("a request with `delete` changes something"),
        (Method::Post, Some(why)) if !why.trim().is_empty() => Ok(()),
        (Method::Post, _) => {
            fail("a request with `post` needs `harmless`: why it creates, changes and spends nothing")
        }
        (_, Some(_)) => fail("`harmless` is for the method `post`"),
        (_, None) if has_body => fail("only a request with `post` has a body"),
        (_, None) => Ok(()),
    }
}

/// Returns the texts of a request that may have placeholders.
fn templates(request: &RequestSpec) -> impl Iterator<Item = &str> {
    let fields = request.headers.values().chain(request.form.values());
    fields.chain(&request.basic).chain(&request.json).chain([&request.path]).map(String::as_str)
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn check_answer(answer: &AnswerSpec) -> Checked {
    check_address(&answer.source)?;
    if answer.status.is_empty() || answer.status.iter().any(|status| !(200..600).contains(status)) {
        return fail("`status` needs the numbers of final answers, 200 to 599");
    }
    if answer.reason.trim().is_empty() {
        return fail("an answer needs a `reason`");
    }
    answer.when.iter().try_for_each(check_condition)?;
    let numbers = || answer.status.iter().copied();
    match answer.says {
        // Something between skant and the provider may answer with a status as well, such as a gateway.
        Says::Live | Says::Dead if answer.when.is_empty() => {
            fail("`live` and `dead` need a condition in `when` that only the provider's own answer meets")
        }
        Says::Dead
            if numbers().any(|status| status >= 500 || status == 429 || (300..400).contains(&status)) =>
        {
            fail("a redirect, a limit or an error of the server is no proof that a secret is dead")
        }
        Says::Live if numbers().any(|status| status >= 500 || (300..400).contains(&status)) => {
            fail("a redirect or an error of the server is no proof that a secret is live")
        }
        _ => Ok(()),
    }
}

fn check_pointer(pointer: &str) -> Checked {
    if pointer.is_empty() || pointer.starts_with('/') {
        Ok(())
    } else {
        fail(format!("the JSON pointer `{pointer}` has to begin with `/`"))
    }
}

fn check_condition(condition: &ConditionSpec) -> Checked {
    let ConditionSpec { json, header, body, is, contains, starts, exists, kind } = condition;
    let places = [json.is_some(), header.is_some(), *body];
    if places.into_iter().filter(|given| *given).count() != 1 {
        return fail("a condition has one of `json`, `header` and `body = true`");
    }
    let tests = [is.is_some(), contains.is_some(), starts.is_some(), exists.is_some(), kind.is_some()];
    if tests.into_iter().filter(|given| *given).count() != 1 {
        return fail("a condition has one of `is`, `contains`, `starts`, `exists` and `type`");
    }
    if kind.is_some() && json.is_none() {
        return fail("`type` is for a place in `json`");
    }
    if contains.iter().chain(starts).any(String::is_empty) {
        return fail("every text contains an empty one");
    }
    json.as_deref().map_or(Ok(()), check_pointer)
}

fn check_fact(fact: &FactSpec) -> Checked {
    match (&fact.json, &fact.header) {
        (Some(pointer), None) => check_pointer(pointer),
        (None, Some(_)) => Ok(()),
        _ => fail("a fact has one of `json` and `header`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
name = "Example"
[[verifier]]
rules = ["example-key"]
source = "https://example.com/docs"
request = { host = "api.example.com", path = "/v1/me", headers = { authorization = "Bearer {secret}" } }
fact = [{ name = "account", json = "/login" }]
[[verifier.answer]]
status = [200]
when = [{ json = "/login", type = "text" }]
says = "live"
reason = "the key was accepted"
source = "https://example.com/docs"
[[verifier.answer]]
status = [401]
when = [{ json = "/error", is = "invalid key" }]
says = "dead"
reason = "the key is unknown"
source = "https://example.com/docs"
"#;

    #[test]
    fn a_verifier_is_one_harmless_request_and_answers_with_sources() {
        let file = parse_verifiers(GOOD).unwrap();
        assert_eq!((file.name.as_str(), file.verifier.len()), ("Example", 1));
        for (from, to, expected) in [
            ("\"api.example.com\"", "\"https://api.example.com\"", "no host name"),
            ("\"api.example.com\"", "\"api.example.com:8443\"", "no host name"),
            ("\"api.example.com\"", "\"127.0.0.1\"", "no host name"),
            ("host =", "domains = [\"example.com\"], host =", "either a `host` or `domains`"),
            ("\"/v1/me\"", "\"v1/me\"", "begin with `/`"),
            ("{secret}", "{key}", "exactly once"),
            ("/v1/me", "/v1/{secret}", "exactly once"),
            ("authorization =", "Authorization =", "lowercase"),
            ("authorization =", "workspace = \"\", authorization =", "needs a value"),
            ("authorization =", "origin = \"https://x.example\", authorization =", "not for a verifier"),
            ("path =", "method = \"post\", path =", "needs `harmless`"),
            ("path =", "method = \"delete\", path =", "delete"),
            ("path =", "json = '{}', path =", "only a request with `post`"),
            ("path =", "basic = 'a', path =", "USER:PASSWORD"),
            ("path =", "near = ['Name'], path =", "in lowercase"),
            ("path =", "near = [''], path =", "in lowercase"),
            ("status = [401]", "status = [500]", "no proof"),
            ("status = [401]", "status = [429]", "no proof"),
            ("status = [200]", "status = [302]", "no proof"),
            ("status = [200]", "status = []", "`status`"),
            ("when = [{ json = \"/error\", is = \"invalid key\" }]", "", "condition in `when`"),
            ("is = \"invalid key\"", "is = \"x\", contains = \"y\"", "a condition has one of"),
            ("is = \"invalid key\"", "contains = \"\"", "empty"),
            ("json = \"/error\"", "json = \"error\"", "JSON pointer"),
            ("json = \"/error\"", "body = true, json = \"/error\"", "one of `json`"),
            (
                "source = \"https://example.com/docs\"\n[[verifier.answer]]",
                "source = \"x\"\n[[verifier.answer]]",
                "https://",
            ),
            ("says = \"live\"", "says = \"unknown\"", "no `answer` says `live`"),
            ("says = \"live\"", "says = \"maybe\"", "maybe"),
            ("reason = \"the key is unknown\"", "reason = \" \"", "needs a `reason`"),
            ("[\"example-key\"]", "[\"example-key\", \"example-key\"]", "two verifiers"),
            ("[\"example-key\"]", "[]", "needs `rules`"),
            ("name = \"account\"", "name = \"password\"", "password"),
            ("rules =", "no-request = \"none\"\nrules =", "either a `request`"),
            ("rules =", "hosts = 3\nrules =", "hosts"),
        ] {
            let broken = GOOD.replacen(from, to, 1);
            assert_ne!(broken, GOOD, "{from}");
            let error = parse_verifiers(&broken).unwrap_err();
            assert!(error.contains(expected), "{from} -> {to}: {error}");
        }
    }

    #[test]
    fn a_revocation_changes_something_and_its_answers_are_the_providers() {
        let revoke = r#"
[verifier.revoke]
source = "https://example.com/docs"
request = { method = "delete", host = "api.example.com", path = "/token/{secret}", headers = { authorization = "Bearer {secret}" } }
effect = "the token ends for good"
[[verifier.revoke.answer]]
status = [204]
says = "done"
reason = "it was revoked"
source = "https://example.com/docs"
"#;
        let good = format!("{GOOD}{revoke}");
        let file = parse_verifiers(&good).unwrap();
        assert!(file.verifier[0].revoke.is_some());
        for (from, to, expected) in [
            ("method = \"delete\"", "method = \"get\"", "`post` or `delete`"),
            ("method = \"delete\"", "method = \"delete\", json = '{}'", "only a request with `post`"),
            ("method = \"delete\"", "method = \"post\", harmless = 'x'", "not `harmless`"),
            ("/token/{secret}", "/token/{secret}/{secret}", "exactly once"),
            ("status = [204]", "status = [302]", "redirect"),
            ("status = [204]", "status = [500]", "error of the server"),
            ("status = [204]", "status = [404]", "200 to 299"),
            ("status = [204]", "status = []", "redirect"),
            ("says = \"done\"", "says = \"refused\"", "no `answer` says `done`"),
            ("effect = \"the token ends for good\"", "effect = \" \"", "`effect`"),
            ("reason = \"it was revoked\"", "reason = \"\"", "needs a `reason`"),
        ] {
            let broken = good.replacen(from, to, 1);
            assert_ne!(broken, good, "{from}");
            let error = parse_verifiers(&broken).unwrap_err();
            assert!(error.contains("`revoke`") && error.contains(expected), "{from} -> {to}: {error}");
        }
    }

    #[test]
    fn a_secret_without_a_harmless_request_has_a_reason_instead() {
        let text = "name = \"Example\"\n[[verifier]]\nrules = [\"a-b\"]\nsource = \"https://a.example\"\n\
                    no-request = \"a request would rotate it\"\n";
        assert!(parse_verifiers(text).is_ok());
        assert!(parse_verifiers(&text.replace("a request would rotate it", " ")).is_err());
    }
}
