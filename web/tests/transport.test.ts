import assert from "node:assert/strict";
import test from "node:test";
import { Refusal } from "../src/chat/refusal.ts";
import { Transport, type Socket, type World } from "../src/chat/transport.ts";
import type { Reply } from "../src/chat/types.ts";

const reply = (id: string): Reply => ({ id, kind: "answer", text: id });
const settle = () => new Promise((done) => setImmediate(done));

class FakeSocket implements Socket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: { id?: string; token?: string }[] = [];
  send(data: string): void { this.sent.push(JSON.parse(data)); }
  close(): void { this.readyState = 3; this.onclose?.(); }
  open(): this { this.readyState = 1; this.onopen?.(); return this; }
  say(frame: unknown): void { this.onmessage?.({ data: JSON.stringify(frame) }); }
  get ids(): string[] { return this.sent.flatMap(({ id }) => (id ? [id] : [])); }
}

function stage(context: test.TestContext, more: Partial<World> = {}) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const sockets: FakeSocket[] = [];
  const heard: string[] = [];
  let token: string | null = "t1";
  const world: World = {
    openSocket() { const socket = new FakeSocket(); sockets.push(socket); return socket; },
    post: (message) => Promise.resolve({ replies: [reply(`${message.id}.1`)] }),
    start: () => { token = "t2"; return Promise.resolve(); },
    token: { get: () => token, forget: () => { token = null; } },
    now: () => 0,
    ...more,
  };
  const transport = new Transport({
    typing: () => {}, reply: (id, one) => heard.push(`${id} → ${one.id}`), staff: ({ id }) => heard.push(`staff ${id}`), held: (on) => heard.push(`held ${on}`),
    done: (id) => heard.push(`done ${id}`), failed: (id, { code }) => heard.push(`failed ${id} ${code}`), expired: () => heard.push("expired"), link: () => {},
  }, world);
  const tick = async (ms: number) => { context.mock.timers.tick(ms); await settle(); };
  return { transport, sockets, heard, tick, last: () => sockets[sockets.length - 1]! };
}

test("the token goes first, then messages in their order", async (context) => {
  const { transport, last, heard } = stage(context);
  transport.send({ id: "a", text: "一" });
  transport.send({ id: "b", text: "二" });
  last().open();
  assert.deepEqual(last().sent.map((frame) => frame.token ?? frame.id), ["t1", "a", "b"]);
  last().say({ type: "reply", id: "a", reply: reply("a.1") });
  last().say({ type: "done", id: "a" });
  assert.deepEqual(heard, ["a → a.1", "done a"]);
});

test("a connection cut before the end carries the same id again, and only what is unanswered", async (context) => {
  const { transport, sockets, last, tick } = stage(context);
  transport.send({ id: "a", text: "一" });
  transport.send({ id: "b", text: "二" });
  last().open().say({ type: "done", id: "a" });
  last().close();
  await tick(400);
  assert.equal(sockets.length, 2);
  assert.deepEqual(last().open().ids, ["b"]);
});

test("the wait between attempts grows", async (context) => {
  const { transport, sockets, last, tick } = stage(context, { post: () => Promise.reject(new Refusal(0, "unreachable", "")) });
  transport.send({ id: "a", text: "一" });
  last().close();
  await tick(399);
  assert.equal(sockets.length, 1);
  await tick(1);
  assert.equal(sockets.length, 2);
});

test("where no WebSocket gets through, messages go by POST", async (context) => {
  const { transport, last, heard, tick } = stage(context);
  transport.send({ id: "a", text: "一" });
  last().close();
  await tick(400);
  last().close();
  await tick(1000);
  await settle();
  assert.deepEqual(heard, ["a → a.1", "done a"]);
});

test("an expired session is renewed once and the message sent again", async (context) => {
  const { transport, sockets, last, heard } = stage(context);
  transport.send({ id: "a", text: "一" });
  last().open().say({ type: "error", error: { code: "session_expired", message: "" } });
  await settle();
  await settle();
  assert.equal(sockets.length, 2);
  assert.deepEqual(last().open().sent.map((frame) => frame.token ?? frame.id), ["t2", "a"]);
  assert.deepEqual(heard, ["expired"]);
});

test("a refusal that will pass is tried again, at most three times in all", async (context) => {
  const { transport, last, heard, tick } = stage(context);
  transport.send({ id: "a", text: "一" });
  last().open();
  for (let n = 0; n < 3; n += 1) {
    last().say({ type: "error", id: "a", error: { code: "unavailable", message: "忙" } });
    await tick(10000);
  }
  assert.deepEqual(heard, ["failed a unavailable"]);
  assert.deepEqual(last().ids, ["a", "a", "a"]);
});

test("while the server is away a message waits, and goes out when it is back", async (context) => {
  let away = true;
  const { transport, heard, tick } = stage(context, {
    openSocket: () => null, post: (message) => (away ? Promise.reject(new Refusal(0, "unreachable", "")) : Promise.resolve({ replies: [reply(`${message.id}.1`)] })),
  });
  transport.send({ id: "a", text: "一" });
  for (let n = 0; n < 20; n += 1) await tick(10000);
  assert.deepEqual(heard, []);
  away = false;
  await tick(10000);
  assert.deepEqual(heard, ["a → a.1", "done a"]);
});

test("a refusal for good is told at once", (context) => {
  const { transport, last, heard } = stage(context);
  transport.send({ id: "a", choice: "c1-1" });
  last().open().say({ type: "error", id: "a", error: { code: "unknown_choice", message: "失效" } });
  assert.deepEqual(heard, ["failed a unknown_choice"]);
});

test("a silent connection is given up", async (context) => {
  const { transport, sockets, last, tick } = stage(context);
  transport.send({ id: "a", text: "一" });
  last().open();
  await tick(30000);
  await tick(400);
  assert.equal(sockets.length, 2);
});

test("words of staff come without a question, and the connection stays for them", async (context) => {
  const { transport, sockets, last, heard, tick } = stage(context);
  transport.stay(true);
  await settle();
  last().open().say({ type: "staff", held: true });
  last().say({ type: "staff", held: true, message: { id: "s1", text: "您好", at: "2026-11-22T10:00:00+08:00" } });
  last().close();
  await tick(400);
  assert.deepEqual(heard, ["held true", "held true", "staff s1"]);
  assert.equal(sockets.length, 2);
});

test("after erasing nothing more is sent or shown", async (context) => {
  const { transport, sockets, last, tick } = stage(context);
  transport.send({ id: "a", text: "一" });
  last().open();
  transport.reset();
  await tick(60000);
  assert.equal(sockets.length, 1);
  assert.deepEqual(transport.waiting, []);
});
