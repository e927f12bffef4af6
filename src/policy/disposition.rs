//! What a finding means for a run: one function for all commands and hooks.
//!
//! Decides about exit codes and about what a report shows. It does not choose words and colours: `report::level` does.

use crate::finding::{Confidence, Context, Finding, Verdict, Verification};
use crate::policy::{FailOn, FailOnContext};

/// The effect of a finding on a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Disposition {
    /// The run fails, or the hook blocks.
    Fail,
    /// The hook shows the finding, and git goes on.
    Warn,
    /// The report has the finding, and the run does not fail because of it.
    Listed,
    /// The report does not have the finding.
    Hidden,
}

impl Disposition {
    /// The name in reports.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Listed => "listed",
            Self::Hidden => "hidden",
        }
    }
}

/// Why a finding has its disposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum DispositionReason {
    /// Hidden: the confidence is below the lowest that is reported.
    BelowMinConfidence,
    /// Hidden: a suppression applies.
    Suppressed,
    /// Listed: no ref, reflog, stash or index reaches the value any more.
    Unreachable,
    /// Listed: the confidence is below the one that fails the run.
    BelowFailOn,
    /// Listed: no finding fails the run.
    FailOnNever,
    /// Fail: the confidence is at least the one that fails the run.
    ReachesFailOn,
    /// Fail: the hook blocks high confidence.
    HighConfidence,
    /// Fail: the hook blocks medium confidence of a provider's rule.
    ProviderRule,
    /// Warn: the hook does not block this confidence.
    BelowHookThreshold,
    /// Fail: a person has confirmed that it is a secret in use.
    ConfirmedVerdict,
    /// Listed: a person has revoked it.
    RevokedVerdict,
    /// Fail: the provider says that the secret works.
    LiveSecret,
    /// Listed: the provider does not say that the secret works.
    NotLive,
    /// Listed, or warn: a generic rule found it in a test, an example or a translation.
    ContextNotUsed,
}

impl DispositionReason {
    /// The code in reports.
    #[must_use]
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::BelowMinConfidence => "below-min-confidence",
            Self::Suppressed => "suppressed",
            Self::Unreachable => "unreachable",
            Self::BelowFailOn => "below-fail-on",
            Self::FailOnNever => "fail-on-never",
            Self::ReachesFailOn => "reaches-fail-on",
            Self::HighConfidence => "high-confidence",
            Self::ProviderRule => "provider-rule",
            Self::BelowHookThreshold => "below-hook-threshold",
            Self::ConfirmedVerdict => "confirmed-verdict",
            Self::RevokedVerdict => "revoked-verdict",
            Self::LiveSecret => "live-secret",
            Self::NotLive => "not-live",
            Self::ContextNotUsed => "context-not-used",
        }
    }
}

/// The kind of run, with the thresholds that belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunMode {
    /// `skant scan`.
    Scan {
        /// The confidence from which a finding fails the run.
        fail_on: FailOn,
        /// Whether a finding that nothing reaches may fail the run (`--fail-on-unreachable`).
        fail_on_unreachable: bool,
        /// The contexts in which a generic rule's finding fails the run.
        contexts: FailOnContext,
    },
    /// A hook. Its threshold is fixed: it blocks only findings that are certain enough to stop a commit for.
    Hook {
        /// The contexts in which a generic rule's finding blocks.
        contexts: FailOnContext,
    },
}

impl Default for RunMode {
    fn default() -> Self {
        Self::DEFAULT_SCAN
    }
}

impl RunMode {
    /// A scan without any setting.
    pub(crate) const DEFAULT_SCAN: Self = Self::Scan {
        fail_on: FailOn::DEFAULT,
        fail_on_unreachable: false,
        contexts: FailOnContext::Production,
    };
}

/// Everything that a disposition depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DispositionInputs {
    /// The confidence of the finding.
    pub confidence: Confidence,
    /// The lowest confidence that is reported.
    pub min_confidence: Confidence,
    /// Whether the rule belongs to a provider; `false` for a generic rule.
    pub is_provider_rule: bool,
    /// Whether a ref, reflog, stash or the index reaches the value; `true` outside of history scans.
    pub is_reachable: bool,
    /// Whether a suppression applies; `false` with `--no-suppressions`.
    pub is_suppressed: bool,
    /// What the file is for.
    pub context: Context,
    /// A person's decision: a confirmed secret fails every run but one with `fail-on = "never"`, a revoked one none.
    pub verdict: Option<Verdict>,
    /// The provider's answer, which only `--fail-on live` asks for.
    pub verification: Option<Verification>,
    /// The kind of run.
    pub mode: RunMode,
}

impl DispositionInputs {
    /// Returns the inputs for a finding of a report. The scan has already left out what is suppressed or below the
    /// lowest reported confidence.
    #[must_use]
    pub(crate) fn from_reported(finding: &Finding, mode: RunMode) -> Self {
        Self {
            confidence: finding.confidence,
            min_confidence: Confidence::Low,
            is_provider_rule: finding.provider,
            is_reachable: finding.is_reachable(),
            is_suppressed: false,
            context: finding.context.unwrap_or(Context::Unknown),
            verdict: finding.verdict,
            verification: finding.verification(),
            mode,
        }
    }
}

/// Decides what a finding means for a run.
#[must_use]
pub(crate) fn disposition(inputs: &DispositionInputs) -> (Disposition, DispositionReason) {
    let is_never = matches!(inputs.mode, RunMode::Scan { fail_on: FailOn::Never, .. });
    if inputs.verdict == Some(Verdict::Confirmed) && !inputs.is_suppressed && !is_never {
        return (Disposition::Fail, DispositionReason::ConfirmedVerdict);
    }
    if let Some(reason) = hidden_reason(inputs.confidence, inputs.min_confidence, inputs.is_suppressed) {
        return (Disposition::Hidden, reason);
    }
    // What the provider says counts more than what somebody did about it.
    let is_live_run = matches!(inputs.mode, RunMode::Scan { fail_on: FailOn::Live, .. });
    if is_live_run && inputs.verification == Some(Verification::Live) {
        return (Disposition::Fail, DispositionReason::LiveSecret);
    }
    if inputs.verdict == Some(Verdict::Revoked) {
        return (Disposition::Listed, DispositionReason::RevokedVerdict);
    }
    let is_spared = |contexts: FailOnContext| !inputs.is_provider_rule && contexts.spares(inputs.context);
    match inputs.mode {
        RunMode::Scan { fail_on, fail_on_unreachable, contexts } => match fail_on {
            FailOn::Never => (Disposition::Listed, DispositionReason::FailOnNever),
            FailOn::Live => (Disposition::Listed, DispositionReason::NotLive),
            FailOn::From(lowest) if inputs.confidence < lowest => {
                (Disposition::Listed, DispositionReason::BelowFailOn)
            }
            FailOn::From(_) if !inputs.is_reachable && !fail_on_unreachable => {
                (Disposition::Listed, DispositionReason::Unreachable)
            }
            FailOn::From(_) if is_spared(contexts) => {
                (Disposition::Listed, DispositionReason::ContextNotUsed)
            }
            FailOn::From(_) => (Disposition::Fail, DispositionReason::ReachesFailOn),
        },
        RunMode::Hook { contexts } => match inputs.confidence {
            Confidence::High if is_spared(contexts) => (Disposition::Warn, DispositionReason::ContextNotUsed),
            Confidence::High => (Disposition::Fail, DispositionReason::HighConfidence),
            Confidence::Medium if inputs.is_provider_rule => {
                (Disposition::Fail, DispositionReason::ProviderRule)
            }
            Confidence::Medium | Confidence::Low => {
                (Disposition::Warn, DispositionReason::BelowHookThreshold)
            }
        },
    }
}

/// Returns why a report does not have a finding; `None` if it has it. The mode of the run does not matter.
#[must_use]
pub(crate) fn hidden_reason(
    confidence: Confidence,
    min_confidence: Confidence,
    is_suppressed: bool,
) -> Option<DispositionReason> {
    if confidence < min_confidence {
        // A suppressed finding below the threshold is not counted as suppressed either.
        Some(DispositionReason::BelowMinConfidence)
    } else if is_suppressed {
        Some(DispositionReason::Suppressed)
    } else {
        None
    }
}

/// Whether a finding of a report fails the run.
#[must_use]
pub(crate) fn fails_run(finding: &Finding, mode: RunMode) -> bool {
    disposition(&DispositionInputs::from_reported(finding, mode)).0 == Disposition::Fail
}

#[cfg(test)]
mod tests {
    use super::*;
    use Confidence::{High, Low, Medium};
    use Disposition::{Fail, Hidden, Listed, Warn};

    const CONFIDENCES: [Confidence; 3] = [Low, Medium, High];
    const FAIL_ON: [FailOn; 4] = [FailOn::From(Low), FailOn::From(Medium), FailOn::From(High), FailOn::Never];

    /// The outcomes of a hook: confidence, provider's rule, disposition, code.
    const HOOK: [(Confidence, bool, Disposition, &str); 6] = [
        (High, true, Fail, "high-confidence"),
        (High, false, Fail, "high-confidence"),
        (Medium, true, Fail, "provider-rule"),
        (Medium, false, Warn, "below-hook-threshold"),
        (Low, true, Warn, "below-hook-threshold"),
        (Low, false, Warn, "below-hook-threshold"),
    ];

    /// The outcomes of a scan for a reachable value: confidence, threshold, disposition, code.
    const SCAN: [(Confidence, FailOn, Disposition, &str); 12] = [
        (High, FailOn::From(High), Fail, "reaches-fail-on"),
        (High, FailOn::From(Medium), Fail, "reaches-fail-on"),
        (High, FailOn::From(Low), Fail, "reaches-fail-on"),
        (High, FailOn::Never, Listed, "fail-on-never"),
        (Medium, FailOn::From(High), Listed, "below-fail-on"),
        (Medium, FailOn::From(Medium), Fail, "reaches-fail-on"),
        (Medium, FailOn::From(Low), Fail, "reaches-fail-on"),
        (Medium, FailOn::Never, Listed, "fail-on-never"),
        (Low, FailOn::From(High), Listed, "below-fail-on"),
        (Low, FailOn::From(Medium), Listed, "below-fail-on"),
        (Low, FailOn::From(Low), Fail, "reaches-fail-on"),
        (Low, FailOn::Never, Listed, "fail-on-never"),
    ];

    /// Contexts, and whether a generic rule's finding fails there without `--fail-on-context all`.
    const CONTEXTS: [(Context, bool); 8] = [
        (Context::Production, true),
        (Context::Unknown, true),
        (Context::Generated, true),
        (Context::Vendored, true),
        (Context::Document, true),
        (Context::Test, false),
        (Context::Example, false),
        (Context::Translation, false),
    ];

    fn is_spared(inputs: &DispositionInputs, contexts: FailOnContext) -> bool {
        let (_, fails) = CONTEXTS.iter().find(|row| row.0 == inputs.context).unwrap();
        contexts == FailOnContext::Production && !inputs.is_provider_rule && !fails
    }

    fn expected(inputs: &DispositionInputs) -> (Disposition, &'static str) {
        if inputs.confidence < inputs.min_confidence {
            return (Hidden, "below-min-confidence");
        }
        if inputs.is_suppressed {
            return (Hidden, "suppressed");
        }
        match inputs.mode {
            RunMode::Hook { contexts } => {
                let row =
                    HOOK.iter().find(|row| (row.0, row.1) == (inputs.confidence, inputs.is_provider_rule));
                let row = row.unwrap();
                let is_spared = row.2 == Fail && is_spared(inputs, contexts);
                if is_spared { (Warn, "context-not-used") } else { (row.2, row.3) }
            }
            RunMode::Scan { fail_on, fail_on_unreachable, contexts } => {
                let row = SCAN.iter().find(|row| (row.0, row.1) == (inputs.confidence, fail_on)).unwrap();
                if row.2 == Fail && !inputs.is_reachable && !fail_on_unreachable {
                    (Listed, "unreachable")
                } else if row.2 == Fail && is_spared(inputs, contexts) {
                    (Listed, "context-not-used")
                } else {
                    (row.2, row.3)
                }
            }
        }
    }

    fn modes() -> Vec<RunMode> {
        let all_contexts = [FailOnContext::Production, FailOnContext::All];
        let scans = FAIL_ON.into_iter().flat_map(|fail_on| {
            [false, true].into_iter().flat_map(move |fail_on_unreachable| {
                all_contexts.map(|contexts| RunMode::Scan { fail_on, fail_on_unreachable, contexts })
            })
        });
        scans.chain(all_contexts.map(|contexts| RunMode::Hook { contexts })).collect()
    }

    /// Every combination of the inputs that rules depend on.
    fn combinations() -> Vec<DispositionInputs> {
        let mut all = Vec::new();
        for mode in modes() {
            for confidence in CONFIDENCES {
                for min_confidence in CONFIDENCES {
                    for bits in 0..8_u8 {
                        all.extend(CONTEXTS.map(|(context, _)| DispositionInputs {
                            confidence,
                            min_confidence,
                            is_provider_rule: bits & 1 != 0,
                            is_reachable: bits & 2 != 0,
                            is_suppressed: bits & 4 != 0,
                            context,
                            verdict: None,
                            verification: None,
                            mode,
                        }));
                    }
                }
            }
        }
        all
    }

    #[test]
    fn each_combination_has_the_disposition_of_the_tables() {
        let all = combinations();
        assert_eq!(all.len(), 18 * 3 * 3 * 8 * 8);
        for inputs in all {
            let (disposition, reason) = disposition(&inputs);
            assert_eq!((disposition, reason.code()), expected(&inputs), "{inputs:?}");
        }
    }

    #[test]
    fn only_a_live_secret_fails_a_run_that_asks_for_live_ones() {
        let fail_on = FailOn::Live;
        for inputs in combinations() {
            let RunMode::Scan { fail_on_unreachable, contexts, .. } = inputs.mode else { continue };
            let mode = RunMode::Scan { fail_on, fail_on_unreachable, contexts };
            for verdict in [None, Some(Verdict::Revoked)] {
                let with = |verification| {
                    disposition(&DispositionInputs { verification, verdict, mode, ..inputs }).0
                };
                let is_hidden = with(None) == Hidden;
                assert_eq!(with(Some(Verification::Live)), if is_hidden { Hidden } else { Fail });
                for other in [None, Some(Verification::Dead), Some(Verification::Unknown)] {
                    assert_ne!(with(other), Fail, "{inputs:?}");
                }
            }
        }
    }

    #[test]
    fn confirmed_always_fails_revoked_never_and_nothing_else_changes_a_run() {
        let answers = [Verification::Live, Verification::Dead, Verification::Unknown];
        for inputs in combinations() {
            let plain = disposition(&inputs);
            for verdict in [Verdict::Test, Verdict::FalseAlarm, Verdict::Accepted].map(Some) {
                assert_eq!(disposition(&DispositionInputs { verdict, ..inputs }), plain);
            }
            for verification in answers.map(Some) {
                assert_eq!(disposition(&DispositionInputs { verification, ..inputs }), plain);
            }
            let with = |verdict| disposition(&DispositionInputs { verdict: Some(verdict), ..inputs });
            let is_never = matches!(inputs.mode, RunMode::Scan { fail_on: FailOn::Never, .. });
            let confirmed = with(Verdict::Confirmed);
            if inputs.is_suppressed || is_never {
                assert_eq!(confirmed, plain);
            } else {
                assert_eq!((confirmed.0, confirmed.1.code()), (Fail, "confirmed-verdict"));
            }
            let revoked = with(Verdict::Revoked);
            if plain.0 == Hidden {
                assert_eq!(revoked, plain);
            } else {
                assert_eq!((revoked.0, revoked.1.code()), (Listed, "revoked-verdict"));
            }
        }
    }

    #[test]
    fn a_stricter_threshold_never_makes_a_run_milder() {
        for inputs in combinations() {
            let stricter = match inputs.mode {
                RunMode::Scan { fail_on: FailOn::From(Medium), fail_on_unreachable, .. } => RunMode::Scan {
                    fail_on: FailOn::From(Low),
                    fail_on_unreachable,
                    contexts: FailOnContext::All,
                },
                RunMode::Hook { .. } => RunMode::Hook { contexts: FailOnContext::All },
                RunMode::Scan { .. } => continue,
            };
            let (before, _) = disposition(&inputs);
            let (after, _) = disposition(&DispositionInputs { mode: stricter, ..inputs });
            assert!(before != Fail || after == Fail, "{inputs:?}");
        }
    }
}
