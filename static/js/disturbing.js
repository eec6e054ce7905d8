// Asks before many people are disturbed at once.
import { call, roomPath } from "./api.js";
import { ask } from "./question.js";
import { t } from "./text.js";

const FEW = 5;
/** In a room with more people only those who look after it call all of them; from others it is text. */
const CALLED_BY_ANYONE = 50;
const CODE = /(`+)[^`](?:.*?[^`])?\1(?!`)/gsu;
const CALLS = /(?:^|[^\p{L}\p{M}\p{Nd}_.@/-])@room(?![\p{L}\p{M}\p{Nd}])/iu;

/** Whether a text may be sent: it calls nobody, or few, or its writer means it. */
export async function mayDisturb(text, { slug, me }) {
  if (!CALLS.test(text.replace(CODE, " "))) return true;
  const answer = await call("GET", `${roomPath(slug)}/members`).catch(() => null);
  const members = answer?.members ?? [];
  const own = members.find((member) => member.username === me.username);
  const looksAfter = own?.owner || me.role === "administrator";
  const count = members.length - (own ? 1 : 0);
  if (count <= FEW || (members.length > CALLED_BY_ANYONE && !looksAfter)) return true;
  return ask({
    title: t("disturb-title", { count }),
    words: t("disturb-words"),
    yes: t("disturb-yes"),
    no: t("question-cancel"),
  });
}
