//! The use of a key as JSON: docs/verify.md, "What it was used for".

use serde_json::{Value, json};

use super::usage_report::{Start, UsageReport};
use crate::finding::Finding;
use crate::scan::redact;
use crate::verify::{AfterLeak, Bucket, Cost, Use};

/// Writes one JSON object.
pub(super) fn render(report: &UsageReport) -> String {
    let UsageReport { finding, key, workspace, start, until, usage, cost } = report;
    let Finding { rule, fingerprint, secret, .. } = finding;
    let (source, commit) = match start {
        Start::Commit(_, event) => ("commit", Some(event.commit.id.as_str())),
        Start::Named(_) => ("option", None),
        Start::Recent(..) => ("recent", None),
    };
    let mut total = Use::default();
    usage.days.iter().for_each(|day| total.add(&day.total()));
    let value = json!({
        "tool": "skant",
        "version": env!("CARGO_PKG_VERSION"),
        "schema": 1,
        "rule": rule,
        "fingerprint": fingerprint.to_string(),
        "secret": {"masked": secret.text, "length": secret.length},
        "key": {"id": key.id, "name": redact(&key.name), "status": key.status,
                "workspace": workspace.as_deref().map(redact), "workspace_id": key.workspace},
        "since": start.time().to_string(),
        "since_source": source,
        "since_commit": commit,
        "until": until.to_string(),
        "used_after_leak": after(&usage.after),
        "days": usage.days.iter().map(day).collect::<Vec<_>>(),
        "total": counts(&total),
        "cost": cost.as_ref().map_or_else(|_| Value::Null, |cost| costs(cost, key.is_of_organisation)),
        "cost_error": cost.as_ref().err(),
    });
    format!("{value:#}\n")
}

fn after(after: &AfterLeak) -> Value {
    let (answer, first, last, reason) = match after {
        AfterLeak::Yes { first, last } => ("yes", Some(first.to_string()), Some(last.to_string()), None),
        AfterLeak::No => ("no", None, None, None),
        AfterLeak::Unknown(why) => ("unknown", None, None, Some(why)),
    };
    json!({"answer": answer, "first": first, "last": last, "reason": reason})
}

fn day(bucket: &Bucket) -> Value {
    let model = |(name, used): (&String, &Use)| {
        let mut value = counts(used);
        value["model"] = json!(redact(name));
        value
    };
    json!({"date": bucket.start.strftime("%Y-%m-%d").to_string(), "tokens": bucket.total().tokens,
           "models": bucket.models.iter().map(model).collect::<Vec<_>>()})
}

fn counts(used: &Use) -> Value {
    let Use { input, cache_read, cache_creation, output, tokens, tool_requests, .. } = used;
    json!({"input_tokens": input, "cache_read_tokens": cache_read, "cache_creation_tokens": cache_creation,
           "output_tokens": output, "tokens": tokens, "tool_requests": tool_requests})
}

fn costs(cost: &Cost, is_of_organisation: bool) -> Value {
    let days = cost.days.iter().map(|(start, amount)| {
        json!({"date": start.strftime("%Y-%m-%d").to_string(), "amount": amount.to_string()})
    });
    json!({"of": if is_of_organisation { "organisation" } else { "workspace" },
           "currency": if cost.currency.is_empty() { None } else { Some(redact(&cost.currency)) },
           "amount": cost.total().to_string(), "days": days.collect::<Vec<_>>()})
}
