use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tokio::sync::{mpsc, oneshot};

use super::{Connect, CutOff, Foundation, Hub, WhoIsThere};
use crate::chat::closing::CloseReason;
use crate::chat::outlet::{Gauge, Outlet};
use crate::chat::room::tests::{Ear, Scene};
use crate::store::{Store, UserId, attention, sign_ins, users};

fn hub(store: &Store) -> Addr<Hub> {
    Hub::new(Foundation::alone(store)).start()
}

/// A socket of somebody, come by a sign-in; told why it is closed.
async fn connects(
    hub: &Addr<Hub>,
    store: &Store,
    session: u64,
    user: UserId,
    sign_in: i64,
) -> oneshot::Receiver<CloseReason> {
    let (ended, closed) = oneshot::channel();
    let gauge: Arc<Gauge> = Arc::default();
    let ear = Ear {
        heard: mpsc::unbounded_channel().0,
        ended: Some(ended),
        gauge: gauge.clone(),
    }
    .start();
    let outlet = Arc::new(Outlet {
        frames: ear.clone().recipient(),
        end: ear.recipient(),
        gauge,
    });
    let person = store.read(move |conn| users::profile(conn, user)).await;
    let attention = store.read(move |conn| attention::of(conn, user)).await;
    hub.send(Connect {
        session,
        person: Arc::new(person.unwrap()),
        attention: attention.unwrap(),
        sign_in,
        room: None,
        muted: HashMap::new(),
        belongs: true,
        outlet,
    })
    .await
    .unwrap();
    closed
}

#[actix::test]
async fn a_socket_that_comes_after_its_sign_out_is_closed() {
    let scene = Scene::open().await;
    let ada = scene.people[0].id;
    let living = scene
        .store
        .write(move |conn| {
            sign_ins::begin(
                conn,
                ada,
                None,
                b"a token's hash",
                &sign_ins::Origin::default(),
                None,
            )?;
            sign_ins::find(conn, b"a token's hash")
        })
        .await
        .unwrap()
        .unwrap();
    let hub = hub(&scene.store);
    let mut stays = connects(&hub, &scene.store, 1, ada, living.id).await;
    let ended = connects(&hub, &scene.store, 2, ada, living.id + 1).await;
    let reason = tokio::time::timeout(Duration::from_secs(5), ended)
        .await
        .expect("within 5 s");
    assert_eq!(reason, Ok(CloseReason::SignedOut));
    assert!(hub.send(WhoIsThere).await.unwrap().is_online(ada));
    assert!(stays.try_recv().is_err(), "the other sign-in is not over");
    hub.send(CutOff(ada)).await.unwrap();
    assert_eq!(stays.await, Ok(CloseReason::SignedOut));
}
