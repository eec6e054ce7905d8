//! The page that tells how to write: what is typed beside what is drawn of it, and the commands.

use serde::Serialize;

use super::lobby::RoomLink;
use super::page::Template;
use super::texts;
use crate::markup;

/// What stands around a word, and the key of that word.
const EXAMPLES: [(&str, &str, &str); 9] = [
    ("**", "writing-bold", "**"),
    ("*", "writing-italic", "*"),
    ("~~", "writing-struck", "~~"),
    ("`", "writing-code", "`"),
    ("```js\n", "writing-block", "\n```"),
    ("> ", "writing-quote", ""),
    ("- ", "writing-list", ""),
    ("[", "writing-link", "](https://example.com)"),
    (":tada: ", "writing-emoji", ""),
];

/// The page.
#[derive(Serialize)]
pub struct Writing {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// Where it leads back to.
    pub back: String,
    examples: Vec<Example>,
    commands: [(&'static str, &'static str); 6],
}

#[derive(Serialize)]
struct Example {
    typed: String,
    html: String,
}

impl Writing {
    /// The page for somebody with these rooms.
    pub fn new(rooms: Vec<RoomLink>, back: String) -> Writing {
        let examples = EXAMPLES.map(|(before, key, behind)| {
            let typed = format!("{before}{}{behind}", texts::plain(key));
            let html = markup::words(&typed);
            Example { typed, html }
        });
        Writing {
            rooms,
            back,
            examples: examples.into(),
            commands: [
                ("/me", "command-me"),
                ("/shrug", "command-shrug"),
                ("/topic", "command-topic"),
                ("/invite", "command-invite"),
                ("/leave", "command-leave"),
                ("/help", "command-help"),
            ],
        }
    }
}

impl Template for Writing {
    const NAME: &'static str = "writing.html";
    const KIND: &'static str = "writing";
}
