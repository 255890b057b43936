// Every word of the page comes from wording.json.

export interface Titled { title: string; text: string }
export interface Reason { id: string; title: string }

let words: { [key: string]: unknown } = {};

export async function loadWording(): Promise<void> {
  const response = await fetch("/web/wording.json");
  if (!response.ok) throw new Error("wording");
  words = await response.json();
}

/** The wording of a key, with {name} places filled in. An unknown key shows itself, so that it is noticed. */
export function say(key: string, places: { [name: string]: string | number } = {}): string {
  return String(words[key] ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(places[name] ?? ""));
}

/** A list of the wording, such as the common questions. */
export function sayAll<T>(key: string): T[] {
  const list = words[key];
  return Array.isArray(list) ? (list as T[]) : [];
}

/** For words that the embedding page brings along, such as its title. */
export function reword(key: string, text: string): void {
  words[key] = text;
}
