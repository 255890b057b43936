// A list of materials onto the citizen's own phone: a QR code that holds the words themselves.
import { button, el, svg } from "./dom.ts";
import { materialText, parts } from "./materials.ts";
import { closeDialog, openDialog } from "./modal.ts";
import { MOST_BYTES, qrPath } from "./qr.ts";
import type { Block } from "./structure.ts";
import { say } from "./wording.ts";

export function showPhone(title: string, blocks: Block[]): void {
  const texts = parts(materialText(title, blocks, say("phone.close")), MOST_BYTES);
  let shown = 0;
  const place = el("div", { class: "qr-place" });
  const count = el("p", { class: "status", role: "status" });
  const draw = () => {
    const { size, path } = qrPath(texts[shown]!);
    place.replaceChildren(svg("svg", { class: "qr", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": say("phone.code"), "shape-rendering": "crispEdges" },
      svg("rect", { class: "qr-ground", width: size, height: size }), svg("path", { class: "qr-dark", d: path })));
    count.textContent = texts.length > 1 ? say("phone.part", { n: shown + 1, all: texts.length }) : "";
  };
  draw();
  openDialog(say("phone.title"), el("p", {}, say("phone.text")), place, count,
    el("details", { class: "fold" }, el("summary", {}, say("phone.words")), el("p", {}, texts.join("\n"))),
    el("div", { class: "actions" },
      texts.length > 1 && button(say("phone.next"), "secondary", () => { shown = (shown + 1) % texts.length; draw(); }),
      button(say("done"), "primary", closeDialog)));
}
