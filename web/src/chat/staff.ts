// A person of the center in the conversation: the strip that says so, their words as they come, and asking for them where no live connection is.
import { api } from "./api.ts";
import { byId } from "./dom.ts";
import { Refusal } from "./refusal.ts";
import type { Reply, StaffWords } from "./types.ts";
import { say } from "./wording.ts";

const EVERY_MS = 5000;
const PATIENCE_MS = 30 * 60 * 1000;

export class StaffWatch {
  private until = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** `show` displays words of staff once, and says whether they were new; `stay` keeps the connection open. */
  constructor(private show: (words: StaffWords) => boolean, private stay: (on: boolean) => void) {}

  /** A reply of the assistant has come: then no person holds the conversation, though one may come after a handoff. */
  heard(reply: Reply): void {
    this.strip("");
    if (reply.kind === "handoff") this.watch();
  }

  /** A message was answered with nothing: a person reads it. */
  unanswered(): void {
    this.strip(say("staff.reading"));
    this.watch();
  }

  held(on: boolean): void {
    this.strip(on ? say("staff.joined") : "");
    if (on) this.watch();
  }

  wrote(words: StaffWords): void {
    this.strip(say("staff.joined"));
    this.watch();
    this.show(words);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.strip("");
    this.stay(false);
  }

  private strip(text: string): void {
    const strip = byId("staff");
    if (strip.textContent !== text) strip.textContent = text;
    strip.hidden = !text;
  }

  private watch(): void {
    this.until = performance.now() + PATIENCE_MS;
    this.stay(true);
    this.timer ??= setInterval(() => void this.look(), EVERY_MS);
  }

  private async look(): Promise<void> {
    if (performance.now() > this.until) {
      this.stop();
      return;
    }
    if (!navigator.onLine) return;
    try {
      const staff = (await api.history()).filter(({ from }) => from === "staff");
      const fresh = staff.filter(({ id, text, at }) => this.show({ id, text, at }));
      if (fresh.length) this.strip(say("staff.joined"));
    } catch (error) {
      if (error instanceof Refusal && error.isSessionOver) this.stop();
    }
  }
}
