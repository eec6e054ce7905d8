//! The rows of a database, table by table, and what a piece of work added to them.

use std::collections::BTreeMap;

/// How many rows a table has, and how often one was changed where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Table {
    pub rows: i64,
    pub changes: Option<i64>,
}

/// All tables by name.
pub type Tables = BTreeMap<String, Table>;

/// Reads lines of `name|rows|changes`.
pub fn read(lines: &str) -> Tables {
    let line = |line: &str| {
        let mut fields = line.split('|');
        let name = fields.next()?.to_owned();
        let rows = fields.next()?.parse().ok()?;
        let changes = fields.next().and_then(|changes| changes.parse().ok());
        Some((name, Table { rows, changes }))
    };
    lines.lines().filter_map(line).collect()
}

/// What is in the tables that was not, where that is anything.
pub fn growth(before: &Tables, after: &Tables) -> Tables {
    let grown = |(name, after): (&String, &Table)| {
        let before = before.get(name).copied().unwrap_or_default();
        let growth = Table {
            rows: after.rows - before.rows,
            changes: after
                .changes
                .map(|changes| changes - before.changes.unwrap_or(0)),
        };
        let is_any = growth.rows != 0 || growth.changes.unwrap_or(0) != 0;
        is_any.then(|| (name.clone(), growth))
    };
    after.iter().filter_map(grown).collect()
}
