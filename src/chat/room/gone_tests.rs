//! Sessions that have ended, and what is still to be said for them.

use super::tests::Scene;
use super::{Leave, Ping};
use crate::chat::closing::CloseReason;
use crate::chat::outlet::End;

#[actix::test]
async fn what_a_session_said_before_it_ended_is_said_though_it_is_found_gone_before() {
    let scene = Scene::open().await;
    let (mut ada, mut ben) = (scene.enters(0, None).await, scene.enters(1, None).await);
    ada.hears_kind("welcome").await;
    ben.hears_kind("welcome").await;
    ben.end.do_send(End::Now(CloseReason::Silent));
    while ben.end.connected() {
        tokio::task::yield_now().await;
    }
    // The answer finds nobody there, and then comes what Ben has said.
    scene.room.do_send(Ping {
        session: 1,
        client_id: None,
    });
    ben.says("the last word", Some("last"));
    scene.room.do_send(Leave { session: 1 });
    assert_eq!(ada.hears_kind("message").await["message"], "the last word");
}
