//! What is looked for, in the words of either index. Every word is quoted: nothing of it is ever syntax.

use crate::search::document::Mark;
use crate::search::query::Term;

/// What a row of the index has to have, and may not have.
#[derive(Debug, Clone, Default)]
pub(super) struct Expression {
    /// All of these terms.
    pub(super) terms: Vec<Term>,
    /// None of these.
    pub(super) without: Vec<Term>,
    /// One mark of each of these.
    pub(super) marks: Vec<Vec<Mark>>,
    /// None of these marks.
    pub(super) without_marks: Vec<Mark>,
}

impl Expression {
    /// For FTS5's `MATCH`.
    pub(super) fn fts5(&self) -> String {
        let term = |term: &Term| {
            let star = if term.begins { " *" } else { "" };
            format!("\"{}\"{star}", term.words.join(" "))
        };
        let mark = |mark: &Mark| format!("\"{}\"", mark.word());
        let (with, without) = self.parts(term, mark, " OR ");
        if without.is_empty() {
            return with.join(" AND ");
        }
        format!("({}) NOT ({})", with.join(" AND "), without.join(" OR "))
    }

    /// For PostgreSQL's `tsquery`.
    pub(super) fn tsquery(&self) -> String {
        let term = |term: &Term| {
            let words: Vec<String> = term.words.iter().map(|word| format!("'{word}'")).collect();
            let star = if term.begins { ":*" } else { "" };
            format!("({}{star})", words.join(" <-> "))
        };
        let mark = |mark: &Mark| format!("'{}'", mark.word());
        let (with, without) = self.parts(term, mark, " | ");
        if without.is_empty() {
            return with.join(" & ");
        }
        format!("{} & !({})", with.join(" & "), without.join(" | "))
    }

    /// The same without the rooms that somebody may read, where those are nearly all there are: an index finds the rest sooner than
    /// that and them. What it finds is still to be looked at by the whole of it.
    pub(super) fn sought(&self) -> Expression {
        let mut sought = self.clone();
        sought.marks.retain(|marks| !marks.contains(&Mark::Open));
        if sought.terms.is_empty() && sought.marks.is_empty() {
            return self.clone();
        }
        sought
    }

    fn parts(
        &self,
        term: impl Fn(&Term) -> String,
        mark: impl Fn(&Mark) -> String,
        or: &str,
    ) -> (Vec<String>, Vec<String>) {
        let mut with: Vec<String> = self.terms.iter().map(&term).collect();
        for marks in &self.marks {
            let marks: Vec<String> = marks.iter().map(&mark).collect();
            with.push(format!("({})", marks.join(or)));
        }
        let without = self.without.iter().map(&term);
        let without = without.chain(self.without_marks.iter().map(&mark));
        (with, without.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::query::Query;

    #[test]
    fn rooms_for_everyone_are_not_what_is_sought() {
        let expression = |typed: &str, marks: &[Mark]| Expression {
            terms: Query::parse(typed).map_or(Vec::new(), |query| query.terms),
            marks: vec![marks.to_vec()],
            ..Expression::default()
        };
        let sought = |typed, marks: &[Mark]| expression(typed, marks).sought().tsquery();
        assert_eq!(sought("row", &[Mark::Room(7), Mark::Open]), "('row':*)");
        assert_eq!(sought("row", &[Mark::Room(7)]), "('row':*) & ('§r7')");
        assert_eq!(sought("", &[Mark::Open]), "('§o')");
    }

    #[test]
    fn every_word_is_quoted_in_both() {
        let query = Query::parse("row \"on the\" 茶 -x\" -NEAR( C++ a'b").unwrap();
        let expression = Expression {
            terms: query.terms,
            without: query.without,
            marks: vec![vec![Mark::Open, Mark::Room(7)], vec![Mark::Link]],
            without_marks: vec![Mark::Person(3)],
        };
        assert_eq!(
            expression.fts5(),
            "(\"row\" * AND \"on the\" AND \"茶\" * AND \"c ＋＋\" AND \"a b\" AND (\"§o\" OR \"§r7\") AND (\"§l\")) \
             NOT (\"x\" OR \"near\" * OR \"§u3\")"
        );
        assert_eq!(
            expression.tsquery(),
            "('row':*) & ('on' <-> 'the') & ('茶':*) & ('c' <-> '＋＋') & ('a' <-> 'b') & ('§o' | '§r7') & ('§l') \
             & !(('x') | ('near':*) | '§u3')"
        );
    }
}
