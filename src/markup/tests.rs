//! What is drawn of which text.

mod bombs;
mod inside;

use std::time::{Duration, Instant};

use super::*;

/// What a text is drawn as; the text as HTML where it is shown as it is.
fn drawn(text: &str) -> String {
    words(text)
}

#[track_caller]
fn are_drawn(table: &[(&str, &str)]) {
    for (text, html) in table {
        assert_eq!(drawn(text), *html, "{text}");
    }
}

#[track_caller]
fn stay_as_typed(texts: &[&str]) {
    for text in texts {
        assert_eq!(draw(text, &[]), None, "{text}");
    }
}

#[test]
fn markup_is_drawn_as_people_use_it() {
    are_drawn(&[
        ("**bold**", "<strong>bold</strong>"),
        ("__bold__", "<strong>bold</strong>"),
        ("*it* and _it_", "<em>it</em> and <em>it</em>"),
        ("***both***", "<em><strong>both</strong></em>"),
        ("~~gone~~", "<del>gone</del>"),
        (
            "**a *b* ~~c~~**",
            "<strong>a <em>b</em> <del>c</del></strong>",
        ),
        ("say `let x = **1**;`", "say <code>let x = **1**;</code>"),
        ("``a ` b``", "<code>a ` b</code>"),
        ("(**a**)", "(<strong>a</strong>)"),
        ("这是**重要**的", "这是<strong>重要</strong>的"),
        ("**খবর**: *আজ*", "<strong>খবর</strong>: <em>আজ</em>"),
        ("*a\nb*", "<em>a<br>b</em>"),
    ]);
}

#[test]
fn what_only_looks_like_markup_stays_as_typed() {
    stay_as_typed(&[
        "snake_case",
        "a_snake_case_name and _private",
        "2*3*4",
        "2 * 3 * 4",
        "x**2 + y**2",
        "10:30:15",
        "1:100:1",
        "#1",
        "# 1",
        "## heading",
        "~5 minutes to ~10",
        "~one~",
        "/etc/hosts",
        "a * b",
        "*args and **kwargs",
        "**",
        "** bold **",
        "-1 and - 2",
        "-",
        "- ",
        "1.",
        "1.5 litres",
        "1986. A great year",
        "---",
        "***",
        "- - -",
        "+1",
        "+ 1",
        ">_<",
        ">:(",
        ">",
        ">>>",
        "a > b",
        "&amp; &copy; &#42;",
        "C:\\temp\\.cargo\\bin",
        "\\\\server\\share",
        "¯\\_(ツ)_/¯",
        "[x] done",
        "[text]",
        "[text] (https:/example)",
        "![picture](picture.png)",
        "<b>no</b>",
        "<!-- no -->",
        "<script>alert(1)</script>",
        "| a | b |",
        "    four spaces",
        "a ` b",
        ":no_such_emoji:",
        "::",
        "at 10:tada:30",
        "**a",
        "a**",
        "[a]: https:/b",
    ]);
}

#[test]
fn blocks_that_chats_do_not_have_are_lines_of_text() {
    are_drawn(&[
        ("a\n===\nb\n---\nc", "a<br>===<br>b<br>---<br>c"),
        ("# **a**\nb", "# <strong>a</strong><br>b"),
        (
            "| a | b |\n|---|---|\n| 1 | 2 |",
            "| a | b |<br>|---|---|<br>| 1 | 2 |",
        ),
        (
            "<div>\n**a**\n</div>",
            "&lt;div&gt;<br><strong>a</strong><br>&lt;/div&gt;",
        ),
        ("[a]: /b\n[a]", "[a]: /b<br>[a]"),
        ("a\n\n    b", "a<br><br>    b"),
        ("~~~\na\n~~~", "~~~<br>a<br>~~~"),
    ]);
}

#[test]
fn lines_are_kept() {
    are_drawn(&[
        ("a\nb", "a<br>b"),
        ("a\r\nb\rc", "a<br>b<br>c"),
        ("a\n\n\nb", "a<br><br><br>b"),
        ("a  \nb", "a<br>b"),
        ("a\\\nb", "a\\<br>b"),
        ("\n\na\n\n", "a"),
    ]);
}

#[test]
fn quotes_end_with_their_lines() {
    are_drawn(&[
        ("> a", "<blockquote>a</blockquote>"),
        (
            "> a\n> **b**\nc",
            "<blockquote>a<br><strong>b</strong></blockquote>c",
        ),
        ("a\n> b\n\nc", "a<blockquote>b</blockquote>c"),
        ("> a\n>\n> b", "<blockquote>a<br><br>b</blockquote>"),
        (
            "> > a\n> b",
            "<blockquote><blockquote>a</blockquote></blockquote><blockquote>b</blockquote>",
        ),
        (
            ">> a",
            "<blockquote><blockquote>a</blockquote></blockquote>",
        ),
        (
            "> - a\n> - b",
            "<blockquote><ul><li>a</li><li>b</li></ul></blockquote>",
        ),
        ("> # a", "<blockquote># a</blockquote>"),
        (
            "> ```\n> a *b*\n> ```\nc",
            "<blockquote><pre><code>a *b*</code></pre></blockquote>c",
        ),
    ]);
}

#[test]
fn lists_end_with_their_items() {
    are_drawn(&[
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        (
            "* a\n* **b**",
            "<ul><li>a</li><li><strong>b</strong></li></ul>",
        ),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>"),
        ("list:\n- a\ntext", "list:<ul><li>a</li></ul>text"),
        (
            "- a\n  - b\n- c",
            "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
        ),
        ("- a\n  more\n- b", "<ul><li>a<br>more</li><li>b</li></ul>"),
        ("1. a\n\n2. b\n\ntext", "<ol><li>a</li><li>b</li></ol>text"),
        ("born in\n86. Year", "born in<br>86. Year"),
        (
            "- [ ] tea\n- [x] milk",
            "<ul><li>[ ] tea</li><li>[x] milk</li></ul>",
        ),
    ]);
}

#[test]
fn code_is_left_alone() {
    are_drawn(&[
        (
            "```\n*a*\n\n:tada: <b>\n```",
            "<pre><code>*a*\n\n:tada: &lt;b&gt;</code></pre>",
        ),
        ("```\nopen", "<pre><code>open</code></pre>"),
        ("```\na```", "<pre><code>a</code></pre>"),
        ("look: ```\na\n```\nso", "look:<pre><code>a</code></pre>so"),
        ("```a b```", "<code>a b</code>"),
        (
            "`https://example.com/a_b`",
            "<code>https://example.com/a_b</code>",
        ),
        ("`a\nb`", "<code>a<br>b</code>"),
        (
            "```\n# a\n> b\n- c\n```",
            "<pre><code># a\n&gt; b\n- c</code></pre>",
        ),
        ("````\n```\n````", "<pre><code>```</code></pre>"),
    ]);
    // In an item too, however far in its lines stand.
    are_drawn(&[
        (
            "- ```\n  *a*\n\n    b\n  ```\n- c",
            "<ul><li><pre><code>*a*\n\n  b</code></pre></li><li>c</li></ul>",
        ),
        (
            "1. ```text\na\n# b\n```\nso",
            "<ol><li><pre data-language=\"text\"><code>a\n# b</code></pre></li></ol>so",
        ),
        (
            "> - ```\n>   a\n>   b```\n> - c",
            "<blockquote><ul><li><pre><code>a\nb</code></pre></li><li>c</li></ul></blockquote>",
        ),
        (
            "- a\n  - ```\n    b\n    ```",
            "<ul><li>a<ul><li><pre><code>b</code></pre></li></ul></li></ul>",
        ),
        (
            "- ```\n<b>",
            "<ul><li><pre><code>&lt;b&gt;</code></pre></li></ul>",
        ),
    ]);
}

#[test]
fn no_text_takes_long_to_draw() {
    drawn("```rust\nfn main() {}\n```");
    for (name, bomb) in bombs::bombs() {
        let began = Instant::now();
        let html = drawn(&bomb);
        let took = began.elapsed();
        // Unoptimised, beside other tests: the figure itself is one of the benches'.
        assert!(took < Duration::from_secs(3), "{took:?} for {name}");
        assert!(html.len() < 2 * 1024 * 1024, "{name}");
    }
}
