//! Any text as a frame: it is read or refused as the protocol says, and never ends the session.

use proptest::collection::btree_map;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::names::MESSAGE_CHARACTERS_MAX;

/// Values of every type, with those among them that fields may have.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-2..5_i64).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[A-Za-z0-9_-]{0,66}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            "message", "read", "delete", "ping", "edit", "", " ", "\0"
        ])
        .prop_map(Value::from),
        prop::collection::vec(any::<i8>(), 0..3).prop_map(|numbers| json!([numbers])),
        "\\PC{0,4}".prop_map(|key| json!({key: 1})),
    ]
}

fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => prop::sample::select(vec!["type", "message", "client_id", "reply_to", "seq", "based_on"])
            .prop_map(str::to_owned),
        1 => "[a-z_]{0,10}",
    ]
}

/// What the protocol says of an object, from its words rather than from the code.
fn told(frame: &Value) -> Option<Request> {
    let text = |name: &str| match &frame[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(()),
    };
    let number = |name: &str| match &frame[name] {
        Value::Null => Ok(None),
        Value::Number(number) => number.as_i64().map(Some).ok_or(()),
        _ => Err(()),
    };
    let kind = text("type").ok()?;
    let (message, id) = (text("message").ok()?, text("client_id").ok()?);
    let (reply_to, seq) = (number("reply_to").ok()?, number("seq").ok()?);
    let based_on = number("based_on").ok()?;
    let client_id = match id {
        None => None,
        Some(id) => Some(ClientId::parse(&id).ok()?),
    };
    match kind.as_deref().unwrap_or("message") {
        "message" => Some(Request::Post {
            client_id,
            text: MessageText::parse(&message?).ok()?,
            reply_to,
            attachments: Vec::new(),
        }),
        "edit" => Some(Request::Edit {
            client_id,
            edit: Edit {
                seq: seq.filter(|seq| *seq > 0)?,
                text: MessageText::parse_edited(&message?).ok()?,
                based_on,
            },
        }),
        "read" => seq
            .filter(|seq| *seq >= 0)
            .map(|seq| Request::Read { client_id, seq }),
        "delete" => seq
            .filter(|seq| *seq > 0)
            .map(|seq| Request::Delete { client_id, seq }),
        "ping" => Some(Request::Ping { client_id }),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = Request::parse(&text);
    }

    #[test]
    fn anything_like_json_is_read_or_refused(text in r#"[\[\]{}:,"\\u0dfbtrue n1e+.-]{0,60}"#) {
        let _ = Request::parse(&text);
    }

    #[test]
    fn an_object_is_accepted_exactly_where_the_protocol_says_so(
        fields in btree_map(field(), value(), 0..6),
    ) {
        let frame = Value::from_iter(fields);
        let parsed = Request::parse(&frame.to_string());
        if let Err(unreadable) = &parsed {
            let known = unreadable.client_id.as_ref().map(ClientId::as_str);
            prop_assert!(known.is_none() || known == frame["client_id"].as_str());
        }
        prop_assert_eq!(parsed.ok(), told(&frame), "{}", frame);
    }

    #[test]
    fn what_is_not_an_object_is_refused(
        value in prop_oneof![
            value().prop_filter("no object", |value| !value.is_object()),
            // As many as a frame has fields, each of a type that one of them has.
            prop::collection::vec(value(), 0..7).prop_map(Value::from),
        ],
    ) {
        prop_assert_eq!(
            Request::parse(&value.to_string()).unwrap_err().error,
            Error::BadRequest("bad-frame")
        );
    }

    #[test]
    fn fields_in_an_array_are_no_frame(text in "[a-z]{1,9}") {
        let fields = json!(["message", text, "c-1", null, null]);
        prop_assert!(Request::parse(&fields.to_string()).is_err());
    }

    #[test]
    fn a_post_arrives_as_it_was_typed(
        text in "[^\0]{1,40}",
        id in prop::option::of("[A-Za-z0-9_-]{1,64}"),
        reply_to in prop::option::of(any::<i64>()),
    ) {
        prop_assume!(MessageText::parse(&text).is_ok());
        let frame = json!({"type": "message", "message": text, "client_id": id, "reply_to": reply_to});
        let Ok(Request::Post { client_id, text: read, reply_to: answered, .. }) = Request::parse(&frame.to_string()) else {
            panic!("{frame} is a post");
        };
        prop_assert_eq!(read.as_str(), text);
        prop_assert_eq!(client_id.as_ref().map(ClientId::as_str), id.as_deref());
        prop_assert_eq!(answered, reply_to);
    }
}

proptest! {
    // Long texts take their time.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(30) })]

    #[test]
    fn no_more_than_so_many_characters_are_taken(
        character in any::<char>().prop_filter("visible", |character| {
            MessageText::parse(&character.to_string()).is_ok()
        }),
        over in -1..2_i32,
    ) {
        let count = MESSAGE_CHARACTERS_MAX.saturating_add_signed(over as isize);
        let text = String::from_iter(std::iter::repeat_n(character, count));
        let parsed = Request::parse(&json!({"message": text}).to_string());
        prop_assert_eq!(parsed.is_ok(), over <= 0);
    }
}
