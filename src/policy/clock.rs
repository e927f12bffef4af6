//! The current time. A clock that is centuries off gives the first or the last time that `jiff` can represent.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Returns the current time.
pub(crate) fn now() -> Timestamp {
    timestamp(SystemTime::now())
}

/// Returns the current day in UTC.
pub(crate) fn today() -> Date {
    now().to_zoned(TimeZone::UTC).date()
}

fn timestamp(time: SystemTime) -> Timestamp {
    let edge = if time < SystemTime::UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::try_from(time).unwrap_or(edge)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_that_is_centuries_off_gives_the_nearest_time() {
        let epoch = SystemTime::UNIX_EPOCH;
        let far = Duration::from_secs(1 << 40);
        assert_eq!(timestamp(epoch).as_second(), 0);
        assert_eq!(timestamp(epoch - Duration::from_secs(86_400)).as_second(), -86_400);
        assert_eq!(timestamp(epoch + far), Timestamp::MAX);
        assert_eq!(timestamp(epoch - far), Timestamp::MIN);
        // The last timestamp leaves a day for time zones.
        assert_eq!(timestamp(epoch + far).to_zoned(TimeZone::UTC).date(), Date::MAX.yesterday().unwrap());
    }
}
