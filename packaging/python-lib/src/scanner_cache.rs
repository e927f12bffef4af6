//! Scanners without a repository, kept between calls: building one compiles all rules.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use skant::{Confidence, Policy, Scanner};

/// A scanner knows the time at which it was made, and compares the expiry of tokens with it.
const MAX_AGE: Duration = Duration::from_secs(60);

struct Cached {
    made: Instant,
    min_confidence: Confidence,
    scanner: Arc<Scanner>,
}

static CACHE: Mutex<Vec<Cached>> = Mutex::new(Vec::new());

/// Returns a scanner with the built-in rules that reports findings from `min_confidence` on.
pub(crate) fn scanner(min_confidence: Confidence) -> Arc<Scanner> {
    // The scanner is made outside of the lock: a panic there must not poison it, and other threads need not wait.
    if let Some(scanner) = find(min_confidence) {
        return scanner;
    }
    let scanner = Arc::new(Scanner::new(Policy::default().with_min_confidence(min_confidence)));
    let made = Cached { made: Instant::now(), min_confidence, scanner: Arc::clone(&scanner) };
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    cache.retain(|cached| cached.min_confidence != min_confidence);
    cache.push(made);
    scanner
}

fn find(min_confidence: Confidence) -> Option<Arc<Scanner>> {
    let cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    let fits = |cached: &&Cached| cached.min_confidence == min_confidence && cached.made.elapsed() < MAX_AGE;
    cache.iter().find(fits).map(|cached| Arc::clone(&cached.scanner))
}
