//! History through the API, page by page.

use serde_json::json;

use crate::site::{Database, Site};

on_both_databases!(history_is_read_in_pages, wrong_queries_are_refused,);

async fn history_is_read_in_pages(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.socket()
        .send_all((1..=120).map(|number| json!({"message": number.to_string()})))
        .await;
    ada.socket().next_messages(120).await;
    for (query, first, last, before, after) in [
        ("", 71, 120, true, false),
        ("?limit=200", 1, 120, false, false),
        ("?limit=1", 120, 120, true, false),
        ("?before=71", 21, 70, true, true),
        ("?before=11&limit=10", 1, 10, false, true),
        ("?after=100", 101, 120, true, false),
        ("?after=0&limit=5", 1, 5, false, true),
        ("?around=60&limit=11", 55, 65, true, true),
    ] {
        let page = ada
            .reads(&format!("/api/rooms/lobby/messages{query}"))
            .await;
        let seqs: Vec<i64> = page["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| message["seq"].as_i64().unwrap())
            .collect();
        assert_eq!(
            seqs,
            (first..=last).collect::<Vec<i64>>(),
            "{query}: ascending"
        );
        assert_eq!(
            (&page["more_before"], &page["more_after"]),
            (&json!(before), &json!(after)),
            "{query}"
        );
        assert_eq!(
            (&page["revision"], &page["last_seq"]),
            (&json!(120), &json!(120)),
            "{query}"
        );
        assert!(page["epoch"].is_string(), "{query}");
    }
}

async fn wrong_queries_are_refused(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for query in [
        "messages?limit=0",
        "messages?limit=201",
        "messages?limit=1000000000",
        "messages?limit=-1",
        "messages?limit=ten",
        "messages?before=1&after=1",
        "messages?before=-1",
        "messages?before=99999999999999999999999",
        "messages?around=x",
        "changes",
        "changes?since=-1",
        "changes?since=x",
        "changes?since=0&limit=0",
        "changes?since=0&limit=1001",
        "changes?since=99999999999999999999999",
    ] {
        let refusal = ada.get(&format!("/api/rooms/lobby/{query}")).await;
        assert_eq!(refusal.status, 400, "{query}: {}", refusal.text());
        assert_eq!(refusal.code(), "bad_request", "{query}");
    }
    let beyond = ada
        .reads("/api/rooms/lobby/messages?before=9000000000000000000")
        .await;
    assert_eq!(
        beyond["messages"],
        json!([]),
        "beyond the newest there may be nothing, and that is no error"
    );
}
