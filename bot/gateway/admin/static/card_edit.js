/** The form of one part of a card: fields as the server describes them, the citizen's view, and nothing typed is ever lost. */
import { send } from "./api.js";
import { condition } from "./condition.js";
import { ask } from "./dialog.js";
import { choice, choices, made, pairs, rows, text, words } from "./fields.js";

const form = document.getElementById("part-form");
const byId = (id) => document.getElementById(id);
const address = `/admin/api/v1/cards/${form.dataset.code}/parts/${form.dataset.part}`;
let known = null;
let fields = null;
let version = "";
let touched = false;
let timer = 0;

function one([name, title, kind, more], value) {
  if (kind === "text") return [name, text(title, value, more)];
  if (kind === "lines") return [name, text(title, value, { rows: 3, ...more })];
  if (kind === "words") return [name, words(title, value, more)];
  if (kind === "choice") return [name, choice(title, value, known.names[more.of], more)];
  if (kind === "choices") return [name, choices(title, value, known.names[more.of], more)];
  if (kind === "pairs") return [name, pairs(title, value, known.names[more.keys], known.names[more.of], more)];
  if (kind === "rows") return [name, rows(title, value, (entry) => record(more.fields, entry), more)];
  const inside = condition(value, known);
  const node = made("fieldset", { class: "field" }, made("legend", {}, title), more.hint ? made("p", { class: "hint" }, more.hint) : null, inside.node);
  return [name, { ...inside, node, read: () => (more.optional && !Object.keys(inside.read()).length ? null : inside.read()) }];
}

/** Fields side by side as one value; a single field without a name is the value itself. */
function record(described, value) {
  const inside = described.map((field) => one(field, field[0] === "" ? value : value?.[field[0]]));
  return {
    node: made("div", {}, ...inside.map(([, field]) => field.node)), focus: () => inside[0][1].focus?.(),
    read: () => {
      if (inside[0][0] === "") return inside[0][1].read();
      return Object.fromEntries(inside.map(([name, field]) => [name, field.read()]).filter(([, found]) => found !== null));
    },
  };
}

/** What the part had besides the fields of the form stays as it is. */
function value() {
  const read = fields.read();
  if (Array.isArray(read) || !known.value) return read;
  const named = new Set(known.fields.map(([name]) => name));
  return { ...Object.fromEntries(Object.entries(known.value).filter(([name]) => !named.has(name))), ...read };
}

async function open() {
  try {
    known = await send("GET", address);
  } catch (error) {
    byId("fields").replaceChildren(made("p", { class: "notice notice-error" }, error.message));
    return;
  }
  version = known.version;
  fields = record(known.fields, known.value);
  byId("fields").replaceChildren(fields.node);
  byId("fields").removeAttribute("aria-busy");
  form.dataset.open = "1";
  show();
}

async function show() {
  try {
    const { replies } = await send("POST", `${address}/preview`, { value: value() });
    byId("preview").replies = replies;
    byId("preview").hidden = !replies.length;
    byId("preview-none").hidden = Boolean(replies.length);
    byId("part-state").textContent = "";
  } catch (error) {
    byId("part-state").textContent = touched ? "还没填完" : error.message;
  }
}

function problems(texts, ...more) {
  const box = made("div", { class: "notice notice-error", role: "alert", tabindex: "-1" }, ...(texts.length === 1 ? [made("p", {}, texts[0])]
    : [made("p", {}, `有 ${texts.length} 处要改：`), made("ul", {}, ...texts.map((sentence) => made("li", {}, sentence)))]), ...more);
  byId("problems").replaceChildren(box);
  box.focus();
}

function clash(details) {
  version = details.version;
  const now = details.current?.value;
  const shown = now == null ? "（已经去掉了）" : now.text ?? JSON.stringify(now, null, 1);
  problems(details.problems, made("p", {}, "现在的内容是："), made("pre", {}, shown), made("p", {}, "您写的都还在下面。合并好以后再点“保存”，就以您写的为准。"));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  if (!fields) return;
  const remove = event.submitter?.name === "remove";
  if (remove && !(await ask("去掉以后助手就不再说这一部分，修改记录里还找得到。要去掉吗？", "去掉", true))) return;
  const ground = { source: byId("source").value, dated: byId("dated").value, note: byId("note").value };
  const missing = [!ground.source.trim() && "请写明改动的依据：哪份文件、哪次会议，或者谁定的。", !ground.dated && "请填依据的日期。"].filter(Boolean);
  if (missing.length) return problems(missing);
  const button = event.submitter;
  if (button) button.disabled = true;
  try {
    await send("PUT", address, { value: remove ? null : value(), version, ground });
    touched = false;
    location.href = form.dataset.back;
  } catch (error) {
    if (error.status === 409) clash(error.details);
    else problems(error.details?.problems ?? [error.message]);
  } finally {
    if (button) button.disabled = false;
  }
});

const later = () => {
  touched = true;
  clearTimeout(timer);
  timer = setTimeout(show, 350);
};
form.addEventListener("input", later);
form.addEventListener("change", later);
window.addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });
open();
