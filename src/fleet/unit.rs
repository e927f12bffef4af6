//! One repository of an inventory.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::address::{Address, AddressError};
use crate::secret::to_hex;

/// The hexadecimal digits of a unit's name.
const DIGITS: usize = 32;

/// One repository of an inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) address: Address,
    /// The forge and the owner whose list it is from, such as `github:acme`.
    pub(crate) source: Option<String>,
    /// Whether the forge calls it archived; `None` if nobody says.
    pub(crate) archived: Option<bool>,
    /// Whether the forge calls it a fork; `None` if nobody says.
    pub(crate) fork: Option<bool>,
}

/// A line of an inventory.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct UnitLine {
    /// The canonical address: an absolute path, percent-escaped, or a URL without credentials.
    pub(crate) repository: String,
    /// The name of its files in a store: 32 hexadecimal digits.
    pub(crate) unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) archived: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fork: Option<bool>,
}

impl Unit {
    /// Makes a unit of an address that is on no list of a forge.
    pub(crate) const fn new(address: Address) -> Self {
        Self { address, source: None, archived: None, fork: None }
    }

    /// Returns the name of the unit's files: a hash of its canonical address.
    pub(crate) fn name(&self) -> String {
        name_of(&self.address.canonical())
    }

    /// Returns the line of an inventory.
    pub(crate) fn line(&self) -> UnitLine {
        let repository = self.address.canonical();
        UnitLine {
            unit: name_of(&repository),
            repository,
            source: self.source.clone(),
            archived: self.archived,
            fork: self.fork,
        }
    }
}

impl UnitLine {
    /// Returns the unit.
    ///
    /// # Errors
    /// The address is not canonical. `None` in the error: the name is not that of the address.
    pub(crate) fn into_unit(self) -> Result<Unit, Option<AddressError>> {
        let address = Address::from_canonical(&self.repository)?;
        if name_of(&self.repository) != self.unit {
            return Err(None);
        }
        Ok(Unit { address, source: self.source, archived: self.archived, fork: self.fork })
    }
}

fn name_of(repository: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"skant unit 1\0");
    hash.update(repository);
    let mut digits = to_hex(&hash.finalize());
    digits.truncate(DIGITS);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_its_unit_and_a_wrong_name_is_refused() {
        let mut unit = Unit::new(Address::Url("https://example.org/a.git".to_owned()));
        unit.archived = Some(true);
        let line = unit.line();
        assert_eq!((line.unit.len(), &line.unit), (DIGITS, &unit.name()));
        assert_eq!(line.into_unit(), Ok(unit.clone()));
        let wrong = UnitLine { unit: "0".repeat(DIGITS), ..unit.line() };
        assert_eq!(wrong.into_unit(), Err(None));
        let wrong = UnitLine { repository: "https://a:b@example.org/a.git".to_owned(), ..unit.line() };
        assert_eq!(wrong.into_unit(), Err(Some(AddressError::Password)));
    }
}
