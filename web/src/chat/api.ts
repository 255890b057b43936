// The chat API over HTTP.
import { token, visitor } from "./memory.ts";
import type { Greeting, HistoryEntry, Message, Reply } from "./types.ts";
import { Refusal } from "./refusal.ts";

const TIMEOUT_MS = 30000;

async function call<T>(method: string, path: string, body?: unknown, withToken: string | null = token.get()): Promise<T> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (withToken !== "") headers["Authorization"] = `Bearer ${withToken ?? ""}`;
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

const OPEN = "";

export const api = {
  async start(): Promise<void> { token.set((await call<{ token: string }>("POST", "sessions", {}, OPEN)).token); },
  /** Begin a conversation on a new visit; returns the dates that have come, each of which is given only once. */
  async startVisit(): Promise<Greeting[]> {
    const session = await call<{ token: string; greeting?: Greeting[] }>("POST", "sessions", { visitor: visitor.get() }, OPEN);
    token.set(session.token);
    return session.greeting ?? [];
  },
  /** The citizen agreed: keep the dates of this conversation for this browser. */
  async remember(): Promise<void> {
    const key = visitor.get();
    visitor.set((await call<{ visitor: string }>("POST", "reminders", key ? { visitor: key } : {})).visitor);
  },
  async forgetVisitor(): Promise<void> {
    await call("DELETE", "reminders", { visitor: visitor.get() }, OPEN);
    visitor.forget();
  },
  message: (message: Message) => call<{ id: string; replies: Reply[] }>("POST", "messages", message),
  history: async () => (await call<{ messages: HistoryEntry[] }>("GET", "history")).messages,
  erase: (key: string) => call<null>("DELETE", "session", undefined, key),
  feedback: (body: { reply: string; score: number; reason?: string; comment?: string }) => call("POST", "feedback", body),
  rating: (body: { stars: number; comment?: string }) => call("POST", "rating", body),
  kept: (body: { reply: string }) => call("POST", "kept", body),
  suggest: async (typed: string) => (await call<{ questions: string[] }>("GET", `suggest?q=${encodeURIComponent(typed)}`, undefined, OPEN)).questions,
};
