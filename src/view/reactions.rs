//! What a message was answered with, as pages draw it: each kind once, with who it is of in words.

use serde::Serialize;

use super::lobby::RoomLink;
use super::notices::isolated;
use super::page::Template;
use super::texts::{self, Arguments};
use crate::store::messages::Message;
use crate::store::reactions::Reaction;

/// Those that are at hand without looking for one.
pub const QUICK: [&str; 8] = ["👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀"];
/// People who are named; of more it says how many they are.
const NAMED_MAX: usize = 3;

/// Those who answered alike.
#[derive(Serialize)]
pub struct Chip {
    /// What they answered with.
    pub text: String,
    /// How many they are.
    pub count: i64,
    /// Whether the reader is one of them.
    pub mine: bool,
    /// Who they are, in words.
    pub label: String,
}

/// What a message was answered with, for a reader of that username.
pub fn chips(message: &Message, reader: &str) -> Vec<Chip> {
    let chip = |reaction: &Reaction| Chip {
        text: reaction.text.to_string(),
        count: reaction.count,
        mine: reaction.mine,
        label: label(reaction, reader),
    };
    message.reactions.iter().map(chip).collect()
}

/// Who answered, in words: the reader first. The same as static/js/reaction-words.js makes.
fn label(reaction: &Reaction, reader: &str) -> String {
    let others = reaction.usernames.iter().zip(&reaction.names);
    let others = others.filter(|(username, _)| ***username != *reader);
    let you = reaction.mine.then(|| texts::plain("reaction-you"));
    let names = you
        .into_iter()
        .chain(others.map(|(_, name)| isolated(name)));
    let names: Vec<String> = names.take(NAMED_MAX).collect();
    let more = reaction.count - i64::try_from(names.len()).unwrap_or(0);
    let mut arguments = Arguments::new();
    let places = ["first", "second", "third"];
    let key = match (names.len(), more) {
        (0 | 1, 0) => "reaction-one",
        (2, 0) => "reaction-two",
        (_, 0) => "reaction-three",
        _ => "reaction-many",
    };
    arguments.set("more", more);
    arguments.set("text", isolated(&reaction.text));
    if key == "reaction-many" {
        arguments.set("names", names.join(", "));
    }
    for (place, name) in places.into_iter().zip(names) {
        arguments.set(place, name);
    }
    texts::t(key, &arguments)
}

/// The page on which a message is answered without script.
#[derive(Serialize)]
pub struct Answering {
    /// The room.
    pub room: RoomLink,
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// The message's number.
    pub seq: i64,
    /// Who said it.
    pub name: String,
    /// What it says.
    pub text: String,
    /// What it was answered with.
    pub chips: Vec<Chip>,
    /// Who each of those is of.
    pub people: Vec<String>,
    /// Those that are at hand.
    pub quick: [&'static str; 8],
    /// Whether I may answer it.
    pub can_react: bool,
    /// Whether nothing else than an emoji may be an answer.
    pub emoji_only: bool,
}

impl Template for Answering {
    const NAME: &'static str = "reactions.html";
    const KIND: &'static str = "settings";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaction(names: &[&str], count: i64, mine: bool) -> Reaction {
        let shared = |name: &&str| std::sync::Arc::from(*name);
        Reaction {
            text: "🎉".into(),
            kind: "🎉".into(),
            place: 1,
            count,
            usernames: names.iter().map(shared).collect(),
            names: names.iter().map(shared).collect(),
            mine,
        }
    }

    #[test]
    fn a_few_are_named_and_the_reader_is_the_first_of_them() {
        let words = |names: &[&str], count, mine| {
            let words = label(&reaction(names, count, mine), "me");
            words.replace(['\u{2068}', '\u{2069}'], "")
        };
        for (names, count, mine, expected) in [
            (&["Ada"][..], 1, false, "Ada reacted with 🎉"),
            (&["me"], 1, true, "You reacted with 🎉"),
            (&["Ada", "me"], 2, true, "You and Ada reacted with 🎉"),
            (
                &["Ada", "Ben", "Cem"],
                3,
                false,
                "Ada, Ben and Cem reacted with 🎉",
            ),
            (
                &["Ada", "Ben", "Cem", "me"],
                4,
                true,
                "You, Ada, Ben and 1 other reacted with 🎉",
            ),
            (
                &["Ada", "Ben", "Cem"],
                30,
                true,
                "You, Ada, Ben and 27 others reacted with 🎉",
            ),
        ] {
            assert_eq!(words(names, count, mine), expected);
        }
    }
}
