// The input: Enter sends, Shift+Enter breaks the line, and questions are offered while typing.
import { api } from "./api.ts";
import { button, byId, el } from "./dom.ts";
import { say } from "./wording.ts";

const PAUSE_MS = 250;
const SHORTEST = 2;
const LONGEST = 40;
const MOST = 5;
const TALLEST_PX = 140;

export interface Composer {
  /** Show `text` in the input, as speech input does. */
  show(text: string): void;
  clear(): void;
}

export function startComposer(onSend: (text: string) => void): Composer {
  const input = byId<HTMLTextAreaElement>("input");
  const list = byId("suggest");
  const told = byId("suggest-told");
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    send(input.value);
  });
  input.addEventListener("keydown", (event) => {
    // While a Chinese input method is composing, Enter chooses a word and must not send.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send(input.value);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      hide();
    } else if (event.key === "ArrowUp" && !list.hidden && !input.value.includes("\n")) {
      event.preventDefault();
      focus(list.lastElementChild);
    }
  });
  input.addEventListener("input", () => {
    grow();
    clearTimeout(timer);
    timer = setTimeout(() => void offer(), PAUSE_MS);
  });
  list.addEventListener("keydown", (event) => {
    const item = document.activeElement?.closest("li");
    if (event.key === "ArrowUp") focus(item?.previousElementSibling ?? item);
    else if (event.key === "ArrowDown") focus(item?.nextElementSibling ?? null);
    else if (event.key === "Escape") {
      event.stopPropagation();
      hide();
      input.focus();
    } else return;
    event.preventDefault();
  });
  document.addEventListener("focusin", (event) => {
    if (!list.hidden && event.target instanceof Node && !list.contains(event.target) && event.target !== input) hide();
  });

  function focus(item: Element | null | undefined): void {
    const target = item?.firstElementChild;
    (target instanceof HTMLElement ? target : input).focus();
  }

  function send(text: string): void {
    hide();
    if (!text.trim()) return;
    show("");
    input.focus();
    onSend(text.trim());
  }

  function show(text: string): void {
    input.value = text;
    grow();
  }

  function grow(): void {
    input.style.height = "auto";
    if (input.value) input.style.height = `${Math.min(input.scrollHeight, TALLEST_PX)}px`; // else a long placeholder would count
  }

  function hide(): void {
    clearTimeout(timer);
    asked += 1;
    list.hidden = true;
    list.replaceChildren();
    told.textContent = "";
  }

  async function offer(): Promise<void> {
    const typed = input.value.trim();
    const mine = (asked += 1);
    let questions: string[] = [];
    if (typed.length >= SHORTEST && typed.length <= LONGEST) {
      try { questions = await api.suggest(typed); } catch { /* an offer only: typing goes on without it */ }
    }
    if (mine !== asked) return;
    list.replaceChildren(...questions.filter((question) => question !== typed).slice(0, MOST)
      .map((question) => el("li", {}, button(question, "", () => send(question)))));
    list.hidden = !list.childElementCount;
    told.textContent = list.hidden ? "" : say("suggest.told", { n: list.childElementCount });
  }

  return { show, clear: () => { show(""); hide(); } };
}
