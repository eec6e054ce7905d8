//! What other people's pages cannot do with a person's cookie.

use serde_json::json;

use crate::people::{Person, texts};
use crate::site::{Database, Site};
use crate::socket::Upgrade;

whatever_the_database!(
    forms_of_other_sites_are_refused,
    scripts_of_other_sites_are_refused,
    sockets_of_other_pages_are_refused,
    sockets_need_a_sign_in,
);

const UNSAFE_FORMS: [&str; 12] = [
    "/login",
    "/signup",
    "/setup",
    "/reset",
    "/logout",
    "/rooms",
    "/chat/lobby/",
    "/invitation",
    "/invitations",
    "/invitations/1",
    "/join",
    "/admin/newcomers",
];

async fn forms_of_other_sites_are_refused(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for path in UNSAFE_FORMS {
        let form = || {
            ada.browser
                .form(path, &[("name", "x"), ("message", "x"), ("client_id", "c")])
        };
        for fetch_site in ["cross-site", "same-site", "nonsense", ""] {
            form()
                .with("Sec-Fetch-Site", fetch_site)
                .await
                .expect(403, &format!("{path} from {fetch_site:?}"));
        }
        for origin in [
            "http://evil.example",
            "null",
            "",
            "http://127.0.0.1",
            "http://127.0.0.1:1",
        ] {
            let answer = form()
                .without("Sec-Fetch-Site")
                .with("Origin", origin)
                .await;
            answer.expect(403, &format!("{path} from {origin:?}"));
        }
        let doubled = form()
            .without("Sec-Fetch-Site")
            .also("Origin", "http://evil.example")
            .await;
        doubled.expect(403, &format!("{path} with two origins"));
    }
    ada.get("/api/me")
        .await
        .expect(200, "ada is signed in still");
    assert_eq!(texts(&ada.history("lobby").await), [""; 0]);

    let rooms = |name: &'static str| ada.browser.form("/rooms", &[("name", name)]);
    rooms("one")
        .without("Sec-Fetch-Site")
        .await
        .expect(303, "the site's own Origin");
    rooms("two")
        .without("Sec-Fetch-Site")
        .with("Origin", &format!("https://{}", ada.browser.host()))
        .await
        .expect(303, "a proxy changes the scheme");
    rooms("three")
        .without("Sec-Fetch-Site")
        .without("Origin")
        .await
        .expect(303, "neither header: no browser");
    rooms("four")
        .with("Sec-Fetch-Site", "none")
        .without("Origin")
        .await
        .expect(303, "typed by hand");
    let sentence = async |fetch_site: &str| {
        let asked = ada
            .browser
            .json("POST", "/api/rooms", &json!({"name": "x"}));
        let refused = asked.with("Sec-Fetch-Site", fetch_site).await;
        refused.expect(403, fetch_site).value()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(
        !sentence("cross-site").await.contains("ADDA_URL"),
        "no setting lets another site's page in"
    );
    assert!(
        site.log().contains("http://evil.example") && site.log().contains("ADDA_URL"),
        "the log says what mends it"
    );
}

async fn scripts_of_other_sites_are_refused(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let post = || {
        ada.browser.json(
            "POST",
            "/api/rooms/lobby/messages",
            &json!({"message": "x"}),
        )
    };
    post()
        .with("Sec-Fetch-Site", "cross-site")
        .await
        .expect(403, "another site");
    post()
        .without("Sec-Fetch-Site")
        .with("Origin", "null")
        .await
        .expect(403, "no origin to speak of");
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
    ] {
        post().with("Content-Type", kind).await.expect(415, kind);
    }
    post().without("Content-Type").await.expect(415, "no type");
    post()
        .with("Content-Type", "application/json; charset=utf-8")
        .await
        .expect(201, "JSON by its full name");
    assert_eq!(
        post()
            .await
            .expect(201, "the site's own")
            .header("access-control-allow-origin"),
        None
    );
}

async fn sockets_of_other_pages_are_refused(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for path in ["/ws/", "/ws/chat/lobby/"] {
        let upgrade = || Upgrade::new(&ada.browser, path);
        for origin in [
            "http://evil.example",
            "null",
            "",
            &format!("{}.evil.example", site.origin()),
        ] {
            assert_eq!(
                upgrade().with("origin", origin).refusal().await,
                403,
                "{path} from {origin:?}"
            );
        }
        assert_eq!(
            upgrade().without("origin").refusal().await,
            403,
            "{path} without Origin"
        );
        let said = ada.get(path).await.expect(403, "no Origin").text();
        assert!(
            said.contains(&ada.browser.host()) && !said.contains("came from"),
            "{said}"
        );
        assert_eq!(
            upgrade().also("origin", &site.origin()).refusal().await,
            403,
            "{path} with two"
        );
        upgrade()
            .with("origin", &format!("https://{}", ada.browser.host()))
            .open()
            .await;
    }
    let several = Site::with(
        database,
        &[("ADDA_URL", "http://one.test,http://two.test:8080")],
    );
    let ben = several.signed_up("ben").await;
    for (origin, fits) in [
        ("http://one.test", true),
        ("http://two.test:8080", true),
        ("https://one.test", false),
        ("http://two.test", false),
    ] {
        let upgrade = Upgrade::new(&ben, "/ws/").with("origin", origin);
        if fits {
            upgrade.open().await;
        } else {
            assert_eq!(upgrade.refusal().await, 403, "{origin}");
        }
    }
}

async fn sockets_need_a_sign_in(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let stranger = site.browser();
    for path in ["/ws/", "/ws/chat/lobby/", "/ws/chat/nowhere/"] {
        assert_eq!(Upgrade::new(&stranger, path).refusal().await, 401, "{path}");
    }
    assert_eq!(
        Upgrade::new(&ada.browser, "/ws/chat/nowhere/")
            .refusal()
            .await,
        404
    );
    let bare = Person::at(ada.browser.clone()).get("/ws/chat/lobby/").await;
    assert!(
        (400..500).contains(&bare.status),
        "a request that asks for no socket: {}",
        bare.status
    );
}
