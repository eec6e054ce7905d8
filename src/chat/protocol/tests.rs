use super::*;

#[test]
fn a_frame_is_a_post_a_mark_or_a_ping() {
    let post = Request::parse(r#"{"message":"hi"}"#).unwrap();
    assert!(
        matches!(post, Request::Post { client_id: None, reply_to: None, ref text, .. } if text.as_str() == "hi")
    );
    assert_eq!(
        Request::parse(r#"{"type":"ping","message":null}"#),
        Ok(Request::Ping { client_id: None })
    );
    assert_eq!(
        Request::parse(r#"{"type":"read","seq":7,"username":"eve"}"#),
        Ok(Request::Read {
            client_id: None,
            seq: 7
        })
    );
}

#[test]
fn what_is_wrong_is_refused_with_the_id_it_carried() {
    let deep = "[".repeat(100_000);
    for (frame, error, id) in [
        ("{", Error::BadRequest("bad-frame"), None),
        ("[]", Error::BadRequest("bad-frame"), None),
        ("{}", Error::BadRequest("bad-frame"), None),
        (deep.as_str(), Error::BadRequest("bad-frame"), None),
        (
            r#"{"message":7,"client_id":"a"}"#,
            Error::BadRequest("bad-frame"),
            Some("a"),
        ),
        (
            r#"{"message":"x","client_id":"a","reply_to":"1"}"#,
            Error::BadRequest("bad-frame"),
            Some("a"),
        ),
        (
            r#"{"message":"\ud800"}"#,
            Error::BadRequest("bad-frame"),
            None,
        ),
        (
            r#"{"message":"x","client_id":"a b"}"#,
            Error::BadRequest("bad-client-id"),
            None,
        ),
        (
            r#"{"message":" ","client_id":"a"}"#,
            Error::Empty,
            Some("a"),
        ),
        (
            r#"{"type":"message","client_id":"a"}"#,
            Error::Empty,
            Some("a"),
        ),
        (
            r#"{"message":"a\u0000b","client_id":"a"}"#,
            Error::BadRequest("bad-nul"),
            Some("a"),
        ),
        (
            r#"{"type":"edit","seq":0,"message":"x"}"#,
            Error::BadRequest("bad-seq"),
            None,
        ),
        (
            r#"{"type":"edit","seq":1,"client_id":"a"}"#,
            Error::Empty,
            Some("a"),
        ),
        (
            r#"{"type":"read","seq":-1}"#,
            Error::BadRequest("bad-seq"),
            None,
        ),
        (
            r#"{"type":"read","seq":9223372036854775808}"#,
            Error::BadRequest("bad-frame"),
            None,
        ),
        (
            r#"{"type":"dance","client_id":"a"}"#,
            Error::BadRequest("bad-type"),
            Some("a"),
        ),
    ] {
        let unreadable = Request::parse(frame).unwrap_err();
        let shown = &frame[..frame.len().min(60)];
        assert_eq!(unreadable.error, error, "{shown}");
        assert_eq!(
            unreadable.client_id.as_ref().map(ClientId::as_str),
            id,
            "{shown}"
        );
    }
}
