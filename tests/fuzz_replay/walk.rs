//! Walks the packs of the corpus in a repository: along their deltas, and one object after the other by random access. Each object is read or reported as unread, and objects that both readers read are the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Mutex;

use skant::ScanControl;
use skant::internal::git::{ObjectFormat, ObjectKind, Oid, ReadError};
use skant::internal::source::history::{ObjectSet, visit, visit_one_by_one};
use skant::internal::source::{ObjectView, Visitor};
use skant::{GitEnvironment, Repository};

use fuzz_properties::pack::Files;
use testkit::Sandbox;

/// The objects that were read under each name.
type Objects = BTreeMap<Oid, BTreeSet<(ObjectKind, Vec<u8>)>>;

#[derive(Default)]
struct Seen(Mutex<Objects>);

impl Visitor for Seen {
    type State = ();

    fn visit_full(&self, blob: &ObjectView<'_>) {
        self.0.lock().unwrap().entry(blob.oid).or_default().insert((blob.kind, blob.bytes.to_vec()));
    }
}

/// Repositories of both formats, for all walks.
pub(crate) struct Walks([Sandbox; 2]);

impl Walks {
    pub(crate) fn new() -> Self {
        Self(["sha1", "sha256"].map(|format| {
            let sandbox = Sandbox::empty();
            sandbox.git(&["init", "-q", "-b", "main", &format!("--object-format={format}")]);
            sandbox
        }))
    }

    pub(crate) fn hold(&self, bytes: &[u8]) {
        let files = Files::of(bytes);
        let sandbox = &self.0[usize::from(files.format == ObjectFormat::Sha256)];
        let pack = sandbox.dir.join(format!(".git/objects/pack/pack-{}", "1".repeat(files.format.hex_len())));
        for (extension, bytes) in [("pack", &files.data), ("idx", &files.index)] {
            fs::write(pack.with_extension(extension), bytes).unwrap();
        }
        let repository =
            Repository::discover(&sandbox.dir, &GitEnvironment::default()).expect("a repository");
        let contents = ObjectSet::open(&repository).expect("a listing");
        let (own, other) = (Seen::default(), Seen::default());
        let tally = visit(&repository, &contents, &own, &ScanControl::default()).expect("walked");
        let own = own.0.into_inner().unwrap();
        let unread: BTreeSet<Oid> = tally.unread.iter().map(name_of).collect();
        // Objects whose unpacking would take more than a pack may are counted, and the report has a problem.
        let mut over_budget = tally.skipped_over_budget;
        for oid in &contents.sorted_oids() {
            let is_told = own.contains_key(oid) || unread.contains(oid) || over_budget > 0;
            assert!(is_told, "{oid} is neither read nor named");
            over_budget -= usize::from(!own.contains_key(oid) && !unread.contains(oid));
        }
        visit_one_by_one(&repository, &contents.sorted_oids(), &other, &ScanControl::default())
            .expect("read");
        // If an index has a name twice, a reader may find either entry.
        for (oid, other) in other.0.into_inner().unwrap() {
            assert!(own.get(&oid).is_some_and(|own| other.is_subset(own)), "{oid} is another one");
        }
        for extension in ["pack", "idx"] {
            fs::remove_file(pack.with_extension(extension)).unwrap();
        }
    }
}

const fn name_of(error: &ReadError) -> Oid {
    match error {
        ReadError::Missing(oid) | ReadError::Corrupt(oid, _) | ReadError::TooLarge(oid) => *oid,
    }
}
