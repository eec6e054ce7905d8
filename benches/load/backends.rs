//! What several nodes share: a database, and a Redis to hear of each other at once.

use crate::Result;
use crate::command::Setting;
use crate::postgresql::Postgresql;
use crate::redis::Redis;

/// Where the nodes find them: those that were named, else throw-away ones of this program's own.
pub struct Backends {
    /// None: SQLite in the data folder.
    pub database: Option<String>,
    pub redis_url: Option<String>,
    /// The one that this program may kill.
    pub redis: Option<Redis>,
    _postgresql: Option<Postgresql>,
}

impl Backends {
    /// Starts what was not named and is needed.
    pub fn gather(setting: &Setting) -> Result<Backends> {
        let core = setting.cores.map(|cores| cores.server);
        let several = setting.nodes > 1;
        let postgresql = if setting.database.is_none() && (several || setting.postgresql) {
            Some(Postgresql::start(&setting.folder, core)?)
        } else {
            None
        };
        let redis = if setting.redis.is_none() && several {
            Some(Redis::start(core)?)
        } else {
            None
        };
        let database = postgresql.as_ref().map(Postgresql::url);
        let redis_url = redis.as_ref().map(Redis::url);
        Ok(Backends {
            database: database.or_else(|| setting.database.clone()),
            redis_url: redis_url.or_else(|| setting.redis.clone()),
            redis,
            _postgresql: postgresql,
        })
    }
}
