//! What a finding means for a run: one function for all commands and hooks.
//!
//! Decides about exit codes and about what a report shows. It does not choose words and colours: `report::level` does.

use crate::finding::{Confidence, Context, Finding, ReasonCode, Verdict, Verification};
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
    /// Listed: the provider or the stated expiry of the secret says that it works no more.
    DeadSecret,
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
            Self::DeadSecret => "dead-secret",
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
    /// The provider's answer, or `dead` for a stated expiry that has passed. Only `--fail-on live` and `not-dead` ask for
    /// it.
    pub verification: Option<Verification>,
    /// The kind of run.
    pub mode: RunMode,
}

impl DispositionInputs {
    /// Returns the inputs for a finding of a report. The scan has already left out what is suppressed or below the
    /// lowest reported confidence.
    #[must_use]
    pub(crate) fn from_reported(finding: &Finding, mode: RunMode) -> Self {
        let is_expired = finding.reasons.iter().any(|reason| reason.code == ReasonCode::Expired);
        Self {
            confidence: finding.confidence,
            min_confidence: Confidence::Low,
            is_provider_rule: finding.provider,
            is_reachable: finding.is_reachable(),
            is_suppressed: false,
            context: finding.context.unwrap_or(Context::Unknown),
            verdict: finding.verdict,
            verification: finding.verification().or(is_expired.then_some(Verification::Dead)),
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
    let is_dead = inputs.verification == Some(Verification::Dead);
    if is_dead && matches!(inputs.mode, RunMode::Scan { fail_on: FailOn::NotDead, .. }) {
        return (Disposition::Listed, DispositionReason::DeadSecret);
    }
    let is_spared = |contexts: FailOnContext| !inputs.is_provider_rule && contexts.spares(inputs.context);
    match inputs.mode {
        RunMode::Scan { fail_on, fail_on_unreachable, contexts } => match fail_on {
            FailOn::Never => (Disposition::Listed, DispositionReason::FailOnNever),
            FailOn::Live => (Disposition::Listed, DispositionReason::NotLive),
            _ if inputs.confidence < fail_on.lowest() => {
                (Disposition::Listed, DispositionReason::BelowFailOn)
            }
            _ if !inputs.is_reachable && !fail_on_unreachable => {
                (Disposition::Listed, DispositionReason::Unreachable)
            }
            _ if is_spared(contexts) => (Disposition::Listed, DispositionReason::ContextNotUsed),
            FailOn::From(_) | FailOn::NotDead => (Disposition::Fail, DispositionReason::ReachesFailOn),
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
mod tests;
