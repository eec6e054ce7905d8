//! Files in the page: chosen, dropped and pasted, on their way through cuts and reloads, and looked at.

use std::path::PathBuf;

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::json;
use tempfile::TempDir;

use crate::accessibility::violations;
use crate::driver::Driver;
use crate::play;
use crate::site::wire::{Direction, Flow, Wire};
use crate::site::{Database, Site};
use crate::window::{DESK, ENTER, PHONE, Window};

const ARROW_RIGHT: &str = "\u{E014}";
const BACKSPACE: &str = "\u{E003}";
const ESCAPE: &str = "\u{E00C}";
/// A file dropped on an element, or pasted into it, as the browser tells of it.
const HAND: &str = "const [how, selector, name, type] = arguments;
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(2000)], name, { type }));
    const told = { bubbles: true, cancelable: true };
    const element = document.querySelector(selector);
    if (how === 'paste') {
        element.dispatchEvent(new ClipboardEvent('paste', { ...told, clipboardData: data }));
    } else {
        for (const type of ['dragover', 'drop']) element.dispatchEvent(new DragEvent(type, { ...told, dataTransfer: data }));
    }";
const TILES: &str =
    "return [...document.querySelectorAll('#tray .file-name')].map((name) => name.textContent)";

/// A folder with files to choose from.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn picture(&self, name: &str, (width, height): (u32, u32), colour: [u8; 3]) -> PathBuf {
        let path = self.0.path().join(name);
        RgbImage::from_pixel(width, height, Rgb(colour))
            .save_with_format(&path, ImageFormat::Png)
            .unwrap();
        path
    }

    fn bytes(&self, name: &str, length: usize) -> PathBuf {
        let path = self.0.path().join(name);
        // No two kilobytes alike, so that a part in the wrong place would be noticed.
        let bytes: Vec<u8> = (0..length)
            .map(|place| (place / 1_000 + place) as u8)
            .collect();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Window {
    async fn chooses(&self, files: &[&PathBuf]) {
        let paths: Vec<&str> = files.iter().map(|path| path.to_str().unwrap()).collect();
        self.types("#composer-files", &paths.join("\n")).await;
    }

    async fn has_in_the_tray(&self, names: &[&str]) {
        let expected = json!(names);
        self.until(&format!("{names:?} in the tray"), async || {
            self.runs(TILES, &[]).await == expected
        })
        .await;
    }

    /// Waits until so many pictures show what is in them.
    async fn shows_pictures(&self, count: usize) {
        let script = "return [...document.querySelectorAll('.message:not(.message--pending) .attachment__picture')]
            .filter((picture) => picture.complete && picture.naturalWidth > 0).length";
        self.until(&format!("{count} pictures"), async || {
            self.runs(script, &[]).await == count
        })
        .await;
    }
}

#[test]
fn files_come_by_button_drop_and_clipboard_and_are_seen_by_others() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let folder = Folder::new();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), PHONE).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;

        let sea = folder.picture("sea.png", (600, 400), [30, 80, 160]);
        let sand = folder.picture("sand.png", (300, 500), [220, 200, 150]);
        ada.chooses(&[&sea, &sand]).await;
        ada.has_in_the_tray(&["sea.png", "sand.png"]).await;
        let hand = async |how: &str, selector: &str, name: &str, kind: &str| {
            let arguments = [json!(how), json!(selector), json!(name), json!(kind)];
            ada.runs(HAND, &arguments).await;
        };
        hand("drop", "#messages", "plan.zip", "application/zip").await;
        hand("paste", "#composer-text", "notes.bin", "").await;
        ada.has_in_the_tray(&["sea.png", "sand.png", "plan.zip", "notes.bin"])
            .await;
        assert!(violations(&ada).await.is_empty(), "the tray is accessible");
        ada.clicks(".tile:nth-child(4) [data-does=cancel]").await;
        ada.clicks(".tile:nth-child(2) [data-does=cover]").await;
        ada.has_in_the_tray(&["sea.png", "sand.png", "plan.zip"])
            .await;
        ada.says("from the coast").await;
        ada.has_in_the_tray(&[]).await;

        ben.sees("from the coast").await;
        ben.shows_pictures(1).await;
        let covered = ".attachment--covered .attachment__picture";
        ben.hides(covered).await;
        ben.clicks(".cover__lid").await;
        ben.shows(covered).await;
        ben.shows_pictures(2).await;
        let file = "return document.querySelector('a.file').download";
        assert_eq!(ben.runs(file, &[]).await, "plan.zip");
        // Files can do without words, also later.
        ada.edits_last(BACKSPACE).await;
        ben.until_it_says(".message[data-seq='1'] .message__text", "")
            .await;
        ben.shows_pictures(2).await;
        ben.begins_to_answer(1).await;
        let names = "sea.png, sand.png, plan.zip";
        ben.until_it_says("#answering-excerpt", names).await;
        ben.says("lovely").await;
        ada.until_quoted(2, names).await;
        for window in [&ada, &ben] {
            assert_eq!(violations(window).await, Vec::<serde_json::Value>::new());
            window.has_no_complaints().await;
        }

        ben.reloads().await;
        ben.shows(".cover__lid").await;
        ben.hides(covered).await;
        let kinds =
            "return [...document.querySelectorAll('.attachment')].map((one) => one.className)";
        assert_eq!(
            ben.runs(kinds, &[]).await,
            ada.runs(kinds, &[]).await,
            "live it is drawn as by the server"
        );
    });
}

#[test]
fn a_file_goes_on_after_a_cut_and_after_a_reload() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let wire = Wire::to(site.address());
        let driver = Driver::start();
        let folder = Folder::new();
        let ada = Window::open(&driver, &wire.url(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ben.enters("lobby").await;
        ada.enters("lobby").await;
        let film = folder.bytes("film.bin", 12_000_000);
        let slow = Flow {
            bytes_per_second: Some(1_000_000),
            ..Flow::default()
        };
        wire.flows(Direction::Up, slow);
        let moved = async |selector: &str, share: f64| {
            let script = "const line = document.querySelector(arguments[0]);
                return !!line && !line.hidden && line.value >= line.max * arguments[1]";
            ada.until("the file to move", async || {
                ada.runs(script, &[json!(selector), json!(share)]).await == true
            })
            .await;
        };

        ada.chooses(&[&film]).await;
        moved(".tile progress", 0.1).await;
        wire.cut();
        ada.shows("#outage").await;
        wire.mend();
        wire.flows(Direction::Up, slow);
        moved(".tile progress", 0.4).await;
        ada.says("a film").await;
        ada.says("and a word").await;
        ben.sees("and a word").await;
        ada.shows(".message--pending progress").await;
        ada.reloads().await;
        ada.until("the message to wait again", async || {
            ada.pending().await == ["a film"]
        })
        .await;
        wire.mend();
        ben.sees("a film").await;
        assert_eq!(ben.stored().await, ["and a word", "a film"]);
        let whole = ben
            .awaits(
                "const [done] = arguments;
                fetch(document.querySelector('a.file').href).then((answer) => answer.arrayBuffer()).then((bytes) => {
                    const read = new Uint8Array(bytes);
                    done(read.length === 12_000_000 && read.every((byte, place) => byte === ((Math.floor(place / 1_000) + place) & 255)));
                })",
                &[],
            )
            .await;
        assert_eq!(whole, true, "every byte is in its place");
        ada.until("nothing to wait", async || ada.pending().await.is_empty())
            .await;
    });
}

#[test]
fn pictures_are_looked_at_one_after_the_other_by_keyboard() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let folder = Folder::new();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ada.enters("lobby").await;
        for (name, colour) in [("one.png", [200, 60, 60]), ("two.png", [60, 140, 90])] {
            let picture = folder.picture(name, (900, 700), colour);
            ada.chooses(&[&picture]).await;
            ada.has_in_the_tray(&[name]).await;
            ada.types("#composer-text", ENTER).await;
            ada.has_in_the_tray(&[]).await;
        }
        ada.shows_pictures(2).await;

        ada.types(".message .attachment__link", ENTER).await;
        ada.shows("#lightbox").await;
        let shown = async |name: &str| {
            let script = "const picture = document.querySelector('.lightbox__picture');
                return picture.alt === arguments[0] && picture.naturalWidth === 900";
            ada.until(name, async || {
                ada.runs(script, &[json!(name)]).await == true
            })
            .await;
        };
        shown("one.png").await;
        assert!(
            violations(&ada).await.is_empty(),
            "the lightbox is accessible"
        );
        ada.types("#lightbox", ARROW_RIGHT).await;
        shown("two.png").await;
        ada.types("#lightbox", ARROW_RIGHT).await;
        shown("two.png").await;
        ada.types("#lightbox", ESCAPE).await;
        ada.hides("#lightbox").await;
        assert_eq!(
            ada.runs(
                "return document.activeElement.querySelector('img')?.alt",
                &[]
            )
            .await,
            "two.png",
            "focus is where the reader is"
        );

        // One opens what is still on its way, and goes on when it has arrived.
        let three = folder.picture("three.png", (900, 700), [60, 60, 200]);
        let four = folder.picture("four.png", (900, 700), [200, 200, 60]);
        ada.chooses(&[&three, &four]).await;
        ada.has_in_the_tray(&["three.png", "four.png"]).await;
        site.freeze();
        ada.types("#composer-text", ENTER).await;
        ada.types(".message--pending .attachment__link", ENTER)
            .await;
        shown("three.png").await;
        site.thaw();
        ada.until("nothing to wait", async || ada.pending().await.is_empty())
            .await;
        ada.types("#lightbox", ARROW_RIGHT).await;
        shown("four.png").await;
        ada.types("#lightbox", ESCAPE).await;
        ada.hides("#lightbox").await;
        ada.has_no_complaints().await;
    });
}
