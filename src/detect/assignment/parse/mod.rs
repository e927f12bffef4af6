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

pub(crate) use inline_credentials::{
    find_authorization, find_curl_password, find_sql_password, find_url_password,
};
pub(crate) use named_value::find_named_value;
pub(crate) use types::{Assignment, Operator, Quote, is_name};

#[cfg(test)]
mod tests;
