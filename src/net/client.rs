//! The HTTPS client. Nothing of it exists until a command that sends asks for it.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use miette::Diagnostic;
use rustls::crypto::ring;
use thiserror::Error;
use ureq::http;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::transport::DefaultConnector;

use super::failure::Failure;
use super::proxy::{self, ProxyError};
use super::request::{Answer, Exchange, Request};
use super::resolver::SystemResolver;

/// Why there is no client.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum ClientError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Proxy(#[from] ProxyError),
    #[error("no certificate was found that a connection could be checked with")]
    #[diagnostic(
        code(skant::net::no_certificates),
        help("install the package `ca-certificates`, or name a file of certificates in `SSL_CERT_FILE`")
    )]
    NoCertificates,
}

/// A client with the system's certificates and the user's proxy. It may be shared by threads.
pub(crate) struct Client {
    agent: ureq::Agent,
}

impl Client {
    /// Creates a client that waits for an answer for at most this time, from the name of the host to the end of the body.
    ///
    /// # Errors
    /// The environment names a proxy that cannot be used, or no certificate is found.
    pub(crate) fn new(timeout: Duration, connections: usize) -> Result<Self, ClientError> {
        let proxy = proxy::of_environment(&|name| std::env::var(name).ok())?;
        // Some certificates of a system may be unreadable; the rest counts.
        let roots = rustls_native_certs::load_native_certs().certs;
        if roots.is_empty() {
            return Err(ClientError::NoCertificates);
        }
        let roots: Vec<_> = roots.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let config = ureq::Agent::config_builder()
            .https_only(true)
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(proxy)
            .tls_config(tls)
            .user_agent(concat!("skant/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            .timeout_global(Some(timeout))
            .max_idle_connections(connections)
            .max_idle_connections_per_host(connections)
            .build();
        let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), SystemResolver::default());
        Ok(Self { agent })
    }

    /// Sends a request once and reads its answer.
    ///
    /// # Errors
    /// There is no complete answer.
    pub(crate) fn send(&self, request: &Request) -> Exchange {
        let mut builder = http::Request::builder()
            .method(request.method.name())
            .uri(format!("https://{}{}", request.host, request.path));
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let sent = match &request.body {
            Some(body) => {
                let request = builder.header("content-type", body.kind).body(body.bytes.as_slice());
                self.agent.run(request.map_err(|_| Failure::Connection)?)
            }
            None => self.agent.run(builder.body(()).map_err(|_| Failure::Connection)?),
        };
        read_answer(sent.map_err(|error| Failure::of(&error))?)
    }
}

fn read_answer(response: http::Response<ureq::Body>) -> Exchange {
    let (head, body) = response.into_parts();
    let mut answer = Answer { status: head.status.as_u16(), ..Answer::default() };
    for (name, value) in &head.headers {
        answer
            .headers
            .push((name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    }
    let mut body = body.into_reader().take(Answer::MAX_BODY + 1);
    body.read_to_end(&mut answer.body).map_err(|error| Failure::of_io(&error))?;
    answer.is_cut = answer.body.len() as u64 > Answer::MAX_BODY;
    answer.body.truncate(usize::try_from(Answer::MAX_BODY).unwrap_or(usize::MAX));
    Ok(answer)
}
