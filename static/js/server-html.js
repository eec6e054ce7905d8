// The only place where markup enters a page: what the server drew from a message's text.
export function insertServerHtml(element, html) {
  element.innerHTML = html;
}

/** That of an element. */
export function serverHtmlOf(element) {
  return element.innerHTML;
}

/** What it says when it is read in one go: the same as the server reads there (src/markup/plain.rs). */
export function wordsIn(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const block of body.querySelectorAll("blockquote, br, li, ol, pre, ul")) {
    block.before("\n");
    block.after("\n");
  }
  return body.textContent;
}

/** Another page of this site, as the server draws it. */
export async function pageOf(path) {
  const answer = await fetch(path, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(10_000) });
  if (!answer.ok || answer.redirected) throw new Error(`${path}: ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
