// The menu behind "更多".
import { api } from "./api.ts";
import type { Conversation } from "./conversation.ts";
import { showErase, showPrivacy, showRating } from "./dialogs.ts";
import { showDisplay } from "./display.ts";
import { byId } from "./dom.ts";
import { visitor } from "./memory.ts";
import { printConversation } from "./paper.ts";
import { sentence } from "./refusal.ts";
import { say } from "./wording.ts";

export interface MenuEvents {
  erase(): Promise<void>;
  quiet(on: boolean): void;
}

export function startMenu(conversation: Conversation, on: MenuEvents): void {
  const menu = byId<HTMLDetailsElement>("menu");
  const close = () => { menu.open = false; };
  const entry = (id: string, act: () => void) => byId(id).addEventListener("click", () => {
    act();
    close();
  });
  entry("menu-display", () => showDisplay(on.quiet));
  entry("menu-rating", () => showRating((thanks) => conversation.remark(thanks)));
  entry("menu-print", printConversation);
  entry("menu-privacy", showPrivacy);
  entry("menu-forget", () => {
    api.forgetVisitor().then(() => conversation.remark(say("remember.forgotten")),
      (error: unknown) => conversation.remark(sentence(error, say("notice.failed"))));
  });
  entry("menu-erase", () => showErase(on.erase));
  menu.addEventListener("toggle", () => { byId("menu-forget").hidden = !visitor.get(); });
  document.addEventListener("click", (event) => { if (!menu.contains(event.target as Node)) close(); });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) close();
  });
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.querySelectorAll<HTMLElement>("button:not([hidden])")];
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === "ArrowDown" && menu.open) items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp" && menu.open) items[(at - 1 + items.length) % items.length]?.focus();
    else if (event.key === "Escape" && menu.open) {
      close();
      menu.querySelector("summary")?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
