//! RFC 6455, as clients see it that have nothing in common with the server's code: tests/conformance, in Python.

use std::process::{Command, Stdio};

use crate::site::{Database, Site, repository};

whatever_the_database!(sockets_keep_to_rfc_6455);

async fn sockets_keep_to_rfc_6455(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let ran = Command::new(python())
        // Nothing is to be left in the repository.
        .args([
            "-B",
            repository("tests/conformance/run.py").to_str().unwrap(),
        ])
        .args([&ada.browser.host(), &ada.browser.cookie_header().unwrap()])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    let (cases, table) = said.split_once("\n\n").unwrap_or((&said, ""));
    let deviations: Vec<&str> = cases
        .lines()
        .filter(|line| !line.starts_with("ok"))
        .collect();
    eprintln!("{table}");
    assert!(
        ran.status.success() && deviations.is_empty(),
        "{}\n{table}\n{}",
        deviations.join("\n"),
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(cases.lines().count() > 150, "all cases ran: {said}");
    let written = std::fs::read_to_string(repository("docs/conformance.md")).unwrap();
    assert!(
        written.contains(table.trim()),
        "docs/conformance.md says what was measured:\n{table}"
    );
    let log = site.log();
    assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
}

/// The distribution's own Python, which has its packages, whatever else is on the PATH.
fn python() -> &'static str {
    let knows = |program: &str| {
        Command::new(program)
            .args(["-c", "import wsproto, websockets"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    ["/usr/bin/python3", "python3"]
        .into_iter()
        .find(|program| knows(program))
        .expect("this test needs python3-wsproto and python3-websockets: run bin/test, which installs them")
}
