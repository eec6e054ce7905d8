//! The id of a file: what it is asked for by, and where its bytes lie.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::secrets;

/// 130 bits: nobody comes upon somebody else's file.
const CHARACTERS: usize = 26;

/// A random word that names one file; safe in paths and addresses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(Arc<str>);

impl FileId {
    /// A new one.
    pub fn fresh() -> Result<FileId> {
        Ok(FileId(secrets::random_word(CHARACTERS)?.into()))
    }

    /// One that somebody asks for. Errors: `NotFound` for what can be none.
    pub fn parse(text: &str) -> Result<FileId> {
        if secrets::is_word(text, CHARACTERS) {
            Ok(FileId(text.into()))
        } else {
            Err(Error::NotFound)
        }
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
