//! Whether a key was used after it leaked: from the days of the usage report, and the hours of the day of the leak.

use jiff::{SignedDuration, Timestamp};

use super::admin::{AdminError, Bucket, Directory, Span, Width};

/// Whether a key was used after it leaked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AfterLeak {
    /// The starts of the first and the last hour or day with a use.
    Yes { first: Timestamp, last: Timestamp },
    /// The report has no use.
    No,
    /// Nobody knows, and why, as a fragment of a sentence.
    Unknown(String),
}

/// The use of a key since it leaked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeakUse {
    /// The days, from that of the leak on.
    pub(crate) days: Vec<Bucket>,
    pub(crate) after: AfterLeak,
}

/// Reads the use of a key from the day of the leak on, and if it was used on that day, the hours of it.
///
/// # Errors
/// The report of the days cannot be read.
pub(crate) fn read_use(directory: &Directory<'_>, id: &str, leak: Timestamp) -> Result<LeakUse, AdminError> {
    let day = start_of(leak, Width::Day);
    let mut days = directory.usage(id, Span { from: day, to: None }, Width::Day)?;
    days.retain(|bucket| bucket.start >= day);
    let is_used_that_day = days.iter().any(|bucket| bucket.start == day && !bucket.models.is_empty());
    let after = if is_used_that_day && day != leak {
        let span = Span { from: start_of(leak, Width::Hour), to: Some(day + SignedDuration::from_hours(24)) };
        let hours = directory.usage(id, span, Width::Hour);
        judge(&days, leak, hours.as_deref().map_err(ToString::to_string))
    } else {
        judge(&days, leak, Ok(&[]))
    };
    Ok(LeakUse { days, after })
}

/// Returns what days, and the hours of the day of the leak, say about the time after it.
fn judge(days: &[Bucket], leak: Timestamp, hours: Result<&[Bucket], String>) -> AfterLeak {
    let (day, hour) = (start_of(leak, Width::Day), start_of(leak, Width::Hour));
    let is_used = |bucket: &&Bucket| !bucket.models.is_empty();
    // A leak at the start of a day has the whole day after it.
    let later = |bucket: &&Bucket| is_used(bucket) && (bucket.start > day || day == leak);
    let of_hours = hours.as_deref().unwrap_or_default().iter().filter(is_used);
    let of_hours = of_hours.filter(|bucket| bucket.start > hour || hour == leak && bucket.start == hour);
    let times: Vec<Timestamp> =
        of_hours.chain(days.iter().filter(later)).map(|bucket| bucket.start).collect();
    if let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) {
        return AfterLeak::Yes { first: *first, last: *last };
    }
    if !days.iter().any(|bucket| is_used(&bucket)) {
        return AfterLeak::No;
    }
    match hours {
        Err(error) => AfterLeak::Unknown(format!(
            "used on the day of the leak, and the hours of that day cannot be read: {error}"
        )),
        Ok(hours) if hours.iter().any(|bucket| bucket.start == hour && !bucket.models.is_empty()) => {
            AfterLeak::Unknown("used in the hour of the leak; the report has no finer times".to_owned())
        }
        Ok(_) => AfterLeak::No,
    }
}

/// Returns the start of the hour or day of a time, in UTC.
fn start_of(time: Timestamp, width: Width) -> Timestamp {
    let seconds = match width {
        Width::Hour => 3600,
        Width::Day => 86400,
    };
    let start = time.as_second() - time.as_second().rem_euclid(seconds);
    Timestamp::from_second(start).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::verify::admin::Use;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Buckets that start at these times; those with `!` are used.
    fn buckets(times: &[&str]) -> Vec<Bucket> {
        let bucket = |time: &&str| {
            let used = Use { tokens: 1, is_used: true, ..Use::default() };
            let models =
                if time.ends_with('!') { BTreeMap::from([("m".to_owned(), used)]) } else { BTreeMap::new() };
            Bucket { start: at(time.trim_end_matches('!')), models }
        };
        times.iter().map(bucket).collect()
    }

    fn judged(days: &[&str], leak: &str, hours: Result<&[&str], &str>) -> AfterLeak {
        let hours = hours.map(buckets).map_err(str::to_owned);
        judge(&buckets(days), at(leak), hours.as_deref().map_err(Clone::clone))
    }

    #[test]
    fn what_was_used_before_the_leak_does_not_count() {
        const LEAK: &str = "2026-11-20T10:30:00Z";
        let yes = |first: &str, last: &str| AfterLeak::Yes { first: at(first), last: at(last) };
        for (days, hours, expected) in [
            (&[][..], &[][..], AfterLeak::No),
            (&["2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"], &[], AfterLeak::No),
            (&["2026-11-20T00:00:00Z!"], &["2026-11-20T09:00:00Z!"], AfterLeak::No),
            (
                &["2026-11-20T00:00:00Z!"],
                &["2026-11-20T10:00:00Z!", "2026-11-20T11:00:00Z!"],
                yes("2026-11-20T11:00:00Z", "2026-11-20T11:00:00Z"),
            ),
            (
                &["2026-11-20T00:00:00Z!", "2026-11-22T00:00:00Z!", "2026-11-24T00:00:00Z!"],
                &["2026-11-20T10:00:00Z!"],
                yes("2026-11-22T00:00:00Z", "2026-11-24T00:00:00Z"),
            ),
        ] {
            assert_eq!(judged(days, LEAK, Ok(hours)), expected, "{days:?} {hours:?}");
        }
        for hours in [Ok(&["2026-11-20T10:00:00Z!"][..]), Err("429")] {
            let said = judged(&["2026-11-20T00:00:00Z!"], LEAK, hours);
            assert!(matches!(said, AfterLeak::Unknown(_)), "{said:?}");
        }
        // From the start of a day, all of it counts.
        let whole = judged(&["2026-11-20T00:00:00Z!"], "2026-11-20T00:00:00Z", Ok(&[]));
        assert_eq!(whole, yes("2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z"));
        let hour = judged(&["2026-11-20T00:00:00Z!"], "2026-11-20T10:00:00Z", Ok(&["2026-11-20T10:00:00Z!"]));
        assert_eq!(hour, yes("2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"));
    }
}
