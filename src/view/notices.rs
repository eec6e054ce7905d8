//! What happened to a room, in the reader's words: the event's code picks the sentence, its arguments fill it.

use serde_json::Value;

use super::texts::{self, Arguments};
use crate::store::messages::Message;

/// The sentence of a notice; empty for what somebody said. The same as static/js/notices.js makes.
pub fn sentence(message: &Message) -> String {
    let Some(event) = &message.event else {
        return String::new();
    };
    let text = |value: &Value| isolated(value.as_str().unwrap_or_default());
    let mut arguments = Arguments::new();
    arguments.set("who", isolated(&message.name));
    arguments.set("person", text(&event["person"]["name"]));
    arguments.set("owner", text(&event["owner"]["name"]));
    arguments.set("name", text(&event["name"]));
    arguments.set("topic", text(&event["topic"]));
    let key = match event["code"].as_str().unwrap_or_default() {
        "renamed" => "notice-renamed",
        "topic" if event["topic"] == "" => "notice-topic-none",
        "topic" => "notice-topic",
        "closed" => "notice-closed",
        "archived" => "notice-archived",
        "restored" => "notice-restored",
        "added" => "notice-added",
        "removed" => "notice-removed",
        "owner" => "notice-owner",
        "no_owner" => "notice-no-owner",
        "left" if event["owner"].is_object() => "notice-left-passed-on",
        "left" => "notice-left",
        _ => "notice-other",
    };
    texts::t(key, &arguments)
}

/// A word of people's own, whose direction stays its own.
fn isolated(word: &str) -> String {
    format!("\u{2068}{word}\u{2069}")
}
