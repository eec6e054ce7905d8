//! Code, links, emoji and names in a text.

use super::*;
use crate::mentions::Everyone;

#[test]
fn code_is_coloured_where_its_language_is_known() {
    let html = drawn("```rust\nfn main() { let a = \"x\"; } // 1\n```");
    for part in [
        "<pre data-language=\"Rust\"><code><span class=\"code-keyword\">fn </span>",
        "<span class=\"code-name\">main</span>",
        "<span class=\"code-string\">\"x\"</span>",
        "<span class=\"code-comment\">// 1</span>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    let html = drawn("```diff\n-a\n+b\n```");
    assert!(
        html.contains("code-removed") && html.contains("code-added"),
        "{html}"
    );
    assert_eq!(
        drawn("```nothing-known\na = 1\n```"),
        "<pre data-language=\"nothing-known\"><code>a = 1</code></pre>"
    );
    let long = format!("```js\n{}\n```", "let a = 1;\n".repeat(1_400));
    assert!(!drawn(&long).contains("<span"), "long code stays plain");
}

#[test]
fn links_lead_to_pages_and_mailboxes_only() {
    const REL: &str = "target=\"_blank\" rel=\"noopener noreferrer nofollow\"";
    let link = |address: &str, words: &str| format!("<a href=\"{address}\" {REL}>{words}</a>");
    for (text, html) in [
        (
            "[a **b**](https://example.com/)",
            link("https://example.com/", "a <strong>b</strong>"),
        ),
        (
            "[a](https://example.com/x_y_(z) \"title\")",
            link("https://example.com/x_y_(z)", "a"),
        ),
        (
            "[write](mailto:a@example.com)",
            link("mailto:a@example.com", "write"),
        ),
        (
            "see https://example.com/a_b_c*d*e.",
            format!(
                "see {}.",
                link(
                    "https://example.com/a_b_c*d*e",
                    "https://example.com/a_b_c*d*e"
                )
            ),
        ),
        (
            "**https://example.com/**",
            format!(
                "<strong>{}</strong>",
                link("https://example.com/", "https://example.com/")
            ),
        ),
        (
            "_https://example.com/a_",
            format!(
                "<em>{}</em>",
                link("https://example.com/a", "https://example.com/a")
            ),
        ),
        (
            "https://example.com/a__init__",
            link(
                "https://example.com/a__init__",
                "https://example.com/a__init__",
            ),
        ),
        (
            "https://example.com/?a=1&copy=2",
            link(
                "https://example.com/?a=1&amp;copy=2",
                "https://example.com/?a=1&amp;copy=2",
            ),
        ),
        (
            "<https://example.com/>",
            format!(
                "&lt;{}&gt;",
                link("https://example.com/", "https://example.com/")
            ),
        ),
        (
            "![a](https://example.com/a.png)",
            format!(
                "![a]({})",
                link("https://example.com/a.png", "https://example.com/a.png")
            ),
        ),
        (
            "[https://example.com/](https://example.com/x)",
            link("https://example.com/x", "https://example.com/"),
        ),
        (
            "[https://bank.example](https://evil.example/)",
            format!(
                "[{}]({})",
                link("https://bank.example", "https://bank.example"),
                link("https://evil.example/", "https://evil.example/")
            ),
        ),
    ] {
        assert_eq!(drawn(text), html, "{text}");
    }
    stay_as_typed(&[
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](java&#115;cript:alert(1))",
        "[a](\u{1}javascript:alert(1))",
        "[a](data:text/html,x)",
        "[a](vbscript:x)",
        "[a](/path)",
        "[a](#part)",
        "[a](file:///etc/passwd)",
        "[](https:)",
        "javascript://x%0aalert(1)",
        "data://text/html,x",
        "file:///etc/passwd",
        "https://example.com/\u{202E}gpj.exe",
        "[a](https://example.com/\u{202E}gpj.exe)",
    ]);
}

#[test]
fn emoji_are_named_between_colons_and_large_alone() {
    const LARGE: &str = "<span class=\"emoji-alone\">";
    are_drawn(&[
        ("well done :tada:", "well done 🎉"),
        (":+1::-1:, (:wave:)", "👍👎, (👋)"),
        ("*:stuck_out_tongue:*", "<em>😛</em>"),
        ("\\:tada:", ":tada:"),
        (":tada:", &format!("{LARGE}🎉</span>")),
        ("🎉 👍🏽\n❤️", &format!("{LARGE}🎉 👍🏽<br>❤️</span>")),
        (" :tada: ", &format!("{LARGE}🎉</span>")),
    ]);
    assert_eq!(draw(&"🎉".repeat(13), &[]), None, "many are text");
    assert_eq!(draw("🎉!", &[]), None);
}

#[test]
fn a_backslash_takes_meaning_away() {
    are_drawn(&[
        ("\\*a\\*", "*a*"),
        ("\\_a_", "_a_"),
        ("\\`a`", "`a`"),
        ("**a\\*b**", "<strong>a*b</strong>"),
    ]);
}

#[test]
fn names_are_drawn_where_they_stand_and_cannot_be_forged() {
    let everyone = |text: &str| {
        let draft = draft(text);
        let mentions = crate::mentions::again(text, &draft.places(text), &["ada"], true);
        draft.html(text, &mentions).unwrap_or_default()
    };
    const ADA: &str = "<span class=\"mention\" data-username=\"ada\">@ada</span>";
    for (text, html) in [
        ("@ada", ADA.to_owned()),
        ("**@ada**", format!("<strong>{ADA}</strong>")),
        ("_@ada_", format!("<em>{ADA}</em>")),
        (
            "> - hi @ada!",
            format!("<blockquote><ul><li>hi {ADA}!</li></ul></blockquote>"),
        ),
        (
            "`@ada`\n@room",
            "<code>@ada</code><br><span class=\"mention mention--all\">@room</span>".to_owned(),
        ),
        ("a ` b\n\n@ada ` c", format!("a ` b<br><br>{ADA} ` c")),
        ("```\n@ada", "<pre><code>@ada</code></pre>".to_owned()),
    ] {
        assert_eq!(everyone(text), html, "{text}");
        assert_eq!(
            redraw(text, Some(&html)).unwrap_or_default(),
            html,
            "{text} again"
        );
    }
    let html = everyone("@ada");
    assert!(names(&html, "ada") && !names(&html, "ben"));
    let all = draw(
        "@here",
        &[Mention {
            place: 0..5,
            whom: Whom::Everyone(Everyone::Here),
        }],
    )
    .unwrap();
    assert!(names(&all, "ben"));
    let forged = drawn("<span class=\"mention\" data-username=\"ben\">\n");
    assert!(!names(&forged, "ben"), "{forged}");
}
