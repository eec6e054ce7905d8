//! What must stay true of the code, read from the files: the picture in ARCHITECTURE.md cannot rot unnoticed.

use std::path::{Path, PathBuf};

use crate::site::repository;

const LINES_MAX: usize = 400;
/// Folders with files of ours; those called `vendor` inside them hold other people's.
const FOLDERS: [&str; 9] = [
    "src",
    "tests",
    "benches",
    "templates",
    "static",
    "migrations",
    "bin",
    ".ci",
    "docs",
];

#[test]
fn only_the_store_knows_the_database() {
    nowhere_but(
        &["src/store/"],
        &["diesel", "r2d2", "libsqlite3_sys", "pq_sys"],
    );
    nowhere_but(
        &[
            "src/store/connection.rs",
            // The index of messages is another one on each.
            "src/store/search/postgres",
            "src/store/search/sqlite.rs",
        ],
        &[
            "PgConnection",
            "SqliteConnection",
            "diesel::pg::",
            "diesel::sqlite::",
        ],
    );
}

#[test]
fn only_the_relay_knows_redis() {
    nowhere_but(&["src/chat/relay/"], &["redis::"]);
}

#[test]
fn only_two_files_know_the_deprecated_actors() {
    nowhere_but(
        &["src/chat/session.rs", "src/chat/socket.rs"],
        &["actix_web_actors"],
    );
}

#[test]
fn only_the_settings_read_the_environment() {
    nowhere_but(&["src/config.rs"], &["env::var", "env::vars", "std::env"]);
    nowhere_in("src/config.rs", &["crate::"]);
}

#[test]
fn only_the_view_knows_the_templates() {
    nowhere_but(&["src/view/"], &["tera"]);
}

#[test]
fn the_parts_depend_on_each_other_in_one_direction() {
    nowhere_in("src/chat/", &["crate::web", "crate::server"]);
    nowhere_in(
        "src/view/",
        &["actix", "crate::web", "crate::server", "crate::chat"],
    );
    nowhere_in(
        "src/store/",
        &[
            "actix",
            "crate::web",
            "crate::server",
            "crate::chat",
            "crate::view",
        ],
    );
    nowhere_in("src/web/", &["crate::server"]);
    nowhere_in("src/error.rs", &["crate::"]);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |database: &str| {
        let mut names: Vec<String> = std::fs::read_dir(repository("migrations").join(database))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    for name in names("sqlite") {
        for (database, file) in [
            ("sqlite", "up.sql"),
            ("sqlite", "down.sql"),
            ("postgres", "up.sql"),
            ("postgres", "down.sql"),
        ] {
            assert!(
                repository("migrations")
                    .join(database)
                    .join(&name)
                    .join(file)
                    .exists(),
                "{database}/{name}/{file}"
            );
        }
    }
}

#[test]
fn files_are_short_and_named_for_what_they_are() {
    for folder in FOLDERS {
        for path in files(folder) {
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            // What people read is one list, each line for itself.
            let is_a_list = path.extension().is_some_and(|kind| kind == "ftl");
            let lines = if is_a_list { 0 } else { text.lines().count() };
            assert!(lines <= LINES_MAX, "{} has {lines} lines", path.display());
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            for vague in [
                "utils", "util", "common", "helpers", "helper", "misc", "manager",
            ] {
                assert_ne!(name, vague, "{}", path.display());
            }
        }
    }
}

#[test]
fn unsafe_code_is_forbidden() {
    let manifest = std::fs::read_to_string(repository("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

#[test]
fn nothing_unfinished_is_left() {
    for path in files("src")
        .into_iter()
        .chain(files("static"))
        .chain(files("templates"))
    {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        for word in ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!("] {
            assert!(!text.contains(word), "{} says {word}", path.display());
        }
    }
}

#[test]
fn templates_hold_neither_script_nor_style() {
    for path in files("templates") {
        let text = std::fs::read_to_string(&path).unwrap();
        for tag in text
            .split('<')
            .skip(1)
            .map(|rest| rest.split('>').next().unwrap_or_default())
        {
            let inline =
                tag.starts_with("style") || tag.contains(" style=") || tag.contains(" onclick=");
            assert!(!inline, "{}: <{tag}>", path.display());
            if tag.starts_with("script") {
                assert!(
                    tag.contains("src=") || tag.contains("application/json"),
                    "{}: <{tag}>",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn one_function_inserts_markup_in_the_page() {
    let scripts = files("static")
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "js"));
    let inserting: Vec<PathBuf> = scripts
        .filter(|path| {
            let code = code_of(path);
            [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "setHTMLUnsafe",
                "document.write",
            ]
            .iter()
            .any(|name| code.contains(name))
        })
        .collect();
    assert!(
        inserting.len() <= 1,
        "markup is inserted in one place: {inserting:?}"
    );
}

#[test]
fn style_uses_logical_properties_only() {
    for path in files("static")
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "css"))
    {
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let property = line.trim().split(':').next().unwrap_or_default();
            let physical = ["margin", "padding", "border"].iter().any(|name| {
                ["left", "right", "top", "bottom"]
                    .iter()
                    .any(|side| property == format!("{name}-{side}"))
            });
            let placed = ["left", "right", "top", "bottom"].contains(&property);
            assert!(!physical && !placed, "{}: {line}", path.display());
            assert!(
                !line.contains("text-align: left") && !line.contains("text-align: right"),
                "{}: {line}",
                path.display()
            );
        }
    }
}

/// That words occur in no code of `src` but under these paths.
fn nowhere_but(places: &[&str], words: &[&str]) {
    for path in files("src") {
        let relative = path
            .strip_prefix(repository(""))
            .unwrap()
            .to_string_lossy()
            .into_owned();
        if !places.iter().any(|place| relative.starts_with(place)) {
            lacks(&path, words);
        }
    }
}

/// That words occur in no code under this path.
fn nowhere_in(place: &str, words: &[&str]) {
    for path in files("src") {
        if path
            .strip_prefix(repository(""))
            .unwrap()
            .to_string_lossy()
            .starts_with(place)
        {
            lacks(&path, words);
        }
    }
}

fn lacks(path: &Path, words: &[&str]) {
    let code = code_of(path);
    for word in words {
        assert!(!has_word(&code, word), "{} names {word}", path.display());
    }
}

/// Whether the text has the word, not as the end or the beginning of a longer one.
fn has_word(code: &str, word: &str) -> bool {
    let part_of_name =
        |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word).any(|(place, _)| {
        let open_end = word.ends_with(':') || word == "actix";
        !part_of_name(code[..place].chars().next_back())
            && (open_end || !part_of_name(code[place + word.len()..].chars().next()))
    })
}

/// The lines of a file without comments that fill a line.
fn code_of(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![repository(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if !path.is_dir() {
                found.push(path);
            } else if path.file_name().is_some_and(|name| name != "vendor") {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}
