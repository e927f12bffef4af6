//! The cost report of the Admin API. It has no cost for a single key: the smallest unit is a workspace.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::directory::{AdminError, Directory, shown};
use super::money::Amount;
use super::usage::Span;

/// The cost of a workspace, or of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    /// The currency, such as `USD`; empty without a row.
    pub(crate) currency: String,
    /// The start of each day with a cost.
    pub(crate) days: BTreeMap<Timestamp, Amount>,
}

impl Cost {
    /// Returns the sum of all days.
    pub(crate) fn total(&self) -> Amount {
        self.days.values().fold(Amount::default(), |sum, day| sum.plus(*day))
    }
}

/// Whose cost a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CostUnit<'u> {
    Organisation,
    /// The workspace with this id; `None` is the default one.
    Workspace(Option<&'u str>),
}

impl Directory<'_> {
    /// Returns the cost by day, in the order of time.
    ///
    /// # Errors
    /// The report cannot be read to its end, or has amounts in several currencies.
    pub(crate) fn cost(&self, unit: CostUnit<'_>, span: Span) -> Result<Cost, AdminError> {
        let path = format!(
            "/v1/organizations/cost_report?{}&bucket_width=1d&limit=31&group_by[]=workspace_id",
            span.query()
        );
        let mut cost = Cost { currency: String::new(), days: BTreeMap::new() };
        self.visit_report(&path, &mut |start, rows| {
            for row in rows {
                let is_wanted = match unit {
                    CostUnit::Organisation => true,
                    CostUnit::Workspace(id) => row["workspace_id"].as_str() == id,
                };
                if !is_wanted {
                    continue;
                }
                let amount = row["amount"].as_str().and_then(Amount::parse).ok_or(AdminError::Form)?;
                let currency = row["currency"].as_str().map(shown).ok_or(AdminError::Form)?;
                if !cost.currency.is_empty() && cost.currency != currency {
                    return Err(AdminError::Form);
                }
                cost.currency = currency;
                let day = cost.days.entry(start).or_default();
                *day = day.plus(amount);
            }
            Ok(())
        })?;
        Ok(cost)
    }
}
