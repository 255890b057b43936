import assert from "node:assert/strict";
import test from "node:test";
import jsqr from "jsqr";
import { materialBlocks, materialText, parts } from "../src/chat/materials.ts";
import { MOST_BYTES, qrPath } from "../src/chat/qr.ts";

const decode = jsqr as unknown as (data: Uint8ClampedArray, width: number, height: number) => { data: string } | null;
const SCALE = 4;

/** The code as a phone's camera would see it. */
function photograph({ size, path }: { size: number; path: string }): string | undefined {
  const width = size * SCALE;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row += 1) {
      for (let column = Number(x) * SCALE; column < (Number(x) + Number(run)) * SCALE; column += 1) pixels.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
    }
  }
  return decode(pixels, width, width)?.data;
}

test("a list of materials is found by its aspect or by its title", () => {
  const list = "看房：\n· 商品房：身份证\n· 公租房：合同";
  assert.equal(materialBlocks({ kind: "answer", aspect: "materials", text: list })?.length, 2);
  assert.equal(materialBlocks({ kind: "answer", aspect: "overview", text: list }), null);
  assert.equal(materialBlocks({ kind: "answer", aspect: "overview", text: "可以。\n要带的材料：\n· 身份证" })?.length, 1);
  assert.equal(materialBlocks({ kind: "answer", aspect: "materials", text: "带身份证。" }), null);
  assert.equal(materialBlocks({ kind: "reminder", aspect: "materials", text: list }), null);
});

test("what a phone reads is the list, word for word", () => {
  const blocks = materialBlocks({ kind: "answer", aspect: "materials", text: "要带的材料：\n1. 身份证\n2. 银行卡" })!;
  const text = materialText("租房提取：办事清单", blocks, "咨询 12329。");
  assert.equal(text, "租房提取：办事清单\n要带的材料：\n1. 身份证\n2. 银行卡\n咨询 12329。");
  assert.equal(photograph(qrPath(text)), text);
});

test("a long list is several codes, each within bounds, together the whole", () => {
  const text = Array.from({ length: 40 }, (_, n) => `□ 第${n}样材料，原件和复印件各一份`).join("\n");
  const found = parts(text, MOST_BYTES);
  assert.ok(found.length > 2 && found.every((part) => new TextEncoder().encode(part).length <= MOST_BYTES));
  assert.equal(found.join("\n"), text);
  assert.equal(photograph(qrPath(found[0]!)), found[0]);
});

test("a line longer than a code is broken, no letter is", () => {
  const text = "材料".repeat(400);
  assert.equal(parts(text, MOST_BYTES).join(""), text);
});
