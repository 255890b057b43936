// The input: Enter sends, Shift+Enter breaks the line, and questions are offered while typing.
import { api } from "./api.js";
import { byId, el } from "./dom.js";

const PAUSE_MS = 250;
const SHORTEST = 2;
const LONGEST = 40;

export function startComposer(onSend) {
  const form = byId("composer");
  const input = byId("input");
  const list = byId("suggest");
  let timer = null;
  let asked = 0;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(input.value);
  });
  input.addEventListener("keydown", (event) => {
    // While a Chinese input method is composing, Enter chooses a word and must not send.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send(input.value);
    } else if (event.key === "Escape") hide();
    else if (event.key === "ArrowUp" && !list.hidden && !input.value.includes("\n")) {
      event.preventDefault();
      list.lastElementChild?.firstElementChild.focus();
    }
  });
  input.addEventListener("input", () => {
    grow();
    clearTimeout(timer);
    timer = setTimeout(offer, PAUSE_MS);
  });
  list.addEventListener("keydown", (event) => {
    const item = document.activeElement.closest("li");
    if (event.key === "ArrowUp") (item?.previousElementSibling?.firstElementChild ?? item?.firstElementChild)?.focus();
    else if (event.key === "ArrowDown") (item?.nextElementSibling?.firstElementChild ?? input).focus();
    else if (event.key === "Escape") { hide(); input.focus(); } else return;
    event.preventDefault();
  });

  function send(text) {
    hide();
    if (!text.trim()) return;
    input.value = "";
    grow();
    input.focus();
    onSend(text.trim());
  }

  function grow() {
    input.style.height = "auto";
    if (input.value) input.style.height = `${Math.min(input.scrollHeight, 140)}px`; // else a long placeholder would count
  }

  function hide() {
    clearTimeout(timer);
    asked += 1;
    list.hidden = true;
    list.replaceChildren();
  }

  async function offer() {
    const typed = input.value.trim();
    const mine = (asked += 1);
    let questions = [];
    if (typed.length >= SHORTEST && typed.length <= LONGEST) {
      try { questions = await api.suggest(typed); } catch { /* an offer only: typing goes on without it */ }
    }
    if (mine !== asked) return;
    list.replaceChildren(...questions.filter((question) => question !== typed).map((question) =>
      el("li", {}, el("button", { type: "button", on: { click: () => send(question) } }, question))));
    list.hidden = !list.childElementCount;
  }
}
