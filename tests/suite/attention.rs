//! What gets somebody's attention in all of their rooms, and when nothing does: on every device, by way of every node.

use serde_json::{Value, json};

use crate::people::Person;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};
use crate::socket::Socket;

on_both_databases!(
    words_are_told_of_as_if_they_named_one,
    nothing_disturbs_until_a_time_and_counts_go_on,
    nothing_disturbs_in_quiet_hours,
    what_is_none_of_it_is_refused_and_changes_nothing,
    it_all_works_by_a_form_without_script,
    it_is_among_what_is_kept_of_somebody,
);

const PATH: &str = "/api/me/notifications";
const LATER: &str = "2099-01-01T00:00:00.000Z";

/// Changes what gets somebody's attention; what is set then.
async fn sets(person: &Person, changes: Value) -> Value {
    let answer = person.asks("PATCH", PATH, &changes).await;
    answer.expect(200, &changes.to_string()).value()
}

/// Says something in the lobby, and what the next activity up to it tells somebody of by itself: the whole frame.
async fn hears(page: &mut Socket, speaker: &mut Person, text: &str) -> Value {
    let seq = speaker.says(text).await["seq"].as_i64().unwrap();
    let what = format!("activity up to {text:?}");
    let is_it = |frame: &Value| frame["type"] == "activity" && frame["last_seq"] == seq;
    page.expect(&what, is_it).await
}

/// The same where it is told of, which may be behind a frame that counts it already.
async fn is_told(page: &mut Socket, speaker: &mut Person, text: &str) -> Value {
    let seq = speaker.says(text).await["seq"].clone();
    let what = format!("a notice of {text:?}");
    let is_it = |frame: &Value| frame["type"] == "activity" && frame["notice"]["seq"] == seq;
    page.expect(&what, is_it).await
}

/// The same, and why: a reason, or null where nobody is told.
async fn hears_why(page: &mut Socket, speaker: &mut Person, text: &str, reason: &Value) {
    let heard = if reason.is_null() {
        hears(page, speaker, text).await
    } else {
        is_told(page, speaker, text).await
    };
    assert_eq!(heard["notice"]["reason"], *reason, "{text}");
}

/// Hours that began an hour ago and go on for another.
fn around_now() -> Value {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let minute = now.as_secs() / 60;
    let clock = |minute: u64| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
    json!({"from": clock(minute - 60), "to": clock(minute + 60), "time_zone": "UTC"})
}

async fn words_are_told_of_as_if_they_named_one(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let nothing = json!({"keywords": [], "do_not_disturb_until": null, "quiet_hours": null});
    assert_eq!(ben.reads(PATH).await, nothing);
    let mut page = ben.opens_lobby_page().await;
    ada.enters("lobby").await;
    let words = json!({"keywords": ["Teapot", " release  notes ", "চা", "TEAPOT"]});
    let set = sets(&ben, words).await;
    assert_eq!(set["keywords"], json!(["Teapot", "release notes", "চা"]));
    assert_eq!(ben.reads(PATH).await, set);
    for (text, reason) in [
        ("where is the TEAPOT?", json!("keyword")),
        ("two teapots", Value::Null),
        ("the release\nnotes are out", json!("keyword")),
        ("এক কাপ চা", json!("keyword")),
        ("the teapot, @ben", json!("name")),
    ] {
        hears_why(&mut page, &mut ada, text, &reason).await;
    }
    let room = ben.reads("/api/rooms/lobby").await;
    assert_eq!(room["mentions"], 1, "a word is told of and is no mention");
    let why = |seq: i64| format!("/api/rooms/lobby/messages/{seq}/told");
    let expected = json!({"told": true, "reason": "keyword"});
    assert_eq!(ben.reads(&why(1)).await, expected);
    assert_eq!(ben.reads(&why(2)).await["reason"], "not_named");
    // A mute room tells of them as it does of a name, one without notifications of nothing.
    for (level, reason) in [("mentions", json!("keyword")), ("nothing", Value::Null)] {
        let wants = json!({"level": level, "muted_until": LATER});
        ben.asks("PUT", "/api/rooms/lobby/notifications", &wants)
            .await
            .expect(200, level);
        hears_why(&mut page, &mut ada, "teapot", &reason).await;
    }
    let wants = json!({"level": "mentions"});
    ben.asks("PUT", "/api/rooms/lobby/notifications", &wants)
        .await
        .expect(200, "as usual");
    sets(&ben, json!({"keywords": ["cake"]})).await;
    assert_eq!(
        hears(&mut page, &mut ada, "teapot").await["notice"],
        Value::Null
    );
    assert_eq!(
        is_told(&mut page, &mut ada, "cake").await["notice"]["excerpt"],
        "cake"
    );
}

async fn nothing_disturbs_until_a_time_and_counts_go_on(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let (mut desk, mut phone) = (ben.opens_lobby_page().await, ben.opens_lobby_page().await);
    ada.enters("lobby").await;
    let set = sets(&ben, json!({"do_not_disturb_until": LATER})).await;
    assert_eq!(set["do_not_disturb_until"], LATER);
    for page in [&mut desk, &mut phone] {
        let heard = hears(page, &mut ada, "@ben").await;
        assert_eq!(heard["notice"], Value::Null);
    }
    let room = ben.reads("/api/rooms/lobby").await;
    assert_eq!((&room["unread"], &room["mentions"]), (&json!(2), &json!(2)));
    let why = "/api/rooms/lobby/messages/1/told";
    let expected = json!({"told": false, "reason": "do_not_disturb"});
    assert_eq!(ben.reads(why).await, expected);
    let set = sets(&ben, json!({"do_not_disturb_until": null})).await;
    assert_eq!(set["do_not_disturb_until"], Value::Null);
    let heard = is_told(&mut desk, &mut ada, "@ben, again").await;
    assert_eq!(heard["notice"]["reason"], "name");
    assert_eq!(ben.reads(why).await, expected, "as it was then");
    let page = ben.get("/chat/lobby/notifications?seq=1").await.text();
    assert!(
        page.contains("You were not told: you did not want to be disturbed"),
        "{page}"
    );
}

async fn nothing_disturbs_in_quiet_hours(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let mut page = ben.opens_lobby_page().await;
    ada.enters("lobby").await;
    let set = sets(&ben, json!({"quiet_hours": around_now()})).await;
    assert_eq!(set["quiet_hours"], around_now());
    let heard = hears(&mut page, &mut ada, "@ben").await;
    assert_eq!(
        (&heard["notice"], &heard["mentions"]),
        (&Value::Null, &json!(1))
    );
    let why = "/api/rooms/lobby/messages/1/told";
    assert_eq!(ben.reads(why).await["reason"], "quiet_hours");
    // Whoever connects is known to be undisturbed from the first moment.
    drop(page);
    let mut page = ben.opens_lobby_page().await;
    let heard = hears(&mut page, &mut ada, "@ben, again").await;
    assert_eq!(heard["notice"], Value::Null);
    sets(&ben, json!({"quiet_hours": null})).await;
    let heard = is_told(&mut page, &mut ada, "@ben, now").await;
    assert_eq!(heard["notice"]["reason"], "name");
}

async fn what_is_none_of_it_is_refused_and_changes_nothing(database: Database) {
    let site = Site::unlimited(database);
    let ben = site.person("ben").await;
    let hours = |from: &str, to: &str, zone: &str| json!({"quiet_hours": {"from": from, "to": to, "time_zone": zone}});
    let kept =
        json!({"keywords": ["tea"], "do_not_disturb_until": LATER, "quiet_hours": around_now()});
    let kept = sets(&ben, kept).await;
    let many: Vec<String> = (0..21).map(|number| format!("tea{number}")).collect();
    for changes in [
        json!({"keywords": many}),
        json!({"keywords": ["a"]}),
        json!({"keywords": ["two\nlines"]}),
        json!({"keywords": ["t".repeat(41)]}),
        json!({"keywords": "tea"}),
        json!({"keywords": [7]}),
        json!({"do_not_disturb_until": "tomorrow"}),
        json!({"do_not_disturb_until": "2020-01-01T00:00:00Z"}),
        json!({"do_not_disturb_until": 7}),
        json!({"quiet_hours": "22:00"}),
        json!({"quiet_hours": {"from": "22:00"}}),
        json!({"quiet_hours": ["22:00", "07:00", "UTC"]}),
        hours("22:00", "22:00", "UTC"),
        hours("24:00", "07:00", "UTC"),
        hours("22:00", "07:00", "Nowhere/Land"),
        hours("22:00", "07:00", "../../etc/localtime"),
        hours("22:00", "07:00", ""),
        json!([]),
    ] {
        let answer = ben.asks("PATCH", PATH, &changes).await;
        answer.expect(400, &changes.to_string());
    }
    assert_eq!(ben.reads(PATH).await, kept);
    let nobody = site.browser();
    nobody.get(PATH).await.expect(401, "nobody's");
}

async fn it_all_works_by_a_form_without_script(database: Database) {
    let site = Site::start(database);
    let ben = site.person("ben").await;
    let path = "/settings/notifications";
    let form = [
        ("keywords", "tea\r\n\r\n cake \r\n"),
        ("disturb", "tomorrow"),
        ("quiet", "on"),
        ("quiet_from", "22:00"),
        ("quiet_to", "07:00"),
        ("time_zone", "asia/dhaka"),
    ];
    let answer = ben.browser.form(path, &form).await.expect(303, path);
    assert_eq!(answer.location(), "/settings?done=notifications");
    let set = ben.reads(PATH).await;
    assert_eq!(set["keywords"], json!(["tea", "cake"]));
    let hours = json!({"from": "22:00", "to": "07:00", "time_zone": "Asia/Dhaka"});
    assert_eq!(set["quiet_hours"], hours);
    let until = set["do_not_disturb_until"].as_str().unwrap();
    assert!(until.contains("T02:00:00"), "eight o'clock there: {until}");
    let page = ben.get("/settings").await.text();
    assert!(page.contains("08:00 (Asia/Dhaka)"), "{page}");
    let stays = [
        ("keywords", "tea"),
        ("disturb", "stays"),
        ("time_zone", "Asia/Dhaka"),
    ];
    ben.browser.form(path, &stays).await.expect(303, path);
    let again = ben.reads(PATH).await;
    assert_eq!(again["do_not_disturb_until"], set["do_not_disturb_until"]);
    assert_eq!(again["quiet_hours"], Value::Null);
    let page = ben.get("/settings").await.text();
    assert!(
        page.contains("value=\"Asia/Dhaka\""),
        "the zone is kept: {page}"
    );
    ben.browser
        .form(path, &[("disturb", "")])
        .await
        .expect(303, path);
    let nothing = json!({"keywords": [], "do_not_disturb_until": null, "quiet_hours": null});
    assert_eq!(ben.reads(PATH).await, nothing);
    for (form, sentence) in [
        (vec![("keywords", "a")], "each of 2 to 40 characters"),
        (vec![("disturb", "tomorrow")], "The name of a time zone"),
        (vec![("time_zone", "Berlin")], "The name of a time zone"),
        (
            vec![("quiet", "on"), ("quiet_from", "7"), ("time_zone", "UTC")],
            "Two times of day",
        ),
    ] {
        let answer = ben.browser.form(path, &form).await;
        let page = answer.expect(422, sentence).text();
        assert!(page.contains(sentence), "{page}");
    }
    let form = [("keywords", "teapot\na"), ("time_zone", "UTC")];
    let page = ben.browser.form(path, &form).await.expect(422, "a").text();
    assert!(
        page.contains(">teapot\na</textarea>"),
        "what was typed stays: {page}"
    );
    let odd = [("disturb", "31")];
    ben.browser.form(path, &odd).await.expect(400, "no choice");
}

async fn it_is_among_what_is_kept_of_somebody(database: Database) {
    let site = Site::start(database);
    let ben = site.person("ben").await;
    sets(&ben, json!({"keywords": ["teapot"]})).await;
    let kept = ben.reads("/settings/data.json").await;
    assert_eq!(kept["notifications"]["keywords"], json!(["teapot"]));
}

#[test]
fn what_is_set_at_one_node_holds_at_the_other_at_once() {
    crate::play(async {
        let nodes = Nodes::with(2, &[("ADDA_MESSAGES_PER_SECOND", "0")]);
        let mut ada = nodes.sites[0].person("ada").await;
        let ben = nodes.sites[1].person("ben").await;
        let mut page = ben.opens_lobby_page().await;
        ada.enters("lobby").await;
        let elsewhere = ben.on(&nodes.sites[0]);
        sets(&elsewhere, json!({"keywords": ["teapot"]})).await;
        // The other node is prompted; until it has looked, a word is none.
        let mut told = false;
        for _ in 0..100 {
            told = hears(&mut page, &mut ada, "teapot").await["notice"] != Value::Null;
            if told {
                break;
            }
        }
        assert!(told, "the word is known at the other node");
        sets(&elsewhere, json!({"do_not_disturb_until": LATER})).await;
        for _ in 0..100 {
            told = hears(&mut page, &mut ada, "teapot").await["notice"] != Value::Null;
            if !told {
                break;
            }
        }
        assert!(!told, "nothing disturbs at the other node");
    });
}
