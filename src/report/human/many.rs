//! Many findings at once: what to do is said in full for the first of each rule, and in the end how many there are of
//! each.

use std::collections::HashMap;

use crate::finding::{Confidence, Finding, Report, ScopeKind};
use crate::report::human::layout::{Paint, counted, wrapped};
use crate::report::human::{Detail, Options, Tone};

/// With so many at most each one is told in full.
const FEW: usize = 10;

/// What was said before of each rule.
pub(crate) struct Told<'r> {
    first: HashMap<&'r str, &'r Finding>,
    is_brief: bool,
}

impl<'r> Told<'r> {
    pub(crate) fn new(report: &Report, options: &Options) -> Self {
        let is_brief = report.findings.len() > FEW && options.detail != Detail::Verbose;
        Self { first: HashMap::new(), is_brief }
    }

    /// The finding that was told before and says more of what to do, if there is one.
    pub(crate) fn before(&mut self, finding: &'r Finding) -> Option<&'r Finding> {
        let first = *self.first.entry(&finding.rule).or_insert(finding);
        (self.is_brief && !std::ptr::eq(first, finding)).then_some(first)
    }
}

/// What of the advice on a finding is not said of another one.
pub(crate) fn besides(finding: &Finding, first: &Finding) -> Vec<String> {
    let own = finding.help.iter().filter(|line| !first.help.contains(line)).cloned();
    let (number, of) = (finding.help.len(), &first.fingerprint);
    let shared = (number > 0).then(|| format!("what is said of {of} above"));
    shared.into_iter().chain(own).collect()
}

/// How many there are of each rule, the weightiest first, and how to go on.
pub(crate) fn overview(report: &Report, options: &Options) -> String {
    if report.findings.len() <= FEW {
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
        let sure = [Confidence::High, Confidence::Medium, Confidence::Low].map(|confidence| {
            let number = found.iter().filter(|finding| finding.confidence == confidence).count();
            (number > 0).then(|| format!("{number} {confidence}"))
        });
        let sure = sure.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let number = found.len();
        format!("  {number:digits$}  {rule:width$}  {severity:8}  confidence {sure}\n")
    });
    let mut out: String = std::iter::once(heading).chain(rows).collect();
    if matches!(report.scope.kind, ScopeKind::Worktree | ScopeKind::History) {
        let all = counted(report.findings.len(), "secret");
        let text = format!(
            "The surest first: `--min-confidence high`. All of them for a program: `--output json:FILE`. To fail on \
             new ones only: `skant baseline create{}` puts these {all} on record, to be taken off one by one.",
            if report.scope.kind == ScopeKind::History { " --history" } else { "" }
        );
        out.push_str(&wrapped("", &text, options.width()));
    }
    out
}
