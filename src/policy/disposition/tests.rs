//! Tests of the disposition: each combination of the inputs against tables.

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
            let row = HOOK.iter().find(|row| (row.0, row.1) == (inputs.confidence, inputs.is_provider_rule));
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
            let with =
                |verification| disposition(&DispositionInputs { verdict, verification, mode, ..inputs }).0;
            let is_hidden = with(None) == Hidden;
            assert_eq!(with(Some(Verification::Live)), if is_hidden { Hidden } else { Fail });
            for other in [None, Some(Verification::Dead), Some(Verification::Unknown)] {
                assert_ne!(with(other), Fail, "{inputs:?}");
            }
        }
    }
}

#[test]
fn a_dead_secret_alone_is_spared_by_a_run_that_asks_for_it() {
    for inputs in combinations() {
        let RunMode::Scan { fail_on_unreachable, contexts, .. } = inputs.mode else { continue };
        let mode = |fail_on| RunMode::Scan { fail_on, fail_on_unreachable, contexts };
        let with = |fail_on, verification| {
            disposition(&DispositionInputs { verification, mode: mode(fail_on), ..inputs })
        };
        let dead = with(FailOn::NotDead, Some(Verification::Dead));
        assert!(matches!(dead.0, Listed | Hidden), "{inputs:?}: {dead:?}");
        for other in [None, Some(Verification::Live), Some(Verification::Unknown)] {
            assert_eq!(with(FailOn::NotDead, other), with(FailOn::DEFAULT, other), "{inputs:?}");
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
