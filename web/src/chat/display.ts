// How the page looks and sounds: size of type, colours, reading aloud. Kept in this browser, followed by the whole page.
import { speak, stop } from "./aloud.ts";
import { palette } from "./colours.ts";
import { button, byId, el } from "./dom.ts";
import { option } from "./feedback.ts";
import { setting } from "./memory.ts";
import { closeDialog, openDialog } from "./modal.ts";
import { given } from "./place.ts";
import { say } from "./wording.ts";

const root = document.documentElement;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const contrast = window.matchMedia("(prefers-contrast: more)");

/** light, dark or contrast; what the citizen chose, else the embedding page, else the device. */
function colours(): string {
  const wished = setting.get("colours") ?? given().get("colours");
  if (wished === "light" || wished === "dark" || wished === "contrast") return wished;
  return contrast.matches ? "contrast" : dark.matches ? "dark" : "light";
}

/** Make the page look as chosen. */
export function applyDisplay(): void {
  const now = colours();
  const type = setting.get("type");
  root.dataset["colours"] = now;
  root.classList.toggle("large", type === "large" || type === "larger");
  root.classList.toggle("larger", type === "larger");
  byId("large").setAttribute("aria-pressed", String(Boolean(type)));
  const house = now === "contrast" ? null : palette(given().get("colour") ?? "", now === "dark");
  for (const [name, value] of Object.entries(house ?? {})) root.style.setProperty(name, value);
  if (!house) root.removeAttribute("style");
  document.querySelector("meta[name=theme-color]")?.setAttribute("content", getComputedStyle(root).getPropertyValue("--brand").trim());
}

export function startDisplay(): void {
  applyDisplay();
  for (const wish of [dark, contrast]) wish.addEventListener?.("change", applyDisplay);
  byId("large").addEventListener("click", () => {
    setting.set("type", setting.get("type") ? null : "large");
    applyDisplay();
  });
}

/** `onQuiet(on)` is told when suggestions are switched off or on. */
export function showDisplay(onQuiet: (on: boolean) => void): void {
  const groups: [name: string, title: string, now: string, choices: [string, string][], set: (value: string) => void][] = [
    ["type", say("display.type"), setting.get("type") ?? "", [["", say("display.type.normal")], ["large", say("display.type.large")], ["larger", say("display.type.larger")]],
      (value) => setting.set("type", value)],
    ["colours", say("display.colours"), setting.get("colours") ?? "",
      [["", say("display.colours.device")], ["light", say("display.colours.light")], ["dark", say("display.colours.dark")], ["contrast", say("display.colours.contrast")]],
      (value) => setting.set("colours", value)],
    ["suggestions", say("display.suggestions"), setting.get("quiet") ?? "", [["", say("display.on")], ["1", say("display.off")]], (value) => onQuiet(value === "1")],
  ];
  if (root.classList.contains("can-speak")) {
    groups.push(["aloud", say("display.aloud"), setting.get("aloud") ?? "", [["", say("display.off")], ["1", say("display.on")]], (value) => {
      setting.set("aloud", value);
      if (value) speak(say("display.aloud.sample"));
      else stop();
    }]);
  }
  openDialog(say("display.title"),
    ...groups.map(([name, title, now, choices, set]) => {
      const group = el("fieldset", { class: "setting" }, el("legend", {}, title), ...choices.map(([value, text]) => option(name, value, text, value === now)));
      group.addEventListener("change", (event) => {
        set((event.target as HTMLInputElement).value);
        applyDisplay();
      });
      return group;
    }),
    el("div", { class: "actions" }, button(say("done"), "primary", closeDialog)));
}
