// An answer is plain text with a few habits: "· " before points, "1. " before steps, "label：" at the head of a point or above a list.
// Here those habits become structure, so that a long answer can be read at a glance, folded, printed and read aloud.

export interface Point { label: string; text: string }
export type Block =
  | { kind: "paragraph"; text: string }
  | { kind: "list"; ordered: boolean; points: Point[] }
  | { kind: "section"; title: string; blocks: Block[] };

const BULLET = /^\s*[·•▪\-–]\s*(.+)$/;
const NUMBER = /^\s*(?:\d{1,2}[.、．]|[(（]\d{1,2}[)）])\s*(.+)$/;
const LABEL = /^([^：。；，！？]{1,20})：(.+)$/;
const TITLE = /^([^：。；！？]{1,16})[：:]$/;
/** From so many labelled points on, a list is a card with sections. */
const SECTIONS_FROM = 4;

function item(line: string): { ordered: boolean; text: string } | null {
  const bullet = BULLET.exec(line);
  if (bullet) return { ordered: false, text: bullet[1]!.trim() };
  const number = NUMBER.exec(line);
  return number ? { ordered: true, text: number[1]!.trim() } : null;
}

function point(text: string): Point {
  const parts = LABEL.exec(text);
  return parts ? { label: parts[1]!.trim(), text: parts[2]!.trim() } : { label: "", text };
}

/** The blocks of a text, in its order; joined again they say exactly what the text says. */
export function structure(text: string): Block[] {
  const lines = text.split("\n").map((line) => line.trim());
  const blocks: Block[] = [];
  let into = blocks;
  lines.forEach((line, index) => {
    if (!line) {
      into = blocks; // an empty line ends a section
      return;
    }
    const entry = item(line);
    if (entry) {
      const last = into[into.length - 1];
      if (last?.kind === "list" && last.ordered === entry.ordered) last.points.push(point(entry.text));
      else into.push({ kind: "list", ordered: entry.ordered, points: [point(entry.text)] });
      return;
    }
    const title = TITLE.exec(line);
    if (title && index > 0 && item(lines[index + 1] ?? "")) {
      const section: Block = { kind: "section", title: title[1]!, blocks: [] };
      blocks.push(section);
      into = section.blocks;
      return;
    }
    into = blocks; // plain words after a list speak of the whole answer
    blocks.push({ kind: "paragraph", text: line });
  });
  return blocks.flatMap(asSections);
}

/** A list in which every point has a label ("条件：…", "要带：…") is a card: each point is a section of its own. */
function asSections(block: Block): Block[] {
  if (block.kind !== "list" || block.ordered || block.points.length < SECTIONS_FROM || !block.points.every((one) => one.label)) return [block];
  return block.points.map(({ label, text }) => ({ kind: "section", title: label, blocks: [{ kind: "paragraph", text }] }));
}

/** Plain lines again, for copying, printing elsewhere and the QR code; `mark` stands before each point. */
export function asLines(blocks: Block[], mark = "· "): string[] {
  return blocks.flatMap((block) => {
    if (block.kind === "paragraph") return [block.text];
    if (block.kind === "section") {
      const inner = asLines(block.blocks, mark);
      return inner.length === 1 && block.blocks[0]!.kind === "paragraph" ? [`${mark}${block.title}：${inner[0]}`] : [`${block.title}：`, ...inner];
    }
    return block.points.map(({ label, text }, index) => `${block.ordered ? `${index + 1}. ` : mark}${label ? `${label}：` : ""}${text}`);
  });
}
