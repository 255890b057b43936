/** A rule's condition as boxes to fill in: every test in a box must hold; groups for "one of", "all of" and "not". */
import { changed, choice, choices, made, rows, text, words } from "./fields.js";

const TITLES = {
  service: "答的是哪些事项", aspect: "问的是哪些方面", topic: "主题是哪些", fact: "市民的情况", words: "这句话里有这些说法之一", words_ever: "这次对话里说过这些说法之一", mood: "看得出这些情绪之一",
  configured: "这些本州数字都填了", unconfigured: "这些本州数字至少有一个没填", offered: "这些追问提醒说过其中之一", season: "今天在这些时段之一", undecidable: "机器判断不了，按最谨慎的处理",
  any: "下面有一个成立", all: "下面都成立", not: "下面不成立",
};
const CHOSEN = { service: "cards", aspect: "aspects", topic: "topics", mood: "moods", configured: "figures", unconfigured: "figures", offered: "rules", season: "seasons" };
const PATTERNS = new Set(["words", "words_ever"]);

/** `known`: {names, profile} as the server gives them. read() gives the condition; an empty one is {}. */
export function condition(value, known) {
  const tests = [];
  const list = made("div");
  const kinds = made("select", { "aria-label": "加什么条件" }, ...Object.entries(TITLES).map(([kind, title]) => made("option", { value: kind }, title)));
  const add = made("button", { type: "button", class: "small", on: { click: () => { put(kinds.value, null); show(); changed(list); } } }, "加这个条件");
  const put = (kind, given) => {
    if (kind !== "fact" && tests.some((test) => test.kind === kind)) return;
    tests.push({ kind, field: test(kind, given, known) });
  };
  const show = () => list.replaceChildren(...tests.map((one, i) => made("div", { class: "group", role: "group", "aria-label": TITLES[one.kind] },
    made("div", { class: "group-head" }, made("span", {}, TITLES[one.kind]), made("button", {
      type: "button", class: "small", "aria-label": `去掉条件：${TITLES[one.kind]}`, on: { click: () => { tests.splice(i, 1); show(); kinds.focus(); changed(list); } },
    }, "去掉")), one.field.node)));
  for (const [kind, given] of Object.entries(value ?? {})) {
    if (kind === "fact") for (const [name, wanted] of Object.entries(given)) put("fact", { name, wanted });
    else if (given != null) put(kind, given);
  }
  show();
  return { node: made("div", {}, list, made("div", { class: "tag-new" }, kinds, add)), focus: () => kinds.focus(), read: () => read(tests) };
}

function read(tests) {
  const result = {};
  for (const { kind, field } of tests) {
    const value = field.read();
    if (kind === "fact") {
      if (value) (result.fact ??= {})[value.name] = value.wanted;
    } else if (!(Array.isArray(value) && !value.length)) result[kind] = value;
  }
  return result;
}

function test(kind, given, known) {
  if (kind === "fact") return fact(given, known);
  if (kind === "not") return condition(given, known);
  if (kind === "any" || kind === "all") return rows("", given ?? [{}], (one) => condition(one, known), { add: "加一种情形", entry: "情形 {n}" });
  if (kind === "undecidable") return { node: made("p", { class: "soft" }, "这一条只给审核的人看，自己不会成立。"), read: () => true };
  if (PATTERNS.has(kind)) return words("说法", given, { hint: "一行一条，可以用正则；写简体、半角、小写。" });
  return choices("选哪些", given, known.names[CHOSEN[kind]]);
}

/** One fact about the citizen: for a choice the values that fit, for a number its bounds. */
function fact(given, known) {
  const box = made("div");
  const name = choice("哪种情况", given?.name ?? null, known.names.profile);
  let value = null;
  const show = (wanted) => {
    const about = known.profile[name.read()];
    value = about ? (about.type === "choice" ? listed(wanted, about.values) : measured(wanted)) : null;
    box.replaceChildren(...(value ? [value.node] : []));
  };
  name.node.addEventListener("change", (event) => { if (event.target.tagName === "SELECT") show(null); });
  show(given?.wanted ?? null);
  return { node: made("div", {}, name.node, box), focus: name.focus, read: () => (value ? { name: name.read(), wanted: value.read() } : null) };
}

function listed(wanted, values) {
  const given = (wanted ?? []).map((one) => (one === true ? "yes" : one === false ? "no" : one));
  return choices("是下面之一", given, { ...values, unknown: "没说过", known: "说过，不管是什么" });
}

function measured(wanted) {
  const bounds = wanted && !Array.isArray(wanted) ? wanted : {};
  const least = text("至少", bounds.min ?? "", { optional: true }), most = text("至多", bounds.max ?? "", { optional: true });
  const said = choices("或者", Array.isArray(wanted) ? wanted : [], { unknown: "没说过", known: "说过，不管是多少" });
  const number = (field) => (field.read() === null ? {} : Number(field.read()));
  return {
    node: made("div", {}, made("div", { class: "pair" }, least.node, most.node), said.node), focus: least.focus,
    read: () => {
      if (said.read().length) return said.read();
      const result = {};
      if (least.read() !== null) result.min = number(least);
      if (most.read() !== null) result.max = number(most);
      return result;
    },
  };
}
