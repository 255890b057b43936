// Delivers messages: over a WebSocket while that works, else by POST. A message keeps its id until it is answered, so
// sending it again after a broken connection neither loses nor doubles it: the server answers each id once.
import { Refusal } from "./refusal.ts";
import type { Message, Reply, StaffWords } from "./types.ts";

const BACKOFF_MS = [400, 1000, 2500, 5000, 10000];
const OPEN_FAILURES_BEFORE_POST = 2;
const SILENCE_MS = 30000;
const POST_ONLY_MS = 60000;
const TRIES = 3;
const RENEWALS = 2;

export interface Listener {
  typing(): void;
  reply(id: string, reply: Reply): void;
  /** A person of the center wrote, without being asked by a message. */
  staff(words: StaffWords): void;
  /** A person has taken the conversation over (true) or given it back. */
  held(on: boolean): void;
  done(id: string): void;
  failed(id: string, refusal: Refusal): void;
  expired(): void;
  /** Whether the server can be reached. */
  link(up: boolean): void;
}

export interface Socket {
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: (() => void) | null;
  send(data: string): void;
  close(): void;
}

/** What surrounds the transport: the browser, or a stand-in in tests. */
export interface World {
  openSocket(): Socket | null;
  post(message: Message): Promise<{ replies: Reply[] }>;
  start(): Promise<void>;
  token: { get(): string | null; forget(): void };
  now(): number;
}

type Frame = {
  type: string; id?: string; reply?: Reply; message?: StaffWords; text?: string; at?: string; held?: boolean; error?: { code: string; message: string };
};

const OPEN = 1;

/** Messages are answered in the order of sending. */
export class Transport {
  private pending = new Map<string, { message: Message; tries: number }>();
  private socket: Socket | null = null;
  private sent = new Set<string>();
  private openFailures = 0;
  private failedAt = 0;
  private attempt = 0;
  private renewals = 0;
  private posting = false;
  private staying = false;
  private starting: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;

  constructor(private on: Listener, private world: World) {}

  /** Ids of what has not been answered yet. */
  get waiting(): string[] {
    return [...this.pending.keys()];
  }

  send(message: Message): void {
    this.pending.set(message.id, { message, tries: 0 });
    void this.flush();
  }

  /** Keep a connection even while nothing waits: a person may write at any moment. */
  stay(on: boolean): void {
    this.staying = on;
    if (on) void this.flush();
  }

  /** Forget everything unanswered and the connection (the conversation was erased). */
  reset(): void {
    this.pending.clear();
    this.staying = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.drop();
  }

  /** Try now: the network is back, or the citizen looks at the page again. */
  async flush(): Promise<void> {
    if (!this.pending.size && !(this.staying && this.world.token.get())) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.world.now() - this.failedAt > POST_ONLY_MS) this.openFailures = 0;
    if (!this.world.token.get() && !(await this.start())) return;
    if (this.openFailures >= OPEN_FAILURES_BEFORE_POST) void this.post();
    else if (!this.socket) this.open();
    else if (this.socket.readyState === OPEN) this.push();
  }

  private async start(): Promise<boolean> {
    this.starting ??= this.world.start().finally(() => { this.starting = null; });
    try {
      await this.starting;
      return true;
    } catch (error) {
      this.retryOrFail(error as Refusal);
      return false;
    }
  }

  private open(): void {
    const socket = this.world.openSocket();
    if (!socket) {
      this.openFailures = OPEN_FAILURES_BEFORE_POST;
      this.failedAt = this.world.now();
      void this.post();
      return;
    }
    let heard = false;
    this.socket = socket;
    this.sent = new Set();
    socket.onopen = () => {
      socket.send(JSON.stringify({ token: this.world.token.get() }));
      this.push();
    };
    socket.onmessage = (event) => {
      heard = true;
      this.openFailures = 0;
      this.on.link(true);
      this.receive(JSON.parse(event.data) as Frame);
    };
    socket.onclose = () => {
      clearTimeout(this.silence);
      if (this.socket !== socket) return;
      this.socket = null;
      if (!heard && this.pending.size) this.openFailed();
      if (this.pending.size || this.staying) this.later();
    };
  }

  /** Send what this connection has not carried yet. */
  private push(): void {
    for (const { message } of this.pending.values()) {
      if (!this.sent.has(message.id)) {
        this.sent.add(message.id);
        this.socket?.send(JSON.stringify(message));
      }
    }
    this.watch();
  }

  /** A connection that says nothing while we wait is dead, whatever the browser thinks. */
  private watch(): void {
    clearTimeout(this.silence);
    if (this.pending.size) this.silence = setTimeout(() => { this.openFailed(); this.drop(); this.later(); }, SILENCE_MS);
  }

  private openFailed(): void {
    this.openFailures += 1;
    this.failedAt = this.world.now();
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.silence);
    socket?.close();
  }

  private receive(frame: Frame): void {
    this.attempt = 0;
    this.watch();
    if (frame.type === "typing") this.on.typing();
    else if (frame.type === "reply" && frame.reply) this.on.reply(frame.id ?? "", frame.reply);
    else if (frame.type === "staff") {
      if (typeof frame.held === "boolean") this.on.held(frame.held);
      const words = frame.message ?? frame.reply ?? frame;
      if (words.id && words.text) this.on.staff({ id: words.id, text: words.text, at: "at" in words ? words.at : undefined });
    } else if (frame.type === "done" && frame.id) this.finish(frame.id);
    else if (frame.type === "error" && frame.error) {
      const { code, message } = frame.error;
      if (code === "unauthorized" || code === "session_expired") this.renew();
      else if (frame.id) this.refused(frame.id, new Refusal(["unavailable", "timeout", "rate_limited"].includes(code) ? 503 : 422, code, message));
    }
  }

  private async post(): Promise<void> {
    if (this.posting) return;
    this.posting = true;
    try {
      for (const { message } of [...this.pending.values()]) {
        if (!this.pending.has(message.id)) continue;
        const answer = await this.world.post(message);
        if (!this.pending.has(message.id)) continue; // erased meanwhile
        this.on.link(true);
        for (const reply of answer.replies) this.on.reply(message.id, reply);
        this.finish(message.id);
      }
    } catch (error) {
      const refusal = error as Refusal;
      const id = this.pending.keys().next().value;
      if (refusal.isSessionOver) this.renew();
      else if (id) this.refused(id, refusal);
    } finally {
      this.posting = false;
    }
    if (this.pending.size && !this.timer) this.later();
  }

  private finish(id: string): void {
    if (!this.pending.delete(id)) return;
    this.attempt = 0;
    this.renewals = 0;
    this.watch();
    this.on.done(id);
  }

  private refused(id: string, refusal: Refusal): void {
    const waiting = this.pending.get(id);
    if (!waiting) return;
    this.sent.delete(id);
    if (refusal.status === 0) { // unreachable: goes out as soon as the server can be reached, however long that takes
      this.on.link(false);
      this.later();
      return;
    }
    waiting.tries += 1;
    if (refusal.isPassing && waiting.tries < TRIES) {
      this.later(refusal.retryAfter * 1000);
      return;
    }
    this.pending.delete(id);
    this.on.failed(id, refusal);
  }

  private retryOrFail(refusal: Refusal): void {
    for (const id of [...this.pending.keys()]) this.refused(id, refusal);
  }

  /** The session is over: begin a new one and send what is unanswered again. */
  private renew(): void {
    this.world.token.forget();
    this.drop();
    this.staying = false;
    if (!this.pending.size) return; // nobody waits: the next message begins anew
    this.renewals += 1;
    if (this.renewals > RENEWALS) {
      this.retryOrFail(new Refusal(401, "unauthorized", ""));
      return;
    }
    this.on.expired();
    void this.flush();
  }

  private later(atLeast = 0): void {
    clearTimeout(this.timer);
    const wait = Math.max(atLeast, BACKOFF_MS[Math.min(this.attempt, BACKOFF_MS.length - 1)]!);
    this.attempt += 1;
    this.timer = setTimeout(() => { this.timer = undefined; void this.flush(); }, wait);
  }
}
