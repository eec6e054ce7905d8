use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::{Drain, Join, Leave, Opening, Retire, Room, Say, SessionId};
use crate::chat::closing::CloseReason;
use crate::chat::hub::{Foundation, Hub};
use crate::chat::outlet::{Batch, Deliver, End, Gauge, Outlet};
use crate::chat::posting::words;
use crate::chat::recent::NodeBytes;
use crate::config::Config;
use crate::names::{ClientId, DisplayName, Slug, Username};
use crate::store::Store;
use crate::store::rooms::{self, NewRoom};
use crate::store::users::{self, NewAccount, Profile, Viewer};

/// A room on a database of its own, with two people who have accounts.
pub(in crate::chat) struct Scene {
    pub(in crate::chat) store: Store,
    pub(super) room: Addr<Room>,
    pub(super) slug: Slug,
    pub(in crate::chat) people: Vec<Viewer>,
    _folder: tempfile::TempDir,
}

impl Scene {
    pub(in crate::chat) async fn open() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::from_flags(&["--data", folder.path().to_str().unwrap()]).unwrap();
        let (store, _) = Store::open(&config).unwrap();
        let (people, slug) = store
            .write(|conn| {
                let mut people = Vec::new();
                for name in ["ada", "ben"] {
                    let account = NewAccount {
                        username: Username::parse(name)?,
                        name: DisplayName::parse(name, "name")?,
                        role: "member",
                        password_hash: None,
                    };
                    people.push(users::create(conn, &account)?);
                }
                let new = NewRoom {
                    closed: false,
                    name: DisplayName::parse("Tea", "room")?,
                    topic: String::new(),
                };
                let slug = rooms::create(conn, people[0].id, &new)?;
                Ok((people, slug))
            })
            .await
            .unwrap();
        let view = view(&store, &people[0], &slug).await;
        let hub = Hub::new(Foundation::alone(&store)).start();
        let opening = Opening {
            id: view.id,
            slug: view.slug.as_str().into(),
            epoch: "epoch".into(),
            store: store.clone(),
            hub,
            line: None,
            metrics: Arc::default(),
            node_bytes: NodeBytes::default(),
            elsewhere: Vec::new(),
        };
        Scene {
            store,
            room: Room::new(opening).start(),
            slug,
            people,
            _folder: folder,
        }
    }

    pub(super) async fn enters(&self, session: SessionId, since: Option<i64>) -> Listener {
        let viewer = &self.people[session as usize % self.people.len()];
        let person = Arc::new(profile(&self.store, viewer).await);
        let (heard, frames) = mpsc::unbounded_channel();
        let (ended, closed) = oneshot::channel();
        let gauge: Arc<Gauge> = Arc::default();
        let ear = Ear {
            heard,
            ended: Some(ended),
            gauge: gauge.clone(),
        }
        .start();
        let outlet = Arc::new(Outlet {
            frames: ear.clone().recipient(),
            end: ear.clone().recipient(),
            gauge: gauge.clone(),
        });
        let view = view(&self.store, viewer, &self.slug).await;
        self.room.do_send(Join {
            session,
            person: person.clone(),
            outlet,
            view,
            since,
        });
        Listener {
            session,
            person,
            room: self.room.clone(),
            frames,
            closed,
            end: ear.recipient(),
            gauge,
        }
    }
}

pub(super) async fn view(store: &Store, viewer: &Viewer, slug: &Slug) -> rooms::Room {
    let (viewer, slug) = (viewer.clone(), slug.clone());
    store
        .read(move |conn| rooms::by_slug(conn, &viewer, &slug))
        .await
        .unwrap()
}

async fn profile(store: &Store, viewer: &Viewer) -> Profile {
    let id = viewer.id;
    store
        .read(move |conn| users::profile(conn, id))
        .await
        .unwrap()
}

/// What stands where a session would.
pub(in crate::chat) struct Ear {
    pub(in crate::chat) heard: mpsc::UnboundedSender<Value>,
    pub(in crate::chat) ended: Option<oneshot::Sender<CloseReason>>,
    pub(in crate::chat) gauge: Arc<Gauge>,
}

impl Actor for Ear {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(1_000);
    }
}

impl Handler<Deliver> for Ear {
    type Result = ();

    fn handle(&mut self, Deliver(batch): Deliver, _: &mut Self::Context) {
        self.gauge.taken(&batch);
        for frame in batch.frames() {
            let _ = self.heard.send(serde_json::from_str(frame).unwrap());
        }
    }
}

impl Handler<End> for Ear {
    type Result = ();

    fn handle(&mut self, end: End, ctx: &mut Self::Context) {
        if let End::Now(reason) = end
            && let Some(ended) = self.ended.take()
        {
            let _ = ended.send(reason);
            ctx.stop();
        }
    }
}

pub(super) struct Listener {
    session: SessionId,
    person: Arc<Profile>,
    room: Addr<Room>,
    pub(super) frames: mpsc::UnboundedReceiver<Value>,
    pub(super) closed: oneshot::Receiver<CloseReason>,
    pub(super) end: Recipient<End>,
    gauge: Arc<Gauge>,
}

impl Listener {
    pub(super) fn says(&self, text: &str, client_id: Option<&str>) {
        self.room.do_send(Say {
            session: self.session,
            person: self.person.clone(),
            client_id: client_id.map(|id| ClientId::parse(id).unwrap()),
            what: words(text),
        });
    }

    pub(super) async fn hears(&mut self) -> Value {
        tokio::time::timeout(Duration::from_secs(5), self.frames.recv())
            .await
            .expect("a frame within 5 s")
            .unwrap()
    }

    pub(super) async fn hears_kind(&mut self, kind: &str) -> Value {
        let frame = self.hears().await;
        assert_eq!(frame["type"], kind, "{frame}");
        frame
    }

    pub(super) async fn hears_messages(&mut self, count: usize) -> Vec<(i64, String)> {
        let mut messages = Vec::new();
        for _ in 0..count {
            let frame = self.hears_kind("message").await;
            messages.push((
                frame["revision"].as_i64().unwrap(),
                frame["message"].as_str().unwrap().to_owned(),
            ));
        }
        messages
    }
}

#[actix::test]
async fn everyone_sees_the_same_in_one_order() {
    let scene = Scene::open().await;
    let (mut ada, mut ben) = (scene.enters(0, None).await, scene.enters(1, None).await);
    assert_eq!(ada.hears_kind("welcome").await["resumed"], false);
    ben.hears_kind("welcome").await;
    for number in 0..50 {
        ada.says(&format!("a{number}"), None);
        ben.says(&format!("b{number}"), None);
    }
    let seen = ada.hears_messages(100).await;
    assert_eq!(seen, ben.hears_messages(100).await);
    let revisions: Vec<i64> = seen.iter().map(|(revision, _)| *revision).collect();
    assert_eq!(revisions, (1..=100).collect::<Vec<_>>());
    let of_ada: Vec<&str> = seen
        .iter()
        .map(|(_, text)| text.as_str())
        .filter(|text| text.starts_with('a'))
        .collect();
    assert_eq!(
        of_ada,
        (0..50)
            .map(|number| format!("a{number}"))
            .collect::<Vec<_>>()
    );
}

#[actix::test]
async fn a_message_sent_again_is_stored_once() {
    let scene = Scene::open().await;
    let mut ada = scene.enters(0, None).await;
    ada.hears_kind("welcome").await;
    ada.says("tea?", Some("one"));
    ada.says("tea?", Some("one"));
    ada.says("coffee?", Some("one"));
    ada.says("yes", Some("two"));
    assert_eq!(
        ada.hears_messages(2).await,
        [(1, "tea?".to_owned()), (2, "yes".to_owned())]
    );
    let again = ada.hears_kind("done").await;
    assert_eq!(
        (again["client_id"].as_str(), again["seq"].as_i64()),
        (Some("one"), Some(1))
    );
    let refused = ada.hears_kind("error").await;
    assert_eq!(
        (refused["code"].as_str(), refused["retry"].as_bool()),
        (Some("conflict"), Some(false))
    );
}

#[actix::test]
async fn who_returns_gets_what_was_missed_before_anything_newer() {
    let scene = Scene::open().await;
    let mut ada = scene.enters(0, None).await;
    ada.hears_kind("welcome").await;
    for number in 1..=20 {
        ada.says(&number.to_string(), None);
    }
    ada.hears_messages(20).await;
    let mut ben = scene.enters(1, Some(5)).await;
    ada.says("21", None);
    let welcome = ben.hears_kind("welcome").await;
    assert_eq!(welcome["resumed"], true);
    let missed: Vec<i64> = ben
        .hears_messages(16)
        .await
        .into_iter()
        .map(|(revision, _)| revision)
        .collect();
    assert_eq!(missed, (6..=21).collect::<Vec<_>>());
    for since in [21, 999] {
        let mut late = scene.enters(3, Some(since)).await;
        assert_eq!(
            late.hears_kind("welcome").await["resumed"],
            since == 21,
            "since {since}"
        );
    }
}

#[actix::test]
async fn what_is_no_longer_at_hand_comes_from_the_database() {
    let scene = Scene::open().await;
    let mut ada = scene.enters(0, None).await;
    ada.hears_kind("welcome").await;
    // Twenty of these are more than a room keeps at hand.
    let long = "x".repeat(15_000);
    for number in 1..=150 {
        ada.says(&format!("{number} {long}"), None);
        ada.hears_messages(1).await;
    }
    let mut ben = scene.enters(1, Some(2)).await;
    assert_eq!(ben.hears_kind("welcome").await["resumed"], true);
    let missed: Vec<i64> = ben
        .hears_messages(148)
        .await
        .into_iter()
        .map(|(revision, _)| revision)
        .collect();
    assert_eq!(missed, (3..=150).collect::<Vec<_>>());
}

#[actix::test]
async fn more_than_a_thousand_missed_changes_are_loaded_afresh() {
    let scene = Scene::open().await;
    let mut ada = scene.enters(0, None).await;
    ada.hears_kind("welcome").await;
    for number in 1..=1_001 {
        ada.says(&number.to_string(), None);
        if number % 500 == 0 {
            ada.hears_messages(500).await;
        }
    }
    ada.hears_messages(1).await;
    assert_eq!(
        scene.enters(1, Some(0)).await.hears_kind("welcome").await["resumed"],
        false
    );
    let mut ben = scene.enters(3, Some(1)).await;
    assert_eq!(ben.hears_kind("welcome").await["resumed"], true);
    assert_eq!(ben.hears_messages(1_000).await.len(), 1_000);
}

#[actix::test]
async fn a_slow_reader_is_let_go_and_the_others_go_on() {
    let scene = Scene::open().await;
    let (mut ada, mut ben) = (scene.enters(0, None).await, scene.enters(1, None).await);
    ada.hears_kind("welcome").await;
    ben.hears_kind("welcome").await;
    let stuck = Batch::one("x".repeat(2 * 1024 * 1024).into());
    ben.gauge.added(&stuck);
    ada.says("on we go", None);
    assert_eq!(ada.hears_messages(1).await.len(), 1);
    assert_eq!((&mut ben.closed).await, Ok(CloseReason::TooSlow));
}

#[actix::test]
async fn what_cannot_be_saved_is_refused_and_holds_up_what_follows() {
    let scene = Scene::open().await;
    let mut ada = scene.enters(0, None).await;
    ada.hears_kind("welcome").await;
    let store = scene.store.clone();
    actix_web::web::block(move || store.close()).await.unwrap();
    ada.says("first", Some("one"));
    ada.says("second", Some("two"));
    for id in ["one", "two"] {
        let refused = ada.hears_kind("error").await;
        assert_eq!(
            (refused["code"].as_str(), refused["client_id"].as_str()),
            (Some("unavailable"), Some(id))
        );
        assert_eq!(refused["retry"], true);
    }
}

#[actix::test]
async fn a_room_ends_when_it_is_empty_and_not_before() {
    let scene = Scene::open().await;
    let mut ada = scene.enters(0, None).await;
    ada.hears_kind("welcome").await;
    assert_eq!(scene.room.send(Retire).await, Ok(false));
    scene.room.send(Leave { session: 0 }).await.unwrap();
    assert_eq!(scene.room.send(Retire).await, Ok(true));
}

#[actix::test]
async fn draining_finishes_what_was_said_and_takes_nothing_new() {
    let scene = Scene::open().await;
    let mut ada = scene.enters(0, None).await;
    ada.hears_kind("welcome").await;
    ada.says("before", None);
    let (done, finished) = oneshot::channel();
    scene.room.do_send(Drain(done));
    ada.says("after", Some("late"));
    finished.await.unwrap();
    let mut heard = [ada.hears().await, ada.hears().await];
    heard.sort_by_key(|frame| frame["type"].as_str().map(str::to_owned));
    assert_eq!(heard[0]["code"], "unavailable");
    assert_eq!(heard[1]["message"], "before");
}
