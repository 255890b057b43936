/** Beside the form, while it is being filled in: the citizen's view, near questions, unanswered messages, what is wrong. */
import { send } from "./api.js";

const form = document.getElementById("faq-form");
const byId = (id) => document.getElementById(id);
const PAUSE = 350;
let timer = 0;
let round = 0;
let touched = false;

function lines(name) {
  return form.elements[name].value.split("\n").map((line) => line.trim()).filter(Boolean);
}

function all(name) {
  return [...form.querySelectorAll(`[name="${name}"]`)].map((field) => field.value.trim());
}

function values() {
  const titles = all("option-title"), services = all("option-service"), aspects = all("option-aspect");
  const keys = all("local-key"), names = all("local-name");
  return {
    question: form.elements.question.value, answer: form.elements.answer.value, similar: lines("similar"),
    topic: form.elements.topic.value, facts: form.elements.facts.value.split(/\s+/).filter(Boolean),
    related: [...form.querySelectorAll("[name=related]:checked")].map((box) => box.value),
    local: keys.map((key, i) => ({ key, name: names[i] })).filter((one) => one.key && one.name),
    options: titles.map((title, i) => ({ title, service: services[i], aspect: aspects[i] })).filter((one) => one.title && one.service),
    effective_from: form.elements.effective_from.value || null, effective_to: form.elements.effective_to.value || null,
    enabled: form.elements.enabled.checked, source: form.elements.source.value,
  };
}

async function look() {
  const mine = ++round;
  byId("preview-question").textContent = form.elements.question.value || "（问题）";
  let found;
  try {
    found = await send("POST", "/admin/api/v1/faqs/check", { id: form.dataset.id, values: values() });
  } catch (error) {
    if (mine === round) byId("faq-state").textContent = error.message;
    return;
  }
  if (mine !== round) return;
  byId("preview").replies = [found.reply];
  showNear(found.near);
  showSuggestions(found.suggestions);
  showFindings(found);
  byId("faq-state").textContent = !touched ? "" : found.training ? "有新的问法，保存后要训练一次才听得懂" : "只改了答案，保存后一秒内就用上";
  form.dataset.checked = String(mine);
}

function made(tag, text, attributes = {}) {
  const node = document.createElement(tag);
  node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function showNear(near) {
  const box = byId("near");
  box.hidden = !near.length;
  if (!near.length) return;
  const double = near.some((one) => one.double);
  box.className = `near notice${double ? " notice-warn" : ""}`;
  const list = document.createElement("ul");
  for (const one of near) {
    const item = document.createElement("li");
    item.append(made("a", one.question, { href: `/admin/faqs/${one.id}`, target: "_blank", rel: "noopener" }));
    if (one.wording !== one.question) item.append(made("span", `　问法“${one.wording}”`, { class: "soft" }));
    if (one.state !== "有效") item.append(made("span", `　${one.state}`, { class: "soft" }));
    list.append(item);
  }
  box.replaceChildren(made("p", double ? "很可能已经有了，先看看是不是同一个问题：" : "已经有这些相近的问题："), list);
}

function showSuggestions(texts) {
  const box = byId("suggestions");
  box.hidden = !texts.length;
  const row = made("div", "", { class: "suggestion-row" });
  for (const text of texts) {
    const add = made("button", `＋ ${text}`, { type: "button", class: "suggestion" });
    add.addEventListener("click", () => {
      const field = form.elements.similar;
      field.value = [field.value.trimEnd(), text].filter(Boolean).join("\n");
      add.remove();
      if (!row.childElementCount) box.hidden = true;
      later();
    });
    row.append(add);
  }
  box.replaceChildren(made("p", "市民问过、助手没答上来的，点一下加进来：", { class: "soft" }), row);
}

function showFindings({ problems, warnings }) {
  const nodes = [];
  if (touched && problems.length) nodes.push(list("notice notice-error", "保存前要改：", problems));
  if (warnings.length) nodes.push(list("notice notice-warn", "请再看一眼：", warnings));
  byId("findings").replaceChildren(...nodes);
}

function list(kind, title, texts) {
  const box = made("div", "", { class: kind });
  const items = document.createElement("ul");
  items.append(...texts.map((text) => made("li", `${text.replace(/。$/, "")}。`)));
  box.append(made("p", title), items);
  return box;
}

function later() {
  touched = true;
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
}

if (form) {
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  window.addEventListener("beforeunload", (event) => {
    if (touched && !form.dataset.sent) event.preventDefault();
  });
  if (form.elements.question.value && !form.dataset.id) touched = true;
  look();
}
