//! Recognizes common passwords: defaults of software, walks on the keyboard, repetitions, a word with a sequence of digits.

use crate::detect::assignment::reject::literal_set::PrefixSet;
use crate::detect::assignment::value_stats::ValueStats;
use crate::detect::identifier;
use crate::detect::randomness::statistics::has_walk;

/// Default passwords of software, and the most common passwords, from the published lists of both.
static COMMON: PrefixSet<35> = PrefixSet::new(&[
    b"arangodb",
    b"cassandra",
    b"changeit",
    b"clickhouse",
    b"couchbase",
    b"docker",
    b"elastic",
    b"grafana",
    b"hunter2",
    b"iloveyou",
    b"influxdb",
    b"jenkins",
    b"keycloak",
    b"letmein",
    b"mariadb",
    b"minioadmin",
    b"mongo",
    b"mongodb",
    b"mysql",
    b"neo4j",
    b"nexus",
    b"oracle",
    b"postgres",
    b"postgresql",
    b"rabbitmq",
    b"raspberry",
    b"redis",
    b"sonar",
    b"tomcat",
    b"toor",
    b"ubuntu",
    b"vagrant",
    b"welcome",
    b"wordpress",
    b"zabbix",
]);

/// Returns whether a value is a common password, a repetition, or a walk on the keyboard or through the alphabet: `1234`,
/// `asdasd`, `fedcba`, `qwe123`, `postgres`.
pub(super) fn is_common(value: &[u8]) -> bool {
    let equals = |word: &&[u8]| value.eq_ignore_ascii_case(word);
    if value.first().is_some_and(|first| COMMON.starting_with(first.to_ascii_lowercase()).iter().any(equals))
    {
        return true;
    }
    let units = 1..=value.len() / 2;
    let is_repeated = units.into_iter().any(|unit| value.chunks(unit).all(|part| value.starts_with(part)));
    if is_repeated || value.len() >= 24 {
        return is_repeated;
    }
    let words = identifier::split_words(value);
    has_walk(value, value.len())
        || words.len() > 0 && words.iter().all(|word| word.len() > 2 && has_walk(word, word.len()))
}

/// Returns whether a value is a word and a sequence of digits from 1: `minio123`.
pub(super) fn is_word_and_sequence(value: &[u8], stats: &ValueStats) -> bool {
    const MAX_LETTERS: usize = 10;
    let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = &value[letters..];
    let digits = digits.strip_prefix(b"@").or_else(|| digits.strip_prefix(b"-")).unwrap_or(digits);
    let digits = digits.strip_suffix(b"!").unwrap_or(digits);
    (3..=MAX_LETTERS).contains(&letters)
        && letters == stats.letters()
        && digits.len() > 2
        && digits.starts_with(b"1")
        && digits.iter().all(u8::is_ascii_digit)
        && has_walk(digits, digits.len())
}

/// Returns whether a long value has so few different letters that a hand typed it: `asdfasfasfasdfas`.
pub(super) fn has_few_letters(value: &[u8], stats: &ValueStats) -> bool {
    stats.letters() == value.len()
        && value.len() >= 12
        && stats.distinct * 3 <= value.len()
        && stats.distinct < 6
}
