//! Tests of the schedule, with a function in the place of the network.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Instant;

use Verification::{Live, Unknown};

use super::*;
use crate::net::{Answer, Method};
use crate::verify::Verifiers;
use crate::verify::raw_value::RawValue;

const LIMITS: Limits = Limits {
    threads: 16,
    per_host: 3,
    attempts: 3,
    pause: Duration::from_millis(1),
    longest_wait: Duration::from_secs(1),
};

fn jobs(secrets: &[&str]) -> Vec<Job> {
    let verifiers = Verifiers::builtin();
    let job = |secret: &&str| Job {
        verifier: Arc::clone(verifiers.of_rule("anthropic-api-key").unwrap()),
        request: Request {
            method: Method::Get,
            host: "api.example.com".to_owned(),
            path: (*secret).to_owned(),
            headers: Vec::new(),
            body: None,
        },
        value: RawValue::new(secret.as_bytes().to_vec(), None),
    };
    secrets.iter().map(job).collect()
}

fn run(jobs: Vec<Job>, ask: impl Fn(&Request) -> Exchange + Send + Sync + 'static) -> Vec<Verdict> {
    ask_all(Arc::new(ask), jobs, LIMITS, &Cancellation::default(), &mut |_, _| {})
}

#[expect(clippy::unnecessary_wraps, reason = "it is one of several outcomes")]
fn live() -> Exchange {
    Ok(Answer { status: 200, body: br#"{"data":[]}"#.to_vec(), ..Answer::default() })
}

#[expect(clippy::unnecessary_wraps, reason = "it is one of several outcomes")]
fn answer(status: u16, headers: &[(&str, &str)]) -> Exchange {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ok(Answer { status, headers, ..Answer::default() })
}

#[test]
fn each_value_is_asked_once_and_few_at_a_time() {
    let (asked, now, most) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let names: Vec<String> = (0..200).map(|number| format!("secret {}", number % 100)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (counted, under_way, seen) = (Arc::clone(&asked), Arc::clone(&now), Arc::clone(&most));
    let verdicts = run(jobs(&names), move |_| {
        counted.fetch_add(1, SeqCst);
        seen.fetch_max(under_way.fetch_add(1, SeqCst) + 1, SeqCst);
        std::thread::sleep(Duration::from_millis(1));
        under_way.fetch_sub(1, SeqCst);
        live()
    });
    assert_eq!((verdicts.len(), asked.load(SeqCst)), (200, 100));
    assert!(verdicts.iter().all(|verdict| verdict.answer == Verification::Live));
    assert!((1..=LIMITS.per_host).contains(&most.load(SeqCst)));
}

#[test]
fn a_failure_that_may_pass_is_tried_again_and_others_are_not() {
    let tries = |outcome: fn(usize) -> Exchange| {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let verdict = run(jobs(&["a"]), move |_| outcome(counted.fetch_add(1, SeqCst))).remove(0);
        (count.load(SeqCst), verdict.answer)
    };
    assert_eq!(tries(|_| Err(Failure::Timeout)), (3, Unknown));
    assert_eq!(tries(|_| Err(Failure::Certificate)), (1, Unknown));
    assert_eq!(tries(|_| answer(503, &[])), (3, Unknown));
    assert_eq!(tries(|_| answer(302, &[("location", "https://evil.example/")])), (1, Unknown));
    assert_eq!(tries(|number| if number < 2 { answer(529, &[]) } else { live() }), (3, Live));
    assert_eq!(
        tries(|number| if number < 1 { answer(429, &[("retry-after", "0")]) } else { live() }),
        (2, Live)
    );
    assert_eq!(tries(|_| answer(429, &[("retry-after", "3600")])), (1, Unknown));
    assert_eq!(tries(|_| panic!("in the client")), (3, Unknown));
}

#[test]
fn a_date_to_wait_for_is_understood() {
    assert_eq!(wished_wait(" 7 "), Some(Duration::from_secs(7)));
    assert_eq!(wished_wait("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(100);
    let soon = soon.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    assert!(wished_wait(&soon).is_some_and(|wait| (90..=100).contains(&wait.as_secs())), "{soon}");
    assert_eq!(wished_wait("soon"), None);
}

#[test]
fn an_interrupted_run_does_not_wait_for_answers() {
    let cancellation = Arc::new(Cancellation::default());
    let (raised, start) = (Arc::clone(&cancellation), Instant::now());
    let ask = Arc::new(move |request: &Request| {
        if request.path == "a" {
            return live();
        }
        raised.request();
        std::thread::sleep(Duration::from_secs(30));
        live()
    });
    let mut known = Vec::new();
    let limits = Limits { threads: 1, ..LIMITS };
    let verdicts =
        ask_all(ask, jobs(&["a", "b", "c"]), limits, &cancellation, &mut |index, _| known.push(index));
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(verdicts[1..].iter().all(|verdict| verdict.reason.starts_with("interrupted")), "{verdicts:?}");
    assert!(known.len() <= 1);
}
