//! Git itself says whether the provenance of findings is right: at the introducing commit the file holds the value, no
//! parent holds it (a weak value: at that path), and a head holds it exactly if the report says so. On any repository
//! by `SKANT_REPOSITORY=<git folder> cargo test --release --test library provenance_oracle -- --ignored`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use testkit::needs;
use testkit::trials::{Ran, Trial};

pub fn trials() -> Vec<Trial> {
    testkit::trials![; long: git_agrees_with_the_provenance_of_200_findings]
}

/// The number of findings to check.
const FINDINGS: usize = 200;

fn git(folder: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().expect("git");
    output.status.success().then_some(output.stdout)
}

fn words(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let text = git(folder, arguments).unwrap_or_default();
    String::from_utf8_lossy(&text).split_whitespace().map(str::to_owned).collect()
}

fn skant(folder: &Path, arguments: &[&str], input: &[u8]) -> Value {
    let input_file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(input_file.path(), input).expect("written");
    let output = Command::new(testkit::skant_program())
        .current_dir(folder)
        .args(["scan", "--min-confidence", "low", "--format", "json"])
        .args(arguments)
        .stdin(Stdio::from(input_file.reopen().expect("opened")))
        .output()
        .expect("skant");
    serde_json::from_slice(&output.stdout).expect("a report")
}

/// A weak value at a path, in a repository.
struct Weak<'w> {
    folder: &'w Path,
    path: &'w str,
    fingerprint: &'w str,
    value: &'w [u8],
}

impl Weak<'_> {
    /// Whether a commit holds the value at the path: as a value, and not as a part of other text.
    fn is_at(&self, commit: &str) -> bool {
        let content = git(self.folder, &["cat-file", "blob", &format!("{commit}:{}", self.path)]);
        let holds = |text: &Vec<u8>| text.windows(self.value.len()).any(|window| window == self.value);
        content.filter(holds).is_some_and(|content| {
            let report = skant(self.folder, &["-", "--path", self.path], &content);
            let findings = report["findings"].as_array().expect("findings");
            findings.iter().any(|finding| finding["fingerprint"] == self.fingerprint)
        })
    }
}

fn git_agrees_with_the_provenance_of_200_findings() -> Ran {
    let folder = PathBuf::from(needs::variable("SKANT_REPOSITORY")?);
    let report = skant(&folder, &["--history"], b"");
    let is_weak = |finding: &&Value| {
        let location = &finding["locations"][0];
        finding["fingerprint"].as_str().is_some_and(|text| text.len() < 16)
            && finding["history"]["introduced"].is_object()
            && location["blob"].is_string()
            && location["via"].as_array().is_none_or(Vec::is_empty)
    };
    let findings: Vec<&Value> =
        report["findings"].as_array().expect("findings").iter().filter(is_weak).collect();
    let heads = words(&folder, &["for-each-ref", "--format=%(objectname)", "refs/heads", "refs/remotes"]);
    let heads: Vec<String> = heads.into_iter().chain(words(&folder, &["rev-parse", "HEAD"])).collect();
    let (mut checked, mut wrong) = (0, Vec::new());
    for finding in findings.iter().step_by(findings.len().div_ceil(FINDINGS).max(1)) {
        let (location, history) = (&finding["locations"][0], &finding["history"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let offset =
            |name: &str| usize::try_from(location[name].as_u64().expect("an offset")).expect("small");
        let blob = git(&folder, &["cat-file", "blob", &text(&location["blob"])]).expect("a blob");
        let value = &blob[offset("byte_start")..offset("byte_end")];
        let (path, fingerprint) = (text(&location["path"]), text(&finding["fingerprint"]));
        let weak = Weak { folder: &folder, path: &path, fingerprint: &fingerprint, value };
        let introduced = text(&history["introduced"]["commit"]);
        let parents = words(&folder, &["rev-list", "--parents", "-1", &introduced]);
        let content =
            git(&folder, &["cat-file", "blob", &format!("{introduced}:{path}")]).unwrap_or_default();
        let is_present = content.windows(value.len()).any(|window| window == value);
        let is_new = parents.iter().skip(1).all(|parent| !weak.is_at(parent));
        let at_head = heads.iter().any(|head| weak.is_at(head)) == (history["at_head"] == true);
        if !(is_present && is_new && at_head && text(&history["introduced"]["path"]) == path) {
            wrong.push(format!("{fingerprint} in {path} at {introduced}: {is_present} {is_new} {at_head}"));
        }
        checked += 1;
    }
    assert!(checked > 0 && wrong.is_empty(), "{} of {checked} are wrong: {wrong:#?}", wrong.len());
    Ok(())
}
