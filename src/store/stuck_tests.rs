//! Threads that the database does not let go of.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::crew::STUCK_AFTER;
use super::{DEADLINE, Store, site};
use crate::config::Config;
use crate::error::Error;

const AT_ONCE: Duration = Duration::from_millis(500);

fn open() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::from_flags(&["--data", folder.path().to_str().unwrap()]).unwrap();
    let (store, _) = Store::open(&config).unwrap();
    (store, folder)
}

/// Something that stays in the database until its other end is dropped, and says when it has come there.
fn staying() -> (
    impl FnMut() + Send + 'static,
    oneshot::Receiver<()>,
    mpsc::Sender<()>,
) {
    let (release, released) = mpsc::channel::<()>();
    let (arrived, inside) = oneshot::channel();
    let mut arrived = Some(arrived);
    let stay = move || {
        if let Some(arrived) = arrived.take() {
            let _ = arrived.send(());
        }
        let _ = released.recv();
    };
    (stay, inside, release)
}

/// Waits until none is stuck any more.
async fn all_come_back(store: &Store) {
    let began = Instant::now();
    while store.health().readers_stuck + store.health().writers_stuck > 0 {
        assert!(began.elapsed() < DEADLINE, "{:?}", store.health());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn others_read_while_every_reading_thread_is_stuck_and_nobody_waits_when_their_successors_are_too()
 {
    let (store, _folder) = open();
    let mut held = Vec::new();
    for round in 1..=2 {
        for _ in 0..4 {
            let (mut stay, inside, release) = staying();
            let store = store.clone();
            tokio::spawn(async move {
                let stuck = store.read(move |_| {
                    stay();
                    Ok(())
                });
                assert!(matches!(stuck.await, Err(Error::Unavailable(_))));
            });
            inside.await.unwrap();
            held.push(release);
        }
        tokio::time::sleep(STUCK_AFTER + Duration::from_millis(50)).await;
        assert_eq!(store.health().readers_stuck, 4 * round);
        let began = Instant::now();
        let read = store.read(site::load).await;
        assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
        assert_eq!(read.is_ok(), round == 1, "four take the places of four");
    }
    drop(held);
    all_come_back(&store).await;
    store.read(site::load).await.unwrap();
}

#[tokio::test]
async fn nobody_waits_for_the_one_writing_thread_while_it_is_stuck() {
    let (store, _folder) = open();
    let (mut stay, inside, release) = staying();
    let other = store.clone();
    tokio::spawn(async move {
        let stuck = other.write(move |_| {
            stay();
            Ok(())
        });
        assert!(matches!(stuck.await, Err(Error::Unavailable(_))));
    });
    inside.await.unwrap();
    tokio::time::sleep(STUCK_AFTER + Duration::from_millis(50)).await;
    assert_eq!(store.health().writers_stuck, 1);
    assert!(!store.health().can_write);
    let began = Instant::now();
    let refused = store.write(site::load).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
    store.read(site::load).await.unwrap();
    drop(release);
    all_come_back(&store).await;
    store.write(site::load).await.unwrap();
    assert!(store.health().can_write);
}
