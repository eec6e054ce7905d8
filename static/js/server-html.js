// The only place where markup enters a page: what the server drew from a message's text.
export function insertServerHtml(element, html) {
  element.innerHTML = html;
}
