// A small plot drawn as SVG: lines over time, or bars side by side. The table beside it carries the exact figures.
import { el, svg } from "./dom.ts";
import type { Chart, Series } from "./types.ts";

const WIDTH = 560, HEIGHT = 220, LEFT = 80, RIGHT = 14, TOP = 14, BOTTOM = 30, MOST_LABELS = 6;

interface Scale { marks: number[]; at(value: number): number }

export function chart({ title = "", kind, labels = [], series = [] }: Chart): HTMLElement | null {
  const values = series.flatMap((one) => one.values);
  if (!values.length || !labels.length) return null;
  const drawn = kind === "bars" ? bars(labels, series) : lines(labels, series);
  return el("figure", { class: "chart" },
    title && el("figcaption", {}, title),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": spoken(title, labels, series) }, ...drawn),
    series.length > 1 && el("ul", { class: "legend", "aria-hidden": "true" }, ...series.map((one, n) => el("li", { class: `line-${n}` }, one.name))));
}

/** Steps of 1, 2 or 5 times a power of ten, at most five of them. */
function scale(from: number, to: number): Scale {
  const rough = (to - from || Math.abs(to) || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? 10 * power;
  const low = Math.floor(from / step) * step;
  const marks: number[] = [];
  for (let mark = low; mark < to + step; mark += step) marks.push(mark);
  const high = marks[marks.length - 1]!;
  return { marks, at: (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / (high - low)) };
}

function grid({ marks, at }: Scale): SVGElement[] {
  return marks.flatMap((mark) => [
    svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: at(mark), y2: at(mark) }),
    text(mark.toLocaleString("zh-CN"), LEFT - 8, at(mark) + 5, "end")]);
}

function lines(labels: string[], series: Series[]): SVGElement[] {
  const values = series.flatMap((one) => one.values);
  const y = scale(Math.min(...values), Math.max(...values));
  const x = (n: number) => LEFT + ((WIDTH - LEFT - RIGHT) * n) / Math.max(1, labels.length - 1);
  const every = Math.max(1, Math.ceil((labels.length - 1) / (MOST_LABELS - 1)));
  const last = labels.length - 1;
  return [...grid(y),
    ...labels.map((label, n) => ({ label, n })).filter(({ n }) => n === last || (n % every === 0 && n + every / 2 < last))
      .map(({ label, n }) => text(label, x(n), HEIGHT - 8, n === 0 ? "start" : n === last ? "end" : "middle")),
    ...series.map((one, n) => svg("polyline", { class: `line-${n}`, points: one.values.map((value, m) => `${x(m).toFixed(1)},${y.at(value).toFixed(1)}`).join(" ") }))];
}

function bars(labels: string[], series: Series[]): SVGElement[] {
  const values = series[0]!.values;
  const y = scale(0, Math.max(...values, 1));
  const room = (WIDTH - LEFT - RIGHT) / labels.length;
  const middle = (n: number) => LEFT + room * (n + 0.5);
  return [...grid(y), ...values.flatMap((value, n) => [
    svg("rect", { class: `bar-${n}`, x: middle(n) - room * 0.28, width: room * 0.56, y: y.at(value), height: Math.max(1, y.at(0) - y.at(value)) }),
    text(value.toLocaleString("zh-CN"), middle(n), y.at(value) - 6, "middle", "value"),
    text(labels[n] ?? "", middle(n), HEIGHT - 8, "middle")])];
}

const text = (content: string, x: number, y: number, anchor: string, style = "") => svg("text", { x, y, class: style, "text-anchor": anchor }, content);

/** What a screen reader says: the ends of each line, or every bar. */
function spoken(title: string, labels: string[], series: Series[]): string {
  return [title, ...series.map(({ name, values }) => `${name}：` + (values.length > 4
    ? [0, values.length - 1] : [...values.keys()]).map((n) => `${labels[n]} ${values[n]}`).join("，"))].filter(Boolean).join("。");
}
