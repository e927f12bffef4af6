//! When a scan began and ended, for formats that ask for it.

use jiff::Timestamp;

/// In seconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// When the scan began.
    pub started: i64,
    /// When it ended.
    pub ended: i64,
}

impl Times {
    /// `2026-01-02T03:04:05`, in UTC.
    pub(crate) fn started(self) -> String {
        told(self.started)
    }

    /// The same of the end.
    pub(crate) fn ended(self) -> String {
        told(self.ended.max(self.started))
    }

    /// How long it took.
    pub(crate) fn seconds(self) -> i64 {
        self.ended.saturating_sub(self.started).max(0)
    }
}

/// A clock that is far off gives the beginning of time.
fn told(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_to_the_second() {
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
