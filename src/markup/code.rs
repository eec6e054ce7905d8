//! Code, coloured by what its parts are: classes, whose colours static/css/code.css knows.

use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::writing::escape;

/// What the parts of code are called.
pub(super) const CLASSES: [&str; 8] = [
    "code-comment",
    "code-string",
    "code-number",
    "code-keyword",
    "code-type",
    "code-name",
    "code-added",
    "code-removed",
];

/// Which of their classes the parts of a grammar are of, the most particular first.
const SCOPES: [(&str, &str); 24] = [
    ("comment", "code-comment"),
    ("punctuation.definition.comment", "code-comment"),
    ("string", "code-string"),
    ("punctuation.definition.string", "code-string"),
    ("constant.character", "code-string"),
    ("markup.raw", "code-string"),
    ("constant", "code-number"),
    ("keyword.operator", ""),
    ("keyword", "code-keyword"),
    ("storage", "code-keyword"),
    ("variable.language", "code-keyword"),
    ("entity.name.tag", "code-keyword"),
    ("entity.name.function", "code-name"),
    ("support.function", "code-name"),
    ("variable.function", "code-name"),
    ("entity.other.attribute-name", "code-name"),
    ("entity.name.section", "code-name"),
    ("markup.heading", "code-name"),
    ("meta.diff.header", "code-name"),
    ("entity.name", "code-type"),
    ("entity.other.inherited-class", "code-type"),
    ("support", "code-type"),
    ("markup.inserted", "code-added"),
    ("markup.deleted", "code-removed"),
];

/// Characters of what is shown as the name of a language.
const LABEL_CHARACTERS_MAX: usize = 40;
/// What is coloured; longer code stays as it is, so that nobody's code holds up the others'.
const BYTES_MAX: usize = 8 * 1024;
const LINES_MAX: usize = 300;
const LINE_BYTES_MAX: usize = 400;
/// Coloured parts: each costs many times its letters.
const PARTS_MAX: usize = 3_000;

/// Draws lines of code. `named` stands behind the backticks: the language, as a rule, and shown as a label; where it is too long
/// for that it is a line of the code.
pub(super) fn draw(named: &str, lines: &str, html: &mut String) {
    let mut lines = lines.replace("\r\n", "\n");
    if lines.ends_with('\n') {
        lines.pop();
    }
    let word = named
        .split([' ', '\t', ',', '{'])
        .next()
        .unwrap_or_default();
    let syntax = syntax(word);
    let label = match syntax {
        Some(syntax) if word == named => syntax.name.as_str(),
        _ => named,
    };
    html.push_str("<pre");
    if label.chars().count() > LABEL_CHARACTERS_MAX {
        lines = format!("{named}\n{lines}");
    } else if !label.is_empty() {
        html.push_str(" data-language=\"");
        escape(label, html);
        html.push('"');
    }
    html.push_str("><code>");
    match syntax.and_then(|syntax| coloured(syntax, &lines)) {
        Some(coloured) => html.push_str(&coloured),
        None => escape(&lines, html),
    }
    html.push_str("</code></pre>");
}

fn syntaxes() -> &'static SyntaxSet {
    static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);
    &SYNTAXES
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    let language = language.to_ascii_lowercase();
    let known = match language.as_str() {
        "" | "text" | "txt" | "plain" => return None,
        "javascript" | "jsx" | "typescript" | "ts" | "tsx" | "mjs" => "js",
        "shell" | "console" | "zsh" => "sh",
        "c++" => "cpp",
        "golang" => "go",
        "jsonc" | "json5" => "json",
        "kotlin" | "kt" => "java",
        other => other,
    };
    syntaxes().find_syntax_by_token(known)
}

/// The code with its parts marked; `None` where it is too long, or the grammar fails at it.
fn coloured(syntax: &SyntaxReference, code: &str) -> Option<String> {
    if code.len() > BYTES_MAX || code.lines().count() > LINES_MAX {
        return None;
    }
    let syntaxes = syntaxes();
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut writer = Writer::default();
    for line in code.split_inclusive('\n') {
        if line.len() > LINE_BYTES_MAX {
            return None;
        }
        let mut done = 0;
        for (at, operation) in state.parse_line(line, syntaxes).ok()? {
            writer.write(&line[done..at], class(&stack))?;
            done = at;
            stack.apply(&operation).ok()?;
        }
        writer.write(&line[done..], class(&stack))?;
    }
    writer.close();
    Some(writer.html)
}

#[derive(Default)]
struct Writer {
    html: String,
    open: &'static str,
    parts: usize,
}

impl Writer {
    /// `None` where that would be too many parts.
    fn write(&mut self, text: &str, class: &'static str) -> Option<()> {
        if text.is_empty() {
            return Some(());
        }
        // White space has no colour of its own.
        if class != self.open && !text.trim().is_empty() {
            self.close();
            if !class.is_empty() {
                self.html.push_str("<span class=\"");
                self.html.push_str(class);
                self.html.push_str("\">");
                self.parts += 1;
            }
            self.open = class;
        }
        escape(text, &mut self.html);
        (self.parts <= PARTS_MAX).then_some(())
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.html.push_str("</span>");
        }
        self.open = "";
    }
}

/// What the innermost part that is known makes of some code.
fn class(stack: &ScopeStack) -> &'static str {
    static KNOWN: LazyLock<Vec<(Scope, &'static str)>> = LazyLock::new(|| {
        SCOPES
            .into_iter()
            .filter_map(|(scope, class)| Some((Scope::new(scope).ok()?, class)))
            .collect()
    });
    stack
        .as_slice()
        .iter()
        .rev()
        .find_map(|scope| {
            let known = KNOWN.iter().find(|(known, _)| known.is_prefix_of(*scope))?;
            Some(known.1)
        })
        .unwrap_or_default()
}
