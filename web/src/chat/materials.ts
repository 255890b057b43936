// What to take along, as a list that can be printed or sent to a phone. Only what the assistant wrote goes in, nothing the citizen said.
import { asLines, structure, type Block } from "./structure.ts";
import type { Reply } from "./types.ts";

const ABOUT_MATERIALS = /材料|要带|带什么|携带|提交/;

/** The part of a reply that lists what to take along; null when it lists nothing. */
export function materialBlocks(reply: Pick<Reply, "kind" | "text" | "aspect">): Block[] | null {
  if (reply.kind !== "answer" && reply.kind !== "form") return null;
  const blocks = structure(reply.text ?? "");
  const lists = blocks.some((block) => block.kind !== "paragraph");
  if (!lists) return null;
  if (reply.aspect === "materials") return blocks;
  const sections = blocks.filter((block) => block.kind === "section" && ABOUT_MATERIALS.test(block.title));
  return sections.length ? sections : null;
}

export function materialText(title: string, blocks: Block[], close: string): string {
  return [title, ...asLines(blocks, "□ "), close].filter(Boolean).join("\n");
}

/** `text` in parts of at most `most` bytes of UTF-8, broken between lines where that is possible. */
export function parts(text: string, most: number): string[] {
  const size = (part: string) => new TextEncoder().encode(part).length;
  const found: string[] = [];
  let current = "";
  for (const line of text.split("\n")) {
    const longer = current ? `${current}\n${line}` : line;
    if (size(longer) <= most) {
      current = longer;
      continue;
    }
    if (current) found.push(current);
    current = "";
    for (const letter of line) {
      if (size(current + letter) > most) {
        found.push(current);
        current = "";
      }
      current += letter;
    }
  }
  if (current) found.push(current);
  return found;
}
