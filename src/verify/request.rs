//! From a verifier and a value to a request. A value goes only to the places that the verifier names.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use skant_rule_schema::{Method as SpecMethod, Placeholder, RequestSpec, Template, TemplatePart};

use super::aws;
use super::raw_value::RawValue;
use crate::net::{Body, Method, Request};

/// Why no request can be made, as a fragment of a sentence.
pub(super) type NoRequest = &'static str;

/// Makes the request of a verifier to a host. `now` is the time of signatures, in seconds since 1970.
///
/// # Errors
/// The verifier needs a part that the text does not have, or the value cannot be put into the request.
pub(super) fn build(
    spec: &RequestSpec,
    host: &str,
    value: &RawValue,
    now: i64,
) -> Result<Request, NoRequest> {
    let values = Values::new(value)?;
    let mut headers = Vec::new();
    for (name, template) in &spec.headers {
        headers.push((name.clone(), values.fill(template, Place::Header)?));
    }
    if let Some(template) = &spec.basic {
        let pair = values.fill(template, Place::Basic)?;
        headers.push(("authorization".to_owned(), format!("Basic {}", STANDARD.encode(pair))));
    }
    let body = if let Some(template) = &spec.json {
        let bytes = values.fill(template, Place::Json)?.into_bytes();
        Some(Body { kind: "application/json", bytes })
    } else if spec.form.is_empty() {
        None
    } else {
        let mut fields = Vec::new();
        for (name, template) in &spec.form {
            fields.push(format!("{name}={}", values.fill(template, Place::Form)?));
        }
        Some(Body { kind: "application/x-www-form-urlencoded", bytes: fields.join("&").into_bytes() })
    };
    let method = match spec.method {
        SpecMethod::Get => Method::Get,
        SpecMethod::Head => Method::Head,
        SpecMethod::Post => Method::Post,
        SpecMethod::Delete => Method::Delete,
    };
    let path = values.fill(&spec.path, Place::Path)?;
    let mut request = Request { method, host: host.to_owned(), path, headers, body };
    if let Some(signing) = &spec.sign {
        let id = values.companion.ok_or(NO_COMPANION)?;
        aws::sign(&mut request, signing, &aws::Key { id, secret: values.secret }, now)?;
    }
    Ok(request)
}

const NO_COMPANION: NoRequest = "the other part of the credential pair is not near it";

/// The place of a value in a request; each has an escape of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Header,
    Basic,
    Path,
    Form,
    Json,
}

/// The values that templates are filled with.
struct Values<'v> {
    secret: &'v str,
    companion: Option<&'v str>,
}

impl<'v> Values<'v> {
    fn new(value: &'v RawValue) -> Result<Self, NoRequest> {
        let text = |bytes: &'v [u8]| std::str::from_utf8(bytes).map_err(|_| "the value is no text");
        Ok(Self { secret: text(value.secret())?, companion: value.companion().map(text).transpose()? })
    }

    fn fill(&self, template: &str, place: Place) -> Result<String, NoRequest> {
        let mut text = String::new();
        for part in Template(template).parts() {
            match part {
                TemplatePart::Plain(plain) => text.push_str(plain),
                TemplatePart::Value(Placeholder::Secret) => push(&mut text, self.secret, place)?,
                TemplatePart::Value(Placeholder::Companion) => {
                    push(&mut text, self.companion.ok_or(NO_COMPANION)?, place)?;
                }
            }
        }
        Ok(text)
    }
}

/// Adds a value in the form of its place.
fn push(text: &mut String, value: &str, place: Place) -> Result<(), NoRequest> {
    match place {
        Place::Header if value.bytes().all(|byte| byte.is_ascii_graphic()) => text.push_str(value),
        Place::Header => return Err("the value has characters that a header cannot hold"),
        // A colon in a user name would begin the password.
        Place::Basic if value.chars().any(char::is_control) => {
            return Err("the value has characters that a header cannot hold");
        }
        Place::Basic => text.push_str(value),
        Place::Path | Place::Form => {
            for byte in value.bytes() {
                match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                        text.push(char::from(byte));
                    }
                    // A path may hold it, and some providers' paths do.
                    b':' if place == Place::Path => text.push(':'),
                    _ => {
                        // Writing to a string does not fail.
                        let _ = write!(text, "%{byte:02X}");
                    }
                }
            }
            if place == Place::Path && text.split('/').any(|part| matches!(part, "." | "..")) {
                return Err("the value would change the path of the request");
            }
        }
        Place::Json => {
            let quoted = serde_json::to_string(value).map_err(|_| "the value is no text")?;
            let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            text.push_str(inner.ok_or("the value is no text")?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::verify::Verifiers;

    fn spec(text: &str) -> RequestSpec {
        let text = format!(
            "name = \"x\"\n[[verifier]]\nrules = [\"a-b\"]\nsource = \"https://a.example\"\nrequest = {{ {text} }}\n\
             [[verifier.answer]]\nstatus = [200]\nwhen = [{{ body = true, contains = \"x\" }}]\nsays = \"live\"\n\
             reason = \"x\"\nsource = \"https://a.example\"\n"
        );
        let mut file = skant_rule_schema::parse_verifiers(&text).unwrap();
        file.verifier.pop().unwrap().request.unwrap()
    }

    fn built(text: &str, secret: &str, companion: Option<&str>) -> Result<Request, NoRequest> {
        let value = RawValue::new(secret.into(), companion.map(Into::into));
        build(&spec(&format!("host = \"a.example\", {text}")), "a.example", &value, 0)
    }

    #[test]
    fn a_key_of_anthropic_goes_into_one_header_and_nowhere_else() {
        let verifiers = Verifiers::builtin();
        let spec = verifiers.of_rule("anthropic-api-key").unwrap().request.as_ref().unwrap();
        let value = RawValue::new(b"the-secret".to_vec(), None);
        let request = build(spec, "api.anthropic.com", &value, 0).unwrap();
        assert_eq!((request.method, request.path.as_str()), (Method::Get, "/v1/models?limit=1"));
        assert_eq!(
            request.headers,
            [
                ("anthropic-version".to_owned(), "2023-06-01".to_owned()),
                ("x-api-key".to_owned(), "the-secret".to_owned())
            ]
        );
        assert!(request.body.is_none());
    }

    #[test]
    fn each_place_escapes_the_value() {
        let request = built("path = \"/bot{secret}/getMe\"", "1:a/b?c#d e", None).unwrap();
        assert_eq!(request.path, "/bot1:a%2Fb%3Fc%23d%20e/getMe");
        let request = built("path = \"/\", basic = \"{companion}:{secret}\"", "pass", Some("user")).unwrap();
        assert_eq!(request.headers, [("authorization".to_owned(), "Basic dXNlcjpwYXNz".to_owned())]);
        let post = "method = \"post\", harmless = \"x\", path = \"/\"";
        let request =
            built(&format!("{post}, form = {{ token = \"{{secret}}\" }}"), "a&b=c+d", None).unwrap();
        assert_eq!(request.body.unwrap().bytes, b"token=a%26b%3Dc%2Bd");
        let request = built(&format!("{post}, json = '{{\"t\":\"{{secret}}\"}}'"), "a\"\\b", None).unwrap();
        assert_eq!(request.body.unwrap().bytes, br#"{"t":"a\"\\b"}"#);
    }

    #[test]
    fn what_cannot_be_written_is_not_sent() {
        let header = "path = \"/\", headers = { authorization = \"Bearer {secret}\" }";
        for secret in ["a\r\nx-evil: 1", "a b", "ä", "a\0"] {
            assert!(built(header, secret, None).is_err(), "{secret:?}");
        }
        assert!(built("path = \"/{secret}\"", "..", None).is_err());
        assert!(built("path = \"/\", basic = \"{companion}:{secret}\"", "pass", None).is_err());
        let value = RawValue::new(vec![0xff], None);
        assert!(build(&spec(&format!("host = \"a.example\", {header}")), "a.example", &value, 0).is_err());
    }

    proptest! {
        #[test]
        fn a_json_body_holds_exactly_the_value(secret in "\\PC{0,40}|[\"\\\\\\x00-\\x1f]{0,10}") {
            let json = "method = \"post\", harmless = \"x\", path = \"/\", json = '{\"t\":\"{secret}\"}'";
            if let Ok(request) = built(json, &secret, None) {
                let read: serde_json::Value = serde_json::from_slice(&request.body.unwrap().bytes).unwrap();
                prop_assert_eq!(&read["t"], &serde_json::json!(secret));
            }
        }

        #[test]
        fn a_path_never_leaves_its_form(secret in any::<String>()) {
            if let Ok(request) = built("path = \"/bot{secret}/getMe\"", &secret, None) {
                prop_assert!(request.path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'?' && byte != b'#'));
                prop_assert_eq!(request.path.matches('/').count(), 2);
            }
        }
    }
}
