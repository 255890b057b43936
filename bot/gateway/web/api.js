// The chat API over HTTP.
import { token, visitor } from "./memory.js";

const TIMEOUT_MS = 30000;

/** A refusal. `status` 0 means that the server could not be reached; `retryAfter` is seconds. */
export class Refusal extends Error {
  constructor(status, code, message, retryAfter = 0) {
    super(message);
    Object.assign(this, { status, code, retryAfter });
  }
  get isSessionOver() { return this.status === 401; }
  get isPassing() { return this.status === 0 || this.status === 503 || this.status === 429; }
}

async function call(method, path, body, withToken = true) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (withToken) headers.Authorization = `Bearer ${token.get() ?? ""}`;
  try {
    const response = await fetch(`/api/v1/${path}`, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: stop.signal, cache: "no-store",
    });
    const value = response.status === 204 ? null : await response.json();
    if (response.ok) return value;
    throw new Refusal(response.status, value.error.code, value.error.message, Number(response.headers.get("Retry-After")));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(0, "unreachable", "");
  } finally {
    clearTimeout(timer);
  }
}

export const api = {
  async start() { token.set((await call("POST", "sessions", {}, false)).token); },
  /** Begin a conversation on a new visit; returns the dates that have come, each of which is given only once. */
  async startVisit() {
    const session = await call("POST", "sessions", { visitor: visitor.get() }, false);
    token.set(session.token);
    return session.greeting;
  },
  /** The citizen agreed: keep the dates of this conversation for this browser. */
  async remember() {
    const key = visitor.get();
    visitor.set((await call("POST", "reminders", key ? { visitor: key } : {})).visitor);
  },
  async forgetVisitor() {
    await call("DELETE", "reminders", { visitor: visitor.get() }, false);
    visitor.forget();
  },
  message: (message) => call("POST", "messages", message),
  history: async () => (await call("GET", "history")).messages,
  erase: () => call("DELETE", "session"),
  feedback: (body) => call("POST", "feedback", body),
  rating: (body) => call("POST", "rating", body),
  kept: (body) => call("POST", "kept", body),
  suggest: async (typed) => (await call("GET", `suggest?q=${encodeURIComponent(typed)}`, undefined, false)).questions,
};
