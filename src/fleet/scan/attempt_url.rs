//! One try to read a unit whose repository is remote: its refs, a mirror if they are new, the scan of the mirror.

use std::time::Instant;

use super::attempt::{Before, Run, Tried};
use super::fault::Fault;
use crate::fleet::forge::Token;
use crate::fleet::key::UnitKey;
use crate::fleet::mirror::{Mirror, RemoteRefs};
use crate::fleet::{Unit, tips};
use crate::git::Repository;

impl Run<'_> {
    /// Reads a remote unit, unless its report is there.
    pub(super) fn try_url(&self, unit: &Unit, url: &str, number: u32) -> Result<Tried, Fault> {
        let start = Instant::now();
        let token = Self::token(unit, url);
        let slot = self.slots.take();
        let refs = self.mirrors.ask(url, token.as_ref(), self.cancellation);
        drop(slot);
        let refs = refs?;
        let settings = self.program.options.settings_of(None)?;
        let expected = UnitKey::new(&unit.address.canonical(), refs.state(), self.rules, &settings.digest);
        if let Some(row) = self.done(unit, &expected) {
            return Ok(Tried::Skipped(row));
        }
        let mirror = self.mirrors.take(&unit.name(), self.work);
        let tried = self.read_mirror(unit, &mirror, (url, &refs), token.as_ref(), (number, start));
        // A connection that was cut does no harm to a kept mirror. If that is damaged, the third try makes a new one.
        let is_usable = tried.is_ok() || mirror.is_kept() && number == 1;
        self.mirrors.give_back(&unit.name(), mirror, is_usable);
        tried
    }

    fn read_mirror(
        &self,
        unit: &Unit,
        mirror: &Mirror,
        remote: (&str, &RemoteRefs),
        token: Option<&Token>,
        tried: (u32, Instant),
    ) -> Result<Tried, Fault> {
        let slot = self.slots.take();
        let updated = self.mirrors.update(mirror, remote, token, self.cancellation);
        drop(slot);
        updated?;
        let repository = Repository::open_git_dir(&mirror.path)?;
        // The refs may have changed since they were asked for.
        let state = tips::of_mirror(&repository)?;
        let until = self.program.options.settings_of(Some(&repository))?.until;
        let settings = self.program.options.settings_of(None)?;
        let key = UnitKey::new(&unit.address.canonical(), state, self.rules, &settings.digest);
        let scanned = self.scan(&unit.name(), &mirror.path)?;
        let before = Before { key, until: until.map(|day| day.to_string()) };
        self.put(unit, before, scanned, tried)
    }

    /// Returns the token for a URL: over HTTPS only, which no other host can read.
    fn token(unit: &Unit, url: &str) -> Option<Token> {
        let host = unit.address.host().filter(|_| url.starts_with("https://"))?;
        Token::for_host(&host, &|name| std::env::var(name).ok())
    }
}
