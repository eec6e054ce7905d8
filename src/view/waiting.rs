//! What somebody sees who has an account and waits to be let in.

use serde::Serialize;

use super::page::Template;

/// That page.
#[derive(Serialize)]
pub struct Waiting {
    /// What they are called.
    pub name: String,
}

impl Template for Waiting {
    const NAME: &'static str = "waiting.html";
    const KIND: &'static str = "waiting";
}
