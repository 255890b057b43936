// For the center's own site: <script src="https://…/widget.js" async></script> adds a round button that opens the chat.
// Lives in Shadow DOM and a frame of its own, so neither the site's styles nor its scripts reach the chat.
import { palette } from "../chat/colours.ts";
import { STYLE } from "./style.ts";

const WORDS = { label: "{{launcher}}", unread: "{{launcher.unread}}" };
const MARK = "M4 4h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-8l-5 4v-4H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zm8 3-3.500 3.500L12 14l3.500-3.500z";
const FURTHEST_PX = 400;

const script = document.currentScript as HTMLScriptElement;
const base = new URL(script.src).origin;
const wish = script.dataset;
const label = wish["label"] || WORDS.label;

function create<K extends keyof HTMLElementTagNameMap>(tag: K, style: string): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = style;
  return node;
}

function mark(): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  for (const [name, value] of [["d", MARK], ["fill", "currentColor"], ["fill-rule", "evenodd"]] as const) path.setAttribute(name, value);
  svg.append(path);
  return svg;
}

/** A constructed sheet is allowed under a strict style-src of the site; older browsers get a <style>. */
function dress(root: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const element = document.createElement("style");
    element.textContent = STYLE;
    root.append(element);
  }
}

/** Room that the page wants to keep free below, in pixels; null without a wish. */
function room(given: string | undefined): string | null {
  const value = Number(given);
  return given && value >= 0 ? `${Math.min(value, FURTHEST_PX)}px` : null;
}

/** Where the chat lives; what the page wished for it travels in the fragment, which no server sees. */
function address(colour: string): string {
  const said = new URLSearchParams({ host: location.origin });
  if (colour) said.set("colour", colour);
  if (wish["colors"]) said.set("colours", wish["colors"]);
  if (wish["title"]) said.set("title", wish["title"]);
  return `${base}/embed#${said}`;
}

function start(): void {
  const host = document.createElement("gjj-assistant");
  const root = host.attachShadow({ mode: "open" });
  dress(root);
  const box = create("div", wish["side"] === "left" ? "box left" : "box");
  const floor = room(wish["bottom"]);
  if (floor) box.style.setProperty("--floor", floor);
  const launch = create("button", "launch");
  launch.type = "button";
  launch.setAttribute("aria-haspopup", "dialog");
  launch.setAttribute("aria-expanded", "false");
  const badge = create("span", "badge");
  badge.hidden = true;
  launch.append(mark(), label, badge);
  box.append(launch);
  root.append(box);
  document.body.append(host);
  const colour = wish["color"] || getComputedStyle(host).getPropertyValue("--gjj-color").trim();
  const house = palette(colour, false);
  for (const name of ["--brand", "--brand-deep"]) if (house) box.style.setProperty(name, house[name]!);

  const ownTitle = document.title;
  let frame: HTMLIFrameElement | null = null;

  const tell = () => frame?.contentWindow?.postMessage({ gjj: "open" }, base);
  const show = (open: boolean) => {
    if (frame) frame.hidden = !open;
    launch.hidden = open;
    launch.setAttribute("aria-expanded", String(open));
  };
  const count = (unread: number) => {
    badge.textContent = unread > 9 ? "9+" : String(unread);
    badge.hidden = !unread;
    const spoken = unread ? WORDS.unread.replace("{n}", String(unread)) : "";
    if (spoken) launch.setAttribute("aria-label", `${label}，${spoken}`);
    else launch.removeAttribute("aria-label");
    document.title = unread ? `（${spoken}）${ownTitle}` : ownTitle;
  };

  launch.addEventListener("click", () => {
    if (!frame) {
      frame = create("iframe", "frame");
      frame.title = label;
      frame.allow = "clipboard-write; microphone";
      frame.src = address(colour);
      frame.addEventListener("load", tell);
      box.append(frame);
    }
    show(true);
    frame.focus();
    tell();
  });
  window.addEventListener("message", (event: MessageEvent<{ gjj?: string; count?: number } | null>) => {
    // Attack: another frame pretending to be the chat (ASVS 3.5.5). Origin and sender must both be ours.
    if (!frame || event.origin !== base || event.source !== frame.contentWindow) return;
    if (event.data?.gjj === "unread" && typeof event.data.count === "number") count(event.data.count);
    if (event.data?.gjj === "close") {
      show(false);
      launch.focus();
    }
  });
}

if (document.body) start();
else document.addEventListener("DOMContentLoaded", start);
