//! GIN finds all rows of a word, in no order, and each of them lies somewhere else: naming few is cheap, and naming or reading many
//! is not. So a sample tells first how common it is what is looked for: what is rare is read whole, and a page of what is common is
//! met soon by going through the newest rows one by one.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::Number;
use crate::error::Result;
use crate::store::search::Ranked;
use crate::store::search::expression::Expression;

/// A plan must not depend on what was last counted of the table, which may have been empty then; and a search is too short to be
/// compiled or spread over processes.
const SETTINGS: &str =
    "SET LOCAL enable_seqscan=off; SET LOCAL jit=off; SET LOCAL max_parallel_workers_per_gather=0;";
/// How rows of a range are found: in the order of their numbers, each looked at; or by their words, and only those that have them.
const BY_NUMBER: &str = "SET LOCAL enable_bitmapscan=off; SET LOCAL enable_indexscan=on;";
const BY_WORDS: &str = "SET LOCAL enable_bitmapscan=on; SET LOCAL enable_indexscan=off;";
/// The newest rows that are looked through for a page, and for all of what is common.
const LOOKED_THROUGH_FOR_A_PAGE: i64 = 40_000;
const LOOKED_THROUGH_FOR_MANY: i64 = 200_000;
/// So many are on no page: who wants as many compares them, and has said down to where.
const PAGE_MAX: i64 = 1_000;
/// Moments of a sample, and the rows before each: neither in step with what is said every so often.
const MOMENTS: i64 = 31;
const ROWS_OF_A_MOMENT: i64 = 31;
/// Hits in a sample of 961 rows, from which on something is not rare, and from which on it is common.
const SOME: i64 = 3;
const MANY: i64 = 30;
/// Rows of a word that is rare: all of them are read.
const RARE_MAX: i64 = 1_000;
/// Rows of a word that are sorted; of those of which there are more, it is looked through more rows.
const SORTED_MAX: i64 = 10_000;

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
    let range = (from, below);
    postgres.batch_execute(SETTINGS)?;
    let sampled = wanted.sample(postgres, range)?;
    if sampled < SOME
        && let Some(found) = wanted.rare(postgres, range)?
    {
        return Ok(wanted.down_to(from, found));
    }
    if limit <= PAGE_MAX {
        postgres.batch_execute(BY_NUMBER)?;
        let found = wanted.walk(postgres, range, LOOKED_THROUGH_FOR_A_PAGE)?;
        if found.len() as i64 >= limit {
            return Ok(wanted.down_to(from, found));
        }
    }
    if sampled < MANY {
        postgres.batch_execute(BY_WORDS)?;
        if let Some(found) = wanted.sorted(postgres, range)? {
            return Ok(wanted.down_to(from, found));
        }
    }
    // Common, if perhaps not of late.
    postgres.batch_execute(BY_NUMBER)?;
    let found = wanted.walk(postgres, range, LOOKED_THROUGH_FOR_MANY)?;
    let end = if found.len() as i64 >= limit {
        from
    } else {
        floor(postgres, range, LOOKED_THROUGH_FOR_MANY)?
    };
    Ok(wanted.down_to(end, found))
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
    /// How many fit of some rows of the whole range, taken before moments that lie equally far from each other: those of the newest
    /// alone would tell what it was talked about just now.
    fn sample(&self, postgres: &mut PgConnection, (from, below): (i64, i64)) -> Result<i64> {
        let query = diesel::sql_query(
            "WITH ends AS (SELECT MIN(id) AS first, MAX(id) AS last FROM search_messages WHERE id >= $2 AND id < $3) \
             SELECT COUNT(*) AS value FROM ends, generate_series(1, $4) AS moment, LATERAL (SELECT words FROM search_messages \
                 WHERE id >= $2 AND id <= first + (last - first) / $4 * moment ORDER BY id DESC LIMIT $5) AS rows \
             WHERE words @@ $1::tsquery",
        );
        let fitting: Number = query
            .bind::<Text, _>(&self.words)
            .bind::<BigInt, _>(from)
            .bind::<BigInt, _>(below)
            .bind::<BigInt, _>(MOMENTS)
            .bind::<BigInt, _>(ROWS_OF_A_MOMENT)
            .get_result(postgres)?;
        Ok(fitting.value)
    }

    /// Those that fit among the newest so many rows, the newest first.
    fn walk(
        &self,
        postgres: &mut PgConnection,
        (from, below): (i64, i64),
        rows: i64,
    ) -> Result<Vec<Ranked>> {
        let query = diesel::sql_query(
            "SELECT id, room_id, seq, CASE WHEN $6 THEN substr(line, 1, 4096) ELSE '' END AS line \
             FROM (SELECT * FROM search_messages WHERE id >= $2 AND id < $3 ORDER BY id DESC LIMIT $4) AS newest \
             WHERE words @@ $1::tsquery ORDER BY id DESC LIMIT $5",
        );
        let found = query
            .bind::<Text, _>(&self.words)
            .bind::<BigInt, _>(from)
            .bind::<BigInt, _>(below)
            .bind::<BigInt, _>(rows)
            .bind::<BigInt, _>(self.limit)
            .bind::<Bool, _>(self.with_words)
            .load(postgres)?;
        Ok(found)
    }

    /// All that fit, wherever they are, and of them the newest in the range; `None` where they are not rare.
    fn rare(
        &self,
        postgres: &mut PgConnection,
        (from, below): (i64, i64),
    ) -> Result<Option<Vec<Ranked>>> {
        self.among(
            postgres,
            "true",
            "id >= $3 AND id < $4",
            (from, below),
            RARE_MAX,
        )
    }

    /// All that fit in the range, the newest first; `None` where they are too many.
    ///
    /// The ends are read by a query, so that no plan is made from what the numbers were when they were last counted: the rows of the
    /// range are then marked, those of the words too, and only what has both marks is read.
    fn sorted(
        &self,
        postgres: &mut PgConnection,
        (from, below): (i64, i64),
    ) -> Result<Option<Vec<Ranked>>> {
        let range = "id >= (SELECT $3) AND id < (SELECT $4)";
        self.among(postgres, range, "true", (from, below), SORTED_MAX)
    }

    /// The newest of those that GIN finds with one condition and that meet another; `None` where it finds more than so many.
    fn among(
        &self,
        postgres: &mut PgConnection,
        sought: &str,
        kept: &str,
        (from, below): (i64, i64),
        most: i64,
    ) -> Result<Option<Vec<Ranked>>> {
        // `IS TRUE`: so that it is asked of the rows, and not of the index.
        let query = diesel::sql_query(format!(
            "WITH found AS MATERIALIZED (SELECT id, room_id, seq, line FROM search_messages \
                 WHERE words @@ $1::tsquery AND (words @@ $2::tsquery) IS TRUE AND {sought} LIMIT $5 + 1), \
             counted AS (SELECT COUNT(*) AS many FROM found) \
             SELECT id, room_id, seq, CASE WHEN $7 THEN substr(line, 1, 4096) ELSE '' END AS line, (SELECT many FROM counted) AS many \
             FROM found WHERE {kept} OR (SELECT many FROM counted) > $5 \
             ORDER BY id DESC LIMIT (SELECT CASE WHEN many > $5 THEN 1 ELSE $6 END FROM counted)"
        ));
        let rows: Vec<Counted> = query
            .bind::<Text, _>(&self.sought)
            .bind::<Text, _>(&self.words)
            .bind::<BigInt, _>(from)
            .bind::<BigInt, _>(below)
            .bind::<BigInt, _>(most)
            .bind::<BigInt, _>(self.limit)
            .bind::<Bool, _>(self.with_words)
            .load(postgres)?;
        if rows.first().is_some_and(|row| row.many > most) {
            return Ok(None);
        }
        Ok(Some(rows.into_iter().map(|row| row.ranked).collect()))
    }

    /// What was found, and down to which id that is all there is, where it was looked down to one.
    fn down_to(&self, end: i64, found: Vec<Ranked>) -> Newest {
        let reached = match found.last() {
            Some(last) if found.len() as i64 >= self.limit => last.candidate.id,
            _ => end,
        };
        (found, reached)
    }
}
