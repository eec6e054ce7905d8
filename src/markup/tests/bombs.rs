//! Texts that are made to take long to draw: for the tests here, and for the figures in `benches/`.

/// How each is called, and the text: as long as a message may be, or nearly.
pub fn bombs() -> Vec<(String, String)> {
    let repeated = |part: &str| {
        let text = part.repeat(16_000 / part.chars().count());
        (format!("{part:?}"), text)
    };
    let mut bombs: Vec<(String, String)> = [
        ">",
        "> ",
        "> >\n",
        "[",
        "[a](",
        "](",
        "![",
        "*a_b*",
        "*a ",
        "**a ",
        "_a ",
        "~~a",
        "`",
        "``` ",
        "a`",
        "<",
        "<a ",
        "&",
        "\\",
        "\\*",
        "*",
        "_",
        "~",
        "- ",
        "- a\n",
        "1. a\n",
        "  - a\n",
        "\n",
        "\r",
        ":",
        ":a",
        ":tada:",
        "@",
        "@a ",
        "://",
        "https://a.b ",
        "https://",
        "_https://a_ ",
        "(https://a.b/_",
        "a ```\n",
        "```\n",
        "```\n```\n",
        "> ```\n",
        "[a](https://b.c)",
        "[[a](https://b.c)",
        "**a** ",
        "🎉",
        "***a** b* ",
        "a**b",
        "_*_*",
        "*~~",
        "\u{2003}",
        "a\u{300}",
    ]
    .into_iter()
    .map(repeated)
    .collect();
    let nested = [
        (
            "a deep list",
            (0..170)
                .map(|depth| format!("{}- a\n", " ".repeat(depth)))
                .collect(),
        ),
        (
            "deep numbers",
            (0..120)
                .map(|depth| format!("{}1. a\n", "   ".repeat(depth % 60)))
                .collect(),
        ),
        (
            "all runs of backticks",
            (1..170).map(|run| "`".repeat(run) + "a").collect(),
        ),
        (
            "deeper and deeper quotes",
            (0..120)
                .map(|depth| format!("{} a\n", ">".repeat(depth)))
                .collect(),
        ),
        (
            "stars around a word",
            "*".repeat(8_000) + &"a".repeat(10) + &"*".repeat(7_990),
        ),
        (
            "brackets that end often",
            "[".repeat(5_000) + "a" + &"](https://b.c)".repeat(700),
        ),
        (
            "marks behind an address",
            "a_".repeat(4_000) + " _b https://c/" + &"_".repeat(7_900),
        ),
    ];
    bombs.extend(nested.map(|(name, text): (&str, String)| (name.to_owned(), text)));
    bombs
}
