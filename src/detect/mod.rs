//! The detector: bytes and rules to evidence. It does no I/O, reads no configuration and no path, and never fails.
//! It is local: whether there is evidence depends on the match and a bounded window around it. How confident a finding is, and
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
pub(crate) mod snippet;
mod surroundings;
mod whole_text;

pub(crate) use assignment::ModelReason;
pub use assignment::{Dictionary, Model, ScoredValue, letter_pair_table};
pub(crate) use candidate_set::Skipped;
pub use detector::Detector;
pub(crate) use detector::ScanResult;
pub(crate) use evidence::Placeholder;
pub use evidence::{Evidence, Tier};
pub(crate) use explain::RuleEvaluation;
pub use incremental::ScanState;
pub(crate) use inline_allow::{InlineComment, Marker};
