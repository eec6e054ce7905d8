//! Much that is said at once in a room with many members: what it writes, table by table.

use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::command::Plan;
use crate::plans::BurstPlan;
use crate::rows::{Tables, growth, read};
use crate::stage::Stage;
use crate::verdict::Verdict;
use crate::{Result, postgresql, throughput};

const SENDERS: usize = 10;
/// All of it is sent in this time.
const WITHIN_SECONDS: f64 = 0.5;
/// What is written later than the messages are: how far people have read, and when they were last seen.
const LATER: Duration = Duration::from_secs(5);
/// Where the messages are.
const MESSAGES: &str = "messages";

/// What a burst has written.
pub struct Burst {
    people: usize,
    verdict: Verdict,
    growth: Tables,
}

impl Burst {
    /// Whether no table but that of the messages has got more than a few rows, whoever belongs to the room.
    pub fn is_clean(&self) -> bool {
        let few = (self.people / 10).max(SENDERS) as i64;
        let is_due = |(name, table): (&String, &crate::rows::Table)| match name.as_str() {
            MESSAGES => table.rows == self.verdict.sent as i64,
            _ => table.rows < few,
        };
        self.verdict.is_clean() && self.growth.iter().all(is_due)
    }
}

impl Display for Burst {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(to, "{}", self.verdict)?;
        writeln!(to, "members           {}", self.people)?;
        for (name, table) in &self.growth {
            let changes = table.changes.map_or_else(String::new, |changes| {
                format!(", {changes} times one was changed")
            });
            writeln!(to, "{name:<17} {:+} rows{changes}", table.rows)?;
        }
        Ok(())
    }
}

/// Makes everybody a member, has some of them say everything at once, and compares the tables.
pub fn run(stage: &mut Stage, burst: &BurstPlan) -> Result<Burst> {
    let people = usize::from(burst.people);
    let rooms = stage.rooms("burst", 1)?;
    for person in 1..people {
        stage.join(&rooms[0], person)?;
    }
    let plan = Plan {
        seconds: WITHIN_SECONDS,
        warm_up: 0.0,
        ..Plan::of(
            1,
            people,
            SENDERS,
            f64::from(burst.messages) / WITHIN_SECONDS,
        )
    };
    stage.rest()?;
    let before = tables(stage)?;
    let outcome = throughput::run(stage, &plan, &rooms)?;
    stage.rest()?;
    std::thread::sleep(LATER);
    let after = tables(stage)?;
    Ok(Burst {
        people,
        verdict: outcome.verdict,
        growth: growth(&before, &after),
    })
}

fn tables(stage: &Stage) -> Result<Tables> {
    match &stage.backends.database {
        Some(url) => Ok(read(&postgresql::rows(url)?)),
        None => in_file(&stage.data().join("adda.db")),
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// Counts the rows of an SQLite file, which does not know how often one was changed.
fn in_file(file: &Path) -> Result<Tables> {
    let mut database = SqliteConnection::establish(&file.to_string_lossy())?;
    let listed = "SELECT name, 0 AS rows FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let tables: Vec<Line> = diesel::sql_query(listed).load(&mut database)?;
    let mut lines = String::new();
    for Line { name, .. } in tables {
        let counted = format!("SELECT '{name}' AS name, COUNT(*) AS rows FROM \"{name}\"");
        let line: Line = diesel::sql_query(counted).get_result(&mut database)?;
        lines.push_str(&format!("{}|{}\n", line.name, line.rows));
    }
    Ok(read(&lines))
}
