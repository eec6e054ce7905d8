//! Several nodes that are one site: one PostgreSQL database, one Redis, and a process for each.

use super::redis::Redis;
use super::{Database, Site, postgres};

/// The nodes of one site, ended with the test.
pub struct Nodes {
    pub sites: Vec<Site>,
    pub redis: Redis,
    /// The address of the database, without anything between.
    pub database: String,
}

impl Nodes {
    /// Starts so many, each straight on the database and the Redis.
    pub fn start(count: usize) -> Nodes {
        Nodes::with(count, &[])
    }

    /// The same with some settings, and without limits on how much one person may say.
    pub fn with(count: usize, settings: &[(&str, &str)]) -> Nodes {
        Nodes::behind(count, settings, |_, direct| direct.clone())
    }

    /// The same with something between a node and what it needs: `route` says how each of them gets there.
    pub fn behind(
        count: usize,
        settings: &[(&str, &str)],
        route: impl Fn(usize, &Backends) -> Backends,
    ) -> Nodes {
        let redis = Redis::start();
        let direct = Backends {
            database: postgres::new_database(),
            redis: redis.url(),
        };
        let mut sites: Vec<Site> = Vec::new();
        for number in 0..count {
            let through = route(number, &direct);
            let mut all = vec![
                ("ADDA_MESSAGES_PER_SECOND", "0"),
                ("DATABASE_URL", through.database.as_str()),
                ("REDIS_URL", through.redis.as_str()),
            ];
            all.extend(settings);
            sites.push(match sites.first() {
                Some(first) => first.beside(&all),
                None => Site::with(Database::Postgresql, &all),
            });
        }
        Nodes {
            sites,
            redis,
            database: direct.database,
        }
    }
}

/// What a node is told to use.
#[derive(Debug, Clone)]
pub struct Backends {
    pub database: String,
    pub redis: String,
}
