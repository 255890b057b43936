// The visible conversation: turns, each a citizen's message and the replies to it.
import { needsDivider, timeText } from "./dividers.ts";
import { button, byId, el } from "./dom.ts";
import { renderReply, type ReplyEvents } from "./reply.ts";
import { replyTools } from "./replytools.ts";
import { Seen } from "./seen.ts";
import type { Button, Greeting, HistoryEntry, Reply } from "./types.ts";
import { say, sayAll, type Titled } from "./wording.ts";

const MARGIN_PX = 14;
/** So near to the end somebody reads along. */
const NEAR_PX = 120;

export interface ConversationEvents {
  button(pressed: Button): void;
  ask(text: string): void;
  retry(id: string): void;
  quiet(): void;
}

/** A reply of the past: nobody is asked for stars twice. */
const asBefore = (reply: Reply): Reply => ({ ...reply, attachments: (reply.attachments ?? []).filter((item) => item.type !== "rating") });

export class Conversation {
  private log = byId("log");
  private scroller = byId("scroller");
  private typing = byId("typing");
  private newer = byId("newer");
  private turns = new Map<string, { turn: HTMLElement; state: HTMLElement }>();
  private shown = new Seen();
  private last: Date | null = null;
  private replyEvents: ReplyEvents;

  constructor(private on: ConversationEvents) {
    this.replyEvents = { button: (pressed) => this.on.button(pressed), quiet: () => this.on.quiet() };
    this.newer.addEventListener("click", () => this.toEnd());
    this.scroller.addEventListener("scroll", () => { if (this.isNearEnd()) this.newer.hidden = true; });
  }

  clear(): void {
    this.turns.clear();
    this.shown.clear();
    this.last = null;
    this.newer.hidden = true;
    this.log.replaceChildren();
    this.setTyping(false);
  }

  opening(): void {
    this.log.append(el("div", { class: "turn opening" },
      el("article", { class: "reply reply-smalltalk" },
        el("p", { class: "text" }, say("opening.text")),
        el("p", { class: "common" }, say("opening.common")),
        el("div", { class: "choices grid", role: "group", "aria-label": say("opening.common") },
          ...sayAll<Titled>("opening.questions").map(({ title, text }) => button(title, "choice", () => this.on.ask(text)))))));
  }

  /** Dates that have come since the last visit. */
  greet(greetings: Greeting[]): void {
    for (const { text, ask } of greetings) {
      this.log.append(el("div", { class: "turn" }, el("article", { class: "reply reply-reminder greeting" },
        el("p", { class: "text" }, text),
        el("div", { class: "choices" }, button(ask, "choice", () => this.on.ask(ask))))));
    }
  }

  /** A short remark of the page itself, not of the assistant. */
  remark(text: string): void {
    this.log.append(el("p", { class: "remark" }, text));
    this.toEnd();
  }

  /** A line across: what follows is a new conversation. */
  newSession(): void {
    this.last = null;
    if (this.log.childElementCount) this.log.append(el("p", { class: "divider session" }, el("span", {}, say("divider.session"))));
  }

  /** A card the citizen can close, such as the privacy notice. */
  card(title: string, text: string, ok: string, close: () => void): void {
    const card = el("section", { class: "card", "aria-label": title },
      el("h2", {}, title), el("p", {}, text),
      button(ok, "mini strong", () => { card.remove(); close(); byId("input").focus(); }));
    this.log.append(card);
  }

  citizen(id: string, text: string, at = new Date()): void {
    this.time(at);
    const state = el("span", { class: "state", role: "status" });
    const turn = el("div", { class: "turn" }, el("div", { class: "said" },
      el("p", { class: "bubble" }, el("span", { class: "hidden" }, `${say("citizen")}：`), text), state));
    this.turns.set(id, { turn, state });
    this.log.append(turn);
    this.toEnd();
  }

  /** A reply is shown once, however often it arrives; false when it was there already. */
  reply(id: string, reply: Reply, at = new Date(), quietly = false): boolean {
    if (!this.shown.first(reply.id)) return false;
    const reading = !this.isNearEnd() && !this.turns.has(id);
    let place: Element | null = this.turns.get(id)?.turn ?? (this.time(at), this.log.lastElementChild);
    if (!place?.classList.contains("turn") || place.classList.contains("opening")) this.log.append(place = el("div", { class: "turn" }));
    this.last = at;
    const element = renderReply(reply, this.replyEvents);
    const tools = replyTools(reply);
    if (tools) element.append(tools);
    place.append(element);
    if (quietly) return true;
    if (reading) this.newer.hidden = false; // somebody reads above: do not take the place away
    else this.reveal(this.turns.has(id) ? this.beginning(place) : element);
    return true;
  }

  settle(id: string): void {
    this.turns.get(id)?.state.replaceChildren();
    this.setTyping(false);
  }

  /** Messages that wait for the network, and say so. */
  setWaiting(ids: string[]): void {
    for (const [id, { state }] of this.turns) {
      if (ids.includes(id)) {
        if (!state.firstChild) state.append(el("span", { class: "waiting" }, say("notice.waiting")));
      } else if (state.querySelector(".waiting")) state.replaceChildren();
    }
  }

  fail(id: string, message: string): void {
    this.setTyping(false);
    const state = this.turns.get(id)?.state;
    if (!state) return;
    state.replaceChildren(el("span", {}, message || say("notice.failed")),
      button(say("retry"), "mini strong", () => { state.replaceChildren(); this.on.retry(id); byId("input").focus(); }));
    this.toEnd();
  }

  /** Messages of GET /history, oldest first. */
  restore(messages: HistoryEntry[]): void {
    let current = "";
    this.log.setAttribute("aria-live", "off"); // an old conversation is not read out from its beginning
    for (const message of messages) {
      const at = new Date(message.at);
      if (message.from === "citizen") this.citizen(current = message.id, message.text, at);
      else this.reply(message.from === "staff" ? "" : current, message.reply ? asBefore(message.reply)
        : { id: message.id, kind: "smalltalk", text: message.text, staff: message.from === "staff" }, at, true);
    }
    this.toEnd();
    setTimeout(() => this.log.setAttribute("aria-live", "polite"), 1000);
  }

  setTyping(on: boolean): void {
    if (on === Boolean(this.typing.firstChild)) return;
    this.typing.replaceChildren(...(on ? [el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), say("typing")] : []));
    if (on) this.toEnd();
  }

  private time(at: Date): void {
    const now = new Date();
    if (!Number.isNaN(at.getTime()) && needsDivider(this.last, at, now)) {
      const words = { yesterday: say("divider.yesterday"), date: say("divider.date"), year: say("divider.year") };
      this.log.append(el("p", { class: "divider" }, el("time", { datetime: at.toISOString() }, timeText(at, now, words))));
    }
    this.last = at;
  }

  private isNearEnd(): boolean {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR_PX;
  }

  /** Where reading a turn begins: at the citizen's question, or at the first reply when the question is long itself. */
  private beginning(turn: Element): Element {
    return turn.firstElementChild!.clientHeight > this.scroller.clientHeight / 2 ? turn.querySelector(".reply")! : turn;
  }

  /** Long answers are read from their beginning, so do not jump to the end. */
  private reveal(element: Element): void {
    this.scroller.scrollTop += element.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - MARGIN_PX;
  }

  private toEnd(): void {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}
