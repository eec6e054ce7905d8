//! How text becomes a part of HTML.

/// Text that stays what it is.
pub(super) fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}

/// A link that shows where it leads to.
pub(super) fn address(address: &str, html: &mut String) {
    open_link(address, html);
    escape(address, html);
    html.push_str("</a>");
}

/// The beginning of a link.
pub(super) fn open_link(address: &str, html: &mut String) {
    html.push_str("<a href=\"");
    escape(address, html);
    html.push_str("\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">");
}
