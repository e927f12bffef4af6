//! Whose a key of Anthropic is: the name, the person, the workspace and the last use, from the Admin API.

use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

use super::admin::{AdminError, Credential, Directory, KeyEntry};
use super::answer::judge;
use super::raw_value::RawValue;
use super::request;
use super::schedule::Ask;
use super::verifiers::Verifiers;
use crate::finding::{Finding, OwnerFact, Verification};

/// The rules whose keys the Admin API lists.
const LISTED: [&str; 3] = ["anthropic-api-key", "anthropic-user-key", "anthropic-service-key"];

/// The rules whose keys may be accepted by the Admin API themselves.
const OF_PRINCIPALS: [&str; 2] = ["anthropic-user-key", "anthropic-service-key"];

/// Whether the Admin API lists the keys of a rule.
pub(crate) fn has_owner(rule: &str) -> bool {
    LISTED.contains(&rule)
}

/// Why the owner of a value is not known.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum OwnerError {
    #[error("only Anthropic's API keys have an owner that can be asked for")]
    OtherRule,
    #[error("the value could not be read again where it was found")]
    NoValue,
    #[error("set an Admin credential of the organisation in {}", Credential::NAMES)]
    NoCredential,
    #[error("it is the credential that asks; use another one")]
    IsCredential,
    #[error(transparent)]
    Admin(#[from] AdminError),
    #[error(
        "no key of this organisation fits; a personal key may not be listed, or it is another organisation's"
    )]
    NoMatch,
    #[error("{} keys fit: {}", .0.len(), .0.join(", "))]
    SeveralMatches(Vec<String>),
}

/// A search for owners.
pub(crate) struct OwnerSearch<'s> {
    pub(crate) ask: &'s Ask,
    pub(crate) verifiers: &'s Verifiers,
    pub(crate) credential: Option<&'s Credential>,
    /// The longest time that the API may ask to wait for.
    pub(crate) longest_wait: Duration,
    pub(crate) now: Timestamp,
}

impl OwnerSearch<'_> {
    /// Adds what is known about the owner of a finding's value to the facts of its answer.
    ///
    /// # Errors
    /// The owner is not known; what is known until then has been added.
    pub(crate) fn add_facts(
        &self,
        finding: &mut Finding,
        value: Option<&RawValue>,
    ) -> Result<(), OwnerError> {
        if !has_owner(&finding.rule) {
            return Err(OwnerError::OtherRule);
        }
        let value = value.ok_or(OwnerError::NoValue)?;
        let Some(verified) = finding.verified.as_deref_mut() else { return Err(OwnerError::NoValue) };
        if OF_PRINCIPALS.contains(&&*finding.rule)
            && verified.answer == Verification::Live
            && let Some(organisation) = self.organisation_of(value)
        {
            let reach = "the whole organisation: the Admin API accepts it".to_owned();
            set(&mut verified.owner, "scopes", reach);
            set(&mut verified.owner, "organisation", organisation);
        }
        let credential = self.credential.ok_or(OwnerError::NoCredential)?;
        if credential.is(value.secret()) {
            return Err(OwnerError::IsCredential);
        }
        let directory = Directory { ask: self.ask, credential, longest_wait: self.longest_wait };
        let workspace = verified.owner.iter().find(|fact| fact.name == "workspace");
        let workspace = workspace.map(|fact| fact.text.clone());
        let keys = directory.matches(value.secret(), workspace.as_deref())?;
        match keys.as_slice() {
            [] => Err(OwnerError::NoMatch),
            [key] => {
                self.add_entry(&directory, key, &mut verified.owner);
                Ok(())
            }
            several => {
                let name = |key: &KeyEntry| format!("{} ({}, {})", key.name, key.id, key.status);
                Err(OwnerError::SeveralMatches(several.iter().map(name).collect()))
            }
        }
    }

    fn add_entry(&self, directory: &Directory<'_>, key: &KeyEntry, facts: &mut Vec<OwnerFact>) {
        set(facts, "name", key.name.clone());
        set(facts, "id", key.id.clone());
        set(facts, "status", key.status.clone());
        if let Some(workspace) = &key.workspace {
            set(facts, "workspace", directory.workspace(workspace));
        }
        if key.is_of_organisation {
            set(facts, "scopes", "the whole organisation: no workspace limits it".to_owned());
        }
        let person = key.principal.as_ref().map(|id| ("account", id));
        for (name, id) in person.into_iter().chain(key.creator.as_ref().map(|id| ("created-by", id))) {
            set(facts, name, directory.person(id));
        }
        for (name, date) in [("created", &key.created), ("expires", &key.expires)] {
            if let Some(date) = date {
                set(facts, name, date.clone());
            }
        }
        let last_use = match directory.last_use(key, self.now) {
            Ok(Some(day)) => day,
            Ok(None) => "not in the last 31 days".to_owned(),
            Err(error) => format!("not known: {error}"),
        };
        set(facts, "last-use", last_use);
    }

    /// Returns the organisation that a key reads as an Admin key does; `None` if the Admin API does not accept it.
    fn organisation_of(&self, value: &RawValue) -> Option<String> {
        let verifier = self.verifiers.of_rule("anthropic-admin-key")?;
        let spec = verifier.request.as_ref()?;
        let request = request::build(spec, spec.host.as_deref()?, value, self.now.as_second()).ok()?;
        let exchange = (self.ask)(&request);
        let verdict = judge(verifier, &exchange, value.secret());
        let is_accepted = verdict.answer == Verification::Live;
        verdict.facts.first().filter(|_| is_accepted).map(|fact| fact.text.clone())
    }
}

/// Sets a fact.
fn set(facts: &mut Vec<OwnerFact>, name: &'static str, text: String) {
    match facts.iter_mut().find(|known| known.name == name) {
        Some(known) => known.text = text,
        None => facts.push(OwnerFact { name: name.into(), text }),
    }
}
