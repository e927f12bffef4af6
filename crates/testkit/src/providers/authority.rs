//! An authority that is made at test time, and certificates of servers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The certificate that a server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// For its name, by the authority.
    Trusted,
    /// For another name.
    OtherName,
    /// Of the past.
    Expired,
    /// By itself.
    SelfSigned,
    /// For its name, by an authority that nobody knows.
    UnknownAuthority,
}

pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Certificate,
    servers: Mutex<BTreeMap<String, Arc<ServerConfig>>>,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "synthetic authority");
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { issuer: Issuer::new(params, key), certificate, servers: Mutex::default() }
    }

    pub(super) fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Returns the settings of the server of a host.
    pub(super) fn server(&self, identity: Identity, host: &str) -> Arc<ServerConfig> {
        let mut servers = self.servers.lock().expect("no panic");
        Arc::clone(servers.entry(host.to_owned()).or_insert_with(|| self.make_server(identity, host)))
    }

    fn make_server(&self, identity: Identity, host: &str) -> Arc<ServerConfig> {
        let name = if identity == Identity::OtherName { "other.example" } else { host };
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        if identity == Identity::Expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = match identity {
            Identity::SelfSigned => params.self_signed(&key),
            Identity::UnknownAuthority => params.signed_by(&key, &Self::new().issuer),
            _ => params.signed_by(&key, &self.issuer),
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("protocols")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.expect("signed").der().clone()], key)
            .expect("a certificate and its key");
        Arc::new(config)
    }
}
