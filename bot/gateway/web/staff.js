// After a handoff a person may write: what staff said is fetched while somebody waits for it, and shown like any reply.
import { api } from "./api.js";
import { say } from "./wording.js";

const EVERY_MS = 5000;
const PATIENCE_MS = 30 * 60 * 1000;

export class StaffWatch {
  constructor(conversation) {
    this.conversation = conversation;
    this.told = false;
  }

  /** A reply has come, or a message was answered with nothing: then a person reads along. */
  heard(reply) {
    if (reply?.kind === "handoff") this.start();
  }

  unanswered() {
    if (!this.told) this.conversation.remark(say("staff.reading"));
    this.told = true;
    this.start();
  }

  start() {
    this.until = performance.now() + PATIENCE_MS;
    this.timer ??= setInterval(() => this.look(), EVERY_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.told = false;
  }

  async look() {
    if (performance.now() > this.until) return this.stop();
    if (document.hidden) return undefined;
    try {
      for (const { from, id, text } of await api.history()) {
        if (from === "staff") this.conversation.reply("", { id, kind: "smalltalk", text, staff: true });
      }
    } catch (refusal) {
      if (refusal.isSessionOver) this.stop();
    }
    return undefined;
  }
}
