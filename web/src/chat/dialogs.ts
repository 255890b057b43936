// The menu's dialogs: privacy, erasing, stars.
import { api } from "./api.ts";
import { button, el } from "./dom.ts";
import { commentField, option } from "./feedback.ts";
import { closeDialog, openDialog } from "./modal.ts";
import { sentence } from "./refusal.ts";
import { say, sayAll } from "./wording.ts";

export function showPrivacy(): void {
  openDialog(say("privacy.title"), el("p", {}, say("privacy.text")), el("p", {}, say("privacy.more")),
    el("div", { class: "actions" }, button(say("privacy.ok"), "primary", closeDialog)));
}

/** `onErase` does it and may throw a Refusal, whose sentence is shown. */
export function showErase(onErase: () => Promise<void>): void {
  const status = el("p", { class: "status", role: "status" });
  const erase = button(say("erase.ok"), "primary danger", () => {
    erase.disabled = true;
    onErase().then(closeDialog, (error: unknown) => {
      erase.disabled = false;
      status.textContent = sentence(error, say("notice.failed"));
    });
  });
  openDialog(say("erase.title"), el("p", {}, say("erase.text")), status,
    el("div", { class: "actions" }, button(say("cancel"), "secondary", closeDialog), erase));
}

export function showRating(onDone: (thanks: string) => void): void {
  const status = el("p", { class: "status", role: "status" });
  const comment = commentField();
  const form = el("form", { class: "rating" },
    el("fieldset", {}, el("legend", { class: "hidden" }, say("rating.title")),
      ...sayAll<string>("rating.stars").map((title, index) => option("stars", String(index + 1), title))),
    comment, status,
    el("div", { class: "actions" }, button(say("cancel"), "secondary", closeDialog), el("button", { type: "submit", class: "primary" }, say("submit"))));
  openDialog(say("rating.title"), form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const stars = Number(new FormData(form).get("stars"));
    const words = comment.value.trim();
    api.rating(words ? { stars, comment: words } : { stars }).then(() => {
      closeDialog();
      onDone(say("rating.thanks"));
    }, (error: unknown) => { status.textContent = sentence(error, say("notice.failed")); });
  });
}
