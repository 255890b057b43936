import assert from "node:assert/strict";
import test from "node:test";
import { needsDivider, timeText } from "../src/chat/dividers.ts";

const WORDS = { yesterday: "昨天", date: "{m}月{d}日", year: "{y}年{m}月{d}日" };
const at = (text: string) => new Date(text);

const SHOWN: [string | null, string, string, boolean][] = [
  [null, "2026-11-22T10:00:00", "2026-11-22T10:00:05", false],
  [null, "2026-11-22T09:00:00", "2026-11-22T10:00:00", true],
  ["2026-11-22T10:00:00", "2026-11-22T10:09:00", "2026-11-22T10:09:00", false],
  ["2026-11-22T10:00:00", "2026-11-22T10:11:00", "2026-11-22T10:11:00", true],
  ["2026-11-22T23:59:00", "2026-11-23T00:01:00", "2026-11-23T00:01:00", true],
];
for (const [before, now, clock, shown] of SHOWN) {
  test(`after ${before}, at ${now}: ${shown ? "a time" : "no time"}`, () => assert.equal(needsDivider(before ? at(before) : null, at(now), at(clock)), shown));
}

const SAID: [string, string, string][] = [
  ["2026-11-22T08:05:00", "2026-11-22T10:00:00", "8:05"],
  ["2026-11-21T23:50:00", "2026-11-22T00:10:00", "昨天 23:50"],
  ["2026-11-03T09:00:00", "2026-11-22T10:00:00", "11月3日 9:00"],
  ["2025-12-31T09:00:00", "2026-01-02T10:00:00", "2025年12月31日 9:00"],
];
for (const [then, now, text] of SAID) test(`${then} is said ${text} at ${now}`, () => assert.equal(timeText(at(then), at(now), WORDS), text));
