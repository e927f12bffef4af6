//! Matchers: functions that test the window around one anchor and return a candidate. They do not search a text for
//! anchors and do not resolve overlaps.

pub(crate) mod armor;
pub(crate) mod block;
pub(crate) mod human_chosen;
pub(crate) mod keyword;
pub(crate) mod pattern;
pub(crate) mod prefixed;
pub(crate) mod window;
