// When the page runs inside the widget's frame: closing, opening and unread counts, told to the page around it and heard from it.
import { byId } from "./dom.ts";
import { isOpen } from "./modal.ts";
import { given, isFramed } from "./place.ts";

export interface Frame {
  tell(message: { gjj: string; count?: number }): void;
}

/** `onOpen(open)` when the window is opened or closed. */
export function startFrame(onOpen: (open: boolean) => void): Frame {
  document.documentElement.classList.toggle("embedded", isFramed());
  if (!isFramed()) return { tell: () => {} };
  // The widget names the page's origin in the fragment; only a page there hears about this window.
  const host = given().get("host") ?? "";
  const tell: Frame["tell"] = (message) => { if (host) window.parent.postMessage(message, host); };
  const close = () => {
    onOpen(false);
    tell({ gjj: "close" });
  };
  byId("close").hidden = false;
  byId("close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !isOpen() && !byId<HTMLDetailsElement>("menu").open && byId("suggest").hidden) close();
  });
  window.addEventListener("message", (event: MessageEvent<{ gjj?: string } | null>) => {
    // Attack: another window sending commands. Only the embedding page itself is heard.
    if (event.source !== window.parent || event.origin !== host || event.data?.gjj !== "open") return;
    onOpen(true);
    if (!isOpen()) byId("input").focus();
  });
  return { tell };
}
