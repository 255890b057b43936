import assert from "node:assert/strict";
import test from "node:test";
import { Idle, seconds } from "../src/chat/idle.ts";

function watched(context: test.TestContext, quiet = 90, warn = 3): { idle: Idle; seen: string[]; pass(ms: number): void } {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const seen: string[] = [];
  const idle = new Idle(quiet, warn, { ask: (left) => seen.push(`ask ${left}`), stay: () => seen.push("stay"), over: () => seen.push("over") });
  return { idle, seen, pass: (ms) => { for (let gone = 0; gone < ms; gone += 500) context.mock.timers.tick(500); } };
}

test("it asks, counts down, and ends", (context) => {
  const { idle, seen, pass } = watched(context);
  idle.touch();
  pass(89500);
  assert.deepEqual(seen, []);
  pass(4000);
  assert.deepEqual(seen, ["ask 3", "ask 2", "ask 1", "over"]);
});

test("a touch in time begins anew", (context) => {
  const { idle, seen, pass } = watched(context);
  idle.touch();
  pass(60000);
  idle.touch();
  pass(60000);
  assert.deepEqual(seen, []);
});

test("an answer to the question is enough to stay", (context) => {
  const { idle, seen, pass } = watched(context);
  idle.touch();
  pass(91000);
  idle.touch();
  pass(60000);
  assert.deepEqual(seen, ["ask 3", "ask 2", "stay"]);
});

for (const [given, value] of [[null, 90], ["", 90], ["abc", 90], ["30", 30], ["1", 5], ["99999", 900]] as const) {
  test(`idle=${given} means ${value} seconds`, () => assert.equal(seconds(given, 90, 5, 900), value));
}
