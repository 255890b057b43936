// The visible conversation: turns, each a citizen's message and the replies to it.
import { byId, el } from "./dom.js";
import { feedbackBar, isRated } from "./feedback.js";
import { renderReply } from "./reply.js";
import { say } from "./wording.js";

const MARGIN_PX = 14;

/** A reply of the past: nobody is asked for stars twice. */
const asBefore = (reply) => reply && { ...reply, attachments: (reply.attachments ?? []).filter((item) => item.type !== "rating") };

export class Conversation {
  /** `onButton(button)` for quick replies, `onAsk(text)` for opening questions, `onRetry(id)` for failed messages. */
  constructor({ onButton, onAsk, onRetry }) {
    Object.assign(this, { onButton, onAsk, onRetry });
    this.log = byId("log");
    this.scroller = byId("scroller");
    this.typing = byId("typing");
    this.clear();
  }

  clear() {
    this.turns = new Map();
    this.shown = new Set();
    this.log.replaceChildren();
    this.setTyping(false);
  }

  opening() {
    this.log.append(el("div", { class: "turn opening" },
      el("article", { class: "reply reply-smalltalk" },
        el("p", { class: "text" }, say("opening.text")),
        el("p", { class: "common" }, say("opening.common")),
        el("div", { class: "choices grid", role: "group", "aria-label": say("opening.common") },
          ...say("opening.questions").map(({ title, text }) => el("button", {
            type: "button", class: "choice", on: { click: () => this.onAsk(text) } }, title))))));
  }

  /** Dates that have come since the last visit: [{text, ask}]. */
  greet(greetings) {
    for (const { text, ask } of greetings) {
      this.log.append(el("div", { class: "turn" }, el("article", { class: "reply reply-reminder greeting" },
        el("p", { class: "text" }, text),
        el("div", { class: "choices" }, el("button", { type: "button", class: "choice", on: { click: () => this.onAsk(ask) } }, ask)))));
    }
  }

  /** A short remark of the page itself, not of the assistant. */
  remark(text) {
    this.log.append(el("p", { class: "remark" }, text));
    this.toEnd();
  }

  /** A card the citizen can close, such as the privacy notice. */
  card(title, text, ok, onClose) {
    const card = el("section", { class: "card", "aria-label": title },
      el("h2", {}, title), el("p", {}, text),
      el("button", { type: "button", class: "mini strong", on: { click: () => { card.remove(); onClose(); byId("input").focus(); } } }, ok));
    this.log.append(card);
  }

  citizen(id, text) {
    const state = el("span", { class: "state", role: "status" });
    const turn = el("div", { class: "turn" }, el("div", { class: "said" },
      el("p", { class: "bubble" }, el("span", { class: "hidden" }, `${say("citizen")}：`), text), state));
    this.turns.set(id, { turn, state });
    this.log.append(turn);
    this.toEnd();
  }

  /** A reply is shown once, however often it arrives. */
  reply(id, reply) {
    if (this.shown.has(reply.id)) return;
    this.shown.add(reply.id);
    let place = this.turns.get(id)?.turn ?? this.log.lastElementChild;
    if (!place?.classList.contains("turn")) this.log.append(place = el("div", { class: "turn" }));
    const element = renderReply(reply, (button, pressed) => {
      for (const other of pressed.parentElement.children) other.setAttribute("aria-pressed", String(other === pressed));
      this.onButton(button);
    });
    if (isRated(reply)) element.append(feedbackBar(reply));
    place.append(element);
    this.reveal(place);
  }

  settle(id) {
    const turn = this.turns.get(id);
    if (turn) turn.state.replaceChildren();
    this.setTyping(false);
  }

  fail(id, message) {
    this.setTyping(false);
    const turn = this.turns.get(id);
    if (!turn) return;
    turn.state.replaceChildren(el("span", {}, message || say("notice.failed")),
      el("button", { type: "button", class: "mini strong", on: { click: () => { turn.state.replaceChildren(); this.onRetry(id); } } }, say("retry")));
    this.toEnd();
  }

  /** Messages of GET /history, oldest first. */
  restore(messages) {
    let current = "";
    for (const message of messages) {
      if (message.from === "citizen") this.citizen(current = message.id, message.text);
      else this.reply(current, asBefore(message.reply) ?? { id: message.id, kind: "smalltalk", text: message.text, staff: message.from === "staff" });
    }
    this.toEnd();
  }

  setTyping(on) {
    if (on === Boolean(this.typing.firstChild)) return;
    this.typing.replaceChildren(...(on ? [el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), say("typing")] : []));
    if (on) this.toEnd();
  }

  /** Long answers are read from their beginning: keep the citizen's question at the top rather than jump to the end. */
  reveal(turn) {
    this.scroller.scrollTop += turn.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - MARGIN_PX;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}
