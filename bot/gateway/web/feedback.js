// Under an answer: helpful or not, why not, and copying the text. Under a farewell: one to five.
import { api } from "./api.js";
import { el, icon } from "./dom.js";
import { say } from "./wording.js";

const RATED = new Set(["answer", "decline"]);

export const isRated = (reply) => RATED.has(reply.kind);

export function feedbackBar(reply) {
  const status = el("span", { class: "status", role: "status" });
  const up = thumb("up", () => send({ score: 1 }, say("thumb.thanks")));
  const down = thumb("down", () => {
    mark(down);
    if (!bar.querySelector("form")) bar.append(reasons());
    bar.querySelector("input").focus();
  });
  const copy = el("button", { type: "button", class: "mini", on: { click: copyText } }, icon("copy"), say("copy"));
  const bar = el("div", { class: "feedback", role: "group", "aria-label": say("thumb.label") }, up, down, copy, status);

  function mark(chosen) {
    for (const button of [up, down]) button.setAttribute("aria-pressed", String(button === chosen));
  }

  async function send(more, thanks) {
    mark(more.score === 1 ? up : down);
    bar.querySelector("form")?.remove();
    try {
      await api.feedback({ reply: reply.id, ...more });
      status.textContent = thanks;
    } catch (refusal) {
      status.textContent = refusal.message || say("notice.failed");
    }
  }

  async function copyText() {
    try {
      await navigator.clipboard.writeText(reply.text);
      status.textContent = say("copied");
    } catch {
      status.textContent = say("copy.failed");
    }
  }

  function reasons() {
    const name = `reason-${reply.id}`;
    const comment = el("input", { type: "text", class: "comment", maxlength: 500, "aria-label": say("thumb.comment"), placeholder: say("thumb.comment") });
    return el("form", { class: "reasons", on: { submit } },
      el("fieldset", {}, el("legend", {}, say("thumb.why")),
        ...say("thumb.reasons").map(({ id, title }) =>
          el("label", { class: "reason" }, el("input", { type: "radio", name, value: id, required: true }), el("span", {}, title)))),
      comment, el("button", { type: "submit", class: "mini strong" }, say("submit")));

    function submit(event) {
      event.preventDefault();
      const body = { score: -1, reason: event.target.elements[name].value };
      if (comment.value.trim()) body.comment = comment.value.trim();
      down.focus();
      send(body, say("thumb.sorry"));
    }
  }
  return bar;
}

/** One to five, once; it thanks and steps back. */
export function stars() {
  const status = el("p", { class: "status", role: "status" });
  const row = el("div", { class: "choices", role: "group", "aria-label": say("rating.title") },
    ...say("rating.stars").map((title, index) => el("button", { type: "button", class: "choice", on: { click: () => give(index + 1) } }, title)));
  const box = el("div", { class: "stars" }, el("p", { class: "common" }, say("rating.title")), row, status);

  async function give(count) {
    for (const button of row.children) button.disabled = true;
    try {
      await api.rating({ stars: count });
      status.textContent = say("rating.thanks");
      row.remove();
    } catch (refusal) {
      for (const button of row.children) button.disabled = false;
      status.textContent = refusal.message || say("notice.failed");
    }
  }
  return box;
}

function thumb(name, onPress) {
  return el("button", { type: "button", class: "mini", "data-thumb": name, "aria-pressed": "false", on: { click: onPress } },
    icon(name), say(`thumb.${name}`));
}
