// Where an answer comes from: document, article, and since when it holds.
import { el } from "./dom.ts";
import type { Source } from "./types.ts";
import { say } from "./wording.ts";

function chineseDate(iso: string): string {
  const [y, m, d] = iso.split("-").map(Number);
  return y && m && d ? say("sources.date", { y, m, d }) : iso;
}

const since = (source: Source) => (source.effective_from ? say("sources.from", { date: chineseDate(source.effective_from) }) : "");

/** On one line, for paper. */
export const sourceText = (source: Source): string => [source.title, source.article, since(source)].filter(Boolean).join(" ");

export function sources(list: Source[]): HTMLElement | null {
  if (!list.length) return null;
  return el("details", { class: "fold sources" },
    el("summary", {}, say("sources", { n: list.length })),
    el("ul", {}, ...list.map((source) => el("li", {},
      el("span", { class: "source-title" }, source.title ?? ""),
      source.article && el("span", {}, ` ${source.article}`),
      source.effective_from && el("span", { class: "source-date" }, ` · ${since(source)}`)))));
}
