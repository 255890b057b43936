// Assembles the page.
import { api } from "./api.js";
import { startComposer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { showErase, showPrivacy, showRating } from "./dialogs.js";
import { byId } from "./dom.js";
import { startFrame } from "./frame.js";
import { choice, token, visitor } from "./memory.js";
import { StaffWatch } from "./staff.js";
import { Transport } from "./transport.js";
import { loadWording, say } from "./wording.js";

const sent = new Map(); // id → message, for "send again"

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID(); // only on HTTPS and localhost
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function notice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}

function largeType() {
  const show = (on) => {
    document.documentElement.classList.toggle("large", on);
    byId("large").setAttribute("aria-pressed", String(on));
  };
  show(choice.get("large"));
  byId("large").addEventListener("click", () => {
    const on = !choice.get("large");
    choice.set("large", on);
    show(on);
  });
}

function menu(conversation, transport, begin) {
  byId("menu-privacy").addEventListener("click", showPrivacy);
  byId("menu-rating").addEventListener("click", () => showRating((thanks) => conversation.remark(thanks)));
  byId("menu").addEventListener("toggle", () => { byId("menu-forget").hidden = !visitor.get(); });
  byId("menu-forget").addEventListener("click", async () => {
    try {
      await api.forgetVisitor();
      conversation.remark(say("remember.forgotten"));
    } catch (refusal) {
      conversation.remark(refusal.message || say("notice.failed"));
    }
    byId("menu").open = false;
  });
  byId("menu-erase").addEventListener("click", () => showErase(async () => {
    if (token.get()) await api.erase().catch((refusal) => { if (!refusal.isSessionOver) throw refusal; });
    token.forget();
    transport.reset();
    sent.clear();
    conversation.clear();
    begin();
    conversation.remark(say("erase.done"));
  }));
  document.addEventListener("click", (event) => { if (!byId("menu").contains(event.target)) byId("menu").open = false; });
  byId("menu").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    byId("menu").open = false;
    byId("menu").querySelector("summary").focus();
  });
}

async function restore(conversation) {
  if (!token.get()) return false;
  try {
    const messages = await api.history();
    conversation.restore(messages);
    return messages.length > 0;
  } catch (refusal) {
    if (refusal.isSessionOver) token.forget();
    else conversation.remark(say("notice.history"));
    return false;
  }
}

async function main() {
  await loadWording();
  largeType();
  startFrame();
  const conversation = new Conversation({
    onAsk: (text) => ask({ text }, text),
    onButton: (button) => ask({ choice: button.id }, button.title),
    onRetry: (id) => transport.send(sent.get(id)),
  });
  const staff = new StaffWatch(conversation);
  const answered = new Set();
  const transport = new Transport({
    typing: () => conversation.setTyping(true),
    reply: (id, reply) => { answered.add(id); staff.heard(reply); conversation.reply(id, reply); },
    done: (id) => { if (!answered.has(id)) staff.unanswered(); conversation.settle(id); conversation.setTyping(transport.pending.size > 0); },
    failed: (id, refusal) => conversation.fail(id, refusal.message),
    expired: () => conversation.remark(say("notice.expired")),
  });

  function ask(content, shown) {
    const message = { id: uuid(), ...content };
    sent.set(message.id, message);
    conversation.citizen(message.id, shown);
    conversation.setTyping(true);
    transport.send(message);
  }

  function begin() {
    conversation.opening();
    if (!choice.get("privacy")) {
      conversation.card(say("privacy.title"), say("privacy.text"), say("privacy.ok"), () => choice.set("privacy", true));
    }
    byId("scroller").scrollTop = 0;
  }

  menu(conversation, transport, begin);
  startComposer((text) => ask({ text }, text));
  window.addEventListener("offline", () => notice(say("notice.offline")));
  window.addEventListener("online", () => notice(""));
  if (!navigator.onLine) notice(say("notice.offline"));
  if (!(await restore(conversation))) {
    begin();
    if (visitor.get() && !token.get()) conversation.greet(await api.startVisit().catch(() => []));
  }
  document.documentElement.dataset.ready = "true";
}

main();
