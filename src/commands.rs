//! What a line that begins with a slash asks for: a function without a database. Commands are a way to write: whoever writes by
//! a page uses them, and what programs send is text.

/// What `/shrug` says.
const SHRUG: &str = "¯\\_(ツ)_/¯";

/// What somebody typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Words, to be said as they are.
    Text,
    /// Something is to be said, in these words.
    Say(String),
    /// The room is to have this topic, or none.
    Topic(String),
    /// Somebody of this username is to belong to the room.
    Invite(String),
    /// Whoever typed it leaves the room.
    Leave,
    /// What can be written is to be shown.
    Help,
    /// There is no such command.
    Unknown,
    /// There is one, and it needs more than its name.
    Bare,
}

/// Reads what was typed. A path such as `/etc/hosts` is text, and `//` says what follows its first slash.
pub fn read(typed: &str) -> Typed {
    let Some(line) = typed.strip_prefix('/') else {
        return Typed::Text;
    };
    if line.starts_with('/') {
        return Typed::Say(line.to_owned());
    }
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'));
    if !is_name {
        return Typed::Text;
    }
    let rest = rest.trim();
    match (name.to_ascii_lowercase().as_str(), rest) {
        ("me" | "invite", "") => Typed::Bare,
        ("me", deed) => Typed::Say(as_deed(deed)),
        ("shrug", "") => Typed::Say(SHRUG.to_owned()),
        ("shrug", words) => Typed::Say(format!("{words} {SHRUG}")),
        ("topic", topic) => Typed::Topic(topic.to_owned()),
        ("invite", username) => Typed::Invite(username.to_owned()),
        ("leave", "") => Typed::Leave,
        ("help", _) => Typed::Help,
        _ => Typed::Unknown,
    }
}

/// What somebody does, as a line that is set apart: by the mark that does not stand in it.
fn as_deed(deed: &str) -> String {
    let mark = if deed.contains('_') { '*' } else { '_' };
    deed.lines()
        .map(str::trim)
        .map(|line| match line {
            "" => String::new(),
            line => format!("{mark}{line}{mark}"),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_text() {
        let say = |text: &str| Typed::Say(text.to_owned());
        for (typed, expected) in [
            ("hello", Typed::Text),
            ("", Typed::Text),
            ("/", Typed::Text),
            ("/ me waves", Typed::Text),
            (" /me waves", Typed::Text),
            ("/etc/hosts", Typed::Text),
            ("/usr/bin/env is not a command", Typed::Text),
            ("/me/you", Typed::Text),
            ("/:)", Typed::Text),
            ("/2", Typed::Text),
            ("/খবর", Typed::Text),
            ("//me waves", say("/me waves")),
            ("/me waves", say("_waves_")),
            ("/ME  waves at ben ", say("_waves at ben_")),
            ("/me reads snake_case", say("*reads snake_case*")),
            ("/me waves\nand goes", say("_waves_\n_and goes_")),
            ("/me", Typed::Bare),
            ("/me  ", Typed::Bare),
            ("/shrug", say("¯\\_(ツ)_/¯")),
            ("/shrug who knows", say("who knows ¯\\_(ツ)_/¯")),
            ("/topic", Typed::Topic(String::new())),
            (
                "/topic Tea, and cups",
                Typed::Topic("Tea, and cups".to_owned()),
            ),
            ("/invite @ben", Typed::Invite("@ben".to_owned())),
            ("/invite", Typed::Bare),
            ("/leave", Typed::Leave),
            ("/leave me alone", Typed::Unknown),
            ("/help", Typed::Help),
            ("/help me", Typed::Help),
            ("/etc", Typed::Unknown),
            ("/meme", Typed::Unknown),
        ] {
            assert_eq!(read(typed), expected, "{typed}");
        }
    }

    #[test]
    fn what_commands_say_is_drawn_as_it_is_meant() {
        let drawn = |typed: &str| match read(typed) {
            Typed::Say(text) => crate::markup::words(&text),
            other => panic!("{other:?}"),
        };
        assert_eq!(drawn("/shrug *so*"), "<em>so</em> ¯\\_(ツ)_/¯");
        assert_eq!(drawn("/me waves"), "<em>waves</em>");
        assert_eq!(drawn("/me reads snake_case"), "<em>reads snake_case</em>");
        assert_eq!(drawn("//etc"), "/etc");
    }
}
