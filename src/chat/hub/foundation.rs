//! What a hub is made of.

use std::sync::Arc;

use tokio::sync::Notify;

use super::Arbiters;
use crate::chat::relay::Line;
use crate::metrics::Metrics;
use crate::store::Store;

/// What a hub is made of.
pub struct Foundation {
    /// Where everything is kept.
    pub store: Store,
    /// The id of this database's history.
    pub epoch: Arc<str>,
    /// Where rooms live.
    pub arbiters: Arbiters,
    /// The way to other nodes, where there may be any.
    pub line: Option<Line>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Told when the database is no longer of the history that this node was started with.
    pub history_changed: Arc<Notify>,
    /// Whether heads are compared with the database.
    pub head_check: bool,
}

#[cfg(test)]
impl Foundation {
    /// Of a node that has no others.
    pub fn alone(store: &Store) -> Foundation {
        Foundation {
            store: store.clone(),
            epoch: "epoch".into(),
            arbiters: Arbiters::default(),
            line: None,
            metrics: Arc::default(),
            history_changed: Arc::default(),
            head_check: true,
        }
    }
}
