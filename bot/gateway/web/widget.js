// For the center's own site: <script src="https://…/widget.js" async></script> adds a round button that opens the chat.
// Lives in a closed box (Shadow DOM) and a frame of its own, so neither the site's styles nor its scripts reach the chat.
(() => {
  const script = document.currentScript;
  const base = new URL(script.src).origin;
  const label = script.dataset.label || "{{launcher}}";
  const side = script.dataset.side === "left" ? "left" : "right";

  const STYLE = `
    :host { all: initial; }
    .box { position: fixed; ${side}: 20px; bottom: 20px; z-index: 2147483000; font: 16px/1.4 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif; }
    .launch { display: flex; align-items: center; gap: 8px; min-height: 52px; padding: 0 20px 0 14px; border: 0; border-radius: 26px;
      background: #12505b; color: #fff; font: inherit; font-weight: 600; cursor: pointer; box-shadow: 0 4px 16px rgba(11,54,62,.28); }
    .launch:hover { background: #0b363e; }
    .launch:focus-visible { outline: 3px solid #d9a441; outline-offset: 3px; }
    .launch svg { width: 26px; height: 26px; }
    .frame { position: fixed; ${side}: 20px; bottom: 20px; width: 400px; height: min(660px, calc(100vh - 40px)); border: 0; border-radius: 14px;
      background: #f4f6f5; box-shadow: 0 10px 40px rgba(11,54,62,.32); }
    [hidden] { display: none; }
    @media (max-width: 480px) { .frame { inset: 0; width: 100%; height: 100%; border-radius: 0; } }`;

  function start() {
    const host = document.createElement("div");
    const root = host.attachShadow({ mode: "open" });
    style(root);
    const box = document.createElement("div");
    box.className = "box";
    const launch = document.createElement("button");
    launch.type = "button";
    launch.className = "launch";
    launch.setAttribute("aria-haspopup", "dialog");
    launch.append(mark(), label);
    box.append(launch);
    root.append(box);
    document.body.append(host);

    let frame = null;
    launch.addEventListener("click", () => {
      frame ??= addFrame(box);
      frame.hidden = false;
      launch.hidden = true;
      frame.focus();
      frame.contentWindow.postMessage({ gjj: "focus" }, base);
    });
    window.addEventListener("message", (event) => {
      // Attack: another frame pretending to be the chat (ASVS 3.5.5). Origin and sender must both be ours.
      if (!frame || event.origin !== base || event.source !== frame.contentWindow || event.data?.gjj !== "close") return;
      frame.hidden = true;
      launch.hidden = false;
      launch.focus();
    });
  }

  function addFrame(box) {
    const frame = document.createElement("iframe");
    frame.className = "frame";
    frame.title = label;
    frame.allow = "clipboard-write";
    frame.src = `${base}/embed#${encodeURIComponent(location.origin)}`;
    frame.addEventListener("load", () => frame.contentWindow.postMessage({ gjj: "focus" }, base));
    box.append(frame);
    return frame;
  }

  /** A constructed sheet is allowed under a strict style-src of the site; older browsers get a <style>. */
  function style(root) {
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

  function mark() {
    const ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(ns, "path");
    path.setAttribute("d", "M4 4h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-8l-5 4v-4H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zm8 3-3.500 3.500L12 14l3.500-3.500z");
    path.setAttribute("fill", "currentColor");
    path.setAttribute("fill-rule", "evenodd");
    svg.append(path);
    return svg;
  }

  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
