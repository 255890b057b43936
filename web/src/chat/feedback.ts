// Under an answer: helpful or not, and why not. Under a farewell: one to five.
import { api } from "./api.ts";
import { button, el } from "./dom.ts";
import { sentence } from "./refusal.ts";
import type { Kind, Reply } from "./types.ts";
import { say, sayAll, type Reason } from "./wording.ts";

const RATED = new Set<Kind>(["answer", "decline"]);

export const isRated = (reply: Reply): boolean => RATED.has(reply.kind) && !reply.staff;

/** Two thumbs for the bar under a reply; what comes of them is written to `status`. */
export function thumbs(reply: Reply, bar: HTMLElement, status: HTMLElement): HTMLButtonElement[] {
  const up = thumb("up", () => void send({ score: 1 }, say("thumb.thanks")));
  const down = thumb("down", () => {
    mark(down);
    if (!bar.querySelector("form")) bar.append(reasons());
    bar.querySelector("input")?.focus();
  });

  function mark(chosen: HTMLButtonElement): void {
    for (const one of [up, down]) one.setAttribute("aria-pressed", String(one === chosen));
  }

  async function send(more: { score: number; reason?: string; comment?: string }, thanks: string): Promise<void> {
    mark(more.score === 1 ? up : down);
    bar.querySelector("form")?.remove();
    try {
      await api.feedback({ reply: reply.id, ...more });
      status.textContent = thanks;
    } catch (error) {
      status.textContent = sentence(error, say("notice.failed"));
    }
  }

  function reasons(): HTMLFormElement {
    const name = `reason-${reply.id}`;
    const comment = commentField();
    const form = el("form", { class: "reasons" },
      el("fieldset", {}, el("legend", {}, say("thumb.why")),
        ...sayAll<Reason>("thumb.reasons").map(({ id, title }) => option(name, id, title))),
      comment, el("button", { type: "submit", class: "mini strong" }, say("submit")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const reason = String(new FormData(form).get(name) ?? "");
      const words = comment.value.trim();
      down.focus();
      void send(words ? { score: -1, reason, comment: words } : { score: -1, reason }, say("thumb.sorry"));
    });
    return form;
  }
  return [up, down];
}

/** One to five, once; it thanks and steps back. */
export function stars(): HTMLElement {
  const status = el("p", { class: "status", role: "status" });
  const row = el("div", { class: "choices", role: "group", "aria-label": say("rating.title") },
    ...sayAll<string>("rating.stars").map((title, index) => button(title, "choice", () => void give(index + 1))));
  const disable = (on: boolean) => row.querySelectorAll("button").forEach((one) => { one.disabled = on; });

  async function give(count: number): Promise<void> {
    disable(true);
    try {
      await api.rating({ stars: count });
      status.textContent = say("rating.thanks");
      row.remove();
    } catch (error) {
      disable(false);
      status.textContent = sentence(error, say("notice.failed"));
    }
  }
  return el("div", { class: "stars" }, el("p", { class: "common" }, say("rating.title")), row, status);
}

/** A radio button that looks like a key. */
export function option(name: string, value: string, title: string, checked = false): HTMLElement {
  return el("label", { class: "reason" }, el("input", { type: "radio", name, value, required: true, checked }), el("span", {}, title));
}

export function commentField(): HTMLInputElement {
  return el("input", { type: "text", class: "comment", maxlength: 500, "aria-label": say("thumb.comment"), placeholder: say("thumb.comment") });
}

function thumb(name: "up" | "down", press: () => void): HTMLButtonElement {
  const made = button(say(`thumb.${name}`), "mini", press, name);
  made.dataset["thumb"] = name;
  made.setAttribute("aria-pressed", "false");
  return made;
}
