// The bar under a reply: thumbs, copy, read aloud, print, and to the phone.
import { isSpeaking, speak, stop } from "./aloud.ts";
import { button, el } from "./dom.ts";
import { isRated, thumbs } from "./feedback.ts";
import { materialBlocks } from "./materials.ts";
import { matterTitle } from "./matters.ts";
import { printReply } from "./paper.ts";
import { showPhone } from "./phone.ts";
import { isKiosk } from "./place.ts";
import { asLines, structure } from "./structure.ts";
import type { Reply } from "./types.ts";
import { say } from "./wording.ts";

const PLAIN = new Set(["answer", "decline", "reminder", "form", "handoff"]);

/** Null for a reply that needs no bar. */
export function replyTools(reply: Reply): HTMLElement | null {
  if (!PLAIN.has(reply.kind) || !reply.text) return null;
  const status = el("span", { class: "status", role: "status" });
  const rated = isRated(reply);
  const list = materialBlocks(reply);
  const bar = el("div", { class: rated || list ? "feedback" : "feedback only-aloud", role: "group", "aria-label": say("thumb.label") });
  const spoken = asLines(structure(reply.text), "").join("\n");
  const aloud = button(say("aloud"), "mini aloud", () => { if (isSpeaking(aloud)) stop(); else speak(spoken, aloud); }, "speaker");
  aloud.setAttribute("aria-pressed", "false");
  bar.append(...(rated ? thumbs(reply, bar, status) : []),
    ...(rated && !isKiosk() ? [button(say("copy"), "mini", () => void copy(), "copy")] : []), aloud,
    ...(rated && reply.kind === "answer" ? [button(say("print"), "mini", () => printReply(reply, matterTitle(reply, list !== null), list !== null), "print")] : []),
    ...(list ? [button(say("phone.send"), "mini to-phone", () => showPhone(matterTitle(reply, true), list), "qr")] : []),
    status);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(reply.text ?? "");
      status.textContent = say("copied");
    } catch {
      status.textContent = say("copy.failed");
    }
  }
  return bar;
}
