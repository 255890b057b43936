/** What every page of the console does: asks before what cannot be undone, menus, and the end of a log-in. */
import { ask } from "./dialog.js";
import { watchIdle } from "./idle.js";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (question && !form.dataset.agreed) {
    event.preventDefault();
    if (await ask(question, event.submitter?.textContent.trim() ?? "确定", event.submitter?.classList.contains("danger"))) {
      form.dataset.agreed = "1";
      form.requestSubmit(event.submitter);
    }
    return;
  }
  if (form.method === "post") form.dataset.sent = "1";
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    delete form.dataset.agreed;
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

const fold = document.querySelector(".areas-fold");
if (fold && matchMedia("(max-width: 56rem)").matches) fold.open = false;

document.querySelector("[data-focus]")?.focus();
if (document.body.dataset.idle) watchIdle(Number(document.body.dataset.idle));
document.documentElement.dataset.ready = "1";
