// A small plot drawn as SVG: lines over time, or bars side by side. The table beside it carries the exact figures.
// It is drawn for the room there is and for the size of type chosen, and again whenever either changes: nobody reads shrunken letters.
import { el, svg } from "./dom.ts";
import type { Chart, Series } from "./types.ts";

/** Before it stands on the page. */
const WIDTH = 560, FONT = 13;
/** In heights of a letter. */
const HIGH = 15, LINE = 1.3, BELOW = 0.9, ABOVE = 1.6, GAP = 0.7;
/** So narrow, and bars go without the scale beside them: each says its own value. */
const NARROW = 24;
const MOST_LABELS = 6;

/** Where things stand, in pixels. */
interface Frame { font: number; left: number; right: number; top: number; bottom: number }
interface Scale { marks: number[]; at(value: number): number }

export function chart({ title = "", kind, labels = [], series = [] }: Chart): HTMLElement | null {
  const values = series.flatMap((one) => one.values);
  if (!values.length || !labels.length) return null;
  const place = svg("svg", { role: "img", "aria-label": spoken(title, labels, series) });
  const draw = (width: number, font: number) => {
    place.setAttribute("viewBox", `0 0 ${width} ${font * HIGH}`);
    place.setAttribute("font-size", String(font));
    place.replaceChildren(...(kind === "bars" ? bars : lines)(labels, series, width, font));
  };
  draw(WIDTH, FONT);
  const figure = el("figure", { class: "chart" },
    title && el("figcaption", {}, title),
    place,
    series.length > 1 && el("ul", { class: "legend", "aria-hidden": "true" }, ...series.map((one, n) => el("li", { class: `line-${n}` }, one.name))));
  let drawn = "";
  const again = () => {
    const width = Math.round(place.getBoundingClientRect().width);
    const font = Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * (FONT / 16));
    if (!width || drawn === `${width} ${font}`) return;
    drawn = `${width} ${font}`;
    draw(width, font);
  };
  if ("ResizeObserver" in window) new ResizeObserver(again).observe(figure);
  return figure;
}

/** Steps of 1, 2 or 5 times a power of ten, at most five of them. */
function scale(from: number, to: number): { low: number; high: number; marks: number[] } {
  const rough = (to - from || Math.abs(to) || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? 10 * power;
  const low = Math.floor(from / step) * step;
  const marks: number[] = [];
  for (let mark = low; mark < to + step; mark += step) marks.push(mark);
  return { low, high: marks[marks.length - 1]!, marks };
}

const written = (value: number): string => value.toLocaleString("zh-CN");

/** How wide a text is, in heights of a letter: digits and Latin letters are about half as wide as Chinese characters. */
export const letters = (text: string): number => [...text].reduce((sum, one) => sum + (one.charCodeAt(0) < 0x2e80 ? 0.6 : 1), 0);

function axis(from: number, to: number, width: number, font: number, bare = false, below = 1): { box: Frame; y: Scale } {
  const { low, high, marks } = scale(from, to);
  const beside = bare ? 0 : Math.max(...marks.map((mark) => letters(written(mark)))) + GAP;
  const box = { font, left: font * beside, right: width - font * (bare ? 0 : GAP), top: font * ABOVE, bottom: font * (HIGH - BELOW - LINE * below) };
  return { box, y: { marks: bare ? marks.slice(0, 1) : marks, at: (value) => box.bottom - ((box.bottom - box.top) * (value - low)) / (high - low) } };
}

function grid({ left, right, font }: Frame, { marks, at }: Scale): SVGElement[] {
  return marks.flatMap((mark) => [
    svg("line", { class: "grid", x1: left, x2: right, y1: at(mark), y2: at(mark) }),
    ...(left ? [text(written(mark), left - font * (GAP / 2), at(mark) + font * 0.35, "end")] : [])]);
}

function lines(labels: string[], series: Series[], width: number, font: number): SVGElement[] {
  const values = series.flatMap((one) => one.values);
  const { box, y } = axis(Math.min(...values), Math.max(...values), width, font);
  const last = labels.length - 1;
  const x = (n: number) => box.left + ((box.right - box.left) * n) / Math.max(1, last);
  return [...grid(box, y),
    ...readable(labels, (box.right - box.left) / font)
      .map((n) => text(labels[n]!, x(n), font * (HIGH - BELOW), n === 0 ? "start" : n === last ? "end" : "middle")),
    ...series.map((one, n) => svg("polyline", { class: `line-${n}`, points: one.values.map((value, m) => `${x(m).toFixed(1)},${y.at(value).toFixed(1)}`).join(" ") }))];
}

/** Which labels find room beside each other along `room` heights of a letter: the first, the last, and some between. */
export function readable(labels: string[], room: number): number[] {
  const last = labels.length - 1;
  const widest = Math.max(...labels.map(letters));
  const each = room / Math.max(1, last);
  // The outermost labels stand inside the frame, so their neighbours have to keep half a label more away.
  const every = Math.max(1, Math.ceil(last / (MOST_LABELS - 1)), Math.ceil((widest * 1.5 + GAP) / each));
  const chosen = labels.map((_, n) => n).filter((n) => n % every === 0 && n <= last - every);
  return last > 0 && (chosen.length > 1 || room >= letters(labels[0]!) + letters(labels[last]!) + GAP) ? [...chosen, last] : [0];
}

function bars(labels: string[], series: Series[], width: number, font: number): SVGElement[] {
  const values = series[0]!.values;
  const bare = width / font < NARROW;
  const least = axis(0, Math.max(...values, 1), width, font, bare).box;
  const room = (least.right - least.left) / labels.length;
  const broken = labels.map((label) => brokenUp(label, room / font - GAP));
  const { box, y } = axis(0, Math.max(...values, 1), width, font, bare, Math.max(...broken.map((parts) => parts.length)));
  const middle = (n: number) => box.left + room * (n + 0.5);
  return [...grid(box, y), ...values.flatMap((value, n) => [
    svg("rect", { class: `bar-${n}`, x: middle(n) - room * 0.28, width: room * 0.56, y: y.at(value), height: Math.max(1, y.at(0) - y.at(value)) }),
    text(written(value), middle(n), y.at(value) - font * 0.45, "middle", "value"),
    ...(broken[n] ?? []).map((part, line) => text(part, middle(n), box.bottom + font * LINE * (line + 1), "middle"))])];
}

/** A label in as few lines as fit into `room` heights of a letter, about equally long. */
export function brokenUp(label: string, room: number): string[] {
  const lines = Math.ceil(letters(label) / Math.max(1, room));
  const each = Math.max(1, Math.ceil([...label].length / Math.max(1, lines)));
  return label.match(new RegExp(`.{1,${each}}`, "gsu")) ?? [];
}

const text = (content: string, x: number, y: number, anchor: string, style = "") => svg("text", { x, y, class: style, "text-anchor": anchor }, content);

/** What a screen reader says: the ends of each line, or every bar. */
function spoken(title: string, labels: string[], series: Series[]): string {
  return [title, ...series.map(({ name, values }) => `${name}：` + (values.length > 4
    ? [0, values.length - 1] : [...values.keys()]).map((n) => `${labels[n]} ${values[n]}`).join("，"))].filter(Boolean).join("。");
}
