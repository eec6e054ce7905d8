//! docs/reliability.md says which test shows what: each that it names is there.

use crate::site::repository;

#[test]
fn the_page_names_tests_and_faults_that_exist() {
    let page = std::fs::read_to_string(repository("docs/reliability.md")).unwrap();
    let (_, table) = page.split_once("## Fault by fault").unwrap();
    let tests = all_in("tests/suite");
    let faults = std::fs::read_to_string(repository("tests/torture/plan.rs")).unwrap();
    let (mut named, mut rows) = (0, 0);
    for line in table.lines().filter(|line| line.starts_with("| ")) {
        rows += usize::from(is_numbered(line));
        for name in every_second(line, '`').filter(|name| is_name(name)) {
            named += 1;
            let is_there = match name.strip_suffix(".rs") {
                Some(_) => repository(&format!("tests/suite/{name}")).exists(),
                None => tests.contains(&format!("fn {name}(")),
            };
            assert!(is_there, "there is no test {name}");
        }
        for fault in every_second(line, '"').filter(|_| is_numbered(line)) {
            named += 1;
            assert!(faults.contains(fault), "torture makes no fault {fault:?}");
        }
    }
    assert_eq!(rows, 21, "a row for each fault");
    assert!(named > rows, "each names what shows it: {named}");
}

fn every_second(line: &str, mark: char) -> impl Iterator<Item = &str> {
    line.split(mark).skip(1).step_by(2)
}

/// Whether it is about one of the faults.
fn is_numbered(line: &str) -> bool {
    let first = line.split('|').nth(1).unwrap_or_default();
    first.trim().parse::<u32>().is_ok()
}

/// Other things than tests and their files stand in code's letters too.
fn is_name(words: &str) -> bool {
    let name = words.strip_suffix(".rs").unwrap_or(words);
    let is_file = name != words;
    let is_long = name.matches('_').count() > 2;
    let is_plain = name
        .bytes()
        .all(|byte| matches!(byte, b'_' | b'/' | b'a'..=b'z'));
    is_plain && (is_file || is_long)
}

fn all_in(folder: &str) -> String {
    let files = std::fs::read_dir(repository(folder)).unwrap();
    files
        .flatten()
        .filter_map(|file| std::fs::read_to_string(file.path()).ok())
        .collect()
}
