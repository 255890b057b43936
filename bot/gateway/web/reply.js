// One reply of the assistant becomes one element; each kind has its own look (chat.css, .reply-<kind>).
import { attachment } from "./attachments.js";
import { el } from "./dom.js";
import { say } from "./wording.js";

const LABELLED = new Set(["question", "reminder", "clarify", "form", "handoff", "decline", "error"]);
const KINDS = new Set(["answer", "smalltalk", ...LABELLED]);

/** `onButton(button, element)` is called when the citizen presses a quick reply. */
export function renderReply(reply, onButton) {
  const kind = KINDS.has(reply.kind) ? reply.kind : "answer";
  return el("article", { class: `reply reply-${kind}`, "data-kind": kind, "data-reply": reply.id },
    LABELLED.has(kind) ? el("p", { class: "label" }, say(`kind.${kind}`))
      : el("p", { class: reply.staff ? "label" : "hidden" }, reply.staff ? say("staff") : say("assistant")),
    el("p", { class: "text" }, reply.text ?? ""),
    ...(reply.attachments ?? []).map((item) => attachment(item, reply)),
    kind === "handoff" && el("a", { class: "big-call", href: `tel:${say("phone")}` }, say("handoff.call")),
    buttons(reply.buttons ?? [], onButton),
    why(kind, reply.why),
    sources(reply.sources ?? []),
  );
}

function buttons(list, onButton) {
  if (!list.length) return null;
  return el("div", { class: "choices", role: "group", "aria-label": say("buttons.label") },
    ...list.map((button) => el("button", {
      type: "button", class: "choice", "data-choice": button.id,
      on: { click: (event) => onButton(button, event.currentTarget) },
    }, button.title)));
}

function why(kind, text) {
  if (!text) return null;
  const title = ["question", "reminder", "form"].includes(kind) ? `why.${kind}` : "why.other";
  return el("details", { class: "fold why" }, el("summary", {}, say(title)), el("p", {}, text));
}

function sources(list) {
  if (!list.length) return null;
  return el("details", { class: "fold sources" },
    el("summary", {}, say("sources", { n: list.length })),
    el("ul", {}, ...list.map((source) => el("li", {},
      el("span", { class: "source-title" }, source.title ?? ""),
      source.article && el("span", {}, ` ${source.article}`),
      source.effective_from && el("span", { class: "source-date" },
        ` · ${say("sources.from", { date: chineseDate(source.effective_from) })}`)))));
}

function chineseDate(iso) {
  const [y, m, d] = String(iso).split("-").map(Number);
  return d ? say("sources.date", { y, m, d }) : String(iso);
}
