//! A link as a picture that a phone's camera reads.

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};

/// Empty modules around the code, without which cameras do not find it.
const QUIET: i32 = 4;

/// The code of a link as SVG, in the colour of the text around it; `None` where the link is too long for one.
///
/// It has no style and no script, and nothing of the link's own characters: safe to insert.
pub fn svg(link: &str) -> Option<String> {
    let code = QrCode::encode_text(link, QrCodeEcc::Medium).ok()?;
    let width = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size())
                .take_while(|x| code.get_module(*x, y))
                .count() as i32;
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run + 1;
        }
    }
    Some(format!(
        "<svg class=\"qr\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {width}\" \
         shape-rendering=\"crispEdges\" aria-hidden=\"true\"><path fill=\"currentColor\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_drawing_without_its_characters() {
        let drawing = svg("http://chat.test/signup?invite=<script>\"").unwrap();
        assert!(
            drawing.starts_with("<svg ")
                && !drawing.contains("script")
                && !drawing.contains("style")
        );
        // The upper left finder pattern: seven modules in a row.
        assert!(drawing.contains("M4 4h7v1h-7z"), "{drawing}");
        assert_eq!(svg(&"x".repeat(5_000)), None);
    }
}
