// What hangs under a reply: a table, a plot, or a date for the calendar. Other types are left out until the page knows them.
import { api } from "./api.js";
import { el, icon } from "./dom.js";
import { chart } from "./chart.js";
import { say } from "./wording.js";

/**
 * table: {title?, columns: [text], rows: [[text]]}; chart: see chart.js; ics: {title, content: iCalendar text, filename?}.
 */
export function attachment(item) {
  if (item.type === "table") return table(item);
  if (item.type === "chart") return chart(item);
  if (item.type === "ics") return calendar(item);
  return null;
}

function table({ title, columns = [], rows = [] }) {
  return el("div", { class: "table-box", tabindex: "0", role: "region", "aria-label": title || say("sources", { n: 1 }) },
    el("table", {},
      title && el("caption", {}, title),
      columns.length > 0 && el("thead", {}, el("tr", {}, ...columns.map((text) => el("th", { scope: "col" }, String(text))))),
      el("tbody", {}, ...rows.map((row) => el("tr", {},
        ...row.map((cell, index) => (index ? el("td", {}, String(cell)) : el("th", { scope: "row" }, String(cell)))))))));
}

function calendar({ title = "", content = "", filename }) {
  return el("div", { class: "choices" },
    el("button", { type: "button", class: "choice ics", on: { click: () => download(filename || say("ics.filename"), content) } },
      icon("calendar"), say("ics.download", { title })),
    el("button", { type: "button", class: "choice remember", on: { click: (event) => remember(event.currentTarget) } }, say("remember.ask")));
}

/** Pressing is the consent: before that nothing is kept. */
async function remember(button) {
  button.disabled = true;
  try {
    await api.remember();
    button.textContent = say("remember.done");
  } catch (refusal) {
    button.disabled = false;
    button.textContent = refusal.message || say("notice.failed");
  }
}

function download(name, content) {
  const address = URL.createObjectURL(new Blob([content], { type: "text/calendar;charset=utf-8" }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
