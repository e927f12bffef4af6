//! The requests of a run: each distinct one once, several at a time, a few for each host, again after a failure that may
//! pass. The end of the program does not wait for an answer.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::answer::{Verdict, judge};
use super::job::Job;
use crate::finding::Verification;
use crate::net::{Exchange, Failure, Request};
use crate::source::Cancellation;

/// The pause between two looks at the cancellation.
const PAUSE: Duration = Duration::from_millis(20);

/// The limits of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The most requests at a time.
    pub(crate) threads: usize,
    /// The most requests at a time to one host.
    pub(crate) per_host: usize,
    /// The most attempts for one request.
    pub(crate) attempts: u32,
    /// The time before the second attempt; it doubles for each further one.
    pub(crate) pause: Duration,
    /// The longest time that a provider may ask to wait for.
    pub(crate) longest_wait: Duration,
}

impl Limits {
    /// Returns the limits for requests that wait this long for an answer.
    pub(crate) fn for_timeout(timeout: Duration) -> Self {
        Self {
            threads: 16,
            per_host: 6,
            attempts: 3,
            pause: (timeout / 10).min(Duration::from_secs(1)),
            longest_wait: timeout * 6,
        }
    }
}

/// A function that sends a request and returns its answer.
pub(crate) type Ask = dyn Fn(&Request) -> Exchange + Send + Sync;

/// The requests that wait, and those under way.
struct Queue {
    waiting: VecDeque<(usize, Job)>,
    under_way: BTreeMap<String, usize>,
    is_ended: bool,
}

/// What the threads of a run share.
struct Run {
    queue: Mutex<Queue>,
    changed: Condvar,
    ask: Arc<Ask>,
    limits: Limits,
}

/// Sends all requests and returns their verdicts, in the order of the jobs. Jobs with the same host and the same values
/// share a request. `on_answer` is called for each job with a verdict, when it is there.
pub(crate) fn ask_all(
    ask: Arc<Ask>,
    jobs: Vec<Job>,
    limits: Limits,
    cancellation: &Cancellation,
    on_answer: &mut dyn FnMut(usize, &Verdict),
) -> Vec<Verdict> {
    let mut verdicts: Vec<Option<Verdict>> = vec![None; jobs.len()];
    let (waiting, mut sharing) = distinct(jobs);
    let mut open = waiting.len();
    let threads = limits.threads.min(open);
    let queue = Mutex::new(Queue { waiting, under_way: BTreeMap::new(), is_ended: false });
    let run = Arc::new(Run { queue, changed: Condvar::new(), ask, limits });
    let (sender, answers) = mpsc::channel();
    for _ in 0..threads {
        let (run, sender) = (Arc::clone(&run), sender.clone());
        // With fewer threads the run takes longer; without any, the requests are reported as not sent.
        let _ = std::thread::Builder::new().spawn(move || run.work(&sender));
    }
    drop(sender);
    while open > 0 && !cancellation.is_requested() {
        match answers.recv_timeout(PAUSE) {
            Ok((first, verdict)) => {
                open -= 1;
                for index in sharing.remove(&first).unwrap_or_default().into_iter().chain([first]) {
                    on_answer(index, &verdict);
                    verdicts[index] = Some(verdict.clone());
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    run.end();
    let reason = if cancellation.is_requested() {
        "interrupted before the answer"
    } else {
        "no request could be sent"
    };
    let missing = || Verdict::new(Verification::Unknown, reason);
    verdicts.into_iter().map(|verdict| verdict.unwrap_or_else(missing)).collect()
}

/// For a job, the indices of the jobs that share its request.
type Sharing = BTreeMap<usize, Vec<usize>>;

/// Returns the distinct jobs with their indices, and for each the indices of the jobs that share its request.
fn distinct(jobs: Vec<Job>) -> (VecDeque<(usize, Job)>, Sharing) {
    let mut first: BTreeMap<(String, Vec<u8>, Vec<u8>, usize), usize> = BTreeMap::new();
    let (mut waiting, mut sharing) = (VecDeque::new(), Sharing::new());
    for (index, job) in jobs.into_iter().enumerate() {
        let companion = job.value.companion().unwrap_or_default().to_vec();
        let verifier = Arc::as_ptr(&job.verifier) as usize;
        let key = (job.request.host.clone(), job.value.secret().to_vec(), companion, verifier);
        let known = *first.entry(key).or_insert(index);
        if known == index {
            waiting.push_back((index, job));
        } else {
            sharing.entry(known).or_default().push(index);
        }
    }
    (waiting, sharing)
}

impl Run {
    /// Works on the queue until it is empty or the run ends.
    fn work(&self, answers: &Sender<(usize, Verdict)>) {
        while let Some((index, job)) = self.next() {
            let verdict = self.verdict(&job);
            let mut queue = self.lock();
            if let Some(count) = queue.under_way.get_mut(&job.request.host) {
                *count -= 1;
            }
            drop(queue);
            self.changed.notify_all();
            if answers.send((index, verdict)).is_err() {
                return;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a request to a host that is not busy. `None` at the end.
    fn next(&self) -> Option<(usize, Job)> {
        let mut queue = self.lock();
        loop {
            if queue.is_ended || queue.waiting.is_empty() {
                return None;
            }
            let is_free = |(_, job): &(usize, Job)| {
                queue.under_way.get(&job.request.host).is_none_or(|count| *count < self.limits.per_host)
            };
            if let Some(at) = queue.waiting.iter().position(is_free) {
                let found = queue.waiting.remove(at)?;
                *queue.under_way.entry(found.1.request.host.clone()).or_default() += 1;
                return Some(found);
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn end(&self) {
        self.lock().is_ended = true;
        self.changed.notify_all();
    }

    /// Asks until there is an answer that a further attempt would not change.
    fn verdict(&self, job: &Job) -> Verdict {
        let mut pause = self.limits.pause;
        for attempt in 1.. {
            let sent = catch_unwind(AssertUnwindSafe(|| (self.ask)(&job.request)));
            let exchange = sent.unwrap_or(Err(Failure::Connection));
            let verdict = judge(&job.verifier, &exchange, job.value.secret());
            if !verdict.is_transient || attempt >= self.limits.attempts {
                return verdict;
            }
            let wished = exchange.ok().and_then(|answer| wished_wait(answer.header("retry-after")?));
            let wait = wished.unwrap_or(pause);
            if wait > self.limits.longest_wait {
                let seconds = wait.as_secs();
                return Verdict {
                    reason: format!("{}; it asks to wait for {seconds} seconds", verdict.reason),
                    ..verdict
                };
            }
            if !self.wait(wait) {
                return verdict;
            }
            pause *= 2;
        }
        Verdict::new(Verification::Unknown, "no request could be sent")
    }

    /// Waits; returns `false` if the run ends meanwhile.
    fn wait(&self, time: Duration) -> bool {
        let ended = |queue: &mut Queue| !queue.is_ended;
        let waited = self.changed.wait_timeout_while(self.lock(), time, ended);
        !waited.unwrap_or_else(PoisonError::into_inner).0.is_ended
    }
}

/// Returns the time that a provider asks to wait for: a number of seconds, or a date (RFC 9110).
pub(super) fn wished_wait(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    let until = SystemTime::from(date.timestamp());
    Some(until.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests;
