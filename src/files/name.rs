//! What a file is called: a name and never a path, on one line and in its direction.

use unicode_normalization::UnicodeNormalization;

use crate::names::turns_direction;

/// Bytes of a name: what file systems take.
const BYTES_MAX: usize = 200;
/// Bytes of the ending that stays where a long name is cut.
const ENDING_MAX: usize = 16;
/// What a file is called that came without a name.
const NAMELESS: &str = "file";

/// The name of a file, as people see it and as it is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// What is left of a name that somebody sent: its last part, without what no name holds. There is always something left.
    pub fn of(sent: &str) -> FileName {
        let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_kept = |character: &char| !character.is_control() && !turns_direction(*character);
        let kept: String = last.nfc().filter(is_kept).collect();
        let kept = kept.trim().trim_matches('.').trim();
        FileName(match kept {
            "" => NAMELESS.to_owned(),
            name => shortened(name),
        })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name that fits, with its ending, by which programs know it.
fn shortened(name: &str) -> String {
    if name.len() <= BYTES_MAX {
        return name.to_owned();
    }
    let ending = match name.rfind('.') {
        Some(at) if name.len() - at <= ENDING_MAX => &name[at..],
        _ => "",
    };
    let most = BYTES_MAX - ending.len();
    let end = (0..=most)
        .rev()
        .find(|end| name.is_char_boundary(*end))
        .unwrap_or(0);
    format!("{}{ending}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path_and_stays_on_its_line() {
        for (sent, name) in [
            ("tea.jpg", "tea.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ada\\tea.jpg", "tea.jpg"),
            ("/", "file"),
            ("", "file"),
            ("..", "file"),
            (".htaccess", "htaccess"),
            (" a\r\nSet-Cookie: x\0 ", "aSet-Cookie: x"),
            ("gpj.\u{202E}exe", "gpj.exe"),
            ("“tea” & \"milk\".png", "“tea” & \"milk\".png"),
            ("চা.png", "চা.png"),
        ] {
            assert_eq!(FileName::of(sent).as_str(), name, "{sent:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = FileName::of(&format!("{}.jpeg", "চা".repeat(200)));
        assert!(name.as_str().len() <= BYTES_MAX);
        assert!(name.as_str().starts_with("চা") && name.as_str().ends_with(".jpeg"));
        assert_eq!(FileName::of(&"x".repeat(900)).as_str().len(), BYTES_MAX);
        let strange = format!("a.{}", "x".repeat(900));
        assert_eq!(FileName::of(&strange).as_str().len(), BYTES_MAX);
    }
}
