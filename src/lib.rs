//! adda: a self-hosted chat server.
//!
//! The modules, in the order a message meets them on its way in: the server hands a request to `web`, which hands what was
//! said to the live rooms of `chat`, which keep it in the `store` before anyone sees it. ARCHITECTURE.md walks through it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod config;

pub mod server;

pub mod web;

pub mod chat;

pub mod view;

pub mod store;

pub mod rights;

pub mod commands;
pub mod emoji;
pub mod files;
pub mod json;
pub mod keywords;
pub mod markup;
pub mod mentions;
pub mod names;
pub mod quiet;
pub mod reactions;
pub mod search;
pub mod secrets;
pub mod telling;

pub mod metrics;

pub mod error;
