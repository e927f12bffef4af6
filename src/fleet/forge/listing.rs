//! The list of the repositories of an owner: page by page, politely, and whole or not at all.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use miette::Diagnostic;
use thiserror::Error;

use super::answer::{Listed, PAGE, Page, api_host, paths, read_page};
use super::token::Token;
use super::{ForgeSource, Kind};
use crate::net::{Answer, Exchange, Failure, Method, Request};

/// The most pages of one list.
const MAX_PAGES: usize = 20_000;

/// The most attempts for one page, waits for the end of a rate limit aside.
const ATTEMPTS: u32 = 3;

/// The most waits for the end of a rate limit for one page.
const MAX_WAITS: u32 = 5;

/// The longest wait for the end of a rate limit. GitHub's counts begin anew each hour.
const LONGEST_WAIT: Duration = Duration::from_secs(3900);

/// The pause before the second attempt; it is four times as long before the third.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether repositories of a kind are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    #[default]
    Yes,
    No,
    Only,
}

impl Choice {
    const fn takes(self, is: bool) -> bool {
        match self {
            Self::Yes => true,
            Self::No => !is,
            Self::Only => is,
        }
    }
}

/// Which repositories of a list are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) archived: Choice,
    pub(crate) forks: Choice,
}

impl Wanted {
    /// Whether a repository is wanted.
    pub(crate) const fn takes(self, listed: &Listed) -> bool {
        self.archived.takes(listed.archived) && self.forks.takes(listed.fork)
    }
}

/// Why there is no list.
#[derive(Debug, Error, Diagnostic)]
pub(crate) enum ListingError {
    #[error("{host} gave no list of `{owner}`: {failure}")]
    #[diagnostic(code(skant::fleet::no_answer), help("try again; a part of a list makes no inventory"))]
    NoAnswer { host: String, owner: String, failure: Failure },
    #[error("{host} does not show the repositories of `{owner}` ({status})")]
    #[diagnostic(
        code(skant::fleet::refused),
        help("check the name, and set a token that may list its repositories in {variables}")
    )]
    Refused { host: String, owner: String, status: u16, variables: String },
    #[error("{host} answered {status}")]
    #[diagnostic(code(skant::fleet::status), help("try again later"))]
    Status { host: String, status: u16 },
    #[error("{host} asks to wait for {seconds} seconds")]
    #[diagnostic(code(skant::fleet::rate_limit), help("try again then, or set a token in {variables}"))]
    RateLimit { host: String, seconds: u64, variables: String },
    #[error("an answer of {host} has not the documented form")]
    #[diagnostic(code(skant::fleet::form), help("check that the address is the one of {forge}"))]
    Form { host: String, forge: &'static str },
    #[error("{host} says that `{owner}` has {expected} repositories, and lists {found}")]
    #[diagnostic(code(skant::fleet::changed), help("the list changed while it was read; run it again"))]
    Changed { host: String, owner: String, expected: usize, found: usize },
    #[error("the list of {host} does not end")]
    #[diagnostic(code(skant::fleet::endless), help("check that the address is the one of a forge"))]
    Endless { host: String },
}

/// Sends a request.
pub(crate) type Send<'s> = dyn Fn(&Request) -> Exchange + 's;

/// How a list is asked for.
pub(crate) struct Listing<'l> {
    pub(crate) source: &'l ForgeSource,
    pub(crate) send: &'l Send<'l>,
    /// Waits, and tells a person why.
    pub(crate) wait: &'l dyn Fn(Duration, &str),
    /// Whether a person has ended the run.
    pub(crate) is_ended: &'l dyn Fn() -> bool,
    pub(crate) token: Option<Token>,
}

impl<'l> Listing<'l> {
    /// Prepares a list with the token of the environment.
    pub(crate) fn new(
        source: &'l ForgeSource,
        send: &'l Send<'l>,
        wait: &'l dyn Fn(Duration, &str),
        is_ended: &'l dyn Fn() -> bool,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        Self { source, send, wait, is_ended, token: Token::of_forge(source.forge, &source.host, variable) }
    }

    /// Returns the whole list.
    ///
    /// # Errors
    /// A page cannot be read.
    pub(crate) fn read(&self) -> Result<Vec<Listed>, ListingError> {
        let (mut all, mut known) = (Vec::new(), BTreeSet::new());
        let mut kind = 0;
        let mut total = None;
        for number in 1..=MAX_PAGES {
            let paths = paths(self.source, number);
            let page = loop {
                match self.page(&paths[kind])? {
                    Some(page) => break page,
                    // An owner who is no organisation may be a user.
                    None if number == 1 && kind + 1 < paths.len() => kind += 1,
                    None => return Err(self.refused(404)),
                }
            };
            let is_full = page.listed.len() >= PAGE;
            total = page.total.or(total);
            for listed in page.listed {
                // A list that changes meanwhile may repeat an entry.
                if known.insert(listed.path.clone()) {
                    all.push(listed);
                }
            }
            if !page.says_next && !is_full {
                return self.checked(all, total);
            }
        }
        Err(ListingError::Endless { host: self.host() })
    }

    fn checked(&self, all: Vec<Listed>, total: Option<usize>) -> Result<Vec<Listed>, ListingError> {
        match total {
            Some(expected) if expected != all.len() => Err(ListingError::Changed {
                host: self.host(),
                owner: self.source.owner.clone(),
                expected,
                found: all.len(),
            }),
            _ => Ok(all),
        }
    }

    /// Returns a page; `None` if the owner is not there.
    fn page(&self, path: &str) -> Result<Option<Page>, ListingError> {
        let mut request = Request {
            method: Method::Get,
            host: self.host(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: None,
        };
        request.headers.extend(self.token.as_ref().map(Token::header));
        let (mut attempts, mut waits) = (0, 0);
        loop {
            let exchange = if (self.is_ended)() { Err(Failure::Connection) } else { (self.send)(&request) };
            if (self.is_ended)() {
                return self.read_answer(exchange);
            }
            if let Ok(answer) = &exchange
                && let Some(wait) = rate_limit_wait(answer, now())
            {
                waits += 1;
                if wait > LONGEST_WAIT || waits > MAX_WAITS {
                    let (host, variables) = (self.host(), self.variables());
                    return Err(ListingError::RateLimit { host, seconds: wait.as_secs(), variables });
                }
                (self.wait)(wait, &format!("{} asks to wait", self.host()));
                continue;
            }
            attempts += 1;
            let may_pass = match &exchange {
                Ok(answer) => answer.status >= 500,
                Err(failure) => failure.is_transient(),
            };
            if may_pass && attempts < ATTEMPTS {
                (self.wait)(PAUSE * 4_u32.pow(attempts - 1), &format!("{} did not answer", self.host()));
                continue;
            }
            return self.read_answer(exchange);
        }
    }

    fn read_answer(&self, exchange: Exchange) -> Result<Option<Page>, ListingError> {
        let (host, owner) = (self.host(), self.source.owner.clone());
        let answer =
            exchange.map_err(|failure| ListingError::NoAnswer { host: host.clone(), owner, failure })?;
        match answer.status {
            200 if answer.is_cut => Err(ListingError::Form { host, forge: self.source.forge.name }),
            200 => {
                let header = |name: &str| answer.header(name).map(str::to_owned);
                let page = read_page(self.source.forge.kind, &answer.body, &header);
                page.map(Some).ok_or(ListingError::Form { host, forge: self.source.forge.name })
            }
            404 => Ok(None),
            status @ (401 | 403) => Err(self.refused(status)),
            status => Err(ListingError::Status { host, status }),
        }
    }

    fn refused(&self, status: u16) -> ListingError {
        let owner = self.source.owner.clone();
        ListingError::Refused { host: self.host(), owner, status, variables: self.variables() }
    }

    fn host(&self) -> String {
        api_host(self.source)
    }

    fn variables(&self) -> String {
        let names: Vec<String> =
            self.source.forge.token_variables.iter().map(|name| format!("`{name}`")).collect();
        names.join(" or ")
    }

    /// Returns the URL of a repository for git: the host is that of the source, whatever the answer says.
    pub(crate) fn url(&self, listed: &Listed) -> String {
        format!("https://{}/{}.git", self.source.host, listed.path)
    }

    /// Whether the forge knows archived repositories.
    pub(crate) fn knows_archived(&self) -> bool {
        self.source.forge.kind != Kind::Bitbucket
    }
}

/// Returns how long a forge asks to wait: by `Retry-After`, or until its count of requests begins anew.
fn rate_limit_wait(answer: &Answer, now: u64) -> Option<Duration> {
    let number = |name: &str| answer.header(name).and_then(|text| text.trim().parse::<u64>().ok());
    let is_spent =
        ["x-ratelimit-remaining", "ratelimit-remaining"].into_iter().any(|name| number(name) == Some(0));
    let after = number("retry-after");
    if answer.status != 429 && !(answer.status == 403 && (is_spent || after.is_some())) {
        return None;
    }
    let reset = number("x-ratelimit-reset").or_else(|| number("ratelimit-reset"));
    let until = reset.map(|reset| reset.saturating_sub(now) + 1);
    Some(Duration::from_secs(after.or(until).unwrap_or(60)))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "a failure is an exchange, too")]
    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Exchange {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ok(Answer { status, headers, body: body.into(), is_cut: false })
    }

    /// Asks for a list; returns it, the paths that were asked for, and the waits.
    fn read(
        text: &str,
        answers: &dyn Fn(&str, usize) -> Exchange,
    ) -> (Result<Vec<Listed>, ListingError>, Vec<String>, Vec<Duration>) {
        let source = ForgeSource::parse(text).unwrap().unwrap();
        let (paths, waits) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
        let send = |request: &Request| {
            let number = paths.borrow().len();
            paths.borrow_mut().push(request.path.clone());
            answers(&request.path, number)
        };
        let wait = |time: Duration, _: &str| waits.borrow_mut().push(time);
        let list = Listing::new(&source, &send, &wait, &|| false, &|_| None).read();
        (list, paths.into_inner(), waits.into_inner())
    }

    fn names(from: usize, to: usize) -> String {
        let all: Vec<_> =
            (from..to).map(|at| serde_json::json!({ "full_name": format!("acme/r{at}") })).collect();
        serde_json::to_string(&all).unwrap()
    }

    #[test]
    fn all_pages_are_read() {
        let next = [("link", "<x>; rel=\"next\"")];
        let (list, paths, _) = read("github:acme", &|path, _| match path.rsplit('=').next().unwrap() {
            "1" => answer(200, &next, &names(0, 50)),
            "2" => answer(200, &next, &names(40, 70)),
            "3" => answer(200, &[], &names(70, 120)),
            _ => answer(200, &[], "[]"),
        });
        assert_eq!((list.unwrap().len(), paths.len()), (120, 4));
    }

    #[test]
    fn an_owner_may_be_a_user() {
        let (list, paths, _) = read("github:ada", &|path, _| {
            if path.starts_with("/users/") { answer(200, &[], &names(0, 2)) } else { answer(404, &[], "") }
        });
        assert_eq!((list.unwrap().len(), paths.len()), (2, 2));
        let (list, ..) = read("bitbucket:ada", &|_, _| answer(404, &[], ""));
        assert!(matches!(list, Err(ListingError::Refused { status: 404, .. })));
    }

    #[test]
    fn rate_limits_are_waited_for_and_faults_are_tried_again() {
        let (list, paths, waits) = read("github:acme", &|_, number| match number {
            0 => answer(429, &[("retry-after", "7")], ""),
            1 => answer(403, &[("x-ratelimit-remaining", "0"), ("retry-after", "2")], ""),
            2 => Err(Failure::Cut),
            3 => answer(502, &[], ""),
            _ => answer(200, &[], &names(0, 1)),
        });
        assert_eq!((list.unwrap().len(), paths.len()), (1, 5));
        assert_eq!(waits, [7, 2, 1, 4].map(Duration::from_secs));
        let spent =
            |reset: &str| answer(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset)], "");
        assert_eq!(rate_limit_wait(&spent("110").unwrap(), 100), Some(Duration::from_secs(11)));
        assert_eq!(rate_limit_wait(&answer(403, &[], "").unwrap(), 100), None);
        let (list, ..) = read("github:acme", &|_, _| answer(429, &[("retry-after", "99999")], ""));
        assert!(matches!(list, Err(ListingError::RateLimit { seconds: 99_999, .. })));
    }

    #[test]
    fn a_part_of_a_list_is_an_error() {
        let next = [("link", "<x>; rel=\"next\"")];
        let part = |second: &dyn Fn() -> Exchange| {
            read("github:acme", &|path, _| {
                if path.ends_with("page=1") { answer(200, &next, &names(0, 50)) } else { second() }
            })
            .0
        };
        assert!(matches!(part(&|| Err(Failure::Cut)), Err(ListingError::NoAnswer { .. })));
        assert!(matches!(part(&|| answer(500, &[], "")), Err(ListingError::Status { status: 500, .. })));
        assert!(matches!(part(&|| answer(401, &[], "")), Err(ListingError::Refused { .. })));
        assert!(matches!(part(&|| answer(404, &[], "")), Err(ListingError::Refused { .. })));
        assert!(matches!(part(&|| answer(200, &[], "{}")), Err(ListingError::Form { .. })));
        let cut = Answer { status: 200, body: b"[]".to_vec(), is_cut: true, ..Answer::default() };
        assert!(matches!(part(&|| Ok(cut.clone())), Err(ListingError::Form { .. })));
        let total =
            |_: &str, _: usize| answer(200, &[("x-total", "3")], r#"[{"path_with_namespace": "g/a"}]"#);
        assert!(matches!(
            read("gitlab:g", &total).0,
            Err(ListingError::Changed { expected: 3, found: 1, .. })
        ));
        let (list, ..) = read("github:acme", &|_, _| answer(200, &next, "[]"));
        assert!(matches!(list, Err(ListingError::Endless { .. })));
    }
}
