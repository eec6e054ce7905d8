//! The settings: written down as they are, and refused in one sentence where they cannot be.

use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use crate::site::{Database, Site, binary, repository};

whatever_the_database!(
    a_taken_port_stops_the_start,
    a_second_server_on_the_same_file_is_refused,
    the_start_says_where_the_data_is,
    empty_variables_count_as_none,
);

const DOCUMENT: &str = "docs/settings.md";

#[test]
fn the_document_lists_the_settings_as_they_are() {
    let table = adda::config::markdown();
    let path = repository(DOCUMENT);
    let written = std::fs::read_to_string(&path).unwrap();
    let begin = written
        .find("| variable |")
        .expect("the document has the table");
    let length: usize = written[begin..]
        .split_inclusive('\n')
        .take_while(|line| line.starts_with('|'))
        .map(str::len)
        .sum();
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(
            &path,
            format!("{}{table}{}", &written[..begin], &written[begin + length..]),
        )
        .unwrap();
        return;
    }
    assert_eq!(
        &written[begin..begin + length],
        table,
        "write it anew: WRITE_DOCS=1 cargo test --test suite the_document"
    );
}

#[test]
fn a_wrong_value_stops_the_start_with_one_sentence() {
    for (variable, value) in [
        ("ADDA_BIND", "somewhere"),
        ("ADDA_BIND", "127.0.0.1"),
        ("DATABASE_URL", "mysql://localhost/adda"),
        ("ADDA_URL", "chat.example.com"),
        ("ADDA_URL", "https://chat.example.com/below"),
        ("ADDA_URL", "https://chat.example.com;x"),
        ("ADDA_URL", "https://*.example.com"),
        ("ADDA_TRUSTED_PROXIES", "my proxy"),
        ("ADDA_SIGNUP", "maybe"),
        ("ADDA_SETUP_TOKEN", "short"),
        ("ADDA_MESSAGES_PER_SECOND", "many"),
        ("ADDA_MESSAGES_PER_SECOND", "-1"),
        ("ADDA_MESSAGES_PER_SECOND", "0.0001"),
        ("ADDA_MESSAGES_BURST", "NaN"),
        ("ADDA_SIGN_INS_PER_MINUTE", "-1"),
        ("ADDA_WORKERS", "0"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("ADDA_METRICS", "9090"),
        ("RUST_LOG", "inof"),
        ("RUST_LOG", "adda=loud"),
    ] {
        let ended = ended(&[(variable, value)], &[]);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(2), "{variable}={value}: {said}");
        assert!(
            ended.stdout.is_empty(),
            "{variable}={value}: {:?}",
            String::from_utf8_lossy(&ended.stdout)
        );
        assert!(
            said.contains("'--") && said.contains(variable),
            "{variable}={value}: it names the flag and the variable: {said}"
        );
        let sentences = said
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with("For more information"))
            .count();
        assert!(sentences <= 2, "{variable}={value}: one sentence: {said}");
    }
    let link = ended(&[("ADDA_URL", "nowhere")], &["user", "reset-link", "ada"]);
    assert_eq!(link.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&link.stderr).contains("ADDA_URL"),
        "{link:?}"
    );
    assert_eq!(
        ended(&[], &["--bind", "nowhere"]).status.code(),
        Some(2),
        "flags alike"
    );
    assert_eq!(
        ended(&[], &["dance"]).status.code(),
        Some(2),
        "an unknown command"
    );
}

#[test]
fn help_names_every_setting_and_version_the_version() {
    let help = ended(&[], &["--help"]);
    assert_eq!(help.status.code(), Some(0));
    let text = String::from_utf8_lossy(&help.stdout).into_owned();
    for variable in [
        "ADDA_BIND",
        "ADDA_DATA",
        "DATABASE_URL",
        "ADDA_URL",
        "ADDA_TRUSTED_PROXIES",
        "ADDA_SIGNUP",
        "ADDA_SETUP_TOKEN",
        "ADDA_MESSAGES_PER_SECOND",
        "ADDA_MESSAGES_BURST",
        "ADDA_SIGN_INS_PER_MINUTE",
        "ADDA_WORKERS",
        "RUST_LOG",
    ] {
        assert!(text.contains(variable), "{variable}: {text}");
    }
    let version = ended(&[], &["--version"]);
    assert_eq!(
        String::from_utf8_lossy(&version.stdout).trim(),
        concat!("adda ", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_database_that_cannot_be_reached_stops_the_start_soon() {
    let began = Instant::now();
    let ended = ended(
        &[("DATABASE_URL", "postgres://nobody@127.0.0.1:9/nothing")],
        &[],
    );
    assert_eq!(ended.status.code(), Some(1));
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_one_sentence(&ended);
}

async fn a_taken_port_stops_the_start(database: Database) {
    let site = Site::start(database);
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let ended = ended(
        &[
            ("ADDA_BIND", &site.address().to_string()),
            ("ADDA_DATA", folder),
        ],
        &[],
    );
    assert_eq!(ended.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&ended.stderr).contains(&site.address().to_string()),
        "{ended:?}"
    );
    assert_one_sentence(&ended);
}

async fn a_second_server_on_the_same_file_is_refused(database: Database) {
    let site = Site::start(database);
    let folder = site.data();
    let ended = ended(
        &[
            ("ADDA_DATA", folder.to_str().unwrap()),
            ("ADDA_BIND", "127.0.0.1:0"),
        ],
        &[],
    );
    assert_eq!(ended.status.code(), Some(1));
    assert_one_sentence(&ended);
    site.browser()
        .get("/healthz")
        .await
        .expect(200, "the first goes on");
}

async fn the_start_says_where_the_data_is(database: Database) {
    let mut site = Site::start(database);
    let folder = site.data().display().to_string();
    let first = site.log();
    assert!(
        first
            .lines()
            .any(|line| line.contains(&folder) && line.contains("new")),
        "{first}"
    );
    site.start_again();
    let second = site.log();
    assert!(
        second
            .lines()
            .any(|line| line.contains(&folder) && !line.contains("new")),
        "{second}"
    );
}

async fn empty_variables_count_as_none(database: Database) {
    let empty = [
        "ADDA_URL",
        "ADDA_TRUSTED_PROXIES",
        "DATABASE_URL",
        "ADDA_SETUP_TOKEN",
        "ADDA_MESSAGES_PER_SECOND",
        "ADDA_MESSAGES_BURST",
        "ADDA_SIGN_INS_PER_MINUTE",
        "ADDA_WORKERS",
        "REDIS_URL",
        "ADDA_METRICS",
        "RUST_LOG",
    ];
    let site = Site::with(database, &empty.map(|variable| (variable, "")));
    site.person("ada").await;
    assert!(site.log().contains("the data is in"), "{}", site.log());
    let origin = site.origin();
    let link = site.command(&["user", "reset-link", "ada", "--url", &origin]);
    assert_eq!(link.status.code(), Some(0), "{link:?}");
}

fn assert_one_sentence(ended: &Output) {
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(
        !said.contains("panicked") && !said.contains("backtrace"),
        "{said}"
    );
    // What is logged before has a time in front; the sentence has none.
    let plain = said
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('['))
        .count();
    assert_eq!(plain, 1, "{said}");
}

/// Runs the binary with nothing but these settings, and waits until it has ended by itself.
fn ended(settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    let data = tempfile::tempdir().unwrap();
    let mut command = binary();
    command
        .env("ADDA_DATA", data.path())
        .envs(settings.iter().copied())
        .args(arguments);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(15) {
            child.kill().unwrap();
            panic!("adda went on with {settings:?} {arguments:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
}
