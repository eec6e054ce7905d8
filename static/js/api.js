// Requests to the server's JSON API; every one ends within ten seconds.
export class Refusal extends Error {
  /** `words` are the server's own, for people; empty where no answer came. */
  constructor(status, code, retryAfterSeconds, words = "") {
    super(code);
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
    this.words = words;
  }
}

/** The answer's JSON; throws Refusal with status 0 where no answer came. */
export async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(10_000),
    });
    const content = await answer.json().catch((error) => {
      if (answer.ok) throw error;
      return {};
    });
    if (answer.ok) return content;
    throw new Refusal(answer.status, content.error?.code ?? "internal", Number(answer.headers.get("Retry-After")) || 0, content.error?.message);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(0, "unavailable", 0);
  }
}

export const roomPath = (slug) => `/api/rooms/${encodeURIComponent(slug)}`;
