//! The end of a report with many findings: counts per rule, and the next steps.

use std::collections::HashMap;

use crate::finding::{Confidence, Finding, Report, ScopeKind};
use crate::report::human::layout::{Paint, counted, wrapped};
use crate::report::human::{Options, Tone};

/// The number of entries up to which each is printed in full, with its line and its advice.
pub(crate) const MAX_FULL: usize = 10;

/// The number of rules that are listed.
const MAX_RULES: usize = 20;

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
    let more = rules.len().saturating_sub(MAX_RULES);
    let rest = (more > 0).then(|| format!("  and {}\n", counted(more, "more rule")));
    let rows = rules.iter().take(MAX_RULES).map(|(rule, found)| {
        let severity = weight(found).map(|severity| severity.to_string()).unwrap_or_default();
        let counts = [Confidence::High, Confidence::Medium, Confidence::Low].map(|confidence| {
            let number = found.iter().filter(|finding| finding.confidence == confidence).count();
            (number > 0).then(|| format!("{number} {confidence}"))
        });
        let counts = counts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let number = found.len();
        format!("  {number:digits$}  {rule:width$}  {severity:8}  confidence {counts}\n")
    });
    let mut out: String = std::iter::once(heading).chain(rows).chain(rest).collect();
    if matches!(report.scope.kind, ScopeKind::Worktree | ScopeKind::History) {
        let text = format!(
            "The worst only: `--severity critical`, `--at-head`, `--min-confidence high`. To save all, and read them with \
             filters or as a page: `--output json:FILE`, then `skant report FILE`. To fail on new findings only: `skant baseline create{}` suppresses all that are there now.",
            if report.scope.kind == ScopeKind::History { " --history" } else { "" }
        );
        out.push_str(&wrapped("", &text, options.width()));
    }
    out
}
