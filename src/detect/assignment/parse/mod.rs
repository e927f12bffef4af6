//! Finds the value that belongs to an anchor, with its exact span: `name = "value"`, `name: value`, `<name>value<`,
//! `--name value`, `setName("value")`, `"name", "value"`, and forms without a name. One grammar for all languages.
//!
//! Decides only where a value is, never whether it is a secret: that is the work of `reject` and the model.

pub(crate) mod cursor;
pub(crate) mod inline_credentials;
pub(crate) mod named_value;
pub(crate) mod operator;
pub(crate) mod settings_line;
pub(crate) mod types;
pub(crate) mod value;

pub(crate) use cursor::Cursor;
pub(crate) use inline_credentials::{
    find_authorization, find_curl_password, find_sql_password, find_url_password,
};
pub(crate) use named_value::{find_named_value, may_be_key};
pub(crate) use operator::{AfterName, read_operator};
pub(crate) use types::{Assignment, MAX_VALUE, MIN_VALUE, Operator, Quote, is_name, name_around};
pub(crate) use value::read_value;

#[cfg(test)]
mod tests;
