//! Reads of the Admin API: the keys of an organisation page by page, names of people and workspaces, the last use of a key.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use thiserror::Error;

use super::credential::Credential;
use super::key_entry::{KeyEntry, is_id};
use crate::net::{Body, Failure, Method, Request};
use crate::text::escape_terminal;
use crate::verify::schedule::{Ask, wished_wait};

/// The host of the Admin API.
pub(crate) const HOST: &str = "api.anthropic.com";

/// The statuses whose keys are listed.
const STATUSES: [&str; 4] = ["active", "inactive", "expired", "archived"];

/// The most pages of one list. A page has up to 500 keys, which fit the longest body that is read.
const MAX_PAGES: usize = 1000;

/// The most attempts for one read.
const ATTEMPTS: u32 = 3;

/// The days in which the last use of a key is searched for: the most that one page of daily usage has.
const DAYS: i64 = 31;

/// Why the Admin API gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum AdminError {
    #[error("the Admin API gave no answer: {0}")]
    NoAnswer(Failure),
    #[error("the Admin API does not accept the credential ({0})")]
    Refused(u16),
    #[error("the Admin API answered {0}")]
    Status(u16),
    #[error("the answer of the Admin API has not the documented form")]
    Form,
    #[error("the list of keys does not end")]
    Endless,
    #[error("the report does not end")]
    EndlessReport,
}

/// The Admin API with a credential.
pub(crate) struct Directory<'d> {
    pub(crate) ask: &'d Ask,
    pub(crate) credential: &'d Credential,
    /// The longest time that the API may ask to wait for.
    pub(crate) longest_wait: Duration,
}

impl Directory<'_> {
    /// Returns the keys of the organisation that a value may be.
    ///
    /// # Errors
    /// A page cannot be read: then nobody knows whether a further key fits.
    pub(crate) fn matches(&self, value: &[u8], workspace: Option<&str>) -> Result<Vec<KeyEntry>, AdminError> {
        let mut found: Vec<KeyEntry> = Vec::new();
        for status in STATUSES {
            let mut after: Option<String> = None;
            for page in 0.. {
                if page == MAX_PAGES {
                    return Err(AdminError::Endless);
                }
                let from = after.as_ref().map(|id| format!("&after_id={id}")).unwrap_or_default();
                let answer =
                    self.get(&format!("/v1/organizations/api_keys?limit=500&status={status}{from}"))?;
                let keys = answer["data"].as_array().ok_or(AdminError::Form)?;
                let fitting = keys
                    .iter()
                    .filter_map(KeyEntry::read)
                    .filter(|key| key.may_be(value) && key.fits_workspace(workspace));
                for key in fitting {
                    if found.iter().all(|known| known.id != key.id) {
                        found.push(key);
                    }
                }
                if answer["has_more"] != true {
                    break;
                }
                let last = answer["last_id"].as_str().filter(|id| is_id(id)).ok_or(AdminError::Form)?;
                if after.as_deref() == Some(last) {
                    return Err(AdminError::Endless);
                }
                after = Some(last.to_owned());
            }
        }
        Ok(found)
    }

    /// Returns the name of a person, with the address, or of a service account; the id where the API does not tell.
    pub(crate) fn person(&self, id: &str) -> String {
        let answer = if id.starts_with("user_") {
            self.get(&format!("/v1/organizations/users/{id}")).ok()
        } else {
            None
        };
        let text = |name: &str| answer.as_ref().and_then(|answer| answer[name].as_str()).map(shown);
        match (text("name").filter(|name| !name.is_empty()), text("email")) {
            (Some(name), Some(address)) => format!("{name} <{address}>"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => id.to_owned(),
        }
    }

    /// Returns the name of a workspace with its id.
    pub(crate) fn workspace(&self, id: &str) -> String {
        let answer = self.get(&format!("/v1/organizations/workspaces/{id}")).ok();
        match answer.as_ref().and_then(|answer| answer["name"].as_str()).map(shown) {
            Some(name) => format!("{name} ({id})"),
            None => id.to_owned(),
        }
    }

    /// Returns the last day of the last 31 on which a key was used; `None` if there is none.
    ///
    /// # Errors
    /// The usage cannot be read.
    pub(crate) fn last_use(&self, key: &KeyEntry, now: Timestamp) -> Result<Option<String>, AdminError> {
        let from = now - SignedDuration::from_hours(24 * (DAYS - 1));
        let from = from.strftime("%Y-%m-%dT00:00:00Z");
        let path = format!(
            "/v1/organizations/usage_report/messages?starting_at={from}&bucket_width=1d&limit={DAYS}&api_key_ids[]={}",
            key.id
        );
        let mut last: Option<Timestamp> = None;
        self.visit_report(&path, &mut |start, rows| {
            if rows.iter().any(has_use) {
                last = last.max(Some(start));
            }
            Ok(())
        })?;
        Ok(last.map(|day| day.strftime("%Y-%m-%d").to_string()))
    }

    /// Returns the tokens that a key used in the last hour, as far as the API knows them: it is about five minutes late.
    ///
    /// # Errors
    /// The usage cannot be read.
    pub(crate) fn tokens_of_last_hour(&self, id: &str, now: Timestamp) -> Result<u64, AdminError> {
        let from = (now - SignedDuration::from_hours(1)).strftime("%Y-%m-%dT%H:%M:00Z");
        let path = format!(
            "/v1/organizations/usage_report/messages?starting_at={from}&bucket_width=1m&limit=60&api_key_ids[]={id}"
        );
        let mut used = 0_u64;
        self.visit_report(&path, &mut |_, rows| {
            used = rows.iter().map(tokens).fold(used, u64::saturating_add);
            Ok(())
        })?;
        Ok(used)
    }

    /// Sets the status of a key, `inactive` or `archived`, in a single request: one without an answer may have been done.
    /// Returns the status that the answer states.
    ///
    /// # Errors
    /// The API refuses, or nobody knows whether it was done.
    pub(crate) fn set_status(&self, id: &str, status: &str) -> Result<String, AdminError> {
        if !is_id(id) {
            return Err(AdminError::Form);
        }
        let request = Request {
            method: Method::Post,
            host: HOST.to_owned(),
            path: format!("/v1/organizations/api_keys/{id}"),
            headers: self.credential.headers(),
            body: Some(Body {
                kind: "application/json",
                bytes: serde_json::json!({ "status": status }).to_string().into_bytes(),
            }),
        };
        let answer = (self.ask)(&request).map_err(AdminError::NoAnswer)?;
        match answer.status {
            200 => {}
            status @ (401 | 403) => return Err(AdminError::Refused(status)),
            status => return Err(AdminError::Status(status)),
        }
        let changed: Value = serde_json::from_slice(&answer.body).map_err(|_| AdminError::Form)?;
        match (changed["id"].as_str(), changed["status"].as_str()) {
            (Some(changed), Some(status)) if changed == id => Ok(shown(status)),
            _ => Err(AdminError::Form),
        }
    }

    /// Returns the entry of a key.
    ///
    /// # Errors
    /// The entry cannot be read.
    pub(crate) fn key(&self, id: &str) -> Result<KeyEntry, AdminError> {
        if !is_id(id) {
            return Err(AdminError::Form);
        }
        let answer = self.get(&format!("/v1/organizations/api_keys/{id}"))?;
        KeyEntry::read(&answer).filter(|key| key.id == id).ok_or(AdminError::Form)
    }

    /// Reads a path. What may pass is tried again.
    pub(super) fn get(&self, path: &str) -> Result<Value, AdminError> {
        let request = Request {
            method: Method::Get,
            host: HOST.to_owned(),
            path: path.to_owned(),
            headers: self.credential.headers(),
            body: None,
        };
        let mut pause = Duration::from_secs(1).min(self.longest_wait / 8);
        for attempt in 1.. {
            let (error, wished) = match (self.ask)(&request) {
                Ok(answer) => match answer.status {
                    200 if !answer.is_cut => {
                        return serde_json::from_slice(&answer.body).map_err(|_| AdminError::Form);
                    }
                    200 => return Err(AdminError::Form),
                    status @ (401 | 403) => return Err(AdminError::Refused(status)),
                    status @ (429 | 500..=599) => {
                        (AdminError::Status(status), answer.header("retry-after").and_then(wished_wait))
                    }
                    status => return Err(AdminError::Status(status)),
                },
                Err(failure) if failure.is_transient() => (AdminError::NoAnswer(failure), None),
                Err(failure) => return Err(AdminError::NoAnswer(failure)),
            };
            let wait = wished.unwrap_or(pause);
            if attempt >= ATTEMPTS || wait > self.longest_wait {
                return Err(error);
            }
            std::thread::sleep(wait);
            pause *= 2;
        }
        Err(AdminError::Form)
    }
}

/// Whether a row of usage counts anything.
pub(super) fn has_use(row: &Value) -> bool {
    match row {
        Value::Number(number) => number.as_f64().is_some_and(|number| number > 0.0),
        Value::Object(fields) => fields.values().any(has_use),
        _ => false,
    }
}

/// Returns the tokens that a row of usage counts.
pub(super) fn tokens(row: &Value) -> u64 {
    let fields = row.as_object().into_iter().flatten();
    let counts = fields.map(|(name, value)| match value {
        Value::Number(number) if name.ends_with("tokens") => number.as_u64().unwrap_or(0),
        Value::Object(_) => tokens(value),
        _ => 0,
    });
    counts.fold(0, u64::saturating_add)
}

pub(super) fn shown(text: &str) -> String {
    let short: String = text.chars().take(200).collect();
    escape_terminal(short.as_bytes())
}
