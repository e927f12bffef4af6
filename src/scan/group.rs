//! Hits to findings: one value is one finding, with its places; what is on record is set apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::assess::merge::{finding_order, location_order};
use crate::assess::{Assessment, assess};
use crate::detect::Evidence;
use crate::finding::{
    CommitInfo, Companion, Confidence, Finding, History, Location, LocationKind, Problem, ProblemKind,
    Suppressed,
};
use crate::git::Oid;
use crate::policy::Suppressions;
use crate::policy::suppress::{Suppression, SuppressionQuery, SuppressionResult, find_suppression};
use crate::rules::Rule;
use crate::scan::Scanner;
use crate::secret::{Fingerprint, ValueId};

/// Where something was found, before it is shown.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) kind: LocationKind,
    /// The raw path, for judging; empty where there is none.
    pub(crate) path: Vec<u8>,
    /// What reports show.
    pub(crate) shown: String,
    pub(crate) blob: Option<Oid>,
    pub(crate) commit: Option<CommitInfo>,
    /// Whether it stands there now: in the working tree, the index, or at a branch head.
    pub(crate) current: bool,
}

/// A piece of evidence in a place.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence {
    pub(crate) evidence: Evidence,
    pub(crate) place: Place,
}

/// What hits come to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) findings: Vec<Finding>,
    pub(crate) suppressed: Vec<Suppressed>,
    pub(crate) notes: Vec<Problem>,
    /// The entries on record that fit something.
    pub(crate) used: BTreeSet<usize>,
}

struct Judged {
    hit: Occurrence,
    verdict: Assessment,
    confidence: Confidence,
}

/// What makes one finding: a value, and the path of a weak one.
pub(crate) type GroupKey = (ValueId, Option<Vec<u8>>);

/// A weak value's fingerprint hangs on its path, and so does its finding.
pub(crate) fn together(evidence: &Evidence, path: &[u8]) -> GroupKey {
    (evidence.value, (!evidence.strong).then(|| path.to_vec()))
}

/// Which of the judgements on one value speaks for it: the surest; of equal ones the more specific rule's.
pub(crate) fn most_confident(judged: impl Iterator<Item = (Confidence, usize)>) -> Option<usize> {
    judged
        .enumerate()
        .max_by_key(|(at, (confidence, rule))| (*confidence, std::cmp::Reverse((*rule, *at))))
        .map(|(at, _)| at)
}

impl Scanner {
    /// Groups hits by value, judges, and applies what is on record.
    pub(crate) fn outcome(&self, hits: Vec<Occurrence>, histories: &HashMap<ValueId, History>) -> Outcome {
        let mut groups: BTreeMap<GroupKey, Vec<Judged>> = BTreeMap::new();
        for hit in hits {
            let path = (!hit.place.path.is_empty()).then_some(hit.place.path.as_slice());
            let verdict = assess(&hit.evidence, path, self.policy().now);
            let Some(confidence) = verdict.confidence else { continue };
            let key = together(&hit.evidence, &hit.place.path);
            groups.entry(key).or_default().push(Judged { hit, verdict, confidence });
        }
        let mut outcome = Outcome::default();
        for ((value, _), group) in groups {
            self.one_value(group, histories.get(&value), &mut outcome);
        }
        outcome.findings.sort_by(|one, other| finding_order(one).cmp(&finding_order(other)));
        outcome.suppressed.sort_by(|one, other| {
            (&one.path, one.line, &one.fingerprint).cmp(&(&other.path, other.line, &other.fingerprint))
        });
        outcome.suppressed.dedup();
        outcome
    }

    fn one_value(&self, group: Vec<Judged>, history: Option<&History>, outcome: &mut Outcome) {
        let Some(best) =
            most_confident(group.iter().map(|judged| (judged.confidence, judged.hit.evidence.rule)))
        else {
            return;
        };
        let confidence = group[best].confidence;
        let rule = &self.detector().rules()[group[best].hit.evidence.rule];
        let evidence = &group[best].hit.evidence;
        let finding = Finding {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            provider: rule.is_provider(),
            severity: rule.severity,
            confidence,
            fingerprint: self.fingerprint(evidence, &group[best].hit.place.shown),
            secret: evidence.masked.clone(),
            locations: Vec::new(),
            places: 0,
            history: history.cloned(),
            reasons: group[best].verdict.reasons.clone(),
            help: Vec::new(),
            context: None,
            verdict: None,
            verification: None,
            group: None,
        };
        let rulings: Vec<SuppressionResult> =
            group.iter().map(|judged| self.ruling(&finding, rule, judged)).collect();
        outcome.used.extend(rulings.iter().flat_map(|ruling| &ruling.matched_entries));
        if confidence >= self.policy().min_confidence {
            self.split(finding, group, &rulings, outcome);
        }
    }

    /// What names a value. A weak one's name hangs on its place.
    pub(crate) fn fingerprint(&self, evidence: &Evidence, shown: &str) -> Fingerprint {
        if evidence.strong {
            Fingerprint::strong(&evidence.value)
        } else {
            Fingerprint::weak(&evidence.value, shown, &self.policy().settings.fingerprint_key)
        }
    }

    fn ruling(&self, finding: &Finding, rule: &Rule, judged: &Judged) -> SuppressionResult {
        let place = &judged.hit.place;
        let subject = SuppressionQuery {
            rule,
            confidence: finding.confidence,
            fingerprint: &finding.fingerprint,
            path: &place.path,
            commit: place.commit.as_ref().map(|commit| commit.id.as_str()),
            line: judged.hit.evidence.start.line,
            comments: &judged.hit.evidence.inline_comments,
        };
        match self.policy().suppressions {
            Suppressions::Applied => {
                find_suppression(&subject, &self.suppressions(), self.policy().comments, self.policy().today)
            }
            Suppressions::Ignored => SuppressionResult::default(),
        }
    }

    /// Places that are on record are set apart. Where the value stands today and is allowed everywhere it
    /// does, its older places are covered, too.
    fn split(
        &self,
        mut finding: Finding,
        group: Vec<Judged>,
        rulings: &[SuppressionResult],
        outcome: &mut Outcome,
    ) {
        let current = |open: bool| {
            group
                .iter()
                .zip(rulings)
                .any(|(judged, ruling)| judged.hit.place.current && ruling.suppression.is_none() == open)
        };
        let covers = (current(false) && !current(true))
            .then(|| rulings.iter().find_map(|ruling| ruling.suppression.clone()))
            .flatten();
        for (judged, ruling) in group.into_iter().zip(rulings) {
            let Judged { hit, .. } = judged;
            let reason = ruling.suppression.clone().or_else(|| covers.clone().filter(|_| !hit.place.current));
            outcome.notes.extend(ruling.warnings.iter().map(|warning| Problem {
                kind: ProblemKind::Suppression,
                path: Some(hit.place.shown.clone()),
                message: format!("line {}: {warning}", hit.evidence.start.line),
            }));
            outcome.notes.extend(reason.as_ref().filter(|reason| reason.from_change).map(|reason| Problem {
                kind: ProblemKind::PolicyChange,
                path: Some(hit.place.shown.clone()),
                message: brought(&finding, &hit, reason),
            }));
            match reason {
                Some(reason) => outcome.suppressed.push(suppressed(&finding, &hit, &reason)),
                None => finding.locations.push(self.location(hit)),
            }
        }
        if finding.locations.is_empty() {
            return;
        }
        finding.locations.sort_by(|one, other| location_order(one).cmp(&location_order(other)));
        finding.locations.dedup();
        finding.places = finding.locations.len();
        finding.locations.truncate(Finding::MAX_LOCATIONS);
        outcome.findings.push(finding);
    }

    fn location(&self, hit: Occurrence) -> Location {
        let Occurrence { evidence, place } = hit;
        let pair = self.detector().rules()[evidence.rule].pair.as_ref();
        let companion = evidence.companion.zip(pair).map(|(half, pair)| Companion {
            name: pair.name.clone(),
            masked: half.masked,
            start: half.start,
            end: half.end,
            bytes: (half.span.start, half.span.end),
        });
        Location {
            kind: place.kind,
            path: place.shown,
            start: evidence.start,
            end: evidence.end,
            bytes: (evidence.span.start, evidence.span.end),
            blob: place.blob.map(|oid| oid.to_string()),
            commit: place.commit,
            // It may hold names of an archive's members.
            via: evidence.via.iter().map(|step| self.redact(step)).collect(),
            in_member: evidence.in_member,
            snippet: Some(evidence.snippet),
            companion,
        }
    }
}

/// What is said of a suppression that comes with what it suppresses.
fn brought(finding: &Finding, hit: &Occurrence, reason: &Suppression) -> String {
    let text = if reason.reason.is_empty() { "no reason given" } else { &reason.reason };
    format!(
        "line {}: this change allows {}/{} itself ({}): {text}",
        hit.evidence.start.line, finding.rule, finding.fingerprint, reason.by
    )
}

fn suppressed(finding: &Finding, hit: &Occurrence, reason: &Suppression) -> Suppressed {
    Suppressed {
        fingerprint: finding.fingerprint.clone(),
        rule: finding.rule.clone(),
        by: reason.by,
        reason: reason.reason.clone(),
        kind: hit.place.kind,
        path: hit.place.shown.clone(),
        line: hit.evidence.start.line,
    }
}
