/** Keeps a part of the staff desk as it is now, sends without leaving the page, and puts phrases into the box. */
import { poll, send } from "./api.js";

const PAUSE_MS = 3000;
const MOST_STILL_MS = 60000;
const live = document.querySelector("#live");
let leaving = false; // what a pressed button leads to must not be overtaken by a reload of this page
const toEnd = () => { if ("toEnd" in live.dataset) live.scrollTop = live.scrollHeight; };

async function show() {
  const response = await fetch(live.dataset.source, { headers: { "X-Background": "1" } });
  if (response.status === 401 || response.redirected) return location.reload();
  if (!response.ok) return undefined;
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  const before = live.querySelector("[data-person]")?.dataset.person;
  const now = parsed.querySelector("[data-person]")?.dataset.person;
  if (leaving) return undefined;
  if (before !== now) return location.reload(); // somebody took or left it: other buttons
  if (parsed.body.innerHTML !== live.dataset.shown) {
    live.dataset.shown = parsed.body.innerHTML;
    live.replaceChildren(...parsed.body.childNodes);
    toEnd();
  }
  return undefined;
}

async function follow() {
  let serial = live.dataset.serial;
  let shown = performance.now();
  for (;;) {
    try {
      const answer = await poll(`/admin/api/v1/desk/changes?after=${serial}`);
      const mine = ({ conversation }) => !live.dataset.conversation || conversation === live.dataset.conversation;
      if (answer.changes.some(mine) || performance.now() - shown > MOST_STILL_MS) {
        await show();
        shown = performance.now();
      }
      serial = answer.serial;
    } catch (error) {
      if (error.status === 401) return location.reload();
      await new Promise((done) => { setTimeout(done, PAUSE_MS); });
    }
  }
}

const form = document.querySelector("[data-say]");
const box = form?.querySelector("textarea");

async function say(event) {
  event.preventDefault();
  event.stopPropagation();
  const id = form.elements.message;
  const text = box.value.trim();
  if (!text || form.dataset.busy) return;
  form.dataset.busy = "1";
  try {
    await send("POST", form.dataset.say, { text, message: id.value });
    id.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    box.value = "";
    document.querySelector("#announce").textContent = "已发给市民。";
    await show();
  } catch (error) {
    document.querySelector("#announce").textContent = error.message;
    form.querySelector(".say-error")?.remove();
    box.after(Object.assign(document.createElement("p"), { className: "error say-error", role: "alert", textContent: error.message }));
  } finally {
    delete form.dataset.busy;
    box.focus();
  }
}

form?.addEventListener("submit", say);
document.addEventListener("submit", (event) => { leaving ||= !event.defaultPrevented; });
box?.addEventListener("input", () => form.querySelector(".say-error")?.remove());
box?.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); });
for (const button of document.querySelectorAll("[data-phrase]")) {
  button.addEventListener("click", () => {
    box.value = box.value.trim() ? `${box.value.trim()}\n${button.dataset.phrase}` : button.dataset.phrase;
    box.focus();
  });
}
toEnd();
follow();
