//! HTML: one file that loads nothing, for people who decide and people who clean up.
//!
//! The page allows its own style and script by their hashes and nothing else (Content Security Policy), so nothing that a
//! scanned repository wrote can run or reach the network. Findings are JSON in a data block; the script shows them as
//! text. The summary needs no script.

mod data;
mod summary;

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use self::data::FindingView;
use crate::finding::Report;
use crate::policy::{RunMode, fails_run};
use crate::report::times::Times;

pub(crate) const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The table and its controls; the script fills them.
const TABLE: &str = r#"<h2>Findings</h2>
<div class="controls">
<label>Search<input id="text" type="search" placeholder="rule, file, author, fingerprint"></label>
<label>Severity<select id="severity"></select></label>
<label>State<select id="state"></select></label>
<label>Context<select id="context"></select></label>
<label>Kind<select id="rule"></select></label>
<label>Group by<select id="group"><option value="">nothing</option><option value="rule">kind</option><option value="file">file</option><option value="author">author</option><option value="state">state</option><option value="ref">branch, tag, ref</option><option value="context">context</option></select></label>
</div>
<p id="status" class="soft" role="status"></p>
<table>
<thead><tr>
<th scope="col"><button type="button" data-key="severity">Severity</button></th>
<th scope="col"><button type="button" data-key="title">What</button></th>
<th scope="col"><button type="button" data-key="path">Where</button></th>
<th scope="col"><button type="button" data-key="state">State</button></th>
<th scope="col"><button type="button" data-key="since">Since</button></th>
<th scope="col"><button type="button" data-key="author">Author</button></th>
</tr></thead>
<tbody id="findings"></tbody>
</table>
<p class="more"><button type="button" id="more" hidden>Show more</button></p>
<noscript><p class="banner">The table needs JavaScript, which this browser has switched off. The page loads nothing from anywhere.</p></noscript>
"#;

/// Writes the report as a page.
///
/// # Errors
/// Whatever `out` fails with.
pub(crate) fn write(report: &Report, times: Times, mode: RunMode, out: &mut dyn Write) -> io::Result<()> {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; script-src {}; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>skant: {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        hash(STYLE),
        hash(SCRIPT),
        escaped(&summary::heading(report)),
    )?;
    out.write_all(summary::render(report, times, mode).as_bytes())?;
    if !report.findings.is_empty() {
        out.write_all(TABLE.as_bytes())?;
    }
    let findings: Vec<FindingView<'_>> =
        report.findings.iter().map(|finding| FindingView::of(finding, fails_run(finding, mode))).collect();
    let json = serde_json::to_string(&findings)?;
    // In a data block only `<` could end the element or begin a comment.
    let json = json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    writeln!(out, "<script type=\"application/json\" id=\"data\">{json}</script>")?;
    if !report.findings.is_empty() {
        writeln!(out, "<script>{SCRIPT}</script>")?;
    }
    out.write_all(b"</body>\n</html>\n")
}

/// Escapes text for the content of an element or a quoted attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Format, samples};

    /// Returns the findings of the data block of a page.
    fn data(page: &str) -> Vec<serde_json::Value> {
        let (_, rest) = page.split_once("id=\"data\">").unwrap();
        let (json, _) = rest.split_once("</script>").unwrap();
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_page_allows_its_own_style_and_script_and_nothing_else() {
        let page = samples::render(Format::Html, &samples::staged());
        let hash = |open: &str, close: &str| {
            let (_, rest) = page.split_once(open).unwrap();
            let (text, _) = rest.split_once(close).unwrap();
            STANDARD.encode(Sha256::digest(text))
        };
        let policy = page.split_once("Content-Security-Policy\" content=\"").unwrap().1;
        let policy = policy.split_once('"').unwrap().0;
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(policy.contains(&format!("style-src 'sha256-{}'", hash("<style>", "</style>"))));
        assert!(policy.contains(&format!("script-src 'sha256-{}'", hash("<script>", "</script>"))));
        assert!(!policy.contains("http"), "{policy}");
        for word in
            ["http-equiv=\"refresh\"", "src=", "href=", "onclick", "onerror", "style=", "@import", "url("]
        {
            assert!(!page.contains(word), "{word}");
        }
    }

    #[test]
    fn the_script_builds_no_markup_from_text() {
        for word in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch("]
        {
            assert!(!SCRIPT.contains(word), "{word}");
        }
    }

    #[test]
    fn hostile_text_is_data() {
        let report = samples::hostile();
        let page = samples::render(Format::Html, &report);
        assert_eq!(page.matches("<script").count(), 2);
        assert_eq!(page.matches("</script").count(), 2);
        assert!(!page.contains("<b>@someone") && !page.contains("alert(1)</script>"));
        let findings = data(&page);
        assert_eq!(findings.len(), report.findings.len());
        let paths: Vec<&str> =
            findings.iter().map(|finding| finding["places"][0]["path"].as_str().unwrap()).collect();
        for finding in &report.findings {
            assert!(paths.contains(&finding.locations[0].path.as_str()), "{}", finding.locations[0].path);
        }
    }

    #[test]
    fn a_page_without_findings_is_only_a_summary() {
        let page = samples::render(Format::Html, &Report::default());
        assert!(page.contains("No secrets found") && !page.contains("<table>") && !page.contains(SCRIPT));
        let page = samples::render(Format::Html, &samples::troubled());
        assert!(
            page.contains("Not everything was read") && !page.contains("No secrets found</h1>"),
            "{page}"
        );
    }

    #[test]
    fn a_finding_has_its_story_and_its_steps() {
        let page = samples::render(Format::Html, &samples::removed());
        let finding = data(&page).remove(0);
        assert_eq!(finding["state"], "removed, in history");
        assert!(finding["timeline"].as_str().unwrap().contains("removed in 998877665544"), "{finding}");
        assert!(finding["help"][0].as_str().unwrap().starts_with("Revoke the key"));
        assert!(finding["commands"][0].as_str().unwrap().starts_with("skant explain "));
        let place = &finding["places"][0];
        let (start, end) =
            (place["snippet"]["start"].as_u64().unwrap(), place["snippet"]["end"].as_u64().unwrap());
        let text: Vec<u16> = place["snippet"]["text"].as_str().unwrap().encode_utf16().collect();
        let secret =
            String::from_utf16(&text[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()])
                .unwrap();
        assert_eq!(secret, finding["masked"].as_str().unwrap());
    }
}
