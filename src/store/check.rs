//! `adda check`: whether what is stored agrees with itself. One snapshot, set by set; nothing is written, not even where
//! something is wrong.

mod answers;
mod files;
mod rules;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::blobs::Folder;
use super::connection::{Conn, Opener, known_versions, made_by_newer, snapshot};
use super::search::checking;
use crate::config::Config;
use crate::error::{Error, Result};
use rules::Rule;

/// Findings that are told one by one; whoever has more is not helped by them.
const FINDINGS_MAX: usize = 100;

const VERSIONS: &str = "SELECT CAST(version AS TEXT) AS subject, '' AS person, CAST(0 AS BIGINT) AS number, \
     CAST(0 AS BIGINT) AS other FROM __diesel_schema_migrations";
const INTEGRITY: &str = "SELECT integrity_check AS subject, '' AS person, 0 AS number, 0 AS other FROM pragma_integrity_check";

/// What was found.
#[derive(Debug, Default)]
pub struct Report {
    /// What is wrong, a sentence each, at most a hundred.
    pub findings: Vec<String>,
    /// How much else is wrong.
    pub more: u64,
    /// Rooms there are.
    pub rooms: i64,
    /// Messages there are.
    pub messages: i64,
    /// Accounts there are.
    pub people: i64,
    /// Changes that searches do not know of yet.
    pub search_behind: i64,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.findings.is_empty()
    }

    fn add(&mut self, finding: String) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }
}

/// Verifies the database that the settings name, beside a server that may be running on it.
///
/// Errors: it cannot be read, or is not of this version.
pub fn database(config: &Config) -> Result<Report> {
    let opener = Opener::new(&config.database())?;
    // Read before what it follows: so it is not ahead for having gone on meanwhile.
    let index = checking::file(&opener);
    let mut conn = opener.for_reading()?;
    snapshot(&mut conn, |conn| {
        is_of_this_version(conn)?;
        let mut report = Report::default();
        if matches!(conn, Conn::Sqlite(_)) {
            let found = rows(conn, INTEGRITY)?;
            for place in found.iter().filter(|place| place.subject != "ok") {
                report.add(format!("the file is damaged: {}", place.subject));
            }
        }
        let is_damaged = !report.is_well();
        let folder = Folder::new(config.uploads());
        let found = examine(conn, &folder, &mut report);
        match found {
            // A damaged file cannot be read to its end.
            Err(Error::Unavailable(cause) | Error::Internal(cause)) if is_damaged => {
                report.add(format!("and cannot be read further: {cause}"));
            }
            found => found?,
        }
        let checked = checking::compare(conn, index);
        match checked {
            Err(_) if is_damaged => {}
            checked => {
                let checked = checked?;
                report.search_behind = checked.behind;
                // Where the counters themselves are wrong, what follows them is no matter of its own.
                if report.is_well() {
                    for finding in checked.findings {
                        report.add(finding);
                    }
                }
            }
        }
        Ok(report)
    })
}

fn is_of_this_version(conn: &mut Conn) -> Result<()> {
    let found = match rows(conn, VERSIONS) {
        Err(Error::Internal(_)) => {
            return Err(Error::Unavailable(
                "this is no adda database: its tables are not there".to_owned(),
            ));
        }
        found => found?,
    };
    let known = known_versions(conn)?;
    let is_known = |version: &String| found.iter().any(|row| row.subject == *version);
    if let Some(newer) = found.iter().find(|row| !known.contains(&row.subject)) {
        return Err(made_by_newer(&newer.subject));
    }
    if !known.iter().all(is_known) {
        return Err(Error::Unavailable(
            "the database was made by an older adda: start this one on it once, which brings it up to date"
                .to_owned(),
        ));
    }
    Ok(())
}

fn examine(conn: &mut Conn, folder: &Folder, report: &mut Report) -> Result<()> {
    for rule in rules::rules(matches!(conn, Conn::Sqlite(_))) {
        apply(conn, &rule, report)?;
    }
    files::examine(conn, folder, report)?;
    report.rooms = count(conn, "FROM rooms")?;
    report.messages = count(conn, "FROM messages")?;
    report.people = count(conn, "FROM users")?;
    Ok(())
}

/// What a rule finds: which room, table or person, and the numbers that do not agree.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Text)]
    person: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = BigInt)]
    other: i64,
}

fn apply(conn: &mut Conn, rule: &Rule, report: &mut Report) -> Result<()> {
    let query = rule.query();
    let limit = FINDINGS_MAX + 1;
    let found = rows(
        conn,
        &format!("{query} ORDER BY subject, person, number LIMIT {limit}"),
    )?;
    let all = if found.len() < limit {
        found.len() as i64
    } else {
        count(conn, &format!("FROM ({query}) AS found"))?
    };
    report.more += u64::try_from(all).unwrap_or(0) - found.len() as u64;
    for row in &found {
        report.add((rule.sentence)(row));
    }
    Ok(())
}

fn rows(conn: &mut Conn, query: &str) -> Result<Vec<Row>> {
    let query = diesel::sql_query(query);
    Ok(match conn {
        Conn::Sqlite(sqlite) => query.load(sqlite)?,
        Conn::Postgres(postgres) => query.load(postgres)?,
    })
}

fn count(conn: &mut Conn, from: &str) -> Result<i64> {
    let counted = rows(
        conn,
        &format!(
            "SELECT '' AS subject, '' AS person, COUNT(*) AS number, CAST(0 AS BIGINT) AS other {from}"
        ),
    )?;
    Ok(counted.first().map_or(0, |row| row.number))
}
