//! Redis is killed, frozen or cut off: sends are acknowledged as before, and between nodes it takes a moment longer.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::eventually;
use crate::people::assert_gapless;
use crate::relay::{AT_ONCE, ada_and_ben, nodes, reaches};
use crate::site::nodes::{Backends, Nodes};
use crate::site::wire::Wire;

#[test]
fn a_killed_redis_costs_nobody_anything_but_a_moment_between_nodes() {
    crate::play(async {
        let mut nodes = nodes(2);
        let (mut ada, mut ben) = ada_and_ben(&nodes).await;
        nodes.redis.kill();
        for round in 0..5 {
            let began = Instant::now();
            ada.says(&format!("without Redis {round}")).await;
            assert!(
                began.elapsed() < Duration::from_secs(1),
                "a sender does not wait for Redis"
            );
            ben.sees(&format!("without Redis {round}")).await;
            assert!(began.elapsed() < 2 * AT_ONCE, "{:?}", began.elapsed());
        }
        let ready = nodes.sites[0].browser().get("/readyz").await;
        assert_eq!(ready.status, 200, "adda is ready without Redis");
        nodes.redis.start_again();
        nodes.hear_each_other(2).await;
        assert!(reaches(&mut ada, &mut ben, "with Redis again").await < AT_ONCE);
        assert_gapless(&ben.history("lobby").await);
        ben.sees_nothing_more().await;
    });
}

#[test]
fn a_redis_that_answers_nobody_is_noticed() {
    crate::play(async {
        let nodes = nodes(2);
        let (mut ada, mut ben) = ada_and_ben(&nodes).await;
        nodes.redis.freeze();
        for round in 0..5 {
            let took = reaches(&mut ada, &mut ben, &format!("frozen {round}")).await;
            assert!(took < 2 * AT_ONCE, "{took:?}");
        }
        eventually("the node to notice", async || {
            nodes.sites[1].metric("adda_relay_well").await == 0
        })
        .await;
        nodes.redis.thaw();
        nodes.hear_each_other(2).await;
        assert!(reaches(&mut ada, &mut ben, "thawed").await < AT_ONCE);
        ben.sees_nothing_more().await;
    });
}

#[test]
fn subscriptions_that_are_cut_again_and_again_lose_nothing() {
    crate::play(async {
        let nodes = nodes(2);
        let (mut ada, mut ben) = ada_and_ben(&nodes).await;
        for round in 0..10 {
            nodes.redis.command(&["CLIENT", "KILL", "TYPE", "pubsub"]);
            for part in 0..3 {
                let took = reaches(&mut ada, &mut ben, &format!("{round}, {part}")).await;
                assert!(took < 2 * AT_ONCE, "{took:?}");
            }
        }
        ben.sees_nothing_more().await;
        assert_gapless(&ben.history("lobby").await);
    });
}

#[test]
fn a_node_that_is_cut_off_from_redis_stays_in_step() {
    crate::play(async {
        let wires: Mutex<Vec<Wire>> = Mutex::default();
        let nodes = Nodes::behind(2, &[("ADDA_METRICS", "127.0.0.1:0")], |_, direct| {
            let wire = Wire::to(direct.redis.trim_start_matches("redis://").parse().unwrap());
            let redis = format!("redis://{}", wire.address());
            wires.lock().unwrap().push(wire);
            Backends {
                redis,
                ..direct.clone()
            }
        });
        let (mut ada, mut ben) = ada_and_ben(&nodes).await;
        wires.lock().unwrap()[1].cut();
        for round in 0..5 {
            let text = format!("to the one that is cut off, {round}");
            assert!(reaches(&mut ada, &mut ben, &text).await < 2 * AT_ONCE);
            // The other node misses its beat.
            let text = format!("and from there, {round}");
            assert!(reaches(&mut ben, &mut ada, &text).await < 2 * AT_ONCE);
        }
        wires.lock().unwrap()[1].mend();
        nodes.hear_each_other(2).await;
        assert!(reaches(&mut ben, &mut ada, "mended").await < AT_ONCE);
        let history = ada.history("lobby").await;
        assert_gapless(&history);
        for person in [&mut ada, &mut ben] {
            person.socket().everything().await;
            assert_eq!(person.socket().all_shown(), history);
        }
    });
}

#[test]
fn nodes_that_start_without_redis_keep_in_step_as_well() {
    crate::play(async {
        let nodes = Nodes::behind(2, &[], |_, direct| Backends {
            // Nobody listens there.
            redis: "redis://127.0.0.1:1".to_owned(),
            ..direct.clone()
        });
        let mut ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        for round in 0..4 {
            let took = reaches(&mut ada, &mut ben, &format!("round {round}")).await;
            assert!(took < 2 * AT_ONCE, "{took:?}");
        }
    });
}

#[test]
fn what_was_on_its_way_to_redis_when_the_connection_broke_is_sent_again() {
    crate::play(async {
        let nodes = nodes(2);
        let (mut ada, mut ben) = ada_and_ben(&nodes).await;
        for round in 0..10 {
            nodes
                .redis
                .command(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
            let took = reaches(&mut ada, &mut ben, &format!("round {round}")).await;
            assert!(took < AT_ONCE, "{took:?}");
        }
        ben.sees_nothing_more().await;
    });
}

#[test]
fn a_node_that_stops_is_not_missed() {
    crate::play(async {
        let mut nodes = nodes(2);
        let (mut ada, _ben) = ada_and_ben(&nodes).await;
        nodes.sites[1].terminate();
        nodes.sites[1].ends().await;
        for round in 0..10 {
            ada.says(&format!("round {round}")).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            let well = nodes.sites[0].metric("adda_relay_well").await;
            assert_eq!(well, 1, "round {round}");
        }
    });
}
