//! Live checks: asks the provider of a value once whether it still works, and says what the answer means.
//!
//! Runs only for a command that sends: `skant verify`, and `skant scan --verify`. Which request goes to which host, and
//! what an answer means, is data in `rules/verifiers/`. Prints nothing and decides nothing about exit codes.

pub(crate) mod admin;
pub(crate) mod answer;
pub(crate) mod aws;
pub(crate) mod cache;
pub(crate) mod condition;
#[cfg(test)]
mod documented_answers;
pub(crate) mod host;
pub(crate) mod job;
pub(crate) mod leak_use;
mod near;
pub(crate) mod owner;
#[cfg(test)]
mod provider_table;
pub(crate) mod raw_value;
pub(crate) mod request;
pub(crate) mod revoke;
pub(crate) mod schedule;
pub(crate) mod user_verifiers;
pub(crate) mod verifiers;

pub(crate) use admin::{Bucket, Cost, CostUnit, Credential, Directory, KeyEntry, Span, Use};
pub(crate) use answer::Verdict;
pub(crate) use cache::Cache;
pub(crate) use host::is_host_name;
pub(crate) use job::{Plan, plan};
pub(crate) use leak_use::{AfterLeak, LeakUse, read_use};
pub(crate) use owner::{OwnerSearch, has_owner};
pub(crate) use raw_value::{RawValue, TextRoot, find_values};
pub(crate) use revoke::{Revocation, RevokeOutcome, judge_revocation, plan_revocation};
pub(crate) use schedule::{Ask, Limits, ask_all};
pub(crate) use user_verifiers::{has_user_verifiers, with_user_verifiers};
pub(crate) use verifiers::Verifiers;
