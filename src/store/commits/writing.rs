//! One transaction of the group commit, and what is done when something in it is at fault.

use super::numbering::Numbering;
use super::{Batch, Committed, Outcome};
use crate::error::{Error, Result};
use crate::store::connection::{Conn, transaction_again};

/// Saves all batches in one transaction; where the data of one is at fault, each alone, then change by change, so that only
/// the culprit is refused.
///
/// Errors: the database is away, or the outcome of the commit is not known.
pub(super) fn save_all(conn: &mut Conn, batches: &[Batch]) -> Result<Vec<Result<Committed>>> {
    match save_together(conn, batches) {
        Ok(saved) => Ok(saved.into_iter().map(Ok).collect()),
        Err(Error::Unavailable(cause)) => Err(Error::Unavailable(cause)),
        Err(fault) => {
            log::warn!("a batch is refused as a whole ({fault}); looking for the culprit");
            Ok(batches
                .iter()
                .map(|batch| save_alone(conn, batch))
                .collect())
        }
    }
}

fn save_alone(conn: &mut Conn, batch: &Batch) -> Result<Committed> {
    match save_together(conn, std::slice::from_ref(batch)) {
        Ok(mut saved) => saved
            .pop()
            .ok_or_else(|| Error::Internal("a batch came back without outcome".to_owned())),
        Err(Error::Unavailable(cause)) => Err(Error::Unavailable(cause)),
        Err(_) => change_by_change(conn, batch),
    }
}

fn change_by_change(conn: &mut Conn, batch: &Batch) -> Result<Committed> {
    let mut all = Committed {
        between: Some(Vec::new()),
        outcomes: Vec::new(),
        revision: batch.gate,
        last_seq: 0,
        moved: Vec::new(),
    };
    for change in &batch.changes {
        let single = Batch {
            room: batch.room,
            gate: all.revision,
            changes: vec![change.clone()],
        };
        match save_together(conn, &[single]) {
            Ok(mut saved) => {
                let Some(saved) = saved.pop() else { continue };
                all.between = match (all.between, saved.between) {
                    (Some(mut before), Some(more)) => {
                        before.extend(more);
                        Some(before)
                    }
                    _ => None,
                };
                all.outcomes.extend(saved.outcomes);
                all.revision = saved.revision;
                all.last_seq = saved.last_seq;
                all.moved.extend(saved.moved);
            }
            Err(Error::Unavailable(cause)) => return Err(Error::Unavailable(cause)),
            Err(fault) => {
                log::error!("a change of room {} cannot be stored: {fault}", batch.room);
                all.outcomes.push(Outcome::Refused(fault));
            }
        }
    }
    Ok(all)
}

fn save_together(conn: &mut Conn, batches: &[Batch]) -> Result<Vec<Committed>> {
    transaction_again(conn, |conn| {
        let mut numbering = Numbering::lock(conn, batches)?;
        let mut saved = Vec::with_capacity(batches.len());
        for batch in batches {
            saved.push(numbering.apply(conn, batch)?);
        }
        numbering.store(conn)?;
        Ok(saved)
    })
}
