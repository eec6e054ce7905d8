// The files of a message: filled copies of what the server draws in templates/message-attachments.html.
import { t } from "../text.js";
import { clockWords, fillName, sizeWords } from "./file-words.js";
import { drawnSize, sentUrl } from "./pictures.js";

const samples = document.getElementById("attachments-template");
const VIDEOS = ["video/mp4", "video/webm", "video/quicktime"];
const AUDIOS = ["audio/mpeg", "audio/mp4", "audio/ogg", "audio/webm", "audio/wav", "audio/flac", "audio/aac"];
const FILM = { width: 480, height: 270 };

/** Draws a message's files below its text. Those that are there already stay as they are: one of them may be playing. */
export function fillAttachments(element, attachments = []) {
  const shown = element.querySelector(".attachments");
  const ids = attachments.map(({ id }) => id).join(" ");
  if ((shown?.dataset.ids ?? "") === ids) return;
  shown?.remove();
  if (ids === "") return;
  const list = samples.content.querySelector(".attachments").cloneNode(false);
  list.dataset.ids = ids;
  list.append(...attachments.map(drawAttachment));
  element.querySelector(".message__text").after(list);
}

/** Which of the ways to draw files is this one's. */
function kindOf({ content_type, thumbnail_url, voice }) {
  if (voice) return "voice";
  if (thumbnail_url && content_type.startsWith("image/")) return "picture";
  if (VIDEOS.includes(content_type)) return "video";
  return AUDIOS.includes(content_type) ? "audio" : "file";
}

function drawAttachment(attachment) {
  const kind = kindOf(attachment);
  const sample = samples.content.querySelector(`.attachment--${kind}${attachment.animated ? ".attachment--animated" : ""}:not(.attachment--covered)`);
  const element = sample.cloneNode(true);
  element.dataset.id = attachment.id;
  element.dataset.name = attachment.name;
  FILL[kind](element, attachment);
  return attachment.covered ? covered(element, kind) : element;
}

const FILL = {
  picture(element, attachment) {
    const { id, name, width, height, url, thumbnail_url, animated } = attachment;
    const link = element.querySelector("a");
    link.href = url;
    const still = element.querySelector("source");
    if (still) still.srcset = thumbnail_url;
    const image = element.querySelector("img");
    Object.assign(image, drawnSize(width, height));
    image.src = sentUrl(id) ?? (animated ? url : thumbnail_url);
    image.alt = name;
  },
  video(element, { url, name, width, height, thumbnail_url }) {
    const video = element.querySelector("video");
    Object.assign(video, width && height ? drawnSize(width, height) : FILM);
    video.src = url;
    video.title = name;
    if (thumbnail_url) video.poster = thumbnail_url;
  },
  audio(element, { url, name, size }) {
    fillName(element.querySelector(".file-name"), name);
    element.querySelector(".file__size").textContent = sizeWords(size);
    const audio = element.querySelector("audio");
    audio.src = url;
    audio.title = name;
  },
  voice(element, { url, duration = 0, peaks = [] }) {
    const voice = element.querySelector("voice-message");
    voice.dataset.seconds = duration;
    voice.dataset.peaks = peaks.join(" ");
    const audio = voice.querySelector("audio");
    audio.src = url;
    audio.title = t("voice-label", { duration: clockWords(Math.round(duration)) });
  },
  file(element, { url, name, size }) {
    const link = element.querySelector("a");
    link.href = url;
    link.download = name;
    fillName(element.querySelector(".file-name"), name);
    element.querySelector(".file__size").textContent = sizeWords(size);
  },
};

/** Puts a drawn file under its cover, which keeps as much room as what is below it. */
function covered(element, kind) {
  const under = samples.content.querySelector(".attachment--covered").cloneNode(true);
  under.className = `${element.className} attachment--covered`;
  Object.assign(under.dataset, element.dataset);
  under.querySelector(".cover__words").textContent = t(`cover-${kind}`);
  const room = under.querySelector(".cover__room");
  const media = element.querySelector("img, video");
  if (media) {
    for (const side of ["width", "height"]) room.setAttribute(side, media[side]);
    room.setAttribute("viewBox", `0 0 ${media.width} ${media.height}`);
  } else {
    room.remove();
  }
  under.querySelector(".cover__content").replaceChildren(...element.childNodes);
  return under;
}
