//! The two methods of the prefilter find the same anchors as a comparison of each anchor at each position.

use std::sync::LazyLock;

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::detect::prefilter::*;
use crate::rules::RuleSet;

fn prefilter() -> Prefilter {
    Prefilter::new(&RuleSet::builtin())
}

static BY_TABLE: LazyLock<Prefilter> = LazyLock::new(prefilter);
static FILTERED: LazyLock<Prefilter> = LazyLock::new(|| {
    let prefilter = prefilter();
    prefilter.searched.store(WARM_UP, Ordering::Relaxed);
    prefilter
});

fn anchors_in(prefilter: &Prefilter, text: &[u8], region: &Range<usize>) -> Vec<(usize, u16)> {
    let mut found = Vec::new();
    let _ = prefilter.search(text, region, |start, number| {
        found.push((start, number));
        ControlFlow::Continue(())
    });
    found.sort_unstable();
    found
}

#[test]
fn words_are_found_in_each_case_of_names() {
    let start = ["sk-", "ant-"].concat();
    let text = format!("{start} apiKey API_KEY Api-Key userPassword MY_TOKEN clientSecret print pass sector");
    let prefilter = prefilter();
    let found = anchors_in(&prefilter, text.as_bytes(), &(0..text.len()));
    let found: Vec<&str> =
        found.iter().map(|(at, number)| &text[*at..*at + prefilter.anchor(*number).len()]).collect();
    assert_eq!(found, [&start, "apiKey", "API_KEY", "Api-Key", "Password ", "Passw", "TOKEN", "Secret"]);
}

#[test]
fn an_anchor_that_begins_inside_another_one_is_found() {
    let prefilter = prefilter();
    // `pas` and `mas` begin other anchors; their last letter begins `secret`.
    for text in ["passecret", "massecret", "secredential", "tokentoken"] {
        assert!(!anchors_in(&prefilter, text.as_bytes(), &(0..text.len())).is_empty(), "{text}");
    }
}

/// Checks that both methods find what a comparison of each anchor at each position finds. Returns the number of
/// anchors.
fn count_by_all_methods(by_first_byte: &[Vec<u16>], text: &[u8]) -> usize {
    let region = 0..text.len();
    BY_TABLE.searched.store(0, Ordering::Relaxed);
    let (by_table, filtered) = (anchors_in(&BY_TABLE, text, &region), anchors_in(&FILTERED, text, &region));
    let at = |at: usize| by_first_byte[usize::from(text[at])].iter().map(move |number| (at, *number));
    let all = region.flat_map(at).filter(|(at, number)| BY_TABLE.anchor(*number).matches_at(text, *at));
    let mut all: Vec<_> = all.collect();
    all.sort_unstable();
    assert!(by_table == all && filtered == all, "{} {} {}", by_table.len(), filtered.len(), all.len());
    all.len()
}

/// Returns the anchors that may begin with each byte.
fn by_first_byte() -> Vec<Vec<u16>> {
    let may_be = |anchor: &Anchor, byte: u8| anchor.text[0].eq_ignore_ascii_case(&byte);
    let of = |byte| (0..).zip(BY_TABLE.anchors.iter()).filter(move |(_, anchor)| may_be(anchor, byte));
    (0..=u8::MAX).map(|byte| of(byte).map(|(number, _)| number).collect()).collect()
}

#[test]
fn both_methods_find_every_anchor_in_the_examples_of_the_rules() {
    let by_first_byte = by_first_byte();
    let mut found = 0;
    for rule in RuleSet::builtin().rules() {
        for example in rule.examples.iter().chain(rule.counterexamples.iter()) {
            // Repeated, so that it is long enough for the filtered search.
            found += count_by_all_methods(&by_first_byte, &example.as_bytes().repeat(20));
        }
    }
    assert!(found > 10_000, "{found}");
}

#[test]
#[ignore = "needs ../shared/creddata/dev.tar.xz, and takes minutes"]
fn both_methods_find_every_anchor_in_all_labelled_data() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/creddata/dev.tar.xz");
    assert!(archive.exists(), "{} is not there", archive.display());
    let folder = tempfile::tempdir().unwrap();
    let unpacked =
        std::process::Command::new("tar").arg("-C").arg(folder.path()).arg("-xf").arg(&archive).status();
    assert!(unpacked.unwrap().success());
    let found = count_below(&by_first_byte(), &folder.path().join("data"));
    assert!(found > 100_000, "{found}");
}

fn count_below(by_first_byte: &[Vec<u16>], folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            if entry.file_type().unwrap().is_dir() {
                return count_below(by_first_byte, &entry.path());
            }
            count_by_all_methods(by_first_byte, &std::fs::read(entry.path()).unwrap())
        })
        .sum()
}

/// Generates dozens of anchors, whole and cut, with the characters of programs between them.
fn text_of_anchors() -> impl Strategy<Value = Vec<u8>> {
    let anchors: Vec<Vec<u8>> = BY_TABLE.anchors.iter().map(|anchor| anchor.text.to_vec()).collect();
    let whole = (0..anchors.len()).prop_map(move |at| anchors[at].clone());
    let cut = (whole.clone(), 0..6_usize).prop_map(|(text, by)| text[by.min(text.len())..].to_vec());
    let large = whole.clone().prop_map(|text| text.to_ascii_uppercase());
    let other = "( |\n|=|\"|_|-|[a-z]{1,12}|[A-Z0-9]{1,6}|[ -~])".prop_map(String::into_bytes);
    vec(prop_oneof![2 => whole, 1 => cut, 1 => large, 3 => other], 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn both_methods_find_every_anchor_in_generated_text(text in text_of_anchors(), share in 0..4_usize) {
        let region = text.len() * share / 8..text.len() - text.len() * share / 9;
        BY_TABLE.searched.store(0, Ordering::Relaxed);
        let (by_table, filtered) = (anchors_in(&BY_TABLE, &text, &region), anchors_in(&FILTERED, &text, &region));
        prop_assert!(BY_TABLE.filtered.get().is_none());
        prop_assert!(region.len() < MIN_FILTERED || FILTERED.filtered.get().is_some() == (Backend::best() > Backend::Scalar));
        let mut all = Vec::new();
        for (number, anchor) in (0..).zip(BY_TABLE.anchors.iter()) {
            all.extend(region.clone().filter(|at| anchor.matches_at(&text, *at)).map(|at| (at, number)));
        }
        all.sort_unstable();
        prop_assert_eq!(&by_table, &all);
        prop_assert_eq!(&filtered, &all);
    }

    #[test]
    fn the_parts_of_a_text_give_the_anchors_of_the_whole(
        pieces in vec("(sec|ret|tok|en|pas|sw|api|_key|sk-|ant-| |[a-z]{1,40})", 0..40),
        cuts in vec(0_usize..400, 0..6),
    ) {
        let text = pieces.concat();
        let prefilter = &FILTERED;
        let whole = anchors_in(prefilter, text.as_bytes(), &(0..text.len()));
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let parts = cuts.windows(2).flat_map(|cut| anchors_in(prefilter, text.as_bytes(), &(cut[0]..cut[1])));
        let mut parts: Vec<_> = parts.collect();
        parts.sort_unstable();
        prop_assert_eq!(parts, whole);
    }
}
