//! Voices: recorded, listened to before they are sent, and played by somebody else.

use serde_json::json;

use crate::accessibility::violations;
use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, PHONE, Window};

const ESCAPE: &str = "\u{E00C}";
/// A microphone that hears beeps, allowed without asking.
const MICROPHONE: [&str; 3] = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
];

#[test]
fn a_voice_is_recorded_listened_to_and_heard_by_another() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        // A secure context, which the microphone needs: a loopback address is one.
        let ada = Window::with(&driver, &site.origin(), PHONE, &MICROPHONE).await;
        let ben = Window::with(&driver, &site.origin(), DESK, &MICROPHONE).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;

        ben.says("**well**?").await;
        ada.sees("well?").await;
        ada.begins_to_answer(1).await;
        ada.until_it_says("#answering-excerpt", "well?").await;
        ada.clicks("#record").await;
        ada.shows("#recorder [data-does=stop]").await;
        ben.until("that ada records", async || {
            ben.runs("return document.querySelector('#typing').textContent", &[])
                .await
                .as_str()
                .is_some_and(|words| words.contains("ada") && words.contains("recording"))
        })
        .await;
        ada.until("two seconds of it", async || {
            let script = "return document.querySelector('.recorder__time').textContent >= '0:02'";
            ada.runs(script, &[]).await == true
        })
        .await;
        assert!(violations(&ada).await.is_empty(), "recording is accessible");
        ada.clicks("#recorder [data-does=stop]").await;
        ada.shows("#recorder voice-message").await;
        ada.clicks("#recorder .voice__play").await;
        plays(&ada, "#recorder").await;
        assert!(violations(&ada).await.is_empty(), "listening is accessible");
        ada.clicks("#recorder [data-does=send]").await;
        ada.hides("#recorder").await;
        ada.hides("#answering:not([hidden])").await;

        ben.shows(".message:not(.message--pending) voice-message")
            .await;
        ben.until_quoted(2, "well?").await;
        let told = ben
            .runs(
                "const { seconds, peaks } = document.querySelector('voice-message').dataset;
                return { seconds: Number(seconds), peaks: peaks.split(' ').length }",
                &[],
            )
            .await;
        assert_eq!(told["peaks"], 64);
        let seconds = told["seconds"].as_f64().unwrap();
        assert!((2.0..30.0).contains(&seconds), "{seconds}");
        ben.begins_to_answer(2).await;
        ben.says("I hear you").await;
        ada.shows(".message[data-seq='3'] .quote").await;
        let quoted =
            "return document.querySelector('.message[data-seq=\"3\"] .quote__words').textContent";
        let words = ada.runs(quoted, &[]).await;
        assert!(words.as_str().unwrap().starts_with("🎤 0:0"), "{words}");
        assert_eq!(ben.runs(quoted, &[]).await, words);

        ben.clicks(".message .voice__speed").await;
        ben.clicks(".message .voice__play").await;
        plays(&ben, ".message").await;
        ben.types(".message .voice__wave", "\u{E010}").await;
        ben.until("the end of it", async || {
            ben.runs(
                "return document.querySelector('.message audio').paused",
                &[],
            )
            .await
                == true
        })
        .await;
        assert_eq!(
            ben.runs(
                "return document.querySelector('.message audio').playbackRate",
                &[]
            )
            .await,
            json!(1.25)
        );
        assert!(violations(&ben).await.is_empty(), "hearing is accessible");
        ben.reloads().await;
        ben.shows(".message voice-message .voice__play").await;
        for window in [&ada, &ben] {
            window.has_no_complaints().await;
        }
    });
}

#[test]
fn what_is_recorded_is_sent_once_and_discarded_only_where_that_is_meant() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::with(&driver, &site.origin(), DESK, &MICROPHONE).await;
        ada.signs_up(&site, "ada").await;
        ada.enters("lobby").await;
        // A key that was meant for something else asks, and costs nothing.
        ada.clicks("#record").await;
        ada.until("five seconds of it", async || {
            let script = "return document.querySelector('.recorder__time').textContent >= '0:05'";
            ada.runs(script, &[]).await == true
        })
        .await;
        ada.types("#recorder [data-does=stop]", ESCAPE).await;
        ada.clicks("#question-no").await;
        ada.shows("#recorder [data-does=stop]").await;
        ada.types("#recorder [data-does=stop]", ESCAPE).await;
        ada.clicks("#question-yes").await;
        ada.hides("#recorder").await;
        // Whoever presses twice sends it once, and not never.
        ada.clicks("#record").await;
        ada.until("a second of it", async || {
            let script = "return document.querySelector('.recorder__time').textContent >= '0:01'";
            ada.runs(script, &[]).await == true
        })
        .await;
        let twice = "const send = document.querySelector('#recorder [data-does=send]'); send.click(); send.click();";
        ada.runs(twice, &[]).await;
        ada.shows(".message[data-seq='1'] voice-message").await;
        ada.hides("#recorder").await;
        ada.says("that was it").await;
        ada.shows(".message[data-seq='2']").await;
        ada.until_it_says(".message[data-seq='2'] .message__text", "that was it")
            .await;

        ada.has_no_complaints().await;
    });
}

/// Waits until the voice in there is heard, and has come some way.
async fn plays(window: &Window, within: &str) {
    let script = "const audio = document.querySelector(`${arguments[0]} audio`);
        return audio.currentTime > 0.2";
    window
        .until("the voice", async || {
            window.runs(script, &[json!(within)]).await == true
        })
        .await;
}
