// Every word of the page comes from wording.json.

let words = {};

export async function loadWording() {
  const response = await fetch("/web/wording.json");
  if (!response.ok) throw new Error("wording");
  words = await response.json();
}

/** The wording of a key, with {name} places filled in. An unknown key shows itself, so that it is noticed. */
export function say(key, places = {}) {
  const value = words[key] ?? key;
  return typeof value === "string" ? value.replace(/\{(\w+)\}/g, (_, name) => places[name] ?? "") : value;
}
