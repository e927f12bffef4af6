//! From occurrences to findings: one value is one finding with all its locations; suppressed locations are separated.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::assess::assessor::{Assessor, RatedEvidence};
use crate::assess::context::PlaceContext;
use crate::assess::key_file;
use crate::assess::label;
use crate::assess::merge::{finding_order, sort_locations};
use crate::assess::other_tools::OtherToolComments;
use crate::assess::reasons::{reason_of_context, reason_of_verdict, reasons_for};
use crate::detect::Evidence;
use crate::finding::{
    CommitInfo, Companion, Confidence, Finding, History, Location, LocationKind, Problem, ProblemKind,
    Suppressed,
};
use crate::git::Oid;
use crate::policy::suppress::{StandingVerdict, Suppression, SuppressionQuery, SuppressionResult};
use crate::secret::ValueId;

/// The text that an occurrence is in.
#[derive(Clone, Debug)]
pub(crate) struct TextOrigin {
    pub(crate) kind: LocationKind,
    /// The raw path; empty if there is none.
    pub(crate) path: Vec<u8>,
    /// The path or description that reports show.
    pub(crate) shown: String,
    pub(crate) blob: Option<Oid>,
    pub(crate) commit: Option<CommitInfo>,
    /// Whether the working tree, the index or a branch head has this text now.
    pub(crate) is_current: bool,
}

/// A piece of evidence in a text.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence {
    pub(crate) rated: RatedEvidence,
    pub(crate) origin: TextOrigin,
    /// The same value in the checked-out commit's version of the path.
    pub(crate) at_head: Option<Box<Evidence>>,
}

impl Occurrence {
    /// Creates an occurrence for each piece of evidence in one text.
    pub(crate) fn in_text<'o>(
        rated: impl IntoIterator<Item = RatedEvidence> + 'o,
        origin: &'o TextOrigin,
    ) -> impl Iterator<Item = Self> + 'o {
        rated.into_iter().map(|rated| Self { rated, origin: origin.clone(), at_head: None })
    }
}

/// The findings of all occurrences.
#[derive(Debug, Default)]
pub(crate) struct GroupedFindings {
    pub(crate) findings: Vec<Finding>,
    pub(crate) suppressed: Vec<Suppressed>,
    pub(crate) notes: Vec<Problem>,
    /// The suppression entries that match a finding, by their index.
    pub(crate) used_entries: BTreeSet<usize>,
}

/// What makes one finding: a value, with the path of a weak one.
///
/// The fingerprint of a weak value depends on its path, so the same password in two files is two findings.
pub(crate) type GroupKey = (ValueId, Option<Vec<u8>>);

/// The provenance of each finding.
pub(crate) type Histories = HashMap<GroupKey, History>;

pub(crate) fn group_key(evidence: &Evidence, path: &[u8]) -> GroupKey {
    (evidence.value, (!evidence.strong).then(|| path.to_vec()))
}

/// Returns the index of the occurrence that represents a value: the highest confidence, then the more specific rule
/// (the lower index), then the first one.
pub(crate) fn most_confident(occurrences: impl Iterator<Item = (Confidence, usize)>) -> Option<usize> {
    occurrences
        .enumerate()
        .max_by_key(|(index, (confidence, rule))| (*confidence, Reverse((*rule, *index))))
        .map(|(index, _)| index)
}

/// Groups occurrences by value, and applies the policy. `redact` masks secrets in the names of archive members.
pub(crate) fn group_occurrences(
    assessor: &Assessor<'_>,
    occurrences: Vec<Occurrence>,
    histories: &Histories,
    redact: &dyn Fn(&str) -> String,
) -> GroupedFindings {
    let mut groups: BTreeMap<GroupKey, Vec<(Confidence, Occurrence)>> = BTreeMap::new();
    for occurrence in occurrences {
        // A placeholder is no finding.
        let Some(confidence) = occurrence.rated.confidence else { continue };
        let TextOrigin { kind, path, .. } = &occurrence.origin;
        let evidence = &occurrence.rated.evidence;
        if !key_file::may_be_at(assessor.rule(evidence), *kind, path)
            || label::is_label(evidence, *kind, path)
        {
            continue;
        }
        let key = group_key(&occurrence.rated.evidence, &occurrence.origin.path);
        groups.entry(key).or_default().push((confidence, occurrence));
    }
    let mut builder = GroupBuilder {
        assessor,
        redact,
        grouped: GroupedFindings::default(),
        other_tools: OtherToolComments::default(),
        spared_by_repository: 0,
    };
    for (key, group) in groups {
        builder.add_value(group, histories.get(&key));
    }
    let spared = builder.spared_by_repository;
    let mut grouped = builder.grouped;
    grouped.notes.extend((spared > 0).then(|| Problem {
        kind: ProblemKind::LeftOut,
        path: None,
        message: format!(
            "the repository's own settings count the places of {spared} of the findings as tests, examples or \
             translations; `--fail-on-context all` fails because of them"
        ),
    }));
    grouped.notes.extend(builder.other_tools.notes(assessor.policy().comments.gitleaks));
    grouped.findings.sort_by(|one, other| finding_order(one).cmp(&finding_order(other)));
    grouped.suppressed.sort_by(|one, other| {
        (&one.path, one.line, &one.fingerprint).cmp(&(&other.path, other.line, &other.fingerprint))
    });
    grouped.suppressed.dedup();
    grouped
}

struct GroupBuilder<'b> {
    assessor: &'b Assessor<'b>,
    redact: &'b dyn Fn(&str) -> String,
    grouped: GroupedFindings,
    other_tools: OtherToolComments,
    /// The number of findings that fail no run because of the scanned repository's own settings.
    spared_by_repository: usize,
}

impl GroupBuilder<'_> {
    /// Adds the occurrences of one value.
    fn add_value(&mut self, group: Vec<(Confidence, Occurrence)>, history: Option<&History>) {
        let by_rule = group.iter().map(|(confidence, one)| (*confidence, one.rated.evidence.rule));
        let Some(best) = most_confident(by_rule) else { return };
        let (confidence, Occurrence { rated: RatedEvidence { evidence, .. }, origin, .. }) = &group[best];
        let confidence = *confidence;
        let rule = self.assessor.rule(evidence);
        let mut finding = Finding {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            provider: rule.is_provider(),
            severity: rule.severity,
            confidence,
            fingerprint: self.assessor.fingerprint(evidence, &origin.shown),
            secret: evidence.masked.clone(),
            locations: Vec::new(),
            places: 0,
            history: history.cloned(),
            reasons: Vec::new(),
            help: Vec::new(),
            context: None,
            verdict: None,
            verified: None,
            group: None,
        };
        let suppressions: Vec<SuppressionResult> = group
            .iter()
            .map(|(_, Occurrence { rated, origin, .. })| {
                self.assessor.find_suppression(&SuppressionQuery {
                    rule,
                    confidence,
                    fingerprint: &finding.fingerprint,
                    path: &origin.path,
                    commit: origin.commit.as_ref().map(|commit| commit.id.as_str()),
                    line: rated.evidence.start.line,
                    comments: &rated.evidence.inline_comments,
                })
            })
            .collect();
        self.grouped.used_entries.extend(suppressions.iter().flat_map(|result| &result.matched_entries));
        let verdicts = suppressions.iter().filter_map(|result| result.verdict.as_ref());
        let verdict = verdicts.max_by_key(|verdict| verdict.is_confirmed());
        let is_confirmed = verdict.is_some_and(StandingVerdict::is_confirmed);
        // A person has confirmed the secret, so its confidence does not matter.
        if is_confirmed || self.assessor.policy().is_reported(confidence) {
            finding.verdict = verdict.map(|verdict| verdict.decision.verdict);
            finding.reasons.extend(verdict.map(reason_of_verdict));
            finding.reasons.extend(reasons_for(evidence, self.assessor.policy().now));
            if let Some(verdict) = verdict.filter(|verdict| verdict.from_change) {
                let note = describe_own_verdict(&finding, verdict);
                self.grouped.notes.push(note);
            }
            self.add_finding(finding, group.into_iter().map(|(_, one)| one).collect(), &suppressions);
        }
    }

    /// Adds a finding with the locations that are not suppressed.
    ///
    /// If the value is suppressed at each of its current locations, and there is one, its older locations are
    /// suppressed, too.
    fn add_finding(
        &mut self,
        mut finding: Finding,
        group: Vec<Occurrence>,
        suppressions: &[SuppressionResult],
    ) {
        let has_current = |is_suppressed: bool| {
            group.iter().zip(suppressions).any(|(occurrence, result)| {
                occurrence.origin.is_current && result.suppression.is_some() == is_suppressed
            })
        };
        let for_older = (has_current(true) && !has_current(false))
            .then(|| suppressions.iter().find_map(|result| result.suppression.clone()))
            .flatten();
        let mut context: Option<PlaceContext> = None;
        for (occurrence, result) in group.into_iter().zip(suppressions) {
            let Occurrence { rated: RatedEvidence { evidence, .. }, origin, at_head } = occurrence;
            let suppression =
                result.suppression.clone().or_else(|| for_older.clone().filter(|_| !origin.is_current));
            let note = |kind, message| Problem { kind, path: Some(origin.shown.clone()), message };
            let line = evidence.start.line;
            self.grouped.notes.extend(
                result
                    .warnings
                    .iter()
                    .map(|warning| note(ProblemKind::Suppression, format!("line {line}: {warning}"))),
            );
            let Some(suppression) = suppression else {
                self.other_tools.add(&evidence.inline_comments, &finding, &origin.shown, line);
                let here = PlaceContext::of(self.assessor.policy(), &evidence, origin.kind, &origin.path);
                context = Some(context.map_or(here, |known| known.and(here)));
                finding.locations.push(self.location_with_head(evidence, origin, at_head));
                continue;
            };
            if suppression.from_change {
                let message = describe_own_suppression(&finding, line, &suppression);
                self.grouped.notes.push(note(ProblemKind::PolicyChange, message));
            }
            self.grouped.suppressed.push(Suppressed {
                fingerprint: finding.fingerprint.clone(),
                rule: finding.rule.clone(),
                by: suppression.by,
                reason: suppression.reason,
                kind: origin.kind,
                path: origin.shown,
                line,
            });
        }
        let Some(context) = context else { return };
        if context.is_spared_by_repository() && !finding.provider {
            self.spared_by_repository += 1;
        }
        finding.context = Some(context.context);
        finding.reasons.extend(reason_of_context(context.context));
        sort_locations(&mut finding.locations);
        finding.places = finding.locations.len();
        finding.locations.truncate(Finding::MAX_LOCATIONS);
        self.grouped.findings.push(finding);
    }

    /// Returns a location, with that of the value in the checked-out commit.
    fn location_with_head(
        &self,
        evidence: Evidence,
        origin: TextOrigin,
        at_head: Option<Box<Evidence>>,
    ) -> Location {
        let at_head = at_head.map(|evidence| {
            let origin = TextOrigin { blob: None, commit: None, ..origin.clone() };
            Box::new(self.location(*evidence, origin))
        });
        Location { at_head, ..self.location(evidence, origin) }
    }

    fn location(&self, evidence: Evidence, origin: TextOrigin) -> Location {
        let pair = self.assessor.rule(&evidence).pair.as_ref();
        let companion = evidence.companion.zip(pair).map(|(companion, pair)| Companion {
            name: pair.name.clone(),
            masked: companion.masked,
            start: companion.start,
            end: companion.end,
            bytes: (companion.span.start, companion.span.end),
        });
        Location {
            kind: origin.kind,
            path: origin.shown,
            start: evidence.start,
            end: evidence.end,
            bytes: (evidence.span.start, evidence.span.end),
            blob: origin.blob.map(|oid| oid.to_string()),
            commit: origin.commit,
            via: evidence.via.iter().map(|step| (self.redact)(step)).collect(),
            in_member: evidence.in_member,
            snippet: Some(evidence.snippet),
            companion,
            at_head: None,
        }
    }
}

/// Describes a suppression that comes with the change that it applies to.
fn describe_own_suppression(finding: &Finding, line: usize, suppression: &Suppression) -> String {
    let reason = if suppression.reason.is_empty() { "no reason given" } else { &suppression.reason };
    let Finding { rule, fingerprint, .. } = finding;
    format!("line {line}: this change allows {rule}/{fingerprint} itself ({}): {reason}", suppression.by)
}

/// Describes a verdict that comes with the change that it is about.
fn describe_own_verdict(finding: &Finding, verdict: &StandingVerdict) -> Problem {
    let Finding { rule, fingerprint, .. } = finding;
    let name = verdict.decision.verdict.name();
    let reason = if verdict.reason.is_empty() { "no reason given" } else { &verdict.reason };
    Problem {
        kind: ProblemKind::PolicyChange,
        path: None,
        message: format!("this change itself calls {rule}/{fingerprint} {name}: {reason}"),
    }
}
