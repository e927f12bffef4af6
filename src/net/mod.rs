//! The only module with sockets: one HTTPS request, and its answer or the reason for none.
//!
//! It follows no redirect, keeps no cookie, reads no file but the system's certificates, and takes a proxy only from the
//! environment that the process was started with. A program that is linked statically starts `getent` for names. It knows no provider and no rule.

pub(crate) mod client;
pub(crate) mod failure;
pub(crate) mod proxy;
pub(crate) mod request;
mod resolver;

pub(crate) use client::Client;
pub(crate) use failure::Failure;
pub(crate) use request::{Answer, Body, Exchange, Method, Request};
