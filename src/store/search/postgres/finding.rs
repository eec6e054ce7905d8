//! GIN finds all rows of a word, in no order. So the newest are first looked through one by one: a word that is common is among them
//! often enough. Of the others there are few enough to be sorted.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::Number;
use crate::error::Result;
use crate::store::search::expression::Expression;
use crate::store::search::{Candidate, Ranked};

const FINDING_SETTINGS: &str = "SET LOCAL enable_seqscan=off;";
/// The newest rows that are looked through one by one.
const LOOKED_THROUGH: i64 = 12_000;
/// Rows of a word that are sorted; of those of which there are more, it is looked through more rows.
const SORTED_MAX: i64 = 10_000;
const LOOKED_THROUGH_FOR_MANY: i64 = 200_000;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(embed)]
    candidate: Candidate,
    #[diesel(sql_type = BigInt)]
    many: i64,
}

/// The newest messages that fit, of those from one id on and below another; and down to which id that is all of them.
pub(in crate::store::search) fn newest(
    postgres: &mut PgConnection,
    expression: &Expression,
    (from, below): (i64, i64),
    limit: i64,
) -> Result<(Vec<Candidate>, i64)> {
    postgres.batch_execute(FINDING_SETTINGS)?;
    let wanted = expression.tsquery();
    let walk = |postgres: &mut PgConnection, rows: i64| -> Result<Vec<Candidate>> {
        let query = diesel::sql_query(
            "SELECT id, room_id, seq FROM (SELECT id, room_id, seq, words FROM search_messages WHERE id >= $2 AND id < $3 \
                 ORDER BY id DESC LIMIT $4) AS newest WHERE words @@ $1::tsquery ORDER BY id DESC LIMIT $5",
        );
        Ok(query
            .bind::<Text, _>(&wanted)
            .bind::<BigInt, _>(from)
            .bind::<BigInt, _>(below)
            .bind::<BigInt, _>(rows)
            .bind::<BigInt, _>(limit)
            .load(postgres)?)
    };
    let found = walk(postgres, LOOKED_THROUGH)?;
    if found.len() as i64 >= limit {
        return Ok((found, from));
    }
    // `+ 0`: so that it is the index of words that finds them.
    let query = diesel::sql_query(
        "SELECT id, room_id, seq, COUNT(*) OVER () AS many FROM (SELECT id, room_id, seq FROM search_messages \
             WHERE words @@ $1::tsquery AND id + 0 >= $2 AND id + 0 < $3 LIMIT $4) AS found ORDER BY id DESC LIMIT $5",
    );
    let rows: Vec<Counted> = query
        .bind::<Text, _>(&wanted)
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(below)
        .bind::<BigInt, _>(SORTED_MAX + 1)
        .bind::<BigInt, _>(limit)
        .load(postgres)?;
    if rows.first().is_none_or(|row| row.many <= SORTED_MAX) {
        let found = rows.into_iter().map(|row| row.candidate);
        return Ok((found.collect(), from));
    }
    // Common once, and rare of late.
    let found = walk(postgres, LOOKED_THROUGH_FOR_MANY)?;
    if found.len() as i64 >= limit {
        return Ok((found, from));
    }
    let query = diesel::sql_query(
        "SELECT COALESCE(MIN(id), $1) AS value FROM (SELECT id FROM search_messages WHERE id >= $1 AND id < $2 \
             ORDER BY id DESC LIMIT $3) AS looked_through",
    );
    let reached: Number = query
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(below)
        .bind::<BigInt, _>(LOOKED_THROUGH_FOR_MANY)
        .get_result(postgres)?;
    Ok((found, reached.value))
}

/// The newest messages that fit, with their words.
pub(in crate::store::search) fn newest_with_words(
    postgres: &mut PgConnection,
    expression: &Expression,
    (from, below): (i64, i64),
    limit: i64,
) -> Result<Vec<Ranked>> {
    postgres.batch_execute(FINDING_SETTINGS)?;
    let query = diesel::sql_query(
        "SELECT id, room_id, seq, substr(line, 1, 4096) AS line FROM search_messages WHERE words @@ $1::tsquery AND id >= $2 AND id < $3 \
         ORDER BY id DESC LIMIT $4",
    );
    Ok(query
        .bind::<Text, _>(expression.tsquery())
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(below)
        .bind::<BigInt, _>(limit)
        .load(postgres)?)
}
