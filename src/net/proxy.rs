//! The proxy of the user: from the environment that the process was started with, and from nowhere else. No file of a
//! repository, no setting of git and no `.netrc` is read.

use miette::Diagnostic;
use thiserror::Error;

/// The variables with the address of a proxy for HTTPS, the first one that is set counts.
const PROXY: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The variables with the hosts that are reached without a proxy.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The proxy of the environment cannot be used. A request that goes around it would not be what the user set.
#[derive(Debug, Error, Diagnostic)]
#[error("`{variable}` names no proxy that skant can use")]
#[diagnostic(
    code(skant::net::proxy),
    help("write `http://HOST:PORT` or `https://HOST:PORT`, or unset the variable")
)]
pub(crate) struct ProxyError {
    variable: &'static str,
}

/// Returns the proxy that an environment names, if it names one.
///
/// # Errors
/// The variable has no address, or a kind of proxy that is not supported.
pub(super) fn of_environment(
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<ureq::Proxy>, ProxyError> {
    let is_set =
        |name: &&'static str| variable(name).filter(|value| !value.is_empty()).map(|value| (*name, value));
    let Some((name, address)) = PROXY.iter().find_map(is_set) else { return Ok(None) };
    let error = || ProxyError { variable: name };
    let parsed = ureq::Proxy::new(&address).map_err(|_| error())?;
    let mut builder = match parsed.protocol() {
        kind @ (ureq::ProxyProtocol::Http | ureq::ProxyProtocol::Https) => ureq::Proxy::builder(kind),
        _ => return Err(error()),
    };
    builder = builder.host(parsed.host()).port(parsed.port());
    if let Some(user) = parsed.username() {
        builder = builder.username(user);
    }
    if let Some(password) = parsed.password() {
        builder = builder.password(password);
    }
    let exceptions = NO_PROXY.iter().find_map(|name| variable(name)).unwrap_or_default();
    for host in exceptions.split(',').map(str::trim).filter(|host| !host.is_empty()) {
        builder = builder.no_proxy(host);
    }
    builder.build().map(Some).map_err(|_| error())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Option<ureq::Proxy>, ProxyError> {
        of_environment(&|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_proxy_is_that_of_the_variables_for_https() {
        assert!(of(&[]).unwrap().is_none());
        assert!(of(&[("HTTPS_PROXY", "")]).unwrap().is_none());
        assert!(of(&[("HTTP_PROXY", "http://a.example:1")]).unwrap().is_none(), "a proxy for HTTP only");
        for name in PROXY {
            let proxy = of(&[(name, "http://ada:pass%20word@a.example:8080")]).unwrap().unwrap();
            assert_eq!((proxy.host(), proxy.port()), ("a.example", 8080));
            assert_eq!((proxy.username(), proxy.password()), (Some("ada"), Some("pass word")));
        }
        let first = of(&[("ALL_PROXY", "http://b.example:2"), ("HTTPS_PROXY", "http://a.example:1")]);
        assert_eq!(first.unwrap().unwrap().host(), "a.example");
    }

    #[test]
    fn exceptions_are_reached_without_it() {
        let set =
            [("https_proxy", "http://a.example:1"), ("NO_PROXY", "api.example.com, .internal.example,")];
        let proxy = of(&set).unwrap().unwrap();
        let skips = |host: &str| proxy.is_no_proxy(&format!("https://{host}/").parse().unwrap());
        assert!(skips("api.example.com") && skips("x.internal.example"));
        assert!(!skips("api.example.org") && !skips("api.example.com.evil.example"));
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_an_error_and_not_left_out() {
        for address in ["socks5://a.example:1080", "http://", "a b", "ftp://a.example"] {
            let error = of(&[("HTTPS_PROXY", address)]).unwrap_err();
            assert!(!error.to_string().contains(address), "{error}");
        }
    }
}
