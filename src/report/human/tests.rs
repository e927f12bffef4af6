//! The parts of the human format that golden files do not show: detail, colours, widths, hostile names.

use crate::finding::{Finding, Problem, ProblemKind, Report, Scope, ScopeKind};
use crate::report::human::{Detail, Options, summary, write};
use crate::report::samples;

fn render(report: &Report, options: &Options) -> String {
    let mut out = Vec::new();
    write(report, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn quiet() -> Options {
    Options { detail: Detail::Quiet, ..Options::default() }
}

fn verbose() -> Options {
    Options { detail: Detail::Verbose, ..Options::default() }
}

#[test]
fn quiet_output_has_findings_and_problems_only() {
    assert_eq!(render(&Report::default(), &quiet()), "");
    let noted = Report { problems: Vec::new(), ..samples::troubled() };
    assert_eq!(render(&noted, &quiet()), "");
    let troubled = render(&samples::troubled(), &quiet());
    assert!(troubled.starts_with("problem[unreadable]: private/key.pem: permission denied"));
    assert!(!troubled.contains("suppressed") && !troubled.contains("INCOMPLETE"));
    let staged = render(&samples::staged(), &quiet());
    assert!(staged.starts_with("error[anthropic-api-key]") && !staged.contains("found in"));
}

#[test]
fn verbose_output_lists_every_note_and_location() {
    let notes = render(&samples::troubled(), &verbose());
    assert_eq!(notes.matches("note[lfs-pointer]").count(), 7);
    assert!(!notes.contains("more notes"));
    let places = render(&samples::history(), &verbose());
    assert!(places.contains("g.yml:3:19") && places.contains("and 2 more locations"));
}

#[test]
fn colours_are_used_on_request_only() {
    let painted = Options { color: true, ..Options::default() };
    for report in samples::all() {
        let plain = render(&report, &Options::default());
        let colored = render(&report, &painted);
        assert!(!plain.contains('\u{1b}'));
        assert!(colored.contains("\u{1b}["));
        let mut stripped = String::new();
        let mut pieces = colored.split('\u{1b}');
        stripped.push_str(pieces.next().unwrap());
        pieces.for_each(|piece| stripped.push_str(piece.split_once('m').unwrap().1));
        assert_eq!(stripped, plain);
    }
}

#[test]
fn the_line_number_is_the_real_one_and_the_line_fits() {
    let mut report = samples::staged();
    let place = &mut report.findings[0].locations[0];
    (place.start.line, place.end.line) = (123_456, 123_456);
    let snippet = place.snippet.as_mut().unwrap();
    snippet.line = format!("{}{}{}", "日本 ".repeat(10), snippet.line, " x;".repeat(300));
    snippet.span = (snippet.span.0 + 70, snippet.span.1 + 70);
    let text = render(&report, &Options::default());
    assert!(text.contains(" 123456 │ "), "{text}");
    assert!(text.contains("[app/.env:123456:19]"), "{text}");
    let line = text.lines().find(|line| line.contains(" 123456 │ ")).unwrap();
    assert!(line.chars().count() <= 100 && line.ends_with('…'), "{line}");
    assert!(line.contains("sk-ant-api03-R2D...igAA"));
}

#[test]
fn a_label_that_would_run_over_the_edge_is_shortened() {
    let mut report = samples::staged();
    let snippet = report.findings[0].locations[0].snippet.as_mut().unwrap();
    snippet.line = format!("{}{}", " ".repeat(50), snippet.line);
    snippet.span = (snippet.span.0 + 50, snippet.span.1 + 50);
    let text = render(&report, &Options::default());
    assert!(text.contains("╰── 108 characters\n"), "{text}");
}

#[test]
fn a_broken_snippet_is_no_panic() {
    for (line, span) in [("", (0, 0)), ("ö", (1, 1)), ("abc", (2, 99)), ("abc", (9, 3)), ("abc", (1, 1))] {
        let mut report = samples::staged();
        let place = &mut report.findings[0].locations[0];
        place.start.line = 0;
        place.snippet = Some(crate::finding::Snippet { line: line.to_owned(), span });
        assert!(render(&report, &Options { width: 0, ..Options::default() }).contains("critical"));
    }
    let placeless = Finding { locations: Vec::new(), places: 0, ..samples::finding() };
    let report = Report { findings: vec![placeless], ..Report::default() };
    assert!(!render(&report, &Options::default()).contains("also at"));
}

#[test]
fn hostile_names_stay_on_their_line() {
    let text = render(&samples::hostile(), &Options::default());
    assert!(text.lines().all(|line| line.chars().all(|character| !character.is_control())));
    assert!(text.contains(" line%0Abreak%1B[31m:3:19 "));
}

#[test]
fn an_accepted_problem_leaves_the_report_incomplete() {
    let accepted =
        Problem { kind: ProblemKind::ShallowClone, path: None, message: "cut; accepted".to_owned() };
    let report = Report { notes: vec![accepted], ..samples::staged() };
    let text = render(&report, &Options::default());
    let last = text.lines().last().unwrap();
    assert_eq!(
        last,
        "INCOMPLETE: 1 accepted problem, not everything was read; 1 secret found in 12 files (34 kB)"
    );
}

#[test]
fn the_summary_names_what_was_read() {
    for (kind, commits, messages, blobs, expected) in [
        (ScopeKind::Stdin, 0, 1, 0, "1 message (9 bytes)"),
        (ScopeKind::Stdin, 0, 0, 1, "1 file (9 bytes)"),
        (ScopeKind::Staged, 0, 0, 0, "0 files (9 bytes)"),
        (ScopeKind::Range, 0, 1, 0, "1 message (9 bytes)"),
        (ScopeKind::Range, 0, 0, 0, "0 commits and 0 files (9 bytes)"),
        (ScopeKind::Range, 2, 0, 0, "2 commits and 0 files (9 bytes)"),
        (ScopeKind::Range, 2, 1, 3, "2 commits, 1 message and 3 files (9 bytes)"),
        (ScopeKind::History, 2, 0, 3, "2 commits and 3 files (9 bytes)"),
    ] {
        let scope = Scope { kind, commits, messages, blobs, bytes: 9, ..Scope::default() };
        let report = Report { scope, ..Report::default() };
        let text = summary(&report, &Options::default());
        let end =
            if commits + messages + blobs == 0 { "there was nothing to read" } else { "everything was read" };
        assert_eq!(text, format!("no secrets found in {expected}; {end}"));
    }
}

#[test]
fn suppressed_findings_are_listed_in_verbose_output_only() {
    let report = samples::troubled();
    assert!(!report.suppressed.is_empty());
    let count = |options: &Options| render(&report, options).matches("suppressed ").count();
    assert_eq!((count(&Options::default()), count(&verbose())), (0, report.suppressed.len()));
    let summary = format!("{} suppressed", report.suppressed.len());
    assert!(render(&report, &Options::default()).contains(&summary));
}

#[test]
fn no_line_is_a_command_to_a_ci_job() {
    let mut report = samples::hostile();
    let name = format!("{} ::stop-commands::x", "y".repeat(90));
    report.problems =
        vec![Problem { kind: ProblemKind::Unreadable, path: Some(name.clone()), message: "x".into() }];
    report.findings[0].reasons = ["a", "::error::x", &name].map(samples::reason).into();
    for options in [Options::default(), Options { width: 80, ..Options::default() }, verbose()] {
        let render = render(&report, &options);
        assert!(render.contains("\\u{3a}:stop-commands::x"), "{render}");
        assert!(render.lines().all(|line| !line.trim_start().starts_with("::")), "{render}");
        assert!(!render.contains("##vso[") && !render.contains("##["), "{render}");
    }
}

#[test]
fn reports_with_many_findings_have_two_lines_for_each_and_the_advice_of_a_rule_once() {
    let advice = "1. Revoke the key";
    let few = render(&samples::many(10, 1), &Options::default());
    assert_eq!((few.matches(advice).count(), few.contains("By rule")), (10, false));

    let mut report = samples::many(11, 1);
    let mut help = report.findings[3].help.clone();
    help.push("this one alone".to_owned());
    report.findings.push(Finding { rule: "other-key".into(), help, ..report.findings[3].clone() });
    let many = render(&report, &Options::default());
    assert!(
        many.starts_with(
            "error[anthropic-api-key] 0/0.env:3:19 sk-ant-api03-R2D...igAA\n  severity critical,"
        ),
        "{many}"
    );
    assert_eq!(many.lines().filter(|line| line.starts_with("error[")).count(), 12);
    assert_eq!((many.matches(advice).count(), many.matches("this one alone").count()), (1, 1));
    assert!(many.contains("What to do about other-key"), "{many}");
    let overview = "By rule:\n  11  anthropic-api-key  critical  confidence 11 high\n   1  other-key          critical  \
         confidence 1 high\nThe worst only";
    assert!(many.contains(overview), "{many}");
    assert!(many.contains("`skant baseline create` suppresses all that are there now"), "{many}");

    assert_eq!(render(&report, &verbose()).matches(advice).count(), 12);
    let quiet = render(&report, &quiet());
    assert!(!quiet.contains("By rule") && !quiet.contains(advice), "{quiet}");
    report.scope.kind = ScopeKind::Staged;
    assert!(!render(&report, &Options::default()).contains("baseline create"));
}

#[test]
fn the_length_of_a_report_is_bounded_by_its_entries() {
    for number in [11, 40, 300] {
        let mut report = samples::many(number, 3);
        report.problems = vec![samples::troubled().problems[0].clone(); 80];
        report.notes = samples::troubled().notes;
        for (at, finding) in report.findings.iter_mut().enumerate() {
            finding.rule = format!("rule-{}", at % 60).into();
        }
        let lines = render(&report, &Options::default()).lines().count();
        assert!(lines <= 2 * number + 150, "{lines} lines for {number} entries");
    }
}

#[test]
fn former_values_of_a_place_are_one_entry_unless_verbose() {
    let mut report = samples::history();
    let mut former = report.findings[0].clone();
    former.history.as_mut().unwrap().at_head = false;
    former.fingerprint = samples::many(1, 1).findings[0].fingerprint.clone();
    report.findings.extend(vec![former; 30]);
    let text = render(&report, &Options::default());
    assert_eq!(text.matches("error[").count(), 1);
    assert!(
        text.contains("  values      31 values here, one after the other, 1 of them at a head\n"),
        "{text}"
    );
    assert!(text.contains("31 findings in 1 entry: "), "{text}");
    assert!(text.contains("31 secrets found"), "{text}");
    assert_eq!(render(&report, &verbose()).matches("error[").count(), 31);
}
