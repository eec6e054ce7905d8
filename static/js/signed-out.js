// A session that has ended leads to the sign-in page, and from there back here; somebody else's gets a page of its own.
export function leaveWhenSignedOut(connection) {
  connection.addEventListener("stopped", ({ detail }) => {
    if (detail.why === "somebody-else") location.reload();
    if (detail.why === "signed-out") location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  });
}
