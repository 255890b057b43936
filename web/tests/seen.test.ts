import assert from "node:assert/strict";
import test from "node:test";
import { Seen } from "../src/chat/seen.ts";

test("a reply that comes again is not new, until everything is erased", () => {
  const seen = new Seen();
  assert.deepEqual([seen.first("a"), seen.first("b"), seen.first("a")], [true, true, false]);
  seen.clear();
  assert.equal(seen.first("a"), true);
});
