// One citizen's session on this page: what is asked goes out, what comes back is shown, and all of it can be erased.
import { readsByItself, speak, stop } from "./aloud.ts";
import { api } from "./api.ts";
import { Conversation } from "./conversation.ts";
import { byId } from "./dom.ts";
import { setting, token, visitor } from "./memory.ts";
import { isKiosk } from "./place.ts";
import { Refusal } from "./refusal.ts";
import { isSuggestion } from "./reply.ts";
import { StaffWatch } from "./staff.ts";
import { asLines, structure } from "./structure.ts";
import { Transport, type Socket } from "./transport.ts";
import type { Message, Reply } from "./types.ts";
import { uuid } from "./uuid.ts";
import { say } from "./wording.ts";

const ERASE_AGAIN_MS = 30000;

function openSocket(): Socket | null {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  try { return new WebSocket(`${scheme}://${location.host}/api/v1/ws`) as Socket; } catch { return null; }
}

export class Session {
  readonly conversation: Conversation;
  private transport: Transport;
  private staff: StaffWatch;
  private sent = new Map<string, Message>(); // for "send again"
  private answered = new Set<string>();
  private heard: string[] = [];
  private linked = true;

  /** `came` is called for every new reply. */
  constructor(private came: () => void) {
    this.conversation = new Conversation({
      ask: (text) => this.ask({ text }, text),
      button: (pressed) => this.ask({ choice: pressed.id }, pressed.title),
      retry: (id) => { const message = this.sent.get(id); if (message) this.transport.send(message); },
      quiet: () => this.setQuiet(true),
    });
    this.transport = new Transport({
      typing: () => this.conversation.setTyping(true),
      reply: (id, reply) => this.replied(id, reply),
      staff: (words) => this.staff.wrote(words),
      held: (on) => this.staff.held(on),
      done: (id) => this.done(id),
      failed: (id, refusal) => this.conversation.fail(id, refusal.message),
      expired: () => { this.conversation.newSession(); this.conversation.remark(say("notice.expired")); },
      link: (up) => this.link(up),
    }, { openSocket, post: api.message, start: api.start, token, now: () => performance.now() });
    this.staff = new StaffWatch(
      ({ id, text, at }) => {
        const fresh = this.conversation.reply("", { id, kind: "smalltalk", text, staff: true }, at ? new Date(at) : new Date());
        if (fresh) this.came();
        return fresh;
      },
      (on) => this.transport.stay(on));
    window.addEventListener("offline", () => this.link(false));
    window.addEventListener("online", () => { this.link(true); void this.transport.flush(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) void this.transport.flush(); });
    if (!navigator.onLine) this.link(false);
  }

  ask(content: { text: string } | { choice: string }, shown: string): void {
    const message: Message = { id: uuid(), ...content };
    stop();
    this.heard = [];
    this.sent.set(message.id, message);
    this.conversation.citizen(message.id, shown);
    this.transport.send(message);
    this.wait();
  }

  /** Opening message, and the privacy notice until it has been read once. */
  begin(): void {
    this.conversation.opening();
    if (!setting.get("privacy")) {
      this.conversation.card(say("privacy.title"), isKiosk() ? say("kiosk.privacy") : say("privacy.text"), say("privacy.ok"), () => setting.set("privacy", "1"));
    }
    byId("scroller").scrollTop = 0;
  }

  /** The conversation before a reload; else a new one, with the dates that have come for a returning visitor. */
  async resume(): Promise<void> {
    if (token.get() && (await this.restore())) return;
    this.begin();
    if (visitor.get() && !token.get()) this.conversation.greet(await api.startVisit().catch(() => []));
  }

  /** No more questions and reminders, or again; kept for later visits too. */
  setQuiet(on: boolean): void {
    if (Boolean(setting.get("quiet")) === on) return;
    setting.set("quiet", on ? "1" : null);
    if (token.get()) this.ask({ text: say(on ? "quiet.say" : "quiet.unsay") }, say(on ? "quiet.say" : "quiet.unsay"));
    else this.conversation.remark(say(on ? "quiet.on" : "quiet.off"));
  }

  /** Erase on the server, then here. Throws a Refusal when the server did not. */
  async erase(): Promise<void> {
    const key = token.get();
    if (key) await api.erase(key).catch((refusal: Refusal) => { if (!refusal.isSessionOver) throw refusal; });
    this.forget();
  }

  /** Forget here at once, and on the server as soon as it can be reached: the next person must not wait for it. */
  leave(): void {
    const key = token.get();
    this.forget();
    const erase = () => {
      if (key) api.erase(key).catch((refusal: Refusal) => { if (!refusal.isSessionOver) setTimeout(erase, ERASE_AGAIN_MS); });
    };
    erase();
  }

  private forget(): void {
    stop();
    token.forget();
    this.transport.reset();
    this.staff.stop();
    this.sent.clear();
    this.answered.clear();
    this.conversation.clear();
  }

  private async restore(): Promise<boolean> {
    try {
      const messages = await api.history();
      this.conversation.restore(messages);
      if (messages.some(({ from }) => from === "staff")) this.staff.held(messages[messages.length - 1]?.from === "staff");
      return messages.length > 0;
    } catch (error) {
      if (error instanceof Refusal && error.isSessionOver) token.forget();
      else this.conversation.remark(say("notice.history"));
      return false;
    }
  }

  private replied(id: string, reply: Reply): void {
    this.answered.add(id);
    if (!reply.staff) this.staff.heard(reply);
    if (setting.get("quiet") && isSuggestion(reply)) return;
    if (!this.conversation.reply(id, reply)) return;
    this.heard.push(asLines(structure(reply.text ?? ""), "").join("\n"));
    this.came();
  }

  private done(id: string): void {
    if (!this.answered.has(id)) this.staff.unanswered();
    this.conversation.settle(id);
    this.wait();
    if (readsByItself() && this.heard.length) speak(this.heard.join("\n"));
    this.heard = [];
  }

  /** Somebody is looking it up, or nobody can be reached yet: say which. */
  private wait(): void {
    const { waiting } = this.transport;
    this.conversation.setTyping(this.linked && waiting.length > 0);
    this.conversation.setWaiting(this.linked ? [] : waiting);
  }

  private link(up: boolean): void {
    const notice = byId("notice");
    const text = up && navigator.onLine ? "" : say(navigator.onLine ? "notice.unreachable" : "notice.offline");
    if (notice.textContent !== text) notice.textContent = text;
    notice.hidden = !text;
    this.linked = !text;
    this.wait();
  }
}
