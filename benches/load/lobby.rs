//! The lobby of a site with many rooms and people.

use crate::Result;
use crate::asking::{Asking, Pages, ask};
use crate::plans::LobbyPlan;
use crate::stage::Stage;

/// Makes the rooms, has those who will ask belong to some of them and somebody talk there, then asks for the lobby.
pub fn run(stage: &mut Stage, plan: &LobbyPlan) -> Result<Pages> {
    eprintln!("making {} rooms", plan.rooms);
    let rooms = stage.rooms("lobby", usize::from(plan.rooms))?;
    let joined = &rooms[..rooms.len().min(usize::from(plan.joined))];
    for room in joined {
        for person in 0..usize::from(plan.connections) {
            stage.join(room, person)?;
        }
        stage.say(room, usize::from(plan.connections), "Who is for tea?")?;
    }
    stage.rest()?;
    let holds = [
        joined.first().map(|room| format!("data-slug=\"{room}\"")),
        Some("data-presence=\"load-".to_owned()),
    ];
    let asking = Asking {
        path: "/",
        seconds: plan.seconds,
        connections: plan.connections,
        holds: &holds.into_iter().flatten().collect::<Vec<_>>(),
    };
    ask(stage, &asking)
}
