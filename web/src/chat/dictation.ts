// Speaking instead of typing, where the browser understands speech. Some browsers send the sound to their maker: this is said before
// the first time, and only then is the microphone asked for.
import { button, byId, el } from "./dom.ts";
import { setting } from "./memory.ts";
import { closeDialog, openDialog } from "./modal.ts";
import { say } from "./wording.ts";

interface Recognition extends EventTarget {
  lang: string;
  interimResults: boolean;
  start(): void;
  stop(): void;
  abort(): void;
  onresult: ((event: { results: ArrayLike<ArrayLike<{ transcript: string }>> }) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
}

function recognition(): (new () => Recognition) | null {
  const found = (window as unknown as Record<string, unknown>)["SpeechRecognition"] ?? (window as unknown as Record<string, unknown>)["webkitSpeechRecognition"];
  return typeof found === "function" ? (found as new () => Recognition) : null;
}

/** `show` puts what was understood so far into the input; `remark` tells what went wrong. */
export function startDictation(show: (text: string) => void, remark: (text: string) => void): void {
  const Recognizer = recognition();
  const mic = byId<HTMLButtonElement>("mic");
  if (!Recognizer) return;
  mic.hidden = false;
  let running: Recognition | null = null;

  mic.addEventListener("click", () => {
    if (running) running.stop();
    else if (setting.get("dictation")) listen();
    else explain();
  });

  function explain(): void {
    openDialog(say("dictation.title"), el("p", {}, say("dictation.text")),
      el("div", { class: "actions" }, button(say("cancel"), "secondary", closeDialog),
        button(say("dictation.ok"), "primary", () => {
          setting.set("dictation", "1");
          closeDialog();
          listen();
        })));
  }

  function listen(): void {
    if (!Recognizer) return;
    running = new Recognizer();
    running.lang = "zh-CN";
    running.interimResults = true;
    running.onresult = (event) => show([...Array.from(event.results)].map((result) => result[0]?.transcript ?? "").join("").slice(0, 1000));
    running.onerror = ({ error }) => {
      if (error === "no-speech") remark(say("dictation.silent"));
      else if (error !== "aborted") remark(say("dictation.failed"));
    };
    running.onend = () => {
      running = null;
      mic.setAttribute("aria-pressed", "false");
      byId("input").focus();
    };
    mic.setAttribute("aria-pressed", "true");
    running.start();
  }
}
