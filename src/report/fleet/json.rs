//! The merged view as one JSON object, schema version 1. Within a version fields are added, never changed.

use std::io::{self, Write};

use serde::Serialize;

use super::merged::{Coverage, Merged, MergedValue, Reading, Sighting};
use crate::finding::Event;

/// The version of the format.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Document<'m> {
    tool: &'static str,
    version: &'static str,
    schema: u32,
    /// `fleet`: a report of one repository has no such field.
    kind: &'static str,
    /// Whether everything in each repository was read.
    complete: bool,
    repositories: Sums,
    /// By severity, confidence, whether a head holds them, and the number of repositories.
    values: Vec<ValueView<'m>>,
    /// Each repository, in the order of the addresses.
    coverage: Vec<CoverageView<'m>>,
    notes: &'m [String],
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Sums {
    all: usize,
    complete: usize,
    incomplete: usize,
    failed: usize,
    missing: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ValueView<'m> {
    rule: &'m str,
    title: &'m str,
    provider: bool,
    severity: &'static str,
    confidence: &'static str,
    fingerprint: &'m str,
    masked: &'m str,
    length: usize,
    /// `confirmed` or `revoked`, if a person has said so.
    verdict: Option<&'static str>,
    /// `live`, `dead` or `unknown`, if the provider was asked.
    verification: Option<&'static str>,
    /// The number of repositories with the value.
    repositories: usize,
    /// The number of repositories in which the files of a branch head hold it.
    at_heads: usize,
    /// The first commit of all repositories, with its repository.
    first: Option<FirstView<'m>>,
    #[serde(rename = "in")]
    sightings: Vec<SightingView<'m>>,
    suppressed_in: Vec<SuppressedView<'m>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FirstView<'m> {
    repository: &'m str,
    #[serde(flatten)]
    event: EventView<'m>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EventView<'m> {
    commit: &'m str,
    date: Option<&'m str>,
    author: &'m str,
    path: &'m str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SightingView<'m> {
    repository: &'m str,
    places: usize,
    path: Option<&'m str>,
    line: Option<usize>,
    introduced: Option<EventView<'m>>,
    removed: Option<EventView<'m>>,
    at_head: bool,
    reachable: bool,
    /// The refs with the value in their files, at most 10 of each kind.
    in_files: &'m [String],
    /// The refs with the value in their history only, at most 10 of each kind.
    in_history: &'m [String],
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SuppressedView<'m> {
    repository: &'m str,
    by: &'static str,
    reason: &'m str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct CoverageView<'m> {
    repository: &'m str,
    /// `complete`, `incomplete`, `failed` or `missing`.
    state: &'static str,
    at: Option<&'m str>,
    error: Option<&'m str>,
}

impl<'m> EventView<'m> {
    fn of(event: &'m Event) -> Self {
        let Event { commit, path } = event;
        Self { commit: &commit.id, date: commit.date.as_deref(), author: &commit.author, path }
    }
}

/// Writes the merged view as one JSON object and a line break.
///
/// # Errors
/// Whatever `out` fails with.
pub(super) fn write(merged: &Merged, out: &mut dyn Write) -> io::Result<()> {
    let values = merged.values();
    let document = Document {
        tool: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        schema: SCHEMA,
        kind: "fleet",
        complete: merged.is_complete(),
        repositories: Sums {
            all: merged.coverage.len(),
            complete: merged.count(Reading::Complete),
            incomplete: merged.count(Reading::Incomplete),
            failed: merged.count(Reading::Failed),
            missing: merged.count(Reading::Missing),
        },
        values: values.iter().map(|value| view(merged, value)).collect(),
        coverage: merged.coverage.iter().map(coverage).collect(),
        notes: &merged.notes,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn view<'m>(merged: &'m Merged, value: &'m MergedValue) -> ValueView<'m> {
    let name = |index: usize| merged.coverage.get(index).map_or("", |one| one.repository.as_str());
    let first = value.first().and_then(|first| Some((first, first.introduced.as_ref()?)));
    let finding = &value.finding;
    ValueView {
        rule: &finding.rule,
        title: &finding.title,
        provider: finding.provider,
        severity: finding.severity.name(),
        confidence: finding.confidence.name(),
        fingerprint: finding.fingerprint.as_str(),
        masked: &finding.secret.text,
        length: finding.secret.length,
        verdict: finding.verdict.map(crate::finding::Verdict::name),
        verification: finding.verification().map(crate::finding::Verification::name),
        repositories: value.repositories(),
        at_heads: value.at_heads(),
        first: first.map(|(first, event)| FirstView {
            repository: name(first.repository),
            event: EventView::of(event),
        }),
        sightings: value
            .sightings
            .iter()
            .map(|sighting| sighting_view(sighting, name(sighting.repository)))
            .collect(),
        suppressed_in: value
            .suppressed
            .iter()
            .map(|one| SuppressedView { repository: name(one.repository), by: one.by, reason: &one.reason })
            .collect(),
    }
}

fn sighting_view<'m>(sighting: &'m Sighting, repository: &'m str) -> SightingView<'m> {
    SightingView {
        repository,
        places: sighting.places,
        path: sighting.path.as_deref(),
        line: sighting.line,
        introduced: sighting.introduced.as_ref().map(EventView::of),
        removed: sighting.removed.as_ref().map(EventView::of),
        at_head: sighting.at_head,
        reachable: sighting.reachable,
        in_files: &sighting.in_files,
        in_history: &sighting.in_history,
    }
}

fn coverage(one: &Coverage) -> CoverageView<'_> {
    let Coverage { repository, reading, at, error } = one;
    CoverageView { repository, state: reading.name(), at: at.as_deref(), error: error.as_deref() }
}

#[cfg(test)]
mod tests {
    use super::super::merged::tests::sample;
    use super::*;

    fn schema() -> serde_json::Value {
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
        let mut schema = settings.into_generator().into_root_schema_for::<Document<'_>>();
        schema.insert("title".into(), "Report of skant over many repositories, schema version 1".into());
        schema.into()
    }

    #[test]
    fn schema_file_matches_the_types_and_fits_a_report() {
        let generated = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/fleet-report.schema.json");
        if std::env::var_os("SNAPSHOTS").is_some_and(|wish| wish == "overwrite") {
            std::fs::write(path, &generated).unwrap();
        }
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert!(generated == stored, "SNAPSHOTS=overwrite cargo test --lib report::fleet");
        let mut out = Vec::new();
        write(&sample(), &mut out).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert!(jsonschema::validator_for(&schema()).unwrap().is_valid(&value));
        let shared =
            value["values"].as_array().unwrap().iter().find(|value| value["repositories"] == 2).unwrap();
        assert_eq!(shared["first"]["repository"], "https://example.org/b.git");
        assert_eq!((&shared["verdict"], &value["complete"]), (&"confirmed".into(), &false.into()));
        assert_eq!(value["coverage"][2]["error"], "it is not a repository");
    }
}
