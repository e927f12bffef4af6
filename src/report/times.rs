//! Start and end of a scan, for formats with a time.

use jiff::Timestamp;

/// Start and end in seconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Start of the scan.
    pub started: i64,
    /// End of the scan.
    pub ended: i64,
}

impl Times {
    /// Formats the start as `2026-01-02T03:04:05`, in UTC.
    pub(crate) fn started(self) -> String {
        render(self.started)
    }

    /// Formats the end; never before the start.
    pub(crate) fn ended(self) -> String {
        render(self.ended.max(self.started))
    }

    /// Returns the duration in seconds, 0 or more.
    pub(crate) fn seconds(self) -> i64 {
        self.ended.saturating_sub(self.started).max(0)
    }
}

/// Formats a time in UTC. A time out of range gives the first second of 1970.
fn render(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_precision_of_seconds() {
        let times = Times { started: 1_767_323_045, ended: 1_767_323_050 };
        assert_eq!(
            (times.started(), times.ended()),
            ("2026-01-02T03:04:05".into(), "2026-01-02T03:04:10".into())
        );
        assert_eq!(times.seconds(), 5);
        let backwards = Times { started: 5, ended: i64::MIN };
        assert_eq!((backwards.ended(), backwards.seconds()), ("1970-01-01T00:00:05".into(), 0));
        assert_eq!(Times { started: i64::MAX, ended: 0 }.started(), "1970-01-01T00:00:00");
    }
}
