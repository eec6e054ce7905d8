//! GIN finds all rows of a word, in no order, and each of them lies somewhere else. So a page's worth is first looked for among the
//! newest rows one by one, where a word that is common is often enough; then among more of them, by GIN; and then among all.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::Number;
use crate::error::Result;
use crate::store::search::Ranked;
use crate::store::search::expression::Expression;

/// How rows are found: in the order of their numbers, each looked at; or by their words, and only those that have them.
///
/// A plan must not depend on what was last counted of the table, which may have been empty then; and a search is too short to be
/// compiled or spread over processes.
const BY_NUMBER: &str = "SET LOCAL enable_seqscan=off; SET LOCAL jit=off; SET LOCAL max_parallel_workers_per_gather=0; \
     SET LOCAL enable_bitmapscan=off; SET LOCAL enable_indexscan=on;";
const BY_WORDS: &str = "SET LOCAL enable_seqscan=off; SET LOCAL jit=off; SET LOCAL max_parallel_workers_per_gather=0; \
     SET LOCAL enable_bitmapscan=on; SET LOCAL enable_indexscan=off;";
/// The newest rows that are looked through one by one.
const LOOKED_THROUGH: i64 = 4_000;
/// The newest rows among which those of a word are found before those among all.
const LATELY: i64 = 40_000;
/// So many are on no page: who wants as many compares them, and has said down to where.
const PAGE_MAX: i64 = 1_000;
/// Rows of a word that are sorted; of those of which there are more, it is looked through more rows.
const SORTED_MAX: i64 = 10_000;
const LOOKED_THROUGH_FOR_MANY: i64 = 200_000;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(embed)]
    ranked: Ranked,
    #[diesel(sql_type = BigInt)]
    many: i64,
}

/// The newest messages that fit, of those from one id on and below another, with their words where those are wanted; and down to
/// which id that is all of them.
pub(in crate::store::search) fn newest(
    postgres: &mut PgConnection,
    expression: &Expression,
    (from, below): (i64, i64),
    limit: i64,
    with_words: bool,
) -> Result<Newest> {
    let wanted = Wanted {
        sought: expression.sought().tsquery(),
        words: expression.tsquery(),
        limit,
        with_words,
    };
    if limit <= PAGE_MAX {
        postgres.batch_execute(BY_NUMBER)?;
        let (found, reached) = wanted.walk(postgres, (from, below), LOOKED_THROUGH)?;
        if reached == from || found.len() as i64 >= limit {
            return Ok((found, reached));
        }
        let lately = floor(postgres, (from, below), LATELY)?;
        postgres.batch_execute(BY_WORDS)?;
        if let Some((found, reached)) = wanted.sorted(postgres, (lately, below))?
            && (reached == from || found.len() as i64 >= limit)
        {
            return Ok((found, reached));
        }
    }
    postgres.batch_execute(BY_WORDS)?;
    if let Some(all) = wanted.sorted(postgres, (from, below))? {
        return Ok(all);
    }
    // Common once, and rare of late.
    postgres.batch_execute(BY_NUMBER)?;
    wanted.walk(postgres, (from, below), LOOKED_THROUGH_FOR_MANY)
}

/// Where so many rows end.
fn floor(postgres: &mut PgConnection, (from, below): (i64, i64), rows: i64) -> Result<i64> {
    let query = diesel::sql_query(
        "SELECT id AS value FROM search_messages WHERE id >= $1 AND id < $2 ORDER BY id DESC OFFSET $3 LIMIT 1",
    );
    let end: Option<Number> = query
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(below)
        .bind::<BigInt, _>(rows - 1)
        .get_result(postgres)
        .optional()?;
    Ok(end.map_or(from, |end| end.value))
}

struct Wanted {
    sought: String,
    words: String,
    limit: i64,
    with_words: bool,
}

type Newest = (Vec<Ranked>, i64);

impl Wanted {
    /// Looks through so many rows.
    fn walk(
        &self,
        postgres: &mut PgConnection,
        (from, below): (i64, i64),
        rows: i64,
    ) -> Result<Newest> {
        let end = floor(postgres, (from, below), rows)?;
        let query = diesel::sql_query(
            "SELECT id, room_id, seq, CASE WHEN $5 THEN substr(line, 1, 4096) ELSE '' END AS line FROM search_messages \
             WHERE words @@ $1::tsquery AND id >= $2 AND id < $3 ORDER BY id DESC LIMIT $4",
        );
        let found: Vec<Ranked> = query
            .bind::<Text, _>(&self.words)
            .bind::<BigInt, _>(end)
            .bind::<BigInt, _>(below)
            .bind::<BigInt, _>(self.limit)
            .bind::<Bool, _>(self.with_words)
            .load(postgres)?;
        let reached = self.reached(&found, end);
        Ok((found, reached))
    }

    /// Finds all that fit and sorts them; `None` where they are too many.
    fn sorted(
        &self,
        postgres: &mut PgConnection,
        (from, below): (i64, i64),
    ) -> Result<Option<Newest>> {
        // `IS TRUE`: so that it is asked of the rows, and not of the index.
        let query = diesel::sql_query(
            "SELECT id, room_id, seq, CASE WHEN $7 THEN substr(line, 1, 4096) ELSE '' END AS line, COUNT(*) OVER () AS many \
             FROM (SELECT id, room_id, seq, line FROM search_messages WHERE words @@ $1::tsquery AND (words @@ $2::tsquery) IS TRUE \
                 AND id >= $3 AND id < $4 LIMIT $5) AS found ORDER BY id DESC LIMIT $6",
        );
        let rows: Vec<Counted> = query
            .bind::<Text, _>(&self.sought)
            .bind::<Text, _>(&self.words)
            .bind::<BigInt, _>(from)
            .bind::<BigInt, _>(below)
            .bind::<BigInt, _>(SORTED_MAX + 1)
            .bind::<BigInt, _>(self.limit)
            .bind::<Bool, _>(self.with_words)
            .load(postgres)?;
        if rows.first().is_some_and(|row| row.many > SORTED_MAX) {
            return Ok(None);
        }
        let found: Vec<Ranked> = rows.into_iter().map(|row| row.ranked).collect();
        let reached = self.reached(&found, from);
        Ok(Some((found, reached)))
    }

    /// Down to which id those that were found are all there are, where it was looked down to one.
    fn reached(&self, found: &[Ranked], looked_down_to: i64) -> i64 {
        match found.last() {
            Some(last) if found.len() as i64 >= self.limit => last.candidate.id,
            _ => looked_down_to,
        }
    }
}
