// The only place where markup enters a page: what the server drew from a message's text.
export function insertServerHtml(element, html) {
  element.innerHTML = html;
}

/** Another page of this site, as the server draws it. */
export async function pageOf(path) {
  const answer = await fetch(path, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(10_000) });
  if (!answer.ok || answer.redirected) throw new Error(`${path}: ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
