// The structure of an answer as elements: paragraphs, lists, and sections that fold.
import { button, el } from "./dom.ts";
import { structure, type Block, type Point } from "./structure.ts";
import { say } from "./wording.ts";

/** From so many characters on an answer is long: only its first section is open at first. */
const LONG = 420;
/** Of a longer list the rest is folded away. */
const MOST_POINTS = 8;
const KEPT_POINTS = 6;

/** The text of a reply. `whole` leaves nothing folded: for printing. */
export function textBlocks(text: string, whole = false): HTMLElement {
  const blocks = structure(text);
  const long = !whole && text.length > LONG;
  const box = el("div", { class: "text" }, ...grouped(blocks, long, whole));
  const closed = [...box.querySelectorAll<HTMLDetailsElement>("details.section")].filter((one) => !one.open);
  if (closed.length > 1) {
    const all = button(say("sections.open"), "mini", () => {
      for (const one of closed) one.open = true;
      closed[0]!.querySelector("summary")!.focus();
      all.remove();
    });
    box.append(all);
  }
  return box;
}

function grouped(blocks: Block[], long: boolean, whole: boolean): HTMLElement[] {
  let sections = 0;
  return blocks.map((block) => {
    if (block.kind === "paragraph") return el("p", {}, block.text);
    if (block.kind === "list") return list(block.points, block.ordered, whole);
    sections += 1;
    const inner = grouped(block.blocks, false, whole);
    if (whole) return el("section", { class: "section" }, el("h2", {}, block.title), ...inner);
    return el("details", { class: "section", open: !long || sections === 1 }, el("summary", {}, block.title), ...inner);
  });
}

function list(points: Point[], ordered: boolean, whole: boolean): HTMLElement {
  const shown = whole || points.length <= MOST_POINTS ? points : points.slice(0, KEPT_POINTS);
  const rest = points.slice(shown.length);
  const tag = ordered ? "ol" : "ul";
  const items = (some: Point[]) => some.map(({ label, text }) => el("li", {}, label && el("b", {}, `${label}：`), text));
  if (!rest.length) return el(tag, { class: "points" }, ...items(shown));
  return el("div", {},
    el(tag, { class: "points" }, ...items(shown)),
    el("details", { class: "fold" }, el("summary", {}, say("points.more", { n: rest.length })),
      el(tag, { class: "points", start: ordered ? shown.length + 1 : null }, ...items(rest))));
}
