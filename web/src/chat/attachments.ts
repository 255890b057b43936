// What hangs under a reply: a table, a plot, a date for the calendar, or stars. Other types are left out until the page knows them.
import { api } from "./api.ts";
import { chart } from "./chart.ts";
import { button, el } from "./dom.ts";
import { stars } from "./feedback.ts";
import { isKiosk } from "./place.ts";
import { sentence } from "./refusal.ts";
import type { Attachment, Calendar, Reply, Table } from "./types.ts";
import { say } from "./wording.ts";

export function attachment(item: Attachment, reply: Reply): HTMLElement | null {
  if (item.type === "table") return table(item);
  if (item.type === "chart") return chart(item);
  if (item.type === "rating") return stars();
  if (item.type === "ics") return isKiosk() ? null : calendar(item, reply); // a date kept on a shared screen helps nobody
  return null;
}

export function table({ title, columns = [], rows = [] }: Table): HTMLElement {
  return el("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": title || say("table") },
    el("table", {},
      title && el("caption", {}, title),
      columns.length > 0 && el("thead", {}, el("tr", {}, ...columns.map((text) => (text ? el("th", { scope: "col" }, String(text)) : el("td"))))),
      el("tbody", {}, ...rows.map((row) => el("tr", {},
        ...row.map((cell, index) => (index ? el("td", {}, String(cell)) : el("th", { scope: "row" }, String(cell)))))))));
}

function calendar({ title = "", content = "", filename }: Calendar, reply: Reply): HTMLElement {
  const kept = () => { api.kept({ reply: reply.id }).catch(() => {}); }; // only a count: the date is kept either way
  const remember = button(say("remember.ask"), "choice remember", () => { void consent(); });

  /** Pressing is the consent: before that nothing is kept. */
  async function consent(): Promise<void> {
    remember.disabled = true;
    try {
      await api.remember();
      remember.textContent = say("remember.done");
      kept();
    } catch (error) {
      remember.disabled = false;
      remember.textContent = sentence(error, say("notice.failed"));
    }
  }

  return el("div", { class: "choices" },
    button(say("ics.download", { title }), "choice ics", () => { download(filename || say("ics.filename"), content); kept(); }, "calendar"), remember,
    el("p", { class: "common" }, say("remember.note")));
}

function download(name: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: "text/calendar;charset=utf-8" }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
