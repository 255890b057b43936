// What goes onto paper: one answer or list on a clean sheet, or the whole conversation. The style is in print.css.
import { table } from "./attachments.ts";
import { textBlocks } from "./blocks.ts";
import { byId, el } from "./dom.ts";
import { sourceText } from "./sources.ts";
import type { Reply } from "./types.ts";
import { say } from "./wording.ts";

export function printReply(reply: Reply, title: string, isList: boolean): void {
  byId("sheet").replaceChildren(
    el("h1", {}, title || say("title")),
    el("div", { class: isList ? "boxes" : "" }, textBlocks(reply.text ?? "", true)),
    ...(reply.attachments ?? []).map((item) => (item.type === "table" ? table(item) : "")),
    ...(reply.sources?.length ? [el("p", { class: "sheet-sources" }, `${say("print.sources")}${reply.sources.map(sourceText).join("；")}`)] : []),
    foot());
  document.documentElement.classList.add("sheet-only");
  window.print();
}

/** Who says it and when, below whatever is printed. */
function foot(): HTMLElement {
  const today = new Date();
  return el("p", { class: "sheet-foot" }, say("print.foot", {
    date: say("sources.date", { y: today.getFullYear(), m: today.getMonth() + 1, d: today.getDate() }) }));
}

/** The conversation as it stands, without the controls. */
export function printConversation(): void {
  window.print();
}

/** However printing is asked for, nothing on paper is folded; afterwards all is as before. */
export function startPaper(): void {
  let folded: HTMLDetailsElement[] = [];
  window.addEventListener("beforeprint", () => {
    if (!document.documentElement.classList.contains("sheet-only")) byId("sheet").replaceChildren(foot());
    folded = [...document.querySelectorAll<HTMLDetailsElement>("#log details:not([open])")];
    for (const one of folded) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    document.documentElement.classList.remove("sheet-only");
    for (const one of folded) one.open = false;
    folded = [];
  });
}
