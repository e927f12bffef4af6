//! The pages of the usage and the cost report.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value;

use super::directory::{AdminError, Directory};

/// The most pages of one report. With 31 days on a page they reach further back than the API.
const MAX_PAGES: usize = 500;

/// The longest token of a page, in bytes.
const MAX_TOKEN: usize = 4096;

/// Reads a bucket: its start, and its rows.
type Visit<'v> = dyn FnMut(Timestamp, &[Value]) -> Result<(), AdminError> + 'v;

impl Directory<'_> {
    /// Visits the buckets of a report from the first page to the last one: the start of each, and its rows.
    ///
    /// # Errors
    /// A page cannot be read, or is not of the documented form.
    pub(super) fn visit_report(&self, path: &str, visit: &mut Visit<'_>) -> Result<(), AdminError> {
        let mut next: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = next.as_ref().map(|token| format!("&page={}", encoded(token))).unwrap_or_default();
            let answer = self.get(&format!("{path}{page}"))?;
            for bucket in answer["data"].as_array().ok_or(AdminError::Form)? {
                let start = bucket["starting_at"].as_str().and_then(|text| text.parse().ok());
                let rows = bucket["results"].as_array().ok_or(AdminError::Form)?;
                visit(start.ok_or(AdminError::Form)?, rows)?;
            }
            if answer["has_more"] != true {
                return Ok(());
            }
            let token = answer["next_page"].as_str().filter(|token| token.len() <= MAX_TOKEN);
            let token = token.ok_or(AdminError::Form)?.to_owned();
            if next.as_ref() == Some(&token) {
                return Err(AdminError::EndlessReport);
            }
            next = Some(token);
        }
        Err(AdminError::EndlessReport)
    }
}

/// Returns a text in the form of a query's value.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stays_in_its_parameter() {
        assert_eq!(encoded("page_MjA="), "page_MjA%3D");
        assert_eq!(encoded("a&limit=1#b\r\nx"), "a%26limit%3D1%23b%0D%0Ax");
    }
}
