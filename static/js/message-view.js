// Draws one message by filling a copy of the template that the server draws history with.
import { boot } from "./boot.js";
import { momentOf, timeOf } from "./clock.js";
import { fillCup } from "./cups.js";
import { emptyDrawn } from "./deleted.js";
import { fillAttachments } from "./files/attachments.js";
import { dress } from "./folds.js";
import { isNotice, noticeWords } from "./notices.js";
import { drawEdited } from "./edited.js";
import { answersMe, drawQuote } from "./quotes.js";
import { drawPinned } from "./pins.js";
import { drawReactions } from "./reactions.js";
import { insertServerHtml } from "./server-html.js";

const template = document.getElementById("message-template");
const EMOJI_ALONE = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\s){1,12}$/u;
const ANY_EMOJI = /\p{Extended_Pictographic}/u;

export function drawMessage(message, isMine) {
  const element = template.content.querySelector(".message").cloneNode(true);
  const name = message.name || message.username;
  fillCup(element.querySelector(".cup"), message);
  element.querySelector(".message__author").textContent = name;
  element.classList.toggle("message--mine", isMine && !isNotice(message));
  element.classList.toggle("message--notice", isNotice(message));
  element.dataset.username = message.username;
  if (isMine && message.client_id) element.dataset.clientId = message.client_id;
  dress(element);
  setTime(element, message.sent_at);
  if (message.seq) {
    element.dataset.seq = message.seq;
    // A template's links have no address of their own yet that could be taken apart.
    for (const link of element.querySelectorAll(".message__bar a")) link.setAttribute("href", link.getAttribute("href").replace("=0", `=${message.seq}`));
    element.dataset.revision = message.revision;
  }
  if (!(boot.may.delete === "all" || (isMine && boot.may.delete === "own"))) element.querySelector('[data-does="delete"]')?.remove();
  if (!isMine || !boot.may.edit) element.querySelector('[data-does="edit"]')?.remove();
  if (isMine) for (const tool of element.querySelectorAll(".message__tool--others")) tool.remove();
  if (isNotice(message)) element.querySelector(".message__bar")?.remove();
  fillText(element, message);
  return element;
}

export function fillText(element, stored) {
  const { message = "", html = "" } = stored;
  if (stored.deleted) return emptyDrawn(element);
  const text = element.querySelector(".message__text");
  if (isNotice(stored)) text.textContent = noticeWords(stored);
  else if (html) insertServerHtml(text, html);
  else text.textContent = message;
  // What is typed cannot be told from what is drawn.
  if (html && element.classList.contains("message--mine")) element.dataset.typed = message;
  else delete element.dataset.typed;
  fillAttachments(element, stored.attachments);
  drawQuote(element, stored);
  drawEdited(element, stored);
  drawPinned(element, stored);
  if (drawReactions(element, stored)) element.dispatchEvent(new CustomEvent("unsure", { bubbles: true }));
  element.classList.toggle("message--names-me", !element.classList.contains("message--mine") && (namesMe(text) || answersMe(stored)));
  text.classList.toggle("message__text--emoji", !stored.seq && areEmojiAlone(message));
}

/** Whether a message that need not be drawn names the reader, or everyone, or answers the reader. */
export function namesReader(message) {
  const { html = "" } = message;
  if (!html.includes("mention")) return answersMe(message);
  const text = document.createElement("div");
  insertServerHtml(text, html);
  return namesMe(text) || answersMe(message);
}

/** What a drawn message says: one's own as it was typed. */
export function textOf(element) {
  return element.dataset.typed ?? element.querySelector(".message__text").textContent;
}

/** Whoever said it. */
export function nameOf(element) {
  return element.querySelector(".message__author").textContent;
}

/** Whether a drawn text names the reader, or everyone. */
function namesMe(text) {
  const named = (element) => element.classList.contains("mention--all") || element.dataset.username === boot.me.username;
  return [...text.querySelectorAll(".mention")].some(named);
}

export function setTime(element, sentAt) {
  const time = element.querySelector(".message__time");
  const moment = new Date(sentAt);
  time.dateTime = sentAt;
  time.textContent = timeOf(moment);
  time.title = momentOf(moment);
}

/** Whether what is not stored yet will be drawn large; only the server draws what is. */
const areEmojiAlone = (words) => words.length <= 48 && ANY_EMOJI.test(words) && EMOJI_ALONE.test(words);
