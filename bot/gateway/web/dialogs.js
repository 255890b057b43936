// The menu's dialogs: privacy, erasing, stars. One <dialog> is reused; the browser keeps focus inside and gives it back.
import { api } from "./api.js";
import { byId, el } from "./dom.js";
import { say } from "./wording.js";

export function openDialog(title, ...content) {
  const dialog = byId("dialog");
  byId("menu").open = false;
  dialog.replaceChildren(el("h2", { id: "dialog-title" }, title), ...content);
  dialog.showModal();
  return dialog;
}

const button = (text, style, click) => el("button", { type: "button", class: style, on: { click } }, text);

export function showPrivacy() {
  const dialog = openDialog(say("privacy.title"), el("p", {}, say("privacy.text")),
    el("div", { class: "actions" }, button(say("privacy.ok"), "primary", () => dialog.close())));
}

/** `onErase` does it and may throw a Refusal, whose sentence is shown. */
export function showErase(onErase) {
  const status = el("p", { class: "status", role: "status" });
  const dialog = openDialog(say("erase.title"), el("p", {}, say("erase.text")), status,
    el("div", { class: "actions" },
      button(say("cancel"), "secondary", () => dialog.close()),
      button(say("erase.ok"), "primary danger", async () => {
        try {
          await onErase();
          dialog.close();
        } catch (refusal) {
          status.textContent = refusal.message || say("notice.failed");
        }
      })));
}

export function showRating(onDone) {
  const status = el("p", { class: "status", role: "status" });
  const comment = el("input", { type: "text", class: "comment", maxlength: 500, "aria-label": say("thumb.comment"), placeholder: say("thumb.comment") });
  const form = el("form", { class: "rating" },
    el("fieldset", {}, el("legend", { class: "hidden" }, say("rating.title")),
      ...say("rating.stars").map((title, index) =>
        el("label", { class: "reason" }, el("input", { type: "radio", name: "stars", value: index + 1, required: true }), el("span", {}, title)))),
    comment, status,
    el("div", { class: "actions" }, button(say("cancel"), "secondary", () => dialog.close()),
      el("button", { type: "submit", class: "primary" }, say("submit"))));
  const dialog = openDialog(say("rating.title"), form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = { stars: Number(form.elements.stars.value) };
    if (comment.value.trim()) body.comment = comment.value.trim();
    try {
      await api.rating(body);
      dialog.close();
      onDone(say("rating.thanks"));
    } catch (refusal) {
      status.textContent = refusal.message || say("notice.failed");
    }
  });
}
