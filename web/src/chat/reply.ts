// One reply of the assistant becomes one element; each kind has its own look (reply.css, .reply-<kind>).
import { attachment } from "./attachments.ts";
import { textBlocks } from "./blocks.ts";
import { button, el } from "./dom.ts";
import { isKiosk } from "./place.ts";
import { sources } from "./sources.ts";
import type { Button, Kind, Reply } from "./types.ts";
import { say } from "./wording.ts";

const LABELLED = new Set<Kind>(["question", "reminder", "clarify", "form", "handoff", "decline", "error"]);
const KINDS = new Set<Kind>(["answer", "smalltalk", ...LABELLED]);

export interface ReplyEvents {
  /** A quick reply was pressed. */
  button(pressed: Button): void;
  /** No more suggestions. */
  quiet(): void;
}

/** Whether a reply is a suggestion of the attentive engine, which the citizen may switch off. */
export const isSuggestion = (reply: Reply): boolean => (reply.kind === "question" || reply.kind === "reminder") && Boolean(reply.rule);

export function renderReply(reply: Reply, on: ReplyEvents): HTMLElement {
  const kind = KINDS.has(reply.kind) ? reply.kind : "answer";
  return el("article", { class: `reply reply-${kind}${reply.staff ? " reply-staff" : ""}`, "data-kind": kind, "data-reply": reply.id },
    LABELLED.has(kind) ? el("p", { class: "label" }, say(`kind.${kind}`))
      : el("p", { class: reply.staff ? "label" : "hidden" }, reply.staff ? say("staff") : say("assistant")),
    textBlocks(reply.text ?? ""),
    ...(reply.attachments ?? []).map((item) => attachment(item, reply)),
    kind === "handoff" && (isKiosk() ? el("p", { class: "big-number" }, say("kiosk.phone"))
      : el("a", { class: "big-call", href: `tel:${say("phone")}` }, say("handoff.call"))),
    quickReplies(reply.buttons ?? [], on),
    why(kind, reply, on),
    sources(reply.sources ?? []),
  );
}

function quickReplies(list: Button[], on: ReplyEvents): HTMLElement | null {
  if (!list.length) return null;
  const row = el("div", { class: "choices", role: "group", "aria-label": say("buttons.label") },
    ...list.map((one) => {
      const made = button(one.title, "choice", () => {
        for (const other of row.children) other.setAttribute("aria-pressed", String(other === made));
        on.button(one);
      });
      made.dataset["choice"] = one.id;
      return made;
    }));
  return row;
}

/** Why it is said, and beside it the way to hear no more of it. */
function why(kind: Kind, reply: Reply, on: ReplyEvents): HTMLElement | null {
  const title = ["question", "reminder", "form"].includes(kind) ? `why.${kind}` : "why.other";
  const reason = reply.why ? el("details", { class: "fold why" }, el("summary", {}, say(title)), el("p", {}, reply.why)) : null;
  if (!isSuggestion(reply)) return reason;
  return el("div", { class: "suggestion" }, reason, button(say("quiet.press"), "mini quiet", on.quiet));
}
