//! What happened to a room, in the reader's words: the event's code picks the sentence, its arguments fill it.

use serde_json::Value;

use super::texts::{self, Arguments};
use crate::store::messages::Message;

/// The sentence of a notice; empty for what somebody said. The same as static/js/notices.js makes.
pub fn sentence(message: &Message) -> String {
    let event = message.event.as_ref();
    event.map_or_else(String::new, |event| of_event(&message.name, event))
}

/// The sentence for what somebody of that name did.
pub(super) fn of_event(name: &str, event: &Value) -> String {
    let text = |value: &Value| isolated(value.as_str().unwrap_or_default());
    let mut arguments = Arguments::new();
    arguments.set("who", isolated(name));
    arguments.set("person", text(&event["person"]["name"]));
    arguments.set("owner", text(&event["owner"]["name"]));
    arguments.set("name", text(&event["name"]));
    arguments.set("topic", text(&event["topic"]));
    arguments.set("wait", wait(event["seconds"].as_i64().unwrap_or(0)));
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
        "appointed" => "notice-appointed",
        "no_owner" => "notice-no-owner",
        "read_only" if event["on"] == true => "notice-read-only",
        "read_only" => "notice-read-only-ended",
        "slow_mode" if event["seconds"] == 0 => "notice-slow-mode-ended",
        "slow_mode" => "notice-slow-mode",
        "members_add" if event["on"] == true => "notice-members-add",
        "members_add" => "notice-members-add-ended",
        "shows_reading" if event["on"] == true => "notice-shows-reading",
        "shows_reading" => "notice-shows-reading-ended",
        "left" if event["owner"].is_object() => "notice-left-passed-on",
        "left" => "notice-left",
        "handed_on" => "notice-handed-on",
        _ => "notice-other",
    };
    texts::t(key, &arguments)
}

/// How often somebody may write; empty where as often as they like.
pub fn slow_words(seconds: i64) -> String {
    if seconds == 0 {
        return String::new();
    }
    let mut arguments = Arguments::new();
    arguments.set("wait", wait(seconds));
    texts::t("composer-slow", &arguments)
}

/// How long somebody waits: `30 seconds`, `5 minutes`, and none in words.
pub fn wait(seconds: i64) -> String {
    let mut arguments = Arguments::new();
    let (key, count) = match seconds {
        0 => ("wait-none", 0),
        seconds if seconds % 3_600 == 0 => ("wait-hours", seconds / 3_600),
        seconds if seconds % 60 == 0 => ("wait-minutes", seconds / 60),
        seconds => ("wait-seconds", seconds),
    };
    arguments.set("count", count);
    texts::t(key, &arguments)
}

/// A word of people's own, whose direction stays its own.
pub(super) fn isolated(word: &str) -> String {
    format!("\u{2068}{word}\u{2069}")
}
