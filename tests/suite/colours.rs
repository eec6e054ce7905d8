//! The palette keeps its contrasts: each colour against every ground it may stand on, light and dark (WCAG 2, relative luminance).

use std::collections::HashMap;
use std::path::Path;

/// Colours, the least contrast in light and in dark, and the grounds it holds on.
const CONTRASTS: [(&str, f64, f64, &[&str]); 13] = [
    ("ink", 12.9, 10.6, &GROUNDS_AND_WASHES),
    ("ink2", 6.7, 6.8, &GROUNDS_AND_WASHES),
    ("ink3", 4.7, 4.9, &GROUNDS_AND_WASHES),
    ("nil", 6.9, 6.7, &GROUNDS_AND_WASHES),
    ("lal", 5.4, 5.5, &GROUNDS_AND_WASHES),
    ("edge", 3.1, 3.1, &GROUNDS),
    ("pata", 3.8, 7.3, &GROUNDS),
    ("ghash", 5.3, 7.1, &GROUNDS_AND_WASHES),
    ("mati", 5.4, 6.7, &GROUNDS_AND_WASHES),
    ("jol", 5.5, 7.0, &GROUNDS_AND_WASHES),
    ("jam", 6.7, 6.6, &GROUNDS_AND_WASHES),
    ("on", 8.0, 9.2, &["nil"]),
    ("on", 6.3, 7.5, &["lal"]),
];
const GROUNDS: [&str; 4] = ["ground", "pane", "sunk", "raised"];
const GROUNDS_AND_WASHES: [&str; 7] = [
    "ground", "pane", "sunk", "raised", "nil-wash", "lal-wash", "cha",
];

#[test]
fn every_colour_can_be_read_on_every_ground() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/css/colours.css");
    let sheet = std::fs::read_to_string(path).unwrap();
    let (light, rest) = sheet
        .split_once("@media (prefers-color-scheme: dark)")
        .unwrap();
    let (dark, _) = rest.split_once("@media").unwrap();
    let (light, dark) = (colours(light), colours(dark));
    for (name, least_light, least_dark, grounds) in CONTRASTS {
        for ground in grounds {
            for (scheme, palette, least) in
                [("light", &light, least_light), ("dark", &dark, least_dark)]
            {
                let contrast = contrast(palette[name], palette[*ground]);
                // The figures are rounded to a tenth.
                assert!(
                    contrast > least - 0.05,
                    "{name} on {ground}, {scheme}: {contrast:.2}, not {least}"
                );
            }
        }
    }
}

#[test]
fn a_site_chooses_among_colours_that_can_be_read_as_well() {
    let css = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/css");
    let read = |name: &str| std::fs::read_to_string(css.join(name)).unwrap();
    let (base, accents) = (read("colours.css"), read("accents.css"));
    let dark = "@media (prefers-color-scheme: dark)";
    let (base_light, rest) = base.split_once(dark).unwrap();
    let (base_dark, _) = rest.split_once("@media").unwrap();
    let (light, night) = accents.split_once(dark).unwrap();
    let mut seen = 0;
    for (scheme, base, accents) in [("light", base_light, light), ("dark", base_dark, night)] {
        for accent in accents.split(".accent-").skip(1) {
            let (name, block) = accent.split_once(" {").unwrap();
            let mut palette = colours(base);
            palette.extend(colours(block));
            for (colour, least_light, least_dark, grounds) in CONTRASTS {
                let least = if scheme == "light" {
                    least_light
                } else {
                    least_dark
                };
                for ground in grounds {
                    let contrast = contrast(palette[colour], palette[*ground]);
                    assert!(
                        contrast > least - 0.05,
                        "{name}: {colour} on {ground}, {scheme}: {contrast:.2}, not {least}"
                    );
                }
            }
            assert!(adda::view::site::ACCENTS.contains(&name), "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, 2 * adda::view::site::ACCENTS.len());
}

fn colours(block: &str) -> HashMap<&str, [f64; 3]> {
    let mut colours = HashMap::new();
    for line in block.lines() {
        let Some((name, value)) = line.trim().trim_end_matches(';').split_once(": #") else {
            continue;
        };
        let channel =
            |at: usize| f64::from(u8::from_str_radix(&value[at..at + 2], 16).unwrap()) / 255.0;
        colours.insert(
            name.trim_start_matches("--"),
            [channel(0), channel(2), channel(4)],
        );
    }
    colours
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}
