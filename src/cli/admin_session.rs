//! A connection to Anthropic's Admin API, with the credential of the environment.

use std::sync::Arc;
use std::time::Duration;

use super::args::AskOptions;
use super::error::CliError;
use crate::net::Client;
use crate::verify::{Ask, Credential, Directory, Limits};

/// A connection to the Admin API.
pub(crate) struct AdminSession {
    ask: Arc<Ask>,
    credential: Option<Credential>,
    longest_wait: Duration,
}

impl AdminSession {
    /// Makes a client; nothing is sent yet.
    ///
    /// # Errors
    /// The environment names a proxy that cannot be used, or no certificate is found.
    pub(crate) fn open(asking: AskOptions) -> Result<Self, CliError> {
        let limits = Limits::for_timeout(asking.timeout);
        let client = Client::new(asking.timeout, 1)?;
        let credential = Credential::of_environment(&|name| std::env::var(name).ok());
        let ask = Arc::new(move |request: &_| client.send(request));
        Ok(Self { ask, credential, longest_wait: limits.longest_wait })
    }

    /// Returns the directory; `None` without a credential.
    pub(crate) fn directory(&self) -> Option<Directory<'_>> {
        let credential = self.credential.as_ref()?;
        Some(Directory { ask: &*self.ask, credential, longest_wait: self.longest_wait })
    }
}
