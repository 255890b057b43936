// What hangs under a reply: a table, a plot, or a date for the calendar. Other types are left out until the page knows them.
import { api } from "./api.js";
import { chart } from "./chart.js";
import { el, icon } from "./dom.js";
import { stars } from "./feedback.js";
import { say } from "./wording.js";

/**
 * Of `reply`. rating: nothing more; table: {title?, columns: [text], rows: [[text]]}; chart: see chart.js; ics: {title, content: iCalendar text, filename?}.
 */
export function attachment(item, reply) {
  if (item.type === "table") return table(item);
  if (item.type === "chart") return chart(item);
  if (item.type === "ics") return calendar(item, reply);
  if (item.type === "rating") return stars();
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

function calendar({ title = "", content = "", filename }, reply) {
  const kept = () => api.kept({ reply: reply.id }).catch(() => {}); // only a count: the date is kept either way
  return el("div", { class: "choices" },
    el("button", { type: "button", class: "choice ics", on: { click: () => { download(filename || say("ics.filename"), content); kept(); } } },
      icon("calendar"), say("ics.download", { title })),
    el("button", { type: "button", class: "choice remember", on: { click: (event) => remember(event.currentTarget).then(kept) } }, say("remember.ask")));
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
