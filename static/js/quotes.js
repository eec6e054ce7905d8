// What an answer shows of the message that it answers: as that is now, whenever it comes to say something else.
import { boot } from "./boot.js";
import { wordsOf } from "./about.js";
import { isMuted } from "./muted.js";
import { clockWords } from "./files/file-words.js";
import { wordsIn } from "./server-html.js";

const EXCERPT_MOST = 140;
const template = document.getElementById("quote-template");

/** Draws into a message what it answers, or takes it away. */
export function drawQuote(element, { reply_to: seq, quote }) {
  element.querySelector(".quote")?.remove();
  if (!quote) return;
  const drawn = template.content.querySelector(".quote").cloneNode(true);
  drawn.dataset.quotes = seq;
  drawn.setAttribute("href", `?at=${seq}`);
  fill(drawn, quote);
  element.querySelector(".message__text").before(drawn);
}

/** Whether a message answers the reader. */
export function answersMe({ quote }) {
  return quote?.username === boot.me.username;
}

/** A message is another now: so is what its answers show of it. */
export function requote(list, message) {
  const quotes = list.querySelectorAll(`.quote[data-quotes="${message.seq}"]`);
  if (quotes.length === 0) return;
  const quote = quoteOf(message);
  for (const one of quotes) fill(one, quote);
}

/** Whom the reader does not want to hear are others now. */
export function dressQuotes(list) {
  for (const quote of list.querySelectorAll(".quote")) quote.classList.toggle("quote--muted", isMuted(quote.dataset.username));
}

/** What is shown of a message, as the server has it. */
export function quoteOf({ username, name, message = "", html = "", attachments = [], deleted = false }) {
  if (deleted) return { deleted };
  const words = html ? wordsIn(html) : message;
  const files = attachments.map(({ name, voice, duration = 0 }) => (voice ? `🎤 ${clockWords(Math.round(duration))}` : name)).join(", ");
  return { username, name: name || username, excerpt: excerptOf(words || files) };
}

function fill(drawn, quote) {
  const { username = "", name = "", deleted = false } = quote;
  drawn.dataset.username = username;
  drawn.classList.toggle("quote--muted", isMuted(username));
  drawn.classList.toggle("quote--deleted", deleted);
  drawn.querySelector(".quote__name").textContent = name;
  drawn.querySelector(".quote__words").textContent = wordsOf(quote);
}

/** The beginning of a text, on one line. */
export function excerptOf(text) {
  const characters = [...text.trim().replace(/\s+/gu, " ")];
  return characters.length > EXCERPT_MOST ? `${characters.slice(0, EXCERPT_MOST).join("")}…` : characters.join("");
}
