//! The detector: bytes and rules to evidence. It does no I/O, reads no configuration and no path, and never fails.
//! It is local: evidence depends on the match and a bounded window around it. How confident a finding is, and
//! whether it is suppressed, is decided in the layers above.
//!
//! A scan runs through these modules: `prefilter` finds the anchors, `compiled_rules` tries the rules at each of them
//! (`matcher` and `assignment`), `nested` repeats this in encoded text and archives, `overlap` and `pair` resolve the
//! candidates, and `candidate` converts them to `evidence`.

pub(crate) mod assignment;
mod candidate;
mod candidate_finder;
mod candidate_set;
mod compiled_rules;
mod detector;
mod evidence;
mod explain;
pub(crate) mod identifier;
mod incremental;
mod inline_allow;
mod matcher;
mod nested;
mod overlap;
mod pair;
mod placeholder;
mod positions;
mod prefilter;
mod randomness;
mod snippet;

pub use crate::token_check::outcome::CheckOutcome;
pub use assignment::{Dictionary, Model, ModelReason, ModelScore, ScoredValue, letter_pair_table};
pub use candidate_set::Skipped;
pub use detector::{Detector, ScanResult};
pub use evidence::{CompanionEvidence, Evidence, Features, Placeholder, Tier};
pub use explain::RuleEvaluation;
pub use incremental::ScanState;
pub use inline_allow::{InlineComment, Marker};
pub use randomness::NotRandom;
