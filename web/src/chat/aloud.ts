// Reading aloud with the browser's own voice, where it has one. Nothing leaves the device for voices that live on it; others are not chosen.
import { setting } from "./memory.ts";

const LONGEST = 180;
/** Some browsers stop silently in long utterances: one sentence or so at a time. */
const PIECE = new RegExp(`[^。！？；\\n]{1,${LONGEST}}[。！？；\\n]?`, "g");

let speaking: HTMLElement | null = null;

const synth = (): SpeechSynthesis | null => ("speechSynthesis" in window ? window.speechSynthesis : null);

function voice(): SpeechSynthesisVoice | null {
  const voices = (synth()?.getVoices() ?? []).filter((one) => one.localService && /^(zh|cmn)/i.test(one.lang));
  return voices.find((one) => /zh[-_](CN|Hans)/i.test(one.lang)) ?? voices[0] ?? null;
}

/** Shows or hides everything that reads aloud, as voices come and go. */
export function watchVoices(): void {
  const show = () => document.documentElement.classList.toggle("can-speak", voice() !== null);
  show();
  synth()?.addEventListener?.("voiceschanged", show);
}

export const readsByItself = (): boolean => setting.get("aloud") === "1" && voice() !== null;

/** Read `text`; `button` shows that it is being read. */
export function speak(text: string, button: HTMLElement | null = null): void {
  const engine = synth();
  const chosen = voice();
  if (!engine || !chosen) return;
  stop();
  const pieces = text.replace(/[·•□]/g, "").match(PIECE) ?? [];
  pieces.forEach((piece, index) => {
    const words = new SpeechSynthesisUtterance(piece);
    words.voice = chosen;
    words.lang = chosen.lang;
    words.rate = 0.95;
    if (index === pieces.length - 1) words.onend = () => { if (speaking === button) quiet(); };
    words.onerror = () => { if (speaking === button) quiet(); };
    engine.speak(words);
  });
  speaking = button;
  button?.setAttribute("aria-pressed", "true");
}

/** Add to what is being read, for replies that come one after another. */
export function stop(): void {
  synth()?.cancel();
  quiet();
}

export const isSpeaking = (button: HTMLElement): boolean => speaking === button;

function quiet(): void {
  speaking?.setAttribute("aria-pressed", "false");
  speaking = null;
}
