//! What must be so of reactions and pins: what the messages say of them is what is there.

use super::Row;
use super::rules::Rule;

/// Rules that select what breaks them.
pub(super) fn rules() -> Vec<Rule> {
    vec![
        Rule {
            columns: ["r.slug", "m.reactions", "m.seq", "COALESCE(n.found, 0)"],
            from: "messages m JOIN rooms r ON r.id = m.room_id LEFT JOIN (SELECT room_id, seq, COUNT(*) AS found FROM reactions \
                   GROUP BY room_id, seq) n ON n.room_id = m.room_id AND n.seq = m.seq WHERE m.reactions <> COALESCE(n.found, 0)"
                .to_owned(),
            sentence: |row| {
                let Row { subject, person, number, other } = row;
                format!("room {subject}: message {number} counts {person} reactions, and {other} are there")
            },
        },
        Rule {
            columns: ["r.slug", "''", "n.seq", "COUNT(*)"],
            from: "reactions n JOIN rooms r ON r.id = n.room_id LEFT JOIN messages m ON m.room_id = n.room_id AND m.seq = n.seq \
                   WHERE m.seq IS NULL OR m.deleted_at IS NOT NULL GROUP BY r.slug, n.seq"
                .to_owned(),
            sentence: |row| format!("room {}: {} reactions are to message {}, which says nothing", row.subject, row.other, row.number),
        },
        Rule {
            columns: ["r.slug", "''", "m.seq", "0"],
            from: "messages m JOIN rooms r ON r.id = m.room_id LEFT JOIN pins p ON p.room_id = m.room_id AND p.seq = m.seq \
                   WHERE (p.seq IS NULL) = m.pinned"
                .to_owned(),
            sentence: |row| format!("room {}: whether message {} is pinned is not told alike", row.subject, row.number),
        },
        Rule {
            columns: ["r.slug", "''", "p.seq", "0"],
            from: "pins p JOIN rooms r ON r.id = p.room_id LEFT JOIN messages m ON m.room_id = p.room_id AND m.seq = p.seq \
                   WHERE m.seq IS NULL OR m.deleted_at IS NOT NULL"
                .to_owned(),
            sentence: |row| format!("room {}: message {} is pinned, and says nothing", row.subject, row.number),
        },
    ]
}
