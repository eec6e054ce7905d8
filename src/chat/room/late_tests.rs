//! Saves that take longer than anyone waits.

use std::sync::mpsc;

use super::tests::{Scene, view};
use crate::chat::posting::words;
use crate::names::ClientId;
use crate::store::{Batch, Change, Outcome, Saved, Store};

/// Keeps the writing thread busy until the answer is dropped.
async fn stall(store: &Store) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let (started, stalled) = tokio::sync::oneshot::channel();
    let (store, mut started) = (store.clone(), Some(started));
    actix::spawn(async move {
        let stuck = store.write(move |_| {
            if let Some(started) = started.take() {
                let _ = started.send(());
            }
            let _ = released.recv();
            Ok(())
        });
        let _ = stuck.await;
    });
    stalled.await.unwrap();
    release
}

#[actix::test]
async fn what_was_stored_after_all_is_shown_once() {
    let scene = Scene::open().await;
    let (mut ada, mut ben) = (scene.enters(0, None).await, scene.enters(1, None).await);
    ada.hears_kind("welcome").await;
    ben.hears_kind("welcome").await;
    let stalled = stall(&scene.store).await;
    ada.says("first", Some("one"));
    let refused = ada.hears_kind("error").await;
    assert_eq!(
        (refused["code"].as_str(), refused["retry"].as_bool()),
        (Some("unavailable"), Some(true))
    );
    ada.says("first", Some("one"));
    assert_eq!(
        ada.hears_kind("error").await["code"],
        "unavailable",
        "not while the outcome is open"
    );
    drop(stalled);
    assert_eq!(ada.hears_messages(1).await, [(1, "first".to_owned())]);
    assert_eq!(ben.hears_messages(1).await, [(1, "first".to_owned())]);
    ada.says("first", Some("one"));
    assert_eq!(ada.hears_kind("done").await["seq"], 1);
    ada.says("second", Some("two"));
    assert_eq!(ben.hears_messages(1).await, [(2, "second".to_owned())]);
    let mut late = scene.enters(3, Some(0)).await;
    assert_eq!(late.hears_kind("welcome").await["resumed"], true);
    assert_eq!(late.hears_messages(2).await.len(), 2);
}

#[actix::test]
async fn after_what_was_stored_after_all_comes_what_was_refused_behind_it() {
    let scene = Scene::open().await;
    let mut ada = scene.enters(0, None).await;
    ada.hears_kind("welcome").await;
    let stalled = stall(&scene.store).await;
    for (text, id) in [("first", "one"), ("second", "two")] {
        ada.says(text, Some(id));
        assert_eq!(ada.hears_kind("error").await["client_id"], id);
    }
    drop(stalled);
    assert_eq!(ada.hears_messages(1).await, [(1, "first".to_owned())]);
    // Its sender knows now that it is stored, and goes on with the next: a third would overtake it.
    ada.says("third", Some("three"));
    assert_eq!(ada.hears_kind("error").await["client_id"], "three");
    for (text, id) in [("second", "two"), ("third", "three")] {
        ada.says(text, Some(id));
    }
    let said = [(2, "second".to_owned()), (3, "third".to_owned())];
    assert_eq!(ada.hears_messages(2).await, said);
}

#[actix::test]
async fn two_batches_of_a_room_in_one_transaction_know_of_each_other() {
    let scene = Scene::open().await;
    let ada = &scene.people[0];
    let room = view(&scene.store, ada, &scene.slug).await.id;
    let batch = |ids: &[&str]| Batch {
        room,
        gate: 0,
        changes: ids
            .iter()
            .map(|id| Change {
                author: ada.id,
                username: ada.username.clone(),
                client_id: ClientId::parse(id).unwrap(),
                fresh: false,
                what: words(id),
                draft: None,
            })
            .collect(),
    };
    let stalled = stall(&scene.store).await;
    let first = scene.store.commit(batch(&["one", "two"]));
    let again = scene.store.commit(batch(&["one", "three"]));
    let release = async move { drop(stalled) };
    let (first, again, ()) = tokio::join!(first, again, release);
    let (Saved::Done(first), Saved::Done(again)) = (first, again) else {
        panic!("both are saved")
    };
    assert_eq!((first.revision, again.revision), (2, 3));
    let between: Vec<i64> = again
        .between
        .unwrap()
        .iter()
        .map(|message| message.revision)
        .collect();
    assert_eq!(between, [1, 2]);
    assert!(matches!(&again.outcomes[0], Outcome::Known(message) if message.seq == 1));
    assert!(matches!(&again.outcomes[1], Outcome::Stored(message) if message.seq == 3));
}
