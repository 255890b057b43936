import assert from "node:assert/strict";
import test from "node:test";
import { brokenUp, letters, readable } from "../src/chat/chart.ts";

const YEARS = Array.from({ length: 15 }, (_, n) => `第${n + 1}年`);

test("digits are about half as wide as Chinese characters", () => {
  assert.equal(letters("第15年"), 3.2);
  assert.equal(letters("60,000"), 3.6);
});

test("on a wide page there are six labels, on a phone as many as find room, first and last always", () => {
  assert.deepEqual(readable(YEARS, 40), [0, 3, 6, 9, 14]);
  assert.deepEqual(readable(YEARS, 20), [0, 4, 8, 14]);
  assert.deepEqual(readable(YEARS, 10), [0, 14]);
  assert.deepEqual(readable(YEARS, 5), [0]);
  assert.deepEqual(readable(["今年"], 5), [0]);
});

test("labels never touch, however many there are and however little room", () => {
  for (let count = 1; count <= 40; count += 1) {
    for (let room = 6; room <= 60; room += 1) {
      const labels = Array.from({ length: count }, (_, n) => `第${n + 1}个月`);
      const chosen = readable(labels, room);
      const ends = chosen.map((n) => {
        const at = (room * n) / Math.max(1, count - 1), wide = letters(labels[n]!);
        return n === 0 ? [0, wide] : n === count - 1 ? [room - wide, room] : [at - wide / 2, at + wide / 2];
      });
      for (let n = 1; n < ends.length; n += 1) assert.ok(ends[n - 1]![1]! < ends[n]![0]!, `${count} labels, room ${room}: ${chosen}`);
    }
  }
});

test("a label too wide for its bar is broken into lines of about the same length", () => {
  assert.deepEqual(brokenUp("不提前还", 9), ["不提前还"]);
  assert.deepEqual(brokenUp("不提前还", 3), ["不提", "前还"]);
  assert.deepEqual(brokenUp("缩短年限", 0.2), ["缩", "短", "年", "限"]);
  assert.deepEqual(brokenUp("", 3), []);
});
