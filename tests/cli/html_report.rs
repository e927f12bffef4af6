//! The HTML report in a real browser: it runs its own script and nothing else, whatever the scanned repository wrote.

use std::path::Path;
use std::process::Command;

use testkit::trials::{Skip, Trial};
use testkit::{Sandbox, needs, repository, tokens};

pub fn trials() -> Vec<Trial> {
    testkit::trials![
        browser_shows_each_hostile_name_as_text,
        browser_shows_five_thousand_findings_in_steps,
        page_without_findings_has_no_script,
    ]
}

/// What a browser made of a page: its elements after the script, and what it logged.
struct Page {
    elements: String,
    log: String,
}

/// Opens a page in headless Chromium, without a network.
fn open(page: &Path) -> Result<Page, Skip> {
    let browser = needs::program("chromium").or_else(|_| needs::program("google-chrome"))?;
    let profile = Sandbox::empty();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0"])
        .args(["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.sibling("profile").display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let page = Page { elements: text(&output.stdout), log: text(&output.stderr) };
    assert!(output.status.success() && page.elements.contains("</html>"), "{}", page.log);
    Ok(page)
}

impl Page {
    /// Returns the rows of the table.
    fn rows(&self) -> Vec<&str> {
        let (_, rest) = self.elements.split_once("<tbody id=\"findings\">").expect("a table");
        let (rows, _) = rest.split_once("</tbody>").expect("its end");
        rows.split("<tr").skip(1).collect()
    }

    fn assert_quiet(&self) {
        for word in ["CONSOLE", "Refused", "Uncaught", "Content Security Policy"] {
            assert!(!self.log.contains(word), "{}", self.log);
        }
    }
}

fn browser_shows_each_hostile_name_as_text() -> Result<(), Skip> {
    let page = open(&repository("fixtures/reports/hostile/report.html"))?;
    page.assert_quiet();
    let rows = page.rows();
    assert_eq!(rows.len(), 15, "{}", page.elements);
    assert!(rows.iter().any(|row| row.contains("&lt;/script&gt;&lt;script&gt;alert(1)")), "{rows:?}");
    for element in ["<script", "<img", "<iframe", "<a ", "<b>@", "<link", "<object"] {
        let count = page.elements.matches(element).count();
        assert_eq!(count, if element == "<script" { 2 } else { 0 }, "{element}");
    }
    Ok(())
}

fn browser_shows_five_thousand_findings_in_steps() -> Result<(), Skip> {
    needs::program("chromium").or_else(|_| needs::program("google-chrome"))?;
    let sandbox = Sandbox::empty();
    for file in 0..50 {
        let line = |at: usize| {
            let seed = format!("{file}/{at}");
            format!("api_secret_{at} = \"{}\"\n", tokens::random(tokens::ALPHANUMERIC, 36, &seed))
        };
        sandbox.write(&format!("settings{file}.py"), (0..100).map(line).collect::<String>());
    }
    let output = sandbox.skant(&["scan", "--no-ignore", "-q", "-o", "report.html"]);
    assert_eq!(output.status.code(), Some(1), "{}", testkit::text_of(&output));
    let page = open(&sandbox.dir.join("report.html"))?;
    page.assert_quiet();
    assert_eq!(page.rows().len(), 100);
    let status = page.elements.split_once("role=\"status\">").expect("a status").1;
    let status = status.split_once('<').expect("its end").0;
    let counts: Vec<usize> = status.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert!(matches!(counts[..], [100, all] if all > 4_900), "{status}");
    Ok(())
}

fn page_without_findings_has_no_script() -> Result<(), Skip> {
    let sandbox = Sandbox::empty();
    sandbox.write("a.txt", "nothing here\n");
    let output = sandbox.skant(&["scan", "--no-ignore", "-q", "-o", "report.html"]);
    assert_eq!(output.status.code(), Some(0), "{}", testkit::text_of(&output));
    let page = open(&sandbox.dir.join("report.html"))?;
    page.assert_quiet();
    assert!(page.elements.contains("No secrets found") && page.elements.matches("<script").count() == 1);
    Ok(())
}
