// Lets people answer a message: from its menu, or by a key where it has the focus.
import { call, roomPath } from "./api.js";
import { nameOf } from "./message-view.js";
import { quoteOf } from "./quotes.js";
import { serverHtmlOf } from "./server-html.js";

export function letReply({ slug, list, composer, about }) {
  const reply = (message) => {
    const { seq, username } = message.dataset;
    const attachments = [...message.querySelectorAll(".attachment")].map((file) => {
      const voice = file.querySelector("voice-message");
      return { name: file.dataset.name, voice: voice !== null, duration: Number(voice?.dataset.seconds ?? 0) };
    });
    const quote = quoteOf({ username, name: nameOf(message), html: serverHtmlOf(message.querySelector(".message__text")), attachments });
    composer.answer({ seq: Number(seq), quote });
  };
  // What was begun long ago may answer something that says something else by now.
  composer.addEventListener("recalled", async ({ detail: seq }) => {
    try {
      const { messages } = await call("GET", `${roomPath(slug)}/messages?around=${seq}&limit=1`);
      const now = messages.find((message) => message.seq === seq);
      if (now) about.isNow(seq, quoteOf(now));
    } catch (error) {
      console.info("what is answered could not be read again", error);
    }
  });
  list.addEventListener("click", (event) => {
    const link = event.target.closest('[data-does="reply"]');
    if (!link || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    reply(link.closest(".message"));
  });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "r" || event.metaKey || event.ctrlKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const message = event.target.closest(".message");
    if (!message?.dataset.seq || message.matches(".message--notice, .message--deleted")) return;
    event.preventDefault();
    reply(message);
  });
}
