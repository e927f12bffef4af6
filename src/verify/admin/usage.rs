//! The use of a key: tokens by day or hour and by model, from the usage report of the Admin API.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::directory::{AdminError, Directory, has_use, shown, tokens};
use super::key_entry::is_id;

/// What a key used. The report counts tokens, and of requests only those of tools on the server, such as web searches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Use {
    /// Tokens that were read anew.
    pub(crate) input: u64,
    /// Tokens that were read from the cache.
    pub(crate) cache_read: u64,
    /// Tokens that were written to the cache.
    pub(crate) cache_creation: u64,
    pub(crate) output: u64,
    /// All tokens, those of kinds that a later version of the report has included.
    pub(crate) tokens: u64,
    pub(crate) tool_requests: u64,
    /// Whether any count is above zero.
    pub(crate) is_used: bool,
}

impl Use {
    fn of_row(row: &Value) -> Self {
        let count = |name: &str| row[name].as_u64().unwrap_or(0);
        Self {
            input: count("uncached_input_tokens"),
            cache_read: count("cache_read_input_tokens"),
            cache_creation: tokens(&row["cache_creation"]),
            output: count("output_tokens"),
            tokens: tokens(row),
            tool_requests: requests(&row["server_tool_use"]),
            is_used: has_use(row),
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, more) in [
            (&mut self.input, other.input),
            (&mut self.cache_read, other.cache_read),
            (&mut self.cache_creation, other.cache_creation),
            (&mut self.output, other.output),
            (&mut self.tokens, other.tokens),
            (&mut self.tool_requests, other.tool_requests),
        ] {
            *mine = mine.saturating_add(more);
        }
        self.is_used |= other.is_used;
    }
}

/// Returns the requests that the tools of a row count.
fn requests(tools: &Value) -> u64 {
    let counts = tools.as_object().into_iter().flatten();
    counts.filter_map(|(_, count)| count.as_u64()).fold(0, u64::saturating_add)
}

/// The use in an hour or a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) start: Timestamp,
    /// The use by model, without models that were not used.
    pub(crate) models: BTreeMap<String, Use>,
}

impl Bucket {
    /// Returns the use of all models.
    pub(crate) fn total(&self) -> Use {
        let mut total = Use::default();
        self.models.values().for_each(|one| total.add(one));
        total
    }
}

/// The width of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Hour,
    Day,
}

impl Width {
    /// The name in a query, and the most buckets on a page.
    const fn query(self) -> (&'static str, u32) {
        match self {
            Self::Hour => ("1h", 168),
            Self::Day => ("1d", 31),
        }
    }
}

/// A span of time; without an end it reaches to the present.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) from: Timestamp,
    pub(crate) to: Option<Timestamp>,
}

impl Span {
    /// Returns the span as parameters of a query.
    pub(super) fn query(self) -> String {
        let time = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let to = self.to.map(|to| format!("&ending_at={}", time(to))).unwrap_or_default();
        format!("starting_at={}{to}", time(self.from))
    }
}

impl Directory<'_> {
    /// Returns the use of a key, in the order of time. The report begins with the hour or day of the span's start.
    ///
    /// # Errors
    /// The report cannot be read to its end.
    pub(crate) fn usage(&self, id: &str, span: Span, width: Width) -> Result<Vec<Bucket>, AdminError> {
        if !is_id(id) {
            return Err(AdminError::Form);
        }
        let (width, limit) = width.query();
        let path = format!(
            "/v1/organizations/usage_report/messages?{}&bucket_width={width}&limit={limit}&api_key_ids[]={id}&group_by[]=model",
            span.query()
        );
        let mut buckets: BTreeMap<Timestamp, BTreeMap<String, Use>> = BTreeMap::new();
        self.visit_report(&path, &mut |start, rows| {
            let models = buckets.entry(start).or_default();
            for row in rows {
                let used = Use::of_row(row);
                if used.is_used {
                    let model = row["model"].as_str().map_or_else(|| "unknown".to_owned(), shown);
                    models.entry(model).or_default().add(&used);
                }
            }
            Ok(())
        })?;
        Ok(buckets.into_iter().map(|(start, models)| Bucket { start, models }).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_count_of_a_row_is_read_and_a_later_kind_counts_too() {
        let row = json!({"uncached_input_tokens": 1500, "cache_read_input_tokens": 200, "output_tokens": 500,
            "cache_creation": {"ephemeral_1h_input_tokens": 1000, "ephemeral_5m_input_tokens": 500},
            "server_tool_use": {"web_search_requests": 10}, "model": "m", "later_tokens": 3});
        let used = Use::of_row(&row);
        assert_eq!((used.input, used.cache_read, used.cache_creation, used.output), (1500, 200, 1500, 500));
        assert_eq!((used.tokens, used.tool_requests, used.is_used), (3703, 10, true));
        for row in [json!({}), json!(null), json!({"output_tokens": 0}), json!({"output_tokens": "5"})] {
            assert_eq!(Use::of_row(&row), Use::default(), "{row}");
        }
    }
}
