//! From what the parser reads in a text to pieces of HTML, and the words between them: nothing but what is named here is drawn,
//! and all else is text as it was typed.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::dialect::{self, Markdown};
use super::writing::{escape, open_link};
use super::{code, links};

/// Lists and quotes within each other; what is deeper is drawn at this depth.
const DEPTH_MAX: usize = 12;

/// A part of a drawing.
#[derive(Debug)]
pub(super) enum Piece {
    /// What is drawn already.
    Drawn(String),
    /// Words of the text, in which names, addresses and emoji are still to be found.
    Words(Range<usize>),
    /// Words that lead somewhere: addresses in them do not.
    Label(Range<usize>),
}

/// The pieces of a text, in order. `addresses` are those that stand in it.
pub(super) fn pieces(text: &str, addresses: &[Range<usize>]) -> Vec<Piece> {
    let markdown = dialect::markdown(text, addresses);
    let mut drawing = Drawing::new(text, &markdown);
    let parser = Parser::new_ext(&markdown.read, Options::ENABLE_STRIKETHROUGH);
    for (event, place) in parser.into_offset_iter() {
        drawing.draw(event, place);
    }
    drawing.end()
}

struct Drawing<'a> {
    text: &'a str,
    markdown: &'a Markdown<'a>,
    pieces: Vec<Piece>,
    html: String,
    /// Words that may go on.
    words: Option<Range<usize>>,
    /// What is drawn as it was typed up to the end of something, and how many of it are open.
    typed: usize,
    in_label: bool,
    code: Option<Code>,
    /// For each open container what it holds last.
    containers: Vec<Last>,
    depth: usize,
}

struct Code {
    /// What stands behind the backticks.
    named: String,
    lines: String,
}

#[derive(Clone, Copy)]
enum Last {
    Nothing,
    /// Text that ends here.
    Text(usize),
    Block,
}

impl<'a> Drawing<'a> {
    fn new(text: &'a str, markdown: &'a Markdown<'a>) -> Drawing<'a> {
        Drawing {
            text,
            markdown,
            pieces: Vec::new(),
            html: String::new(),
            words: None,
            typed: 0,
            in_label: false,
            code: None,
            containers: vec![Last::Nothing],
            depth: 0,
        }
    }

    fn draw(&mut self, event: Event, read: Range<usize>) {
        let place = self.markdown.place(read.start)..self.markdown.place(read.end);
        if self.typed > 0 {
            match event {
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => self.typed += 1,
                Event::End(TagEnd::Link | TagEnd::Image) => self.typed -= 1,
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.open(tag, place),
            Event::End(tag) => self.close(tag, place),
            Event::Text(_) => match &mut self.code {
                Some(code) => code.lines.push_str(&self.text[place]),
                None => self.say(place, read.start),
            },
            Event::Code(_) => self.draw_code(&self.text[place]),
            Event::SoftBreak => self.draw_markup("<br>"),
            Event::HardBreak => {
                if self.text[place].starts_with('\\') {
                    self.draw_markup("\\");
                }
                self.draw_markup("<br>");
            }
            // None of these is asked for, or can stand where text begins with a mark of ours.
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::Rule
            | Event::TaskListMarker(_) => self.say(place, read.start),
        }
    }

    fn open(&mut self, tag: Tag, place: Range<usize>) {
        match tag {
            Tag::Paragraph => self.break_lines(place.start),
            Tag::Emphasis => self.draw_markup("<em>"),
            Tag::Strong => self.draw_markup("<strong>"),
            Tag::Strikethrough => self.draw_markup("<del>"),
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => self.open_link(link_type, &dest_url, place),
            Tag::Image { .. } => {
                self.say_whole(place);
                self.typed = 1;
            }
            Tag::BlockQuote(_) => self.open_container("<blockquote>"),
            Tag::List(None) => self.open_container("<ul>"),
            Tag::List(Some(1)) => self.open_container("<ol>"),
            Tag::List(Some(first)) => self.open_container(&format!("<ol start=\"{first}\">")),
            Tag::Item => self.open_container("<li>"),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                self.flush();
                self.code = Some(Code {
                    named: info.to_string(),
                    lines: String::new(),
                });
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd, place: Range<usize>) {
        match tag {
            TagEnd::Paragraph => {
                let end = place.start + self.text[place].trim_end().len();
                self.holds(Last::Text(end));
            }
            TagEnd::Emphasis => self.draw_markup("</em>"),
            TagEnd::Strong => self.draw_markup("</strong>"),
            TagEnd::Strikethrough => self.draw_markup("</del>"),
            TagEnd::Link => {
                self.draw_markup("</a>");
                self.in_label = false;
            }
            TagEnd::BlockQuote(_) => self.close_container("</blockquote>"),
            TagEnd::List(true) => self.close_container("</ol>"),
            TagEnd::List(false) => self.close_container("</ul>"),
            TagEnd::Item => self.close_container("</li>"),
            TagEnd::CodeBlock => {
                if let Some(Code { named, lines }) = self.code.take() {
                    code::draw(named.trim(), &lines, &mut self.html);
                    self.holds(Last::Block);
                }
            }
            _ => {}
        }
    }

    /// Lines between two texts are kept; beside anything else, which stands on lines of its own, they are not.
    fn break_lines(&mut self, start: usize) {
        self.flush();
        if let Some(Last::Text(end)) = self.containers.last().copied()
            && end < start
        {
            let between = self.text[end..start].replace("\r\n", "\n");
            for _ in between.matches(['\n', '\r']) {
                self.html.push_str("<br>");
            }
        }
    }

    fn open_link(&mut self, kind: LinkType, address: &CowStr, place: Range<usize>) {
        let whole = &self.text[place.clone()];
        let words = whole.rsplit_once("](").map_or(whole, |(words, _)| words);
        let words = words.strip_prefix('[').unwrap_or(words);
        if kind != LinkType::Inline || words.trim().is_empty() || !links::may_lead(words, address) {
            self.say_whole(place);
            self.typed = 1;
            return;
        }
        self.flush();
        open_link(address, &mut self.html);
        self.in_label = true;
    }

    fn open_container(&mut self, tag: &str) {
        self.flush();
        self.containers.push(Last::Nothing);
        self.depth += 1;
        if self.depth <= DEPTH_MAX {
            self.html.push_str(tag);
        }
    }

    fn close_container(&mut self, tag: &str) {
        self.flush();
        if self.depth <= DEPTH_MAX {
            self.html.push_str(tag);
        }
        self.depth = self.depth.saturating_sub(1);
        self.containers.pop();
        self.holds(Last::Block);
    }

    fn holds(&mut self, last: Last) {
        self.flush();
        if let Some(container) = self.containers.last_mut() {
            *container = last;
        }
    }

    fn draw_markup(&mut self, markup: &str) {
        self.flush();
        self.html.push_str(markup);
    }

    /// Code within a line: what stands between the backticks, as it is.
    fn draw_code(&mut self, whole: &str) {
        self.flush();
        let run = whole.len() - whole.trim_start_matches('`').len();
        let inner = whole
            .get(run..whole.len().saturating_sub(run))
            .unwrap_or_default();
        let padded = inner
            .strip_prefix(' ')
            .and_then(|inner| inner.strip_suffix(' '))
            .filter(|inner| !inner.trim().is_empty());
        self.html.push_str("<code>");
        for (number, line) in padded.unwrap_or(inner).split('\n').enumerate() {
            let quoted = if number > 0 {
                dialect::quoted(line).1
            } else {
                0
            };
            if number > 0 {
                self.html.push_str("<br>");
            }
            escape(line[quoted..].trim_end_matches('\r'), &mut self.html);
        }
        self.html.push_str("</code>");
    }

    /// Text that the parser found; what was escaped in it means nothing.
    fn say(&mut self, place: Range<usize>, read: usize) {
        if place.is_empty() {
            return;
        }
        let escaped = read > 0
            && self.markdown.read.as_bytes()[read - 1] == b'\\'
            && !self.markdown.is_put_in(read - 1);
        if !escaped
            || self
                .words
                .as_ref()
                .is_some_and(|words| words.end == place.start)
        {
            return self.say_whole(place);
        }
        self.flush();
        let length = self.text[place.clone()]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
        escape(
            &self.text[place.start..place.start + length],
            &mut self.html,
        );
        if place.start + length < place.end {
            self.say_whole(place.start + length..place.end);
        }
    }

    fn say_whole(&mut self, place: Range<usize>) {
        match &mut self.words {
            Some(words) if words.end == place.start => words.end = place.end,
            _ => {
                self.flush();
                self.words = Some(place);
            }
        }
    }

    fn flush(&mut self) {
        let Some(words) = self.words.take() else {
            return;
        };
        if !self.html.is_empty() {
            self.pieces
                .push(Piece::Drawn(std::mem::take(&mut self.html)));
        }
        self.pieces.push(match self.in_label {
            true => Piece::Label(words),
            false => Piece::Words(words),
        });
    }

    fn end(mut self) -> Vec<Piece> {
        self.flush();
        if !self.html.is_empty() {
            self.pieces.push(Piece::Drawn(self.html));
        }
        self.pieces
    }
}
