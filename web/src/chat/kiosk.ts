// The screen of a service hall: a start page, then one person's conversation, and nothing of it left when that person goes.
import { button, byId, el } from "./dom.ts";
import { Idle, seconds } from "./idle.ts";
import { closeDialog, openDialog } from "./modal.ts";
import { say } from "./wording.ts";

const TOUCHES = ["pointerdown", "keydown", "input", "scroll", "wheel"];

export interface KioskEvents {
  /** A person has begun. */
  begin(): void;
  /** That person has gone: erase everything. */
  end(): void;
}

export function startKiosk(on: KioskEvents): void {
  document.documentElement.classList.add("kiosk");
  const asked = new URLSearchParams(location.search);
  const count = el("p", { class: "countdown", "aria-hidden": "true" });
  const idle = new Idle(seconds(asked.get("idle"), 90, 5, 900), seconds(asked.get("warn"), 20, 3, 120), {
    ask(left) {
      count.textContent = String(left);
      if (document.documentElement.classList.contains("counting")) return;
      document.documentElement.classList.add("counting");
      byId("dialog").dataset["firm"] = "yes";
      openDialog(say("kiosk.idle.title"), el("p", {}, say("kiosk.idle.text")), count,
        el("div", { class: "actions" }, button(say("kiosk.end"), "secondary", end), button(say("kiosk.stay"), "primary", () => idle.touch())));
      byId("dialog").querySelector<HTMLElement>(".primary")?.focus();
    },
    stay: uncount,
    over: end,
  });

  function uncount(): void {
    document.documentElement.classList.remove("counting");
    delete byId("dialog").dataset["firm"];
    closeDialog();
  }

  function show(started: boolean): void {
    byId("start").hidden = started;
    byId("skip").hidden = !started;
    for (const id of ["bar", "scroller", "foot"]) byId(id).hidden = !started;
  }

  function begin(event: MouseEvent): void {
    show(true);
    on.begin();
    idle.touch();
    if (event.detail === 0) byId("scroller").focus(); // begun by keyboard
  }

  function end(): void {
    idle.stop();
    uncount();
    on.end();
    show(false);
  }

  byId("start-button").addEventListener("click", begin);
  byId("end").addEventListener("click", end);
  // While it counts down only the buttons of the dialog count as an answer; the browser closing the dialog (Escape) does as well.
  for (const touch of TOUCHES) {
    document.addEventListener(touch, () => { if (byId("start").hidden && !idle.asking) idle.touch(); }, { capture: true, passive: true });
  }
  byId("dialog").addEventListener("close", () => { if (idle.asking) idle.touch(); });
  show(false);
}
