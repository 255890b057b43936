/** Fields of a form made from a description; each knows its value. A field is {node, read(), focus()}. */

let serial = 0;

export function made(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

/** Tells whoever listens that something was changed by a button. */
export function changed(node) {
  node.dispatchEvent(new Event("change", { bubbles: true }));
}

function around(title, hint, optional, control, id) {
  const label = title && made("label", { for: id }, title, optional ? made("span", { class: "optional" }, " 可不填") : null);
  const note = hint && made("p", { class: "hint", id: `${id}-hint` }, hint);
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return made("div", { class: "field" }, label || null, control, note || null);
}

function grouped(title, hint, optional, ...inside) {
  return made("fieldset", { class: "field" }, made("legend", {}, title, optional ? made("span", { class: "optional" }, " 可不填") : null), hint ? made("p", { class: "hint" }, hint) : null, ...inside);
}

export function text(title, value, { hint, optional, rows = 0 } = {}) {
  const id = `f${++serial}`;
  const control = rows ? made("textarea", { id, rows }) : made("input", { id, autocomplete: "off" });
  control.value = value ?? "";
  return { node: around(title, hint, optional, control, id), read: () => control.value.trim() || (optional ? null : ""), focus: () => control.focus() };
}

export function choice(title, value, names, { hint, optional, number } = {}) {
  const id = `f${++serial}`;
  const control = made("select", { id }, ...(optional || value == null ? [made("option", { value: "" }, optional ? "不选" : "请选")] : []),
    ...Object.entries(names).map(([name, shown]) => made("option", { value: name, selected: String(value) === name }, shown)));
  if (value != null && !(String(value) in names)) control.append(made("option", { value, selected: true }, String(value)));
  return {
    node: around(title, hint, optional, control, id), focus: () => control.focus(),
    read: () => (control.value === "" ? (optional ? null : "") : number ? Number(control.value) : control.value),
  };
}

/** One entry a line. */
export function words(title, value, { hint, optional } = {}) {
  const field = text(title, (value ?? []).join("\n"), { hint: hint ?? "一行一条。", optional, rows: Math.min(8, Math.max(2, (value ?? []).length + 1)) });
  return { ...field, read: () => (field.read() ?? "").split("\n").map((line) => line.trim()).filter(Boolean) };
}

/** Several of a vocabulary: boxes to tick when there are few, else chosen ones with a field to find more. */
export function choices(title, value, names, options = {}) {
  return Object.keys(names).length <= 20 ? boxes(title, value, names, options) : tags(title, value, names, options);
}

function boxes(title, value, names, { hint, optional } = {}) {
  const inputs = Object.entries(names).map(([name, shown]) => {
    const input = made("input", { type: "checkbox", value: name, checked: (value ?? []).includes(name) });
    return [input, made("label", {}, input, ` ${shown}`)];
  });
  return {
    node: grouped(title, hint, optional, made("div", { class: "choices-box" }, ...inputs.map(([, label]) => label))), focus: () => inputs[0]?.[0].focus(),
    read: () => inputs.filter(([input]) => input.checked).map(([input]) => input.value),
  };
}

function tags(title, value, names, { hint, optional } = {}) {
  const id = `f${++serial}`;
  let chosen = [...(value ?? [])];
  const list = made("ul", { class: "tags" });
  const input = made("input", { id: `${id}-new`, list: `${id}-list`, autocomplete: "off", "aria-label": `${title}：再加一条，输入文字查找` });
  const byTitle = new Map(Object.entries(names).map(([name, shown]) => [shown, name]));
  const data = made("datalist", { id: `${id}-list` }, ...Object.entries(names).map(([name, shown]) => made("option", { value: shown }, name)));
  const add = () => {
    const name = byTitle.get(input.value.trim()) ?? (input.value.trim() in names ? input.value.trim() : null);
    if (!name) return;
    if (!chosen.includes(name)) chosen.push(name);
    input.value = "";
    show();
    changed(list);
  };
  const show = () => list.replaceChildren(...chosen.map((name) => made("li", { class: "tag" }, made("span", {}, names[name] ?? name), made("button", {
    type: "button", "aria-label": `去掉 ${names[name] ?? name}`, on: { click: () => { chosen = chosen.filter((other) => other !== name); show(); input.focus(); changed(list); } },
  }, "×"))));
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); add(); } });
  input.addEventListener("input", () => { if (byTitle.has(input.value.trim())) add(); });
  show();
  return {
    node: grouped(title, hint, optional, list, made("div", { class: "tag-new" }, input, made("button", { type: "button", class: "small", on: { click: add } }, "加上")), data),
    read: () => chosen, focus: () => input.focus(),
  };
}

/** Entries of the same shape that can be added, taken away and moved. `make(value)` gives a field whose read() is one entry. */
export function rows(title, value, make, { hint, optional, add = "加一条", entry = "第 {n} 条" } = {}) {
  let fields = (value ?? []).map(make);
  const list = made("div", { class: "rows" });
  const move = (i, by) => { [fields[i], fields[i + by]] = [fields[i + by], fields[i]]; show(); changed(list); };
  const tool = (label, shown, disabled, click) => made("button", { type: "button", class: "small", "aria-label": label, disabled, on: { click } }, shown);
  const show = () => list.replaceChildren(...fields.map((field, i) => {
    const name = entry.replace("{n}", i + 1);
    return made("div", { class: "group", role: "group", "aria-label": name }, made("div", { class: "group-head" }, made("span", {}, name), made("span", { class: "group-tools" },
      tool(`${name}往上移`, "↑", i === 0, () => move(i, -1)), tool(`${name}往下移`, "↓", i === fields.length - 1, () => move(i, 1)),
      tool(`去掉${name}`, "去掉", false, () => { fields.splice(i, 1); show(); more.focus(); changed(list); }))), field.node);
  }));
  const more = made("button", { type: "button", class: "small", on: { click: () => { fields.push(make(null)); show(); fields.at(-1).focus?.(); changed(list); } } }, add);
  show();
  const inside = [list, more];
  return { node: title ? grouped(title, hint, optional, ...inside) : made("div", {}, ...inside), read: () => fields.map((field) => field.read()), focus: () => more.focus() };
}

/** A mapping from one vocabulary to another. */
export function pairs(title, value, keys, names, options = {}) {
  const field = rows(title, Object.entries(value ?? {}), (pair) => {
    const left = choice("方面", pair?.[0] ?? null, keys), right = choice("对应", pair?.[1] ?? null, names);
    return { node: made("div", { class: "pair" }, left.node, right.node), read: () => [left.read(), right.read()], focus: left.focus };
  }, options);
  return { ...field, read: () => Object.fromEntries(field.read().filter(([key]) => key)) };
}
