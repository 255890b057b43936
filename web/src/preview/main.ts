// Replies inside the admin console, exactly as the chat window shows them: its renderer and its style, in a shadow root
// so that neither page's style reaches the other.
import { el } from "../chat/dom.ts";
import { renderReply } from "../chat/reply.ts";
import type { Reply } from "../chat/types.ts";
import { loadWording } from "../chat/wording.ts";

const FRAME = ".preview{padding:14px;background:var(--ground);color:var(--ink);font:1rem/1.65 var(--font);overflow-wrap:anywhere;border-radius:var(--radius)}"
  + ".preview>.reply+.reply{margin-top:10px}.preview button{cursor:default}";

let style: Promise<CSSStyleSheet> | null = null;

async function chatStyle(): Promise<CSSStyleSheet> {
  const parts = await Promise.all(["chat.css", "theme.css"].map(async (name) => (await fetch(`/web/${name}`)).text()));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(parts.join("\n").replace(/:root/g, ":host") + FRAME);
  await loadWording();
  return sheet;
}

/** `<gjj-reply>`: set `replies` to show them. */
class ReplyPreview extends HTMLElement {
  #root = this.attachShadow({ mode: "open" });

  set replies(list: Reply[]) {
    style ??= chatStyle();
    void style.then((sheet) => {
      this.#root.adoptedStyleSheets = [sheet];
      const nothing = { button() {}, quiet() {} };
      this.#root.replaceChildren(el("div", { class: "preview" }, ...list.map((reply) => renderReply(reply, nothing))));
      this.dataset["shown"] = "1";
    });
  }

  connectedCallback(): void {
    const given = this.dataset["replies"];
    if (given) this.replies = JSON.parse(given) as Reply[];
  }
}

customElements.define("gjj-reply", ReplyPreview);
