import assert from "node:assert/strict";
import test from "node:test";
import { asLines, structure } from "../src/chat/structure.ts";

const OVERVIEW = `可以，租房住能提公积金付房租。
· 条件：连续足额缴满3个月，确实在租房住
· 要带：身份证；租公租房的再带租赁合同
· 怎么办：在线上或柜台申请
· 多久：受理后3日内决定
网上看到的外地额度不适用本州。`;

const KINDS: [string, string, string[]][] = [
  ["one sentence", "不收费。", ["paragraph"]],
  ["a list with its lead", "看租的是哪一种房：\n· 租商品房：带身份证\n· 租公租房：再带租赁合同\n已婚的也要核上。", ["paragraph", "list", "paragraph"]],
  ["a titled list", "租房可以提取。\n\n要带的材料：\n1. 身份证\n2. 银行卡\n\n时限：3日。", ["paragraph", "section", "paragraph"]],
  ["a card", OVERVIEW, ["paragraph", "section", "section", "section", "section", "paragraph"]],
  ["a minus sign in a sum", "本金-利息＝余额", ["paragraph"]],
];

for (const [what, text, kinds] of KINDS) {
  test(`${what} becomes ${kinds.join(", ")}`, () => assert.deepEqual(structure(text).map(({ kind }) => kind), kinds));
}

test("a card's points are sections with their titles", () => {
  const titles = structure(OVERVIEW).flatMap((block) => (block.kind === "section" ? [block.title] : []));
  assert.deepEqual(titles, ["条件", "要带", "怎么办", "多久"]);
});

test("steps keep their order and count", () => {
  const [list] = structure("1. 先查\n2、再申请\n（3）等结果");
  assert.deepEqual(list, { kind: "list", ordered: true, points: ["先查", "再申请", "等结果"].map((text) => ({ label: "", text })) });
});

for (const [what, text] of KINDS) {
  test(`no word of ${what} is lost`, () => {
    const letters = (some: string) => some.replace(/[\s·]|^\d[.、]|（\d）/gm, "");
    assert.equal(letters(asLines(structure(text)).join("\n")), letters(text));
  });
}
