// Delivers messages: over a WebSocket while that works, else by POST. A message keeps its id until it is answered, so
// sending it again after a broken connection neither loses nor doubles it: the server answers each id once.
import { api, Refusal } from "./api.js";
import { token } from "./memory.js";

const BACKOFF_MS = [400, 1000, 2500, 5000, 10000];
const OPEN_FAILURES_BEFORE_POST = 2;
const SILENCE_MS = 30000;
const POST_ONLY_MS = 60000;
const TRIES = 3;
const RENEWALS = 2;

/**
 * `on` has typing(), reply(id, reply), done(id), failed(id, refusal) and expired().
 * Messages are {id, text} or {id, choice}; they are answered in the order of sending.
 */
export class Transport {
  constructor(on) {
    this.on = on;
    this.pending = new Map();
    this.socket = null;
    this.openFailures = 0;
    this.failedAt = 0;
    this.attempt = 0;
    this.renewals = 0;
    this.posting = false;
    window.addEventListener("online", () => this.flush());
  }

  send(message) {
    this.pending.set(message.id, { message, tries: 0 });
    this.flush();
  }

  /** Forget everything unanswered and the connection (the conversation was erased). */
  reset() {
    this.pending.clear();
    this.drop();
  }

  async flush() {
    if (!this.pending.size) return;
    clearTimeout(this.timer);
    this.timer = null;
    if (performance.now() - this.failedAt > POST_ONLY_MS) this.openFailures = 0;
    if (!token.get() && !(await this.start())) return;
    if (this.openFailures >= OPEN_FAILURES_BEFORE_POST || !window.WebSocket) this.post();
    else if (!this.socket) this.open();
    else if (this.socket.readyState === WebSocket.OPEN) this.push();
  }

  async start() {
    this.starting ??= api.start().finally(() => { this.starting = null; });
    try {
      await this.starting;
      return true;
    } catch (refusal) {
      this.retryOrFail(refusal);
      return false;
    }
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/api/v1/ws`);
    const sent = new Set();
    let heard = false;
    this.socket = socket;
    this.sent = sent;
    socket.onopen = () => {
      socket.send(JSON.stringify({ token: token.get() }));
      this.push();
    };
    socket.onmessage = (event) => {
      heard = true;
      this.openFailures = 0;
      this.receive(JSON.parse(event.data));
    };
    socket.onclose = () => {
      clearTimeout(this.silence);
      if (this.socket !== socket) return;
      this.socket = null;
      if (!heard) this.openFailed();
      if (this.pending.size) this.later();
    };
  }

  /** Send what this connection has not carried yet. */
  push() {
    for (const { message } of this.pending.values()) {
      if (!this.sent.has(message.id)) {
        this.sent.add(message.id);
        this.socket.send(JSON.stringify(message));
      }
    }
    this.watch();
  }

  /** A connection that says nothing while we wait is dead, whatever the browser thinks. */
  watch() {
    clearTimeout(this.silence);
    if (this.pending.size) this.silence = setTimeout(() => { this.openFailed(); this.drop(); this.later(); }, SILENCE_MS);
  }

  openFailed() {
    this.openFailures += 1;
    this.failedAt = performance.now();
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.silence);
    if (socket) socket.close();
  }

  receive(frame) {
    this.attempt = 0;
    this.watch();
    if (frame.type === "typing") this.on.typing();
    else if (frame.type === "reply") this.on.reply(frame.id, frame.reply);
    else if (frame.type === "done") this.finish(frame.id);
    else if (frame.type === "error") {
      const { code, message } = frame.error;
      if (code === "unauthorized" || code === "session_expired") this.renew();
      else if (frame.id) this.refused(frame.id, new Refusal(code === "unavailable" || code === "timeout" ? 503 : 422, code, message));
    }
  }

  async post() {
    if (this.posting) return;
    this.posting = true;
    try {
      for (const { message } of [...this.pending.values()]) {
        if (!this.pending.has(message.id)) continue;
        this.on.typing();
        const answer = await api.message(message);
        for (const reply of answer.replies) this.on.reply(message.id, reply);
        this.finish(message.id);
      }
    } catch (refusal) {
      const id = this.pending.keys().next().value;
      if (refusal.isSessionOver) this.renew();
      else if (id) this.refused(id, refusal);
    } finally {
      this.posting = false;
    }
    if (this.pending.size && !this.timer) this.later();
  }

  finish(id) {
    this.pending.delete(id);
    this.attempt = 0;
    this.renewals = 0;
    this.watch();
    this.on.done(id);
  }

  refused(id, refusal) {
    const waiting = this.pending.get(id);
    if (!waiting) return;
    waiting.tries += 1;
    this.sent?.delete(id);
    if (refusal.status === 0 && !navigator.onLine) return; // goes out when the network is back
    if (refusal.isPassing && waiting.tries < TRIES) {
      this.later(refusal.retryAfter * 1000);
      return;
    }
    this.pending.delete(id);
    this.on.failed(id, refusal);
  }

  retryOrFail(refusal) {
    for (const id of [...this.pending.keys()]) this.refused(id, refusal);
  }

  /** The session is over: begin a new one and send what is unanswered again. */
  renew() {
    token.forget();
    this.drop();
    this.renewals += 1;
    if (this.renewals > RENEWALS) {
      this.retryOrFail(new Refusal(401, "unauthorized", ""));
      return;
    }
    this.on.expired();
    this.flush();
  }

  later(atLeast = 0) {
    clearTimeout(this.timer);
    const wait = Math.max(atLeast, BACKOFF_MS[Math.min(this.attempt, BACKOFF_MS.length - 1)]);
    this.attempt += 1;
    this.timer = setTimeout(() => { this.timer = null; this.flush(); }, wait);
  }
}
