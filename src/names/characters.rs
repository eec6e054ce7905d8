//! What characters of a name do to its reader: what is seen, what is hidden, what rewrites its surroundings.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Letters, marks and digits of any script.
pub(super) fn is_word(character: char) -> bool {
    matches!(
        character.general_category_group(),
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark
    ) || character.general_category() == GeneralCategory::DecimalNumber
}

/// Whether a reader sees anything of it by itself: not a space, a control or format character (zero width and the like), and not
/// a mark that only changes a letter before it.
pub(super) fn is_visible(character: char) -> bool {
    !character.is_whitespace()
        && !matches!(
            character.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::NonspacingMark
                | GeneralCategory::EnclosingMark
        )
        && !matches!(
            character,
            '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{2800}'
        )
}

/// More marks on one letter than any script has: Bengali, Thai and Tibetan come with four.
const MARKS_MAX: usize = 4;

/// Whether marks are heaped on a letter, so that they cover what is above and below.
pub(super) fn piles_up_marks(text: &str) -> bool {
    let mut marks = 0;
    text.chars().any(|character| {
        let is_mark = matches!(
            character.general_category(),
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
        );
        marks = if is_mark { marks + 1 } else { 0 };
        marks > MARKS_MAX
    })
}

/// Whether something in it cannot be seen: two names would differ by that, and look the same. Joiners are seen by what they do
/// between two letters, or between the parts of a picture.
pub(super) fn hides_something(text: &str) -> bool {
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_joiner = matches!(character, '\u{200C}' | '\u{200D}');
        let joins = is_joiner
            && before.is_some_and(|before: char| before > '\u{2FF}' && !is_hidden(before))
            && characters
                .peek()
                .is_some_and(|after| *after > '\u{2FF}' && !is_hidden(*after));
        if is_hidden(character) && !joins {
            return true;
        }
        before = Some(character);
    }
    false
}

/// Whether a text stays on its line and in its direction, hides nothing, and has something to see.
pub fn is_plain_line(text: &str) -> bool {
    let is_bad = |character: char| character.is_control() || turns_direction(character);
    let has_something = text.chars().any(is_visible);
    has_something && !text.chars().any(is_bad) && !hides_something(text) && !piles_up_marks(text)
}

/// How many characters a reader sees: marks, joiners, selectors and skin tones belong to those before them.
pub fn visible_characters(text: &str) -> usize {
    let is_seen = |character: &char| {
        is_visible(*character) && !matches!(character, '\u{1F3FB}'..='\u{1F3FF}')
    };
    let spaces = text.chars().filter(|character| *character == ' ').count();
    text.chars().filter(is_seen).count() + spaces
}

/// Format characters, letters without a shape and selectors of letters' variants; but for that of pictures in colour.
pub fn is_hidden(character: char) -> bool {
    character.general_category() == GeneralCategory::Format
        || matches!(
            character,
            '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{3164}'
                | '\u{FFA0}' | '\u{2800}' | '\u{FE00}'..='\u{FE0E}' | '\u{E0100}'..='\u{E01EF}'
        )
}

/// Characters that turn the direction of the text around them: a name with one rewrites its neighbours.
pub fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}
