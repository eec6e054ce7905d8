//! The page of a room in which people have talked a little.

use crate::Result;
use crate::asking::{Asking, Pages, ask};
use crate::command::PagePlan;
use crate::stage::Stage;

/// As many as the page shows.
const MESSAGES: usize = 50;

/// Has people talk, then asks for the page over kept connections.
pub fn run(stage: &mut Stage, plan: &PagePlan) -> Result<Pages> {
    let rooms = stage.rooms("page", 1)?;
    let room = rooms.first().ok_or("a room was made")?;
    for number in 1..=MESSAGES {
        // People say a few things in a row, then somebody else does.
        let text = format!(
            "This is what I wanted to say, number {number}: see you at https://example.org/ in the evening."
        );
        stage.say(room, number / 3, &text)?;
    }
    stage.rest()?;
    let asking = Asking {
        path: &format!("/chat/{room}/"),
        seconds: plan.seconds,
        connections: plan.connections,
        holds: &[1, MESSAGES].map(|number| format!("number {number}:")),
    };
    ask(stage, &asking)
}
