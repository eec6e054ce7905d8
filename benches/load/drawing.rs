//! How long the server takes to draw what people write, and texts that are made to take long.

#[path = "../../src/markup/tests/bombs.rs"]
mod bombs;

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use adda::markup;

/// No text of a message may take longer.
const LONGEST: Duration = Duration::from_millis(50);
const CHARACTERS: usize = 16_000;
/// How often each text is drawn; the fastest counts, since what else runs here is none of its cost.
const TIMES: usize = 5;
const MANY_TIMES: usize = 2_000;

const USUAL: [(&str, &str); 5] = [
    (
        "plain",
        "Shall we meet at the café around four, as last week?",
    ),
    (
        "two lines",
        "Shall we meet at the café around four?\nAs last week?",
    ),
    ("marks", "**Yes**, at the _café_, see `notes` :tada:"),
    ("a link", "It is here: https://example.com/notes?week=48"),
    (
        "code",
        "```rust\nfn main() {\n    println!(\"tea\");\n}\n```",
    ),
];

/// Code that keeps a highlighter busy, by language.
const CODE: [(&str, &str); 8] = [
    (
        "rust",
        "fn a<T: B<'c>>(d: &'c str) -> E { f!(\"{}\", 1u8) } // g\n",
    ),
    ("js", "const a = (b) => `${c}/[d]/${e}` / /f(g|h)*/i;\n"),
    (
        "html",
        "<a b=\"c\" d='e'><script>f(g)</script><style>h{i:j}</style>\n",
    ),
    (
        "php",
        "<?php $a = \"b $c[d]\"; /* e */ function f(g $h) {}\n",
    ),
    ("perl", "my $a = qr{b(?:c|d)*}x; s/e/f/g; print <<G;\n"),
    ("md", "**a _b_** [c](d) `e` > f\n"),
    (
        "cpp",
        "template<class A> auto b(A&& c) -> decltype(d<A>(c)) {}\n",
    ),
    (
        "sh",
        "a() { b=\"$(c ${d:-e})\"; [[ $f =~ g ]] && h <<< \"i\"; }\n",
    ),
];

/// What was measured.
pub struct Drawings {
    usual: Vec<(&'static str, Duration)>,
    /// The slowest first.
    bombs: Vec<(String, Duration)>,
}

/// Draws everything.
pub fn run() -> Drawings {
    // The grammars are read when the first code is drawn, once.
    black_box(markup::words(USUAL[4].1));
    let usual = USUAL
        .map(|(name, text)| (name, fastest(text, MANY_TIMES)))
        .to_vec();
    let code = CODE.iter().map(|(language, line)| {
        let lines = line.repeat(CHARACTERS.min(8_000) / line.len());
        (
            format!("{language} code"),
            format!("```{language}\n{lines}```"),
        )
    });
    let mut bombs: Vec<(String, Duration)> = bombs::bombs()
        .into_iter()
        .chain(code)
        .map(|(name, text): (String, String)| {
            // A language's rules are made ready at its first use, once as well.
            black_box(markup::words(&text));
            (name, fastest(&text, TIMES))
        })
        .collect();
    bombs.sort_by_key(|(_, took)| std::cmp::Reverse(*took));
    Drawings { usual, bombs }
}

impl Drawings {
    /// Whether nothing took too long.
    pub fn is_clean(&self) -> bool {
        self.bombs.iter().all(|(_, took)| *took <= LONGEST)
    }
}

impl fmt::Display for Drawings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, took) in &self.usual {
            writeln!(formatter, "{name}: {took:.1?}")?;
        }
        writeln!(
            formatter,
            "16,000 characters, the slowest of {}:",
            self.bombs.len()
        )?;
        for (name, took) in self.bombs.iter().take(12) {
            writeln!(formatter, "  {name}: {took:.1?}")?;
        }
        Ok(())
    }
}

fn fastest(text: &str, times: usize) -> Duration {
    (0..times)
        .map(|_| {
            let began = Instant::now();
            black_box(markup::words(black_box(text)));
            began.elapsed()
        })
        .min()
        .unwrap_or_default()
}
