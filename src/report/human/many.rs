//! Reports with many findings: full advice for the first finding of each rule, and counts per rule at the end.

use std::collections::HashMap;

use crate::finding::{Confidence, Finding, Report, ScopeKind};
use crate::report::human::layout::{Paint, counted, wrapped};
use crate::report::human::{Detail, Options, Tone};

/// The number of findings up to which each has full advice.
const MAX_FULL: usize = 10;

/// The first printed finding of each rule.
pub(crate) struct PrintedRules<'r> {
    first: HashMap<&'r str, &'r Finding>,
    is_brief: bool,
}

impl<'r> PrintedRules<'r> {
    pub(crate) fn new(report: &Report, options: &Options) -> Self {
        let is_brief = report.findings.len() > MAX_FULL && options.detail != Detail::Verbose;
        Self { first: HashMap::new(), is_brief }
    }

    /// Returns the earlier finding with the full advice of the same rule, if any.
    pub(crate) fn earlier(&mut self, finding: &'r Finding) -> Option<&'r Finding> {
        let first = *self.first.entry(&finding.rule).or_insert(finding);
        (self.is_brief && !std::ptr::eq(first, finding)).then_some(first)
    }
}

/// Returns the steps of a finding that differ from the first finding of its rule, after a reference to it.
pub(crate) fn other_steps(finding: &Finding, first: &Finding) -> Vec<String> {
    let own = finding.help.iter().filter(|line| !first.help.contains(line)).cloned();
    let (number, of) = (finding.help.len(), &first.fingerprint);
    let shared = (number > 0).then(|| format!("the same steps as for {of}"));
    shared.into_iter().chain(own).collect()
}

/// Returns the number of findings per rule, most severe first, and the next steps.
pub(crate) fn overview(report: &Report, options: &Options) -> String {
    if report.findings.len() <= MAX_FULL {
        return String::new();
    }
    let mut rules: HashMap<&str, Vec<&Finding>> = HashMap::new();
    for finding in &report.findings {
        rules.entry(&finding.rule).or_default().push(finding);
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    let weight = |found: &[&Finding]| found.iter().map(|finding| finding.severity).max();
    rules.sort_by(|(one, found), (other, others)| {
        (weight(others), others.len(), one).cmp(&(weight(found), found.len(), other))
    });
    let width = rules.iter().map(|(rule, _)| rule.len()).max().unwrap_or_default();
    let digits = rules.iter().map(|(_, found)| found.len()).max().unwrap_or_default().to_string().len();
    let heading = format!("{}\n", Paint(options.color).tint(Tone::Strong, "By rule:"));
    let rows = rules.iter().map(|(rule, found)| {
        let severity = weight(found).map(|severity| severity.to_string()).unwrap_or_default();
        let counts = [Confidence::High, Confidence::Medium, Confidence::Low].map(|confidence| {
            let number = found.iter().filter(|finding| finding.confidence == confidence).count();
            (number > 0).then(|| format!("{number} {confidence}"))
        });
        let counts = counts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let number = found.len();
        format!("  {number:digits$}  {rule:width$}  {severity:8}  confidence {counts}\n")
    });
    let mut out: String = std::iter::once(heading).chain(rows).collect();
    if matches!(report.scope.kind, ScopeKind::Worktree | ScopeKind::History) {
        let all = counted(report.findings.len(), "secret");
        let text = format!(
            "High confidence only: `--min-confidence high`. All findings for a program: `--output json:FILE`. To fail on \
             new findings only: `skant baseline create{}` suppresses these {all}.",
            if report.scope.kind == ScopeKind::History { " --history" } else { "" }
        );
        out.push_str(&wrapped("", &text, options.width()));
    }
    out
}
