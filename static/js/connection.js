// The page's one socket: opened, watched, opened again. Tells of "welcome", "frame", "down" and "stopped".
import { Refusal, call } from "./api.js";
import { Backoff } from "./backoff.js";

const PING_EVERY = 25_000;
const ANSWER_WITHIN = 10_000;
const STEADY_AFTER = 5_000;
const PAUSE_AFTER_FLOOD = 10_000;
const FOR_GOOD = { 4001: "signed-out", 4003: "removed" };
const TOO_MANY_FRAMES = 4029;

export class Connection extends EventTarget {
  #me;
  #path;
  #probe;
  #query;
  #socket = null;
  #welcomed = false;
  #stopped = false;
  #backoff = new Backoff();
  #bye = null;
  #reopening = null;
  #pinging = null;
  #steadying = null;
  #deadline = null;
  #mayHurry = true;

  /** `me` is who this page was drawn for; `probe` is asked when the door stays shut; `query` gives the place to resume from. */
  constructor({ me, path, probe, query = () => ({}) }) {
    super();
    this.#me = me;
    this.#path = path;
    this.#probe = probe;
    this.#query = query;
    addEventListener("online", () => this.#hurry());
    addEventListener("pageshow", (event) => event.persisted && this.#hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#hurry());
  }

  /** Who this page was drawn for. */
  get me() {
    return this.#me;
  }

  get up() {
    return this.#welcomed;
  }

  open() {
    if (this.#stopped || this.#socket) return;
    clearTimeout(this.#reopening);
    const url = new URL(this.#path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    for (const [name, value] of Object.entries(this.#query())) url.searchParams.set(name, value);
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#bye = null;
    this.#await(() => this.#lost(0));
    socket.onmessage = (event) => socket === this.#socket && this.#heard(event.data);
    socket.onclose = (event) => socket === this.#socket && this.#lost(event.code);
  }

  /** Whether the frame was handed to a socket that is open. */
  send(frame) {
    if (!this.#welcomed || this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Gives up this socket for a new one, where what it brought did not add up. */
  restart() {
    if (this.#socket) this.#lost(0);
  }

  #heard(data) {
    const frame = parsed(data);
    if (!frame) return;
    if (frame.type === "welcome") {
      // Somebody else has signed in beside this page; nothing that was written here may go out in their name.
      if (frame.you?.username !== this.#me.username) return this.#leave("somebody-else");
      this.#welcomed = true;
      this.#mayHurry = true;
      clearTimeout(this.#deadline);
      this.#steadying = setTimeout(() => this.#backoff.reset(), STEADY_AFTER);
      this.#pinging = setInterval(() => this.#ping(), PING_EVERY);
      this.dispatchEvent(new CustomEvent("welcome", { detail: frame }));
      return;
    }
    if (frame.type === "pong") clearTimeout(this.#deadline);
    if (frame.type === "bye") this.#bye = frame;
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  #ping() {
    if (this.send({ type: "ping" })) this.#await(() => this.#lost(0));
  }

  #await(late) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(late, ANSWER_WITHIN);
  }

  #lost(code) {
    const socket = this.#socket;
    const wasWelcome = this.#welcomed;
    this.#socket = null;
    this.#welcomed = false;
    clearTimeout(this.#deadline);
    clearTimeout(this.#steadying);
    clearInterval(this.#pinging);
    socket.close();
    if (FOR_GOOD[code]) return this.#stop(FOR_GOOD[code]);
    if (this.#bye && this.#bye.reconnect_in_ms == null) return this.#stop("ended");
    this.dispatchEvent(new CustomEvent("down", { detail: { code } }));
    if (wasWelcome) return this.#again(code);
    this.#ask().then((why) => (why ? this.#stop(why) : this.#again(code)));
  }

  /** Why the door stays shut: a browser is not told with which status an upgrade was refused. */
  async #ask() {
    try {
      await call("GET", this.#probe);
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return "signed-out";
      if (error instanceof Refusal && error.status === 404) return "gone";
    }
    return null;
  }

  #again(code) {
    if (this.#socket || this.#stopped) return;
    let wait = this.#backoff.next();
    this.#mayHurry = true;
    if (this.#bye) {
      wait = this.#bye.reconnect_in_ms;
      this.#mayHurry = false;
    } else if (code === TOO_MANY_FRAMES) {
      wait += PAUSE_AFTER_FLOOD;
      this.#mayHurry = false;
    }
    clearTimeout(this.#reopening);
    this.#reopening = setTimeout(() => this.open(), wait);
  }

  #hurry() {
    if (this.#welcomed) this.#ping();
    else if (!this.#socket && this.#mayHurry) this.open();
  }

  #leave(why) {
    this.#socket.close();
    this.#socket = null;
    clearTimeout(this.#deadline);
    this.#stop(why);
  }

  #stop(why) {
    this.#stopped = true;
    clearTimeout(this.#reopening);
    this.dispatchEvent(new CustomEvent("stopped", { detail: { why } }));
  }
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
