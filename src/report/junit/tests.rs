//! No schema of JUnit's format can be had as a package, so what the two published ones ask for stands here as a
//! table: Ant's (`JUnit.xsd` of windyroad/JUnit-Schema) and Jenkins' (`junit-10.xsd` of its xUnit plugin).

use std::process::Command;

use roxmltree::{Document, Node};

use crate::finding::{Confidence, Report};
use crate::report::{Format, samples};

/// What both schemas say of an element: attributes that have to be there, further ones that may, and the
/// children in their order, each with how often it may stand there.
struct Fact {
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    children: &'static [(&'static str, usize, usize)],
}

const MANY: usize = usize::MAX;

const FACTS: [Fact; 8] = [
    Fact { name: "testsuites", required: &[], optional: &[], children: &[("testsuite", 0, MANY)] },
    Fact {
        name: "testsuite",
        required: &["name", "package", "id", "hostname", "timestamp", "time", "tests", "failures", "errors"],
        optional: &["skipped"],
        children: &[("properties", 1, 1), ("testcase", 0, MANY), ("system-out", 1, 1), ("system-err", 1, 1)],
    },
    Fact { name: "properties", required: &[], optional: &[], children: &[("property", 0, MANY)] },
    Fact { name: "property", required: &["name", "value"], optional: &[], children: &[] },
    Fact {
        name: "testcase",
        required: &["name", "classname", "time"],
        optional: &[],
        children: &[("skipped", 0, 1), ("error", 0, 1), ("failure", 0, 1)],
    },
    Fact { name: "skipped", required: &[], optional: &["message"], children: &[] },
    Fact { name: "error", required: &["type"], optional: &["message"], children: &[] },
    Fact { name: "failure", required: &["type"], optional: &["message"], children: &[] },
];

fn faults(node: Node<'_, '_>) -> Vec<String> {
    let name = node.tag_name().name();
    let mut faults = Vec::new();
    let fact = FACTS.iter().find(|fact| fact.name == name);
    let Some(fact) = fact else {
        return if matches!(name, "system-out" | "system-err") {
            faults
        } else {
            vec![format!("<{name}> is unknown")]
        };
    };
    for required in fact.required {
        if node.attribute(*required).is_none_or(str::is_empty) && (name, *required) != ("property", "value") {
            faults.push(format!("<{name}> lacks {required}"));
        }
    }
    for attribute in node.attributes() {
        if !fact.required.contains(&attribute.name()) && !fact.optional.contains(&attribute.name()) {
            faults.push(format!("<{name}> has {}", attribute.name()));
        }
    }
    let children: Vec<&str> =
        node.children().filter(Node::is_element).map(|child| child.tag_name().name()).collect();
    let order: Vec<usize> = children
        .iter()
        .filter_map(|child| fact.children.iter().position(|(known, ..)| known == child))
        .collect();
    if order.len() != children.len() || !order.is_sorted() {
        faults.push(format!("<{name}> holds {children:?}"));
    }
    for (child, least, most) in fact.children {
        let count = children.iter().filter(|known| *known == child).count();
        if count < *least || count > *most {
            faults.push(format!("<{name}> holds {count} of <{child}>"));
        }
    }
    if name == "testcase" && children.len() > 1 {
        faults.push("a case has more than one verdict".to_owned());
    }
    if name == "testsuite" {
        faults.extend(miscounted(node));
        let pattern = "dddd-dd-ddTdd:dd:dd";
        let render = node.attribute("timestamp").unwrap_or_default();
        let shape: String =
            render.chars().map(|sign| if sign.is_ascii_digit() { 'd' } else { sign }).collect();
        if shape != pattern {
            faults.push(format!("the time is {render}"));
        }
    }
    faults.extend(node.children().filter(Node::is_element).flat_map(faults_of));
    faults
}

fn faults_of(node: Node<'_, '_>) -> Vec<String> {
    faults(node)
}

fn miscounted(suite: Node<'_, '_>) -> Vec<String> {
    let count = |tag: &str| suite.descendants().filter(|node| node.has_tag_name(tag)).count().to_string();
    [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
        .into_iter()
        .filter(|(attribute, tag)| suite.attribute(*attribute) != Some(count(tag).as_str()))
        .map(|(attribute, _)| format!("{attribute} is miscounted"))
        .collect()
}

fn verdicts(report: &Report) -> Vec<(String, String)> {
    let render = samples::render(Format::Junit, report);
    let document = Document::parse(&render).unwrap();
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
    cases
        .map(|case| {
            let verdict =
                case.children().find(Node::is_element).map_or("passed", |child| child.tag_name().name());
            (case.attribute("name").unwrap().to_owned(), verdict.to_owned())
        })
        .collect()
}

#[test]
fn every_report_holds_to_what_both_schemas_say() {
    for report in samples::all() {
        let render = samples::render(Format::Junit, &report);
        let document = Document::parse(&render).unwrap();
        assert_eq!(document.root_element().tag_name().name(), "testsuites");
        let faults = faults(document.root_element());
        assert!(faults.is_empty(), "{faults:#?}\n{render}");
    }
    for wrong in [
        "<testsuites name='x'/>",
        "<testsuites><testcase name='a' classname='b' time='0'/></testsuites>",
        "<testcase name='a' classname='b'/>",
        "<testcase name='a' classname='b' time='0'><error type='x'/><failure type='x'/></testcase>",
        "<testcase name='a' classname='b' time='0'><failure message='x'/></testcase>",
        "<skipped type='x'/>",
    ] {
        assert!(!faults(Document::parse(wrong).unwrap().root_element()).is_empty(), "{wrong}");
    }
}

fn is_valid_by(schema: &str) {
    let schema = samples::published(schema);
    for report in samples::all() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.xml");
        std::fs::write(&file, samples::render(Format::Junit, &report)).unwrap();
        let output = Command::new("xmllint").args(["--noout", "--schema"]).arg(&schema).arg(&file).output();
        let output = output.expect("xmllint on the PATH");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
#[ignore = "needs xmllint and junit-ant.xsd in the folder SKANT_SCHEMAS"]
fn every_report_is_valid_by_the_schema_of_ant() {
    is_valid_by("junit-ant.xsd");
}

#[test]
#[ignore = "needs xmllint and junit-jenkins-10.xsd in the folder SKANT_SCHEMAS"]
fn every_report_is_valid_by_the_schema_of_jenkins() {
    is_valid_by("junit-jenkins-10.xsd");
}

#[test]
fn a_clean_report_has_a_case_that_passed() {
    assert_eq!(verdicts(&Report::default()), [("everything was read".to_owned(), "passed".to_owned())]);
}

#[test]
fn a_finding_is_a_failure_and_what_fails_no_run_is_skipped() {
    let render = verdicts(&samples::staged());
    let name = format!("Anthropic API key, fingerprint {} in app/.env:3:19", samples::fingerprint("sample"));
    assert_eq!(render[1], (name, "failure".to_owned()));
    let mut low = samples::staged();
    low.findings[0].confidence = Confidence::Low;
    assert_eq!(verdicts(&low)[1].1, "skipped");
    assert_eq!(verdicts(&samples::unreachable())[1].1, "skipped");
}

#[test]
fn an_incomplete_run_is_never_green() {
    let mut report = samples::troubled();
    let render: Vec<String> = verdicts(&report).into_iter().map(|(_, verdict)| verdict).collect();
    assert_eq!(render, ["error", "error", "error", "skipped", "skipped"]);
    // What is accepted is no error, but it did not pass either.
    report.notes = std::mem::take(&mut report.problems);
    let render: Vec<String> = verdicts(&report).into_iter().map(|(_, verdict)| verdict).collect();
    assert_eq!(render, ["skipped"; 5]);
}

#[test]
fn hostile_text_comes_back_as_it_was() {
    let mut report = samples::hostile();
    let hostile = "</testcase> ]]> <!-- & \"quoted\" 'x'\nnext &amp; \u{fffe}\u{b}";
    report.findings[0].help = vec![hostile.to_owned()];
    report.findings[0].locations[0].path = hostile.to_owned();
    let render = samples::render(Format::Junit, &report);
    let document = Document::parse(&render).unwrap();
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    let expected = hostile.replace(['\u{fffe}', '\u{b}'], "\u{fffd}");
    assert!(failure.text().unwrap().ends_with(&expected), "{render}");
    assert!(failure.parent().unwrap().attribute("name").unwrap().contains(&expected));
}

#[test]
fn a_report_is_cut_and_says_so() {
    let render = samples::render(Format::Junit, &samples::many(20_100, 1));
    let document = Document::parse(&render).unwrap();
    let count = document.descendants().filter(|node| node.has_tag_name("testcase")).count();
    assert_eq!(count, crate::report::junit::MAX_CASES);
    let out = document.descendants().find(|node| node.has_tag_name("system-out")).unwrap();
    assert!(out.text().unwrap().contains("20000 of 20101 cases are listed"), "{:?}", out.text());
}
