//! Messages that are meant to be more than text.

/// Messages of every trick; what is drawn of them is markup's own matter, and here only that nothing else comes of them.
pub fn tricks() -> Vec<String> {
    let spellings = [
        "javascript:ran=1",
        "JaVaScRiPt:ran=1",
        "java\tscript:ran=1",
        "javascript&colon;ran=1",
        "javascript&#58;ran=1",
        "&#106;avascript:ran=1",
        "%6aavascript:ran=1",
        " javascript:ran=1",
        "\u{1}javascript:ran=1",
        "vbscript:ran=1",
        "data:text/html,<script>ran=1</script>",
        "data:text/html;base64,PHNjcmlwdD5yYW49MTwvc2NyaXB0Pg==",
        "//evil.test/\"onmouseover=\"ran=1",
        "https://evil.test/'onclick='ran=1'",
    ];
    let mut tricks: Vec<String> = spellings
        .iter()
        .map(|address| {
            format!("[see]({address}) <{address}> {address} ![see]({address}) [see][1]\n\n[1]: {address}")
        })
        .collect();
    tricks.extend(
        [
            "<script>ran=1</script><script src=//evil.test></script>",
            "\"><svg onload=ran=1><math><mtext></p><style></style><img src onerror=ran=1>",
            "<a href=\"javascript:ran=1\" style=\"position:fixed;inset:0\">all of it</a><base href=//evil.test>",
            "<iframe srcdoc=\"<script>parent.ran=1</script>\"></iframe><object data=javascript:ran=1>",
            "`<img src=x onerror=ran=1>` **<img src=x onerror=ran=1>** [<img src=x onerror=ran=1>](https://a.test)",
            "```html\n</code></pre><script>ran=1</script>\n```\n```\"><img src=x onerror=ran=1>\nx\n```",
            "@ada<img src=x onerror=ran=1> @\"><svg onload=ran=1> :tada\"><img src=x onerror=ran=1>:",
            "</textarea></template></title></style></noscript></script><script>ran=1</script>",
            "{{7777*7777}} {% raw %} ${7777*7777} #{7777*7777} <%= 7777*7777 %> {{constructor.constructor('ran=1')()}}",
            "\u{202e}txet sdrawkcab\u{2066}\u{202a}\u{200f} \u{200b}\u{200d}\u{feff} end",
            "/me <img src=x onerror=ran=1>",
            "<!-- --!> ]]> <![CDATA[ <plaintext> \\u003cscript\\u003e",
        ]
        .map(str::to_owned),
    );
    tricks.push(format!("x{}", "\u{301}".repeat(1_000)));
    tricks.push("W".repeat(16_000));
    tricks.push(format!("https://a.test/{}", "w".repeat(3_000)));
    tricks.push(format!("`{}`", "w".repeat(2_000)));
    tricks.push(format!(
        "> {}\n\n- {}\n\n1. {}",
        "q".repeat(900),
        "l".repeat(900),
        "n".repeat(900)
    ));
    tricks.push(format!("```\n{}\n```", "c".repeat(2_000)));
    tricks
}
