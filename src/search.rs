//! Searching: how a text becomes words, how what somebody typed is read, whether a message is what they look for, and what of it
//! is shown. No database: both have the same answers because everything that decides them is here.

pub mod tokens;

pub mod query;

pub mod document;

pub mod matching;

pub mod snippet;
