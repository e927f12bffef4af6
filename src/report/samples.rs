//! Reports for the tests of this module: masked text only, as the scan hands it over.

use crate::finding::{
    CommitInfo, Companion, Confidence, Event, Finding, HeldBy, History, Holders, Location, LocationKind,
    Masked, OwnerFact, Problem, ProblemKind, Reason, ReasonCode, RefKind, Report, Scope, ScopeKind, Severity,
    Snippet, Suppressed, SuppressedBy, Verification, Verified,
};
use crate::report::{Format, Options, write};
use crate::secret::{Fingerprint, ValueId};
use crate::text::{Position, escape_path, escape_terminal};

pub(crate) const BLOB: &str = "0c4f1d5e8b7a69302f1e2d3c4b5a69788796a5b4";
pub(crate) const COMMIT: &str = "1a2b3c4d5e6f708192a3b4c5d6e7f80910213243";
const MASK: &str = "sk-ant-api03-R2D...igAA";

/// The report as text, without colours, 100 columns wide.
pub(crate) fn render(format: Format, report: &Report) -> String {
    let mut out = Vec::new();
    write(format, report, &Options::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Returns a published schema in the folder that `SKANT_SCHEMAS` names, or in the shared data next to the project; fails
/// if there is none. No schema comes as a package, so tests of our own say what each demands as well.
pub(crate) fn published(name: &str) -> std::path::PathBuf {
    let shared = || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/schemas");
    let path = std::env::var_os("SKANT_SCHEMAS").map_or_else(shared, Into::into).join(name);
    assert!(path.exists(), "{} is not there", path.display());
    path
}

pub(crate) fn all() -> Vec<Report> {
    vec![
        Report::default(),
        staged(),
        history(),
        removed(),
        unreachable(),
        odd_places(),
        paired(),
        verified(),
        troubled(),
        hostile(),
        many(3, 7),
    ]
}

pub(crate) fn fingerprint(name: &str) -> String {
    Fingerprint::strong(&ValueId::new(name.as_bytes())).as_str().to_owned()
}

/// A place on line 3 of a file, with its masked line.
pub(crate) fn location(path: &str) -> Location {
    let name = "ANTHROPIC_API_KEY=";
    Location {
        kind: LocationKind::File,
        path: path.to_owned(),
        start: Position { line: 3, column: 19 },
        end: Position { line: 3, column: 127 },
        bytes: (64, 172),
        blob: Some(BLOB.to_owned()),
        commit: None,
        via: Vec::new(),
        in_member: None,
        companion: None,
        at_head: None,
        snippet: Some(Snippet { line: format!("{name}{MASK}"), span: (name.len(), name.len() + MASK.len()) }),
    }
}

pub(crate) fn commit(id: &str) -> CommitInfo {
    CommitInfo {
        id: id.to_owned(),
        author: "Ada Example <ada@example.org>".to_owned(),
        date: Some("2026-01-02T03:04:05Z".to_owned()),
    }
}

/// A reason with a text and nothing else of interest.
pub(crate) fn reason(text: &str) -> Reason {
    Reason::new(ReasonCode::FullStructure, text)
}

/// A finding in one file, as a scan of staged files reports it.
pub(crate) fn finding() -> Finding {
    let fingerprint = Fingerprint::strong(&ValueId::new(b"sample"));
    let comment = format!("skant:allow anthropic-api-key/{fingerprint} -- REASON");
    Finding {
        rule: "anthropic-api-key".into(),
        title: "Anthropic API key".into(),
        provider: true,
        severity: Severity::Critical,
        confidence: Confidence::High,
        fingerprint,
        secret: Masked { text: MASK.to_owned(), length: 108 },
        locations: vec![location("app/.env")],
        places: 1,
        history: None,
        reasons: vec![
            reason("has the full structure of an Anthropic API key (prefix, 93 characters, ending)"),
            Reason::new(ReasonCode::AssignedName, "is assigned to `ANTHROPIC_API_KEY`")
                .with("name", "ANTHROPIC_API_KEY"),
        ],
        help: vec![
            "Revoke the key at https://console.anthropic.com/settings/keys: whoever has seen it can use it."
                .to_owned(),
            "Read the new key from the environment or a secret store, take it out of the file, and stage the \
             file again (`git add app/.env`)."
                .to_owned(),
            format!("If it is no secret, say so on its line: `{comment}`"),
        ],
        context: None,
        verdict: None,
        verified: None,
        group: None,
    }
}

/// A report of findings whose providers were asked.
pub(crate) fn verified() -> Report {
    let answered = |answer, reason: &str, host: Option<&str>, owner: &[(&'static str, &str)]| Verified {
        answer,
        reason: reason.to_owned(),
        host: host.map(str::to_owned),
        at: host.map(|_| "2026-01-02T03:04:05Z".to_owned()),
        owner: owner
            .iter()
            .map(|(name, text)| OwnerFact { name: (*name).into(), text: (*text).to_owned() })
            .collect(),
    };
    let owner = [("organisation", "Example Ltd"), ("workspace", "wrkspc_01Example")];
    let host = Some("api.anthropic.com");
    let answers = [
        answered(Verification::Live, "the key lists models", host, &owner),
        answered(Verification::Dead, "the key is not accepted", host, &[]),
        answered(Verification::Unknown, "no harmless request", None, &[]),
    ];
    let findings = answers.into_iter().zip(["a.env", "b.env", "c.env"]).map(|(answer, path)| Finding {
        fingerprint: Fingerprint::strong(&ValueId::new(path.as_bytes())),
        locations: vec![location(path)],
        verified: Some(Box::new(answer)),
        ..finding()
    });
    Report { findings: findings.collect(), ..staged() }
}

fn scope(kind: ScopeKind) -> Scope {
    if kind == ScopeKind::History {
        let (commits, objects, blobs, bytes) = (1959, 16250, 9010, 301_004_120);
        return Scope { kind, commits, objects, blobs, bytes, ..Scope::default() };
    }
    let commits = if kind == ScopeKind::Range { 2 } else { 0 };
    Scope { kind, commits, blobs: 12, objects: 12, bytes: 34_210, ..Scope::default() }
}

fn report(kind: ScopeKind, findings: Vec<Finding>) -> Report {
    Report { scope: scope(kind), findings, ..Report::default() }
}

pub(crate) fn staged() -> Report {
    report(ScopeKind::Staged, vec![finding()])
}

fn past(at_head: bool, reachable: bool) -> History {
    let introduced = Event { commit: commit(COMMIT), path: "app/.env".to_owned() };
    History { introduced: Some(introduced), removed: None, at_head, reachable, commits: 12, held_by: None }
}

/// Refs with a value in their files, and others with it in their history only.
fn holders(in_files: &[&str], others: &[&str]) -> Holders {
    let names = in_files.iter().chain(others).map(|name| escape_path(name.as_bytes())).collect();
    Holders { count: in_files.len() + others.len(), in_files: in_files.len(), names }
}

fn held_by(rows: &[(RefKind, Holders)]) -> Box<HeldBy> {
    let mut held_by = HeldBy::default();
    for (kind, holders) in rows {
        *held_by.of_mut(*kind) = holders.clone();
    }
    Box::new(held_by)
}

/// A value in nine places of a history, still at a branch head.
pub(crate) fn history() -> Report {
    let mut places: Vec<Location> = ["app/.env", "b.yml", "c.yml", "d.yml", "e.yml", "f.yml", "g.yml"]
        .into_iter()
        .map(|path| Location { commit: Some(commit(COMMIT)), ..location(path) })
        .collect();
    places[1].commit = None;
    // In the checked-out commit the value is two lines below.
    let mut shown = location("app/.env");
    (shown.start.line, shown.end.line, shown.bytes) = (5, 5, (99, 207));
    places[0].at_head = Some(Box::new(shown));
    let held_by = held_by(&[
        (RefKind::Branch, holders(&["main", "dev"], &["old"])),
        (RefKind::Tag, holders(&["v1.2"], &["v1.0"])),
        (RefKind::Reflog, holders(&[], &["HEAD"])),
    ]);
    let history = Some(History { held_by: Some(held_by), ..past(true, true) });
    let found = Finding { locations: places, places: 9, history, ..finding() };
    report(ScopeKind::History, vec![found])
}

/// A value that a later commit took away.
pub(crate) fn removed() -> Report {
    let mut history = past(false, true);
    history.removed = Some(Event {
        commit: CommitInfo { date: None, ..commit("99887766554433221100ffeeddccbbaa00112233") },
        path: "app/.env".to_owned(),
    });
    history.commits = 1;
    history.held_by =
        Some(held_by(&[(RefKind::Branch, holders(&[], &["main"])), (RefKind::Tag, holders(&["v1.2"], &[]))]));
    let place = Location { commit: Some(commit(COMMIT)), ..location("app/.env") };
    report(ScopeKind::History, vec![Finding { locations: vec![place], history: Some(history), ..finding() }])
}

/// One value in a branch, one that only unreachable objects hold.
pub(crate) fn unreachable() -> Report {
    let lost = History { introduced: None, commits: 0, ..past(false, false) };
    let place = Location { path: format!("blob {}", &BLOB[..12]), snippet: None, ..location("") };
    let found = Finding {
        locations: vec![place],
        history: Some(lost),
        reasons: vec![reason("has the full structure of an Anthropic API key")],
        help: vec![format!("See it with `git cat-file -p {BLOB}`.")],
        ..finding()
    };
    report(ScopeKind::History, vec![found])
}

/// Places that stand in no file, and one behind two decodings.
pub(crate) fn odd_places() -> Report {
    let kinds = [
        (LocationKind::File, "backup.zip"),
        (LocationKind::Message, "commit 1a2b3c4d5e6f"),
        (LocationKind::Path, "keys/********.txt"),
        (LocationKind::Ref, "refs/heads/********"),
        (LocationKind::Identity, "author of commit 1a2b3c4d5e6f"),
    ];
    let mut places: Vec<Location> =
        kinds.into_iter().map(|(kind, path)| Location { kind, ..location(path) }).collect();
    places[0].via = vec!["zip:inner/config.env".to_owned(), "base64".to_owned()];
    places[0].in_member = Some(Position { line: 12, column: 7 });
    places[0].at_head = Some(Box::new(places[0].clone()));
    places[1].commit = Some(commit(COMMIT));
    places[4].snippet = Some(Snippet { line: format!("Ada {MASK} <ada@example.org>"), span: (4, 27) });
    report(ScopeKind::Range, vec![Finding { places: places.len(), locations: places, ..finding() }])
}

/// A secret with its other half.
pub(crate) fn paired() -> Report {
    let mut place = location("app/.env");
    place.companion = Some(Companion {
        name: "AWS access key id".into(),
        masked: "AKIA...7WLM".to_owned(),
        start: Position { line: 2, column: 21 },
        end: Position { line: 2, column: 41 },
        bytes: (40, 60),
    });
    report(ScopeKind::Staged, vec![Finding { locations: vec![place], ..finding() }])
}

/// No findings, but suppressed ones, problems and many notes.
pub(crate) fn troubled() -> Report {
    let suppressed = |name: &str, by, reason: &str, kind, path: &str| Suppressed {
        fingerprint: Fingerprint::strong(&ValueId::new(name.as_bytes())),
        rule: "anthropic-api-key".into(),
        by,
        reason: reason.to_owned(),
        kind,
        path: path.to_owned(),
        line: 7,
    };
    let problem = |kind, path: Option<&str>, message: &str| Problem {
        kind,
        path: path.map(str::to_owned),
        message: message.to_owned(),
    };
    let note = |number: usize| Problem {
        kind: ProblemKind::LfsPointer,
        path: Some(format!("assets/{number}.bin")),
        message: "is a Git LFS pointer; its content is not here and was not read".to_owned(),
    };
    Report {
        suppressed: vec![
            suppressed(
                "suppressed",
                SuppressedBy::Inline,
                "rotated, see runbook",
                LocationKind::File,
                "docs/setup.md",
            ),
            suppressed("other", SuppressedBy::Config, "", LocationKind::Message, "commit 1a2b3c4d5e6f"),
        ],
        problems: vec![
            problem(
                ProblemKind::Unreadable,
                Some("private/key.pem"),
                "permission denied; give yourself the right to read it (`chmod u+r private/key.pem`) or exclude it",
            ),
            problem(
                ProblemKind::ShallowClone,
                None,
                "the history was cut by a shallow clone; get the rest with `git fetch --unshallow`",
            ),
        ],
        notes: (1..=7).map(note).collect(),
        ..report(ScopeKind::Worktree, Vec::new())
    }
}

/// Names and lines that try to break out of every syntax.
pub(crate) fn hostile() -> Report {
    let names: [&[u8]; 15] = [
        b"with space/and#hash?query",
        b"already%25/%zz",
        b"not-utf8-\xff\xfe",
        b"line\nbreak\x1b[31m",
        "bidi-\u{202e}gpj.exe".as_bytes(),
        "grün/日本語/🦀.rs".as_bytes(),
        br#"quote"'and\back"#,
        b"</script><script>alert(1)</script>]]>",
        b"scheme:with-colon",
        b"//host/share",
        b"[link](https://example.org){0}",
        b"::set-output name=x::y",
        b"##vso[task.setvariable variable=x]y ##[error]z",
        b"a|b`c`<b>@someone #1 www.example.org *x* _y_ \xef\xbf\xbf\xef\xbf\xbe.md",
        &[b'x'; 3000],
    ];
    let findings = names
        .iter()
        .map(|name| {
            let mut place = location(&escape_path(name));
            let start = format!("{}: ", escape_terminal(name));
            place.snippet = Some(Snippet {
                line: format!("{start}{MASK} </script> ]]> ::error::x {}", escape_terminal(b"\x07 %25")),
                span: (start.len(), start.len() + MASK.len()),
            });
            let reasons = vec![reason(&format!("stands in {}", escape_terminal(name)))];
            Finding { locations: vec![place], reasons, ..finding() }
        })
        .collect();
    let path = Some(escape_path(names[3]));
    let note = Problem { kind: ProblemKind::SpecialFile, path, message: "a pipe ](x) {0}".to_owned() };
    Report { notes: vec![note], ..report(ScopeKind::Worktree, findings) }
}

/// As many findings, each with as many places.
pub(crate) fn many(findings: usize, places: usize) -> Report {
    let found = |number: usize| Finding {
        fingerprint: Fingerprint::strong(&ValueId::new(&number.to_be_bytes())),
        locations: (0..places).map(|place| location(&format!("{number}/{place}.env"))).collect(),
        places,
        ..finding()
    };
    report(ScopeKind::Worktree, (0..findings).map(found).collect())
}
