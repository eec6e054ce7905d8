//! What people type in a chat, written so that a parser of Markdown reads it as they mean it: nothing is taken away, only marks
//! are put in, and where they stand is remembered.
//!
//! A line of a chat is a line: a quote ends with its lines, a list with its items. Headings, rules, tables, indented code, raw HTML
//! and definitions of links are text; so is whatever stands inside a word.

use std::ops::Range;

/// Quotes within quotes; more `>` are text.
const QUOTES_MAX: usize = 6;
/// Columns before an item of a list; further in it is text.
const INDENT_MAX: usize = 20;
/// Digits of an item's number. A year is none.
const DIGITS_MAX: usize = 3;
/// Stands at the beginning of a line that is to be text: white space to the parser's rules on emphasis, and nothing that begins
/// anything.
const TEXT: &str = "\u{2003}";
/// What a backslash takes its meaning from.
const MARKS: &str = "*_~`[]:@";
/// What would mean something where it is a part of an address.
const IN_ADDRESSES: [char; 10] = ['*', '_', '~', '[', ']', '<', '>', '&', '\\', '!'];
const SHRUG: &str = "¯\\_(ツ)_/¯";

/// A text with marks put in.
pub(super) struct Markdown<'a> {
    text: &'a str,
    addresses: &'a [Range<usize>],
    /// What the parser reads.
    pub(super) read: String,
    /// Where something was put in: its place there, its length, and all that was put in before.
    put_in: Vec<(usize, usize, usize)>,
}

/// What the lines so far leave open.
#[derive(Default)]
struct Open {
    quotes: usize,
    fence: Option<Fence>,
    list: bool,
    /// Whether the line before was text, which a list's later number does not interrupt.
    text: bool,
}

/// Code that is open: how many backticks close it, and how far in its lines stand where it is an item's.
#[derive(Clone, Copy)]
struct Fence {
    length: usize,
    indent: usize,
}

/// A text as the parser is to read it. `addresses` are those that stand in it, in order.
pub(super) fn markdown<'a>(text: &'a str, addresses: &'a [Range<usize>]) -> Markdown<'a> {
    let mut markdown = Markdown {
        text,
        addresses,
        read: String::with_capacity(text.len() + text.len() / 4),
        put_in: Vec::new(),
    };
    let mut open = Open::default();
    for line in lines(text) {
        markdown.line(line, &mut open);
    }
    markdown
}

/// The beginning of what is quoted, behind its marks, and how deep.
pub(super) fn quoted(line: &str) -> (usize, usize) {
    let bytes = line.as_bytes();
    let (mut depth, mut behind) = (0, 0);
    while depth < QUOTES_MAX && bytes.get(behind) == Some(&b'>') {
        let deeper = bytes[behind + 1..].iter().position(|byte| *byte != b'>');
        let ends_free = match deeper {
            Some(more) => matches!(bytes[behind + 1 + more], b' ' | b'\n' | b'\r'),
            None => true,
        };
        if !ends_free {
            break;
        }
        depth += 1;
        behind += 1 + usize::from(bytes.get(behind + 1) == Some(&b' '));
    }
    (depth, behind)
}

impl Markdown<'_> {
    /// The place in the text that a place in what the parser read stands for.
    pub(super) fn place(&self, read: usize) -> usize {
        let after = self.put_in.partition_point(|(at, ..)| *at <= read);
        match self.put_in[..after].last() {
            Some((at, length, before)) if read < at + length => at - before,
            Some((_, length, before)) => read - before - length,
            None => read,
        }
    }

    /// Whether a byte that the parser read was put in.
    pub(super) fn is_put_in(&self, read: usize) -> bool {
        let after = self.put_in.partition_point(|(at, ..)| *at <= read);
        let last = self.put_in[..after].last();
        last.is_some_and(|(at, length, _)| read < at + length)
    }

    fn line(&mut self, line: Range<usize>, open: &mut Open) {
        let whole = &self.text[line.clone()];
        let (mut quotes, mut behind) = quoted(whole);
        let nothing = whole[behind..].trim().is_empty();
        if nothing && quotes > 0 && open.quotes == 0 {
            // An arrow, not a quote of nothing.
            (quotes, behind) = (0, 0);
        }
        if quotes != open.quotes {
            if line.start > 0 {
                self.put_in("\n");
            }
            *open = Open {
                quotes,
                ..Open::default()
            };
        }
        let content = line.start + behind..line.end;
        self.copy(line.start..content.start);
        self.content(content, open);
    }

    fn content(&mut self, line: Range<usize>, open: &mut Open) {
        let whole = &self.text[line.clone()];
        let bare = whole.trim_end_matches(['\n', '\r']);
        if let Some(fence) = open.fence {
            return self.code(line, bare.len(), fence, open);
        }
        let indent = bare.len() - bare.trim_start_matches([' ', '\t']).len();
        let begun = &bare[indent..];
        if begun.is_empty() {
            open.text = false;
            return self.copy(line);
        }
        if (indent < 4 || open.list)
            && let Some(length) = fence(begun)
        {
            *open = Open {
                quotes: open.quotes,
                fence: Some(Fence { length, indent: 0 }),
                ..Open::default()
            };
            return self.copy(line);
        }
        let may_begin = indent < 4 || (open.list && columns(&bare[..indent]) <= INDENT_MAX);
        if may_begin && let Some(item) = item(begun, open) {
            (open.list, open.text) = (true, false);
            let words = line.start + indent + item;
            self.copy(line.start..words);
            if let Some(length) = fence(&begun[item..]) {
                let indent = columns(&bare[..indent + item]);
                open.fence = Some(Fence { length, indent });
                return self.copy(words..line.end);
            }
            return self.words(words..line.end);
        }
        if open.list && indent >= 2 {
            self.copy(line.start..line.start + indent);
            return self.words(line.start + indent..line.end);
        }
        if open.list {
            self.put_in_lines(open.quotes);
        }
        (open.list, open.text) = (false, true);
        let Some((words, length)) = self.fence_behind(line.start, bare) else {
            return self.words(line);
        };
        self.words(line.start..words);
        self.put_in_lines(open.quotes);
        self.copy(words..line.end);
        open.fence = Some(Fence { length, indent: 0 });
    }

    /// Where code opens at the end of a line of text, and with how many backticks: people leave out the break before it.
    fn fence_behind(&self, start: usize, line: &str) -> Option<(usize, usize)> {
        let at = line.find("```")?;
        let length = fence(&line[at..])?;
        let named = &line[at + length..];
        let is_named = named.chars().all(|character| !character.is_whitespace());
        let ends = self.text[start + line.len()..].contains(&line[at..at + length]);
        (is_named && ends).then_some((start + at, length))
    }

    /// A line of code, or the end of it; one may also stand at the end of the last line.
    fn code(&mut self, line: Range<usize>, bare: usize, fence: Fence, open: &mut Open) {
        let whole = self.text[line.start..line.start + bare].trim_end();
        let code = whole.trim_end_matches('`');
        // What stands less far in would end the item, and be no code.
        let indent = whole.len() - whole.trim_start_matches([' ', '\t']).len();
        let missing = fence.indent.saturating_sub(columns(&whole[..indent]));
        self.put_in_spaces(missing);
        if whole.len() - code.len() < fence.length {
            return self.copy(line);
        }
        open.fence = None;
        if code.trim().is_empty() {
            return self.copy(line);
        }
        let end = line.start + code.len();
        self.copy(line.start..end);
        self.put_in("\n");
        self.put_in_quotes(open.quotes);
        self.put_in_spaces(fence.indent);
        self.copy(end..line.end);
    }

    /// Words of a line: nothing that a line begins with counts, and what stands inside a word is text.
    fn words(&mut self, place: Range<usize>) {
        self.put_in(TEXT);
        let mut copied = place.start;
        let mut at = place.start;
        while at < place.end {
            let rest = &self.text[at..place.end];
            while self.addresses.first().is_some_and(|next| next.end <= at) {
                self.addresses = &self.addresses[1..];
            }
            if self.addresses.first().is_some_and(|next| next.start <= at) {
                if rest.starts_with(IN_ADDRESSES) {
                    self.put_in_at("\\", &mut copied, at);
                }
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            }
            if rest.starts_with(SHRUG) {
                for (mark, _) in SHRUG.match_indices(['\\', '_']) {
                    self.put_in_at("\\", &mut copied, at + mark);
                }
                at += SHRUG.len();
                continue;
            }
            at += self.character(rest, &mut copied, at);
        }
        self.copy(copied..place.end);
    }

    /// Looks at what begins here; how many bytes that were.
    fn character(&mut self, rest: &str, copied: &mut usize, at: usize) -> usize {
        let mut characters = rest.chars();
        let (Some(first), second) = (characters.next(), characters.next()) else {
            return 1;
        };
        match first {
            '\\' => match second {
                Some(mark) if MARKS.contains(mark) => 1 + mark.len_utf8(),
                Some(other) if other.is_ascii_punctuation() => {
                    self.put_in_at("\\", copied, at);
                    1
                }
                _ => 1,
            },
            '<' | '&' => {
                self.put_in_at("\\", copied, at);
                1
            }
            '!' if second == Some('[') => {
                self.put_in_at("\\", copied, at + 1);
                2
            }
            '*' | '~' => {
                let run = rest.len() - rest.trim_start_matches(first).len();
                let within_a_word = || {
                    let before = self.text.as_bytes()[..at].last();
                    let behind = rest.as_bytes().get(run);
                    [before, behind]
                        .iter()
                        .all(|byte| byte.is_some_and(u8::is_ascii_alphanumeric))
                };
                if (first == '~' && run == 1) || (first == '*' && within_a_word()) {
                    for mark in 0..run {
                        self.put_in_at("\\", copied, at + mark);
                    }
                }
                run
            }
            other => other.len_utf8(),
        }
    }

    fn copy(&mut self, place: Range<usize>) {
        self.read.push_str(&self.text[place]);
    }

    fn put_in_at(&mut self, mark: &str, copied: &mut usize, at: usize) {
        self.copy(*copied..at);
        self.put_in(mark);
        *copied = at;
    }

    /// A line that ends what the lines before began, within the same quotes.
    fn put_in_lines(&mut self, quotes: usize) {
        // The marks of this line's quotes stand there already.
        self.put_in("\n");
        self.put_in_quotes(quotes);
    }

    fn put_in_quotes(&mut self, quotes: usize) {
        for _ in 0..quotes {
            self.put_in("> ");
        }
    }

    fn put_in_spaces(&mut self, count: usize) {
        if count > 0 {
            self.put_in(&" ".repeat(count));
        }
    }

    fn put_in(&mut self, mark: &str) {
        let before = self
            .put_in
            .last()
            .map_or(0, |(_, length, before)| length + before);
        self.put_in.push((self.read.len(), mark.len(), before));
        self.read.push_str(mark);
    }
}

/// The lines of a text, each with what ends it.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let end = match rest.find(['\n', '\r']) {
            Some(at) if rest[at..].starts_with("\r\n") => at + 2,
            Some(at) => at + 1,
            None => rest.len(),
        };
        let line = start..start + end;
        start = line.end;
        Some(line)
    })
}

/// How many backticks open code here; `None` where they do not.
fn fence(line: &str) -> Option<usize> {
    let named = line.trim_start_matches('`');
    let length = line.len() - named.len();
    (length >= 3 && !named.contains('`')).then_some(length)
}

/// Where an item's words begin; `None` where this is no item.
fn item(line: &str, open: &Open) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let marker = match line.as_bytes().get(digits)? {
        b'-' | b'*' if digits == 0 => 1,
        b'.' if (1..=DIGITS_MAX).contains(&digits) => digits + 1,
        _ => return None,
    };
    if digits > 0 && open.text && &line[..digits] != "1" {
        return None;
    }
    let words = line[marker..].trim_start_matches([' ', '\t']);
    let begin = line.len() - words.len();
    let is_rule = words.chars().all(|character| "-* \t".contains(character));
    (begin > marker && begin <= marker + 4 && !is_rule).then_some(begin)
}

fn columns(indent: &str) -> usize {
    indent
        .bytes()
        .map(|byte| if byte == b'\t' { 4 } else { 1 })
        .sum()
}
