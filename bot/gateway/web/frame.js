// When the page runs inside the widget's frame: the close button, told to the page around it.
import { byId } from "./dom.js";

export function startFrame() {
  const embedded = location.pathname === "/embed" && window.parent !== window;
  document.documentElement.classList.toggle("embedded", embedded);
  if (!embedded) return;
  // The widget names the page's origin in the fragment; only a page there hears that the citizen closed the window.
  const host = decodeURIComponent(location.hash.slice(1));
  const close = () => { if (host) window.parent.postMessage({ gjj: "close" }, host); };
  byId("close").hidden = false;
  byId("close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !byId("dialog").open && !byId("menu").open && byId("suggest").hidden) close();
  });
  window.addEventListener("message", (event) => {
    // Attack: another window sending commands. Only the embedding page itself is heard.
    if (event.source === window.parent && event.origin === host && event.data?.gjj === "focus") byId("input").focus();
  });
}
