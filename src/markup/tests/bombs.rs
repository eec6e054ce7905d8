//! Texts that are made to take long, and how long they take.

use std::time::{Duration, Instant};

use super::drawn;

/// Texts that are made to take long.
fn bombs() -> Vec<String> {
    let repeated = |part: &str| part.repeat(16_000 / part.chars().count());
    let mut bombs: Vec<String> = [
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
    bombs.push(
        (0..170)
            .map(|depth| format!("{}- a\n", " ".repeat(depth)))
            .collect(),
    );
    bombs.push(
        (0..120)
            .map(|depth| format!("{}1. a\n", "   ".repeat(depth % 60)))
            .collect(),
    );
    bombs.push((1..170).map(|run| "`".repeat(run) + "a").collect());
    bombs.push(
        (0..120)
            .map(|depth| format!("{} a\n", ">".repeat(depth)))
            .collect(),
    );
    bombs.push("*".repeat(8_000) + &"a".repeat(10) + &"*".repeat(7_990));
    bombs.push("[".repeat(5_000) + "a" + &"](https://b.c)".repeat(700));
    bombs
}

#[test]
fn no_text_takes_long_to_draw() {
    drawn("```rust\nfn main() {}\n```");
    for bomb in bombs() {
        let began = Instant::now();
        let html = drawn(&bomb);
        let (took, beginning) = (began.elapsed(), bomb.chars().take(20).collect::<String>());
        // Unoptimised, beside other tests: the figure itself is one of the benches'.
        assert!(took < Duration::from_secs(3), "{took:?} for {beginning:?}");
        assert!(html.len() < 2 * 1024 * 1024, "{beginning:?}");
    }
}
