//! What must be so of a database. Each rule selects what breaks it, in SQL that both databases understand.

use super::{Row, answers};

/// How what breaks a rule is found, and how it is said.
pub(super) struct Rule {
    /// Expressions for the columns of [`Row`], in their order.
    pub(super) columns: [&'static str; 4],
    pub(super) from: String,
    pub(super) sentence: fn(&Row) -> String,
}

impl Rule {
    pub(super) fn query(&self) -> String {
        let [subject, person, number, other] = self.columns;
        let from = &self.from;
        format!(
            "SELECT CAST({subject} AS TEXT) AS subject, CAST({person} AS TEXT) AS person, \
             CAST({number} AS BIGINT) AS number, CAST({other} AS BIGINT) AS other FROM {from}"
        )
    }
}

/// Every row names others that are there. Foreign keys see to it, unless somebody has switched them off.
const PARENTS: [(&str, &str, &str); 15] = [
    ("attention", "user_id", "users"),
    ("rooms", "created_by", "users"),
    ("former_slugs", "room_id", "rooms"),
    ("room_counters", "room_id", "rooms"),
    ("messages", "room_id", "rooms"),
    ("messages", "author_id", "users"),
    ("memberships", "room_id", "rooms"),
    ("mentions", "user_id", "users"),
    ("memberships", "user_id", "users"),
    ("sign_ins", "user_id", "users"),
    ("password_resets", "user_id", "users"),
    ("avatars", "user_id", "users"),
    ("uploads", "uploader_id", "users"),
    ("reactions", "user_id", "users"),
    ("pins", "user_id", "users"),
];

/// All rules for one of the two databases.
pub(super) fn rules(is_sqlite: bool) -> Vec<Rule> {
    let mut rules = of_numbers();
    rules.extend(of_counters());
    rules.extend(of_members());
    rules.push(of_mentions());
    rules.extend(of_files());
    rules.extend(answers::rules());
    rules.extend(PARENTS.iter().map(|parent| of_parent(*parent)));
    if is_sqlite {
        // What the list above does not name yet.
        let listed = PARENTS.map(|(table, _, _)| format!("'{table}'")).join(", ");
        rules.push(Rule {
            columns: ["\"table\"", "parent", "COUNT(*)", "0"],
            from: format!(
                "pragma_foreign_key_check WHERE \"table\" NOT IN ({listed}) GROUP BY 1, 2"
            ),
            sentence: orphaned,
        });
    }
    rules
}

fn of_numbers() -> Vec<Rule> {
    vec![
        Rule {
            columns: ["r.slug", "''", "g.expected", "g.seq - 1"],
            from: "(SELECT m.room_id, m.seq, COALESCE(LAG(m.seq) OVER (PARTITION BY m.room_id ORDER BY m.seq), f.first_seq - 1) + 1 \
                   AS expected FROM messages m JOIN rooms f ON f.id = m.room_id) g \
                   JOIN rooms r ON r.id = g.room_id WHERE g.seq > g.expected"
                .to_owned(),
            sentence: |row| {
                let Row { subject, number, other, .. } = row;
                if number == other {
                    format!("room {subject}: message {number} is missing")
                } else {
                    format!("room {subject}: messages {number} to {other} are missing")
                }
            },
        },
        Rule {
            columns: ["r.slug", "''", "m.seq", "COUNT(*)"],
            from: "messages m JOIN rooms r ON r.id = m.room_id GROUP BY r.slug, m.room_id, m.seq HAVING COUNT(*) > 1".to_owned(),
            sentence: |row| format!("room {}: message {} is there {} times", row.subject, row.number, row.other),
        },
        Rule {
            columns: ["r.slug", "''", "MIN(m.seq)", "r.first_seq"],
            from: "messages m JOIN rooms r ON r.id = m.room_id WHERE m.seq < r.first_seq GROUP BY r.slug, r.first_seq".to_owned(),
            sentence: |row| format!("room {}: message {} lies before its first, {}", row.subject, row.number, row.other),
        },
        Rule {
            columns: ["r.slug", "''", "m.seq", "m.revision"],
            from: "messages m JOIN rooms r ON r.id = m.room_id WHERE m.revision < 1".to_owned(),
            sentence: |row| format!("room {}: message {} bears the revision {}", row.subject, row.number, row.other),
        },
        Rule {
            columns: ["r.slug", "''", "MIN(m.seq)", "MAX(m.seq)"],
            from: "messages m JOIN rooms r ON r.id = m.room_id GROUP BY r.slug, m.room_id, m.revision HAVING COUNT(*) > 1".to_owned(),
            sentence: |row| format!("room {}: messages {} and {} bear the same revision", row.subject, row.number, row.other),
        },
        Rule {
            columns: ["r.slug", "''", "MIN(m.seq)", "MAX(m.seq)"],
            from: "messages m JOIN rooms r ON r.id = m.room_id \
                   GROUP BY r.slug, m.room_id, m.author_id, m.client_id HAVING COUNT(*) > 1"
                .to_owned(),
            sentence: |row| format!("room {}: messages {} and {} bear the same id of one sender", row.subject, row.number, row.other),
        },
        Rule {
            columns: ["r.slug", "''", "m.seq", "0"],
            from: "messages m JOIN rooms r ON r.id = m.room_id WHERE m.deleted_at IS NOT NULL \
                   AND (m.text <> '' OR m.html IS NOT NULL OR m.calls IS NOT NULL)"
                .to_owned(),
            sentence: |row| format!("room {}: message {} was deleted, and still says something", row.subject, row.number),
        },
        Rule {
            columns: ["r.slug", "''", "m.seq", "m.reply_to"],
            from: "messages m JOIN rooms r ON r.id = m.room_id WHERE m.reply_to >= m.seq OR m.reply_to < 1".to_owned(),
            sentence: |row| format!("room {}: message {} answers message {}, which is not older", row.subject, row.number, row.other),
        },
        Rule {
            columns: ["r.slug", "''", "m.seq", "m.reply_to"],
            from: "messages m JOIN rooms r ON r.id = m.room_id LEFT JOIN messages a ON a.room_id = m.room_id AND a.seq = m.reply_to \
                   WHERE m.reply_to < m.seq AND m.reply_to >= r.first_seq AND a.seq IS NULL"
                .to_owned(),
            sentence: |row| format!("room {}: message {} answers message {}, which is not there", row.subject, row.number, row.other),
        },
        Rule {
            columns: ["r.slug", "''", "v.seq", "v.revision"],
            from: "versions v JOIN rooms r ON r.id = v.room_id LEFT JOIN messages m ON m.room_id = v.room_id AND m.seq = v.seq \
                   WHERE m.edited_at IS NULL OR m.revision <= v.revision"
                .to_owned(),
            sentence: |row| {
                let Row { subject, number, other, .. } = row;
                format!("room {subject}: what message {number} said at revision {other} is kept, and it was not edited after that")
            },
        },
    ]
}

fn of_counters() -> Vec<Rule> {
    vec![
        Rule {
            columns: ["''", "''", "n.found", "0"],
            from: "(SELECT COUNT(*) AS found FROM site) n WHERE n.found <> 1".to_owned(),
            sentence: |row| format!("the site has {} rows of its own in place of one", row.number),
        },
        Rule {
            columns: ["r.slug", "''", "r.id", "0"],
            from: "rooms r LEFT JOIN room_counters c ON c.room_id = r.id WHERE c.room_id IS NULL".to_owned(),
            sentence: |row| format!("room {}: it has no counters", row.subject),
        },
        Rule {
            columns: ["n.slug", "''", "n.last_seq", "n.newest"],
            from: "(SELECT r.slug, c.last_seq, \
                   COALESCE((SELECT MAX(m.seq) FROM messages m WHERE m.room_id = r.id), r.first_seq - 1) AS newest \
                   FROM room_counters c JOIN rooms r ON r.id = c.room_id) n WHERE n.last_seq <> n.newest"
                .to_owned(),
            sentence: |row| {
                format!("room {}: its counter stands at message {}, and its newest is {}", row.subject, row.number, row.other)
            },
        },
        Rule {
            columns: ["n.slug", "''", "n.revision", "n.newest"],
            from: "(SELECT r.slug, c.revision, \
                   (SELECT MAX(m.revision) FROM messages m WHERE m.room_id = r.id) AS newest \
                   FROM room_counters c JOIN rooms r ON r.id = c.room_id) n WHERE n.revision < n.newest"
                .to_owned(),
            sentence: |row| {
                format!("room {}: its change counter stands at {}, and its newest change is {}", row.subject, row.number, row.other)
            },
        },
        Rule {
            columns: ["r.slug", "''", "c.revision", "c.last_seq"],
            from: "room_counters c JOIN rooms r ON r.id = c.room_id WHERE c.revision < c.last_seq".to_owned(),
            sentence: |row| {
                format!("room {}: its change counter stands at {}, below its message counter at {}", row.subject, row.number, row.other)
            },
        },
    ]
}

fn of_members() -> Vec<Rule> {
    let members = "memberships b JOIN rooms r ON r.id = b.room_id JOIN users u ON u.id = b.user_id \
                   JOIN room_counters c ON c.room_id = b.room_id WHERE";
    vec![
        Rule {
            columns: ["r.slug", "u.username", "b.read_seq", "c.last_seq"],
            from: format!("{members} b.read_seq > c.last_seq OR b.read_seq < 0"),
            sentence: |row| {
                let Row {
                    subject,
                    person,
                    number,
                    other,
                } = row;
                format!(
                    "room {subject}: {person} has read up to {number}, and its newest message is {other}"
                )
            },
        },
        Rule {
            columns: [
                "r.slug",
                "u.username",
                "CASE WHEN b.joined_seq > c.last_seq THEN b.joined_seq ELSE b.left_seq END",
                "c.last_seq",
            ],
            from: format!(
                "{members} b.joined_seq > c.last_seq OR COALESCE(b.left_seq, 0) > c.last_seq"
            ),
            sentence: |row| {
                let Row {
                    subject,
                    person,
                    number,
                    other,
                } = row;
                format!(
                    "room {subject}: {person} came or went at {number}, and its newest message is {other}"
                )
            },
        },
    ]
}

fn of_mentions() -> Rule {
    Rule {
        columns: ["r.slug", "u.username", "n.seq", "0"],
        from: "mentions n JOIN rooms r ON r.id = n.room_id JOIN users u ON u.id = n.user_id \
               LEFT JOIN messages m ON m.room_id = n.room_id AND m.seq = n.seq WHERE m.calls IS NULL OR m.calls = 'room'"
            .to_owned(),
        sentence: |row| {
            let Row { subject, person, number, .. } = row;
            format!("room {subject}: {person} is named by message {number}, which names nobody by themselves")
        },
    }
}

fn of_files() -> Vec<Rule> {
    vec![
        Rule {
            columns: ["r.slug", "''", "n.seq", "n.found"],
            from: "(SELECT m.room_id, m.seq, m.attachments, (SELECT COUNT(*) FROM uploads u WHERE u.room_id = m.room_id \
                   AND u.seq = m.seq AND u.state = 'whole') AS found FROM messages m WHERE m.attachments <> 0) n \
                   JOIN rooms r ON r.id = n.room_id WHERE n.found <> n.attachments"
                .to_owned(),
            sentence: |row| format!("room {}: message {} has {} files, and says another number", row.subject, row.number, row.other),
        },
        Rule {
            columns: ["r.slug", "''", "u.seq", "COUNT(*)"],
            from: "uploads u JOIN rooms r ON r.id = u.room_id LEFT JOIN messages m ON m.room_id = u.room_id AND m.seq = u.seq \
                   WHERE u.seq IS NOT NULL AND (m.seq IS NULL OR m.attachments = 0) GROUP BY r.slug, u.seq"
                .to_owned(),
            sentence: |row| format!("room {}: {} files belong to message {}, which has none", row.subject, row.other, row.number),
        },
    ]
}

fn of_parent((table, column, parent): (&'static str, &'static str, &'static str)) -> Rule {
    Rule {
        columns: ["o.child", "o.parent", "o.rows_found", "0"],
        from: format!(
            "(SELECT '{table}' AS child, '{parent}' AS parent, COUNT(*) AS rows_found \
             FROM {table} c LEFT JOIN {parent} p ON p.id = c.{column} WHERE p.id IS NULL) o WHERE o.rows_found > 0"
        ),
        sentence: orphaned,
    }
}

fn orphaned(row: &Row) -> String {
    let Row {
        subject,
        person,
        number,
        ..
    } = row;
    format!("{number} rows of {subject} name {person} that are not there")
}
