//! What people write, as it is drawn for everyone: over the socket, by the API and on pages.

use serde_json::json;

use crate::inputs::beside;
use crate::site::{Database, Site};

on_both_databases!(
    what_is_written_is_drawn_once_for_everyone,
    code_that_takes_long_keeps_its_place,
);

whatever_the_database!(
    what_an_earlier_version_drew_is_drawn_anew,
    no_text_runs_anything_in_a_page,
    a_bomb_holds_nobody_up,
);

async fn what_is_written_is_drawn_once_for_everyone(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    site.person("ben").await;
    ada.enters("lobby").await;
    for (text, html) in [
        (
            "**bold** and snake_case",
            json!("<strong>bold</strong> and snake_case"),
        ),
        ("well done :tada:", json!("well done 🎉")),
        (":tada:", json!("<span class=\"emoji-alone\">🎉</span>")),
        (
            "> _@ben_",
            json!(
                "<blockquote><em><span class=\"mention\" data-username=\"ben\">@ben</span></em></blockquote>"
            ),
        ),
        ("- a\n- b", json!("<ul><li>a</li><li>b</li></ul>")),
        ("2*3*4 at 10:30:15, #1", json!(null)),
    ] {
        let said = ada.says(text).await;
        assert_eq!((&said["message"], &said["html"]), (&json!(text), &html));
    }
    let frames = ada.history("lobby").await;
    assert_eq!(frames[0]["html"], "<strong>bold</strong> and snake_case");
    let page = ada.get("/chat/lobby/").await.expect(200, "the room").text();
    assert!(
        page.contains("dir=\"auto\"><ul><li>a</li><li>b</li></ul></div>"),
        "{page}"
    );
}

async fn what_an_earlier_version_drew_is_drawn_anew(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    site.person("ben").await;
    ada.enters("lobby").await;
    let drawn = ada.says("**@ben** and @nobody").await["html"].clone();
    ada.says("`code`").await;
    site.person("nobody").await;
    beside(
        &site,
        "UPDATE messages SET markup_version = 2, html = \
         '**<span class=\"mention\" data-username=\"ben\">@ben</span>** and @nobody' WHERE seq = 1; \
         UPDATE messages SET markup_version = 2, html = NULL WHERE seq = 2",
    );
    let history = ada.history("lobby").await;
    assert_eq!(history[0]["html"], drawn, "and names whom it named then");
    assert_eq!(history[1]["html"], "<code>code</code>");
}

async fn code_that_takes_long_keeps_its_place(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let code = format!("```rust\n{}\n```", "let a = \"x\"; // 1\n".repeat(300));
    let sent: Vec<String> = (0..20)
        .map(|number| match number % 4 {
            0 => format!("{number}\n{code}"),
            _ => format!("number *{number}*"),
        })
        .collect();
    let frames = sent.iter().map(|text| json!({ "message": text }));
    ada.socket().send_all(frames).await;
    let shown = ada.socket().next_messages(20).await;
    let shown: Vec<&str> = shown
        .iter()
        .map(|frame| frame["message"].as_str().unwrap())
        .collect();
    assert_eq!(shown, sent);
    let html = ada.history("lobby").await[0]["html"].clone();
    assert!(html.as_str().unwrap().contains("code-string"), "{html}");
}

async fn no_text_runs_anything_in_a_page(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    for text in [
        "[x](javascript:alert(1))",
        "[x](JAVASCRIPT&colon;alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](\tjavascript:alert(1))",
        "<javascript:alert(1)>",
        "![x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>\n**b**",
        "**</strong><script>alert(1)</script>**",
        "```\"><script>\nalert(1)\n```",
        "[a](https://example.com/\"onmouseover=\"alert(1))",
        "{{ 7 * 7 }} {% raw %}\n",
        "`</code><svg onload=alert(1)>`",
    ] {
        ada.says(text).await;
    }
    let page = ada.get("/chat/lobby/").await.expect(200, "the room").text();
    let (_, list) = page.split_once("id=\"messages\"").unwrap();
    let (list, _) = list.split_once("class=\"timeline__over\"").unwrap();
    for part in [
        "<script",
        "<svg on",
        "<img",
        "href=\"javascript",
        "href=\"data",
        " onmouseover=\"",
        " 49 ",
    ] {
        assert!(!list.to_lowercase().contains(part), "{part}: {list}");
    }
}

async fn a_bomb_holds_nobody_up(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    for part in [">", "[", "*a_b*", "`", "<", "- a\n", "**a ", "```js\na\n"] {
        let bomb = part.repeat(16_000 / part.len());
        ada.socket().send(&json!({ "message": bomb })).await;
        ben.says("meanwhile").await;
    }
}
