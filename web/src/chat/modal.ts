// One dialog at a time, over everything. The browser's own <dialog> where it has one; browsers of 2021 get the same by hand.
import { byId, el } from "./dom.ts";

let opener: Element | null = null;

const native = (): boolean => typeof HTMLDialogElement === "function" && "showModal" in HTMLDialogElement.prototype;

export const isOpen = (): boolean => byId("dialog").hasAttribute("open");

export function openDialog(title: string, ...content: (Node | string | null | false)[]): HTMLElement {
  const dialog = byId("dialog");
  if (!isOpen()) opener = openerInSight();
  dialog.classList.remove("wide");
  dialog.replaceChildren(el("h2", { id: "dialog-title" }, title), ...(content.filter(Boolean) as (Node | string)[]));
  if (isOpen()) return dialog;
  if (native()) (dialog as HTMLDialogElement).showModal();
  else showByHand(dialog);
  return dialog;
}

/** What has the focus; an entry of the menu, which is about to fold up, hands it to the menu's handle first, so that the browser
 * itself can give it back at the moment of closing. */
function openerInSight(): Element | null {
  const handle = document.activeElement?.closest(".menu-list") ? document.querySelector<HTMLElement>("#menu summary") : null;
  handle?.focus();
  return handle ?? document.activeElement;
}

export function closeDialog(): void {
  const dialog = byId("dialog");
  if (!isOpen()) return;
  if (native()) (dialog as HTMLDialogElement).close();
  else {
    dialog.removeAttribute("open");
    dialog.classList.remove("by-hand");
    dialog.dispatchEvent(new Event("close"));
  }
}

/** Set up once: the opener gets the focus back. */
export function startDialogs(): void {
  const dialog = byId("dialog");
  dialog.addEventListener("close", () => { if (opener instanceof HTMLElement) opener.focus(); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog && !dialog.dataset["firm"]) closeDialog(); });
}

function showByHand(dialog: HTMLElement): void {
  dialog.setAttribute("open", "");
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-modal", "true");
  dialog.classList.add("by-hand");
  const inside = () => [...dialog.querySelectorAll<HTMLElement>("button, input, summary, [tabindex]")].filter((one) => one.offsetParent !== null);
  inside()[0]?.focus();
  dialog.onkeydown = (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      closeDialog();
    } else if (event.key === "Tab") {
      const all = inside();
      const edge = event.shiftKey ? all[0] : all[all.length - 1];
      if (document.activeElement !== edge) return;
      event.preventDefault();
      (event.shiftKey ? all[all.length - 1] : all[0])?.focus();
    }
  };
}
