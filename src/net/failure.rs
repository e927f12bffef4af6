//! Why a request got no answer. No text of the request is in it: neither its path nor a header.

use std::fmt;
use std::io::ErrorKind;

/// Why a request got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The name of the host is not known.
    NameNotFound,
    /// Nobody listens, or the connection was refused or reset.
    Refused,
    /// The answer did not come in time.
    Timeout,
    /// The certificate is for another host, has expired, or was issued by nobody whom the system trusts.
    Certificate,
    /// The encrypted connection failed otherwise.
    Encryption,
    /// The connection ended before the answer did.
    Cut,
    /// The proxy did not connect to the host.
    Proxy,
    /// The answer is not HTTP.
    NotHttp,
    /// The connection failed otherwise.
    Connection,
}

impl Failure {
    /// Whether a second attempt may succeed.
    pub(crate) const fn is_transient(self) -> bool {
        matches!(self, Self::Refused | Self::Timeout | Self::Cut | Self::Connection)
    }

    /// Returns the failure that an error of the client stands for.
    pub(super) fn of(error: &ureq::Error) -> Self {
        match error {
            ureq::Error::HostNotFound => Self::NameNotFound,
            ureq::Error::Timeout(_) => Self::Timeout,
            ureq::Error::Rustls(
                rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented,
            ) => Self::Certificate,
            ureq::Error::Rustls(_) | ureq::Error::Tls(_) | ureq::Error::TlsRequired => Self::Encryption,
            ureq::Error::ConnectProxyFailed(_) => Self::Proxy,
            ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) | ureq::Error::BodyStalled => {
                Self::NotHttp
            }
            ureq::Error::Io(error) => Self::of_io(error),
            _ => Self::Connection,
        }
    }

    /// Returns the failure that an error of the system stands for.
    pub(super) fn of_io(error: &std::io::Error) -> Self {
        // The client wraps its own errors and those of the encryption in errors of the system.
        if let Some(inner) = error.get_ref() {
            if let Some(inner) = inner.downcast_ref::<ureq::Error>() {
                return Self::of(inner);
            }
            if let Some(inner) = inner.downcast_ref::<rustls::Error>() {
                return match inner {
                    rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
                        Self::Certificate
                    }
                    _ => Self::Encryption,
                };
            }
        }
        match error.kind() {
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => {
                Self::Refused
            }
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Self::Timeout,
            ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe => Self::Cut,
            _ => Self::Connection,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NameNotFound => "the name of the host was not found",
            Self::Refused => "the connection was refused",
            Self::Timeout => "no answer in time",
            Self::Certificate => "the certificate of the host is not trusted",
            Self::Encryption => "no encrypted connection could be made",
            Self::Cut => "the connection ended before the answer did",
            Self::Proxy => "the proxy did not connect to the host",
            Self::NotHttp => "the answer is not HTTP",
            Self::Connection => "the connection failed",
        })
    }
}
