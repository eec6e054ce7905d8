//! Whom somebody was last told to be online.

use std::collections::HashMap;

use serde::Deserialize;

/// What one person was told of others.
#[derive(Default)]
pub struct Sightings {
    online: HashMap<String, bool>,
    /// How often somebody was told to be online.
    pub comings: usize,
}

#[derive(Deserialize)]
struct Presence {
    users: Vec<User>,
}

#[derive(Deserialize)]
struct User {
    username: String,
    #[serde(default)]
    online: bool,
}

impl Sightings {
    /// Takes a frame. Errors: what is wrong with it.
    pub fn hear(&mut self, frame: &[u8]) -> Result<(), serde_json::Error> {
        if !frame.starts_with(br#"{"type":"presence""#) {
            return Ok(());
        }
        let presence: Presence = serde_json::from_slice(frame)?;
        for user in presence.users {
            self.comings += usize::from(user.online);
            self.online.insert(user.username, user.online);
        }
        Ok(())
    }

    /// How they were last told of somebody; `None` where they never were.
    pub fn of(&self, username: &str) -> Option<bool> {
        self.online.get(username).copied()
    }
}
