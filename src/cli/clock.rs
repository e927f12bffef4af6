//! What time it is. A clock may be centuries off: then it is the first or the last time that there is a name for.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Now.
pub(crate) fn now() -> Timestamp {
    at(SystemTime::now())
}

/// Today, in UTC.
pub(crate) fn today() -> Date {
    now().to_zoned(TimeZone::UTC).date()
}

fn at(time: SystemTime) -> Timestamp {
    let edge = if time < SystemTime::UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::try_from(time).unwrap_or(edge)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_may_be_centuries_off() {
        let epoch = SystemTime::UNIX_EPOCH;
        let far = Duration::from_secs(1 << 40);
        assert_eq!(at(epoch).as_second(), 0);
        assert_eq!(at(epoch - Duration::from_secs(86_400)).as_second(), -86_400);
        assert_eq!(at(epoch + far), Timestamp::MAX);
        assert_eq!(at(epoch - far), Timestamp::MIN);
        // The last instant that has a name leaves a day for zones.
        assert_eq!(at(epoch + far).to_zoned(TimeZone::UTC).date(), Date::MAX.yesterday().unwrap());
    }
}
