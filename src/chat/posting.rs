//! What is to be said: a text, files, or both, and the message it answers.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::files::FileId;
use crate::names::MessageText;
use crate::store::uploads::{ATTACHMENTS_MAX, Wanted};

/// Something that somebody is about to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The text; empty only beside files.
    pub text: MessageText,
    /// The message it answers.
    pub reply_to: Option<i64>,
    /// The files that it carries.
    pub attachments: Vec<Wanted>,
}

/// A file, as clients name it: by its id, or by its id and how it is shown.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Named {
    /// By its id.
    Id(String),
    /// By its id, and whether it is covered.
    Shown {
        /// Its id.
        id: String,
        /// Whether it is shown only to who asks for it.
        #[serde(default)]
        covered: bool,
    },
}

impl Posting {
    /// Checks what a client sent.
    ///
    /// Errors: `Empty` where there is nothing in it; what is wrong with the text; `BadRequest` for files that nobody can have sent, the
    /// same one twice, or too many.
    pub fn parse(
        text: Option<&str>,
        reply_to: Option<i64>,
        attachments: Vec<Named>,
    ) -> Result<Posting> {
        let attachments = wanted(attachments)?;
        let text = match text.map(MessageText::parse) {
            Some(Ok(text)) => text,
            None | Some(Err(Error::Empty)) if !attachments.is_empty() => MessageText::none(),
            None => return Err(Error::Empty),
            Some(Err(refusal)) => return Err(refusal),
        };
        Ok(Posting {
            text,
            reply_to,
            attachments,
        })
    }
}

fn wanted(named: Vec<Named>) -> Result<Vec<Wanted>> {
    let bad = Error::BadRequest("bad-attachments");
    if named.len() > ATTACHMENTS_MAX {
        return Err(bad);
    }
    let mut wanted: Vec<Wanted> = Vec::with_capacity(named.len());
    for named in named {
        let (id, covered) = match named {
            Named::Id(id) => (id, false),
            Named::Shown { id, covered } => (id, covered),
        };
        let id = FileId::parse(&id).map_err(|_| bad.clone())?;
        if wanted.iter().any(|earlier| earlier.id == id) {
            return Err(bad);
        }
        wanted.push(Wanted { id, covered });
    }
    Ok(wanted)
}

/// A text that somebody says.
#[cfg(test)]
pub(super) fn words(text: &str) -> crate::store::What {
    crate::store::What::Post {
        text: MessageText::parse(text).unwrap(),
        reply_to: None,
        attachments: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: usize) -> Vec<Named> {
        let fresh = || Named::Id(FileId::fresh().unwrap().to_string());
        (0..count).map(|_| fresh()).collect()
    }

    #[test]
    fn there_is_a_text_or_a_file() {
        assert_eq!(Posting::parse(None, None, ids(0)), Err(Error::Empty));
        assert_eq!(Posting::parse(Some(" "), None, ids(0)), Err(Error::Empty));
        let picture = Posting::parse(Some(" "), None, ids(1)).unwrap();
        assert_eq!(picture.text.as_str(), "");
        assert_eq!(picture.attachments.len(), 1);
        assert!(Posting::parse(None, Some(3), ids(10)).is_ok());
        assert!(Posting::parse(Some("tea"), None, ids(11)).is_err());
        assert!(Posting::parse(Some("a\0b"), None, ids(1)).is_err());
    }

    #[test]
    fn a_file_is_named_once_and_by_an_id() {
        let id = FileId::fresh().unwrap().to_string();
        let twice = vec![
            Named::Id(id.clone()),
            Named::Shown {
                id: id.clone(),
                covered: true,
            },
        ];
        let bad = Err(Error::BadRequest("bad-attachments"));
        assert_eq!(Posting::parse(Some("tea"), None, twice), bad);
        for id in ["", "../../etc/passwd", &id[1..]] {
            let named = vec![Named::Id(id.to_owned())];
            assert_eq!(Posting::parse(Some("tea"), None, named), bad, "{id}");
        }
    }
}
